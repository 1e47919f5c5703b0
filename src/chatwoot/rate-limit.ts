/**
 * Waiting for a rate limit, once per window for all requests together. Chatwoot's windows are
 * aligned to the minute and its 429 says nothing, so the next full minute is waited for; a
 * `Retry-After` of something in front of it goes first. Knows nothing of HTTP itself.
 */
import { duration } from './fault.ts'

/** Waits in a row without a single answer in between, before giving up. */
const WINDOWS = 3
/** Spreads those who wait for the same minute. */
const JITTER_MS = 2000

export interface RateGate {
  /** Passes once no wait is under way; the ticket tells which wait came before. */
  readonly enter: () => Promise<number>
  readonly progressed: () => void
  /** Waits after a 429. Returns why it gave up instead, as a sentence, or null. */
  readonly wait: (ticket: number, retryAfter: string | null) => Promise<string | null>
}

export function rateGate(options: {
  readonly host: string
  readonly deadline: number
  readonly timeoutMs: number
  readonly now: () => Date
  readonly random: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly onWait: (text: string) => void
}): RateGate {
  let waiting: Promise<void> | null = null
  let waits = 0
  let fruitless = 0

  async function enter(): Promise<number> {
    while (waiting !== null) await waiting
    return waits
  }

  async function wait(ticket: number, retryAfter: string | null): Promise<string | null> {
    // Others that were refused in the same window share its wait, also when they learn of it late.
    if (waiting !== null) await waiting
    if (ticket !== waits) return null
    if (fruitless === WINDOWS) return `Waited ${WINDOWS} times for the limit to be lifted.`
    const now = options.now().getTime()
    const base = retryAfterMs(retryAfter, now) ?? 60_000 - (now % 60_000)
    const ms = Math.ceil(base + options.random() * JITTER_MS)
    const until = `${new Date(Math.min(now + ms, 8.64e15)).toISOString().slice(0, 19)}Z`
    if (now + ms >= options.deadline) {
      return `The limit is lifted at ${until}, after the ${duration(options.timeoutMs)} of --timeout.`
    }
    waits += 1
    fruitless += 1
    options.onWait(`Rate limit of ${options.host} reached: waiting until ${until}.`)
    waiting = options.sleep(ms)
    try {
      await waiting
    } finally {
      waiting = null
    }
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

/** `Retry-After` comes as seconds or as a date; anything else counts as absent. */
function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
