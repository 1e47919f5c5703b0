/**
 * What differs between two accounts of who may do what: two snapshots, or two policies. The engine is
 * that of a plan: the changes that would turn the first into the second are what was gained and lost.
 * What a plan has no step for (an accepted invitation, another name) stands beside it.
 */

import type { Party } from '../model/address.ts'
import { addressOf } from '../model/address.ts'
import { inverted, type Pair, paired } from '../model/collect.ts'
import type { CustomRoleFact } from '../model/custom-role.ts'
import { recognise, respelled, spellingsIn } from '../model/identity.ts'
import type { Location } from '../model/location.ts'
import { byCodeUnits } from '../model/names.ts'
import type { Policy, PolicyAgent, PolicyTeam, WantedCustomRole } from '../model/policy.ts'
import type { Snapshot, SnapshotAgent } from '../model/snapshot.ts'
import type { Change } from '../plan/change.ts'
import { lookAlikes } from '../plan/distinguish.ts'
import { type ControlChange, controlChanges } from './controls.ts'
import { betweenPeople } from './people.ts'
import { betweenTeams } from './teams.ts'

export interface Difference {
  readonly subject: Party
  /** As the later side names it; what is gone as the earlier side named it. */
  readonly address: string
  /** As the earlier side named the same thing, where that was another address. */
  readonly previousAddress: string | null
  /** The e-mail address by which the earlier side knows the person; null: it does not, or a team. */
  readonly person: string | null
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

/**
 * Both have to be of one account. A user id or a team id stays with whom it was given to; an address or
 * a name can be given to another one, so it decides only for those whose id is on one side alone. Names
 * of custom roles and of the account are not compared.
 */
export function betweenSnapshots(earlier: Snapshot, after: Snapshot): Differences {
  const before = recognise(earlier, spellingsIn(after)).snapshot
  const names = new Map<number, string>()
  for (const { customRoles } of [before, after]) {
    if (customRoles.kind !== 'read') continue
    for (const { id, name } of customRoles.roles) names.set(id, name)
  }
  const role = (id: number) => ({ id, name: names.get(id) ?? null })
  return { differences: compare(snapshotSide(before), snapshotSide(after), role), controls: [] }
}

export function betweenPolicies(earlier: Policy, after: Policy): Differences {
  const before = respelled(earlier, after)
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
  readonly agents: readonly Person[] | null
  readonly teams: readonly Group[] | null
}

export type Person = Omit<SnapshotAgent, 'id'> & {
  /** Null: of a policy. */
  readonly id: number | null
  readonly location: Location | null
  readonly teams: readonly string[]
}

export interface Group {
  /** Null: of a policy. */
  readonly id: number | null
  readonly name: string
  /** Null: not said. */
  readonly description: string | null
  readonly autoAssign: boolean | null
  readonly members: ReadonlyMap<string, Location | null>
  readonly location: Location | null
}

export type RoleOf = (id: number) => CustomRoleFact

function snapshotSide({ agents, teams }: Snapshot): Side {
  const groups = teams.map(({ id, name, description, autoAssign, members }) => ({
    id,
    name,
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
    id: null,
    email,
    name: name ?? '',
    role,
    confirmed: true,
    provider: null,
    customRoleId: customRole && idOf(customRole.value),
    location,
  })
  const group = ({ name, description, autoAssign, members, location }: PolicyTeam) => ({
    id: null,
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
  teams: readonly Group[] | null,
): Side {
  const sorted = (teams ?? []).toSorted((a, b) => byCodeUnits(a.name, b.name))
  const teamsOf = inverted(sorted.map(({ name, members }) => [name, members.keys()]))
  const agents = people?.map((each) => ({ ...each, teams: teamsOf.get(each.email) ?? [] }))
  return { agents: agents ?? null, teams }
}

type Identified = { readonly id: number | null; readonly email: string }

/** Who is who on two sides. */
export function pairPeople<T extends Identified>(before: readonly T[], after: readonly T[]) {
  return paired(before, after, [({ id }) => id, ({ email }) => email])
}

function compare(before: Side, after: Side, role: RoleOf): readonly Difference[] {
  const people = before.agents && after.agents ? pairPeople(before.agents, after.agents) : []
  const teams =
    before.teams && after.teams
      ? paired(before.teams, after.teams, [({ id }) => id, ({ name }) => name])
      : []
  const all = [...betweenPeople(people, role), ...betweenTeams(teams, whoStayed(people))]
  const sides = [before, after]
  const notes = lookAlikes(
    all.map(({ subject }) => subject),
    sides.flatMap(({ agents }) => agents?.map(({ email }) => email) ?? []),
    sides.flatMap((side) => side.teams?.map(({ name }) => name) ?? []),
  )
  const noted = all.map((each) => {
    const summary = [each.summary, ...notes(each.subject)].join('; ')
    return { ...each, summary }
  })
  return noted.sort(
    (a, b) =>
      Number(a.subject.kind !== 'agent') - Number(b.subject.kind !== 'agent') ||
      byCodeUnits(a.address, b.address) ||
      byCodeUnits(a.action, b.action),
  )
}

/**
 * Members whom both sides know. Of somebody who came or left, the memberships are said with the person;
 * of people whom no side lists, the address is all that is known.
 */
export interface Stayed {
  /** What the later side calls a member of the earlier side; null: left. */
  readonly later: (email: string) => string | null
  /** What the earlier side calls a member of the later side; null: arrived. */
  readonly earlier: (email: string) => string | null
}

function whoStayed(people: readonly Pair<Person>[]): Stayed {
  const later = new Map<string, string | null>()
  const earlier = new Map<string, string | null>()
  for (const { before, after } of people) {
    if (before !== null) later.set(before.email, after?.email ?? null)
    if (after !== null) earlier.set(after.email, before?.email ?? null)
  }
  const look = (known: ReadonlyMap<string, string | null>) => (email: string) => {
    const other = known.get(email)
    return other === undefined ? email : other
  }
  return { later: look(later), earlier: look(earlier) }
}

/** @param was the same thing as the earlier side named it; null: not there */
export function named(subject: Party, was: Party | null) {
  const address = addressOf(subject)
  const before = was && addressOf(was)
  return { subject, address, previousAddress: before === address ? null : before }
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
