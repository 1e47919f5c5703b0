/**
 * How fast requests may follow each other on one server, all accounts together. A small burst,
 * then even spacing; after a rate limit half as fast for the rest of the run. Pure but for the
 * clock it is given: it says how long to wait and never waits itself.
 */

const MINUTE = 60_000
const BURST = 4
/** Slowing down ends here: below it a read would never come to its end. */
const SLOWEST = 30

export interface Pace {
  /** Takes the next free moment for one request; milliseconds until then. */
  readonly reserve: () => number
  readonly slowDown: () => void
  /** Requests per minute; null as long as nothing limits them. */
  readonly rpm: () => number | null
}

/** @param maxRpm the most requests in any 60 seconds; null: as fast as the server answers */
export function openPace(maxRpm: number | null, now: () => Date): Pace {
  let rpm = maxRpm
  /** Where even spacing alone would put the next request. */
  let next = Number.NEGATIVE_INFINITY
  /** What was sent in the last minute, for a first pace when there is none yet. */
  let sent: number[] = []

  return {
    rpm: () => rpm,
    reserve: () => {
      const time = now().getTime()
      if (rpm === null) {
        sent.push(time)
        return 0
      }
      // A burst takes from the rest of its minute: too dear where there are few in it.
      const burst = Math.max(1, Math.min(BURST, Math.floor(rpm / 10)))
      // A burst and what follows it evenly in the same minute are no more than `rpm` together.
      const interval = Math.ceil(MINUTE / (rpm - burst + 1))
      const at = Math.max(time, next - (burst - 1) * interval)
      next = Math.max(next, at) + interval
      return at - time
    },
    slowDown: () => {
      const since = now().getTime() - MINUTE
      sent = sent.filter((time) => time > since)
      const lowest = Math.min(SLOWEST, maxRpm ?? SLOWEST)
      rpm = Math.max(lowest, Math.floor((rpm ?? sent.length) / 2))
    },
  }
}
