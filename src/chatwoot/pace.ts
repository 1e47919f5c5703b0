/**
 * Decides how fast requests to one server may follow each other, for all accounts together. With a
 * limit there is a small burst, then even spacing. The limit is `--max-rpm`, or comes from a server
 * that refused requests in two windows in a row. Uses only the given clock, and never waits itself.
 */

const MINUTE = 60_000
const BURST = 4
/** The lowest limit: a slower read would never end. */
const SLOWEST = 30

/** @param maxRpm the maximum requests in any 60 seconds; null: as fast as the server answers */
export function openPace(maxRpm: number | null, now: () => Date) {
  let rpm = maxRpm
  /** When even spacing alone allows the next request. */
  let next = Number.NEGATIVE_INFINITY
  /** The window after the last wait, and how many requests the server answered in it. */
  let window: { readonly from: number; readonly to: number; through: number } | null = null

  /** In one minute, the burst and the spaced requests together are at most `limit`. */
  function computeSpacing(limit: number) {
    // A burst slows down the rest of its minute, so a low limit has a smaller burst.
    const burst = Math.max(1, Math.min(BURST, Math.floor(limit / 10)))
    return { burst, interval: Math.ceil(MINUTE / (limit - burst + 1)) }
  }

  return {
    /** Requests a minute; null without a limit. */
    rpm: () => rpm,
    /** Takes the next free slot for one request; returns the milliseconds until then. */
    reserve: () => {
      if (rpm === null) return 0
      const { burst, interval } = computeSpacing(rpm)
      const time = now().getTime()
      const at = Math.max(time, next - (burst - 1) * interval)
      next = Math.max(next, at) + interval
      return at - time
    },
    /** Milliseconds until the last of this many requests may go; 0 without a limit. */
    needs: (requests: number) => {
      if (rpm === null || requests === 0) return 0
      const { burst, interval } = computeSpacing(rpm)
      const time = now().getTime()
      return Math.max(0, Math.max(next, time) + (requests - burst) * interval - time)
    },
    /** Call after an answer other than 429. */
    passed: () => {
      if (window !== null) window.through += 1
    },
    /** Call after a 429: the server refuses everything until then. Frees unused slots. */
    refused: (until: number) => {
      const time = now().getTime()
      // The first refusal may be caused by another client. A refusal in the next window is not.
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
