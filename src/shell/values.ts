/**
 * What an option may be where yargs' format has no word for it: `coerce` functions, each declared
 * once. They get the text as it was given and throw what to give instead.
 */
import { isDay } from '../core/model/dates.ts'

/** Its message is the advice to whoever gave another value. */
export class InvalidValue extends Error {}

/** A whole number: digits alone, so that `1e2` and `0x10` are refused. */
export function readCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : -1
    if (count >= min && count <= max) return count
    throw new InvalidValue(`Give a whole number from ${min} to ${max}.`)
  }
}

/** A day of the calendar. */
export function readDay(text: string): string {
  if (isDay(text)) return text
  throw new InvalidValue('Give a day of the calendar as YYYY-MM-DD.')
}

/** Timers count in 32 bits; a day is more than any read takes. */
const LONGEST_MS = 86_400_000

/** Milliseconds to wait for something. */
export function readDuration(text: string): number {
  const ms = parseMilliseconds(text)
  if (ms !== null && ms <= LONGEST_MS) return ms
  throw new InvalidValue('Give a number of seconds, or a number with its unit: 90s, 5m, 1h.')
}

/** The same, or 0 for not at all. */
export function readDurationOrNone(text: string): number {
  return /^0(ms|s|m|h|d)?$/.test(text) ? 0 : readDuration(text)
}

/** Milliseconds that something may be old, of any length. */
export function readAge(text: string): number {
  const ms = parseMilliseconds(text)
  if (ms !== null) return ms
  throw new InvalidValue('Give a number of seconds, or a number with its unit: 5m, 12h, 7d.')
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Null for what is no duration above zero. */
function parseMilliseconds(text: string): number | null {
  const [, digits = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text) ?? []
  const ms = Number(digits) * (UNITS[unit] ?? 0)
  return ms >= 1 ? ms : null
}
