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
import { listRoles } from '../model/custom-role.ts'
import { identifyByNameOrId, recognise } from '../model/identity.ts'
import { KINDS } from '../model/kinds.ts'
import { normaliseEmail, spellName } from '../model/names.ts'
import { type CustomRole, hasGroups, type Snapshot } from '../model/snapshot.ts'

export type AccessTopic =
  | { readonly kind: 'agent'; readonly email: string }
  | GroupSubject
  | (CustomRoleSubject & Pick<CustomRole, 'permissions'> & { readonly roleId: number })

export function listTopics(snapshot: Snapshot): readonly AccessTopic[] {
  const { agents, groups } = recognise(snapshot).snapshot
  const roles = listRoles(snapshot.customRoles)
  const identify = identifyByNameOrId(spellName, roles)
  return [
    ...agents.map(({ email }) => ({ kind: 'agent', email }) as const),
    ...groups.map(({ subject }) => subject),
    ...roles.map((role) => {
      const { id: roleId, permissions } = role
      return { kind: 'custom-role', ...identify(role), roleId, permissions } as const
    }),
  ]
}

/** Several results: the word does not say which one. The first way of naming that fits decides. */
export function findTopics(word: string, topics: readonly AccessTopic[]): readonly AccessTopic[] {
  const { kind = 'agent', name } = splitWord(word)
  const address = `${kind}/${name}`
  const normal = normaliseAddress(address)
  const own = topics.filter((topic) => isOfKind(topic, kind))
  const ways: readonly ((topic: AccessTopic) => boolean)[] = [
    (topic) => formatAddress(topic) === address,
    (topic) => normaliseAddress(formatAddress(topic)) === normal,
    (topic) => isNamed(topic, name),
  ]
  return ways.map((fits) => own.filter(fits)).find((found) => found.length > 0) ?? []
}

/** The section that a word is about, if the snapshot does not have it. */
export function findUnreadSection(
  word: string,
  snapshot: Pick<Snapshot, 'coverage' | 'customRoles'>,
): string | null {
  const prefix = splitWord(word).kind
  const of = KINDS.find((kind) => kind.prefix === prefix)
  if (of !== undefined) return hasGroups(snapshot, of) ? null : of.plural
  const { kind } = snapshot.customRoles
  return prefix === 'custom-role' && kind !== 'read' && kind !== 'unsupported'
    ? 'custom roles'
    : null
}

/**
 * What a word that names nothing may mean, the most similar first.
 * @param nearest finds the names that are close to one
 */
export function suggestTopics(
  word: string,
  topics: readonly AccessTopic[],
  nearest: (name: string, names: readonly string[]) => readonly string[],
): readonly AccessTopic[] {
  const { kind, name } = splitWord(word)
  const own = topics.filter((topic) => kind === undefined || isOfKind(topic, kind))
  const byName = groupBy(own, (topic) => (topic.kind === 'agent' ? topic.email : topic.name))
  return nearest(name, [...byName.keys()]).flatMap((each) => byName.get(each) ?? [])
}

const PREFIXES = ['agent', 'custom-role', ...KINDS.map(({ prefix }) => prefix)]

/** Without a kind, a word is a person's e-mail address. */
function splitWord(word: string): { readonly kind: string | undefined; readonly name: string } {
  const kind = PREFIXES.find((prefix) => word.startsWith(`${prefix}/`))
  return { kind, name: kind === undefined ? word : word.slice(kind.length + 1) }
}

function isOfKind(topic: AccessTopic, kind: string): boolean {
  return formatAddress(topic).startsWith(`${kind}/`)
}

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
