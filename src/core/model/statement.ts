/** What a policy says or would say: where, and what. Does not know how that is written as text. */

export type Value = string | number | boolean | readonly string[] | StatementEntry

export interface StatementEntry {
  readonly [key: string]: Value
}

/** Statements that a policy lacks, and the keys below which they belong. */
export interface Statements {
  readonly path: readonly string[]
  /** A key of null: an item to add to the list there. */
  readonly said: readonly { readonly key: string | null; readonly value: Value }[]
}

/** A piece of a whole policy: a statement, a comment, or an empty line between them. */
export type Part =
  | { readonly key: string; readonly value: Value | Block; readonly remark?: string }
  | { readonly comment: string }
  | null

/** What is indented below a key. */
export interface Block {
  readonly parts: readonly Part[]
}
