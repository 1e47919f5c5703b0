/**
 * The state that a sandbox serves: plain JSON, documented in docs/sandbox.md. In a file most keys
 * may be left out; in memory every key is there.
 */
import type { Role } from '../core/model/snapshot.ts'

/** Community is the same server without custom roles. */
export type Edition = 'enterprise' | 'community'

export interface SandboxState {
  edition: Edition
  version: string
  /** E-mail address of the user whose token `rollcall sandbox` prints. */
  caller: string
  users: SandboxUser[]
  accounts: SandboxAccount[]
  bot_tokens: string[]
  platform_tokens: string[]
}

/** A user of the installation, who may be a member of any number of accounts. */
export interface SandboxUser {
  id: number
  /** As the server stores it: trimmed, lower-cased. */
  email: string
  name: string
  display_name: string | null
  /** False while the invitation is open. */
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
  /** Departures from the features of a new account: on or off. */
  features: Record<string, boolean>
  custom_roles: SandboxCustomRole[]
  members: SandboxMember[]
  teams: SandboxTeam[]
  inboxes: SandboxInbox[]
}

export interface SandboxMember {
  email: string
  role: Role
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
  /** As the server stores it: lower-cased, and from 4.16 on stripped. */
  name: string
  description: string | null
  allow_auto_assign: boolean
  /**
   * E-mail addresses of users; one who is not a member of the account is a ghost. A number is the
   * id of a user: of one who no longer exists, and the server fails to list the team's members.
   */
  members: (string | number)[]
}

export interface SandboxInbox {
  id: number
  /** Two inboxes may have the same. */
  name: string
  /** For example `Channel::WebWidget`. */
  channel_type: string
  enable_auto_assignment: boolean
  /** E-mail addresses of users; one who is not on the account is stored and never listed. */
  members: string[]
  /** What its answer says otherwise than that of a new inbox of the channel. */
  fields: Record<string, unknown>
}

/** What a client needs to begin: the caller's token, and an account where it works. */
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
