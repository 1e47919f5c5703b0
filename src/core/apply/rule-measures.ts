/**
 * How far a state is from keeping each rule of a policy. A plan must not break a rule that is kept, and
 * must not make a broken rule worse. core/plan/rules.ts decides what a broken rule means.
 */

import { count } from '../messages/phrase.ts'
import { formatAddress } from '../model/address.ts'
import type { RecognisedSnapshot } from '../model/identity.ts'
import type { Location } from '../model/location.ts'
import { getDomain, normaliseEmail } from '../model/names.ts'
import { findSizeRule, type Policy } from '../model/policy.ts'

interface Measure {
  /** How many are too many, or too few; 0: the rule is kept. */
  readonly excess: number
  /** What is broken, as a part of a sentence. */
  readonly broken: string
  readonly location: Location
}

export type Measures = ReadonlyMap<string, Measure>

interface Broken extends Measure {
  /** Whether the rule was broken before too. */
  readonly already: boolean
}

/**
 * By a key for each rule, or for each rule and thing. It is the same in every state.
 * @param judges whether a group is not ignored, by its address
 */
export function measureRules(
  policy: Policy,
  { agents, groups }: RecognisedSnapshot,
  judges: (address: string) => boolean,
): Measures {
  const { administrators, emailDomains } = policy.rules
  const { min, max, requireReason } = administrators
  const measures = new Map<string, Measure>()
  const all = agents.filter(({ role }) => role === 'administrator')
  const active = all.filter(({ confirmed }) => confirmed).length
  if (min !== null) {
    measures.set('min', {
      excess: min.value - active,
      broken: `${count(active, 'administrator')}, should be at least ${min.value}`,
      location: min.location,
    })
  }
  if (max !== null) {
    measures.set('max', {
      excess: all.length - max.value,
      broken: `${count(all.length, 'administrator')}, should be at most ${max.value}`,
      location: max.location,
    })
  }
  if (requireReason !== null) {
    const entries = all.map(({ email }) => policy.agents?.entries.get(email))
    const without = entries.filter((entry) => entry?.reason === null).length
    measures.set('reason', {
      excess: without,
      broken: `${count(without, 'administrator')} without a reason`,
      location: requireReason.location,
    })
  }
  if (emailDomains !== null) {
    for (const { email } of agents) {
      measures.set(`domain ${email}`, {
        excess: emailDomains.value.has(getDomain(normaliseEmail(email))) ? 0 : 1,
        broken: `${email}, e-mail domain not in rules.email_domains`,
        location: emailDomains.location,
      })
    }
  }
  for (const { of, subject, members } of groups) {
    const rule = findSizeRule(policy, subject)
    const address = formatAddress(subject)
    if (rule === null || !judges(address)) continue
    measures.set(address, {
      excess: rule.value - members.length,
      broken: `${of.label} ${subject.name} with ${count(members.length, 'member')}, should be at least ${rule.value}`,
      location: rule.location,
    })
  }
  return measures
}

/** Rules that a change from one state to another would break, or break further, by the same keys. */
export function listBroken(
  before: Measures,
  after: Measures,
): readonly (readonly [string, Broken])[] {
  return [...after].flatMap(([key, measure]) => {
    const had = Math.max(0, before.get(key)?.excess ?? 0)
    return measure.excess > had ? [[key, { ...measure, already: had > 0 }] as const] : []
  })
}
