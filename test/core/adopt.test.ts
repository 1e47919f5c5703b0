/** Which drift may be accepted by changing the policy, and what becomes of the policy then. */
import { describe, expect, test } from 'vitest'
import { planAdoption } from '../../src/core/adopt/adopt.ts'
import type { Finding } from '../../src/core/messages/finding.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

const TODAY = '2026-11-23'

interface Asked {
  readonly addresses?: readonly string[]
  readonly reason?: string
  readonly findings?: (findings: readonly Finding[]) => readonly Finding[]
}

function adopt(written: WrittenPolicy, account: SeenAccount, asked: Asked = {}) {
  const wanted = policy(written)
  const seen = snapshot(account)
  const decision = plan(wanted, seen, TODAY)
  if (decision.kind === 'unknown') throw new Error('no plan')
  const { findings } = decision.plan
  const { adopted, left, amendments } = planAdoption(
    wanted,
    seen,
    asked.findings?.(findings) ?? findings,
    {
      addresses: asked.addresses ? new Set(asked.addresses) : null,
      reason: asked.reason ?? null,
      today: TODAY,
    },
  )
  return {
    adopted: adopted.map(({ id }) => id),
    left: left.map(({ finding, why }) => `${finding.id}: ${why}`),
    agents: Object.fromEntries(amendments.agents),
    teams: Object.fromEntries(
      [...amendments.named].map(([address, made]) => [
        address.slice('team/'.length),
        made === 'remove' ? made : { ...made.keys, join: made.join, leave: made.leave },
      ]),
    ),
  }
}

const ada = { 'ada@acme.com': 'administrator' } as const
const members = (...emails: readonly string[]) => new Set(emails)

describe('a person', () => {
  test.each<[string, WrittenPolicy, SeenAccount, Record<string, unknown>]>([
    ['new', { agents: ada }, { agents: { ...ada, 'b@x.com': 'agent' } }, { role: 'agent' }],
    [
      'invited',
      { agents: ada },
      { agents: { ...ada, 'b@x.com': { role: 'agent', confirmed: false } } },
      { role: 'agent', pending_until: '2026-12-07' },
    ],
    [
      'new, with a custom role',
      { agents: ada },
      { agents: { ...ada, 'b@x.com': { role: 'agent', customRoleId: 3 } } },
      { role: 'agent', custom_role: { id: 3 } },
    ],
    [
      'no administrator any more',
      { agents: { ...ada, 'b@x.com': 'administrator' } },
      { agents: { ...ada, 'b@x.com': 'agent' } },
      { role: 'agent', custom_role: null },
    ],
    [
      'without the custom role',
      { agents: { ...ada, 'b@x.com': { role: 'agent', customRole: 'Clerk' } } },
      { agents: { ...ada, 'b@x.com': 'agent' }, customRoles: { 3: 'Clerk' } },
      { custom_role: null },
    ],
    [
      'with another custom role',
      { agents: { ...ada, 'b@x.com': 'agent' } },
      {
        agents: { ...ada, 'b@x.com': { role: 'agent', customRoleId: 3 } },
        customRoles: { 3: 'Clerk' },
      },
      { custom_role: { name: 'Clerk' } },
    ],
    [
      'renamed, and still invited',
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: 'B' } } },
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: 'Bea', confirmed: false } } },
      { name: 'Bea', pending_until: '2026-12-07' },
    ],
    [
      'whose name is blank now: no policy may ask for that',
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: 'B' } } },
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: ' ' } } },
      { name: null },
    ],
  ])('%s', (_name, written, account, keys) => {
    expect(adopt(written, account).agents).toEqual({ 'b@x.com': keys })
  })

  test('who is gone leaves the policy with every membership', () => {
    const { agents, teams } = adopt(
      { agents: { ...ada, 'b@x.com': 'agent' }, teams: { t: ['b@x.com'], u: ['b@x.com'] } },
      { agents: ada, teams: { t: { ghosts: ['b@x.com'] } } },
    )
    expect(agents).toEqual({ 'b@x.com': 'remove' })
    expect(teams).toEqual({ t: { join: members(), leave: members('b@x.com') }, u: 'remove' })
  })

  test('who is new comes with every membership in the teams of the policy', () => {
    const { teams } = adopt(
      { agents: ada, teams: { t: [], u: [] } },
      { agents: { ...ada, 'b@x.com': 'agent' }, teams: { t: ['b@x.com'], u: [] } },
    )
    expect(teams).toEqual({ t: { join: members('b@x.com'), leave: members() } })
  })
})

test('people follow the new name of their custom role', () => {
  const b = (name: string) => ({ 'b@x.com': { role: 'agent', customRole: name } }) as const
  const written = { ...ada, ...b('Clerk'), 'c@x.com': 'agent', 'd@x.com': 'agent' } as const
  const customRoles = { Desk: { id: 3, name: 'Clerk', permissions: [] } }
  const seen = {
    agents: {
      ...ada,
      'b@x.com': { role: 'agent', customRoleId: 3 },
      'c@x.com': 'agent',
      'e@x.com': 'agent',
    },
    customRoles: { 3: 'Clerks' },
  } as const
  expect(adopt({ agents: written, customRoles }, seen)).toMatchObject({
    left: [],
    agents: { 'b@x.com': { custom_role: { name: 'Clerks' } }, 'd@x.com': 'remove' },
  })
  // A name that two have says nothing: then the id does.
  const two = { ...seen, customRoles: { 3: 'Clerks', 4: 'Clerks' } }
  expect(adopt({ agents: written, customRoles }, two).agents).toMatchObject({
    'b@x.com': { custom_role: { id: 3 } },
  })
  // Who leaves the policy, leaves it.
  const gone = { ...seen, agents: ada }
  expect(adopt({ agents: written, customRoles }, gone).agents).toMatchObject({
    'b@x.com': 'remove',
  })
})

test('a custom role with a permission that no policy can list is left, and so are its people', () => {
  const { adopted, left } = adopt(
    { agents: ada, customRoles: {} },
    {
      agents: {
        ...ada,
        'b@x.com': { role: 'agent', customRoleId: 3 },
        'c@x.com': { role: 'agent', customRoleId: 4 },
      },
      customRoles: { 3: { name: 'New', permissions: ['new_manage'] }, 4: 'Clerk' },
    },
  )
  expect(adopted).toEqual([
    'agent-unexpected:agent/c@x.com',
    'custom-role-unexpected:custom-role/Clerk',
  ])
  expect(left).toEqual([
    'custom-role-unexpected:custom-role/New: a policy cannot list one of its permissions',
    'agent-unexpected:agent/b@x.com: somebody would have a custom role that custom_roles does not list',
  ])
})

test('a custom role without a name is left, and so are its people', () => {
  const { adopted, left } = adopt(
    { agents: ada, customRoles: {} },
    {
      agents: { ...ada, 'b@x.com': { role: 'agent', customRoleId: 3 } },
      customRoles: { 3: { name: ' ', permissions: [] } },
    },
  )
  expect(adopted).toEqual([])
  expect(left).toEqual([
    'custom-role-unexpected:custom-role/ : a policy cannot list a custom role without a name',
    'agent-unexpected:agent/b@x.com: somebody would have a custom role that custom_roles does not list',
  ])
})

test('a person with an id that no custom role can have is left', () => {
  const { adopted, left } = adopt(
    { agents: { ...ada, 'c@x.com': 'agent' } },
    {
      agents: {
        ...ada,
        'b@x.com': { role: 'agent', customRoleId: 0 },
        'c@x.com': { role: 'agent', customRoleId: 0 },
      },
    },
  )
  expect(adopted).toEqual([])
  expect(left).toEqual([
    'agent-unexpected:agent/b@x.com: a policy cannot list this custom role',
    'custom-role-differs:agent/c@x.com: a policy cannot list this custom role',
  ])
})

test('the description of a custom role with such a permission is adopted', () => {
  const { adopted, left } = adopt(
    { agents: ada, customRoles: { New: { permissions: [], description: 'Old' } } },
    { agents: ada, customRoles: { 3: { name: 'New', permissions: ['new_manage'] } } },
  )
  expect(adopted).toEqual(['custom-role-settings-differ:custom-role/New'])
  expect(left).toEqual([
    'custom-role-permissions-differ:custom-role/New: a policy cannot list one of its permissions',
  ])
})

test('an agent is adopted together with a custom role whose name has spaces around it', () => {
  const accepted = adopt(
    { agents: ada, customRoles: {} },
    {
      agents: { ...ada, 'b@x.com': { role: 'agent', customRoleId: 3 } },
      customRoles: { 3: { name: ' Clerk ', permissions: ['contact_manage'] } },
    },
  )
  expect(accepted.left).toEqual([])
  expect(accepted.agents).toEqual({ 'b@x.com': { role: 'agent', custom_role: { name: 'Clerk' } } })
})

describe('a team', () => {
  test('that is new has the members that the policy may list', () => {
    const account = {
      agents: { ...ada, 'b@x.com': 'agent', 'm@x.com': 'administrator' },
      teams: { t: ['b@x.com', 'm@x.com'], empty: [] },
    } as const
    const { teams } = adopt({ agents: ada, teams: {} }, account)
    expect(teams).toEqual({
      t: { join: members('b@x.com'), leave: members() },
      empty: { join: members(), leave: members() },
    })
    const own = adopt({ teams: {} }, account).teams
    expect(own['t']).toEqual({ join: members('b@x.com', 'm@x.com'), leave: members() })
    const some = adopt({ agents: ada, teams: {}, scope: 'administrators' }, account).teams
    expect(some['t']).toEqual({ join: members('b@x.com', 'm@x.com'), leave: members() })
    // Only the team is accepted, so whoever is not listed stays out of it.
    const alone = adopt({ agents: ada, teams: {} }, account, { addresses: ['team/t'] }).teams
    expect(alone['t']).toEqual({ join: members(), leave: members() })
  })

  test('takes over the settings that differ, and only those that are compared', () => {
    const { teams } = adopt(
      {
        teams: {
          t: { description: 'Old', autoAssign: true, members: [] },
          u: { autoAssign: true, members: [] },
          v: { description: 'Old', autoAssign: false, members: [] },
        },
      },
      {
        teams: {
          t: { description: 'New' },
          u: { description: 'New', autoAssign: false },
          v: { description: 'New' },
        },
      },
    )
    expect(teams).toEqual({
      t: { description: 'New', join: members(), leave: members() },
      u: { auto_assign: false, join: members(), leave: members() },
      v: { description: 'New', auto_assign: true, join: members(), leave: members() },
    })
  })

  test('takes members in and out', () => {
    const { teams } = adopt(
      { agents: { ...ada, 'b@x.com': 'agent' }, teams: { t: ['ada@acme.com'] } },
      { agents: { ...ada, 'b@x.com': 'agent' }, teams: { t: ['b@x.com'] } },
    )
    expect(teams).toEqual({ t: { join: members('b@x.com'), leave: members('ada@acme.com') } })
  })

  test('of which somebody who goes was a member may go as well', () => {
    const { teams } = adopt(
      { agents: { ...ada, 'b@x.com': 'agent' }, teams: { t: ['b@x.com'] } },
      { agents: ada },
    )
    expect(teams).toEqual({ t: 'remove' })
  })
})

describe('an administrator', () => {
  const account = {
    agents: { ...ada, 'm@x.com': 'administrator', 'b@x.com': 'administrator' },
  } as const
  const written = { agents: { ...ada, 'b@x.com': 'agent' } } as const

  test.each<[string, Asked]>([
    ['nobody names', {}],
    ['nobody names, whatever the reason', { reason: 'why' }],
    ['somebody names without a reason', { addresses: ['agent/m@x.com', 'agent/b@x.com'] }],
  ])('whom %s is left', (_name, asked) => {
    const { adopted, left } = adopt(written, account, asked)
    expect([adopted, left]).toEqual([
      [],
      [
        'admin-unexpected:agent/b@x.com: only if you name it and give --reason',
        'admin-unexpected:agent/m@x.com: only if you name it and give --reason',
      ],
    ])
  })

  test('who is named with a reason is listed with it', () => {
    const asked = { addresses: ['agent/m@x.com', 'agent/b@x.com'], reason: 'SEC-1' }
    expect(adopt(written, account, asked).agents).toEqual({
      'm@x.com': { role: 'administrator', reason: 'SEC-1' },
      'b@x.com': { role: 'administrator', reason: 'SEC-1' },
    })
  })

  test('who is ignored cannot be listed as well', () => {
    const asked = { addresses: ['agent/m@x.com'], reason: 'SEC-1' }
    const { left } = adopt({ ...written, ignoreAgents: ['m@*'] }, account, asked)
    expect(left).toEqual([
      'admin-unexpected:agent/m@x.com: "m@*" ignores this person: change this pattern first',
    ])
  })

  test('who is the last one of the policy stays in it', () => {
    const { adopted, left, agents } = adopt(
      { agents: { ...ada, 'b@x.com': 'administrator', 'c@x.com': 'agent' } },
      { agents: { 'b@x.com': 'agent', 'd@x.com': 'agent' } },
    )
    expect(adopted).toEqual(['agent-unexpected:agent/d@x.com', 'agent-missing:agent/c@x.com'])
    expect(left).toEqual([
      'agent-missing:agent/ada@acme.com: the policy would have no administrator',
      'role-differs:agent/b@x.com: the policy would have no administrator',
    ])
    expect(agents).toEqual({ 'd@x.com': { role: 'agent' }, 'c@x.com': 'remove' })
  })

  test('who is new may take the place of the last one', () => {
    const asked = { addresses: ['agent/ada@acme.com', 'agent/m@x.com'], reason: 'Succession' }
    const { adopted } = adopt({ agents: ada }, { agents: { 'm@x.com': 'administrator' } }, asked)
    expect(adopted).toHaveLength(2)
  })
})

describe('an address that no policy may list', () => {
  const ODD = 'b@x.com;'
  const why = 'a policy cannot list this address'

  test('is left, whoever has it', () => {
    const { adopted, left } = adopt(
      { agents: ada },
      { agents: { ...ada, [ODD]: 'agent', '<c@x.com>': 'agent', 'd@x.com': 'agent' } },
    )
    expect(adopted).toEqual(['agent-unexpected:agent/d@x.com'])
    expect(left).toEqual([
      `agent-unexpected:agent/<c@x.com>: ${why}`,
      `agent-unexpected:agent/${ODD}: ${why}`,
    ])
  })

  test('is left as a member too, where only teams are listed', () => {
    const { left, teams } = adopt(
      { teams: { t: [] } },
      { agents: { ...ada, [ODD]: 'agent' }, teams: { t: ['ada@acme.com', ODD] } },
    )
    expect(left).toEqual([`member-unexpected:team/t/${ODD}: ${why}`])
    expect(teams).toEqual({ t: { join: members('ada@acme.com'), leave: members() } })
  })

  test('leaves a new team of theirs too, unless people who are not listed count elsewhere', () => {
    const account = {
      agents: { ...ada, [ODD]: 'agent' },
      teams: { t: ['ada@acme.com', ODD] },
    } as const
    expect(adopt({ teams: {} }, account)).toMatchObject({
      adopted: [],
      left: ['team-unexpected:team/t: a policy cannot list the address of a member'],
    })
    const { teams } = adopt({ agents: ada, teams: {} }, account)
    expect(teams).toEqual({ t: { join: members('ada@acme.com'), leave: members() } })
  })
})

test('what only the account can end is left', () => {
  const { left } = adopt(
    { agents: ada, teams: { t: [] } },
    { agents: ada, teams: { t: { ghosts: ['b@x.com'] } } },
  )
  expect(left).toEqual(['member-ghost:team/t/b@x.com: the policy cannot fix it'])
})

describe('a team that would be drift again is left, and all others are adopted', () => {
  const account = {
    agents: { ...ada, 'b@x.com': 'agent' },
    teams: { empty: {}, t: { members: ['b@x.com'] } },
  } as const
  const written = { agents: ada, teams: {}, rules: { teamMembers: 1 } } as const
  const why = 'it has fewer members than rules.team_members requires'

  test('one with fewer members than the policy asks for', () => {
    const { adopted, left } = adopt(written, account)
    expect(adopted).toEqual(['agent-unexpected:agent/b@x.com', 'team-unexpected:team/t'])
    expect(left).toEqual([`team-unexpected:team/empty: ${why}`])
    const named = adopt(written, account, { addresses: ['team/empty'] })
    expect(named.left).toEqual([`team-unexpected:team/empty: ${why}`])
  })

  test.each(['warning', 'off'] as const)('but not where that is %s', (severity) => {
    const { left } = adopt({ ...written, severity: { 'rule-team-members': severity } }, account)
    expect(left).toEqual([])
  })

  const twins = ['jürgen@x.com'.normalize('NFC'), 'jürgen@x.com'.normalize('NFD')] as const
  const both = { [twins[0]]: 'agent', [twins[1]]: 'agent' } as const
  const others = { ...ada, 'b@x.com': 'agent', ...both } as const

  test('one with two members whom a policy has one entry for', () => {
    const one = 'a policy can have only one entry for two of its members'
    const seen = { agents: others, teams: { t: { members: ['b@x.com'] }, u: { members: twins } } }
    const { adopted, left } = adopt({ teams: {} }, seen)
    expect(adopted).toEqual(['team-unexpected:team/t'])
    expect(left).toEqual([`team-unexpected:team/u: ${one}`])
    const inboxes = [
      { name: 't', members: ['b@x.com'] },
      { name: 'u', members: twins },
    ]
    const inbox = adopt({ inboxes: {} }, { agents: others, inboxes })
    expect(inbox.adopted).toEqual(['inbox-unexpected:inbox/t'])
    expect(inbox.left).toEqual([`inbox-unexpected:inbox/u: ${one}`])
  })

  test('and the second of two such members', () => {
    const seen = { agents: others, teams: { t: { members: twins } } }
    const addresses = twins.map((each) => `team/t/${each}`)
    const { adopted, left } = adopt({ teams: { t: [] } }, seen, { addresses })
    expect([adopted.length, left]).toEqual([
      1,
      [expect.stringContaining('its entry matches another')],
    ])
    expect(adopt({ teams: { t: [] } }, seen).left).toEqual([
      expect.stringContaining('only if you name it'),
      expect.stringContaining('only if you name it'),
    ])
  })
})

test('only what counts is adopted without a name', () => {
  // As a waiver will have it.
  const findings = (each: readonly Finding[]) =>
    each.map((finding) => ({ ...finding, disposition: 'waived' as never }))
  const account = { agents: { ...ada, 'b@x.com': 'agent' } } as const
  expect(adopt({ agents: ada }, account, { findings })).toMatchObject({ adopted: [], left: [] })
  const asked = { findings, addresses: ['agent/b@x.com'] }
  expect(adopt({ agents: ada }, account, asked).adopted).toHaveLength(1)
})
