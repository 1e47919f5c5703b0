/** The tools that make writes go wrong do what their names say, told by the state of the sandbox. */
import { afterEach, describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { ask, type Reply } from './ask.ts'
import { readTruth } from './truth.ts'
import {
  inTurn,
  LATER,
  MOMENTS,
  type Moment,
  WRITE_FAULTS,
  WRITES,
  type Write,
  type WriteFault,
  withHalfDone,
  withLostRace,
  withRival,
  withWriteFaults,
  writeOf,
} from './write-faults.ts'

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

const STATE = {
  users: [
    { email: 'ada@acme.com', token: 'ada' },
    { email: 'grace@acme.com', token: 'grace' },
    { email: 'ken@acme.com' },
  ],
  accounts: [
    {
      custom_roles: [{ name: 'Clerk' }],
      members: [
        { email: 'ada@acme.com', role: 'administrator' },
        { email: 'grace@acme.com', role: 'administrator' },
        { email: 'ken@acme.com' },
      ],
      teams: [{ name: 'billing', members: ['ken@acme.com'] }],
      inboxes: [{ name: 'Website', members: ['ken@acme.com'] }],
    },
  ],
}

/** Each changes the state. */
const REQUESTS: Readonly<Record<Write, readonly [path: string, body: object]>> = {
  'POST agents': [
    'agents',
    { name: 'X', email: 'x@acme.com', role: 'administrator', custom_role_id: 1 },
  ],
  'PATCH agents': ['agents/3', { role: 'administrator', custom_role_id: 1 }],
  'DELETE agents': ['agents/3', {}],
  'POST teams': ['teams', { name: 'x' }],
  'PATCH teams': ['teams/1', { name: 'x' }],
  'DELETE teams': ['teams/1', {}],
  'POST team_members': ['teams/1/team_members', { user_ids: [1] }],
  'PATCH team_members': ['teams/1/team_members', { user_ids: [1] }],
  'DELETE team_members': ['teams/1/team_members', { user_ids: [3] }],
  'POST inbox_members': ['inbox_members', { inbox_id: 1, user_ids: [1] }],
  'PATCH inbox_members': ['inbox_members', { inbox_id: 1, user_ids: [1] }],
  'DELETE inbox_members': ['inbox_members', { inbox_id: 1, user_ids: [3] }],
  'POST custom_roles': ['custom_roles', { name: 'X' }],
  'PATCH custom_roles': ['custom_roles/1', { permissions: ['report_manage'] }],
  'DELETE custom_roles': ['custom_roles/1', {}],
}

async function start(intercept: NonNullable<SandboxOptions['intercept']>): Promise<Sandbox> {
  const options = { intercept, jobDelay: null }
  const sandbox = await startSandbox(parseState(JSON.stringify(STATE), 'state'), options)
  open.push(sandbox)
  return sandbox
}

const A = '/api/v1/accounts/1/'

/** Null: no answer, or none that ends. */
async function send(sandbox: Sandbox, write: Write, token = 'ada'): Promise<Reply | null> {
  const [path, body] = REQUESTS[write]
  const [method] = write.split(' ', 1)
  const headers = { 'api-access-token': token, 'content-type': 'application/json' }
  const seen = sandbox.requests.length
  const answered = ask(sandbox, A + path, headers, method, JSON.stringify(body)).catch(() => null)
  await expect.poll(() => sandbox.requests.length).toBeGreaterThan(seen)
  return Promise.race([answered, new Promise<null>((resolve) => setTimeout(resolve, 50, null))])
}

const look = (sandbox: Sandbox) => ask(sandbox, `${A}agents`, { 'api-access-token': 'ada' })
const truth = (sandbox: Sandbox) => readTruth(sandbox.state, 1)

test('each kind of request that writes is known by its method and path', () => {
  for (const write of WRITES) {
    const [path] = REQUESTS[write]
    const [method = ''] = write.split(' ', 1)
    expect(writeOf({ method, path: A + path })).toBe(write)
    expect(writeOf({ method: 'GET', path: A + path })).toBeNull()
  }
  expect(writeOf({ method: 'POST', path: '/auth/sign_in' })).toBeNull()
})

async function expectMoment(fault: WriteFault, moment: Moment, write: Write): Promise<void> {
  const sandbox = await start(withWriteFaults({ fault, moment, write, times: 1 }))
  const before = truth(sandbox)
  await send(sandbox, write)
  if (moment === 'before') expect(truth(sandbox)).not.toEqual(before)
  else expect(truth(sandbox)).toEqual(before)
  for (let number = 1; number < LATER; number += 1) await look(sandbox)
  if (moment !== 'before') expect(truth(sandbox)).toEqual(before)
  await look(sandbox)
  if (moment === 'never') expect(truth(sandbox)).toEqual(before)
  else expect(truth(sandbox)).not.toEqual(before)
  await sandbox.close()
}

const CRASH = WRITE_FAULTS.filter(({ name }) => name === '500')

describe.each(MOMENTS)('the server acts %s a fault', (moment) => {
  test('of every kind', async () => {
    const cheap = WRITE_FAULTS.filter(({ costly }) => costly === undefined)
    await Promise.all(cheap.map((fault) => expectMoment(fault, moment, 'POST agents')))
    expect(cheap.length).toBeGreaterThan(60)
  })

  test('on every kind of request', async () => {
    const [fault] = CRASH
    if (fault === undefined) throw new Error('The catalogue has a 500.')
    await Promise.all(WRITES.map((write) => expectMoment(fault, moment, write)))
  })
})

test('a fault happens as often as it is switched on for, and only on its requests', async () => {
  const [fault] = CRASH
  if (fault === undefined) throw new Error('The catalogue has a 500.')
  const once = await start(
    withWriteFaults({ fault, moment: 'never', write: 'POST teams', times: 1 }),
  )
  expect((await send(once, 'POST custom_roles'))?.status).toBe(200)
  expect((await send(once, 'POST teams'))?.status).toBe(500)
  expect((await send(once, 'POST teams'))?.status).toBe(200)
  const forGood = await start(
    withWriteFaults({ fault, moment: 'before', write: 'PATCH teams', times: Infinity }),
  )
  for (let number = 0; number < 5; number += 1) {
    expect((await send(forGood, 'PATCH teams'))?.status).toBe(500)
  }
})

test('a lost race leaves what the other one did, and nothing of the loser', async () => {
  const sandbox = await start(
    inTurn(
      withLostRace('PATCH team_members', ({ accounts }) => {
        for (const { teams } of accounts) teams[0]?.members.push('grace@acme.com')
      }),
    ),
  )
  expect((await send(sandbox, 'PATCH team_members'))?.status).toBe(500)
  expect(truth(sandbox).teams['billing (1)']).toEqual(['grace@acme.com', 'ken@acme.com'])
  expect((await send(sandbox, 'PATCH team_members'))?.status).toBe(200)
  expect(truth(sandbox).teams['billing (1)']).toEqual(['ada@acme.com'])
})

test('half of a write leaves the role without the custom role', async () => {
  for (const [write, email] of [
    ['POST agents', 'x@acme.com'],
    ['PATCH agents', 'ken@acme.com'],
  ] as const) {
    const sandbox = await start(withHalfDone(write))
    const person = () => truth(sandbox).people[email]
    expect((await send(sandbox, write))?.status).toBe(500)
    expect(person()).toMatchObject({ role: 'administrator', custom: null })
  }
})

test('a rival writes between two requests, and the log tells the two apart', async () => {
  const sandbox = await start(
    withRival('grace', (number) =>
      number === 1 ? { method: 'DELETE', path: `${A}agents/3`, body: {} } : null,
    ),
  )
  await look(sandbox)
  expect(truth(sandbox).people).toHaveProperty('ken@acme.com')
  const { body } = await look(sandbox)
  expect(body).not.toContain('ken@acme.com')
  expect(sandbox.requests.map(({ user, method }) => `${user} ${method}`)).toEqual([
    'ada@acme.com GET',
    'ada@acme.com GET',
    'grace@acme.com DELETE',
  ])
})
