/**
 * Finds the addresses, the status and the end dates in the rows of a roster. Never guesses: a row that
 * could mean both active and not active is a problem.
 */
import { isDay, isOver } from './dates.ts'
import { correctEmail } from './mistyped.ts'
import { normaliseEmail, spellEmail } from './names.ts'
import type { RosterEntry, StaffRoster } from './roster.ts'
import { cutText, joinFirst, mayContainToken, reveal } from './visible.ts'

/** Names of columns. Null: found by its usual names. */
export interface RosterColumns {
  readonly email: readonly string[] | null
  readonly status: string | null
  readonly end: string | null
}

export interface RosterReading {
  readonly columns: RosterColumns
  /** What the status of active people is. Null: one of the usual values. */
  readonly active: readonly string[] | null
  readonly today: string
}

export interface RosterProblem {
  readonly problem: string
  readonly advice: string
  /** Indexes; the first row has the names of the columns. */
  readonly row: number
  readonly cell: number
}

type Rows = readonly { readonly cells: readonly string[] }[]

type Part = keyof RosterColumns

/** In lower case, letters and digits only, without what is in brackets. */
const USUAL_NAMES: Readonly<Record<Part, readonly string[]>> = {
  email: [
    'email',
    'emailaddress',
    'emailadresse',
    'mail',
    'mailaddress',
    'workemail',
    'workemailaddress',
    'worksecondaryemail',
    'businessemail',
    'companyemail',
    'primaryemail',
    'login',
    'username',
    'userprincipalname',
    'upn',
  ],
  status: [
    'status',
    'userstatus',
    'accountstatus',
    'employeestatus',
    'employmentstatus',
    'accountenabled',
    'enabled',
    'active',
    'isactive',
  ],
  end: [
    'end',
    'enddate',
    'contractenddate',
    'employmentenddate',
    'employeeleavedatetime',
    'exitdate',
    'lastday',
    'lastworkingday',
    'leavingdate',
    'terminationdate',
  ],
}

const ACTIVE = ['active', 'enabled', 'true', '1']
const INACTIVE = [
  'inactive',
  'disabled',
  'false',
  '0',
  'archived',
  'deleted',
  'deprovisioned',
  'suspended',
  'terminated',
]

/** Indexes of columns; -1 where there is none. */
interface Columns {
  readonly email: readonly number[]
  readonly status: number
  readonly end: number
}

export function parseRoster(
  rows: Rows,
  sha256: string,
  reading: RosterReading,
): StaffRoster | RosterProblem {
  const [head, ...rest] = rows
  if (head === undefined) {
    return refuse('is empty', 'Export it again: it needs a row of names, and a row for each person')
  }
  // A plain list of addresses needs no name above it.
  const plain = head.cells.length === 1 && head.cells.some((cell) => cell.includes('@'))
  const columns: Columns | RosterProblem = plain
    ? { email: [0], status: -1, end: -1 }
    : findColumns(head.cells, reading.columns)
  if ('problem' in columns) return columns
  return gatherPeople(plain ? rows : rest, plain ? 0 : 1, columns, sha256, reading)
}

function gatherPeople(
  rows: Rows,
  firstRow: number,
  columns: Columns,
  sha256: string,
  { active: given, today }: RosterReading,
): StaffRoster | RosterProblem {
  const people = new Map<string, RosterEntry>()
  const unknown = new Map<string, { readonly row: number; readonly cell: number }>()
  const counts = { active: 0, inactive: 0 }
  for (const [index, { cells }] of rows.entries()) {
    const row = firstRow + index
    const emails = columns.email.flatMap((cell) =>
      listAddresses(cells[cell] ?? '').map((email) => ({ email, cell })),
    )
    if (emails.length === 0) continue
    // No column has the index -1.
    const end = readEnd(cells[columns.end] ?? '')
    if (columns.status < 0 && end !== null && !isDay(end)) {
      return {
        problem: `has an end date that is not a date: "${end}"`,
        advice: 'Write it as YYYY-MM-DD. Without a status, the end date decides who is active',
        row,
        cell: columns.end,
      }
    }
    const status = (cells[columns.status] ?? '').trim()
    const active = columns.status < 0 ? !isOver(end, today) : isActive(status, given)
    if (active === null) {
      if (!unknown.has(status)) unknown.set(status, { row, cell: columns.status })
      continue
    }
    counts[active ? 'active' : 'inactive'] += 1
    for (const { email, cell } of emails) {
      // Something was pasted with it: `mailto:`, a bracket, an invisible character. Nobody has such an
      // address on the account, so the person would count as somebody who left.
      if (active && (correctEmail(email) !== email || reveal(email) !== email)) {
        return {
          problem: `has an invalid e-mail address: "${cutText(email)}"`,
          advice: 'Write it like ada@acme.com',
          row,
          cell,
        }
      }
      const key = normaliseEmail(email)
      const known = people.get(key)
      if (known !== undefined && known.active !== active) {
        return {
          problem: `has two different statuses for ${email}`,
          advice: 'Keep one row for each person, or export only the current status',
          row,
          cell,
        }
      }
      people.set(key, {
        active,
        end: known?.end ?? end,
        spellings: new Set([...(known?.spellings ?? []), email]),
      })
    }
  }
  const [first] = unknown.values()
  if (first !== undefined) {
    return {
      problem: `has a status that rollcall does not know: ${quoteSome([...unknown.keys()])}`,
      advice:
        'Name every value that means active, as in --roster-active "Active,On leave"; every other value then means not active',
      ...first,
    }
  }
  if (people.size === 0) {
    return refuse(
      'has no e-mail address in it',
      'Name the column that has them with --roster-columns email=NAME',
    )
  }
  return { sha256, ...counts, people }
}

/** A cell may have several, or a name around one: `Ada <ada@acme.com>; ada@acme.org`. */
function listAddresses(cell: string): readonly string[] {
  return cell
    .split(/[\s,;<>]+/)
    .map(spellEmail)
    .filter((word) => word.includes('@'))
}

/** Null: neither. If the active values are given, every other value means not active. */
function isActive(status: string, given: readonly string[] | null): boolean | null {
  const value = status.toLowerCase()
  if (given !== null) return given.some((each) => each.toLowerCase() === value)
  if (ACTIVE.includes(value)) return true
  return INACTIVE.includes(value) ? false : null
}

const MOST_QUOTED = 10

/** The first ones, cut: a file that is not a roster can have thousands, or one of a megabyte. */
function quoteSome(texts: readonly string[]): string {
  return joinFirst(texts, MOST_QUOTED, (each) => `"${cutText(each)}"`)
}

/** A date and time is cut to its date; any other text stays as it is. */
function readEnd(cell: string): string | null {
  const text = cell.trim()
  const day = text.slice(0, 10)
  if (isDay(day) && /^$|^[T ]/.test(text.slice(10))) return day
  return text === '' ? null : text
}

function findColumns(head: readonly string[], wanted: RosterColumns): Columns | RosterProblem {
  const found = {
    email: findPart('email', head, wanted.email),
    status: findPart('status', head, wanted.status === null ? null : [wanted.status]),
    end: findPart('end', head, wanted.end === null ? null : [wanted.end]),
  }
  const shown = head.map((name) => name.trim()).filter((name) => !mayContainToken(name))
  const names = shown.length === 0 ? 'no headings' : quoteSome(shown)
  for (const part of ['email', 'status', 'end'] as const) {
    const { missing, cells } = found[part]
    if (missing !== undefined) return refuse(`has no column "${missing}"`, `It has: ${names}`)
    const [first, second] = cells
    if (part !== 'email' && first !== undefined && second !== undefined) {
      return {
        problem: `has two columns that could be the ${part}: "${head[first]}" and "${head[second]}"`,
        advice: `Choose one with --roster-columns ${part}=NAME`,
        row: 0,
        cell: second,
      }
    }
  }
  const [status = -1] = found.status.cells
  const [end = -1] = found.end.cells
  if (found.email.cells.length === 0) {
    return refuse(
      'has no column with e-mail addresses that rollcall knows',
      `Name it with --roster-columns email=NAME. The file has: ${names}`,
    )
  }
  // Otherwise a status under another name would make everybody active.
  const others = head.length > found.email.cells.length
  if (status < 0 && end < 0 && others && wanted.status !== '') {
    return refuse(
      'has no column with a status that rollcall knows',
      `Name it with --roster-columns status=NAME, or write status= if everybody in the file is active. The file has: ${names}`,
    )
  }
  return { email: found.email.cells, status, end }
}

/** An empty name means that the file has no such column. */
function findPart(part: Part, head: readonly string[], given: readonly string[] | null) {
  if (given === null) {
    const usual = USUAL_NAMES[part]
    return { cells: listCells(head, (name) => usual.includes(normaliseHeading(name))) }
  }
  const names = given.filter((name) => name !== '')
  const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()
  const missing = names.find((name) => !head.some((each) => same(each, name)))
  const cells = listCells(head, (each) => names.some((name) => same(each, name)))
  return missing === undefined ? { cells } : { cells, missing }
}

function listCells(head: readonly string[], fits: (name: string) => boolean): readonly number[] {
  return head.flatMap((name, cell) => (fits(name) ? [cell] : []))
}

function normaliseHeading(name: string): string {
  return name
    .replace(/\[[^\]]*\]|\([^)]*\)/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

function refuse(problem: string, advice: string): RosterProblem {
  return { problem, advice, row: 0, cell: 0 }
}
