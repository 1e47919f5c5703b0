/** CSV: whole files, a strict parser, and cells that no spreadsheet takes for a formula. */
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import type { JudgedAccount, Report } from '../../src/core/report/report.ts'
import { writeStatements } from '../../src/policy/write/yaml.ts'
import { renderCsv } from '../../src/views/csv.ts'
import { HOSTILE, named, REPORTS } from './reports.ts'

const cases = Object.entries(REPORTS)
const JUDGED = cases.filter(([, { verdict }]) => verdict !== 'none')
const UNJUDGED = cases.filter(([, { verdict }]) => verdict === 'none')
const GOLDEN = JUDGED.filter(([name]) => name !== 'two-thousand-findings')

const COLUMNS = [
  'server',
  'account_id',
  'account_name',
  'policy',
  'line',
  'column',
  'code',
  'address',
  'risk',
  'severity',
  'disposition',
  'summary',
  'remedy',
  'policy_line',
  'id',
  'waiver_reason',
  'waiver_owner',
  'waiver_expires',
  'snapshot',
  'kind',
  'email',
  'name',
  'group',
  'what',
  'by',
  'at',
] as const
const HEADER = COLUMNS.join(',')

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>

function judgedOf(report: Report): readonly JudgedAccount[] {
  return report.accounts.flatMap((account) => (account.verdict === 'none' ? [] : [account]))
}

/** By column; refuses what is not RFC 4180, a wrong number of cells included. */
function rows(report: Report): Row[] {
  return parse(renderCsv(report) ?? '', { columns: true, record_delimiter: '\r\n' })
}

describe('csv', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name, report) => {
    await expect(renderCsv(report)).toMatchFileSnapshot(`golden/${name}.csv`)
  })

  test.each(UNJUDGED)(
    '%s is withheld: without a verdict it would read as fine',
    (_name, report) => {
      expect(renderCsv(report)).toBeNull()
    },
  )

  test('a verdict that was lost after the read withholds it too', () => {
    const lost = { verdict: 'none', cause: 'output', retryable: false, exitCode: 1 } as const
    const diagnostics = [makeDiagnostic({ code: 'output-failed', summary: 'Not written.' })]
    expect(renderCsv({ ...named('in-sync'), ...lost, diagnostics })).toBeNull()
  })

  test('an account in sync gives the header and nothing else', () => {
    expect(renderCsv(named('in-sync'))?.replaceAll('"', '')).toBe(`${HEADER}\r\n`)
  })

  test.each(JUDGED)('%s has one line for every finding, worst first', (_name, report) => {
    const text = renderCsv(report) ?? ''
    const wanted = judgedOf(report).flatMap(({ findings, off }) => [
      ...findings,
      ...[...off.keys()].map(() => ({ code: '' })),
    ])
    expect(rows(report).map(({ id }) => id.split(':')[0])).toEqual(wanted.map(({ code }) => code))
    expect(text.split('\r\n').length).toBe(wanted.length + 2)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('a line says which account, what, where, how bad, and what to do', () => {
    expect(rows(named('drift-of-every-kind'))[11]).toEqual({
      server: 'https://chat.acme.com',
      account_id: '1',
      account_name: 'Acme Support',
      policy: 'rollcall.yaml',
      line: '14',
      column: '1',
      code: 'team-unexpected',
      address: 'team/night shift',
      risk: 'medium',
      severity: 'error',
      disposition: 'open',
      summary: 'team, not in the policy; members grace@acme.com, stranger@acme.com',
      remedy: FINDINGS['team-unexpected'].remedy,
      policy_line: 'teams: { night shift: [grace@acme.com, stranger@acme.com] }',
      id: 'team-unexpected:team/night shift',
      waiver_reason: '',
      waiver_owner: '',
      waiver_expires: '',
      snapshot: '',
      kind: 'team',
      email: '',
      name: '',
      group: 'night shift',
      what: '',
      by: '',
      at: '',
    })
  })

  test('a line says who the person is and in which group, each in a cell of its own', () => {
    const found = rows(named('drift-of-every-kind'))
    const people = found.filter(({ email }) => email !== '')
    expect(people.length).toBeGreaterThan(5)
    for (const { email, address } of people) expect(address.endsWith(`/${email}`)).toBe(true)
    expect(new Set(found.map(({ kind }) => kind))).toEqual(
      new Set(['agent', 'team', 'team-member']),
    )
    const [mallory] = people.filter(({ code }) => code === 'admin-unexpected')
    expect(mallory).toMatchObject({ kind: 'agent', name: 'mallory', group: '' })
  })

  test('the same findings are the same bytes, whenever they were read and told', () => {
    const report = named('drift-of-every-kind')
    const moment = '2027-01-04T09:10:11.000Z'
    const accounts = report.accounts.map((account) => ({
      ...account,
      read: account.read && { ...account.read, startedAt: moment, finishedAt: moment, requests: 9 },
    }))
    const later = { ...report, generatedAt: moment, accounts } as Report
    expect(renderCsv(later)).toBe(renderCsv(report))
  })

  test('a finding that is waived says why, by whom and until when', () => {
    const [waived] = rows(named('waived-and-off')).filter(({ id }) =>
      id.endsWith('old-admin@acme.com'),
    )
    expect(waived).toMatchObject({
      disposition: 'waived',
      policy_line: '',
      waiver_reason: 'Hand-over until January, approved in SEC-112',
      waiver_owner: 'ada@acme.com',
      waiver_expires: '2027-01-15',
    })
  })

  test('what is switched off is counted on one line for each code', () => {
    const off = rows(named('waived-and-off')).filter(({ disposition }) => disposition === 'off')
    expect(off.map(({ code, address, summary }) => `${code} ${address} ${summary}`)).toEqual([
      'agent-name-differs account 1 finding switched off by the policy',
      'team-differs account 1 finding switched off by the policy',
    ])
  })

  test('what has no place in the policy, or no line that would settle it, has empty cells', () => {
    const report = named('drift-of-every-kind')
    const accounts = judgedOf(report).map((account) => ({
      ...account,
      findings: account.findings.map((each) => ({ ...each, location: null })),
      fixes: new Map(),
    }))
    const found = rows({ ...report, accounts })
    expect(found.every((row) => `${row.line}${row.column}${row.policy_line}` === '')).toBe(true)
  })

  test('the line that would settle a finding is YAML', () => {
    const offered = rows(named('drift-of-every-kind')).flatMap(
      ({ policy_line }) => policy_line || [],
    )
    expect(offered.length).toBeGreaterThan(8)
    for (const line of offered) {
      expect(['agents', 'teams']).toContain(Object.keys(parseYaml(line))[0])
    }
  })
})

/** With a text wherever a server or a policy could have put one. */
function filledWith(text: string): Report {
  const report = named('drift-of-every-kind')
  const accounts = judgedOf(report).map((account) => ({
    ...account,
    policy: { path: text, sha256: null },
    account: { id: 1, name: text },
    findings: account.findings
      .slice(0, 1)
      .map((each) => ({ ...each, summary: text, address: text })),
    fixes: new Map(
      account.findings.map(({ id }) => [
        id,
        writeStatements({ path: ['teams', text], said: [{ key: null, value: 'x' }] }),
      ]),
    ),
  }))
  return { ...report, accounts }
}

function summaryOf(text: string): string | undefined {
  return rows(filledWith(text))[0]?.summary
}

describe('a cell', () => {
  test.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '   @x',
    '\u00a0=1',
    '\u3000=1',
    '"=1',
    "'=1",
    '" =1',
    '“=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '=HYPERLINK("http://e")',
    "=cmd|' /C calc'!A0",
    '\u200b=1',
    '\u0000=1',
    'a;=1',
    'a; =1',
    'a;"=1',
    ';;=1',
    'a";-1',
  ])('%j is no formula', (text) => {
    const cell = summaryOf(text) ?? ''
    expect(cell).not.toMatch(/(?:^|;)[\s"'“”]*(?<!'[\s"'“”]*)[=+\-@＝＋－＠]/u)
    expect(cell).not.toMatch(/\p{Cc}|\p{Cf}/u)
    expect(cell.replace(/'|\\u\{\w+\}/g, '')).toBe(text.replace(/'|\p{Cc}|\p{Cf}|[^\P{Zs} ]/gu, ''))
  })

  test('that would be one begins with an apostrophe', () => {
    expect(summaryOf('=1')).toBe("'=1")
    expect(summaryOf(' "=1')).toBe(`' "=1`)
    expect(summaryOf('a; @b')).toBe("a;' @b")
  })

  test.each(['ada@acme.com', 'a-b', '1+1=2', 'a; b', 'in a, -b', 'Ünï 名前 👩', '"quoted"', 'a,b'])(
    '%j stays as it is',
    (text) => {
      expect(summaryOf(text)).toBe(text)
    },
  )

  test('shows what cannot be seen, and stays on one line', () => {
    expect(summaryOf('a\r\nb\u0000\u202ec\ud800\u2028\ufeff\ufdd0')).toBe(
      'a\\u{d}\\u{a}b\\u{0}\\u{202e}c\\u{d800}\\u{2028}\\u{feff}\\u{fdd0}',
    )
  })

  test('is not longer than a spreadsheet can hold', () => {
    const long = summaryOf('x'.repeat(40_000)) ?? ''
    expect(long).toBe(`${'x'.repeat(32_000)}… (40000 characters)`)
    expect(summaryOf('x'.repeat(32_000))).toBe('x'.repeat(32_000))
    expect(summaryOf(`${'x'.repeat(31_999)}👩x`)).toBe(`${'x'.repeat(31_999)}… (32002 characters)`)
    expect(summaryOf('\u0000'.repeat(32_000))?.length).toBeLessThan(32_100)
  })

  test('survives any text: the right columns, no formula, nothing lost', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc
        .array(
          fc.constantFrom(
            '=',
            '+',
            '-',
            '@',
            ';',
            '"',
            "'",
            ' ',
            ',',
            '\r\n',
            '\t',
            '＝',
            'x',
            HOSTILE,
          ),
        )
        .map((all) => all.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const [row, ...others] = rows(filledWith(text)) as [Row, ...Row[]]
        expect(others).toEqual([])
        expect(Object.keys(row).join()).toBe(HEADER)
        for (const cell of Object.values(row)) {
          expect(cell).not.toMatch(/^[\s"]*[=+\-@＝＋－＠]|;[\s"]*[=+\-@＝＋－＠]/u)
          expect(cell).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        }
        const harmful =
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}=+\-@＝＋－＠\u2800]|\p{Noncharacter_Code_Point}|\p{DI}|[^\P{Zs} ]/u
        if (!harmful.test(text)) expect([row.summary, row.account_name]).toEqual([text, text])
      }),
      { numRuns: 1_000 },
    )
  })
})
