/**
 * Custom roles: a policy names them by name or id, a server only shows ids to most tokens. This
 * file answers whether two are the same, and says so when that cannot be known.
 */
import type { CustomRoleFact } from './change.ts'
import type { Located, WantedCustomRole } from './policy.ts'
import type { CustomRoles, SnapshotAgent } from './snapshot.ts'

/** `absent`: no such custom role exists on the account, or the server has none at all. */
interface Wanted {
  readonly kind: 'known' | 'by-name-only' | 'absent'
  readonly fact: CustomRoleFact
}

export type Comparison = 'same' | 'differs' | 'unknown'

/** Ids of the account's custom roles of that name, in ascending order. */
export function idsOf(name: string, roles: CustomRoles): readonly number[] {
  return roles.kind === 'read'
    ? roles.roles
        .filter((role) => role.name === name)
        .map((role) => role.id)
        .sort((a, b) => a - b)
    : []
}

export function wantedCustomRole(want: WantedCustomRole, roles: CustomRoles): Wanted {
  const fact =
    'id' in want
      ? actualCustomRole(want.id, roles)
      : { id: idsOf(want.name, roles)[0] ?? null, name: want.name }
  if (roles.kind === 'unsupported') return { kind: 'absent', fact }
  // An account that shows its roles shows the name of each: one without a name does not exist.
  if (roles.kind === 'read')
    return { kind: fact.id === null || fact.name === null ? 'absent' : 'known', fact }
  return { kind: fact.id === null ? 'by-name-only' : 'known', fact }
}

export function actualCustomRole(id: number, roles: CustomRoles): CustomRoleFact {
  const found = roles.kind === 'read' ? roles.roles.find((role) => role.id === id) : undefined
  return { id, name: found?.name ?? null }
}

/** Unknown only where a name would have to be resolved and could not be read. */
export function compareCustomRole(
  want: Located<WantedCustomRole> | null,
  have: SnapshotAgent['customRoleId'],
  roles: CustomRoles,
): Comparison {
  if (want === null) return have === null ? 'same' : 'differs'
  if (have === null) return 'differs'
  const { kind, fact } = wantedCustomRole(want.value, roles)
  if (kind === 'by-name-only') return 'unknown'
  return fact.id === have ? 'same' : 'differs'
}

/** A custom role as a person would name it: by its name if that is known, else by its id. */
export function describeCustomRole({ id, name }: CustomRoleFact): string {
  return name === null ? `custom role ${id}` : `custom role "${name}"`
}
