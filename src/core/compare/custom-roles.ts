/** Custom roles and what they permit, before and after, also for each person who has one. */

import { describeHolders, listPermissions } from '../messages/phrase.ts'
import { formatAddress } from '../model/address.ts'
import { type Pair, pairEntries } from '../model/collect.ts'
import { type CustomRoleFact, comparePermissions } from '../model/custom-role.ts'
import type { Effect } from '../model/equality.ts'
import {
  comparePair,
  type Difference,
  listChangedSettings,
  type Person,
  type Piece,
  type Side,
  type SideCustomRole,
} from './sides.ts'

type Pairs = readonly Pair<SideCustomRole>[]

/** Empty if a side does not say what custom roles permit. */
export function pairCustomRoles(before: Side, after: Side): Pairs {
  if (before.customRoles === null || after.customRoles === null) return []
  return pairEntries(before.customRoles, after.customRoles, ({ subject }) => formatAddress(subject))
}

export function compareCustomRoles(pairs: Pairs): readonly Difference[] {
  return pairs.flatMap((pair) =>
    comparePair(pair, {
      subject: ({ subject }) => subject,
      show: ({ description, permissions }) => ({ description, permissions }),
      came: ({ permissions }) => `new custom role, permits ${listPermissions(permissions)}`,
      left: (had) => `custom role removed; ${describeHolders(had)}`,
      changed: (had, has) => {
        const permits = describeChange(had, has)
        const text = [
          ...listChangedSettings(had, has, [['description', had.description, has.description]]),
          ...(permits === null ? [] : [permits.text, describeHolders(has)]),
        ].join('; ')
        return text === '' ? null : { kind: permits?.kind ?? 'changed', text }
      },
    }),
  )
}

/**
 * What a person who keeps a custom role gained or lost because its permissions changed; null: nothing.
 * If an account has no custom role with this id, the role permits nothing until somebody creates it.
 */
export function findRoleChange(pairs: Pairs, { id, customRole: role }: Person): Piece | null {
  if (role === null) return null
  const has = findRole(pairs, 'after', role)
  const say = (kind: Effect, { subject }: SideCustomRole, text: string) => {
    return { kind, text: `custom role "${subject.name}" ${text}` }
  }
  if (has?.before && has.after) {
    const change = describeChange(has.before, has.after)
    return change && say(change.kind, has.after, change.text)
  }
  if (id === null) return null
  if (has?.after)
    return say(
      'gained',
      has.after,
      `exists now, and permits ${listPermissions(has.after.permissions)}`,
    )
  const had = findRole(pairs, 'before', role)?.before
  return had ? say('lost', had, 'no longer exists on this account') : null
}

/** Whether a custom role was only created again, with the same name and another id. */
export function isMadeAgain(pairs: Pairs, had: CustomRoleFact, has: CustomRoleFact): boolean {
  const pair = findRole(pairs, 'after', has)
  return pair?.before != null && matchesRole(pair.before, had)
}

function findRole(pairs: Pairs, side: 'before' | 'after', role: CustomRoleFact) {
  return pairs.find((pair) => pair[side] !== null && matchesRole(pair[side], role))
}

function matchesRole({ id, subject }: SideCustomRole, role: CustomRoleFact): boolean {
  return role.id === null ? subject.name === role.name : id === role.id
}

function describeChange(
  { permissions: had }: SideCustomRole,
  { permissions: has }: SideCustomRole,
): Piece | null {
  const { came, went, gains, loses } = comparePermissions(had, has)
  if (came.length + went.length === 0) return null
  const kind = gains === loses ? 'changed' : gains ? 'gained' : 'lost'
  const text = [
    ...(came.length === 0 ? [] : [`now permits ${came.join(', ')}`]),
    ...(went.length === 0 ? [] : [`no longer permits ${went.join(', ')}`]),
  ].join('; ')
  return { kind, text }
}
