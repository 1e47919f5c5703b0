/**
 * Groups and their members: what the policy says of each team against what the account has.
 * People whom a finding of agents.ts already speaks for are not reported again here; only the
 * changes that the server needs one by one still are.
 */

import { contrast } from '../messages/alike.ts'
import type { Finding } from '../messages/finding.ts'
import { count, finding, listNames } from '../messages/phrase.ts'
import type { Subject } from '../model/address.ts'
import { isDouble, type Twins } from '../model/identity.ts'
import { byPlace, type Location } from '../model/location.ts'
import { byCodeUnits } from '../model/names.ts'
import type { Policy, PolicyTeam } from '../model/policy.ts'
import type { State, Team } from '../model/state.ts'
import { type Change, change, type Facts } from './change.ts'
import type { Folded } from './context.ts'

export interface TeamsOutcome {
  readonly findings: readonly Finding[]
  readonly changes: readonly Change[]
  readonly unmanaged: number
}

interface Context {
  readonly agents: State['agents']
  readonly folded: ReadonlyMap<string, Folded>
  readonly twins: Twins
  readonly findings: Finding[]
  readonly changes: Change[]
}

export function judgeTeams(
  policy: Policy,
  state: State,
  folded: ReadonlyMap<string, Folded>,
  twins: Twins,
): TeamsOutcome {
  if (policy.teams === null) return { findings: [], changes: [], unmanaged: state.teams.size }
  const context: Context = { agents: state.agents, folded, twins, findings: [], changes: [] }
  for (const want of policy.teams.entries.values()) {
    const have = state.teams.get(want.name)
    if (have === undefined) judgeMissing(want, context)
    else {
      judgeSettings(want, have, context)
      judgeWantedMembers(want, have, context)
      judgeActualMembers(want, have, context)
    }
  }
  for (const have of state.teams.values()) {
    if (!policy.teams.entries.has(have.name)) judgeUnlisted(have, policy.teams.location, context)
  }
  return { findings: context.findings, changes: context.changes, unmanaged: 0 }
}

function judgeMissing(want: PolicyTeam, context: Context): void {
  const subject = { kind: 'team', team: want.name } as const
  const people = listNames('members', [...want.members.keys()].sort(byCodeUnits))
  const found = finding('team-missing', subject, want.location, `missing${people}`)
  context.findings.push(found)
  context.changes.push(
    change('create-team', subject, {
      before: null,
      after: {
        ...(want.description === null ? {} : { description: want.description.value }),
        ...(want.autoAssign === null ? {} : { auto_assign: want.autoAssign.value }),
      },
      findings: [found.id],
    }),
  )
  for (const email of want.members.keys()) {
    const waitsFor = arrival(email, context)
    if (waitsFor !== null) context.changes.push(addition(want.name, email, [found.id, ...waitsFor]))
  }
}

function judgeUnlisted(have: Team, location: Location, context: Context): void {
  const subject = { kind: 'team', team: have.name } as const
  const people = [...have.members].sort(byCodeUnits)
  const double = isDouble(context.twins, have.name) ? '; the policy lists another of this name' : ''
  const found = finding(
    'team-unexpected',
    subject,
    location,
    `team, not in the policy${double}${listNames('members', people)}`,
  )
  context.findings.push(found)
  context.changes.push(
    change('delete-team', subject, {
      before: { description: have.description, auto_assign: have.autoAssign },
      after: null,
      findings: [found.id],
      effects: [
        `Also removes ${count(have.size, 'membership')}; its conversations lose their team.`,
      ],
    }),
  )
}

/** The settings that a policy may speak of: how each is shown, in both states. */
function judgeSettings(want: PolicyTeam, have: Team, context: Context): void {
  const differing: { location: Location; text: string; before: Facts; after: Facts }[] = []
  if (want.description !== null && want.description.value !== have.description) {
    const { value, location } = want.description
    differing.push({
      location,
      text: `description ${quoted(have.description)}, should be ${quoted(value)}`,
      before: { description: have.description },
      after: { description: value },
    })
  }
  if (want.autoAssign !== null && want.autoAssign.value !== have.autoAssign) {
    const { value, location } = want.autoAssign
    differing.push({
      location,
      text: `auto_assign ${have.autoAssign}, should be ${value}`,
      before: { auto_assign: have.autoAssign },
      after: { auto_assign: value },
    })
  }
  differing.sort((a, b) => byPlace(a.location, b.location))
  const first = differing[0]
  if (first === undefined) return
  const subject = { kind: 'team', team: want.name } as const
  const summary = differing.map((each) => each.text).join('; ')
  const difference = want.description && contrast(have.description, want.description.value)
  const found = { ...finding('team-differs', subject, first.location, summary), difference }
  context.findings.push(found)
  context.changes.push(
    change('grant', subject, {
      before: Object.assign({}, ...differing.map((each) => each.before)),
      after: Object.assign({}, ...differing.map((each) => each.after)),
      findings: [found.id],
    }),
  )
}

function quoted(text: string): string {
  return text === '' ? 'empty' : `"${text}"`
}

function judgeWantedMembers(want: PolicyTeam, have: Team, context: Context): void {
  for (const [email, location] of want.members) {
    if (have.members.has(email)) continue
    const subject: Subject = { kind: 'member', team: want.name, email }
    const say = (summary: string) => finding('member-missing', subject, location, summary)
    const waitsFor = arrival(email, context)
    if (context.folded.get(email)?.fate === 'cannot-arrive') continue
    if (waitsFor === null) {
      const why = have.ghosts.has(email) ? 'left the account' : 'not on the account'
      context.findings.push(say(`not a member, and ${why}`))
      continue
    }
    const ids = [...waitsFor]
    if (ids.length === 0) {
      const found = say('not a member yet')
      context.findings.push(found)
      ids.push(found.id)
    }
    context.changes.push(addition(want.name, email, ids))
  }
}

function judgeActualMembers(want: PolicyTeam, have: Team, context: Context): void {
  for (const email of have.members) {
    if (want.members.has(email)) continue
    const subject: Subject = { kind: 'member', team: want.name, email }
    const folded = context.folded.get(email)
    if (folded?.fate === 'leaves') continue
    if (folded !== undefined) {
      context.changes.push(departure(subject, [folded.finding]))
      continue
    }
    const found = finding('member-unexpected', subject, want.location, 'member, not in the policy')
    context.findings.push(found)
    context.changes.push(departure(subject, [found.id]))
  }
  for (const email of have.ghosts) {
    const place = want.members.get(email)
    // Wanted, and nobody the policy lists: `member-missing` already says that the person left.
    if (place !== undefined && !context.folded.has(email)) continue
    context.findings.push(
      finding(
        'member-ghost',
        { kind: 'member', team: want.name, email },
        place ?? want.location,
        'removed from the account, but still in the team',
      ),
    )
  }
}

/** Findings that a person's way into a team depends on; null for somebody who cannot get in. */
function arrival(email: string, { agents, folded }: Context): readonly string[] | null {
  const known = folded.get(email)
  if (known?.fate === 'arrives') return [known.finding]
  return agents.has(email) ? [] : null
}

function addition(team: string, email: string, findings: readonly string[]): Change {
  const after = { team, email }
  return change('add-member', { kind: 'member', team, email }, { before: null, after, findings })
}

function departure(subject: Subject & { kind: 'member' }, findings: readonly string[]): Change {
  const before = { team: subject.team, email: subject.email }
  return change('remove-member', subject, { before, after: null, findings })
}
