/** Reports the progress of a read, often enough to watch, and rarely enough to cost no time. */

export interface Progress {
  /** Lists or pages read so far, and all that are known; both are 0 until the first list of groups is read. */
  readonly done: number
  readonly of: number
  readonly what: ProgressUnit
  /** Until when a rate limit makes the read wait. */
  readonly waitingUntil: Date | null
}

export type ProgressUnit = 'member lists' | 'pages of the audit log'

const EVERY_MS = 100

export function makeReporter(now: () => Date, onProgress: (progress: Progress) => void) {
  let progress: Progress = { done: 0, of: 0, what: 'member lists', waitingUntil: null }
  let reportedAt = Number.NEGATIVE_INFINITY
  const reportNow = () => {
    reportedAt = now().getTime()
    onProgress(progress)
  }
  return {
    parts: (done: number, of: number, what: ProgressUnit = 'member lists'): void => {
      progress = { ...progress, done, of, what }
      if (done === of || now().getTime() - reportedAt >= EVERY_MS) reportNow()
    },
    /** A wait starts or ends: always reported. */
    waiting: (until: Date | null): void => {
      progress = { ...progress, waitingUntil: until }
      reportNow()
    },
  }
}
