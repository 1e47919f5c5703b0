/** Markdown: whole files, structure by a real parser, size, and harmlessness of every text. */
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { Finding } from '../../src/core/messages/finding.ts'
import { FINDINGS, RISKS, type Risk } from '../../src/core/messages/finding-records.ts'
import {
  type AccountReport,
  addDiagnostics,
  type JudgedAccount,
  type Report,
} from '../../src/core/report/report.ts'
import { writeStatements } from '../../src/policy/write/yaml.ts'
import { renderMarkdown } from '../../src/views/markdown/report.ts'
import { shortenRemedy } from '../../src/views/remedy.ts'
import { team } from '../core/build.ts'
import { MODEL, matchGolden } from './golden.ts'
import { HOSTILE, named, options, REPORTS } from './reports.ts'

const cases = Object.entries(REPORTS)
const GOLDEN = cases.filter(([name]) => name !== 'two-thousand-findings')
const WORDS = { in_sync: 'IN SYNC', drift: 'DRIFT', none: 'NO VERDICT' }

function render(report: Report, maxBytes = 60_000): string {
  return renderMarkdown(report, { maxBytes, uri: (file) => file })
}

// As generous as a site could be: raw HTML, and links for whatever looks like one.
const parser = new MarkdownIt({ html: true, linkify: true })

type Token = ReturnType<typeof parser.parse>[number]

/** All tokens, those inside of lines too. */
function tokens(markdown: string): Token[] {
  return parser.parse(markdown, {}).flatMap((token) => [token, ...(token.children ?? [])])
}

/** The text of every cell as a reader sees it, row by row, headings left out. */
function rows(markdown: string): string[][] {
  const all = parser.parse(markdown, {})
  return all
    .reduce<string[][]>((found, token, index) => {
      if (token.type === 'tr_open') found.push([])
      if (token.type === 'td_open') found.at(-1)?.push(seen(all[index + 1]))
      return found
    }, [])
    .filter((cells) => cells.length > 0)
}

function seen(token: Token | undefined): string {
  return (token?.children ?? []).map(({ content }) => content).join('')
}

function lines(markdown: string): string[] {
  return markdown.trimEnd().split('\n')
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

function judgedOf(report: Report): readonly JudgedAccount[] {
  return report.accounts.flatMap((account) => (account.verdict === 'none' ? [] : [account]))
}

describe('the document', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name, report) => {
    const model = { document: render(named(MODEL)), file: `${MODEL}.md` }
    await matchGolden(render(report), `${name}.md`, model)
  })

  test.each(cases)('%s has the verdict in its first heading and its last line', (_name, report) => {
    const [marker, blank, heading] = lines(render(report))
    expect(marker).toMatch(/^<!-- rollcall plan: .* -->$/)
    expect(blank).toBe('')
    expect(heading?.startsWith(`## ${WORDS[report.verdict]}: `)).toBe(true)
    const asked = options(report) === null ? '' : ` (\`${options(report)}\`)`
    expect(lines(render(report)).at(-1)).toBe(
      `**${WORDS[report.verdict]}, exit code ${report.exitCode}**${asked}`,
    )
  })

  test.each(GOLDEN)(
    '%s has a row of four cells for every finding, worst first',
    (_name, report) => {
      const all = judgedOf(report).flatMap(({ findings }) => findings)
      const expected = all
        .filter(({ waiver }) => waiver === null)
        .map(({ risk, severity }) => (severity === 'warning' ? `${risk}, warning` : risk))
      const found = rows(render(report)).slice(0, expected.length)
      expect(found.map(([risk]) => risk)).toEqual(expected)
      expect(rows(render(report)).length).toBe(all.length)
      expect(found.map((cells) => cells.length)).toEqual(expected.map(() => 4))
    },
  )

  test('a waived finding has a row of its own: until when, who and why', () => {
    expect(rows(render(named('waived-and-off'))).at(-4)).toEqual([
      'admin-unexpected old-admin@acme.com: administrator, should be agent',
      '2027-01-15',
      'ada@acme.com',
      'Hand-over until January, approved in SEC-112',
    ])
  })

  test('a row says who, what, where and what to do', () => {
    expect(rows(render(named('drift-of-every-kind')))[10]).toEqual([
      'medium',
      'grace@acme.com in team billing: member, not in the policy',
      'rollcall.yaml:15:3',
      shortenRemedy(FINDINGS['member-unexpected'].remedy).replaceAll('`', ''),
    ])
  })

  test('a finding without a place in the policy has a dash for it', () => {
    const report = withAccount((account) => ({
      ...account,
      findings: account.findings.map((each) => ({ ...each, location: null })),
    }))
    expect(new Set(rows(render(report)).map((cells) => cells[2]))).toEqual(new Set(['–']))
  })

  test('every remedy is there once, in full, with how often it is needed', () => {
    const text = render(named('drift-of-every-kind'))
    const codes = new Set(judgedOf(named('drift-of-every-kind')).flatMap(codesOf))
    expect(codes.size).toBeGreaterThan(10)
    for (const code of codes) {
      expect(text.split(`(\`${code}\`, `).length).toBe(2)
      expect(text).toContain(`\n\n${FINDINGS[code].remedy}\n\n`)
    }
    expect(text).toContain('#### Unexpected administrator (`admin-unexpected`, 3 findings)')
  })

  test.each(GOLDEN)(
    '%s offers every line that would settle a finding, as YAML',
    (_name, report) => {
      const blocks = tokens(render(report)).filter(({ info }) => info === 'yaml')
      const offered = blocks.map(({ content }) => parse(content))
      for (const { fixes } of judgedOf(report)) {
        for (const { path, lines: wanted } of fixes.values()) {
          if (wanted.join('').length > 9_000) continue
          const here = offered.flatMap((block) => {
            const below = path.reduce((node, key) => node?.[key], block)
            return below === undefined ? [] : [below]
          })
          const value = parse(wanted.join('\n'))
          expect(here.some((each) => holds(each, value))).toBe(true)
        }
      }
    },
  )

  test('changes are folded, in their order, with what they do', () => {
    const text = render(named('drift-of-every-kind'))
    const folded = /<details><summary>14 changes .*?<\/details>/s.exec(text)?.[0] ?? ''
    expect(folded.match(/^1\. /gm)?.length).toBe(14)
    expect(folded).toContain('1. `+` add team `tier 1`\n')
    expect(folded).toContain(
      'role `administrator` → `agent`, custom role `Billing clerk` → `none`.',
    )
    expect(folded).toMatch(/`-` remove `mallory@evil.example`: .*Cannot be undone\.$/m)
  })

  test('what was ignored is named, with the pattern and its place', () => {
    expect(render(named('drift-of-every-kind'))).toContain(
      '* `team/archive-2024`, by the pattern `archive-*` at `rollcall.yaml:23:13`',
    )
  })

  test('what was compared, what was not, who read it and how much is said in words', () => {
    const text = render(named('partly-managed'))
    expect(text).toContain('Compared: agents, roles.')
    expect(text).toContain('custom roles (not supported by this server)')
    expect(text).toContain('Not managed by this policy: 1 agent, 1 team.')
    expect(text).toContain(
      'Read as `ada@acme.com` (administrator), 2026-11-23 08:00:00 UTC: 2 agents',
    )
  })

  test('what this API cannot show is said wherever a verdict stands, and nowhere else', () => {
    for (const [, report] of cases) {
      const said = render(report).includes('This API does not show super administrators')
      expect(said).toBe(judgedOf(report).length > 0)
    }
  })

  test('an account without a verdict says everything about the reason', () => {
    const text = render(named('no-verdict'))
    for (const said of [
      '## NO VERDICT: account 2 on `chat.acme.com`: No connection to `chat.acme.com:443`\n',
      'No connection to chat.acme.com:443.',
      'failed with ECONNREFUSED',
      'Request id: 00000000-0000-4000-8000-000000000000',
      'Check host and port of the base URL.',
      'Running again may help.',
      'Nothing was compared.',
    ]) {
      expect(text).toContain(said)
    }
    expect(render(named('invalid-policy'))).toContain(
      'at rollcall.yaml:6:5\n    6 |     mebers: [ada@acme.com]\n            ^^^^^^\n',
    )
    expect(render(named('invalid-policy'))).not.toContain('Trying again')
  })

  test('an account that was read and still could not be judged says who read it', () => {
    const [unjudged] = named('no-verdict').accounts
    const [judged] = judgedOf(named('in-sync'))
    const read = { ...unjudged, read: judged?.read } as AccountReport
    const text = render({ ...named('no-verdict'), accounts: [read] })
    expect(text).toContain('Nothing was compared.\n* Read as `ada@acme.com`')
  })

  test('of several accounts each has its heading, and the tally stands at both ends', () => {
    const text = render(named('several-accounts'))
    expect(text.match(/^### .*$/gm)?.map((line) => line.slice(4, 22))).toEqual([
      'DRIFT: account 3 "',
      'NO VERDICT: accoun',
      'IN SYNC: 1 account',
    ])
    expect(text.split('3 accounts: 1 in sync, 1 with drift, 1 without a verdict').length).toBe(3)
  })

  test('what went wrong with the run itself comes before its accounts', () => {
    const failed = makeDiagnostic({
      code: 'output-failed',
      summary: 'The file x.csv was not written.',
    })
    const text = render(addDiagnostics(named('in-sync'), [failed]))
    const order = [
      '## NO VERDICT: The file `x.csv` was',
      'error: The file x.csv',
      '### IN SYNC: account 1',
    ]
    const places = order.map((part) => text.indexOf(part))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.min(...places)).toBeGreaterThan(0)
  })

  test('a warning of the run stands beside the verdict of the only account', () => {
    const warning = makeDiagnostic({
      code: 'settings-token-on-command-line',
      severity: 'warning',
      summary: 'Look out.',
    })
    const text = render({ ...named('in-sync'), diagnostics: [warning] })
    expect(lines(text)[2]).toMatch(/^## IN SYNC: account 1/)
    expect(text).toContain('warning: Look out.')
  })

  test('an exit code that was asked to be 0 says so', () => {
    const drift = { ...named('drift-of-every-kind'), exitZero: true, exitCode: 0 as const }
    expect(lines(render(drift)).at(-1)).toBe('**DRIFT, exit code 0** (`--exit-zero`)')
    const fine = { ...named('in-sync'), exitZero: true }
    expect(lines(render(fine)).at(-1)).toBe('**IN SYNC, exit code 0**')
  })

  test('our own words about findings are Markdown that fits into a cell', () => {
    for (const { remedy, title } of Object.values(FINDINGS)) {
      expect(shortenRemedy(remedy).length).toBeLessThan(160)
      expect(`${remedy}${title}`.replace(/`[a-z_.]+`/g, '')).not.toMatch(/[|<>`*_~@#[\]\\]/)
    }
  })
})

describe('the hidden first line', () => {
  test('names every policy and every account, and is the same in every run', () => {
    const [first] = lines(render(named('several-accounts')))
    expect(first).toBe(
      '<!-- rollcall plan: policies rollcall.yaml, two.yaml, three.yaml; accounts ' +
        'https://chat.acme.com 1, https://chat.acme.com 2, https://chat.acme.com 3 -->',
    )
    const later = { ...named('several-accounts'), generatedAt: '2027-01-01T00:00:00.000Z' }
    expect(lines(render(later, 5_000))[0]).toBe(first)
  })

  test('is the same up to its accounts when a run fails before it knows them', () => {
    const beginning = (name: string) => lines(render(named(name)))[0]?.split('accounts')[0]
    expect(beginning('invalid-policy')).toBe(beginning('in-sync'))
    expect(lines(render(named('wrong-usage')))[0]).toBe(
      '<!-- rollcall plan: policies none; accounts none -->',
    )
  })

  test('cannot be ended or broken by the name of a policy', () => {
    fc.assert(
      fc.property(texts, (path) => {
        const report = withAccount((account) => ({ ...account, policy: { path, sha256: null } }))
        const [first = ''] = lines(render(report))
        expect(first).toMatch(
          /^<!-- rollcall plan: policies (?:(?!--)[!-~])*(?:\.\.\. [0-9a-f]{8})?; accounts [!-~]+ 1 -->$/,
        )
        expect(parser.parse(render(report), {})[0]).toMatchObject({
          type: 'html_block',
          content: `${first}\n`,
        })
      }),
    )
  })

  test('stays short, and still tells runs apart', () => {
    const many = (last: string) => {
      const [account] = named('in-sync').accounts
      const accounts = Array.from({ length: 200 }, (_, index) => ({
        ...(account as AccountReport),
        policy: { path: index === 199 ? last : `policies/${index}.yaml`, sha256: null },
      }))
      return lines(render({ ...named('in-sync'), accounts }))[0] ?? ''
    }
    expect(many('a').length).toBeLessThan(600)
    expect(many('a')).toMatch(/policies .*\.\.\. [0-9a-f]{8}; accounts .*\.\.\. [0-9a-f]{8} -->$/)
    expect(many('a')).not.toBe(many('b'))
  })
})

describe('size', () => {
  test.each([2_000, 2_500, 4_000, 8_000, 20_000, 60_000])(
    '2,000 findings fit into %i bytes, the rest is counted',
    (maxBytes) => {
      const text = render(named('two-thousand-findings'), maxBytes)
      expect(bytes(text)).toBeLessThanOrEqual(maxBytes)
      const shown = rows(text)
      expect(shown.length).toBeGreaterThan(0)
      expect(new Set(shown.map((cells) => cells.length))).toEqual(new Set([4]))
      expect(text).toContain(`${2_000 - shown.length} findings are left out here`)
      expect(lines(text).at(-1)).toBe('**DRIFT, exit code 2**')
    },
  )

  test('most of the room is used, by findings first', () => {
    const text = render(named('two-thousand-findings'))
    expect(bytes(text)).toBeGreaterThan(59_000)
    expect(rows(text).length).toBeGreaterThan(150)
    const [block] = tokens(text).filter(({ info }) => info === 'yaml')
    const offered = Object.keys(parse(block?.content ?? '').agents).length
    expect(offered).toBeGreaterThan(100)
    expect(text).toContain(`${2_000 - offered} policy lines are left out here`)
  })

  test('nothing is left out as long as there is room', () => {
    for (const [, report] of GOLDEN) {
      expect(render(report)).not.toContain('left out here')
      expect(render(report, 1_000_000)).toBe(render(report))
    }
  })

  test('the worst findings of every account come before lesser ones of the first', () => {
    const [, , third] = named('several-accounts').accounts
    const [lesser] = named('two-thousand-findings').accounts
    const accounts = [lesser, third] as AccountReport[]
    const report = { ...named('two-thousand-findings'), accounts }
    const risks = rows(render(report, 6_000)).map(([risk]) => risk)
    expect(risks.filter((risk) => risk === 'critical').length).toBe(4)
    expect(risks.filter((risk) => risk === 'high').length).toBeGreaterThan(0)
  })

  test('every account without a verdict gets its first message before any gets its second', () => {
    const [invalid] = named('invalid-policy').accounts as [AccountReport]
    const long = makeDiagnostic({ code: 'internal', summary: 'Long. '.repeat(150), advice: null })
    const accounts = [1, 2].map((id) => ({
      ...invalid,
      account: { id, name: null },
      diagnostics: Array(5).fill(long),
    })) as AccountReport[]
    const text = render({ ...named('invalid-policy'), accounts }, 2_200)
    const [first = '', second = ''] = text.split('### NO VERDICT: account 2')
    expect(second).toContain('error: Long.')
    for (const each of [first, second]) expect(each).toMatch(/^[1-4] messages? (is|are) left out/m)
  })

  test('too many accounts leave out those that are in sync first', () => {
    const [fine, none, drift] = named('several-accounts').accounts
    const accounts = [...Array(30).fill(fine), drift, none, ...Array(30).fill(fine)]
    const text = render({ ...named('several-accounts'), accounts }, 2_000)
    expect(bytes(text)).toBeLessThanOrEqual(2_000)
    expect(text).toContain('### NO VERDICT: account 2')
    expect(text).toContain('### DRIFT: account 3')
    const shown = text.match(/^\* account 1 /gm)?.length ?? 0
    expect(text).toContain(`${60 - shown} accounts in sync are left out here`)
    expect(text).toContain('62 accounts: 60 in sync, 1 with drift, 1 without a verdict')
  })

  test('of many accounts, no critical finding is left out while anything lesser is shown', () => {
    const [, none, worst] = named('several-accounts').accounts as [
      never,
      AccountReport,
      JudgedAccount,
    ]
    const make = (id: number, risk: Risk, n: number): AccountReport => ({
      ...worst,
      account: { id, name: 'Acme' },
      findings: Array.from({ length: n }, (_, index) => ({
        ...(worst.findings[0] as Finding),
        id: `${id}/${index}`,
        risk,
      })),
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...RISKS), fc.integer({ min: 1, max: 12 })), {
          minLength: 2,
          maxLength: 30,
        }),
        fc.integer({ min: 2_000, max: 12_000 }),
        (sizes, maxBytes) => {
          const accounts = sizes.map(([risk, n], index) => make(index, risk, n))
          const text = render(
            { ...named('several-accounts'), accounts: [...accounts, none] },
            maxBytes,
          )
          expect(bytes(text)).toBeLessThanOrEqual(maxBytes)
          const shown = rows(text).map(([risk]) => risk)
          const wanted = RISKS.map((risk) => [
            risk,
            sizes.reduce((sum, [own, n]) => sum + (own === risk ? n : 0), 0),
          ])
          const cut = wanted.find(([risk, n]) => shown.filter((each) => each === risk).length !== n)
          const lesser = RISKS.slice(RISKS.indexOf(cut?.[0] as Risk) + 1)
          if (cut?.[0] === 'critical') {
            expect(shown.filter((risk) => lesser.includes(risk as Risk))).toEqual([])
            expect(text).not.toMatch(/^#### |<details>|^\* Policy/m)
          }
        },
      ),
    )
  })

  test('if an account with a critical finding is left out, no other account shows a finding with a lower risk', () => {
    const [, , worst] = named('several-accounts').accounts as [never, never, JudgedAccount]
    const findings = (['critical', 'high'] as const).map((risk) => ({
      ...(worst.findings[0] as Finding),
      risk,
    }))
    const accounts = Array.from({ length: 7 }, (_, id) => ({
      ...worst,
      account: { id, name: 'Acme' },
      findings,
    }))
    for (let maxBytes = 2_000; maxBytes < 3_500; maxBytes += 50) {
      const text = render({ ...named('several-accounts'), accounts }, maxBytes)
      expect(bytes(text)).toBeLessThanOrEqual(maxBytes)
      const risks = rows(text).map(([risk]) => risk)
      const critical = risks.filter((risk) => risk === 'critical').length
      expect(critical).toBeGreaterThan(0)
      if (critical < accounts.length) expect(risks).not.toContain('high')
    }
  })

  test('a huge account is rendered in no time', () => {
    const [account] = judgedOf(named('two-thousand-findings'))
    const findings = Array(50).fill(account?.findings).flat()
    const report = withAccount((each) => ({ ...each, findings }))
    const before = performance.now()
    expect(bytes(render(report))).toBeLessThanOrEqual(60_000)
    expect(performance.now() - before).toBeLessThan(20_000)
  })
})

const FRAGMENTS = [
  HOSTILE,
  '`',
  '``',
  '|',
  '\\|',
  '\\',
  '\\`',
  '<script>',
  '<!--',
  '-->',
  '<img src=x onerror=y>',
  '&lt;',
  '&#124;',
  '@someone',
  '@org/team',
  '#123',
  'GH-123',
  'org/repo#1',
  'a@x.com',
  'www.evil.example',
  'https://evil.example',
  'ftp://e.example',
  'mailto:a@b.c',
  '<https://evil.example>',
  '[a](http://e.example)',
  '![a](http://e.example)',
  '[a]: http://e',
  '[^1]',
  '*a*',
  '**a**',
  '_a_',
  '__a__',
  '~~a~~',
  '$a$',
  '$`a`$',
  ':smile:',
  '- a',
  '* a',
  '1. a',
  '1)',
  '# a',
  '> a',
  '===',
  '---',
  '```',
  '~~~',
  '    a',
  '\t',
  '\n',
  '\r\n',
  '\n\n',
  '\u2028',
  '\u202e',
  '\u0000',
  '\u00a0',
  '\ud800',
  '\ufdd0',
  ' ',
  '  ',
  '"',
  "'",
  '(',
  ')',
  '!',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  '/close',
  'deadbeef',
  '12345678',
  '::error::x',
  '##[error]x',
  'évé',
  'ÅÄÖ',
  '名前',
  '👩\u200d💻',
  '</details>',
  '<summary>',
  'x'.repeat(700),
]

const texts = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 6 }).map((all) => all.join('')),
  },
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 6 }).map((all) => all.join(' ')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)

/** The report of every kind of drift, with its account changed. */
function withAccount(change: (account: JudgedAccount) => JudgedAccount): Report {
  const report = named('drift-of-every-kind')
  return { ...report, accounts: judgedOf(report).map(change) }
}

/** With a text wherever a server or a policy could have put one. */
function filledWith(text: string): Report {
  const location = { file: text, line: 1, column: 2 }
  const report = withAccount((account) => ({
    ...account,
    policy: { path: text, sha256: null },
    account: { id: 1, name: text },
    read: { ...account.read, caller: { email: text, role: 'agent' } },
    findings: account.findings.slice(0, 3).map((each, index) => ({
      ...each,
      subject: (
        [
          { kind: 'agent', email: text },
          team(text),
          { kind: 'member', group: team(text), email: text },
        ] as const
      )[index % 3] as (typeof each)['subject'],
      summary: `is ${text}`,
      location,
    })),
    changes: account.changes.slice(0, 2).map((each) => ({
      ...each,
      subject: team(text),
      before: { name: '', custom_role: null },
      after: { name: text, description: text, custom_role: { id: 7, name: null } },
      effects: [text],
    })),
    ignored: [{ address: text, pattern: text, location }],
    fixes: new Map(
      account.findings.map(({ id }) => [
        id,
        writeStatements({ path: ['teams', text], said: [{ key: 'auto_assign', value: true }] }),
      ]),
    ),
  }))
  const problem = makeDiagnostic({
    code: 'internal',
    summary: text,
    detail: text,
    advice: text,
    requestId: text,
    location,
    excerpt: { text, start: 0, length: 1 },
  })
  const [account] = named('no-verdict').accounts as [AccountReport]
  const failed = { ...account, account: null, policy: { path: text, sha256: null } }
  return {
    ...report,
    accounts: [...report.accounts, { ...failed, diagnostics: [problem] } as AccountReport],
  }
}

/** What a document of ours is made of; hostile text has to be in the content of these. */
const OURS = new Set([
  'html_block',
  'heading_open',
  'heading_close',
  'inline',
  'text',
  'code_inline',
  'fence',
  'softbreak',
  'paragraph_open',
  'paragraph_close',
  'strong_open',
  'strong_close',
  'table_open',
  'thead_open',
  'tr_open',
  'th_open',
  'th_close',
  'tr_close',
  'thead_close',
  'tbody_open',
  'td_open',
  'td_close',
  'tbody_close',
  'table_close',
  'ordered_list_open',
  'ordered_list_close',
  'bullet_list_open',
  'bullet_list_close',
  'list_item_open',
  'list_item_close',
  'text_special',
])

describe('text of a server or a policy', () => {
  test('is never a link, an image, emphasis, HTML, or markup of any other kind', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const all = tokens(render(filledWith(text)))
        expect(all.map(({ type }) => type).filter((type) => !OURS.has(type))).toEqual([])
        const html = all.filter(({ type }) => type === 'html_block').map(({ content }) => content)
        const tags = /^(?:<!-- [ -~]* -->|<details><summary>[\w .]+<\/summary>|<\/details>)\n$/
        expect(html.filter((each) => !tags.test(each))).toEqual([])
        const strong = all.findIndex(({ type }) => type === 'strong_open')
        expect(all[strong + 1]?.content).toMatch(/^DRIFT, exit code 2$/)
        expect(all.filter(({ type }) => type === 'strong_open').length).toBe(1)
      }),
      { numRuns: 400 },
    )
  })

  test('is never a mention, a reference, an address or a formula outside of code', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = tokens(render(filledWith(text))).filter(({ type }) => type === 'text')
        for (const { content } of shown) {
          // A `#` that nothing follows refers to nothing.
          expect(content).not.toMatch(/[@<>$\\*_~[\]]|#.|\/|www\.|:[a-z]\w*:|[0-9a-f]{7}|[a-z]-\d/i)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('is never a command of a CI job', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(render(filledWith(text))).not.toMatch(/##\w*\[/)
      }),
    )
  })

  test('leaves the tables and lists as they are', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const markdown = render(filledWith(text))
        const left = /^(\d+) findings? (?:is|are) left out/m.exec(markdown)?.[1] ?? '0'
        const found = rows(markdown)
        expect(found.length + Number(left)).toBe(3)
        expect(found.filter((cells) => cells.length !== 4)).toEqual([])
        expect(tokens(markdown).filter(({ type }) => type === 'ordered_list_open').length).toBe(1)
      }),
      { numRuns: 400 },
    )
  })

  test('is on one line everywhere, with whatever cannot be seen made visible', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const markdown = render(filledWith(text))
        expect(markdown).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u)
        expect(lines(markdown).length).toBeLessThan(300)
      }),
      { numRuns: 400 },
    )
  })

  test('reads as it is, where it is short', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const cell = rows(render(filledWith(text)))[0]?.[1]
        if (cell === undefined || cell.includes('… (')) return
        expect(cell).toBe(`${visible(text) || '""'}: ${visible(`is ${text}`)}`)
      }),
      { numRuns: 400 },
    )
  })

  test('is cut where it is long, and says so', () => {
    const text = render(filledWith('名'.repeat(10_000)))
    expect(text).toContain(`${'名'.repeat(66)}\`… (10000 characters)`)
  })

  test('that is far too long for a message costs its end, not the message', () => {
    const text = render(filledWith('x'.repeat(70_000)))
    expect(text).toMatch(/error:\s+xxx/)
    expect(text).toContain('Request id: xxx')
    expect(text).not.toContain('message is left out')
  })

  test('inside a code block cannot end it', () => {
    const text = render(filledWith('`````\n# Heading\n````` <b>'))
    const blocks = tokens(text).filter(({ type }) => type === 'fence')
    expect(blocks.every(({ info }) => info === 'yaml' || info === 'text')).toBe(true)
    expect(text).toContain('``````text\n')
  })

  test('never makes the document longer than it may be, nor loses the verdict', () => {
    fc.assert(
      fc.property(
        texts,
        fc.nat(2),
        fc.integer({ min: 2_000, max: 30_000 }),
        (text, power, most) => {
          const markdown = render(filledWith(text.repeat(10 ** power)), most)
          expect(bytes(markdown)).toBeLessThanOrEqual(most)
          expect(lines(markdown).at(-1)).toBe('**DRIFT, exit code 2**')
          expect(markdown).toMatch(/^<!-- .* -->\n\n## DRIFT: /)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('any report keeps to any size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases.map(([, report]) => report)),
        fc.integer({ min: 2_000, max: 70_000 }),
        (report, most) => {
          const markdown = render(report, most)
          expect(bytes(markdown)).toBeLessThanOrEqual(most)
          expect(lines(markdown).at(-1)).toContain(WORDS[report.verdict])
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('an address', () => {
  test('is code: copied as it is, no mention and no link', () => {
    const cells = rows(render(named('drift-of-every-kind')))
    expect(cells[0]?.[1]).toMatch(/^mallory@evil\.example: /)
    expect(render(named('drift-of-every-kind'))).toContain('| `mallory@evil.example`: ')
    expect(render(named('drift-of-every-kind'))).toContain('`grace@acme.com, stranger@acme.com`')
  })
})

function codesOf({ findings }: JudgedAccount) {
  return findings.map(({ code }) => code)
}

/** Whether a piece of a policy has all of another in it. */
function holds(all: unknown, part: unknown): boolean {
  if (Array.isArray(all) && Array.isArray(part)) return part.every((each) => all.includes(each))
  if (typeof all !== 'object' || typeof part !== 'object') return all === part
  const [have, want] = [all, part] as Record<string, unknown>[]
  return Object.entries(want ?? {}).every(([key, value]) => {
    return JSON.stringify(have?.[key]) === JSON.stringify(value)
  })
}

/** Said again by other means: one visible line. */
function visible(text: string): string {
  const points = [...text]
  return points
    .map((point, index) => {
      const blank =
        point === ' ' && (index === 0 || index === points.length - 1 || points[index + 1] === ' ')
      const [before = '', after = ''] = [points[index - 1], points[index + 1]]
      const eastAsian = /^[\p{scx=Han}\p{scx=Kana}\p{scx=Hang}]{2}$/u.test(before + after)
      const selects =
        /[\p{ExtPict}\p{sc=Han}\p{sc=Mong}]/u.test(before) && /\p{Variation_Selector}/u.test(point)
      const written = (point === '\u3000' && eastAsian) || selects || point === ' '
      const hidden = /\p{C}|\p{Z}/u.test(point) && !/[\p{Co}]|\p{Cn}/u.test(point) && !written
      const never = /\p{Noncharacter_Code_Point}|\u2800|\p{DI}/u.test(point) && !written
      return blank || hidden || never ? `\\u{${point.codePointAt(0)?.toString(16)}}` : point
    })
    .join('')
}
