/**
 * The requests that `rollcall apply` can send, and no others. Each changes as little as it can: members
 * are added and removed one by one and never replaced as a list, and an agent's role or custom role is
 * sent without anything else.
 */
import type { Settings } from '../core/apply/writes.ts'
import type { GroupKind } from '../core/model/kinds.ts'
import type { KnownCustomRole, Role } from '../core/model/snapshot.ts'
import { ENDPOINTS, type Id } from './group-endpoints.ts'
import { formatAccountPath } from './paths.ts'
import type { WriteRequest } from './writer.ts'

export type CustomRoleText = Omit<KnownCustomRole, 'id'>

/** The endpoints of one account. With an id `any`, the result is a pattern for `matches`. */
export function makeRequests(accountId: number) {
  const make = (
    method: WriteRequest['method'],
    path: string,
    body: WriteRequest['body'] = null,
  ): WriteRequest => ({
    method,
    path: formatAccountPath(accountId, path),
    body,
  })
  const membership =
    (method: WriteRequest['method']) =>
    ({ section }: GroupKind, id: Id, userId: Id) => {
      const { path, body } = ENDPOINTS[section].membership(id, [userId])
      return make(method, path, body)
    }
  return {
    /** `name` counts only if the address is new to the server. */
    invite: (email: string, name: string, role: Role, customRoleId: Id | null) =>
      make('POST', 'agents', {
        name,
        email,
        role,
        ...(customRoleId !== null && { custom_role_id: customRoleId }),
      }),
    /** The server clears a custom role that is not sent with the role. */
    setRole: (userId: Id, role: Role, customRoleId: Id | null) =>
      make('PATCH', `agents/${userId}`, { role, custom_role_id: customRoleId }),
    setCustomRole: (userId: Id, customRoleId: Id | null) =>
      make('PATCH', `agents/${userId}`, { custom_role_id: customRoleId }),
    removeAgent: (userId: Id) => make('DELETE', `agents/${userId}`),
    addMember: membership('POST'),
    removeMember: membership('DELETE'),
    createGroup: (of: GroupKind, settings: Settings) =>
      make('POST', getWritablePath(of), spellSettings(of, settings)),
    updateGroup: (of: GroupKind, id: Id, settings: Settings) =>
      make('PATCH', `${getWritablePath(of)}/${id}`, spellSettings(of, settings)),
    deleteGroup: (of: GroupKind, id: Id) => make('DELETE', `${getWritablePath(of)}/${id}`),
    createCustomRole: (role: CustomRoleText) => make('POST', 'custom_roles', { ...role }),
    updateCustomRole: (id: Id, role: Partial<CustomRoleText>) =>
      make('PATCH', `custom_roles/${id}`, { ...role }),
    deleteCustomRole: (id: Id) => make('DELETE', `custom_roles/${id}`),
  }
}

function getWritablePath({ section, plural }: GroupKind): string {
  const { path, writable } = ENDPOINTS[section]
  if (!writable) throw new Error(`rollcall never writes ${plural}.`)
  return path
}

function spellSettings({ section }: GroupKind, settings: Settings): Record<string, unknown> {
  const { columns } = ENDPOINTS[section]
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [columns[key] ?? key, value]),
  )
}

/** Whether a request matches the pattern, with a whole number for each id `any`. */
export function matchesPattern(
  pattern: WriteRequest,
  { method, path, body }: WriteRequest,
): boolean {
  const segments = path.split('/')
  const wanted = pattern.path.split('/')
  return (
    method === pattern.method &&
    segments.length === wanted.length &&
    wanted.every((each, at) =>
      each === 'any' ? /^[1-9]\d*$/.test(segments[at] ?? '') : each === segments[at],
    ) &&
    matchesValue(pattern.body, body)
  )
}

function matchesValue(wanted: unknown, value: unknown, key = ''): boolean {
  if (wanted === 'any' && (key === '' || key.endsWith('_id'))) {
    return Number.isSafeInteger(value) && Number(value) > 0
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === value
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      wanted.length === value.length &&
      wanted.every((each, at) => matchesValue(each, value[at], key === 'user_ids' ? '' : key))
    )
  }
  const keys = Object.keys(wanted)
  return (
    !Array.isArray(value) &&
    keys.length === Object.keys(value).length &&
    keys.every((each) =>
      matchesValue(
        (wanted as Record<string, unknown>)[each],
        (value as Record<string, unknown>)[each],
        each,
      ),
    )
  )
}
