/** How far a read is, told now and then: often enough to watch, seldom enough to cost nothing. */

export interface Progress {
  /** Teams read, of all; both 0 while nobody knows how many there are. */
  readonly teams: number
  readonly of: number
  /** Until when a rate limit makes the read wait. */
  readonly waitingUntil: Date | null
}

const EVERY_MS = 100

export function makeReporter(now: () => Date, tell: (progress: Progress) => void) {
  let progress: Progress = { teams: 0, of: 0, waitingUntil: null }
  let toldAt = Number.NEGATIVE_INFINITY
  const say = () => {
    toldAt = now().getTime()
    tell(progress)
  }
  return {
    teams: (teams: number, of: number): void => {
      progress = { ...progress, teams, of }
      if (teams === of || now().getTime() - toldAt >= EVERY_MS) say()
    },
    /** A wait begins or ends: always worth telling. */
    waiting: (until: Date | null): void => {
      progress = { ...progress, waitingUntil: until }
      say()
    },
  }
}
