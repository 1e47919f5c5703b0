/** What a change carries: the facts before and after, what it cannot undo, and where it stands. */
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/core/model/steps.ts'
import { type Change, compareSteps, makeChange } from '../../src/core/plan/change.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { policy, type SeenAccount, snapshot, team, type WrittenPolicy } from './build.ts'

const ada = { 'ada@acme.com': 'administrator' } as const

function changes(written: WrittenPolicy, account: SeenAccount): readonly Change[] {
  const decision = plan(policy(written), snapshot(account), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan.changes
}

function only(written: WrittenPolicy, account: SeenAccount): Change {
  const [first, ...rest] = changes(written, account)
  if (first === undefined || rest.length > 0) throw new Error('Not exactly one change.')
  return first
}

const customRoles = { 1: 'Billing clerk', 2: 'Auditor' }

describe('facts', () => {
  test('somebody new comes with role and custom role, and with a name only if one is listed', () => {
    const account = { agents: ada, customRoles }
    const named = { role: 'agent', name: 'Ken', customRole: 'Auditor' } as const
    expect(only({ agents: { ...ada, 'ken@acme.com': named } }, account)).toMatchObject({
      action: 'create',
      before: null,
      after: { name: 'Ken', role: 'agent', custom_role: { id: 2, name: 'Auditor' } },
      irreversible: false,
      effects: [expect.stringContaining('invitation')],
    })
    expect(only({ agents: { ...ada, 'ken@acme.com': 'agent' } }, account).after).toEqual({
      role: 'agent',
      custom_role: null,
    })
  })

  test('a custom role is known by its name alone until somebody has read the names', () => {
    const written = { ...ada, 'ken@acme.com': { role: 'agent', customRole: 'Auditor' } } as const
    expect(only({ agents: written }, { agents: ada, customRoles: 'unread' }).after).toEqual({
      role: 'agent',
      custom_role: { id: null, name: 'Auditor' },
    })
  })

  test('whoever is removed is shown as they were, with what else that does', () => {
    const removed = only(
      { agents: ada },
      { agents: { ...ada, 'ken@acme.com': { role: 'agent', customRoleId: 9 } }, customRoles },
    )
    expect(removed).toMatchObject({
      action: 'delete',
      before: { role: 'agent', custom_role: { id: 9, name: null } },
      after: null,
      irreversible: true,
    })
    expect(removed.effects.join(' ')).toMatch(/team/)
  })

  test('a demoted administrator keeps the custom role, and stays', () => {
    const account: SeenAccount = {
      agents: { ...ada, 'm@x.example': { role: 'administrator', customRoleId: 1 } },
      customRoles,
    }
    expect(only({ agents: ada, scope: 'administrators' }, account)).toMatchObject({
      action: 'update',
      before: { role: 'administrator', custom_role: { id: 1, name: 'Billing clerk' } },
      after: { role: 'agent', custom_role: { id: 1, name: 'Billing clerk' } },
      irreversible: false,
      effects: [expect.stringContaining('Stays')],
    })
  })

  test('a listed person is given role and custom role together, because the server takes both at once', () => {
    const written = { ...ada, 'ken@acme.com': { role: 'agent', customRole: { id: 2 } } } as const
    const account = {
      agents: { ...ada, 'ken@acme.com': { role: 'administrator', customRoleId: 1 } },
      customRoles,
    } as const
    expect(only({ agents: written }, account)).toMatchObject({
      before: { role: 'administrator', custom_role: { id: 1, name: 'Billing clerk' } },
      after: { role: 'agent', custom_role: { id: 2, name: 'Auditor' } },
      findings: ['admin-unexpected:agent/ken@acme.com'],
      irreversible: false,
    })
  })

  test('a new team is created with the settings that the policy speaks of', () => {
    const [bare] = changes({ teams: { billing: [] } }, {})
    expect(bare).toMatchObject({ before: null, after: {}, irreversible: false })
    const full = { description: 'Money', autoAssign: false, members: [] }
    expect(changes({ teams: { billing: full } }, {})[0]?.after).toEqual({
      description: 'Money',
      auto_assign: false,
    })
  })

  test('of a team’s settings only those that differ are touched', () => {
    const written = { description: 'Money', autoAssign: true, members: [] }
    const seen = { description: 'Cash', autoAssign: true }
    const { before, after } = only({ teams: { billing: written } }, { teams: { billing: seen } })
    expect({ before, after }).toEqual({
      before: { description: 'Cash' },
      after: { description: 'Money' },
    })
    const both = only(
      { teams: { billing: written } },
      { teams: { billing: { ...seen, autoAssign: false } } },
    )
    expect(both.after).toEqual({ description: 'Money', auto_assign: true })
    expect(both.before).toEqual({ description: 'Cash', auto_assign: false })
  })

  test.each([
    ['nobody', []],
    ['one', ['a@x.example']],
    ['two', ['a@x.example', 'b@x.example']],
  ])('deleting a team cannot be undone and says what becomes of its people: %s', (_, members) => {
    const agents = Object.fromEntries(members.map((email) => [email, 'agent' as const]))
    const deleted = only({ teams: {} }, { agents, teams: { old: { members, description: 'x' } } })
    expect(deleted).toMatchObject({
      action: 'delete',
      before: { description: 'x', auto_assign: true },
      after: null,
      irreversible: true,
      effects: [expect.stringContaining(String(members.length))],
    })
  })

  test('deleting a team counts ignored people too, because they leave it with the others', () => {
    const account: SeenAccount = {
      agents: { 'bot@hooks.io': 'agent', 'a@x.example': 'agent' },
      teams: { old: ['bot@hooks.io', 'a@x.example'] },
    }
    const deleted = only({ teams: {}, ignoreAgents: ['*@hooks.io'] }, account)
    expect(deleted.effects).toEqual([expect.stringMatching(/\b2\b/)])
  })

  test('a membership names team and person', () => {
    const account: SeenAccount = { agents: { ...ada, 'b@x.example': 'agent' } }
    const [added, removed] = changes(
      { teams: { billing: ['ada@acme.com'] } },
      { ...account, teams: { billing: ['b@x.example'] } },
    )
    expect(added).toMatchObject({
      action: 'create',
      before: null,
      after: { team: 'billing', email: 'ada@acme.com' },
      irreversible: false,
    })
    expect(removed).toMatchObject({
      action: 'delete',
      before: { team: 'billing', email: 'b@x.example' },
      after: null,
      irreversible: false,
    })
  })

  test('a membership that folds names every finding that it waits for', () => {
    const [, , joined] = changes(
      { agents: { ...ada, 'bob@acme.com': 'agent' }, teams: { billing: ['bob@acme.com'] } },
      { agents: ada },
    )
    expect([...(joined?.findings ?? [])].sort()).toEqual([
      'agent-missing:agent/bob@acme.com',
      'team-missing:team/billing',
    ])
  })
})

describe('order', () => {
  test('what gives comes before what takes, and then by address', () => {
    const planned = changes(
      {
        agents: {
          ...ada,
          'new@acme.com': 'agent',
          'grace@acme.com': 'administrator',
          'hal@acme.com': 'agent',
        },
        teams: {
          zeta: ['new@acme.com'],
          billing: { autoAssign: false, members: ['hal@acme.com'] },
          sales: [],
        },
      },
      {
        agents: {
          ...ada,
          'mal@evil.example': 'administrator',
          'ann@evil.example': 'agent',
          'grace@acme.com': 'agent',
          'hal@acme.com': 'administrator',
        },
        teams: { old: [], billing: ['ada@acme.com', 'grace@acme.com'], ancient: ['ada@acme.com'] },
      },
    )
    expect(planned.map(({ step, address }) => `${step} ${address}`)).toEqual([
      'create-team team/sales',
      'create-team team/zeta',
      'invite agent/new@acme.com',
      'promote agent/grace@acme.com',
      'update-team team/billing',
      'add-member team/billing/hal@acme.com',
      'add-member team/zeta/new@acme.com',
      'remove-member team/billing/ada@acme.com',
      'remove-member team/billing/grace@acme.com',
      'demote agent/hal@acme.com',
      'remove-agent agent/ann@evil.example',
      'remove-agent agent/mal@evil.example',
      'delete-team team/ancient',
      'delete-team team/old',
    ])
  })

  const custom = (has: number | null, wants: { id: number } | undefined): Step | undefined => {
    const own = wants === undefined ? 'agent' : ({ role: 'agent', customRole: wants } as const)
    return changes(
      { agents: { ...ada, 'ken@acme.com': own } },
      { agents: { ...ada, 'ken@acme.com': { role: 'agent', customRoleId: has } }, customRoles },
    )[0]?.step
  }
  test('setting a custom role where none was takes rights, taking it away gives them back', () => {
    expect(custom(null, { id: 1 })).toBe('narrow')
    expect(custom(1, undefined)).toBe('widen')
  })

  test('one and the same change stands beside itself', () => {
    const parts = { before: null, after: null, findings: [] }
    const one = makeChange('update-team', team('billing'), parts)
    expect(compareSteps(one, { ...one })).toBe(0)
  })
})
