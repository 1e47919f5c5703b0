/**
 * Which person or team of an account the policy means by a text. Each entry of the policy finds at
 * most one, and two of the account never become one: where several have one normal form, the entry
 * means the one that is spelled like it, and the others keep the text that the server has.
 */
import { grouped } from './collect.ts'
import { byCodeUnits, normaliseEmail, normaliseTeamName } from './names.ts'
import type { Policy, PolicyAgent } from './policy.ts'
import type { Snapshot } from './snapshot.ts'

type Normalise = (text: string) => string

/** By name as the policy knows it, else as the server has it: the entry of the policy, if any. */
export type Twins = ReadonlyMap<string, string | null>

export interface Recognised {
  /** What the policy lists is spelled as the policy spells it; sorted as a read is. */
  readonly snapshot: Snapshot
  /** Those who share their normal form with others on the account. */
  readonly people: Twins
  readonly teams: Twins
  /** The address as the server has it, of somebody on the account as `snapshot` spells them. */
  readonly storedAs: (email: string) => string
}

/** Whether the policy means another one by the normal form of this name. */
export function isDouble(twins: Twins, name: string): boolean {
  const meant = twins.get(name) ?? null
  return meant !== null && meant !== name
}

/** How one side spells people and teams. */
interface Spellings {
  readonly people: Iterable<string>
  readonly teams: Iterable<string>
}

export function spellingsOf({ agents, teams }: Policy): Spellings {
  const groups = [...(teams?.entries.values() ?? [])]
  const members = groups.flatMap((team) => [...team.members.keys()])
  return {
    people: new Set([...(agents?.entries.keys() ?? []), ...members]),
    teams: teams?.entries.keys() ?? [],
  }
}

export function spellingsIn({ agents, teams }: Snapshot): Spellings {
  return { people: agents.map(({ email }) => email), teams: teams.map(({ name }) => name) }
}

/** Of several that share a normal form, the one with the lowest id comes before the others. */
export function recognise(snapshot: Snapshot, listed: Spellings): Recognised {
  const { agents, teams, caller } = snapshot
  const byId = <T extends { readonly id: number }>(things: readonly T[]) =>
    things.toSorted((a, b) => a.id - b.id)
  const present = new Set(agents.map(({ email }) => email))
  const ghosts = new Set(teams.flatMap((team) => team.ghosts))
  const people = match(
    // A ghost has left: it is whom the policy means only if nobody on the account is.
    [byId(agents).map(({ email }) => email), [...ghosts].filter((email) => !present.has(email))],
    listed.people,
    normaliseEmail,
  )
  const groups = match([byId(teams).map(({ name }) => name)], listed.teams, normaliseTeamName)
  const stored = new Map([...people.known].map(([text, listed]) => [listed, text]))
  const storedAs = (email: string) => stored.get(email) ?? email
  const rest = { people: people.twins, teams: groups.twins, storedAs }
  if (people.known.size === 0 && groups.known.size === 0) return { snapshot, ...rest }
  const person = (email: string) => people.known.get(email) ?? email
  const everyone = (emails: readonly string[]) => emails.map(person).sort(byCodeUnits)
  return {
    snapshot: {
      ...snapshot,
      caller: { ...caller, email: person(caller.email) },
      agents: agents
        .map((agent) => ({ ...agent, email: person(agent.email) }))
        .sort((a, b) => byCodeUnits(a.email, b.email)),
      teams: teams
        .map((team) => ({
          ...team,
          name: groups.known.get(team.name) ?? team.name,
          members: everyone(team.members),
          ghosts: everyone(team.ghosts),
        }))
        .sort((a, b) => byCodeUnits(a.name, b.name)),
    },
    ...rest,
  }
}

interface Matched {
  /** Text of the account → the other text by which the policy knows it. */
  readonly known: ReadonlyMap<string, string>
  readonly twins: Twins
}

/** `ranks`: the texts of the account, those first that an entry finds before the others. */
function match(
  ranks: readonly (readonly string[])[],
  listed: Iterable<string>,
  normalise: Normalise,
): Matched {
  const known = new Map<string, string>()
  const twins = new Map<string, string | null>()
  const wanted = [...listed]
  const odd = (text: string) => normalise(text) !== text
  // Without a text that is not its own normal form, every text finds only itself.
  if (!wanted.some(odd) && !ranks.some((texts) => texts.some(odd))) return { known, twins }
  const entries = grouped(wanted, normalise)
  const ranked = ranks.flatMap((texts, rank) => texts.map((text) => ({ text, rank })))
  for (const [normal, same] of grouped(ranked, ({ text }) => normalise(text))) {
    const own = entries.get(normal) ?? []
    const first = same.filter(({ rank }) => rank === same[0].rank).map(({ text }) => text)
    pair(first, own, normal, known)
    if (same.length === 1) continue
    for (const { text } of same) twins.set(known.get(text) ?? text, own[0] ?? null)
  }
  return { known, twins }
}

/** Those that are spelled alike find each other first. */
function pair(
  texts: readonly string[],
  entries: readonly string[],
  normal: string,
  known: Map<string, string>,
): void {
  const free = texts.filter((text) => !entries.includes(text))
  free.sort((a, b) => Number(b === normal) - Number(a === normal))
  for (const entry of entries.filter((each) => !texts.includes(each))) {
    const text = free.shift()
    if (text !== undefined) known.set(text, entry)
  }
}

/**
 * Finds what a text of somebody means: what is spelled like it, else the only one of its normal form.
 * Never one of several that are merely alike.
 */
export function finder<T>(
  things: Iterable<T>,
  spellingOf: (thing: T) => string,
  normalise: Normalise,
): (text: string) => T | undefined {
  const groups = grouped(things, (thing) => normalise(spellingOf(thing)))
  return (text) => {
    const same = groups.get(normalise(text)) ?? []
    return same.find((thing) => spellingOf(thing) === text) ?? (same[1] ? undefined : same[0])
  }
}

/** The policy with people and teams spelled as another policy spells them. */
export function respelled(policy: Policy, other: Policy): Policy {
  const { agents, teams } = policy
  const [own, listed] = [spellingsOf(policy), spellingsOf(other)]
  const people = match([[...own.people]], listed.people, normaliseEmail).known
  const groups = match([[...own.teams]], listed.teams, normaliseTeamName).known
  if (people.size === 0 && groups.size === 0) return policy
  const person = (email: string) => people.get(email) ?? email
  const agent = (each: PolicyAgent) => ({ ...each, email: person(each.email) })
  return {
    ...policy,
    agents: agents && {
      ...agents,
      entries: new Map([...agents.entries].map(([email, each]) => [person(email), agent(each)])),
    },
    teams: teams && {
      ...teams,
      entries: new Map(
        [...teams.entries.values()].map((team) => {
          const name = groups.get(team.name) ?? team.name
          const members = new Map([...team.members].map(([email, at]) => [person(email), at]))
          return [name, { ...team, name, members }]
        }),
      ),
    },
  }
}
