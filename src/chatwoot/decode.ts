/**
 * Bodies of the server → typed values. Takes only the fields that rollcall compares or shows:
 * what else a body carries (secrets among it) is dropped here. Pure; refuses rather than guesses.
 */
import { normaliseEmail, normaliseTeamName } from '../core/names.ts'
import type { CustomRole, Role, SnapshotAgent, SnapshotTeam } from '../core/snapshot.ts'
import type { Decode, Refuse, Source } from './reply.ts'

export interface Profile {
  readonly id: number
  readonly email: string
  /** The account asked for; null where the owner of the token is not on it. */
  readonly account: Membership | null
  readonly source: Source
}

export interface Membership {
  readonly name: string
  readonly role: Role
  /** Undefined: the profile does not speak of custom roles. */
  readonly customRoleId: number | null | undefined
}

export interface AgentList {
  readonly agents: readonly SnapshotAgent[]
  /** False: the code of the server has no custom roles. */
  readonly customRoles: boolean
  readonly source: Source
}

export type TeamEntry = Omit<SnapshotTeam, 'members' | 'ghosts'>

export interface MemberList {
  readonly members: readonly Member[]
  readonly source: Source
}

export interface Member {
  readonly id: number
  readonly email: string
  /** Null: gone from the account, still in the team. */
  readonly role: Role | null
  readonly confirmed: boolean
  readonly customRoleId: number | null
}

export function decodeProfile(accountId: number): Decode<Profile> {
  return (body, refuse, source) => {
    const profile = record(body, 'profile', refuse)
    const accounts = list(profile.field('accounts'), 'profile.accounts', refuse)
      .map((each, index) => record(each, `profile.accounts[${index}]`, refuse))
      .filter((each) => each.id() === accountId)
    if (accounts.length > 1) refuse(`profile.accounts has account ${accountId} twice`)
    const account = accounts[0]
    return {
      id: profile.id(),
      email: profile.email(),
      account: account === undefined ? null : membership(account),
      source,
    }
  }
}

function membership(account: Fields): Membership {
  const customRoleId = account.idOrNull('custom_role_id')
  return {
    name: account.text('name'),
    role: account.role(),
    customRoleId: account.field('custom_role_id') === undefined ? undefined : customRoleId,
  }
}

export function decodeAgents(accountId: number): Decode<AgentList> {
  return (body, refuse, source) => {
    const entries = records(body, 'agents', accountId, refuse)
    const carrying = entries.filter((each) => each.field('custom_role_id') !== undefined).length
    if (carrying > 0 && carrying < entries.length) {
      refuse('custom_role_id should be on all agents or on none')
    }
    const agents = entries.map((each) => ({
      id: each.id(),
      email: each.email(),
      name: each.text('name'),
      role: each.role(),
      confirmed: each.flag('confirmed'),
      provider: each.textOrNull('provider'),
      customRoleId: each.idOrNull('custom_role_id'),
    }))
    distinct(agents, (each) => each.id, 'agents', refuse)
    distinct(agents, (each) => each.email, 'agents', refuse)
    return { agents, customRoles: carrying > 0, source }
  }
}

export function decodeTeams(accountId: number): Decode<readonly TeamEntry[]> {
  return (body, refuse) => {
    const teams = records(body, 'teams', accountId, refuse).map((each) => ({
      id: each.id(),
      name: each.filled('name'),
      description: each.textOrNull('description') ?? '',
      autoAssign: each.flag('allow_auto_assign'),
    }))
    distinct(teams, (each) => each.id, 'teams', refuse)
    distinct(teams, (each) => normaliseTeamName(each.name), 'teams', refuse)
    return teams
  }
}

export function decodeMembers(accountId: number): Decode<MemberList> {
  return (body, refuse, source) => {
    const members = records(body, 'team_members', accountId, refuse).map((each) => ({
      id: each.id(),
      email: each.email(),
      role: each.field('role') === null ? null : each.role(),
      confirmed: each.flag('confirmed'),
      customRoleId: each.idOrNull('custom_role_id'),
    }))
    distinct(members, (each) => each.id, 'team_members', refuse)
    distinct(members, (each) => each.email, 'team_members', refuse)
    return { members, source }
  }
}

export const decodeVersion: Decode<string> = (body, refuse) =>
  record(body, 'api', refuse).filled('version')

/** Names need not be unique. */
export const decodeCustomRoles: Decode<readonly CustomRole[]> = (body, refuse) => {
  const roles = list(body, 'custom_roles', refuse).map((each, index) => {
    const role = record(each, `custom_roles[${index}]`, refuse)
    return { id: role.id(), name: role.text('name') }
  })
  distinct(roles, (each) => each.id, 'custom_roles', refuse)
  return roles
}

interface Fields {
  /** Undefined: no such key. */
  readonly field: (key: string) => unknown
  readonly id: () => number
  readonly idOrNull: (key: string) => number | null
  readonly email: () => string
  readonly role: () => Role
  readonly text: (key: string) => string
  readonly filled: (key: string) => string
  readonly textOrNull: (key: string) => string | null
  readonly flag: (key: string) => boolean
}

function record(value: unknown, at: string, refuse: Refuse): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`${at} should be an object, it is ${kindOf(value)}`)
  }
  const field = (key: string) => (Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined)
  const wrong = (key: string, expected: string): never =>
    refuse(`${at}.${key} should be ${expected}, it is ${kindOf(field(key))}`)
  const positive = (key: string) => {
    const given = field(key)
    if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return given
    return wrong(key, 'a positive whole number')
  }
  const text = (key: string) => {
    const given = field(key)
    return typeof given === 'string' ? given : wrong(key, 'a text')
  }
  const filled = (key: string) => (text(key).trim() === '' ? wrong(key, 'filled') : text(key))
  const absent = (key: string) => field(key) === undefined || field(key) === null
  return {
    field,
    id: () => positive('id'),
    idOrNull: (key) => (absent(key) ? null : positive(key)),
    email: () => normaliseEmail(filled('email')),
    role: () => {
      const given = field('role')
      if (given === 'administrator' || given === 'agent') return given
      return wrong('role', 'administrator or agent')
    },
    text,
    filled,
    textOrNull: (key) => (absent(key) ? null : text(key)),
    flag: (key) => {
      const given = field(key)
      return typeof given === 'boolean' ? given : wrong(key, 'true or false')
    },
  }
}

/** The objects of a list, all of them of the account that was asked for. */
function records(value: unknown, at: string, accountId: number, refuse: Refuse): Fields[] {
  return list(value, at, refuse).map((each, index) => {
    const entry = record(each, `${at}[${index}]`, refuse)
    const account = entry.field('account_id')
    if (account !== undefined && account !== accountId) {
      const found = typeof account === 'number' ? account : kindOf(account)
      refuse(`${at}[${index}].account_id should be ${accountId}, it is ${found}`)
    }
    return entry
  })
}

function list(value: unknown, at: string, refuse: Refuse): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(`${at} should be a list, it is ${kindOf(value)}`)
}

function distinct<T>(
  entries: readonly T[],
  key: (entry: T) => string | number,
  at: string,
  refuse: Refuse,
): void {
  const seen = new Map<string | number, number>()
  entries.forEach((entry, index) => {
    const name = key(entry)
    const first = seen.get(name)
    if (first !== undefined) refuse(`${at}[${first}] and ${at}[${index}] are both ${name}`)
    seen.set(name, index)
  })
}

/** Never the value: it may be long, or secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (value === '') return 'empty'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'some other text'
    case 'number':
      return `the number ${value}`
    case 'boolean':
      return String(value)
    default:
      return 'an object'
  }
}
