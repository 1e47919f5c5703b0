/** What is kept of the audit log: from rows in any order, each as often as it comes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ActivityFacts,
  type AuditRow,
  formatGroupKey,
  formatMembershipKey,
} from '../../src/core/model/activity.ts'
import { findHidden, foldActivity } from '../../src/core/model/fold-activity.ts'
import { INBOX, TEAM } from '../../src/core/model/kinds.ts'

const ADA = { id: 1, name: 'ada@acme.com' }

/** Seconds after noon, which is also the id of the row. */
const event = (id: number) => ({
  id,
  at: `2026-11-23T12:00:${String(id).padStart(2, '0')}.000Z`,
  by: ADA,
  apply: null,
})

const added = (id: number, membershipId: number, userId: number, ended = false): AuditRow => ({
  ...event(id),
  type: 'person',
  membershipId,
  userId,
  ended,
  action: { kind: 'added', role: 'agent', inviterId: 1 },
})

const promoted = (id: number, membershipId: number, userId: number | null): AuditRow => ({
  ...event(id),
  type: 'person',
  membershipId,
  userId,
  ended: false,
  action: { kind: 'role-changed', from: 'agent', to: 'administrator' },
})

const member = (id: number, userId: number, action: 'added' | 'removed', of = INBOX): AuditRow => ({
  ...event(id),
  type: 'member',
  of,
  groupId: 3,
  userId,
  action,
})

const group = (
  id: number,
  action: 'created' | 'changed' | 'deleted',
  name: string | null,
  settings = action === 'changed' ? ['auto_assign'] : [],
): AuditRow => ({ ...event(id), type: 'group', of: INBOX, groupId: 3, name, action, settings })

const signIn = (id: number, userId: number): AuditRow => ({ ...event(id), type: 'sign-in', userId })

function fold(rows: readonly AuditRow[]): ActivityFacts {
  const { add, finish } = foldActivity()
  for (const row of rows) add(row)
  return finish()
}

describe('a person', () => {
  test('has the last sign-in, who added them, and the last change of the role', () => {
    const rows = [promoted(9, 50, 7), signIn(8, 7), signIn(4, 7), added(2, 50, 7)]
    expect(fold(rows).people.get(7)).toEqual({
      userId: 7,
      lastSignIn: event(8).at,
      added: { ...event(2), role: 'agent', inviterId: 1 },
      roleChanged: { ...event(9), from: 'agent', to: 'administrator' },
    })
  })

  test('is found by the creation with the same id where a change does not name them', () => {
    const { people } = fold([promoted(9, 50, null), added(2, 50, 7)])
    expect(people.get(7)?.roleChanged?.id).toBe(9)
  })

  test('has no change whose person cannot be told', () => {
    expect(fold([promoted(9, 50, null)]).people.size).toBe(0)
  })

  test('has nothing of an earlier stay on the account', () => {
    const { people } = fold([added(9, 51, 7), promoted(5, 50, 7), added(2, 50, 7)])
    expect(people.get(7)).toMatchObject({ added: { id: 9 }, roleChanged: null })
  })

  test('has nothing of a stay that two rows give to two people', () => {
    expect(fold([promoted(9, 50, 7), added(2, 50, 8)]).people.size).toBe(0)
  })

  test('who left has no stay that could explain anything', () => {
    const rows = [promoted(5, 50, 7), added(2, 50, 7, true)]
    expect(fold(rows).people.size).toBe(0)
    expect(fold([...rows, signIn(1, 7)]).people.get(7)).toMatchObject({
      added: null,
      roleChanged: null,
      lastSignIn: event(1).at,
    })
  })
})

test('a user has the name of the last thing that they did', () => {
  const named = (id: number, name: string | null, user: number | null = 7): AuditRow => ({
    ...event(id),
    by: { id: user, name },
    type: 'other',
  })
  const rows = [named(5, null), named(4, 'new'), named(3, 'old'), named(6, 'nobody', null)]
  expect(fold([...rows, { ...signIn(2, 7), by: null }]).names).toEqual(new Map([[7, 'new']]))
})

describe('a membership and a group', () => {
  test('keep their last event', () => {
    const rows = [member(9, 7, 'removed', TEAM), member(3, 7, 'added', TEAM)]
    const { memberships } = fold(rows)
    expect(memberships.get(formatMembershipKey(TEAM, 3, 7))).toMatchObject({
      id: 9,
      action: 'removed',
    })
  })

  test('a group keeps the last event of each action and the last name', () => {
    const rows = [
      group(9, 'deleted', 'sales 2'),
      group(6, 'changed', null),
      group(5, 'changed', 'sales'),
      group(2, 'created', 'old'),
      { ...event(1), type: 'other' } as const,
    ]
    expect(fold(rows).groups.get(formatGroupKey(INBOX, 3))).toEqual({
      of: INBOX,
      groupId: 3,
      name: 'sales 2',
      created: event(2),
      changed: event(6),
      changes: new Map([['auto_assign', event(6)]]),
      deleted: event(9),
    })
  })

  test('a group keeps the last event of each setting; a new name is not a setting', () => {
    const rows = [
      group(8, 'changed', 'support', ['name']),
      group(6, 'changed', null, ['description']),
      group(5, 'changed', 'sales', ['auto_assign', 'description', 'name']),
    ]
    expect(fold(rows).groups.get(formatGroupKey(INBOX, 3))).toMatchObject({
      name: 'support',
      changed: event(6),
      changes: new Map([
        ['name', event(8)],
        ['description', event(6)],
        ['auto_assign', event(5)],
      ]),
    })
  })
})

describe('a hidden inbox member', () => {
  const hidden = (...rows: readonly AuditRow[]) =>
    findHidden(fold(rows), new Set([1]), 90).map(({ userId }) => userId)

  test('was added, is not on the account, and was not removed since', () => {
    expect(hidden(member(2, 7, 'added'))).toEqual([7])
    expect(hidden(member(2, 7, 'added'), member(1, 7, 'removed'))).toEqual([7])
  })

  test('is nobody who may have come to the account after it was read', () => {
    expect(findHidden(fold([member(91, 7, 'added')]), new Set(), 90)).toEqual([])
  })

  test('come by inbox, then by user id', () => {
    const elsewhere = { ...member(4, 6, 'added'), groupId: 2 } as AuditRow
    const rows = [member(2, 8, 'added'), member(3, 7, 'added'), elsewhere]
    expect(hidden(...rows)).toEqual([6, 7, 8])
  })

  test('is nobody who is on the account, was removed, or was in a team or a deleted inbox', () => {
    expect(hidden(member(2, 1, 'added'))).toEqual([])
    expect(hidden(member(3, 7, 'removed'), member(2, 7, 'added'))).toEqual([])
    expect(hidden(member(2, 7, 'added', TEAM))).toEqual([])
    expect(hidden(group(3, 'deleted', null), member(2, 7, 'added'))).toEqual([])
    expect(hidden(group(1, 'created', 'x'), member(2, 7, 'added'))).toEqual([7])
  })
})

test('the order of the rows and rows that come twice change nothing', () => {
  const small = fc.integer({ min: 1, max: 3 })
  const makeRow = fc.constantFrom<(id: number, a: number, b: number) => AuditRow>(
    (id, a, b) => added(id, a * 10 + b, a, id % 5 === 0),
    (id, a, b) => promoted(id, a * 10 + b, id % 2 === 0 ? a : null),
    (id, a) => member(id, a, id % 2 === 0 ? 'added' : 'removed'),
    (id, a) => group(id, a === 1 ? 'created' : 'changed', id % 3 === 0 ? null : `name ${id}`),
    (id, a) => signIn(id, a),
  )
  const kinds = fc.array(fc.tuple(makeRow, small, small), { maxLength: 40 })
  const sort = ({ people, memberships, groups, names }: ActivityFacts) =>
    [people, memberships, groups, names].map((map) =>
      [...(map as ReadonlyMap<unknown, unknown>)].sort(([a], [b]) =>
        String(a) < String(b) ? -1 : 1,
      ),
    )
  const rows = kinds.map((all) => all.map(([make, a, b], index) => make(index + 1, a, b)))
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.nat()), (written, keys) => {
      const twice = [...written, ...written].map((row) => [keys.next().value, row] as const)
      const mixed = twice.sort(([a], [b]) => a - b).map(([, row]) => row)
      expect(sort(fold(mixed))).toEqual(sort(fold(written)))
    }),
  )
})
