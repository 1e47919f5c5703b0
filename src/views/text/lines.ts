/**
 * The report for people: the verdict first and last, the findings in between. Readable without
 * colours and at 80 columns. Text from outside passes through `shorten`. Does not load colours,
 * because a job without a terminal does not need them.
 */
import { isError } from '../../core/messages/diagnostic.ts'
import { splitQuiet } from '../../core/report/order.ts'
import type { AccountReport, JudgedAccount, Report, Verdict } from '../../core/report/report.ts'
import {
  API_LIMITS,
  describeCoverage,
  describeCoverages,
  describeExit,
  describeQuietAccount,
  describeReader,
  describeSince,
  describeSnapshot,
  explainNoVerdict,
  listAccountNotes,
  listNumbers,
  nameAccount,
  summariseAccount,
  summarisePlan,
  summariseVerdicts,
  VERDICTS,
} from '../labels.ts'
import { MAY_HELP } from '../remedy.ts'
import { renderDiagnostic } from './diagnostic.ts'
import {
  joinTexts,
  makePrintable,
  type Paint,
  PLAIN,
  shorten,
  wrapParagraph,
  wrapParagraphs,
} from './layout.ts'
import { listProposalBlocks } from './proposal.ts'
import { renderTable } from './table.ts'
import { renderTodo } from './todo.ts'

export function renderPlain(report: Report): string {
  return renderLines(report, PLAIN)
}

export function renderLines(report: Report, paint: Paint): string {
  const last = `${paintVerdict(report.verdict, paint)}, ${describeExit(report)}`
  const closing =
    report.accounts.length > 1
      ? `\n\n${summariseVerdicts(report)}\n`
      : report.verdict === 'none'
        ? '\n\n'
        : '\n'
  return `${renderBody(report, paint)}${closing}${last}\n`
}

/** Without the last lines, which contain the exit code: for a command with a different exit code. */
export function renderBody(report: Report, paint: Paint): string {
  const blocks: string[] = []
  const several = report.accounts.length > 1
  // First, so that no account with a verdict is shown before the errors of the run.
  if (report.failed) {
    const why = makePrintable(explainNoVerdict(report.diagnostics))
    blocks.push(wrapParagraph(`${paintVerdict('none', paint)}  ${why}`, 2))
    const errors = report.diagnostics.filter(isError)
    blocks.push(...errors.map((each) => renderDiagnostic(each, paint)))
  } else if (several)
    blocks.push(
      wrapParagraph(`${paintVerdict(report.verdict, paint)}  ${summariseVerdicts(report)}`),
    )
  const { loud, quiet } = splitQuiet(report.accounts)
  blocks.push(...loud.map((account) => renderAccount(account, paint, report)))
  if (quiet.length > 0) {
    blocks.push(quiet.map((account) => renderHead(account, describeQuietAccount, paint)).join('\n'))
    blocks.push(wrapParagraphs(describeCoverages(quiet)))
  }
  if (several && report.accounts.some(({ verdict }) => verdict !== 'none')) {
    blocks.push(wrapParagraph(API_LIMITS))
  }
  return blocks.join('\n\n')
}

function paintVerdict(verdict: Verdict, paint: Paint): string {
  const colors = { in_sync: paint.good, drift: paint.bad, none: paint.unsure }
  return paint.strong(colors[verdict](VERDICTS[verdict]))
}

function renderHead(
  account: AccountReport,
  describe: (account: AccountReport) => string,
  paint: Paint,
): string {
  const text = makePrintable(`${nameAccount(account, 'account')}: ${describe(account)}`)
  return wrapParagraph(`${paintVerdict(account.verdict, paint)}  ${text}`, 2)
}

function renderAccount(account: AccountReport, paint: Paint, report: Report): string {
  const notes = [describeSnapshot(account.read, shorten), makePrintable(describeSince(account))]
  const parts = [
    joinTexts([renderHead(account, summariseAccount, paint), wrapParagraphs(notes)], '\n'),
    ...account.diagnostics.map((each) => renderDiagnostic(each, paint)),
  ]
  if (account.verdict === 'none') {
    return joinTexts([...parts, account.retryable ? MAY_HELP : ''])
  }
  return joinTexts([
    ...parts,
    renderTable(account, paint),
    renderTodo(account, paint),
    renderFooter(account, report),
    ...(account.proposal === null ? [] : listProposalBlocks(account.proposal, paint)),
  ])
}

function renderFooter(account: JudgedAccount, report: Report): string {
  const { findings, ignored, read, policy } = account
  const located = findings.length + ignored.length > 0
  const places = `The numbers on the right are line:column in ${shorten(policy.path)}. `
  return wrapParagraphs([
    `${located ? places : ''}${describeCoverage(account)}`,
    report.accounts.length > 1 ? '' : API_LIMITS,
    `${describeReader(read, shorten)}: ${listNumbers(read).join(', ')}.`,
    ...listAccountNotes(account),
    summarisePlan(account, report),
  ])
}
