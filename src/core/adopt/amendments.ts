/**
 * Turns findings into the policy statements that must change so that the account matches. Does not
 * know how the text of a policy is changed.
 */

import type { Finding } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import { type CustomRoleSubject, formatAddress, type GroupSubject } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { comparePermissions } from '../model/custom-role.ts'
import type { SettingValue } from '../model/kinds.ts'
import {
  findListedGroup,
  listAgents,
  listCustomRoles,
  listGroups,
  type WantedCustomRole,
} from '../model/policy.ts'
import type { Role, SnapshotAgent } from '../model/snapshot.ts'
import type { DifferingFact } from '../plan/change.ts'
import { listDifferingTexts } from '../plan/custom-roles.ts'
import { listDifferingSettings } from '../plan/groups.ts'
import { describeKeys, type KnownSides, listUnlisted, makeWantedRole } from '../plan/policy-fix.ts'

export interface Amendments {
  /** By e-mail address; a person who is not listed yet is added. */
  readonly agents: ReadonlyMap<string, AgentKeys | 'remove'>
  /** Groups and custom roles by address; one that is not listed yet is added. */
  readonly named: ReadonlyMap<string, NamedKeys | 'remove'>
  /** New ones are written below the others; those to remove are indexes. */
  readonly waivers: { readonly add: readonly NewWaiver[]; readonly remove: ReadonlySet<number> }
}

/** The five keys of a waiver, in the order in which they are written. */
export interface NewWaiver {
  readonly finding: string
  readonly address: string
  readonly reason: string
  readonly owner: string
  /** `YYYY-MM-DD`, the last day (UTC). */
  readonly expires: string
}

export const NO_AMENDMENTS: Amendments = {
  agents: new Map(),
  named: new Map(),
  waivers: { add: [], remove: new Set() },
}

/** New values for the keys of an entry: null removes a key, an absent key stays unchanged. */
export interface AgentKeys {
  readonly role?: Role
  readonly custom_role?: WantedCustomRole | null
  readonly name?: string | null
  readonly reason?: string
  readonly pending_until?: string
}

/** How the entry of a group or a custom role changes. */
export interface NamedKeys {
  readonly subject: GroupSubject | CustomRoleSubject
  readonly key: string
  /** Its name or id, or a setting. */
  readonly keys: Readonly<Record<string, SettingValue | number>>
  /** What to add to its members or permissions, and to remove from them. */
  readonly join: ReadonlySet<string>
  readonly leave: ReadonlySet<string>
}

/** Lines of a policy and their replacement, each with its line break; `start` is 0-based. */
export interface Hunk {
  readonly start: number
  readonly before: readonly string[]
  readonly after: readonly string[]
}

interface Known extends KnownSides {
  /** Stored with every person whose entry changes; null for none. */
  readonly reason: string | null
}

export function listAmendments(findings: readonly Finding[], known: Known): Amendments {
  const entries = new Map<string, AgentKeys>()
  const agents = new Map<string, AgentKeys | 'remove'>()
  for (const finding of findings) {
    if (finding.subject.kind !== 'agent') continue
    const { email } = finding.subject
    const have = known.actual.state.agents.get(email)
    const keys = have && { ...entries.get(email), ...chooseKeys(finding, have, known) }
    if (keys) entries.set(email, keys)
    agents.set(email, keys ?? 'remove')
  }
  const parts = [
    ...findings.flatMap((finding) => chooseParts(finding, agents, known)),
    ...listCovered(agents, known),
  ]
  const named = joinParts(parts, known)
  for (const [email, custom_role] of listRenamed(named, known)) {
    const amended = agents.get(email)
    if (amended !== 'remove') agents.set(email, { custom_role, ...amended })
  }
  return { ...NO_AMENDMENTS, agents, named }
}

/** What one finding changes in the entry of a group or a custom role. */
interface Part {
  readonly subject: NamedKeys['subject']
  /** The account does not have it. */
  readonly gone?: true
  readonly keys?: NamedKeys['keys']
  readonly join?: readonly string[]
  readonly leave?: readonly string[]
}

function chooseParts(
  { code, subject }: Finding,
  agents: Amendments['agents'],
  { policy, actual }: Known,
): readonly Part[] {
  const { groups, customRoles } = actual.state
  switch (subject.kind) {
    case 'member': {
      const { group, email } = subject
      const leaves = code === group.of.codes.memberMissing
      return [{ subject: group, [leaves ? 'leave' : 'join']: [email] }]
    }
    case 'group': {
      const have = groups.get(formatAddress(subject))
      const want = findListedGroup(policy, subject)
      if (have === undefined) return [{ subject, gone: true }]
      if (want !== null) return [{ subject, keys: readKeys(listDifferingSettings(want, have)) }]
      return [
        { subject, join: [...have.members].filter((email) => mayJoin(email, agents, policy)) },
      ]
    }
    case 'custom-role': {
      const have = customRoles.get(formatAddress(subject))
      const want = policy.customRoles?.entries.get(formatAddress(subject))
      if (have === undefined) return [{ subject, gone: true }]
      if (want && code === 'custom-role-settings-differ') {
        return [{ subject, keys: readKeys(listDifferingTexts(want, have)) }]
      }
      const before = [...(want?.permissions.keys() ?? [])]
      const { came, went } = comparePermissions(before, have.permissions)
      return [{ subject, join: came, leave: went }]
    }
    default:
      return []
  }
}

function mayJoin(
  email: string,
  amended: Amendments['agents'],
  { agents, scope }: Known['policy'],
): boolean {
  if (agents === null || scope.agents === 'administrators') return true
  const keys = amended.get(email)
  return keys === undefined ? agents.entries.has(email) : keys !== 'remove'
}

/** The finding of a person who joins or leaves covers their memberships too. */
function listCovered(amended: Amendments['agents'], { policy, actual }: Known): readonly Part[] {
  return [...amended].flatMap(([email, keys]) => {
    const joins = policy.agents?.entries.has(email) !== true
    return listGroups(policy).flatMap(({ subject, members }): Part | readonly [] => {
      if (members.has(email)) return keys === 'remove' ? { subject, leave: [email] } : []
      const have = actual.state.groups.get(formatAddress(subject))
      return joins && have?.members.has(email) ? { subject, join: [email] } : []
    })
  })
}

/** All parts of an entry together. A new entry also says what identifies it. */
function joinParts(parts: readonly Part[], known: Known): Amendments['named'] {
  const partsOf = groupBy(parts, ({ subject }) => formatAddress(subject))
  const listed = [...listGroups(known.policy), ...listCustomRoles(known.policy)]
  const unlisted = listUnlisted(new Set(partsOf.keys()), known)
  const entries = [
    ...listed.map(({ subject, key }) => ({ subject, key, says: {} })),
    ...unlisted.map(({ group, ...entry }) => ({ ...group, ...entry })),
  ]
  const joined = new Map<string, NamedKeys | 'remove'>()
  for (const { subject, key, says } of entries) {
    const address = formatAddress(subject)
    const own = partsOf.get(address)
    if (own === undefined) continue
    const keys = Object.assign({}, says, ...own.map((part) => part.keys))
    const join = new Set(own.flatMap((part) => part.join ?? []))
    const leave = new Set(own.flatMap((part) => part.leave ?? []))
    const gone = own.some((part) => part.gone)
    joined.set(address, gone ? 'remove' : { subject, key, keys, join, leave })
  }
  return joined
}

/** People whose entry has a custom role by a name that changes, with the new name. */
function listRenamed(
  named: Amendments['named'],
  { policy, actual: { snapshot } }: Known,
): readonly (readonly [email: string, customRole: WantedCustomRole | null])[] {
  const names = new Map(
    [...named.values()].flatMap((each) =>
      each !== 'remove' &&
      each.subject.kind === 'custom-role' &&
      each.subject.id !== null &&
      'name' in each.keys
        ? [[each.subject.name, makeWantedRole(each.subject.id, snapshot.customRoles)] as const]
        : [],
    ),
  )
  return listAgents(policy).flatMap(({ email, customRole }) => {
    const name = customRole && 'name' in customRole.value ? customRole.value.name : null
    const renamed = name === null ? undefined : names.get(name)
    return renamed === undefined ? [] : [[email, renamed] as const]
  })
}

/** The values that the account has, by key. */
function readKeys(facts: readonly DifferingFact[]): Readonly<Record<string, SettingValue>> {
  return Object.fromEntries(facts.map(({ key, before }) => [key, before]))
}

function chooseKeys({ code }: Finding, have: SnapshotAgent, known: Known): AgentKeys {
  const { role, name, custom_role, pending_until } = describeKeys(have, known)
  const listed = known.policy.agents?.entries.has(have.email)
  const why = known.reason === null ? {} : { reason: known.reason }
  switch (FINDINGS[code].fixedBy) {
    case 'pending_until':
      return { pending_until, ...why }
    case 'name':
      return { name }
    case 'custom_role':
      return { custom_role, ...why }
    case 'a line':
    case 'a removed line':
    case 'a later end':
    case 'nothing':
      return {
        role,
        ...(role === 'agent' && (listed || custom_role !== null) ? { custom_role } : {}),
        ...(listed || have.confirmed ? {} : { pending_until }),
        ...why,
      }
  }
}
