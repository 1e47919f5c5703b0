/**
 * Which writes carry out a change on the server. Each write is one request. Whether a change may be
 * written is decided in decide.ts; nothing is sent here.
 */

import type { CustomRoleSubject, GroupSubject } from '../model/address.ts'
import { type CustomRoleFact, findRoleId } from '../model/custom-role.ts'
import type { RecognisedGroup, RecognisedSnapshot } from '../model/identity.ts'
import { KINDS, type SettingValue } from '../model/kinds.ts'
import type { Role, SnapshotAgent } from '../model/snapshot.ts'
import type { Change, Facts } from '../plan/change.ts'

export interface PersonRef {
  /** As the policy spells it, otherwise as the server does. It is the key in every state. */
  readonly email: string
  /** As the server has it: what a read just before the write must show. */
  readonly stored: string
  /** Null: an earlier write of the same apply invites them. */
  readonly id: number | null
}

/** What a write names. `id`: null where an earlier write of the same apply creates it. */
interface Ref<S> {
  readonly subject: S
  readonly id: number | null
}

export type GroupRef = Ref<GroupSubject>

export type CustomRoleRef = Ref<CustomRoleSubject>

/** What a custom role should have; an absent key does not change. */
export interface CustomRoleFacts {
  readonly name?: string
  readonly description?: string
  readonly permissions?: readonly string[]
}

/**
 * One request. The executor looks up an id of null in what it wrote before.
 *
 * `set-role` sends `role` and the `custom_role_id` that was read just before; `set-custom-role` sends
 * `custom_role_id` alone. Settings are under the keys of the kind; `name` where the name changes.
 */
export type Write =
  | { readonly kind: 'create-group'; readonly group: GroupRef; readonly settings: Settings }
  | { readonly kind: 'update-group'; readonly group: GroupRef; readonly settings: Settings }
  | { readonly kind: 'delete-group'; readonly group: GroupRef }
  | {
      readonly kind: 'invite'
      readonly person: PersonRef
      /** What a new user is called; a user who exists keeps the name. */
      readonly name: string
      readonly role: Role
      readonly customRole: CustomRoleFact | null
    }
  | { readonly kind: 'set-role'; readonly person: PersonRef; readonly role: Role }
  | {
      readonly kind: 'set-custom-role'
      readonly person: PersonRef
      readonly customRole: CustomRoleFact | null
    }
  | { readonly kind: 'add-member'; readonly group: GroupRef; readonly person: PersonRef }
  | { readonly kind: 'remove-member'; readonly group: GroupRef; readonly person: PersonRef }
  | { readonly kind: 'delete-agent'; readonly person: PersonRef }
  | {
      readonly kind: 'create-custom-role' | 'update-custom-role'
      readonly definition: CustomRoleRef
      readonly facts: CustomRoleFacts
    }
  | { readonly kind: 'delete-custom-role'; readonly definition: CustomRoleRef }

export type Settings = Readonly<Record<string, SettingValue>>

/** What the writes are made from: the account as it was read, in the spelling of the policy. */
export interface KnownAccount {
  readonly snapshot: RecognisedSnapshot
  readonly storedAs: (email: string) => string
}

/** In an order that is safe even if the run stops between two of them. */
export function listWrites(change: Change, known: KnownAccount): readonly Write[] {
  const { subject, before, after } = change
  switch (subject.kind) {
    case 'group': {
      const group = getGroup(subject, known)
      if (after === null) return [{ kind: 'delete-group', group }]
      const kind = change.action === 'create' ? 'create-group' : 'update-group'
      return [
        { kind, group, settings: Object.fromEntries(Object.entries(after).filter(isSetting)) },
      ]
    }
    case 'member': {
      const kind = change.action === 'create' ? 'add-member' : 'remove-member'
      const group = getGroup(subject.group, known)
      return [{ kind, group, person: getPerson(subject.email, known) }]
    }
    case 'custom-role': {
      const definition = { subject, id: findRoleId(subject, known.snapshot.customRoles) }
      if (after === null) return [{ kind: 'delete-custom-role', definition }]
      if (before !== null) {
        return [{ kind: 'update-custom-role', definition, facts: pickCustomRoleFacts(after) }]
      }
      const facts = { name: subject.name, ...pickCustomRoleFacts(after) }
      return [{ kind: 'create-custom-role', definition, facts }]
    }
    case 'agent': {
      const person = getPerson(subject.email, known)
      if (after === null) return listRemovalWrites(person, known)
      return before === null
        ? [planInvitation(person, after)]
        : listRightsWrites(person, before, after)
    }
  }
}

function planInvitation(
  person: PersonRef,
  { role = 'agent', name, custom_role = null }: Facts,
): Write {
  const local = person.email.slice(0, person.email.lastIndexOf('@'))
  return { kind: 'invite', person, name: name ?? local, role, customRole: custom_role }
}

/**
 * A person who becomes an agent gets the custom role before that, and a person who becomes an
 * administrator keeps it until then: nobody is a full agent in between.
 */
function listRightsWrites(person: PersonRef, before: Facts, after: Facts): readonly Write[] {
  const { role = 'agent', custom_role: customRole = null } = after
  const had = before.custom_role ?? null
  const same = had?.id === customRole?.id && had?.name === customRole?.name
  const writes: readonly Write[] = [
    ...(same ? [] : [{ kind: 'set-custom-role', person, customRole } as const]),
    ...(role === before.role ? [] : [{ kind: 'set-role', person, role } as const]),
  ]
  return role === 'administrator' ? writes.toReversed() : writes
}

/**
 * The server deletes a person's memberships in a background job, which may run late, and logs this
 * without a name. If rollcall removes them one by one, each removal is logged with a name, and the
 * person has less access even if the run stops there.
 */
function listRemovalWrites(person: PersonRef, { snapshot }: KnownAccount): readonly Write[] {
  const have = snapshot.agents.find(({ email }) => email === person.email)
  const memberships = snapshot.groups
    .filter(({ members }) => members.includes(person.email))
    // Inboxes before teams: they show conversations in the list, teams only by their address.
    .toSorted((a, b) => KINDS.indexOf(b.of) - KINDS.indexOf(a.of))
  return [
    ...(have?.role === 'administrator'
      ? [{ kind: 'set-role', person, role: 'agent' } as const]
      : []),
    ...memberships.map(({ subject, id }): Write => {
      return { kind: 'remove-member', group: { subject, id }, person }
    }),
    { kind: 'delete-agent', person },
  ]
}

function pickCustomRoleFacts({ name, description, permissions }: Facts): CustomRoleFacts {
  return {
    ...(name === undefined ? {} : { name }),
    ...(typeof description === 'string' ? { description } : {}),
    ...(permissions === undefined ? {} : { permissions }),
  }
}

function isSetting(fact: [string, unknown]): fact is [string, SettingValue] {
  return ['string', 'boolean'].includes(typeof fact[1])
}

function getPerson(email: string, { snapshot, storedAs }: KnownAccount): PersonRef {
  const have: SnapshotAgent | undefined = snapshot.agents.find((agent) => agent.email === email)
  return { email, stored: storedAs(email), id: have?.id ?? null }
}

function getGroup(subject: GroupSubject, { snapshot }: KnownAccount): GroupRef {
  const have = snapshot.groups.find((group) => isGroup(group, subject))
  return { subject, id: have?.id ?? null }
}

/** By what makes its address. */
export function isGroup({ of, subject }: RecognisedGroup, wanted: GroupSubject): boolean {
  return of === wanted.of && subject.name === wanted.name && subject.id === wanted.id
}
