/**
 * When to try again after an answer that failed: a few times at once, and in an outage with growing
 * pauses for as long as was asked for. Knows since when a server fails, for all accounts on it: what
 * one of them has waited for, the next does not wait for again. Neither sends nor waits itself.
 */
import { formatDuration } from './fault.ts'

const TRIES = 3
/** Pauses grow up to that after this try: at most 8 s. */
const LONGEST_PAUSE = 5

export interface Failed {
  readonly path: string
  /** So far, the one that failed included. */
  readonly tries: number
  /** Whether the server may be back after a while. */
  readonly outage: boolean
  readonly deadline: number
  readonly timeoutMs: number
}

export type Next =
  /** `until`: when trying ends, where that is worth telling; null: nothing to tell. */
  { readonly ms: number; readonly until: Date | null } | { readonly gaveUp: string }

export interface Outages {
  readonly next: (failed: Failed) => Next
  readonly over: (path: string) => void
}

export function watchOutages(
  retryForMs: number,
  now: () => Date,
  pauseMs: (count: number) => number,
): Outages {
  /** Since when the server fails as a whole (''), and path by path. */
  const since = new Map<string, number>()
  let told = false

  function noteFailure(path: string, time: number): number {
    const all = ['', path].map((key) => since.get(key) ?? time)
    for (const [index, key] of ['', path].entries()) since.set(key, all[index] ?? time)
    return Math.min(...all)
  }

  return {
    next: ({ path, tries, outage, deadline, timeoutMs }) => {
      const time = now().getTime()
      const from = outage ? noteFailure(path, time) : time
      if (tries < TRIES) return { ms: pauseMs(tries), until: null }
      const end = outage ? from + retryForMs : time
      if (time >= end) {
        const within =
          time > from && retryForMs > 0 ? ` in ${Math.round((time - from) / 1000)} s` : ''
        return { gaveUp: `Tried ${tries} times${within}.` }
      }
      const ms = Math.min(end - time, pauseMs(Math.min(tries, LONGEST_PAUSE)))
      if (time + ms >= deadline) {
        return {
          gaveUp: `Tried ${tries} times; the ${formatDuration(timeoutMs)} of --timeout leave no time for another.`,
        }
      }
      const first = !told && tries === TRIES
      told ||= first
      return { ms, until: first ? new Date(Math.min(end, deadline)) : null }
    },
    over: (path) => {
      told = false
      since.delete('')
      since.delete(path)
    },
  }
}
