/**
 * The report as GitHub-flavoured Markdown, for a comment on a pull request or the summary of a job.
 * Never longer than the limit: items that do not fit are left out and counted.
 */
import type { Report, Verdict } from '../../core/report/report.ts'
import {
  API_LIMITS,
  explainNoVerdict,
  formatMoment,
  listVerdictOptions,
  summariseVerdicts,
  VERDICTS,
} from '../labels.ts'
import type { Repository } from '../repository.ts'
import { makeAccountParts, makeProblemPart } from './account.ts'
import { escapePhrase } from './escape.ts'
import {
  compose,
  type DocumentPart,
  findLargest,
  makeFixedPart,
  measureSmallest,
  noteLeftOut,
} from './fit.ts'
import { makeMarker } from './marker.ts'

export interface MarkdownOptions extends Repository {
  /** The longest document in bytes of UTF-8, at least 2,000. */
  readonly maxBytes: number
}

/** If there is no room for all accounts, those without problems are left out first. */
const URGENCY: readonly Verdict[] = ['none', 'drift', 'in_sync']

export function renderMarkdown(report: Report, { maxBytes, uri }: MarkdownOptions): string {
  const failed = report.diagnostics.some(({ severity }) => severity === 'error')
  const alone = report.accounts.length === 1 && !failed
  const head = [
    makeFixedPart(makeMarker(report, uri)),
    ...(alone
      ? []
      : [makeFixedPart(`## ${VERDICTS[report.verdict]}: ${summariseReport(report, failed)}`)]),
  ]
  const run = makeProblemPart(report.diagnostics, '')
  const accounts = report.accounts.map((account) => ({
    verdict: account.verdict,
    parts: makeAccountParts(account, alone ? '##' : '###'),
  }))
  const judged = accounts.some(({ verdict }) => verdict !== 'none')
  const tail = [
    ...(judged ? [makeFixedPart(API_LIMITS)] : []),
    makeFixedPart(renderMaker(report)),
    makeFixedPart(renderClosing(report)),
  ]

  const urgent = accounts.toSorted(
    (a, b) => URGENCY.indexOf(a.verdict) - URGENCY.indexOf(b.verdict),
  )
  const document = (shown: number): readonly DocumentPart[] => {
    const kept = new Set(urgent.slice(0, shown))
    const body = accounts.flatMap((each) => (kept.has(each) ? each.parts : []))
    const rest = makeFixedPart(noteLeftOut(accounts.length - shown, 'account'))
    return failed ? [...head, run, ...body, rest, ...tail] : [...head, ...body, rest, run, ...tail]
  }
  const shown = findLargest(accounts.length, (n) => measureSmallest(document(n)) <= maxBytes)
  return compose(document(shown), maxBytes)
}

function summariseReport(report: Report, failed: boolean): string {
  if (!failed || report.verdict !== 'none') return summariseVerdicts(report)
  return escapePhrase(explainNoVerdict(report.diagnostics))
}

function renderMaker({ tool, generatedAt }: Report): string {
  return `Created by ${tool.name} \`${tool.version}\`, ${formatMoment(generatedAt)}.`
}

function renderClosing(report: Report): string {
  const { accounts, verdict, exitCode } = report
  const asked = listVerdictOptions(report).join(' ')
  const last = `**${VERDICTS[verdict]}, exit code ${exitCode}**${asked === '' ? '' : ` (\`${asked}\`)`}`
  return accounts.length > 1 ? `${summariseVerdicts(report)}\n\n${last}` : last
}
