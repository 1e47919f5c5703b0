/** The views of `rollcall list`: whole files, structure, width, and hostile names as mere text. */
import { parse as parseCsv } from 'csv-parse/sync'
import { type DefaultTreeAdapterMap, parse } from 'parse5'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { concludeFacts, type FactsReport } from '../../src/core/report/facts.ts'
import { type Listing, listAccount } from '../../src/core/report/listing.ts'
import { renderListHtml } from '../../src/views/html/list.ts'
import { renderListCsv } from '../../src/views/list/csv.ts'
import { renderListJson } from '../../src/views/list/json.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { renderListText } from '../../src/views/text/list.ts'
import { type SeenAccount, snapshot } from '../core/build.ts'
import { matchHtmlGolden } from './golden.ts'
import { HOSTILE } from './reports.ts'

const HEAD = {
  tool: { name: 'rollcall', version: '1.2.3' },
  generatedAt: '2026-11-23T08:00:02.000Z',
} as const

const LISTINGS = {
  everything: listAccount(
    snapshot({
      agents: {
        'ada@acme.com': { role: 'administrator', name: 'Ada', provider: 'saml' },
        'boss@acme.com': { role: 'administrator', name: '', confirmed: false, customRoleId: 1 },
        'linus@acme.com': { role: 'agent', confirmed: false, provider: null },
        'clerk@acme.com': { role: 'agent', customRoleId: 2 },
        'a-person-with-quite-a-long-address@department.example': 'agent',
        'grace@acme.com': 'agent',
      },
      teams: {
        billing: {
          members: ['ada@acme.com', 'grace@acme.com'],
          ghosts: ['gone@acme.com', 'left@acme.com'],
          description: 'Invoices',
        },
        'tier 1': { members: ['grace@acme.com'], ghosts: ['gone@acme.com'], autoAssign: false },
        empty: [],
      },
      customRoles: {
        1: 'Billing clerk',
        3: { name: 'Auditor', description: 'Reads reports', permissions: ['report_manage'] },
      },
    }),
  ),
  nobody: listAccount(snapshot({})),
  alone: listAccount(snapshot({ agents: { 'a@x.com': 'administrator' } })),
  'two-domains': listAccount(
    snapshot({ agents: { 'a@x.com': 'administrator', 'b@y.com': 'agent' } }),
  ),
  hostile: listAccount({
    ...snapshot({
      agents: {
        'ada@acme.com': { role: 'administrator', name: HOSTILE, provider: HOSTILE },
        [`${HOSTILE.replace(/\s/g, '')}@evil.example`]: { role: 'agent', customRoleId: 1 },
      },
      teams: { [HOSTILE]: { members: ['ada@acme.com'], ghosts: [HOSTILE], description: HOSTILE } },
      customRoles: { 1: HOSTILE },
    }),
    account: { id: 1, name: HOSTILE },
  }),
}

const cases = Object.entries(LISTINGS)
const FAILED = concludeFacts<Listing>({
  ...HEAD,
  facts: null,
  diagnostics: [makeDiagnostic({ code: 'network-refused', summary: 'No connection.' })],
})

describe('text', () => {
  test.each(cases)('%s reads as the golden file', async (name, each) => {
    const text = renderListText(each, 0, PLAIN)
    await expect(text).toMatchFileSnapshot(`golden/list-${name}.txt`)
  })

  test.each(cases)('%s says first and last that there is no verdict', (_name, each) => {
    const lines = renderListText(each, 0, PLAIN).trimEnd().split('\n')
    expect(lines[0]?.startsWith('NO POLICY, NO VERDICT  account 1')).toBe(true)
    expect(lines.at(-1)).toBe('NO POLICY, NO VERDICT, exit code 0')
  })

  test.each(cases)('%s holds nothing that a terminal would act on', (_name, each) => {
    const text = renderListText(each, 0, PLAIN).replaceAll('\n', '')
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('fits 80 columns, but for a name that is longer by itself', () => {
    for (const [name, each] of cases.filter(([name]) => name !== 'hostile')) {
      const lines = renderListText(each, 0, PLAIN).split('\n')
      expect([name, lines.filter((line) => stringWidth(line) > 80)]).toEqual([name, []])
    }
  })
})

test('JSON says whether trying again may help, where there is no list', () => {
  expect(JSON.parse(renderListJson(FAILED))).toMatchObject({
    listing: null,
    exit_code: 1,
    cause: 'network',
    retryable: true,
  })
  const fine = renderListJson(
    concludeFacts({ ...HEAD, facts: LISTINGS.everything, diagnostics: [] }),
  )
  expect(JSON.parse(fine)).toMatchObject({ exit_code: 0, cause: null, retryable: false })
})

test('JSON tells what was not read from what the account does not have', () => {
  const missing = (seen: SeenAccount) => {
    const facts = listAccount(snapshot(seen))
    return JSON.parse(renderListJson(concludeFacts({ ...HEAD, facts, diagnostics: [] }))).listing
      .missing
  }
  expect(missing({ inboxes: [], customRoles: 'unsupported' })).toEqual([])
  expect(missing({ inboxes: [], customRoles: {} })).toEqual([])
  expect(missing({ customRoles: 'unreadable' })).toEqual([
    { section: 'inboxes', is: 'unread' },
    { section: 'custom_roles', is: 'unreadable' },
  ])
})

test('JSON tells groups that share a name apart by their id', () => {
  const account = snapshot({
    agents: { 'a@x.com': 'administrator' },
    inboxes: [{ name: 'Mail' }, { name: 'Mail' }, { name: 'Website' }],
  })
  const report = concludeFacts({ ...HEAD, facts: listAccount(account), diagnostics: [] })
  const { inboxes } = JSON.parse(renderListJson(report)).listing
  expect(inboxes).toMatchObject([
    { name: 'Mail', id: 1 },
    { name: 'Mail', id: 2 },
    { name: 'Website' },
  ])
  expect(inboxes[2]).not.toHaveProperty('id')
})

test('CSV has a line for each person and each ghost, whatever their names', () => {
  const lines = (each: typeof LISTINGS.everything): Record<string, string>[] =>
    parseCsv(renderListCsv(each), { columns: true, record_delimiter: '\r\n' })
  expect(lines(LISTINGS.everything).map(({ status }) => status)).toEqual([
    ...['active', 'disabled', 'disabled', 'active', 'active', 'active', 'ghost', 'ghost'],
  ])
  expect(lines(LISTINGS.hostile)).toHaveLength(3)
  for (const row of lines(LISTINGS.hostile)) {
    for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@]/)
  }
})

describe('HTML', () => {
  const pages = [
    ...cases.map(([name, each]): [string, FactsReport<Listing>] => [
      name,
      concludeFacts({ ...HEAD, facts: each, diagnostics: [] }),
    ]),
    ['failed', FAILED] as [string, FactsReport<Listing>],
  ]

  test.each(pages)('%s is parsed without a single error', (_name, report) => {
    const errors: string[] = []
    parse(renderListHtml(report), { onParseError: ({ code }) => errors.push(code) })
    expect(errors).toEqual([])
  })

  test.each(pages)('%s has no element that other pages of ours do not have', (_name, report) => {
    const known = new Set(
      elements(
        renderListHtml(
          concludeFacts({ ...HEAD, facts: LISTINGS.everything, diagnostics: FAILED.diagnostics }),
        ),
      ),
    )
    expect(elements(renderListHtml(report)).filter((each) => !known.has(each))).toEqual([])
  })

  test('says that there are no custom roles where all were read', () => {
    const listing = listAccount(snapshot({ customRoles: {} }))
    const page = renderListHtml(concludeFacts({ ...HEAD, facts: listing, diagnostics: [] }))
    expect(page).toContain('<p>No custom roles.</p>')
  })

  test('reads as the golden file', async () => {
    const report = concludeFacts({ ...HEAD, facts: LISTINGS.everything, diagnostics: [] })
    await matchHtmlGolden(renderListHtml(report), 'list-everything.html')
  })
})

function elements(source: string): readonly string[] {
  const names: string[] = []
  const walk = (node: DefaultTreeAdapterMap['node']) => {
    if ('tagName' in node)
      names.push(`${node.tagName} ${node.attrs.map(({ name }) => name).join()}`)
    if ('childNodes' in node) node.childNodes.forEach(walk)
  }
  walk(parse(source))
  return names
}
