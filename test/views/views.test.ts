/** Every view with every named report: whole files, structure, width and harmlessness. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { Report } from '../../src/core/report/report.ts'
import { renderJson } from '../../src/views/json.ts'
import { ACCESS, describeCoverage } from '../../src/views/labels.ts'
import { renderDiagnostic } from '../../src/views/text/diagnostic.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { renderLines, renderPlain } from '../../src/views/text/lines.ts'
import { makePaint } from '../../src/views/text/text.ts'
import { MODEL, matchGolden, matchJsonGolden } from './golden.ts'
import { named, options, REPORTS } from './reports.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
)
// Formats are checked by the shape of the values themselves, below.
const conforms = new Ajv2020({
  allErrors: true,
  strict: true,
  validateFormats: false,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(schema)

// Everything a terminal might act on: controls but the line feed, format characters, surrogates.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const HARMFUL = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u

const cases = Object.entries(REPORTS)
const GOLDEN = cases.filter(([name]) => name !== 'two-thousand-findings')

test('a report says what it does not compare only where there is something', () => {
  const [account] = REPORTS['in-sync']?.accounts ?? []
  if (account === undefined) throw new Error('The report has no account.')
  const all = (covered: 'compared' | 'unmanaged') =>
    Object.fromEntries(Object.keys(account.coverage).map((key) => [key, covered]))
  const describe = (covered: 'compared' | 'unmanaged') =>
    describeCoverage({ ...account, coverage: all(covered) } as typeof account)
  expect(describe('compared')).toMatch(/^Compared: [\w ,]+\.$/)
  expect(describe('unmanaged')).toMatch(/^Not compared: [\w ,]+\.$/)
})

describe('text', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name, report) => {
    const model = { document: renderPlain(named(MODEL)), file: `${MODEL}.txt` }
    await matchGolden(renderPlain(report), `${name}.txt`, model)
  })

  test.each(cases)('%s has the verdict in its first and last line', (_name, report) => {
    const lines = renderPlain(report).trimEnd().split('\n')
    const word = { in_sync: 'IN SYNC', drift: 'DRIFT', none: 'NO VERDICT' }[report.verdict]
    expect(lines[0]?.startsWith(word)).toBe(true)
    const asked = options(report) === null ? '' : ` (${options(report)})`
    expect(lines.at(-1)).toBe(`${word}, exit code ${report.exitCode}${asked}`)
  })

  test.each(cases)(
    '%s fits 80 columns, but for a name that is longer by itself, and lines to paste',
    (name, report) => {
      const wide = renderPlain(report)
        .replace(/^What to do\n[\s\S]*?\n\n/m, (todo) => todo.replace(/^ {6}.*\n/gm, ''))
        .split('\n')
        .filter((line) => stringWidth(line) > 80)
      expect(
        wide.filter(
          (line) => !/^ {6}'/.test(line) && (name !== 'hostile-names' || / {6}/.test(line)),
        ),
      ).toEqual([])
    },
  )

  test.each(cases)('%s holds nothing that a terminal would act on', (_name, report) => {
    expect(renderPlain(report)).not.toMatch(HARMFUL)
  })

  test.each(cases)('%s says what gives access wherever there is a verdict', (_name, report) => {
    const judged = report.accounts.some(({ verdict }) => verdict !== 'none')
    const text = renderPlain(report).replace(/\s+/g, ' ')
    expect(text.includes(ACCESS)).toBe(judged)
  })

  test('colour adds escape sequences and nothing else', () => {
    for (const [, report] of cases) {
      const plain = renderPlain(report)
      const colored = renderLines(report, makePaint())
      expect(colored).not.toBe(plain)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
      expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain)
    }
  })

  test('of several accounts the worst stands first, and one in sync takes one line', () => {
    const only = (name: string) => (REPORTS[name] as Report).accounts
    const one = (id: number) =>
      only('in-sync').map((each) => ({ ...each, account: { id, name: 'A' } }))
    const ignoring = only('in-sync').map((each) => ({
      ...each,
      summary: { ...each.summary, ignored: 2 },
    }))
    const accounts = [...one(1), ...only('partly-managed'), ...ignoring, ...only('broken-rules')]
    const report = { ...(REPORTS['several-accounts'] as Report), accounts: accounts as never }
    const heads = renderPlain(report)
      .split('\n')
      .filter((line) => /^(DRIFT|IN SYNC) {2}|in sync\./.test(line))
    expect(heads).toEqual([
      'DRIFT  account 1 "Acme Support" on chat.acme.com: 4 findings, 2 critical',
      'IN SYNC  account 1 "A" on chat.acme.com: no drift',
      'IN SYNC  account 1 "Acme Support" on chat.acme.com: no drift, 1 agent not',
      'IN SYNC  account 1 "Acme Support" on chat.acme.com: no drift, 2 ignored',
      '2 accounts in sync. Compared: agents, roles, custom roles, teams, members. Not',
      '1 account in sync. Compared: agents, roles. Not compared: custom roles (not',
    ])
  })

  test('says what was not compared only if there is such a thing', () => {
    const [account] = (REPORTS['in-sync'] as Report).accounts
    const coverage = Object.fromEntries(
      Object.keys(account?.coverage ?? {}).map((section) => [section, 'compared']),
    )
    const text = renderPlain({
      ...(REPORTS['in-sync'] as Report),
      accounts: [{ ...account, coverage } as never],
    }).replace(/\s+/g, ' ')
    expect(text).toContain('Compared: agents, roles')
    expect(text).not.toContain('Not compared')
  })

  test('a finding without a place in the policy is shown all the same', () => {
    const report = REPORTS['drift-of-every-kind'] as never as Report
    const [account] = report.accounts
    const nowhere = {
      ...account,
      findings: account?.findings.map((each) => ({ ...each, location: null })),
    }
    const text = renderPlain({ ...report, accounts: [nowhere as never] })
    expect(text).toMatch(/mallory@evil\.example .* critical$/m)
  })

  test('a warning is called one, with its place', () => {
    const warning = makeDiagnostic({
      code: 'settings-token-on-command-line',
      severity: 'warning',
      summary: 'Look out.',
      advice: null,
      location: { file: 'a.yaml', line: 1, column: 2 },
    })
    expect(renderDiagnostic(warning, PLAIN)).toBe('warning: Look out.\n  at a.yaml:1:2')
  })

  test('each finding is shown once, with its place', () => {
    const report = REPORTS['drift-of-every-kind']
    const text = renderPlain(report as never)
    for (const { location } of report?.accounts[0]?.findings ?? []) {
      expect(text).toContain(`:${location?.line}:${location?.column}`)
    }
    const rows = text.split('\n').filter((line) => /^ {2,4}[-+~!] /.test(line))
    expect(rows.length).toBe(report?.accounts[0]?.findings.length)
  })
})

describe('what to do, in the text', () => {
  const todo = (name: string) => {
    const text = renderPlain(REPORTS[name] as Report)
    return /^What to do\n([\s\S]*?)\n\n/m.exec(text)?.[1] ?? ''
  }

  test('is said once for each kind of finding', () => {
    const codes = REPORTS['drift-of-every-kind']?.accounts[0]?.findings.map(({ code }) => code)
    const said = [...todo('drift-of-every-kind').matchAll(/^ {2}([a-z-]+): /gm)].map(
      ([, code]) => code,
    )
    expect(said).toEqual([...new Set(codes)])
  })

  test('what is offered for the policy is YAML as it stands', () => {
    const blocks = todo('drift-of-every-kind').match(/(?:^ {6}.*\n)+/gm) ?? []
    expect(blocks.length).toBeGreaterThan(3)
    for (const block of blocks) {
      const keys = Object.keys(parse(block.replace(/^ {6}/gm, '')))
      expect(keys.map((key) => ['agents', 'teams'].includes(key))).toEqual([true])
    }
  })

  test('shows the first ten lines of a kind and counts the others', () => {
    expect(todo('two-thousand-findings')).toMatch(/\d more of these lines are not shown here\.$/m)
    expect(todo('two-thousand-findings').split('\n').length).toBeLessThan(60)
  })

  test('is not said where nothing is to be done', () => {
    expect(todo('in-sync')).toBe('')
  })
})

describe('json', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name, report) => {
    const model = { document: renderJson(named(MODEL)), file: `${MODEL}.json` }
    await matchJsonGolden(renderJson(report), `${name}.json`, model)
  })

  test.each(cases)('%s fits the published schema', (_name, report) => {
    conforms(JSON.parse(renderJson(report)))
    expect(conforms.errors).toBeNull()
  })

  test.each(cases)('%s holds nothing that a terminal would act on', (_name, report) => {
    expect(renderJson(report)).not.toMatch(HARMFUL)
  })

  test('hostile names survive unchanged', () => {
    const document = JSON.parse(renderJson(REPORTS['hostile-names'] as never))
    expect(document.accounts[0].account.name).toBe(
      REPORTS['hostile-names']?.accounts[0]?.account?.name,
    )
  })

  test('each finding says what it is about and what to do, and is counted by its risk', () => {
    const document = JSON.parse(renderJson(REPORTS['drift-of-every-kind'] as never))
    const [account] = document.accounts
    for (const each of account.findings) {
      expect(Object.keys(each)).toEqual(
        expect.arrayContaining(['kind', 'email', 'name', 'group', 'remedy']),
      )
    }
    const totals = { critical: 0, high: 0, medium: 0, low: 0 } as Record<string, number>
    for (const { risk } of account.findings) totals[risk] = (totals[risk] ?? 0) + 1
    expect([account.totals, document.totals]).toEqual([totals, totals])
  })

  test('without a verdict there are no findings and no changes', () => {
    for (const name of ['no-verdict', 'invalid-policy', 'several-accounts']) {
      for (const account of JSON.parse(renderJson(REPORTS[name] as never)).accounts) {
        if (account.verdict !== 'none') continue
        expect([account.findings, account.changes, account.read]).toEqual([[], [], null])
        expect(account.totals).toBeNull()
        expect(account.diagnostics.length).toBeGreaterThan(0)
      }
    }
  })
})
