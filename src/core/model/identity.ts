/**
 * Which person or group of an account the policy means by a text. Each entry of the policy finds at
 * most one, and two of the account never become one: if several have the same normal form, the entry
 * means the one with the same spelling, and the others keep the text that the server has.
 */

import { type CustomRoleSubject, formatAddress, type GroupSubject, type Named } from './address.ts'
import { groupBy } from './collect.ts'
import { hasPermissions } from './custom-role.ts'
import { type GroupKind, KINDS } from './kinds.ts'
import { compareCodeUnits, normaliseEmail, spellName } from './names.ts'
import { listGroups, mapAgents, mapGroups, type Policy } from './policy.ts'
import type { CustomRole, KnownCustomRole, Snapshot, SnapshotGroup } from './snapshot.ts'

type Normalise = (text: string) => string

/** By name or address as in the policy, otherwise as on the server: the entry of the policy, if any. */
export type Twins = ReadonlyMap<string, string | null>

export interface RecognisedGroup extends SnapshotGroup {
  /** Named as in the policy, otherwise as on the server. */
  readonly subject: GroupSubject
}

export interface RecognisedCustomRole extends KnownCustomRole {
  /** Named as in the policy, otherwise as on the server. */
  readonly subject: CustomRoleSubject
  /** How many people on the account have it, ignored people included. */
  readonly holders: number
}

export interface RecognisedSnapshot extends Snapshot {
  readonly groups: readonly RecognisedGroup[]
}

export interface Recognised {
  /** What the policy lists is spelled as the policy spells it; sorted as a read is. */
  readonly snapshot: RecognisedSnapshot
  /** People who share their normal form with others on the account, by e-mail address. */
  readonly people: Twins
  /** Groups that share their normal form and have no id to tell them apart, by address. */
  readonly groups: Twins
  /** The address as on the server, from the spelling in `snapshot`. */
  readonly storedAs: (email: string) => string
}

/** Whether the policy means another one by the normal form of this name. */
export function isDouble(twins: Twins, name: string): boolean {
  const meant = twins.get(name) ?? null
  return meant !== null && meant !== name
}

/** How one side spells people and groups. */
interface Spellings {
  readonly people: Iterable<string>
  readonly groups: readonly GroupSubject[]
  /** People who have another address on the account: what the policy calls them, by that address. */
  readonly renamed?: ReadonlyMap<string, string>
}

/** Empty unless all were read, with their permissions. */
export function recogniseCustomRoles(
  { customRoles, agents }: Pick<Snapshot, 'customRoles' | 'agents'>,
  listed: readonly CustomRoleSubject[] = [],
): readonly RecognisedCustomRole[] {
  if (!hasPermissions(customRoles)) return []
  const { roles } = customRoles
  const known = identifyByNameOrId(spellName, roles, listed)
  const held = groupBy(agents, ({ customRoleId }) => customRoleId)
  return roles
    .map((role) => ({
      ...role,
      subject: { kind: 'custom-role', ...known(role) } as const,
      holders: held.get(role.id)?.length ?? 0,
    }))
    .sort((a, b) => compareCodeUnits(a.subject.name, b.subject.name) || a.id - b.id)
}

export function listSpellings(policy: Policy): Spellings {
  const groups = listGroups(policy)
  const members = groups.flatMap((group) => [...group.members.keys()])
  return {
    people: new Set([...(policy.agents?.entries.keys() ?? []), ...members]),
    groups: groups.map(({ subject }) => subject),
  }
}

export function listSpellingsIn(snapshot: Snapshot): Spellings {
  const people = snapshot.agents.map(({ email }) => email)
  return { people, groups: recogniseGroups(snapshot.groups, []).map(({ subject }) => subject) }
}

const byId = <T extends { readonly id: number }>(things: readonly T[]) =>
  things.toSorted((a, b) => a.id - b.id)

/**
 * Of several that share a normal form, the one with the lowest id comes before the others.
 * @param listed those of a policy, or of the other side of a comparison
 */
export function recognise(
  snapshot: Snapshot,
  listed: Spellings = { people: [], groups: [] },
): Recognised {
  const { agents, caller } = snapshot
  const present = new Set(agents.map(({ email }) => email))
  const ghosts = new Set(snapshot.groups.flatMap((group) => group.ghosts))
  const people = match(
    // A ghost has left: the policy means a ghost only if it means nobody on the account.
    [byId(agents).map(({ email }) => email), [...ghosts].filter((email) => !present.has(email))],
    listed.people,
    normaliseEmail,
  )
  const twins = new Map<string, string | null>()
  const groups = recogniseGroups(snapshot.groups, listed.groups, twins)
  const known = new Map([...people.known, ...(listed.renamed ?? [])])
  const stored = new Map([...known].map(([text, listed]) => [listed, text]))
  const storedAs = (email: string) => stored.get(email) ?? email
  const recognised = { people: people.twins, groups: twins, storedAs }
  if (known.size === 0) return { snapshot: { ...snapshot, groups }, ...recognised }
  const person = (email: string) => known.get(email) ?? email
  const everyone = (emails: readonly string[]) => emails.map(person).sort(compareCodeUnits)
  return {
    snapshot: {
      ...snapshot,
      caller: { ...caller, email: person(caller.email) },
      agents: agents
        .map((agent) => ({ ...agent, email: person(agent.email) }))
        .sort((a, b) => compareCodeUnits(a.email, b.email)),
      groups: groups.map((group) => ({
        ...group,
        members: everyone(group.members),
        ghosts: everyone(group.ghosts),
      })),
    },
    ...recognised,
  }
}

/** @param twins gets those that share their normal form */
function recogniseGroups(
  groups: readonly SnapshotGroup[],
  listed: readonly GroupSubject[],
  twins = new Map<string, string | null>(),
): readonly RecognisedGroup[] {
  const kinds = [...groupBy(groups, ({ of }) => of)]
  kinds.sort(([a], [b]) => KINDS.indexOf(a) - KINDS.indexOf(b))
  return kinds.flatMap(([of, same]) => {
    const wanted = listed.filter((each) => each.of === of)
    const known =
      of.repeats === null
        ? identifyByName(of, same, wanted, twins)
        : identifyByNameOrId(of.normalise, same, wanted)
    return same
      .map((group) => ({ ...group, subject: { kind: 'group', of, ...known(group) } as const }))
      .sort((a, b) => compareCodeUnits(a.subject.name, b.subject.name) || a.id - b.id)
  })
}

function identifyByName(
  of: GroupKind,
  groups: readonly SnapshotGroup[],
  wanted: readonly GroupSubject[],
  twins: Map<string, string | null>,
): (thing: Stored) => Named {
  const found = match([listNames(byId(groups))], listNames(wanted), of.normalise)
  const address = (name: string) => formatAddress({ kind: 'group', of, name, id: null })
  for (const [name, meant] of found.twins) {
    twins.set(address(name), meant === null ? null : address(meant))
  }
  return ({ name }) => ({ name: found.known.get(name) ?? name, id: null })
}

function listNames(things: readonly { readonly name: string }[]): readonly string[] {
  return things.map(({ name }) => name)
}

type Stored = Pick<CustomRole, 'name' | 'id'>

/** An id decides. Without an id, a name decides if only one on the account has it. */
export function identifyByNameOrId(
  normalise: Normalise,
  things: readonly Stored[],
  wanted: readonly Named[] = [],
): (thing: Stored) => Named {
  const sharing = groupBy(things, ({ name }) => normalise(name))
  const ids = new Map(wanted.map((each) => [each.id, each]))
  const names = new Map(
    wanted.filter(({ id }) => id === null).map((each) => [normalise(each.name), each]),
  )
  return ({ name, id }) => {
    const alone = sharing.get(normalise(name))?.length === 1
    const own = { name, id: alone ? null : id }
    const meant = ids.get(id) ?? (alone ? names.get(normalise(name)) : undefined) ?? own
    return { name: meant.name, id: meant.id }
  }
}

/**
 * `known`: text of the account → the other text by which the policy knows it.
 * @param ranks the texts of the account; an entry finds those of the first rank before the others
 */
function match(
  ranks: readonly (readonly string[])[],
  listed: Iterable<string>,
  normalise: Normalise,
): { readonly known: ReadonlyMap<string, string>; readonly twins: Twins } {
  const known = new Map<string, string>()
  const twins = new Map<string, string | null>()
  const wanted = [...listed]
  const odd = (text: string) => normalise(text) !== text
  // Without a text that is not its own normal form, every text finds only itself.
  if (!wanted.some(odd) && !ranks.some((texts) => texts.some(odd))) return { known, twins }
  const entries = groupBy(wanted, normalise)
  const ranked = ranks.flatMap((texts, rank) => texts.map((text) => ({ text, rank })))
  for (const [normal, same] of groupBy(ranked, ({ text }) => normalise(text))) {
    const own = entries.get(normal) ?? []
    const first = same.filter(({ rank }) => rank === same[0].rank).map(({ text }) => text)
    pair(first, own, normal, known)
    if (same.length === 1) continue
    for (const { text } of same) twins.set(known.get(text) ?? text, own[0] ?? null)
  }
  return { known, twins }
}

/** Texts with the same spelling find each other first. */
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
 * Finds what a text of a person means: the thing with the same spelling, otherwise the only one with
 * its normal form. Never one of several that are merely alike.
 */
export function makeFinder<T>(
  things: Iterable<T>,
  spellingOf: (thing: T) => string,
  normalise: Normalise,
): (text: string) => T | undefined {
  const groups = groupBy(things, (thing) => normalise(spellingOf(thing)))
  return (text) => {
    const same = groups.get(normalise(text)) ?? []
    return same.find((thing) => spellingOf(thing) === text) ?? (same[1] ? undefined : same[0])
  }
}

/** The policy with people and groups spelled as another policy spells them. */
export function respell(policy: Policy, other: Policy): Policy {
  const [own, listed] = [listSpellings(policy), listSpellings(other)]
  const people = match([[...own.people]], listed.people, normaliseEmail).known
  const person = (email: string) => people.get(email) ?? email
  const names = new Map(
    policy.groups.map(({ of }) => {
      const same = ({ groups }: Spellings) => groups.filter((each) => each.of === of)
      return [of, match([listNames(same(own))], listNames(same(listed)), of.normalise).known]
    }),
  )
  const respelled = mapGroups(policy, (group) => {
    const { of, name } = group.subject
    const subject = { ...group.subject, name: names.get(of)?.get(name) ?? name }
    return {
      ...group,
      subject,
      members: new Map([...group.members].map(([email, at]) => [person(email), at])),
    }
  })
  return mapAgents(respelled, (agent) => ({ ...agent, email: person(agent.email) }))
}
