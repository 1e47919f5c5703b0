/**
 * The actual state: a snapshot in the policy's spelling, minus what the policy's scope leaves out.
 * Nothing is judged here.
 */

import { addressOf } from './address.ts'
import { type Recognised, recognise, spellingsOf } from './identity.ts'
import type { Located, Location } from './location.ts'
import { normaliseEmail, normaliseTeamName } from './names.ts'
import { matches } from './pattern.ts'
import type { Policy } from './policy.ts'
import type { Snapshot, SnapshotAgent } from './snapshot.ts'

export interface State {
  /** By e-mail address. Ignored people are not in it, except administrators. */
  readonly agents: ReadonlyMap<string, SnapshotAgent>
  /** By name. Ignored teams are not in it. */
  readonly teams: ReadonlyMap<string, Team>
}

export interface Team {
  readonly name: string
  readonly description: string
  readonly autoAssign: boolean
  /** E-mail addresses, without those of ignored people. */
  readonly members: ReadonlySet<string>
  readonly ghosts: ReadonlySet<string>
  /** How many members the server has, ignored people included. */
  readonly size: number
}

/** Somebody or something that the policy leaves out by pattern. */
export interface Ignored {
  readonly address: string
  readonly pattern: string
  readonly location: Location
}

export interface ActualState extends Recognised {
  readonly state: State
  readonly ignored: readonly Ignored[]
  /** The pattern that an e-mail address falls under, if any. */
  readonly ignoredBy: (email: string) => string | null
}

export function actualState(read: Snapshot, policy: Policy): ActualState {
  const { ignore } = policy.scope
  const recognised = recognise(read, spellingsOf(policy))
  const { snapshot } = recognised
  const person = firstMatch(ignore.agents, normaliseEmail)
  const group = firstMatch(ignore.teams, normaliseTeamName)
  const agents = new Map<string, SnapshotAgent>()
  const teams = new Map<string, Team>()
  const ignored: Ignored[] = []

  for (const agent of snapshot.agents) {
    const by = person(agent.email)
    if (by) ignored.push(ignoring(addressOf({ kind: 'agent', email: agent.email }), by))
    // Nothing silences an administrator by pattern.
    if (!by || agent.role === 'administrator') agents.set(agent.email, agent)
  }
  for (const { name, description, autoAssign, members, ghosts } of snapshot.teams) {
    const by = group(name)
    if (by) {
      ignored.push(ignoring(addressOf({ kind: 'team', team: name }), by))
      continue
    }
    const seen = (emails: readonly string[]) =>
      new Set(ignore.agents.length === 0 ? emails : emails.filter((email) => !person(email)))
    teams.set(name, {
      name,
      description,
      autoAssign,
      members: seen(members),
      ghosts: seen(ghosts),
      size: members.length,
    })
  }
  const ignoredBy = (email: string) => person(email)?.value ?? null
  return { ...recognised, state: { agents, teams }, ignored, ignoredBy }
}

function ignoring(address: string, by: Located<string>): Ignored {
  return { address, pattern: by.value, location: by.location }
}

/** The first pattern in the order of the policy decides. Remembers names: people recur in teams. */
function firstMatch(
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
