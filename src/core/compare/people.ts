/**
 * Compares what a person may do, before and after; also names, invitations and sign-in methods, which
 * no step of a plan changes.
 */

import { addContrast } from '../messages/alike.ts'
import type { Pair } from '../model/collect.ts'
import { describeCustomRole, MENUS_ONLY } from '../model/custom-role.ts'
import { compareRights, decideEffectOnRights } from '../model/equality.ts'
import type { GroupKind } from '../model/kinds.ts'
import { findRoleChange, isMadeAgain } from './custom-roles.ts'
import {
  comparePair,
  type Difference,
  type Person,
  type Piece,
  type Shown,
  type Side,
  type SideCustomRole,
} from './sides.ts'

/** @param groups on each side, whose names are shown with a person */
export function comparePeople(
  people: readonly Pair<Person>[],
  groups: Readonly<Record<'before' | 'after', Side['groups']>>,
  roles: readonly Pair<SideCustomRole>[],
): readonly Difference[] {
  return people.flatMap((pair) =>
    comparePair(pair, {
      subject: ({ email }) => ({ kind: 'agent', email }),
      show: (person, side) => showPerson(person, groups[side]),
      came: (has) => `new ${describePerson(has)}`,
      left: (had) => `removed, was ${describePerson(had)}`,
      changed: (had, has) => {
        const same = isSameRole(had, has, roles)
        return joinPieces([...listRights(had, has, same, roles), ...listOtherFacts(had, has, same)])
      },
    }).map((each) => ({ ...each, person: pair.before?.email ?? null })),
  )
}

/** Together they are a gain or a loss only if no two of them contradict each other. */
function joinPieces(pieces: readonly Piece[]): Piece | null {
  if (pieces.length === 0) return null
  const kinds = new Set(pieces.map(({ kind }) => kind).filter((kind) => kind !== 'changed'))
  const [only = 'changed', second] = kinds
  const text = pieces.map((each) => each.text).join('; ')
  return { kind: second === undefined ? only : 'changed', text }
}

function describePerson(person: Person): string {
  const names = person.groups.map(({ name }) => name)
  return [
    person.role,
    ...(person.customRole === null ? [] : [` with ${describeCustomRole(person.customRole)}`]),
    ...(person.confirmed === false ? [', invitation not accepted'] : []),
    ...(names.length === 0 ? [] : [`; in ${names.join(', ')}`]),
  ].join('')
}

function showPerson(person: Person, groups: Side['groups']): Shown {
  const names = (kind: GroupKind) =>
    person.groups.filter(({ of }) => of === kind).map(({ name }) => name)
  return {
    name: person.name,
    role: person.role,
    custom_role: person.customRole,
    confirmed: person.confirmed,
    provider: person.provider,
    ...Object.fromEntries([...groups].map(([kind, known]) => [kind.section, known && names(kind)])),
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

/** The role, or the custom role of an agent. @param same whether they have the same custom role */
function listRights(
  had: Person,
  has: Person,
  same: boolean,
  roles: readonly Pair<SideCustomRole>[],
): readonly Piece[] {
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
function listOtherFacts(had: Person, has: Person, same: boolean): readonly Piece[] {
  const pieces: Piece[] = []
  if (had.email !== has.email) {
    pieces.push({ kind: 'changed', text: `renamed: ${had.email} → ${has.email}` })
  }
  const both = had.role === 'administrator' && has.role === 'administrator'
  if (both && !same) {
    const custom = `${describeCustomRole(had.customRole)} → ${describeCustomRole(has.customRole)}`
    pieces.push({ kind: 'changed', text: `${custom}, on an administrator that ${MENUS_ONLY}` })
  }
  if (had.confirmed !== has.confirmed) {
    pieces.push(
      has.confirmed
        ? { kind: 'gained', text: 'accepted the invitation' }
        : { kind: 'lost', text: 'invitation open again' },
    )
  }
  if (had.name !== has.name) {
    const [was, is] = [had.name, has.name].map((name) => (name === null ? 'not set' : `"${name}"`))
    const text = addContrast(`name ${was} → ${is}`, had.name ?? '', has.name ?? '')
    pieces.push({ kind: 'changed', text })
  }
  if (had.provider !== has.provider) {
    const provider = `${had.provider ?? 'not known'} → ${has.provider ?? 'not known'}`
    pieces.push({ kind: 'changed', text: `signs in with ${provider}` })
  }
  return pieces
}
