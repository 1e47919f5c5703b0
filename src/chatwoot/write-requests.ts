/**
 * The requests that `rollcall apply` can send, and no others. Each changes as little as it can: members
 * are added and removed one by one and never replaced as a list, and an agent's role or custom role is
 * sent without anything else.
 */
import type { KnownCustomRole, Role } from '../core/model/snapshot.ts'
import type { WriteRequest } from './writer.ts'

/** An id on the server; `any` in a pattern, if the plan creates the thing with this id. */
export type Id = number | 'any'

export type CustomRoleText = Omit<KnownCustomRole, 'id'>

export interface TeamText {
  readonly name?: string
  readonly description?: string
  readonly auto_assign?: boolean
}

/** The endpoints of one account. With an id `any`, the result is a pattern for `matches`. */
export function makeRequests(accountId: number) {
  const account = `/api/v1/accounts/${accountId}`
  const make = (
    method: WriteRequest['method'],
    path: string,
    body: WriteRequest['body'] = null,
  ): WriteRequest => ({
    method,
    path: `${account}/${path}`,
    body,
  })
  const membership = (method: WriteRequest['method']) => ({
    teams: (id: Id, userId: Id) => make(method, `teams/${id}/team_members`, { user_ids: [userId] }),
    inboxes: (id: Id, userId: Id) =>
      make(method, 'inbox_members', { inbox_id: id, user_ids: [userId] }),
  })
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
    createTeam: (team: TeamText) => make('POST', 'teams', nameTeamKeys(team)),
    updateTeam: (id: Id, team: TeamText) => make('PATCH', `teams/${id}`, nameTeamKeys(team)),
    deleteTeam: (id: Id) => make('DELETE', `teams/${id}`),
    createCustomRole: (role: CustomRoleText) => make('POST', 'custom_roles', { ...role }),
    updateCustomRole: (id: Id, role: Partial<CustomRoleText>) =>
      make('PATCH', `custom_roles/${id}`, { ...role }),
    deleteCustomRole: (id: Id) => make('DELETE', `custom_roles/${id}`),
  }
}

function nameTeamKeys({ auto_assign, ...rest }: TeamText): Record<string, unknown> {
  return { ...rest, ...(auto_assign !== undefined && { allow_auto_assign: auto_assign }) }
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
