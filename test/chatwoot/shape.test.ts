import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSnapshot } from '../../src/chatwoot/read.ts'
import { ALL_PARTS } from '../../src/connect/account.ts'
import { Failure } from '../../src/core/messages/diagnostic.ts'
import {
  ACCOUNT,
  AGENTS,
  ada,
  billing,
  grace,
  INBOX_MEMBERS,
  INBOXES,
  MEMBERS,
  open,
  PROFILE,
  profile,
  READ_PATHS,
  ROLES,
  read,
  serve,
  simulated,
  TEAMS,
  website,
} from './harness.ts'

const { confirmed: _, ...unsaid } = grace
const { custom_role_id: __, ...plain } = grace
const without = { ...profile, accounts: [{ id: 2 }, { id: 1, name: 'Acme' }] }

describe('a body of the wrong shape is refused with its path', () => {
  test.each<[string, unknown, string]>([
    [PROFILE, null, 'profile should be an object, it is null'],
    [PROFILE, [], 'profile should be an object, it is a list'],
    [PROFILE, { ...profile, email: ' ' }, 'profile.email should be text that is not blank'],
    [PROFILE, { ...profile, accounts: {} }, 'profile.accounts should be a list, it is an object'],
    [PROFILE, without, 'profile.accounts[1].role should be administrator or agent, it is absent'],
    [
      PROFILE,
      { ...profile, accounts: [...profile.accounts, ...profile.accounts] },
      'account 1 twice',
    ],
    [AGENTS, null, 'agents should be a list, it is null'],
    [AGENTS, {}, 'agents should be a list, it is an object'],
    [AGENTS, 'text', 'agents should be a list'],
    [AGENTS, [ada, null], 'agents[1] should be an object, it is null'],
    [AGENTS, [{ ...ada, id: '1' }], 'agents[0].id should be a positive whole number'],
    [AGENTS, [{ ...ada, id: 0 }], 'it is the number 0'],
    [AGENTS, [{ ...ada, id: 1.5 }], 'it is the number 1.5'],
    [AGENTS, [{ ...ada, id: 2 ** 53 }], 'agents[0].id'],
    [AGENTS, [{ ...ada, email: null }], 'agents[0].email should be a string, it is null'],
    [
      AGENTS,
      [{ ...ada, email: '' }],
      'agents[0].email should be text that is not blank, it is empty',
    ],
    [AGENTS, [{ ...ada, name: 7 }], 'agents[0].name'],
    [
      AGENTS,
      [ada, { ...grace, role: null }],
      'agents[1].role should be administrator or agent, it is null: grace@acme.com has no role',
    ],
    [
      PROFILE,
      { ...profile, accounts: [{ id: 1, name: 'Acme', role: null }] },
      'profile.accounts[0].role should be administrator or agent, it is null: the owner of the token has no role',
    ],
    [AGENTS, [ada, { ...grace, role: 'Administrator' }], 'agents[1].role'],
    [AGENTS, [ada, { ...grace, role: 1 }], 'agents[1].role'],
    [AGENTS, [ada, unsaid], 'agents[1].confirmed should be true or false, it is absent'],
    [AGENTS, [ada, { ...grace, confirmed: 'true' }], 'agents[1].confirmed'],
    [AGENTS, [ada, { ...grace, provider: 1 }], 'agents[1].provider'],
    [AGENTS, [ada, { ...grace, custom_role_id: '3' }], 'agents[1].custom_role_id'],
    [AGENTS, [ada, { ...grace, custom_role_id: 0.5 }], 'should be a whole number'],
    [AGENTS, [ada, plain], 'custom_role_id should be on all agents or on no agent'],
    [AGENTS, [ada, { ...grace, account_id: 2 }], 'agents[1].account_id should be 1, it is 2'],
    [AGENTS, [ada, { ...grace, id: 1 }], 'agents[0] and agents[1] are both 1'],
    [
      AGENTS,
      [ada, { ...grace, email: ' ADA@acme.com' }],
      'agents[0] and agents[1] are both ada@acme.com',
    ],
    [TEAMS, null, 'teams should be a list, it is null'],
    [TEAMS, { payload: [] }, 'teams should be a list'],
    [TEAMS, [{ ...billing, name: '' }], 'teams[0].name should be text that is not blank'],
    [TEAMS, [{ ...billing, description: 1 }], 'teams[0].description'],
    [TEAMS, [{ ...billing, allow_auto_assign: 1 }], 'teams[0].allow_auto_assign'],
    [TEAMS, [{ ...billing, account_id: 3 }], 'teams[0].account_id'],
    [TEAMS, [billing, { ...billing, name: 'x' }], 'teams[0] and teams[1] are both 7'],
    [TEAMS, [billing, { ...billing, id: 8 }], 'are both billing'],
    [INBOXES, [], 'body should be an object, it is a list'],
    [INBOXES, {}, 'payload should be a list, it is absent'],
    [
      INBOXES,
      { payload: [{ ...website, name: '' }] },
      'payload[0].name should be text that is not blank',
    ],
    [INBOXES, { payload: [{ ...website, channel_type: null }] }, 'payload[0].channel_type'],
    [
      INBOXES,
      { payload: [{ ...website, enable_auto_assignment: undefined }] },
      'payload[0].enable_auto_assignment should be true or false, it is absent',
    ],
    [INBOXES, { payload: [{ ...website, account_id: 3 }] }, 'payload[0].account_id'],
    [INBOXES, { payload: [website, website] }, 'payload[0] and payload[1] are both 4'],
    [INBOX_MEMBERS, [], 'body should be an object, it is a list'],
    [INBOX_MEMBERS, { payload: [ada, ada] }, 'payload[0] and payload[1] are both 1'],
    [INBOX_MEMBERS, { payload: [{ ...ada, id: '1' }] }, 'payload[0].id'],
    [ROLES, [{ id: 1, name: 'a' }], 'custom_roles[0].permissions should be a list, it is absent'],
    [
      ROLES,
      [{ id: 1, name: 'a', permissions: ['x', 1] }],
      'custom_roles[0].permissions[1] should be a string, it is the number 1',
    ],
    [MEMBERS, {}, 'team_members should be a list, it is an object'],
    [MEMBERS, null, 'team_members should be a list, it is null'],
    [MEMBERS, [{ ...ada, role: undefined }], 'team_members[0].role'],
    [MEMBERS, [{ ...ada, confirmed: null }], 'team_members[0].confirmed'],
    [MEMBERS, [ada, ada], 'team_members[0] and team_members[1] are both 1'],
    [
      MEMBERS,
      [{ ...ada, account_id: '1' }],
      'team_members[0].account_id should be 1, it is some other text',
    ],
  ])('%s %j', async (path, json, words) => {
    const { codes, diagnostics } = await read({ [path]: { json } }, { wanted: ALL_PARTS })
    expect(codes).toEqual(['server-shape'])
    expect(diagnostics[0]?.summary).toContain(words)
    expect(diagnostics[0]?.detail).toContain(path)
  })
})

test.each([
  [AGENTS, { ...grace, role: 'owner' }, 'agents[1].role', '(grace@acme.com)'],
  [AGENTS, { ...grace, id: '2' }, 'agents[1].id', '(grace@acme.com)'],
  [AGENTS, { ...grace, email: null }, 'agents[1].email', `(${grace['name']})`],
  [TEAMS, { ...billing, id: 8, allow_auto_assign: 1 }, 'teams[1].allow_auto_assign', '(billing)'],
  [TEAMS, { ...billing, id: 8, name: null }, 'teams[1].name', 'it is null (id 8).'],
  [TEAMS, { ...billing, id: 8, name: ' ' }, 'teams[1].name', '(id 8)'],
  [TEAMS, { name: '' }, 'teams[1].id', 'it is absent.'],
])('an error in %s names the person or the thing: %#', async (path, entry, at, who) => {
  const first = path === AGENTS ? ada : { ...billing, name: 'first' }
  const { diagnostics } = await read({ [path]: { json: [first, entry] } })
  expect(diagnostics[0]?.summary).toContain(at)
  expect(diagnostics[0]?.summary).toContain(who)
})

test('the advice about somebody without a role is to give them one', async () => {
  const { diagnostics } = await read({ [AGENTS]: { json: [ada, { ...grace, role: null }] } })
  expect(diagnostics[0]?.advice).toContain('Give this person a role in Chatwoot')
  expect(diagnostics[0]?.advice).not.toContain('base URL')
})

/** Any JSON, and things that come close to an account. */
const near = fc.oneof(
  { weight: 1, arbitrary: fc.jsonValue() },
  {
    weight: 3,
    arbitrary: fc.array(
      fc.record(
        {
          id: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.jsonValue({ maxDepth: 0 })),
          email: fc.constantFrom('ada@acme.com', 'grace@acme.com', ' ADA@acme.com', '', null),
          name: fc.oneof(fc.string(), fc.constant(null)),
          role: fc.constantFrom('administrator', 'agent', null, 'owner'),
          confirmed: fc.constantFrom(true, false, null),
          custom_role_id: fc.constantFrom(null, 1, 0),
          allow_auto_assign: fc.boolean(),
          enable_auto_assignment: fc.constantFrom(true, null),
          channel_type: fc.constantFrom('Channel::Api', '', null),
          permissions: fc.constantFrom([], ['contact_manage'], null, [1]),
          description: fc.constantFrom(null, '', 1),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 4 },
    ),
  },
)

test('whatever JSON a server sends, there is a snapshot or a Failure and nothing else', async () => {
  const bodies: Record<string, unknown> = {}
  const paths = [...READ_PATHS, INBOXES, INBOX_MEMBERS, ROLES]
  const answers = paths.map((path) => [
    path,
    ({ response }: { response: import('node:http').ServerResponse }) => {
      const text = JSON.stringify(bodies[path] ?? null)
      response.setHeader('content-length', Buffer.byteLength(text)).end(text)
    },
  ])
  const server = await serve(Object.fromEntries(answers))
  const options = simulated(server.origin)
  const client = open(options)
  const wanted = {
    accountId: 1,
    ...ALL_PARTS,
    origin: '',
  }
  let snapshots = 0
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(paths, { minLength: 1, maxLength: 2 }),
      fc.array(near, { minLength: 2, maxLength: 2 }),
      async (replaced, values) => {
        for (const path of paths) {
          const answer = ACCOUNT[path]
          bodies[path] = answer !== undefined && 'json' in answer ? answer.json : []
        }
        replaced.forEach((path, index) => {
          const value = values[index]
          bodies[path] = /inbox/.test(path) && Array.isArray(value) ? { payload: value } : value
        })
        try {
          const snapshot = await readSnapshot(client, wanted)
          snapshots += 1
          expect(snapshot.agents.map((agent) => agent.email)).toContain(snapshot.caller.email)
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          expect(error.diagnostics).toHaveLength(1)
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(snapshots).toBeGreaterThan(0)
  await client.close()
  await server.close()
})
