/** What holds for every text: never an exception, always a policy or errors with real places. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_POLICY_BYTES, type PolicySource, parsePolicy } from '../../src/policy/read/parse.ts'

const parse = (text: string) => parsePolicy('p.yaml', new TextEncoder().encode(text))
/** The text as UTF-8 carries it: a lone surrogate becomes a replacement character. */
const asRead = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text))
const codes = (source: PolicySource) => source.diagnostics.map((each) => each.code)

/** Checks what must hold for any outcome. */
function holds(source: PolicySource, text: string): void {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  expect(source.policy === null).toBe(source.diagnostics.length > 0)
  let last = 0
  for (const { code, location, excerpt, summary } of source.diagnostics) {
    expect(summary).not.toMatch(/[\n\r]/)
    const { line, column } = location ?? { line: 0, column: 0 }
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
    expect(line * 1e6 + column).toBeGreaterThanOrEqual(last)
    last = line * 1e6 + column
    // Another file may contain a token, so it is not quoted.
    if (excerpt === null && code === 'policy-nothing-managed') continue
    expect(excerpt?.start).toBeLessThanOrEqual(excerpt?.text.length ?? -1)
    expect(excerpt?.length).toBeGreaterThanOrEqual(1)
    expect(excerpt?.text.length).toBeLessThanOrEqual(165)
  }
}

const FIXTURES = ['valid', 'invalid'].flatMap((kind) => {
  const folder = new URL(`../fixtures/policies/${kind}/`, import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .filter((text) => text.length < 5_000)
})

describe('whatever the text', () => {
  test('any text gives a policy or errors inside it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        holds(parse(text), asRead(text))
      }),
    )
  })

  test('any text of YAML signs gives a policy or errors inside it', () => {
    const sign = fc.constantFrom(
      ...'agents teams members : - ? [ ] { } , & * ! | > " % @ ` # << ~ 1 x@y'.split(' '),
      ...["'", ' ', '  ', '\n', '\n  ', '\t', '\r\n', '---\n', '...\n', ': ', '- ', '\ufeff', '🙂'],
    )
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 40 }), (signs) => {
        const text = signs.join('')
        holds(parse(text), text)
      }),
      { numRuns: 1_000 },
    )
  })

  test('any change to a fixture gives a policy or errors inside it', () => {
    const junk = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('\n', ': ', '[', '}', '"', '\t', '&a ', '*a', '<<: ', '- ', '\n---\n', '🙂'),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...FIXTURES),
        fc.nat(4_999),
        fc.nat(30),
        junk,
        (fixture, position, removed, inserted) => {
          const at = position % (fixture.length + 1)
          const text = fixture.slice(0, at) + inserted + fixture.slice(at + removed)
          holds(parse(text), asRead(text))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('any bytes give a policy or errors', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { policy, diagnostics } = parsePolicy('p.yaml', bytes)
        expect(policy === null).toBe(diagnostics.length > 0)
      }),
    )
  })
})

describe('hostile texts end soon', () => {
  const SIZE = 300_000
  test.each([
    ['open brackets', '['],
    ['open braces', '{'],
    ['dashes', '- '],
    ['question marks', '? '],
    ['keys of keys', '{a: '],
    ['closing brackets', ']\n'],
    ['documents', '---\n'],
    ['spaces', ' '],
    ['keys without an end', 'a: b: '],
  ])('%s', (_name, piece) => {
    const started = performance.now()
    const text = piece.repeat(SIZE / piece.length)
    const source = parse(text)
    holds(source, text)
    expect(source.diagnostics.length).toBeLessThanOrEqual(25)
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  test('a thousand aliases are enough to read no further', () => {
    const source = parse(`version: 1\nteams: [${'*a '.repeat(200_000)}`)
    expect(source.diagnostics).toHaveLength(1_000)
  })

  test('a text over the limit is not looked at', () => {
    const source = parsePolicy('p.yaml', new Uint8Array(MAX_POLICY_BYTES + 1))
    expect(codes(source)).toEqual(['policy-too-large'])
    expect(source.sha256).toBeNull()
  })
})

describe('10,000 agents and 500 teams', () => {
  const agents = Array.from(
    { length: 10_000 },
    (_, i) => `  person${i}@acme.com: ${i === 0 ? 'administrator' : 'agent'}\n`,
  ).join('')
  const teams = (domain: string) =>
    Array.from({ length: 500 }, (_, i) => `  team ${i}: [person${i}@${domain}]\n`).join('')
  const LIMIT = 30_000 // generous: a quadratic step takes far longer

  test.each([
    ['are read in time', `version: 1\nagents:\n${agents}teams:\n${teams('acme.com')}`, 0],
    ['with every member unknown', `version: 1\nagents:\n${agents}teams:\n${teams('acme.cm')}`, 500],
    ['all of them wrong', `version: 1\nagents:\n${agents.replaceAll('agent\n', 'agnt\n')}`, 9_999],
    [
      'all of them the same',
      `version: 1\nagents:\n${'  ada@acme.com: agent\n'.repeat(10_000)}`,
      9_999,
    ],
  ])('%s', (_name, text, errors) => {
    const started = performance.now()
    expect(parse(text).diagnostics).toHaveLength(errors)
    expect(performance.now() - started).toBeLessThan(LIMIT)
  })

  test('with long reasons and 50 members a team, they stay below the limit', () => {
    const long = agents.replaceAll(/: agent/g, `: {role: agent, reason: ${'x'.repeat(100)}}`)
    const full = teams('acme.com').replaceAll(
      /\[(.*)\]/g,
      (_, member) => `[${`${member}, `.repeat(50)}]`,
    )
    expect(long.length + full.length).toBeLessThan(MAX_POLICY_BYTES)
  })
})

describe('excerpts', () => {
  test('the line is shown as written and the thing is marked', () => {
    const [error] = parse('version: 1\r\nagents:\r\n  "ada@acme.com": admin # hm\r\n').diagnostics
    expect(error?.excerpt).toEqual({ text: '  "ada@acme.com": admin # hm', start: 18, length: 5 })
  })

  test('a long line is cut around the mark, between characters', () => {
    const names = Array.from({ length: 100 }, (_, i) => `"🙂🙂${i}": []`).join(', ')
    const [error] = parse(`version: 1\nteams: {${names}, x: [nobody], ${names}}\n`).diagnostics
    const { text, start, length } = error?.excerpt ?? { text: '', start: 0, length: 0 }
    expect(text.slice(start, start + length)).toBe('nobody')
    expect(text).toMatch(/^….*…$/)
    expect(text.length).toBeLessThanOrEqual(163)
    expect(text).not.toMatch(/\p{Cs}/u)
  })

  test('what spans lines is marked up to the end of its first', () => {
    const [error] = parse('version: 1\nteams:\n  - a\n  - b\n').diagnostics
    expect(error?.excerpt).toEqual({ text: '  - a', start: 2, length: 3 })
  })

  test('what is missing at the end of a line is marked behind it', () => {
    const [error] = parse('version: 1\nteams: {billing: [ada@acme.com], x: [\n').diagnostics
    expect(error?.excerpt?.length).toBe(1)
  })
})

describe('messages', () => {
  test('a name with line breaks or of great length stays short and on one line', () => {
    const [first, second] = parse(
      `version: 1\n"a\\n\\u0085\\u2028b": 1\n${'x'.repeat(500)}: 1\nteams: {}\n`,
    ).diagnostics
    expect(first?.summary).toBe('A policy does not allow the key `a\\n\\u0085\\u2028b`.')
    expect(second?.summary.length).toBeLessThan(120)
  })

  test('the library speaks in one line, without places of its own', () => {
    for (const fixture of FIXTURES) {
      for (const { code, summary } of parse(fixture).diagnostics) {
        if (code === 'policy-syntax') expect(summary).not.toMatch(/\n|at line \d|\^/)
      }
    }
  })

  test('suggestions stop after twenty unknown members, errors do not', () => {
    const members = Array.from({ length: 30 }, (_, i) => `adda${i % 10}@acme.com`)
    const teams = members.map((member, i) => `  t${i}: [${member}]\n`).join('')
    const { diagnostics } = parse(
      `version: 1\nagents: {ada1@acme.com: administrator}\nteams:\n${teams}`,
    )
    expect(diagnostics).toHaveLength(30)
    expect(diagnostics.filter((each) => each.advice?.startsWith('Did you mean'))).toHaveLength(20)
  })
})
