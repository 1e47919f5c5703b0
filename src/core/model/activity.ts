/**
 * What Chatwoot's audit log says about people, memberships and groups. Knows no server and no answers:
 * the code that reads the log decodes its rows into these types.
 */
import { goBack } from './dates.ts'
import type { GroupKind } from './kinds.ts'
import type { Role } from './role.ts'

/** Who did something. Names are texts of the server: hostile. */
export interface AuditActor {
  readonly id: number | null
  /** An e-mail address, in Chatwoot. */
  readonly name: string | null
}

/** What every row says. */
export interface RecordedEvent {
  /** The id of the row: later rows have greater ids. */
  readonly id: number
  readonly at: string
  /** Null: the server did it, not a user. */
  readonly by: AuditActor | null
  /** The request id, if it is one of `rollcall apply`. */
  readonly apply: string | null
}

/** One row, as far as rollcall uses it. */
export type AuditRow = RecordedEvent &
  (
    | { readonly type: 'sign-in'; readonly userId: number }
    | {
        readonly type: 'person'
        /** The id of this membership in the account. A person who was removed and invited again has two. */
        readonly membershipId: number
        /** Null: the row does not say it. */
        readonly userId: number | null
        /** The person has left the account since, or was invited again. */
        readonly ended: boolean
        /** A role is null where the row has none. */
        readonly action:
          | {
              readonly kind: 'added'
              readonly role: Role | null
              readonly inviterId: number | null
            }
          | { readonly kind: 'role-changed'; readonly from: Role | null; readonly to: Role | null }
      }
    | ({ readonly type: 'member' } & MembershipActivity)
    | {
        readonly type: 'group'
        readonly of: GroupKind
        readonly groupId: number
        /** Null: the row does not say it. */
        readonly name: string | null
        readonly action: GroupAction
        /** Keys of the settings that it changed, with `name`; empty if it changed none of these. */
        readonly settings: readonly string[]
      }
    | { readonly type: 'other' }
  )

export type GroupAction = 'created' | 'changed' | 'deleted'

export interface RecordedActivity extends ActivityWindow, ActivityFacts {
  readonly state: 'read'
  /**
   * Members of inboxes who are not on the account: Chatwoot sends them the messages, and does not list
   * them anywhere.
   */
  readonly hidden: readonly MembershipActivity[]
}

/** Which part of the log was read. */
export interface ActivityWindow {
  /** RFC 3339, UTC. What happened before is not known. */
  readonly from: string
  readonly to: string
  /**
   * Why it does not go further back. `asked`: not further than asked for. `beginning`: the log has no
   * older rows. `cut`: rollcall stopped reading a very long log.
   */
  readonly reach: 'asked' | 'beginning' | 'cut'
  /** Rows read, including those that are not about access. */
  readonly rows: number
}

export interface ActivityFacts {
  /** By user id. Also of people who are not on the account. */
  readonly people: ReadonlyMap<number, PersonActivity>
  /** The last event of each, by `formatMembershipKey`. */
  readonly memberships: ReadonlyMap<string, MembershipActivity>
  /** By `formatGroupKey`. */
  readonly groups: ReadonlyMap<string, GroupActivity>
  /** The name of each user who did something, from the last such row, by user id. */
  readonly names: ReadonlyMap<number, string>
}

export interface PersonActivity {
  readonly userId: number
  /** The last sign-in with a password, RFC 3339. Other kinds of sign-in leave no row. */
  readonly lastSignIn: string | null
  /** Null: not recorded. Never from an earlier stay on the account. */
  readonly added: PersonAdded | null
  /** The last change of the role during the present stay. Null: not recorded. */
  readonly roleChanged: RoleChanged | null
}

export interface PersonAdded extends RecordedEvent {
  readonly role: Role | null
  readonly inviterId: number | null
}

export interface RoleChanged extends RecordedEvent {
  readonly from: Role | null
  readonly to: Role | null
}

export interface MembershipActivity extends RecordedEvent {
  readonly of: GroupKind
  readonly groupId: number
  readonly userId: number
  readonly action: 'added' | 'removed'
}

/** The last event of each action. `changed`: of a setting, so not of the name. */
export interface GroupActivity {
  readonly of: GroupKind
  readonly groupId: number
  /** The name in the last row that has one. */
  readonly name: string | null
  readonly created: RecordedEvent | null
  readonly changed: RecordedEvent | null
  /** The last event that changed each setting, or `name`, by its key. */
  readonly changes: ReadonlyMap<string, RecordedEvent>
  readonly deleted: RecordedEvent | null
}

/**
 * Whether only a clock that was wrong explains the time of a row. Clocks may differ by less than a day.
 * @param now when the log was read
 */
export function isInFuture(at: string, now: string): boolean {
  return at > goBack(now, -1)
}

/** If the row names no user who did it, it was the inviter, if there is one. */
export function getAdder({ by, inviterId }: PersonAdded): AuditActor | null {
  return by ?? (inviterId === null ? null : { id: inviterId, name: null })
}

const NOBODY: Omit<PersonActivity, 'userId'> = { lastSignIn: null, added: null, roleChanged: null }

export function getPerson(
  { people }: Pick<ActivityFacts, 'people'>,
  id: number,
): Omit<PersonActivity, 'userId'> {
  return people.get(id) ?? NOBODY
}

export function formatGroupKey(of: GroupKind, groupId: number): string {
  return `${of.prefix}/${groupId}`
}

export function formatMembershipKey(of: GroupKind, groupId: number, userId: number): string {
  return `${formatGroupKey(of, groupId)}/${userId}`
}

export type NameActor = (actor: AuditActor) => string

/**
 * Names each by their e-mail address where one is known. Rows have the address of that time: somebody
 * else may have it now, so the id decides who it was.
 * @param agents everybody on the account
 */
export function makeActorNamer(
  { names }: Pick<ActivityFacts, 'names'>,
  agents: readonly { readonly id: number; readonly email: string }[],
): NameActor {
  const emails = new Map(agents.map(({ id, email }) => [id, email]))
  const taken = new Set(emails.values())
  return ({ id, name }) => {
    const now = emails.get(Number(id))
    if (now !== undefined) return now
    const then = name ?? names.get(Number(id)) ?? `user ${id}`
    return id !== null && taken.has(then) ? `${then} (user ${id})` : then
  }
}
