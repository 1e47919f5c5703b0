/**
 * Reads again what one write names, in the spelling of the plan: just before the write and after it.
 * Knows the ids that this run has learned from the server. Decides nothing.
 */
import type { PartReader } from '../../chatwoot/read-parts.ts'
import type { Ids } from '../../chatwoot/write-requests.ts'
import type { Reread } from '../../core/apply/answers.ts'
import { findHeldRole } from '../../core/apply/transition.ts'
import { isGroup, type PersonRef, type Write } from '../../core/apply/writes.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { RecognisedGroup, RecognisedSnapshot } from '../../core/model/identity.ts'
import { normaliseEmail, spellName } from '../../core/model/names.ts'
import type { CustomRoles, SnapshotAgent } from '../../core/model/snapshot.ts'

/** Gives a `PartReader` a connection, and closes it after. */
export type WithPartReader = <T>(work: (reader: PartReader) => Promise<T>) => Promise<T>

export interface Rereader extends Ids<number> {
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

  const ids: Ids<number> = {
    person: ({ id, stored }) => requireId(id ?? people.get(normaliseEmail(stored))),
    group: ({ id, subject }) => requireId(id ?? groups.get(formatAddress(subject))),
    customRole: ({ id, subject }) => requireId(id ?? roles.get(subject.name)),
    heldRole: (fact) => fact && requireId(fact.id ?? roles.get(spellName(fact.name ?? ''))),
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
    const id = write.group.id ?? groups.get(formatAddress(subject))
    const found = (await reader.groups(of)).find((entry) =>
      id === undefined ? of.normalise(entry.name) === of.normalise(subject.name) : entry.id === id,
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
    expected: RecognisedSnapshot,
  ): Promise<CustomRoles> {
    const { customRoles } = expected
    const gives = 'customRole' in write ? write.customRole : findHeldRole(write, expected)
    const concerns =
      'definition' in write || gives !== null || write.kind === 'set-role' || roles.size > 0
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

function requireId(id: number | undefined): number {
  if (id === undefined) throw new Error('A write names something without an id.')
  return id
}
