/** What a live server does to an apply at the worst moment, one trap after the other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Failure, makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { SandboxRequest } from '../../src/sandbox/server.ts'
import type { SandboxMember, SandboxState } from '../../src/sandbox/state.ts'
import {
  apply,
  applyAll,
  listSteps,
  listWrites,
  type Made,
  makeClock,
  makeState,
  parseSaid,
  RIVAL_TOKEN,
  readLines,
  whenStep,
  writePolicy,
} from '../cli/applying.ts'
import { serve } from '../cli/world.ts'
import { ask } from '../sandbox/ask.ts'
import { withHalfDone, writeOf } from '../sandbox/write-faults.ts'
import { execute, prepare } from './executor.ts'

const nameTeam = (state: SandboxState, name: string) => {
  for (const team of account(state).teams) if (team.name === 'a') team.name = name
}
const nameInbox = (state: SandboxState, name: string) => {
  for (const inbox of account(state).inboxes) inbox.name = name
}
const change = (state: SandboxState, parts: Partial<SandboxMember>) => {
  for (const each of account(state).members)
    if (each.email === 'ann@acme.com') Object.assign(each, parts)
}

const account = (state: SandboxState) => {
  const [first] = state.accounts
  if (first === undefined) throw new Error('There is no account.')
  return first
}

describe('seats', () => {
  test('that removals free are used after them, by people and what they need', async () => {
    const sandbox = await serve(
      {},
      makeState({ seats: 3, agents: { 'old@acme.com': 'agent' }, teams: { a: [] } }),
    )
    const policy = writePolicy(
      { 'new@acme.com': '{ role: agent, pending_until: 2026-12-15 }' },
      'teams:\n  a: [new@acme.com]\n',
    )
    const { said, ran } = await applyAll(sandbox, policy)
    expect(said.summary, ran.stderr).toContain('3 of 3 steps')
    expect(listSteps(said).map((each) => each.split(': ')[1])).toEqual(['done', 'done', 'done'])
    expect(ran.code).toBe(0)
    expect(listWrites(sandbox)).toEqual([
      'POST /agents 402',
      'DELETE /agents/3 200',
      'POST /agents 200',
      'POST /teams/1/team_members 200',
    ])
  })

  test('that are enough for one of two are used by one, with what that person needs', async () => {
    const made = { seats: 3, agents: { 'old@acme.com': 'agent' }, teams: { a: [] } } as const
    const sandbox = await serve({}, makeState(made))
    const policy = writePolicy(
      { 'ann@acme.com': 'agent', 'ben@acme.com': 'agent' },
      'teams:\n  a: [ann@acme.com, ben@acme.com]\n',
    )
    const { said } = await applyAll(sandbox, policy)
    expect(said.steps.map(({ address, status, because }) => [address, status, because])).toEqual([
      ['agent/ann@acme.com', 'done', null],
      ['agent/ben@acme.com', 'skipped', 'The account has no free seat.'],
      ['team/a/ann@acme.com', 'done', null],
      ['team/a/ben@acme.com', 'skipped', 'It needs agent/ben@acme.com, which was not written.'],
      ['agent/old@acme.com', 'done', null],
    ])
    expect(account(sandbox.state).teams[0]?.members).toEqual(['ann@acme.com'])
  })

  test('that stay taken never leave a group empty whose members were to be replaced', async () => {
    const made = { agents: { 'ann@acme.com': 'agent' }, teams: { a: ['ann@acme.com'] } } as const
    const agents = { 'ann@acme.com': 'agent', 'new@acme.com': 'agent' }
    const policy = writePolicy(agents, 'teams:\n  a: [new@acme.com]\n')
    const sandbox = await serve({}, makeState({ ...made, seats: 3 }))
    const { said, ran } = await applyAll(sandbox, policy)
    expect(listSteps(said)).toEqual([
      'invite agent/new@acme.com: skipped',
      'add-member team/a/new@acme.com: skipped',
      'remove-member team/a/ann@acme.com: skipped',
    ])
    expect(said.steps.at(-1)?.because).toContain('would leave the group empty')
    expect([ran.code, account(sandbox.state).teams[0]?.members]).toEqual([2, ['ann@acme.com']])
    const named = ['--allow=remove-member:team/a/ann@acme.com', '--journal=j.jsonl']
    await apply(sandbox, policy, named)
    expect(account(sandbox.state).teams[0]?.members).toEqual([])
  })

  test('that stay taken never leave a team smaller than the policy requires, even with --allow', async () => {
    const both = ['ann@acme.com', 'ben@acme.com'] as const
    const agents = Object.fromEntries(both.map((email) => [email, 'agent'] as const))
    const sandbox = await serve({}, makeState({ agents, teams: { a: both }, seats: 4 }))
    const policy = writePolicy(
      { ...agents, 'new@acme.com': 'agent' },
      'teams:\n  a: [new@acme.com, ben@acme.com]\nrules:\n  team_members: { min: 2 }\n',
    )
    const named = ['--allow=remove-member:team/a/ann@acme.com']
    const { said, ran } = await applyAll(sandbox, policy, named)
    expect(listSteps(said)).toEqual([
      'invite agent/new@acme.com: skipped',
      'add-member team/a/new@acme.com: skipped',
      'remove-member team/a/ann@acme.com: skipped',
    ])
    expect(said.steps.at(-1)?.because).toBe(
      'It would break a rule of the policy, because a step before it was not written or somebody else made a change: team a with 1 member, should be at least 2.',
    )
    expect([ran.code, said.verdict, account(sandbox.state).teams[0]?.members]).toEqual([
      2,
      'drift',
      both,
    ])
  })

  test('that a removal frees go to the people who replace the last member of a team', async () => {
    const state = makeState({
      agents: { 'old@acme.com': 'agent' },
      teams: { a: ['old@acme.com'] },
      seats: 3,
    })
    const sandbox = await serve({}, state)
    const policy = writePolicy(
      { 'new@acme.com': '{ role: agent, pending_until: 2026-12-15 }' },
      'teams:\n  a: [new@acme.com]\nrules:\n  team_members: { min: 1 }\n',
    )
    const { said, ran } = await applyAll(sandbox, policy)
    expect(said.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done'])
    expect([ran.code, account(sandbox.state).teams[0]?.members]).toEqual([0, ['new@acme.com']])
  })

  test('that are too few for everybody keep the member whose replacement gets none', async () => {
    const agents = { 'ann@acme.com': 'agent', 'old@acme.com': 'agent' } as const
    const teams = { a: ['ann@acme.com'], b: ['old@acme.com'] }
    const sandbox = await serve({}, makeState({ agents, teams, seats: 4 }))
    const policy = writePolicy(
      { 'ann@acme.com': 'agent', 'new@acme.com': 'agent', 'other@acme.com': 'agent' },
      'teams:\n  a: [new@acme.com]\n  b: [other@acme.com]\nrules:\n  team_members: { min: 1 }\n',
    )
    const { said } = await applyAll(sandbox, policy)
    expect(listSteps(said)).toEqual([
      'invite agent/new@acme.com: skipped',
      'invite agent/other@acme.com: skipped',
      'add-member team/a/new@acme.com: skipped',
      'add-member team/b/other@acme.com: skipped',
      'remove-member team/a/ann@acme.com: skipped',
      'remove-agent agent/old@acme.com: skipped',
    ])
    expect(account(sandbox.state).teams.map(({ members }) => members)).toEqual([
      ['ann@acme.com'],
      ['old@acme.com'],
    ])
  })

  test('that a removal frees let the replaced member leave after the new one has joined', async () => {
    const agents = { 'ann@acme.com': 'agent', 'old@acme.com': 'agent' } as const
    const state = makeState({ agents, teams: { a: ['ann@acme.com'] }, seats: 4 })
    const invited = '{ role: agent, pending_until: 2026-12-15 }'
    const wanted = { 'ann@acme.com': 'agent', 'new@acme.com': invited }
    const sandbox = await serve({}, state)
    const policy = writePolicy(wanted, 'teams:\n  a: [new@acme.com]\n')
    const { said, ran } = await applyAll(sandbox, policy)
    expect(said.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done'])
    expect([ran.code, account(sandbox.state).teams[0]?.members]).toEqual([0, ['new@acme.com']])
    expect(listWrites(sandbox).at(-1)).toBe('DELETE /teams/1/team_members 200')
  })

  test('that stay taken leave drift, and the rest is done', async () => {
    const sandbox = await serve({}, makeState({ seats: 2, teams: { a: [] } }))
    const policy = writePolicy(
      { 'new@acme.com': 'agent' },
      'teams:\n  a: [new@acme.com, rita@acme.com]\n',
    )
    const { said, ran } = await applyAll(sandbox, policy)
    expect(listSteps(said)).toEqual([
      'invite agent/new@acme.com: skipped',
      'add-member team/a/new@acme.com: skipped',
      'add-member team/a/rita@acme.com: done',
    ])
    expect(ran.code).toBe(2)
  })

  test('that are taken are asked for once, and once more at the end', async () => {
    const sandbox = await serve({}, makeState({ seats: 2 }))
    const policy = writePolicy({ 'new@acme.com': 'agent', 'newer@acme.com': 'agent' })
    const { said } = await applyAll(sandbox, policy)
    expect(listSteps(said).map((each) => each.split(': ')[1])).toEqual(['skipped', 'skipped'])
    expect(listWrites(sandbox)).toEqual(['POST /agents 402', 'POST /agents 402'])
  })

  test('that a colleague took for the same person with another role are not a missing seat', async () => {
    const sandbox = await serve(
      {
        // After the look before the invitation.
        intercept: (request, _response, { users, accounts: [first] }) => {
          if (writeOf(request) !== 'POST agents') return false
          if (first?.members.some(({ email }) => email === 'new@acme.com')) return false
          const [one] = first?.members ?? []
          if (first === undefined || one === undefined) throw new Error('There is nobody.')
          first.members.push({ ...one, email: 'new@acme.com', role: 'administrator' })
          expect(users.map(({ email }) => email)).toContain('new@acme.com')
          return false
        },
      },
      makeState({ seats: 3, others: ['new@acme.com'], teams: { a: [] } }),
    )
    const policy = writePolicy(
      { 'new@acme.com': 'agent', 'newer@acme.com': 'agent' },
      'teams:\n  a: [new@acme.com, rita@acme.com]\n',
    )
    const { said, ran } = await applyAll(sandbox, policy)
    expect(said.steps.map(({ address, status, because }) => [address, status, because])).toEqual([
      ['agent/new@acme.com', 'changed-meanwhile', null],
      ['agent/newer@acme.com', 'skipped', 'The account has no free seat.'],
      ['team/a/new@acme.com', 'skipped', 'It needs agent/new@acme.com, which was not written.'],
      ['team/a/rita@acme.com', 'done', null],
    ])
    expect(ran.code).toBe(2)
    const results = readLines(ran.cwd).filter(({ line }) => line === 'result')
    expect(results.map(({ answer, outcome }) => [answer, outcome])).toEqual([
      ['seats', 'changed-meanwhile'],
      ['accepted', 'done'],
      ['seats', 'not-done'],
    ])
  })

  test('concern invitations only: a 402 to another request stops the run', async () => {
    const sandbox = await serve(
      {
        intercept: (request, response) => {
          if (writeOf(request) === null) return false
          response.writeHead(402, { 'content-type': 'application/json' }).end('{}')
          return true
        },
      },
      makeState({ teams: { a: [] } }),
    )
    const { said, ran } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: [rita@acme.com]\n'))
    expect(listSteps(said)).toEqual(['add-member team/a/rita@acme.com: not-done'])
    expect(ran.code).toBe(1)
  })
})

test('nobody is removed from a team that would then be too small because somebody could not join', async () => {
  const agents = { 'ann@acme.com': 'agent', 'old@acme.com': 'agent' } as const
  const sandbox = await serve({}, makeState({ agents, teams: { a: ['old@acme.com'] } }))
  const policy = writePolicy(
    { 'ann@acme.com': 'agent' },
    'teams:\n  a: [ann@acme.com]\nrules:\n  team_members: { min: 1 }\n',
  )
  const world = whenStep('add-member team/a/ann@acme.com', () =>
    change(sandbox.state, { role: 'administrator' }),
  )
  const argv = ['--format=json', '--journal=j.jsonl', '--allow=remove-agent:agent/old@acme.com']
  const ran = await apply(sandbox, policy, argv, { world })
  expect(listSteps(parseSaid(ran))).toEqual([
    'add-member team/a/ann@acme.com: changed-meanwhile',
    'remove-agent agent/old@acme.com: skipped',
  ])
  expect([ran.code, listWrites(sandbox)]).toEqual([2, []])
})

test('nobody leaves a group in which somebody else has left nobody else', async () => {
  const agents = { 'ann@acme.com': 'agent', 'eve@acme.com': 'agent' } as const
  const both = ['ann@acme.com', 'eve@acme.com']
  const teams = { a: both, b: both }
  const policy = writePolicy(agents, 'teams:\n  a: [ann@acme.com]\n  b: [ann@acme.com]\n')
  const sandbox = await serve({}, makeState({ agents, teams }))
  const world = whenStep('remove-member team/a/eve@acme.com', () => {
    account(sandbox.state).teams[0]?.members.splice(0, 1)
  })
  const { said, ran } = await applyAll(sandbox, policy, [], { world })
  expect(said.steps.map(({ status, because }) => [status, because])).toEqual([
    ['skipped', 'It would leave the group empty, because somebody who should be in it is not.'],
    ['done', null],
  ])
  expect([ran.code, listWrites(sandbox)]).toEqual([2, ['DELETE /teams/2/team_members 200']])
})

test('nobody becomes one administrator too many because somebody else made one', async () => {
  const agents = { 'ann@acme.com': 'agent', 'eve@acme.com': 'agent' } as const
  const sandbox = await serve({}, makeState({ agents, teams: { a: [] } }))
  const policy = writePolicy(
    { 'ann@acme.com': 'agent', 'eve@acme.com': 'administrator' },
    'teams:\n  a: [eve@acme.com]\nrules:\n  administrators: { max: 3 }\n',
  )
  const world = whenStep('promote agent/eve@acme.com', () =>
    change(sandbox.state, { role: 'administrator' }),
  )
  const { said, ran } = await applyAll(sandbox, policy, [], { world })
  expect(said.steps.map(({ step, status, because }) => [step, status, because])).toEqual([
    [
      'promote',
      'skipped',
      'It would break a rule of the policy, because a step before it was not written or somebody else made a change: 4 administrators, should be at most 3.',
    ],
    ['add-member', 'done', null],
  ])
  expect([ran.code, listWrites(sandbox)]).toEqual([2, ['POST /teams/1/team_members 200']])
})

describe('who is removed', () => {
  const EVE = 'eve@acme.com'
  const removed = async (made: Made, act: (state: SandboxState) => void) => {
    const sandbox = await serve({}, makeState(made))
    const world = whenStep(`remove-agent agent/${EVE}`, () => act(sandbox.state))
    const { said, ran } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: []\n'), [], {
      world,
    })
    expect(listWrites(sandbox)).toEqual([])
    return [...said.steps.map(({ status }) => status), ran.code]
  }

  test('by somebody else before was already removed, with role and groups', async () => {
    const made = { agents: { [EVE]: 'administrator' }, inboxes: { desk: [EVE] } } as const
    const act = (state: SandboxState) => {
      const { members, inboxes } = account(state)
      members.pop()
      for (const inbox of inboxes) inbox.members = []
    }
    expect(await removed({ ...made, teams: { a: [] } }, act)).toEqual(['done-by-others', 0])
  })

  test('and has another address by now was not removed', async () => {
    const act = (state: SandboxState) => {
      for (const each of [...state.users, ...account(state).members])
        if (each.email === EVE) each.email = 'e@acme.com'
    }
    const made = { agents: { [EVE]: 'agent' }, teams: { a: [] } } as const
    expect(await removed(made, act)).toEqual(['changed-meanwhile', 2])
  })
})

test('who is removed is removed, and only the last member of a team stays whom nobody could replace', async () => {
  const agents = {
    'ann@acme.com': 'agent',
    'eve@acme.com': 'agent',
    'old@acme.com': 'agent',
  } as const
  const both = ['eve@acme.com', 'old@acme.com']
  const sandbox = await serve({}, makeState({ agents, teams: { a: both } }))
  const policy = writePolicy(
    { 'ann@acme.com': 'agent', 'eve@acme.com': 'agent' },
    'teams:\n  a: [ann@acme.com]\nrules:\n  team_members: { min: 1 }\n',
  )
  const world = whenStep('add-member team/a/ann@acme.com', () =>
    change(sandbox.state, { role: 'administrator' }),
  )
  const allow = ['--allow=remove-member', '--allow=remove-agent:agent/old@acme.com']
  const argv = ['--format=json', '--journal=j.jsonl', ...allow]
  const ran = await apply(sandbox, policy, argv, { world })
  expect(listSteps(parseSaid(ran)), ran.stderr).toEqual([
    'add-member team/a/ann@acme.com: changed-meanwhile',
    'remove-member team/a/eve@acme.com: skipped',
    'remove-agent agent/old@acme.com: done',
  ])
  expect([ran.code, account(sandbox.state).teams[0]?.members]).toEqual([2, ['eve@acme.com']])
})

describe('while somebody is being removed, a colleague', () => {
  const removeOld = async (rest: string, act: (state: SandboxState) => void) => {
    const agents = {
      'ann@acme.com': 'agent',
      'bob@acme.com': 'agent',
      'old@acme.com': 'agent',
    } as const
    const teams = { a: Object.keys(agents) }
    const sandbox = await serve(
      {
        // Between the request that ends the first membership and the next one.
        intercept: (request, _response, state, honest) => {
          if (writeOf(request) !== 'DELETE inbox_members') return false
          honest()
          act(state)
          return false
        },
      },
      makeState({ agents, teams, inboxes: { desk: ['bot@acme.com', 'old@acme.com'] } }),
    )
    const listed = { 'ann@acme.com': 'agent', 'bob@acme.com': 'agent' }
    return { sandbox, ...(await applyAll(sandbox, writePolicy(listed, rest))) }
  }

  test('takes somebody from a team: nobody else is taken from it if it would be too small, and the report says so', async () => {
    const { sandbox, said, ran } = await removeOld(
      'rules:\n  team_members: { min: 2 }\n',
      (state) => account(state).teams[0]?.members.splice(0, 1),
    )
    expect(listWrites(sandbox)).toEqual(['DELETE /inbox_members 200'])
    expect(said.steps).toMatchObject([
      {
        status: 'partly-done',
        because:
          'It would break a rule of the policy, because a step before it was not written or somebody else made a change: team a with 1 member, should be at least 2.',
        writes: [{ kind: 'remove-member', outcome: 'done' }],
      },
    ])
    expect([ran.code, said.verdict, said.stopped]).toEqual([1, 'none', null])
    expect(account(sandbox.state).teams[0]?.members).toEqual(['bob@acme.com', 'old@acme.com'])
  })

  test('takes somebody from a team that stays large enough: the removal goes on', async () => {
    const { said, ran } = await removeOld('rules:\n  team_members: { min: 1 }\n', (state) =>
      account(state).teams[0]?.members.splice(0, 1),
    )
    expect([ran.code, listSteps(said)]).toEqual([0, ['remove-agent agent/old@acme.com: done']])
  })
})

describe('a rate limit', () => {
  const limited = (times: number) => {
    let left = times
    return (
      request: Parameters<typeof writeOf>[0],
      response: import('node:http').ServerResponse,
    ) => {
      if (writeOf(request) === null || left === 0) return false
      left -= 1
      response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
      return true
    }
  }

  test.each([
    [1, 0, 'done'],
    [2, 1, 'not-done'],
  ])('that refuses %i times ends with %i: %s', async (times, code, status) => {
    const sandbox = await serve({ intercept: limited(times) }, makeState({ teams: { a: [] } }))
    const clock = makeClock()
    const waits: number[] = []
    const sleep = (ms: number, signal: AbortSignal) => {
      waits.push(ms)
      return clock.sleep(ms, signal)
    }
    const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n')
    const { said, ran } = await applyAll(sandbox, policy, [], { world: { ...clock, sleep } })
    // The clock begins with a minute, and the limit ends a moment after it.
    expect(waits).toEqual([61_000])
    expect(listSteps(said)).toEqual([`add-member team/a/rita@acme.com: ${status}`])
    expect(ran.code, said.summary).toBe(code)
    if (code === 1) expect(said.stopped).toContain('rate limit')
  })

  test('that a proxy reports after the server removed somebody is not the end of their trace', async () => {
    const state = makeState({ agents: { 'old@acme.com': 'agent' } })
    const sandbox = await serve(
      {
        intercept: (request, response, _state, honest) => {
          if (writeOf(request) !== 'DELETE agents') return false
          honest()
          response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
          return true
        },
      },
      state,
    )
    const { said, ran } = await applyAll(sandbox, writePolicy({}))
    expect(listSteps(said)).toEqual(['remove-agent agent/old@acme.com: done-by-others'])
    const results = readLines(ran.cwd).filter(({ line }) => line === 'result')
    expect(results.map(({ answer, outcome }) => [answer, outcome])).toEqual([
      ['rate-limit', 'done-by-others'],
    ])
    const journal = readFileSync(join(ran.cwd, 'j.jsonl'), 'utf8')
    const back = await apply(
      sandbox,
      writePolicy({ 'old@acme.com': 'agent' }),
      ['--format=json', '--journal=k.jsonl'],
      { files: { 'j.jsonl': journal } },
    )
    expect(parseSaid(back).diagnostics.map(({ code }) => code)).toContain('guard-return')
  })

  test('gives nobody a minute to be somebody else: what is sent again is looked at again', async () => {
    let limit = true
    const sandbox = await serve(
      {
        intercept: (request, response, state) => {
          if (writeOf(request) === null || !limit) return false
          limit = false
          nameTeam(state, 'secret')
          response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
          return true
        },
      },
      makeState({ teams: { a: [] } }),
    )
    const { said } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: [rita@acme.com]\n'))
    expect(listSteps(said)).toEqual(['add-member team/a/rita@acme.com: changed-meanwhile'])
    expect(account(sandbox.state).teams[0]?.members).toEqual([])
  })
})

test('nobody gets a custom role that permits too much because it could not be narrowed before', async () => {
  const made = { agents: { 'ann@acme.com': 'agent' } } as const
  const customRoles = { Clerk: ['conversation_manage', 'report_manage'] }
  const sandbox = await serve({}, makeState({ ...made, customRoles }))
  const policy = writePolicy(
    { 'ann@acme.com': '{ role: agent, custom_role: Clerk }' },
    'custom_roles:\n  Clerk: [conversation_manage]\n',
  )
  // A colleague corrects the description at the same time.
  const world = whenStep('update-custom-role custom-role/Clerk', () => {
    for (const role of account(sandbox.state).custom_roles) role.description = 'For clerks'
  })
  const argv = ['--format=json', '--journal=j.jsonl', '--allow=update-custom-role']
  const said = parseSaid(await apply(sandbox, policy, argv, { world }))
  expect(listSteps(said)).toEqual([
    'update-custom-role custom-role/Clerk: changed-meanwhile',
    'narrow agent/ann@acme.com: skipped',
  ])
  expect(said.steps.at(-1)?.because).toContain('would give more than was approved')
  expect(listWrites(sandbox)).toEqual([])
})

test('somebody else who changes a person in the moment of a write stops the run, which says why', async () => {
  const sandbox = await serve(
    {
      intercept: (request, _response, state) => {
        if (writeOf(request) !== null) change(state, { role: 'administrator' })
        return false
      },
    },
    makeState({ agents: { 'ann@acme.com': 'agent' }, inboxes: { Web: [] } }),
  )
  const policy = writePolicy({ 'ann@acme.com': 'agent' }, 'inboxes:\n  Web: [ann@acme.com]\n')
  const { said, ran } = await applyAll(sandbox, policy)
  expect([ran.code, listSteps(said)]).toEqual([1, ['add-member inbox/Web/ann@acme.com: unknown']])
  expect(said.stopped).toBe(
    'The server answered 200 to add-member, but the account is not as planned after it.',
  )
})

test.each([[[] as string[]], [['--timeout=5s']]])(
  'a request that is cut off at once is looked for a whole minute (%j)',
  async (argv) => {
    const cut = (
      request: Parameters<typeof writeOf>[0],
      response: import('node:http').ServerResponse,
    ) => {
      if (writeOf(request) === null) return false
      response.destroy()
      return true
    }
    const sandbox = await serve({ intercept: cut }, makeState({ teams: { a: [] } }))
    const clock = makeClock()
    let waited = 0
    const sleep = (ms: number, signal: AbortSignal) => {
      waited += ms
      return clock.sleep(ms, signal)
    }
    const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n')
    const { said } = await applyAll(sandbox, policy, argv, { world: { ...clock, sleep } })
    expect(listSteps(said)).toEqual(['add-member team/a/rita@acme.com: unknown'])
    expect(waited).toBeGreaterThanOrEqual(60_000)
  },
)

test.each([408, 503])(
  'an answer %i of what stands in front of Chatwoot is looked behind: the write may still happen',
  async (status) => {
    let looks = 0
    const sandbox = await serve(
      {
        intercept: (request, response, state) => {
          if (writeOf(request) !== null) {
            looks = 1
            response.writeHead(status, { 'content-type': 'text/html' }).end('<html></html>')
            return true
          }
          if (looks > 0) looks += 1
          if (looks === 8) account(state).teams[0]?.members.push('rita@acme.com')
          return false
        },
      },
      makeState({ teams: { a: [] } }),
    )
    const { said } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: [rita@acme.com]\n'))
    expect(listSteps(said)).toEqual(['add-member team/a/rita@acme.com: done'])
  },
)

describe('somebody else changes, just before a write,', () => {
  const state = () =>
    makeState({
      agents: {
        'ann@acme.com': 'agent',
        'bob@acme.com': { customRole: 1 },
        'cyd@acme.com': { customRole: 2 },
      },
      teams: { a: [], old: [] },
      inboxes: { desk: [] },
      customRoles: { Clerk: ['contact_manage', 'report_manage'], Spare: ['contact_manage'] },
    })
  const rest = `custom_roles:
  Clerk: [contact_manage]
  Spare: [contact_manage]
teams:
  a: [ann@acme.com, bob@acme.com]
inboxes:
  desk: [ann@acme.com, cyd@acme.com]
`
  const policy = writePolicy(
    {
      'ann@acme.com': 'agent',
      'bob@acme.com': '{ role: agent, custom_role: Clerk }',
      'cyd@acme.com': '{ role: agent, custom_role: Spare }',
    },
    rest,
  )

  test.each<[string, string, (state: SandboxState) => void]>([
    ['the name of a team', 'add-member team/a/ann@acme.com', (s) => nameTeam(s, 'secret')],
    ['the name of an inbox', 'add-member inbox/desk/ann@acme.com', (s) => nameInbox(s, 'secret')],
    [
      'who is in a team that goes',
      'delete-team team/old',
      (s) =>
        account(s)
          .teams.find(({ name }) => name === 'old')
          ?.members.push('bob@acme.com'),
    ],
    [
      'who holds a custom role that is narrowed',
      'update-custom-role custom-role/Clerk',
      (s) => change(s, { custom_role_id: 1 }),
    ],
    [
      'the address of a person',
      'add-member team/a/ann@acme.com',
      (s) => {
        for (const each of [...s.users, ...account(s).members])
          if (each.email === 'ann@acme.com') each.email = 'ann2@acme.com'
      },
    ],
    [
      'what the custom role of a new member of a team permits',
      'add-member team/a/bob@acme.com',
      (s) => account(s).custom_roles[0]?.permissions.push('conversation_manage'),
    ],
    [
      'what the custom role of a new member of an inbox permits',
      'add-member inbox/desk/cyd@acme.com',
      (s) => account(s).custom_roles[1]?.permissions.push('conversation_manage'),
    ],
    [
      'the role of a person',
      'add-member team/a/ann@acme.com',
      (s) => change(s, { role: 'administrator' }),
    ],
  ])('%s: the step is skipped', async (_, step, act) => {
    const sandbox = await serve({}, state())
    const { said } = await applyAll(sandbox, policy, [], {
      world: whenStep(step, () => act(sandbox.state)),
    })
    expect(listSteps(said)).toContain(`${step}: changed-meanwhile`)
  })
})

describe('between the last look and the write', () => {
  /** Once, right before the first write is answered. */
  const atWrite = (act: (state: SandboxState) => void) => {
    let acted = false
    return (request: SandboxRequest, _: unknown, state: SandboxState) => {
      if (!acted && request.method !== 'GET') {
        acted = true
        act(state)
      }
      return false
    }
  }
  const leave = (email: string) => (state: SandboxState) => {
    const { members } = account(state)
    members.splice(
      members.findIndex((each) => each.email === email),
      1,
    )
  }

  test('a person leaves: nobody stays in an inbox that does not list them', async () => {
    const made = { agents: { 'ann@acme.com': 'agent' }, inboxes: { desk: [] } } as const
    const sandbox = await serve({ intercept: atWrite(leave('ann@acme.com')) }, makeState(made))
    const policy = writePolicy({ 'ann@acme.com': 'agent' }, 'inboxes:\n  desk: [ann@acme.com]\n')
    const { ran, said } = await applyAll(sandbox, policy)
    expect(account(sandbox.state).inboxes[0]?.members).toEqual([])
    expect(listWrites(sandbox)).toEqual(['POST /inbox_members 200', 'DELETE /inbox_members 200'])
    expect([ran.code, said.stopped]).toEqual([
      1,
      'ann@acme.com may be in inbox/desk without being listed, so rollcall removed them from it again.',
    ])
    const results = readLines(ran.cwd).filter(({ line }) => line === 'result')
    expect(results.map((line) => line['outcome'])).toEqual(['unknown', 'done'])
  })

  test('somebody makes the team: what needs it goes on', async () => {
    const sandbox = await serve({}, makeState({}))
    const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n')
    const make = async () => {
      const headers = { 'api-access-token': RIVAL_TOKEN, 'content-type': 'application/json' }
      const body = '{"name":"a"}'
      await ask(sandbox, '/api/v1/accounts/1/teams', headers, 'POST', body)
    }
    const { ran, said } = await applyAll(sandbox, policy, [], {
      world: {
        stderr: {
          isTerminal: false,
          write: async (text) => void (/^\d+\/\d+ create-team/.test(text) && (await make())),
        },
      },
    })
    expect(listSteps(said)).toEqual([
      'create-team team/a: done-by-others',
      'add-member team/a/rita@acme.com: done',
    ])
    expect(ran.code).toBe(0)
  })

  test('somebody makes a custom role of the same name: there are two, and it says that it does not know', async () => {
    const twin = (state: SandboxState) => {
      const [first] = account(state).custom_roles
      if (first !== undefined) account(state).custom_roles.push({ ...first, id: 77, name: 'New' })
    }
    const sandbox = await serve(
      { intercept: atWrite(twin) },
      makeState({ customRoles: { Clerk: [] } }),
    )
    const policy = writePolicy({}, 'custom_roles:\n  Clerk: []\n  New: []\n')
    const { ran, said } = await applyAll(sandbox, policy)
    expect(listSteps(said)).toEqual(['create-custom-role custom-role/New: unknown'])
    expect(ran.code).toBe(1)
  })

  test('an invitation is half done: the person is there without the custom role, and nothing follows', async () => {
    const made = { customRoles: { Clerk: ['contact_manage'] }, teams: { a: [] } }
    const sandbox = await serve({ intercept: withHalfDone('POST agents') }, makeState(made))
    const policy = writePolicy(
      { 'new@acme.com': '{ role: agent, custom_role: Clerk }' },
      'custom_roles:\n  Clerk: [contact_manage]\nteams:\n  a: [new@acme.com]\n',
    )
    const { ran, said } = await applyAll(sandbox, policy)
    expect(listSteps(said)).toEqual([
      'invite agent/new@acme.com: partly-done',
      'add-member team/a/new@acme.com: not-started',
    ])
    expect(said.steps[0]?.writes).toMatchObject([{ outcome: 'half-done', http_status: 500 }])
    expect(said.stopped).toBe(
      'new@acme.com is an agent with no custom role now, and should be an agent with custom role "Clerk": the server did only a part of the request. Correct it in Chatwoot (Settings, Agents), or run apply again and approve what it shows.',
    )
    expect([ran.code, said.after?.verdict]).toEqual([1, 'drift'])
  })

  test('the owner of the token is demoted: it stops, and does not believe what it is shown', async () => {
    const demote = (state: SandboxState) => {
      for (const each of account(state).members)
        if (each.email === 'bot@acme.com') each.role = 'agent'
    }
    const sandbox = await serve({}, makeState({ teams: { a: [], b: [] } }))
    const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n  b: [rita@acme.com]\n')
    const { ran, said } = await applyAll(sandbox, policy, [], {
      world: whenStep('add-member team/b/rita@acme.com', () => demote(sandbox.state)),
    })
    expect(listSteps(said).map((each) => each.split(': ')[1])).toEqual(['done', 'not-done'])
    expect(said.stopped).toContain(
      'bot@acme.com, who owns the token, is no longer an administrator',
    )
    expect(ran.code).toBe(1)
    expect(listWrites(sandbox)).toEqual(['POST /teams/1/team_members 200'])
  })

  test('another administrator is demoted: the last one who counts is not', async () => {
    const made = { agents: { 'eve@acme.com': 'administrator' } } as const
    const sandbox = await serve({}, makeState(made))
    const policy = writePolicy({ 'eve@acme.com': 'agent' })
    const demote = () => {
      for (const each of account(sandbox.state).members)
        if (each.email === 'rita@acme.com') each.role = 'agent'
    }
    const { said } = await applyAll(sandbox, policy, [], {
      world: whenStep('demote agent/eve@acme.com', demote),
    })
    expect(said.stopped).toContain('Only 0 of the administrators who count would be left')
    expect(listWrites(sandbox)).toEqual([])
  })
})

test.each([
  ['that is there', { New: ['contact_manage'] }],
  ['that the same run creates', {}],
])(
  'an administrator who becomes an agent with a custom role %s is never a full agent in between',
  async (_, customRoles) => {
    const seen: (number | null | undefined)[] = []
    const sandbox = await serve(
      {
        intercept: (_request, _response, state) => {
          const eve = account(state).members.find(({ email }) => email === 'eve@acme.com')
          if (eve?.role === 'agent') seen.push(eve.custom_role_id)
          return false
        },
      },
      makeState({ agents: { 'eve@acme.com': 'administrator' }, customRoles }),
    )
    const policy = writePolicy(
      { 'eve@acme.com': '{ role: agent, custom_role: New }' },
      'custom_roles:\n  New: [contact_manage]\n',
    )
    const { ran, said } = await applyAll(sandbox, policy)
    expect(said.stopped).toBeNull()
    expect(ran.code).toBe(0)
    expect(new Set(seen)).toEqual(new Set([1]))
  },
)

test('a person who leaves is not deleted if one of the groups to leave is another one by now', async () => {
  const made = {
    agents: { 'old@acme.com': 'agent' },
    teams: { a: ['old@acme.com', 'rita@acme.com'] },
  } as const
  const sandbox = await serve({}, makeState(made))
  const { ran, said } = await applyAll(sandbox, writePolicy({}), [], {
    world: whenStep('remove-agent agent/old@acme.com', () => nameTeam(sandbox.state, 'secret')),
  })
  expect(listSteps(said)).toEqual(['remove-agent agent/old@acme.com: changed-meanwhile'])
  expect([ran.code, listWrites(sandbox)]).toEqual([2, []])
})

test.each([200, 404])(
  'there is no verdict if a removed person is on the account at the end, whatever the answers were (%i)',
  async (status) => {
    const made = { agents: { 'old@acme.com': 'agent' } } as const
    let deleted = false
    const sandbox = await serve(
      {
        intercept: ({ method, path }, response, _, honest) => {
          if (method === 'DELETE') deleted = true
          // Nobody is deleted, and the list that is read next is of another moment.
          if (method === 'DELETE') response.writeHead(status).end()
          else if (deleted && path.endsWith('/agents')) {
            deleted = false
            const { headers, body } = honest()
            const rest = JSON.parse(body).filter(
              (agent: { email: string }) => agent.email !== 'old@acme.com',
            )
            const type = { 'content-type': String(headers['content-type']) }
            response.writeHead(200, type).end(JSON.stringify(rest))
          } else return false
          return true
        },
      },
      makeState(made),
    )
    const { ran, said } = await applyAll(sandbox, writePolicy({}))
    expect([ran.code, said.verdict, said.after?.verdict]).toEqual([1, 'none', 'drift'])
    expect(said.pending).toEqual([
      'old@acme.com was removed, but is on the account. Somebody may have invited them again, or Chatwoot did not remove them.',
    ])
  },
)

test('a run that ends with a loss names the loss, and not an old membership that came back', async () => {
  const made = {
    agents: { 'old@acme.com': 'agent' },
    others: ['new@acme.com'],
    inboxes: { mail: ['new@acme.com'] },
  } as const
  const sandbox = await serve({}, makeState(made))
  const isOld = ({ email }: { readonly email: string }) => email === 'old@acme.com'
  const users = sandbox.state.users.filter(isOld)
  const members = account(sandbox.state).members.filter(isOld)
  // A colleague brings the person back.
  const write = async (text: string) => {
    if (!text.startsWith('Waiting a minute')) return
    sandbox.state.users.push(...users)
    account(sandbox.state).members.push(...members)
  }
  const policy = writePolicy(
    { 'new@acme.com': 'agent' },
    'scope: { ignore: { inboxes: [mail] } }\n',
  )
  const world = { stderr: { isTerminal: false, write } }
  const { ran, said } = await applyAll(sandbox, policy, [], { world })
  const loss = expect.stringContaining('old@acme.com was removed, but is on the account.')
  expect(said.pending).toEqual([loss, expect.stringContaining('is now also in inbox mail')])
  expect([ran.code, said.stopped]).toEqual([1, loss])
})

test.each([
  ['before', 'not-done'],
  ['after', 'unknown'],
])(
  'a signal in the middle of the look %s a write is the reason why the run stopped',
  async (when, status) => {
    const controller = new AbortController()
    let written = false
    const sandbox = await serve(
      {
        intercept: ({ method, path }) => {
          if (method !== 'GET') written = true
          else if (path.endsWith('/team_members') && begun && written === (when === 'after')) {
            controller.abort(130)
          }
          return false
        },
      },
      makeState({ teams: { a: [] } }),
    )
    let begun = false
    const stderr = whenStep('add-member team/a/rita@acme.com', () => {
      begun = true
    })
    const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n')
    const world = { ...stderr, signal: controller.signal }
    const { ran, said } = await applyAll(sandbox, policy, [], { world })
    expect(listSteps(said)).toEqual([`add-member team/a/rita@acme.com: ${status}`])
    expect([ran.code, said.stopped]).toEqual([130, 'A signal ended the run.'])
  },
)

test('an account that cannot be read after a write is not said to be other than planned', async () => {
  let written = false
  const sandbox = await serve(
    {
      intercept: ({ method }, response) => {
        if (method !== 'GET') written = true
        else if (written) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
        return method === 'GET' && written
      },
    },
    makeState({ teams: { a: [] } }),
  )
  const { said } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: [rita@acme.com]\n'))
  expect(listSteps(said)).toEqual(['add-member team/a/rita@acme.com: unknown'])
  expect(said.stopped).toBe(
    'The server answered 200 to add-member, but the account could not be read after it.',
  )
})

test('what a stopped clean-up leaves is said, and waited for two minutes', async () => {
  const made = { agents: { 'old@acme.com': 'agent' }, teams: { a: [] } } as const
  const state = makeState(made)
  // A membership that no list shows until the person is gone.
  const sandbox = await serve(
    {
      jobDelay: null,
      intercept: ({ method }, _, now) => {
        if (method === 'DELETE') account(now).teams[0]?.members.push('old@acme.com')
        return false
      },
    },
    state,
  )
  const { said } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: []\n'))
  expect(listSteps(said)).toEqual(['remove-agent agent/old@acme.com: done'])
  expect(said.pending).toEqual([
    'old@acme.com was removed, but Chatwoot still lists them in a group: its clean-up job has not run yet.',
  ])
})

test('an old membership that comes back with an invitation is said, also in an inbox that is not managed', async () => {
  const made = { others: ['new@acme.com'], inboxes: { desk: [], mail: ['new@acme.com'] } }
  const sandbox = await serve({}, makeState(made))
  const policy = writePolicy({ 'new@acme.com': 'agent' }, 'inboxes:\n  desk: [new@acme.com]\n')
  const ignored = `${policy}scope: { ignore: { inboxes: [mail] } }\n`
  const { said, ran } = await applyAll(sandbox, ignored)
  expect([ran.code, listSteps(said)]).toEqual([
    0,
    ['invite agent/new@acme.com: done', 'add-member inbox/desk/new@acme.com: done'],
  ])
  expect(said.pending).toEqual([
    expect.stringContaining('new@acme.com was invited and is now also in inbox mail'),
  ])
})

describe('a journal that cannot be written any more', () => {
  const state = makeState({ teams: { a: [], b: [] } })
  const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n  b: [rita@acme.com]\n')
  const full = new Failure(makeDiagnostic({ code: 'output-failed', summary: 'The disk is full.' }))

  test.each([
    ['intent', 1, ['done', 'not-done']],
    ['result', 2, ['done', 'done']],
  ])(
    'at the second %s: nothing more is sent, and what was sent is said',
    async (kind, sent, statuses) => {
      const proposed = await prepare(state, policy)
      const sandbox = await serve({}, structuredClone(state))
      let left = 2
      const { steps, stopped } = await execute(sandbox, proposed, {
        journal: async ({ line }) => {
          if (line === kind) left -= 1
          if (left === 0) throw full
        },
      })
      expect(steps.map(({ status }) => status)).toEqual(statuses)
      expect(stopped).toContain('The disk is full.')
      expect(listWrites(sandbox).length).toBe(sent)
    },
  )
})

test('a bug in the middle of a run hides nothing that was written before it', async () => {
  const state = makeState({ teams: { a: [], b: [] } })
  const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n  b: [rita@acme.com]\n')
  const proposed = await prepare(state, policy)
  const sandbox = await serve({}, structuredClone(state))
  let intents = 0
  const { steps, stopped } = await execute(sandbox, proposed, {
    journal: async ({ line }) => {
      if (line === 'intent') intents += 1
      if (intents === 2) throw new TypeError('x is not a function')
    },
  })
  expect(steps.map(({ status }) => status)).toEqual(['done', 'unknown'])
  expect(stopped).toBe('rollcall failed, which is a bug: x is not a function')
})
