/**
 * Reads again what one write names, in the spelling of the plan: just before the write and after it.
 * Knows the ids that this run has learned from the server. Decides nothing.
 */
import type { Id } from '../../chatwoot/group-endpoints.ts'
import type { PartReader } from '../../chatwoot/read-parts.ts'
import type { Reread } from '../../core/apply/answers.ts'
import {
  type CustomRoleRef,
  type GroupRef,
  isGroup,
  type PersonRef,
  type Write,
} from '../../core/apply/writes.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { CustomRoleFact } from '../../core/model/custom-role.ts'
import type { RecognisedGroup, RecognisedSnapshot } from '../../core/model/identity.ts'
import { normaliseEmail, spellName } from '../../core/model/names.ts'
import type { CustomRoles, SnapshotAgent } from '../../core/model/snapshot.ts'

/** Gives a `PartReader` a connection, and closes it after. */
export type WithPartReader = <T>(work: (reader: PartReader) => Promise<T>) => Promise<T>

/** Ids of what this run created. Null: not known yet. */
export interface Ids {
  readonly person: (person: PersonRef) => number | null
  readonly group: (group: GroupRef) => number | null
  readonly customRole: (role: CustomRoleRef) => number | null
  readonly heldRole: (fact: CustomRoleFact | null) => number | null
}

/** The same, as patterns for requests that the plan allows before anything is created. */
export const UNKNOWN_IDS: {
  readonly [K in keyof Ids]: (...from: Parameters<Ids[K]>) => Id | null
} = {
  person: ({ id }) => id ?? 'any',
  group: ({ id }) => id ?? 'any',
  customRole: ({ id }) => id ?? 'any',
  heldRole: (fact) => (fact === null ? null : (fact.id ?? 'any')),
}

export interface Rereader extends Ids {
  readonly read: (write: Write, expected: RecognisedSnapshot) => Promise<SeenSubject>
}

export interface SeenSubject {
  readonly state: Reread
  /** Whether the token's owner still is an administrator: otherwise the server may show less. */
  readonly ownerCanSee: boolean
}

/** @param storedAs the e-mail address as the server has it */
export function makeRereader(
  withPartReader: WithPartReader,
  before: RecognisedSnapshot,
  storedAs: (email: string) => string,
): Rereader {
  const people = new Map<string, number>()
  const groups = new Map<string, number>()
  const roles = new Map<string, number>()
  const known = new Map(before.agents.map(({ id, email }) => [id, email]))

  const ids: Ids = {
    person: ({ id, stored }) => id ?? people.get(normaliseEmail(stored)) ?? null,
    group: ({ id, subject }) => id ?? groups.get(formatAddress(subject)) ?? null,
    customRole: ({ id, subject }) => id ?? roles.get(subject.name) ?? null,
    heldRole: (fact) => fact && (fact.id ?? roles.get(spellName(fact.name ?? '')) ?? null),
  }

  /** If the address is another one now, the plan does not know this person. */
  function spell(agent: SnapshotAgent, person: PersonRef | null): SnapshotAgent {
    const stored = normaliseEmail(agent.email)
    const key = known.get(agent.id)
    if (key !== undefined && normaliseEmail(storedAs(key)) === stored) {
      return { ...agent, email: key }
    }
    if (person !== null && normaliseEmail(person.stored) === stored) {
      return { ...agent, email: person.email }
    }
    return agent
  }

  async function readGroups(
    reader: PartReader,
    write: Write,
    expected: RecognisedSnapshot,
    agents: readonly SnapshotAgent[],
  ): Promise<readonly RecognisedGroup[]> {
    if (!('group' in write)) return []
    const { subject } = write.group
    const { of } = subject
    const id = ids.group(write.group)
    const found = (await reader.groups(of)).find((entry) =>
      id === null ? of.normalise(entry.name) === of.normalise(subject.name) : entry.id === id,
    )
    if (found === undefined) return []
    groups.set(formatAddress(subject), found.id)
    const group = { ...found, subject, ghosts: [] }
    if (!('person' in write) && write.kind !== 'delete-group') {
      const planned = expected.groups.find((each) => isGroup(each, subject))
      return [{ ...group, members: planned?.members ?? [] }]
    }
    const members = await reader.members(of, found.id)
    if (members === null) return []
    const listed = agents.filter((agent) => members.has(agent.id))
    return [{ ...group, members: listed.map(({ email }) => email) }]
  }

  async function readCustomRoles(
    reader: PartReader,
    write: Write,
    { customRoles }: RecognisedSnapshot,
  ): Promise<CustomRoles> {
    const gives = 'customRole' in write && write.customRole !== null
    const concerns = 'definition' in write || gives || write.kind === 'set-role' || roles.size > 0
    if (customRoles.kind !== 'read' || !concerns) return customRoles
    const read = await reader.customRoles()
    if ('definition' in write) {
      const { name } = write.definition.subject
      const found = read.find((role) => spellName(role.name) === name)
      if (found !== undefined) roles.set(name, found.id)
    }
    return { kind: 'read', roles: read }
  }

  return {
    ...ids,
    read: (write, expected) =>
      withPartReader(async (reader) => {
        const person = 'person' in write ? write.person : null
        const agents = (await reader.agents()).map((agent) => spell(agent, person))
        for (const { id, email } of agents) {
          if (person !== null && person.id === null && email === person.email) {
            people.set(normaliseEmail(person.stored), id)
          }
        }
        const owner = agents.find(({ email }) => email === before.caller.email)
        const state = {
          agents,
          groups: await readGroups(reader, write, expected, agents),
          customRoles: await readCustomRoles(reader, write, expected),
        }
        return { state, ownerCanSee: owner?.role === 'administrator' }
      }),
  }
}
