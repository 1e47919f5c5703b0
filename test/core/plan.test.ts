/**
 * The rules of a plan, one row each: a policy, an account, and exactly the findings (with the place
 * in the policy) and changes that follow. Long on purpose: the rules are in one place, and a row
 * reads without the others. What a change carries is in change.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { INBOX, TEAM } from '../../src/core/model/kinds.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import type { SnapshotAgent } from '../../src/core/model/snapshot.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import {
  policy,
  type SeenAccount,
  snapshot,
  type WrittenAgent,
  type WrittenPolicy,
  whatIsAt,
} from './build.ts'

interface Rule {
  readonly rule: string
  readonly policy: WrittenPolicy
  readonly account: SeenAccount
  /** `YYYY-MM-DD`, UTC. */
  readonly today?: string
  /** `code:address @ place in the policy`, in the order of the plan. */
  readonly findings: readonly string[]
  /** `+ address`, `~ address`, `- address`, in the order of the plan. */
  readonly changes: readonly string[]
  /** Part of the first finding's text. */
  readonly says?: string | RegExp
}

const SYMBOLS = { create: '+', update: '~', delete: '-' }

function decided(own: Policy, account: SeenAccount, today = '2026-11-23'): Plan {
  const decision = plan(own, snapshot(account), today)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan
}

function check(_: string, { policy: written, account, today, says, ...expected }: Rule): void {
  const own = policy(written)
  const { findings, changes } = decided(own, account, today)
  expect({
    findings: findings.map(({ id, location }) => `${id} @ ${whatIsAt(own, location)}`),
    changes: changes.map(({ action, address }) => `${SYMBOLS[action]} ${address}`),
  }).toEqual({ findings: expected.findings, changes: expected.changes })
  if (says !== undefined) expect(findings[0]?.summary).toMatch(says)
}

/** Rows whose rule, whatever its length, is the name of the test. */
function named<R extends { readonly rule: string }>(rows: readonly R[]): [string, R][] {
  return rows.map((row) => [row.rule, row])
}

const ada = { 'ada@acme.com': 'administrator' } as const
const bob = { 'bob@acme.com': 'agent' } as const
const cyd = { 'cyd@acme.com': 'agent' } as const
const invited = { role: 'agent', confirmed: false } as const
const invitedAdministrator = { role: 'administrator', confirmed: false } as const
const administrators = { scope: 'administrators' } as const
const agents = { agents: ada } as const

describe('people who are not in the policy', () => {
  test.each(
    named<Rule>([
      {
        rule: 'an administrator is unexpected and loses access',
        policy: agents,
        account: { agents: { ...ada, 'mal@evil.example': 'administrator' } },
        findings: ['admin-unexpected:agent/mal@evil.example @ agents'],
        changes: ['- agent/mal@evil.example'],
        says: /^administrator, not in the policy$/,
      },
      {
        rule: 'an invited administrator is an unexpected administrator, and the text says that the invitation is open',
        policy: agents,
        account: { agents: { ...ada, 'mal@evil.example': invitedAdministrator } },
        findings: ['admin-unexpected:agent/mal@evil.example @ agents'],
        changes: ['- agent/mal@evil.example'],
        says: 'invitation not accepted',
      },
      {
        rule: 'an administrator with a custom role is an administrator',
        policy: agents,
        account: {
          agents: { ...ada, 'mal@evil.example': { role: 'administrator', customRoleId: 1 } },
        },
        findings: ['admin-unexpected:agent/mal@evil.example @ agents'],
        changes: ['- agent/mal@evil.example'],
      },
      {
        rule: 'an administrator is only demoted where the policy owns administrators alone',
        policy: { ...agents, ...administrators },
        account: { agents: { ...ada, 'mal@evil.example': 'administrator' } },
        findings: ['admin-unexpected:agent/mal@evil.example @ agents'],
        changes: ['~ agent/mal@evil.example'],
      },
      {
        rule: 'an open invitation of an agent is latent access',
        policy: agents,
        account: { agents: { ...ada, 'new@acme.com': invited } },
        findings: ['invite-unexpected:agent/new@acme.com @ agents'],
        changes: ['- agent/new@acme.com'],
      },
      {
        rule: 'an agent is unexpected',
        policy: agents,
        account: { agents: { ...ada, ...bob } },
        findings: ['agent-unexpected:agent/bob@acme.com @ agents'],
        changes: ['- agent/bob@acme.com'],
      },
      {
        rule: 'agents and invitations of agents are nobody’s business where only administrators are owned',
        policy: { ...agents, ...administrators },
        account: { agents: { ...ada, ...bob, 'new@acme.com': invited } },
        findings: [],
        changes: [],
      },
      {
        rule: 'their teams are named in the one finding, and their memberships are not reported again',
        policy: { ...agents, teams: { sales: [], billing: [] } },
        account: {
          agents: { ...ada, ...bob },
          teams: { sales: ['bob@acme.com'], billing: ['bob@acme.com'] },
        },
        findings: ['agent-unexpected:agent/bob@acme.com @ agents'],
        changes: ['- agent/bob@acme.com'],
        says: /; in billing, sales$/,
      },
      {
        rule: 'an unexpected administrator’s and an invited agent’s memberships fold too',
        policy: { ...agents, teams: { billing: ['ada@acme.com'] } },
        account: {
          agents: { ...ada, 'mal@evil.example': 'administrator', 'new@acme.com': invited },
          teams: { billing: ['ada@acme.com', 'mal@evil.example', 'new@acme.com'] },
        },
        findings: [
          'admin-unexpected:agent/mal@evil.example @ agents',
          'invite-unexpected:agent/new@acme.com @ agents',
        ],
        changes: ['- agent/mal@evil.example', '- agent/new@acme.com'],
        says: /in billing$/,
      },
      {
        rule: 'of more than three teams the first three are named and the rest are counted',
        policy: agents,
        account: {
          agents: { ...ada, ...bob },
          teams: Object.fromEntries(
            ['e', 'd', 'c', 'b', 'a'].map((name) => [name, ['bob@acme.com']]),
          ),
        },
        findings: ['agent-unexpected:agent/bob@acme.com @ agents'],
        changes: ['- agent/bob@acme.com'],
        says: /; in a, b, c and 2 more$/,
      },
      {
        rule: 'a demoted administrator’s memberships fold, and end one by one because the person stays',
        policy: { ...agents, ...administrators, teams: { billing: [] } },
        account: {
          agents: { ...ada, 'mal@evil.example': 'administrator' },
          teams: { billing: ['mal@evil.example'] },
        },
        findings: ['admin-unexpected:agent/mal@evil.example @ agents'],
        changes: ['- team/billing/mal@evil.example', '~ agent/mal@evil.example'],
        says: /in billing$/,
      },
      {
        rule: 'a demoted administrator who is wanted in a team joins it, which is a fact of its own',
        policy: { ...agents, ...administrators, teams: { billing: ['mal@evil.example'] } },
        account: {
          agents: { ...ada, 'mal@evil.example': 'administrator' },
          teams: { billing: [] },
        },
        findings: [
          'admin-unexpected:agent/mal@evil.example @ agents',
          'member-missing:team/billing/mal@evil.example @ teams/billing/mal@evil.example',
        ],
        changes: ['+ team/billing/mal@evil.example', '~ agent/mal@evil.example'],
      },
      {
        rule: 'an agent is a member like any other where only administrators are owned',
        policy: { ...agents, ...administrators, teams: { billing: [] } },
        account: { agents: { ...ada, ...bob }, teams: { billing: ['bob@acme.com'] } },
        findings: ['member-unexpected:team/billing/bob@acme.com @ teams/billing'],
        changes: ['- team/billing/bob@acme.com'],
      },
    ]),
  )('%s', check)
})

describe('listed people', () => {
  const grace = (given: Partial<WrittenAgent>): WrittenPolicy => ({
    agents: { ...ada, 'grace@acme.com': { role: 'agent', ...given } },
  })
  test.each(
    named<Rule>([
      {
        rule: 'everybody as listed: nothing to say',
        policy: grace({}),
        account: { agents: { ...ada, 'grace@acme.com': 'agent' } },
        findings: [],
        changes: [],
      },
      {
        rule: 'e-mail addresses are compared trimmed and lower-cased',
        policy: { agents: { ' ADA@Acme.com ': 'administrator' } },
        account: { agents: { 'Ada@ACME.com': 'administrator' } },
        findings: [],
        changes: [],
      },
      {
        rule: 'whoever is not there is missing, at the person’s own key',
        policy: grace({}),
        account: { agents: ada },
        findings: ['agent-missing:agent/grace@acme.com @ agents/grace@acme.com'],
        changes: ['+ agent/grace@acme.com'],
        says: 'agent',
      },
      {
        rule: 'a missing person’s memberships fold into one finding that names the teams, and are added one by one',
        policy: {
          agents: { ...ada, ...bob },
          teams: { sales: ['bob@acme.com'], billing: ['ada@acme.com', 'bob@acme.com'] },
        },
        account: { agents: ada, teams: { billing: ['ada@acme.com'], sales: [] } },
        findings: ['agent-missing:agent/bob@acme.com @ agents/bob@acme.com'],
        changes: [
          '+ agent/bob@acme.com',
          '+ team/billing/bob@acme.com',
          '+ team/sales/bob@acme.com',
        ],
        says: /; for billing, sales$/,
      },
      {
        rule: 'a missing person is neither pending nor misnamed',
        policy: grace({ name: 'Grace', pendingUntil: '2026-01-01' }),
        account: { agents: ada },
        findings: ['agent-missing:agent/grace@acme.com @ agents/grace@acme.com'],
        changes: ['+ agent/grace@acme.com'],
      },
      {
        rule: 'who is listed as agent and is administrator is an unexpected administrator, at the own key',
        policy: grace({}),
        account: { agents: { ...ada, 'grace@acme.com': 'administrator' } },
        findings: ['admin-unexpected:agent/grace@acme.com @ agents/grace@acme.com'],
        changes: ['~ agent/grace@acme.com'],
        says: 'should be agent',
      },
      {
        rule: 'that holds before any difference of custom roles',
        policy: grace({ customRole: { id: 1 } }),
        account: {
          agents: { ...ada, 'grace@acme.com': { role: 'administrator', customRoleId: 2 } },
        },
        findings: ['admin-unexpected:agent/grace@acme.com @ agents/grace@acme.com'],
        changes: ['~ agent/grace@acme.com'],
      },
      {
        rule: 'an unexpected administrator who is listed keeps the teams that are wanted',
        policy: { agents: { ...ada, ...bob }, teams: { billing: ['bob@acme.com'], sales: [] } },
        account: {
          agents: { ...ada, 'bob@acme.com': 'administrator' },
          teams: { billing: ['bob@acme.com'], sales: ['bob@acme.com'] },
        },
        findings: [
          'admin-unexpected:agent/bob@acme.com @ agents/bob@acme.com',
          'member-unexpected:team/sales/bob@acme.com @ teams/sales',
        ],
        changes: ['- team/sales/bob@acme.com', '~ agent/bob@acme.com'],
      },
      {
        rule: 'who is listed as administrator and is agent has a different role',
        policy: { agents: { ...ada, 'bob@acme.com': 'administrator' } },
        account: { agents: { ...ada, ...bob } },
        findings: ['role-differs:agent/bob@acme.com @ agents/bob@acme.com'],
        changes: ['~ agent/bob@acme.com'],
      },
      {
        rule: 'that holds before any difference of custom roles, too',
        policy: { agents: { ...ada, 'bob@acme.com': 'administrator' } },
        account: { agents: { ...ada, 'bob@acme.com': { role: 'agent', customRoleId: 1 } } },
        findings: ['role-differs:agent/bob@acme.com @ agents/bob@acme.com'],
        changes: ['~ agent/bob@acme.com'],
      },
      {
        rule: 'an administrator with a custom role is a warning and no drift',
        policy: agents,
        account: { agents: { 'ada@acme.com': { role: 'administrator', customRoleId: 1 } } },
        findings: ['admin-with-custom-role:agent/ada@acme.com @ agents/ada@acme.com'],
        changes: [],
        says: /^administrator, custom role 1 affects only the menus of the dashboard$/,
      },
      {
        rule: 'an administrator with the very custom role that is listed is still only apparently restricted',
        policy: { agents: { 'ada@acme.com': { role: 'administrator', customRole: { id: 1 } } } },
        account: { agents: { 'ada@acme.com': { role: 'administrator', customRoleId: 1 } } },
        findings: ['admin-with-custom-role:agent/ada@acme.com @ agents/ada@acme.com'],
        changes: [],
        says: /^administrator, custom role 1 affects only the menus of the dashboard$/,
      },
      {
        // The row of custom-role-differs speaks of agents; on an administrator it would affect only menus.
        rule: 'an administrator without the custom role that is listed is as powerful as listed',
        policy: { agents: { 'ada@acme.com': { role: 'administrator', customRole: { id: 1 } } } },
        account: { agents: ada },
        findings: [],
        changes: [],
      },
      {
        rule: 'another name is a warning and no drift',
        policy: grace({ name: 'Grace Hopper' }),
        account: { agents: { ...ada, 'grace@acme.com': { role: 'agent', name: 'Grace H.' } } },
        findings: ['agent-name-differs:agent/grace@acme.com @ agents/grace@acme.com'],
        changes: [],
        says: /"Grace H\.".*"Grace Hopper"/,
      },
      {
        rule: 'a name is compared as written',
        policy: grace({ name: 'Grace Hopper' }),
        account: { agents: { ...ada, 'grace@acme.com': { role: 'agent', name: 'Grace Hopper' } } },
        findings: [],
        changes: [],
      },
      {
        rule: 'an open invitation and another name stand beside a role finding',
        policy: grace({ name: 'Grace' }),
        account: { agents: { ...ada, 'grace@acme.com': { ...invitedAdministrator, name: 'G' } } },
        findings: [
          'admin-unexpected:agent/grace@acme.com @ agents/grace@acme.com',
          'invite-pending:agent/grace@acme.com @ agents/grace@acme.com',
          'agent-name-differs:agent/grace@acme.com @ agents/grace@acme.com',
        ],
        changes: ['~ agent/grace@acme.com'],
      },
      {
        rule: 'an open invitation stands beside a different custom role',
        policy: grace({ customRole: { id: 1 } }),
        account: { agents: { ...ada, 'grace@acme.com': invited } },
        findings: [
          'custom-role-differs:agent/grace@acme.com @ agents/grace@acme.com',
          'invite-pending:agent/grace@acme.com @ agents/grace@acme.com',
        ],
        changes: ['~ agent/grace@acme.com'],
      },
      {
        rule: 'listed agents are compared where only administrators are owned, too',
        policy: { ...grace({}), ...administrators },
        account: { agents: ada },
        findings: ['agent-missing:agent/grace@acme.com @ agents/grace@acme.com'],
        changes: ['+ agent/grace@acme.com'],
      },
      {
        rule: 'without `agents` no finding speaks of agents',
        policy: { teams: {} },
        account: {
          agents: { 'mal@evil.example': 'administrator', 'new@acme.com': invited, ...bob },
        },
        findings: [],
        changes: [],
      },
    ]),
  )('%s', check)
})

describe('grace for open invitations', () => {
  const until = (pendingUntil?: string): WrittenPolicy => ({
    agents: {
      ...ada,
      'new@acme.com': { role: 'agent', ...(pendingUntil === undefined ? {} : { pendingUntil }) },
    },
  })
  const account: SeenAccount = { agents: { ...ada, 'new@acme.com': invited } }
  const pending = ['invite-pending:agent/new@acme.com @ agents/new@acme.com']
  const changes: string[] = []
  test.each(
    named<Rule>([
      {
        rule: 'without any, an invitation that is not accepted is reported, and no change would end it',
        policy: until(),
        account,
        findings: pending,
        changes,
        says: 'not accepted',
      },
      {
        rule: 'before the last day it is fine',
        policy: until('2026-12-15'),
        account,
        today: '2026-12-14',
        findings: [],
        changes,
      },
      {
        rule: 'on the last day it is fine',
        policy: until('2026-12-15'),
        account,
        today: '2026-12-15',
        findings: [],
        changes,
      },
      {
        rule: 'from the day after it is reported, with the day',
        policy: until('2026-12-15'),
        account,
        today: '2026-12-16',
        findings: pending,
        changes,
        says: '2026-12-15',
      },
      {
        rule: 'years count before months and days',
        policy: until('2026-12-31'),
        account,
        today: '2027-01-01',
        findings: pending,
        changes,
      },
      {
        rule: 'an accepted invitation needs none',
        policy: until('2026-01-01'),
        account: { agents: { ...ada, 'new@acme.com': 'agent' } },
        findings: [],
        changes,
      },
      {
        rule: 'an administrator’s open invitation is reported like an agent’s',
        policy: agents,
        account: { agents: { 'ada@acme.com': invitedAdministrator } },
        findings: ['invite-pending:agent/ada@acme.com @ agents/ada@acme.com'],
        changes,
        says: 'administrator',
      },
    ]),
  )('%s', check)
})

describe('custom roles', () => {
  const ken = (customRole?: WrittenAgent['customRole']): WrittenPolicy => ({
    agents: {
      ...ada,
      'ken@acme.com': { role: 'agent', ...(customRole === undefined ? {} : { customRole }) },
    },
  })
  const having = (
    customRoleId: number | null,
    customRoles: SeenAccount['customRoles'] = { 1: 'Billing clerk', 2: 'Auditor' },
  ): SeenAccount => ({
    agents: { ...ada, 'ken@acme.com': { role: 'agent', customRoleId } },
    customRoles,
  })
  const differs = ['custom-role-differs:agent/ken@acme.com @ agents/ken@acme.com']
  const missing = ['agent-missing:agent/ken@acme.com @ agents/ken@acme.com']
  const update = ['~ agent/ken@acme.com']
  const none: string[] = []
  test.each(
    named<Rule>([
      {
        rule: 'the one named is the one had',
        policy: ken('Auditor'),
        account: having(2),
        findings: none,
        changes: none,
      },
      {
        rule: 'the id is the one had',
        policy: ken({ id: 2 }),
        account: having(2),
        findings: none,
        changes: none,
      },
      {
        rule: 'another one than named is reported with both names',
        policy: ken('Auditor'),
        account: having(1),
        findings: differs,
        changes: update,
        says: /"Billing clerk".*"Auditor"/,
      },
      {
        rule: 'another id than written is reported by name where the names are known',
        policy: ken({ id: 1 }),
        account: having(2),
        findings: differs,
        changes: update,
        says: /"Auditor".*"Billing clerk"/,
      },
      {
        rule: 'another id than written is reported by id where nobody read the names',
        policy: ken({ id: 1 }),
        account: having(2, 'unread'),
        findings: differs,
        changes: update,
        says: /custom role 2.*custom role 1/,
      },
      {
        rule: 'an id needs no readable names',
        policy: ken({ id: 1 }),
        account: having(1, 'unreadable'),
        findings: none,
        changes: none,
      },
      {
        rule: 'names are compared as written',
        policy: ken('auditor'),
        account: having(2),
        findings: differs,
        changes: none,
      },
      {
        rule: 'absent means none: one that is had is reported',
        policy: ken(),
        account: having(1),
        findings: differs,
        changes: update,
        says: 'none',
      },
      {
        rule: 'absent means none: none is fine',
        policy: ken(),
        account: having(null),
        findings: none,
        changes: none,
      },
      {
        rule: 'one that is wanted and not had is reported',
        policy: ken('Auditor'),
        account: having(null),
        findings: differs,
        changes: update,
        says: /no custom role.*"Auditor"/,
      },
      {
        rule: 'an agent without any is judged although nobody read the names',
        policy: ken('Auditor'),
        account: having(null, 'unread'),
        findings: differs,
        changes: update,
      },
      {
        rule: 'an agent without any is judged although the names are unreadable',
        policy: ken('Auditor'),
        account: having(null, 'unreadable'),
        findings: differs,
        changes: update,
      },
      {
        rule: 'who should have none and has one is judged although the names are unreadable',
        policy: ken(),
        account: having(1, 'unreadable'),
        findings: differs,
        changes: update,
      },
      {
        rule: 'a name that no custom role has is a difference that no change ends',
        policy: ken('Adjuster'),
        account: having(1),
        findings: differs,
        changes: none,
        says: 'but the account has no such custom role',
      },
      {
        rule: 'an id that no custom role has is a difference that no change ends',
        policy: ken({ id: 9 }),
        account: having(1),
        findings: differs,
        changes: none,
        says: 'but the account has no such custom role',
      },
      {
        rule: 'a server without custom roles leaves a difference that no change ends',
        policy: ken('Auditor'),
        account: having(null, 'unsupported'),
        findings: differs,
        changes: none,
      },
      {
        rule: 'a server without custom roles leaves the same difference for an id',
        policy: ken({ id: 1 }),
        account: having(null, 'unsupported'),
        findings: differs,
        changes: none,
      },
      {
        rule: 'a server without custom roles is fine for whoever wants none',
        policy: ken(),
        account: having(null, 'unsupported'),
        findings: none,
        changes: none,
      },
      {
        rule: 'whoever is missing is invited with the custom role',
        policy: ken('Auditor'),
        account: { agents: ada, customRoles: { 2: 'Auditor' } },
        findings: missing,
        changes: ['+ agent/ken@acme.com'],
        says: '"Auditor"',
      },
      {
        rule: 'whoever is missing is not invited without the custom role that does not exist by that name',
        policy: ken('Auditor'),
        account: { agents: ada, customRoles: { 1: 'Billing clerk' } },
        findings: missing,
        changes: none,
      },
      {
        rule: 'whoever is missing is not invited without the custom role that does not exist by that id',
        policy: ken({ id: 9 }),
        account: { agents: ada, customRoles: { 1: 'Billing clerk' } },
        findings: missing,
        changes: none,
      },
      {
        rule: 'whoever is missing is not invited where the server has no custom roles, and joins no team',
        policy: {
          ...ken('Auditor'),
          teams: { billing: ['ken@acme.com'], new: ['ken@acme.com', 'ada@acme.com'] },
        },
        account: { agents: ada, teams: { billing: [] }, customRoles: 'unsupported' },
        findings: [...missing, 'team-missing:team/new @ teams/new'],
        changes: ['+ team/new', '+ team/new/ada@acme.com'],
        says: /; for billing, new$/,
      },
      {
        rule: 'an unexpected administrator is demoted even if the custom role does not exist',
        policy: ken('Adjuster'),
        account: {
          agents: { ...ada, 'ken@acme.com': 'administrator' },
          customRoles: { 1: 'Billing clerk' },
        },
        findings: ['admin-unexpected:agent/ken@acme.com @ agents/ken@acme.com'],
        changes: update,
      },
    ]),
  )('%s', check)

  const KEN = 'agents/ken@acme.com:custom_role'
  test.each(
    named([
      {
        rule: 'one that is had and named cannot be judged while the names are unreadable: no verdict, with both ways out',
        policy: ken('Auditor'),
        account: having(2, 'unreadable'),
        code: 'read-custom-roles',
        says: /ken@acme\.com.*"Auditor"/,
        advice: /\{id: .*token/s,
      },
      {
        rule: 'one that is had and named cannot be judged while nobody read the names either',
        policy: ken('Auditor'),
        account: having(2, 'unread'),
        code: 'read-custom-roles',
        says: /ken@acme\.com.*"Auditor"/,
        advice: /\{id: .*token/s,
      },
      {
        rule: 'two of one name are an error that names the ids',
        policy: ken('Auditor'),
        account: having(1, { 1: 'Billing clerk', 2: 'Auditor', 3: 'Auditor' }),
        code: 'policy-ambiguous-custom-role',
        says: /2 custom roles named "Auditor"/,
        advice: /id/,
        detail: /\b2, 3\b/,
      },
      {
        rule: 'two of one name are an error for somebody who is missing, too',
        policy: ken('Auditor'),
        account: { agents: ada, customRoles: { 2: 'Auditor', 3: 'Auditor' } },
        code: 'policy-ambiguous-custom-role',
        says: /2 custom roles named "Auditor"/,
        advice: /id/,
      },
    ]),
  )('%s', (_, { policy: written, account, code, says, advice, detail }) => {
    const own = policy(written)
    const decision = plan(own, snapshot(account), '2026-11-23')
    if (decision.kind !== 'unknown') throw new Error('There is a verdict.')
    expect(decision.diagnostics.map((each) => each.code)).toEqual([code])
    const [only] = decision.diagnostics
    expect(only).toMatchObject({
      severity: 'error',
      summary: expect.stringMatching(says),
      advice: expect.stringMatching(advice),
      detail: expect.stringMatching(detail ?? /./),
    })
    expect(whatIsAt(own, only?.location ?? null)).toBe(KEN)
  })

  test('two of one name do not matter to a policy that gives the id, or another name', () => {
    const account = having(2, { 1: 'Billing clerk', 2: 'Auditor', 3: 'Auditor' })
    expect(decided(policy(ken({ id: 2 })), account).findings).toEqual([])
    expect(decided(policy(ken('Billing clerk')), account).findings).toHaveLength(1)
  })

  test('everybody whose custom role cannot be judged is named, and nothing else is claimed', () => {
    const carrying = { role: 'agent', customRoleId: 1 } as const
    const wanting = { role: 'agent', customRole: 'Auditor' } as const
    const decision = plan(
      policy({ agents: { ...ada, 'ken@acme.com': wanting, 'kim@acme.com': wanting } }),
      snapshot({
        agents: { ...ada, 'ken@acme.com': carrying, 'kim@acme.com': carrying, ...bob },
        customRoles: 'unreadable',
      }),
      '2026-11-23',
    )
    expect(decision).toEqual({
      kind: 'unknown',
      diagnostics: [expect.anything(), expect.anything()],
    })
  })

  test('without `agents` no custom role is asked about', () => {
    expect(decided(policy({ teams: {} }), having(1, 'unreadable')).findings).toEqual([])
  })
})

describe('teams', () => {
  const members = ['ada@acme.com']
  test.each(
    named<Rule>([
      {
        rule: 'a team as listed: nothing to say',
        policy: { teams: { billing: members } },
        account: { agents: ada, teams: { billing: members } },
        findings: [],
        changes: [],
      },
      {
        rule: 'names are compared lower-cased',
        policy: { teams: { 'Tier 1': members } },
        account: { agents: ada, teams: { 'tier 1': members } },
        findings: [],
        changes: [],
      },
      {
        rule: 'a final sigma is the same in every form that server and policy may give it',
        policy: { teams: { ΟΔΟΣ: members, λόγος: [] } },
        account: { agents: ada, teams: { οδοσ: members, λόγος: [] } },
        findings: [],
        changes: [],
      },
      {
        rule: 'outer spaces and control characters are no other name, as newer servers store it',
        policy: { teams: { 'billing ': members, sales: members } },
        account: { agents: ada, teams: { billing: members, ' sa\u0007les\t': members } },
        findings: [],
        changes: [],
      },
      {
        rule: 'inner spaces and other spaces are another name',
        policy: { teams: { 'tier 1': [] } },
        account: { agents: ada, teams: { 'tier\u00a01': [], 'tier  1': [] } },
        findings: [
          'team-unexpected:team/tier  1 @ teams',
          'team-unexpected:team/tier\u00a01 @ teams',
          'team-missing:team/tier 1 @ teams/tier 1',
        ],
        changes: ['+ team/tier 1', '- team/tier  1', '- team/tier\u00a01'],
      },
      {
        rule: 'of two that differ in a space, the one that the policy does not spell is unexpected',
        policy: { teams: { billing: members } },
        account: { agents: ada, teams: { 'billing ': members, billing: members } },
        findings: ['team-unexpected:team/billing  @ teams'],
        changes: ['- team/billing '],
        says: /^team, not in the policy; the policy lists another team with this name; members ada@acme\.com$/,
      },
      {
        rule: 'of two, the policy may mean the one with the space',
        policy: { teams: { 'billing ': members } },
        account: { agents: ada, teams: { 'billing ': members, billing: members } },
        findings: ['team-unexpected:team/billing @ teams'],
        changes: ['- team/billing'],
      },
      {
        rule: 'one that is not there is missing; its members fold, and are added one by one',
        policy: {
          agents: { ...ada, ...bob },
          teams: { billing: ['bob@acme.com', 'ada@acme.com'] },
        },
        account: { agents: { ...ada, ...bob } },
        findings: ['team-missing:team/billing @ teams/billing'],
        changes: ['+ team/billing', '+ team/billing/ada@acme.com', '+ team/billing/bob@acme.com'],
        says: /ada@acme\.com, bob@acme\.com$/,
      },
      {
        rule: 'somebody missing joins a missing team after both have come into being',
        policy: { agents: { ...ada, ...bob }, teams: { billing: ['bob@acme.com'] } },
        account: { agents: ada },
        findings: [
          'agent-missing:agent/bob@acme.com @ agents/bob@acme.com',
          'team-missing:team/billing @ teams/billing',
        ],
        changes: ['+ team/billing', '+ agent/bob@acme.com', '+ team/billing/bob@acme.com'],
      },
      {
        rule: 'somebody wanted in a missing team who is not on the account and not declared cannot join it',
        policy: { teams: { billing: ['ada@acme.com', 'zoe@acme.com'] } },
        account: { agents: ada },
        findings: ['team-missing:team/billing @ teams/billing'],
        changes: ['+ team/billing', '+ team/billing/ada@acme.com'],
      },
      {
        rule: 'one that is not in the policy is unexpected; its members fold and leave with it',
        policy: { teams: {} },
        account: {
          agents: { ...ada, ...bob },
          teams: { old: { members: ['bob@acme.com', 'ada@acme.com'], ghosts: ['gone@acme.com'] } },
        },
        findings: ['team-unexpected:team/old @ teams'],
        changes: ['- team/old'],
        says: /ada@acme\.com, bob@acme\.com$/,
      },
      {
        rule: 'without `teams` no finding speaks of teams or members',
        policy: agents,
        account: {
          agents: ada,
          teams: { old: { members, ghosts: ['gone@acme.com'], description: 'x' } },
        },
        findings: [],
        changes: [],
      },
      {
        rule: 'an empty `teams` says that there are none',
        policy: { ...agents, teams: {} },
        account: { agents: ada, teams: { old: [] } },
        findings: ['team-unexpected:team/old @ teams'],
        changes: ['- team/old'],
      },
      {
        rule: 'an empty `agents` says that there are none',
        policy: { agents: {} },
        account: { agents: bob },
        findings: ['agent-unexpected:agent/bob@acme.com @ agents'],
        changes: ['- agent/bob@acme.com'],
      },
    ]),
  )('%s', check)
})

describe('settings of teams', () => {
  const seen = (description: string, autoAssign: boolean): SeenAccount => ({
    teams: { billing: { description, autoAssign } },
  })
  const differs = (key: string) => [`team-differs:team/billing @ teams/billing:${key}`]
  const change = ['~ team/billing']
  test.each(
    named<Rule>([
      {
        rule: 'a key that is absent is not compared',
        policy: { teams: { billing: [] } },
        account: seen('Anything', false),
        findings: [],
        changes: [],
      },
      {
        rule: 'settings as listed: nothing to say',
        policy: { teams: { billing: { description: 'Money', autoAssign: false, members: [] } } },
        account: seen('Money', false),
        findings: [],
        changes: [],
      },
      {
        rule: 'an empty description is the same as none',
        policy: { teams: { billing: { description: '', members: [] } } },
        account: seen('', true),
        findings: [],
        changes: [],
      },
      {
        rule: 'another description is reported at its key',
        policy: { teams: { billing: { description: 'Money', members: [] } } },
        account: seen('', true),
        findings: differs('description'),
        changes: change,
        says: /description empty, should be "Money"/,
      },
      {
        rule: 'a long description as listed is not said to differ beside a key that does',
        policy: {
          teams: { billing: { description: 'x'.repeat(300), autoAssign: true, members: [] } },
        },
        account: seen('x'.repeat(300), false),
        findings: differs('auto_assign'),
        changes: change,
        says: /^auto_assign false, should be true$/,
      },
      {
        rule: 'a description that should be empty is reported',
        policy: { teams: { billing: { description: '', members: [] } } },
        account: seen('Money', true),
        findings: differs('description'),
        changes: change,
        says: /description "Money", should be empty/,
      },
      {
        rule: 'other automatic assignment is reported at its key',
        policy: { teams: { billing: { autoAssign: true, description: 'Money', members: [] } } },
        account: seen('Money', false),
        findings: differs('auto_assign'),
        changes: change,
        says: 'auto_assign',
      },
      {
        rule: 'several differing keys are one finding that names each',
        policy: { teams: { billing: { description: 'Money', autoAssign: true, members: [] } } },
        account: seen('', false),
        findings: differs('description'),
        changes: change,
        says: /description.*auto_assign/,
      },
      {
        rule: 'its place is the first differing key of the file, whichever that is',
        policy: { teams: { billing: { autoAssign: true, description: 'Money', members: [] } } },
        account: seen('', false),
        findings: differs('auto_assign'),
        changes: change,
        says: /auto_assign.*description/,
      },
    ]),
  )('%s', check)

  test('keys on one line are put in order by their columns', () => {
    const own = policy({
      teams: { billing: { description: 'Money', autoAssign: true, members: [] } },
    })
    const place = (column: number) => ({ file: 'policy.yaml', line: 3, column })
    const settings = {
      description: { value: 'Money', location: place(40) },
      auto_assign: { value: true, location: place(20) },
    }
    const groups = own.groups.map((each) => ({
      ...each,
      section: each.section && {
        ...each.section,
        entries: new Map([...each.section.entries].map(([at, of]) => [at, { ...of, settings }])),
      },
    }))
    const decision = plan({ ...own, groups }, snapshot(seen('', false)), '2026-11-23')
    expect(decision).toMatchObject({ plan: { findings: [{ location: { line: 3, column: 20 } }] } })
  })
})

describe('members', () => {
  const both = { ...ada, ...bob }
  test.each(
    named<Rule>([
      {
        rule: 'one who is wanted and not there is missing, at the list item',
        policy: { agents: both, teams: { billing: ['ada@acme.com', 'bob@acme.com'] } },
        account: { agents: both, teams: { billing: ['ada@acme.com'] } },
        findings: ['member-missing:team/billing/bob@acme.com @ teams/billing/bob@acme.com'],
        changes: ['+ team/billing/bob@acme.com'],
      },
      {
        rule: 'one whom the team does not list is unexpected, at the team’s key',
        policy: { agents: both, teams: { billing: ['ada@acme.com'] } },
        account: { agents: both, teams: { billing: ['ada@acme.com', 'bob@acme.com'] } },
        findings: ['member-unexpected:team/billing/bob@acme.com @ teams/billing'],
        changes: ['- team/billing/bob@acme.com'],
      },
      {
        rule: 'an empty list says that nobody is in the team',
        policy: { agents: ada, teams: { billing: [] } },
        account: { agents: ada, teams: { billing: ['ada@acme.com'] } },
        findings: ['member-unexpected:team/billing/ada@acme.com @ teams/billing'],
        changes: ['- team/billing/ada@acme.com'],
      },
      {
        rule: 'addresses of members are compared lower-cased',
        policy: { agents: ada, teams: { billing: ['ADA@acme.com'] } },
        account: { agents: ada, teams: { billing: ['ada@acme.com'] } },
        findings: [],
        changes: [],
      },
      {
        rule: 'without `agents` members need not be declared and are compared all the same',
        policy: { teams: { billing: ['bob@acme.com'] } },
        account: { agents: both, teams: { billing: ['ada@acme.com'] } },
        findings: [
          'member-unexpected:team/billing/ada@acme.com @ teams/billing',
          'member-missing:team/billing/bob@acme.com @ teams/billing/bob@acme.com',
        ],
        changes: ['+ team/billing/bob@acme.com', '- team/billing/ada@acme.com'],
      },
      {
        rule: 'an open invitation does not keep anybody out of a team',
        policy: { teams: { billing: ['new@acme.com'] } },
        account: { agents: { 'new@acme.com': invited }, teams: { billing: [] } },
        findings: ['member-missing:team/billing/new@acme.com @ teams/billing/new@acme.com'],
        changes: ['+ team/billing/new@acme.com'],
      },
      {
        rule: 'somebody wanted who is not on the account, without `agents`: missing, and no change helps',
        policy: { teams: { billing: ['zoe@acme.com'] } },
        account: { agents: ada, teams: { billing: [] } },
        findings: ['member-missing:team/billing/zoe@acme.com @ teams/billing/zoe@acme.com'],
        changes: [],
        says: 'not on the account',
      },
      {
        rule: 'somebody wanted who is not on the account, with administrators owned: missing, and no change helps',
        policy: { ...agents, ...administrators, teams: { billing: ['zoe@acme.com'] } },
        account: { agents: ada, teams: { billing: [] } },
        findings: ['member-missing:team/billing/zoe@acme.com @ teams/billing/zoe@acme.com'],
        changes: [],
        says: 'not on the account',
      },
      {
        rule: 'somebody wanted and undeclared who is on the account joins',
        policy: { ...agents, ...administrators, teams: { billing: ['bob@acme.com'] } },
        account: { agents: both, teams: { billing: [] } },
        findings: ['member-missing:team/billing/bob@acme.com @ teams/billing/bob@acme.com'],
        changes: ['+ team/billing/bob@acme.com'],
      },
    ]),
  )('%s', check)
})

describe('ghosts', () => {
  const gone = { members: [], ghosts: ['gone@acme.com'] } as const
  test.each(
    named<Rule>([
      {
        rule: 'one whom nobody lists is a warning at the team’s key, and not a member',
        policy: { ...agents, teams: { billing: [] } },
        account: { agents: ada, teams: { billing: gone } },
        findings: ['member-ghost:team/billing/gone@acme.com @ teams/billing'],
        changes: [],
      },
      {
        rule: 'one whom the policy lists is missing as well',
        policy: { agents: { ...ada, 'gone@acme.com': 'agent' }, teams: { billing: [] } },
        account: { agents: ada, teams: { billing: gone } },
        findings: [
          'agent-missing:agent/gone@acme.com @ agents/gone@acme.com',
          'member-ghost:team/billing/gone@acme.com @ teams/billing',
        ],
        changes: ['+ agent/gone@acme.com'],
      },
      {
        rule: 'one whom the policy lists, also in the team, is missing as well and joins again',
        policy: {
          agents: { ...ada, 'gone@acme.com': 'agent' },
          teams: { billing: ['gone@acme.com'] },
        },
        account: { agents: ada, teams: { billing: gone } },
        findings: [
          'agent-missing:agent/gone@acme.com @ agents/gone@acme.com',
          'member-ghost:team/billing/gone@acme.com @ teams/billing/gone@acme.com',
        ],
        changes: ['+ agent/gone@acme.com', '+ team/billing/gone@acme.com'],
      },
      {
        rule: 'one who is wanted in the team, without `agents`, is a missing member who left: one fact, one finding',
        policy: { teams: { billing: ['gone@acme.com'] } },
        account: { agents: ada, teams: { billing: gone } },
        findings: ['member-missing:team/billing/gone@acme.com @ teams/billing/gone@acme.com'],
        changes: [],
        says: 'left the account',
      },
      {
        rule: 'one who is wanted and undeclared, with administrators owned, is a missing member who left',
        policy: { ...agents, ...administrators, teams: { billing: ['gone@acme.com'] } },
        account: { agents: ada, teams: { billing: gone } },
        findings: ['member-missing:team/billing/gone@acme.com @ teams/billing/gone@acme.com'],
        changes: [],
        says: 'left the account',
      },
      {
        rule: 'one in an ignored team is ignored with it',
        policy: { teams: {}, ignoreTeams: ['billing'] },
        account: { agents: ada, teams: { billing: gone } },
        findings: [],
        changes: [],
      },
      {
        rule: 'one who is ignored is not mentioned',
        policy: { teams: { billing: [] }, ignoreAgents: ['gone@*'] },
        account: { agents: ada, teams: { billing: gone } },
        findings: [],
        changes: [],
      },
    ]),
  )('%s', check)
})

describe('ignoring', () => {
  const bot = 'bot@integrations.acme.com'
  const ignoring = { ignoreAgents: ['*@integrations.acme.com'] } as const
  test.each(
    named<Rule>([
      {
        rule: 'an ignored agent, invited or not, is not unexpected',
        policy: { ...agents, ...ignoring },
        account: {
          agents: { ...ada, [bot]: 'agent', 'new@integrations.acme.com': invited },
        },
        findings: [],
        changes: [],
      },
      {
        rule: 'an ignored person is nobody’s unexpected member, with or without `agents`',
        policy: { teams: { billing: [] }, ...ignoring },
        account: { agents: { [bot]: 'agent' }, teams: { billing: [bot] } },
        findings: [],
        changes: [],
      },
      {
        rule: 'patterns ignore case',
        policy: { ...agents, ignoreAgents: ['BOT@*'] },
        account: { agents: { ...ada, [bot]: 'agent' } },
        findings: [],
        changes: [],
      },
      {
        rule: 'an ignored team leaves with its members and settings',
        policy: { teams: {}, ignoreTeams: ['Archive-*'] },
        account: { agents: ada, teams: { 'archive-2019': { members: ['ada@acme.com'] } } },
        findings: [],
        changes: [],
      },
      {
        rule: 'nothing silences an administrator: an ignored one is unexpected, and loses the role only',
        policy: { ...agents, ...ignoring },
        account: { agents: { ...ada, [bot]: 'administrator' } },
        findings: [`admin-unexpected:agent/${bot} @ agents`],
        changes: [`~ agent/${bot}`],
        says: '*@integrations.acme.com',
      },
      {
        rule: 'nothing silences an administrator: a pattern for everybody does not',
        policy: { agents: {}, ignoreAgents: ['*'] },
        account: { agents: { [bot]: invitedAdministrator, ...bob } },
        findings: [`admin-unexpected:agent/${bot} @ agents`],
        changes: [`~ agent/${bot}`],
        says: 'invitation not accepted',
      },
      {
        rule: 'an ignored administrator keeps the memberships: no change takes them',
        policy: { ...agents, ...ignoring, teams: { billing: [] } },
        account: { agents: { ...ada, [bot]: 'administrator' }, teams: { billing: [bot] } },
        findings: [`admin-unexpected:agent/${bot} @ agents`],
        changes: [`~ agent/${bot}`],
        says: '; in billing',
      },
      {
        rule: 'without `agents` an ignored administrator is no finding either',
        policy: { teams: {}, ...ignoring },
        account: { agents: { [bot]: 'administrator' } },
        findings: [],
        changes: [],
      },
    ]),
  )('%s', check)

  test('what is ignored is listed by address, with the first pattern that fits and its place', () => {
    const own = policy({
      ...agents,
      teams: {},
      ignoreAgents: ['*@nowhere', '*@integrations.*', '*bot@*'],
      ignoreTeams: ['*'],
    })
    const { ignored } = decided(own, {
      agents: { 'zbot@acme.com': 'agent', ...ada, [bot]: 'agent' },
      teams: { 'a/b': [bot], ΟΔΟΣ: [] },
    })
    const places = own.scope.ignore
    expect(ignored).toEqual([
      {
        address: `agent/${bot}`,
        pattern: '*@integrations.*',
        location: places[1]?.location,
      },
      {
        address: 'agent/zbot@acme.com',
        pattern: '*bot@*',
        location: places[2]?.location,
      },
      { address: 'team/a%2Fb', pattern: '*', location: own.groups[0]?.ignore[0]?.location },
      { address: 'team/ΟΔΟΣ', pattern: '*', location: own.groups[0]?.ignore[0]?.location },
    ])
  })
})

describe('what the policy says nothing about is counted', () => {
  const account: SeenAccount = {
    agents: { ...ada, ...bob, 'new@acme.com': invited, 'root@acme.com': 'administrator' },
    teams: { billing: [], sales: [], 'archive-1': [] },
  }
  test.each(
    named([
      {
        rule: 'everything is managed',
        written: { ...agents, teams: {} },
        unmanaged: {
          agents: 0,
          groups: new Map([
            [TEAM, 0],
            [INBOX, 0],
          ]),
        },
      },
      {
        rule: 'without `teams`: every team',
        written: agents,
        unmanaged: {
          agents: 0,
          groups: new Map([
            [TEAM, 3],
            [INBOX, 0],
          ]),
        },
      },
      {
        rule: 'without `teams`: every team that is not ignored',
        written: { ...agents, ignoreTeams: ['archive-*'] },
        unmanaged: {
          agents: 0,
          groups: new Map([
            [TEAM, 2],
            [INBOX, 0],
          ]),
        },
      },
      {
        rule: 'without `agents`: everybody, administrators included',
        written: { teams: {} },
        unmanaged: {
          agents: 4,
          groups: new Map([
            [TEAM, 0],
            [INBOX, 0],
          ]),
        },
      },
      {
        rule: 'without `agents`: everybody who is not ignored, administrators included',
        written: { teams: {}, ignoreAgents: ['bob@*', 'root@*'] },
        unmanaged: {
          agents: 2,
          groups: new Map([
            [TEAM, 0],
            [INBOX, 0],
          ]),
        },
      },
      {
        rule: 'only administrators owned: agents and invited agents who are not listed',
        written: { ...agents, ...administrators, teams: {} },
        unmanaged: {
          agents: 2,
          groups: new Map([
            [TEAM, 0],
            [INBOX, 0],
          ]),
        },
      },
      {
        rule: 'only administrators owned: listed and ignored agents do not count',
        written: {
          agents: { ...ada, ...bob },
          ...administrators,
          ignoreAgents: ['new@*'],
          teams: {},
        },
        unmanaged: {
          agents: 0,
          groups: new Map([
            [TEAM, 0],
            [INBOX, 0],
          ]),
        },
      },
    ]),
  )('%s', (_, { written, unmanaged }) => {
    expect(decided(policy(written), account).unmanaged).toEqual(unmanaged)
  })
})

describe('order', () => {
  test('findings come by risk, then by address in code units', () => {
    const { findings } = decided(
      policy({
        agents: {
          ...ada,
          'hedy@acme.com': 'agent',
          'ken@acme.com': 'agent',
          'Zoe@acme.com': { role: 'agent', name: 'Zoë' },
        },
        teams: { 'tier 1': ['ada@acme.com'], billing: ['ada@acme.com'], ändern: [] },
      }),
      {
        agents: {
          ...ada,
          'zoe@acme.com': { role: 'agent', confirmed: false },
          'ken@acme.com': { role: 'agent', customRoleId: 1 },
          'y@evil.example': 'administrator',
          'b@evil.example': 'administrator',
          'agent@evil.example': 'agent',
        },
        teams: { billing: { members: [], ghosts: ['x@acme.com'] }, 'tier 1': [], zebra: [] },
      },
    )
    expect(findings.map(({ risk, id }) => `${risk} ${id}`)).toEqual([
      'critical admin-unexpected:agent/b@evil.example',
      'critical admin-unexpected:agent/y@evil.example',
      'high agent-unexpected:agent/agent@evil.example',
      'high custom-role-differs:agent/ken@acme.com',
      'medium agent-missing:agent/hedy@acme.com',
      'medium invite-pending:agent/zoe@acme.com',
      'medium team-unexpected:team/zebra',
      'low agent-name-differs:agent/zoe@acme.com',
      'low member-missing:team/billing/ada@acme.com',
      'low member-ghost:team/billing/x@acme.com',
      'low member-missing:team/tier 1/ada@acme.com',
      'low team-missing:team/ändern',
    ])
  })

  test('several findings at one address come by code', () => {
    const { findings } = decided(policy({ agents: { 'ada@acme.com': 'administrator' } }), {
      agents: { 'ada@acme.com': invited },
    })
    expect(findings.map(({ code }) => code)).toEqual(['invite-pending', 'role-differs'])
  })
})

describe('access that ends', () => {
  const temp = (given: Partial<WrittenAgent>): WrittenPolicy => ({
    agents: { ...ada, 'temp@x.io': { role: 'agent', expires: '2026-11-22', ...given } },
    teams: { billing: ['temp@x.io'] },
  })
  const there = (given: Partial<SnapshotAgent> = {}): SeenAccount => ({
    agents: { ...ada, 'temp@x.io': { role: 'agent', ...given } },
    teams: { billing: ['temp@x.io'] },
  })
  const found = 'access-expired:agent/temp@x.io @ agents/temp@x.io'
  test.each(
    named<Rule>([
      {
        rule: 'goes on to the end of the last day',
        policy: temp({ expires: '2026-11-23' }),
        account: there(),
        findings: ['access-expires-soon:agent/temp@x.io @ agents/temp@x.io'],
        changes: [],
        says: /^access ends after 2026-11-23$/,
      },
      {
        rule: 'has ended the day after, and the finding speaks for the teams',
        policy: temp({}),
        account: there(),
        findings: [found],
        changes: ['- agent/temp@x.io'],
        says: /^access ended after 2026-11-22 \(agent\); in billing$/,
      },
      {
        rule: 'has ended whatever else differs: role, name, custom role or an open invitation',
        policy: temp({ name: 'Temp', role: 'administrator' }),
        account: there({ confirmed: false, name: 'Other', customRoleId: 3 }),
        findings: [found],
        changes: ['- agent/temp@x.io'],
        says: 'invitation not accepted',
      },
      {
        rule: 'ends for a listed person where the policy owns administrators alone',
        policy: { ...temp({}), ...administrators },
        account: there(),
        findings: [found],
        changes: ['- agent/temp@x.io'],
      },
      {
        rule: 'needs nothing more when the person is gone, and the teams want the person no longer',
        policy: temp({}),
        account: { agents: ada, teams: { billing: [] } },
        findings: [],
        changes: [],
      },
      {
        rule: 'leaves a ghost in a team until the server has cleaned up',
        policy: temp({}),
        account: { agents: ada, teams: { billing: { ghosts: ['temp@x.io'] } } },
        findings: ['member-ghost:team/billing/temp@x.io @ teams/billing'],
        changes: [],
      },
      {
        rule: 'creates a missing team without whoever has left',
        policy: { ...temp({}), teams: { billing: ['temp@x.io', 'ada@acme.com'] } },
        account: { agents: ada },
        findings: ['team-missing:team/billing @ teams/billing'],
        changes: ['+ team/billing', '+ team/billing/ada@acme.com'],
        says: /^missing; members ada@acme.com$/,
      },
      {
        rule: 'is announced 14 days ahead, beside whatever else there is to say',
        policy: temp({ expires: '2026-12-07', role: 'administrator' }),
        account: there(),
        findings: [
          'role-differs:agent/temp@x.io @ agents/temp@x.io',
          'access-expires-soon:agent/temp@x.io @ agents/temp@x.io',
        ],
        changes: ['~ agent/temp@x.io'],
      },
      {
        rule: 'is not announced earlier',
        policy: temp({ expires: '2026-12-08' }),
        account: there(),
        findings: [],
        changes: [],
      },
      {
        rule: 'is not announced for somebody who is not there yet',
        policy: temp({ expires: '2026-11-30' }),
        account: { agents: ada, teams: { billing: [] } },
        findings: ['agent-missing:agent/temp@x.io @ agents/temp@x.io'],
        changes: ['+ agent/temp@x.io', '+ team/billing/temp@x.io'],
      },
      {
        rule: 'asks for no custom role that cannot be told apart any more',
        policy: temp({ customRole: 'Clerk' }),
        account: { ...there({ customRoleId: 1 }), customRoles: { 1: 'Clerk', 2: 'Clerk' } },
        findings: [found],
        changes: ['- agent/temp@x.io'],
      },
    ]),
  )('%s', check)

  test('is critical for an administrator, high for an agent', () => {
    const risks = (role: 'administrator' | 'agent') =>
      decided(policy(temp({ role })), there({ role })).findings.map(({ risk }) => risk)
    expect([risks('administrator'), risks('agent')]).toEqual([['critical'], ['high']])
  })

  test('gives no verdict once it has ended for every administrator: nobody could manage the account', () => {
    const over = { role: 'administrator', expires: '2026-11-22' } as const
    const own = policy({
      agents: { 'ada@acme.com': { ...over, expires: '2026-11-20' }, 'bob@acme.com': over, ...cyd },
    })
    const decision = plan(own, snapshot({ agents: ada }), '2026-11-23')
    if (decision.kind === 'plan') throw new Error('There is a plan.')
    expect(decision.diagnostics).toMatchObject([
      {
        code: 'policy-no-administrator',
        detail: expect.stringContaining('bob@acme.com, until 2026-11-22'),
      },
    ])
    expect(whatIsAt(own, decision.diagnostics[0]?.location ?? null)).toBe('agents/bob@acme.com')
    expect(plan(own, snapshot({ agents: ada }), '2026-11-22').kind).toBe('plan')
  })
})

describe('rules', () => {
  const bot = { 'bot@hooks.io': 'administrator' } as const
  test.each(
    named<Rule>([
      {
        rule: 'as many administrators as allowed: nothing to say',
        policy: { agents: { ...ada, ...bot }, rules: { min: 2, max: 2 } },
        account: { agents: { ...ada, ...bot } },
        findings: [],
        changes: [],
      },
      {
        rule: 'too few administrators, counting only those who accepted their invitation',
        policy: {
          agents: { ...ada, 'bob@acme.com': { role: 'administrator', pendingUntil: '2026-12-01' } },
          rules: { min: 2 },
        },
        account: { agents: { ...ada, 'bob@acme.com': invitedAdministrator } },
        findings: ['rule-administrators:rule/administrators @ rules/administrators/min'],
        changes: [],
        says: /^1 administrator and 1 open invitation, should be at least 2$/,
      },
      {
        rule: 'too many administrators, counting the ignored and the invited too',
        policy: { teams: {}, ignoreAgents: ['*@hooks.io'], rules: { max: 2 } },
        account: { agents: { ...ada, ...bot, 'bob@acme.com': invitedAdministrator } },
        findings: ['rule-administrators:rule/administrators @ rules/administrators/max'],
        changes: [],
        says: /^3 administrators, should be at most 2$/,
      },
      {
        rule: 'too few and too many at once is one finding, at the first of the two',
        policy: { teams: {}, rules: { max: 2, min: 2 } },
        account: {
          agents: {
            'a@x.io': 'administrator',
            'b@x.io': invitedAdministrator,
            'c@x.io': invitedAdministrator,
          },
        },
        findings: ['rule-administrators:rule/administrators @ rules/administrators/max'],
        changes: [],
        says: /^3 administrators, should be at most 2; 1 administrator and 2 open invitations, should be at least 2$/,
      },
      {
        rule: 'an administrator is listed without a reason, whether or not there; one whose access has ended needs none',
        policy: {
          agents: {
            'ada@acme.com': { role: 'administrator', reason: 'Runs support' },
            'bob@acme.com': 'administrator',
            'cyd@acme.com': { role: 'administrator', expires: '2026-11-22' },
            'dee@acme.com': 'agent',
          },
          rules: { requireReason: true },
        },
        account: { agents: { ...ada, 'bob@acme.com': 'administrator', 'dee@acme.com': 'agent' } },
        findings: ['rule-administrators:agent/bob@acme.com @ rules/administrators/require_reason'],
        changes: [],
        says: /^administrator without a reason$/,
      },
      {
        rule: 'a reason can only be missing where people are listed',
        policy: { teams: {}, rules: { requireReason: true } },
        account: { agents: ada },
        findings: [],
        changes: [],
      },
      {
        rule: 'a foreign address breaks the rule for domains beside any other finding, ignored or invited alike',
        policy: {
          agents: ada,
          ignoreAgents: ['*@hooks.io'],
          rules: { emailDomains: ['acme.com'] },
        },
        account: {
          agents: { ...ada, 'bot@hooks.io': 'agent', 'eve@sub.acme.com': invited },
        },
        findings: [
          'rule-email-domain:agent/bot@hooks.io @ rules/email_domains',
          'invite-unexpected:agent/eve@sub.acme.com @ agents',
          'rule-email-domain:agent/eve@sub.acme.com @ rules/email_domains',
        ],
        changes: ['- agent/eve@sub.acme.com'],
        says: /^agent, e-mail domain not in rules\.email_domains$/,
      },
      {
        rule: 'a team is too small: ignored people count, ghosts do not, ignored and unlisted teams are left out',
        policy: {
          agents: ada,
          teams: { small: ['ada@acme.com'], large: ['ada@acme.com'] },
          ignoreAgents: ['*@hooks.io'],
          ignoreTeams: ['old-*'],
          rules: { teamMembers: 2 },
        },
        account: {
          agents: { ...ada, 'bot@hooks.io': 'agent' },
          teams: {
            small: { members: ['ada@acme.com'], ghosts: ['gone@acme.com'] },
            large: ['ada@acme.com', 'bot@hooks.io'],
            'old-1': [],
            extra: [],
          },
        },
        findings: [
          'team-unexpected:team/extra @ teams',
          'rule-team-members:team/small @ rules/team_members/min',
          'member-ghost:team/small/gone@acme.com @ teams/small',
        ],
        changes: ['- team/extra'],
      },
      {
        rule: 'where teams are not managed every team has to follow the rule',
        policy: { agents: ada, rules: { teamMembers: 1 } },
        account: { agents: ada, teams: { empty: [] } },
        findings: ['rule-team-members:team/empty @ rules/team_members/min'],
        changes: [],
        says: /^0 members, should be at least 1$/,
      },
      {
        rule: 'an end of access is announced as many days ahead as the policy says',
        policy: {
          agents: { ...ada, 'bob@acme.com': { role: 'agent', expires: '2026-12-01' } },
          rules: { expiresSoonDays: 7 },
        },
        account: { agents: { ...ada, ...bob } },
        findings: [],
        changes: [],
      },
    ]),
  )('%s', check)
})
