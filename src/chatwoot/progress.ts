/** Reports the progress of a read, often enough to watch, and rarely enough to cost no time. */

export interface Progress {
  /** Member lists read so far, and all that are known; both are 0 until the first list of groups is read. */
  readonly lists: number
  readonly of: number
  /** Until when a rate limit makes the read wait. */
  readonly waitingUntil: Date | null
}

const EVERY_MS = 100

export function makeReporter(now: () => Date, onProgress: (progress: Progress) => void) {
  let progress: Progress = { lists: 0, of: 0, waitingUntil: null }
  let reportedAt = Number.NEGATIVE_INFINITY
  const reportNow = () => {
    reportedAt = now().getTime()
    onProgress(progress)
  }
  return {
    lists: (lists: number, of: number): void => {
      progress = { ...progress, lists, of }
      if (lists === of || now().getTime() - reportedAt >= EVERY_MS) reportNow()
    },
    /** A wait starts or ends: always reported. */
    waiting: (until: Date | null): void => {
      progress = { ...progress, waitingUntil: until }
      reportNow()
    },
  }
}
