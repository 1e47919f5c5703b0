/**
 * The document of a snapshot → Snapshot. What `rollcall snapshot` wrote may have been cut, edited or
 * made elsewhere: everything that a read promises is checked again. Knows no files and no JSON text.
 */
import {
  checkFields,
  type Fields,
  type Path,
  parseMoment,
  type RefuseAt,
  requireDistinct,
} from './fields.ts'
import { type GroupKind, KINDS, type Setting, TEAM } from './kinds.ts'
import { compareCodeUnits, spellEmail } from './names.ts'
import { parseActivity } from './parse-activity.ts'
import type { CustomRoles, FleetMark, Snapshot, SnapshotAgent, SnapshotGroup } from './snapshot.ts'

export const SNAPSHOT_FORMAT = 'rollcall.snapshot'

/** The only one in format 1.0. */
const FIRST_KIND = TEAM

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
  const hasActivity = !first && version !== '1.1'
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
    activity: hasActivity
      ? parseActivity(root, new Set(agents.map(({ id }) => id)), refuse)
      : { state: 'not-asked' },
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
      return typeof each === 'string' ? each : refuse([...at, key, index], 'should be a string')
    })
    requireDistinct(texts, (text) => text, [...at, key], null, refuse)
    return texts.sort(compareCodeUnits)
  }
}
