/**
 * Random policies and accounts that overlap: few people, few teams, every scope. They keep what the
 * loader and the reader guarantee: a policy that manages agents has an administrator, nothing is
 * both declared and ignored, nobody is on the account and a ghost of it.
 */
import fc from 'fast-check'
import { type GroupKind, INBOX, TEAM } from '../../src/core/model/kinds.ts'
import type { Located } from '../../src/core/model/location.ts'
import { normaliseEmail, normaliseTeamName } from '../../src/core/model/names.ts'
import { matches } from '../../src/core/model/pattern.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import type { CustomRole, CustomRoles, Snapshot } from '../../src/core/model/snapshot.ts'
import {
  customRoleNamed,
  policy,
  snapshot,
  type WrittenAgent,
  type WrittenCustomRole,
  type WrittenInbox,
  type WrittenPolicy,
  type WrittenRules,
  type WrittenTeam,
} from './build.ts'
import type { Server } from './project.ts'

export interface World {
  readonly policy: Policy
  readonly snapshot: Snapshot
  readonly server: Server
}

/** As a policy writes them; the account has them lower-cased. */
const PEOPLE = [
  'Ada@Acme.com',
  'bob@acme.com',
  'cyd@acme.com',
  'DEE@vendor.io',
  'eve@vendor.io',
  'bot@hooks.io',
]
/** As a policy writes them, and as the server keeps them. */
const TEAMS = [
  ['Billing', 'billing'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['tier/1*', 'tier/1*'],
  ['archive-1', 'archive-1'],
] as const
const ROLES: readonly CustomRole[] = [customRoleNamed(1, 'Clerk'), customRoleNamed(2, 'Auditor')]
const DAYS = ['2026-11-22', '2026-11-23', '2026-11-24']
export const TODAY = '2026-11-23'

/** Names of inboxes as they are written and stored, with their ids: two of them repeat a name. */
const INBOXES = [
  ['Attic', 1],
  ['Hall', 2],
  ['Hall', 3],
  ['a/b #2', 4],
] as const

const role = fc.constantFrom('administrator', 'agent')
const often = fc.constantFrom(true, true, false)

/** What the names of custom roles may come to, and which of them a policy may then use. */
const naming = fc.constantFrom(
  { kind: 'read', names: ['Clerk', 'Auditor', 'Nobody has it'], twice: false },
  { kind: 'read', names: ['Clerk', 'Auditor'], twice: true },
  { kind: 'unread', names: [], twice: false },
  // Nobody carries a custom role, so nobody asked.
  { kind: 'unread', names: ['Clerk', 'Auditor'], twice: false },
  { kind: 'unreadable', names: ['Clerk', 'Auditor'], twice: false },
  { kind: 'unsupported', names: ['Clerk'], twice: false },
) satisfies fc.Arbitrary<{ kind: CustomRoles['kind']; names: string[]; twice: boolean }>

const listed = fc.record({
  role,
  name: fc.constantFrom(null, null, 'A', 'B'),
  customRole: fc.constantFrom<number | null>(null, null, null, 0, 1, 2, 3, 4, 6),
  pendingUntil: fc.option(fc.constantFrom(...DAYS)),
  expires: fc.constantFrom(null, null, null, null, ...DAYS, '2027-01-31'),
})

const seen = fc.record({
  role,
  name: fc.constantFrom('A', 'B'),
  confirmed: often,
  customRoleId: fc.constantFrom<number | null>(null, null, null, 1, 2),
})

const person = fc.record({
  listed: fc.option(listed, { freq: 3 }),
  seen: fc.option(seen, { freq: 3 }),
})

const team = fc.record({
  listed: often,
  seen: often,
  wanted: fc.array(fc.boolean(), { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  joined: fc.array(fc.boolean(), { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  says: fc.record({
    description: fc.constantFrom(null, '', 'Money'),
    autoAssign: fc.constantFrom(null, true, false),
    swapped: fc.boolean(),
  }),
  has: fc.record({ description: fc.constantFrom('', 'Money'), autoAssign: fc.boolean() }),
})

const inbox = fc.record({
  listed: often,
  seen: often,
  /** Whether a policy gives the id; that of a name which repeats it always gives. */
  byId: fc.boolean(),
  /** Of one that is listed by its id: whether it has another name on the account. */
  renamed: fc.constantFrom(false, false, false, true),
  wanted: fc.array(fc.boolean(), { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  joined: fc.array(fc.boolean(), { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  says: fc.constantFrom<Partial<WrittenInbox>>({}, {}, { channel: 'email' }, { autoAssign: false }),
  channel: fc.constantFrom('api', 'email'),
})

/** Of Clerk and of Auditor: what it permits, and its description, null where a policy does not say it. */
const defined = fc.record({
  listed: often,
  permissions: fc.subarray([
    'contact_manage',
    'conversation_manage',
    'conversation_unassigned_manage',
  ]),
  description: fc.constantFrom(null, null, '', 'Money'),
})
const roles = fc.record({ Clerk: defined, Auditor: defined })

const raw = fc.record({
  inboxes: fc.option(fc.tuple(...INBOXES.map(() => inbox))),
  ignoreInboxes: fc.constantFrom<readonly string[] | null>([], [], [], ['att*'], ['*']),
  people: fc.tuple(...PEOPLE.map(() => person)),
  teams: fc.tuple(...TEAMS.map(() => team)),
  managed: fc.constantFrom('both', 'both', 'both', 'both', 'agents', 'teams'),
  scope: fc.constantFrom('all', 'all', 'administrators'),
  ignoreAgents: fc.constantFrom<readonly string[]>(
    [],
    [],
    ['*@HOOKS.io'],
    ['e?e@*', '*.io'],
    ['*'],
  ),
  ignoreTeams: fc.constantFrom<readonly string[]>(
    [],
    [],
    ['Archive-*'],
    ['*1*', 'archive*'],
    ['*'],
  ),
  rules: fc.constantFrom<WrittenRules>(
    {},
    {},
    {},
    { min: 2, max: 2 },
    { max: 1, requireReason: true },
    { emailDomains: ['acme.com'], teamMembers: 2 },
    { teamMembers: 1, expiresSoonDays: 0 },
  ),
  naming,
  customRoles: fc.option(fc.record({ listed: roles, has: roles, byId: fc.boolean() })),
  cleanedUp: fc.boolean(),
})

type Raw = typeof raw extends fc.Arbitrary<infer T> ? T : never

export const world: fc.Arbitrary<World> = raw.map(worldOf)

/** With teams alone. */
export const worldOfTeams: fc.Arbitrary<World> = raw.map((given) =>
  worldOf({ ...given, inboxes: null, ignoreInboxes: null }),
)

function worldOf(given: Raw): World {
  const { kind, twice } = given.naming
  const has = given.customRoles?.has
  const own = ROLES.map((role) => {
    const { permissions = [], description = null } =
      has?.[role.name === 'Clerk' ? 'Clerk' : 'Auditor'] ?? {}
    return { ...role, permissions, description: description ?? '' }
  })
  const roles = twice ? [...own, customRoleNamed(3, 'Auditor')] : own
  const account = accountOf(given)
  const wanted = policyOf(given)
  return {
    policy: wanted,
    snapshot: { ...account, customRoles: kind === 'read' ? { kind, roles } : { kind } },
    server: { customRoles: roles, cleanedUp: given.cleanedUp },
  }
}

function policyOf(given: Raw): Policy {
  const { scope, naming: custom, managed } = given
  const people = PEOPLE.map((email, index) => ({ email, listed: given.people[index]?.listed }))
    .filter(({ email }) => !ignores(given.ignoreAgents, normaliseEmail(email)))
    .flatMap((each) => (each.listed ? [{ email: each.email, ...each.listed }] : []))
  const [first] = people
  const leader = people.find((each) => each.role === 'administrator') ?? first
  const agents =
    managed === 'teams' || leader === undefined
      ? null
      : people.map((each): [string, WrittenAgent] => [
          each.email,
          {
            role: each === leader ? 'administrator' : each.role,
            ...(each.name === null ? {} : { name: each.name }),
            ...customRole(each.customRole, custom.names),
            ...(each.pendingUntil === null ? {} : { pendingUntil: each.pendingUntil }),
            ...(each.expires === null ? {} : { expires: each.expires }),
          },
        ])
  const declared = agents && scope === 'all' ? new Set(agents.map(([email]) => email)) : null
  const mayJoin = (email: string) =>
    !ignores(given.ignoreAgents, normaliseEmail(email)) && declared?.has(email) !== false
  const teams =
    managed === 'agents' && agents !== null
      ? null
      : TEAMS.flatMap(([name, stored], index): [string, WrittenTeam][] => {
          const its = given.teams[index]
          if (!its?.listed || ignores(given.ignoreTeams, stored)) return []
          const members = PEOPLE.filter((email, n) => its.wanted[n] && mayJoin(email))
          const { description, autoAssign, swapped } = its.says
          const a = description === null ? {} : { description }
          const b = autoAssign === null ? {} : { autoAssign }
          return [[name, { ...(swapped ? { ...b, ...a } : { ...a, ...b }), members }]]
        })
  const inboxes =
    given.inboxes &&
    INBOXES.flatMap(([name, id], index): [string, WrittenInbox][] => {
      const its = given.inboxes?.[index]
      if (!its?.listed || ignores(given.ignoreInboxes ?? [], name)) return []
      const members = PEOPLE.filter((email, n) => its.wanted[n] && mayJoin(email))
      const byId = its.byId || name === 'Hall'
      if (!byId) return [[name, { ...its.says, members }]]
      return [[`Inbox ${id}`, { id, name, ...its.says, members }]]
    })
  return policy({
    ...(agents === null ? {} : { agents: Object.fromEntries(agents) }),
    ...customRolesOf(given, new Set(agents?.map(([, each]) => each.customRole))),
    ...(teams === null ? {} : { teams: Object.fromEntries(teams) }),
    ...(inboxes === null ? {} : { inboxes: Object.fromEntries(inboxes) }),
    ...(given.ignoreInboxes === null ? {} : { ignoreInboxes: given.ignoreInboxes }),
    scope,
    ignoreAgents: given.ignoreAgents,
    ignoreTeams: given.ignoreTeams,
    rules: given.rules,
  })
}

/** With every custom role that somebody has by name. Of two Auditors, each is listed by its id. */
function customRolesOf(
  { naming: { kind, twice }, customRoles }: Raw,
  used: ReadonlySet<WrittenAgent['customRole']>,
): Pick<WrittenPolicy, 'customRoles'> {
  if (customRoles === null || kind !== 'read') return {}
  const { listed, byId } = customRoles
  const entries = ROLES.flatMap(({ id, name }): [string, WrittenCustomRole][] => {
    const own = listed[name === 'Clerk' ? 'Clerk' : 'Auditor']
    if (!own.listed && !used.has(name)) return []
    const { permissions, description } = own
    const says = { ...(description === null ? {} : { description }), permissions }
    const known = byId || (twice && name === 'Auditor')
    return [known ? [`Role ${id}`, { id, name, ...says }] : [name, says]]
  })
  const missing = used.has('Nobody has it') ? { 'Nobody has it': ['report_manage'] } : {}
  return { customRoles: { ...Object.fromEntries(entries), ...missing } }
}

/** 0 to 2: one of the names, where there are any. 3 and more: an id, 4 being nobody's. */
function customRole(choice: number | null, names: readonly string[]) {
  if (choice === null) return {}
  const name = names[choice]
  if (choice < 3) return name === undefined ? {} : { customRole: name }
  return { customRole: { id: choice - 2 } }
}

function accountOf(given: Raw): Snapshot {
  const { kind, names } = given.naming
  const carries = kind === 'read' || kind === 'unreadable' || (kind === 'unread' && !names.length)
  const agents = PEOPLE.flatMap(
    (email, index): [string, NonNullable<Raw['people'][0]['seen']>][] => {
      const own = given.people[index]?.seen
      if (!own) return []
      return [[normaliseEmail(email), { ...own, customRoleId: carries ? own.customRoleId : null }]]
    },
  )
  const present = new Set(agents.map(([email]) => email))
  const inside = (those: readonly boolean[]) => {
    const joined = PEOPLE.filter((_, n) => those[n]).map(normaliseEmail)
    const members = joined.filter((email) => present.has(email)).sort()
    return { members, ghosts: joined.filter((email) => !present.has(email)).sort() }
  }
  const teams = TEAMS.flatMap(([, stored], index) => {
    const its = given.teams[index]
    return its?.seen ? [[stored, { ...its.has, ...inside(its.joined) }] as const] : []
  })
  const inboxes = INBOXES.flatMap(([name, id], index) => {
    const its = given.inboxes?.[index]
    if (!its?.seen) return []
    const renamed = its.renamed && its.listed && (its.byId || name === 'Hall')
    const called = renamed && !ignores(given.ignoreInboxes ?? [], name) ? 'Cellar' : name
    return [{ id, name: called, channel: its.channel, members: inside(its.joined).members }]
  })
  return snapshot({ agents: Object.fromEntries(agents), teams: Object.fromEntries(teams), inboxes })
}

export function ignores(patterns: readonly string[], name: string): boolean {
  const normalise = name.includes('@') ? normaliseEmail : normaliseTeamName
  return patterns.some((pattern) => matches(pattern, name, normalise))
}

export function patternsOf(policy: Policy): { agents: string[]; of: Map<GroupKind, string[]> } {
  const texts = (list: readonly Located<string>[]) => list.map(({ value }) => value)
  const of = policy.groups.map((each) => [each.of, texts(each.ignore)] as const)
  return { agents: texts(policy.scope.ignore), of: new Map(of) }
}

/** A policy that says of an account exactly what the account is. */
export function policyFor(seen: Snapshot, grace: boolean): Policy {
  const names = seen.customRoles.kind === 'read' ? seen.customRoles.roles : []
  const nameOf = (id: number) => {
    const name = names.find((each) => each.id === id)?.name
    return name !== undefined && names.filter((each) => each.name === name).length === 1
      ? name
      : { id }
  }
  const agents = seen.agents.map((each): [string, WrittenAgent] => [
    each.email,
    {
      role: each.role,
      name: each.name,
      ...(each.customRoleId === null ? {} : { customRole: nameOf(each.customRoleId) }),
      ...(grace ? { pendingUntil: TODAY } : {}),
    },
  ])
  const of = (kind: GroupKind) => seen.groups.filter((group) => group.of === kind)
  const teams = of(TEAM).map(({ name, settings, members }): [string, WrittenTeam] => [
    normaliseTeamName(name),
    {
      description: String(settings['description']),
      autoAssign: settings['auto_assign'] === true,
      members,
    },
  ])
  const inboxes = of(INBOX).map(({ id, name, settings, members }): [string, WrittenInbox] => [
    `Inbox ${id}`,
    {
      id,
      name,
      channel: String(settings['channel']),
      autoAssign: settings['auto_assign'] === true,
      members,
    },
  ])
  return policy({
    agents: Object.fromEntries(agents),
    teams: Object.fromEntries(teams),
    inboxes: Object.fromEntries(inboxes),
  })
}
