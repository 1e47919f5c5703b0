/** What `rollcall doctor` says: one line for each check with the next step, or one document. */
import { count } from '../core/messages/phrase.ts'
import { toJson } from './json.ts'
import { type Paint, pad, paragraph, printable } from './text/layout.ts'

/** In the order in which they are made: each one needs those before it. */
export const CHECKS = [
  'settings',
  'name',
  'connection',
  'tls',
  'redirect',
  'version',
  'clock',
  'header',
  'token',
  'membership',
  'role',
  'sight',
] as const

export type CheckName = (typeof CHECKS)[number]

/** Texts are hostile. */
export interface Check {
  readonly check: CheckName
  readonly status: 'ok' | 'warn' | 'fail'
  readonly summary: string
  readonly detail: string | null
  /** The next step. */
  readonly advice: string | null
  readonly requestId: string | null
}

export interface Checkup {
  readonly tool: { readonly name: string; readonly version: string }
  /** Origin. */
  readonly server: string | null
  readonly accountId: number | null
  readonly checks: readonly Check[]
}

/** Warnings do not make ill. */
export function isHealthy({ checks }: Checkup): boolean {
  return checks.every(({ status }) => status !== 'fail')
}

function notMade({ checks }: Checkup): readonly CheckName[] {
  return CHECKS.filter((name) => !checks.some(({ check }) => check === name))
}

const STATUS = 6
const HANGING = STATUS + 12

export function renderDoctor(checkup: Checkup, paint: Paint): string {
  const colors = { ok: paint.good, warn: paint.unsure, fail: paint.bad }
  const lines = checkup.checks.flatMap(({ check, status, summary, detail, advice, requestId }) => {
    const column = (text: string) => `${' '.repeat(HANGING)}${paragraph(printable(text), HANGING)}`
    const head = `${pad(status, STATUS)}${pad(check, HANGING - STATUS)}${printable(summary)}`
    return [
      paragraphed(head).replace(status, colors[status](status)),
      ...(detail === null ? [] : [column(detail)]),
      ...(requestId === null ? [] : [column(`Request id: ${requestId}`)]),
      ...(advice === null ? [] : [column(advice)]),
    ]
  })
  const open = notMade(checkup)
  if (open.length > 0) lines.push('', paragraph(`Not checked: ${open.join(', ')}.`))
  return `${lines.join('\n')}\n\n${conclusion(checkup)}\n`

  function conclusion(of: Checkup): string {
    const number = (wanted: Check['status']) =>
      of.checks.filter(({ status }) => status === wanted).length
    const warnings = number('warn') === 0 ? '' : `, ${count(number('warn'), 'warning')}`
    if (isHealthy(of)) return `${paint.good('OK')}${warnings}, exit code 0`
    return `${paint.bad('FAIL')}, ${count(number('fail'), 'failure')}${warnings}, exit code 1`
  }
}

/** Keeps the gap between the first columns, which wrapping would close. */
function paragraphed(head: string): string {
  const text = paragraph(head.slice(HANGING), HANGING)
  return head.slice(0, HANGING) + text
}

export function renderDoctorJson(checkup: Checkup): string {
  const healthy = isHealthy(checkup)
  return toJson({
    format: 'rollcall.doctor',
    format_version: '1.0',
    tool: checkup.tool,
    healthy,
    exit_code: healthy ? 0 : 1,
    server: checkup.server,
    account_id: checkup.accountId,
    checks: checkup.checks.map(({ check, status, summary, detail, advice, requestId }) => ({
      check,
      status,
      summary,
      detail,
      advice,
      request_id: requestId,
    })),
    not_checked: notMade(checkup),
  })
}
