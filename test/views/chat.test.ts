/** Messages for Slack and Teams: whole documents, the limits of both, and no text that acts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { FINDINGS, RISKS } from '../../src/core/messages/finding-records.ts'
import { concludeReport, concludeUnjudged, type Report } from '../../src/core/report/report.ts'
import { API_LIMITS } from '../../src/views/labels.ts'
import { escapeRun, renderMsteams } from '../../src/views/msteams.ts'
import { quoteCode, renderSlack } from '../../src/views/slack.ts'
import { matchJsonGolden } from './golden.ts'
import { HEAD, HOSTILE, named, REPORTS } from './reports.ts'

const cases = Object.entries(REPORTS)
const GOLDEN = ['in-sync', 'hostile-names', 'no-verdict', 'several-accounts']

interface SlackMessage {
  readonly text: string
  readonly blocks: readonly {
    readonly type: 'header' | 'section' | 'context'
    readonly text?: SlackText
    readonly elements?: readonly SlackText[]
  }[]
}

interface SlackText {
  readonly type: 'plain_text' | 'mrkdwn'
  readonly text: string
  readonly verbatim?: boolean
  readonly emoji?: boolean
}

/** Refuses what Slack refuses. */
function readSlack(document: string): SlackMessage {
  const message = JSON.parse(document) as SlackMessage
  expect(Object.keys(message)).toEqual(['text', 'blocks'])
  expect(message.blocks.length).toBeLessThanOrEqual(50)
  expect(document.length).toBeLessThanOrEqual(13_000)
  for (const { type, text, elements = [] } of message.blocks) {
    expect(['header', 'section', 'context']).toContain(type)
    expect(elements.length).toBeLessThanOrEqual(10)
    const texts = [...(text ? [text] : []), ...elements]
    expect(texts.length).toBe(1)
    for (const each of texts) {
      expect(each.text.length).toBeGreaterThan(0)
      expect(each.text.length).toBeLessThanOrEqual(type === 'header' ? 150 : 3_000)
      expect(each.type === 'plain_text').toBe(type === 'header')
      expect([each.verbatim, each.emoji]).toEqual(
        type === 'header' ? [undefined, false] : [true, undefined],
      )
    }
  }
  return message
}

const textsOf = ({ blocks }: SlackMessage) =>
  blocks.flatMap(({ text, elements = [] }) => [...(text ? [text] : []), ...elements])

/** What Slack would not show as it is: the text outside of code spans. */
function outsideCode(text: string): string {
  for (const line of text.split('\n')) expect(line.split('`').length % 2, line).toBe(1)
  return text.replace(/`[^`\n]*`/g, '')
}

interface Element {
  readonly type: string
  readonly text?: string
  readonly inlines?: readonly Element[]
  readonly items?: readonly Element[]
}

/** Refuses what Teams refuses, and every element that would read its text as Markdown. */
function readTeams(document: string): string[] {
  expect(Buffer.byteLength(document)).toBeLessThan(28 * 1024)
  const { type, attachments } = JSON.parse(document)
  expect([type, attachments.length]).toEqual(['message', 1])
  const [{ contentType, content }] = attachments
  expect(contentType).toBe('application/vnd.microsoft.card.adaptive')
  expect([content.type, content.version]).toEqual(['AdaptiveCard', '1.4'])
  const allowed = { Container: 'items', RichTextBlock: 'inlines', TextRun: 'text' }
  const read = (element: Element): string[] => {
    expect(Object.keys(allowed)).toContain(element.type)
    if (element.text !== undefined) {
      expect([element.type, element.text.length > 0]).toEqual(['TextRun', true])
      return [element.text]
    }
    const inner = element.items ?? element.inlines ?? []
    expect(inner.length).toBeGreaterThan(0)
    return inner.flatMap(read)
  }
  return content.body.flatMap(read)
}

/** As many findings as there are, with this text wherever a server or a policy could put one. */
function fillWith(text: string, copies = 1): Report {
  const report = named('drift-of-every-kind')
  const unread = concludeUnjudged(
    { path: text || '-', sha256: null, policy: null, server: null, accountId: null },
    [makeDiagnostic({ code: 'server-shape', summary: text, advice: text })],
  )
  const drifted = report.accounts.map((account) => ({
    ...account,
    account: { id: 1, name: text },
    read: account.read && { ...account.read, snapshot: text },
    findings: Array.from({ length: copies }, () => account.findings)
      .flat()
      .map((each) => ({ ...each, address: text, summary: text, difference: text })),
  }))
  return concludeReport(HEAD, [], [...(drifted as Report['accounts']), unread])
}

describe.each([
  [
    'slack',
    renderSlack,
    (report: Report) => textsOf(readSlack(renderSlack(report))).map(({ text }) => text),
  ],
  ['msteams', renderMsteams, (report: Report) => readTeams(renderMsteams(report))],
] as const)('%s', (format, render, read) => {
  test.each(GOLDEN)('%s reads as the golden file', async (name) => {
    const model = {
      document: render(named('several-accounts')),
      file: `several-accounts.${format}.json`,
    }
    await matchJsonGolden(render(named(name)), `${name}.${format}.json`, model)
  })

  test.each(cases)('%s: says the verdict first and last, and nothing too long', (_, report) => {
    const texts = read(report)
    const word = { in_sync: 'IN SYNC', drift: 'DRIFT', none: 'NO VERDICT' }[report.verdict]
    expect(texts[0]).toBe(`rollcall: ${word}`)
    expect(texts.at(-1)).toMatch(new RegExp(`${word}, exit code ${report.exitCode}`))
  })

  test('says which options changed the verdict', () => {
    expect(read(named('turned-up-and-down')).at(-1)).toMatch(/exit code 2 --strict$/)
  })

  test('says why there is no verdict, and what to do', () => {
    const text = read(named('no-verdict')).join('\n')
    expect(text).toContain('No connection to chat.acme.com:443')
    expect(text).toContain('Check host and port of the base URL.')
    expect(text).not.toContain(API_LIMITS)
    const usage = read(named('wrong-usage')).join('\n')
    expect(usage).toContain('--fromat is not an option of rollcall plan')
  })

  test('says that a snapshot was read, and when', () => {
    const report = named('drift-of-every-kind')
    const accounts = report.accounts.map((each) => ({
      ...each,
      read: each.read && { ...each.read, snapshot: 'night.json' },
    }))
    expect(read({ ...report, accounts } as Report).join('\n')).toMatch(
      /From the snapshot night\.json of 2026-11-23 08:00:01 UTC/,
    )
  })

  test('names the account of each finding if there are several', () => {
    const text = read(named('several-accounts')).join('\n')
    expect(text).toMatch(
      /agent\/mallory@evil\.example`?\n.*not in the policy.*\n`?Account 3 "Third"/,
    )
  })

  test('two thousand findings: as many as have room, and the number of the others', () => {
    const text = read(named('two-thousand-findings')).join('\n')
    const shown = text.match(/agent\/person-\d+@acme\.com/g)?.length ?? 0
    expect(shown).toBeGreaterThan(8)
    expect(text).toContain(`And ${2_000 - shown} more: see the full report of this run.`)
  })

  test('what is left out is never worse than what is shown', () => {
    const report = named('drift-of-every-kind')
    for (const copies of [1, 2, 4, 8, 16, 32]) {
      const accounts = report.accounts.map((each) => ({
        ...each,
        findings: each.findings.flatMap((finding) => Array(copies).fill(finding)),
      }))
      const three = { ...report, accounts: [...accounts, ...accounts, ...accounts] }
      const text = read(three).join('\n')
      const risks = [...text.matchAll(/^\*?(critical|high|medium|low): /gm)].map(([, risk]) => risk)
      expect(risks).toEqual(RISKS.flatMap((risk) => risks.filter((each) => each === risk)))
      const critical = accounts[0]?.findings.filter(({ risk }) => risk === 'critical').length ?? 0
      const shown = risks.filter((risk) => risk === 'critical').length
      if (risks.length > shown) expect(shown).toBe(3 * critical)
    }
  })

  test('a warning is called one', () => {
    expect(read(named('drift-of-every-kind')).join('\n')).toMatch(/low: .* \(warning\)/)
  })

  test.each([
    HOSTILE,
    '<!channel> <!here> <@U024BE7LH> <https://e|x>',
    '`*x*` _y_ ~z~ :tada: @here #general\n> q',
    '{{DATE(2026-01-01T00:00:00Z,SHORT)}} [x](https://e) **b**',
    '`'.repeat(500),
    '&<>'.repeat(5_000),
    '\u{e0001}'.repeat(5_000),
    '\u{1f469}'.repeat(400),
    '{'.repeat(400),
  ])('within the limits, and on its lines, whatever a name says: %#', (text) => {
    for (const copies of [1, 20]) {
      const texts = read(fillWith(text, copies))
      expect(texts.length).toBeGreaterThan(4)
      expect(texts.join('').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    }
  })
})

describe('Slack', () => {
  test.each(cases)('%s: outside of code there is nothing that acts', (_, report) => {
    const message = readSlack(renderSlack(report))
    for (const { text } of [...textsOf(message), { text: message.text }]) {
      const own = outsideCode(text).replace(/^\*([^*]+)\*$/gm, '$1')
      expect(own).not.toMatch(/[<>*~]|&(?!amp;|lt;|gt;)|:[a-z_]+:|(?:^|\W)_|_(?:\W|$)|^\s*&gt;/m)
    }
  })

  test('words of rollcall need no code: no title has a character that formats', () => {
    for (const { title } of Object.values(FINDINGS)) expect(title).toMatch(/^[\w' ,-]+$/)
  })

  test('a text from a server is one code span, whatever it is', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('`', '&', '<', '>', '&lt;', '<!channel>', '\n', 'x', '👩'))
        .map((all) => all.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const quoted = quoteCode(text)
        expect(quoted).toMatch(/^`(?:[^`<>&\n]|&(?:amp|lt|gt);)*`$/)
        if (!/[^ -~]|`/.test(text)) {
          const decoded = quoted
            .slice(1, -1)
            .replaceAll('&lt;', '<')
            .replaceAll('&gt;', '>')
            .replaceAll('&amp;', '&')
          expect(decoded).toBe(text)
        }
      }),
    )
  })

  test('a long text is cut between characters, never inside an escape', () => {
    expect(quoteCode('x'.repeat(700))).toBe(`\`${'x'.repeat(700)}\``)
    expect(quoteCode('x'.repeat(701))).toBe(`\`${'x'.repeat(700)}…\``)
    expect(quoteCode(`${'x'.repeat(699)}&`)).toBe(`\`${'x'.repeat(699)}…\``)
    expect(quoteCode(`${'x'.repeat(699)}👩`)).toBe(`\`${'x'.repeat(699)}…\``)
  })
})

test('Teams: no text contains a date in double braces, and no other text changes', () => {
  expect(escapeRun('{{DATE(2026-01-01T00:00:00Z)}}')).toBe('\\u{7b}{DATE(2026-01-01T00:00:00Z)}}')
  fc.assert(
    fc.property(fc.array(fc.constantFrom('{', '}', 'DATE(', 'x')), (parts) => {
      const text = parts.join('')
      expect(escapeRun(text)).not.toContain('{{')
      if (!text.includes('{{')) expect(escapeRun(text)).toBe(text)
    }),
  )
})

test.each([
  ['Slack', renderSlack],
  ['Teams', renderMsteams],
])('%s says once that the accounts of a fleet were read from snapshots', (_, render) => {
  const { accounts, ...rest } = named('several-accounts')
  const stored = accounts.map((account, at) =>
    account.verdict === 'none'
      ? account
      : {
          ...account,
          read: {
            ...account.read,
            snapshot: `out/${at}.json`,
            finishedAt: `2026-11-2${9 - at}T08:00:00Z`,
          },
        },
  )
  const judged = stored.filter(({ verdict }) => verdict !== 'none').length
  const oldest = stored.findLastIndex(({ verdict }) => verdict !== 'none')
  expect(judged).toBeGreaterThan(1)
  for (const ordered of [stored, stored.toReversed()]) {
    const text = render({ ...rest, accounts: ordered })
    expect(text).toContain(
      `From ${judged} snapshots, the oldest of 2026-11-2${9 - oldest} 08:00:00 UTC.`,
    )
    expect(text).not.toContain('out/0.json')
  }
})
