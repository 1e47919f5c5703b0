/** The HTML report as a document: golden files, a real parser, and hostile names as mere text. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type DefaultTreeAdapterMap, parse } from 'parse5'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { addDiagnostics, type JudgedAccount, type Report } from '../../src/core/report/report.ts'
import { html, toText } from '../../src/views/html/markup.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { MODEL, matchHtmlGolden } from './golden.ts'
import { HOSTILE, named, options, REPORTS } from './reports.ts'

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

const cases = Object.entries(REPORTS)
const GOLDEN = cases.filter(([name]) => name !== 'two-thousand-findings')

interface Page {
  readonly source: string
  readonly errors: readonly string[]
  readonly elements: readonly Element[]
  readonly text: string
}

const PAGES = new Map<Report, Page>()

/** Each is rendered and parsed once: one of them is large. */
function read(report: Report): Page {
  const known = PAGES.get(report)
  if (known) return known
  const source = renderHtml(report)
  const errors: string[] = []
  const document = parse(source, { onParseError: ({ code }) => errors.push(code) })
  const elements: Element[] = []
  collect(document, elements)
  const page = { source, errors, elements, text: textOf(document) }
  PAGES.set(report, page)
  return page
}

function collect(node: Node, into: Element[]): void {
  if ('tagName' in node) into.push(node)
  if ('childNodes' in node) for (const child of node.childNodes) collect(child, into)
}

function textOf(node: Node): string {
  if (node.nodeName === 'style') return ''
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : ''
}

function attribute({ attrs }: Element, name: string): string | undefined {
  return attrs.find((each) => each.name === name)?.value
}

function withClass(page: Page, name: string): readonly Element[] {
  return page.elements.filter((each) => attribute(each, 'class')?.split(' ').includes(name))
}

function withTag(page: Page, name: string): readonly Element[] {
  return page.elements.filter(({ tagName }) => tagName === name)
}

const WORDS = { in_sync: 'IN SYNC', drift: 'DRIFT', none: 'NO VERDICT' }

describe('every report', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name, report) => {
    const model = { document: read(named(MODEL)).source, file: `${MODEL}.html` }
    await matchHtmlGolden(read(report).source, `${name}.html`, model)
  })

  test.each(cases)('%s is parsed without a single error', (_name, report) => {
    expect(read(report).errors).toEqual([])
  })

  test.each(cases)(
    '%s begins and ends with the verdict, and has it in the title',
    (_name, report) => {
      const page = read(report)
      const word = WORDS[report.verdict]
      expect(withTag(page, 'h1').map((each) => textOf(each).trim())).toEqual([word])
      expect(withTag(page, 'title').map(textOf)[0]).toMatch(new RegExp(`^${word}: .+ – rollcall$`))
      const main = withTag(page, 'main').map(textOf)[0]
      expect(main?.trim().startsWith(word)).toBe(true)
      const asked = options(report) === null ? '' : ` (${options(report)})`
      expect(page.text.trim().endsWith(`${word}, exit code ${report.exitCode}${asked}`)).toBe(true)
    },
  )

  test.each(cases)('%s says its language and skips no heading level', (_name, report) => {
    const page = read(report)
    expect(withTag(page, 'html').map((each) => attribute(each, 'lang'))).toEqual(['en'])
    const levels = page.elements
      .filter(({ tagName }) => /^h[1-6]$/.test(tagName))
      .map(({ tagName }) => Number(tagName[1]))
    for (const [index, level] of levels.entries()) {
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1)
    }
  })

  test.each(cases)('%s holds nothing that runs, loads, or points outside', (_name, report) => {
    const page = read(report)
    const tags = new Set(page.elements.map(({ tagName }) => tagName))
    for (const tag of ['script', 'img', 'iframe', 'object', 'form', 'base', 'template']) {
      expect(tags).not.toContain(tag)
    }
    const ids = page.elements.flatMap((each) => attribute(each, 'id') ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const { attrs } of page.elements) {
      for (const { name, value } of attrs) {
        expect(name).not.toMatch(/^(?:on|style$|src|action|formaction|xlink)/)
        if (name === 'href' && value !== 'data:,') expect(ids).toContain(value.slice(1))
      }
    }
  })

  test.each(cases)('%s holds no character that reorders, hides or controls', (_name, report) => {
    expect(read(report).source.replaceAll('\n', '')).not.toMatch(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
    )
  })

  test('the security policy allows this very style and nothing else', () => {
    const page = read(named('in-sync'))
    const style = withTag(page, 'style').flatMap(({ childNodes }) => childNodes)
    const [sheet] = style.map((node) => ('value' in node ? node.value : ''))
    const hash = createHash('sha256')
      .update(sheet ?? '')
      .digest('base64')
    const meta = withTag(page, 'meta')
    const policy = meta.find((each) => attribute(each, 'http-equiv') === 'Content-Security-Policy')
    expect(policy && attribute(policy, 'content')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    )
    const referrer = meta.find((each) => attribute(each, 'name') === 'referrer')
    expect(referrer && attribute(referrer, 'content')).toBe('no-referrer')
  })
})

describe('hostile names', () => {
  test('bring no element, no attribute and no value of one that other reports do not have', () => {
    const shapes = (name: string) =>
      read(named(name)).elements.flatMap(({ tagName, attrs }) => [
        tagName,
        ...attrs.map((each) => `${tagName} ${each.name}=${each.value}`),
      ])
    // Bars are as long as there are people, and each person has a number.
    const fixed = (shape: string) => !/^rect (?:x|width)=|#account-1-person-\d+$/.test(shape)
    const known = new Set(['drift-of-every-kind', 'several-accounts'].flatMap(shapes))
    const unknown = shapes('hostile-names').filter((each) => fixed(each) && !known.has(each))
    expect(unknown).toEqual([])
  })

  test('are shown as text, with what cannot be seen made visible', () => {
    const { text } = read(named('hostile-names'))
    expect(text).toContain(
      '::error::pwn %0A | `x` <script>alert(1)</script> =HYPERLINK("http://e") \\u{202e}gpj ]]> ' +
        '\\u{0}\\u{7}\\u{1b}[31mred\\u{1b}[0m\\u{9b}1m\\u{d}\\u{a}\\u{2028}\\u{200b}👩\\u{200d}💻 \\u{d800}',
    )
    expect(HOSTILE).toContain('<script>')
  })

  test('of 10,000 characters are cut where people read, and the cut is visible', () => {
    const { source: page } = read(named('hostile-names'))
    expect(page).toContain(`${'x'.repeat(256)}… (10000 characters)`)
    expect(page).not.toContain('x'.repeat(257))
  })

  test('do not become a command of a CI job, and read as they are', () => {
    const name = "##[error]##vso[x] ###[y] '#[z]"
    const source = toText(html`<p title="${name}">${name}</p>`)
    expect(source).not.toMatch(/##\w*\[/)
    const elements: Element[] = []
    collect(parse(source), elements)
    const shown = elements.find(({ tagName }) => tagName === 'p')
    expect(shown && [attribute(shown, 'title'), textOf(shown)]).toEqual([name, name])
  })

  test('cannot end an attribute, an element or an entity', () => {
    expect(toText(html`<p title="${`"'<>&`}">${'</p>&lt;\ufffe\u{10ffff}'}</p>`)).toBe(
      '<p title="&quot;&#39;&lt;&gt;&amp;">&lt;/p&gt;&amp;lt;\\u{fffe}\\u{10ffff}</p>',
    )
  })

  test('are never interpolated outside quotes', () => {
    const folder = new URL('../../src/views/', import.meta.url).pathname
    const files = readdirSync(`${folder}html`).map((file) => `html/${file}`)
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) {
      expect(readFileSync(`${folder}${file}`, 'utf8')).not.toMatch(/=\$\{/)
    }
  })
})

describe('a verdict', () => {
  const report = named('drift-of-every-kind')
  const account = report.accounts[0] as JudgedAccount
  const page = read(report)

  test('shows each finding with its place, what it means and what to do', () => {
    expect(
      withClass(page, 'entries').flatMap(({ childNodes }) =>
        childNodes.filter((each) => 'tagName' in each),
      ).length,
    ).toBe(account.findings.length)
    for (const { code, summary, location } of account.findings) {
      expect(page.text).toContain(summary)
      expect(page.text).toContain(`rollcall.yaml:${location?.line}:${location?.column}`)
      expect(page.text).toContain(FINDINGS[code].meaning.replaceAll('`', ''))
      expect(page.text).toContain(FINDINGS[code].remedy.replaceAll('`', ''))
    }
  })

  test('shows the worst findings first', () => {
    const risks = withClass(page, 'badges').map((each) => textOf(each).trim().split(' ')[0])
    const order = ['critical', 'high', 'medium', 'low']
    expect(risks).toEqual(risks.toSorted((a, b) => order.indexOf(a ?? '') - order.indexOf(b ?? '')))
    expect(new Set(risks)).toEqual(new Set(order))
  })

  test('shows the lines of the policy that would settle a finding, ready to paste', () => {
    const lines = withTag(page, 'pre').map((each) => textOf(each).trimEnd())
    const offered = [...account.fixes.values()].map((each) => each.lines.join('\n'))
    expect(lines.toSorted()).toEqual(offered.toSorted())
    expect(lines.length).toBeGreaterThan(5)
  })

  test('quotes the line of the policy that a finding speaks of', () => {
    const places = withClass(page, 'place').map(textOf)
    expect(places).toContain('rollcall.yaml:5:3 old-admin@acme.com: agent')
  })

  test('shows each change with what it does besides', () => {
    const [list] = withClass(page, 'changes')
    expect(list?.childNodes.filter((each) => 'tagName' in each).length).toBe(account.changes.length)
    for (const { effects } of account.changes) {
      for (const effect of effects) expect(list && textOf(list)).toContain(effect)
    }
    expect(list && textOf(list)).toContain('custom role: none → Billing clerk')
    expect(list && textOf(list)).toContain('description: empty → Invoices')
    expect(list && textOf(list)).toContain('Cannot be undone.')
  })

  test('shows everybody and every team that either side knows', () => {
    const headers = withTag(page, 'th').map(textOf)
    for (const { email } of account.getOutcomes().people) {
      expect(headers.some((each) => each.startsWith(email))).toBe(true)
    }
    for (const { subject } of account.getOutcomes().groups) {
      expect(headers.some((each) => each.startsWith(subject.name))).toBe(true)
    }
  })

  test('shows an open invitation as disabled', () => {
    const row = withTag(page, 'tr')
      .map(textOf)
      .find((each) => each.startsWith('linus@acme.com'))
    expect(row).toContain('disabled: invitation not accepted')
  })

  test('says in words whatever a bar shows', () => {
    const charts = withClass(page, 'chart').map((each) => textOf(each).replace(/\s+/g, ' '))
    expect(charts[0]).toContain('Administrators 5 3 drift, 1 warning, 1 as the policy says')
    expect(charts[1]).toContain(
      'billing 5 the team itself: drift; 3 drift, 1 warning, 1 as the policy says; 1 missing; 1 ghost',
    )
    for (const each of withTag(page, 'svg')) expect(attribute(each, 'aria-hidden')).toBe('true')
  })

  test('names who read it, when, from what, and what nobody can see', () => {
    for (const words of [
      'ada@acme.com (administrator)',
      '2026-11-23 08:00:00 UTC to 2026-11-23 08:00:01 UTC',
      '12 agents, 3 teams, 5 memberships, in 6 requests',
      'rollcall 1.2.3',
      account.policy.sha256 ?? 'no hash',
      'What this API does not show: super administrators',
    ]) {
      expect(page.text).toContain(words)
    }
  })

  test('of drift that only informs says that it was asked to end with 0', () => {
    const { text } = read({ ...report, exitCode: 0, exitZero: true })
    expect(text.trim().endsWith('DRIFT, exit code 0 (--exit-zero)')).toBe(true)
  })

  test('that was reached is kept where the run failed afterwards', () => {
    const failed = addDiagnostics(report, [
      makeDiagnostic({ code: 'output-failed', summary: 'report.csv could not be written.' }),
    ])
    const { text } = read(failed)
    expect(text.trim().endsWith('NO VERDICT, exit code 1')).toBe(true)
    expect(text).toContain('report.csv could not be written.')
    expect(text).toContain('DRIFT 14 findings, 3 critical, 3 warnings')
  })

  test('says what else holds of people and teams', () => {
    const [person] = account.getOutcomes().people
    const [team] = account.getOutcomes().groups
    if (!person?.seen || !team) throw new Error('the report has people and teams')
    const seen = { ...person.seen, provider: null, customRole: { id: 7, name: null } }
    const odd: JudgedAccount = {
      ...account,
      findings: account.findings.map((each) => ({ ...each, location: null })),
      getOutcomes: () => ({
        people: [{ ...person, seen }],
        hidden: [],
        groups: [
          { ...team, settings: { description: 'Invoices', auto_assign: false }, members: [] },
        ],
        customRoles: [],
        statements: [],
      }),
    }
    const { text } = read({ ...report, accounts: [odd] })
    expect(text).toContain('not known')
    expect(text).toContain('administrator, custom role id 7')
    expect(text).toContain('archive-2024Invoicesoffnone')
    expect(text).not.toContain('rollcall.yaml:5:3')
  })
})

test('an account without teams says so', () => {
  const report = named('in-sync')
  const account = report.accounts[0] as JudgedAccount
  const none = { ...account, getOutcomes: () => ({ ...account.getOutcomes(), groups: [] }) }
  const { text } = read({ ...report, accounts: [none] })
  expect(text.match(/No teams\./g)?.length).toBe(2)
})

test('people whom the policy does not speak of are not called unlisted', () => {
  const report = named('in-sync')
  const account = report.accounts[0] as JudgedAccount
  const people = account.getOutcomes().people.map((person) => ({ ...person, wanted: null }))
  const getOutcomes = () => ({ ...account.getOutcomes(), people })
  const coverage = { ...account.coverage, agents: 'unmanaged' as const }
  const { text } = read({ ...report, accounts: [{ ...account, getOutcomes, coverage }] })
  expect(text).toContain('not managed')
  expect(text).not.toContain('not listed')
})

describe('without a verdict', () => {
  test.each(['no-verdict', 'invalid-policy', 'settings-missing', 'wrong-usage'])(
    '%s shows nothing that looks fine',
    (name) => {
      const page = read(named(name))
      for (const good of ['in_sync', 'fine', 'create']) expect(withClass(page, good)).toEqual([])
      expect(page.text).not.toMatch(/in sync|as the policy says|compared with the policy|no drift/i)
    },
  )

  test('an account shows every message, with place, excerpt, advice and request id', () => {
    const invalid = read(named('invalid-policy'))
    expect(invalid.text).toContain('rollcall.yaml:6:5')
    expect(withTag(invalid, 'mark').map(textOf)[0]).toBe('mebers')
    expect(invalid.text).toContain('Did you mean members?')
    const refused = read(named('no-verdict'))
    expect(refused.text).toContain('Request id: 00000000-0000-4000-8000-000000000000')
    expect(refused.text).toContain('Running again may help.')
  })

  test('a warning of the run is called one', () => {
    const warning = makeDiagnostic({
      code: 'settings-token-on-command-line',
      severity: 'warning',
      summary: 'Look out.',
      location: { file: 'a.yaml', line: 1, column: 2 },
    })
    const { text } = read({ ...named('in-sync'), diagnostics: [warning] })
    expect(text).toContain('warning Look out.')
    expect(text).toContain('a.yaml:1:2')
  })
})

describe('several accounts', () => {
  test('have an index with the verdict of each', () => {
    const page = read(named('several-accounts'))
    const [index] = withClass(page, 'index')
    const text = index && textOf(index).replace(/\s+/g, ' ')
    expect(text).toMatch(/Third.*DRIFT.*NO VERDICT.*Acme Support.*IN SYNC/)
    expect(page.text).toContain('3 accounts: 1 in sync, 1 with drift, 1 without a verdict')
  })
})

describe('an account', () => {
  test('begins with how many findings there are of each risk, linked to the first of them', () => {
    const page = read(named('drift-of-every-kind'))
    const [risks] = withClass(page, 'risks')
    expect(risks && textOf(risks).trim().split(/\n/)).toEqual([
      '3 critical',
      '4 high',
      '5 medium',
      '5 low',
    ])
    expect(textOf(withClass(read(named('in-sync')), 'risks')[0] as never)).toBe('No open findings.')
  })

  test('has all findings of a person in the row of the person, and the name beside the address', () => {
    const page = read(named('drift-of-every-kind'))
    const row = withTag(page, 'tr')
      .map(textOf)
      .find((each) => each.startsWith('grace@acme.com grace'))
    expect(row).toContain('Different name (low)')
    expect(row).toContain('Unexpected team member (medium): billing: member')
  })

  test('folds away people and teams without findings', () => {
    const page = read(named('drift-of-every-kind'))
    const folds = withTag(page, 'details').map(textOf)
    expect(folds.map((each) => each.trim().split(/\n/)[0])).toContain('2 people without findings')
    expect(folds.some((each) => each.includes('mallory@evil.example'))).toBe(false)
  })

  test('in sync among several is folded behind its line', () => {
    const page = read(named('several-accounts'))
    const folds = withTag(page, 'summary').map((each) => textOf(each).replace(/\s+/g, ' ').trim())
    expect(folds).toContain('Account 1 "Acme Support" on chat.acme.com IN SYNC no drift')
    expect(folds.some((each) => each.startsWith('Account 3'))).toBe(false)
  })
})

describe('a large report', () => {
  const report = named('two-thousand-findings')
  const page = read(report)

  test('says how many findings, changes and people it leaves out', () => {
    const left = withClass(page, 'rest').map((each) => textOf(each))
    expect(left).toEqual([
      '1000 of 2000 are not shown here.',
      '1000 of 2000 are not shown here.',
      '2 of 2 are not shown here.',
    ])
    expect(page.source.length).toBeLessThan(3_000_000)
  })

  test('still counts all findings of a kind', () => {
    expect(withTag(page, 'h4').map(textOf)).toEqual(['Unexpected agent 2000'])
  })

  test('leaves out people who are fine before people who are not', () => {
    const people = withTag(page, 'tr').map(textOf)
    expect(people.filter((each) => each.startsWith('person-')).length).toBe(2000)
  })

  test('has a picture of the teams with the most drift and a count of the others', () => {
    const [account] = report.accounts as readonly JudgedAccount[]
    const [team] = account?.getOutcomes().groups ?? []
    const [member] = team?.members ?? []
    if (!account || !team || !member) throw new Error('the report has a team')
    const show = (withDrift: readonly number[]) => {
      const groups = Array.from({ length: 14 }, (_, index) => {
        const standing = withDrift.includes(index) ? ('drift' as const) : ('fine' as const)
        const members = Array.from({ length: 20 - index }, () => ({ ...member, standing }))
        const subject = { ...team.subject, name: `team ${index}` }
        return { ...team, subject, standing, members }
      })
      const many = { ...account, getOutcomes: () => ({ ...account.getOutcomes(), groups }) }
      return read({ ...report, accounts: [many] }).text
    }
    const text = show([12])
    expect(text).toContain('12 of 14 teams, the most drift first')
    expect(text).toContain('And 2 more teams, without drift.')
    expect(text.indexOf('team 12')).toBeLessThan(text.indexOf('team 0'))
    expect(show([...Array(13).keys()])).toContain('And 2 more teams, 1 of them with drift.')
  })
})
