/** What became of each write and each step of an apply, and what the rest of the run makes of it. */
import { STEPS } from '../model/steps.ts'
import type { WriteOutcome } from './answers.ts'
import { isNeededBy, type PlannedStep } from './decide.ts'
import type { Write } from './writes.ts'

/**
 * `done-by-others`: it was already done, or the server refused the request but the state is as wanted.
 * `partly-done`: some of its requests are done, or one is half done; what is there was read.
 * `unknown`: it may have been done, and may still be.
 */
export type StepStatus =
  | 'done'
  | 'done-by-others'
  | 'partly-done'
  | 'changed-meanwhile'
  | 'skipped'
  | 'not-done'
  | 'unknown'
  | 'not-started'

export interface WriteResult {
  readonly write: Write
  readonly outcome: WriteOutcome
  /** HTTP; null: no answer, or nothing was sent. */
  readonly status: number | null
  /** Null: nothing was sent. */
  readonly requestId: string | null
  /**
   * Of an invitation that was done: whether the person had a login on the server, and so has access
   * without an invitation to accept. Null: not known, or not an invitation.
   */
  readonly confirmed: boolean | null
}

export interface StepResult {
  readonly step: PlannedStep
  readonly writes: readonly WriteResult[]
  readonly status: StepStatus
  /** Why it was skipped. */
  readonly because: string | null
}

export function isInvitation({ change }: PlannedStep): boolean {
  return STEPS[change.step].invites
}

export function isDone(outcome: WriteOutcome | StepStatus): boolean {
  return outcome === 'done' || outcome === 'done-by-others'
}

/** The address of a person, a group or a custom role that the step needs and that was not created. */
export function findMissing(
  step: PlannedStep,
  results: ReadonlyMap<PlannedStep, StepResult>,
): string | null {
  for (const [{ change }, { status }] of results) {
    if (!isDone(status) && isNeededBy(change, step.change)) return change.address
  }
  return null
}

/** @param because why its next request was not sent, or nobody could be invited */
export function concludeStep(
  { writes }: PlannedStep,
  results: readonly WriteResult[],
  because: string | null = null,
): StepStatus {
  const outcomes = results.map(({ outcome }) => outcome)
  const done = outcomes.filter(isDone).length
  if (because !== null && done === 0) return 'skipped'
  if (outcomes.includes('unknown')) return 'unknown'
  if (outcomes.includes('half-done')) return 'partly-done'
  if (done === writes.length) return outcomes.includes('done') ? 'done' : 'done-by-others'
  if (outcomes.includes('changed-meanwhile')) return done > 0 ? 'partly-done' : 'changed-meanwhile'
  if (outcomes.length === 0) return 'not-started'
  return done > 0 ? 'partly-done' : 'not-done'
}
