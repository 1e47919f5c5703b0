/** Rows of an audit log in the words of tests, and what a read of them gives. */
import type { AuditRow, RecordedActivity } from '../../src/core/model/activity.ts'
import { findHidden, foldActivity } from '../../src/core/model/fold-activity.ts'
import { type GroupKind, INBOX } from '../../src/core/model/kinds.ts'
import type { Role } from '../../src/core/model/role.ts'

const ADA = { id: 1, name: 'ada@acme.com' }

type Event = Pick<AuditRow, 'at' | 'by' | 'apply'>

/** `day`: of November 2026. The id follows from the time. */
const event = (day: number, more: Partial<Event> = {}) => ({
  id: day,
  at: `2026-11-${String(day).padStart(2, '0')}T14:02:00.000Z`,
  by: ADA,
  apply: null,
  ...more,
})

export const signedIn = (day: number, userId: number): AuditRow => ({
  ...event(day, { by: null }),
  type: 'sign-in',
  userId,
})

interface Arrival extends Partial<Event> {
  readonly role?: Role
  readonly ended?: boolean
  readonly inviterId?: number
}

/** The stay of a user on the account has the id of the user and a thousand. */
export const added = (
  day: number,
  userId: number,
  { role = 'agent', ended = false, inviterId, ...more }: Arrival = {},
): AuditRow => ({
  ...event(day, more),
  type: 'person',
  membershipId: userId + 1000,
  userId,
  ended,
  action: { kind: 'added', role, inviterId: inviterId ?? null },
})

export const roleChanged = (
  day: number,
  userId: number,
  to: Role,
  more: Partial<Event> = {},
): AuditRow => ({
  ...event(day, more),
  type: 'person',
  membershipId: userId + 1000,
  userId,
  ended: false,
  action: { kind: 'role-changed', from: to === 'agent' ? 'administrator' : 'agent', to },
})

export const member = (
  day: number,
  action: 'added' | 'removed',
  userId: number,
  groupId = 1,
  of: GroupKind = INBOX,
  more: Partial<Event> = {},
): AuditRow => ({ ...event(day, more), type: 'member', of, groupId, userId, action })

export const group = (
  day: number,
  action: 'created' | 'changed' | 'deleted',
  name: string | null,
  groupId = 1,
  of: GroupKind = INBOX,
  settings = action === 'changed' ? of.settings.map(({ key }) => key) : [],
  more: Partial<Event> = {},
): AuditRow => ({ ...event(day, more), type: 'group', of, groupId, name, action, settings })

/** What was read on 26 November, since 1 November, and further back only if it says so. */
export function readLog(
  rows: readonly AuditRow[],
  window: Partial<Pick<RecordedActivity, 'from' | 'reach'>> = {},
  present: readonly number[] = [1, 2, 3, 4, 5],
): RecordedActivity {
  const { add, finish } = foldActivity()
  for (const row of rows) add(row)
  const facts = finish()
  return {
    state: 'read',
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-26T12:00:00.000Z',
    reach: 'asked',
    rows: rows.length,
    ...window,
    ...facts,
    hidden: findHidden(facts, new Set(present), 1000),
  }
}
