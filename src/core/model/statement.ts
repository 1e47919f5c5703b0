/** What a policy says or would say: where, and what. How that is written as text is not known here. */

export type Value = string | number | boolean | readonly string[] | StatementEntry

export interface StatementEntry {
  readonly [key: string]: Value
}

/** Statements that a policy lacks, and the keys below which they belong. */
export interface Statements {
  readonly path: readonly string[]
  /** A key of null: an item that the list there gains. */
  readonly said: readonly { readonly key: string | null; readonly value: Value }[]
}

/** A piece of a whole policy: a statement, a comment, or an empty line between them. */
export type Part =
  | { readonly key: string; readonly value: Value | Block; readonly remark?: string }
  | { readonly comment: string }
  | null

/** What stands indented below a key. */
export interface Block {
  readonly parts: readonly Part[]
}
