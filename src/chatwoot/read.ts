/**
 * Reads one complete account from a server into a Snapshot. If lists contradict each other, it reads
 * again and never guesses. If something is still missing, it throws a Failure and never returns an
 * empty list.
 */
import { Failure } from '../core/messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import type { CustomRoles, Role, Snapshot, SnapshotGroup } from '../core/model/snapshot.ts'
import { findCaller, makeRoster, placeMembers } from './agreement.ts'
import type { Client } from './client.ts'
import {
  type AgentList,
  decodeAgents,
  decodeCustomRoles,
  decodeMembers,
  decodeProfile,
  decodeTeams,
  type MemberList,
  type TeamEntry,
} from './decode.ts'
import { makePagingGuard, type PagingGuard } from './paging.ts'
import type { Decode } from './reply.ts'

export interface Wanted {
  readonly accountId: number
  /** Whether the policy names a custom role. */
  readonly customRoleNames: boolean
  /** How many teams are read at the same time. */
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

function hasCode(error: unknown, codes: readonly DiagnosticCode[]): error is Failure {
  return error instanceof Failure && error.diagnostics.every(({ code }) => codes.includes(code))
}

function addReadCount({ diagnostics }: Failure): Failure {
  const add = (detail: string | null) => `${detail ?? ''} rollcall read everything ${READS} times.`
  return new Failure(...diagnostics.map((each) => ({ ...each, detail: add(each.detail) })))
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
  let over = false
  let done = 0
  const readMembers = async (entry: TeamEntry, of: number) => {
    const path = `${account}/teams/${entry.id}/team_members`
    const decode = decodeMembers(accountId)
    const list = await client.get(path, decode).catch((error: unknown) => {
      // While a user is being deleted, the server fails to list the members of their teams.
      if (hasCode(error, ['server-error'])) duringDeletion.add(error)
      throw error
    })
    await guard('team members', path, list.members, pickMembers(accountId), namePerson)
    done += 1
    client.progress(done, of)
    return { entry, list }
  }
  const lists = [
    client.get('/api/v1/profile', decodeProfile(accountId)),
    client.get(`${account}/agents`, decodeAgents(accountId)),
    client.get(`${account}/teams`, decodeTeams(accountId)),
  ] as const
  // Do not wait for the list of agents before reading members: the server needs longest for it.
  const reading = lists[2].then((entries) => {
    client.expect(entries.length)
    client.progress(done, entries.length)
    const read = (entry: TeamEntry) => readMembers(entry, entries.length)
    return mapInParallel(entries, wanted.concurrency, read, () => over)
  })
  // Awaited below; until then this avoids an unhandled rejection.
  reading.catch(() => undefined)
  try {
    const [profile, list, entries] = await waitForAll(...lists)
    const roster = makeRoster(list)
    const caller = findCaller(profile, roster, accountId)
    await guard('agents', `${account}/agents`, list.agents, pickAgents(accountId), namePerson)
    await guard('teams', `${account}/teams`, entries, decodeTeams(accountId), nameRecord)
    const teams = (await reading).map(({ entry, list }): SnapshotGroup => {
      return { ...entry, ...placeMembers(entry.name, list, roster) }
    })
    const customRoles = await readCustomRoles(client, guard, account, list, caller.role, wanted)
    return {
      server: wanted.origin,
      account: { id: accountId, name: caller.accountName },
      caller: { email: caller.email, role: caller.role },
      startedAt,
      finishedAt: now().toISOString(),
      requests: client.requests(),
      agents: [...list.agents].sort((a, b) => compareCodeUnits(a.email, b.email)),
      groups: teams.sort((a, b) => compareCodeUnits(a.name, b.name)),
      customRoles,
    }
  } finally {
    over = true
    // Let this read end completely before everything is read again.
    await reading.catch(() => undefined)
  }
}

const pickAgents =
  (accountId: number): Decode<AgentList['agents']> =>
  (...from) =>
    decodeAgents(accountId)(...from).agents
const pickMembers =
  (accountId: number): Decode<MemberList['members']> =>
  (...from) =>
    decodeMembers(accountId)(...from).members
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
  const needed = wanted.customRoleNames && list.agents.some((agent) => agent.customRoleId !== null)
  if (!needed) return { kind: 'unread' }
  // Only administrators may read the names.
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
async function waitForAll<A, B, C>(
  ...work: readonly [Promise<A>, Promise<B>, Promise<C>]
): Promise<[A, B, C]> {
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

/** Returns results in the order of the items. Starts no more work after a failure, or if `over`. */
async function mapInParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
  over: () => boolean,
): Promise<R[]> {
  const results: R[] = []
  const remaining = items.entries()
  let failed = false
  const worker = async () => {
    for (const [index, item] of remaining) {
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
      if (failed || over()) return
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}
