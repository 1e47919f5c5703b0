/**
 * Turns findings into the policy statements that must change so that the account matches. Does not
 * know how the text of a policy is changed.
 */

import type { Finding } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import {
  type CustomRoleSubject,
  formatAddress,
  type GroupSubject,
  labelSubject,
} from '../model/address.ts'
import { comparePermissions } from '../model/custom-role.ts'
import { addDays } from '../model/dates.ts'
import type { RecognisedCustomRole } from '../model/identity.ts'
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
import { GRACE_DAYS, type KnownSides, listNewEntries, makeWantedRole } from '../plan/policy-fix.ts'

export interface Amendments {
  /** By e-mail address; a person who is not listed yet is added. */
  readonly agents: ReadonlyMap<string, AgentKeys | 'remove'>
  /** By address; a custom role that is not listed yet is added. */
  readonly customRoles: ReadonlyMap<string, NamedKeys<CustomRoleSubject> | 'remove'>
  /** By address; a group that is not listed yet is added. */
  readonly groups: ReadonlyMap<string, GroupKeys | 'remove'>
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
  customRoles: new Map(),
  groups: new Map(),
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

export type GroupKeys = NamedKeys<GroupSubject>

/** How the entry of a group or a custom role changes. */
export interface NamedKeys<S> {
  readonly subject: S
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
  const customRoles = chooseCustomRoles(findings, known)
  for (const [email, custom_role] of listRenamed(customRoles, known)) {
    const amended = agents.get(email)
    if (amended !== 'remove') agents.set(email, { custom_role, ...amended })
  }
  return { ...NO_AMENDMENTS, agents, customRoles, groups: chooseGroups(findings, agents, known) }
}

function chooseCustomRoles(
  findings: readonly Finding[],
  { policy, actual }: Known,
): Amendments['customRoles'] {
  const made = new Map<string, Draft<CustomRoleSubject> | 'remove'>()
  const added: RecognisedCustomRole[] = []
  for (const { code, subject } of findings) {
    if (subject.kind !== 'custom-role') continue
    const address = formatAddress(subject)
    const have = actual.state.customRoles.get(address)
    const want = policy.customRoles?.entries.get(address)
    if (have === undefined) made.set(address, 'remove')
    else if (want === undefined) added.push(have)
    else {
      const { keys, join, leave } = findDraft(made, subject, want.key)
      if (code === 'custom-role-settings-differ') {
        Object.assign(keys, readKeys(listDifferingTexts(want, have)))
        continue
      }
      const { came, went } = comparePermissions([...want.permissions.keys()], have.permissions)
      for (const each of came) join.add(each)
      for (const each of went) leave.add(each)
    }
  }
  for (const { group, key, says } of listNewEntries(added, listCustomRoles(policy))) {
    const draft = findDraft(made, group.subject, key)
    Object.assign(draft.keys, says)
    for (const each of group.permissions) draft.join.add(each)
  }
  return made
}

/** How an entry changes as far as is known; more is added to it. */
interface Draft<S> extends NamedKeys<S> {
  readonly keys: Record<string, SettingValue | number>
  readonly join: Set<string>
  readonly leave: Set<string>
}

function findDraft<S extends GroupSubject | CustomRoleSubject>(
  drafts: Map<string, Draft<S> | 'remove'>,
  subject: S,
  key: string,
): Draft<S> {
  const address = formatAddress(subject)
  const before = drafts.get(address)
  if (before !== undefined && before !== 'remove') return before
  const made = { subject, key, keys: {}, join: new Set<string>(), leave: new Set<string>() }
  drafts.set(address, made)
  return made
}

/** People whose entry has a custom role by a name that changes, with the new name. */
function listRenamed(
  amended: Amendments['customRoles'],
  { policy, actual: { snapshot } }: Known,
): readonly (readonly [email: string, customRole: WantedCustomRole | null])[] {
  const names = new Map(
    [...amended.values()].flatMap((each) =>
      each !== 'remove' && each.subject.id !== null && 'name' in each.keys
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

function chooseKeys({ code, subject }: Finding, have: SnapshotAgent, known: Known): AgentKeys {
  const { policy, today, actual } = known
  const why = known.reason === null ? {} : { reason: known.reason }
  const listed = subject.kind === 'agent' && policy.agents?.entries.has(subject.email)
  const customRole = makeWantedRole(have.customRoleId, actual.snapshot.customRoles)
  const until = { pending_until: addDays(today, GRACE_DAYS) }
  switch (FINDINGS[code].fixedBy) {
    case 'pending_until':
      return { ...until, ...why }
    case 'name':
      // A policy cannot require a blank name.
      return { name: have.name.trim() === '' ? null : have.name }
    case 'custom_role':
      return { custom_role: customRole, ...why }
    case 'a line':
    case 'a removed line':
    case 'a later end':
    case 'nothing':
      return {
        role: have.role,
        ...(have.role === 'agent' && (listed || customRole !== null)
          ? { custom_role: customRole }
          : {}),
        ...(listed || have.confirmed ? {} : until),
        ...why,
      }
  }
}

function chooseGroups(
  findings: readonly Finding[],
  agents: Amendments['agents'],
  { policy, actual }: Known,
): Amendments['groups'] {
  const groups = new Map<string, Draft<GroupSubject> | 'remove'>()
  const draft = (subject: GroupSubject) =>
    findDraft(groups, subject, findListedGroup(policy, subject)?.key ?? labelSubject(subject))
  const mayJoin = (email: string) => {
    if (policy.agents === null || policy.scope.agents === 'administrators') return true
    const amended = agents.get(email)
    return amended === undefined ? policy.agents.entries.has(email) : amended !== 'remove'
  }
  for (const { code, subject } of findings) {
    if (subject.kind === 'member') {
      const { group, email } = subject
      draft(group)[code === group.of.codes.memberMissing ? 'leave' : 'join'].add(email)
    }
    if (subject.kind !== 'group') continue
    const address = formatAddress(subject)
    const have = actual.state.groups.get(address)
    const want = findListedGroup(policy, subject)
    if (have === undefined) groups.set(address, 'remove')
    else if (want !== null)
      Object.assign(draft(subject).keys, readKeys(listDifferingSettings(want, have)))
    else {
      // Listed even if it has no members.
      const { join } = draft(subject)
      for (const email of [...have.members].filter(mayJoin)) join.add(email)
    }
  }
  // The finding of a person who joins or leaves covers their memberships too.
  for (const [email, amended] of agents) {
    const listed = policy.agents?.entries.has(email) === true
    for (const { subject, members } of listGroups(policy)) {
      const address = formatAddress(subject)
      if (groups.get(address) === 'remove') continue
      if (amended === 'remove' && members.has(email)) draft(subject).leave.add(email)
      const member = actual.state.groups.get(address)?.members.has(email) === true
      if (!listed && member && !members.has(email)) draft(subject).join.add(email)
    }
  }
  const added = [...groups].flatMap(([address, made]) => {
    const have = actual.state.groups.get(address)
    if (made === 'remove' || have === undefined) return []
    return findListedGroup(policy, made.subject) === null ? [{ ...have, address, made }] : []
  })
  for (const { group, key, says } of listNewEntries(added, listGroups(policy))) {
    groups.set(group.address, { ...group.made, key, keys: { ...says } })
  }
  return groups
}
