/** What each person reaches, and why: every combination of role, custom role, inbox, team and version. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AccessRank,
  type AccessState,
  computeAccess,
  countRanks,
  type Way,
} from '../../src/core/access/access.ts'
import { compareAccess } from '../../src/core/access/compare.ts'
import {
  findTopics,
  findUnreadSection,
  listTopics,
  suggestTopics,
} from '../../src/core/access/topics.ts'
import { formatAddress } from '../../src/core/model/address.ts'
import { recognise } from '../../src/core/model/identity.ts'
import { type GroupKind, INBOX, TEAM } from '../../src/core/model/kinds.ts'
import { findAccessRule } from '../../src/core/model/server-version.ts'
import type { CustomRole, CustomRoles, Role, Snapshot } from '../../src/core/model/snapshot.ts'
import { describeAccountAccess } from '../../src/core/report/access.ts'
import { snapshot as account } from './build.ts'

const CONVERSATIONS = [
  'conversation_manage',
  'conversation_unassigned_manage',
  'conversation_participating_manage',
]

const role = (id: number, permissions: CustomRole['permissions'], name = `Role ${id}`) => ({
  id,
  name,
  description: '',
  permissions,
})

/** Custom roles of the table, by how it calls them. */
const ROLES: Readonly<Record<string, { id: number | null; roles: CustomRoles }>> = {
  none: { id: null, roles: { kind: 'read', roles: [] } },
  manage: { id: 1, roles: { kind: 'read', roles: [role(1, ['conversation_manage'])] } },
  unassigned: { id: 1, roles: { kind: 'read', roles: [role(1, [CONVERSATIONS[1] ?? ''])] } },
  participating: { id: 1, roles: { kind: 'read', roles: [role(1, [CONVERSATIONS[2] ?? ''])] } },
  both: { id: 1, roles: { kind: 'read', roles: [role(1, CONVERSATIONS.slice(1))] } },
  reports: { id: 1, roles: { kind: 'read', roles: [role(1, ['report_manage'])] } },
  'a newer permission': {
    id: 1,
    roles: { kind: 'read', roles: [role(1, ['conversation_see', CONVERSATIONS[2] ?? ''])] },
  },
  'a newer one, and all': {
    id: 1,
    roles: { kind: 'read', roles: [role(1, ['conversation_manage', 'conversation_see'])] },
  },
  'no permissions read': { id: 1, roles: { kind: 'read', roles: [role(1, null)] } },
  'roles not asked for': { id: 1, roles: { kind: 'unread' } },
  'roles refused': { id: 1, roles: { kind: 'unreadable' } },
  'roles unsupported': { id: 1, roles: { kind: 'unsupported' } },
  foreign: { id: 99, roles: { kind: 'read', roles: [role(1, ['conversation_manage'])] } },
}

const VERSIONS = { '4.7.0': '4.7.0', '4.16.2': '4.16.2', unknown: null } as const

interface Case {
  readonly role: Role
  readonly custom: string
  readonly inbox: boolean
  readonly team: boolean
  readonly version: keyof typeof VERSIONS
}

const build = ({ role, custom, inbox, team, version }: Case) => {
  const { id, roles } = ROLES[custom] ?? { id: null, roles: { kind: 'read', roles: [] } as const }
  const group = (of: GroupKind, name: string, inIt: boolean) => ({
    subject: { kind: 'group', of, name, id: null } as const,
    members: inIt ? ['p@acme.com'] : [],
  })
  return {
    serverVersion: VERSIONS[version],
    coverage: { teams: 'read', inboxes: 'read' },
    customRoles: roles,
    agents: account({ agents: { 'p@acme.com': { role, customRoleId: id } } }).agents,
    groups: [group(INBOX, 'Website', inbox), group(TEAM, 'billing', team)],
  } satisfies AccessState
}

/** `seen`: on a running Chatwoot 4.16.2; `source`: in its code. */
type Evidence = 'seen' | 'source'

/**
 * Agents: custom role, version, what membership of an inbox gives, what membership of a team gives, and
 * the rank of somebody in both, in the inbox only, in the team only, in neither.
 */
const AGENTS = `
none                | 4.7.0   | all/all               | none/none                | inboxes inboxes nothing nothing   | source
none                | 4.16.2  | all/all               | none/all                 | inboxes inboxes teams nothing     | seen
none                | unknown | all/all               | none/all (none)          | inboxes inboxes teams nothing     | source
manage              | 4.7.0   | all/all               | none/none                | inboxes inboxes nothing nothing   | source
manage              | 4.16.2  | all/all               | none/all                 | inboxes inboxes teams nothing     | source
manage              | unknown | all/all               | none/all (none)          | inboxes inboxes teams nothing     | source
unassigned          | 4.7.0   | unassigned/all        | none/none                | inboxes inboxes nothing nothing   | source
unassigned          | 4.16.2  | unassigned/unassigned | none/unassigned          | narrowed narrowed teams nothing   | source
unassigned          | unknown | unassigned/unassigned (all) | none/unassigned (none) | inboxes inboxes teams nothing | source
participating       | 4.7.0   | participating/all     | none/none                | inboxes inboxes nothing nothing   | source
participating       | 4.16.2  | participating/participating | none/participating | narrowed narrowed teams nothing   | source
participating       | unknown | participating/participating (all) | none/participating (none) | inboxes inboxes teams nothing | source
both                | 4.7.0   | unassigned/all        | none/none                | inboxes inboxes nothing nothing   | source
both                | 4.16.2  | unassigned/unassigned-and-participating | none/unassigned-and-participating | narrowed narrowed teams nothing | source
both                | unknown | unassigned/unassigned-and-participating (all) | none/unassigned-and-participating (none) | inboxes inboxes teams nothing | source
reports             | 4.7.0   | none/all              | none/none                | inboxes inboxes nothing nothing   | source
reports             | 4.16.2  | none/none             | none/none                | nothing nothing nothing nothing   | source
reports             | unknown | none/none (all)       | none/none                | inboxes inboxes nothing nothing   | source
a newer permission  | 4.7.0   | unknown/all           | none/none                | unknown unknown unknown unknown   | source
a newer permission  | 4.16.2  | unknown/unknown       | none/unknown             | unknown unknown unknown unknown   | source
a newer permission  | unknown | unknown/unknown (all) | none/unknown (none)      | unknown unknown unknown unknown   | source
a newer one, and all | 4.7.0  | all/all               | none/none                | inboxes inboxes nothing nothing   | source
a newer one, and all | 4.16.2 | all/all               | none/all                 | inboxes inboxes teams nothing     | source
a newer one, and all | unknown | all/all              | none/all (none)          | inboxes inboxes teams nothing     | source
no permissions read | 4.7.0   | unknown/all           | none/none                | unknown unknown unknown unknown   | source
no permissions read | 4.16.2  | unknown/unknown       | none/unknown             | unknown unknown unknown unknown   | source
no permissions read | unknown | unknown/unknown (all) | none/unknown (none)      | unknown unknown unknown unknown   | source
roles not asked for | 4.7.0   | unknown/all           | none/none                | unknown unknown unknown unknown   | source
roles not asked for | 4.16.2  | unknown/unknown       | none/unknown             | unknown unknown unknown unknown   | source
roles not asked for | unknown | unknown/unknown (all) | none/unknown (none)      | unknown unknown unknown unknown   | source
roles refused       | 4.7.0   | unknown/all           | none/none                | unknown unknown unknown unknown   | source
roles refused       | 4.16.2  | unknown/unknown       | none/unknown             | unknown unknown unknown unknown   | source
roles refused       | unknown | unknown/unknown (all) | none/unknown (none)      | unknown unknown unknown unknown   | source
roles unsupported   | 4.7.0   | all/all               | none/none                | inboxes inboxes nothing nothing   | source
roles unsupported   | 4.16.2  | all/all               | none/all                 | inboxes inboxes teams nothing     | source
roles unsupported   | unknown | all/all               | none/all (none)          | inboxes inboxes teams nothing     | source
foreign             | 4.7.0   | foreign/all           | none/none                | foreign foreign foreign foreign   | source
foreign             | 4.16.2  | foreign/foreign       | none/foreign             | foreign foreign foreign foreign   | source
foreign             | unknown | foreign/foreign (all) | none/foreign (none)      | foreign foreign foreign foreign   | source
`
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([custom = '', version = '', inbox = '', team = '', ranks = '', evidence = '']) => ({
    ...{ custom, inbox, team, ranks: ranks.split(' ') as AccessRank[] },
    ...{ version: version as keyof typeof VERSIONS, evidence: evidence as Evidence },
  }))

const PLACES = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const

const show = (way: Way | undefined) =>
  way === undefined
    ? '-'
    : `${way.lists}/${way.opens}${way.opensBefore === null ? '' : ` (${way.opensBefore})`}`

const only = <T>([first]: readonly T[]): T => {
  if (first === undefined) throw new Error('nobody')
  return first
}

const answer = (given: Case) => {
  const { rank, ways } = only(computeAccess(build(given)))
  const of = (kind: GroupKind) => show(ways.find(({ group }) => group.of === kind))
  return { rank, inbox: of(INBOX), team: of(TEAM) }
}

describe('an agent', () => {
  test('is in the table with every custom role and every version, each row with its evidence', () => {
    const rows = AGENTS.map(({ custom, version }) => `${custom} ${version}`)
    const all = Object.keys(ROLES).flatMap((custom) =>
      Object.keys(VERSIONS).map((version) => `${custom} ${version}`),
    )
    expect(rows).toEqual(all)
    expect(AGENTS.filter(({ evidence }) => !['seen', 'source'].includes(evidence))).toEqual([])
  })

  test.each(AGENTS)('with the custom role $custom, on $version ($evidence)', (row) => {
    const found = PLACES.map(([inbox, team]) =>
      answer({ role: 'agent', custom: row.custom, inbox, team, version: row.version }),
    )
    expect(found).toEqual(
      PLACES.map(([inbox, team], index) => ({
        rank: row.ranks[index],
        inbox: inbox ? row.inbox : '-',
        team: team ? row.team : '-',
      })),
    )
  })
})

// Seen: an administrator reaches everything, in no inbox and in no team.
test.each(Object.keys(ROLES))(
  'an administrator reaches everything, with the custom role %s, on every version, in whatever group',
  (custom) => {
    for (const version of ['4.7.0', '4.16.2', 'unknown'] as const) {
      for (const [inbox, team] of PLACES) {
        const found = answer({ role: 'administrator', custom, inbox, team, version })
        expect([found.rank, found.inbox]).toEqual(['everything', inbox ? 'all/all' : '-'])
      }
    }
  },
)

test('an agent of whom the inboxes were not read is not known, whatever else is', () => {
  for (const coverage of ['unread', 'unreadable'] as const) {
    const state = build({
      ...{ role: 'agent', custom: 'none', version: '4.16.2' },
      inbox: false,
      team: true,
    })
    const found = only(computeAccess({ ...state, coverage: { teams: 'read', inboxes: coverage } }))
    expect([found.rank, found.unread]).toEqual(['unknown', [INBOX]])
  }
})

test('an agent of whom no group gives anything reaches nothing only if every kind was read', () => {
  const state = build({
    role: 'agent',
    custom: 'none',
    version: '4.16.2',
    inbox: false,
    team: false,
  })
  const rank = (teams: 'read' | 'unread') =>
    only(computeAccess({ ...state, coverage: { teams, inboxes: 'read' } })).rank
  expect([rank('read'), rank('unread')]).toEqual(['nothing', 'unknown'])
})

test('everybody counts once, by how much they reach, and a rank of nobody is 0', () => {
  const agents = {
    'ada@acme.com': 'administrator',
    'b@acme.com': 'agent',
    'c@acme.com': 'agent',
  } as const
  expect(countRanks(computeAccess(recognise(account({ agents, inboxes: [] })).snapshot))).toEqual({
    ...{ everything: 1, foreign: 0, unknown: 0, inboxes: 0, narrowed: 0, teams: 0, nothing: 2 },
  })
})

test('what is worst comes first, then who is in more inboxes, then the e-mail address', () => {
  const state = {
    ...account({
      agents: {
        'nobody@acme.com': 'agent',
        'teams@acme.com': 'agent',
        'b@acme.com': 'agent',
        'a@acme.com': 'agent',
        'two@acme.com': 'agent',
        'narrowed@acme.com': { role: 'agent', customRoleId: 1 },
        'foreign@acme.com': { role: 'agent', customRoleId: 99 },
        'unknown@acme.com': { role: 'agent', customRoleId: 2 },
        'ada@acme.com': 'administrator',
      },
      teams: { billing: ['teams@acme.com', 'ada@acme.com'] },
      inboxes: [
        {
          name: 'Website',
          members: ['a@acme.com', 'b@acme.com', 'two@acme.com', 'narrowed@acme.com'],
        },
        { name: 'Mail', members: ['two@acme.com'] },
      ],
    }),
    customRoles: { kind: 'read', roles: [role(1, [CONVERSATIONS[2] ?? '']), role(2, null)] },
  } satisfies Snapshot
  const { sections } = describeAccountAccess(state, null, null)
  expect(
    sections.flatMap(({ kind, people }) => people.map(({ person }) => `${kind} ${person.email}`)),
  ).toEqual([
    'everything ada@acme.com',
    'foreign foreign@acme.com',
    'unknown unknown@acme.com',
    'inboxes two@acme.com',
    'inboxes a@acme.com',
    'inboxes b@acme.com',
    'narrowed narrowed@acme.com',
    'teams teams@acme.com',
    'nothing nobody@acme.com',
  ])
})

test.each([
  ['4.8.0', 'from'],
  ['v4.8.0', 'from'],
  ['4.16.2', 'from'],
  ['4.10', 'from'],
  ['5.0.0-beta', 'from'],
  ['4.7.9', 'before'],
  ['3.13.0', 'before'],
  ['4', 'either'],
  ['develop', 'either'],
  ['', 'either'],
  [null, 'either'],
])('version %j means the rule "%s"', (version, rule) => {
  expect(findAccessRule(version)).toBe(rule)
})

describe('the same person in two states', () => {
  const base: Case = { role: 'agent', custom: 'none', inbox: true, team: false, version: '4.16.2' }
  const compare = (before: Partial<Case> | null, after: Partial<Case> | null) =>
    compareAccess(
      before && only(computeAccess(build({ ...base, ...before }))),
      after && only(computeAccess(build({ ...base, ...after }))),
    )

  const DIFFERENCES = {
    equal: { more: false, less: false },
    more: { more: true, less: false },
    less: { more: false, less: true },
    both: { more: true, less: true },
  }

  test.each<[string, Partial<Case> | null, Partial<Case> | null, keyof typeof DIFFERENCES]>([
    ['nothing changed', {}, {}, 'equal'],
    ['is invited', null, {}, 'more'],
    ['is removed', {}, null, 'less'],
    ['was never there', null, null, 'equal'],
    ['is promoted', {}, { role: 'administrator' }, 'more'],
    ['is demoted', { role: 'administrator' }, {}, 'less'],
    [
      'leaves an inbox as an administrator',
      { role: 'administrator' },
      { role: 'administrator', inbox: false },
      'equal',
    ],
    ['joins an inbox', { inbox: false }, {}, 'more'],
    ['leaves an inbox', {}, { inbox: false }, 'less'],
    ['joins a team', {}, { team: true }, 'more'],
    ['joins a team before 4.8.0', { version: '4.7.0' }, { version: '4.7.0', team: true }, 'equal'],
    [
      'joins a team, version not known',
      { version: 'unknown' },
      { version: 'unknown', team: true },
      'more',
    ],
    ['changes from an inbox to a team', {}, { inbox: false, team: true }, 'both'],
    ['is narrowed', {}, { custom: 'participating' }, 'less'],
    ['is widened', { custom: 'participating' }, {}, 'more'],
    [
      'is narrowed before 4.8.0: the list only',
      { version: '4.7.0' },
      { version: '4.7.0', custom: 'participating' },
      'less',
    ],
    ['gets another narrowing', { custom: 'participating' }, { custom: 'unassigned' }, 'both'],
    ['loses conversations and gains reports', {}, { custom: 'reports' }, 'both'],
    [
      'joins an inbox, but the custom role allows none of it',
      { custom: 'reports', inbox: false },
      { custom: 'reports' },
      'equal',
    ],
    ['gets a custom role that allows everything', {}, { custom: 'manage' }, 'equal'],
    ['gets a custom role of which nothing is known', {}, { custom: 'roles refused' }, 'both'],
    ['loses a custom role of which nothing is known', { custom: 'roles refused' }, {}, 'both'],
    [
      'gets reports for a custom role of which nothing is known',
      { custom: 'roles refused' },
      { custom: 'reports' },
      'both',
    ],
    [
      'keeps a custom role of which nothing is known',
      { custom: 'roles refused' },
      { custom: 'roles refused' },
      'equal',
    ],
    [
      'joins an inbox with one',
      { custom: 'roles refused', inbox: false },
      { custom: 'roles refused' },
      'more',
    ],
    [
      'leaves an inbox with one',
      { custom: 'roles refused' },
      { custom: 'roles refused', inbox: false },
      'less',
    ],
    ['keeps a custom role that nobody sees', { custom: 'foreign' }, { custom: 'foreign' }, 'equal'],
    ['becomes a full agent after such a role', { custom: 'foreign' }, {}, 'both'],
    ['gets one that the server ignores', {}, { custom: 'roles unsupported' }, 'equal'],
  ])('%s', (_what, before, after, difference) => {
    expect(compare(before, after)).toEqual(DIFFERENCES[difference])
  })

  const CASE: fc.Arbitrary<Case> = fc.record({
    role: fc.constantFrom('administrator', 'agent'),
    custom: fc.constantFrom(...Object.keys(ROLES)),
    inbox: fc.boolean(),
    team: fc.boolean(),
    version: fc.constantFrom(...(Object.keys(VERSIONS) as (keyof typeof VERSIONS)[])),
  })

  test('has as much as before if nothing changed, and gains backwards what was lost forwards', () => {
    fc.assert(
      fc.property(CASE, CASE, (before, after) => {
        expect(compare(before, before)).toEqual(DIFFERENCES.equal)
        const { more, less } = compare(before, after)
        expect(compare(after, before)).toEqual({ more: less, less: more })
      }),
    )
  })

  test('never has less in one more group, and never more with a narrower permission', () => {
    fc.assert(
      fc.property(CASE, (given) => {
        expect(compare({ ...given, inbox: false }, { ...given, inbox: true }).less).toBe(false)
        expect(compare({ ...given, team: false }, { ...given, team: true }).less).toBe(false)
        const agent = { ...given, role: 'agent' } as const
        const narrowed = compare({ ...agent, custom: 'none' }, { ...agent, custom: 'unassigned' })
        expect(narrowed.more).toBe(false)
      }),
    )
  })
})

const HOUSE = {
  ...account({
    agents: {
      'ada@acme.com': 'administrator',
      'grace@acme.com': 'agent',
      'ken@acme.com': { role: 'agent', customRoleId: 1 },
      'host@acme.com': 'agent',
      'linus@acme.com': 'agent',
    },
    teams: { billing: ['ken@acme.com', 'grace@acme.com'], 'tier 1': ['host@acme.com'] },
    inboxes: [
      { name: 'Website', members: ['ada@acme.com', 'grace@acme.com'] },
      { name: 'Mail', members: ['ken@acme.com'] },
      { name: 'Mail', members: [] },
      { name: 'a/b #1 %', members: [] },
    ],
  }),
  customRoles: {
    kind: 'read',
    roles: [role(1, [CONVERSATIONS[2] ?? ''], 'Clerk'), role(2, [], 'Twin'), role(3, [], 'Twin')],
  },
} satisfies Snapshot

const ask = (word: string) => findTopics(word, listTopics(HOUSE)).map(formatAddress)

describe('a question', () => {
  test.each([
    ['grace@acme.com', ['agent/grace@acme.com']],
    ['agent/grace@acme.com', ['agent/grace@acme.com']],
    [' Grace@ACME.com', ['agent/grace@acme.com']],
    ['inbox/Website', ['inbox/Website']],
    ['inbox/website', []],
    ['inbox/Mail', ['inbox/Mail#2', 'inbox/Mail#3']],
    ['inbox/Mail#3', ['inbox/Mail#3']],
    ['inbox/a/b #1 %', ['inbox/a%2Fb %231 %25']],
    ['inbox/a%2fb %231 %25', ['inbox/a%2Fb %231 %25']],
    ['team/Billing', ['team/billing']],
    ['team/Website', []],
    ['custom-role/Clerk', ['custom-role/Clerk']],
    ['custom-role/Twin', ['custom-role/Twin#2', 'custom-role/Twin#3']],
    ['custom-role/Twin#3', ['custom-role/Twin#3']],
    ['nobody@acme.com', []],
    ['Website', []],
  ])('%j means %j', (word, addresses) => {
    expect(ask(word)).toEqual(addresses)
  })

  test('that names nothing suggests what is near: of the same kind, or of all without a kind', () => {
    const suggest = (word: string) =>
      suggestTopics(word, listTopics(HOUSE), (name, names) => [
        ...names.filter((each) => each.includes(name)),
        'gone',
      ]).map(formatAddress)
    expect(suggest('inbox/site')).toEqual(['inbox/Website'])
    expect(suggest('inbox/Mai')).toEqual(['inbox/Mail#2', 'inbox/Mail#3'])
    expect(suggest('team/site')).toEqual([])
    expect(suggest('i')).toEqual([
      'agent/linus@acme.com',
      'team/billing',
      'team/tier 1',
      'inbox/Mail#2',
      'inbox/Mail#3',
      'inbox/Website',
      'custom-role/Twin#2',
      'custom-role/Twin#3',
    ])
  })

  const people = (word: string) => {
    const topic = only(findTopics(word, listTopics(HOUSE)))
    const { sections } = describeAccountAccess(HOUSE, topic, null)
    return sections.map(({ kind, people: those }) => [
      kind,
      ...those.map(({ person, ways }) =>
        [person.email.split('@')[0], ...ways.map(({ group }) => group.name)].join(' '),
      ),
    ])
  }

  test('about an inbox names administrators, members, and those who only come by a team', () => {
    expect(people('inbox/Website')).toEqual([
      ['administrator', 'ada Website'],
      ['member', 'grace Website'],
      ['assigned', 'ken billing', 'host tier 1'],
    ])
  })

  test('about a team names administrators and members', () => {
    expect(people('team/billing')).toEqual([
      ['administrator', 'ada'],
      ['member', 'grace billing', 'ken billing'],
    ])
  })

  test('about a custom role names those who have it, about a person that person', () => {
    expect(people('custom-role/Clerk')).toEqual([['holder', 'ken Mail billing']])
    expect(people('ken@acme.com')).toEqual([['person', 'ken Mail billing']])
    expect(people('custom-role/Twin#2')).toEqual([])
  })

  test('that needs what was not read has no answer', () => {
    const agents = { ...HOUSE, coverage: { teams: 'read', inboxes: 'unreadable' } } as const
    expect(findUnreadSection('inbox/Website', agents)).toBe('inboxes')
    expect(findUnreadSection('inbox/Website', HOUSE)).toBeNull()
    expect(findUnreadSection('grace@acme.com', agents)).toBeNull()
    const roles = (kind: 'unread' | 'unreadable' | 'unsupported') => ({
      ...HOUSE,
      customRoles: { kind },
    })
    expect(findUnreadSection('custom-role/Clerk', roles('unread'))).toBe('custom roles')
    expect(findUnreadSection('custom-role/Clerk', roles('unreadable'))).toBe('custom roles')
    expect(findUnreadSection('custom-role/Clerk', roles('unsupported'))).toBeNull()
    expect(findUnreadSection('custom-role/Clerk', HOUSE)).toBeNull()
    expect(listTopics(roles('unread')).filter(({ kind }) => kind === 'custom-role')).toEqual([])
  })
})

test('an answer names everything that was not read', () => {
  const missing = (part: Partial<Snapshot>) =>
    describeAccountAccess({ ...HOUSE, ...part }, null, null).missing
  expect(missing({})).toEqual([])
  expect(
    missing({
      coverage: { teams: 'read', inboxes: 'unreadable' },
      customRoles: { kind: 'unreadable' },
    }),
  ).toEqual([
    { section: 'inboxes', is: 'unreadable' },
    { section: 'custom_roles', is: 'unreadable' },
  ])
  expect(missing({ coverage: { teams: 'read' }, customRoles: { kind: 'unread' } })).toEqual([
    { section: 'inboxes', is: 'unread' },
    { section: 'custom_roles', is: 'unread' },
  ])
  expect(missing({ customRoles: { kind: 'unsupported' } })).toEqual([])
})
