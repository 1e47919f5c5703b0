/**
 * Who is on an account, without a policy: each person once, those with the most rights first, with
 * notes. Nothing is judged: without a policy nothing is right or wrong, so there is no verdict.
 */

import type { GroupSubject } from '../model/address.ts'
import { groupBy, invertMap } from '../model/collect.ts'
import type { CustomRoleFact } from '../model/custom-role.ts'
import { describeHeldRole, hasPermissions } from '../model/custom-role.ts'
import {
  type RecognisedCustomRole,
  type RecognisedGroup,
  recognise,
  recogniseCustomRoles,
} from '../model/identity.ts'
import { compareCodeUnits, getDomain, normaliseDomain } from '../model/names.ts'
import { makePersonRecords, type PersonRecord } from '../model/person-record.ts'
import {
  findInRoster,
  type RosterFacts,
  type RosterMatch,
  type StaffRoster,
} from '../model/roster.ts'
import type { Snapshot, SnapshotAgent } from '../model/snapshot.ts'
import { listMissingSections, type MissingSection } from './missing-parts.ts'
import { describeReading, type Reading } from './report.ts'

/** A person has the first rank that fits. */
export const RANKS = ['administrator', 'invitation', 'custom-role', 'agent'] as const

export type Rank = (typeof RANKS)[number]

export interface Listing {
  readonly server: string
  readonly account: Snapshot['account']
  readonly read: Reading
  readonly missing: readonly MissingSection[]
  /** By rank, then by e-mail address. */
  readonly people: readonly ListedPerson[]
  /** Removed from the account, but still in the list of a group. By e-mail address. */
  readonly ghosts: readonly Ghost[]
  /** By name. Null: what they permit was not read, or the server has none. */
  readonly customRoles: readonly RecognisedCustomRole[] | null
  /** By kind, then by name. */
  readonly groups: readonly RecognisedGroup[]
  /** How people sign in, the most common first; null if the server does not show it. */
  readonly providers: readonly Tally<string | null>[]
  /** The e-mail domains of all people, the most common first. */
  readonly domains: readonly Tally<string>[]
  /** The most common domain; null if several are equally common: then no domain is called foreign. */
  readonly homeDomain: string | null
  readonly counts: Readonly<Record<'administrators' | 'disabled' | 'foreign', number>>
  /** What is kept of the roster, and how many people on the account are not active in it. */
  readonly roster: (RosterFacts & { readonly missing: number }) | null
}

export interface ListedPerson extends Omit<SnapshotAgent, 'customRoleId'> {
  readonly rank: Rank
  readonly customRole: CustomRoleFact | null
  /** `disabled`: the invitation is not accepted, nobody can sign in with it yet. */
  readonly status: 'active' | 'disabled'
  readonly domain: string
  readonly foreign: boolean
  readonly groups: readonly GroupSubject[]
  /** Null: there is no roster. */
  readonly roster: RosterMatch | null
  /** Null: the audit log was not read. */
  readonly record: PersonRecord | null
}

export interface Ghost {
  readonly email: string
  readonly groups: readonly GroupSubject[]
}

export interface Tally<T> {
  readonly value: T
  readonly people: number
}

export function listAccount(snapshot: Snapshot, roster: StaffRoster | null = null): Listing {
  const recognised = recognise(snapshot)
  const { groups } = recognised.snapshot
  const sorted = groups.map((group) => ({
    ...group,
    members: group.members.toSorted(compareCodeUnits),
    ghosts: group.ghosts.toSorted(compareCodeUnits),
  }))
  const groupsOf = invertMap(sorted.map(({ subject, members }) => [subject, members]))
  // The same domain in Punycode and in Unicode is shown as the first person has it.
  const shown = new Map<string, string>()
  const domainIn = (email: string) => {
    const written = getDomain(email)
    const normal = normaliseDomain(written)
    const domain = shown.get(normal) ?? written
    shown.set(normal, domain)
    return domain
  }
  const domains = countValues(snapshot.agents.map(({ email }) => domainIn(email)))
  const homeDomain = findMostCommon(domains)

  const records = makePersonRecords(snapshot)
  const people = snapshot.agents.map((agent): ListedPerson => {
    const { id, email, confirmed } = agent
    const domain = domainIn(email)
    return {
      ...agent,
      rank: getRank(agent),
      customRole: describeHeldRole(agent, snapshot.customRoles),
      status: confirmed ? 'active' : 'disabled',
      domain,
      foreign: homeDomain !== null && domain !== homeDomain,
      groups: groupsOf.get(email) ?? [],
      roster: roster && findInRoster(roster, email, recognised.people.has(email)),
      record: records(id),
    }
  })
  return {
    server: snapshot.server,
    account: snapshot.account,
    read: describeReading(snapshot, null),
    missing: listMissingSections(snapshot),
    people: people.sort(
      (a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) || compareCodeUnits(a.email, b.email),
    ),
    ghosts: [...invertMap(sorted.map(({ subject, ghosts }) => [subject, ghosts]))]
      .map(([email, those]) => ({ email, groups: those }))
      .sort((a, b) => compareCodeUnits(a.email, b.email)),
    customRoles: hasPermissions(snapshot.customRoles) ? recogniseCustomRoles(snapshot) : null,
    groups: sorted,
    providers: countValues(snapshot.agents.map(({ provider }) => provider)),
    domains,
    homeDomain,
    counts: {
      administrators: people.filter(({ role }) => role === 'administrator').length,
      disabled: people.filter(({ status }) => status === 'disabled').length,
      foreign: people.filter(({ foreign }) => foreign).length,
    },
    roster: roster && {
      sha256: roster.sha256,
      active: roster.active,
      inactive: roster.inactive,
      missing: people.filter((each) => each.roster?.status !== 'active').length,
    },
  }
}

function getRank({ role, confirmed, customRoleId }: SnapshotAgent): Rank {
  if (role === 'administrator') return 'administrator'
  if (!confirmed) return 'invitation'
  return customRoleId === null ? 'agent' : 'custom-role'
}

function findMostCommon([first, second]: readonly Tally<string>[]): string | null {
  if (first === undefined || first.people === second?.people) return null
  return first.value
}

/** Equal numbers are in the order of the texts, null last. */
function countValues<T extends string | null>(values: readonly T[]): readonly Tally<T>[] {
  const rank = (value: T) => (value === null ? '\uffff' : value)
  return [...groupBy(values, (value) => value)]
    .map(([value, same]) => ({ value, people: same.length }))
    .sort((a, b) => b.people - a.people || compareCodeUnits(rank(a.value), rank(b.value)))
}
