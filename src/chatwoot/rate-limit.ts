/**
 * Waits for a rate limit, once for all requests of all accounts to a server. Chatwoot's windows start
 * with each minute and its 429 does not say when, so the wait ends with the next minute; a
 * `Retry-After` from a proxy overrides this. Knows nothing of HTTP itself.
 */
import { formatDuration } from './explain-network.ts'

/** How many waits in a row without any answer, by all accounts together, before giving up. */
const WINDOWS = 3
/** Spreads requests that wait for the same minute. */
const JITTER_MS = 2000

/** The use of the gate by one account. */
interface Passenger {
  readonly deadline: number
  readonly timeoutMs: number
  readonly sleep: (ms: number) => Promise<void>
  /** Null, or a sentence if waiting until then cannot help. */
  readonly tooLate: (until: number) => string | null
  /** Called with the end of a wait, and with null after it. */
  readonly onWaiting: (until: Date | null) => void
}

/** Opens the gate of one server; each account has its own passage. */
export function openRateGate(options: {
  readonly host: string
  readonly now: () => Date
  readonly random: () => number
  /** Called when a new wait starts, with its end. */
  readonly onRefused: (until: number) => void
  readonly onWait: (text: string) => void
}) {
  /** The running wait. The first account that wakes up ends it. */
  let current: { readonly until: number } | null = null
  let waits = 0
  let fruitless = 0

  return ({ deadline, timeoutMs, sleep, tooLate, onWaiting }: Passenger) => {
    let waiting: Promise<void> | null = null

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

    /** Resolves when no wait is running. The ticket counts the waits so far. */
    async function enter(): Promise<number> {
      // If this account has no time for the wait of another account, it tries its request instead.
      while (current !== null && current.until < deadline) {
        waiting ??= sleepOut(current)
        await waiting
      }
      return waits
    }

    /** Waits after a 429. Returns null, or a sentence if it gives up. */
    async function wait(ticket: number, retryAfter: string | null): Promise<string | null> {
      // Requests that were refused in the same window share one wait, even if their answers come late.
      await enter()
      if (ticket !== waits) return null
      if (fruitless === WINDOWS) return `Waited ${WINDOWS} times for the end of the limit.`
      const now = options.now().getTime()
      const requested = parseRetryAfter(retryAfter, now)
      const minute = 60_000 - (now % 60_000)
      // If `Retry-After` did not help, it is not the real limit: wait at least for the next minute.
      const base = fruitless > 0 ? Math.max(requested ?? 0, minute) : (requested ?? minute)
      const until = now + Math.ceil(base + options.random() * JITTER_MS)
      const shown = `${makeDate(until).toISOString().slice(0, 19)}Z`
      if (until >= deadline) {
        return `The limit ends at ${shown}, after the ${formatDuration(timeoutMs)} of --timeout.`
      }
      options.onRefused(until)
      const vain = tooLate(until)
      if (vain !== null) return vain
      waits += 1
      fruitless += 1
      current = { until }
      options.onWait(`The rate limit of ${options.host} is reached: waiting until ${shown}.`)
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

/** Uses the latest possible date for every later time. */
function makeDate(time: number): Date {
  return new Date(Math.min(time, 8.64e15))
}

/** `Retry-After` contains seconds or a date; anything else is ignored. */
function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
