/**
 * A compact notation for policies and snapshots. Normalises what the loader and the reader would
 * normalise and gives every statement a place of its own; judges nothing.
 */

import type { FindingCode } from '../../src/core/messages/finding-records.ts'
import type { Located, Location } from '../../src/core/model/location.ts'
import { spellEmail, spellTeamName } from '../../src/core/model/names.ts'
import type {
  Policy,
  PolicyAgent,
  PolicyRules,
  PolicyTeam,
  WantedCustomRole,
  WantedSeverity,
} from '../../src/core/model/policy.ts'
import type {
  CustomRoles,
  Role,
  Snapshot,
  SnapshotAgent,
  SnapshotTeam,
} from '../../src/core/model/snapshot.ts'

export interface WrittenAgent {
  readonly role: Role
  readonly name?: string
  /** By name, or by id. */
  readonly customRole?: string | { readonly id: number }
  readonly pendingUntil?: string
  readonly expires?: string
  readonly reason?: string
}

/** The order of the keys is their order in the file. */
export interface WrittenTeam {
  readonly description?: string
  readonly autoAssign?: boolean
  readonly members: readonly string[]
}

export interface WrittenPolicy {
  readonly agents?: Readonly<Record<string, Role | WrittenAgent>>
  readonly teams?: Readonly<Record<string, readonly string[] | WrittenTeam>>
  readonly scope?: 'all' | 'administrators'
  readonly ignoreAgents?: readonly string[]
  readonly ignoreTeams?: readonly string[]
  readonly rules?: WrittenRules
  readonly waivers?: readonly WrittenWaiver[]
  readonly severity?: Partial<Readonly<Record<FindingCode, WantedSeverity>>>
}

export interface WrittenWaiver {
  readonly finding: FindingCode
  readonly address: string
  readonly expires: string
  readonly owner?: string
}

/** The order of the keys is their order in the file. */
export interface WrittenRules {
  readonly min?: number
  readonly max?: number
  readonly requireReason?: true
  readonly emailDomains?: readonly string[]
  readonly teamMembers?: number
  readonly expiresSoonDays?: number
  readonly waiverMaxDays?: number
}

/** Every statement is on a line of its own, in the order written. */
export function policy(written: WrittenPolicy): Policy {
  let line = 1
  const place = (column: number): Location => {
    line += 1
    return { file: 'policy.yaml', line, column }
  }
  return {
    path: 'policy.yaml',
    sha256: 'a'.repeat(64),
    text: '',
    account: null,
    server: null,
    agents: section(written.agents, place, spellEmail, agent),
    teams: section(written.teams, place, spellTeamName, team),
    scope: {
      agents: written.scope ?? 'all',
      ignore: {
        agents: (written.ignoreAgents ?? []).map((value) => ({ value, location: place(7) })),
        teams: (written.ignoreTeams ?? []).map((value) => ({ value, location: place(7) })),
      },
    },
    rules: rules(written.rules ?? {}, place),
    waivers: (written.waivers ?? []).map(({ expires, owner, ...rest }) => {
      const location = place(5)
      const more = { reason: 'It was decided.', owner: owner ?? 'ada@acme.com' }
      return { ...rest, ...more, expires: { value: expires, location }, location }
    }),
    severity: new Map(
      (Object.entries(written.severity ?? {}) as [FindingCode, WantedSeverity][]).map(
        ([code, value]) => [code, { value, location: place(3) }],
      ),
    ),
  }
}

function rules(written: WrittenRules, place: Place): PolicyRules {
  const places = new Map(Object.keys(written).map((key) => [key, place(5)]))
  const { min, max, requireReason, emailDomains, teamMembers, expiresSoonDays } = written
  return {
    administrators: {
      min: located(min, places.get('min')),
      max: located(max, places.get('max')),
      requireReason: located(requireReason, places.get('requireReason')),
    },
    emailDomains: located(emailDomains && new Set(emailDomains), places.get('emailDomains')),
    teamMembers: located(teamMembers, places.get('teamMembers')),
    expiresSoonDays: expiresSoonDays ?? 14,
    waiverMaxDays: written.waiverMaxDays ?? null,
  }
}

type Place = (column: number) => Location

function section<W, T>(
  written: Readonly<Record<string, W>> | undefined,
  place: Place,
  normalise: (name: string) => string,
  build: (name: string, entry: W, place: Place) => T,
): { location: Location; entries: ReadonlyMap<string, T> } | null {
  if (written === undefined) return null
  const location = place(1)
  const entries = Object.entries(written).map(([key, entry]): [string, T] => {
    const name = normalise(key)
    return [name, build(name, entry, place)]
  })
  return { location, entries: new Map(entries) }
}

function agent(email: string, written: Role | WrittenAgent, place: Place): PolicyAgent {
  const given: WrittenAgent = typeof written === 'string' ? { role: written } : written
  const location = place(3)
  return {
    email,
    role: given.role,
    name: given.name ?? null,
    customRole: given.customRole === undefined ? null : customRole(given.customRole, place(5)),
    reason: given.reason ?? null,
    pendingUntil: given.pendingUntil ?? null,
    expires: given.expires ?? null,
    location,
  }
}

function customRole(
  written: string | { readonly id: number },
  location: Location,
): Located<WantedCustomRole> {
  return { value: typeof written === 'string' ? { name: written } : written, location }
}

function team(name: string, written: readonly string[] | WrittenTeam, place: Place): PolicyTeam {
  const given: WrittenTeam = 'members' in written ? written : { members: written }
  const location = place(3)
  const settings = new Map(
    Object.keys(given)
      .filter((key) => key !== 'members')
      .map((key) => [key, place(5)]),
  )
  return {
    name,
    description: located(given.description, settings.get('description')),
    autoAssign: located(given.autoAssign, settings.get('autoAssign')),
    members: new Map(given.members.map((email) => [spellEmail(email), place(9)])),
    location,
  }
}

function located<T>(value: T | undefined, location: Location | undefined): Located<T> | null {
  return value === undefined || location === undefined ? null : { value, location }
}

export interface SeenTeam {
  readonly members?: readonly string[]
  readonly ghosts?: readonly string[]
  readonly description?: string
  readonly autoAssign?: boolean
}

export interface SeenAccount {
  readonly agents?: Readonly<
    Record<string, Role | (Partial<Omit<SnapshotAgent, 'email' | 'id'>> & { readonly role: Role })>
  >
  readonly teams?: Readonly<Record<string, readonly string[] | SeenTeam>>
  /** Id → name where the names were read. */
  readonly customRoles?: Readonly<Record<number, string>> | 'unsupported' | 'unread' | 'unreadable'
}

/** Ids count up in the order written. Nobody is missing an acceptance unless it says so. */
export function snapshot(seen: SeenAccount): Snapshot {
  return {
    server: 'https://chat.acme.com',
    account: { id: 1, name: 'Acme Support' },
    caller: { email: 'ada@acme.com', role: 'administrator' },
    startedAt: '2026-11-23T12:00:00.000Z',
    finishedAt: '2026-11-23T12:00:01.000Z',
    requests: 5,
    agents: Object.entries(seen.agents ?? {}).map(([email, given], index) => ({
      id: index + 1,
      email: spellEmail(email),
      name: email,
      confirmed: true,
      provider: 'email',
      customRoleId: null,
      ...(typeof given === 'string' ? { role: given } : given),
    })),
    teams: Object.entries(seen.teams ?? {}).map(([name, given], index): SnapshotTeam => {
      const list = Array.isArray(given) ? { members: given } : given
      return {
        id: index + 1,
        name,
        description: '',
        autoAssign: true,
        members: [],
        ghosts: [],
        ...list,
      }
    }),
    customRoles: seenRoles(seen.customRoles ?? 'unread'),
  }
}

function seenRoles(seen: NonNullable<SeenAccount['customRoles']>): CustomRoles {
  if (typeof seen !== 'object') return { kind: seen }
  const roles = Object.entries(seen).map(([id, name]) => ({ id: Number(id), name }))
  return { kind: 'read', roles }
}

/** What is written at a place: `agents`, `teams/billing`, `teams/billing/ada@acme.com` … */
export function whatIsAt(policy: Policy, location: Location | null): string {
  const places: [string, Location | undefined][] = [
    ['agents', policy.agents?.location],
    ['teams', policy.teams?.location],
    ...policy.scope.ignore.agents.map(at('ignore')),
    ...policy.scope.ignore.teams.map(at('ignore')),
  ]
  for (const { email, location: own, customRole: role } of policy.agents?.entries.values() ?? []) {
    places.push([`agents/${email}`, own], [`agents/${email}:custom_role`, role?.location])
  }
  for (const each of policy.teams?.entries.values() ?? []) {
    places.push(
      [`teams/${each.name}`, each.location],
      [`teams/${each.name}:description`, each.description?.location],
      [`teams/${each.name}:auto_assign`, each.autoAssign?.location],
    )
    for (const [email, own] of each.members) places.push([`teams/${each.name}/${email}`, own])
  }
  policy.waivers.forEach((each, index) => {
    places.push([`waivers/${index + 1}`, each.location])
  })
  const { administrators, emailDomains, teamMembers } = policy.rules
  places.push(
    ['rules/administrators/min', administrators.min?.location],
    ['rules/administrators/max', administrators.max?.location],
    ['rules/administrators/require_reason', administrators.requireReason?.location],
    ['rules/email_domains', emailDomains?.location],
    ['rules/team_members/min', teamMembers?.location],
  )
  return (
    places.find(([, own]) => location !== null && own?.line === location.line)?.[0] ?? 'nowhere'
  )
}

function at(prefix: string) {
  return ({ value, location }: Located<string>): [string, Location] => [
    `${prefix}/${value}`,
    location,
  ]
}
