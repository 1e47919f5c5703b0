/**
 * Finds the policy statements that would end a finding; policy/write turns them into lines to paste.
 * Only a suggestion: people decide whether the account or the policy is wrong.
 */

import type { Finding } from '../messages/finding.ts'
import { FINDINGS, type FindingCode } from '../messages/finding-records.ts'
import {
  type CustomRoleSubject,
  findGroupOf,
  formatAddress,
  type GroupSubject,
  labelSubject,
  normaliseAddress,
  type Party,
  type Subject,
} from '../model/address.ts'
import { describeActualCustomRole, isForeign, isPermission, listIds } from '../model/custom-role.ts'
import { addDays } from '../model/dates.ts'
import { isDouble, type RecognisedCustomRole } from '../model/identity.ts'
import { isEmail } from '../model/mistyped.ts'
import { compareCodeUnits, normaliseEmail, spellName } from '../model/names.ts'
import {
  findListedGroup,
  knowsCustomRole,
  listCustomRoles,
  listGroups,
  type Policy,
  type PolicyAgent,
  type PolicyCustomRole,
  type PolicyGroup,
  type WantedCustomRole,
} from '../model/policy.ts'
import type { CustomRoles, SnapshotAgent } from '../model/snapshot.ts'
import type { ActualState, Group } from '../model/state.ts'
import type { Statements, Value } from '../model/statement.ts'
import { listDifferingSettings } from './groups.ts'

export interface KnownSides {
  readonly policy: Policy
  readonly actual: ActualState
  readonly today: string
}

interface Known extends KnownSides {
  /** Of everything that has a finding and is not listed. */
  readonly newEntries: ReadonlyMap<Listable, NewEntry<Listable>>
}

/** How long an open invitation is allowed if the policy has no date yet. */
export const GRACE_DAYS = 14

/**
 * By the ids of the findings. All of them together are valid: of several unlisted people or groups that
 * share a normal form, only the first gets one.
 */
export function listPolicyFixes(
  findings: readonly Finding[],
  sides: KnownSides,
): ReadonlyMap<string, Statements> {
  const fixes = new Map<string, Statements>()
  const entries = new Map<string, string>()
  const unlisted = listUnlisted(new Set(findings.map(({ address }) => address)), sides)
  const known = { ...sides, newEntries: new Map(unlisted.map((entry) => [entry.group, entry])) }
  for (const finding of findings) {
    const { id, address } = finding
    const entry = normaliseAddress(address)
    const statements = (entries.get(entry) ?? address) === address && findPolicyFix(finding, known)
    if (!statements) continue
    entries.set(entry, address)
    fixes.set(id, statements)
  }
  return fixes
}

/** Null if no policy statement would end the finding, as for everything that is missing. */
function findPolicyFix({ code, subject }: Finding, known: Known): Statements | null {
  const { policy, actual } = known
  if (subject.kind === 'rule' || subject.kind === 'waiver') return null
  const { fixedBy } = FINDINGS[code]
  if (fixedBy === 'nothing' || fixedBy === 'a removed line') return null
  if (cannotBeListed(subject, actual)) return null
  if (hasInvalidEmail(subject)) return null
  switch (subject.kind) {
    case 'agent': {
      const have = actual.state.agents.get(subject.email)
      // A person must not be both ignored and listed: no line helps while the pattern is there.
      if (have === undefined || actual.ignoredBy(have.email) !== null) return null
      return keepAsIs(have, policy.agents?.entries.get(have.email), code, known)
    }
    case 'group': {
      const have = actual.state.groups.get(formatAddress(subject))
      const want = findListedGroup(policy, subject)
      return (have && (want ? writeSettings(have, want) : writeGroup(have, known))) ?? null
    }
    case 'member': {
      const { group, email } = subject
      const { key } = { key: labelSubject(group), ...findListedGroup(policy, group) }
      return { path: [group.of.section, key, 'members'], said: [{ key: null, value: email }] }
    }
    case 'custom-role': {
      const have = actual.state.customRoles.get(formatAddress(subject))
      return (have && writeDefinition(have, known)) ?? null
    }
  }
}

/** A policy has one entry for all that share a normal form, and this one lists another of them. */
export function cannotBeListed(
  subject: Party,
  { people, groups }: Pick<ActualState, 'people' | 'groups'>,
): boolean {
  const group = findGroupOf(subject)
  const person = 'email' in subject && isDouble(people, subject.email)
  return person || (group !== null && isDouble(groups, formatAddress(group)))
}

/** Chatwoot accepts addresses that a policy cannot list. */
export function hasInvalidEmail(subject: Subject): boolean {
  return 'email' in subject && !isEmail(subject.email)
}

/** The entry that lists a person as the account has them; the end of access stays unless asked. */
function keepAsIs(
  have: SnapshotAgent,
  want: PolicyAgent | undefined,
  code: FindingCode,
  known: KnownSides,
): Statements | null {
  const { role, ...keys } = describeKeys(have, known)
  const { today, actual, policy } = known
  const granted = want?.pendingUntil ?? null
  const open = !have.confirmed && (granted === null || granted < today)
  const later = FINDINGS[code].fixedBy === 'a later end'
  const customRole = role === 'administrator' ? (want?.customRole?.value ?? null) : keys.custom_role
  if (customRole !== null && !canBeNamed(customRole, have.customRoleId, known)) return null
  if (!hasListableRole(have, actual.snapshot.customRoles)) return null
  const entries = Object.entries({
    role,
    name: (want?.name ?? null) && keys.name,
    custom_role: customRole && writeCustomRole(customRole),
    reason: want?.reason ?? null,
    expires: later
      ? addDays(today, policy.rules.expiresSoonDays + GRACE_DAYS)
      : (want?.expires ?? null),
    pending_until: open ? keys.pending_until : granted,
  }).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]))
  const value = entries.length === 1 ? role : Object.fromEntries(entries)
  return { path: ['agents'], said: [{ key: have.email, value }] }
}

/** The keys that an entry can have to match a person on the account. */
export function describeKeys(
  { role, name, customRoleId }: SnapshotAgent,
  { actual, today }: KnownSides,
) {
  return {
    role,
    // A policy cannot require a blank name.
    name: name.trim() === '' ? null : name,
    custom_role: makeWantedRole(customRoleId, actual.snapshot.customRoles),
    pending_until: addDays(today, GRACE_DAYS),
  }
}

/** Whether `custom_roles` has the custom role, or can have it. Without that section, it can. */
function canBeNamed(
  wanted: WantedCustomRole,
  id: number | null,
  { policy, actual }: KnownSides,
): boolean {
  if (policy.customRoles === null) return true
  const listed = listCustomRoles(policy).map(({ subject }) => subject)
  const have = [...actual.state.customRoles.values()].find((role) => role.id === id)
  return knowsCustomRole(listed, wanted) || (have !== undefined && explainUnlistable(have) === null)
}

/** By name if that is unambiguous and valid in a policy. Null for one that no policy can make right. */
export function makeWantedRole(id: number | null, roles: CustomRoles): WantedCustomRole | null {
  if (id === null || isForeign(id, roles)) return null
  const { name } = describeActualCustomRole(id, roles)
  const meant = name !== null && name.trim() !== '' && listIds(name, roles).length === 1
  return meant ? { name: spellName(name) } : { id }
}

/** False for 0, which Chatwoot stores for a text, if custom roles were not read. */
export function hasListableRole(
  { role, customRoleId }: Pick<SnapshotAgent, 'role' | 'customRoleId'>,
  roles: CustomRoles,
): boolean {
  const wanted = role === 'agent' ? makeWantedRole(customRoleId, roles) : null
  return wanted === null || 'name' in wanted || wanted.id > 0
}

export function writeCustomRole(role: WantedCustomRole): Value {
  return 'id' in role ? { id: role.id } : role.name
}

/** Null if a policy cannot list one of its members. */
function writeGroup(have: Group, known: Known): Statements | null | undefined {
  const { of } = have.subject
  const members = [...have.members].sort(compareCodeUnits)
  if (!members.every((email) => canBeMember(email, known))) return null
  if (new Set(members.map(normaliseEmail)).size < members.length) return null
  const entry = known.newEntries.get(have)
  return entry && { path: [of.section], said: [writeListed(entry, 'members', members)] }
}

/** The whole entry: a list of permissions has no room for more. */
function writeDefinition(
  have: RecognisedCustomRole,
  { policy, newEntries }: Known,
): Statements | null | undefined {
  const { subject, name, description, permissions } = have
  const want = policy.customRoles?.entries.get(formatAddress(subject))
  if (explainUnlistable(have) !== null) return null
  const says = want && {
    ...(subject.id === null ? {} : { id: subject.id }),
    ...(want.key === name.trim() ? {} : { name }),
    ...(want.description === null ? {} : { description }),
  }
  const entry = says ? { key: want.key, says } : newEntries.get(have)
  return entry && { path: ['custom_roles'], said: [writeListed(entry, 'permissions', permissions)] }
}

/** Why no policy can list a custom role as it is, to be read after "a policy cannot list"; null: it can. */
export function explainUnlistable({
  name,
  permissions,
}: Pick<RecognisedCustomRole, 'name' | 'permissions'>): string | null {
  if (name.trim() === '') return 'a custom role without a name'
  return permissions.every(isPermission) ? null : 'one of its permissions'
}

/** Only the list if the entry says nothing else. */
function writeListed(
  { key, says }: Pick<NewEntry<unknown>, 'key' | 'says'>,
  list: 'members' | 'permissions',
  items: readonly string[],
) {
  return { key, value: Object.keys(says).length === 0 ? items : { ...says, [list]: items } }
}

interface Unlisted {
  readonly subject: GroupSubject | CustomRoleSubject
  readonly id: number
  readonly name: string
}

interface NewEntry<T> {
  readonly group: T
  readonly key: string
  /** Its keys besides the members or permissions, needed to identify it. */
  readonly says: Readonly<Record<string, string | number>>
}

type Listable = Group | RecognisedCustomRole

/** Together, because two of them must not choose the same key. */
export function listUnlisted(
  addresses: ReadonlySet<string>,
  { policy, actual: { state } }: KnownSides,
): readonly NewEntry<Listable>[] {
  const listed = [...listGroups(policy), ...listCustomRoles(policy)]
  const known = new Set(listed.map(({ subject }) => formatAddress(subject)))
  const added = [...addresses]
    .filter((address) => !known.has(address))
    .map((address) => state.groups.get(address) ?? state.customRoles.get(address))
    .filter((have) => have !== undefined)
  return listNewEntries(added, listed)
}

/**
 * How groups or custom roles would be listed, in their order. Keys of a kind are unique: if a key is
 * taken, the id is added, then a mark. Those with an id choose first.
 */
export function listNewEntries<T extends Unlisted>(
  groups: readonly T[],
  listed: readonly Pick<PolicyGroup | PolicyCustomRole, 'subject' | 'key'>[] = [],
) {
  const slot = (subject: Unlisted['subject'], key: string) =>
    subject.kind === 'group'
      ? `${subject.of.section} ${subject.of.normalise(key)}`
      : `custom_roles ${spellName(key)}`
  const taken = new Set(listed.map(({ subject, key }) => slot(subject, key)))
  const listOne = (group: T): NewEntry<T> => {
    const { subject, id, name } = group
    const own = labelSubject(subject)
    if (subject.kind === 'group' && subject.of.repeats === null)
      return { group, key: own, says: {} }
    let key = taken.has(slot(subject, own)) ? labelSubject({ ...subject, id }) : own
    while (taken.has(slot(subject, key))) key += '*'
    taken.add(slot(subject, key))
    const says = key === subject.name && subject.id === null ? {} : { id, name }
    return { group, key, says }
  }
  const idsFirst = [...groups.entries()].sort(
    ([, a], [, b]) => Number(a.subject.id === null) - Number(b.subject.id === null),
  )
  const entries: NewEntry<T>[] = []
  for (const [index, group] of idsFirst) entries[index] = listOne(group)
  return entries
}

/** If everybody must be listed, a member needs a line in `agents`. */
function canBeMember(email: string, known: KnownSides): boolean {
  const { agents, scope } = known.policy
  if (!isEmail(email)) return false
  if (agents === null || scope.agents === 'administrators' || agents.entries.has(email)) return true
  const have = known.actual.state.agents.get(email)
  return have === undefined || keepAsIs(have, undefined, 'agent-unexpected', known) !== null
}

function writeSettings(have: Group, want: PolicyGroup): Statements {
  const said = listDifferingSettings(want, have).map(({ key, before }) => ({ key, value: before }))
  return { path: [want.subject.of.section, want.key], said }
}
