/**
 * Checks the rules of a policy against the whole account, including people who are unmanaged or
 * ignored. Judges only the current account; agents.ts judges who should be on it.
 */

import { findResemblances } from '../messages/alike.ts'
import type { Finding } from '../messages/finding.ts'
import { count, makeFinding } from '../messages/phrase.ts'
import { isOver } from '../model/dates.ts'
import { compareLocations, type Location } from '../model/location.ts'
import { getDomain, normaliseEmail } from '../model/names.ts'
import { findSizeRule, listAgents, type Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ActualState, State } from '../model/state.ts'

/** The state says which groups are not ignored; ignored people count. */
export function judgeRules(policy: Policy, actual: ActualState, today: string): readonly Finding[] {
  const { snapshot, state } = actual
  return [
    ...judgeAdministratorCount(policy, snapshot),
    ...judgeReasons(policy, today),
    ...judgeDomains(policy, actual),
    ...judgeSizes(policy, state),
  ]
}

function judgeAdministratorCount({ rules }: Policy, { agents }: Snapshot): readonly Finding[] {
  const { min, max } = rules.administrators
  const all = agents.filter(({ role }) => role === 'administrator')
  // A person with an open invitation cannot help yet, but can become a risk at any time.
  const active = all.filter(({ confirmed }) => confirmed).length
  const broken: { location: Location; text: string }[] = []
  if (min !== null && active < min.value) {
    const invited = all.length - active
    const open = invited === 0 ? '' : ` and ${count(invited, 'open invitation')}`
    const text = `${count(active, 'administrator')}${open}, should be at least ${min.value}`
    broken.push({ location: min.location, text })
  }
  if (max !== null && all.length > max.value) {
    const text = `${count(all.length, 'administrator')}, should be at most ${max.value}`
    broken.push({ location: max.location, text })
  }
  const [first] = broken.sort((a, b) => compareLocations(a.location, b.location))
  if (first === undefined) return []
  const summary = broken.map(({ text }) => text).join('; ')
  const subject = { kind: 'rule', rule: 'administrators' } as const
  return [makeFinding('rule-administrators', subject, first.location, summary)]
}

function judgeReasons(policy: Policy, today: string): readonly Finding[] {
  const rule = policy.rules.administrators.requireReason
  if (rule === null) return []
  return listAgents(policy)
    .filter(({ role, reason }) => role === 'administrator' && reason === null)
    .filter(({ expires }) => !isOver(expires, today))
    .map(({ email }) => {
      const subject = { kind: 'agent', email } as const
      const summary = 'administrator without a reason'
      return makeFinding('rule-administrators', subject, rule.location, summary)
    })
}

function judgeDomains(
  { rules }: Policy,
  { snapshot: { agents }, storedAs }: ActualState,
): readonly Finding[] {
  const rule = rules.emailDomains
  if (rule === null) return []
  // A person with a new address is spelled as the policy spells them.
  const domain = (email: string) => getDomain(normaliseEmail(storedAs(email)))
  const foreign = agents.filter(({ email }) => !rule.value.has(domain(email)))
  const like = findResemblances(rule.value)
  return foreign.map(({ email, role, confirmed }) => {
    const subject = { kind: 'agent', email } as const
    const invited = confirmed ? '' : ', invitation not accepted'
    const summary = `${role}${invited}, e-mail domain not in rules.email_domains`
    const found = makeFinding('rule-email-domain', subject, rule.location, summary)
    const difference = like(domain(email))
    return { ...found, difference: difference && `its domain ${difference}` }
  })
}

function judgeSizes(policy: Policy, { groups }: State): readonly Finding[] {
  return [...groups.values()].flatMap(({ subject, size }) => {
    const rule = findSizeRule(policy, subject)
    if (rule === null || size >= rule.value) return []
    const summary = `${count(size, 'member')}, should be at least ${rule.value}`
    return makeFinding(rule.code, subject, rule.location, summary)
  })
}
