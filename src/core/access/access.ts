/**
 * Which conversations each person on an account reaches, and why. A pure function of people, groups,
 * custom roles and the server's version, so that it also answers for a state that does not exist yet.
 * Where something was not read, the answer is "unknown", never less.
 */

import type { GroupSubject } from '../model/address.ts'
import { groupBy, invertMap } from '../model/collect.ts'
import {
  type CustomRoleFact,
  describeActualCustomRole,
  isForeign,
  isPermission,
  listRoles,
} from '../model/custom-role.ts'
import { type GroupKind, KINDS } from '../model/kinds.ts'
import { compareCodeUnits } from '../model/names.ts'
import { type AccessRule, findAccessRule } from '../model/server-version.ts'
import {
  type CustomRoles,
  hasGroups,
  type Snapshot,
  type SnapshotAgent,
} from '../model/snapshot.ts'

/** A recognised snapshot is one, and so is the state after a plan. */
export interface AccessState
  extends Pick<Snapshot, 'serverVersion' | 'coverage' | 'customRoles' | 'agents'> {
  readonly groups: readonly { readonly subject: GroupSubject; readonly members: Iterable<string> }[]
}

/**
 * Which of the conversations that belong to a membership. `unknown`: the permissions of the custom role
 * are not known. `foreign`: the custom role is not on the account, so it opens none until somebody
 * creates or widens it, even in another account.
 */
export type Extent =
  | 'all'
  | 'unassigned-and-participating'
  | 'unassigned'
  | 'participating'
  | 'none'
  | 'unknown'
  | 'foreign'

/** What a membership gives. */
export interface Way {
  readonly group: GroupSubject
  /** In the list of conversations. */
  readonly lists: Extent
  /** By the address of a conversation. */
  readonly opens: Extent
  /** If the version is unknown: what it opens before `SINCE.access`. Null: the same, or the version is known. */
  readonly opensBefore: Extent | null
}

/**
 * `unread`: its permissions are not known. `newer`: rollcall does not know one of them, so it may open
 * more. `foreign`: it is not on the account. `ignored`: it narrows nothing, because the person is an
 * administrator or the server's code has no custom roles.
 */
export type HeldRole = CustomRoleFact &
  (
    | { readonly is: 'known' | 'newer'; readonly permissions: readonly string[] }
    | { readonly is: 'unread' | 'foreign'; readonly permissions: null }
    | { readonly is: 'ignored'; readonly permissions: readonly string[] | null }
  )

/** Worst first; a person has the first one that fits. */
export const RANKS_OF_ACCESS = [
  'everything',
  'foreign',
  'unknown',
  'inboxes',
  'narrowed',
  'teams',
  'nothing',
] as const

export type AccessRank = (typeof RANKS_OF_ACCESS)[number]

export interface PersonAccess {
  readonly person: SnapshotAgent
  readonly rank: AccessRank
  readonly customRole: HeldRole | null
  /** Also of administrators, who reach everything without them. Those into inboxes first. */
  readonly ways: readonly Way[]
  /** Kinds whose groups were not read: this person may be a member of any of them. */
  readonly unread: readonly GroupKind[]
}

/** How many people reach that much. */
export function countRanks(access: readonly PersonAccess[]): Readonly<Record<string, number>> {
  const ranks = groupBy(access, ({ rank }) => rank)
  return Object.fromEntries(RANKS_OF_ACCESS.map((rank) => [rank, ranks.get(rank)?.length ?? 0]))
}

/** Of everybody on the account: worst first, then those with more inboxes, then by e-mail address. */
export function computeAccess(state: AccessState): readonly PersonAccess[] {
  const rule = findAccessRule(state.serverVersion)
  const unread = KINDS.filter((of) => !hasGroups(state, of))
  const groupsOf = invertMap(state.groups.map(({ subject, members }) => [subject, members]))
  return state.agents
    .map((person) => {
      const customRole = judgeHeldRole(person, state.customRoles)
      const narrowing = describeNarrowing(customRole)
      const groups = groupsOf.get(person.email) ?? []
      const all = groups.map((group) => describeWay(group, narrowing, rule))
      const inside = listWaysInside({ ways: all })
      const ways = [...inside, ...all.filter((way) => !inside.includes(way))]
      const rank = classifyAccess(person, customRole, ways, unread)
      return { person, rank, customRole, ways, unread }
    })
    .sort(
      (a, b) =>
        RANKS_OF_ACCESS.indexOf(a.rank) - RANKS_OF_ACCESS.indexOf(b.rank) ||
        listWaysInside(b).length - listWaysInside(a).length ||
        compareCodeUnits(a.person.email, b.person.email),
    )
}

/** Memberships of inboxes: their conversations do not have to be assigned to the group. */
export function listWaysInside({ ways }: Pick<PersonAccess, 'ways'>): readonly Way[] {
  return ways.filter(({ group }) => group.of.opens === 'inside')
}

/** Memberships of teams, if they open conversations that are assigned to the team. */
export function listWaysAssigned({ ways }: Pick<PersonAccess, 'ways'>): readonly Way[] {
  return ways.filter((way) => way.group.of.opens === 'assigned' && hasEffect(way))
}

function judgeHeldRole({ role, customRoleId }: SnapshotAgent, roles: CustomRoles): HeldRole | null {
  if (customRoleId === null) return null
  const fact = describeActualCustomRole(customRoleId, roles)
  const permissions = listRoles(roles).find(({ id }) => id === customRoleId)?.permissions ?? null
  if (role === 'administrator' || roles.kind === 'unsupported') {
    return { ...fact, is: 'ignored', permissions }
  }
  if (permissions !== null) return { ...fact, is: judgePermissions(permissions), permissions }
  return { ...fact, is: isForeign(customRoleId, roles) ? 'foreign' : 'unread', permissions }
}

function judgePermissions(permissions: readonly string[]): 'known' | 'newer' {
  const all = permissions.includes('conversation_manage')
  return all || permissions.every(isPermission) ? 'known' : 'newer'
}

type Narrowing = Pick<Way, 'lists' | 'opens'>

function describeNarrowing(held: HeldRole | null): Narrowing {
  switch (held?.is) {
    case undefined:
    case 'ignored':
      return { lists: 'all', opens: 'all' }
    case 'foreign':
      return { lists: 'foreign', opens: 'foreign' }
    case 'unread':
    case 'newer':
      return { lists: 'unknown', opens: 'unknown' }
    case 'known':
      return readPermissions(held.permissions)
  }
}

/** Of several permissions about conversations, the list follows the widest, opening follows each. */
function readPermissions(permissions: readonly string[]): Narrowing {
  const has = (what: string) => permissions.includes(`conversation_${what}manage`)
  if (has('')) return { lists: 'all', opens: 'all' }
  const participating = has('participating_')
  if (has('unassigned_')) {
    const opens = participating ? 'unassigned-and-participating' : 'unassigned'
    return { lists: 'unassigned', opens }
  }
  const only = participating ? 'participating' : 'none'
  return { lists: only, opens: only }
}

function describeWay(group: GroupSubject, { lists, opens }: Narrowing, rule: AccessRule): Way {
  const inside = group.of.opens === 'inside'
  const before = inside ? 'all' : 'none'
  return {
    group,
    lists: inside ? lists : 'none',
    opens: rule === 'before' ? before : opens,
    opensBefore: rule === 'either' && before !== opens ? before : null,
  }
}

function hasEffect({ lists, opens, opensBefore }: Way): boolean {
  return [lists, opens, opensBefore ?? 'none'].some((extent) => extent !== 'none')
}

function classifyAccess(
  { role }: SnapshotAgent,
  held: HeldRole | null,
  ways: readonly Way[],
  unread: readonly GroupKind[],
): AccessRank {
  if (role === 'administrator') return 'everything'
  if (held?.is === 'foreign') return 'foreign'
  const known = held?.is !== 'unread' && held?.is !== 'newer'
  if (!known || unread.some(({ opens }) => opens === 'inside')) return 'unknown'
  const inside = listWaysInside({ ways }).filter(hasEffect)
  const all = (way: Way) => [way.lists, way.opens, way.opensBefore].includes('all')
  if (inside.some(all)) return 'inboxes'
  if (inside.length > 0) return 'narrowed'
  if (listWaysAssigned({ ways }).length > 0) return 'teams'
  return unread.length > 0 ? 'unknown' : 'nothing'
}
