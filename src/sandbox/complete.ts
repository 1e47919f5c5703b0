/**
 * Completes a state as users write it: fills in missing values and stores names as the server does.
 * Expects the shape of schemas/sandbox.schema.json, and checks nothing.
 */
import { spellEmail } from '../core/model/names.ts'
import type {
  SandboxAccount,
  SandboxAuditRow,
  SandboxCustomRole,
  SandboxInbox,
  SandboxMember,
  SandboxState,
  SandboxTeam,
  SandboxUser,
} from './state.ts'
import { isSince, REFERENCE } from './versions.ts'

type Draft<T, Required extends keyof T> = Pick<T, Required> & Partial<T>

interface Entries {
  custom_roles: Draft<SandboxCustomRole, 'name'>
  members: Draft<SandboxMember, 'email'>
  teams: Draft<SandboxTeam, 'name'>
  inboxes: Draft<SandboxInbox, 'name'>
  audit_logs: Draft<SandboxAuditRow, 'auditable_type' | 'auditable_id' | 'action'>
}

type AccountDraft = Partial<Omit<SandboxAccount, keyof Entries>> & {
  readonly [Kind in keyof Entries]?: readonly Entries[Kind][]
}

export type StateDraft = Partial<Omit<SandboxState, 'users' | 'accounts'>> & {
  readonly users: readonly Draft<SandboxUser, 'email'>[]
  readonly accounts: readonly AccountDraft[]
}

const BEGINNING = '2026-01-01T00:00:00.000Z'

export function completeState(draft: StateDraft): SandboxState {
  const userIds = makeNumbering(draft.users)
  const accountIds = makeNumbering(draft.accounts)
  const teamIds = makeNumbering(draft.accounts.flatMap((account) => account.teams ?? []))
  const inboxIds = makeNumbering(draft.accounts.flatMap((account) => account.inboxes ?? []))
  const roleIds = makeNumbering(draft.accounts.flatMap((account) => account.custom_roles ?? []))
  const rowIds = makeNumbering(draft.accounts.flatMap((account) => account.audit_logs ?? []))
  const version = draft.version ?? REFERENCE

  const users = draft.users.map((user) => completeUser(user, user.id ?? userIds()))
  const accounts = draft.accounts.map((account) => ({
    id: account.id ?? accountIds(),
    name: account.name ?? 'Sandbox',
    status: account.status ?? 'active',
    created_at: account.created_at ?? BEGINNING,
    domain: account.domain ?? null,
    support_email: account.support_email ?? null,
    features: account.features ?? {},
    seats: account.seats ?? null,
    custom_roles: (account.custom_roles ?? []).map((role) =>
      completeCustomRole(role, role.id ?? roleIds()),
    ),
    members: (account.members ?? []).map(completeMember),
    teams: (account.teams ?? []).map((team) => completeTeam(team, team.id ?? teamIds(), version)),
    inboxes: (account.inboxes ?? []).map((inbox) => completeInbox(inbox, inbox.id ?? inboxIds())),
    audit_logs: (account.audit_logs ?? []).map((row) => completeAuditRow(row, row.id ?? rowIds())),
  }))
  return {
    edition: draft.edition ?? 'enterprise',
    version,
    caller: spellEmail(draft.caller ?? findFirstAdministrator(accounts) ?? users[0]?.email ?? ''),
    users,
    accounts,
    bot_tokens: draft.bot_tokens ?? [],
    platform_tokens: draft.platform_tokens ?? [],
    next_ids: draft.next_ids ?? {},
  }
}

export function completeUser(user: StateDraft['users'][number], id: number): SandboxUser {
  const email = spellEmail(user.email)
  return {
    display_name: null,
    confirmed: true,
    provider: 'email',
    type: null,
    token: `sandbox-token-of-user-${id}`,
    pubsub_token: `SECRET-pubsub-token-of-user-${id}`,
    custom_attributes: {},
    // The server also makes the name from the address if none is given.
    name: email.slice(0, email.indexOf('@')),
    ...user,
    id,
    email,
  }
}

function completeCustomRole(role: Draft<SandboxCustomRole, 'name'>, id: number): SandboxCustomRole {
  return {
    description: null,
    permissions: [],
    created_at: BEGINNING,
    updated_at: BEGINNING,
    ...role,
    id,
  }
}

export function completeMember(member: Draft<SandboxMember, 'email'>): SandboxMember {
  return {
    role: 'agent',
    custom_role_id: null,
    availability: 'online',
    availability_status: 'offline',
    auto_offline: true,
    active_at: null,
    inviter_id: null,
    ...member,
    email: spellEmail(member.email),
  }
}

function completeTeam(team: Draft<SandboxTeam, 'name'>, id: number, version: string): SandboxTeam {
  return {
    description: null,
    allow_auto_assign: true,
    ...team,
    id,
    name: keepTeamName(team.name, version),
    members: (team.members ?? []).map((key) => (typeof key === 'string' ? spellEmail(key) : key)),
  }
}

/** In lower case letter by letter, as in Ruby, which has no final sigma. */
export function keepTeamName(name: string, version: string): string {
  const kept = isSince(version, 4, 16) ? strip(name) : name
  return Array.from(kept, (letter) => letter.toLowerCase()).join('')
}

/** Removes control characters first, so that spaces next to them become outer spaces. */
function strip(name: string): string {
  return name.replace(/\p{Cc}/gu, '').replace(/^ +| +$/g, '')
}

function completeInbox(inbox: Draft<SandboxInbox, 'name'>, id: number): SandboxInbox {
  return {
    channel_type: 'Channel::WebWidget',
    enable_auto_assignment: true,
    fields: {},
    ...inbox,
    id,
    members: (inbox.members ?? []).map(spellEmail),
  }
}

function completeAuditRow(row: Entries['audit_logs'], id: number): SandboxAuditRow {
  return {
    auditable: null,
    user_id: null,
    username: null,
    audited_changes: null,
    version: 1,
    request_uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    created_at: Date.parse(BEGINNING) / 1000,
    remote_address: null,
    ...row,
    id,
  }
}

/** Returns 1, 2, 3 …, and skips ids that are taken. */
function makeNumbering(items: readonly { readonly id?: number }[]): () => number {
  const taken = new Set(items.map((item) => item.id))
  let last = 0
  return () => {
    do last += 1
    while (taken.has(last))
    return last
  }
}

function findFirstAdministrator(accounts: readonly SandboxAccount[]): string | undefined {
  return accounts
    .flatMap((account) => account.members)
    .find((member) => member.role === 'administrator')?.email
}
