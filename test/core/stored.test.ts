/** A snapshot that was written is read back as it was, and nothing less than a whole one is. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Path } from '../../src/core/model/fields.ts'
import { compareCodeUnits } from '../../src/core/model/names.ts'
import { parseSnapshot } from '../../src/core/model/parse-snapshot.ts'
import type { CustomRoles, Snapshot } from '../../src/core/model/snapshot.ts'
import { renderSnapshot } from '../../src/views/snapshot.ts'
import { customRoleNamed, seenTeam } from './build.ts'

const TOOL = { name: 'rollcall', version: '1.2.3' }

const SNAPSHOT: Snapshot = {
  server: 'https://chat.acme.com',
  account: { id: 1, name: 'Acme' },
  caller: { email: 'ada@acme.com', role: 'administrator' },
  startedAt: '2026-11-23T08:00:00.000Z',
  finishedAt: '2026-11-23T08:00:01.000Z',
  activity: { state: 'not-asked' },
  serverVersion: '4.16.2',
  coverage: { teams: 'read', inboxes: 'unreadable' },
  requests: 0,
  agents: [
    {
      id: 1,
      email: 'ada@acme.com',
      name: 'Ada',
      role: 'administrator',
      confirmed: true,
      provider: null,
      customRoleId: 7,
    },
    {
      id: 2,
      email: 'bob@acme.com',
      name: '',
      role: 'agent',
      confirmed: false,
      provider: 'email',
      customRoleId: null,
    },
  ],
  groups: [
    seenTeam('a', 1, { members: ['bob@acme.com'], ghosts: ['gone@acme.com'] }),
    seenTeam('b', 2, { description: 'x', autoAssign: false }),
  ],
  customRoles: { kind: 'read', roles: [customRoleNamed(7, 'Clerk')] },
}

type Document = Record<string, unknown>

function read(document: unknown): Snapshot | string {
  try {
    return parseSnapshot(document, (path: Path, problem) => {
      throw new Error(`${path.join('/')}: ${problem}`)
    })
  } catch (error) {
    return (error as Error).message
  }
}

const written = (): Document => JSON.parse(renderSnapshot(SNAPSHOT, TOOL))

/** The document with one value replaced. */
function but(path: string, value: unknown): Document {
  const document = written()
  const steps = path.split('/')
  const last = steps.pop() ?? ''
  const holder = steps.reduce<unknown>((at, step) => Reflect.get(at as object, step), document)
  Reflect.set(holder as object, last, value)
  return document
}

describe('what was written', () => {
  const name = fc.string({ unit: 'grapheme' })
  const permissions = fc.option(
    fc.uniqueArray(name).map((texts) => texts.toSorted(compareCodeUnits)),
  )
  const customRoles: fc.Arbitrary<CustomRoles> = fc.oneof(
    fc.constantFrom<CustomRoles>(
      { kind: 'unread' },
      { kind: 'unreadable' },
      { kind: 'unsupported' },
    ),
    fc
      .uniqueArray(
        fc.record({ id: fc.integer({ min: 1 }), name, description: name, permissions }),
        { selector: ({ id }) => id },
      )
      .map((roles) => ({ kind: 'read', roles }) as const),
  )
  const role = fc.constantFrom('administrator' as const, 'agent' as const)
  const people = fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1 }),
      email: fc.emailAddress().map((each) => each.toLowerCase()),
      name,
      role,
      confirmed: fc.boolean(),
      provider: fc.option(name),
      customRoleId: fc.option(fc.integer()),
    }),
    { minLength: 1, maxLength: 5, comparator: (a, b) => a.id === b.id || a.email === b.email },
  )
  const snapshot = fc
    .record({ people, customRoles, account: name, description: name, autoAssign: fc.boolean() })
    .map(({ people: agents, account, description, autoAssign, ...rest }): Snapshot => {
      const sorted = agents.toSorted((a, b) => compareCodeUnits(a.email, b.email))
      const [first] = agents
      const members = sorted.map(({ email }) => email)
      return {
        ...SNAPSHOT,
        ...rest,
        account: { id: 1, name: account },
        caller: { email: first?.email ?? '', role: first?.role ?? 'agent' },
        agents: sorted,
        groups: [seenTeam('a', 3, { description, autoAssign, members })],
      }
    })

  test('is read back as it was, hostile names included', () => {
    fc.assert(
      fc.property(snapshot, (each) => {
        expect(read(JSON.parse(renderSnapshot(each, TOOL)))).toEqual(each)
      }),
    )
  })

  test('is read back in the same order, whatever somebody did to the file', () => {
    const { agents, teams } = written() as { agents: unknown[]; teams: unknown[] }
    expect(read({ ...written(), agents: agents.toReversed(), teams: teams.toReversed() })).toEqual(
      SNAPSHOT,
    )
  })

  test('may hold keys of a later version', () => {
    expect(read({ ...written(), format_version: '1.7', later: true })).toEqual(SNAPSHOT)
  })
})

describe('what is no whole snapshot', () => {
  test.each<[string, unknown, string]>([
    ['format', 'rollcall.report', 'format: should be "rollcall.snapshot"'],
    ['format_version', '2.0', 'format_version: should be 1.2'],
    ['format_version', 1, 'format_version: should be a string'],
    ['server', 'chat.acme.com', 'server: should be an origin'],
    ['server', 'https://chat.acme.com/app', 'server: should be an origin'],
    ['server', 'ftp://chat.acme.com', 'server: should be an origin'],
    ['account/id', 0, 'account/id: should be a positive whole number'],
    ['account/id', '1', 'account/id: should be a positive whole number'],
    ['account', [], 'account: should be an object'],
    ['account', null, 'account: should be an object'],
    ['caller', 1, 'caller: should be an object'],
    ['caller/email', 'eve@acme.com', 'caller: should be in `agents`'],
    ['caller/role', 'agent', 'caller: should be in `agents`, with the same role'],
    ['caller/role', 'owner', 'caller/role: should be administrator or agent'],
    ['finished_at', 'yesterday', 'finished_at: should be a time'],
    ['started_at', '2026-13-01T00:00:00Z', 'started_at: should be a time'],
    ['agents', {}, 'agents: should be a list'],
    ['agents/1/email', 'Bob@acme.com', 'agents/1/email: should be a lower-case e-mail address'],
    ['agents/1/email', '', 'agents/1/email: should be a lower-case e-mail address'],
    ['agents/1/email', 'ada@acme.com', 'agents/1/email: is in that list twice'],
    ['agents/1/id', 1, 'agents/1/id: is in that list twice'],
    ['agents/1/confirmed', 'yes', 'agents/1/confirmed: should be true or false'],
    ['agents/1/custom_role_id', 1.5, 'agents/1/custom_role_id: should be a whole number'],
    ['agents/1/custom_role_id', '7', 'agents/1/custom_role_id: should be a whole number'],
    ['agents/1/provider', 3, 'agents/1/provider: should be a string'],
    ['agents/0', 'ada@acme.com', 'agents/0: should be an object'],
    ['teams/1/id', 1, 'teams/1/id: is in that list twice'],
    ['teams/1/name', 'a', 'teams/1/name: is in that list twice'],
    ['teams/0/members/0', 'eve@acme.com', 'teams/0/members/0: should be in `agents`'],
    ['teams/0/members/0', 7, 'teams/0/members/0: should be a lower-case e-mail address'],
    [
      'teams/0/members',
      ['bob@acme.com', 'bob@acme.com'],
      'teams/0/members/1: is in that list twice',
    ],
    ['teams/0/ghosts/0', 'bob@acme.com', 'teams/0/ghosts/0: should not be in `agents`'],
    ['custom_roles/kind', 'some', 'custom_roles/kind: should be read, unread'],
    ['custom_roles/roles/0/name', null, 'custom_roles/roles/0/name: should be a string'],
    ['custom_roles/roles/0/description', null, 'roles/0/description: should be a string'],
    ['custom_roles/roles/0/permissions', 'x', 'roles/0/permissions: should be a list'],
    ['custom_roles/roles/0/permissions', [1], 'roles/0/permissions/0: should be a string'],
    ['custom_roles/roles/0/permissions', ['a', 'a'], 'permissions/1: is in that list twice'],
    ['server_version', 4, 'server_version: should be a string'],
    ['coverage', null, 'coverage: should be an object'],
    ['coverage/inboxes', 'all', 'coverage/inboxes: should be read, unread or unreadable'],
  ])('%s as %j is refused', (path, value, says) => {
    expect(read(but(path, value))).toContain(says)
  })

  test('a key that is not there is named', () => {
    const { teams, ...rest } = written()
    expect(read(rest)).toBe(': lacks the key `teams`')
    expect(read([teams])).toBe(': should be an object')
  })
})

describe('a snapshot of format 1.0', () => {
  const document = but('format_version', '1.0')
  for (const key of ['coverage', 'inboxes', 'server_version']) delete document[key]
  for (const role of (document['custom_roles'] as { roles: Document[] }).roles) {
    delete role['description']
    delete role['permissions']
  }

  test('has teams, and neither inboxes nor permissions, which nobody asked for', () => {
    expect(read(document)).toMatchObject({
      serverVersion: null,
      coverage: { teams: 'read', inboxes: 'unread' },
      customRoles: { roles: [{ id: 7, name: 'Clerk', description: '', permissions: null }] },
    })
  })

  test('and one of 1.1 were taken when nobody could ask for the audit log', () => {
    for (const format_version of ['1.0', '1.1']) {
      const older = but('format_version', format_version)
      delete older['activity']
      expect(read(older)).toMatchObject({ activity: { state: 'not-asked' } })
    }
    const { activity: _, ...cut } = written()
    expect(read(cut)).toBe(': lacks the key `activity`')
  })

  test('of a later format must have what that format promises', () => {
    expect(read({ ...document, format_version: '1.1' })).toContain('lacks the key `coverage`')
    const cut = written()
    cut['coverage'] = { teams: 'read', inboxes: 'read' }
    delete cut['inboxes']
    expect(read(cut)).toContain('lacks the key `inboxes`')
  })
})
