/**
 * The actual state: a snapshot in the policy's spelling, without what the policy ignores. Does not judge
 * anything.
 */

import { formatAddress } from './address.ts'
import {
  listSpellings,
  type Recognised,
  type RecognisedCustomRole,
  type RecognisedGroup,
  recognise,
  recogniseCustomRoles,
} from './identity.ts'
import type { Located, Location } from './location.ts'
import { normaliseEmail } from './names.ts'
import { matches } from './pattern.ts'
import { listCustomRoles, type Policy } from './policy.ts'
import type { Snapshot, SnapshotAgent } from './snapshot.ts'

export interface State {
  /** By e-mail address. Ignored people are not in it, except administrators. */
  readonly agents: ReadonlyMap<string, SnapshotAgent>
  /** By address. Ignored groups are not in it. */
  readonly groups: ReadonlyMap<string, Group>
  /** By address; empty if they were not read. */
  readonly customRoles: ReadonlyMap<string, RecognisedCustomRole>
}

export interface Group extends Omit<RecognisedGroup, 'members' | 'ghosts'> {
  /** E-mail addresses, without those of ignored people. */
  readonly members: ReadonlySet<string>
  readonly ghosts: ReadonlySet<string>
  /** How many members the server has, ignored people included. */
  readonly size: number
}

export interface Ignored {
  readonly address: string
  readonly pattern: string
  readonly location: Location
}

export interface ActualState extends Recognised {
  readonly state: State
  readonly ignored: readonly Ignored[]
  /** The pattern that matches an e-mail address, if any. */
  readonly ignoredBy: (email: string) => string | null
}

/** @param renames people whom the policy names by an old address, by their address on the account */
export function makeActualState(
  read: Snapshot,
  policy: Policy,
  renames: ReadonlyMap<string, { readonly email: string }> = new Map(),
): ActualState {
  const renamed = new Map([...renames].map(([now, { email }]) => [now, email]))
  const recognised = recognise(read, { ...listSpellings(policy), renamed })
  const { snapshot } = recognised
  const ignore = policy.scope.ignore
  const person = findFirstMatch(ignore, normaliseEmail)
  const patterns = new Map(
    policy.groups.map((each) => [each.of, findFirstMatch(each.ignore, each.of.normalise)]),
  )
  const agents = new Map<string, SnapshotAgent>()
  const groups = new Map<string, Group>()
  const ignored: Ignored[] = []

  for (const agent of snapshot.agents) {
    const by = person(agent.email)
    if (by) ignored.push(makeIgnore(formatAddress({ kind: 'agent', email: agent.email }), by))
    // Nothing silences an administrator by pattern.
    if (!by || agent.role === 'administrator') agents.set(agent.email, agent)
  }
  for (const group of snapshot.groups) {
    const { of, subject, members, ghosts } = group
    const address = formatAddress(subject)
    const by = patterns.get(of)?.(subject.name)
    if (by) {
      ignored.push(makeIgnore(address, by))
      continue
    }
    const seen = (emails: readonly string[]) =>
      new Set(ignore.length === 0 ? emails : emails.filter((email) => !person(email)))
    const size = members.length
    groups.set(address, { ...group, members: seen(members), ghosts: seen(ghosts), size })
  }
  const ignoredBy = (email: string) => person(email)?.value ?? null
  const listed = listCustomRoles(policy).map(({ subject }) => subject)
  const customRoles = new Map(
    recogniseCustomRoles(snapshot, listed).map((role) => [formatAddress(role.subject), role]),
  )
  return { ...recognised, state: { agents, groups, customRoles }, ignored, ignoredBy }
}

function makeIgnore(address: string, by: Located<string>): Ignored {
  return { address, pattern: by.value, location: by.location }
}

/** The first pattern in the policy decides. Caches names, because people occur in many groups. */
function findFirstMatch(
  patterns: readonly Located<string>[],
  normalise: (name: string) => string,
): (name: string) => Located<string> | null {
  if (patterns.length === 0) return () => null
  const known = new Map<string, Located<string> | null>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const found = patterns.find((pattern) => matches(pattern.value, name, normalise)) ?? null
    known.set(name, found)
    return found
  }
}
