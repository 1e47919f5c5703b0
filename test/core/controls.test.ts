/** Whether a control was loosened or tightened. */
import { describe, expect, test } from 'vitest'
import { compareControls } from '../../src/core/compare/controls.ts'
import type { Policy, PolicyAgent } from '../../src/core/model/policy.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'

function policy(text: string): Policy {
  const source = parsePolicy('p.yaml', Buffer.from(`version: 1\n${text}`))
  if (source.policy === null) throw new Error(source.diagnostics[0]?.summary)
  return source.policy
}

const brief = (before: Policy, after: Policy) =>
  compareControls(before, after).map(({ control, effect }) => `${effect} ${control}`)

const turned = (text: string) =>
  text.startsWith('loosened')
    ? text.replace('loosened', 'tightened')
    : text.replace('tightened', 'loosened')

const ADA = 'agents: { ada@acme.com: administrator, bob@acme.com: agent }\n'
const BOB = (rest: string) => ADA.replace('bob@acme.com: agent', `bob@acme.com: ${rest}`)
const IGNORE = (patterns: string) => `${ADA}scope: { ignore: { agents: [${patterns}] } }\n`

describe('statements of a policy', () => {
  test.each([
    ['a pattern more', IGNORE('x*'), IGNORE('y*, x*'), ['loosened scope.ignore.agents y*']],
    [
      'plain agents left out',
      ADA,
      `${ADA}scope: { agents: administrators }\n`,
      ['loosened scope.agents'],
    ],
    ['agents left out', `${ADA}teams: {}\n`, 'teams: {}\n', ['loosened agents']],
    [
      'grace',
      ADA,
      BOB('{ role: agent, pending_until: 2026-12-01 }'),
      ['loosened agents bob@acme.com pending_until'],
    ],
    [
      'more grace',
      BOB('{ role: agent, pending_until: 2026-12-01 }'),
      BOB('{ role: agent, pending_until: 2026-12-02 }'),
      ['loosened agents bob@acme.com pending_until'],
    ],
    [
      'what apply must not do',
      `${ADA}apply: { deny: [promote], limits: { people: 1, gain: 4 }, protect: [ada@acme.com] }\n`,
      `${ADA}apply: { limits: { people: 2 } }\n`,
      [
        'loosened apply.deny promote',
        'loosened apply.limits.gain',
        'loosened apply.limits.people',
        'loosened apply.protect ada@acme.com',
      ],
    ],
    [
      'more time without a sign-in and for an open invitation',
      `${ADA}rules: { dormant_days: 90, invite_max_days: 7 }\n`,
      `${ADA}rules: { dormant_days: 120, invite_max_days: 14 }\n`,
      ['loosened rules.dormant_days', 'loosened rules.invite_max_days'],
    ],
    [
      'no rule about time any more',
      `${ADA}rules: { dormant_days: 90, invite_max_days: 7 }\n`,
      ADA,
      ['loosened rules.dormant_days', 'loosened rules.invite_max_days'],
    ],
    [
      'a name no longer compared',
      BOB('{ role: agent, name: Bob }'),
      ADA,
      ['loosened agents bob@acme.com name'],
    ],
    [
      'a setting no longer compared',
      'teams: { a: { members: [], description: x, auto_assign: true } }\n',
      'teams: { a: [] }\n',
      ['loosened teams a auto_assign', 'loosened teams a description'],
    ],
  ])('%s loosens, and tightens the other way round', (_, before, after, expected) => {
    expect(brief(policy(before), policy(after))).toEqual(expected)
    expect(brief(policy(after), policy(before))).toEqual(expected.map(turned))
    expect(brief(policy(after), policy(after))).toEqual([])
  })

  test('the order of patterns says nothing, nor do people and teams that one of them lacks', () => {
    expect(brief(policy(IGNORE('x*, y*')), policy(IGNORE('y*, x*')))).toEqual([])
    const more = `${BOB('{ role: agent, name: Bob, pending_until: 2026-12-01 }')}teams: { a: { members: [], description: x } }\n`
    const less =
      'agents: { ada@acme.com: administrator }\nteams: { b: { members: [], description: x } }\n'
    expect(brief(policy(more), policy(less))).toEqual([])
  })

  test('another account is a change with the place of the second policy', () => {
    expect(compareControls(policy(`account: 1\n${ADA}`), policy(`account: 2\n${ADA}`))).toEqual([
      {
        control: 'account',
        effect: 'changed',
        before: '1',
        after: '2',
        location: { file: 'p.yaml', line: 2, column: 1 },
      },
    ])
  })
})

describe('controls that a policy may have later', () => {
  const place = { file: 'p.yaml', line: 9, column: 3 }
  const located = <T>(value: T) => ({ value, location: place })
  const withMore = (more: object) => ({ ...policy(ADA), ...more }) as Policy
  const agents = (more: object) => {
    const base = policy(ADA)
    const bob = base.agents?.entries.get('bob@acme.com') as PolicyAgent
    const entries = new Map([...(base.agents?.entries ?? []), [bob.email, { ...bob, ...more }]])
    return { ...base, agents: { location: place, entries } } as Policy
  }
  const waiver = (expires: string, reason = 'x') => ({
    finding: 'agent-unexpected',
    address: 'agent/x@acme.com',
    reason,
    expires,
    location: place,
  })
  const rules = (more: object) => withMore({ rules: { location: place, ...more } })
  const severity = (...entries: [string, unknown][]) => withMore({ severity: new Map(entries) })

  test.each<[string, Policy, Policy, string[]]>([
    [
      'a waiver',
      withMore({ waivers: [] }),
      withMore({ waivers: [waiver('2027-01-01')] }),
      ['loosened waivers agent-unexpected agent/x@acme.com'],
    ],
    [
      'a longer waiver',
      withMore({ waivers: [waiver('2027-01-01')] }),
      withMore({ waivers: [waiver('2027-02-01', 'y')] }),
      ['loosened waivers agent-unexpected agent/x@acme.com'],
    ],
    [
      'a softer severity',
      severity(['team-differs', located('warning')]),
      severity(['team-differs', located('off')]),
      ['loosened severity.team-differs'],
    ],
    [
      'a first severity, from the default',
      severity(),
      severity(['team-differs', 'warning']),
      ['loosened severity.team-differs'],
    ],
    [
      'no date of leaving',
      agents({ expires: '2027-01-01' }),
      agents({}),
      ['loosened agents bob@acme.com expires'],
    ],
    [
      'a later date of leaving',
      agents({ expires: '2027-01-01' }),
      agents({ expires: '2027-02-01' }),
      ['loosened agents bob@acme.com expires'],
    ],
    [
      'fewer and more administrators',
      rules({ administrators: { min: 2, max: 4, requireReason: true } }),
      rules({ administrators: { min: 1, max: 10, requireReason: false } }),
      [
        'loosened rules.administrators.max',
        'loosened rules.administrators.min',
        'loosened rules.administrators.require_reason',
      ],
    ],
    [
      'no most any more',
      rules({ administrators: { max: 4 } }),
      rules({ administrators: {} }),
      ['loosened rules.administrators.max'],
    ],
    [
      'another domain',
      rules({ emailDomains: located(new Set(['acme.com'])) }),
      rules({ emailDomains: located(new Set(['acme.com', 'evil.example'])) }),
      ['loosened rules.email_domains evil.example'],
    ],
    [
      'no list of domains any more',
      rules({ emailDomains: [located('acme.com')] }),
      rules({ emailDomains: null }),
      ['loosened rules.email_domains acme.com'],
    ],
  ])('%s loosens, and tightens the other way round', (_, before, after, expected) => {
    expect(brief(before, after)).toEqual(expected)
    expect(brief(after, before)).toEqual(expected.map(turned))
  })

  test('what cannot be weighed is a change, loosened controls come first', () => {
    const before = rules({ expiresSoonDays: 14, teamMembers: { min: 1 }, odd: [{ a: 1 }, {}] })
    const after = rules({ expiresSoonDays: 7, teamMembers: { min: 0 }, odd: [{ a: 1 }, {}] })
    expect(brief(before, after)).toEqual([
      'loosened rules.team_members.min',
      'changed rules.expires_soon_days',
    ])
    const reworded = withMore({ waivers: [waiver('2027-01-01', 'y')] })
    expect(brief(withMore({ waivers: [waiver('2027-01-01')] }), reworded)).toEqual([
      'changed waivers agent-unexpected agent/x@acme.com',
    ])
    expect(brief(severity(), severity(['no-such-code', 'error']))).toEqual([
      'changed severity.no-such-code',
    ])
  })
})
