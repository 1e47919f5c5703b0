/** Amends the `agents` section of a policy's text. */
import type { AgentKeys, Amendments } from '../../core/adopt/amendments.ts'
import { groupBy } from '../../core/model/collect.ts'
import { compareCodeUnits, spellEmail } from '../../core/model/names.ts'
import { writeCustomRole } from '../../core/plan/policy-fix.ts'
import type { Span } from '../read/source-text.ts'
import { type Entry, getEntries, getEntry, getText, getValue, type TreeNode } from '../read/tree.ts'
import { amendKeys, amendListed, findPlaces, writeInline } from './amend-entry.ts'
import { type Addition, changeCollection, listSpans } from './collection.ts'
import { hasComment, isOwnComment, listParagraphs, readComment } from './comments.ts'
import type { Page } from './splice.ts'
import { writeKeyed, writeYamlValue } from './yaml.ts'

export function amendAgents(page: Page, section: Entry, { agents }: Amendments): void {
  const entries = [...getEntries(section.value)]
  const names = entries.map(({ key }) => spellEmail(key.trim()))
  const kinds = entries.map(({ value }) => decideKind(value))
  const { added, isRemoved } = amendListed<AgentKeys>(entries, names, agents, (entry, keys) =>
    amendAgent(page, entry, keys),
  )
  const placeOf = makePlacement(page, names, kinds, listSpans(page, section.value))
  const headed = new Set<AgentRank>()
  const additions = added
    .map((each) => ({ ...each, place: placeOf(each.name, decideKindOfKeys(each.keys)) }))
    .sort(
      (a, b) =>
        compareCodeUnits(a.place.heading ?? '', b.place.heading ?? '') ||
        compareCodeUnits(a.name, b.name),
    )
    .map(({ name, keys, place: { heading, ...place } }): Addition => {
      const value = writeAgentValue(keys)
      const above = heading === null || headed.has(heading) ? [] : ['', `# ${HEADINGS[heading]}`]
      if (heading !== null) headed.add(heading)
      const lines = [...above, ...writeKeyed(name, value)]
      return { ...place, lines, inline: writeInline(name, value) }
    })
  changeCollection(page, section, isRemoved, additions)
}

/** How a policy groups people for its readers: entries of the same sort are together. */
interface AgentKind {
  readonly role: string | null
  readonly customRole: boolean
  readonly pending: boolean
}

function decideKind(value: TreeNode): AgentKind {
  const has = (key: string) => getEntry(value, key) !== undefined
  const role = getText(value) ?? getText(getValue(value, 'role'))
  return { role, customRole: has('custom_role'), pending: has('pending_until') }
}

function decideKindOfKeys({ role, custom_role, pending_until }: AgentKeys): AgentKind {
  const pending = pending_until !== undefined
  return { role: role ?? null, customRole: custom_role != null, pending }
}

const HEADINGS = {
  administrator: 'Administrators',
  agent: 'Agents',
  'custom-role': 'Agents with a custom role',
  invitation: 'Invitations that are not accepted',
} as const

type AgentRank = keyof typeof HEADINGS

function decideRank({ role, customRole, pending }: AgentKind): AgentRank {
  if (pending) return 'invitation'
  if (role === 'administrator') return role
  return customRole ? 'custom-role' : 'agent'
}

/** What a heading says about the people below it: its first known word decides; null if it has none. */
function decideTopic(comment: string): AgentRank | null {
  if (/\binvit/i.test(comment)) return 'invitation'
  if (/\bcustom role/i.test(comment)) return 'custom-role'
  const [word] = /\b(?:administrator|admin|agent)/i.exec(comment) ?? []
  if (word === undefined) return null
  return word.toLowerCase() === 'agent' ? 'agent' : 'administrator'
}

type Place = Pick<Addition, 'after' | 'belowHeading'> & {
  /** Of a paragraph that begins with this person; null: no heading above them is wrong. */
  readonly heading: AgentRank | null
}

/**
 * Beside people of the same sort. If there are none, beside people with the same role, unless a heading
 * says something else about them. Otherwise at the end, in a new paragraph if the one above is about
 * others.
 */
function makePlacement(
  page: Page,
  names: readonly string[],
  kinds: readonly AgentKind[],
  spans: readonly Span[],
): (name: string, kind: AgentKind) => Place {
  const paragraphs = listParagraphs(page, spans)
  const findHeading = (index: number) => {
    const paragraph = paragraphs.findLast(({ first }) => first <= index)
    return paragraph && hasComment(paragraph) ? paragraph : null
  }
  const fits = (index: number, kind: AgentKind): boolean => {
    const paragraph = findHeading(index)
    if (paragraph === null || isOwnComment(page, spans, paragraph)) return true
    const topic = decideTopic(readComment(page, paragraph))
    if (topic !== null) return topic === decideRank(kind)
    return kinds.slice(paragraph.first, paragraph.last + 1).some(({ role }) => role === kind.role)
  }
  const placesBy = (keyOf: (kind: AgentKind) => string) =>
    new Map(
      [...groupBy(kinds.entries(), ([, kind]) => keyOf(kind))].map(([key, like]) => {
        const indexes = like.map(([index]) => index)
        return [key, { first: indexes[0] ?? 0, find: findPlaces(names, indexes) }]
      }),
    )
  const keyOf = ({ role, customRole, pending }: AgentKind) => `${role} ${customRole} ${pending}`
  const alike = placesBy(keyOf)
  const sameRole = placesBy(({ role, pending }) => `${role} ${pending}`)
  const last = names.length - 1
  return (name, kind) => {
    const own = alike.get(keyOf(kind))
    const near = own ?? sameRole.get(`${kind.role} false`)
    const after = near?.find(name) ?? last
    const above = near !== undefined && after < near.first
    if (near !== undefined && (own || fits(above ? near.first : after, kind))) {
      const heading = above ? findHeading(near.first) : null
      // Below a comment about another person, the comment would seem to be about both.
      const follows =
        after >= 0 && heading?.first === near.first && isOwnComment(page, spans, heading)
      return { after: follows ? near.first : after, belowHeading: above && !follows, heading: null }
    }
    return { after: last, heading: fits(last, kind) ? null : decideRank(kind) }
  }
}

/** In the order in which they are written; null: removed. */
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

/** The role alone, or all keys in braces. */
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
