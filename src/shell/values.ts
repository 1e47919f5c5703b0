/**
 * `coerce` functions for values that the yargs format cannot describe. Each gets the text as written
 * and throws an error that says what to write instead.
 */
import { isDay } from '../core/model/dates.ts'

/** Its message says what to write instead. */
export class InvalidValue extends Error {}

/** Accepts digits only, so that `1e2` and `0x10` are refused. */
export function readCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : -1
    if (count >= min && count <= max) return count
    throw new InvalidValue(`Give a whole number from ${min} to ${max}.`)
  }
}

export function readDay(text: string): string {
  if (isDay(text)) return text
  throw new InvalidValue('Give a valid date as YYYY-MM-DD.')
}

/** Timers are limited to 32 bits; no read takes a whole day. */
const LONGEST_MS = 86_400_000

/** What is written, but never to stdout. */
export function readNew(what: 'file' | 'folder'): (text: string) => string {
  return (text) => {
    if (text !== '-') return text
    throw new InvalidValue(`Name a ${what}. This command does not write it to stdout.`)
  }
}

/** In milliseconds. */
export function readDuration(text: string): number {
  const ms = parseMilliseconds(text)
  if (ms !== null && ms <= LONGEST_MS) return ms
  throw new InvalidValue(
    'Give a number of seconds, or a number with a unit: 90s, 5m, 1h. The maximum is 24h.',
  )
}

/** The same, and 0 for no time at all. */
export function readDurationOrNone(text: string): number {
  return /^0(ms|s|m|h|d)?$/.test(text) ? 0 : readDuration(text)
}

/** In milliseconds, without an upper limit. */
export function readAge(text: string): number {
  const ms = parseMilliseconds(text)
  if (ms !== null) return ms
  throw new InvalidValue('Give a number of seconds, or a number with a unit: 5m, 12h, 7d.')
}

export interface Shard {
  /** From 1. */
  readonly index: number
  readonly of: number
}

/** Accepts `2/4`. */
export function readShard(text: string): Shard {
  const [, index = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number)
  if (index >= 1 && index <= of) return { index, of }
  throw new InvalidValue(
    'Write the number of this shard and the number of all shards, for example 1/4.',
  )
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Null if the text is not a duration above zero. */
function parseMilliseconds(text: string): number | null {
  const [, digits = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text) ?? []
  const ms = Number(digits) * (UNITS[unit] ?? 0)
  return ms >= 1 ? ms : null
}
