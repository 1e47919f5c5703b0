/**
 * What a message in a chat says about a run: the words that Slack and Teams share. No markup or
 * escaping. `quoted` may contain text from a server or a policy, which each view escapes; everything
 * else is text of rollcall alone.
 */
import { isError } from '../core/messages/diagnostic.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { listNews, type NewsItem } from '../core/report/order.ts'
import type { AccountReport, Reading, Report } from '../core/report/report.ts'
import { abridge } from './abridge.ts'
import {
  API_LIMITS,
  describeSnapshot,
  explainNoVerdict,
  formatMoment,
  listVerdictOptions,
  nameAccount,
  phraseFinding,
  summariseVerdicts,
  VERDICTS,
} from './labels.ts'
import { findLargest } from './markdown/fit.ts'
import { shortenRemedy } from './remedy.ts'

export interface ChatItem {
  readonly own: string
  /** Each on a line of its own. */
  readonly quoted: readonly string[]
  /** The next step, in words of rollcall. */
  readonly remedy: string | null
}

export interface ChatMessage {
  readonly title: string
  /** The verdicts of all accounts in one line. */
  readonly own: string
  /** About the whole run. */
  readonly quoted: readonly string[]
  /** Worst first, as many as fit. */
  readonly items: readonly ChatItem[]
  /** A line that says how many items are left out; empty if none is. */
  readonly left: readonly string[]
  readonly closing: readonly string[]
}

function composeChat(report: Report): Omit<ChatMessage, 'left'> {
  const { accounts, verdict, exitCode, failed, tool, generatedAt } = report
  const judged = accounts.flatMap((account) => (account.verdict === 'none' ? [] : [account]))
  const asked = listVerdictOptions(report)
  return {
    title: `rollcall: ${VERDICTS[verdict]}`,
    own: `${summariseVerdicts(report)}.`,
    quoted: [
      ...(failed ? [explainNoVerdict(report.diagnostics)] : []),
      ...(accounts.length === 1 ? accounts.map((account) => nameAccount(account)) : []),
      ...describeSnapshots(
        judged.map(({ read }) => read).filter(({ snapshot }) => snapshot !== null),
      ),
    ],
    items: listNews(accounts).map((each) => describeNews(each, accounts.length > 1)),
    closing: [
      ...(judged.length === 0 ? [] : [API_LIMITS]),
      `Created by ${tool.name} ${tool.version}, ${formatMoment(generatedAt)}.`,
      [`${VERDICTS[verdict]}, exit code ${exitCode}`, ...asked].join(' '),
    ],
  }
}

/** One sentence, however many accounts of a fleet were read from files. */
function describeSnapshots(readings: readonly Reading[]): readonly string[] {
  if (readings.length < 2) return readings.map((each) => describeSnapshot(each, abridge))
  const oldest = readings.reduce((a, b) => (b.finishedAt < a.finishedAt ? b : a))
  return [
    `From ${readings.length} snapshots, the oldest of ${formatMoment(oldest.finishedAt)}. The accounts may have changed since then.`,
  ]
}

/**
 * Slack accepts 50 blocks. The others are the title, the run, what is left out, and the end. In Teams
 * nobody reads more either.
 */
const MOST_ITEMS = 46

export function renderChat(
  report: Report,
  write: (message: ChatMessage) => string,
  fits: (document: string) => boolean,
): string {
  const { items, ...rest } = composeChat(report)
  const writeFirst = (shown: number) => {
    const more = items.length - shown
    const left = more === 0 ? [] : [`And ${more} more: see the full report of this run.`]
    return write({ ...rest, items: items.slice(0, shown), left })
  }
  return writeFirst(findLargest(Math.min(MOST_ITEMS, items.length), (n) => fits(writeFirst(n))))
}

function describeNews({ account, finding }: NewsItem, several: boolean): ChatItem {
  const where = several ? [nameAccount(account)] : []
  if (finding === null) return describeUnjudged(account, where)
  const { code, risk, severity, address } = finding
  return {
    own: `${risk}: ${FINDINGS[code].title}${severity === 'warning' ? ' (warning)' : ''}`,
    quoted: [abridge(address), phraseFinding(finding, abridge), ...where],
    remedy: shortenRemedy(FINDINGS[code].remedy),
  }
}

function describeUnjudged({ diagnostics }: AccountReport, where: readonly string[]): ChatItem {
  const error = diagnostics.find(isError)
  const advice = error?.advice ?? null
  return {
    own: VERDICTS.none,
    quoted: [
      ...where,
      explainNoVerdict(diagnostics),
      ...(advice === null ? [] : [abridge(advice)]),
    ],
    remedy: null,
  }
}
