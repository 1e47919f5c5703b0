/**
 * What a snapshot keeps of the audit log → Activity. Checks that each part has the right type and that
 * nothing occurs twice. Knows no log and no server.
 */
import {
  type ActivityFacts,
  formatGroupKey,
  formatMembershipKey,
  isInFuture,
  type MembershipActivity,
  type PersonActivity,
  type RecordedActivity,
  type RecordedEvent,
} from './activity.ts'
import { type Fields, requireDistinct } from './fields.ts'
import { type GroupKind, getIdKey, joinKinds, KINDS } from './kinds.ts'
import type { Activity } from './snapshot.ts'

/** In a document, states are written as words of JSON. */
const ACTIVITY_STATES = ['not_asked', 'off', 'unsupported', 'unreadable', 'read'] as const
const REACHES = ['asked', 'beginning', 'cut'] as const

/**
 * @param root the snapshot, which has the key `activity`
 * @param present ids of everybody on the account
 */
export function parseActivity(root: Fields, present: ReadonlySet<number>): Activity {
  const document = root.object('activity')
  const state = document.choice('state', ACTIVITY_STATES)
  switch (state) {
    case 'not_asked':
      return { state: 'not-asked' }
    case 'off':
    case 'unsupported':
      return { state }
    case 'unreadable': {
      const because = document.object('because')
      return {
        state,
        because: {
          summary: because.text('summary'),
          detail: because.orNull('detail', because.text),
          requestId: because.orNull('request_id', because.text),
        },
      }
    }
    case 'read':
      return parseRecorded(document, present)
  }
}

function parseRecorded(document: Fields, present: ReadonlySet<number>): RecordedActivity {
  const [from, to] = [document.moment('from'), document.moment('to')]
  if (from > to) document.refuse(['to'], 'should not be before `from`')
  const memberships = parseMemberships(document)
  return {
    state: 'read',
    from,
    to,
    reach: document.choice('reach', REACHES),
    rows: document.whole('rows'),
    people: parsePeople(document, to),
    memberships,
    groups: parseGroups(document),
    names: parseNames(document),
    hidden: parseHidden(document, memberships, present),
  }
}

/** Entries of one list, by a key that only one of them has. */
function parseList<K extends string | number, T>(
  document: Fields,
  list: string,
  parse: (entry: Fields) => T,
  key: (entry: T) => K,
): ReadonlyMap<K, T> {
  const entries = document.objects(list, parse)
  requireDistinct(document, list, entries, key)
  return new Map(entries.map((entry) => [key(entry), entry]))
}

/** Their times decide whether somebody is dormant or an invitation is old. */
function parsePeople(document: Fields, to: string): ReadonlyMap<number, PersonActivity> {
  const checkTime = (of: Fields, key: string) => {
    const at = of.moment(key)
    return isInFuture(at, to) ? of.refuse([key], 'should not be after `to`') : at
  }
  const parse = (person: Fields): PersonActivity => ({
    userId: person.id('user_id'),
    lastSignIn: person.orNull('last_sign_in', (key) => checkTime(person, key)),
    added: person.orNull('added', (key) => {
      const added = person.object(key)
      return {
        ...parseEvent(added),
        at: checkTime(added, 'at'),
        role: added.orNull('role', added.role),
        inviterId: added.orNull('inviter_id', added.whole),
      }
    }),
    roleChanged: person.orNull('role_changed', (key) => {
      const changed = person.object(key)
      return {
        ...parseEvent(changed),
        from: changed.orNull('from', changed.role),
        to: changed.orNull('to', changed.role),
      }
    }),
  })
  return parseList(document, 'people', parse, ({ userId }) => userId)
}

function parseMemberships(document: Fields): ActivityFacts['memberships'] {
  const parse = (entry: Fields): MembershipActivity => ({
    ...parseEvent(entry),
    of: parseKind(entry),
    groupId: entry.id('group_id'),
    userId: entry.id('user_id'),
    action: entry.choice('action', ['added', 'removed']),
  })
  return parseList(document, 'memberships', parse, ({ of, groupId, userId }) =>
    formatMembershipKey(of, groupId, userId),
  )
}

function parseGroups(document: Fields): ActivityFacts['groups'] {
  const parse = (group: Fields) => {
    const event = (key: string) => parseEvent(group.object(key))
    const of = parseKind(group)
    const changed = group.orNull('changed', event)
    const parseChange = (each: Fields) => [each.text('setting'), parseEvent(each)] as const
    // Earlier snapshots do not say which setting it was.
    const all = changed === null ? [] : of.settings.map(({ key }) => [key, changed] as const)
    const changes = group.has('changes')
      ? parseList(group, 'changes', parseChange, ([setting]) => setting).values()
      : all
    return {
      of,
      groupId: group.id('group_id'),
      name: group.orNull('name', group.text),
      created: group.orNull('created', event),
      changed,
      changes: new Map(changes),
      deleted: group.orNull('deleted', event),
    }
  }
  return parseList(document, 'groups', parse, ({ of, groupId }) => formatGroupKey(of, groupId))
}

function parseNames(document: Fields): ActivityFacts['names'] {
  const parse = (entry: Fields) => ({ userId: entry.id('user_id'), name: entry.text('name') })
  const names = parseList(document, 'names', parse, ({ userId }) => userId)
  return new Map([...names].map(([userId, { name }]) => [userId, name]))
}

const HIDING = KINDS.filter(({ hidden }) => hidden !== null)

/** Each is one of the memberships, and of somebody who is not on the account. */
function parseHidden(
  document: Fields,
  memberships: ActivityFacts['memberships'],
  present: ReadonlySet<number>,
): RecordedActivity['hidden'] {
  const parse = (entry: Fields) => {
    const userId = entry.id('user_id')
    const of = HIDING.find((each) => entry.has(getIdKey(each)))
    if (of === undefined) {
      const keys = joinKinds('or', (each) => `\`${getIdKey(each)}\``, HIDING)
      return entry.refuse([], `lacks the key ${keys}`)
    }
    const membership = memberships.get(formatMembershipKey(of, entry.id(getIdKey(of)), userId))
    if (present.has(userId))
      entry.refuse([], 'should not be in `agents`: that person is not hidden')
    return membership?.action === 'added'
      ? membership
      : entry.refuse([], 'should be in `memberships`, as added')
  }
  const key = ({ of, groupId, userId }: MembershipActivity) =>
    formatMembershipKey(of, groupId, userId)
  return [...parseList(document, 'hidden', parse, key).values()]
}

function parseEvent(event: Fields): RecordedEvent {
  return {
    id: event.id('id'),
    at: event.moment('at'),
    by: event.orNull('by', (key) => {
      const actor = event.object(key)
      return { id: actor.orNull('id', actor.whole), name: actor.orNull('name', actor.text) }
    }),
    apply: event.orNull('apply', event.text),
  }
}

function parseKind(entry: Fields): GroupKind {
  const kind = entry.text('kind')
  const found = KINDS.find(({ prefix }) => prefix === kind)
  return found ?? entry.refuse(['kind'], `should be ${joinKinds('or', ({ prefix }) => prefix)}`)
}
