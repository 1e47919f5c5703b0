/** Amends the `agents` section of a policy's text. */
import type { AgentKeys, Amendments } from '../../core/adopt/amendments.ts'
import { groupBy } from '../../core/model/collect.ts'
import { compareCodeUnits, spellEmail } from '../../core/model/names.ts'
import { writeCustomRole } from '../../core/plan/settle.ts'
import { type Entry, getEntry, getText, type TreeNode } from '../read/tree.ts'
import { amendKeys, findItem, findPlaces, listEntries, writeInline } from './amend-entry.ts'
import { type Addition, change, type Page } from './collection.ts'
import { writeKeyed, writeYamlValue } from './yaml.ts'

export function amendAgents(page: Page, section: Entry, { agents }: Amendments): void {
  const entries = listEntries(section)
  const names = entries.map(({ key }) => spellEmail(key.trim()))
  const kinds = entries.map(({ value }) => decideKind(value))
  for (const [index, entry] of entries.entries()) {
    const keys = agents.get(names[index] ?? '')
    if (keys !== undefined && keys !== 'remove') amendAgent(page, entry, keys)
  }
  const listed = new Set(names)
  const placeOf = groupPlacesByKind(names, kinds)
  const added = [...agents].filter(([email, keys]) => keys !== 'remove' && !listed.has(email))
  change(page, {
    kind: 'map',
    span: section.value.span,
    keyEnd: section.span.end,
    items: entries.map((entry, index) =>
      findItem(page, entry, agents.get(names[index] ?? '') === 'remove'),
    ),
    additions: added
      .sort(([a], [b]) => compareCodeUnits(a, b))
      .map(([email, keys]): Addition => {
        const value = keys === 'remove' ? '' : writeAgentValue(keys)
        const kind = keys === 'remove' ? '' : decideKindOfKeys(keys)
        const lines = writeKeyed(email, value)
        return { after: placeOf(email, kind), lines, inline: writeInline(email, value) }
      }),
  })
}

/** Entries of one kind stand together in a tidy policy: a new one goes where its like are. */
function decideKind(value: TreeNode): string {
  const role = getText(value) ?? getText(getEntry(value, 'role')?.value)
  const has = (key: string) => getEntry(value, key) !== undefined
  return [role, has('custom_role'), has('pending_until')].join()
}

function decideKindOfKeys({ role, custom_role: special, pending_until: until }: AgentKeys): string {
  return [role, special != null, until !== undefined].join()
}

/** Among those of one kind; else among those of one role without an end to their invitation. */
function groupPlacesByKind(
  names: readonly string[],
  kinds: readonly string[],
): (name: string, kind: string) => number {
  const roleOf = (kind = '') => kind.split(',')[0]
  const settled = [...kinds.keys()].filter((index) => !kinds[index]?.endsWith(',true'))
  const places = (indexes: Iterable<number>, keyOf: (index: number) => string | undefined) =>
    new Map([...groupBy(indexes, keyOf)].map(([key, like]) => [key, findPlaces(names, like)]))
  const alike = places(kinds.keys(), (index) => kinds[index])
  const sameRole = places(settled, (index) => roleOf(kinds[index]))
  return (name, kind) => {
    const place = alike.get(kind) ?? sameRole.get(roleOf(kind))
    return place?.(name) ?? names.length - 1
  }
}

/** In the order in which they are written; null: taken out. */
const KEYS = ['role', 'name', 'custom_role', 'reason', 'pending_until'] as const

function listAgentKeys(keys: AgentKeys): readonly (readonly [string, string | null])[] {
  const { custom_role: role } = keys
  const said = role ? { ...keys, custom_role: writeCustomRole(role) } : keys
  return KEYS.flatMap((key) => {
    const value = said[key]
    if (value === undefined) return []
    return [[key, value === null ? null : writeYamlValue(value, key)] as const]
  })
}

/** The role alone, or everything there is to say in braces. */
function writeAgentValue(keys: AgentKeys): string {
  const said = listAgentKeys(keys).filter(([, value]) => value !== null)
  const [only] = said
  if (said.length === 1 && only?.[0] === 'role') return only[1] ?? ''
  return `{ ${said.map(([key, value]) => `${key}: ${value}`).join(', ')} }`
}

function amendAgent(page: Page, { value, span }: Entry, keys: AgentKeys): void {
  const role = getText(value)
  if (role === null) {
    amendKeys(page, { value, span }, listAgentKeys(keys))
    return
  }
  page.edits.push({
    ...value.span,
    text: writeAgentValue({ role: role === 'administrator' ? role : 'agent', ...keys }),
  })
}
