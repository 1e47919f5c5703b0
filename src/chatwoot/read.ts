/**
 * Reads one complete account from a server into a Snapshot. If lists contradict each other, it reads
 * again and never guesses. If something is still missing, it throws a Failure and never returns an
 * empty list.
 */
import { Failure } from '../core/messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { type GroupKind, INBOX, TEAM } from '../core/model/kinds.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import type {
  CustomRoles,
  GroupCoverage,
  Role,
  Snapshot,
  SnapshotGroup,
} from '../core/model/snapshot.ts'
import { checkStillAdministrator, findCaller, makeRoster, placeMembers } from './agreement.ts'
import type { Client } from './client.ts'
import {
  type AgentList,
  decodeAgents,
  decodeCustomRoles,
  decodeInboxes,
  decodeInboxMembers,
  decodeMembers,
  decodeProfile,
  decodeTeams,
  decodeVersion,
  type GroupEntry,
  type MemberList,
} from './decode.ts'
import { makePagingGuard, type PagingGuard } from './paging.ts'
import type { Decode } from './reply.ts'

/** What a read includes besides the agents and the teams, if the token may see it. */
export interface Parts {
  readonly inboxes: boolean
  /** `held`: only if somebody has one. */
  readonly customRoles: 'all' | 'held' | 'none'
  /** Whether to ask for the version of Chatwoot. */
  readonly version: boolean
}

export interface Wanted extends Parts {
  readonly accountId: number
  /** How many member lists are read at the same time. */
  readonly concurrency: number
  readonly now: () => Date
  /** The origin of the server, for the snapshot. */
  readonly origin: string
}

const READS = 3
const TORN: readonly DiagnosticCode[] = ['read-contradiction', 'read-caller-missing', 'read-paging']

/**
 * The times are those of the successful read; `requests` counts every request of the client. Throws a
 * Failure with one diagnostic. The caller must close the client.
 */
export async function readSnapshot(client: Client, wanted: Wanted): Promise<Snapshot> {
  /** Failures that a partly deleted user could cause. */
  const duringDeletion = new Set<unknown>()
  for (let reads = 1; ; reads += 1) {
    try {
      return await readOnce(client, wanted, duringDeletion)
    } catch (error) {
      const half = duringDeletion.has(error)
      if (!(error instanceof Failure) || !(half || hasCode(error, TORN))) throw error
      if (reads === READS) throw half ? addReadCount(error) : error
      // Chatwoot needs seconds to delete the rest of a user, so wait longer.
      await client.pause(half ? reads + 2 : reads)
    }
  }
}

export function hasCode(error: unknown, codes: readonly DiagnosticCode[]): error is Failure {
  return error instanceof Failure && error.diagnostics.every(({ code }) => codes.includes(code))
}

function addReadCount({ diagnostics }: Failure): Failure {
  const add = (detail: string | null) => `${detail ?? ''} rollcall read everything ${READS} times.`
  return new Failure(...diagnostics.map((each) => ({ ...each, detail: add(each.detail) })))
}

/** How the server lists the groups of a kind and their members. */
export interface Endpoint {
  readonly of: GroupKind
  readonly path: string
  readonly decode: (accountId: number) => Decode<readonly GroupEntry[]>
  readonly memberPath: (id: number) => string
  readonly decodeMembers: (accountId: number) => Decode<MemberList>
}

const TEAMS: Endpoint = {
  of: TEAM,
  path: 'teams',
  decode: decodeTeams,
  memberPath: (id) => `teams/${id}/team_members`,
  decodeMembers,
}

const INBOXES: Endpoint = {
  of: INBOX,
  path: 'inboxes',
  decode: decodeInboxes,
  memberPath: (id) => `inbox_members/${id}`,
  decodeMembers: decodeInboxMembers,
}

/** By the section of the kind. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  [TEAM.section]: TEAMS,
  [INBOX.section]: INBOXES,
}

interface ReadGroup {
  readonly entry: GroupEntry
  readonly list: MemberList
}

async function readOnce(
  client: Client,
  wanted: Wanted,
  duringDeletion: Set<unknown>,
): Promise<Snapshot> {
  const { accountId, now } = wanted
  const account = `/api/v1/accounts/${accountId}`
  const startedAt = now().toISOString()
  client.expect(0)
  const guard = makePagingGuard(client)
  const inTurn = openQueue(wanted.concurrency)
  // The first failure ends the rest of the read, and only this failure is reported.
  const over = new AbortController()
  const memberLists = { known: 0, requested: 0, done: 0 }

  const readMembers = async ({ of, ...endpoint }: Endpoint, entry: GroupEntry) => {
    over.signal.throwIfAborted()
    memberLists.requested += 1
    const path = `${account}/${endpoint.memberPath(entry.id)}`
    const decode = endpoint.decodeMembers(accountId)
    const list = await client.get(path, decode).catch((error: unknown) => {
      // While a user is being deleted, the server fails to list the members of their groups.
      if (hasCode(error, ['server-error'])) duringDeletion.add(error)
      throw error
    })
    const decodePage: Decode<MemberList['members']> = (...from) => decode(...from).members
    await guard(`${of.label} members`, path, list.members, decodePage, namePerson)
    memberLists.done += 1
    client.progress(memberLists.done, memberLists.known)
    return { entry, list }
  }
  const readGroups = (endpoint: Endpoint, entries: readonly GroupEntry[]) => {
    memberLists.known += entries.length
    client.expect(memberLists.known - memberLists.requested)
    client.progress(memberLists.done, memberLists.known)
    const read = (entry: GroupEntry) => inTurn(() => readMembers(endpoint, entry))
    return waitForEach(entries.map(read), (failure) => over.abort(failure))
  }

  const readProfile = () => client.get('/api/v1/profile', decodeProfile(accountId))
  const profiles = readProfile()
  const readInboxList = async (): Promise<readonly GroupEntry[] | null> => {
    // To an agent, the server shows only their own inboxes, and does not say so.
    const owner = wanted.inboxes ? (await profiles).account : null
    if (owner?.role !== 'administrator') return null
    return client.get(`${account}/inboxes`, decodeInboxes(accountId))
  }
  const lists = [
    profiles,
    client.get(`${account}/agents`, decodeAgents(accountId)),
    client.get(`${account}/teams`, decodeTeams(accountId)),
    readInboxList(),
  ] as const
  // Do not wait for the list of agents before reading members: the server needs longest for it.
  const teams = lists[2].then((entries) => readGroups(TEAMS, entries))
  const inboxes = lists[3].then((entries) => entries && readGroups(INBOXES, entries))
  const confirmed = lists[3].then((entries) => entries && readProfile())
  // No version is no reason to have no snapshot.
  const version = wanted.version ? readIfAllowed(client.get('/api', decodeVersion)) : null
  // Awaited below; until then this avoids an unhandled rejection.
  const rest = Promise.allSettled([teams, inboxes, confirmed, version])
  try {
    const [profile, list, teamList, inboxList] = await waitForAll(...lists)
    const roster = makeRoster(list)
    const caller = findCaller(profile, roster, accountId)
    const decodePage: Decode<AgentList['agents']> = (...from) =>
      decodeAgents(accountId)(...from).agents
    await guard('agents', `${account}/agents`, list.agents, decodePage, namePerson)
    const checkList = ({ of, ...endpoint }: Endpoint, entries: readonly GroupEntry[]) =>
      guard(
        of.plural,
        `${account}/${endpoint.path}`,
        entries,
        endpoint.decode(accountId),
        nameRecord,
      )
    await checkList(TEAMS, teamList)
    if (inboxList !== null) await checkList(INBOXES, inboxList)
    const again = await confirmed
    if (again !== null) checkStillAdministrator(again)
    const place = (groups: readonly ReadGroup[]) =>
      groups
        .map((group): SnapshotGroup => {
          const { entry } = group
          return { ...entry, ...placeMembers(entry, group.list, roster) }
        })
        .sort((a, b) => compareCodeUnits(a.name, b.name) || a.id - b.id)
    const groups = [...place(await teams), ...place((await inboxes) ?? [])]
    const customRoles = await readCustomRoles(client, guard, account, list, caller.role, wanted)
    return {
      server: wanted.origin,
      serverVersion: await version,
      account: { id: accountId, name: caller.accountName },
      caller: { email: caller.email, role: caller.role },
      startedAt,
      finishedAt: now().toISOString(),
      requests: client.requests(),
      agents: [...list.agents].sort((a, b) => compareCodeUnits(a.email, b.email)),
      groups,
      coverage: {
        [TEAM.section]: 'read',
        [INBOX.section]: describeCoverage(wanted.inboxes, inboxList),
      },
      customRoles,
      activity: { state: 'not-asked' },
    }
  } finally {
    over.abort()
    // Let this read end completely before everything is read again.
    await rest
  }
}

function describeCoverage(wanted: boolean, list: readonly GroupEntry[] | null): GroupCoverage {
  if (!wanted) return 'unread'
  return list === null ? 'unreadable' : 'read'
}

/** Null if the server does not give it. */
export async function readIfAllowed<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

const namePerson = ({ id, email }: { readonly id: number; readonly email: string }) =>
  `${id} ${email}`
const nameRecord = ({ id }: { readonly id: number }) => String(id)

/** Server answers that mean: not for this token, or not on this installation. */
const NO_CUSTOM_ROLES: readonly DiagnosticCode[] = ['token-refused', 'server-not-found']

async function readCustomRoles(
  client: Client,
  guard: PagingGuard,
  account: string,
  list: AgentList,
  role: Role,
  wanted: Wanted,
): Promise<CustomRoles> {
  if (!list.customRoles) return { kind: 'unsupported' }
  const held = list.agents.some((agent) => agent.customRoleId !== null)
  const needed = wanted.customRoles === 'all' || (wanted.customRoles === 'held' && held)
  if (!needed) return { kind: 'unread' }
  // Only administrators may read them.
  if (role !== 'administrator') return { kind: 'unreadable' }
  try {
    const path = `${account}/custom_roles`
    const roles = await client.get(path, decodeCustomRoles)
    await guard('custom roles', path, roles, decodeCustomRoles, nameRecord)
    return { kind: 'read', roles: [...roles].sort((a, b) => a.id - b.id) }
  } catch (error) {
    if (hasCode(error, NO_CUSTOM_ROLES)) {
      return { kind: 'unreadable', because: error.diagnostics[0] }
    }
    throw error
  }
}

/** Waits for all, so that the reported failure does not depend on their order. */
async function waitForAll<A, B, C, D>(
  ...work: readonly [Promise<A>, Promise<B>, Promise<C>, Promise<D>]
): Promise<[A, B, C, D]> {
  const failures = (await Promise.allSettled(work)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  )
  if (failures.length > 0)
    throw failures.reduce((a, b) => (weighFailure(b) > weighFailure(a) ? b : a))
  return Promise.all(work)
}

/** An error of the token or the settings comes first, because it causes the other failures. */
function weighFailure(failure: unknown): number {
  if (!(failure instanceof Failure)) return 3
  const code = failure.diagnostics[0]?.code ?? 'internal'
  switch (DIAGNOSTICS[code].cause) {
    case 'token':
    case 'settings':
      return 2
    case 'server':
      return 1
    default:
      return 0
  }
}

/** Runs work in the order in which it comes, and only so much at the same time. */
function openQueue(concurrency: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = concurrency
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

/** Waits until each has ended. Throws the first failure, which `onFailure` gets at once. */
async function waitForEach<T>(
  work: readonly Promise<T>[],
  onFailure: (failure: unknown) => void,
): Promise<T[]> {
  const all = Promise.all(work)
  all.catch(onFailure)
  await Promise.allSettled(work)
  return all
}
