/** Statements that would settle a finding: what is offered, and where. */
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import { writeStatements } from '../../src/policy/write/yaml.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

function offered(written: WrittenPolicy, account: SeenAccount): Record<string, string> {
  const decision = plan(policy(written), snapshot(account), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error('no plan')
  return Object.fromEntries(
    [...decision.plan.fixes].map(([id, statements]) => {
      const { path, lines } = writeStatements(statements)
      return [id, `${path.join(' > ')} > ${lines.join(' / ')}`]
    }),
  )
}

const ada = { 'ada@acme.com': 'administrator' } as const

describe('the line that is offered', () => {
  test.each<[string, WrittenPolicy, SeenAccount, Record<string, string>]>([
    [
      'lists who is unexpected as the account has them',
      { agents: ada },
      {
        agents: {
          ...ada,
          'm@x.com': 'administrator',
          'b@x.com': 'agent',
          'c@x.com': { role: 'agent', customRoleId: 7 },
        },
      },
      {
        'admin-unexpected:agent/m@x.com': 'agents > m@x.com: administrator',
        'agent-unexpected:agent/b@x.com': 'agents > b@x.com: agent',
        'agent-unexpected:agent/c@x.com':
          'agents > c@x.com: { role: agent, custom_role: { id: 7 } }',
      },
    ],
    [
      'is one for people who can have only one entry, and one for teams',
      { agents: ada, teams: {} },
      {
        agents: {
          ...ada,
          'zo\u00eb@x.com': 'agent',
          'zoe\u0308@x.com': 'agent',
          'b@x.com': 'agent',
        },
        teams: { ab: [], 'a\tb': [] },
      },
      {
        'agent-unexpected:agent/b@x.com': 'agents > b@x.com: agent',
        'agent-unexpected:agent/zoe\u0308@x.com': 'agents > "zoe\\u0308@x.com": agent',
        'team-unexpected:team/a%09b': 'teams > "a\\tb": []',
      },
    ],
    [
      'is one for members who can be listed only once',
      { teams: { billing: [] } },
      {
        agents: { ...ada, 'zo\u00eb@x.com': 'agent', 'zoe\u0308@x.com': 'agent' },
        teams: { billing: ['zo\u00eb@x.com', 'zoe\u0308@x.com'] },
      },
      {
        'member-unexpected:team/billing/zoe\u0308@x.com':
          'teams > billing > members > - "zoe\\u0308@x.com"',
      },
    ],
    [
      'gives an open invitation two weeks',
      { agents: { ...ada, 'b@x.com': 'agent' } },
      {
        agents: {
          ...ada,
          'b@x.com': { role: 'agent', confirmed: false },
          'c@x.com': { role: 'agent', confirmed: false },
        },
      },
      {
        'invite-pending:agent/b@x.com':
          'agents > b@x.com: { role: agent, pending_until: 2026-12-07 }',
        'invite-unexpected:agent/c@x.com':
          'agents > c@x.com: { role: agent, pending_until: 2026-12-07 }',
      },
    ],
    [
      'ends every finding about a person at once, and keeps what else the entry says',
      {
        agents: {
          ...ada,
          'b@x.com': {
            role: 'administrator',
            name: 'Bea',
            pendingUntil: '2026-11-01',
            reason: 'SUP-1',
          },
        },
      },
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: 'Bob', confirmed: false } } },
      Object.fromEntries(
        ['role-differs', 'invite-pending', 'agent-name-differs'].map((code) => [
          `${code}:agent/b@x.com`,
          'agents > b@x.com: { role: agent, name: Bob, reason: SUP-1, pending_until: 2026-12-07 }',
        ]),
      ),
    ],
    [
      'does not ask for a name if the account has none: a policy cannot require a blank name',
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: 'Bea', reason: 'SUP-1' } } },
      { agents: { ...ada, 'b@x.com': { role: 'agent', name: ' ' } } },
      { 'agent-name-differs:agent/b@x.com': 'agents > b@x.com: { role: agent, reason: SUP-1 }' },
    ],
    [
      'keeps a grace that has not run out, and a custom role of an administrator',
      {
        agents: {
          ...ada,
          'b@x.com': { role: 'agent', customRole: 'Clerk', pendingUntil: '2026-11-30' },
        },
      },
      { agents: { ...ada, 'b@x.com': { role: 'administrator', confirmed: false } } },
      {
        'admin-unexpected:agent/b@x.com':
          'agents > b@x.com: { role: administrator, custom_role: Clerk, pending_until: 2026-11-30 }',
      },
    ],
    [
      'gives access that ends or has ended two weeks more than what is announced; a day that is not asked about stays',
      {
        agents: {
          ...ada,
          'b@x.com': { role: 'agent', expires: '2026-11-22', reason: 'SUP-1' },
          'c@x.com': { role: 'administrator', expires: '2026-11-30' },
        },
      },
      { agents: { ...ada, 'b@x.com': 'agent', 'c@x.com': 'agent' } },
      {
        'access-expired:agent/b@x.com':
          'agents > b@x.com: { role: agent, reason: SUP-1, expires: 2026-12-21 }',
        'access-expires-soon:agent/c@x.com':
          'agents > c@x.com: { role: agent, expires: 2026-12-21 }',
        'role-differs:agent/c@x.com': 'agents > c@x.com: { role: agent, expires: 2026-11-30 }',
      },
    ],
    [
      'is none for an ignored administrator: a pattern would have to go first',
      { agents: ada, ignoreAgents: ['*@bots.x'] },
      { agents: { ...ada, 'r@bots.x': 'administrator' } },
      {},
    ],
    [
      'names a team with its members, a member, or the settings that differ',
      {
        agents: { ...ada, 'b@x.com': 'agent' },
        teams: {
          billing: { members: [], description: 'Money', autoAssign: true },
          'tier 1': { members: [], autoAssign: false },
        },
      },
      {
        agents: { ...ada, 'b@x.com': 'agent' },
        teams: {
          billing: { members: ['b@x.com'], description: '', autoAssign: true },
          'tier 1': { members: [], autoAssign: true },
          'on call': { members: ['b@x.com', 'ada@acme.com'] },
        },
      },
      {
        'member-unexpected:team/billing/b@x.com': 'teams > billing > members > - b@x.com',
        'team-differs:team/billing': 'teams > billing > description: ""',
        'team-differs:team/tier 1': 'teams > tier 1 > auto_assign: true',
        'team-unexpected:team/on call': 'teams > on call: [ada@acme.com, b@x.com]',
      },
    ],
    [
      'is none for a person or a team that a policy cannot list',
      { agents: ada, teams: {} },
      {
        agents: { ...ada, '.dot@x.com': 'agent', 'b@x.com': 'agent' },
        teams: { billing: { members: ['.dot@x.com', 'b@x.com'] }, 'tier 1': { members: [] } },
      },
      {
        'agent-unexpected:agent/b@x.com': 'agents > b@x.com: agent',
        'team-unexpected:team/tier 1': 'teams > tier 1: []',
      },
    ],
    [
      'is none for a custom role without a name or with a permission that no policy can list, nor for its people',
      { agents: ada, customRoles: {} },
      {
        agents: {
          ...ada,
          'b@x.com': { role: 'agent', customRoleId: 3 },
          'c@x.com': { role: 'agent', customRoleId: 4 },
          'd@x.com': { role: 'agent', customRoleId: 5 },
        },
        customRoles: { 3: { name: 'New', permissions: ['new_manage'] }, 4: 'Clerk', 5: ' ' },
      },
      {
        'agent-unexpected:agent/c@x.com': 'agents > c@x.com: { role: agent, custom_role: Clerk }',
        'custom-role-unexpected:custom-role/Clerk': 'custom_roles > Clerk: []',
      },
    ],
    [
      'is none for a person with an id that no custom role can have, if custom roles were not read',
      { agents: { ...ada, 'c@x.com': 'agent' } },
      {
        agents: {
          ...ada,
          'b@x.com': { role: 'agent', customRoleId: 0 },
          'c@x.com': { role: 'agent', customRoleId: 0 },
          'd@x.com': { role: 'administrator', customRoleId: 0 },
        },
      },
      { 'admin-unexpected:agent/d@x.com': 'agents > d@x.com: administrator' },
    ],
    [
      'names a custom role that the policy lists, whatever it permits on the account',
      { agents: ada, customRoles: { New: [] } },
      {
        agents: { ...ada, 'b@x.com': { role: 'agent', customRoleId: 3 } },
        customRoles: { 3: { name: 'New', permissions: ['new_manage'] } },
      },
      {
        'agent-unexpected:agent/b@x.com': 'agents > b@x.com: { role: agent, custom_role: New }',
      },
    ],
    [
      'names a group only if each member is listed, or can be',
      { agents: ada, teams: {} },
      {
        agents: {
          ...ada,
          'b@x.com': { role: 'agent', customRoleId: 0 },
          'd\u00fc@x.com': 'agent',
          'du\u0308@x.com': 'agent',
        },
        teams: {
          one: ['ada@acme.com', 'b@x.com'],
          two: ['du\u0308@x.com', 'd\u00fc@x.com'],
          none: [],
        },
      },
      {
        'agent-unexpected:agent/du\u0308@x.com': 'agents > "du\\u0308@x.com": agent',
        'team-unexpected:team/none': 'teams > none: []',
      },
    ],
    [
      'has a key of its own, even if a name looks like the id of another inbox or custom role',
      { inboxes: { 'Web #5': { id: 5, members: [] } }, customRoles: {} },
      {
        agents: ada,
        inboxes: [
          { id: 3, name: 'Support' },
          { id: 5, name: 'Web #5' },
          { id: 7, name: 'Support #12' },
          { id: 12, name: 'Support' },
        ],
        customRoles: { 1: 'Clerk', 2: 'Clerk #3', 3: 'Clerk' },
      },
      {
        'custom-role-unexpected:custom-role/Clerk %233':
          'custom_roles > "Clerk #3 #2": { id: 2, name: "Clerk #3", permissions: [] }',
        'custom-role-unexpected:custom-role/Clerk#1':
          'custom_roles > "Clerk #1": { id: 1, name: Clerk, permissions: [] }',
        'custom-role-unexpected:custom-role/Clerk#3':
          'custom_roles > "Clerk #3": { id: 3, name: Clerk, permissions: [] }',
        'inbox-unexpected:inbox/Support %2312':
          'inboxes > "Support #12 #7": { id: 7, name: "Support #12", members: [] }',
        'inbox-unexpected:inbox/Support#12':
          'inboxes > "Support #12": { id: 12, name: Support, members: [] }',
        'inbox-unexpected:inbox/Support#3':
          'inboxes > "Support #3": { id: 3, name: Support, members: [] }',
      },
    ],
    [
      'names a group with anybody if only administrators are checked',
      { agents: ada, scope: 'administrators', teams: {} },
      {
        agents: { ...ada, 'b@x.com': { role: 'agent', customRoleId: 0 } },
        teams: { one: ['ada@acme.com', 'b@x.com'] },
      },
      { 'team-unexpected:team/one': 'teams > one: [ada@acme.com, b@x.com]' },
    ],
    [
      'does not exist where only the account can be mended',
      {
        agents: { ...ada, 'b@x.com': 'agent' },
        teams: { a: { members: ['b@x.com'] }, b: { members: ['ada@acme.com'] } },
      },
      {
        agents: { 'ada@acme.com': { role: 'administrator', customRoleId: 1 } },
        teams: { b: { members: [], ghosts: ['g@x.com'] } },
      },
      {},
    ],
  ])('%s', (_rule, written, account, lines) => {
    expect(offered(written, account)).toEqual(lines)
  })
})
