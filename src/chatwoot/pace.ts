/**
 * How fast requests may follow each other on one server, all accounts together. A small burst, then
 * even spacing, once something limits them: `--max-rpm`, or a server that refused in two windows in
 * a row. Pure but for the clock it is given: it says how long to wait and never waits itself.
 */

const MINUTE = 60_000
const BURST = 4
/** Slowing down ends here: below it a read would never come to its end. */
const SLOWEST = 30

export interface Pace {
  /** Takes the next free moment for one request; milliseconds until then. */
  readonly reserve: () => number
  /** One request was answered, and not by a 429. */
  readonly passed: () => void
  /** The server refuses everything until then. Moments that were taken and not used are free again. */
  readonly refused: (until: number) => void
  /** Milliseconds until the last of so many further requests may go; 0 where nothing limits them. */
  readonly needs: (requests: number) => number
  /** Requests per minute; null as long as nothing limits them. */
  readonly rpm: () => number | null
}

/** @param maxRpm the most requests in any 60 seconds; null: as fast as the server answers */
export function openPace(maxRpm: number | null, now: () => Date): Pace {
  let rpm = maxRpm
  /** Where even spacing alone would put the next request. */
  let next = Number.NEGATIVE_INFINITY
  /** The window that the last wait led to, and what went through in it. */
  let window: { readonly from: number; readonly to: number; through: number } | null = null

  /** A burst and what follows it evenly in the same minute are no more than `limit` together. */
  function computeSpacing(limit: number) {
    // A burst takes from the rest of its minute: too dear where there are few in it.
    const burst = Math.max(1, Math.min(BURST, Math.floor(limit / 10)))
    return { burst, interval: Math.ceil(MINUTE / (limit - burst + 1)) }
  }

  return {
    rpm: () => rpm,
    reserve: () => {
      if (rpm === null) return 0
      const { burst, interval } = computeSpacing(rpm)
      const time = now().getTime()
      const at = Math.max(time, next - (burst - 1) * interval)
      next = Math.max(next, at) + interval
      return at - time
    },
    needs: (requests) => {
      if (rpm === null || requests === 0) return 0
      const { burst, interval } = computeSpacing(rpm)
      const time = now().getTime()
      return Math.max(0, Math.max(next, time) + (requests - burst) * interval - time)
    },
    passed: () => {
      if (window !== null) window.through += 1
    },
    refused: (until) => {
      const time = now().getTime()
      // One refusal may be another client's doing; the limit of the next window is ours to see.
      if (window !== null && time >= window.from && time < window.to) {
        const half = Math.max(SLOWEST, Math.floor(window.through / 2))
        rpm = Math.min(rpm ?? half, half)
      }
      window = { from: until, to: until - (until % MINUTE) + MINUTE, through: 0 }
      if (rpm === null) return
      const { burst, interval } = computeSpacing(rpm)
      next = Math.max(until, Math.min(next, time + burst * interval))
    },
  }
}
