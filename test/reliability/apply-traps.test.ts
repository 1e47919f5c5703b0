/** What a live server does to an apply at the worst moment, one trap after the other. */
import { describe, expect, test } from 'vitest'
import type { SandboxMember, SandboxState } from '../../src/sandbox/state.ts'
import {
  applyAll,
  listSteps,
  listWrites,
  makeState,
  whenStep,
  writePolicy,
} from '../cli/applying.ts'
import { serve } from '../cli/world.ts'
import { writeOf } from '../sandbox/write-faults.ts'

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
    const { said, ran } = await applyAll(sandbox, writePolicy({}, 'teams:\n  a: [rita@acme.com]\n'))
    expect(listSteps(said)).toEqual([`add-member team/a/rita@acme.com: ${status}`])
    expect(ran.code, said.summary).toBe(code)
    if (code === 1) expect(said.stopped).toContain('rate limit')
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
  a: [ann@acme.com]
inboxes:
  desk: [ann@acme.com]
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
