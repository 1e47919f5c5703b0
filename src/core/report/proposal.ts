/**
 * What an apply would write, as far as a plan could be made: `plan` shows it and `apply` carries it out.
 * Decides nothing but whether it can be approved.
 */
import type { JsonObject } from '../apply/canonical.ts'
import type { SteppedPlan } from '../apply/decide.ts'
import type { Diagnostic } from '../messages/diagnostic.ts'

export interface Proposal {
  readonly plan: SteppedPlan
  /** How many people would reach more, and how many less. */
  readonly people: { readonly gain: number; readonly lose: number }
  /** `EXPIRY-HASH`. */
  readonly approval: string
  /** `2026-11-27 10:00 UTC`. */
  readonly expires: string
  /** What the approval is for: with it, a later run can say what has changed. */
  readonly document: JsonObject
  /** What guards and the approval say: errors and warnings. */
  readonly diagnostics: readonly Diagnostic[]
}

/** What an error stops cannot be approved, and where nothing is written there is nothing to approve. */
export function isApprovable({ diagnostics, plan }: Proposal): boolean {
  return plan.written.length > 0 && diagnostics.every(({ severity }) => severity !== 'error')
}
