/**
 * Where the server keeps the groups of each kind, and how its requests spell them: one row per kind, and
 * no path of groups anywhere else. A missing row is a type error.
 */
import type { SectionKey } from '../core/model/kinds.ts'
import {
  decodeInboxes,
  decodeInboxMembers,
  decodeMembers,
  decodeTeams,
  type GroupEntry,
  type MemberList,
} from './decode.ts'
import type { Decode } from './reply.ts'

/** An id on the server; `any` in a pattern, where the plan creates what has the id. */
export type Id = number | 'any'

/** Paths are below the account. */
export interface GroupEndpoint {
  /** The same as the section: a review compares the two lists by it. */
  readonly path: string
  readonly decode: (accountId: number) => Decode<readonly GroupEntry[]>
  readonly memberPath: (id: number) => string
  readonly decodeMembers: (accountId: number) => Decode<MemberList>
  /** POST adds the people, DELETE removes them. */
  readonly membership: (
    id: Id,
    userIds: readonly Id[],
  ) => { readonly path: string; readonly body: Readonly<Record<string, unknown>> }
  /** How the server spells the settings that can change, by their keys. */
  readonly columns: Readonly<Record<string, string>>
  /** Whether groups of the kind are created, changed and deleted at `path`. */
  readonly writable: boolean
  /** How the audit log calls a group, a membership, and the group's id in a membership. */
  readonly logged: { readonly group: string; readonly member: string; readonly groupId: string }
}

export const ENDPOINTS: Readonly<Record<SectionKey, GroupEndpoint>> = {
  teams: {
    path: 'teams',
    decode: decodeTeams,
    memberPath: (id) => `teams/${id}/team_members`,
    decodeMembers,
    membership: (id, userIds) => ({
      path: `teams/${id}/team_members`,
      body: { user_ids: userIds },
    }),
    columns: { description: 'description', auto_assign: 'allow_auto_assign' },
    writable: true,
    logged: { group: 'Team', member: 'TeamMember', groupId: 'team_id' },
  },
  inboxes: {
    path: 'inboxes',
    decode: decodeInboxes,
    memberPath: (id) => `inbox_members/${id}`,
    decodeMembers: decodeInboxMembers,
    membership: (id, userIds) => ({
      path: 'inbox_members',
      body: { inbox_id: id, user_ids: userIds },
    }),
    columns: { auto_assign: 'enable_auto_assignment' },
    writable: false,
    logged: { group: 'Inbox', member: 'InboxMember', groupId: 'inbox_id' },
  },
}
