/**
 * Rows of the audit log → what they say. Rows are folded one by one, in any order and any number of
 * times: the result grows with the number of people and groups, not with the length of the log.
 */
import {
  type ActivityFacts,
  type AuditRow,
  formatGroupKey,
  formatMembershipKey,
  type GroupActivity,
  type MembershipActivity,
  type PersonAdded,
  type RecordedEvent,
  type RoleChanged,
} from './activity.ts'

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
      changes: new Map<string, RecordedEvent>(),
      deleted: null,
      namedBy: 0,
    }
    const known = groups.get(key) ?? none
    const names = row.name !== null && row.id >= known.namedBy
    const event = pickEvent(row)
    const { action, settings } = row
    const counts = action !== 'changed' || settings.some((setting) => setting !== 'name')
    const changes = settings.map((setting) => {
      return [setting, chooseLater(known.changes.get(setting) ?? null, event)] as const
    })
    groups.set(key, {
      ...known,
      ...(names ? { name: row.name, namedBy: row.id } : {}),
      ...(counts ? { [action]: chooseLater(known[action], event) } : {}),
      changes: new Map([...known.changes, ...changes]),
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
 * Skips groups that were deleted since: a membership in them gives no access.
 * @param present ids of everybody on the account
 * @param until the newest row from before the account was read: later rows can be about people who were
 *   added in the meantime
 */
export function findHidden(
  { memberships, groups }: ActivityFacts,
  present: ReadonlySet<number>,
  until: number,
): readonly MembershipActivity[] {
  return [...memberships.values()]
    .filter(
      ({ id, of, groupId, userId, action }) =>
        of.hidden !== null &&
        action === 'added' &&
        id <= until &&
        !present.has(userId) &&
        (groups.get(formatGroupKey(of, groupId))?.deleted ?? null) === null,
    )
    .sort((a, b) => a.groupId - b.groupId || a.userId - b.userId)
}
