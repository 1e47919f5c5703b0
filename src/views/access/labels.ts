/** The words that all views of access share, and the access review. No markup. */

import {
  type Extent,
  listWaysAssigned,
  listWaysInside,
  type PersonAccess,
  type Way,
} from '../../core/access/access.ts'
import { formatAddress, labelSubject } from '../../core/model/address.ts'
import { describeCustomRole, MENUS_ONLY } from '../../core/model/custom-role.ts'
import { SINCE } from '../../core/model/server-version.ts'
import type { AccessSectionKind, AccountAccess, RecordedAccess } from '../../core/report/access.ts'
import { abridge } from '../abridge.ts'
import { describePersonRecord } from '../activity-words.ts'
import { ASSIGNED, describeMissing, INSIDE, identifyAccount } from '../labels.ts'

export const MEANING =
  'This shows who reaches which conversations, and why. It does not show who should: compare that with `rollcall plan`.'

export const SECTION_TITLES: Readonly<Record<AccessSectionKind, string>> = {
  everything: 'Reach everything',
  foreign: 'Custom role that is not on this account',
  unknown: 'Not known',
  inboxes: `Every conversation of ${INSIDE.one}`,
  narrowed: `A part of the conversations of ${INSIDE.one}`,
  teams: `Only conversations assigned to their ${ASSIGNED.plural}`,
  nothing: 'No conversation',
  person: 'Person',
  administrator: 'Administrators, who reach everything',
  member: 'Members',
  assigned: `Not members: only conversations assigned to their ${ASSIGNED.plural}`,
  holder: 'Have this custom role',
}

const EXTENTS: Readonly<Record<Extent, string>> = {
  all: 'every conversation',
  'unassigned-and-participating':
    'unassigned conversations, their own, and those they take part in',
  unassigned: 'unassigned conversations and their own',
  participating: 'their own conversations and those they take part in',
  none: 'no conversation',
  unknown: 'not known, because not all permissions of the custom role are known',
  foreign:
    'no conversation until somebody creates or widens the custom role, even in another account',
}

const BEFORE = `before Chatwoot ${SINCE.access}`

/** Which conversations a membership gives. Null: every one, listed and opened. */
export function describeExtent({ group, lists, opens, opensBefore }: Way): string | null {
  const earlier = opensBefore === null ? '' : `; ${BEFORE}, ${EXTENTS[opensBefore]}`
  const listed = group.of.opens === 'assigned' ? opens : lists
  if (listed === opens) {
    return opens === 'all' && earlier === '' ? null : `${EXTENTS[opens]}${earlier}`
  }
  return `lists ${EXTENTS[lists]}; opens ${EXTENTS[opens]}${earlier}`
}

/** What a person reaches. Not escaped. */
export function listAllReaches(access: PersonAccess): readonly string[] {
  return [...(access.rank === 'everything' ? ['everything'] : []), ...listReaches(access)]
}

/**
 * The same for a place that already says who reaches everything: for administrators, only the
 * memberships.
 */
export function listReaches(access: PersonAccess): readonly string[] {
  const inside = listWaysInside(access)
  if (access.rank === 'everything') {
    return inside.length === 0 ? [] : [`also a member of ${joinGroups(inside)}`]
  }
  const found = [
    ...nameWays('', inside),
    ...nameWays(`conversations from any ${INSIDE.label} assigned to `, listWaysAssigned(access)),
    ...access.unread.map(({ plural }) => `${plural} not known`),
  ]
  return found.length === 0 ? ['no conversation'] : found
}

/** The names of what has the same extent, then the extent. */
function nameWays(what: string, ways: readonly Way[]): readonly string[] {
  const [first] = ways
  if (first === undefined) return []
  // All memberships of the same sort have the same extent for a person: only the custom role limits
  // them.
  const extent = describeExtent(first)
  return [`${what}${joinGroups(ways)}${extent === null ? '' : ` (${extent})`}`]
}

function joinGroups(ways: readonly Way[]): string {
  return ways.map(({ group }) => abridge(labelSubject(group))).join(', ')
}

/** Role, custom role, invitation, sign-in and what the audit log says. Not escaped. */
export function describeHolder({
  person,
  customRole: held,
  record,
}: RecordedAccess): readonly string[] {
  const { role, confirmed, provider } = person
  return [
    role,
    ...(held === null ? [] : [`${abridge(describeCustomRole(held))}${HELD[held.is]}`]),
    ...(confirmed ? [] : ['invitation not accepted']),
    ...(provider === null ? [] : [`${SIGN_INS[provider] ?? abridge(provider)} sign-in`]),
    ...(record === null ? [] : [describePersonRecord(record)]),
  ]
}

const HELD = {
  known: '',
  unread: ' with permissions that are not known',
  newer: ' with a permission that this version of rollcall does not know',
  foreign: ', which is not on this account',
  ignored: `, which ${MENUS_ONLY}`,
} as const

const SIGN_INS: Readonly<Record<string, string>> = { email: 'password', saml: 'SAML' }

/** Each way in, with the reason. Not escaped. */
export function listReasons(access: PersonAccess): readonly (readonly [string, string])[] {
  const ways = access.ways.map(
    (way) => [abridge(formatAddress(way.group)), describeReason(way, access)] as const,
  )
  if (access.rank === 'everything') return [['administrator', 'every conversation'], ...ways]
  const unread = access.unread.map(({ plural }) => plural).join(' and ')
  if (unread !== '') return [...ways, ['not known', `${unread} were not read`]]
  return ways.length === 0
    ? [['none', `a member of no ${INSIDE.label} and of no ${ASSIGNED.label}`]]
    : ways
}

function describeReason(way: Way, { customRole: held }: PersonAccess): string {
  const { of } = way.group
  const extent = describeExtent(way)
  const what =
    of.opens === 'inside'
      ? (extent ?? EXTENTS.all)
      : `conversations assigned to it, from any ${INSIDE.label}${extent === null ? '' : ` (${extent})`}`
  const limit =
    extent === null || held === null ? '' : `; limited by ${abridge(describeCustomRole(held))}`
  return `member of the ${of.label}: ${what}${limit}`
}

export function nameAnswer({ topic, account, server }: AccountAccess): string {
  const where = `account ${identifyAccount(account, server)}`
  return topic === null ? where : `${abridge(formatAddress(topic))} on ${where}`
}

/** How many there are of each sort. Null: the question was about one person. */
export function summariseAccess({ topic, sections }: AccountAccess): string | null {
  if (topic?.kind === 'agent') return null
  if (sections.length === 0) return 'nobody'
  return sections.map(({ kind, people }) => `${people.length} ${COUNTED[kind]}`).join(', ')
}

/** What else there is to know about what was asked for. Not escaped. */
export function explainTopic({ topic }: AccountAccess): string | null {
  if (topic?.kind === 'custom-role') {
    const { permissions } = topic
    if (permissions === null) return 'Its permissions were not read.'
    return `It allows: ${permissions.join(', ') || 'nothing'}.`
  }
  if (topic?.kind !== 'group' || topic.of.opens === 'inside') return null
  return `Members of ${INSIDE.one} also reach the conversations of that ${INSIDE.label} that are assigned to this ${topic.of.label}.`
}

/** After a number. */
const COUNTED: Readonly<Record<AccessSectionKind, string>> = {
  everything: 'reach everything',
  foreign: 'with a custom role that is not on this account',
  unknown: 'not known',
  inboxes: `reach every conversation of ${INSIDE.one}`,
  narrowed: `reach a part of ${INSIDE.one}`,
  teams: `reach only conversations assigned to their ${ASSIGNED.plural}`,
  nothing: 'reach no conversation',
  person: 'asked about',
  administrator: 'as administrator',
  member: 'as member',
  assigned: `only by their ${ASSIGNED.plural}`,
  holder: 'with this custom role',
}

/** What the answer does not know, and what to do about it. */
export function listGaps({ missing, rule, read }: AccountAccess): readonly string[] {
  return [
    ...describeMissing(missing, 'all access', read),
    ...(rule === 'either'
      ? [
          `The version of Chatwoot is not known. From ${SINCE.access} on, ${ASSIGNED.plural} give access and custom roles limit what people can open; before, they did not.`,
        ]
      : []),
  ]
}
