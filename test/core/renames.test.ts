/** People with a new e-mail address: known by their id in an earlier snapshot. */
import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { applied } from './apply/apply.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy, whatIsAt } from './build.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const before: SeenAccount = { agents: { ...ada, 'ken@acme.com': 'agent' } }
const now: SeenAccount = { agents: { ...ada, 'ken@acme.io': 'agent' } }
const listed: WrittenPolicy = { agents: { ...ada, 'ken@acme.com': 'agent' } }

function decide(
  written: WrittenPolicy,
  account: SeenAccount,
  previous: Snapshot | null = snapshot(before),
) {
  const decision = plan(policy(written), snapshot(account), '2026-11-23', false, previous)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan
}

const codes = (...all: Parameters<typeof decide>) => decide(...all).findings.map(({ id }) => id)

describe('somebody with a new address', () => {
  test('has one finding at the old one, a warning, and is neither removed nor invited', () => {
    const written = policy(listed)
    const decision = plan(written, snapshot(now), '2026-11-23', false, snapshot(before))
    if (decision.kind === 'unknown') throw new Error('No verdict.')
    expect(decision.plan.changes).toEqual([])
    expect(decision.plan.findings).toMatchObject([
      {
        id: 'agent-renamed:agent/ken@acme.com',
        severity: 'warning',
        risk: 'medium',
        summary: 'has the address ken@acme.io on the account now',
      },
    ])
    expect(whatIsAt(written, decision.plan.findings[0]?.location ?? null)).toBe(
      'agents/ken@acme.com',
    )
  })

  test('is missing under one and unexpected under the other without the earlier snapshot', () => {
    expect(codes(listed, now, null)).toEqual([
      'agent-unexpected:agent/ken@acme.io',
      'agent-missing:agent/ken@acme.com',
    ])
  })

  test.each<[string, Snapshot]>([
    ['of another account', { ...snapshot(before), account: { id: 2, name: 'x' } }],
    ['of another server', { ...snapshot(before), server: 'https://chat.acme.io' }],
    [
      'in which the id is of somebody else',
      snapshot({ agents: { ...ada, 'x@acme.com': 'agent' } }),
    ],
    ['in which nobody has the id', snapshot({ agents: ada })],
    ['in which the address was the same', snapshot(now)],
  ])('is not known by an earlier snapshot %s', (_, previous) => {
    expect(codes(listed, now, previous)).toHaveLength(2)
  })

  test('is still judged by role, memberships and domain, but nothing is changed', () => {
    const { findings, changes } = decide(
      {
        ...listed,
        teams: { a: ['ken@acme.com'], b: ['ada@acme.com'] },
        rules: { emailDomains: ['acme.com'] },
      },
      {
        agents: { ...ada, 'ken@acme.io': 'administrator' },
        teams: { a: ['ken@acme.io'], b: ['ada@acme.com', 'ken@acme.io'] },
      },
    )
    expect(findings.map(({ id }) => id).sort()).toEqual([
      'admin-unexpected:agent/ken@acme.com',
      'agent-renamed:agent/ken@acme.com',
      'member-unexpected:team/b/ken@acme.com',
      'rule-email-domain:agent/ken@acme.com',
    ])
    expect(changes).toEqual([])
  })

  test('is meant by a line with the new address, and by nobody else under the old one', () => {
    const both: WrittenPolicy = { agents: { ...listed.agents, 'ken@acme.io': 'agent' } }
    expect(codes(both, now)).toEqual(['agent-missing:agent/ken@acme.com'])
    const swapped = { agents: { ...ada, 'ken@acme.io': 'agent', 'ken@acme.com': 'agent' } } as const
    expect(codes(listed, swapped)).toEqual(['agent-unexpected:agent/ken@acme.io'])
  })

  test('whose access has ended is unexpected', () => {
    const over: WrittenPolicy = {
      agents: { ...ada, 'ken@acme.com': { role: 'agent', expires: '2026-11-22' } },
    }
    expect(codes(over, now)).toEqual(['agent-unexpected:agent/ken@acme.io'])
  })

  test('is known in teams too, where the policy has no people', () => {
    const seen = (email: string) => ({
      agents: { ...ada, [email]: 'agent' as const },
      teams: { a: [email] },
    })
    expect(
      codes(
        { teams: { a: ['ken@acme.com'] } },
        seen('ken@acme.io'),
        snapshot(seen('ken@acme.com')),
      ),
    ).toEqual(['agent-renamed:agent/ken@acme.com'])
  })

  test('is named in no step of an apply', () => {
    const { steps } = applied(policy(listed), snapshot(now), [], false, snapshot(before))
    expect([...steps.written, ...steps.keptBack]).toEqual([])
    expect(steps.before.agents.map(({ email }) => email)).toContain('ken@acme.com')
  })
})
