/**
 * A policy in its typed form: one file about one account, with one spelling for each name and a place
 * for each statement. Does not read or check the text.
 */
import { type CustomRoleSubject, formatAddress, type GroupSubject, type Named } from './address.ts'
import type { GroupKind, SettingValue } from './kinds.ts'
import type { Located, Location } from './location.ts'
import type { Role } from './snapshot.ts'
import type { Step } from './steps.ts'

export interface Policy {
  /** The path as the user named it, `<stdin>` for standard input. */
  readonly path: string
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
  readonly apply: PolicyApply
  /** The severity that the policy gives findings, by code; critical findings keep severity error. */
  readonly severity: ReadonlyMap<string, Located<WantedSeverity>>
  readonly waivers: readonly PolicyWaiver[]
}

/** Accepts findings of one code at one address, or at every address that a pattern matches. */
export interface PolicyWaiver {
  readonly finding: string
  /** As written; a pattern if it contains `*` or `?`. */
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
  readonly location: Location
  /** By e-mail address, or by the address of what it is about; each means a different one. */
  readonly entries: ReadonlyMap<string, T>
}

export interface PolicyGroups {
  readonly of: GroupKind
  /** Null: groups of this kind are unmanaged. */
  readonly section: PolicySection<PolicyGroup> | null
  /** Patterns of names. */
  readonly ignore: readonly Located<string>[]
}

export interface PolicyCustomRole {
  /** The key of its entry: the name, unless the entry has another name. */
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
  /** As written, trimmed and lower-cased: other spellings can mean the same person. */
  readonly email: string
  readonly role: Role
  /** Null: not compared. */
  readonly name: string | null
  /** Null: none wanted. */
  readonly customRole: Located<WantedCustomRole> | null
  readonly reason: string | null
  /** `YYYY-MM-DD`, the last day (UTC) of this person's access. Null: it does not end. */
  readonly expires: string | null
  /** `YYYY-MM-DD`, the last day (UTC) on which an open invitation is allowed. */
  readonly pendingUntil: string | null
  readonly location: Location
}

export interface PolicyGroup {
  /** The key of its entry: the name, unless an id identifies the group. */
  readonly key: string
  /** Its name, in the spelling of its kind: other spellings can mean the same group. */
  readonly subject: GroupSubject
  /** By key; one that is absent is not compared. */
  readonly settings: Readonly<Record<string, Located<SettingValue>>>
  /** E-mail address, spelled as under `agents` → place of the list item. */
  readonly members: ReadonlyMap<string, Location>
  readonly location: Location
}

export function listAgents({ agents }: Pick<Policy, 'agents'>): readonly PolicyAgent[] {
  return [...(agents?.entries.values() ?? [])]
}

export function listCustomRoles({
  customRoles,
}: Pick<Policy, 'customRoles'>): readonly PolicyCustomRole[] {
  return [...(customRoles?.entries.values() ?? [])]
}

/** Whether one of these can be the custom role that a person has; one without an id matches any id. */
export function knowsCustomRole(listed: readonly Named[], wanted: WantedCustomRole): boolean {
  return listed.some((each) =>
    'name' in wanted ? each.name === wanted.name : each.id === null || each.id === wanted.id,
  )
}

/** Of all managed kinds. */
export function listGroups({ groups }: Pick<Policy, 'groups'>): readonly PolicyGroup[] {
  return groups.flatMap(({ section }) => [...(section?.entries.values() ?? [])])
}

/** The policy with each entry of a person as `change` makes it. */
export function mapAgents(policy: Policy, change: (agent: PolicyAgent) => PolicyAgent): Policy {
  const { agents } = policy
  if (agents === null) return policy
  const entries = listAgents(policy).map(change)
  return {
    ...policy,
    agents: { ...agents, entries: new Map(entries.map((each) => [each.email, each])) },
  }
}

/** The policy with each entry of a team or an inbox as `change` makes it. */
export function mapGroups(policy: Policy, change: (group: PolicyGroup) => PolicyGroup): Policy {
  const groups = policy.groups.map((each) => {
    const entries = [...(each.section?.entries.values() ?? [])].map(change)
    const changed = new Map(entries.map((group) => [formatAddress(group.subject), group]))
    return { ...each, section: each.section && { ...each.section, entries: changed } }
  })
  return { ...policy, groups }
}

/** How many members each group of a kind needs. Null: no rule says so. */
export function getSizeRule({ rules }: Policy, { sizeRule }: GroupKind) {
  const rule = sizeRule && rules[sizeRule.key]
  return rule && { ...rule, ...sizeRule }
}

/** Null also for a group that should not be there: it has its own finding. */
export function findSizeRule(policy: Policy, subject: GroupSubject) {
  const listed = getGroups(policy, subject.of)?.section?.entries.has(formatAddress(subject))
  return listed === false ? null : getSizeRule(policy, subject.of)
}

export function getGroups(policy: Policy, of: GroupKind): PolicyGroups | undefined {
  return policy.groups.find((groups) => groups.of === of)
}

/** Null: not listed. */
export function findListedGroup(policy: Policy, subject: GroupSubject): PolicyGroup | null {
  return getGroups(policy, subject.of)?.section?.entries.get(formatAddress(subject)) ?? null
}

export function getValues({
  settings,
}: Pick<PolicyGroup, 'settings'>): Readonly<Record<string, SettingValue>> {
  return Object.fromEntries(Object.entries(settings).map(([key, { value }]) => [key, value]))
}

/** Rules for the whole account. Null: no such rule. Each has the place of its own key. */
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
  /** The maximum number of days until a waiver ends. Null: no limit. */
  readonly waiverMaxDays: number | null
  /** The maximum number of days since the last recorded sign-in. Needs the audit log. */
  readonly dormantDays: Located<number> | null
  /** How many days an invitation may stay open. Needs the audit log. */
  readonly inviteMaxDays: Located<number> | null
}

/** What `rollcall apply` must not do here. It can only restrict what the job allows. */
export interface PolicyApply {
  readonly deny: readonly Located<Step>[]
  /** As the options of the job; null: the limit of the job alone. */
  readonly limits: Readonly<Record<'people' | 'share' | 'gain', Located<number> | null>>
  /** E-mail addresses of people whom no step may touch. */
  readonly protect: readonly Located<string>[]
}

export interface PolicyScope {
  readonly agents: 'all' | 'administrators'
  /** Patterns of e-mail addresses; patterns of groups are with their kind. */
  readonly ignore: readonly Located<string>[]
}
