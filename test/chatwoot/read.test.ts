import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TEAM } from '../../src/core/model/kinds.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { customRoleNamed } from '../core/build.ts'
import {
  ACCOUNT,
  AGENTS,
  type Answer,
  ada,
  answering,
  billing,
  type Exchange,
  give,
  grace,
  inTurn,
  MEMBERS,
  PROFILE,
  person,
  profile,
  READ_PATHS,
  ROLES,
  read,
  readFrom,
  TEAMS,
  TOKEN,
} from './harness.ts'

const { custom_role_id: _, ...communityAda } = ada
const { custom_role_id: __, ...communityGrace } = grace
const ken = person(3, 'ken@acme.com', { custom_role_id: 5 })
const withKen = { [AGENTS]: { json: [ada, grace, ken] } }

describe('a read account', () => {
  test('has its agents by e-mail address and its teams by name, and only known fields', async () => {
    const { snapshot } = await read({
      [TEAMS]: { json: [{ ...billing, id: 8, name: 'tier 1', icon: 'x' }, billing] },
      '/api/v1/accounts/1/teams/8/team_members': { json: [] },
    })
    const common = { confirmed: true, provider: 'email', customRoleId: null }
    expect(snapshot).toEqual({
      server: expect.stringContaining('http://127.0.0.1:'),
      account: { id: 1, name: 'Acme' },
      caller: { email: 'ada@acme.com', role: 'administrator' },
      startedAt: '2026-11-23T12:00:20.000Z',
      finishedAt: '2026-11-23T12:00:20.000Z',
      serverVersion: null,
      coverage: { teams: 'read', inboxes: 'unread' },
      activity: { state: 'not-asked' },
      requests: 5,
      agents: [
        { id: 1, email: 'ada@acme.com', name: 'ada@acme.com', role: 'administrator', ...common },
        { id: 2, email: 'grace@acme.com', name: 'grace@acme.com', role: 'agent', ...common },
      ],
      groups: [
        {
          of: TEAM,
          id: 7,
          name: 'billing',
          settings: { description: '', auto_assign: true },
          members: ['ada@acme.com', 'grace@acme.com'],
          ghosts: [],
        },
        {
          of: TEAM,
          id: 8,
          name: 'tier 1',
          settings: { description: '', auto_assign: true },
          members: [],
          ghosts: [],
        },
      ],
      customRoles: { kind: 'unread' },
    })
  })

  test('keeps none of the secrets of the answers', async () => {
    const { snapshot } = await read({
      [AGENTS]: { json: [{ ...ada, access_token: 'SECRET-1' }, grace] },
    })
    expect(JSON.stringify(snapshot)).not.toMatch(/SECRET|TOKEN/)
  })

  test('has e-mail addresses trimmed and lower-cased, in lists and teams alike', async () => {
    const shouting = person(2, ' Grace@ACME.com ')
    const { snapshot } = await read({
      [AGENTS]: { json: [ada, shouting] },
      [MEMBERS]: { json: [shouting] },
    })
    expect(snapshot?.agents.map((agent) => agent.email)).toContain('grace@acme.com')
    expect(snapshot?.groups[0]?.members).toEqual(['grace@acme.com'])
  })

  test('has teams without automatic assignment where the server has null', async () => {
    const { snapshot } = await read({
      [TEAMS]: { json: [{ ...billing, allow_auto_assign: null }] },
    })
    expect(snapshot?.groups[0]?.settings['auto_assign']).toBe(false)
  })

  test('lists people without a role in a team as ghosts, not as members', async () => {
    const gone = person(9, 'gone@acme.com', { role: null })
    const { snapshot } = await read({ [MEMBERS]: { json: [gone, ada] } })
    expect(snapshot?.groups[0]).toMatchObject({
      members: ['ada@acme.com'],
      ghosts: ['gone@acme.com'],
    })
  })

  test('has no provider where an old server does not send it', async () => {
    const { provider: ___, ...old } = grace
    const { snapshot } = await read({ [AGENTS]: { json: [ada, old] } })
    expect(snapshot?.agents[1]?.provider).toBeNull()
  })

  test('has whatever number Chatwoot stored as the id of a custom role', async () => {
    // `PATCH` with a text stores 0.
    for (const custom_role_id of [0, -5]) {
      const odd = { ...grace, custom_role_id }
      const { snapshot } = await read({
        [AGENTS]: { json: [ada, odd] },
        [MEMBERS]: { json: [odd] },
      })
      expect(snapshot?.agents[1]?.customRoleId).toBe(custom_role_id)
    }
  })

  test('is the same whatever the order of the lists', async () => {
    const one = await read({})
    const other = await read({
      [AGENTS]: { json: [ada, grace] },
      [MEMBERS]: { json: [ada, grace] },
    })
    expect({ ...other.snapshot, server: '' }).toEqual({ ...one.snapshot, server: '' })
  })

  test('is found under a path prefix', async () => {
    expect((await read({}, { prefix: '/chat' })).codes).toEqual([])
  })

  test('is read with GET only, and with the token in one header', async () => {
    const { requests } = await read({})
    for (const { method, headers, rawHeaders } of requests) {
      expect(method).toBe('GET')
      expect(headers).toMatchObject({
        accept: 'application/json',
        'accept-encoding': 'identity',
        'api-access-token': TOKEN,
        'user-agent': 'rollcall/test',
      })
      expect(headers.cookie).toBeUndefined()
      expect(rawHeaders.filter((each) => each.includes(TOKEN))).toHaveLength(1)
    }
  })

  test('with 2,000 teams is read over no more connections than allowed', async () => {
    const teams = Array.from({ length: 2000 }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
    let open = 0
    let most = 0
    const members = teams.map(({ id }) => [
      `${TEAMS}/${id}/team_members`,
      ({ response }: { response: import('node:http').ServerResponse }) => {
        open += 1
        most = Math.max(most, open)
        setImmediate(() => {
          open -= 1
          response.setHeader('content-type', 'application/json').end('[]')
        })
      },
    ])
    const { snapshot } = await read({ [TEAMS]: { json: teams }, ...Object.fromEntries(members) })
    expect(snapshot?.groups).toHaveLength(2000)
    expect(most).toBeLessThanOrEqual(4)
    expect(most).toBeGreaterThan(1)
  })

  /** The agent list is held back until the members of the team have been asked for. */
  function agentsAfterMembers(agents: Answer, members: Answer) {
    let release: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      release = resolve
    })
    return {
      [AGENTS]: (exchange: Exchange) => void asked.then(() => give(agents, exchange)),
      [MEMBERS]: (exchange: Exchange) => {
        release()
        give(members, exchange)
      },
    }
  }

  test('asks for members of teams without waiting for the list of agents', async () => {
    const { snapshot } = await read(agentsAfterMembers({ json: [ada, grace] }, { json: [grace] }))
    expect(snapshot?.groups[0]?.members).toEqual(['grace@acme.com'])
  })

  test('compares members with a list of agents that comes later', async () => {
    const stranger = person(9, 'stranger@acme.com')
    const answers = agentsAfterMembers({ json: [ada, grace] }, { json: [stranger] })
    const { codes, requests } = await read(answers)
    expect(codes).toEqual(['read-contradiction'])
    expect(requests.filter(({ url }) => url === AGENTS)).toHaveLength(3)
  })

  test('says what the list of agents says, where members were refused before', async () => {
    const [refused, suspended] = [422, 401].map((status) =>
      answering(status, { error: 'Account is suspended' }),
    )
    const answers = agentsAfterMembers(suspended ?? { json: [] }, refused ?? { json: [] })
    expect((await read(answers)).codes).toEqual(['account-suspended'])
    const late = agentsAfterMembers({ json: [ada, grace] }, answering(422, {}))
    expect((await read(late)).codes).toEqual(['server-refused'])
  })

  test('asks for no further members once another list has failed', async () => {
    const teams = Array.from({ length: 200 }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
    const members = teams.map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: [] }])
    const { codes, requests } = await read({
      [TEAMS]: { json: teams },
      ...Object.fromEntries(members),
      [AGENTS]: { json: [grace] },
    })
    expect(codes).toEqual(['read-caller-missing'])
    expect(requests.length).toBeLessThan(3 * 200)
  })

  test('over many connections makes no runtime warning', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error) => warnings.push(warning)
    process.on('warning', listen)
    const teams = Array.from({ length: 50 }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
    const members = teams.map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: [] }])
    const answers = { [TEAMS]: { json: teams }, ...Object.fromEntries(members) }
    await read(answers, { options: { connections: 50 } })
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })

  test('with 100,000 agents is read within seconds', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => person(i + 10, `p${i}@acme.com`))
    const { snapshot } = await read({
      [AGENTS]: { json: [ada, grace, ...many] },
      [MEMBERS]: { json: many },
    })
    expect(snapshot?.agents).toHaveLength(100_002)
    expect(snapshot?.groups[0]?.members).toHaveLength(100_000)
  })
})

describe('custom roles', () => {
  const names = { wanted: { customRoles: 'held' } } as const
  const roles = { [ROLES]: { json: [{ id: 5, name: 'Clerk', permissions: [] }] } }

  test('are unsupported where no agent carries the key, and are not asked for', async () => {
    const { snapshot, requests } = await read(
      {
        [AGENTS]: { json: [communityAda, communityGrace] },
        [MEMBERS]: { json: [communityGrace] },
      },
      names,
    )
    expect(snapshot?.customRoles).toEqual({ kind: 'unsupported' })
    expect(requests.map(({ url }) => url)).not.toContain(ROLES)
  })

  test.each([
    ['the policy names none', withKen, 'none'],
    ['no agent has one', {}, 'held'],
  ] as const)('are not asked for when %s', async (_, answers, customRoles) => {
    const { snapshot, requests } = await read(answers, { wanted: { customRoles } })
    expect(snapshot?.customRoles).toEqual({ kind: 'unread' })
    expect(requests.map(({ url }) => url)).not.toContain(ROLES)
  })

  test('are read when the policy names one and an agent has one', async () => {
    const { snapshot } = await read({ ...withKen, ...roles }, names)
    expect(snapshot?.customRoles).toEqual({ kind: 'read', roles: [customRoleNamed(5, 'Clerk')] })
  })

  test('are unreadable to an agent, without a request', async () => {
    const agent = { ...profile, id: 2, email: 'grace@acme.com' }
    const accounts = [{ id: 1, name: 'Acme', role: 'agent' }]
    const answers = { ...withKen, ...roles, [PROFILE]: { json: { ...agent, accounts } } }
    const { snapshot, requests } = await read(answers, names)
    expect(snapshot?.customRoles).toEqual({ kind: 'unreadable' })
    expect(requests.map(({ url }) => url)).not.toContain(ROLES)
  })

  test.each([
    [401, { error: 'You are not authorized to do this action' }],
    [404, { status: 404, error: 'Not Found' }],
    [404, { error: 'Resource could not be found' }],
  ])('are unreadable when the server answers %i %j', async (status, body) => {
    const { snapshot } = await read({ ...withKen, [ROLES]: answering(status, body) }, names)
    expect(snapshot?.customRoles).toMatchObject({ kind: 'unreadable' })
  })

  test.each([
    ['server-shape', answering(200, {})],
    [
      'server-shape',
      answering(200, [
        { id: 1, name: 'a' },
        { id: 1, name: 'b' },
      ]),
    ],
    ['token-unknown', answering(401, { error: 'Invalid Access Token' })],
    ['server-error', answering(500, { status: 500, error: 'Internal Server Error' })],
  ])('that fail otherwise (%s) leave no snapshot', async (code, answer) => {
    expect((await read({ ...withKen, [ROLES]: answer }, names)).codes).toEqual([code])
  })
})

describe('lists that contradict each other', () => {
  const torn: readonly [string, string, object][] = [
    ['a member who is not in the agent list', MEMBERS, [ada, person(9, 'new@acme.com')]],
    ['a member with another id', MEMBERS, [ada, { ...grace, id: 9 }]],
    ['a member with another address', MEMBERS, [ada, { ...grace, email: 'x@acme.com' }]],
    ['a member with another role', MEMBERS, [ada, { ...grace, role: 'administrator' }]],
    ['a member with another custom role', MEMBERS, [ada, { ...grace, custom_role_id: 4 }]],
    ['a member otherwise confirmed', MEMBERS, [ada, { ...grace, confirmed: false }]],
    ['a ghost who is in the agent list', MEMBERS, [ada, { ...grace, role: null }]],
    [
      'a profile with another role',
      PROFILE,
      { ...profile, accounts: [{ id: 1, name: 'Acme', role: 'agent' }] },
    ],
    ['a profile with another id', PROFILE, { ...profile, id: 9 }],
    ['a profile with the id of somebody else', PROFILE, { ...profile, id: 2 }],
  ]
  const gone = answering(404, { error: 'Resource could not be found' })

  test.each(torn)('%s: read again, and fine once they agree', async (_, path, json) => {
    const good = ACCOUNT[path]
    const { snapshot, requests, sleeps } = await read({ [path]: inTurn({ json }, good ?? gone) })
    expect(snapshot?.groups[0]?.members).toEqual(['ada@acme.com', 'grace@acme.com'])
    expect(snapshot?.requests).toBe(requests.length)
    expect(requests.filter(({ url }) => url === AGENTS)).toHaveLength(2)
    expect(sleeps).toHaveLength(1)
  })

  test.each(torn)('%s: no snapshot after three reads', async (_, path, json) => {
    const { codes, requests } = await read({ [path]: { json } })
    expect(codes).toEqual(['read-contradiction'])
    expect(requests.filter(({ url }) => url === AGENTS)).toHaveLength(3)
  })

  test('the message names who and where', async () => {
    const { diagnostics } = await read({ [MEMBERS]: { json: [person(9, 'new@acme.com')] } })
    expect(diagnostics[0]?.summary).toBe(
      'new@acme.com in team billing has the role agent, but is not in the agent list.',
    )
  })

  test('a profile with a custom role, even with none, needs agents that have the key', async () => {
    const accounts = [{ id: 1, name: 'Acme', role: 'administrator', custom_role_id: null }]
    const answers = { [PROFILE]: { json: { ...profile, accounts } } }
    expect((await read(answers)).codes).toEqual([])
    const community = { json: [communityAda, communityGrace] }
    expect((await read({ ...answers, [AGENTS]: community })).codes).toEqual(['read-contradiction'])
  })

  test('a team that vanishes meanwhile is read again', async () => {
    const answers = { [TEAMS]: inTurn({ json: [billing] }, { json: [] }), [MEMBERS]: gone }
    expect((await read(answers)).snapshot?.groups).toEqual([])
  })

  test('what is left of a read that was given up is not read any further', async () => {
    const teams = Array.from({ length: 100 }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
    const members = teams.map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: [] }])
    const { snapshot, requests } = await read({
      [TEAMS]: { json: teams },
      ...Object.fromEntries(members),
      [`${TEAMS}/1/team_members`]: inTurn(gone, { json: [] }),
    })
    expect(snapshot?.groups).toHaveLength(100)
    expect(requests.length).toBeLessThan(3 + 12 + 3 + 100)
  })

  test('a team whose members are never found leaves no snapshot', async () => {
    expect((await read({ [MEMBERS]: gone })).codes).toEqual(['read-contradiction'])
  })

  test.each([
    ['an empty agent list', { [AGENTS]: { json: [] } }],
    ['an agent list without the owner of the token', { [AGENTS]: { json: [grace] } }],
    ['a profile without the account', { [PROFILE]: { json: { ...profile, accounts: [] } } }],
  ])('%s is never taken for complete', async (_, answers) => {
    const { codes, requests } = await read(answers)
    expect(codes).toEqual(['read-caller-missing'])
    expect(requests.filter(({ url }) => url === AGENTS)).toHaveLength(3)
  })
})

describe('of several failures', () => {
  test('what is wrong with the token is told rather than what is wrong with the server', async () => {
    const answers = {
      [PROFILE]: answering(500, {}),
      [AGENTS]: answering(422, { message: 'odd' }),
      [TEAMS]: answering(401, { error: 'You are not authorized to access this account' }),
    }
    expect((await read(answers)).codes).toEqual(['token-not-a-member'])
  })

  test('only one is told', async () => {
    const refused = answering(401, { error: 'Invalid Access Token' })
    const answers = Object.fromEntries(READ_PATHS.map((path) => [path, refused]))
    expect((await read(answers)).codes).toEqual(['token-unknown'])
  })

  test('the first one among the teams ends the read', async () => {
    const teams = Array.from({ length: 100 }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
    const { codes, requests } = await read({ [TEAMS]: { json: teams } })
    expect(codes).toEqual(['server-not-found'])
    expect(requests.length).toBeLessThan(12)
  })
})

describe('against the sandbox with the recorded account', () => {
  const state = readFileSync(new URL('../fixtures/recordings/state.json', import.meta.url), 'utf8')

  test.each([
    [
      'enterprise',
      {
        kind: 'read',
        roles: [
          {
            id: 1,
            name: 'Billing clerk',
            description: 'Reads reports',
            permissions: ['contact_manage', 'report_manage'],
          },
        ],
      },
    ],
    ['community', { kind: 'unsupported' }],
  ] as const)('the %s edition is read whole', async (edition, customRoles) => {
    const sandbox = await startSandbox({ ...parseState(state, 'state.json'), edition })
    const { snapshot } = await readFrom(sandbox.baseUrl, {
      options: { token: 'RECORDED-TOKEN-OF-ADA' },
      wanted: { customRoles: 'held' },
    })
    await sandbox.close()
    expect(snapshot?.agents).toHaveLength(9)
    expect(snapshot?.groups.map((team) => team.name)).toEqual(['billing', 'empty team', 'tier 1'])
    expect(snapshot?.groups.map((team) => team.members.length)).toEqual([3, 0, 3])
    expect(snapshot?.customRoles).toEqual(customRoles)
    expect(JSON.stringify(snapshot)).not.toMatch(/SECRET|RECORDED-TOKEN/)
    expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true)
  })

  test.each([
    [1, 'RECORDED-TOKEN-OF-ROOT', 'token-not-a-member'],
    [1, 'RECORDED-TOKEN-OF-NOBODY', 'token-unknown'],
    [3, 'RECORDED-TOKEN-OF-ADA', 'account-suspended'],
    [99, 'RECORDED-TOKEN-OF-ADA', 'account-unknown'],
  ])('account %i with %s: %s', async (accountId, token, code) => {
    const sandbox = await startSandbox(parseState(state, 'state.json'))
    const { codes } = await readFrom(sandbox.baseUrl, { options: { token }, wanted: { accountId } })
    await sandbox.close()
    expect(codes).toEqual([code])
  })
})
