/** An exported policy: in sync with what it was made from whatever the names are, and readable. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportAccount } from '../../src/core/adopt/export.ts'
import { isDrift } from '../../src/core/messages/finding.ts'
import { listGroups } from '../../src/core/model/policy.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { writePolicy } from '../../src/policy/write/yaml.ts'
import { snapshot } from './build.ts'
import { hostileAccount } from './hostile.ts'

const TODAY = '2026-11-23'
const RUNS = { seed: 20_261_123, numRuns: 500 }

function textOf(account: Snapshot): string {
  const result = exportAccount(account, TODAY)
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.diagnostics))
  return writePolicy(result.parts)
}

describe('a plan right after an export', () => {
  test('is in sync, whatever the account is and its names are', () => {
    fc.assert(
      fc.property(hostileAccount(), (account) => {
        const { policy, diagnostics } = parsePolicy('p.yaml', Buffer.from(textOf(account)))
        expect(diagnostics).toEqual([])
        if (policy === null) throw new Error('no policy')
        const decision = plan(policy, account, TODAY)
        if (decision.kind !== 'plan') throw new Error(JSON.stringify(decision.diagnostics))
        expect(decision.plan.findings.filter(isDrift)).toEqual([])
        expect(decision.plan.changes).toEqual([])
        // Nothing was left out to get there.
        expect([...(policy.agents?.entries.keys() ?? [])].sort()).toEqual(
          account.agents.map(({ email }) => email).sort(),
        )
        expect(
          listGroups(policy)
            .map(({ subject }) => subject.name)
            .sort(),
        ).toEqual(account.groups.map(({ of, name }) => of.spell(name)).sort())
      }),
      RUNS,
    )
  })

  test('stays so for two weeks, and then names each open invitation', () => {
    const account = snapshot({
      agents: { 'a@x.com': 'administrator', 'b@x.com': { role: 'agent', confirmed: false } },
    })
    const { policy } = parsePolicy('p.yaml', Buffer.from(textOf(account)))
    if (policy === null) throw new Error('no policy')
    const codesOn = (day: string) => {
      const decision = plan(policy, account, day)
      return decision.kind === 'plan' ? decision.plan.findings.map(({ code }) => code) : null
    }
    expect([codesOn('2026-12-07'), codesOn('2026-12-08')]).toEqual([[], ['invite-pending']])
  })
})

describe('the text', () => {
  test('is sorted, commented and quoted where YAML needs it', async () => {
    const account = snapshot({
      agents: {
        'zoe@acme.com': { role: 'agent', name: 'Zoe' },
        'ada@acme.com': { role: 'administrator', name: 'Ada' },
        'new@acme.com': { role: 'agent', name: 'New', confirmed: false },
        'boss@acme.com': { role: 'administrator', name: '', confirmed: false, customRoleId: 2 },
        'clerk@acme.com': { role: 'agent', name: 'no: #\n\u202e', customRoleId: 1 },
        'twin@acme.com': { role: 'agent', name: 'Twin', customRoleId: 3 },
        '#1@acme.com': { role: 'agent', name: 'x'.repeat(200) },
      },
      teams: {
        'tier 1': { members: ['zoe@acme.com', '#1@acme.com'], autoAssign: false },
        billing: { members: ['ada@acme.com'], description: 'a: b', ghosts: ['gone@acme.com'] },
        no: [],
      },
      customRoles: { 1: 'Billing clerk', 2: 'Auditor', 3: 'Same', 4: 'Same' },
    })
    await expect(textOf(account)).toMatchFileSnapshot('golden/export.yaml')
  })

  test('has every line of its own making on one line, and nothing unprintable', () => {
    fc.assert(
      fc.property(hostileAccount(), (account) => {
        expect(textOf(account).replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
        )
      }),
      RUNS,
    )
  })

  test('is valid for a person with an id that no custom role can have, and says so', () => {
    const account = snapshot({
      agents: { 'a@x.com': 'administrator', 'b@x.com': { role: 'agent', customRoleId: 0 } },
    })
    const text = textOf(account)
    expect(text).toContain('b@x.com: agent # b@x.com; custom role 0 is not on this account')
    expect(parsePolicy('p.yaml', Buffer.from(text)).diagnostics).toEqual([])
  })

  test('says that there are no teams, where there are none', () => {
    const account = snapshot({ agents: { 'a@x.com': 'administrator' }, inboxes: [] })
    expect(textOf(account)).toMatch(/\nteams: \{\}\n\ninboxes: \{\}\n$/)
  })

  test('is the same whatever the order in which the server answers', () => {
    fc.assert(
      fc.property(hostileAccount(), (account) => {
        const reversed: Snapshot = {
          ...account,
          agents: account.agents.toReversed(),
          groups: account.groups
            .map((team) => ({ ...team, members: team.members.toReversed() }))
            .reverse(),
        }
        expect(textOf(reversed)).toBe(textOf(account))
      }),
      RUNS,
    )
  })
})

test('a person with an address that no policy can list is left out, and a comment says so', () => {
  const account = snapshot({
    agents: { 'a@x.com': 'administrator', '.dot@x.com': 'agent', '\u00a0a@x.com': 'agent' },
    teams: { billing: ['a@x.com', '.dot@x.com'] },
    inboxes: [{ name: 'Website', members: ['.dot@x.com'] }],
  })
  const text = textOf(account)
  expect(text).toContain(
    '# Not listed: .dot@x.com (agent), because a policy cannot list this e-mail address.\n',
  )
  const { policy, diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
  expect(diagnostics).toEqual([])
  expect([...(policy?.agents?.entries.keys() ?? [])]).toEqual(['a@x.com'])
  const decision = policy && plan(policy, account, TODAY)
  if (decision?.kind !== 'plan') throw new Error('no plan')
  expect(decision.plan.findings.filter(isDrift).map(({ id }) => id)).toEqual([
    'agent-unexpected:agent/.dot@x.com',
    'agent-unexpected:agent/\u00a0a@x.com',
  ])
})

describe('an export is refused', () => {
  test('where nobody is administrator', () => {
    fc.assert(
      fc.property(hostileAccount(true), (account) => {
        const result = exportAccount(account, TODAY)
        expect(result.kind).toBe('refused')
      }),
      { ...RUNS, numRuns: 50 },
    )
  })

  test('where the only administrator has an address that no policy can list', () => {
    const account = snapshot({ agents: { '.dot@x.com': 'administrator', 'b@x.com': 'agent' } })
    expect(exportAccount(account, TODAY).kind).toBe('refused')
  })
})

test('what nobody sees in a name is written as an escape, and names of any script as they are', () => {
  const account = snapshot({
    agents: { 'ada@acme.com': 'administrator', 'кен@acme.com': 'agent' },
    teams: {
      'billing\u200b': { description: 'First\u00a0line', members: ['кен@acme.com'] },
      日本: { members: [] },
    },
  })
  const made = exportAccount(account, '2026-11-23')
  const text = made.kind === 'policy' ? writePolicy(made.parts) : ''
  expect(text).toContain('  "billing\\u200b":\n    description: "First\\u00a0line"\n')
  expect(text).toContain('  "кен@acme.com": agent')
  expect(text).toContain('  "日本": []')
})
