/**
 * A policy's text as a plain tree in which everything knows its place. Keys are kept in maps, not
 * objects, so that `__proto__` is a name like any other. Nothing here knows what a policy means.
 */
import type { Span } from './source-text.ts'

export type TreeNode = MapNode | ListNode | ScalarNode | BrokenNode

export interface MapNode {
  readonly kind: 'map'
  readonly span: Span
  readonly entries: Map<string, Entry>
  /** True when a rejected key (a merge key, a list as key) may have hidden further entries. */
  open: boolean
}

export interface Entry {
  readonly key: string
  readonly span: Span
  readonly value: TreeNode
  /** True when the key stands there twice with values that differ in more than map entries. */
  doubtful: boolean
}

export interface ListNode {
  readonly kind: 'list'
  readonly span: Span
  readonly items: readonly TreeNode[]
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly span: Span
  readonly value: string | number | boolean | null
  /** As written, without quotes. */
  readonly source: string
}

/** Something already reported (an alias, a tag): nothing more is said about it. */
export interface BrokenNode {
  readonly kind: 'broken'
  readonly span: Span
}

export function getEntry(node: TreeNode | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

export function getEntries(node: TreeNode | undefined): Iterable<Entry> {
  return node?.kind === 'map' ? node.entries.values() : []
}

export function getItems(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.kind === 'list' ? node.items : []
}

/** The list of members of a team, in either of its forms. */
export function getMembers(team: TreeNode): TreeNode | undefined {
  return team.kind === 'list' ? team : getEntry(team, 'members')?.value
}

/** The scalar's text; null for anything that is not text. */
export function getText(node: TreeNode | undefined): string | null {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : null
}

/** The plain value for a schema validator, made of objects without a prototype. */
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
