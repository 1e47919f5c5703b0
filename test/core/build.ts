/**
 * A compact notation for policies and snapshots. Normalises what the loader and the reader would
 * normalise and gives every statement a place of its own; judges nothing.
 */

import type { FindingCode } from '../../src/core/messages/finding-records.ts'
import { formatAddress, type GroupSubject } from '../../src/core/model/address.ts'
import { type GroupKind, INBOX, type SettingValue, TEAM } from '../../src/core/model/kinds.ts'
import type { Located, Location } from '../../src/core/model/location.ts'
import { spellEmail } from '../../src/core/model/names.ts'
import type {
  Policy,
  PolicyAgent,
  PolicyApply,
  PolicyCustomRole,
  PolicyGroup,
  PolicyGroups,
  PolicyRules,
  WantedCustomRole,
  WantedSeverity,
} from '../../src/core/model/policy.ts'
import type {
  CustomRole,
  CustomRoles,
  Role,
  Snapshot,
  SnapshotAgent,
  SnapshotGroup,
} from '../../src/core/model/snapshot.ts'
import type { Step } from '../../src/core/model/steps.ts'

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

/** Beside these, settings by their keys. */
export interface WrittenInbox {
  readonly id?: number
  readonly name?: string
  readonly channel?: string
  readonly autoAssign?: boolean
  readonly members: readonly string[]
}

/** The order of the keys is their order in the file. */
export interface WrittenCustomRole {
  readonly id?: number
  readonly name?: string
  readonly description?: string
  readonly permissions: readonly string[]
}

export interface WrittenPolicy {
  readonly agents?: Readonly<Record<string, Role | WrittenAgent>>
  readonly customRoles?: Readonly<Record<string, readonly string[] | WrittenCustomRole>>
  readonly teams?: Readonly<Record<string, readonly string[] | WrittenTeam>>
  readonly inboxes?: Readonly<Record<string, readonly string[] | WrittenInbox>>
  readonly scope?: 'all' | 'administrators'
  readonly ignoreAgents?: readonly string[]
  readonly ignoreTeams?: readonly string[]
  readonly ignoreInboxes?: readonly string[]
  readonly rules?: WrittenRules
  readonly apply?: WrittenApply
  readonly waivers?: readonly WrittenWaiver[]
  readonly severity?: Partial<Readonly<Record<FindingCode, WantedSeverity>>>
}

export interface WrittenApply {
  readonly deny?: readonly Step[]
  readonly people?: number
  readonly share?: number
  readonly gain?: number
  readonly protect?: readonly string[]
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
  readonly dormantDays?: number
  readonly inviteMaxDays?: number
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
    agents: section(written.agents, place, (key, entry) => {
      const email = spellEmail(key)
      return [email, agent(email, entry, place)]
    }),
    customRoles: section(written.customRoles, place, (key, entry) => {
      const role = definition(key, entry, place)
      return [formatAddress(role.subject), role]
    }),
    groups: [
      groups(TEAM, written.teams, written.ignoreTeams, place),
      groups(INBOX, written.inboxes, written.ignoreInboxes, place),
    ],
    scope: {
      agents: written.scope ?? 'all',
      ignore: (written.ignoreAgents ?? []).map((value) => ({ value, location: place(7) })),
    },
    rules: rules(written.rules ?? {}, place),
    apply: apply(written.apply ?? {}, place),
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
    dormantDays: located(written.dormantDays, places.get('dormantDays')),
    inviteMaxDays: located(written.inviteMaxDays, places.get('inviteMaxDays')),
  }
}

function apply(written: WrittenApply, place: Place): PolicyApply {
  const { deny = [], protect = [], people, share, gain } = written
  const limit = (value?: number) => (value === undefined ? null : { value, location: place(5) })
  return {
    deny: deny.map((value) => ({ value, location: place(5) })),
    limits: { people: limit(people), share: limit(share), gain: limit(gain) },
    protect: protect.map((email) => ({ value: spellEmail(email), location: place(5) })),
  }
}

type Place = (column: number) => Location

function section<W, T>(
  written: Readonly<Record<string, W>> | undefined,
  place: Place,
  build: (key: string, entry: W) => [string, T],
): { location: Location; entries: ReadonlyMap<string, T> } | null {
  if (written === undefined) return null
  const location = place(1)
  const entries = Object.entries(written).map(([key, entry]) => build(key, entry))
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

function definition(
  key: string,
  written: readonly string[] | WrittenCustomRole,
  place: Place,
): PolicyCustomRole {
  const location = place(3)
  const given: WrittenCustomRole = 'map' in written ? { permissions: written } : written
  return {
    key,
    subject: { kind: 'custom-role', name: (given.name ?? key).trim(), id: given.id ?? null },
    description: located(given.description, place(5)),
    permissions: new Map(given.permissions.map((each) => [each, place(9)])),
    location,
  }
}

/** A team in the words of tests: what is called in another way in a policy. */
const KEYS: Readonly<Record<string, string>> = { autoAssign: 'auto_assign' }

function groups(
  of: GroupKind,
  written: Readonly<Record<string, readonly string[] | WrittenTeam | WrittenInbox>> | undefined,
  ignore: readonly string[] = [],
  place: Place,
): PolicyGroups {
  return {
    of,
    section: section(written, place, (key, entry) => {
      const group = buildGroup(of, key, 'members' in entry ? entry : { members: entry }, place)
      return [formatAddress(group.subject), group]
    }),
    ignore: ignore.map((value) => ({ value, location: place(7) })),
  }
}

function buildGroup(
  of: GroupKind,
  key: string,
  { members, ...given }: WrittenTeam | WrittenInbox,
  place: Place,
): PolicyGroup {
  const location = place(3)
  const settings: Record<string, Located<SettingValue>> = {}
  const { id = null, name = key, ...rest } = { ...given } as Omit<WrittenInbox, 'members'>
  for (const [each, value] of Object.entries(rest)) {
    settings[KEYS[each] ?? each] = { value, location: place(5) }
  }
  const subject = { kind: 'group', of, name: of.spell(name), id } as const
  return {
    key: of.repeats === null ? subject.name : key,
    subject,
    settings,
    members: new Map(members.map((email) => [spellEmail(email), place(9)])),
    location,
  }
}

/** A team as a finding speaks of it. */
export function team(name: string): GroupSubject {
  return { kind: 'group', of: TEAM, name, id: null }
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

export interface SeenInbox {
  readonly name: string
  readonly id?: number
  readonly members?: readonly string[]
  readonly ghosts?: readonly string[]
  readonly channel?: string
  readonly autoAssign?: boolean
}

export interface SeenAccount {
  readonly agents?: Readonly<
    Record<string, Role | (Partial<Omit<SnapshotAgent, 'email' | 'id'>> & { readonly role: Role })>
  >
  readonly teams?: Readonly<Record<string, readonly string[] | SeenTeam>>
  /** In the order of their ids. */
  readonly inboxes?: readonly SeenInbox[]
  /** Id → name, or more, where they were read. */
  readonly customRoles?:
    | Readonly<Record<number, string | Partial<CustomRole>>>
    | 'unsupported'
    | 'unread'
    | 'unreadable'
}

/** Ids count up in the order written. Nobody is missing an acceptance unless it says so. */
export function snapshot(seen: SeenAccount): Snapshot {
  return {
    server: 'https://chat.acme.com',
    serverVersion: '4.16.2',
    account: { id: 1, name: 'Acme Support' },
    caller: { email: 'ada@acme.com', role: 'administrator' },
    startedAt: '2026-11-23T12:00:00.000Z',
    finishedAt: '2026-11-23T12:00:01.000Z',
    activity: { state: 'not-asked' },
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
    groups: [
      ...Object.entries(seen.teams ?? {}).map(([name, given], index) =>
        seenTeam(name, index + 1, given),
      ),
      ...(seen.inboxes ?? []).map((inbox, index) => seenInbox({ id: index + 1, ...inbox })),
    ],
    coverage: { teams: 'read', inboxes: seen.inboxes === undefined ? 'unread' : 'read' },
    customRoles: seenRoles(seen.customRoles ?? 'unread'),
  }
}

export function seenInbox(seen: SeenInbox & { readonly id: number }): SnapshotGroup {
  const { name, id, members = [], channel = 'web_widget', autoAssign = true } = seen
  const settings = { channel, auto_assign: autoAssign }
  return { of: INBOX, id, name, settings, members, ghosts: [] }
}

/** Any other word than these is a list of members. */
export function seenTeam(
  name: string,
  id: number,
  given: readonly string[] | SeenTeam,
): SnapshotGroup {
  const {
    description = '',
    autoAssign = true,
    members = [],
    ghosts = [],
  } = 'map' in given ? { members: given } : given
  const settings = { description, auto_assign: autoAssign }
  return { of: TEAM, id, name, settings, members, ghosts }
}

function seenRoles(seen: NonNullable<SeenAccount['customRoles']>): CustomRoles {
  if (typeof seen !== 'object') return { kind: seen }
  const roles = Object.entries(seen).map(([id, given]) =>
    typeof given === 'string'
      ? customRoleNamed(Number(id), given)
      : { ...customRoleNamed(Number(id), id), ...given },
  )
  return { kind: 'read', roles }
}

/** A custom role that permits nothing. */
export function customRoleNamed(id: number, name: string): CustomRole {
  return { id, name, description: '', permissions: [] }
}

/** What is written at a place: `agents`, `teams/billing`, `teams/billing/ada@acme.com` … */
export function whatIsAt(policy: Policy, location: Location | null): string {
  const places: [string, Location | undefined][] = [
    ['agents', policy.agents?.location],
    ...policy.scope.ignore.map(at('ignore')),
  ]
  for (const { email, location: own, customRole: role } of policy.agents?.entries.values() ?? []) {
    places.push([`agents/${email}`, own], [`agents/${email}:custom_role`, role?.location])
  }
  places.push(['custom_roles', policy.customRoles?.location])
  for (const { key, location: own, description } of policy.customRoles?.entries.values() ?? []) {
    const name = `custom_roles/${key}`
    places.push([name, own], [`${name}:description`, description?.location])
  }
  for (const { of, section: own, ignore } of policy.groups) {
    places.push([of.section, own?.location], ...ignore.map(at('ignore')))
    for (const { key, location: entry, settings, members } of own?.entries.values() ?? []) {
      const name = `${of.section}/${key}`
      places.push([name, entry])
      for (const [setting, said] of Object.entries(settings)) {
        places.push([`${name}:${setting}`, said.location])
      }
      for (const [email, item] of members) places.push([`${name}/${email}`, item])
    }
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
