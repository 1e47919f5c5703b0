/**
 * Invites, changes and removes agents. Removing one ends the membership at once; jobs do the rest, and
 * do not check whether the person was invited again.
 */
import { randomUUID } from 'node:crypto'
import { isOn } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { type Actor, findChanges, recordAudit } from './audit.ts'
import type { OnAccount } from './call.ts'
import { completeMember, completeUser } from './complete.ts'
import { findByEmail, findById } from './find.ts'
import { leaveGroup } from './group-members.ts'
import {
  castBoolean,
  castEnum,
  castId,
  castText,
  getRoot,
  type Parameters,
  readInteger,
} from './parameters.ts'
import { makeAgentBody } from './people.ts'
import { findUserId } from './row-ids.ts'
import type { SandboxMember, SandboxState, SandboxUser } from './state.ts'
import { isSince } from './versions.ts'

export interface Agent {
  readonly user: SandboxUser
  readonly member: SandboxMember
}

export function findAgent({ state, account, parts }: OnAccount): Agent | null {
  const user = findById(state.users, readInteger(parts['agent']))
  const member = user && findByEmail(account.members, user.email)
  return user && member && { user, member }
}

export function createAgent(call: OnAccount): Answer {
  const { state, account } = call
  const full =
    state.edition === 'enterprise' && account.members.length >= (account.seats ?? Infinity)
  if (full && !isSince(state.version, 4, 16, 1)) return answers.NO_SEAT
  const sent = getRoot(call.parameters, 'agent', null)
  if (sent === null) return answers.answerMissing('agent')
  if (full) return answers.NO_SEAT

  // Found as sent, except for the case. With outer spaces, the user is not found, but the address is
  // taken.
  const email = castText(sent['email'])?.toLowerCase() ?? ''
  const known = findByEmail(state.users, email)
  const wrong = known === null ? findEmailError(state, email.trim()) : null
  if (wrong !== null) return answers.answerInvalid(wrong, 'email')
  const name = castText(sent['name']) ?? null
  if (known === null && name === null && !namesItself(state)) return answers.CRASH
  const settings = readSettings(sent)
  if (settings === null) return answers.CRASH
  if (known !== null && findByEmail(account.members, known.email) !== null) {
    return answers.answerInvalid('User has already been taken', 'user_id')
  }

  const user = known ?? addUser(call, email.trim(), name)
  const member = { ...completeMember({ email: user.email, inviter_id: call.user.id }), ...settings }
  account.members.push(member)
  const row = call.installation.rowIds.find('account_users', account.id, user.id)
  recordAudit(call, 'AccountUser', row, 'create', {
    ...numberSettings(member),
    user_id: user.id,
    account_id: account.id,
    inviter_id: call.user.id,
  })
  return giveCustomRole(call, { user, member })
}

function addUser({ installation, state }: OnAccount, email: string, name: string | null) {
  const given = name !== null && (name !== '' || !namesItself(state)) ? { name } : {}
  const user = completeUser(
    { email, confirmed: false, ...given },
    installation.rowIds.take('users'),
  )
  state.users.push(user)
  return user
}

/** Before, a name had to be sent, and could be empty. */
function namesItself(state: SandboxState): boolean {
  return isSince(state.version, 4, 14)
}

/** Stricter than an address in HTML, but only after the @. */
const EMAIL = /^[^@\s]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/

function findEmailError(state: SandboxState, email: string): string | null {
  if (email === '') return "Email can't be blank"
  if (findByEmail(state.users, email) !== null) return 'Email has already been taken'
  if (EMAIL.test(email)) return null
  const malformed = !/^[^@\s]+@[^@\s]+$/.test(email)
  return malformed ? 'Email is invalid, Email is not an email' : 'Email is not an email'
}

const ROLES = ['agent', 'administrator'] as const
const AVAILABILITIES = ['online', 'offline', 'busy'] as const
type Settings = Partial<Pick<SandboxMember, 'role' | 'availability' | 'auto_offline'>>

/** Null: one of them makes the server fail. */
function readSettings(sent: Parameters): Settings | null {
  const role = castEnum(sent['role'], ROLES)
  const availability = castEnum(sent['availability'], AVAILABILITIES)
  if (role === 'invalid' || availability === 'invalid') return null
  const autoOffline = castBoolean(sent['auto_offline'])
  return {
    ...(role === undefined ? {} : { role }),
    ...(availability === undefined || availability === null ? {} : { availability }),
    ...(autoOffline === undefined ? {} : { auto_offline: autoOffline }),
  }
}

/** As the audit log has them. */
function numberSettings({ role, availability }: SandboxMember) {
  return {
    role: role === null ? null : ROLES.indexOf(role),
    availability: AVAILABILITIES.indexOf(availability),
  }
}

/** Three commits: the name, the settings, the custom role. If one fails, the ones before it stay. */
export function updateAgent(call: OnAccount, agent: Agent): Answer {
  const { installation, state, account, parameters } = call
  const { user, member } = agent
  const sent = getRoot(parameters, 'agent', null)
  if (sent === null) return answers.answerMissing('agent')

  const name = castText(sent['name']) ?? user.name
  if (name.trim() === '' && namesItself(state)) {
    return answers.answerInvalid("Name can't be blank", 'name')
  }
  user.name = name

  const settings = readSettings(sent)
  if (settings === null) return answers.CRASH
  const before = numberSettings(member)
  Object.assign(member, settings)
  const changes = findChanges(before, numberSettings(member))
  if (changes !== null) {
    const row = installation.rowIds.find('account_users', account.id, user.id)
    recordAudit(call, 'AccountUser', row, 'update', changes)
  }
  return giveCustomRole(call, agent)
}

/** Always removes a custom role that was not sent at the top level. */
function giveCustomRole(call: OnAccount, { user, member }: Agent): Answer {
  const { edition, version } = call.state
  if (edition === 'enterprise') {
    const id = castId(call.parameters['custom_role_id'])
    if (id === 'invalid') return answers.CRASH
    const ignored = isSince(version, 4, 17) && !isOn(call, 'custom_roles')
    if (id === null || !ignored) member.custom_role_id = id
  }
  return answers.answerOk(makeAgentBody(call, user))
}

export function deleteAgent(call: OnAccount, { user, member }: Agent): Answer {
  const { installation, state, account } = call
  account.members.splice(account.members.indexOf(member), 1)
  installation.rowIds.remove('account_users', account.id, user.id)
  installation.queue.add({ name: 'leave-groups', run: () => leaveGroups(call, user.id) })
  const elsewhere = state.accounts.some((each) => findByEmail(each.members, user.email))
  if (!elsewhere) {
    installation.queue.add({ name: 'delete-user', run: () => deleteUser(call, user) })
  }
  return answers.answerEmpty()
}

function leaveGroups(call: OnAccount, userId: number): void {
  const job: Actor = { ...call, user: null, requestId: randomUUID(), address: null }
  for (const kind of ['teams', 'inboxes'] as const) {
    for (const group of call.account[kind]) leaveGroup(job, kind, group, [userId])
  }
}

/** The rows of teams outlive the user for a moment, in which their members cannot be listed. */
function deleteUser({ installation, state }: OnAccount, user: SandboxUser): void {
  if (!state.users.includes(user)) return
  state.users = state.users.filter((each) => each !== user)
  for (const account of state.accounts) {
    account.members = account.members.filter(({ email }) => email !== user.email)
    for (const inbox of account.inboxes) {
      inbox.members = inbox.members.filter((email) => email !== user.email)
    }
    for (const team of account.teams) {
      team.members = team.members.map((key) => (key === user.email ? user.id : key))
    }
  }
  const run = (): void => {
    for (const team of state.accounts.flatMap(({ teams }) => teams)) {
      team.members = team.members.filter((key) => findUserId(state, key) !== user.id)
    }
  }
  installation.queue.add({ name: 'delete-rows', run })
}
