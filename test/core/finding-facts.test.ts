/** What a finding is about, in separate facts, for every kind of subject. */
import { describe, expect, test } from 'vitest'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { describeFinding, sumRisks } from '../../src/core/report/finding-facts.ts'
import { concludeAccount } from '../../src/core/report/report.ts'
import { writeFixes } from '../../src/policy/write/yaml.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

function judge(written: WrittenPolicy, seen: SeenAccount) {
  const own = policy(written)
  const decision = plan(own, snapshot(seen), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  const lines = writeFixes(decision.plan)
  return concludeAccount(own, snapshot(seen), decision.plan, lines)
}

const ADA = { role: 'administrator', name: 'Ada Lovelace' } as const
const KEN = { role: 'agent', name: 'Ken' } as const

const ACCOUNT = judge(
  {
    agents: { 'ada@acme.com': 'administrator', 'ken@acme.com': 'agent', 'new@acme.com': 'agent' },
    teams: { 'tier 1': ['ada@acme.com'], lost: [] },
    inboxes: { Hall: { id: 7, members: ['ken@acme.com'] } },
    rules: { min: 3 },
    waivers: [{ finding: 'team-missing', address: 'team/none', expires: '2026-12-01' }],
  },
  {
    agents: { 'ada@acme.com': ADA, 'ken@acme.com': KEN, 'Mal@x.example': 'agent' },
    teams: { 'tier 1': { members: ['ken@acme.com'], ghosts: ['gone@acme.com'] } },
    inboxes: [
      { name: 'Hall', id: 3 },
      { name: 'Hall', id: 7, members: ['ada@acme.com', 'ken@acme.com'] },
    ],
  },
)

function factsOf(id: string) {
  const finding = ACCOUNT.findings.find((each) => each.id === id)
  if (finding === undefined) throw new Error(ACCOUNT.findings.map((each) => each.id).join(', '))
  const { remedy, ...about } = describeFinding(finding, ACCOUNT)
  return { ...about, ...remedy, expectedText: FINDINGS[finding.code].remedy }
}

describe('a finding says', () => {
  const nothing = { email: null, name: null, group: null }
  test.each([
    // Addressed as the server has it, named as people know them.
    [
      'agent-unexpected:agent/mal@x.example',
      'agent',
      { email: 'mal@x.example', name: 'Mal@x.example' },
    ],
    ['agent-missing:agent/new@acme.com', 'agent', { email: 'new@acme.com' }],
    ['team-missing:team/lost', 'team', { group: 'lost' }],
    [
      'member-unexpected:team/tier 1/ken@acme.com',
      'team-member',
      { email: 'ken@acme.com', name: 'Ken', group: 'tier 1' },
    ],
    [
      'member-missing:team/tier 1/ada@acme.com',
      'team-member',
      { email: 'ada@acme.com', name: 'Ada Lovelace', group: 'tier 1' },
    ],
    // Somebody who left has no name any more.
    [
      'member-ghost:team/tier 1/gone@acme.com',
      'team-member',
      { email: 'gone@acme.com', group: 'tier 1' },
    ],
    // Of several with one name, the address says which.
    ['inbox-unexpected:inbox/Hall#3', 'inbox', { group: 'Hall' }],
    [
      'inbox-member-unexpected:inbox/Hall#7/ada@acme.com',
      'inbox-member',
      { email: 'ada@acme.com', name: 'Ada Lovelace', group: 'Hall' },
    ],
    ['rule-administrators:rule/administrators', 'rule', {}],
    ['waiver-unused:waiver/1', 'waiver', {}],
  ])('whom and what it is about: %s', (id, kind, about) => {
    expect(factsOf(id)).toMatchObject({ kind, ...nothing, ...about })
  })

  test('what to do, and the lines that would settle it', () => {
    const { text, lines, expectedText } = factsOf('agent-unexpected:agent/mal@x.example')
    expect(text).toBe(expectedText)
    expect(lines).toEqual(['agents:', '  mal@x.example: agent'])
    expect(factsOf('member-unexpected:team/tier 1/ken@acme.com').lines).toEqual([
      'teams:',
      '  tier 1:',
      '    members:',
      '      - ken@acme.com',
    ])
  })

  test('no lines where a policy cannot settle it, or where they would be too long to paste', () => {
    expect(factsOf('agent-missing:agent/new@acme.com').lines).toEqual([])
    const name = 'x'.repeat(2_000)
    const long = judge({ teams: {} }, { teams: { [name]: [] } })
    const [finding] = long.findings
    expect(finding && describeFinding(finding, long).remedy.lines).toEqual([])
  })
})

describe('the totals', () => {
  test('count open findings by risk, over all accounts', () => {
    const none = { critical: 0, high: 0, medium: 0, low: 0 }
    const own = sumRisks('drift', [ACCOUNT])
    expect(own).not.toEqual(none)
    for (const [risk, n] of Object.entries(own ?? {})) {
      expect(n).toBe(ACCOUNT.findings.filter((each) => each.risk === risk).length)
      expect(sumRisks('drift', [ACCOUNT, ACCOUNT])).toMatchObject({ [risk]: 2 * n })
    }
    const waived = ACCOUNT.findings.map((each) => ({ ...each, disposition: 'waived' as const }))
    expect(sumRisks('in_sync', [{ findings: waived }])).toEqual(none)
  })

  test('are unknown, not zero, without a verdict', () => {
    expect(sumRisks('none', [])).toBeNull()
  })
})
