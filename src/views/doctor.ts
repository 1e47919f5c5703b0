/** The output of `rollcall doctor`: one line for each check with the next step, or JSON. */
import { count } from '../core/messages/phrase.ts'
import type { Check, Checkup } from '../core/report/checkup.ts'
import { toJson } from './json.ts'
import { makePrintable, type Paint, pad, wrapParagraph } from './text/layout.ts'

const STATUS = 6
const HANGING = STATUS + 12

export function renderDoctor(checkup: Checkup, paint: Paint): string {
  const colors = { ok: paint.good, warn: paint.unsure, fail: paint.bad }
  const lines = checkup.checks.flatMap(({ check, status, summary, detail, advice, requestId }) => {
    const column = (text: string) =>
      `${' '.repeat(HANGING)}${wrapParagraph(makePrintable(text), HANGING)}`
    const head = `${pad(status, STATUS)}${pad(check, HANGING - STATUS)}${makePrintable(summary)}`
    return [
      wrapHead(head).replace(status, colors[status](status)),
      ...(detail === null ? [] : [column(detail)]),
      ...(requestId === null ? [] : [column(`Request id: ${requestId}`)]),
      ...(advice === null ? [] : [column(advice)]),
    ]
  })
  const { notChecked } = checkup
  if (notChecked.length > 0) lines.push('', wrapParagraph(`Not checked: ${notChecked.join(', ')}.`))
  return `${lines.join('\n')}\n\n${conclusion(checkup)}\n`

  function conclusion(of: Checkup): string {
    const number = (wanted: Check['status']) =>
      of.checks.filter(({ status }) => status === wanted).length
    const warnings = number('warn') === 0 ? '' : `, ${count(number('warn'), 'warning')}`
    const last = `${warnings}, exit code ${of.exitCode}`
    if (of.healthy) return `${paint.good('OK')}${last}`
    return `${paint.bad('FAIL')}, ${count(number('fail'), 'failure')}${last}`
  }
}

/** Keeps the spaces between the first columns, which wrapping would remove. */
function wrapHead(head: string): string {
  const text = wrapParagraph(head.slice(HANGING), HANGING)
  return head.slice(0, HANGING) + text
}

export function renderDoctorJson(checkup: Checkup): string {
  return toJson({
    format: 'rollcall.doctor',
    format_version: '1.0',
    tool: checkup.tool,
    healthy: checkup.healthy,
    exit_code: checkup.exitCode,
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
    not_checked: checkup.notChecked,
  })
}
