/** What a snapshot keeps of the audit log is read back as it was, or refused with its place. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatGroupKey,
  formatMembershipKey,
  type RecordedActivity,
} from '../../src/core/model/activity.ts'
import { checkFields, type Path } from '../../src/core/model/fields.ts'
import { findHidden, foldActivity } from '../../src/core/model/fold-activity.ts'
import { INBOX, KINDS, TEAM } from '../../src/core/model/kinds.ts'
import { parseActivity } from '../../src/core/model/parse-activity.ts'
import type { Activity } from '../../src/core/model/snapshot.ts'
import { describeActivity } from '../../src/views/snapshot-activity.ts'

type Document = Record<string, unknown>

function read(activity: unknown): Activity | string {
  const refuse = (path: Path, problem: string) => {
    throw new Error(`${path.join('/')}: ${problem}`)
  }
  try {
    return parseActivity(checkFields({ activity }, [], refuse), new Set([7]))
  } catch (error) {
    return (error as Error).message
  }
}

const write = (activity: Activity): Document =>
  JSON.parse(JSON.stringify(describeActivity(activity)))

const id = fc.integer({ min: 1 })
const time = fc
  .date({
    min: new Date('2026-01-01T00:00:00Z'),
    max: new Date('2026-11-23T00:00:00Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString())
const text = fc.string({ unit: 'grapheme' })
const event = fc.record({
  id,
  at: time,
  by: fc.option(fc.record({ id: fc.option(fc.integer()), name: fc.option(text) })),
  apply: fc.option(text),
})
const role = fc.option(fc.constantFrom('administrator' as const, 'agent' as const))
const person = fc.record({
  userId: id,
  lastSignIn: fc.option(time),
  added: fc.option(
    fc
      .tuple(event, fc.record({ role, inviterId: fc.option(fc.integer()) }))
      .map(([a, b]) => ({ ...a, ...b })),
  ),
  roleChanged: fc.option(
    fc.tuple(event, fc.record({ from: role, to: role })).map(([a, b]) => ({ ...a, ...b })),
  ),
})
const of = fc.constantFrom(...KINDS)
const membership = fc
  .tuple(
    event,
    fc.record({
      of,
      groupId: id,
      userId: id,
      action: fc.constantFrom('added' as const, 'removed' as const),
    }),
  )
  .map(([a, b]) => ({ ...a, ...b }))
const group = fc.record({
  of,
  groupId: id,
  name: fc.option(text),
  created: fc.option(event),
  changed: fc.option(event),
  changes: fc.array(fc.tuple(text, event)).map((list) => new Map(list)),
  deleted: fc.option(event),
})
const recorded: fc.Arbitrary<RecordedActivity> = fc
  .record({
    state: fc.constant('read' as const),
    from: fc.constant('2026-01-01T00:00:00.000Z'),
    to: fc.constant('2026-11-23T00:00:00.000Z'),
    reach: fc.constantFrom('asked' as const, 'beginning' as const, 'cut' as const),
    rows: fc.nat(),
    people: fc.array(person).map((list) => new Map(list.map((each) => [each.userId, each]))),
    memberships: fc
      .array(membership)
      .map(
        (list) =>
          new Map(
            list.map((each) => [formatMembershipKey(each.of, each.groupId, each.userId), each]),
          ),
      ),
    groups: fc
      .array(group)
      .map((list) => new Map(list.map((each) => [formatGroupKey(each.of, each.groupId), each]))),
    names: fc.array(fc.tuple(id, text)).map((list) => new Map(list)),
    hidden: fc.constant([]),
  })
  .map((each) => ({ ...each, hidden: findHidden(each, new Set([7]), 2 ** 31) }))
const activity: fc.Arbitrary<Activity> = fc.oneof(
  fc.constantFrom<Activity>({ state: 'not-asked' }, { state: 'off' }, { state: 'unsupported' }),
  fc
    .record({ summary: text, detail: fc.option(text), requestId: fc.option(text) })
    .map((because) => ({ state: 'unreadable', because }) as const),
  recorded,
)

const event1 = { id: 5, at: '2026-11-20T14:02:00.000Z', by: null, apply: null }
const SMALL: RecordedActivity = {
  state: 'read',
  from: '2026-08-25T00:00:00.000Z',
  to: '2026-11-23T08:00:00.000Z',
  reach: 'asked',
  rows: 40,
  people: new Map([
    [
      7,
      {
        userId: 7,
        lastSignIn: '2026-11-20T08:00:00.000Z',
        added: {
          ...event1,
          by: { id: 1, name: 'ada@acme.com' },
          role: 'agent',
          inviterId: 1,
        },
        roleChanged: { ...event1, id: 6, from: 'agent', to: 'administrator' },
      },
    ],
    [8, { userId: 8, lastSignIn: null, added: null, roleChanged: null }],
  ]),
  memberships: new Map([
    [
      formatMembershipKey(INBOX, 3, 77),
      { ...event1, of: INBOX, groupId: 3, userId: 77, action: 'added' },
    ],
    [
      formatMembershipKey(INBOX, 3, 78),
      { ...event1, of: INBOX, groupId: 3, userId: 78, action: 'removed' },
    ],
    [
      formatMembershipKey(TEAM, 3, 7),
      { ...event1, of: TEAM, groupId: 3, userId: 7, action: 'removed' },
    ],
  ]),
  groups: new Map([
    [
      formatGroupKey(TEAM, 3),
      {
        of: TEAM,
        groupId: 3,
        name: 'billing',
        created: event1,
        changed: { ...event1, id: 7 },
        changes: new Map([['auto_assign', { ...event1, id: 7 }]]),
        deleted: null,
      },
    ],
  ]),
  names: new Map([[1, 'ada@acme.com']]),
  hidden: [{ ...event1, of: INBOX, groupId: 3, userId: 77, action: 'added' }],
}

describe('what a snapshot keeps of the audit log', () => {
  test('is read back as it was, hostile names included', () => {
    fc.assert(
      fc.property(activity, (each) => {
        expect(read(write(each))).toEqual(each)
      }),
    )
  })

  test('is written in the same order, whatever the order of the log', () => {
    fc.assert(
      fc.property(recorded, (each) => {
        const turned = {
          ...each,
          people: new Map([...each.people].reverse()),
          memberships: new Map([...each.memberships].reverse()),
          groups: new Map(
            [...each.groups]
              .reverse()
              .map(([key, of]) => [key, { ...of, changes: new Map([...of.changes].reverse()) }]),
          ),
          names: new Map([...each.names].reverse()),
        }
        expect(write(turned)).toEqual(write(each))
      }),
    )
  })

  test('has only the keys of its format, so no IP address of a row can get in', () => {
    const { add, finish } = foldActivity()
    const row = { ...event1, remote_address: '203.0.113.7' }
    add({ ...row, type: 'sign-in', userId: 7 })
    add({
      ...row,
      type: 'person',
      membershipId: 1,
      userId: 7,
      ended: false,
      action: { kind: 'added', role: 'agent', inviterId: 1 },
    })
    add({ ...row, type: 'member', of: INBOX, groupId: 1, userId: 7, action: 'added' })
    add({
      ...row,
      type: 'group',
      of: TEAM,
      groupId: 1,
      name: 'a',
      action: 'created',
      settings: ['description'],
    })
    const { state, from, to, reach, rows } = SMALL
    const written = write({ state, from, to, reach, rows, hidden: [], ...finish() })
    expect(written).toMatchObject({ people: [{ user_id: 7 }], groups: [{ kind: 'team' }] })
    expect(JSON.stringify(written)).not.toContain('203.0.113.7')
  })

  test('lists the people of a group by id', () => {
    expect(write(SMALL)).toMatchObject({
      memberships: [
        { kind: 'team', user_id: 7 },
        { kind: 'inbox', user_id: 77 },
        { kind: 'inbox', user_id: 78 },
      ],
    })
  })

  test('of an earlier version means every setting of a team or an inbox that was changed', () => {
    const [{ changes: _, ...group }] = JSON.parse(JSON.stringify(write(SMALL))).groups
    const changed = { ...event1, id: 7 }
    const changes = (groups: unknown) => {
      const found = read({ ...write(SMALL), groups: [groups] })
      return (
        typeof found !== 'string' &&
        found.state === 'read' &&
        found.groups.get(formatGroupKey(TEAM, 3))?.changes
      )
    }
    expect(changes(group)).toEqual(
      new Map([
        ['description', changed],
        ['auto_assign', changed],
      ]),
    )
    expect(changes({ ...group, changed: null })).toEqual(new Map())
  })

  test('may hold keys of a later version', () => {
    expect(read({ ...write(SMALL), later: 1 })).toEqual(SMALL)
  })

  test.each<[string, unknown, string]>([
    ['state', 'empty', 'state: should be not_asked, off, unsupported, unreadable or read'],
    ['from', '2026-12-01T00:00:00.000Z', 'activity/to: should not be before `from`'],
    ['from', 'yesterday', 'activity/from: should be a time such as'],
    ['to', null, 'activity/to: should be a string'],
    ['reach', 'far', 'activity/reach: should be asked, beginning or cut'],
    ['rows', '40', 'activity/rows: should be a whole number'],
    ['people', {}, 'activity/people: should be a list'],
    ['people/1', 8, 'activity/people/1: should be an object'],
    ['people/1/user_id', 7, 'activity/people/1: is in that list twice'],
    ['people/1/user_id', '8', 'activity/people/1/user_id: should be a positive whole number'],
    ['people/1/last_sign_in', 'never', 'activity/people/1/last_sign_in: should be a time'],
    [
      'people/1/last_sign_in',
      '2026-12-24T00:00:00.000Z',
      'activity/people/1/last_sign_in: should not be after `to`',
    ],
    [
      'people/0/added/at',
      '2026-12-24T00:00:00.000Z',
      'activity/people/0/added/at: should not be after `to`',
    ],
    ['people/0/added', 'ada', 'activity/people/0/added: should be an object'],
    ['people/0/added/role', 'owner', 'people/0/added/role: should be administrator or agent'],
    ['people/0/added/inviter_id', 'ada', 'people/0/added/inviter_id: should be a whole number'],
    ['people/0/added/at', 5, 'activity/people/0/added/at: should be a string'],
    ['people/0/added/at', '2026', 'activity/people/0/added/at: should be a time'],
    ['people/0/added/id', 0, 'activity/people/0/added/id: should be a positive whole number'],
    ['people/0/added/apply', 1, 'activity/people/0/added/apply: should be a string'],
    ['people/0/added/by', 'ada', 'activity/people/0/added/by: should be an object'],
    ['people/0/added/by/id', 'ada', 'activity/people/0/added/by/id: should be a whole number'],
    ['people/0/added/by/name', 7, 'activity/people/0/added/by/name: should be a string'],
    ['people/0/role_changed', [], 'activity/people/0/role_changed: should be an object'],
    ['people/0/role_changed/to', 1, 'role_changed/to: should be administrator or agent'],
    ['memberships/0/kind', 'channel', 'memberships/0/kind: should be team or inbox'],
    ['memberships/0/group_id', null, 'memberships/0/group_id: should be a positive whole number'],
    ['memberships/0/action', 'left', 'memberships/0/action: should be added or removed'],
    ['groups/0/name', 3, 'activity/groups/0/name: should be a string'],
    ['groups/0/created', 3, 'activity/groups/0/created: should be an object'],
    ['names/0/name', null, 'activity/names/0/name: should be a string'],
    ['names/0/user_id', 'ada', 'activity/names/0/user_id: should be a positive whole number'],
    ['hidden/0/inbox_id', 4, 'activity/hidden/0: should be in `memberships`, as added'],
    ['hidden/0/user_id', 7, 'activity/hidden/0: should not be in `agents`'],
    ['hidden/0', { user_id: 77 }, 'activity/hidden/0: lacks the key `inbox_id`'],
    ['hidden/1', { inbox_id: 3, user_id: 77 }, 'hidden/1: is in that list twice'],
    ['memberships/1/action', 'removed', 'hidden/0: should be in `memberships`, as added'],
    ['groups/0/created/at', '', 'activity/groups/0/created/at: should be a time'],
  ])('%s as %j is refused', (path, value, says) => {
    const document = write(SMALL)
    const steps = path.split('/')
    const last = steps.pop() ?? ''
    const holder = steps.reduce<unknown>((at, step) => Reflect.get(at as object, step), document)
    Reflect.set(holder as object, last, value)
    expect(read(document)).toContain(says)
  })

  test('is an object, and a key of it that is not there is named', () => {
    expect(read(null)).toBe('activity: should be an object')
    const { memberships: _, ...rest } = write(SMALL)
    expect(read(rest)).toBe('activity: lacks the key `memberships`')
    expect(read({ state: 'unreadable' })).toBe('activity: lacks the key `because`')
    expect(read({ state: 'unreadable', because: { summary: 1 } })).toBe(
      'activity/because/summary: should be a string',
    )
    expect(read({ state: 'read' })).toBe('activity: lacks the key `from`')
  })
})
