/**
 * Compares what a person may do, before and after; also names, invitations and sign-in methods, which
 * no step of a plan changes.
 */

import { addContrast } from '../messages/alike.ts'
import type { Pair } from '../model/collect.ts'
import { describeCustomRole, MENUS_ONLY } from '../model/custom-role.ts'
import { compareRights, decideEffectOnRights, type Effect } from '../model/equality.ts'
import type { GroupKind } from '../model/kinds.ts'
import { findRoleChange, isMadeAgain } from './custom-roles.ts'
import {
  type Difference,
  indexByName,
  type Person,
  type Shown,
  type SideCustomRole,
} from './sides.ts'

/** @param kinds of groups, whose names are shown with a person */
export function comparePeople(
  people: readonly Pair<Person>[],
  kinds: readonly GroupKind[],
  roles: readonly Pair<SideCustomRole>[],
): readonly Difference[] {
  return people.flatMap((pair): readonly Difference[] => {
    const both = pairSides(pair, kinds)
    const { before: had, after: has } = pair
    if (had === null) {
      return [{ ...both, kind: 'gained', action: 'create', summary: `new ${describePerson(has)}` }]
    }
    if (has === null) {
      const summary = `removed, was ${describePerson(had)}`
      return [{ ...both, kind: 'lost', action: 'delete', summary }]
    }
    const pieces = [...listRights(had, has, roles), ...listOtherFacts(had, has, roles)]
    if (pieces.length === 0) return []
    const summary = pieces.map(({ text }) => text).join('; ')
    return [{ ...both, kind: decideKind(pieces), action: 'update', summary }]
  })
}

interface Piece {
  readonly kind: Effect
  readonly text: string
}

function decideKind(pieces: readonly Piece[]): Effect {
  const kinds = new Set(pieces.map(({ kind }) => kind).filter((kind) => kind !== 'changed'))
  const [only = 'changed', second] = kinds
  return second === undefined ? only : 'changed'
}

/** The two sides of one difference. */
function pairSides(pair: Pair<Person>, kinds: readonly GroupKind[]) {
  const { before: had, after: has } = pair
  const subject = ({ email }: Person) => ({ kind: 'agent', email }) as const
  return {
    ...indexByName(subject(pair.latest), had && subject(had)),
    person: had?.email ?? null,
    before: had && showPerson(had, kinds),
    after: has && showPerson(has, kinds),
    location: has?.location ?? had?.location ?? null,
  }
}

function describePerson(person: Person): string {
  const names = person.groups.map(({ name }) => name)
  return [
    person.role,
    ...(person.customRole === null ? [] : [` with ${describeCustomRole(person.customRole)}`]),
    ...(person.confirmed ? [] : [', invitation not accepted']),
    ...(names.length === 0 ? [] : [`; in ${names.join(', ')}`]),
  ].join('')
}

function showPerson(person: Person, kinds: readonly GroupKind[]): Shown {
  const names = (kind: GroupKind) =>
    person.groups.filter(({ of }) => of === kind).map(({ name }) => name)
  return {
    name: person.name,
    role: person.role,
    custom_role: person.customRole,
    confirmed: person.confirmed,
    provider: person.provider,
    ...Object.fromEntries(kinds.map((kind) => [kind.section, names(kind)])),
  }
}

function isSameRole(
  { customRole: had }: Person,
  { customRole: has }: Person,
  roles: readonly Pair<SideCustomRole>[],
): boolean {
  if (had?.id === has?.id && had?.name === has?.name) return true
  return had !== null && has !== null && isMadeAgain(roles, had, has)
}

/** The role, or the custom role of an agent. */
function listRights(
  had: Person,
  has: Person,
  roles: readonly Pair<SideCustomRole>[],
): readonly Piece[] {
  const same = isSameRole(had, has, roles)
  const differing = compareRights(had, has, () => (same ? 'same' : 'differs'))
  if (differing === 'same') {
    const change = has.role === 'agent' ? findRoleChange(roles, has) : null
    return change === null ? [] : [change]
  }
  const kind = decideEffectOnRights(getRights(had), getRights(has))
  const custom = `${describeCustomRole(had.customRole)} → ${describeCustomRole(has.customRole)}`
  if (differing === 'custom-role') return [{ kind, text: custom }]
  return [{ kind, text: `${had.role} → ${has.role}${same ? '' : `, ${custom}`}` }]
}

function getRights({ role, customRole }: Person) {
  return { role, custom: customRole !== null }
}

/** Facts that no step of a plan changes. */
function listOtherFacts(
  had: Person,
  has: Person,
  roles: readonly Pair<SideCustomRole>[],
): readonly Piece[] {
  const pieces: Piece[] = []
  if (had.email !== has.email) {
    pieces.push({ kind: 'changed', text: `renamed: ${had.email} → ${has.email}` })
  }
  const both = had.role === 'administrator' && has.role === 'administrator'
  if (both && !isSameRole(had, has, roles)) {
    const custom = `${describeCustomRole(had.customRole)} → ${describeCustomRole(has.customRole)}`
    pieces.push({ kind: 'changed', text: `${custom}, on an administrator that ${MENUS_ONLY}` })
  }
  if (had.confirmed !== has.confirmed) {
    pieces.push(
      has.confirmed
        ? { kind: 'gained', text: 'accepted the invitation' }
        : { kind: 'lost', text: 'invitation not accepted any more' },
    )
  }
  if (had.name !== has.name) {
    const names = `name "${had.name}" → "${has.name}"`
    pieces.push({ kind: 'changed', text: addContrast(names, had.name, has.name) })
  }
  if (had.provider !== has.provider) {
    const provider = `${had.provider ?? 'not known'} → ${has.provider ?? 'not known'}`
    pieces.push({ kind: 'changed', text: `signs in with ${provider}` })
  }
  return pieces
}
