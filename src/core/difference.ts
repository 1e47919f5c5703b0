/**
 * What differs between two accounts of who may do what: two snapshots, or two policies. The engine is
 * that of a plan: the changes that would turn the first into the second are what was gained and lost.
 * What a plan has no step for (an accepted invitation, another name) stands beside it.
 */
import type { Change, CustomRoleFact } from './change.ts'
import { type ControlChange, controlChanges } from './controls.ts'
import type { Location } from './diagnostic.ts'
import { betweenPeople } from './difference-people.ts'
import { betweenTeams } from './difference-teams.ts'
import { lookAlikes } from './distinguish.ts'
import type { Party } from './finding.ts'
import { inverted } from './group.ts'
import { byCodeUnits, normaliseTeamName } from './names.ts'
import type { Policy, PolicyAgent, PolicyTeam, WantedCustomRole } from './policy.ts'
import type { Snapshot, SnapshotAgent } from './snapshot.ts'

export interface Difference {
  readonly subject: Party
  readonly address: string
  /** `changed`: neither, both, or nobody can tell. */
  readonly kind: Kind
  readonly action: Change['action']
  /** A short phrase that reads on after the subject's name. Hostile. */
  readonly summary: string
  /** Null: not there. */
  readonly before: Shown | null
  readonly after: Shown | null
  /** In the policy that has it, the second one first; null for snapshots. */
  readonly location: Location | null
}

export type Kind = 'gained' | 'lost' | 'changed'

export type Shown = Readonly<
  Record<string, string | boolean | null | CustomRoleFact | readonly string[]>
>

export interface Differences {
  /** People by address, then teams and members. */
  readonly differences: readonly Difference[]
  /** Of policies: what decides how strictly is judged. */
  readonly controls: readonly ControlChange[]
}

/** Both have to be of one account. Names of custom roles and of the account are not compared. */
export function betweenSnapshots(before: Snapshot, after: Snapshot): Differences {
  const names = new Map<number, string>()
  for (const { customRoles } of [before, after]) {
    if (customRoles.kind !== 'read') continue
    for (const { id, name } of customRoles.roles) names.set(id, name)
  }
  const role = (id: number) => ({ id, name: names.get(id) ?? null })
  return { differences: compare(snapshotSide(before), snapshotSide(after), role), controls: [] }
}

export function betweenPolicies(before: Policy, after: Policy): Differences {
  // The engine compares custom roles by id; each that a policy names gets one here.
  const known: CustomRoleFact[] = []
  const idOf = (wanted: WantedCustomRole) => {
    const fact = 'id' in wanted ? { id: wanted.id, name: null } : { id: null, name: wanted.name }
    const index = known.findIndex(({ id, name }) => id === fact.id && name === fact.name)
    return index < 0 ? known.push(fact) : index + 1
  }
  const [a, b] = [policySide(before, idOf), policySide(after, idOf)]
  const role = (id: number) => known[id - 1] as CustomRoleFact
  return { differences: compare(a, b, role), controls: controlChanges(before, after) }
}

/** One side in the terms of the engine. Null: it says nothing of them. */
interface Side {
  readonly agents: ReadonlyMap<string, Person> | null
  readonly teams: ReadonlyMap<string, Group> | null
}

export type Person = SnapshotAgent & {
  readonly location: Location | null
  readonly teams: readonly string[]
}

export interface Group {
  readonly name: string
  /** Null: not said. */
  readonly description: string | null
  readonly autoAssign: boolean | null
  readonly members: ReadonlyMap<string, Location | null>
  readonly location: Location | null
}

export type RoleOf = (id: number) => CustomRoleFact

function snapshotSide({ agents, teams }: Snapshot): Side {
  const groups = teams.map(({ name, description, autoAssign, members }) => ({
    name: normaliseTeamName(name),
    description,
    autoAssign,
    members: new Map(members.map((email) => [email, null])),
    location: null,
  }))
  return side(
    agents.map((agent) => ({ ...agent, location: null })),
    groups,
  )
}

function policySide({ agents, teams }: Policy, idOf: (wanted: WantedCustomRole) => number): Side {
  const person = ({ email, role, name, customRole, location }: PolicyAgent) => ({
    id: 1,
    email,
    name: name ?? '',
    role,
    confirmed: true,
    provider: null,
    customRoleId: customRole && idOf(customRole.value),
    location,
  })
  const group = ({ name, description, autoAssign, members, location }: PolicyTeam) => ({
    name,
    description: description?.value ?? null,
    autoAssign: autoAssign?.value ?? null,
    members,
    location,
  })
  return side(
    agents && [...agents.entries.values()].map(person),
    teams && [...teams.entries.values()].map(group),
  )
}

function side(
  people: readonly Omit<Person, 'teams'>[] | null,
  groups: readonly Group[] | null,
): Side {
  const sorted = (groups ?? []).toSorted((a, b) => byCodeUnits(a.name, b.name))
  const teamsOf = inverted(sorted.map(({ name, members }) => [name, members.keys()]))
  return {
    agents:
      people &&
      new Map(
        people.map((each) => [each.email, { ...each, teams: teamsOf.get(each.email) ?? [] }]),
      ),
    teams: groups && new Map(groups.map((each) => [each.name, each])),
  }
}

function compare(before: Side, after: Side, role: RoleOf): readonly Difference[] {
  const people =
    before.agents && after.agents ? betweenPeople(before.agents, after.agents, role) : []
  const moved = new Set(
    people.filter((each) => each.before === null || each.after === null).map(emailOf),
  )
  const groups = before.teams && after.teams ? betweenTeams(before.teams, after.teams) : []
  // Of somebody who came or left, the memberships are said with the person.
  const rest = groups.filter((each) => !moved.has(emailOf(each)))
  const both = <T>(of: (side: Side) => ReadonlyMap<string, T> | null) =>
    [before, after].flatMap((side) => [...(of(side)?.keys() ?? [])])
  const all = [...people, ...rest]
  const notes = lookAlikes(
    all.map(({ subject }) => subject),
    both(({ agents }) => agents),
    both(({ teams }) => teams),
  )
  const noted = all.map((each) => {
    const summary = [each.summary, ...notes(each.subject)].join('; ')
    return { ...each, summary }
  })
  return noted.sort(
    (a, b) =>
      Number(a.subject.kind !== 'agent') - Number(b.subject.kind !== 'agent') ||
      byCodeUnits(a.address, b.address),
  )
}

/** Whom it is about; null: a team as a whole. */
export function emailOf({ subject }: Difference): string | null {
  return subject.kind === 'team' ? null : subject.email
}

/** The engine wants a place; what it says of it is not used. */
export const NOWHERE: Location = { file: '', line: 1, column: 1 }

/** A policy that says nothing yet and leaves nothing out. */
export const FRAME: Policy = {
  path: '',
  sha256: '',
  text: '',
  account: null,
  server: null,
  agents: null,
  teams: null,
  scope: { agents: 'all', ignore: { agents: [], teams: [] } },
  rules: {
    administrators: { min: null, max: null, requireReason: null },
    emailDomains: null,
    teamMembers: null,
    expiresSoonDays: 0,
    waiverMaxDays: null,
  },
  severity: new Map(),
  waivers: [],
}
