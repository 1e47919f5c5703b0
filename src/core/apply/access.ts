/**
 * Who gains and who loses by a step: the access of each person before and after it. The only place that
 * decides whether a step gives or takes: its name does not. A person loses if they reach less, but also
 * if they get a smaller role or leave a group without reaching less now, because this may matter later.
 */

import { computeAccess } from '../access/access.ts'
import { compareAccess } from '../access/compare.ts'
import { formatAddress } from '../model/address.ts'
import { invertMap } from '../model/collect.ts'
import { comparePermissions } from '../model/custom-role.ts'
import { compareRights, decideEffectOnRights } from '../model/equality.ts'
import type { RecognisedGroup, RecognisedSnapshot } from '../model/identity.ts'
import type { CustomRoles, SnapshotAgent } from '../model/snapshot.ts'

/** By e-mail address. A person may be in both: one inbox in exchange for another. */
export interface AccessChange {
  readonly gain: ReadonlySet<string>
  readonly lose: ReadonlySet<string>
}

type Member = Pick<SnapshotAgent, 'role' | 'customRoleId'>

/** Both states are as `applyWrite` makes them: an object that is the same in both has not changed. */
export function compareStates(before: RecognisedSnapshot, after: RecognisedSnapshot): AccessChange {
  const [hadGroups, hasGroups] = [
    listOthers(before.groups, after.groups),
    listOthers(after.groups, before.groups),
  ]
  const [left, joined] = [listMemberships(hadGroups), listMemberships(hasGroups)]
  const roles = compareCustomRoles(before.customRoles, after.customRoles)
  const touched = new Set([
    ...listHolders(before, roles),
    ...left.keys(),
    ...joined.keys(),
    ...listOthers(before.agents, after.agents).map(({ email }) => email),
    ...listOthers(after.agents, before.agents).map(({ email }) => email),
  ])
  const [had, has] = [pickPeople(before, touched), pickPeople(after, touched)]
  const [accessBefore, accessAfter] = [computeReach(before, had), computeReach(after, has)]
  const gain = new Set<string>()
  const lose = new Set<string>()
  for (const email of touched) {
    const rights = compareMember(had.get(email), has.get(email), roles)
    const [was, is] = [left.get(email) ?? NONE, joined.get(email) ?? NONE]
    const reach = compareAccess(accessBefore.get(email) ?? null, accessAfter.get(email) ?? null)
    if (reach.more || rights.gains || [...is].some((group) => !was.has(group))) gain.add(email)
    if (reach.less || rights.loses || [...was].some((group) => !is.has(group))) lose.add(email)
  }
  return { gain, lose }
}

function computeReach(state: RecognisedSnapshot, people: ReadonlyMap<string, SnapshotAgent>) {
  const access = computeAccess({ ...state, agents: [...people.values()] })
  return new Map(access.map((each) => [each.person.email, each]))
}

const NONE: ReadonlySet<string> = new Set()

function listOthers<T>(things: readonly T[], known: readonly T[]): readonly T[] {
  if (things === known) return []
  const same = new Set(known)
  return things.filter((thing) => !same.has(thing))
}

/** Addresses of groups by e-mail address of their members. */
function listMemberships(
  groups: readonly RecognisedGroup[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const of = invertMap(groups.map(({ subject, members }) => [formatAddress(subject), members]))
  return new Map([...of].map(([email, addresses]) => [email, new Set(addresses)]))
}

function pickPeople({ agents }: RecognisedSnapshot, touched: ReadonlySet<string>) {
  return new Map(
    agents.filter(({ email }) => touched.has(email)).map((agent) => [agent.email, agent]),
  )
}

interface Rights {
  readonly gains: boolean
  readonly loses: boolean
}

const SAME: Rights = { gains: false, loses: false }

/** What people who keep a custom role gain and lose because of its new permissions, by its id. */
function compareCustomRoles(before: CustomRoles, after: CustomRoles): ReadonlyMap<number, Rights> {
  if (before === after || before.kind !== 'read' || after.kind !== 'read') return new Map()
  const later = new Map(after.roles.map(({ id, permissions }) => [id, permissions ?? []]))
  return new Map(
    before.roles.flatMap(({ id, permissions }) => {
      const [had, has] = [permissions ?? [], later.get(id)]
      if (has === undefined) return []
      const { gains, loses } = comparePermissions(had, has)
      return gains || loses ? [[id, { gains, loses }] as const] : []
    }),
  )
}

function listHolders({ agents }: RecognisedSnapshot, roles: ReadonlyMap<number, Rights>) {
  if (roles.size === 0) return []
  return agents
    .filter(({ customRoleId }) => customRoleId !== null && roles.has(customRoleId))
    .map(({ email }) => email)
}

/** If it is not known which of two custom roles allows more, the person both gains and loses. */
function compareMember(
  before: Member | undefined,
  after: Member | undefined,
  roles: ReadonlyMap<number, Rights>,
): Rights {
  if (before === undefined || after === undefined) {
    return { gains: after !== undefined, loses: before !== undefined }
  }
  const compared = compareRights(before, after, () =>
    before.customRoleId === after.customRoleId ? 'same' : 'differs',
  )
  if (compared === 'same') {
    const { role, customRoleId } = after
    return (role === 'agent' && customRoleId !== null && roles.get(customRoleId)) || SAME
  }
  const custom = ({ role, customRoleId }: Member) => ({ role, custom: customRoleId !== null })
  const effect = decideEffectOnRights(custom(before), custom(after))
  return { gains: effect !== 'lost', loses: effect !== 'gained' }
}
