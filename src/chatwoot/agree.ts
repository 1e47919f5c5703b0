/**
 * Whether the lists of one read agree with each other: the owner of the token and every member
 * against the agent list. Pure. What contradicts is a Failure that the reader answers by reading
 * again; nothing here picks a side.
 */
import { type DiagnosticCode, diagnostic, Failure } from '../core/diagnostic.ts'
import { byCodeUnits } from '../core/names.ts'
import type { Role, SnapshotAgent, SnapshotTeam } from '../core/snapshot.ts'
import type { Member, Profile } from './decode.ts'
import { clean } from './words.ts'

/** The agent list, by id and by normalised e-mail address. */
export interface Roster {
  readonly byId: ReadonlyMap<number, SnapshotAgent>
  readonly byEmail: ReadonlyMap<string, SnapshotAgent>
}

export interface Caller {
  readonly email: string
  readonly role: Role
  readonly accountName: string
}

export function rosterOf(agents: readonly SnapshotAgent[]): Roster {
  return {
    byId: new Map(agents.map((agent) => [agent.id, agent])),
    byEmail: new Map(agents.map((agent) => [agent.email, agent])),
  }
}

/** The owner of the token, who must be in the agent list: a list without them is not complete. */
export function findCaller(profile: Profile, roster: Roster, accountId: number): Caller {
  const { account, email } = profile
  const who = `${clean(email)}, who owns the token,`
  if (account === null) {
    return fail('read-caller-missing', `The profile of ${who} does not name account ${accountId}.`)
  }
  const agent = roster.byEmail.get(email)
  if (agent === undefined && !roster.byId.has(profile.id)) {
    return fail(
      'read-caller-missing',
      `The agent list of account ${accountId} lacks ${who} so it is not complete.`,
    )
  }
  if (agent?.id !== profile.id) {
    return contradiction(`The profile and the agent list give ${who} different ids or addresses.`)
  }
  if (agent.role !== account.role) {
    return contradiction(
      `The profile gives ${who} the role ${account.role}, the agent list ${agent.role}.`,
    )
  }
  return { email: agent.email, role: agent.role, accountName: account.name }
}

/** Splits the members of a team into people of the account and ghosts, by e-mail address. */
export function placeMembers(
  team: string,
  list: readonly Member[],
  roster: Roster,
): Pick<SnapshotTeam, 'members' | 'ghosts'> {
  const members: string[] = []
  const ghosts: string[] = []
  for (const member of list) {
    const agent = roster.byId.get(member.id) ?? roster.byEmail.get(member.email)
    const who = `${clean(member.email)} in team ${clean(team)}`
    if (member.role === null) {
      if (agent !== undefined) {
        contradiction(`${who} has no role on the account, but is in the agent list.`)
      }
      ghosts.push(member.email)
    } else if (agent === undefined) {
      contradiction(`${who} has the role ${member.role}, but is not in the agent list.`)
    } else {
      const differing = differences(member, agent)
      if (differing.length > 0) {
        contradiction(`${who} and the same person in the agent list differ: ${differing}.`)
      }
      members.push(agent.email)
    }
  }
  return { members: members.sort(byCodeUnits), ghosts: ghosts.sort(byCodeUnits) }
}

function differences(member: Member, agent: SnapshotAgent): string {
  return [
    member.id === agent.id ? null : 'id',
    member.email === agent.email ? null : 'e-mail address',
    member.role === agent.role ? null : 'role',
    member.confirmed === agent.confirmed ? null : 'confirmed',
    member.customRoleId === agent.customRoleId ? null : 'custom role',
  ]
    .filter((each) => each !== null)
    .join(', ')
}

function contradiction(summary: string): never {
  return fail('read-contradiction', summary)
}

function fail(code: DiagnosticCode, summary: string): never {
  throw new Failure(
    diagnostic({
      code,
      summary,
      detail: 'Everything was read three times, and the lists still do not fit together.',
      advice:
        'If the account is being changed right now, try again in a few minutes; otherwise look for a cache between rollcall and Chatwoot.',
    }),
  )
}
