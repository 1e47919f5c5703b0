/**
 * The report for people: the verdict first and last, the findings in between. Readable without
 * colours and at 80 columns. Text from outside passes through `shorten`. Does not load colours,
 * because a job without a terminal does not need them.
 */
import { splitQuiet } from '../../core/report/order.ts'
import type { AccountReport, JudgedAccount, Report, Verdict } from '../../core/report/report.ts'
import { describeNotJudged, listActivityNotes } from '../activity-words.ts'
import {
  API_LIMITS,
  describeCoverage,
  describeCoverages,
  describeQuietAccount,
  describeSince,
  describeSnapshot,
  describeSwitchedOff,
  describeUnmanaged,
  explainNoVerdict,
  identifyAccount,
  listNumbers,
  listVerdictOptions,
  summariseAccount,
  summariseVerdicts,
  VERDICTS,
} from '../labels.ts'
import { renderDiagnostic } from './diagnostic.ts'
import { makePrintable, type Paint, PLAIN, shorten, wrapParagraph } from './layout.ts'
import { listProposalBlocks } from './proposal.ts'
import { renderTable } from './table.ts'
import { renderTodo } from './todo.ts'

export function renderPlain(report: Report): string {
  return renderLines(report, PLAIN)
}

export function renderLines(report: Report, paint: Paint): string {
  const several = report.accounts.length > 1
  const asked = listVerdictOptions(report).join(' ')
  const code = `exit code ${report.exitCode}${asked === '' ? '' : ` (${asked})`}`
  const last = `${paintVerdict(report.verdict, paint)}, ${code}`
  const closing = several
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
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error')
  // First, so that no account with a verdict is shown before the errors of the run.
  if (errors.length > 0 && report.verdict === 'none') {
    const why = makePrintable(explainNoVerdict(report.diagnostics))
    blocks.push(wrapParagraph(`${paintVerdict('none', paint)}  ${why}`, 2))
    blocks.push(...errors.map((each) => renderDiagnostic(each, paint)))
  } else if (several)
    blocks.push(
      wrapParagraph(`${paintVerdict(report.verdict, paint)}  ${summariseVerdicts(report)}`),
    )
  const { loud, quiet } = splitQuiet(report.accounts)
  blocks.push(...loud.map((account) => renderAccount(account, paint, several, report.command)))
  if (quiet.length > 0) {
    blocks.push(quiet.map((account) => renderHead(account, describeQuietAccount, paint)).join('\n'))
    blocks.push(
      describeCoverages(quiet)
        .map((each) => wrapParagraph(each))
        .join('\n'),
    )
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
  const verdict = paintVerdict(account.verdict, paint)
  return wrapParagraph(
    `${verdict}  ${nameAccountOf(account)}: ${makePrintable(describe(account))}`,
    2,
  )
}

function renderAccount(
  account: AccountReport,
  paint: Paint,
  several: boolean,
  command: string,
): string {
  const head = renderHead(account, summariseAccount, paint)
  const asked = account.read && describeSnapshot(account.read, shorten)
  const basis = asked ? `\n${wrapParagraph(asked)}` : ''
  const changed = describeSince(account)
  const since = changed === '' ? '' : `\n${wrapParagraph(makePrintable(changed))}`
  const parts = [
    head + basis + since,
    ...account.diagnostics.map((each) => renderDiagnostic(each, paint)),
  ]
  if (account.verdict === 'none') {
    if (account.retryable) parts.push('Running again may help.')
    return parts.join('\n\n')
  }
  const table = renderTable(account, paint)
  if (table !== '') parts.push(table)
  const todo = renderTodo(account, paint)
  if (todo !== '') parts.push(todo)
  parts.push(renderFooter(account, several, command))
  if (account.proposal !== null) parts.push(...listProposalBlocks(account.proposal, paint))
  return parts.join('\n\n')
}

function nameAccountOf({ fleetName, policy, account, server }: AccountReport): string {
  if (account === null) return shorten(policy.path)
  const name = fleetName === null ? '' : `${shorten(fleetName)}, `
  return `${name}account ${identifyAccount(account, server, shorten)}`
}

function renderFooter(account: JudgedAccount, several: boolean, command: string): string {
  const { findings, ignored, read, summary } = account
  const located = findings.length + ignored.length > 0
  const lines = [
    wrapParagraph(
      `${located ? `The numbers on the right are line:column in ${shorten(account.policy.path)}. ` : ''}${describeCoverage(account)}`,
    ),
    ...(several ? [] : [wrapParagraph(API_LIMITS)]),
  ]
  const { email, role } = read.caller
  const numbers = listNumbers(read).join(', ')
  lines.push(wrapParagraph(`Read as ${shorten(email)} (${role}): ${numbers}.`))
  const notes = [
    ...listActivityNotes(read),
    describeNotJudged(account),
    describeUnmanaged(account),
    describeSwitchedOff(account),
  ]
  for (const note of notes) {
    if (note !== null) lines.push(wrapParagraph(note))
  }
  const todo = [
    `${summary.create} to add`,
    `${summary.update} to change`,
    `${summary.delete} to remove`,
    ...(summary.toLookAt === 0 ? [] : [`${summary.toLookAt} to check`]),
  ]
  // For an apply, the steps say what was changed.
  const unchanged = command === 'apply' ? '' : ' Nothing was changed.'
  lines.push(wrapParagraph(`Plan: ${todo.join(', ')}.${unchanged}`))
  return lines.join('\n')
}
