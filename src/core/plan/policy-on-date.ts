/**
 * A policy on a given day: who should still be in a group, and whether the policy can still be
 * followed. The day is a parameter; this file reads no clock.
 */

import { type LocatedDiagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { addDays, isOver } from '../model/dates.ts'
import { compareLocations } from '../model/location.ts'
import { compareCodeUnits } from '../model/names.ts'
import { listAgents, mapGroups, type Policy } from '../model/policy.ts'

/** The same policy, without people in groups whose access has ended. */
export function removeExpired(policy: Policy, today: string): Policy {
  const { agents } = policy
  const gone = (email: string) => isOver(agents?.entries.get(email)?.expires ?? null, today)
  if (!listAgents(policy).some(({ email }) => gone(email))) return policy
  return mapGroups(policy, (group) => ({
    ...group,
    members: new Map([...group.members].filter(([email]) => !gone(email))),
  }))
}

/** Errors of a valid policy on that day, each with its place. With any of them, there is no verdict. */
export function findDatedProblems(policy: Policy, today: string): readonly LocatedDiagnostic[] {
  return [...findNobodyLeft(policy, today), ...findLongWaivers(policy, today)]
}

function findLongWaivers({ waivers, rules }: Policy, today: string): readonly LocatedDiagnostic[] {
  const most = rules.waiverMaxDays
  if (most === null) return []
  const last = addDays(today, most)
  return waivers
    .map(({ expires }, index) => ({ ...expires, number: index + 1 }))
    .filter(({ value }) => value > last)
    .map(({ value: day, location, number }) =>
      makeDiagnostic({
        code: 'policy-waiver-too-long',
        summary: `Waiver ${number} ends after ${day}, which is later than this policy allows.`,
        detail: `\`rules.waiver_max_days\` is ${most}: counted from ${today}, the last allowed day is ${last}.`,
        location,
      }),
    )
}

/** A policy needs an administrator, also after the access of some has ended. */
function findNobodyLeft(policy: Policy, today: string): readonly LocatedDiagnostic[] {
  const administrators = listAgents(policy).filter(({ role }) => role === 'administrator')
  if (administrators.some(({ expires }) => !isOver(expires, today))) return []
  const [last] = administrators.toSorted(
    (a, b) =>
      compareCodeUnits(`${b.expires}`, `${a.expires}`) || compareLocations(a.location, b.location),
  )
  if (last === undefined) return []
  const { email, expires, location } = last
  return [
    makeDiagnostic({
      code: 'policy-no-administrator',
      summary: 'The access of every administrator in the policy has ended.',
      detail: `The last one was ${email}, until ${expires}. With this policy, nobody could manage the account.`,
      advice: 'Write a later date in `expires`, or give another person the role `administrator`.',
      location,
    }),
  ]
}
