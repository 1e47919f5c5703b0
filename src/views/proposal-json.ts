/** What an apply would write, as the JSON documents of `plan` and of `apply` contain it. */
import type { KeptStep, PlannedStep } from '../core/apply/decide.ts'
import { explainKept } from '../core/apply/reasons.ts'
import { isApprovable, type Proposal } from '../core/report/proposal.ts'

/** Null: there is nothing to approve, or a guard stops it. */
export function describeApproval(proposal: Proposal) {
  const { approval, expires, document } = proposal
  return isApprovable(proposal) ? { value: approval, expires, document } : null
}

/**
 * What is known before the run. Whether an invited person already has a login is known only afterwards.
 */
export function describeExpected({ classes, people }: Proposal) {
  return { classes, gain: people.gain, lose: people.lose }
}

export function describeKeptStep(kept: KeptStep) {
  const { because } = kept
  return {
    ...describeStep(kept),
    because: because.kind,
    why: explainKept(because, (text) => text),
    allow: because.kind === 'permission' ? because.allow : null,
    waits_for: because.kind === 'waits' ? because.address : null,
  }
}

export function describeStep({ change, effect, needs }: PlannedStep | KeptStep) {
  const { step, address, before, after, irreversible, effects } = change
  return { step, address, effect, needs, before, after, irreversible, effects }
}
