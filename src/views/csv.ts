/**
 * Findings as CSV (RFC 4180: CRLF, a header row, every cell quoted, UTF-8 without a BOM), for a
 * spreadsheet. One line for each finding, accounts in the order of the run, worst first. Columns:
 * `server`, `account_id`, `account_name`, `policy` (its path), `line` and `column` in it (empty
 * if the policy has no such section), `code`, `address`, `risk`, `severity`, `disposition`,
 * `summary`, `remedy`, `policy_line` (YAML that would fix the finding, empty if there is none),
 * `id`, for a waived finding `waiver_reason`, `waiver_owner` and `waiver_expires`, and `snapshot`
 * (its file, empty if the server was read). Findings that the policy switched off are one line for
 * each code, with the disposition `off`, the address `account` and no id. The last columns say what
 * the finding is about: `kind` (agent, team-member, …), and, where they apply, `email`, `name` (the
 * display name) and `group` (a team or an inbox). `what`, `by` and `at` say what the audit log says about
 * how it came to be; without a `by`, it was the server. No column has the time of the run: the same
 * findings give the same bytes, so that jobs can compare them. New columns go only at the end.
 */
import { isOpen } from '../core/messages/finding.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { count } from '../core/messages/phrase.ts'
import type { GroupSubject } from '../core/model/address.ts'
import { KINDS } from '../core/model/kinds.ts'
import { reveal } from '../core/model/visible.ts'
import type { Seen } from '../core/plan/outcome.ts'
import { describeFinding } from '../core/report/finding-facts.ts'
import type { JudgedAccount, Reading, Report } from '../core/report/report.ts'
import { toPersonRecordJson } from './json-document.ts'
import { listNamesOfKind, nameCustomRole, phraseFinding } from './labels.ts'

export const ACCOUNT_COLUMNS = ['server', 'account_id', 'account_name'] as const

const COLUMNS = [
  ...ACCOUNT_COLUMNS,
  'policy',
  'line',
  'column',
  'code',
  'address',
  'risk',
  'severity',
  'disposition',
  'summary',
  'remedy',
  'policy_line',
  'id',
  'waiver_reason',
  'waiver_owner',
  'waiver_expires',
  'snapshot',
  'kind',
  'email',
  'name',
  'group',
  'what',
  'by',
  'at',
] as const

/** Null and undefined are an empty cell. */
type Cells<C extends string> = Readonly<Record<C, string | number | null | undefined>>

type Row = Cells<(typeof COLUMNS)[number]>

/** Null if there is no verdict: an empty file would look like "no findings". */
export function renderCsv(report: Report): string | null {
  if (report.verdict === 'none') return null
  const rows = report.accounts.filter((account) => account.verdict !== 'none').flatMap(makeRows)
  return writeCsv(COLUMNS, rows)
}

/** Every CSV file of rollcall: a header row, then a line for each row. A missing cell is empty. */
export function writeCsv<C extends string>(
  columns: readonly C[],
  rows: readonly Partial<Cells<C>>[],
): string {
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
    .map(writeLine)
    .join('')
}

function writeLine(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => `"${escapeCell(String(cell)).replaceAll('"', '""')}"`)
  return `${quoted.join(',')}\r\n`
}

/** Of a person on an account. */
export const ROLE_COLUMNS = ['role', 'custom_role', 'status'] as const
export const PERSON_COLUMNS = ['email', 'name', 'user_id', ...ROLE_COLUMNS, 'provider'] as const

/** Of a person, from the audit log; empty if it does not say them. */
export const RECORD_COLUMNS = ['last_sign_in', 'added_by', 'added_at'] as const

export function makePersonCells({
  id,
  customRole,
  confirmed,
  record,
  ...same
}: Omit<Seen, 'groups'>) {
  const held = customRole && nameCustomRole(customRole)
  const status = confirmed ? 'active' : 'disabled'
  return { ...same, user_id: id, custom_role: held, status, ...toPersonRecordJson(record) }
}

/** The names of the groups of a person, a cell for each kind, which says so if this kind was not read. */
export function makeGroupCells(
  groups: readonly GroupSubject[],
  { groups: read }: Reading,
  separator: string,
) {
  return Object.fromEntries(
    KINDS.map((of) => [
      of.section,
      read.has(of) ? listNamesOfKind(groups, of).join(separator) : '(not read)',
    ]),
  )
}

export function makeAccountCells({ server, account }: Pick<JudgedAccount, 'server' | 'account'>) {
  return { server, account_id: account.id, account_name: account.name }
}

function makeRows(account: JudgedAccount): readonly Partial<Row>[] {
  const where = {
    ...makeAccountCells(account),
    policy: account.policy.path,
    snapshot: account.read.snapshot,
  }
  const rows = account.findings.map((finding): Row => {
    const { location, waiver, activity } = finding
    const { remedy, ...facts } = describeFinding(finding, account)
    const origin = activity?.kind === 'recorded' ? activity : null
    const line = isOpen(finding) ? (account.fixes.get(finding.id)?.inline ?? '') : ''
    return {
      ...where,
      ...finding,
      ...facts,
      line: location?.line,
      column: location?.column,
      summary: phraseFinding({ ...finding, activity: null }, (text) => text),
      remedy: remedy.text,
      // Half of a line would be wrong in a policy.
      policy_line: line.length > LONGEST ? null : line,
      waiver_reason: waiver?.reason,
      waiver_owner: waiver?.owner,
      waiver_expires: waiver?.expires,
      what: origin?.what,
      by: origin?.by,
      at: origin?.at,
    }
  })
  // Findings that are switched off have no line each: one line for each code counts them.
  const off = [...account.off].map(([code, n]) => ({
    ...where,
    code,
    address: 'account',
    risk: FINDINGS[code].risk,
    disposition: 'off',
    summary: `${count(n, 'finding')} switched off by the policy`,
  }))
  return [...rows, ...off]
}

// What a spreadsheet treats as a formula, also after spaces and quotes. A semicolon begins a new cell
// in countries with a decimal comma, even inside quotes.
const FORMULA = /(^|;)([\s"'“”‘’＂＇]*[=+\-@＝＋－＠])/gu

/** A spreadsheet cell can have 32,767 characters; a longer text would go on in another cell. */
const LONGEST = 32_000

/** The escape function of CSV: a leading apostrophe turns a formula into text. */
export function escapeCell(text: string): string {
  const shown = reveal(text.slice(0, LONGEST + 1)).replace(FORMULA, "$1'$2")
  if (shown.length <= LONGEST) return shown
  return `${shown.slice(0, LONGEST).replace(/\p{Cs}$/u, '')}… (${text.length} characters)`
}
