/** From a written policy and account to what an apply would write: for tests of steps and guards. */
import { type ApplyPlan, planApply } from '../../../src/core/apply/apply-plan.ts'
import { type Circumstances, checkGuards } from '../../../src/core/apply/guards.ts'
import { DEFAULT_LIMITS } from '../../../src/core/apply/limits.ts'
import type { Policy } from '../../../src/core/model/policy.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { plan } from '../../../src/core/plan/plan.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from '../build.ts'

export const TODAY = '2026-11-23'

export function applied(
  written: Policy,
  read: Snapshot,
  allow: readonly string[] = [],
  saml = false,
  previous: Snapshot | null = null,
): ApplyPlan {
  const decision = plan(written, read, TODAY, false, previous)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return planApply(written, read, decision.plan, { today: TODAY, allow, saml, previous })
}

export function planned(
  written: WrittenPolicy,
  account: SeenAccount,
  allow: readonly string[] = [],
  saml = false,
): ApplyPlan {
  return applied(policy(written), snapshot(account), allow, saml)
}

/** `invite agent/bob@acme.com`, in the order in which they are written. */
export function written({ steps }: ApplyPlan): readonly string[] {
  return steps.written.map(({ change: { step, address } }) => `${step} ${address}`)
}

/** With what each waits for. */
export function kept({ steps }: ApplyPlan): readonly string[] {
  return steps.keptBack.map(({ change: { step, address }, because }) => {
    const why = { permission: '--allow', denied: 'denied', waits: 'waits for' }[because.kind]
    const what = 'allow' in because ? because.allow : 'address' in because ? because.address : ''
    return `${step} ${address}: ${why} ${what}`.trim()
  })
}

const FINE: Circumstances = {
  today: TODAY,
  limits: DEFAULT_LIMITS,
  removedLately: [],
  removedElsewhere: [],
  journals: null,
  previous: null,
  customRolesFeature: true,
  complete: true,
}

export function guarded({ steps, terms }: ApplyPlan, circumstances: Partial<Circumstances> = {}) {
  return checkGuards(steps, terms, { ...FINE, ...circumstances })
}

export function stops(plan: ApplyPlan, circumstances: Partial<Circumstances> = {}) {
  return guarded(plan, circumstances).map(({ code }) => code)
}
