/**
 * Decodes bodies of the server into typed values. Takes only the fields that rollcall compares or
 * shows, and drops all others, because they may be secrets. Pure. Refuses a body that is not as
 * expected, and never guesses.
 */
import { INBOX, TEAM } from '../core/model/kinds.ts'
import { compareCodeUnits, spellEmail } from '../core/model/names.ts'
import type { CustomRole, Role, SnapshotAgent, SnapshotGroup } from '../core/model/snapshot.ts'
import {
  type BodyObject,
  describeKind,
  isAbsent,
  readField,
  readFilledText,
  readFlag,
  readFlagOrNull,
  readId,
  readList,
  readRecord,
  readText,
  readTextOrNull,
  refuseField,
} from './body-object.ts'
import type { Decode, Refuse, Source } from './reply.ts'

export interface Profile {
  readonly id: number
  readonly email: string
  /** The requested account; null if the token owner is not on it. */
  readonly account: ReturnType<typeof decodeMembership> | null
  readonly source: Source
}

/** The owner of a token and their accounts, for `rollcall doctor`. All texts are untrusted. */
export interface Owner {
  readonly email: string
  readonly accounts: readonly {
    readonly id: number
    readonly name: string
    /** Chatwoot stores null if somebody sends it an empty role. */
    readonly role: string | null
    readonly suspended: boolean
  }[]
}

export interface AgentList {
  readonly agents: readonly SnapshotAgent[]
  /** False: the server does not support custom roles. */
  readonly customRoles: boolean
  readonly source: Source
}

export type GroupEntry = Omit<SnapshotGroup, 'members' | 'ghosts'>

export interface MemberList {
  readonly members: readonly Member[]
  readonly source: Source
}

export interface Member extends Pick<SnapshotAgent, 'id' | 'email' | 'confirmed' | 'customRoleId'> {
  /** Null: removed from the account, but still in the group. */
  readonly role: Role | null
}

export function decodeProfile(accountId: number): Decode<Profile> {
  return (body, refuse, source) => {
    const profile = readRecord(body, 'profile', refuse)
    const accounts = readAccounts(profile).filter((each) => readId(each) === accountId)
    if (accounts.length > 1) refuse(`profile.accounts contains account ${accountId} twice`)
    const account = accounts[0]
    return {
      id: readId(profile),
      email: readEmail(profile),
      account: account === undefined ? null : decodeMembership(account),
      source,
    }
  }
}

function decodeMembership(account: BodyObject) {
  const customRoleId = readCustomRoleId(account)
  return {
    name: readText(account, 'name'),
    role: readRole(account),
    /** Undefined: the profile has no custom roles. */
    customRoleId: readField(account, 'custom_role_id') === undefined ? undefined : customRoleId,
  }
}

/** Of the same body. Takes no other field, because a profile contains the token as plain text. */
export const decodeOwner: Decode<Owner> = (body, refuse) => {
  const owner = readRecord(body, 'profile', refuse)
  const email = readField(owner, 'email')
  return {
    email: typeof email === 'string' ? email : refuseField(owner, 'email', 'text'),
    accounts: readAccounts(owner).map((each) => ({
      id: readId(each),
      name: readText(each, 'name'),
      role: readTextOrNull(each, 'role'),
      suspended: readField(each, 'status') === 'suspended',
    })),
  }
}

function readAccounts(profile: BodyObject): readonly BodyObject[] {
  const { refuse } = profile
  const accounts = readList(readField(profile, 'accounts'), 'profile.accounts', refuse)
  return accounts.map((each, index) => readRecord(each, `profile.accounts[${index}]`, refuse))
}

export function decodeAgents(accountId: number): Decode<AgentList> {
  return (body, refuse, source) => {
    const entries = readRecords(body, 'agents', accountId, refuse)
    const carrying = entries.filter(
      (each) => readField(each, 'custom_role_id') !== undefined,
    ).length
    if (carrying > 0 && carrying < entries.length) {
      refuse('custom_role_id should be on all agents or on no agent')
    }
    const agents = entries.map((each) => ({
      id: readId(each),
      email: readEmail(each),
      name: readText(each, 'name'),
      role: readRole(each),
      confirmed: readFlag(each, 'confirmed'),
      provider: readTextOrNull(each, 'provider'),
      customRoleId: readCustomRoleId(each),
    }))
    requireDistinct(agents, ['id', 'email'], 'agents', refuse)
    return { agents, customRoles: carrying > 0, source }
  }
}

export function decodeTeams(accountId: number): Decode<readonly GroupEntry[]> {
  return (body, refuse) => {
    const teams = readRecords(body, 'teams', accountId, refuse).map((each) => ({
      of: TEAM,
      id: readId(each),
      name: readFilledText(each, 'name'),
      settings: {
        description: readTextOrNull(each, 'description') ?? '',
        auto_assign: readFlagOrNull(each, 'allow_auto_assign'),
      },
    }))
    requireDistinct(teams, ['id', 'name'], 'teams', refuse)
    return teams
  }
}

/** Names may repeat. The fields of an inbox that are not taken contain passwords and tokens. */
export function decodeInboxes(accountId: number): Decode<readonly GroupEntry[]> {
  return (body, refuse) => {
    const inboxes = readRecords(readPayload(body, refuse), 'payload', accountId, refuse)
    const entries = inboxes.map((each) => ({
      of: INBOX,
      id: readId(each),
      name: readFilledText(each, 'name'),
      settings: {
        channel: spellChannel(readFilledText(each, 'channel_type')),
        auto_assign: readFlagOrNull(each, 'enable_auto_assignment'),
      },
    }))
    requireDistinct(entries, ['id'], 'payload', refuse)
    return entries
  }
}

/** `Channel::WebWidget` → `web_widget`. */
function spellChannel(className: string): string {
  return className
    .replace(/^Channel::/, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase()
}

/** @param at names the list in messages */
export function decodeMembers(accountId: number, at = 'team_members'): Decode<MemberList> {
  return (body, refuse, source) => {
    const members = readRecords(body, at, accountId, refuse).map((each) => ({
      id: readId(each),
      email: readEmail(each),
      role: readField(each, 'role') === null ? null : readRole(each),
      confirmed: readFlag(each, 'confirmed'),
      customRoleId: readCustomRoleId(each),
    }))
    requireDistinct(members, ['id', 'email'], at, refuse)
    return { members, source }
  }
}

export function decodeInboxMembers(accountId: number): Decode<MemberList> {
  return (body, refuse, source) =>
    decodeMembers(accountId, 'payload')(readPayload(body, refuse), refuse, source)
}

function readPayload(body: unknown, refuse: Refuse): unknown {
  return readField(readRecord(body, 'body', refuse), 'payload')
}

/** Of `GET /api`, which needs no token. */
export const decodeVersion: Decode<string> = (body, refuse) =>
  readFilledText(readRecord(body, 'api', refuse), 'version')

/** Names may repeat. */
export const decodeCustomRoles: Decode<readonly CustomRole[]> = (body, refuse) => {
  const roles = readList(body, 'custom_roles', refuse).map((each, index) => {
    const entry = readRecord(each, `custom_roles[${index}]`, refuse)
    return {
      id: readId(entry),
      name: readText(entry, 'name'),
      description: readTextOrNull(entry, 'description') ?? '',
      permissions: readPermissions(entry),
    }
  })
  requireDistinct(roles, ['id'], 'custom_roles', refuse)
  return roles
}

/** An open list: a server may know more permissions than rollcall. */
function readPermissions(entry: BodyObject): readonly string[] {
  const at = `${entry.at}.permissions`
  const texts = readList(readField(entry, 'permissions'), at, entry.refuse).map((each, index) =>
    typeof each === 'string'
      ? each
      : entry.refuse(`${at}[${index}] should be a string, it is ${describeKind(each)}`),
  )
  return [...new Set(texts)].sort(compareCodeUnits)
}

/** Chatwoot stores any number there, such as 0 for a text, whether or not there is such a custom role. */
function readCustomRoleId(entry: BodyObject): number | null {
  if (isAbsent(entry, 'custom_role_id')) return null
  const given = readField(entry, 'custom_role_id')
  if (typeof given === 'number' && Number.isSafeInteger(given)) return given
  return refuseField(entry, 'custom_role_id', 'a whole number')
}

function readEmail(entry: BodyObject): string {
  return spellEmail(readFilledText(entry, 'email'))
}

function readRole(entry: BodyObject): Role {
  const given = readField(entry, 'role')
  if (given === 'administrator' || given === 'agent') return given
  if (given !== null) return refuseField(entry, 'role', 'administrator or agent')
  const email = readField(entry, 'email')
  const who = typeof email === 'string' ? email : 'the owner of the token'
  return entry.refuse(
    `${entry.at}.role should be administrator or agent, it is null: ${who} has no role`,
    'Give this person a role in Chatwoot (Settings, Agents), then run again. Chatwoot stores no role if a program sends it an empty one.',
  )
}

/** The objects of a list, which must all belong to the requested account. */
function readRecords(value: unknown, at: string, accountId: number, refuse: Refuse): BodyObject[] {
  return readList(value, at, refuse).map((each, index) => {
    const entry = readRecord(each, `${at}[${index}]`, refuse)
    const account = readField(entry, 'account_id')
    if (account !== undefined && account !== accountId) {
      const found = typeof account === 'number' ? account : describeKind(account)
      refuse(`${at}[${index}].account_id should be ${accountId}, it is ${found}`)
    }
    return entry
  })
}

function requireDistinct<K extends string>(
  entries: readonly Readonly<Record<K, string | number>>[],
  keys: readonly K[],
  at: string,
  refuse: Refuse,
): void {
  for (const key of keys) {
    const seen = new Map<string | number, number>()
    entries.forEach((entry, index) => {
      const name = entry[key]
      const first = seen.get(name)
      if (first !== undefined) refuse(`${at}[${first}] and ${at}[${index}] are both ${name}`)
      seen.set(name, index)
    })
  }
}
