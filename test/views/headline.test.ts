/** The first line of a report without a verdict: what went wrong, in the words of the message. */
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../../src/core/messages/diagnostic-records.ts'
import { concludeReport, concludeUnjudged } from '../../src/core/report/report.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { renderMarkdown } from '../../src/views/markdown/report.ts'
import { renderPlain } from '../../src/views/text/lines.ts'
import { HEAD, HOSTILE } from './reports.ts'

const CODES = Object.keys(DIAGNOSTICS) as DiagnosticCode[]
const target = { path: 'a.yaml', sha256: null, policy: null, server: null, accountId: 7 }

const errors = (code: DiagnosticCode, ...summaries: readonly string[]) =>
  summaries.map((summary) => makeDiagnostic({ code, severity: 'error', summary }))
const ofAccount = (...from: Parameters<typeof errors>) =>
  concludeReport(HEAD, [], [concludeUnjudged(target, errors(...from))])
const ofRun = (...from: Parameters<typeof errors>) => concludeReport(HEAD, errors(...from), [])

type Of = ReturnType<typeof concludeReport>
/** The headline alone, on one line and without markup. */
const HEADLINES = {
  text: (of: Of) => flat(renderPlain(of).split('\n\n')[0]),
  markdown: (of: Of) =>
    flat(
      renderMarkdown(of, { maxBytes: 60_000, uri: (file) => file })
        .split('\n')
        .find((line) => line.startsWith('## ')),
    ).replaceAll('`', ''),
  html: (of: Of) => flat(/<p class="summary">(.*?)<\/p>/s.exec(renderHtml(of))?.[1]),
  'the title of html': (of: Of) => flat(/<title>(.*?)<\/title>/s.exec(renderHtml(of))?.[1]),
}
const flat = (text = 'no headline') => text.replace(/\s+/g, ' ')

describe.each(Object.entries(HEADLINES))('the headline of %s', (_, headline) => {
  test.each(CODES)('says of %s what the message says, and nothing more general', (code) => {
    const summary = `Thing seven of ${code} is not as it should be`
    for (const of of [ofAccount(code, `${summary}.`), ofRun(code, `${summary}.`)]) {
      expect(headline(of)).toContain(summary)
      expect(headline(of)).not.toMatch(/not accepted|not be reached|incomplete or wrong|understood/)
      expect(headline(of).split(summary)[1]).not.toMatch(/^\./)
    }
  })

  test('says the first of several, and how many more there are', () => {
    const of = ofAccount('policy-value', 'First thing.', 'Second thing.', 'Third thing.')
    expect(headline(of)).toContain('First thing (and 2 more errors)')
    expect(headline(ofRun('usage-option', 'First.', 'Second.'))).toContain(
      'First (and 1 more error)',
    )
  })

  test('is about what cost the verdict, not about a warning before it', () => {
    const warning = makeDiagnostic({
      code: 'settings-token-on-command-line',
      severity: 'warning',
      summary: 'A warning.',
    })
    const of = concludeReport(
      HEAD,
      [],
      [concludeUnjudged(target, [warning, ...errors('token-unknown', 'An error.')])],
    )
    expect(headline(of)).toContain('An error')
    expect(headline(of)).not.toContain('A warning')
  })

  test('says that nothing was checked where no error says why', () => {
    expect(headline(concludeReport(HEAD, [], [concludeUnjudged(target, [])]))).toContain(
      'nothing was checked',
    )
  })

  test('is harmless and short, whatever the message quotes', () => {
    const of = ofAccount('server-shape', `It said ${HOSTILE} ${'x'.repeat(5_000)}.`)
    expect(headline(of)).toContain('It said')
    expect(headline(of).length).toBeLessThan(2_000)
    expect(headline(of)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u)
    expect(renderHtml(of)).not.toContain('<script>')
  })
})
