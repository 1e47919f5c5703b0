/** The views of `rollcall access`: whole files, structure, width, size, and hostile names as mere text. */
import { parse as parseCsv } from 'csv-parse/sync'
import { parse } from 'parse5'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { findTopics, listTopics } from '../../src/core/access/topics.ts'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { type AccountAccess, describeAccountAccess } from '../../src/core/report/access.ts'
import { concludeFacts, type FactsReport } from '../../src/core/report/facts.ts'
import { renderAccessCsv } from '../../src/views/access/csv.ts'
import { renderAccessJson } from '../../src/views/access/json.ts'
import { listAllReaches, listReasons } from '../../src/views/access/labels.ts'
import { renderAccessHtml } from '../../src/views/html/access.ts'
import { renderAccessText } from '../../src/views/text/access.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { ACCESSES, ask, HOUSE, LARGE, NAMED, UNREAD_GROUPS } from './accesses.ts'
import { matchGolden, matchHtmlGolden, matchJsonGolden } from './golden.ts'

const HEAD = {
  tool: { name: 'rollcall', version: '1.2.3' },
  generatedAt: '2026-11-23T08:00:02.000Z',
} as const

const conclude = (account: AccountAccess): FactsReport<AccountAccess> =>
  concludeFacts({ ...HEAD, facts: account, diagnostics: [] })

const cases = Object.entries(ACCESSES)
const FAILED = concludeFacts<AccountAccess>({
  ...HEAD,
  facts: null,
  diagnostics: [makeDiagnostic({ code: 'network-refused', summary: 'No connection.' })],
})

describe('text', () => {
  test.each(cases)('%s reads as the golden file', async (name, each) => {
    const document = renderAccessText(ACCESSES.house, 0, PLAIN)
    await matchGolden(renderAccessText(each, 0, PLAIN), `access-${name}.txt`, {
      document,
      file: 'access-house.txt',
    })
  })

  test.each(cases)('%s says first and last that there is no verdict', (_name, each) => {
    const lines = renderAccessText(each, 0, PLAIN).trimEnd().split('\n')
    expect(lines[0]?.startsWith('NO POLICY, NO VERDICT  ')).toBe(true)
    expect(lines.at(-1)).toBe('NO POLICY, NO VERDICT, exit code 0')
  })

  test.each(cases)('%s holds nothing that a terminal would act on', (_name, each) => {
    const text = renderAccessText(each, 0, PLAIN).replaceAll('\n', '')
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('fits 80 columns, but for a name that is longer by itself', () => {
    for (const [name, each] of cases.filter(([name]) => !name.startsWith('hostile'))) {
      const lines = renderAccessText(each, 0, PLAIN).split('\n')
      expect([name, lines.filter((line) => stringWidth(line) > 80)]).toEqual([name, []])
    }
  })
})

test.each([
  ['unread-groups', ['not known: teams and inboxes were not read']],
  [
    'unread-inboxes',
    [
      'team/billing: member of the team: conversations assigned to it, from any inbox',
      'team/tier 1: member of the team: conversations assigned to it, from any inbox',
      'not known: inboxes were not read',
    ],
  ],
  ['nobody', ['none: a member of no inbox and of no team']],
] as const)('%s never says that there is no way in, if nobody has looked', (name, expected) => {
  const [person] = ACCESSES[name].sections.flatMap(({ people }) => people)
  const reasons = person === undefined ? [] : listReasons(person).map((each) => each.join(': '))
  expect(reasons).toEqual(expected)
  const words = (text: string) => text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/[^\w.]+/g, ' ')
  for (const each of [
    renderAccessText(ACCESSES[name], 0, PLAIN),
    renderAccessHtml(conclude(ACCESSES[name])),
  ]) {
    for (const reason of expected) expect(words(each)).toContain(words(reason))
  }
})

describe('JSON', () => {
  test('reads as the golden file', async () => {
    await matchJsonGolden(renderAccessJson(conclude(ACCESSES.house)), 'access-house.json')
  })

  test('names what was asked about', () => {
    expect(JSON.parse(renderAccessJson(conclude(ACCESSES.inbox))).access.about).toBe(
      'inbox/Website',
    )
  })

  test('says whether trying again may help, where there is no answer', () => {
    expect(JSON.parse(renderAccessJson(FAILED))).toMatchObject({
      access: null,
      exit_code: 1,
      cause: 'network',
      retryable: true,
    })
  })

  test('tells inboxes that were not read from none', () => {
    const { people } = JSON.parse(renderAccessJson(conclude(ACCESSES.unread))).access
    expect(people.map((each: { inboxes: unknown }) => each.inboxes)).not.toContainEqual([])
  })
})

test('CSV has a line for each membership, for everything, and for nothing, whatever the names', () => {
  const lines = (each: AccountAccess): Record<string, string>[] =>
    parseCsv(renderAccessCsv(each), { columns: true, record_delimiter: '\r\n' })
  const house = lines(ACCESSES.house)
  const of = (email: string) =>
    house.filter((row) => row['email'] === email).map((row) => `${row['by']} ${row['address']}`)
  expect(of('ada@acme.com')).toEqual(['administrator ', 'inbox inbox/Website', 'team team/billing'])
  expect(of('ken@acme.com')).toEqual(['inbox inbox/Mail#2', 'team team/billing'])
  expect(of('linus@acme.com')).toEqual([' '])
  for (const row of lines(ACCESSES.hostile)) {
    for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@]/)
  }
})

describe('HTML', () => {
  const pages = [
    ...cases.map(([name, each]): [string, FactsReport<AccountAccess>] => [name, conclude(each)]),
    ['failed', FAILED] as [string, FactsReport<AccountAccess>],
  ]

  test.each(pages)('%s is parsed without a single error', (_name, report) => {
    const errors: string[] = []
    parse(renderAccessHtml(report), { onParseError: ({ code }) => errors.push(code) })
    expect(errors).toEqual([])
  })

  test.each(pages)('%s has no script, and nothing of a name is markup', (_name, report) => {
    expect(renderAccessHtml(report)).not.toMatch(/<script|<b>|javascript:| on\w+=/i)
  })

  test('reads as the golden file', async () => {
    await matchHtmlGolden(renderAccessHtml(conclude(ACCESSES.house)), 'access-house.html')
  })

  test('of 300 people and 40 inboxes has less than 300 KB, in however many inboxes they are', () => {
    for (const share of [0.1, 0.5, 0.6, 1]) {
      expect(Buffer.byteLength(renderAccessHtml(conclude(LARGE(share))))).toBeLessThan(300_000)
    }
  })

  test('has no heading for groups that were not read', () => {
    const page = renderAccessHtml(conclude(ask({ ...HOUSE, ...UNREAD_GROUPS }, null)))
    expect(page).not.toMatch(/<h3[^>]*>(Teams|Agents and)|No agent/)
  })

  test('never fills a cell for a conversation that is assigned to a team', () => {
    const page = renderAccessHtml(conclude(ACCESSES.house))
    const rows = [...page.matchAll(/<li><div><strong>([^<]*)<.*?<\/li>/gs)]
    expect(rows.map(([, email]) => email)).toEqual([
      'foreign@acme.com',
      'unread@acme.com',
      'grace@acme.com',
      'ken@acme.com',
      'reports@acme.com',
    ])
  })

  test('of more inboxes than a row has room for shows lists instead of cells', () => {
    const page = renderAccessHtml(conclude(LARGE(0.5, 61)))
    expect(page).toContain('<ul class="matrix">')
    expect(page).not.toContain('class="columns"')
  })
})

test.each([
  ['ada@acme.com', 'everything; also a member of Website'],
  ['mallory@evil.example', 'everything'],
  ['grace@acme.com', 'Website; conversations from any inbox assigned to billing, tier 1'],
  [
    'ken@acme.com',
    'Mail #2 (their own conversations and those they take part in); conversations from any inbox assigned to billing (their own conversations and those they take part in)',
  ],
  ['linus@acme.com', 'no conversation'],
])('%s reaches %j in one cell of a review', (email, text) => {
  const everybody = ACCESSES.house.sections.flatMap(({ people }) => people)
  const found = everybody.find(({ person }) => person.email === email)
  expect(found && listAllReaches(found).join('; ')).toBe(text)
})

test('a question about somebody is answered under their own name', () => {
  const [topic] = findTopics(NAMED, listTopics(HOUSE))
  const answer = describeAccountAccess(HOUSE, topic ?? null, 'snapshot.json')
  expect(renderAccessText(answer, 0, PLAIN)).toContain('From the snapshot snapshot.json of')
})
