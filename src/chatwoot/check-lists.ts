/**
 * Checks that the lists of one read agree: compares the token owner and every member of a group with
 * the agent list. Pure. A contradiction is a Failure, and read.ts then reads everything again. It never
 * decides which list is right.
 */
import { makeFailure } from '../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { type GroupKind, joinKinds } from '../core/model/kinds.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import type { SnapshotAgent, SnapshotGroup } from '../core/model/snapshot.ts'
import type { AgentList, MemberList, Profile } from './decode.ts'
import type { Source } from './reply.ts'
import { clean } from './server-words.ts'

/** The agent list, by id and by normalised e-mail address. */
export interface Roster extends Omit<AgentList, 'agents'> {
  readonly byId: ReadonlyMap<number, SnapshotAgent>
  readonly byEmail: ReadonlyMap<string, SnapshotAgent>
}

export function makeRoster({ agents, ...rest }: AgentList): Roster {
  return {
    ...rest,
    byId: new Map(agents.map((agent) => [agent.id, agent])),
    byEmail: new Map(agents.map((agent) => [agent.email, agent])),
  }
}

/** Finds the token owner, who must be in the agent list: a list without them is incomplete. */
export function findCaller(profile: Profile, roster: Roster, accountId: number) {
  const { account, email } = profile
  const sources = [profile.source, roster.source]
  const who = `${clean(email)}, the owner of the token,`
  if (account === null) {
    const summary = `The profile of ${who} does not name account ${accountId}.`
    return fail(summary, sources, 'read-caller-missing')
  }
  const agent = roster.byEmail.get(email)
  if (agent === undefined && !roster.byId.has(profile.id)) {
    const summary = `The agent list of account ${accountId} does not contain ${who} so it is incomplete.`
    return fail(summary, sources, 'read-caller-missing')
  }
  if (agent?.id !== profile.id) {
    const summary = `The profile and the agent list give ${who} different ids or addresses.`
    return fail(summary, sources)
  }
  if (agent.role !== account.role) {
    return fail(
      `The profile gives ${who} the role ${account.role}, the agent list ${agent.role}.`,
      sources,
    )
  }
  // A profile may have no custom roles at all. If it has one, the list must have the same one.
  const { customRoleId } = account
  const differs = !roster.customRoles || customRoleId !== agent.customRoleId
  if (customRoleId !== undefined && differs) {
    const summary = `The profile and the agent list give ${who} different custom roles, or only one of them has custom roles.`
    return fail(summary, sources)
  }
  return { email: agent.email, role: agent.role, accountName: account.name }
}

/**
 * A server shows an agent only their own groups of some kinds, as if there were no others: a token owner
 * who was demoted while rollcall read must not make groups disappear.
 */
export function checkStillAdministrator(again: Profile, kinds: readonly GroupKind[]): void {
  if (again.account?.role === 'administrator') return
  fail(
    `${clean(again.email)}, the owner of the token, stopped being an administrator while rollcall read the ${joinKinds('and', ({ plural }) => plural, kinds)}.`,
    [again.source],
  )
}

/** Splits the members of a group into people of the account and ghosts, by e-mail address. */
export function placeMembers(
  { of, name }: Pick<SnapshotGroup, 'of' | 'name'>,
  list: MemberList,
  roster: Roster,
): Pick<SnapshotGroup, 'members' | 'ghosts'> {
  const sources = [list.source, roster.source]
  const members: string[] = []
  const ghosts: string[] = []
  for (const member of list.members) {
    const agent = roster.byId.get(member.id) ?? roster.byEmail.get(member.email)
    const who = () => `${clean(member.email)} in ${of.label} ${clean(name)}`
    if (member.role === null) {
      if (agent !== undefined || !of.keepsGhosts) {
        const but = agent === undefined ? 'must have one' : 'is in the agent list'
        fail(`${who()} has no role on the account, but ${but}.`, sources)
      }
      ghosts.push(member.email)
    } else if (agent === undefined) {
      fail(`${who()} has the role ${member.role}, but is not in the agent list.`, sources)
    } else {
      const differing = listDifferences(member, agent)
      if (differing.length > 0) {
        const summary = `${who()} and the same person in the agent list differ: ${differing}.`
        fail(summary, sources)
      }
      members.push(agent.email)
    }
  }
  return { members: members.sort(compareCodeUnits), ghosts: ghosts.sort(compareCodeUnits) }
}

/** Empty if they agree. Makes no array, because they nearly always agree and there are many members. */
function listDifferences(member: MemberList['members'][number], agent: SnapshotAgent): string {
  let names = ''
  if (member.id !== agent.id) names += ', id'
  if (member.email !== agent.email) names += ', e-mail address'
  if (member.role !== agent.role) names += ', role'
  if (member.confirmed !== agent.confirmed) names += ', confirmed'
  if (member.customRoleId !== agent.customRoleId) names += ', custom role'
  return names.slice(2)
}

function fail(
  summary: string,
  sources: readonly Source[],
  code: DiagnosticCode = 'read-contradiction',
): never {
  const requests = sources.map(({ request, requestId }) =>
    requestId === null ? request : `${request} (request id ${requestId})`,
  )
  throw makeFailure({
    code,
    summary,
    detail: `rollcall read everything three times, and the last answers still contradict each other: ${requests.join(' and ')}.`,
  })
}
