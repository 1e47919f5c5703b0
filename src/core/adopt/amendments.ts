/**
 * Findings → the statements of a policy that would have to change so that the account is right.
 * How the text of a policy is changed is not known here.
 */

import type { Finding } from '../messages/finding.ts'
import { daysAfter } from '../model/dates.ts'
import type { Policy, PolicyTeam, WantedCustomRole } from '../model/policy.ts'
import type { CustomRoles, Role, SnapshotAgent } from '../model/snapshot.ts'
import type { ActualState, Team } from '../model/state.ts'
import { GRACE_DAYS, nameOf } from '../plan/settle.ts'

export interface Amendments {
  /** By e-mail address; a person who is not listed yet is added. */
  readonly agents: ReadonlyMap<string, AgentKeys | 'remove'>
  /** By name; a team that is not listed yet is added. */
  readonly teams: ReadonlyMap<string, TeamKeys | 'remove'>
}

/** What becomes of the keys of an entry; null takes one out, one that is absent stays as it is. */
export interface AgentKeys {
  readonly role?: Role
  readonly custom_role?: WantedCustomRole | null
  readonly name?: string | null
  readonly reason?: string
  readonly pending_until?: string
}

export interface TeamKeys {
  readonly description?: string
  readonly auto_assign?: boolean
  /** E-mail addresses that are added to its members, and taken out. */
  readonly join: ReadonlySet<string>
  readonly leave: ReadonlySet<string>
}

interface Known {
  readonly policy: Policy
  readonly actual: ActualState
  readonly customRoles: CustomRoles
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string
  /** Stored with every person whose entry changes; null for none. */
  readonly reason: string | null
}

export function amendmentsFor(findings: readonly Finding[], known: Known): Amendments {
  const entries = new Map<string, AgentKeys>()
  const agents = new Map<string, AgentKeys | 'remove'>()
  for (const finding of findings) {
    if (finding.subject.kind !== 'agent') continue
    const { email } = finding.subject
    const have = known.actual.state.agents.get(email)
    const keys = have && { ...entries.get(email), ...keysFor(finding, have, known) }
    if (keys) entries.set(email, keys)
    agents.set(email, keys ?? 'remove')
  }
  return { agents, teams: teamsFor(findings, agents, known) }
}

function keysFor({ code, subject }: Finding, have: SnapshotAgent, known: Known): AgentKeys {
  const { policy, today } = known
  const why = known.reason === null ? {} : { reason: known.reason }
  const listed = subject.kind === 'agent' && policy.agents?.entries.has(subject.email)
  const customRole =
    have.customRoleId === null ? null : nameOf(have.customRoleId, known.customRoles)
  const until = { pending_until: daysAfter(today, GRACE_DAYS) }
  switch (code) {
    case 'invite-pending':
      return { ...until, ...why }
    case 'agent-name-differs':
      // A blank name is none that a policy may ask for.
      return { name: have.name.trim() === '' ? null : have.name }
    case 'custom-role-differs':
      return { custom_role: customRole, ...why }
    default:
      return {
        role: have.role,
        ...(have.role === 'agent' && (listed || customRole !== null)
          ? { custom_role: customRole }
          : {}),
        ...(listed || have.confirmed ? {} : until),
        ...why,
      }
  }
}

interface Draft {
  keys: Omit<TeamKeys, 'join' | 'leave'>
  readonly join: Set<string>
  readonly leave: Set<string>
}

function teamsFor(
  findings: readonly Finding[],
  agents: Amendments['agents'],
  { policy, actual }: Known,
): Amendments['teams'] {
  const teams = new Map<string, Draft | 'remove'>()
  const draft = (name: string): Draft => {
    const before = teams.get(name)
    if (before !== undefined && before !== 'remove') return before
    const made = { keys: {}, join: new Set<string>(), leave: new Set<string>() }
    teams.set(name, made)
    return made
  }
  const mayJoin = (email: string) => {
    if (policy.agents === null || policy.scope.agents === 'administrators') return true
    const amended = agents.get(email)
    return amended === undefined ? policy.agents.entries.has(email) : amended !== 'remove'
  }
  for (const { code, subject } of findings) {
    if (subject.kind === 'member') {
      draft(subject.team)[code === 'member-missing' ? 'leave' : 'join'].add(subject.email)
    }
    if (subject.kind !== 'team') continue
    const have = actual.state.teams.get(subject.team)
    const want = policy.teams?.entries.get(subject.team)
    if (have === undefined) teams.set(subject.team, 'remove')
    else if (want !== undefined) draft(subject.team).keys = settingsOf(have, want)
    else for (const email of [...have.members].filter(mayJoin)) draft(subject.team).join.add(email)
    // Listed even where nobody is in it.
    if (have !== undefined) draft(subject.team)
  }
  // The finding of a person who comes or goes speaks for the memberships too.
  for (const [email, amended] of agents) {
    const listed = policy.agents?.entries.has(email) === true
    for (const want of policy.teams?.entries.values() ?? []) {
      if (teams.get(want.name) === 'remove') continue
      if (amended === 'remove' && want.members.has(email)) draft(want.name).leave.add(email)
      const member = actual.state.teams.get(want.name)?.members.has(email) === true
      if (!listed && member && !want.members.has(email)) draft(want.name).join.add(email)
    }
  }
  return new Map(
    [...teams].map(([name, made]) => [
      name,
      made === 'remove' ? made : { ...made.keys, join: made.join, leave: made.leave },
    ]),
  )
}

function settingsOf(have: Team, want: PolicyTeam): Omit<TeamKeys, 'join' | 'leave'> {
  const { description, autoAssign } = have
  return {
    ...(want.description !== null && want.description.value !== description ? { description } : {}),
    ...(want.autoAssign !== null && want.autoAssign.value !== autoAssign
      ? { auto_assign: autoAssign }
      : {}),
  }
}
