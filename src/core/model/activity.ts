/**
 * What Chatwoot's audit log says about people, memberships and groups. Rows are folded one by one, in
 * any order and any number of times: what is kept grows with the people and groups, not with the log.
 * Knows no server and no answers; who reads the log decodes its rows into these types.
 */
import { type GroupKind, INBOX } from './kinds.ts'
import type { Role } from './role.ts'

/** Who did something. Names are texts of the server: hostile. */
export interface AuditActor {
  readonly id: number | null
  /** An e-mail address, in Chatwoot. */
  readonly name: string | null
}

/** What every row says. */
export interface RecordedEvent {
  /** The id of the row: the greater, the later. */
  readonly id: number
  /** RFC 3339, UTC. */
  readonly at: string
  /** Null: no user did it, but the server. */
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
        readonly action: PersonAction
      }
    | {
        readonly type: 'member'
        readonly of: GroupKind
        readonly groupId: number
        readonly userId: number
        readonly action: 'added' | 'removed'
      }
    | {
        readonly type: 'group'
        readonly of: GroupKind
        readonly groupId: number
        /** Null: the row does not say it. */
        readonly name: string | null
        readonly action: GroupAction
      }
    | { readonly type: 'other' }
  )

/** A role is null where the row has none. */
export type PersonAction =
  | { readonly kind: 'added'; readonly role: Role | null; readonly inviterId: number | null }
  | { readonly kind: 'role-changed'; readonly from: Role | null; readonly to: Role | null }

export type GroupAction = 'created' | 'changed' | 'deleted'

export interface RecordedActivity extends ActivityWindow, ActivityFacts {
  readonly state: 'read'
  /**
   * Members of inboxes who are not on the account: Chatwoot sends them its messages, and lists them
   * nowhere.
   */
  readonly hidden: readonly MembershipActivity[]
}

/** Which part of the log was read. */
export interface ActivityWindow {
  /** RFC 3339, UTC. Nothing is known of what happened before. */
  readonly from: string
  readonly to: string
  /**
   * Why it does not go further back. `asked`: not further than asked for. `beginning`: the log has no
   * older rows. `cut`: rollcall stopped reading a very long log.
   */
  readonly reach: 'asked' | 'beginning' | 'cut'
  /** Rows read, those that say nothing about access included. */
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

/** The last event of each action. */
export interface GroupActivity {
  readonly of: GroupKind
  readonly groupId: number
  /** As the last row that says it. */
  readonly name: string | null
  readonly created: RecordedEvent | null
  readonly changed: RecordedEvent | null
  readonly deleted: RecordedEvent | null
}

export function formatGroupKey(of: GroupKind, groupId: number): string {
  return `${of.prefix}/${groupId}`
}

export function formatMembershipKey(of: GroupKind, groupId: number, userId: number): string {
  return `${formatGroupKey(of, groupId)}/${userId}`
}

export interface ActivityFold {
  readonly add: (row: AuditRow) => void
  /** Call once, after the last row. */
  readonly finish: () => ActivityFacts
}

/** One stay of a person on the account. */
interface Stay {
  readonly userId: number | null
  readonly ended: boolean
  readonly added: PersonAdded | null
  readonly roleChanged: RoleChanged | null
}

const NO_STAY: Stay = { userId: null, ended: false, added: null, roleChanged: null }

export function foldActivity(): ActivityFold {
  const stays = new Map<number, Stay>()
  const signIns = new Map<number, string>()
  const memberships = new Map<string, MembershipActivity>()
  const groups = new Map<string, GroupActivity & { readonly namedBy: number }>()
  const names = new Map<number, { readonly name: string; readonly row: number }>()

  function addStay(row: AuditRow & { readonly type: 'person' }): void {
    const known = stays.get(row.membershipId) ?? NO_STAY
    const userId = known.userId ?? row.userId
    // If rows name two people for one stay, they explain neither of them.
    const contradicts = row.userId !== null && row.userId !== userId
    const stay = { ...known, userId, ended: known.ended || row.ended || contradicts }
    const event = pickEvent(row)
    switch (row.action.kind) {
      case 'added': {
        const { role, inviterId } = row.action
        const added = chooseLater(known.added, { ...event, role, inviterId })
        stays.set(row.membershipId, { ...stay, added })
        break
      }
      case 'role-changed': {
        const { from, to } = row.action
        const roleChanged = chooseLater(known.roleChanged, { ...event, from, to })
        stays.set(row.membershipId, { ...stay, roleChanged })
      }
    }
  }

  function addGroup(row: AuditRow & { readonly type: 'group' }): void {
    const { of, groupId } = row
    const key = formatGroupKey(of, groupId)
    const none = {
      of,
      groupId,
      name: null,
      created: null,
      changed: null,
      deleted: null,
      namedBy: 0,
    }
    const known = groups.get(key) ?? none
    const names = row.name !== null && row.id >= known.namedBy
    groups.set(key, {
      ...known,
      ...(names ? { name: row.name, namedBy: row.id } : {}),
      [row.action]: chooseLater(known[row.action], pickEvent(row)),
    })
  }

  function addName({ id: row, by }: AuditRow): void {
    if (by === null || by.id === null || by.name === null) return
    const known = names.get(by.id)
    if (known === undefined || known.row < row) names.set(by.id, { name: by.name, row })
  }

  function add(row: AuditRow): void {
    addName(row)
    switch (row.type) {
      case 'sign-in': {
        const known = signIns.get(row.userId)
        if (known === undefined || known < row.at) signIns.set(row.userId, row.at)
        break
      }
      case 'person':
        addStay(row)
        break
      case 'member': {
        const { of, groupId, userId, action } = row
        const key = formatMembershipKey(of, groupId, userId)
        const event = { ...pickEvent(row), of, groupId, userId, action }
        memberships.set(key, chooseLater(memberships.get(key) ?? null, event))
        break
      }
      case 'group':
        addGroup(row)
        break
      case 'other':
    }
  }

  function finish(): ActivityFacts {
    const present = new Map<number, readonly [number, Stay]>()
    for (const [id, stay] of stays) {
      if (stay.ended || stay.userId === null) continue
      const known = present.get(stay.userId)
      if (known === undefined || known[0] < id) present.set(stay.userId, [id, stay])
    }
    const people = [...new Set([...signIns.keys(), ...present.keys()])].sort((a, b) => a - b)
    return {
      people: new Map(
        people.map((userId) => {
          const { added, roleChanged } = present.get(userId)?.[1] ?? NO_STAY
          const lastSignIn = signIns.get(userId) ?? null
          return [userId, { userId, lastSignIn, added, roleChanged }]
        }),
      ),
      memberships,
      groups: new Map([...groups].map(([key, { namedBy, ...group }]) => [key, group])),
      names: new Map([...names].map(([id, { name }]) => [id, name])),
    }
  }

  return { add, finish }
}

function pickEvent({ id, at, by, apply }: RecordedEvent): RecordedEvent {
  return { id, at, by, apply }
}

function chooseLater<E extends RecordedEvent>(known: E | null, found: E): E {
  return known !== null && known.id > found.id ? known : found
}

/**
 * Skips inboxes that were deleted since: a membership in them gives no access.
 * @param present ids of everybody on the account
 * @param until the newest row from before the account was read: later rows can be about people who were
 *   added in the meantime
 */
export function listHiddenInboxMembers(
  { memberships, groups }: ActivityFacts,
  present: ReadonlySet<number>,
  until: number,
): readonly MembershipActivity[] {
  return [...memberships.values()]
    .filter(
      ({ id, of, groupId, userId, action }) =>
        of === INBOX &&
        action === 'added' &&
        id <= until &&
        !present.has(userId) &&
        (groups.get(formatGroupKey(of, groupId))?.deleted ?? null) === null,
    )
    .sort((a, b) => a.groupId - b.groupId || a.userId - b.userId)
}

/**
 * An e-mail address where one is known.
 * @param emails of the people on the account, by user id
 */
export function nameActor(
  { id, name }: AuditActor,
  { names }: Pick<ActivityFacts, 'names'>,
  emails: ReadonlyMap<number, string>,
): string {
  return name ?? emails.get(Number(id)) ?? names.get(Number(id)) ?? `user ${id}`
}
