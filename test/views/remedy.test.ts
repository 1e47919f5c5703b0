/** What to do about findings, and lines of a policy as one piece that can be pasted. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Finding } from '../../src/core/messages/finding.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { makeFinding } from '../../src/core/messages/phrase.ts'
import type { Statements } from '../../src/core/model/statement.ts'
import { listRemedies, nestLines } from '../../src/core/report/remedies.ts'
import { writeStatements } from '../../src/policy/write/yaml.ts'
import { shortenRemedy } from '../../src/views/remedy.ts'
import { team as named } from '../core/build.ts'

function unexpected(email: string): Finding {
  return makeFinding('agent-unexpected', { kind: 'agent', email }, null, 'is there')
}

function settled(...said: readonly (readonly [Finding, Statements])[]) {
  return new Map(said.map(([{ id }, statements]) => [id, writeStatements(statements)] as const))
}

const person = (email: string): Statements => ({
  path: ['agents'],
  said: [{ key: email, value: 'agent' }],
})
const member = (team: string, email: string): Statements => ({
  path: ['teams', team, 'members'],
  said: [{ key: null, value: email }],
})
const settings = (team: string, description: string, autoAssign: boolean): Statements => ({
  path: ['teams', team],
  said: [
    { key: 'description', value: description },
    { key: 'auto_assign', value: autoAssign },
  ],
})
const asOne = (...statements: readonly Statements[]) =>
  nestLines(statements.map(writeStatements)).join('\n')
const onOneLine = (statements: Statements) => writeStatements(statements).inline

describe('remedies', () => {
  test('are one for each code, in the order of the findings, with all of them', () => {
    const worst = makeFinding('admin-unexpected', { kind: 'agent', email: 'c@x.com' }, null, '')
    const [a, b] = [unexpected('a@x.com'), unexpected('b@x.com')]
    const team = makeFinding('team-missing', named('billing'), null, '')
    const fixes = settled([a, person('a@x.com')])
    const found = listRemedies({ findings: [worst, a, b, team], fixes })
    expect(found.map(({ code, findings }) => [code, findings.length])).toEqual([
      ['admin-unexpected', 1],
      ['agent-unexpected', 2],
      ['team-missing', 1],
    ])
    expect(found[1]).toEqual({
      code: 'agent-unexpected',
      title: 'Unexpected agent',
      remedy: FINDINGS['agent-unexpected'].remedy,
      findings: [a, b],
      lines: [{ ...writeStatements(person('a@x.com')), finding: a }],
    })
  })

  test('in short are their first sentence', () => {
    expect(shortenRemedy('Do this (`a.b`, now). Or that. Or nothing.')).toBe(
      'Do this (`a.b`, now).',
    )
    expect(shortenRemedy('Do this.')).toBe('Do this.')
    for (const { remedy } of Object.values(FINDINGS)) {
      expect(remedy.startsWith(shortenRemedy(remedy))).toBe(true)
      expect(shortenRemedy(remedy)).toMatch(/^[A-Z].{20,150}\.$/)
    }
  })
})

describe('lines of a policy', () => {
  test('stand below each of their keys once, in the order given', () => {
    expect(
      asOne(
        person('b@x.com'),
        settings('tier 1', '', true),
        member('yes', 'a@x.com'),
        person('a@x.com'),
        member('yes', 'b@x.com'),
        { path: ['teams'], said: [{ key: 'on call', value: ['a@x.com'] }] },
      ),
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
    expect(asOne(person('a@x.com'), person('a@x.com'))).toBe('agents:\n  a@x.com: agent')
  })

  test('are nothing where there are none', () => {
    expect(nestLines([])).toEqual([])
  })

  test('fit on one line as well', () => {
    expect(onOneLine(person('a@x.com'))).toBe('agents: { a@x.com: agent }')
    expect(onOneLine(member('yes', 'a@x.com'))).toBe('teams: { "yes": { members: [a@x.com] } }')
    expect(onOneLine(settings('a', '', true))).toBe(
      'teams: { a: { description: "", auto_assign: true } }',
    )
  })

  test('read back as they were meant, whatever the names', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('yes', 'null', '- x', '__proto__', 'a: b', '{', ']', '#', '&a', '*a', '<<'),
    )
    fc.assert(
      fc.property(names, names, names, (team, email, description) => {
        const person = member(team, email)
        const setting = settings(team, description, false)
        const meant = new Map<string, unknown>([
          ['description', description],
          ['auto_assign', false],
          ['members', [email]],
        ])
        const read = (text: string) =>
          parse(text, { mapAsMap: true, merge: false }).get('teams').get(team)
        expect(read(asOne(person, setting))).toEqual(meant)
        expect(read(onOneLine(person)).get('members')).toEqual([email])
        expect(read(onOneLine(setting)).get('description')).toBe(description)
        expect(onOneLine(setting)).not.toContain('\n')
        expect(asOne(person, setting).split('\n').length).toBe(6)
      }),
      { numRuns: 500 },
    )
  })
})
