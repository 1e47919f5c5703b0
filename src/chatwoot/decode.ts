/**
 * Bodies of the server → typed values. Takes only the fields that rollcall compares or shows:
 * what else a body carries (secrets among it) is dropped here. Pure; refuses rather than guesses.
 */
import { TEAM } from '../core/model/kinds.ts'
import { spellEmail } from '../core/model/names.ts'
import type { CustomRole, Role, SnapshotAgent, SnapshotGroup } from '../core/model/snapshot.ts'
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

export type TeamEntry = Omit<SnapshotGroup, 'members' | 'ghosts'>

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
    const accounts = list(field(profile, 'accounts'), 'profile.accounts', refuse)
      .map((each, index) => record(each, `profile.accounts[${index}]`, refuse))
      .filter((each) => id(each) === accountId)
    if (accounts.length > 1) refuse(`profile.accounts has account ${accountId} twice`)
    const account = accounts[0]
    return {
      id: id(profile),
      email: email(profile),
      account: account === undefined ? null : membership(account),
      source,
    }
  }
}

function membership(account: Entry): Membership {
  const customRoleId = idOrNull(account, 'custom_role_id')
  return {
    name: text(account, 'name'),
    role: role(account),
    customRoleId: field(account, 'custom_role_id') === undefined ? undefined : customRoleId,
  }
}

export function decodeAgents(accountId: number): Decode<AgentList> {
  return (body, refuse, source) => {
    const entries = records(body, 'agents', accountId, refuse)
    const carrying = entries.filter((each) => field(each, 'custom_role_id') !== undefined).length
    if (carrying > 0 && carrying < entries.length) {
      refuse('custom_role_id should be on all agents or on none')
    }
    const agents = entries.map((each) => ({
      id: id(each),
      email: email(each),
      name: text(each, 'name'),
      role: role(each),
      confirmed: flag(each, 'confirmed'),
      provider: textOrNull(each, 'provider'),
      customRoleId: idOrNull(each, 'custom_role_id'),
    }))
    distinct(agents, (each) => each.id, 'agents', refuse)
    distinct(agents, (each) => each.email, 'agents', refuse)
    return { agents, customRoles: carrying > 0, source }
  }
}

export function decodeTeams(accountId: number): Decode<readonly TeamEntry[]> {
  return (body, refuse) => {
    const teams = records(body, 'teams', accountId, refuse).map((each) => ({
      of: TEAM,
      id: id(each),
      name: filled(each, 'name'),
      settings: {
        description: textOrNull(each, 'description') ?? '',
        auto_assign: flag(each, 'allow_auto_assign'),
      },
    }))
    distinct(teams, (each) => each.id, 'teams', refuse)
    distinct(teams, (each) => each.name, 'teams', refuse)
    return teams
  }
}

export function decodeMembers(accountId: number): Decode<MemberList> {
  return (body, refuse, source) => {
    const members = records(body, 'team_members', accountId, refuse).map((each) => ({
      id: id(each),
      email: email(each),
      role: field(each, 'role') === null ? null : role(each),
      confirmed: flag(each, 'confirmed'),
      customRoleId: idOrNull(each, 'custom_role_id'),
    }))
    distinct(members, (each) => each.id, 'team_members', refuse)
    distinct(members, (each) => each.email, 'team_members', refuse)
    return { members, source }
  }
}

/** Of `GET /api`, which needs no token. */
export const decodeVersion: Decode<string> = (body, refuse) =>
  filled(record(body, 'api', refuse), 'version')

/** Names need not be unique. */
export const decodeCustomRoles: Decode<readonly CustomRole[]> = (body, refuse) => {
  const roles = list(body, 'custom_roles', refuse).map((each, index) => {
    const entry = record(each, `custom_roles[${index}]`, refuse)
    return { id: id(entry), name: text(entry, 'name') }
  })
  distinct(roles, (each) => each.id, 'custom_roles', refuse)
  return roles
}

/** An object of a body, and where it stands there. */
interface Entry {
  readonly value: object
  readonly at: string
  readonly refuse: Refuse
}

// Functions of an entry rather than closures in it: a large account has 100,000 entries.

/** Undefined: no such key. */
function field({ value }: Entry, key: string): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

function id(entry: Entry, key = 'id'): number {
  const given = field(entry, key)
  if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return given
  return wrong(entry, key, 'a positive whole number')
}

function idOrNull(entry: Entry, key: string): number | null {
  return absent(entry, key) ? null : id(entry, key)
}

function email(entry: Entry): string {
  return spellEmail(filled(entry, 'email'))
}

function role(entry: Entry): Role {
  const given = field(entry, 'role')
  if (given === 'administrator' || given === 'agent') return given
  return wrong(entry, 'role', 'administrator or agent')
}

function text(entry: Entry, key: string): string {
  const given = field(entry, key)
  return typeof given === 'string' ? given : wrong(entry, key, 'a text')
}

function filled(entry: Entry, key: string): string {
  const given = text(entry, key)
  return given.trim() === '' ? wrong(entry, key, 'filled') : given
}

function textOrNull(entry: Entry, key: string): string | null {
  return absent(entry, key) ? null : text(entry, key)
}

function flag(entry: Entry, key: string): boolean {
  const given = field(entry, key)
  return typeof given === 'boolean' ? given : wrong(entry, key, 'true or false')
}

function absent(entry: Entry, key: string): boolean {
  return (field(entry, key) ?? null) === null
}

function wrong(entry: Entry, key: string, expected: string): never {
  const { at, refuse } = entry
  return refuse(`${at}.${key} should be ${expected}, it is ${kindOf(field(entry, key))}`)
}

function record(value: unknown, at: string, refuse: Refuse): Entry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`${at} should be an object, it is ${kindOf(value)}`)
  }
  return { value, at, refuse }
}

/** The objects of a list, all of them of the account that was asked for. */
function records(value: unknown, at: string, accountId: number, refuse: Refuse): Entry[] {
  return list(value, at, refuse).map((each, index) => {
    const entry = record(each, `${at}[${index}]`, refuse)
    const account = field(entry, 'account_id')
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
