/**
 * Checks everybody on the account against the roster, whatever the policy manages, and everybody in the
 * policy who is not on the account. Like the findings of rules, these are in addition to others.
 */
import type { Finding } from '../messages/finding.ts'
import { makeFinding } from '../messages/phrase.ts'
import { isOver } from '../model/dates.ts'
import { listAgents, type Policy } from '../model/policy.ts'
import { describeRosterMatch, findInRoster, type StaffRoster } from '../model/roster.ts'
import type { ActualState } from '../model/state.ts'

/** Ignored people are left out, except administrators. */
export function judgeRoster(
  policy: Policy,
  { snapshot, state, people, storedAs }: ActualState,
  roster: StaffRoster,
  today: string,
): readonly Finding[] {
  const on = [...state.agents.values()].flatMap(({ email, role, confirmed }) => {
    const match = findInRoster(roster, storedAs(email), people.has(email))
    if (match.status === 'active') return []
    const { agents: section } = policy
    const location = section?.entries.get(email)?.location ?? section?.location ?? null
    const invited = confirmed ? '' : ', invitation not accepted'
    const summary = `${role}${invited}, ${describeRosterMatch(match)}`
    const risk = role === 'administrator' ? 'critical' : 'high'
    return makeFinding('not-in-roster', { kind: 'agent', email }, location, summary, risk)
  })
  const present = new Set(snapshot.agents.map(({ email }) => email))
  const off = listAgents(policy).flatMap(({ email, location, expires }) => {
    if (present.has(email) || isOver(expires, today)) return []
    const match = findInRoster(roster, email, false)
    if (match.status === 'active') return []
    const summary = `in the policy, not on the account, ${describeRosterMatch(match)}`
    return makeFinding('not-in-roster', { kind: 'agent', email }, location, summary, 'low')
  })
  return [...on, ...off]
}
