/** What to do about findings, and lines of a policy as one piece that can be pasted. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Finding } from '../../src/core/messages/finding.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { finding } from '../../src/core/messages/phrase.ts'
import { type Settlement, yamlText } from '../../src/core/plan/settle.ts'
import { remedies } from '../../src/core/report/remedies.ts'
import { inShort, onOneLine, pasteable } from '../../src/views/remedy.ts'

function unexpected(email: string): Finding {
  return finding('agent-unexpected', { kind: 'agent', email }, null, 'is there')
}

function settled(...lines: readonly (readonly [Finding, Settlement])[]) {
  return new Map(lines.map(([{ id }, settlement]) => [id, settlement] as const))
}

const person = (email: string): Settlement => ({
  path: ['agents'],
  lines: [`${yamlText(email)}: agent`],
})

describe('remedies', () => {
  test('are one for each code, in the order of the findings, with all of them', () => {
    const worst = finding('admin-unexpected', { kind: 'agent', email: 'c@x.com' }, null, '')
    const [a, b] = [unexpected('a@x.com'), unexpected('b@x.com')]
    const team = finding('team-missing', { kind: 'team', team: 'billing' }, null, '')
    const settlements = settled([a, person('a@x.com')])
    const found = remedies({ findings: [worst, a, b, team], settlements })
    expect(found.map(({ code, findings }) => [code, findings.length])).toEqual([
      ['admin-unexpected', 1],
      ['agent-unexpected', 2],
      ['team-missing', 1],
    ])
    expect(found[1]).toEqual({
      code: 'agent-unexpected',
      title: 'Unexpected agent',
      risk: 'high',
      severity: 'error',
      remedy: FINDINGS['agent-unexpected'].remedy,
      findings: [a, b],
      lines: [{ path: ['agents'], lines: ['a@x.com: agent'], finding: a }],
    })
  })

  test('weigh as much as the worst finding, whatever the catalogue says of the code', () => {
    const mild: Finding = { ...unexpected('a@x.com'), risk: 'low', severity: 'warning' }
    const [only] = remedies({ findings: [mild], settlements: new Map() })
    expect([only?.risk, only?.severity]).toEqual(['low', 'warning'])
  })

  test('offer no line whose key is too long for YAML', () => {
    const offered = (email: string) => {
      const found = unexpected(email)
      return remedies({ findings: [found], settlements: settled([found, person(email)]) })[0]?.lines
    }
    expect(offered('a'.repeat(1_000))?.length).toBe(1)
    expect(offered('a'.repeat(1_001))).toEqual([])
    const within = { kind: 'member', team: 'x'.repeat(1_001), email: 'a@x.com' } as const
    const member = finding('member-unexpected', within, null, '')
    const settlements = settled([member, { path: ['teams', within.team], lines: ['- a@x.com'] }])
    expect(remedies({ findings: [member], settlements })[0]?.lines).toEqual([])
  })

  test('in short are their first sentence', () => {
    expect(inShort('Do this (`a.b`, now). Or that. Or nothing.')).toBe('Do this (`a.b`, now).')
    expect(inShort('Do this.')).toBe('Do this.')
    for (const { remedy } of Object.values(FINDINGS)) {
      expect(remedy.startsWith(inShort(remedy))).toBe(true)
      expect(inShort(remedy)).toMatch(/^[A-Z].{20,150}\.$/)
    }
  })
})

describe('lines of a policy', () => {
  test('stand below each of their keys once, in the order given', () => {
    expect(
      pasteable([
        person('b@x.com'),
        { path: ['teams', 'tier 1'], lines: ['description: ""', 'auto_assign: true'] },
        { path: ['teams', 'yes', 'members'], lines: ['- a@x.com'] },
        person('a@x.com'),
        { path: ['teams', 'yes', 'members'], lines: ['- b@x.com'] },
        { path: ['teams'], lines: ['on call: [a@x.com]'] },
      ]),
    ).toBe(`agents:
  b@x.com: agent
  a@x.com: agent
teams:
  on call: [a@x.com]
  tier 1:
    description: ""
    auto_assign: true
  "yes":
    members:
      - a@x.com
      - b@x.com`)
  })

  test('are not repeated', () => {
    expect(pasteable([person('a@x.com'), person('a@x.com')])).toBe('agents:\n  a@x.com: agent')
  })

  test('are nothing where there are none', () => {
    expect(pasteable([])).toBe('')
  })

  test('fit on one line as well', () => {
    expect(onOneLine(person('a@x.com'))).toBe('agents: { a@x.com: agent }')
    expect(onOneLine({ path: ['teams', 'yes', 'members'], lines: ['- a@x.com'] })).toBe(
      'teams: { "yes": { members: [a@x.com] } }',
    )
    expect(
      onOneLine({ path: ['teams', 'a'], lines: ['description: ""', 'auto_assign: true'] }),
    ).toBe('teams: { a: { description: "", auto_assign: true } }')
  })

  test('read back as they were meant, whatever the names', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('yes', 'null', '- x', '__proto__', 'a: b', '{', ']', '#', '&a', '*a', '<<'),
    )
    fc.assert(
      fc.property(names, names, names, (team, email, description) => {
        const member = { path: ['teams', team, 'members'], lines: [`- ${yamlText(email)}`] }
        const setting = {
          path: ['teams', team],
          lines: [`description: ${yamlText(description)}`, 'auto_assign: false'],
        }
        const meant = new Map<string, unknown>([
          ['description', description],
          ['auto_assign', false],
          ['members', [email]],
        ])
        const read = (text: string) =>
          parse(text, { mapAsMap: true, merge: false }).get('teams').get(team)
        expect(read(pasteable([member, setting]))).toEqual(meant)
        expect(read(onOneLine(member)).get('members')).toEqual([email])
        expect(read(onOneLine(setting)).get('description')).toBe(description)
        expect(onOneLine(setting)).not.toContain('\n')
        expect(pasteable([member, setting]).split('\n').length).toBe(6)
      }),
      { numRuns: 500 },
    )
  })
})
