/** What a policy's severities and --strict make of findings, and of the changes that name them. */
import { describe, expect, test } from 'vitest'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const bob = { 'bob@acme.com': 'agent' } as const

function decided(written: WrittenPolicy, account: SeenAccount, strict = false): Plan {
  const decision = plan(policy(written), snapshot(account), '2026-11-23', strict)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan
}

/** `severity code:address`, then the number of changes, then what is off. */
function outcome({ findings, changes, off }: Plan): readonly unknown[] {
  return [findings.map(({ id, severity }) => `${severity} ${id}`), changes.length, [...off]]
}

describe('a severity of the policy', () => {
  const team: WrittenPolicy = { agents: { ...ada, ...bob }, teams: { billing: ['bob@acme.com'] } }
  const empty: SeenAccount = { agents: { ...ada, ...bob }, teams: { billing: [] } }

  test('turns an error into a warning, which no change would end', () => {
    const written = { ...team, severity: { 'member-missing': 'warning' } } as const
    expect(outcome(decided(written, empty))).toEqual([
      ['warning member-missing:team/billing/bob@acme.com'],
      0,
      [],
    ])
  })

  test('turns a warning into an error', () => {
    const written: WrittenPolicy = {
      agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada' } },
      severity: { 'agent-name-differs': 'error' },
    }
    expect(outcome(decided(written, { agents: ada }))).toEqual([
      ['error agent-name-differs:agent/ada@acme.com'],
      0,
      [],
    ])
  })

  test('an administrator with a custom role is an error then, and what to do is left to people', () => {
    const written = { agents: ada, severity: { 'admin-with-custom-role': 'error' } } as const
    const seen = { 'ada@acme.com': { role: 'administrator', customRoleId: 1 } } as const
    expect(outcome(decided(written, { agents: seen }))).toEqual([
      ['error admin-with-custom-role:agent/ada@acme.com'],
      0,
      [],
    ])
  })

  test('switches findings off, which are counted by code and have no changes', () => {
    const written: WrittenPolicy = {
      agents: ada,
      teams: {},
      severity: { 'team-unexpected': 'off', 'agent-unexpected': 'off' },
    }
    const seen = { agents: { ...ada, ...bob }, teams: { a: [], b: [] } }
    expect(outcome(decided(written, seen))).toEqual([
      [],
      0,
      [
        ['agent-unexpected', 1],
        ['team-unexpected', 2],
      ],
    ])
  })

  test('holds for the memberships that a finding speaks for too', () => {
    const written: WrittenPolicy = {
      agents: { ...ada, ...bob },
      teams: { billing: ['bob@acme.com'], missing: ['bob@acme.com', 'ada@acme.com'] },
      severity: { 'agent-missing': 'off' },
    }
    const plan = decided(written, { agents: ada, teams: { billing: [] } })
    expect(plan.changes.map(({ address }) => address)).toEqual([
      'team/missing',
      'team/missing/ada@acme.com',
    ])
    expect(plan.getOutcomes().groups[0]?.members[0]?.standing).toBe('off')
  })

  test('does not reach a critical finding of a code that is critical only for administrators', () => {
    const over = { expires: '2026-11-22' } as const
    const written: WrittenPolicy = {
      agents: {
        ...ada,
        'bob@acme.com': { role: 'agent', ...over },
        'cyd@acme.com': { role: 'administrator', ...over },
      },
      severity: { 'access-expired': 'off' },
    }
    const seen = { agents: { ...ada, ...bob, 'cyd@acme.com': 'administrator' } } as const
    expect(outcome(decided(written, seen))).toEqual([
      ['error access-expired:agent/cyd@acme.com'],
      1,
      [['access-expired', 1]],
    ])
  })
})

describe('--strict', () => {
  const seen: SeenAccount = {
    agents: { 'ada@acme.com': { role: 'administrator', customRoleId: 1 } },
    teams: { billing: { ghosts: ['gone@acme.com'] } },
  }
  const written: WrittenPolicy = { agents: ada, teams: { billing: [] } }

  test('lets every warning count, and leaves what is switched off alone', () => {
    expect(decided(written, seen).findings.map(({ severity }) => severity)).toEqual([
      'warning',
      'warning',
    ])
    const strict = decided({ ...written, severity: { 'member-ghost': 'off' } }, seen, true)
    expect(outcome(strict)).toEqual([
      ['error admin-with-custom-role:agent/ada@acme.com'],
      0,
      [['member-ghost', 1]],
    ])
  })

  test('gives what was turned down to a warning its change back', () => {
    const down = { ...written, severity: { 'team-differs': 'warning' } } as const
    const account: SeenAccount = { agents: ada, teams: { billing: { description: 'x' } } }
    const wanted = { ...down, teams: { billing: { description: 'y', members: [] } } }
    expect(decided(wanted, account).changes).toEqual([])
    expect(decided(wanted, account, true).changes).toHaveLength(1)
  })
})
