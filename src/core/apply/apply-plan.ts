/**
 * Works out from a plan what an apply would write: the only entry point for `plan`, which shows it, and
 * for `apply`, which does it.
 */

import type { Diagnostic } from '../messages/diagnostic.ts'
import type { Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { makeActualState } from '../model/state.ts'
import type { Plan } from '../plan/plan.ts'
import { removeExpired } from '../plan/policy-on-date.ts'
import { findRenames } from '../plan/renames.ts'
import { parseAllowances, resolveAllowances } from './allow.ts'
import { decideSteps, makeApplyScope, type SteppedPlan, type Terms } from './decide.ts'

export interface ApplyOptions {
  /** UTC, `YYYY-MM-DD`: the day of the plan. */
  readonly today: string
  /** The values of `--allow`. */
  readonly allow: readonly string[]
  readonly saml: boolean
  /** The snapshot of `--previous`, as `plan` got it. */
  readonly previous: Snapshot | null
}

export interface ApplyPlan {
  readonly terms: Terms
  readonly steps: SteppedPlan
  /** The e-mail address as the server stores it, from the spelling in the steps. */
  readonly storedAs: (email: string) => string
  /** Errors in `--allow`: if there is one, nothing may be written. */
  readonly diagnostics: readonly Diagnostic[]
}

/** `changes`: those that `plan` decided for the same policy, snapshot and day. */
export function planApply(
  written: Policy,
  read: Snapshot,
  { changes }: Pick<Plan, 'changes'>,
  { today, allow, saml, previous }: ApplyOptions,
): ApplyPlan {
  const policy = removeExpired(written, today)
  const actual = makeActualState(read, policy, findRenames(policy, read, previous, today))
  const parsed = parseAllowances(allow)
  const { allowances, diagnostics } = resolveAllowances(parsed.allowances, changes)
  const terms = { policy, allowances, saml, scope: makeApplyScope(policy, actual) }
  const steps = decideSteps(changes, actual, terms)
  const { storedAs } = actual
  return {
    terms,
    steps,
    storedAs,
    diagnostics: [...parsed.diagnostics, ...diagnostics, ...steps.diagnostics],
  }
}
