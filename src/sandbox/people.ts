/**
 * Makes the answers about people, with keys in the order of Chatwoot. The edition decides which keys
 * exist. Does not decide who may see them.
 */
import { compareCodeUnits } from '../core/model/names.ts'
import { isOn } from './account.ts'
import { findByEmail, findById } from './find.ts'
import type {
  SandboxCustomRole,
  SandboxInbox,
  SandboxMember,
  SandboxState,
  SandboxTeam,
  SandboxUser,
  Site,
} from './state.ts'
import { isSince } from './versions.ts'

type Body = Readonly<Record<string, unknown>>

/** Who is not a member of the account is a ghost: removed from it, but not from teams. */
export function makeAgentBody({ state, account }: Site, user: SandboxUser): Body {
  const member = findByEmail(account.members, user.email)
  return {
    id: user.id,
    account_id: account.id,
    availability_status: member?.availability_status ?? null,
    auto_offline: member?.auto_offline ?? null,
    confirmed: user.confirmed,
    email: user.email,
    ...(isSince(state.version, 4, 7) ? { provider: user.provider } : {}),
    available_name: getAvailableName(user),
    ...getCustomAttributes(user),
    name: user.name,
    role: member?.role ?? null,
    thumbnail: '',
    ...(state.edition === 'enterprise' ? { custom_role_id: member?.custom_role_id ?? null } : {}),
  }
}

/** Sorted by lower-case name as in the database, and by id for equal names. */
export function makeAgentBodies(site: Site): readonly Body[] {
  return site.account.members
    .flatMap(({ email }) => findByEmail(site.state.users, email) ?? [])
    .map((user) => ({ user, key: user.name.toLowerCase() }))
    .sort((a, b) => compareCodeUnits(a.key, b.key) || a.user.id - b.user.id)
    .map(({ user }) => makeAgentBody(site, user))
}

/** Null if the user of a member no longer exists: the server then fails to answer. */
export function makeTeamMemberBodies(site: Site, team: SandboxTeam): readonly Body[] | null {
  const { users: all } = site.state
  const users = team.members.map((key) =>
    typeof key === 'number' ? findById(all, key) : findByEmail(all, key),
  )
  const known = users.filter((user) => user !== null)
  if (known.length < users.length) return null
  return known.map((user) => makeAgentBody(site, user))
}

/** Leaves out people who are not on the account. */
export function makeInboxMemberBodies(site: Site, inbox: SandboxInbox): readonly Body[] {
  return inbox.members
    .filter((email) => findByEmail(site.account.members, email) !== null)
    .flatMap((email) => findByEmail(site.state.users, email) ?? [])
    .map((user) => makeAgentBody(site, user))
}

export function makeProfileBody(state: SandboxState, user: SandboxUser): Body {
  const memberships = state.accounts.flatMap((account) => {
    const member = findByEmail(account.members, user.email)
    return member === null ? [] : [{ state, account, member }]
  })
  // People who were never active come last; for equal times the first account wins.
  const [latest] = memberships.toSorted((a, b) =>
    compareCodeUnits(b.member.active_at ?? '', a.member.active_at ?? ''),
  )
  const usable =
    !isSince(state.version, 4, 16) || memberships.some((of) => isOn(of, 'api_and_webhooks'))
  return {
    access_token: usable ? user.token : '',
    account_id: latest?.account.id ?? null,
    available_name: getAvailableName(user),
    avatar_url: '',
    confirmed: user.confirmed,
    display_name: user.display_name,
    message_signature: null,
    email: user.email,
    id: user.id,
    inviter_id: latest?.member.inviter_id ?? null,
    name: user.name,
    provider: user.provider,
    pubsub_token: user.pubsub_token,
    ...getCustomAttributes(user),
    role: latest?.member.role ?? null,
    ui_settings: {},
    uid: user.email,
    type: user.type,
    accounts: memberships.map(makeMembershipBody),
  }
}

function makeMembershipBody(of: Site & { readonly member: SandboxMember }): Body {
  const { state, account, member } = of
  const enterprise = state.edition === 'enterprise'
  // It may belong to another account.
  const role = state.accounts
    .flatMap((each) => each.custom_roles)
    .find((each) => each.id === member.custom_role_id)
  return {
    id: account.id,
    name: account.name,
    status: account.status,
    ...(isSince(state.version, 4, 14) ? { onboarding_step: null } : {}),
    active_at: member.active_at,
    role: member.role,
    permissions: enterprise && role ? [...role.permissions, 'custom_role'] : [member.role],
    availability: member.availability,
    availability_status: member.availability_status,
    auto_offline: member.auto_offline,
    ...(isSince(state.version, 4, 16) ? { api_and_webhooks: isOn(of, 'api_and_webhooks') } : {}),
    ...(enterprise
      ? { custom_role_id: member.custom_role_id, custom_role: shortenRole(role) }
      : {}),
  }
}

function shortenRole(role: SandboxCustomRole | undefined): Body | null {
  if (role === undefined) return null
  const { id, name, description, permissions } = role
  return { id, name, description, permissions }
}

function getAvailableName(user: SandboxUser): string {
  return user.display_name || user.name
}

/** The key is missing if there are none. */
function getCustomAttributes(user: SandboxUser): Body {
  const none = Object.keys(user.custom_attributes).length === 0
  return none ? {} : { custom_attributes: user.custom_attributes }
}

export function makeAuditedUserBody(user: SandboxUser): Body {
  return {
    id: user.id,
    name: user.name,
    available_name: getAvailableName(user),
    avatar_url: '',
    type: 'user',
    availability_status: 'offline',
    thumbnail: '',
  }
}
