/**
 * The result of `rollcall apply`: the plan before, the result of each step, and the plan after. The
 * verdict and the exit code are decided here, from what was read at the end, never from answers alone.
 */
import type { WriteOutcome } from '../apply/answers.ts'
import type { PlannedStep } from '../apply/decide.ts'
import { classifySteps, type StepClass } from '../apply/step-classes.ts'
import type { Write } from '../apply/writes.ts'
import { count } from '../messages/phrase.ts'
import type { Proposal } from './proposal.ts'
import type { ExitCode, Report, Verdict } from './report.ts'

/**
 * `done-by-others`: it was already done, or the server refused the request but the state is as wanted.
 * `partly-done`: some of its requests are done, or one is half done; what is there was read. `unknown`:
 * it may have been done, and may still be.
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
   * For an invitation that was done: whether the person already had a login on the server, and so has
   * access    * without an invitation to accept. Null: not known, or not an invitation.
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

/**
 * `refused`: a guard, the approval or an error stopped it before the first write. `not-approved`:
 * nobody approved it. `nothing`: there was no step to write.
 */
export type ApplyEnd = 'refused' | 'not-approved' | 'nothing' | 'applied' | 'stopped'

/** What is known when the run ends. */
export interface ApplyFacts {
  /** The plan before. */
  readonly before: Report
  /** Null: there is no plan. */
  readonly proposal: Proposal | null
  readonly end: ApplyEnd
  readonly steps: readonly StepResult[]
  /** Why it stopped before its end. */
  readonly stopped: string | null
  /** The plan after; null: not read. */
  readonly after: Report | null
  /** What the server still has to clean up, or what could not be verified. */
  readonly pending: readonly string[]
  /** The signal's exit code, if one ended the run. */
  readonly signal: number | null
}

/** What this run wrote, in short. */
export interface WorkDone {
  readonly classes: readonly StepClass[]
  /**
   * E-mail addresses of invited people: those who must accept the invitation, and those who had a login
   * and have access at once.
   */
  readonly byMail: readonly string[]
  readonly atOnce: readonly string[]
}

export interface ApplyReport extends ApplyFacts {
  readonly written: WorkDone
  readonly verdict: Verdict
  readonly exitCode: number
  /** One sentence. */
  readonly summary: string
}

export function concludeApply(facts: ApplyFacts): ApplyReport {
  const { after, before, end, signal } = facts
  const read = after ?? (end === 'nothing' ? before : null)
  const verdict = read === null || hasFailed(facts) ? 'none' : read.verdict
  const exitCode: number = signal ?? EXIT_CODES[verdict]
  const written = summariseWritten(facts.steps)
  return { ...facts, written, verdict, exitCode, summary: summariseApply(facts) }
}

function summariseWritten(steps: readonly StepResult[]): WorkDone {
  const invited = (wanted: boolean) =>
    steps.flatMap(({ writes }) =>
      writes.flatMap(({ write, confirmed }) =>
        write.kind === 'invite' && confirmed === wanted ? [write.person.email] : [],
      ),
    )
  const done = steps.filter(({ status }) => status === 'done').map(({ step }) => step)
  return { classes: classifySteps(done), byMail: invited(false), atOnce: invited(true) }
}

const EXIT_CODES: Readonly<Record<Verdict, ExitCode>> = { in_sync: 0, drift: 2, none: 1 }

/**
 * Failures that count whatever the plan after says: a stop, an unknown step, or a step that the server
 * refused.
 */
function hasFailed({ end, steps, stopped }: ApplyFacts): boolean {
  return end === 'refused' || end === 'not-approved' || stopped !== null || hasFailedStep(steps)
}

const FAILURES: ReadonlySet<StepStatus> = new Set(['unknown', 'not-done', 'partly-done'])

function hasFailedStep(steps: readonly StepResult[]): boolean {
  return steps.some(({ status }) => FAILURES.has(status))
}

function summariseApply({ end, steps, stopped, after, signal }: ApplyFacts): string {
  const done = steps.filter(({ status }) => status === 'done').length
  const numbers = `${done} of ${count(steps.length, 'step')} written`
  switch (end) {
    case 'refused':
      return 'Refused. Nothing was written.'
    case 'not-approved':
      return 'Not approved. Nothing was written.'
    case 'nothing':
      return 'There is nothing to write.'
    case 'applied':
      return `${numbers}.${hasFailedStep(steps) ? ` ${FAILED}` : ''}${after === null ? ` ${UNVERIFIED}` : ''}`
    case 'stopped':
      return signal === null
        ? `Stopped: ${numbers}. ${stopped ?? ''}`.trim()
        : `Stopped by a signal: ${numbers}. ${UNVERIFIED}`
  }
}

const FAILED = 'A step failed or is unknown, so there is no verdict.'
const UNVERIFIED = 'Not verified: the account was not read again.'
