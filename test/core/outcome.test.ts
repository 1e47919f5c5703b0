/** The standing of everybody and every team, fine or not. */
import { expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import { policy, type SeenAccount, snapshot, team, type WrittenPolicy } from './build.ts'

function standings(written: WrittenPolicy, account: SeenAccount): string[] {
  const decision = plan(policy(written), snapshot(account), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error('no plan')
  const { people, groups } = decision.plan.getOutcomes()
  const told = ({
    address,
    standing,
    findings,
  }:
    | (typeof people)[number]
    | (typeof groups)[number]['members'][number]
    | (typeof groups)[number]) =>
    `${address} ${standing}${findings.length > 0 ? `: ${findings.map(({ code }) => code).join(', ')}` : ''}`
  return [
    ...people.map(told),
    ...groups.flatMap((group) => [told(group), ...group.members.map(told)]),
  ]
}

const ada = { 'ada@acme.com': 'administrator' } as const
const bob = { 'bob@acme.com': 'agent' } as const
const mal = { 'mal@evil.example': 'administrator' } as const

test('whoever is as listed is fine, with the teams', () => {
  expect(
    standings(
      { agents: { ...ada, ...bob }, teams: { billing: ['bob@acme.com'] } },
      { agents: { ...ada, ...bob }, teams: { billing: { members: ['bob@acme.com'] } } },
    ),
  ).toEqual([
    'agent/ada@acme.com fine',
    'agent/bob@acme.com fine',
    'team/billing fine',
    'team/billing/bob@acme.com fine',
  ])
})

test('a finding makes drift or a warning of what it speaks of, and of the memberships it folds', () => {
  expect(
    standings(
      {
        agents: { ...ada, ...bob, 'new@acme.com': 'agent' },
        teams: { billing: ['new@acme.com', 'bob@acme.com'], missing: ['bob@acme.com'] },
      },
      {
        agents: { 'ada@acme.com': { role: 'administrator', customRoleId: 1 }, ...bob, ...mal },
        teams: {
          billing: { members: ['mal@evil.example', 'ada@acme.com'], ghosts: ['gone@acme.com'] },
          unlisted: { members: ['bob@acme.com'], ghosts: ['gone@acme.com'] },
        },
      },
    ),
  ).toEqual([
    'agent/ada@acme.com drift: admin-with-custom-role, member-unexpected',
    'agent/bob@acme.com drift: member-missing, team-missing, team-unexpected',
    'agent/mal@evil.example drift: admin-unexpected',
    'agent/new@acme.com drift: agent-missing',
    'team/billing drift: member-unexpected, member-missing, member-ghost, admin-unexpected, agent-missing',
    'team/billing/ada@acme.com drift: member-unexpected',
    'team/billing/bob@acme.com drift: member-missing',
    'team/billing/gone@acme.com warning: member-ghost',
    'team/billing/mal@evil.example drift: admin-unexpected',
    'team/billing/new@acme.com drift: agent-missing',
    'team/missing drift: team-missing',
    'team/missing/bob@acme.com drift: team-missing',
    'team/unlisted drift: team-unexpected',
    'team/unlisted/bob@acme.com drift: team-unexpected',
    'team/unlisted/gone@acme.com fine',
  ])
})

test('nobody with an open finding about a team is fine, and no team with one about a member', () => {
  const listed = { agents: { ...ada, ...bob }, teams: { a: [], b: ['bob@acme.com'], c: [] } }
  const account = {
    agents: { ...ada, ...bob },
    teams: { a: { members: ['bob@acme.com'] }, b: { members: [] }, c: { members: [] } },
  }
  const told = (more: Partial<WrittenPolicy>, seen: SeenAccount = account) =>
    standings({ ...listed, ...more }, seen).filter((line) => !/^team\/.*\//.test(line))
  expect(told({})).toEqual([
    'agent/ada@acme.com fine',
    'agent/bob@acme.com drift: member-unexpected, member-missing',
    'team/a drift: member-unexpected',
    'team/b drift: member-missing',
    'team/c fine',
  ])
  // A waiver for one of them does not make the other fine.
  const waived = { finding: 'member-unexpected', address: 'team/a/bob@acme.com' } as const
  expect(told({ waivers: [{ ...waived, expires: '2026-12-01' }] })).toEqual([
    'agent/ada@acme.com fine',
    'agent/bob@acme.com drift: member-unexpected, member-missing',
    'team/a waived: member-unexpected',
    'team/b drift: member-missing',
    'team/c fine',
  ])
  // Where only the teams are managed, people stand by their memberships.
  const { agents: _, ...teams } = listed
  expect(standings(teams, account).slice(0, 2)).toEqual([
    'agent/ada@acme.com unmanaged',
    'agent/bob@acme.com drift: member-unexpected, member-missing',
  ])
  // A ghost is the team's alone: nobody on the account is meant.
  const ghosts = { ...account, teams: { c: { members: [], ghosts: ['gone@acme.com'] } } }
  expect(standings({ agents: listed.agents, teams: { c: [] } }, ghosts)).toEqual([
    'agent/ada@acme.com fine',
    'agent/bob@acme.com fine',
    'team/c warning: member-ghost',
    'team/c/gone@acme.com warning: member-ghost',
  ])
})

test('what is ignored or unmanaged is neither fine nor drift', () => {
  expect(
    standings(
      {
        agents: ada,
        scope: 'administrators',
        ignoreAgents: ['*@bots.x'],
        ignoreTeams: ['old*'],
        teams: { billing: [] },
      },
      {
        agents: { ...ada, ...bob, 'r@bots.x': 'agent' },
        teams: { billing: { members: ['r@bots.x'] }, older: { members: ['bob@acme.com'] } },
      },
    ),
  ).toEqual([
    'agent/ada@acme.com fine',
    'agent/bob@acme.com unmanaged',
    'agent/r@bots.x ignored',
    'team/billing fine',
    'team/billing/r@bots.x ignored',
    'team/older ignored',
    'team/older/bob@acme.com ignored',
  ])
  expect(
    standings({ agents: ada }, { agents: ada, teams: { a: { members: ['ada@acme.com'] } } }),
  ).toEqual(['agent/ada@acme.com fine', 'team/a unmanaged', 'team/a/ada@acme.com unmanaged'])
  expect(standings({ teams: {} }, { agents: ada })).toEqual(['agent/ada@acme.com unmanaged'])
})

test('a person without an entry is ignored by a pattern, left out by the policy, or not in it', () => {
  const inPolicy = (written: WrittenPolicy) => {
    const agents = {
      ...{ ...ada, ...bob, ...mal },
      'bot@bots.x': { role: 'agent', customRoleId: 9 },
      'boss@bots.x': 'administrator',
    } as const
    const decision = plan(policy(written), snapshot({ agents, customRoles: {} }), '2026-11-23')
    if (decision.kind === 'unknown') throw new Error('no plan')
    return decision.plan.getOutcomes().people.map(({ email, inPolicy }) => [email, inPolicy])
  }
  const is = (kind: string) => ({ kind })
  const listed = { kind: 'listed', role: 'administrator', expires: null }
  const pattern = { kind: 'ignored', pattern: '*@bots.x' }
  expect(inPolicy({ agents: ada })).toEqual([
    ['ada@acme.com', listed],
    ['bob@acme.com', is('not-listed')],
    ['boss@bots.x', is('not-listed')],
    ['bot@bots.x', is('not-listed')],
    ['mal@evil.example', is('not-listed')],
  ])
  // Nobody is left out for a finding of another kind, and no pattern ignores an administrator.
  expect(
    inPolicy({ agents: ada, scope: 'administrators', ignoreAgents: ['*@bots.x'], customRoles: {} }),
  ).toEqual([
    ['ada@acme.com', listed],
    ['bob@acme.com', is('unmanaged')],
    ['boss@bots.x', is('not-listed')],
    ['bot@bots.x', pattern],
    ['mal@evil.example', is('not-listed')],
  ])
  expect(inPolicy({ agents: ada, scope: 'administrators', customRoles: {} })[3]).toEqual([
    'bot@bots.x',
    is('unmanaged'),
  ])
  expect(inPolicy({ teams: {}, ignoreAgents: ['*@bots.x'] })).toEqual([
    ['ada@acme.com', is('unmanaged')],
    ['bob@acme.com', is('unmanaged')],
    ['boss@bots.x', pattern],
    ['bot@bots.x', pattern],
    ['mal@evil.example', is('unmanaged')],
  ])
})

test('a person is shown as read: name, role, custom role and every team by name', () => {
  const account: SeenAccount = {
    agents: { ...ada, 'ken@acme.com': { role: 'agent', name: 'Ken', customRoleId: 3 } },
    teams: { zeta: { members: ['ken@acme.com'] }, alpha: { members: ['ken@acme.com'] } },
  }
  const decision = plan(policy({ agents: ada }), snapshot(account), '2026-11-23')
  const people = decision.kind === 'plan' ? decision.plan.getOutcomes().people : []
  expect(people.find(({ email }) => email === 'ken@acme.com')).toMatchObject({
    inPolicy: { kind: 'not-listed' },
    seen: {
      name: 'Ken',
      role: 'agent',
      confirmed: true,
      customRole: { id: 3 },
      groups: [team('alpha'), team('zeta')],
    },
  })
})
