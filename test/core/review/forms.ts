/** Forms of a review, as a reviewer would fill them in. */
import { makeForm, type ReviewForm } from '../../../src/core/review/form.ts'
import type { ReviewedPerson } from '../../../src/core/review/reviewed.ts'

export const ANSWERED = { decision: 'keep', reviewer: 'ada@acme.com', date: '2026-11-23', why: '' }

/** Agents. `#77 mallory@evil.example` is a hidden member with that name in the log. */
export function listPeople(emails: readonly string[]): readonly ReviewedPerson[] {
  return emails.map((text, index) => {
    const [email = '', name = ''] = text.split(' ')
    return { email, id: index + 1, name, role: email.startsWith('#') ? null : 'agent' }
  })
}

type Cells = Readonly<Record<string, string>>

/** The columns are those of the first row; the cells stand in columns 1, 11, 21 … of their line. */
export function makeFilledForm(rows: readonly Cells[], people: readonly string[]): ReviewForm {
  const columns = Object.keys(rows[0] ?? {})
  const table = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
  return makeForm(
    table.map((cells, index) => ({
      cells,
      place: (at) => ({ file: 'd.csv', line: index + 1, column: at * 10 + 1 }),
    })),
    people,
    (email) => (email.startsWith('+') ? `'${email}` : email),
  )
}
