/**
 * The document of a snapshot → Snapshot. What `rollcall snapshot` wrote may have been cut, edited or
 * made elsewhere: everything that a read promises is checked again. Knows no files and no JSON text.
 */
import { checkFields, checkFormat, type Fields, type RefuseAt, requireDistinct } from './fields.ts'
import { type GroupKind, KINDS, type Setting } from './kinds.ts'
import { compareCodeUnits, spellEmail } from './names.ts'
import { parseActivity } from './parse-activity.ts'
import {
  type CustomRoles,
  type FleetMark,
  type GroupCoverage,
  SNAPSHOT_FORMAT,
  SNAPSHOT_VERSION,
  type Snapshot,
  type SnapshotAgent,
  type SnapshotGroup,
} from './snapshot.ts'

/** `requests` is 0: the document does not say how many there were. */
export function parseSnapshot(document: unknown, refuse: RefuseAt): Snapshot {
  const root = checkFields(document, [], refuse)
  checkFormat(root, SNAPSHOT_FORMAT, SNAPSHOT_VERSION)
  const version = root.text('format_version')
  // Version 1.0 has neither inboxes nor permissions.
  const first = version === '1.0'
  const hasActivity = !first && version !== '1.1'
  const coverage = parseCoverage(root, Number(version.split('.')[1]))
  const account = root.object('account')
  const caller = root.object('caller')
  const agents = parseAgents(root)
  const people = new Map(agents.map((agent) => [agent.email, agent]))
  const snapshot: Snapshot = {
    server: parseOrigin(root),
    serverVersion: first ? null : root.orNull('server_version', root.text),
    account: { id: account.id('id'), name: account.text('name') },
    caller: { email: caller.email('email'), role: caller.role('role') },
    startedAt: root.moment('started_at'),
    finishedAt: root.moment('finished_at'),
    requests: 0,
    agents: agents.sort((a, b) => compareCodeUnits(a.email, b.email)),
    groups: KINDS.filter((of) => coverage[of.section] === 'read').flatMap((of) =>
      parseGroups(of, root, people)
        .sort((a, b) => a.id - b.id)
        .sort((a, b) => compareCodeUnits(a.name, b.name)),
    ),
    coverage,
    customRoles: parseCustomRoles(root, first),
    activity: hasActivity
      ? parseActivity(root, new Set(agents.map(({ id }) => id)))
      : { state: 'not-asked' },
    ...(root.has('fleet') ? { fleet: parseFleetMark(root) } : {}),
  }
  if (people.get(snapshot.caller.email)?.role !== snapshot.caller.role) {
    refuse(['caller'], 'should be in `agents`, with the same role: that list is not complete')
  }
  return snapshot
}

export function parseFleetMark(root: Fields): FleetMark {
  const fleet = root.object('fleet')
  return { name: fleet.text('name'), sha256: fleet.text('sha256') }
}

export function parseOrigin(root: Fields): string {
  const text = root.text('server')
  const url = URL.canParse(text) ? new URL(text) : null
  const plain = url !== null && url.origin === text && /^https?:$/.test(url.protocol)
  return plain ? text : root.refuse(['server'], 'should be an origin such as https://chat.acme.com')
}

function parseAgents(root: Fields): SnapshotAgent[] {
  const agents = root.objects('agents', (agent) => ({
    id: agent.id('id'),
    email: agent.email('email'),
    name: agent.text('name'),
    role: agent.role('role'),
    confirmed: agent.flag('confirmed'),
    provider: agent.orNull('provider', agent.text),
    customRoleId: agent.orNull('custom_role_id', agent.whole),
  }))
  requireDistinct(root, 'agents', agents, ({ id }) => id, 'id')
  requireDistinct(root, 'agents', agents, ({ email }) => email, 'email')
  return agents
}

const COVERAGE = ['read', 'unread', 'unreadable'] as const satisfies readonly GroupCoverage[]

/** @param format the second number of the format's version; format 1.0 has no coverage */
function parseCoverage(root: Fields, format: number): Snapshot['coverage'] {
  const given = format === 0 ? null : root.object('coverage')
  const find = ({ section, keptSince }: GroupKind) =>
    format < keptSince ? 'unread' : (given?.choice(section, COVERAGE) ?? 'read')
  return Object.fromEntries(KINDS.map((of) => [of.section, find(of)] as const))
}

function parseGroups(
  of: GroupKind,
  root: Fields,
  people: ReadonlyMap<string, SnapshotAgent>,
): SnapshotGroup[] {
  const { section } = of
  const groups = root.objects(section, (group) => {
    const emails = (key: string, present: boolean, problem: string) => {
      const list = group.list(key).map((email, at) => {
        const known = typeof email === 'string' && email === spellEmail(email)
        if (!known) return group.refuse([key, at], 'should be a lower-case e-mail address')
        return people.has(email) === present ? email : group.refuse([key, at], problem)
      })
      requireDistinct(group, key, list, (email) => email)
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
  requireDistinct(root, section, groups, ({ id }) => id, 'id')
  if (of.repeats === null) requireDistinct(root, section, groups, ({ name }) => name, 'name')
  return groups
}

function parseCustomRoles(root: Fields, first: boolean): CustomRoles {
  const roles = root.object('custom_roles')
  const kind = roles.text('kind')
  switch (kind) {
    case 'unsupported':
    case 'unread':
    case 'unreadable':
      return { kind }
    case 'read': {
      const list = roles.objects('roles', (role) => ({
        id: role.id('id'),
        name: role.text('name'),
        description: first ? '' : role.text('description'),
        permissions: first
          ? null
          : role.orNull('permissions', (key) => parsePermissions(role, key)),
      }))
      requireDistinct(roles, 'roles', list, ({ id }) => id, 'id')
      return { kind, roles: list }
    }
    default:
      return roles.refuse(['kind'], 'should be read, unread, unreadable or unsupported')
  }
}

function parsePermissions(role: Fields, key: string): readonly string[] {
  const texts = role.texts(key)
  requireDistinct(role, key, texts, (text) => text)
  return texts.sort(compareCodeUnits)
}
