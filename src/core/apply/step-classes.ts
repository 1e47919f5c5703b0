/**
 * The steps of a plan, grouped by what they do, with the people and groups that they name. Views make a
 * sentence about a plan or a finished run from this.
 */
import { findGroupOf, formatAddress } from '../model/address.ts'
import { STEP_NAMES, type Step } from '../model/steps.ts'
import type { PlannedStep } from './decide.ts'

export interface StepClass {
  readonly step: Step
  readonly steps: number
  /** E-mail addresses, each once. */
  readonly people: readonly string[]
  /** Addresses of teams and inboxes, each once. */
  readonly groups: readonly string[]
}

/** In the order in which steps are written. */
export function classifySteps(steps: readonly PlannedStep[]): readonly StepClass[] {
  return STEP_NAMES.flatMap((step) => {
    const subjects = steps
      .filter(({ change }) => change.step === step)
      .map(({ change }) => change.subject)
    if (subjects.length === 0) return []
    const people = new Set(subjects.flatMap((each) => ('email' in each ? [each.email] : [])))
    const groups = new Set(subjects.flatMap((each) => findGroupOf(each) ?? []).map(formatAddress))
    return [{ step, steps: subjects.length, people: [...people], groups: [...groups] }]
  })
}
