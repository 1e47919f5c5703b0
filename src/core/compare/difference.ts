/**
 * Compares two snapshots or two policies of one account. Rights, settings and members are compared as
 * in a plan; differences without a step in a plan (an accepted invitation, a new name) are listed too.
 */

import { formatAddress } from '../model/address.ts'
import { type Pair, pairEntries } from '../model/collect.ts'
import { listRoles } from '../model/custom-role.ts'
import { listSpellingsIn, recognise, recogniseCustomRoles, respell } from '../model/identity.ts'
import { KINDS } from '../model/kinds.ts'
import { compareCodeUnits } from '../model/names.ts'
import type { Policy } from '../model/policy.ts'
import { hasGroups, type Snapshot } from '../model/snapshot.ts'
import { findLookAlikes } from '../plan/distinguish.ts'
import { type ControlChange, compareControls } from './controls.ts'
import { compareCustomRoles, pairCustomRoles } from './custom-roles.ts'
import { compareGroups, type Stayed } from './groups.ts'
import { comparePeople } from './people.ts'
import {
  type Difference,
  makePolicySide,
  makeSnapshotSide,
  type Person,
  type Side,
} from './sides.ts'

export interface Differences {
  /** People by address, then groups and members. */
  readonly differences: readonly Difference[]
  /** Only for policies: the statements that decide how strict they are. */
  readonly controls: readonly ControlChange[]
}

/**
 * Both must be of one account. An id belongs to one person or group forever; an address or a name can
 * be reused, so it decides only if the id is on one side only. Names of custom roles and of the account
 * are not compared.
 */
export function diffStates(earlier: Snapshot, later: Snapshot): Differences {
  const spellings = listSpellingsIn(later)
  const [before, after] = [recognise(earlier, spellings), recognise(later, spellings)]
  const roles = recogniseCustomRoles(later).map(({ subject }) => subject)
  const both = [earlier, later].flatMap(({ customRoles }) => listRoles(customRoles))
  const names = new Map(both.map(({ id, name }) => [id, name]))
  // Compared with a side that does not have them, all would be new or gone.
  const kinds = KINDS.filter((of) => hasGroups(earlier, of) && hasGroups(later, of))
  const side = ({ snapshot }: typeof before) =>
    makeSnapshotSide(snapshot, roles, kinds, (id) => ({ id, name: names.get(id) ?? null }))
  return { differences: compare(side(before), side(after)), controls: [] }
}

export function diffPolicies(earlier: Policy, after: Policy): Differences {
  const before = respell(earlier, after)
  return {
    differences: compare(makePolicySide(before), makePolicySide(after)),
    controls: compareControls(before, after),
  }
}

function compare(before: Side, after: Side): readonly Difference[] {
  const people =
    before.people && after.people
      ? pairEntries(before.people, after.people, ({ email }) => email)
      : []
  const stayed = findWhoStayed(people)
  const groups = [...after.groups].flatMap(([of, has]) => {
    const had = before.groups.get(of)
    if (!had || !has) return []
    const pairs = pairEntries(had, has, ({ subject }) => formatAddress(subject))
    return compareGroups(of, pairs, stayed)
  })
  const roles = pairCustomRoles(before, after)
  const all = [
    ...comparePeople(people, { before: before.groups, after: after.groups }, roles),
    ...compareCustomRoles(roles),
    ...groups,
  ]
  const sides = [before, after]
  const notes = findLookAlikes(
    sides.flatMap((side) => side.people?.map(({ email }) => email) ?? []),
    sides.flatMap((side) => [
      ...(side.customRoles ?? []).map(({ subject }) => subject),
      ...[...side.groups.values()].flatMap((same) => same?.map(({ subject }) => subject) ?? []),
    ]),
  )
  const noted = all.map((each) => {
    const summary = [each.summary, ...notes(each.subject)].join('; ')
    return { ...each, summary }
  })
  return noted.sort(
    (a, b) =>
      Number(a.subject.kind !== 'agent') - Number(b.subject.kind !== 'agent') ||
      compareCodeUnits(a.address, b.address) ||
      compareCodeUnits(a.action, b.action),
  )
}

function findWhoStayed(people: readonly Pair<Person>[]): Stayed {
  const later = new Map<string, string | null>()
  const earlier = new Map<string, string | null>()
  for (const { before, after } of people) {
    if (before !== null) later.set(before.email, after?.email ?? null)
    if (after !== null) earlier.set(after.email, before?.email ?? null)
  }
  const look = (known: ReadonlyMap<string, string | null>) => (email: string) => {
    const other = known.get(email)
    return other === undefined ? email : other
  }
  return { later: look(later), earlier: look(earlier) }
}
