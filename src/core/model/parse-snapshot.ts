/**
 * The document of a snapshot → Snapshot. What `rollcall snapshot` wrote may have been cut, edited or
 * made elsewhere: everything that a read promises is checked again. Knows no files and no JSON text.
 */
import { type GroupKind, KINDS, type Setting, TEAM } from './kinds.ts'
import { compareCodeUnits, spellEmail } from './names.ts'
import type {
  CustomRoles,
  FleetMark,
  GroupCoverage,
  Role,
  Snapshot,
  SnapshotAgent,
  SnapshotGroup,
} from './snapshot.ts'

export const SNAPSHOT_FORMAT = 'rollcall.snapshot'

/** The only one in format 1.0. */
const FIRST_KIND = TEAM

/** Where in the document: keys and indices from its root. */
export type Path = readonly (string | number)[]

/** Refuses the document; the problem is a clause such as `should be a text`. */
export type RefuseAt = (path: Path, problem: string) => never

/** `requests` is 0: the document does not say how many there were. */
export function parseSnapshot(document: unknown, refuse: RefuseAt): Snapshot {
  const root = checkFields(document, [], refuse)
  if (root.field('format') !== SNAPSHOT_FORMAT) refuse(['format'], `should be "${SNAPSHOT_FORMAT}"`)
  const version = root.text('format_version')
  if (!/^1\.\d+$/.test(version)) {
    refuse(['format_version'], 'should be 1.2, or another version that begins with 1.')
  }
  // Version 1.0 has neither inboxes nor permissions.
  const first = version === '1.0'
  const coverage = parseCoverage(root, first, refuse)
  const account = checkFields(root.field('account'), ['account'], refuse)
  const caller = checkFields(root.field('caller'), ['caller'], refuse)
  const agents = parseAgents(root, refuse)
  const people = new Map(agents.map((agent) => [agent.email, agent]))
  const snapshot: Snapshot = {
    server: parseOrigin(root, refuse),
    serverVersion: first ? null : root.orNull('server_version', root.text),
    account: { id: account.id('id'), name: account.text('name') },
    caller: { email: caller.email('email'), role: caller.role() },
    startedAt: parseMoment(root, 'started_at', refuse),
    finishedAt: parseMoment(root, 'finished_at', refuse),
    requests: 0,
    agents: agents.sort((a, b) => compareCodeUnits(a.email, b.email)),
    groups: KINDS.filter((of) => coverage[of.section] === 'read').flatMap((of) =>
      parseGroups(of, root, people, refuse)
        .sort((a, b) => a.id - b.id)
        .sort((a, b) => compareCodeUnits(a.name, b.name)),
    ),
    coverage,
    customRoles: parseCustomRoles(root, first, refuse),
    ...(root.has('fleet') ? { fleet: parseFleetMark(root, refuse) } : {}),
  }
  if (people.get(snapshot.caller.email)?.role !== snapshot.caller.role) {
    refuse(['caller'], 'should be in `agents`, with the same role: that list is not complete')
  }
  return snapshot
}

export function parseFleetMark(root: Fields, refuse: RefuseAt): FleetMark {
  const fleet = checkFields(root.field('fleet'), ['fleet'], refuse)
  return { name: fleet.text('name'), sha256: fleet.text('sha256') }
}

export function parseOrigin(root: Fields, refuse: RefuseAt): string {
  const text = root.text('server')
  const url = URL.canParse(text) ? new URL(text) : null
  const plain = url !== null && url.origin === text && /^https?:$/.test(url.protocol)
  return plain ? text : refuse(['server'], 'should be an origin such as https://chat.acme.com')
}

const MOMENT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d+)?Z$/

export function parseMoment(root: Fields, key: string, refuse: RefuseAt): string {
  const text = root.text(key)
  return MOMENT.test(text) ? text : refuse([key], 'should be a time such as 2026-11-23T08:00:00Z')
}

function parseAgents(root: Fields, refuse: RefuseAt): SnapshotAgent[] {
  const agents = root.list('agents').map((each, index) => {
    const agent = checkFields(each, ['agents', index], refuse)
    return {
      id: agent.id('id'),
      email: agent.email('email'),
      name: agent.text('name'),
      role: agent.role(),
      confirmed: agent.flag('confirmed'),
      provider: agent.orNull('provider', agent.text),
      customRoleId: agent.orNull('custom_role_id', agent.whole),
    }
  })
  requireDistinct(agents, (agent) => agent.id, ['agents'], 'id', refuse)
  requireDistinct(agents, (agent) => agent.email, ['agents'], 'email', refuse)
  return agents
}

function parseCoverage(root: Fields, first: boolean, refuse: RefuseAt): Snapshot['coverage'] {
  if (first) {
    return Object.fromEntries(
      KINDS.map((of) => [of.section, of === FIRST_KIND ? 'read' : 'unread'] as const),
    )
  }
  const path = ['coverage']
  const given = checkFields(root.field('coverage'), path, refuse)
  return Object.fromEntries(KINDS.map(({ section }) => [section, given.coverage(section)] as const))
}

function parseGroups(
  of: GroupKind,
  root: Fields,
  people: ReadonlyMap<string, SnapshotAgent>,
  refuse: RefuseAt,
): SnapshotGroup[] {
  const { section } = of
  const groups = root.list(section).map((each, index) => {
    const path = [section, index]
    const group = checkFields(each, path, refuse)
    const emails = (key: string, present: boolean, problem: string) => {
      const list = group.list(key).map((email, at) => {
        const known = typeof email === 'string' && email === spellEmail(email)
        if (!known) return refuse([...path, key, at], 'should be a lower-case e-mail address')
        return people.has(email) === present ? email : refuse([...path, key, at], problem)
      })
      requireDistinct(list, (email) => email, [...path, key], null, refuse)
      return list
    }
    const setting = ({ key, type }: Setting) => [
      key,
      type === 'text' ? group.text(key) : group.flag(key),
    ]
    return {
      of,
      id: group.id('id'),
      name: group.text('name'),
      settings: Object.fromEntries(of.settings.map(setting)),
      members: emails('members', true, 'should be in `agents`: that list is not complete'),
      ghosts: emails('ghosts', false, 'should not be in `agents`: a ghost has left the account'),
    }
  })
  requireDistinct(groups, (group) => group.id, [section], 'id', refuse)
  if (of.repeats === null) requireDistinct(groups, (group) => group.name, [section], 'name', refuse)
  return groups
}

function parseCustomRoles(root: Fields, first: boolean, refuse: RefuseAt): CustomRoles {
  const path = ['custom_roles']
  const roles = checkFields(root.field('custom_roles'), path, refuse)
  const kind = roles.text('kind')
  switch (kind) {
    case 'unsupported':
    case 'unread':
    case 'unreadable':
      return { kind }
    case 'read': {
      const list = roles.list('roles').map((each, index) => {
        const at = [...path, 'roles', index]
        const role = checkFields(each, at, refuse)
        return {
          id: role.id('id'),
          name: role.text('name'),
          description: first ? '' : role.text('description'),
          permissions: first
            ? null
            : role.orNull('permissions', parsePermissions(role, at, refuse)),
        }
      })
      requireDistinct(list, (role) => role.id, [...path, 'roles'], 'id', refuse)
      return { kind, roles: list }
    }
    default:
      return refuse([...path, 'kind'], 'should be read, unread, unreadable or unsupported')
  }
}

function parsePermissions(role: Fields, at: Path, refuse: RefuseAt) {
  return (key: string): readonly string[] => {
    const texts = role.list(key).map((each, index) => {
      return typeof each === 'string' ? each : refuse([...at, key, index], 'should be a text')
    })
    requireDistinct(texts, (text) => text, [...at, key], null, refuse)
    return texts.sort(compareCodeUnits)
  }
}

export interface Fields {
  readonly has: (key: string) => boolean
  readonly field: (key: string) => unknown
  readonly id: (key: string) => number
  /** An id that need not be one of anything. */
  readonly whole: (key: string) => number
  readonly text: (key: string) => string
  readonly email: (key: string) => string
  readonly flag: (key: string) => boolean
  readonly role: () => Role
  readonly coverage: (key: string) => GroupCoverage
  readonly list: (key: string) => readonly unknown[]
  readonly orNull: <T>(key: string, read: (key: string) => T) => T | null
}

/** Each key that is read must be there, with a value of its kind. */
export function checkFields(value: unknown, path: Path, refuse: RefuseAt): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(path, 'should be an object')
  }
  const field = (key: string) => {
    if (Object.hasOwn(value, key)) return Reflect.get(value, key)
    return refuse(path, `lacks the key \`${key}\``)
  }
  const wrong = (key: string, expected: string) => refuse([...path, key], `should be ${expected}`)
  const text = (key: string) => {
    const given = field(key)
    return typeof given === 'string' ? given : wrong(key, 'a text')
  }
  return {
    has: (key) => Object.hasOwn(value, key),
    field,
    text,
    id: (key) => {
      const given = field(key)
      const good = typeof given === 'number' && Number.isSafeInteger(given) && given > 0
      return good ? given : wrong(key, 'a positive whole number')
    },
    whole: (key) => {
      const given = field(key)
      const good = typeof given === 'number' && Number.isSafeInteger(given)
      return good ? given : wrong(key, 'a whole number')
    },
    email: (key) => {
      const given = text(key)
      const normal = given !== '' && given === spellEmail(given)
      return normal ? given : wrong(key, 'a lower-case e-mail address')
    },
    flag: (key) => {
      const given = field(key)
      return typeof given === 'boolean' ? given : wrong(key, 'true or false')
    },
    role: () => {
      const given = field('role')
      const known = given === 'administrator' || given === 'agent'
      return known ? given : wrong('role', 'administrator or agent')
    },
    coverage: (key) => {
      const given = field(key)
      const known = given === 'read' || given === 'unread' || given === 'unreadable'
      return known ? given : wrong(key, 'read, unread or unreadable')
    },
    list: (key) => {
      const given = field(key)
      return Array.isArray(given) ? given : wrong(key, 'a list')
    },
    orNull: (key, read) => (field(key) === null ? null : read(key)),
  }
}

function requireDistinct<T>(
  entries: readonly T[],
  key: (entry: T) => string | number,
  path: Path,
  name: string | null,
  refuse: RefuseAt,
): void {
  const seen = new Set<string | number>()
  for (const [index, entry] of entries.entries()) {
    if (seen.has(key(entry))) {
      refuse([...path, index, ...(name === null ? [] : [name])], 'stands in that list twice')
    }
    seen.add(key(entry))
  }
}
