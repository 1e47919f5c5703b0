/**
 * What a snapshot keeps of the audit log → Activity. Checks that each part is of its kind and that
 * nothing stands there twice. Knows no log and no server.
 */
import {
  type ActivityFacts,
  formatGroupKey,
  formatMembershipKey,
  type MembershipActivity,
  type PersonActivity,
  type RecordedActivity,
  type RecordedEvent,
} from './activity.ts'
import {
  checkFields,
  type Fields,
  type Path,
  parseMoment,
  type RefuseAt,
  requireDistinct,
} from './fields.ts'
import { type GroupKind, INBOX, KINDS } from './kinds.ts'
import type { Activity } from './snapshot.ts'

/** In a document, states are written as words of JSON. */
const ACTIVITY_STATES = ['not_asked', 'off', 'unsupported', 'unreadable', 'read'] as const
const REACHES = ['asked', 'beginning', 'cut'] as const
const ROLES = ['administrator', 'agent'] as const

/**
 * @param root the snapshot, which has the key `activity`
 * @param present ids of everybody on the account
 */
export function parseActivity(
  root: Fields,
  present: ReadonlySet<number>,
  refuse: RefuseAt,
): Activity {
  const path = ['activity']
  const document = checkFields(root.field('activity'), path, refuse)
  const state = document.choice('state', ACTIVITY_STATES)
  switch (state) {
    case 'not_asked':
      return { state: 'not-asked' }
    case 'off':
    case 'unsupported':
      return { state }
    case 'unreadable': {
      const because = checkFields(document.field('because'), [...path, 'because'], refuse)
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
      return parseRecorded(document, path, present, refuse)
  }
}

function parseRecorded(
  document: Fields,
  path: Path,
  present: ReadonlySet<number>,
  refuse: RefuseAt,
): RecordedActivity {
  const from = parseTime(document, 'from', path, refuse)
  const to = parseTime(document, 'to', path, refuse)
  if (from > to) refuse([...path, 'to'], 'should not be before `from`')
  const memberships = parseMemberships(document, [...path, 'memberships'], refuse)
  return {
    state: 'read',
    from,
    to,
    reach: document.choice('reach', REACHES),
    rows: document.whole('rows'),
    people: parsePeople(document, [...path, 'people'], refuse),
    memberships,
    groups: parseGroups(document, [...path, 'groups'], refuse),
    names: parseNames(document, [...path, 'names'], refuse),
    hidden: parseHidden(document, [...path, 'hidden'], memberships, present, refuse),
  }
}

/** Entries of one list, each with its own place, by a key that only one of them has. */
function parseList<K extends string | number, T>(
  document: Fields,
  path: Path,
  refuse: RefuseAt,
  parse: (entry: Fields, at: Path) => T,
  key: (entry: T) => K,
): ReadonlyMap<K, T> {
  const entries = document.list(String(path.at(-1))).map((each, index) => {
    const at = [...path, index]
    return parse(checkFields(each, at, refuse), at)
  })
  requireDistinct(entries, key, path, null, refuse)
  return new Map(entries.map((entry) => [key(entry), entry]))
}

function parsePeople(
  document: Fields,
  path: Path,
  refuse: RefuseAt,
): ReadonlyMap<number, PersonActivity> {
  const parse = (person: Fields, at: Path): PersonActivity => ({
    userId: person.id('user_id'),
    lastSignIn: person.orNull('last_sign_in', (key) => parseTime(person, key, at, refuse)),
    added: person.orNull('added', (key) => {
      const added = checkFields(person.field(key), [...at, key], refuse)
      return {
        ...parseEvent(added, [...at, key], refuse),
        role: parseRole(added, 'role'),
        inviterId: added.orNull('inviter_id', added.whole),
      }
    }),
    roleChanged: person.orNull('role_changed', (key) => {
      const changed = checkFields(person.field(key), [...at, key], refuse)
      return {
        ...parseEvent(changed, [...at, key], refuse),
        from: parseRole(changed, 'from'),
        to: parseRole(changed, 'to'),
      }
    }),
  })
  return parseList(document, path, refuse, parse, ({ userId }) => userId)
}

function parseMemberships(
  document: Fields,
  path: Path,
  refuse: RefuseAt,
): ActivityFacts['memberships'] {
  return parseList(
    document,
    path,
    refuse,
    (entry, at) => ({
      ...parseEvent(entry, at, refuse),
      of: parseKind(entry, at, refuse),
      groupId: entry.id('group_id'),
      userId: entry.id('user_id'),
      action: entry.choice('action', ['added', 'removed']),
    }),
    ({ of, groupId, userId }) => formatMembershipKey(of, groupId, userId),
  )
}

function parseGroups(document: Fields, path: Path, refuse: RefuseAt): ActivityFacts['groups'] {
  const parse = (group: Fields, at: Path) => {
    const event = (key: string) =>
      parseEvent(checkFields(group.field(key), [...at, key], refuse), [...at, key], refuse)
    return {
      of: parseKind(group, at, refuse),
      groupId: group.id('group_id'),
      name: group.orNull('name', group.text),
      created: group.orNull('created', event),
      changed: group.orNull('changed', event),
      deleted: group.orNull('deleted', event),
    }
  }
  return parseList(document, path, refuse, parse, ({ of, groupId }) => formatGroupKey(of, groupId))
}

function parseNames(document: Fields, path: Path, refuse: RefuseAt): ActivityFacts['names'] {
  const parse = (entry: Fields) => ({ userId: entry.id('user_id'), name: entry.text('name') })
  const names = parseList(document, path, refuse, parse, ({ userId }) => userId)
  return new Map([...names].map(([userId, { name }]) => [userId, name]))
}

/** Each is one of the memberships, and of somebody who is not on the account. */
function parseHidden(
  document: Fields,
  path: Path,
  memberships: ActivityFacts['memberships'],
  present: ReadonlySet<number>,
  refuse: RefuseAt,
): RecordedActivity['hidden'] {
  const parse = (entry: Fields, at: Path) => {
    const userId = entry.id('user_id')
    const key = formatMembershipKey(INBOX, entry.id('inbox_id'), userId)
    const membership = memberships.get(key)
    if (present.has(userId)) refuse(at, 'should not be in `agents`: that person is not hidden')
    return membership?.action === 'added'
      ? membership
      : refuse(at, 'should be in `memberships`, as added')
  }
  const key = ({ groupId, userId }: MembershipActivity) =>
    formatMembershipKey(INBOX, groupId, userId)
  return [...parseList(document, path, refuse, parse, key).values()]
}

function parseEvent(event: Fields, at: Path, refuse: RefuseAt): RecordedEvent {
  return {
    id: event.id('id'),
    at: parseTime(event, 'at', at, refuse),
    by: event.orNull('by', (key) => {
      const actor = checkFields(event.field(key), [...at, key], refuse)
      return { id: actor.orNull('id', actor.whole), name: actor.orNull('name', actor.text) }
    }),
    apply: event.orNull('apply', event.text),
  }
}

function parseKind(entry: Fields, at: Path, refuse: RefuseAt): GroupKind {
  const kind = entry.text('kind')
  const found = KINDS.find(({ prefix }) => prefix === kind)
  return (
    found ?? refuse([...at, 'kind'], `should be ${KINDS.map(({ prefix }) => prefix).join(' or ')}`)
  )
}

function parseRole(entry: Fields, key: string) {
  return entry.orNull(key, () => entry.choice(key, ROLES))
}

function parseTime(entry: Fields, key: string, at: Path, refuse: RefuseAt): string {
  return parseMoment(entry, key, (path, problem) => refuse([...at, ...path], problem))
}
