/**
 * The times of a review: the clocks of the server and of the machine, and the order in which things
 * must have happened. Reads no clock.
 */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { addDays, addMilliseconds, measureTime } from '../model/dates.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { RequestRecord, ReviewRecord } from './record.ts'

/** One answer by both clocks: RFC 3339, UTC. */
export interface ClockReading {
  readonly machine: string
  /** Null: the server did not say. */
  readonly server: string | null
}

/** The first and the last answer. Null: no answer came. */
export function readClocks(
  requests: readonly RequestRecord[],
): Readonly<Record<'first' | 'last', ClockReading | null>> {
  const answers = requests
    .filter(({ status }) => status !== null)
    .map((each) => ({ machine: addMilliseconds(each.at, each.ms), server: each.serverTime }))
  return { first: answers[0] ?? null, last: answers.at(-1) ?? null }
}

/** Whole seconds; negative: the server's clock is behind. Null: the server did not say its time. */
export function measureAhead(reading: ClockReading | null): number | null {
  if (reading === null || reading.server === null) return null
  return Math.round((measureTime(reading.server) - measureTime(reading.machine)) / 1000)
}

const CLOCKS_DIFFER_S = 300

/** For the report of the review: times that cannot both be right. */
export function findClockDifference(requests: readonly RequestRecord[]): readonly Diagnostic[] {
  const { first, last } = readClocks(requests)
  const far = [first, last].flatMap((reading) => {
    const ahead = measureAhead(reading)
    return ahead !== null && Math.abs(ahead) > CLOCKS_DIFFER_S ? [ahead] : []
  })
  const [ahead] = far
  if (ahead === undefined) return []
  const minutes = Math.round(Math.abs(ahead) / 60)
  const where = ahead > 0 ? 'ahead of' : 'behind'
  return [
    makeDiagnostic({
      code: 'review-clocks',
      summary: `The clock of the server is ${minutes} minutes ${where} the clock of the machine that made this review.`,
    }),
  ]
}

/** The audit log, and the account's features, which tell an empty log from one that is off. */
const AUDIT_LOG = /\/(audit_logs\?page=\d+|accounts\/\d+)$/

/** A time in the manifest, by its path, that cannot be right. */
export interface Disorder {
  readonly place: string
  readonly problem: string
}

/** Empty if everything happened in an order in which a review can be made. */
export function findDisorder(
  { generatedAt, judgedOn, requests }: ReviewRecord,
  { startedAt, finishedAt }: Pick<Snapshot, 'startedAt' | 'finishedAt'>,
): readonly Disorder[] {
  const found: Disorder[] = []
  const add = (place: string, problem: string) => void found.push({ place, problem })
  const started = measureTime(startedAt)
  const finished = measureTime(finishedAt)
  if (finished < started) {
    add('read_finished_at', `${finishedAt} is before read_started_at, ${startedAt}`)
  }
  const generated = measureTime(generatedAt)
  if (generated < finished) {
    add('generated_at', `${generatedAt} is before read_finished_at, ${finishedAt}`)
  }
  const day = startedAt.slice(0, 10)
  if (judgedOn !== day && judgedOn !== addDays(day, -1)) {
    add('judged_on', `${judgedOn} is not the day on which the read started, ${day}`)
  }
  let before = Number.NEGATIVE_INFINITY
  for (const [index, request] of requests.entries()) {
    const end = measureTime(request.at) + request.ms
    if (end < before) {
      add(`requests[${index}]`, 'ended before the one above it, but they are listed as they ended')
    }
    // The audit log is read after the account, so that it explains what was read.
    const [limit, key, moment] = AUDIT_LOG.test(request.path)
      ? [generated, 'generated_at', generatedAt]
      : [finished, 'read_finished_at', finishedAt]
    if (end > limit) add(`requests[${index}]`, `ended after ${key}, ${moment}`)
    before = end
  }
  const last = requests.at(-1)
  if (last === undefined)
    add('requests', 'is empty, but an account cannot be read without requests')
  else if (measureTime(last.at) < started) {
    add(`requests[${requests.length - 1}]`, `was sent before read_started_at, ${startedAt}`)
  }
  return found
}
