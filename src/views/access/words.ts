/** The words that all views of access share, and the access review. No markup. */

import {
  type Extent,
  listWaysAssigned,
  listWaysInside,
  type PersonAccess,
  type Way,
} from '../../core/access/access.ts'
import type { AccessSectionKind } from '../../core/access/answer.ts'
import { formatAddress, labelSubject } from '../../core/model/address.ts'
import { describeCustomRole, MENUS_ONLY } from '../../core/model/custom-role.ts'
import { type GroupKind, KINDS } from '../../core/model/kinds.ts'
import { ACCESS_RULE_SINCE } from '../../core/model/server-version.ts'
import type { AccountAccess } from '../../core/report/access.ts'
import { abridge, identifyAccount } from '../labels.ts'

export const MEANING =
  'This shows who reaches which conversations, and why. It does not show who should: compare that with `rollcall plan`.'

export const SECTION_TITLES: Readonly<Record<AccessSectionKind, string>> = {
  everything: 'Reach everything',
  foreign: 'Custom role that is not of this account',
  unknown: 'Not known',
  inboxes: 'Every conversation of an inbox',
  narrowed: 'A part of the conversations of an inbox',
  teams: 'Only conversations assigned to their teams',
  nothing: 'No conversation',
  person: 'Person',
  administrator: 'Administrators, who reach everything',
  member: 'Members',
  assigned: 'Not members: only conversations assigned to their teams',
  holder: 'Have this custom role',
}

export const EXTENTS: Readonly<Record<Extent, string>> = {
  all: 'every conversation',
  'unassigned-and-participating':
    'unassigned conversations, their own, and those they take part in',
  unassigned: 'unassigned conversations and their own',
  participating: 'their own conversations and those they take part in',
  none: 'no conversation',
  unknown: 'not known, the permissions of the custom role were not read',
  foreign: 'no conversation until somebody creates or widens the custom role',
}

const BEFORE = `before Chatwoot ${ACCESS_RULE_SINCE}`

/** Which conversations a membership gives. Null: every one, listed and opened. */
export function describeExtent({ group, lists, opens, opensBefore }: Way): string | null {
  const earlier = opensBefore === null ? '' : `; ${BEFORE}, ${EXTENTS[opensBefore]}`
  const listed = group.of.opens === 'assigned' ? opens : lists
  if (listed === opens) {
    return opens === 'all' && earlier === '' ? null : `${EXTENTS[opens]}${earlier}`
  }
  return `lists ${EXTENTS[lists]}; opens ${EXTENTS[opens]}${earlier}`
}

/** What a person reaches, in one phrase for each way. Not escaped. */
export function listReaches(access: PersonAccess): readonly string[] {
  const everything = access.rank === 'everything'
  const inside = nameWays(listWaysInside(access), everything)
  const assigned = everything ? [] : nameWays(listWaysAssigned(access), false)
  const unread = everything ? [] : access.unread.map(({ plural }) => `${plural} not known`)
  const found = [
    ...inside.map((ways) => (everything ? `also a member of ${ways}` : ways)),
    ...assigned.map((ways) => `conversations assigned to ${ways}, from any inbox`),
    ...unread,
  ]
  if (everything) return ['everything', ...found]
  return found.length === 0 ? ['no conversation'] : found
}

/** The names of what has the same extent, then the extent. */
function nameWays(ways: readonly Way[], namesOnly: boolean): readonly string[] {
  const [first] = ways
  if (first === undefined) return []
  const names = ways.map(({ group }) => abridge(labelSubject(group))).join(', ')
  // One person's ways of one sort have one extent: what narrows them is the custom role.
  const extent = namesOnly ? null : describeExtent(first)
  return [extent === null ? names : `${names} (${extent})`]
}

/** Role, custom role, invitation and sign-in. Not escaped. */
export function describeHolder({ person, customRole: held }: PersonAccess): readonly string[] {
  const { role, confirmed, provider } = person
  return [
    role,
    ...(held === null ? [] : [`${abridge(describeCustomRole(held))}${HELD[held.is]}`]),
    ...(confirmed ? [] : ['invitation not accepted']),
    ...(provider === null ? [] : [`signs in with ${SIGN_INS[provider] ?? abridge(provider)}`]),
  ]
}

const HELD = {
  known: '',
  unread: ', permissions not known',
  foreign: ', not a role of this account',
  ignored: `, which ${MENUS_ONLY}`,
} as const

const SIGN_INS: Readonly<Record<string, string>> = { email: 'a password', saml: 'SAML' }

/** Why somebody gets in by a membership. */
export function describeReason({ group }: Way): string {
  return group.of.opens === 'inside'
    ? `member of the ${group.of.label}`
    : `member of the ${group.of.label}: conversations assigned to it, from any inbox`
}

export function nameAnswer({ topic, account, server }: AccountAccess): string {
  const where = `account ${identifyAccount(account, server, abridge)}`
  return topic === null ? where : `${abridge(formatAddress(topic))} on ${where}`
}

export function summariseAccess({ sections }: AccountAccess): string {
  return sections.map(({ kind, people }) => `${people.length} ${COUNTED[kind]}`).join(', ')
}

/** After a number. */
const COUNTED: Readonly<Record<AccessSectionKind, string>> = {
  everything: 'reach everything',
  foreign: 'with a custom role that is not of this account',
  unknown: 'not known',
  inboxes: 'reach every conversation of an inbox',
  narrowed: 'reach a part of an inbox',
  teams: 'reach only conversations assigned to their teams',
  nothing: 'reach no conversation',
  person: 'person',
  administrator: 'as administrator',
  member: 'as member',
  assigned: 'only by their teams',
  holder: 'with this custom role',
}

/** What the answer does not know, and what to do about it. */
export function listGaps({ missing, rule, read }: AccountAccess): readonly string[] {
  const what = missing.map(({ section }) => section.replaceAll('_', ' ')).join(' and ')
  const blame = missing.some(({ is }) => is === 'unreadable')
  const remedy = read.snapshot !== null ? 'Take a new snapshot' : 'Run it again'
  return [
    ...(missing.length === 0
      ? []
      : [
          `Not read: ${what}. ${
            blame ? 'The token of an agent does not show all of them. ' : ''
          }So this does not show all access. ${remedy} with an administrator's token.`,
        ]),
    ...(rule === 'either'
      ? [
          `The version of Chatwoot is not known. From ${ACCESS_RULE_SINCE} on, teams give access and custom roles limit what people can open; before, they did not.`,
        ]
      : []),
  ]
}

/** Groups of the kinds whose members reach conversations that are not assigned to the group. */
export function listKinds(opens: GroupKind['opens']): readonly GroupKind[] {
  return KINDS.filter((of) => of.opens === opens)
}
