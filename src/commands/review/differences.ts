/**
 * Finds where a file of a review differs from what it should be, in the words of its format: a row and
 * a column of CSV, a path of JSON, a line of anything else. Does not know which of the two is right.
 */

import { groupBy } from '../../core/model/collect.ts'
import { findErrorPlace, formatPath } from '../../files/json-file.ts'
import { type CsvRow, readCsv } from '../../files/read-csv.ts'

export interface FileDifference {
  /** Such as `:3 (ken@acme.com), column role`; empty: the whole file. Hostile. */
  readonly place: string
  /** Hostile. */
  readonly problem: string
  /** Whether it is about a whole row, not about a value. */
  readonly row: boolean
}

/** Never empty if the bytes differ. */
export function findDifferences(
  name: string,
  is: Buffer,
  should: string,
): readonly FileDifference[] {
  if (is.equals(Buffer.from(should))) return []
  const found = name.endsWith('.csv')
    ? compareTables(is, should)
    : name.endsWith('.json')
      ? compareDocuments(is.toString(), should)
      : []
  return found.length > 0 ? found : [findFirstLine(is.toString(), should)]
}

const quote = (value: string) =>
  JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)

function compareTables(is: Buffer, should: string): FileDifference[] {
  const [has, wants] = [readCsv(is), readCsv(Buffer.from(should))]
  if ('problem' in wants) return []
  if ('problem' in has) {
    return [{ place: `:${has.line}:${has.column}`, problem: has.problem, row: true }]
  }
  const columns = wants.rows[0]?.cells ?? []
  const given = has.rows[0]?.cells ?? []
  if (given.join('\0') !== columns.join('\0')) {
    const missing = columns.filter((each) => !given.includes(each)).join(', ')
    const added = given.filter((each) => !columns.includes(each)).join(', ')
    const what = [
      ...(missing === '' ? [] : [`lacks the column ${missing}`]),
      ...(added === '' ? [] : [`has the added column ${added}`]),
    ]
    const problem = what.join(' and ') || 'has its columns in another order'
    return [{ place: ':1', problem, row: true }]
  }
  const key = Math.max(
    0,
    columns.findIndex((each) => each === 'id' || each === 'email' || each === 'address'),
  )
  const keyOf = ({ cells }: CsvRow) => cells[key] ?? ''
  const expected = new Map(
    [...groupBy(wants.rows.slice(1), keyOf)].map(([value, rows]) => [value, [...rows]]),
  )
  const found: FileDifference[] = []
  for (const row of has.rows.slice(1)) {
    const place = `:${row.line} (${keyOf(row)})`
    const match = expected.get(keyOf(row))?.shift()
    if (match === undefined) {
      found.push({ place, problem: 'is a row that should not be there', row: true })
      continue
    }
    for (const [index, column] of columns.entries()) {
      const [cell, wanted] = [row.cells[index] ?? '', match.cells[index] ?? '']
      if (cell === wanted) continue
      const problem = `is ${quote(cell)}, should be ${quote(wanted)}`
      found.push({ place: `${place}, column ${column}`, problem, row: false })
    }
  }
  for (const row of [...expected.values()].flat()) {
    found.push({ place: '', problem: `lacks the row of ${keyOf(row)}`, row: true })
  }
  return found
}

type Step = string | number

function compareDocuments(is: string, should: string): FileDifference[] {
  const found: FileDifference[] = []
  const add = (path: readonly Step[], problem: string) =>
    void found.push({ place: `, ${formatPath(path)}`, problem, row: false })
  const compare = (has: unknown, wants: unknown, path: readonly Step[]): void => {
    if (JSON.stringify(has) === JSON.stringify(wants)) return
    if (Array.isArray(has) && Array.isArray(wants)) {
      if (has.length !== wants.length) {
        add(path, `has ${has.length} entries, should have ${wants.length}`)
      }
      const common = wants.slice(0, has.length)
      for (const [index, each] of common.entries()) compare(has[index], each, [...path, index])
    } else if (isObject(has) && isObject(wants)) {
      for (const key of new Set([...Object.keys(wants), ...Object.keys(has)])) {
        const inside = [...path, key]
        if (!Object.hasOwn(has, key)) add(inside, 'is missing')
        else if (!Object.hasOwn(wants, key)) add(inside, 'should not be there')
        else compare(has[key], wants[key], inside)
      }
    } else add(path, `is ${formatValue(has)}, should be ${formatValue(wants)}`)
  }
  let document: unknown
  try {
    document = JSON.parse(is)
  } catch {
    const { line, column } = findErrorPlace(is)
    return [{ place: `:${line}:${column}`, problem: 'is not valid JSON', row: true }]
  }
  compare(document, JSON.parse(should), [])
  return found
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function formatValue(value: unknown): string {
  return typeof value === 'string'
    ? quote(value)
    : (JSON.stringify(value)?.slice(0, 60) ?? 'nothing')
}

/** The place of the first character that differs, with what is there. */
function findFirstLine(is: string, should: string): FileDifference {
  let at = 0
  while (at < is.length && is[at] === should[at]) at += 1
  const before = is.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  const [has, wants] = [is, should].map((text) => quote(text.slice(at, at + 30)))
  return { place: `:${line}:${column}`, problem: `is ${has}, should be ${wants}`, row: false }
}
