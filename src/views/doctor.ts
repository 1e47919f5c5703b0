/** The output of `rollcall doctor`: one line for each check with the next step, or JSON. */
import { count } from '../core/messages/phrase.ts'
import type { CheckName, Checkup, NamedCheckup } from '../core/report/checkup.ts'
import { toJson } from './json-document.ts'
import { makePrintable, type Paint, pad, wrapParagraph } from './text/layout.ts'

const STATUS = 6
const HANGING = STATUS + 12

export function renderDoctor(checkup: Checkup, paint: Paint): string {
  const { accounts } = checkup
  const lines = accounts === undefined ? drawChecks(checkup, paint) : drawAccounts(accounts, paint)
  return `${lines.join('\n').trimEnd()}\n\n${renderConclusion(checkup, paint)}\n`
}

function renderConclusion(
  { healthy, warnings, failures, exitCode }: Checkup,
  paint: Paint,
): string {
  const last = `${warnings === 0 ? '' : `, ${count(warnings, 'warning')}`}, exit code ${exitCode}`
  if (healthy) return `${paint.good('OK')}${last}`
  return `${paint.bad('FAIL')}, ${count(failures, 'failure')}${last}`
}

/** Those with a problem come first; each of the others takes one line. */
function drawAccounts(accounts: readonly NamedCheckup[], paint: Paint): readonly string[] {
  const describe = ({ name, checkup: { server, accountId } }: NamedCheckup) =>
    makePrintable(`${name}: account ${accountId} on ${server}`)
  const isClean = ({ checkup: { warnings, failures } }: NamedCheckup) => warnings + failures === 0
  return [
    ...accounts
      .filter((each) => !isClean(each))
      .flatMap((each) => [paint.strong(describe(each)), ...drawChecks(each.checkup, paint), '']),
    ...accounts.filter(isClean).map((each) => {
      const checks = count(each.checkup.checks.length, 'check')
      return `${paint.good(pad('ok', STATUS))}${describe(each)}, ${checks}`
    }),
  ]
}

function drawChecks({ checks, notChecked }: Checkup, paint: Paint): readonly string[] {
  const colors = { ok: paint.good, warn: paint.unsure, fail: paint.bad }
  const lines = checks.flatMap(({ check, status, summary, detail, advice, requestId }) => {
    const wrapColumn = (text: string) => wrapParagraph(makePrintable(text), HANGING)
    const column = (text: string) => `${' '.repeat(HANGING)}${wrapColumn(text)}`
    const head = pad(colors[status](status), STATUS) + pad(nameCheck(check), HANGING - STATUS)
    return [
      `${head}${wrapColumn(summary)}`,
      ...(detail === null ? [] : [column(detail)]),
      ...(requestId === null ? [] : [column(`Request id: ${requestId}`)]),
      ...(advice === null ? [] : [column(advice)]),
    ]
  })
  const rest = notChecked.map(nameCheck).join(', ')
  if (rest !== '') lines.push('', wrapParagraph(`Not checked: ${rest}.`))
  return lines
}

/** `sight` is its name for programs, which stays. */
function nameCheck(check: CheckName): string {
  return check === 'sight' ? 'reading' : check
}

export function renderDoctorJson(checkup: Checkup): string {
  return toJson({
    format: 'rollcall.doctor',
    format_version: '1.1',
    tool: checkup.tool,
    ...describeCheckup(checkup),
    accounts: checkup.accounts?.map(({ name, checkup: of }) => ({ name, ...describeCheckup(of) })),
  })
}

function describeCheckup({ healthy, exitCode, server, accountId, checks, notChecked }: Checkup) {
  return {
    healthy,
    exit_code: exitCode,
    server,
    account_id: accountId,
    checks: checks.map(({ check, status, summary, detail, advice, requestId }) => ({
      check,
      status,
      summary,
      detail,
      advice,
      request_id: requestId,
    })),
    not_checked: notChecked,
  }
}
