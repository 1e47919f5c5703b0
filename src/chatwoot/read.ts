/**
 * Reads one complete account from a server into a Snapshot. If lists contradict each other, it reads
 * again and never guesses. If something is still missing, it throws a Failure and never returns an
 * empty list.
 */
import { Failure } from '../core/messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { type GroupKind, KINDS } from '../core/model/kinds.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import type {
  CustomRoles,
  GroupCoverage,
  Role,
  Snapshot,
  SnapshotGroup,
} from '../core/model/snapshot.ts'
import { checkStillAdministrator, findCaller, makeRoster, placeMembers } from './check-lists.ts'
import type { Client } from './client.ts'
import {
  type AgentList,
  decodeAgents,
  decodeCustomRoles,
  decodeProfile,
  decodeVersion,
  type GroupEntry,
  type MemberList,
} from './decode.ts'
import { ENDPOINTS } from './group-endpoints.ts'
import { makePagingGuard, type PagingGuard } from './paging.ts'
import { formatAccountPath, PROFILE_PATH, VERSION_PATH } from './paths.ts'
import type { Decode } from './reply.ts'

/** What a read includes besides the agents, if the token may see it. */
export interface Parts {
  /** Which kinds. Those that the server shows to everybody are always read. */
  readonly groups: ReadonlySet<GroupKind>
  /** `held`: only if somebody has one. */
  readonly customRoles: 'all' | 'held' | 'none'
  readonly version: boolean
}

export interface Wanted extends Parts {
  readonly accountId: number
  /** The origin of the server, for the snapshot. */
  readonly origin: string
}

const READS = 3

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
      if (!(error instanceof Failure) || !(half || hasOnly(error, isTorn))) throw error
      if (reads === READS) throw half ? addReadCount(error) : error
      // Chatwoot needs seconds to delete the rest of a user, so wait longer.
      await client.pause(half ? reads + 2 : reads)
    }
  }
}

export function hasOnly(error: unknown, fits: (code: DiagnosticCode) => boolean): error is Failure {
  return error instanceof Failure && error.diagnostics.every(({ code }) => fits(code))
}

const isTorn = (code: DiagnosticCode) => DIAGNOSTICS[code].shows === 'lists that disagree'
/** The server says: not for this token, or not on this installation. */
const isNotShown = (code: DiagnosticCode) => DIAGNOSTICS[code].shows === 'a part that is not shown'

function addReadCount({ diagnostics }: Failure): Failure {
  const add = (detail: string | null) => `${detail ?? ''} rollcall read everything ${READS} times.`
  return new Failure(...diagnostics.map((each) => ({ ...each, detail: add(each.detail) })))
}

async function readOnce(
  client: Client,
  wanted: Wanted,
  duringDeletion: Set<unknown>,
): Promise<Snapshot> {
  const { accountId } = wanted
  const { now } = client
  const at = (path: string) => formatAccountPath(accountId, path)
  const startedAt = now().toISOString()
  client.expect(0)
  const guard = makePagingGuard(client)
  const inTurn = openQueue(client.connections)
  // The first failure ends the rest of the read, and only this failure is reported.
  const over = new AbortController()
  const memberLists = { known: 0, requested: 0, done: 0 }

  const readMembers = async (of: GroupKind, entry: GroupEntry) => {
    over.signal.throwIfAborted()
    memberLists.requested += 1
    const endpoint = ENDPOINTS[of.section]
    const path = at(endpoint.memberPath(entry.id))
    const decode = endpoint.decodeMembers(accountId)
    const list = await client.get(path, decode).catch((error: unknown) => {
      // While a user is being deleted, the server fails to list the members of their groups.
      if (hasOnly(error, (code) => code === 'server-error')) duringDeletion.add(error)
      throw error
    })
    const decodePage: Decode<MemberList['members']> = (...from) => decode(...from).members
    await guard(`${of.label} members`, path, list.members, decodePage, namePerson)
    memberLists.done += 1
    client.progress(memberLists.done, memberLists.known)
    return { entry, list }
  }
  const readGroups = (of: GroupKind, entries: readonly GroupEntry[]) => {
    memberLists.known += entries.length
    client.expect(memberLists.known - memberLists.requested)
    client.progress(memberLists.done, memberLists.known)
    const read = (entry: GroupEntry) => inTurn(() => readMembers(of, entry))
    return waitForEach(entries.map(read), (failure) => over.abort(failure))
  }

  const readProfile = () => client.get(PROFILE_PATH, decodeProfile(accountId))
  const profiles = readProfile()
  const agents = client.get(at('agents'), decodeAgents(accountId))
  const readList = async (of: GroupKind): Promise<readonly GroupEntry[] | null> => {
    const { path, decode } = ENDPOINTS[of.section]
    // To an agent, the server shows only their own ones, and does not say so.
    if (of.shownTo === 'administrators') {
      const owner = wanted.groups.has(of) ? (await profiles).account : null
      if (owner?.role !== 'administrator') return null
    }
    return client.get(at(path), decode(accountId))
  }
  const kinds = KINDS.map((of) => {
    const entries = readList(of)
    // Do not wait for the list of agents before reading members: the server needs longest for it.
    const groups = entries.then((list) => list && readGroups(of, list))
    return { of, entries, groups }
  })
  const restricted = kinds.filter(({ of }) => of.shownTo === 'administrators')
  const confirmed = Promise.all(restricted.map(({ entries }) => entries)).then((lists) =>
    lists.every((list) => list === null) ? null : readProfile(),
  )
  // No version is no reason to have no snapshot.
  const version = wanted.version ? readIfAllowed(client.get(VERSION_PATH, decodeVersion)) : null
  // Awaited below; until then this avoids an unhandled rejection.
  const rest = Promise.allSettled([...kinds.map(({ groups }) => groups), confirmed, version])
  try {
    await waitForAll([profiles, agents, ...kinds.map(({ entries }) => entries)])
    const list = await agents
    const roster = makeRoster(list)
    const caller = findCaller(await profiles, roster, accountId)
    const decodePage: Decode<AgentList['agents']> = (...from) =>
      decodeAgents(accountId)(...from).agents
    await guard('agents', at('agents'), list.agents, decodePage, namePerson)
    const coverage: Record<string, GroupCoverage> = {}
    for (const { of, entries } of kinds) {
      const { path, decode } = ENDPOINTS[of.section]
      const read = await entries
      const missing = wanted.groups.has(of) ? 'unreadable' : 'unread'
      coverage[of.section] = read === null ? missing : 'read'
      if (read !== null) await guard(of.plural, at(path), read, decode(accountId), nameRecord)
    }
    const again = await confirmed
    const names = restricted.map(({ of }) => of)
    if (again !== null) checkStillAdministrator(again, names)
    const groups: SnapshotGroup[] = []
    for (const kind of kinds) {
      const placed = ((await kind.groups) ?? []).map(
        ({ entry, list: members }): SnapshotGroup => ({
          ...entry,
          ...placeMembers(entry, members, roster),
        }),
      )
      groups.push(...placed.sort((a, b) => compareCodeUnits(a.name, b.name) || a.id - b.id))
    }
    const customRoles = await readCustomRoles(client, guard, list, caller.role, wanted)
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
      coverage,
      customRoles,
      activity: { state: 'not-asked' },
    }
  } finally {
    over.abort()
    // Let this read end completely before everything is read again.
    await rest
  }
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

async function readCustomRoles(
  client: Client,
  guard: PagingGuard,
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
    const path = formatAccountPath(wanted.accountId, 'custom_roles')
    const roles = await client.get(path, decodeCustomRoles)
    await guard('custom roles', path, roles, decodeCustomRoles, nameRecord)
    return { kind: 'read', roles: [...roles].sort((a, b) => a.id - b.id) }
  } catch (error) {
    if (hasOnly(error, isNotShown)) {
      return { kind: 'unreadable', because: error.diagnostics[0] }
    }
    throw error
  }
}

/** Waits for all, so that the reported failure does not depend on their order. */
async function waitForAll(work: readonly Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(work)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  )
  if (failures.length > 0)
    throw failures.reduce((a, b) => (weighFailure(b) > weighFailure(a) ? b : a))
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
