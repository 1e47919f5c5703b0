/**
 * Days as people write them and as spreadsheets save them → `YYYY-MM-DD`. Does not guess: a day that
 * can be read in two ways is ambiguous, unless the other days of the same column show the order,
 * because a spreadsheet writes a whole column in the same way.
 */
import { addDays, isDay } from '../model/dates.ts'

export type WrittenDay =
  /** `day`: `YYYY-MM-DD`. */
  | { readonly is: 'day'; readonly day: string }
  /** `days`: every day that it can mean. */
  | { readonly is: 'ambiguous'; readonly days: readonly string[] }
  | { readonly is: 'unreadable' }

interface DayReading {
  /** The order of the parts, and what is between them: `d/m`. */
  readonly order: string
  readonly day: string
}

/** The days of one column. */
export function readDays(texts: readonly string[]): readonly WrittenDay[] {
  const all = texts.map(listReadings)
  const common = findCommonOrders(all)
  return all.map((readings) => {
    const likely = readings.filter(({ order }) => common.has(order))
    const days = [...new Set((likely[0] ? likely : readings).map(({ day }) => day))]
    const [day, other] = days
    if (day === undefined) return { is: 'unreadable' }
    return other === undefined ? { is: 'day', day } : { is: 'ambiguous', days }
  })
}

/** The orders that fit every day of the column with the same sign between its parts. */
function findCommonOrders(all: readonly (readonly DayReading[])[]): ReadonlySet<string> {
  const fitting = new Map<string, readonly string[]>()
  for (const readings of all) {
    const orders = readings.map(({ order }) => order)
    const sign = orders[0]?.[1]
    if (sign === undefined) continue
    const before = fitting.get(sign) ?? orders
    fitting.set(
      sign,
      before.filter((each) => orders.includes(each)),
    )
  }
  return new Set([...fitting.values()].flat())
}

const TIME = /[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?Z?$/i
const SPACES = /\s+/g
const NUMBERS = /^(\d{1,4})([-/.]) ?(\d{1,2})\2 ?(\d{1,4})\.?$/
const DAY_THEN_NAME = /^(?<day>\d{1,2})\.?[ -](?<name>[\p{L}\p{M}]+)\.?[ -](?<year>\d{4}|\d{2})$/u
const NAME_THEN_DAY = /^(?<name>[\p{L}\p{M}]+)\.? (?<day>\d{1,2}),? (?<year>\d{4})$/u
const SERIAL = /^\d{5}$/

function listReadings(written: string): readonly DayReading[] {
  const text = written.replace(SPACES, ' ').trim().replace(TIME, '')
  const [, first = '', sign = '', second = '', third = ''] = NUMBERS.exec(text) ?? []
  if (sign !== '') return listOrders(first, sign, second, third)
  const named = (DAY_THEN_NAME.exec(text) ?? NAME_THEN_DAY.exec(text))?.groups
  if (named !== undefined) {
    const { day = '', name = '', year = '' } = named
    return read('named', year, findMonth(name), day)
  }
  // The number of days that a spreadsheet stores for a date.
  return SERIAL.test(text) ? [{ order: 'serial', day: addDays('1899-12-30', Number(text)) }] : []
}

/** With dots, the day always comes first; with strokes and hyphens, countries differ. */
function listOrders(a: string, sign: string, b: string, c: string): readonly DayReading[] {
  if (a.length > 2) return read(`y${sign}m`, a, b, c)
  return [
    ...read(`d${sign}m`, c, b, a),
    ...(sign === '.' ? [] : read(`m${sign}d`, c, a, b)),
    ...(sign === '-' ? read(`y${sign}m`, a, b, c) : []),
  ]
}

function read(order: string, year: string, month: string, day: string): readonly DayReading[] {
  const full = year.length === 2 ? `20${year}` : year
  const written = `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isDay(written) ? [{ order, day: written }] : []
}

/** English, German and French, also abbreviated, without accents. */
const MONTHS = [
  /^ja/,
  /^fe/,
  /^m(ar|rz)/,
  /^a[pv]/,
  /^ma[iy]/,
  /^jui?n/,
  /^jui?l/,
  /^a(ug|ou)/,
  /^se/,
  /^o[ck]/,
  /^no/,
  /^de/,
]

function findMonth(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return String(MONTHS.findIndex((shape) => shape.test(plain)) + 1)
}
