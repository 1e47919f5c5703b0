/**
 * What an apply would write: `plan` shows it and `apply` carries it out. Only decides whether it can be
 * approved, and summarises what would be written.
 */
import type { JsonObject } from '../apply/canonical.ts'
import type { SteppedPlan } from '../apply/decide.ts'
import { classifySteps, type StepClass } from '../apply/step-classes.ts'
import type { Diagnostic } from '../messages/diagnostic.ts'
import { compareCodeUnits } from '../model/names.ts'

export interface Proposal {
  readonly plan: SteppedPlan
  readonly classes: readonly StepClass[]
  /** E-mail addresses of those who would reach more, and of those who would reach less. */
  readonly people: { readonly gain: readonly string[]; readonly lose: readonly string[] }
  /** `EXPIRY-HASH`. */
  readonly approval: string
  /** `2026-11-27 10:00 UTC`. */
  readonly expires: string
  /** What the approval covers: with it, a later run can say what has changed. */
  readonly document: JsonObject
  /** What guards and the approval say: errors and warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

export function summariseSteps(plan: SteppedPlan): Pick<Proposal, 'classes' | 'people'> {
  const sort = (emails: ReadonlySet<string>) => [...emails].sort(compareCodeUnits)
  const people = { gain: sort(plan.gain), lose: sort(plan.lose) }
  return { classes: classifySteps(plan.written), people }
}

/** A plan that an error stops cannot be approved, and neither can one that writes nothing. */
export function isApprovable({ diagnostics, plan }: Proposal): boolean {
  return plan.written.length > 0 && diagnostics.every(({ severity }) => severity !== 'error')
}
