/**
 * The report for people: the verdict first and last, what differs in between. Readable without
 * colour and at 80 columns; every text that is not ours passes through `shortened`.
 */
import { Chalk } from 'chalk'
import type { Cause } from '../core/diagnostic.ts'
import { count } from '../core/phrase.ts'
import type { AccountReport, JudgedAccount, Report, Section, Verdict } from '../core/report.ts'
import { renderDiagnostic } from './diagnostic.ts'
import { type Paint, paragraph, shortened } from './layout.ts'
import { renderTable } from './table.ts'

export interface TextOptions {
  readonly color: boolean
}

/** The one place where colours come from: an explicit level, never a guess about the terminal. */
export function painter(color: boolean): Paint {
  const chalk = new Chalk({ level: color ? 1 : 0 })
  return {
    good: chalk.green,
    bad: chalk.red,
    worst: chalk.red.bold,
    unsure: chalk.yellow,
    faint: chalk.dim,
    strong: chalk.bold,
  }
}

export function renderText(report: Report, { color }: TextOptions): string {
  const paint = painter(color)
  const blocks: string[] = []
  const several = report.accounts.length > 1
  if (several) blocks.push(paragraph(`${word(report.verdict, paint)}  ${tally(report)}`))
  blocks.push(...report.accounts.map((account) => renderAccount(account, paint)))
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0 && report.verdict === 'none') {
    blocks.push(`${word('none', paint)}  ${CAUSES[report.cause]}`)
    blocks.push(...errors.map((each) => renderDiagnostic(each, paint)))
  }
  const last = `${word(report.verdict, paint)}, exit code ${report.exitCode}`
  const closing = several ? `\n\n${tally(report)}\n` : report.verdict === 'none' ? '\n\n' : '\n'
  return `${blocks.join('\n\n')}${closing}${last}\n`
}

const WORDS: Readonly<Record<Verdict, string>> = {
  in_sync: 'IN SYNC',
  drift: 'DRIFT',
  none: 'NO VERDICT',
}

function word(verdict: Verdict, paint: Paint): string {
  const colors = { in_sync: paint.good, drift: paint.bad, none: paint.unsure }
  return paint.strong(colors[verdict](WORDS[verdict]))
}

const CAUSES: Readonly<Record<Cause, string>> = {
  usage: 'the command was not understood',
  policy: 'the policy cannot be used',
  settings: 'the connection settings are incomplete or wrong',
  token: 'the token was not accepted',
  network: 'the server could not be reached',
  server: 'the server did not answer as it should',
  incomplete: 'the account could not be read completely',
  output: 'the report could not be written',
  internal: 'rollcall failed',
}

function tally({ accounts }: Report): string {
  const of = (verdict: Verdict) => accounts.filter((account) => account.verdict === verdict).length
  const parts = `${of('in_sync')} in sync, ${of('drift')} drifted, ${of('none')} without verdict`
  return `${count(accounts.length, 'account')}: ${parts}`
}

function renderAccount(account: AccountReport, paint: Paint): string {
  const gist = account.verdict === 'none' ? CAUSES[account.cause] : tallyOfFindings(account)
  const head = paragraph(`${word(account.verdict, paint)}  ${title(account)}: ${gist}`, 2)
  const parts = [head, ...account.diagnostics.map((each) => renderDiagnostic(each, paint))]
  if (account.verdict === 'none') {
    if (account.retryable) parts.push('Trying again may help.')
    return parts.join('\n\n')
  }
  const table = renderTable(account, paint)
  if (table !== '') parts.push(table)
  parts.push(footer(account))
  return parts.join('\n\n')
}

function title({ policy, account, server }: AccountReport): string {
  if (account === null) return shortened(policy.path)
  const name = account.name === null ? '' : ` "${shortened(account.name)}"`
  return `account ${account.id}${name}${server === null ? '' : ` on ${new URL(server).host}`}`
}

function tallyOfFindings({ verdict, findings, summary }: JudgedAccount): string {
  const critical = findings.filter(({ risk }) => risk === 'critical').length
  return [
    verdict === 'in_sync' ? 'no drift' : count(summary.error, 'finding'),
    ...(critical === 0 ? [] : [`${critical} critical`]),
    ...(summary.warning === 0 ? [] : [count(summary.warning, 'warning')]),
  ].join(', ')
}

const SECTIONS: Readonly<Record<Section, string>> = {
  agents: 'agents',
  roles: 'roles',
  custom_roles: 'custom roles',
  teams: 'teams',
  members: 'members',
  inboxes: 'inboxes',
}

const BLIND =
  'This API does not show super administrators outside the account, platform and personal access ' +
  'tokens, and bots. Inboxes, not teams, decide which conversations a person can reach.'

function footer(account: JudgedAccount): string {
  const { findings, changes, ignored, read, summary } = account
  const located = findings.length + ignored.length > 0
  const lines = [
    paragraph(
      `${located ? `Places are in ${shortened(account.policy.path)}. ` : ''}${covered(account)}`,
    ),
    paragraph(BLIND),
  ]
  const { email, role } = read.caller
  const numbers = [
    count(read.agents, 'agent'),
    count(read.teams, 'team'),
    count(read.memberships, 'membership'),
  ]
  lines.push(paragraph(`Read as ${shortened(email)} (${role}): ${numbers.join(', ')}.`))
  const unmanaged = [
    ...(summary.unmanaged.agents > 0 ? [count(summary.unmanaged.agents, 'agent')] : []),
    ...(summary.unmanaged.teams > 0 ? [count(summary.unmanaged.teams, 'team')] : []),
  ]
  if (unmanaged.length > 0) {
    lines.push(paragraph(`Not managed by this policy: ${unmanaged.join(', ')}.`))
  }
  const mended = new Set(changes.flatMap((change) => change.findings))
  const look = findings.filter(({ id }) => !mended.has(id)).length
  const todo = [
    `${summary.create} to add`,
    `${summary.update} to change`,
    `${summary.delete} to remove`,
    ...(look === 0 ? [] : [`${look} to look at`]),
  ]
  lines.push(paragraph(`Plan: ${todo.join(', ')}. Nothing was changed.`))
  return lines.join('\n')
}

function covered({ coverage }: JudgedAccount): string {
  const sections = Object.keys(SECTIONS) as Section[]
  const named = (compared: boolean) =>
    sections
      .filter((section) => (coverage[section] === 'compared') === compared)
      .map((section) =>
        coverage[section] === 'unsupported'
          ? `${SECTIONS[section]} (not known to this server)`
          : SECTIONS[section],
      )
      .join(', ')
  return `Compared: ${named(true)}. Not compared: ${named(false)}.`
}
