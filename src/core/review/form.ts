/**
 * The form of a review as a table, and whether it still shows what the review shows: a reviewer
 * decides by these facts. Knows no files; what the decisions mean is in decisions.ts.
 */
import { describeContrast } from '../messages/alike.ts'
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { groupBy } from '../model/collect.ts'
import { makeFinder } from '../model/identity.ts'
import type { Location } from '../model/location.ts'
import { normaliseEmail, spellEmail } from '../model/names.ts'
import { makeNote } from './note.ts'

/** The columns to fill in. Every other column of the form is a fact. */
export const ANSWERS = ['decision', 'reviewer', 'date', 'ticket', 'why'] as const

export type Answer = (typeof ANSWERS)[number]

/** The column that says which review a row belongs to. */
export const REVIEW = 'review'

export interface FormRow {
  /** The person as the snapshot has them; the text of the row if nobody is meant. */
  readonly email: string
  /** Empty if the row is too short. */
  readonly cell: (column: string) => string
  readonly place: (column: string) => Location
}

export interface ReviewForm {
  /** Trimmed, in lower case. */
  readonly columns: readonly string[]
  readonly rows: readonly FormRow[]
}

export interface TableRow {
  readonly cells: readonly string[]
  /** Where a cell begins; for a missing cell, where the row begins. */
  readonly place: (index: number) => Location
}

/**
 * @param people by e-mail address as in the snapshot
 * @param write how an address is written in a cell, with a mark if it would be a formula
 */
export function makeForm(
  [head, ...rows]: readonly TableRow[],
  people: readonly string[],
  write: (email: string) => string,
): ReviewForm {
  const find = makeFinder(people, (email) => spellEmail(write(email)), normaliseEmail)
  // A spreadsheet may have removed the mark.
  const findPlain = makeFinder(people, (email) => email, normaliseEmail)
  const columns = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase())
  return {
    columns,
    rows: rows.map(({ cells, place }): FormRow => {
      const cell = (column: string) => cells[columns.indexOf(column)] ?? ''
      const written = spellEmail(cell('email'))
      return {
        email: find(written) ?? findPlain(written) ?? written,
        cell,
        place: (column) => place(columns.indexOf(column)),
      }
    }),
  }
}

/** What is wrong with the first row, as a phrase after the name of the file. Null: nothing. */
export function checkColumns(form: ReviewForm, blank: ReviewForm): string | null {
  const [only = '', ...others] = form.columns
  if (others.length === 0 && /[,;\t]/.test(only)) {
    return 'has every row in a single cell. Import it with the right separator, as docs/review.md shows'
  }
  const bare = isBare(form, blank)
  const missing = blank.columns.filter(
    (name) => name !== REVIEW && !(bare && isFact(name)) && !form.columns.includes(name),
  )
  if (missing.length > 0) return `has no column ${missing.join(', ')}`
  const repeated = blank.columns.find(
    (name) => form.columns.indexOf(name) !== form.columns.lastIndexOf(name),
  )
  return repeated === undefined ? findOtherReview(form, blank) : `has two columns ${repeated}`
}

/** Two reviews can show the same facts about the same people, also those of two accounts. */
function findOtherReview(form: ReviewForm, blank: ReviewForm): string | null {
  // The same in every row.
  const own = new Set(blank.rows.map(({ cell }) => cell(REVIEW)))
  if (!form.columns.includes(REVIEW)) return null
  const other = form.rows.filter(({ cell }) => !own.has(normaliseCell(cell(REVIEW))))
  const [first] = other
  if (first === undefined) return null
  const lines = listLines(other.map(({ place }) => place(REVIEW)))
  return `belongs to another review: the column ${REVIEW} says ${quote(first.cell(REVIEW))} in ${lines}, not "${[...own].join('')}"`
}

function listShownFacts(form: ReviewForm, blank: ReviewForm): readonly string[] {
  return blank.columns.filter((name) => isFact(name) && form.columns.includes(name))
}

/** A list of decisions that somebody wrote without the form: it shows no fact at all. */
function isBare(form: ReviewForm, blank: ReviewForm): boolean {
  return listShownFacts(form, blank).length === 0
}

export function noteMissingFacts(form: ReviewForm, blank: ReviewForm): readonly Diagnostic[] {
  if (isBare(form, blank)) {
    return [
      makeNote(
        'The decisions are a list of their own, without the facts that the form shows.',
        'Note what the reviewers saw when they decided, or use a filled-in copy of decisions.csv.',
      ),
    ]
  }
  if (form.columns.includes(REVIEW)) return []
  return [
    makeNote(
      `The form has no column ${REVIEW}, so it may belong to another review with the same facts.`,
      `Keep the column ${REVIEW} of decisions.csv.`,
    ),
  ]
}

/** Beyond this, the rows of a column are named together. */
const MOST_ROWS = 5

interface ChangedFact {
  readonly column: string
  readonly summary: string
  /** How the two differ, if people would not see it. */
  readonly contrast: string | null
  readonly location: Location
}

/** The facts that are not as in the blank form of the review. */
export function compareFacts(form: ReviewForm, blank: ReviewForm): readonly Diagnostic[] {
  const facts = listShownFacts(form, blank)
  const asWritten = new Map(blank.rows.map((row) => [row.email, row]))
  const changed = form.rows.flatMap((row): ChangedFact[] => {
    const own = asWritten.get(row.email)
    if (own === undefined) return []
    return facts
      .filter((column) => normaliseCell(row.cell(column)) !== normaliseCell(own.cell(column)))
      .map((column) => ({
        column,
        summary: `${row.email}: the column ${column} says ${quote(row.cell(column))}, but the review says ${quote(own.cell(column))}.`,
        contrast: describeContrast(row.cell(column), own.cell(column)),
        location: row.place(column),
      }))
  })
  return [...groupBy(changed, ({ column }) => column).values()].flatMap((same) =>
    same.length > MOST_ROWS
      ? [
          report(
            { ...same[0], contrast: null },
            `The column ${same[0].column} differs from the review in ${listLines(same.map(({ location }) => location))}.`,
          ),
        ]
      : same.map((each) => report(each, each.summary)),
  )
}

function isFact(column: string): boolean {
  return column !== 'email' && column !== REVIEW && !ANSWERS.some((each) => each === column)
}

/** What spreadsheets change without changing a fact: spaces, line ends, and the mark before a formula. */
function normaliseCell(cell: string): string {
  return cell
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/(^|;)'(?=[\s"'“”‘’＂＇]*[=+\-@＝＋－＠])/g, '$1')
    .trim()
}

function quote(cell: string): string {
  return cell === '' ? 'nothing' : `"${cell}"`
}

/** UTF-8 that was read as Windows-1252. */
const MANGLED = /[ÂÃ][\u0080-\u00bf\u0152-\u2122]|â€/

function report({ location, contrast }: ChangedFact, summary: string): Diagnostic {
  return makeDiagnostic({
    code: 'review-form',
    summary,
    detail: contrast,
    location,
    ...(MANGLED.test(summary)
      ? {
          advice:
            'The file was opened in another encoding. Import it as UTF-8, as docs/review.md shows.',
        }
      : {}),
  })
}

/** `12 rows (lines 2-10, 14 and 16)`. */
export function listLines(locations: readonly Location[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const line of locations.map((each) => each.line).sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && line === last.to + 1) last.to = line
    else ranges.push({ from: line, to: line })
  }
  const names = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  const [rows, lines] = locations.length === 1 ? ['row', 'line'] : ['rows', 'lines']
  return `${locations.length} ${rows} (${lines} ${names.join(', ')})`
}
