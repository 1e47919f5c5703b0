/** What writing does beyond the recordings: rules of each release, jobs, limits and the audit log. */
import { afterEach, describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { ask } from './ask.ts'
import { readTruth } from './truth.ts'

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

const MEMBERS = [
  { email: 'ada@acme.com', role: 'administrator' },
  { email: 'grace@acme.com' },
  { email: 'ken@acme.com', custom_role_id: 1 },
  { email: 'linus@acme.com' },
]

/** Ada administers; ken has a custom role; margaret and linus are on account 2. */
function company(top: object = {}, account: object = {}): SandboxState {
  const names = ['ada', 'grace', 'ken', 'linus', 'margaret']
  return parseState(
    JSON.stringify({
      version: '4.15.1',
      users: names.map((name) => ({ email: `${name}@acme.com`, name, token: name })),
      accounts: [
        {
          features: { audit_logs: true, custom_roles: true },
          custom_roles: [{ name: 'Clerk', permissions: ['report_manage'] }],
          members: MEMBERS,
          teams: [{ name: 'billing', members: ['grace@acme.com', 'ken@acme.com'] }],
          inboxes: [{ name: 'Website', members: ['grace@acme.com'] }],
          ...account,
        },
        {
          custom_roles: [{ name: 'Foreign' }],
          members: [{ email: 'margaret@acme.com' }, { email: 'linus@acme.com' }],
        },
      ],
      ...top,
    }),
    'company',
  )
}

async function start(state = company(), options: SandboxOptions = { jobDelay: null }) {
  const sandbox = await startSandbox(state, options)
  open.push(sandbox)
  return sandbox
}

/** Status and body; below the first account. */
async function send(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<[number, unknown]> {
  const text = body === undefined ? null : JSON.stringify(body)
  const sent = {
    accept: 'application/json',
    'content-type': 'application/json',
    'api-access-token': 'ada',
    ...headers,
  }
  const reply = await ask(sandbox, `/api/v1/accounts/1/${path}`, sent, method, text)
  return [reply.status, reply.body === '' ? '' : JSON.parse(reply.body)]
}

async function statusOf(...sent: Parameters<typeof send>): Promise<number> {
  return (await send(...sent))[0]
}

const truth = (sandbox: Sandbox) => readTruth(sandbox.state, 1)
const invalid = (message: string, attribute: string) => [422, { message, attributes: [attribute] }]
const CRASH = [500, { status: 500, error: 'Internal Server Error' }]
const NOT_FOUND = [404, { error: 'Resource could not be found' }]

const EVERY_WRITE: [method: string, path: string, body: object | undefined][] = [
  ['POST', 'agents', { name: 'New', email: 'new@acme.com' }],
  ['PATCH', 'agents/2', { role: 'administrator' }],
  ['DELETE', 'agents/2', undefined],
  ['POST', 'teams', { name: 'new' }],
  ['PATCH', 'teams/1', { name: 'new' }],
  ['DELETE', 'teams/1', undefined],
  ['POST', 'teams/1/team_members', { user_ids: [1] }],
  ['PATCH', 'teams/1/team_members', { user_ids: [1] }],
  ['DELETE', 'teams/1/team_members', { user_ids: [2] }],
  ['POST', 'inbox_members', { inbox_id: 1, user_ids: [1] }],
  ['PATCH', 'inbox_members', { inbox_id: 1, user_ids: [1] }],
  ['DELETE', 'inbox_members', { inbox_id: 1, user_ids: [2] }],
  ['POST', 'custom_roles', { name: 'New' }],
  ['PATCH', 'custom_roles/1', { permissions: ['contact_manage'] }],
  ['DELETE', 'custom_roles/1', undefined],
]

describe.each(EVERY_WRITE)('%s %s', (...[method, path, body]) => {
  test('is done for an administrator', async () => {
    const sandbox = await start()
    const before = truth(sandbox)
    expect(await statusOf(sandbox, method, path, body)).toBe(200)
    expect(truth(sandbox)).not.toEqual(before)
    expect(sandbox.requests.at(-1)).toMatchObject({
      method,
      user: 'ada@acme.com',
      body: body === undefined ? '' : JSON.stringify(body),
    })
  })

  test.each(['grace', 'nobody'])('is refused with the token of %s', async (token) => {
    const sandbox = await start()
    const before = truth(sandbox)
    expect(await statusOf(sandbox, method, path, body, { 'api-access-token': token })).toBe(401)
    expect(truth(sandbox)).toEqual(before)
  })
})

describe('an address of a new agent', () => {
  const strict = 'Email is not an email'
  test.each([
    ['x@y', strict],
    ['a@b.c', strict],
    ['a@b.c1', strict],
    ['a@b_c.de', strict],
    ['a@ä.de', strict],
    ['nope', `Email is invalid, ${strict}`],
    ['a b@c.de', `Email is invalid, ${strict}`],
    ['', "Email can't be blank"],
    [' grace@acme.com ', 'Email has already been taken'],
  ])('%j is refused', async (email, message) => {
    const sandbox = await start()
    const before = truth(sandbox)
    expect(await send(sandbox, 'POST', 'agents', { name: 'X', email })).toEqual(
      invalid(message, 'email'),
    )
    expect(truth(sandbox)).toEqual(before)
  })

  test.each(['ä@b.de', 'a..b@c.de', '"a"@b.de', 'A@B.DE'])('%j is taken', async (email) => {
    const sandbox = await start()
    const [status, agent] = await send(sandbox, 'POST', 'agents', { name: 'X', email })
    expect([status, agent]).toMatchObject([200, { email: email.toLowerCase(), id: 6 }])
  })
})

describe('a new agent', () => {
  test('without a name is called as the address begins from 4.14 on, before that it is a crash', async () => {
    const newer = await start()
    expect(await send(newer, 'POST', 'agents', { email: 'new@acme.com' })).toMatchObject([
      200,
      { name: 'new', confirmed: false, role: 'agent' },
    ])
    const older = await start(company({ version: '3.13.0' }))
    expect(await send(older, 'POST', 'agents', { email: 'new@acme.com' })).toEqual(CRASH)
    expect(older.state.users).toHaveLength(5)
  })

  test('who is a user of another account has access at once and keeps the name', async () => {
    const sandbox = await start()
    const body = { name: 'Other', email: 'margaret@acme.com', role: 'administrator' }
    expect(await send(sandbox, 'POST', 'agents', body)).toMatchObject([
      200,
      { id: 5, name: 'margaret', confirmed: true, role: 'administrator' },
    ])
  })

  test('gets every custom role that is asked for, whether or not it exists', async () => {
    const sandbox = await start()
    const invite = async (email: string, id: unknown) =>
      (await send(sandbox, 'POST', 'agents', { name: 'X', email, custom_role_id: id }))[1]
    expect(await invite('a@acme.com', 99)).toMatchObject({ custom_role_id: 99 })
    expect(await invite('b@acme.com', 2)).toMatchObject({ custom_role_id: 2 })
    expect(await invite('c@acme.com', 'abc')).toMatchObject({ custom_role_id: 0 })
    expect(await invite('d@acme.com', '')).toMatchObject({ custom_role_id: null })
  })

  test('stays, although the answer is 500, if the custom role is out of range', async () => {
    const sandbox = await start()
    const body = { name: 'X', email: 'x@acme.com', role: 'administrator', custom_role_id: 1e19 }
    expect(await send(sandbox, 'POST', 'agents', body)).toEqual(CRASH)
    expect(truth(sandbox).people['x@acme.com']).toEqual({
      id: 6,
      role: 'administrator',
      custom: null,
    })
    const change = { role: 'administrator', custom_role_id: 1e19 }
    expect(await send(sandbox, 'PATCH', 'agents/3', change)).toEqual(CRASH)
    expect(truth(sandbox).people['ken@acme.com']).toEqual({
      id: 3,
      role: 'administrator',
      custom: 1,
    })
  })

  test('takes a seat, and nobody is added where none is free', async () => {
    const full = [402, { error: 'Account limit exceeded. Please purchase more licenses' }]
    const missing = [422, { error: 'param is missing or the value is empty: agent' }]
    const person = { name: 'X', email: 'x@acme.com' }
    const older = await start(company({}, { seats: 5 }))
    expect(await statusOf(older, 'POST', 'agents', person)).toBe(200)
    expect(await send(older, 'POST', 'agents', { ...person, email: 'y@acme.com' })).toEqual(full)
    expect(await send(older, 'POST', 'agents', {})).toEqual(full)
    expect(await statusOf(older, 'DELETE', 'agents/2')).toBe(200)
    expect(await statusOf(older, 'POST', 'agents', { ...person, email: 'y@acme.com' })).toBe(200)
    const newer = await start(company({ version: '4.16.2' }, { seats: 4 }))
    expect(await send(newer, 'POST', 'agents', {})).toEqual(missing)
    expect(await send(newer, 'POST', 'agents', person)).toEqual(full)
    const community = await start(company({ edition: 'community' }, { seats: 4 }))
    expect(await statusOf(community, 'POST', 'agents', person)).toBe(200)
  })
})

describe('a change of an agent', () => {
  test.each([{ name: 'Ken' }, { role: 'agent' }, { unknown: 1 }, { agent: { custom_role_id: 1 } }])(
    '%j takes the custom role away, because it does not send it',
    async (body) => {
      const sandbox = await start()
      expect(await send(sandbox, 'PATCH', 'agents/3', body)).toMatchObject([
        200,
        { custom_role_id: null },
      ])
    },
  )

  test('of the custom role alone leaves the role', async () => {
    const sandbox = await start()
    await send(sandbox, 'PATCH', 'agents/1', { custom_role_id: 2 })
    expect(truth(sandbox).people['ada@acme.com']).toEqual({
      id: 1,
      role: 'administrator',
      custom: 2,
    })
  })

  test('does not touch a stored custom role in the community edition', async () => {
    const sandbox = await start(company({ edition: 'community' }))
    const [, agent] = await send(sandbox, 'PATCH', 'agents/3', { role: 'agent' })
    expect(agent).not.toHaveProperty('custom_role_id')
    expect(truth(sandbox).people['ken@acme.com']?.custom).toBe(1)
  })

  test('ignores the custom role without a word from 4.17 on, if the feature is off', async () => {
    const off = company({ version: '4.17.0' }, { features: { custom_roles: false } })
    const sandbox = await start(off)
    expect(await statusOf(sandbox, 'PATCH', 'agents/2', { custom_role_id: 1 })).toBe(200)
    expect(truth(sandbox).people['grace@acme.com']?.custom).toBeNull()
    expect(await statusOf(sandbox, 'PATCH', 'agents/3', { custom_role_id: null })).toBe(200)
    expect(truth(sandbox).people['ken@acme.com']?.custom).toBeNull()
    expect(await statusOf(sandbox, 'GET', 'custom_roles')).toBe(401)
    expect(await statusOf(sandbox, 'DELETE', 'custom_roles/1')).toBe(401)
  })

  test('stores the empty text as no role, and crashes on a role that is none', async () => {
    const sandbox = await start()
    expect(await send(sandbox, 'PATCH', 'agents/2', { role: '' })).toMatchObject([
      200,
      { role: null },
    ])
    const body = { name: 'Renamed', role: 'owner' }
    expect(await send(sandbox, 'PATCH', 'agents/3', body)).toEqual(CRASH)
    expect(sandbox.state.users[2]?.name).toBe('Renamed')
    expect(truth(sandbox).people['ken@acme.com']?.custom).toBe(1)
  })

  test('to an empty name is refused, but was not on 3.13.0', async () => {
    const blank = invalid("Name can't be blank", 'name')
    expect(await send(await start(), 'PATCH', 'agents/2', { name: '' })).toEqual(blank)
    const older = await start(company({ version: '3.13.0' }))
    expect(await send(older, 'PATCH', 'agents/2', { name: '' })).toMatchObject([200, { name: '' }])
  })

  test('may demote or remove the last administrator, whoever it is', async () => {
    const demoted = await start()
    expect(await statusOf(demoted, 'PATCH', 'agents/1', { role: 'agent' })).toBe(200)
    expect(await statusOf(demoted, 'PATCH', 'agents/1', { role: 'administrator' })).toBe(401)
    const removed = await start()
    expect(await statusOf(removed, 'DELETE', 'agents/1')).toBe(200)
    expect(await send(removed, 'GET', 'agents')).toEqual([
      401,
      { error: 'You are not authorized to access this account' },
    ])
  })
})

describe('the members of a team', () => {
  test.each(['POST', 'PATCH', 'DELETE'])(
    '%s refuses all ids if one is not of the account',
    async (method) => {
      const sandbox = await start()
      const before = truth(sandbox)
      for (const id of [5, 999, 'abc', null]) {
        const answer = await send(sandbox, method, 'teams/1/team_members', { user_ids: [1, id] })
        expect(answer).toEqual([401, { error: 'Invalid User IDs' }])
      }
      expect(truth(sandbox)).toEqual(before)
    },
  )

  test('are listed as often as they were sent, and added once', async () => {
    const sandbox = await start()
    const [, added] = await send(sandbox, 'POST', 'teams/1/team_members', { user_ids: [4, 4, 2] })
    expect((added as { id: number }[]).map(({ id }) => id)).toEqual([4, 4])
    expect(truth(sandbox).teams['billing (1)']).toEqual([
      'grace@acme.com',
      'ken@acme.com',
      'linus@acme.com',
    ])
  })

  test('can be added and removed by ids as text, but not replaced', async () => {
    const sandbox = await start()
    const path = 'teams/1/team_members'
    await send(sandbox, 'POST', path, { user_ids: ['1'] })
    expect(truth(sandbox).teams['billing (1)']).toHaveLength(3)
    await send(sandbox, 'DELETE', path, { user_ids: ['1', 4] })
    expect(truth(sandbox).teams['billing (1)']).toHaveLength(2)
    expect(await send(sandbox, 'PATCH', path, { user_ids: ['2', '3'] })).toEqual([200, []])
  })
})

describe('the members of an inbox', () => {
  const write = (sandbox: Sandbox, method: string, user_ids: unknown) =>
    send(sandbox, method, 'inbox_members', { inbox_id: 1, user_ids })

  test('can be users of other accounts, who are stored and never listed', async () => {
    const sandbox = await start()
    const [, body] = await write(sandbox, 'POST', [5])
    expect((body as { payload: object[] }).payload).toHaveLength(1)
    expect(truth(sandbox).inboxes['Website (1)']).toEqual(['grace@acme.com', 'margaret@acme.com'])
    expect(await write(sandbox, 'DELETE', [5])).toEqual([200, ''])
    expect(truth(sandbox).inboxes['Website (1)']).toEqual(['grace@acme.com'])
  })

  test('can be removed people, who are listed again once they are invited again', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/4')
    while (sandbox.queue.run());
    await write(sandbox, 'POST', [4])
    const listed = async () => {
      const [, body] = await send(sandbox, 'GET', 'inbox_members/1')
      return (body as { payload: { id: number }[] }).payload.map(({ id }) => id)
    }
    expect(await listed()).toEqual([2])
    await send(sandbox, 'POST', 'agents', { name: 'Linus', email: 'linus@acme.com' })
    expect(await listed()).toEqual([2, 4])
  })

  test.each([
    [[1, 999], 'User must exist', 'user'],
    [[1, 1], 'User has already been taken', 'user_id'],
    [[1, '2'], 'User has already been taken', 'user_id'],
  ])('%j adds nobody', async (ids, message, attribute) => {
    for (const method of ['POST', 'PATCH']) {
      const sandbox = await start()
      const before = truth(sandbox)
      expect(await write(sandbox, method, ids)).toEqual(invalid(message, attribute))
      expect(truth(sandbox)).toEqual(before)
    }
  })

  test('are replaced by the list of a PATCH', async () => {
    const sandbox = await start()
    expect(await statusOf(sandbox, 'PATCH', 'inbox_members', { inbox_id: 1, user_ids: [3] })).toBe(
      200,
    )
    expect(truth(sandbox).inboxes['Website (1)']).toEqual(['ken@acme.com'])
  })

  test('that are not there make a DELETE 404 on 3.13.0, which then removes nobody', async () => {
    const older = await start(company({ version: '3.13.0' }))
    expect(await write(older, 'DELETE', [2, 3])).toEqual(NOT_FOUND)
    expect(truth(older).inboxes['Website (1)']).toHaveLength(1)
    expect(await write(older, 'DELETE', [2])).toEqual([200, ''])
    expect(await write(older, 'DELETE', [2])).toEqual(NOT_FOUND)
    expect(await write(older, 'DELETE', undefined)).toEqual(CRASH)
    const newer = await start()
    expect(await write(newer, 'DELETE', ['2', 3])).toEqual([200, ''])
    expect(await write(newer, 'DELETE', [2])).toEqual([200, ''])
    expect(await write(newer, 'DELETE', undefined)).toEqual([200, ''])
    expect(truth(newer).inboxes['Website (1)']).toEqual([])
  })
})

describe('a team', () => {
  test('is found by nobody once it is deleted, and its name is free', async () => {
    const sandbox = await start()
    expect(await statusOf(sandbox, 'DELETE', 'teams/1')).toBe(200)
    expect(await send(sandbox, 'DELETE', 'teams/1')).toEqual(NOT_FOUND)
    expect(await send(sandbox, 'POST', 'teams', { name: 'Billing' })).toMatchObject([
      200,
      { id: 2 },
    ])
    expect(truth(sandbox).teams).toEqual({ 'billing (2)': [] })
  })

  test('keeps its settings if none that it has is sent', async () => {
    const sandbox = await start()
    const missing = [422, { error: 'param is missing or the value is empty: team' }]
    expect(await send(sandbox, 'PATCH', 'teams/1', { unknown: 1 })).toEqual(missing)
    expect(await send(sandbox, 'POST', 'teams', {})).toEqual(missing)
    expect(await send(sandbox, 'PUT', 'teams/1', { team: { name: 'New' } })).toMatchObject([
      200,
      { name: 'new', allow_auto_assign: true },
    ])
  })

  test('loses control characters and outer spaces of its name from 4.16 on', async () => {
    const body = { name: ' Empty\tTeam ' }
    const newer = await start(company({ version: '4.16.2' }))
    expect(await send(newer, 'POST', 'teams', body)).toMatchObject([200, { name: 'emptyteam' }])
    expect(await send(await start(), 'POST', 'teams', body)).toMatchObject([
      200,
      { name: ' empty\tteam ' },
    ])
  })
})

describe('a custom role', () => {
  test('that is deleted leaves full agents, on other accounts too', async () => {
    const state = company()
    state.accounts[1]?.members.forEach((member) => {
      member.custom_role_id = 1
    })
    const sandbox = await start(state)
    expect(await statusOf(sandbox, 'DELETE', 'custom_roles/1')).toBe(200)
    expect(
      state.accounts.flatMap(({ members }) => members.map((each) => each.custom_role_id)),
    ).toEqual(Array(6).fill(null))
    expect(await send(sandbox, 'DELETE', 'custom_roles/1')).toEqual(CRASH)
  })

  test('of another account is no record here, but the profile of its holder shows it', async () => {
    const sandbox = await start()
    expect(await send(sandbox, 'PATCH', 'custom_roles/2', { name: 'Mine' })).toEqual(CRASH)
    await send(sandbox, 'PATCH', 'agents/2', { custom_role_id: 2 })
    const reply = await ask(sandbox, '/api/v1/profile', { 'api-access-token': 'grace' })
    expect(JSON.parse(reply.body).accounts[0].custom_role).toMatchObject({ id: 2, name: 'Foreign' })
  })

  test('that is held before it exists comes alive when it is created', async () => {
    const sandbox = await start()
    await send(sandbox, 'PATCH', 'agents/2', { custom_role_id: 3 })
    const held = async () => {
      const reply = await ask(sandbox, '/api/v1/profile', { 'api-access-token': 'grace' })
      return JSON.parse(reply.body).accounts[0].custom_role
    }
    expect(await held()).toBeNull()
    await send(sandbox, 'POST', 'custom_roles', { name: 'Late' })
    expect(await held()).toMatchObject({ id: 3, name: 'Late' })
  })

  test('needs a name, and crashes in the community edition', async () => {
    const sandbox = await start()
    const blank = invalid("Name can't be blank", 'name')
    expect(await send(sandbox, 'POST', 'custom_roles', { permissions: [] })).toEqual(blank)
    expect(await send(sandbox, 'PATCH', 'custom_roles/1', { name: null })).toEqual(blank)
    const missing = [422, { error: 'param is missing or the value is empty: custom_role' }]
    expect(await send(sandbox, 'POST', 'custom_roles', {})).toEqual(missing)
    const community = await start(company({ edition: 'community' }))
    expect(await send(community, 'POST', 'custom_roles', { name: 'X' })).toEqual(CRASH)
  })
})

describe('after a removal', () => {
  const reinvite = { name: 'Grace', email: 'grace@acme.com' }

  test('the person is a ghost until the job ran, then the user is gone', async () => {
    const sandbox = await start()
    expect(await send(sandbox, 'DELETE', 'agents/2')).toEqual([200, ''])
    expect(await send(sandbox, 'DELETE', 'agents/2')).toEqual(NOT_FOUND)
    expect(await send(sandbox, 'GET', 'teams/1/team_members')).toMatchObject([
      200,
      [{ id: 2, role: null }, { id: 3 }],
    ])
    const ids = { user_ids: [2] }
    expect(await statusOf(sandbox, 'DELETE', 'teams/1/team_members', ids)).toBe(401)
    expect(truth(sandbox).inboxes['Website (1)']).toEqual(['grace@acme.com'])
    expect(sandbox.queue.pending.map(({ name }) => name)).toEqual(['leave-groups', 'delete-user'])
    while (sandbox.queue.run());
    expect(truth(sandbox).teams['billing (1)']).toEqual(['ken@acme.com'])
    expect(truth(sandbox).inboxes['Website (1)']).toEqual([])
    expect(sandbox.state.users.map(({ id }) => id)).toEqual([1, 3, 4, 5])
  })

  test('a ghost leaves a team whose list is replaced', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    await send(sandbox, 'PATCH', 'teams/1/team_members', { user_ids: [3] })
    expect(truth(sandbox).teams['billing (1)']).toEqual(['ken@acme.com'])
  })

  test('a user of other accounts stays there', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/4')
    while (sandbox.queue.run());
    expect(Object.keys(readTruth(sandbox.state, 2).people)).toContain('linus@acme.com')
  })

  test('somebody who is invited again is lost when the job comes', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    expect(await send(sandbox, 'POST', 'agents', reinvite)).toMatchObject([200, { id: 2 }])
    while (sandbox.queue.run());
    expect(truth(sandbox).people).not.toHaveProperty('grace@acme.com')
  })

  test('and so is somebody who was meanwhile invited to another account', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    const [, grace] = company().accounts.flatMap(({ members }) => members)
    if (grace) sandbox.state.accounts[1]?.members.push(grace)
    while (sandbox.queue.run());
    expect(readTruth(sandbox.state, 2).people).not.toHaveProperty('grace@acme.com')
  })

  test('somebody who is invited after the job is another user, and stays', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    while (sandbox.queue.run());
    expect(await send(sandbox, 'POST', 'agents', reinvite)).toMatchObject([200, { id: 6 }])
    expect(sandbox.queue.run()).toBe(false)
    expect(truth(sandbox).people['grace@acme.com']?.id).toBe(6)
  })

  test('somebody who was removed twice is deleted once', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    await send(sandbox, 'POST', 'agents', reinvite)
    await send(sandbox, 'DELETE', 'agents/2')
    sandbox.queue.run('delete-user')
    await send(sandbox, 'POST', 'agents', reinvite)
    while (sandbox.queue.run());
    expect(truth(sandbox).people['grace@acme.com']?.id).toBe(6)
  })

  test('a team cannot be listed while a user is half deleted, and an old job spares the new user', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    expect(sandbox.queue.run('delete-user')).toBe(true)
    expect(await send(sandbox, 'GET', 'teams/1/team_members')).toEqual(CRASH)
    await send(sandbox, 'POST', 'agents', reinvite)
    await send(sandbox, 'POST', 'teams/1/team_members', { user_ids: [6] })
    while (sandbox.queue.run());
    expect(truth(sandbox).teams['billing (1)']).toEqual(['grace@acme.com', 'ken@acme.com'])
  })

  test('the jobs run by themselves, unless they wait for the test', async () => {
    const waiting = await start()
    await send(waiting, 'DELETE', 'agents/2')
    await send(waiting, 'GET', 'agents')
    expect(waiting.queue.pending).toHaveLength(2)
    const sandbox = await start(company(), {})
    await send(sandbox, 'DELETE', 'agents/2')
    await expect.poll(() => sandbox.queue.pending.length).toBe(0)
    expect(sandbox.state.users).toHaveLength(4)
    await send(sandbox, 'DELETE', 'agents/3')
    await expect.poll(() => sandbox.state.users.length).toBe(3)
  })
})

describe('on one day', () => {
  test.each([
    ['POST', 'agents', 100, 422],
    ['DELETE', 'agents/99', 50, 404],
  ])(
    '%s %s is answered %i times from 4.16.1 on, whatever comes of it',
    async (method, path, most, status) => {
      let now = '2026-11-25T23:59:59Z'
      const options = { now: () => new Date(now) }
      const sandbox = await start(company({ version: '4.16.1' }), options)
      for (let count = 1; count <= most; count += 1) {
        expect(await statusOf(sandbox, method, path, {})).toBe(status)
      }
      const reply = await ask(sandbox, `/api/v1/accounts/1/${path}`, {}, method)
      expect([reply.status, reply.headers['content-type'], reply.body]).toEqual([
        429,
        'text/plain',
        'Retry later\n',
      ])
      now = '2026-11-26T00:00:00Z'
      expect(await statusOf(sandbox, method, path, {})).toBe(status)
    },
  )

  test('an older release has no such limit', async () => {
    const sandbox = await start(company({ version: '4.16.0' }))
    for (let count = 1; count <= 101; count += 1) {
      expect(await statusOf(sandbox, 'POST', 'agents', {})).toBe(422)
    }
  })
})

describe('the audit log', () => {
  const rows = async (sandbox: Sandbox, query = '') => {
    const [, body] = await send(sandbox, 'GET', `audit_logs${query}`)
    return (body as { audit_logs: Record<string, unknown>[] }).audit_logs
  }

  test.each([
    ['rollcall-1a2B-007', 'rollcall-1a2B-007'],
    ['a.b c/d_e', 'abcd_e'],
  ])('keeps the X-Request-Id %j of a request, which comes back', async (sent, kept) => {
    const sandbox = await start()
    const reply = await ask(
      sandbox,
      '/api/v1/accounts/1/agents/2',
      { 'api-access-token': 'ada', 'x-request-id': sent, 'content-type': 'application/json' },
      'PATCH',
      '{"role":"administrator"}',
    )
    expect(reply.headers['x-request-id']).toBe(kept)
    expect(await rows(sandbox)).toMatchObject([
      {
        request_uuid: kept,
        username: 'ada@acme.com',
        audited_changes: { role: [0, 1] },
        auditable: { user_id: 2, role: 'administrator' },
      },
    ])
  })

  test('has a row without an actor for each group that a job took somebody out of', async () => {
    const sandbox = await start()
    await send(sandbox, 'DELETE', 'agents/2')
    while (sandbox.queue.run());
    const nobody = { user_id: null, username: null, remote_address: null, action: 'destroy' }
    expect(await rows(sandbox)).toMatchObject([
      { ...nobody, auditable_type: 'InboxMember', audited_changes: { inbox_id: 1, user_id: 2 } },
      { ...nobody, auditable_type: 'TeamMember', audited_changes: { team_id: 1, user_id: 2 } },
    ])
  })

  test('has nothing of custom roles, of removals, and of what changed nothing', async () => {
    const sandbox = await start()
    await send(sandbox, 'POST', 'custom_roles', { name: 'X' })
    await send(sandbox, 'PATCH', 'agents/2', { role: 'agent', custom_role_id: 1 })
    await send(sandbox, 'PATCH', 'teams/1', { name: 'BILLING' })
    await send(sandbox, 'DELETE', 'custom_roles/1')
    await send(sandbox, 'DELETE', 'agents/2')
    expect(await rows(sandbox)).toEqual([])
  })

  test('is empty while the feature is off, and remembers', async () => {
    const state = company({}, { features: {} })
    const sandbox = await start(state)
    await send(sandbox, 'POST', 'teams', { name: 'new' })
    expect(await rows(sandbox)).toEqual([])
    for (const { features } of state.accounts) features['audit_logs'] = true
    expect(await rows(sandbox)).toMatchObject([{ auditable_type: 'Team', action: 'create' }])
  })

  test('has 25 rows on a page, before 4.14.1 15, and the first page for a page that is none', async () => {
    for (const [version, most] of [
      ['4.14.1', 25],
      ['4.14.0', 15],
    ] as const) {
      const sandbox = await start(company({ version }))
      for (let number = 1; number <= 26; number += 1) {
        await send(sandbox, 'POST', 'teams', { name: `team ${number}` })
      }
      for (const query of ['', '?page=0', '?page=x', '?page=1']) {
        expect(await rows(sandbox, query)).toHaveLength(most)
      }
      expect(await rows(sandbox, '?page=2')).toHaveLength(26 - most)
      expect((await rows(sandbox))[0]).toMatchObject({ auditable: { name: 'team 26' } })
    }
  })
})

test('a body is read only as JSON', async () => {
  const sandbox = await start()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await statusOf(sandbox, 'POST', 'teams', { name: 'x' }, form)).toBe(422)
  expect(await statusOf(sandbox, 'POST', 'teams', ['x'])).toBe(422)
  const malformed = await ask(
    sandbox,
    '/api/v1/accounts/1/teams',
    { 'content-type': 'application/json' },
    'POST',
    '{',
  )
  expect([malformed.status, malformed.body]).toEqual([400, ''])
})
