/**
 * A policy in its typed form: what one file says of one account, with each name spelled in one way
 * and every statement carrying its place. Reading and checking the text is not done here.
 */
import { type CustomRoleSubject, formatAddress, type GroupSubject, type Named } from './address.ts'
import type { GroupKind, SettingValue } from './kinds.ts'
import type { Located, Location } from './location.ts'
import type { Role } from './snapshot.ts'

export interface Policy {
  /** The path as the user named it, `<stdin>` for standard input. */
  readonly path: string
  /** Hex SHA-256 of the file's bytes. */
  readonly sha256: string
  /** The text of the file, without a BOM. */
  readonly text: string
  readonly account: Located<number> | null
  /** An origin, for example `https://chat.acme.com`. */
  readonly server: Located<string> | null
  /** Null: the policy has no `agents` section, agents are unmanaged. */
  readonly agents: PolicySection<PolicyAgent> | null
  /** Null: the custom roles of the account and what they permit are unmanaged. */
  readonly customRoles: PolicySection<PolicyCustomRole> | null
  /** One for each kind of group, whether it is managed or not. */
  readonly groups: readonly PolicyGroups[]
  readonly scope: PolicyScope
  readonly rules: PolicyRules
  /** What the policy makes of findings, by their code; critical ones keep severity error. */
  readonly severity: ReadonlyMap<string, Located<WantedSeverity>>
  readonly waivers: readonly PolicyWaiver[]
}

/** Accepts findings of one code at one address, or at every address that a pattern covers. */
export interface PolicyWaiver {
  /** A code. */
  readonly finding: string
  /** As written; a pattern where it holds `*` or `?`. */
  readonly address: string
  readonly reason: string
  readonly owner: string
  /** `YYYY-MM-DD`, the last day (UTC), at its own place. */
  readonly expires: Located<string>
  readonly location: Location
}

/** `off`: only counted. */
export type WantedSeverity = 'error' | 'warning' | 'off'

export interface PolicySection<T> {
  /** Place of the section's key. */
  readonly location: Location
  /** By e-mail address, or by the address of what it is about; no two mean the same one. */
  readonly entries: ReadonlyMap<string, T>
}

/** What a policy says of the groups of one kind. */
export interface PolicyGroups {
  readonly of: GroupKind
  /** Null: groups of this kind are unmanaged. */
  readonly section: PolicySection<PolicyGroup> | null
  /** Patterns of names. */
  readonly ignore: readonly Located<string>[]
}

export interface PolicyCustomRole {
  /** Of its entry: the name, unless it says another one. */
  readonly key: string
  readonly subject: CustomRoleSubject
  /** Null: not compared. */
  readonly description: Located<string> | null
  /** Each with the place of its item in the list. */
  readonly permissions: ReadonlyMap<string, Location>
  readonly location: Location
}

/** A custom role as the entry of a person names it. */
export type WantedCustomRole = { readonly name: string } | { readonly id: number }

export interface PolicyAgent {
  /** As it is written, trimmed and lower-cased: other spellings mean the same person. */
  readonly email: string
  readonly role: Role
  /** Null: not compared. */
  readonly name: string | null
  /** Null: none wanted. */
  readonly customRole: Located<WantedCustomRole> | null
  readonly reason: string | null
  /** `YYYY-MM-DD`, the last day (UTC) of this person's access. Null: it does not end. */
  readonly expires: string | null
  /** `YYYY-MM-DD`, the last day (UTC) on which an open invitation is fine. */
  readonly pendingUntil: string | null
  readonly location: Location
}

export interface PolicyGroup {
  /** Of its entry: the name, unless an id says which group is meant. */
  readonly key: string
  /** Its name as it is written and its kind spells it: other spellings mean the same group. */
  readonly subject: GroupSubject
  /** By key; one that is absent is not compared. */
  readonly settings: Readonly<Record<string, Located<SettingValue>>>
  /** E-mail address, spelled as under `agents` → place of the list item. */
  readonly members: ReadonlyMap<string, Location>
  readonly location: Location
}

export function listCustomRoles({
  customRoles,
}: Pick<Policy, 'customRoles'>): readonly PolicyCustomRole[] {
  return [...(customRoles?.entries.values() ?? [])]
}

/** Whether one of these can be the custom role that a person has; one without an id can have any. */
export function knowsCustomRole(listed: readonly Named[], wanted: WantedCustomRole): boolean {
  return listed.some((each) =>
    'name' in wanted ? each.name === wanted.name : each.id === null || each.id === wanted.id,
  )
}

/** Of every kind that is managed. */
export function listGroups({ groups }: Pick<Policy, 'groups'>): readonly PolicyGroup[] {
  return groups.flatMap(({ section }) => [...(section?.entries.values() ?? [])])
}

export function getGroups(policy: Policy, of: GroupKind): PolicyGroups | undefined {
  return policy.groups.find((groups) => groups.of === of)
}

/** Null: not listed. */
export function findListedGroup(policy: Policy, subject: GroupSubject): PolicyGroup | null {
  return getGroups(policy, subject.of)?.section?.entries.get(formatAddress(subject)) ?? null
}

/** What a policy says of the settings. */
export function getValues({
  settings,
}: Pick<PolicyGroup, 'settings'>): Readonly<Record<string, SettingValue>> {
  return Object.fromEntries(Object.entries(settings).map(([key, { value }]) => [key, value]))
}

/** What must hold whoever is listed. Null: no such rule. Each at the place of its own key. */
export interface PolicyRules {
  readonly administrators: {
    readonly min: Located<number> | null
    readonly max: Located<number> | null
    /** True, or null where no reason is required. */
    readonly requireReason: Located<true> | null
  }
  /** In their normal form. */
  readonly emailDomains: Located<ReadonlySet<string>> | null
  readonly teamMembers: Located<number> | null
  /** How many days ahead the end of access or of a waiver is announced. */
  readonly expiresSoonDays: number
  /** How many days ahead a waiver may end at most. Null: no limit. */
  readonly waiverMaxDays: number | null
}

export interface PolicyScope {
  readonly agents: 'all' | 'administrators'
  /** Patterns of e-mail addresses; those of groups stand with their kind. */
  readonly ignore: readonly Located<string>[]
}
