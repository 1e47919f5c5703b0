/**
 * The report for people: the verdict first and last, the findings in between. Readable without
 * colours and at 80 columns. Text from outside passes through `shortened`. Does not load colours,
 * because a job without a terminal does not need them.
 */
import type { AccountReport, JudgedAccount, Report, Verdict } from '../../core/report/report.ts'
import {
  API_LIMITS,
  askedWith,
  asOf,
  covered,
  gist,
  identity,
  notManaged,
  numbersOf,
  reasonWhy,
  switchedOff,
  tally,
  VERDICTS,
} from '../labels.ts'
import { renderDiagnostic } from './diagnostic.ts'
import { type Paint, PLAIN, paragraph, printable, shortened } from './layout.ts'
import { renderTable } from './table.ts'
import { renderTodo } from './todo.ts'

export function renderPlain(report: Report): string {
  return renderLines(report, PLAIN)
}

export function renderLines(report: Report, paint: Paint): string {
  const blocks: string[] = []
  const several = report.accounts.length > 1
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error')
  // First, so that no account with a verdict is shown before the errors of the run.
  if (errors.length > 0 && report.verdict === 'none') {
    const why = printable(reasonWhy(report.diagnostics))
    blocks.push(paragraph(`${word('none', paint)}  ${why}`, 2))
    blocks.push(...errors.map((each) => renderDiagnostic(each, paint)))
  } else if (several) blocks.push(paragraph(`${word(report.verdict, paint)}  ${tally(report)}`))
  blocks.push(...report.accounts.map((account) => renderAccount(account, paint)))
  const asked = askedWith(report).join(' ')
  const code = `exit code ${report.exitCode}${asked === '' ? '' : ` (${asked})`}`
  const last = `${word(report.verdict, paint)}, ${code}`
  const closing = several ? `\n\n${tally(report)}\n` : report.verdict === 'none' ? '\n\n' : '\n'
  return `${blocks.join('\n\n')}${closing}${last}\n`
}

function word(verdict: Verdict, paint: Paint): string {
  const colors = { in_sync: paint.good, drift: paint.bad, none: paint.unsure }
  return paint.strong(colors[verdict](VERDICTS[verdict]))
}

function renderAccount(account: AccountReport, paint: Paint): string {
  const head = paragraph(
    `${word(account.verdict, paint)}  ${title(account)}: ${printable(gist(account))}`,
    2,
  )
  const asked = account.read && asOf(account.read, shortened)
  const basis = asked ? `\n${paragraph(asked)}` : ''
  const parts = [head + basis, ...account.diagnostics.map((each) => renderDiagnostic(each, paint))]
  if (account.verdict === 'none') {
    if (account.retryable) parts.push('Running again may help.')
    return parts.join('\n\n')
  }
  const table = renderTable(account, paint)
  if (table !== '') parts.push(table)
  const todo = renderTodo(account, paint)
  if (todo !== '') parts.push(todo)
  parts.push(footer(account))
  return parts.join('\n\n')
}

function title({ policy, account, server }: AccountReport): string {
  if (account === null) return shortened(policy.path)
  return `account ${identity(account, server, shortened)}`
}

function footer(account: JudgedAccount): string {
  const { findings, ignored, read, summary } = account
  const located = findings.length + ignored.length > 0
  const lines = [
    paragraph(
      `${located ? `The numbers on the right are line:column in ${shortened(account.policy.path)}. ` : ''}${covered(account)}`,
    ),
    paragraph(API_LIMITS),
  ]
  const { email, role } = read.caller
  const numbers = numbersOf(read).join(', ')
  lines.push(paragraph(`Read as ${shortened(email)} (${role}): ${numbers}.`))
  for (const note of [notManaged(account), switchedOff(account)]) {
    if (note !== null) lines.push(paragraph(note))
  }
  const todo = [
    `${summary.create} to add`,
    `${summary.update} to change`,
    `${summary.delete} to remove`,
    ...(summary.toLookAt === 0 ? [] : [`${summary.toLookAt} to check`]),
  ]
  lines.push(paragraph(`Plan: ${todo.join(', ')}. Nothing was changed.`))
  return lines.join('\n')
}
