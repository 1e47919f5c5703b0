/**
 * What custom roles can permit, and how they are compared. A policy names them by name or id, and a
 * server shows most tokens only ids: the answer can be that it is unknown.
 */

import type { Located } from './location.ts'
import { spellName } from './names.ts'
import type { WantedCustomRole } from './policy.ts'
import type { CustomRole, CustomRoles, KnownCustomRole, SnapshotAgent } from './snapshot.ts'

/** Everything that a custom role can permit, as Chatwoot names it. */
export const PERMISSIONS = [
  'conversation_manage',
  'conversation_unassigned_manage',
  'conversation_participating_manage',
  'contact_manage',
  'report_manage',
  'knowledge_base_manage',
] as const

/** False for one that a newer Chatwoot may have, and that no policy can list. */
export function isPermission(text: string): boolean {
  return PERMISSIONS.some((each) => each === text)
}

/**
 * Why nobody can be given a custom role: the server does not say whether the account has the feature, the
 * account does not have it, or the server does not show its custom roles.
 */
export type CustomRolesObstacle = 'unknown' | 'off' | 'hidden'

/** @param feature whether the account has custom roles; null: the server does not say it */
export function findCustomRolesObstacle(
  feature: boolean | null,
  { kind }: CustomRoles,
): CustomRolesObstacle | null {
  if (feature === null) return 'unknown'
  if (!feature) return 'off'
  return kind === 'read' ? null : 'hidden'
}

/** What came and what went, and whether people with the role gain or lose by it. */
export function comparePermissions(before: readonly string[], after: readonly string[]) {
  const [came, went] = [listExcess(after, before), listExcess(before, after)]
  return { came, went, gains: isMore(came, before), loses: isMore(went, after) }
}

function listExcess(permissions: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return permissions.filter((each) => !known.has(each))
}

/** A permission for all conversations includes the smaller ones. */
function isMore(excess: readonly string[], others: readonly string[]): boolean {
  const all = others.includes('conversation_manage')
  return excess.some((each) => !all || !each.startsWith('conversation_'))
}

/** A custom role as far as it is known: the id, the name or both. */
export interface CustomRoleFact {
  readonly id: number | null
  readonly name: string | null
}

/** `absent`: the account has no such custom role, or the server does not support them. */
type Wanted =
  | { readonly kind: 'known' | 'absent'; readonly fact: CustomRoleFact }
  | { readonly kind: 'by-name-only'; readonly fact: { readonly id: null; readonly name: string } }

/** A name whose id is needed, but could not be read. */
export type Unresolved = Located<string>

/** None where they were not read. */
export function listRoles(roles: CustomRoles): readonly CustomRole[] {
  return roles.kind === 'read' ? roles.roles : []
}

/** Ids of the account's custom roles of that name, in ascending order. */
export function listIds(name: string, roles: CustomRoles): readonly number[] {
  return listRoles(roles)
    .filter((role) => spellName(role.name) === spellName(name))
    .map((role) => role.id)
    .sort((a, b) => a - b)
}

/** The given id, otherwise the id of the name; null: no custom role has this name. */
export function findRoleId({ id, name }: CustomRoleFact, roles: CustomRoles): number | null {
  return id ?? listIds(String(name), roles)[0] ?? null
}

export function describeWantedCustomRole(want: WantedCustomRole, roles: CustomRoles): Wanted {
  if ('id' in want) {
    const fact = describeActualCustomRole(want.id, roles)
    // An account that shows its roles shows the name of each: one without a name does not exist.
    const absent = roles.kind === 'unsupported' || (roles.kind === 'read' && fact.name === null)
    return { kind: absent ? 'absent' : 'known', fact }
  }
  const { name } = want
  if (roles.kind === 'unread' || roles.kind === 'unreadable') {
    return { kind: 'by-name-only', fact: { id: null, name } }
  }
  const [id = null] = listIds(name, roles)
  return { kind: id === null ? 'absent' : 'known', fact: { id, name } }
}

export function describeActualCustomRole(id: number, roles: CustomRoles): CustomRoleFact {
  const found = listRoles(roles).find((role) => role.id === id)
  return { id, name: found?.name ?? null }
}

/** Null: the person has none. */
export function describeHeldRole(
  { customRoleId: id }: Pick<SnapshotAgent, 'customRoleId'>,
  roles: CustomRoles,
): CustomRoleFact | null {
  return id === null ? null : describeActualCustomRole(id, roles)
}

/** Whether all custom roles of the account were read, with their permissions. */
export function hasPermissions(
  roles: CustomRoles,
): roles is { readonly kind: 'read'; readonly roles: readonly KnownCustomRole[] } {
  return roles.kind === 'read' && roles.roles.every(({ permissions }) => permissions !== null)
}

/** Whether it is certainly not a custom role of the account. */
export function isForeign(id: number | null, roles: CustomRoles): boolean {
  return id !== null && roles.kind === 'read' && !roles.roles.some((role) => role.id === id)
}

export function compareCustomRole(
  want: Located<WantedCustomRole> | null,
  have: SnapshotAgent['customRoleId'],
  roles: CustomRoles,
): 'same' | 'differs' | Unresolved {
  if (want === null) return have === null ? 'same' : 'differs'
  if (have === null) return 'differs'
  const { kind, fact } = describeWantedCustomRole(want.value, roles)
  if (kind === 'by-name-only') return { value: fact.name, location: want.location }
  return fact.id === have ? 'same' : 'differs'
}

/** A custom role as a person would name it: by its name if that is known, else by its id. */
export function describeCustomRole(role: CustomRoleFact | null): string {
  if (role === null) return 'no custom role'
  return role.name === null ? `custom role ${role.id}` : `custom role "${role.name}"`
}

/** The effect of a custom role on an administrator: the API still allows everything. */
export const MENUS_ONLY = 'affects only the menus of the dashboard'
