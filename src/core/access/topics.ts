/**
 * What `rollcall access` can be asked about, and how people name it: by its address as in a policy, by
 * its plain name, or a person by the e-mail address alone.
 */

import {
  type CustomRoleSubject,
  formatAddress,
  type GroupSubject,
  normaliseAddress,
} from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { recognise } from '../model/identity.ts'
import { KINDS } from '../model/kinds.ts'
import { normaliseEmail, spellName } from '../model/names.ts'
import { hasGroups, type Snapshot } from '../model/snapshot.ts'

export type AccessTopic = AgentTopic | GroupSubject | CustomRoleTopic

interface AgentTopic {
  readonly kind: 'agent'
  readonly email: string
}

interface CustomRoleTopic extends CustomRoleSubject {
  readonly roleId: number
  readonly permissions: readonly string[] | null
}

/** Everything on the account. */
export function listTopics(snapshot: Snapshot): readonly AccessTopic[] {
  const { agents, groups } = recognise(snapshot, { people: [], groups: [] }).snapshot
  const { customRoles } = snapshot
  const roles = customRoles.kind === 'read' ? customRoles.roles : []
  const sharing = groupBy(roles, ({ name }) => spellName(name))
  return [
    ...agents.map(({ email }) => ({ kind: 'agent', email }) as const),
    ...groups.map(({ subject }) => subject),
    ...roles.map(({ id, name, permissions }) => {
      const alone = sharing.get(spellName(name))?.length === 1
      const named = { name, id: alone ? null : id }
      return { kind: 'custom-role', ...named, roleId: id, permissions } as const
    }),
  ]
}

/** Several: the word does not say which one. The first way of naming that fits decides. */
export function findTopics(word: string, topics: readonly AccessTopic[]): readonly AccessTopic[] {
  const kind = findPrefix(word)
  const address = word.startsWith(`${kind}/`) ? word : `${kind}/${word}`
  const name = address.slice(kind.length + 1)
  const normal = normaliseAddress(address)
  const own = topics.filter((topic) => formatAddress(topic).startsWith(`${kind}/`))
  const ways: readonly ((topic: AccessTopic) => boolean)[] = [
    (topic) => formatAddress(topic) === address,
    (topic) => normaliseAddress(formatAddress(topic)) === normal,
    (topic) => isNamed(topic, name),
  ]
  return ways.map((fits) => own.filter(fits)).find((found) => found.length > 0) ?? []
}

/** The section of what a word asks about, if the snapshot does not have it: no answer would be right. */
export function findUnreadSection(
  word: string,
  snapshot: Pick<Snapshot, 'coverage' | 'customRoles'>,
): string | null {
  const prefix = findPrefix(word)
  const of = KINDS.find((kind) => kind.prefix === prefix)
  if (of !== undefined) return hasGroups(snapshot, of) ? null : of.plural
  const { kind } = snapshot.customRoles
  return prefix === 'custom-role' && kind !== 'read' && kind !== 'unsupported'
    ? 'custom roles'
    : null
}

function findPrefix(word: string): string {
  return PREFIXES.find((prefix) => word.startsWith(`${prefix}/`)) ?? 'agent'
}

const PREFIXES = ['agent', 'custom-role', ...KINDS.map(({ prefix }) => prefix)]

function isNamed(topic: AccessTopic, name: string): boolean {
  switch (topic.kind) {
    case 'agent':
      return normaliseEmail(topic.email) === normaliseEmail(name)
    case 'group':
      return topic.of.normalise(topic.name) === topic.of.normalise(name)
    case 'custom-role':
      return spellName(topic.name) === spellName(name)
  }
}
