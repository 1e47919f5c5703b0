/**
 * Waiting for a rate limit, once per window for all requests to a server together, whichever
 * account they are for. Chatwoot's windows are aligned to the minute and its 429 says nothing, so
 * the next full minute is waited for; a `Retry-After` of something in front of it goes first.
 * Knows nothing of HTTP itself.
 */
import { formatDuration } from './fault.ts'

/** Waits in a row without a single answer in between, before giving up. */
const WINDOWS = 3
/** Spreads those who wait for the same minute. */
const JITTER_MS = 2000

/** One account's way through the gate. */
export interface Passage {
  /** Passes once no wait is under way; the ticket tells which wait came before. */
  readonly enter: () => Promise<number>
  readonly progressed: () => void
  /** Waits after a 429. Returns why it gave up instead, as a sentence, or null. */
  readonly wait: (ticket: number, retryAfter: string | null) => Promise<string | null>
}

export interface Passenger {
  readonly deadline: number
  readonly timeoutMs: number
  readonly sleep: (ms: number) => Promise<void>
  /** Why waiting until then would be in vain, as a sentence, or null. */
  readonly tooLate: (until: number) => string | null
  /** Told until when it waits, and null once it no longer does. */
  readonly onWaiting: (until: Date | null) => void
}

/** The gate of one server; each account takes a passage of its own. */
export function openRateGate(options: {
  readonly host: string
  readonly now: () => Date
  readonly random: () => number
  /** Told of each refusal that nobody has waited for yet, and until when to wait. */
  readonly onRefused: (until: number) => void
  /** Once per wait, when it begins. */
  readonly onWait: (text: string) => void
}): (passenger: Passenger) => Passage {
  /** The wait under way. Whoever wakes first ends it for those who come later. */
  let current: { readonly until: number } | null = null
  let waits = 0

  return ({ deadline, timeoutMs, sleep, tooLate, onWaiting }) => {
    let waiting: Promise<void> | null = null
    let fruitless = 0

    async function sleepOut(wait: { readonly until: number }): Promise<void> {
      onWaiting(makeDate(wait.until))
      try {
        await sleep(wait.until - options.now().getTime())
      } finally {
        if (current === wait) current = null
        waiting = null
        onWaiting(null)
      }
    }

    async function enter(): Promise<number> {
      // A wait that this account has no time for was begun by another: it asks, and is told.
      while (current !== null && current.until < deadline) {
        waiting ??= sleepOut(current)
        await waiting
      }
      return waits
    }

    async function wait(ticket: number, retryAfter: string | null): Promise<string | null> {
      // Others that were refused in the same window share its wait, also if they learn of it late.
      await enter()
      if (ticket !== waits) return null
      if (fruitless === WINDOWS) return `Waited ${WINDOWS} times for the limit to be lifted.`
      const now = options.now().getTime()
      const asked = parseRetryAfter(retryAfter, now)
      const minute = 60_000 - (now % 60_000)
      // What was asked for and did not help is no measure of the limit: its window may be a minute.
      const base = fruitless > 0 ? Math.max(asked ?? 0, minute) : (asked ?? minute)
      const until = now + Math.ceil(base + options.random() * JITTER_MS)
      const shown = `${makeDate(until).toISOString().slice(0, 19)}Z`
      if (until >= deadline) {
        return `The limit is lifted at ${shown}, after the ${formatDuration(timeoutMs)} of --timeout.`
      }
      options.onRefused(until)
      const vain = tooLate(until)
      if (vain !== null) return vain
      waits += 1
      fruitless += 1
      current = { until }
      options.onWait(`Rate limit of ${options.host} reached: waiting until ${shown}.`)
      await enter()
      return null
    }

    return {
      enter,
      progressed: () => {
        fruitless = 0
      },
      wait,
    }
  }
}

/** The latest date there is stands for what is later still. */
function makeDate(time: number): Date {
  return new Date(Math.min(time, 8.64e15))
}

/** `Retry-After` comes as seconds or as a date; anything else counts as absent. */
function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
