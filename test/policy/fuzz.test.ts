/**
 * Policies nobody would write, from the fixtures by many changes at once and from scratch by shape,
 * each taken as far as it goes: read, shown, planned. ROLLCALL_FUZZ=200000 tries that many.
 * Longer than most files because the list of hostile texts is.
 */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { renderDiagnostic } from '../../src/views/text/diagnostic.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { snapshot } from '../core/build.ts'

const RUNS = Number(process.env['ROLLCALL_FUZZ'] ?? 25_000)
const LONGEST = { timeout: 60_000 + RUNS * 10 }

const ACCOUNT = snapshot({
  agents: { 'ada@acme.com': 'administrator', '__proto__@acme.com': 'agent' },
  teams: { billing: ['ada@acme.com'], constructor: { ghosts: ['gone@acme.com'] } },
  customRoles: { 1: 'Billing clerk' },
})

/** Reads, shows and plans; throws where any of it does what it must not. */
function carryThrough(bytes: Uint8Array): 'policy' | 'errors' {
  const { policy, diagnostics } = parsePolicy('p.yaml', bytes)
  expect(policy === null).toBe(diagnostics.length > 0)
  // The first ones are like the rest, and showing 100,000 of them is what would take long.
  for (const each of diagnostics.slice(0, 1_000)) {
    expect(each.code).toMatch(/^policy-/)
    expect(each.summary.length).toBeLessThan(1_000)
    expect(renderDiagnostic(each, PLAIN)).not.toMatch(/^\s+at .+\(.+:\d+:\d+\)|\.ts:\d+|Error:/m)
  }
  if (policy === null) return 'errors'
  const decision = plan(policy, ACCOUNT, '2026-11-23')
  expect(['plan', 'unknown']).toContain(decision.kind)
  return 'policy'
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const fuzz = <T>(arbitrary: fc.Arbitrary<T>, runs: number, toBytes: (value: T) => Uint8Array) =>
  fc.assert(
    fc.property(arbitrary, (value) => void carryThrough(toBytes(value))),
    { numRuns: Math.ceil(runs) },
  )

const FIXTURES = ['valid', 'invalid'].flatMap((kind) => {
  const folder = new URL(`../fixtures/policies/${kind}/`, import.meta.url)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(new URL(file, folder)))
    .filter(({ length }) => length < 5_000)
})

const SIGNS = [
  ...': |- |? |, |[|]|{|}|"|\'|#|&a |*a|<<: *a|!!binary |!<tag:x> |!!set|>-|||%YAML 1.1|@|`|~'.split(
    '|',
  ),
  ...[
    '\n',
    '\n  ',
    '\n---\n',
    '\n...\n',
    '\t',
    '\r',
    '\r\n',
    '\0',
    '\x85',
    '\u2028',
    '\ufeff',
    '🙂',
  ],
  ...'null true 0x1F 1e400 .nan .inf 2026-02-30 __proto__ constructor'.split(' '),
  ...'version: agents: teams: scope: members: role: custom_role: ignore:'.split(' '),
  ...['x'.repeat(300), '*'.repeat(60), '[['.repeat(30), 'a: '.repeat(20), '- '.repeat(20)],
].map((sign) => Buffer.from(sign))
/** Half a character, a surrogate, an overlong slash: no UTF-8. */
const NO_TEXT = [[0xff], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf0, 0x9f]].map((all) =>
  Buffer.from(all),
)

/** A place as a share of the text, so that it means something whatever came before. */
const place = fc.double({ min: 0, max: 1, noNaN: true })
const change = fc.record({
  at: place,
  removed: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(200)),
  put: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...SIGNS) },
    { weight: 1, arbitrary: fc.constantFrom(...NO_TEXT) },
    // A piece of another fixture.
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom(...FIXTURES), place, fc.nat(200)).map(piece),
    },
  ),
})

function piece([from, at, length]: [Buffer, number, number]): Buffer {
  const start = Math.floor(at * from.length)
  return from.subarray(start, start + length)
}

function changed([fixture, changes]: [Buffer, { at: number; removed: number; put: Buffer }[]]) {
  return changes.reduce((text, { at, removed, put }) => {
    const start = Math.floor(at * text.length)
    return Buffer.concat([text.subarray(0, start), put, text.subarray(start + removed)])
  }, fixture)
}

const word = fc.oneof(
  fc.constantFrom('ada@acme.com', '__proto__@acme.com', 'constructor@acme.com', 'b@x', ' A@X ', ''),
  fc.constantFrom('agent', 'administrator', 'all', 'billing', '__proto__', 'constructor', 'ß', 'Σ'),
  fc.constantFrom('2026-11-23', '2027-02-29', 'https://chat.acme.com', '*', '*@*.*', '?'),
  fc.string({ maxLength: 8 }),
)
const scalar = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom(null, true, 0, 1, -1, 1.5, 1e21, 2 ** 53) },
)
const loose = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(word, scalar, { maxKeys: 3 }) },
)
const often = <T>(right: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 9, arbitrary: right as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: loose },
  )
const email = fc.constantFrom('ada@acme.com', 'b@acme.com', '__proto__@acme.com', 'constructor@x')
const role = fc.constantFrom('agent', 'administrator')
const agent = fc.record(
  {
    role: often(role),
    custom_role: often(fc.oneof(word, fc.record({ id: fc.integer() }))),
    expires: often(fc.constant('2027-01-31')),
    pending_until: often(fc.constant('2026-12-15')),
    reason: often(word),
    name: often(word),
  },
  { requiredKeys: ['role'] },
)
const team = fc.record(
  { members: often(fc.array(email, { maxLength: 3 })), description: loose, auto_assign: loose },
  { requiredKeys: ['members'] },
)
/** JSON is YAML: the shape of a policy, with something wrong now and then. */
const shaped = fc.record(
  {
    version: often(fc.constant(1)),
    account: often(fc.constant(1)),
    server: often(fc.constant('https://chat.acme.com')),
    agents: often(fc.dictionary(email, often(fc.oneof(role, agent)), { maxKeys: 4 })),
    teams: often(
      fc.dictionary(word, often(fc.oneof(team, fc.array(email, { maxLength: 3 }))), { maxKeys: 4 }),
    ),
    scope: often(
      fc.record(
        {
          agents: often(fc.constantFrom('all', 'administrators')),
          ignore: often(
            fc.record(
              { agents: fc.array(word, { maxLength: 3 }), teams: fc.array(word, { maxLength: 3 }) },
              { requiredKeys: [] },
            ),
          ),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ['version', 'agents'] },
)

describe('a policy that nobody would write', () => {
  test('made of a fixture by some changes, is a policy or has errors', LONGEST, () => {
    const some = fc.array(change, { minLength: 1, maxLength: 6 })
    fuzz(fc.tuple(fc.constantFrom(...FIXTURES), some), RUNS * 0.6, changed)
  })

  test('of the right shape with wrong values, is a policy or has errors', LONGEST, () => {
    fuzz(shaped, RUNS * 0.4, (value) => bytesOf(JSON.stringify(value, null, 1)))
  })

  test('is a policy often enough for its plan to be tried as well', () => {
    const kinds = fc.sample(shaped, { numRuns: 300, seed: 1 }).map((value) => {
      return carryThrough(bytesOf(JSON.stringify(value)))
    })
    expect(kinds.filter((kind) => kind === 'policy').length).toBeGreaterThan(5)
  })
})

/** `head`, then `text` as often as it takes to fill a policy of 10,000 agents, then `tail`. */
const filled = (head: string, text: string, tail = '', size = 300_000) =>
  head + text.repeat(Math.ceil(size / text.length)) + tail
const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('')
const AGENTS = 'version: 1\nagents:\n  ada@acme.com: administrator\n'

describe('hostile policies end fast:', () => {
  test.each<[string, string]>([
    ['deep lists', filled(`${AGENTS}teams: `, '[')],
    ['deep maps', filled(`${AGENTS}teams: `, '{a: ')],
    ['deep lists that are closed', `${AGENTS}teams: ${'['.repeat(5e4)}${']'.repeat(5e4)}`],
    ['deep blocks', AGENTS + numbered(1_200, (index) => `${' '.repeat(index)}a:\n`)],
    ['keys that are maps', filled(AGENTS, '? {a: b}\n: c\n')],
    [
      'aliases that double each time',
      `a0: &a0 [x, x]\n${numbered(40, (i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`)}`,
    ],
    ['an alias of itself', 'version: 1\nagents: &a\n  ada@acme.com: *a\n'],
    ['anchors without end', AGENTS + numbered(50_000, (index) => `x${index}: &a${index} y\n`)],
    ['aliases of nothing', filled(`${AGENTS}teams: [`, '*nobody, ', ']')],
    ['merge keys', filled('a: &a {b: c}\nd:\n', '  <<: *a\n')],
    ['the same key', filled(AGENTS, '  ada@acme.com: agent\n')],
    ['keys that are nearly right', AGENTS + numbered(50_000, (index) => `agenst${index}: {}\n`)],
    ['members that are nearly declared', filled(`${AGENTS}teams: {a: [`, 'adaa@acme.com, ', ']}')],
    ['one long word', filled(AGENTS, 'x')],
    ['one long key', filled(`${AGENTS}`, 'x', ': y\n')],
    ['one long address', filled(`${AGENTS}  "`, 'a', '@acme.com": agent\n')],
    ['an address of signs', filled(`${AGENTS}  "`, '@.', '": agent\n')],
    ['a date of digits', filled(`${AGENTS}  b@x: {role: agent, expires: `, '1', '}\n')],
    ['an account of digits', filled('account: ', '9', `\n${AGENTS}`)],
    ['a server of dots', filled('server: https://', 'a.', `\n${AGENTS}`)],
    ['a server of spaces', filled('server: "https://a', ' ', `"\n${AGENTS}`)],
    ['a name of spaces', filled(`${AGENTS}teams: {"`, ' ', 'x": []}\n')],
    ['a name of final sigmas', filled(`${AGENTS}teams: {"`, 'Σ', '": []}\n')],
    ['escapes', filled(`${AGENTS}teams: {"`, '\\u0061', '": []}\n')],
    ['quotes', filled(`${AGENTS}teams: {'`, "''", "': []}\n")],
    ['comments', filled(AGENTS, '#\n')],
    ['directives', filled('', '%TAG ! !\n')],
    ['tags', filled(`${AGENTS}teams: `, '!x ')],
    ['tabs', filled(AGENTS, '\t')],
    ['line ends', filled(AGENTS, '\r\n')],
    ['blank keys', filled(AGENTS, ':\n')],
    ['block texts', filled(AGENTS, '  b: |\n    x\n')],
    ['characters of four bytes', filled(`${AGENTS}teams: {"`, '🙂', '": []}\n')],
    ['marks that combine', filled(`${AGENTS}teams: {"a`, '\u0301', '": []}\n')],
    ['writing from right to left', filled(`${AGENTS}teams: {"`, '\u202e', '": []}\n')],
  ])('%s', { timeout: 20_000 }, (_name, text) => {
    carryThrough(bytesOf(text))
  })

  test('patterns that would keep a regular expression busy', { timeout: 20_000 }, () => {
    const pattern = `${'*a'.repeat(120)}b`
    const long = 'a'.repeat(5_000)
    const ignore = `scope:\n  ignore:\n    agents: ["${pattern}@*"]\n    teams: ["${pattern}"]\n`
    const { policy, diagnostics } = parsePolicy('p.yaml', bytesOf(`${AGENTS}teams: {}\n${ignore}`))
    expect(diagnostics).toEqual([])
    const account = snapshot({
      agents: { 'ada@acme.com': 'administrator', [`${long}@acme.com`]: 'agent' },
      teams: { [long]: [] },
    })
    const decision = policy && plan(policy, account, '2026-11-23')
    expect(decision?.kind === 'plan' && decision.plan.findings.map(({ code }) => code)).toEqual([
      'agent-unexpected',
      'team-unexpected',
    ])
  })
})
