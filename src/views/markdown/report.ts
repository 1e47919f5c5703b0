/**
 * The report as GitHub-flavoured Markdown, for a comment on a pull request or the summary of a job.
 * Never longer than the limit: items that do not fit are left out and counted.
 */
import type { Report, Verdict } from '../../core/report/report.ts'
import { API_LIMITS, askedWith, moment, reasonWhy, tally, VERDICTS } from '../labels.ts'
import type { Repository } from '../repository.ts'
import { partsOf, problems } from './account.ts'
import { phrase } from './escape.ts'
import { compose, type DocumentPart, fixed, largest, leftOut, smallest } from './fit.ts'
import { marker } from './marker.ts'

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
    fixed(marker(report, uri)),
    ...(alone ? [] : [fixed(`## ${VERDICTS[report.verdict]}: ${gistOfAll(report, failed)}`)]),
  ]
  const run = problems(report.diagnostics, '')
  const accounts = report.accounts.map((account) => ({
    verdict: account.verdict,
    parts: partsOf(account, alone ? '##' : '###'),
  }))
  const judged = accounts.some(({ verdict }) => verdict !== 'none')
  const tail = [
    ...(judged ? [fixed(API_LIMITS)] : []),
    fixed(madeBy(report)),
    fixed(closing(report)),
  ]

  const urgent = accounts.toSorted(
    (a, b) => URGENCY.indexOf(a.verdict) - URGENCY.indexOf(b.verdict),
  )
  const document = (shown: number): readonly DocumentPart[] => {
    const kept = new Set(urgent.slice(0, shown))
    const body = accounts.flatMap((each) => (kept.has(each) ? each.parts : []))
    const rest = fixed(leftOut(accounts.length - shown, 'account'))
    return failed ? [...head, run, ...body, rest, ...tail] : [...head, ...body, rest, run, ...tail]
  }
  const shown = largest(accounts.length, (n) => smallest(document(n)) <= maxBytes)
  return compose(document(shown), maxBytes)
}

function gistOfAll(report: Report, failed: boolean): string {
  if (!failed || report.verdict !== 'none') return tally(report)
  return phrase(reasonWhy(report.diagnostics))
}

function madeBy({ tool, generatedAt }: Report): string {
  return `Created by ${tool.name} \`${tool.version}\`, ${moment(generatedAt)}.`
}

function closing(report: Report): string {
  const { accounts, verdict, exitCode } = report
  const asked = askedWith(report).join(' ')
  const last = `**${VERDICTS[verdict]}, exit code ${exitCode}**${asked === '' ? '' : ` (\`${asked}\`)`}`
  return accounts.length > 1 ? `${tally(report)}\n\n${last}` : last
}
