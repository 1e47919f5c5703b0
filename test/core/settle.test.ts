/** Lines that would settle a finding: what is offered, where, and that YAML reads back the names. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { plan } from '../../src/core/plan/plan.ts'
import { writeStatements, yamlText } from '../../src/policy/write/yaml.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

function offered(written: WrittenPolicy, account: SeenAccount): Record<string, string> {
  const decision = plan(policy(written), snapshot(account), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error('no plan')
  return Object.fromEntries(
    [...decision.plan.settlements].map(([id, statements]) => {
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

describe('a text in YAML', () => {
  test.each([
    'yes',
    'No',
    'null',
    'on',
    'y',
    '1',
    '1.5',
    '2026-01-01',
    '',
    ' a',
    'a ',
    'a: b',
    '*x',
    '&x',
    '#x',
    '[a',
    'é',
    'a\u202eb',
    'a\u{e0041}b',
    '\u0000',
    "it's",
  ])('%j is quoted', (text) => {
    expect(yamlText(text).startsWith('"')).toBe(true)
  })

  test.each([
    ['billing\u00a0', '"billing\\u00a0"'],
    ['tier\u30001', '"tier\\u30001"'],
    ['bill\u200bing', '"bill\\u200bing"'],
    ['Zoe\u0308', '"Zoe\\u0308"'],
    ['Ada\ufe0f', '"Ada\\ufe0f"'],
  ])('%j is written with an escape for what nobody sees', (text, written) => {
    expect(yamlText(text)).toBe(written)
  })

  test.each(['billing', 'tier 1', 'ada@acme.com', 'Ada Lovelace', 'a.b-c+d@x.co'])(
    '%s is plain',
    (text) => {
      expect(yamlText(text)).toBe(text)
    },
  )

  test('reads back as it was, as a value, as a key and in a list, and is printable', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
        (text) => {
          const written = yamlText(text)
          expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
          expect(parse(`a: ${written}`)).toEqual({ a: text })
          expect(parse(`a: [${written}, { b: ${written} }]`)).toEqual({ a: [text, { b: text }] })
          if (text.length < 500) expect(Object.keys(parse(`? ${written}\n: 1`))).toEqual([text])
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('takes no longer for a text made to be slow', () => {
    expect(yamlText(`${'a'.repeat(100_000)}!`).length).toBe(100_003)
  })
})
