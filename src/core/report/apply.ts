/**
 * The result of `rollcall apply`: the plan before, the result of each step, and the plan after. The
 * verdict and the exit code are decided here, from what was read at the end, never from answers alone.
 */
import type { StepResult, StepStatus } from '../apply/results.ts'
import { classifySteps, type StepClass } from '../apply/step-classes.ts'
import { type Diagnostic, isError, makeDiagnostic } from '../messages/diagnostic.ts'
import { count } from '../messages/phrase.ts'
import type { Proposal } from './proposal.ts'
import { addDiagnostics, type Report, type Verdict } from './report.ts'

/**
 * `refused`: a guard, the approval or an error stopped it before the first write. `not-approved`:
 * nobody approved it. `nothing`: there was no step to write.
 */
export type ApplyEnd = 'refused' | 'not-approved' | 'nothing' | 'applied' | 'stopped'

export interface ApplyFacts {
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

/** @param notes what became of the reports: an error costs the verdict */
export function concludeApply(facts: ApplyFacts, notes: readonly Diagnostic[] = []): ApplyReport {
  const lost = notes.some(isError)
  const read = lost || hasFailed(facts) ? null : findLastReport(facts)
  const verdict = read?.verdict ?? 'none'
  const exitCode = facts.signal ?? read?.exitCode ?? 1
  const summary = `${summariseApply(facts)}${lost ? ` ${UNWRITTEN}` : ''}`
  return { ...facts, written: summariseWritten(facts.steps), verdict, exitCode, summary }
}

/** For the files that the run writes: the account at its end. Null: not read. */
export function reportApply(done: ApplyReport): Report | null {
  const read = findLastReport(done)
  if (read === null || done.verdict !== 'none' || read.verdict === 'none') return read
  return addDiagnostics(read, [makeDiagnostic({ code: 'apply-incomplete', summary: done.summary })])
}

function findLastReport({ after, before, end }: ApplyFacts): Report | null {
  return after ?? (end === 'nothing' ? before : null)
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
const UNWRITTEN = 'A report could not be written, so there is no verdict.'
const UNVERIFIED = 'Not verified: the account was not read again.'
