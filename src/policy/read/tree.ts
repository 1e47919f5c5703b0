/**
 * The text of a policy as a plain tree, in which every node has its place. Uses maps, not objects, so
 * that `__proto__` is an ordinary key. Does not know what a policy means.
 */
import type { Span } from './source-text.ts'

export type TreeNode =
  | MapNode
  | { readonly kind: 'list'; readonly span: Span; readonly items: readonly TreeNode[] }
  | ScalarNode
  /** It already has an error (an alias, a tag, a key without a colon), so it gets no second one. */
  | { readonly kind: 'broken'; readonly span: Span }

export interface MapNode {
  readonly kind: 'map'
  readonly span: Span
  readonly entries: Map<string, Entry>
  /** True if a rejected key (a merge key, a list as key) may hide more entries. */
  open: boolean
}

export interface Entry {
  readonly key: string
  readonly span: Span
  readonly value: TreeNode
  /** True if the key appears twice and the values cannot be merged, because one is not a map. */
  doubtful: boolean
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly span: Span
  readonly value: string | number | boolean | null
  /** As written, without quotes. */
  readonly source: string
}

export function getEntry(node: TreeNode | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

export function getValue(node: TreeNode | undefined, key: string): TreeNode | undefined {
  return getEntry(node, key)?.value
}

export function getEntries(node: TreeNode | undefined): Iterable<Entry> {
  return node?.kind === 'map' ? node.entries.values() : []
}

export function getItems(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.kind === 'list' ? node.items : []
}

/** The list of members of a group or of permissions, in either form of its entry. */
export function getList(entry: TreeNode, key: 'members' | 'permissions'): TreeNode | undefined {
  return entry.kind === 'list' ? entry : getValue(entry, key)
}

/** Null for anything that is not text. */
export function getText(node: TreeNode | undefined): string | null {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null
}

/** Null for anything that is not a number. */
export function getNumber(node: TreeNode | undefined): number | null {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : null
}

/** Whether nothing follows the key, or only what was found in line with it. */
export function lacksValue(node: TreeNode): boolean {
  return node.kind === 'map' ? node.open : node.kind === 'scalar' && node.value === null
}

/** For the schema validator; its objects have no prototype. */
export function toPlainValue(node: TreeNode): unknown {
  switch (node.kind) {
    case 'map': {
      const value = Object.create(null)
      for (const entry of node.entries.values()) value[entry.key] = toPlainValue(entry.value)
      return value
    }
    case 'list':
      return node.items.map(toPlainValue)
    case 'scalar':
      return node.value
    case 'broken':
      return null
  }
}
