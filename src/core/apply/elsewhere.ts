/**
 * People whom another policy of the same server removes. Chatwoot deletes a person in a background job,
 * which may run late: a person who is removed from one account and invited to another at the same time
 * may be gone from both.
 */
import { isOver } from '../model/dates.ts'
import { normaliseEmail } from '../model/names.ts'
import type { Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { plan } from '../plan/plan.ts'

/** People whom an apply may invite: in the policy, but not on the account. In their normal form. */
export function listNewcomers({ agents }: Policy, snapshot: Snapshot): readonly string[] {
  const have = new Set(snapshot.agents.map(({ email }) => normaliseEmail(email)))
  const wanted = [...(agents?.entries.keys() ?? [])].map(normaliseEmail)
  return wanted.filter((email) => !have.has(email))
}

/** Whether a policy could remove one of them: it manages people, and does not list all of them. */
export function mayRemove({ agents }: Policy, emails: readonly string[], today: string): boolean {
  if (agents === null) return false
  const stay = [...agents.entries.values()].filter(({ expires }) => !isOver(expires, today))
  const listed = new Set(stay.map(({ email }) => normaliseEmail(email)))
  return emails.some((email) => !listed.has(email))
}

/** People whom the plan of a policy removes from its account; null: there is no plan. */
export function listRemovals(
  policy: Policy,
  snapshot: Snapshot,
  today: string,
): readonly string[] | null {
  const decision = plan(policy, snapshot, today)
  if (decision.kind === 'unknown') return null
  return decision.plan.changes.flatMap(({ step, subject }) =>
    step === 'remove-agent' && subject.kind === 'agent' ? [subject.email] : [],
  )
}
