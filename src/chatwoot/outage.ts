/**
 * Decides when to retry after a failed request: a few times quickly, and in an outage with longer and
 * longer pauses until --retry-for ends. Remembers since when a server fails, for all accounts on it,
 * so that the next account does not wait again. Does not send or wait itself.
 */
import { formatDuration } from './explain-network.ts'

const TRIES = 3
/** After this try pauses stay the same: at most 8 s. */
const LONGEST_PAUSE = 5
/** A restart is over by then, so that quick retries no longer help. */
const RESTART_MS = 10_000

interface Failed {
  readonly path: string
  /** Tries so far, including the failed one. */
  readonly tries: number
  /** Whether the server may recover after a while. */
  readonly outage: boolean
  readonly deadline: number
  readonly timeoutMs: number
}

type Next =
  /** `until`: when retrying ends, if the user should see it now; else null. */
  { readonly ms: number; readonly until: Date | null } | { readonly gaveUp: string }

export function watchOutages(
  retryForMs: number,
  now: () => Date,
  pauseMs: (count: number) => number,
) {
  /** Since when the whole server ('') and each path fails. */
  const since = new Map<string, number>()
  let shown = false

  function noteFailure(path: string, time: number): number {
    for (const key of ['', path]) if (!since.has(key)) since.set(key, time)
    return Math.min(...['', path].map((key) => since.get(key) ?? time))
  }

  return {
    next: ({ path, tries, outage, deadline, timeoutMs }: Failed): Next => {
      const time = now().getTime()
      const from = outage ? noteFailure(path, time) : time
      const seconds = Math.round((time - from) / 1000)
      if (tries < TRIES) {
        if (time - from < Math.max(retryForMs, RESTART_MS)) {
          return { ms: pauseMs(tries), until: null }
        }
        return { gaveUp: `Not tried again, because this has failed for ${seconds} s.` }
      }
      const end = outage ? from + retryForMs : time
      if (time >= end) {
        const within = time > from && retryForMs > 0 ? ` in ${seconds} s` : ''
        return { gaveUp: `Tried ${tries} times${within}.` }
      }
      const ms = Math.min(end - time, pauseMs(Math.min(tries, LONGEST_PAUSE)))
      if (time + ms >= deadline) {
        return {
          gaveUp: `Tried ${tries} times; --timeout (${formatDuration(timeoutMs)}) leaves no time to try again.`,
        }
      }
      const first = !shown && tries === TRIES
      shown ||= first
      return { ms, until: first ? new Date(Math.min(end, deadline)) : null }
    },
    over: (path: string) => {
      shown = false
      since.delete('')
      since.delete(path)
    },
  }
}
