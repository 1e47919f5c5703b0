/**
 * The state that a sandbox serves: plain JSON, documented in docs/sandbox.md. In a file most keys are
 * optional; in memory every key is set.
 */
import type { Role } from '../core/model/snapshot.ts'

/** Community is the same server without custom roles. */
export type Edition = 'enterprise' | 'community'

export type MembershipTable = 'account_users' | 'team_members' | 'inbox_members'
/** Tables of the database whose ids an answer can show. */
export type RowTable = 'users' | 'teams' | 'custom_roles' | 'audit_logs' | MembershipTable

export interface SandboxState {
  edition: Edition
  version: string
  /** E-mail address of the user whose token `rollcall sandbox` prints. */
  caller: string
  users: SandboxUser[]
  accounts: SandboxAccount[]
  bot_tokens: string[]
  platform_tokens: string[]
  /** The lowest id that the next row of a table gets. */
  next_ids: Partial<Record<RowTable, number>>
}

export interface Site {
  readonly state: SandboxState
  readonly account: SandboxAccount
}

/** A user of the installation, who may be a member of any number of accounts. */
export interface SandboxUser {
  id: number
  /** As the server stores it: trimmed, in lower case. */
  email: string
  name: string
  display_name: string | null
  /** False until the invitation is accepted. */
  confirmed: boolean
  provider: string
  type: 'SuperAdmin' | null
  token: string
  pubsub_token: string
  custom_attributes: Record<string, unknown>
}

export interface SandboxAccount {
  id: number
  name: string
  status: 'active' | 'suspended'
  created_at: string
  domain: string | null
  support_email: string | null
  /** Features that differ from those of a new account: on or off. */
  features: Record<string, boolean>
  /** How many people may be on the account; null: any number. Only the enterprise edition counts. */
  seats: number | null
  custom_roles: SandboxCustomRole[]
  members: SandboxMember[]
  teams: SandboxTeam[]
  inboxes: SandboxInbox[]
  /** The oldest row first. */
  audit_logs: SandboxAuditRow[]
}

export interface SandboxMember {
  email: string
  /** Null if it was set to the empty text: an agent without a name for it. */
  role: Role | null
  /** The server does not check that such a role exists. */
  custom_role_id: number | null
  availability: 'online' | 'offline' | 'busy'
  availability_status: 'online' | 'offline' | 'busy'
  auto_offline: boolean
  active_at: string | null
  /** Id of a user. */
  inviter_id: number | null
}

export interface SandboxCustomRole {
  id: number
  name: string
  description: string | null
  permissions: string[]
  created_at: string
  updated_at: string
}

export interface SandboxTeam {
  id: number
  /** As the server stores it: in lower case, and since 4.16 without outer spaces. */
  name: string
  description: string | null
  allow_auto_assign: boolean
  /**
   * E-mail addresses of users; a user who is not on the account is a ghost. A number is the id of a
   * user: if the user no longer exists, the server fails to list the members of the team.
   */
  members: (string | number)[]
}

export interface SandboxInbox {
  id: number
  /** Names may repeat. */
  name: string
  /** For example `Channel::WebWidget`. */
  channel_type: string
  enable_auto_assignment: boolean
  /** E-mail addresses of users; a user who is not on the account is stored, but never listed. */
  members: string[]
  /** Fields of its answer that differ from a new inbox of the channel. */
  fields: Record<string, unknown>
}

export interface SandboxAuditRow {
  id: number
  /** For example `AccountUser`. */
  auditable_type: string
  auditable_id: number
  /** What the answer shows for other types than `AccountUser`, `Team` and `User`. */
  auditable: unknown
  /** Who did it; null: a background job, or the console of the server. */
  user_id: number | null
  username: string | null
  action: string
  audited_changes: Record<string, unknown> | null
  /** Counts the rows about one thing. */
  version: number
  /** `X-Request-Id` of the request. */
  request_uuid: string
  /** Seconds since 1970. */
  created_at: number
  remote_address: string | null
}

/** What a client needs: the caller's token, and an account that it can read. */
export function findCredentials(state: SandboxState): {
  readonly account: number | null
  readonly email: string
  readonly token: string
} {
  const user = state.users.find((each) => each.email === state.caller)
  const accounts = state.accounts.filter((account) =>
    account.members.some((member) => member.email === state.caller),
  )
  const account = accounts.find((each) => each.status === 'active') ?? accounts[0]
  return { account: account?.id ?? null, email: state.caller, token: user?.token ?? '' }
}
