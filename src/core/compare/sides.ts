/**
 * The two sides of a comparison: the people and groups of one account in a snapshot or a policy. Also
 * the type of a difference.
 */
import { addContrast, normaliseLooks } from '../messages/alike.ts'
import {
  type CustomRoleSubject,
  formatAddress,
  type GroupSubject,
  type Party,
} from '../model/address.ts'
import { invertMap, type Pair } from '../model/collect.ts'
import { type CustomRoleFact, hasPermissions } from '../model/custom-role.ts'
import type { Effect } from '../model/equality.ts'
import { type RecognisedSnapshot, recogniseCustomRoles } from '../model/identity.ts'
import type { GroupKind, SettingValue } from '../model/kinds.ts'
import type { Location } from '../model/location.ts'
import { compareCodeUnits } from '../model/names.ts'
import {
  getValues,
  listAgents,
  type Policy,
  type PolicyAgent,
  type PolicyCustomRole,
  type PolicyGroup,
  type WantedCustomRole,
} from '../model/policy.ts'
import type { SnapshotAgent } from '../model/snapshot.ts'
import type { Change } from '../plan/change.ts'

export interface Difference {
  readonly subject: Party
  /** Its name on the later side, or on the earlier side if it is gone. */
  readonly address: string
  /** Its address on the earlier side, if that was different. */
  readonly previousAddress: string | null
  /** The person's e-mail address on the earlier side; null: not there, or a group. */
  readonly person: string | null
  readonly kind: Effect
  readonly action: Change['action']
  /** A short phrase that follows the subject's name. Untrusted. */
  readonly summary: string
  /** Null: not there. */
  readonly before: Shown | null
  readonly after: Shown | null
  /** In the policy that has it; the second policy has priority. Null for snapshots. */
  readonly location: Location | null
}

export type Shown = Readonly<
  Record<string, SettingValue | null | CustomRoleFact | readonly string[]>
>

export interface SideCustomRole {
  /** Null: of a policy that names it without an id. */
  readonly id: number | null
  readonly subject: CustomRoleSubject
  /** Null: not said. */
  readonly description: string | null
  readonly permissions: readonly string[]
  /** How many people have it, on that side. */
  readonly holders: number
  readonly location: Location | null
}

export interface Side {
  /** Null: it does not say what they permit. */
  readonly customRoles: readonly SideCustomRole[] | null
  /** Null: this side does not describe them. */
  readonly people: readonly Person[] | null
  readonly groups: ReadonlyMap<GroupKind, readonly SideGroup[] | null>
}

export interface Person extends Pick<SnapshotAgent, 'email' | 'role' | 'provider'> {
  /** Null: of a policy. */
  readonly id: number | null
  /** Null: of a policy that does not give it. */
  readonly name: string | null
  /** Null: of a policy. */
  readonly confirmed: boolean | null
  readonly customRole: CustomRoleFact | null
  readonly location: Location | null
  /** Those that have the person as a member. */
  readonly groups: readonly GroupSubject[]
}

export interface SideGroup {
  /** Null: of a policy. */
  readonly id: number | null
  readonly subject: GroupSubject
  /** Absent: not specified. */
  readonly settings: Readonly<Record<string, SettingValue>>
  readonly members: ReadonlyMap<string, Location | null>
  readonly location: Location | null
}

export function makeSnapshotSide(
  { agents, groups, customRoles }: RecognisedSnapshot,
  listed: readonly CustomRoleSubject[],
  kinds: readonly GroupKind[],
  roleOf: (id: number) => CustomRoleFact,
): Side {
  const people = agents.map(({ customRoleId, ...agent }) => ({
    ...agent,
    customRole: customRoleId === null ? null : roleOf(customRoleId),
    location: null,
  }))
  const of = (kind: GroupKind) =>
    groups
      .filter((group) => group.of === kind)
      .map((group) => ({
        ...group,
        members: new Map(group.members.map((email) => [email, null])),
        location: null,
      }))
  const roles = recogniseCustomRoles({ customRoles, agents }, listed).map((role) => ({
    ...role,
    location: null,
  }))
  // Without the enterprise code, there are none.
  const none = customRoles.kind === 'unsupported' ? [] : null
  const known = hasPermissions(customRoles) ? roles : none
  return makeSide(people, known, new Map(kinds.map((kind) => [kind, of(kind)])))
}

export function makePolicySide({ agents, customRoles, groups }: Policy): Side {
  const person = ({ email, role, name, customRole, location }: PolicyAgent) => ({
    id: null,
    email,
    name,
    role,
    confirmed: null,
    provider: null,
    customRole: customRole && { id: null, name: null, ...customRole.value },
    location,
  })
  const group = (listed: PolicyGroup) => ({
    ...listed,
    id: listed.subject.id,
    settings: getValues(listed),
  })
  const people = listAgents({ agents })
  const role = ({ subject, description, permissions, location }: PolicyCustomRole) => ({
    id: subject.id,
    subject,
    description: description?.value ?? null,
    permissions: [...permissions.keys()].sort(compareCodeUnits),
    holders: people.filter((each) => each.customRole && isMeant(each.customRole.value, subject))
      .length,
    location,
  })
  return makeSide(
    agents && people.map(person),
    customRoles && [...customRoles.entries.values()].map(role),
    new Map(
      groups.map(({ of, section }) => [of, section && [...section.entries.values()].map(group)]),
    ),
  )
}

function isMeant(wanted: WantedCustomRole, { name, id }: CustomRoleSubject): boolean {
  return 'id' in wanted ? wanted.id === id : wanted.name === name
}

function makeSide(
  people: readonly Omit<Person, 'groups'>[] | null,
  customRoles: Side['customRoles'],
  groups: Side['groups'],
): Side {
  const sorted = [...groups.values()].flatMap((same) =>
    (same ?? []).toSorted((a, b) => compareCodeUnits(a.subject.name, b.subject.name)),
  )
  const groupsOf = invertMap(sorted.map(({ subject, members }) => [subject, members.keys()]))
  const members = people?.map((each) => ({ ...each, groups: groupsOf.get(each.email) ?? [] }))
  return { people: members ?? null, customRoles, groups }
}

/** What differs, as a phrase that follows the name. */
export interface Piece {
  readonly kind: Effect
  readonly text: string
}

interface Words<T> {
  readonly subject: (one: T) => Party
  readonly show: (one: T, side: 'before' | 'after') => Shown
  readonly came: (has: T) => string
  readonly left: (had: T) => string
  /** Null: nothing differs. */
  readonly changed: (had: T, has: T) => Piece | null
}

/** What came, left or changed; at most one. */
export function comparePair<T extends { readonly location: Location | null }>(
  { before: had, after: has, latest }: Pair<T>,
  words: Words<T>,
): readonly Difference[] {
  const common = {
    ...indexByName(words.subject(latest), had && words.subject(had)),
    person: null,
    before: had && words.show(had, 'before'),
    after: has && words.show(has, 'after'),
    location: latest.location,
  }
  if (had === null)
    return [{ ...common, kind: 'gained', action: 'create', summary: words.came(latest) }]
  if (has === null) return [{ ...common, kind: 'lost', action: 'delete', summary: words.left(had) }]
  const changed = words.changed(had, has)
  if (changed === null) return []
  return [{ ...common, kind: changed.kind, action: 'update', summary: changed.text }]
}

/** A new name, and settings that both sides have and that differ, as phrases. */
export function listChangedSettings(
  { subject: { name: was } }: Pick<SideGroup | SideCustomRole, 'subject'>,
  { subject: { name: is } }: Pick<SideGroup | SideCustomRole, 'subject'>,
  settings: readonly (readonly [
    key: string,
    before: SettingValue | null | undefined,
    after: SettingValue | null | undefined,
  ])[],
): readonly string[] {
  return [
    ...(was === is ? [] : [describeRename(was, is)]),
    ...settings.flatMap(([key, before, after]) => {
      if (before == null || after == null || before === after) return []
      const phrase = `${key} ${JSON.stringify(before)} → ${JSON.stringify(after)}`
      return addContrast(phrase, String(before), String(after))
    }),
  ]
}

function describeRename(was: string, is: string): string {
  const phrase = `renamed: "${was}" → "${is}"`
  // A difference says of its name what it looks like.
  return normaliseLooks(was) === normaliseLooks(is) ? phrase : addContrast(phrase, was, is)
}

/** @param was the name on the earlier side; null: not there */
export function indexByName(subject: Party, was: Party | null) {
  const address = formatAddress(subject)
  const before = was && formatAddress(was)
  return { subject, address, previousAddress: before === address ? null : before }
}
