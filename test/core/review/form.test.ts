/** The form of a review as a table: which columns it needs, and whether its facts are those of the review. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkColumns,
  compareFacts,
  listLines,
  noteMissingFacts,
} from '../../../src/core/review/form.ts'
import { makeFilledForm } from './forms.ts'

const PEOPLE = ['ken@acme.com', '+host@acme.com']
const BLANK = [
  { email: 'ken@acme.com', name: 'Ken', role: 'agent', teams: 'billing, tier 1', decision: '' },
  { email: "'+host@acme.com", name: "'=1+1", role: 'agent', teams: '', decision: '' },
]
const blank = makeFilledForm(BLANK, PEOPLE)
const made = (rows: readonly Readonly<Record<string, string>>[]) => makeFilledForm(rows, PEOPLE)
const facts = (rows: readonly Readonly<Record<string, string>>[]) =>
  compareFacts(made(rows), blank).map(({ summary, location }) => [
    summary,
    `${location?.line}:${location?.column}`,
  ])

describe('columns', () => {
  const check = (...columns: string[]) =>
    checkColumns(made([Object.fromEntries(columns.map((name) => [name, '']))]), blank)

  test('may be in any order and any case, with others among them', () => {
    expect(check('decision', ' Role', 'TEAMS', 'mine', 'name', 'email')).toBeNull()
  })

  test('that are missing are named, all of them', () => {
    expect(check('email', 'decision', 'teams')).toBe('has no column name, role')
    expect(checkColumns(makeFilledForm([], PEOPLE), blank)).toBe('has no column email, decision')
  })

  test('of facts may all be missing, which is noted, but not some of them', () => {
    const bare = made([{ email: 'ken@acme.com', decision: 'keep' }])
    expect(checkColumns(bare, blank)).toBeNull()
    expect(compareFacts(bare, blank)).toEqual([])
    expect(noteMissingFacts(bare, blank).map(({ summary }) => summary)).toEqual([
      'The decisions are a list of their own, without the facts that the form shows.',
    ])
  })

  test('say which review the form belongs to: the form of another one is refused', () => {
    const named = (review: string) => BLANK.map((row) => ({ ...row, review }))
    const [own, other] = ['account 1 on a.example', 'account 2 on a.example'].map(named)
    const check = (rows: readonly Readonly<Record<string, string>>[] = []) =>
      checkColumns(made(rows), made(own ?? []))
    expect(check(own)).toBeNull()
    expect(check(other)).toBe(
      'belongs to another review: the column review says "account 2 on a.example" in 2 rows (lines 2-3), not "account 1 on a.example"',
    )
    expect(check([...(own ?? []).slice(0, 1), ...(other ?? []).slice(1)])).toMatch(
      /in 1 row \(line 3\),/,
    )
    // Without the column, nothing shows it.
    expect(check(BLANK)).toBeNull()
    const notes = (rows = BLANK) => noteMissingFacts(made(rows), made(own ?? []))
    expect([notes().map(({ code }) => code), notes(own)]).toEqual([['review-note'], []])
  })

  test('with one name are refused: nobody knows which one was meant', () => {
    expect(check('email', 'name', 'role', 'teams', 'decision', 'Role ')).toBe(
      'has two columns role',
    )
  })

  test.each(['email,name,role', 'email;name', 'email\tname'])(
    'that are all in one cell, %j, are explained',
    (cell) => expect(check(cell)).toMatch(/^has every row in a single cell/),
  )
})

describe('facts', () => {
  test('are as in the review, whatever a spreadsheet does to spaces, line ends and formula marks', () => {
    expect(facts(BLANK)).toEqual([])
    expect(facts(BLANK.toReversed())).toEqual([])
    expect(
      facts([
        { ...BLANK[0], teams: 'billing,\r\n tier 1 ' },
        { ...BLANK[1], email: '+HOST@acme.com', name: '=1+1' },
      ]),
    ).toEqual([])
  })

  test('that were edited are named with their cell', () => {
    expect(facts([{ ...BLANK[0], role: 'administrator', teams: '' }])).toEqual([
      ['ken@acme.com: the column role says "administrator", but the review says "agent".', '2:21'],
      [
        'ken@acme.com: the column teams says nothing, but the review says "billing, tier 1".',
        '2:31',
      ],
    ])
  })

  test('that look the same to a reader are named with what differs', () => {
    const [edited] = compareFacts(made([{ ...BLANK[0], role: '\u0430gent' }]), blank)
    expect(edited?.detail).toContain(
      'they look alike, but the first has a Cyrillic letter (U+0430)',
    )
  })

  test('of nobody on the account are not compared: decisions.ts names the row', () => {
    expect(facts([{ ...BLANK[0], email: 'nobody@acme.com' }])).toEqual([])
  })

  test('that differ in many rows are one message for each column', () => {
    const people = Array.from({ length: 7 }, (_, n) => `p${n}@acme.com`)
    const form = (role: (n: number) => string) =>
      makeFilledForm(
        people.map((email, n) => ({ email, role: role(n), name: n === 0 ? role(0) : '' })),
        people,
      )
    const found = compareFacts(
      form((n) => (n === 3 ? 'agent' : 'x')),
      form(() => 'agent'),
    )
    expect(found.map(({ summary }) => summary)).toEqual([
      'The column role differs from the review in 6 rows (lines 2-4, 6-8).',
      'p0@acme.com: the column name says "x", but the review says "agent".',
    ])
  })

  test('in another encoding get another advice', () => {
    const [edited] = compareFacts(made([{ ...BLANK[0], name: 'KÃ¼n' }]), blank)
    expect(edited?.advice).toContain('Import it as UTF-8')
    expect(compareFacts(made([{ ...BLANK[0], name: 'Kün' }]), blank)[0]?.advice).toContain('Copy')
  })

  test('cannot be edited unnoticed in any cell', () => {
    fc.assert(
      fc.property(
        fc.nat(1),
        fc.constantFrom('name', 'role', 'teams'),
        fc.string({ unit: fc.constantFrom('a', 'B', '0', ',', '"', "'", '=', '\u200b', 'е') }),
        (index, column, text) => {
          const row = BLANK[index] as Record<string, string>
          const [before = '', bare] = [row[column], row[column]?.replace(/^'/, '')]
          fc.pre(text.trim() !== before && text.trim() !== bare)
          expect(facts([{ ...row, [column]: text }]).length).toBe(1)
        },
      ),
    )
  })
})

test('lines are listed in order, neighbours together', () => {
  const at = (...lines: number[]) => lines.map((line) => ({ file: 'd.csv', line, column: 1 }))
  expect(listLines(at(9, 2, 3, 4, 7))).toBe('5 rows (lines 2-4, 7, 9)')
})
