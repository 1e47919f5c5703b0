/**
 * The report as GitHub-flavoured Markdown, for a comment on a pull request or the summary of a job.
 * Never longer than the limit: items that do not fit are left out and counted.
 */
import { decideUrgency, listWorseRisks, splitQuiet } from '../../core/report/order.ts'
import type { Report } from '../../core/report/report.ts'
import {
  API_LIMITS,
  explainNoVerdict,
  formatMoment,
  listVerdictOptions,
  summariseVerdicts,
  VERDICTS,
} from '../labels.ts'
import type { Repository } from '../repository.ts'
import { makeAccountParts, makeProblemPart, makeQuietPart } from './account.ts'
import { escapePhrase } from './escape.ts'
import {
  compose,
  type DocumentPart,
  findLargest,
  makeFixedPart,
  measureDocument,
  type Need,
  noteLeftOut,
} from './fit.ts'
import { makeMarker } from './marker.ts'

export interface MarkdownOptions extends Repository {
  /** The longest document in bytes of UTF-8, at least 2,000. */
  readonly maxBytes: number
}

export function renderMarkdown(report: Report, { maxBytes, uri }: MarkdownOptions): string {
  const { failed } = report
  const alone = report.accounts.length === 1 && !failed
  const head = [
    makeFixedPart(makeMarker(report, uri)),
    ...(alone ? [] : [makeFixedPart(`## ${VERDICTS[report.verdict]}: ${summariseReport(report)}`)]),
  ]
  const run = makeProblemPart(report.diagnostics, '')
  const { loud, quiet } = splitQuiet(report.accounts)
  const accounts = loud.map((account) => makeAccountParts(account, alone ? '##' : '###', report))
  const judged = report.accounts.some(({ verdict }) => verdict !== 'none')
  const tail = [
    ...(quiet.length === 0 ? [] : [makeQuietPart(quiet)]),
    ...(failed ? [] : [run]),
    ...(judged ? [makeFixedPart(API_LIMITS)] : []),
    makeFixedPart(
      `Created by ${report.tool.name} \`${report.tool.version}\`, ${formatMoment(report.generatedAt)}.`,
    ),
    makeFixedPart(renderClosing(report)),
  ]

  const document = (shown: number): readonly DocumentPart[] => [
    ...head,
    ...(failed ? [run] : []),
    ...accounts.slice(0, shown).flat(),
    makeFixedPart(noteLeftOut(loud.length - shown, 'account')),
    ...tail,
  ]
  // An account is added only if everything worse fits, and the worst finding of each account.
  const wanted = (shown: number): readonly Need[] =>
    shown < 2 ? [] : ['first', ...loud.slice(shown - 1, shown).flatMap(listWorseRisks)]
  const shown = findLargest(loud.length, (n) => measureDocument(document(n), wanted(n)) <= maxBytes)
  const allCritical = loud.slice(shown).every((account) => decideUrgency(account) !== 'critical')
  return compose(document(shown), maxBytes, allCritical)
}

function summariseReport(report: Report): string {
  return report.failed
    ? escapePhrase(explainNoVerdict(report.diagnostics))
    : summariseVerdicts(report)
}

function renderClosing(report: Report): string {
  const { accounts, verdict, exitCode } = report
  const asked = listVerdictOptions(report).join(' ')
  const last = `**${VERDICTS[verdict]}, exit code ${exitCode}**${asked === '' ? '' : ` (\`${asked}\`)`}`
  return accounts.length > 1 ? `${summariseVerdicts(report)}\n\n${last}` : last
}
