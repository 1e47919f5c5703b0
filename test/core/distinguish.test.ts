/** Findings about what a reader would take for something else. */
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

function differences(written: WrittenPolicy, account: SeenAccount) {
  const decision = plan(policy(written), snapshot(account), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error('no plan')
  return Object.fromEntries(
    decision.plan.findings.map(({ id, difference }) => [id, difference] as const),
  )
}

const ada = { 'ada@acme.com': 'administrator' } as const
const CYRILLIC = 'аda@acme.com'

test('an unexpected administrator who looks like a listed one is told apart', () => {
  expect(differences({ agents: ada }, { agents: { ...ada, [CYRILLIC]: 'administrator' } })).toEqual(
    {
      [`admin-unexpected:agent/${CYRILLIC}`]:
        'looks like "ada@acme.com", but has a Cyrillic letter (U+0430): it is "\\u{430}da@acme.com"',
    },
  )
})

test('an address of the policy that looks like one on the account is told apart from both sides', () => {
  const found = differences(
    { agents: { ...ada, 'bob@acme.com': 'agent' } },
    { agents: { ...ada, 'bоb@acme.com': 'agent' } },
  )
  expect(found['agent-missing:agent/bob@acme.com']).toBe(
    'looks like "b\\u{43e}b@acme.com", which has a Cyrillic letter (U+043E)',
  )
  expect(found['agent-unexpected:agent/bоb@acme.com']).toContain('but has a Cyrillic letter')
})

test('two people who look alike and are both unexpected are told apart', () => {
  const found = differences(
    { agents: ada },
    { agents: { ...ada, 'mal@x.com': 'agent', 'maӏ@x.com': 'agent' } },
  )
  expect(Object.values(found)).toEqual([
    'looks like "ma\\u{4cf}@x.com", which has a Cyrillic letter (U+04CF)',
    'looks like "mal@x.com", but has a Cyrillic letter (U+04CF): it is "ma\\u{4cf}@x.com"',
  ])
})

test('a member of a team who looks like a listed member is told apart', () => {
  const agents = { ...ada, [CYRILLIC]: 'agent' } as const
  const found = differences(
    { agents, teams: { billing: ['ada@acme.com'] } },
    { agents, teams: { billing: { members: ['ada@acme.com', CYRILLIC] } } },
  )
  expect(found[`member-unexpected:team/billing/${CYRILLIC}`]).toContain('looks like "ada@acme.com"')
})

test('a team whose name has a zero-width joiner is told apart from the listed one', () => {
  const found = differences(
    { agents: ada, teams: { billing: [] } },
    { agents: ada, teams: { billing: { members: [] }, 'bill\u200ding': { members: [] } } },
  )
  expect(found['team-unexpected:team/bill\u200ding']).toBe(
    'looks like "billing", but has a zero-width joiner (U+200D): it is "bill\\u{200d}ing"',
  )
})

test('a name and a description that differ where nobody sees it say in what', () => {
  const found = differences(
    {
      agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada' } },
      teams: { billing: { description: 'Invoices', members: [] } },
    },
    {
      agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada ' } },
      teams: { billing: { description: 'Invoices\u2060', members: [] } },
    },
  )
  expect(found['agent-name-differs:agent/ada@acme.com']).toContain('an extra space (U+0020)')
  expect(found['team-differs:team/billing']).toContain('a word joiner (U+2060)')
})

describe('a custom role', () => {
  const agents = { ...ada, 'bob@acme.com': { role: 'agent', customRole: 'Clerk' } } as const

  test('that looks like the one a person has is told apart', () => {
    const found = differences(
      { agents },
      {
        agents: { ...ada, 'bob@acme.com': { role: 'agent', customRoleId: 2 } },
        customRoles: { 1: 'Clerk', 2: 'Сlerk' },
      },
    )
    expect(found['custom-role-differs:agent/bob@acme.com']).toBe(
      'they look alike, but the first has a Cyrillic letter (U+0421): it is "\\u{421}lerk"',
    )
  })

  test('that does not exist, beside one that looks like it, is told apart', () => {
    const found = differences(
      { agents },
      { agents: { ...ada, 'bob@acme.com': 'agent' }, customRoles: { 2: 'Clerk\u00a0' } },
    )
    expect(found['custom-role-differs:agent/bob@acme.com']).toBe(
      'looks like "Clerk\\u{a0}", which has a no-break space (U+00A0)',
    )
  })
})

test('a foreign domain that looks like an allowed one is told apart', () => {
  const found = differences(
    { rules: { emailDomains: ['acme.com'] }, agents: ada, scope: 'administrators' },
    { agents: { ...ada, 'bob@асme.com': 'agent' } },
  )
  expect(found['rule-email-domain:agent/bob@асme.com']).toBe(
    'its domain looks like "acme.com", but has a Cyrillic letter (U+0430), a Cyrillic letter (U+0441): it is "\\u{430}\\u{441}me.com"',
  )
})

test('a waiver that accepts nothing because its address only looks right says so', () => {
  const waivers = [
    { finding: 'agent-unexpected', address: 'agent/bоb@x.com', expires: '2027-03-01' },
  ] as const
  const found = differences({ agents: ada, waivers }, { agents: { ...ada, 'bob@x.com': 'agent' } })
  expect(found['waiver-unused:waiver/1']).toContain('looks like "agent/bob@x.com"')
})

test('people and teams with names of their own are not compared with anything', () => {
  expect(
    differences(
      { agents: ada, teams: {} },
      {
        agents: { ...ada, 'кен@acme.com': 'agent', 'ken@acme.com': 'agent' },
        teams: { 日本: { members: [] }, 日本語: { members: [] } },
      },
    ),
  ).toEqual({
    'agent-unexpected:agent/ken@acme.com': null,
    'agent-unexpected:agent/кен@acme.com': null,
    'team-unexpected:team/日本': null,
    'team-unexpected:team/日本語': null,
  })
})
