import { expect, test } from 'vitest'
import type { Role } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { findOwnerRisk } from '../../src/core/plan/token-owner-risk.ts'
import { policy, snapshot } from './build.ts'
import { TODAY } from './world.ts'

const OTHER = 'grace@acme.com'

/** What is said of ada, who owns the token and has this role, under a policy with these agents. */
function told(role: Role, listed: Readonly<Record<string, Role>>) {
  const caller = { email: 'ada@acme.com', role }
  const seen = snapshot({ agents: { [caller.email]: role, [OTHER]: 'administrator' } })
  const wanted = policy({ agents: { ...listed, [OTHER]: 'administrator' } })
  const decision = plan(wanted, { ...seen, caller }, TODAY)
  if (decision.kind !== 'plan') throw new Error('There is a plan.')
  return findOwnerRisk(caller, decision.plan.changes)
}

test.each(['administrator', 'agent'] as const)(
  'a plan that would remove the owner of the token (%s) warns',
  (role) => {
    const [warning, ...more] = told(role, {})
    expect(more).toEqual([])
    expect(warning).toMatchObject({ code: 'token-owner-at-risk', severity: 'warning' })
    expect(warning?.summary).toContain('remove ada@acme.com')
  },
)

test('a plan that would demote the owner of the token warns', () => {
  const [warning] = told('administrator', { 'ada@acme.com': 'agent' })
  expect(warning?.summary).toContain('demote ada@acme.com')
  expect(warning?.advice).toContain('administrator')
})

test.each([
  ['promote', 'agent', { 'ada@acme.com': 'administrator' }],
  ['leave alone', 'administrator', { 'ada@acme.com': 'administrator' }],
  ['leave alone', 'agent', { 'ada@acme.com': 'agent' }],
] as const)('a plan that would %s the owner of the token says nothing', (_, role, listed) => {
  expect(told(role, listed)).toEqual([])
})
