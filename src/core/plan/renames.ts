/**
 * People whose e-mail address on the account has changed since an earlier snapshot: the same user id
 * under another address is the same person. The policy still means them by the old address.
 */

import type { Finding } from '../messages/finding.ts'
import { makeFinding } from '../messages/phrase.ts'
import { isOver } from '../model/dates.ts'
import type { Location } from '../model/location.ts'
import { normaliseEmail } from '../model/names.ts'
import { listGroups, type Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'

/** By the address on the account: the address of the policy, and its place. */
export type Renames = ReadonlyMap<string, { readonly email: string; readonly location: Location }>

/** None without an earlier snapshot of the same account. */
export function findRenames(
  policy: Policy,
  read: Snapshot,
  previous: Snapshot | null,
  today: string,
): Renames {
  if (previous?.server !== read.server || previous.account.id !== read.account.id) return new Map()
  const earlier = new Map(previous.agents.map(({ id, email }) => [id, normaliseEmail(email)]))
  const present = new Set(read.agents.map(({ email }) => normaliseEmail(email)))
  const listed = listAddresses(policy)
  const found = read.agents.flatMap(({ id, email }) => {
    const before = earlier.get(id) ?? ''
    const entry = listed.get(before)
    // If the policy lists either address now, that line already means this person.
    if (entry === undefined || present.has(before) || listed.has(normaliseEmail(email))) return []
    return isOver(policy.agents?.entries.get(entry.email)?.expires ?? null, today)
      ? []
      : [[email, entry] as const]
  })
  return new Map(found)
}

export function describeRenames(renames: Renames): readonly Finding[] {
  return [...renames].map(([now, { email, location }]) =>
    makeFinding(
      'agent-renamed',
      { kind: 'agent', email },
      location,
      `has the address ${now} on the account now`,
    ),
  )
}

/** By normal form. Without a section for people, members of groups. */
function listAddresses(policy: Policy) {
  const entries = policy.agents
    ? [...policy.agents.entries.values()].map(({ email, location }) => ({ email, location }))
    : listGroups(policy).flatMap(({ members }) =>
        [...members].map(([email, location]) => ({ email, location })),
      )
  return new Map(entries.map((entry) => [normaliseEmail(entry.email), entry]))
}
