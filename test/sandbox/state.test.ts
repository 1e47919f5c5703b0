/** What a state file may leave out, and what is said of one that is wrong. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/core/messages/diagnostic.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { findCredentials } from '../../src/sandbox/state.ts'

const parse = (value: unknown) => parseState(JSON.stringify(value), 'my.json')

function problems(text: string): readonly string[] {
  try {
    parseState(text, 'my.json')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    expect(error.diagnostics.every((each) => each.code === 'usage-argument')).toBe(true)
    expect(error.diagnostics.every((each) => each.advice !== null)).toBe(true)
    return error.diagnostics.map((each) => each.summary)
  }
  return []
}

const said = (value: unknown) => problems(JSON.stringify(value))

/** `users` and one account, with what a test wants different. */
const written = (account: object, more: object = {}) => ({
  users: [{ email: 'ada@acme.com' }, { email: 'grace@acme.com' }],
  accounts: [account],
  ...more,
})

describe('a short state', () => {
  const state = parse({
    users: [
      { email: 'Grace@Acme.com' },
      { id: 1, email: 'root@acme.com' },
      { email: 'ada@acme.com' },
    ],
    accounts: [
      {
        custom_roles: [{ name: 'Clerk' }],
        members: [{ email: 'grace@acme.com' }, { email: 'ADA@acme.com', role: 'administrator' }],
        teams: [{ name: 'Σίσυφος ΟΔΟΣ' }, { id: 1, name: 'first' }],
      },
      { teams: [{ name: 'first' }] },
    ],
  })

  test('is an enterprise server of the reference version', () => {
    expect([state.edition, state.version]).toEqual(['enterprise', '4.15.1'])
  })

  test('numbers users, accounts, teams and custom roles in order, past ids that are taken', () => {
    expect(state.users.map((user) => user.id)).toEqual([2, 1, 3])
    expect(state.accounts.map((account) => account.id)).toEqual([1, 2])
    expect(state.accounts.map((account) => account.teams.map((team) => team.id))).toEqual([
      [2, 1],
      [3],
    ])
    expect(state.accounts[0]?.custom_roles[0]?.id).toBe(1)
  })

  test('stores addresses and team names as the server does', () => {
    expect(state.users[0]?.email).toBe('grace@acme.com')
    expect(state.accounts[0]?.members[1]?.email).toBe('ada@acme.com')
    expect(state.accounts[0]?.teams[0]?.name).toBe('σίσυφος οδοσ')
  })

  test('has no inboxes where it names none, as every state of format 1.0', () => {
    expect(state.accounts.map(({ inboxes }) => inboxes)).toEqual([[], []])
  })

  test('has confirmed users with a name, a token and the provider email', () => {
    expect(state.users[0]).toEqual({
      id: 2,
      email: 'grace@acme.com',
      name: 'grace',
      display_name: null,
      confirmed: true,
      provider: 'email',
      type: null,
      token: 'sandbox-token-of-user-2',
      pubsub_token: 'SECRET-pubsub-token-of-user-2',
      custom_attributes: {},
    })
  })

  test('has members who are agents', () => {
    expect(state.accounts[0]?.members[0]?.role).toBe('agent')
  })

  test('is called by the first administrator, on an account of theirs', () => {
    expect(findCredentials(state)).toEqual({
      account: 1,
      email: 'ada@acme.com',
      token: 'sandbox-token-of-user-3',
    })
  })

  test('is called by the first user where nobody is an administrator', () => {
    const agents = parse(written({ members: [{ email: 'grace@acme.com' }] }))
    expect(findCredentials(agents)).toMatchObject({ account: null, email: 'ada@acme.com' })
  })

  test('prefers an active account to a suspended one', () => {
    const members = [{ email: 'ada@acme.com', role: 'administrator' }]
    const accounts = [{ status: 'suspended', members }, { members }]
    expect(findCredentials(parse({ ...written({}), accounts })).account).toBe(2)
    expect(findCredentials(parse(written({ status: 'suspended', members }))).account).toBe(1)
  })

  test('may begin with a byte order mark and name its schema', () => {
    const text = JSON.stringify(written({}, { $schema: 'x', caller: 'Grace@acme.com' }))
    expect(parseState(`\uFEFF${text}`, 'my.json').caller).toBe('grace@acme.com')
  })
})

describe('an inbox', () => {
  const [first, second] = parse({
    users: [{ email: 'ada@acme.com' }],
    accounts: [
      {
        inboxes: [
          { name: 'Website', members: ['Ada@Acme.com'] },
          { id: 1, name: 'Website' },
        ],
      },
    ],
  }).accounts[0]?.inboxes ?? [null]

  test('is a web widget with automatic assignment and an id of its own', () => {
    expect(first).toEqual({
      id: 2,
      name: 'Website',
      channel_type: 'Channel::WebWidget',
      enable_auto_assignment: true,
      members: ['ada@acme.com'],
      fields: {},
    })
  })

  test('may have the name of another one', () => {
    expect(second).toMatchObject({ id: 1, name: 'Website', members: [] })
  })
})

describe('team names', () => {
  const stored = (version: string, name: string) =>
    parse(written({ teams: [{ name }] }, { version })).accounts[0]?.teams[0]?.name

  test.each([
    ['  Night  Shift ', 'night  shift'],
    ['Empty\tTeam', 'emptyteam'],
    ['\u0000 ΟΔΟΣ \u0085', 'οδοσ'],
    ['\u00a0a\u00a0', '\u00a0a\u00a0'],
  ])('from 4.16 on lose control characters and outer spaces: %j', (name, expected) => {
    expect(stored('4.16.0', name)).toBe(expected)
  })

  test('before that keep everything but their case', () => {
    expect(stored('4.15.1', '  Night\tShift ')).toBe('  night\tshift ')
  })

  test('count as one name where they are stored as one', () => {
    const teams = [{ name: 'a' }, { name: ' A\n' }]
    expect(said(written({ teams }, { version: '4.16.2' }))).toEqual([
      'In the state my.json, accounts[0].teams[1].name appears twice: "a".',
    ])
    expect(said(written({ teams }))).toEqual([])
  })

  test("follow the version that is asked for, not the state's own", () => {
    const text = JSON.stringify(written({ teams: [{ name: ' A ' }] }, { version: '4.15.1' }))
    const state = parseState(text, 'my.json', '4.16.2')
    expect([state.version, state.accounts[0]?.teams[0]?.name]).toEqual(['4.16.2', 'a'])
  })
})

describe('a wrong state is refused with file and place', () => {
  const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
    [
      'no object',
      [],
      ['the whole document must be a JSON object, the state of a rollcall sandbox'],
    ],
    ['nothing in it', {}, ['users is missing', 'accounts is missing']],
    ['nobody in it', { users: [], accounts: [{}] }, ['users must NOT have fewer than 1 items']],
    ['an unknown key', written({ agents: [] }), ['accounts[0].agents is not a known key']],
    [
      'an unknown key that is no plain word',
      written({ 'a b': 1 }),
      ['accounts[0]["a b"] is not a known key'],
    ],
    ['a wrong type', written({ teams: {} }), ['accounts[0].teams must be array']],
    [
      'an unknown role',
      written({ members: [{ email: 'ada@acme.com', role: 'king' }] }),
      ['accounts[0].members[0].role must be one of ["administrator","agent"]'],
    ],
    [
      'an address without @',
      { users: [{ email: 'ada' }], accounts: [{}] },
      ['users[0].email must be an e-mail address'],
    ],
    [
      'a time that the server would not write',
      written({ created_at: '2026-01-01' }),
      ['accounts[0].created_at must be a time such as 2026-01-01T00:00:00.000Z'],
    ],
    [
      'a last use that is no time',
      written({ members: [{ email: 'ada@acme.com', active_at: 'today' }] }),
      ['accounts[0].members[0].active_at must be a time such as 2026-01-01T00:00:00.000Z, or null'],
    ],
    ['an id of 0', written({ id: 0 }), ['accounts[0].id must be a whole number from 1']],
    [
      'a token that no header can carry',
      { users: [{ email: 'ada@acme.com', token: 'a\nb' }], accounts: [{}] },
      ['users[0].token must be a token: printable ASCII without spaces'],
    ],
    [
      'a member who is no user',
      written({ members: [{ email: 'hedy@acme.com' }] }),
      ['accounts[0].members[0].email is not a user of this state: "hedy@acme.com"'],
    ],
    [
      'a team member who is no user',
      written({ teams: [{ name: 'a', members: ['ada@acme.com', 7, 'hedy@acme.com'] }] }),
      ['accounts[0].teams[0].members[2] is not a user of this state: "hedy@acme.com"'],
    ],
    [
      'an inbox member who is no user',
      written({ inboxes: [{ name: 'a', members: ['hedy@acme.com'] }] }),
      ['accounts[0].inboxes[0].members[0] is not a user of this state: "hedy@acme.com"'],
    ],
    [
      'an inbox member who is the number of a user',
      written({ inboxes: [{ name: 'a', members: [1] }] }),
      ['accounts[0].inboxes[0].members[0] must be an e-mail address'],
    ],
    [
      'a channel that is no class name',
      written({ inboxes: [{ name: 'a', channel_type: 'web_widget' }] }),
      [
        "accounts[0].inboxes[0].channel_type must be the name of a channel's class, such as Channel::WebWidget",
      ],
    ],
    [
      'the same inbox member twice',
      written({ inboxes: [{ name: 'a', members: ['ada@acme.com', 'ADA@acme.com'] }] }),
      ['accounts[0].inboxes[0].members[1] appears twice: "ada@acme.com"'],
    ],
    [
      'ids of inboxes given twice, whatever the account',
      {
        users: [{ email: 'a@acme.com' }],
        accounts: [{ inboxes: [{ id: 9, name: 'a' }] }, { inboxes: [{ id: 9, name: 'a' }] }],
      },
      ['accounts[1].inboxes[0].id appears twice: 9'],
    ],
    [
      'a caller who is no user',
      written({}, { caller: 'hedy@acme.com' }),
      ['caller is not a user of this state: "hedy@acme.com"'],
    ],
    [
      'the same user twice',
      { users: [{ email: 'a@acme.com' }, { email: 'A@acme.com' }], accounts: [{}] },
      ['users[1].email appears twice: "a@acme.com"'],
    ],
    [
      'the same member twice',
      written({ members: [{ email: 'ada@acme.com' }, { email: 'ada@acme.com' }] }),
      ['accounts[0].members[1].email appears twice: "ada@acme.com"'],
    ],
    [
      'the same team member twice',
      written({ teams: [{ name: 'a', members: ['ada@acme.com', 'ada@acme.com'] }] }),
      ['accounts[0].teams[0].members[1] appears twice: "ada@acme.com"'],
    ],
    [
      'two teams of one name',
      written({ teams: [{ name: 'Billing' }, { name: 'billing' }] }),
      ['accounts[0].teams[1].name appears twice: "billing"'],
    ],
    [
      'ids given twice, whatever the account',
      {
        users: [
          { id: 5, email: 'a@acme.com' },
          { id: 5, email: 'b@acme.com' },
        ],
        accounts: [
          { id: 2, teams: [{ id: 9, name: 'a' }], custom_roles: [{ id: 3, name: 'x' }] },
          { id: 2, teams: [{ id: 9, name: 'b' }], custom_roles: [{ id: 3, name: 'x' }] },
        ],
      },
      [
        'users[1].id appears twice: 5',
        'users[1].token appears twice: "sandbox-token-of-user-5"',
        'accounts[1].id appears twice: 2',
        'accounts[1].teams[0].id appears twice: 9',
        'accounts[1].custom_roles[0].id appears twice: 3',
      ],
    ],
    [
      'a token of two',
      written({}, { bot_tokens: ['x', 'sandbox-token-of-user-1'], platform_tokens: ['x'] }),
      [
        'bot_tokens[1] appears twice: "sandbox-token-of-user-1"',
        'platform_tokens[0] appears twice: "x"',
      ],
    ],
  ]

  for (const [name, value, expected] of cases) {
    test(name, () => {
      expect(said(value)).toEqual(expected.map((each) => `In the state my.json, ${each}.`))
    })
  }

  test('no JSON', () => {
    expect(problems('{"users": [}')).toEqual(['The state my.json is not valid JSON.'])
  })

  test('a token in another file is not shown', () => {
    for (const text of [
      'a1b2c3d4e5f6',
      `{"users": [], ${'"x": 1, '.repeat(9)} "y": a1b2c3d4e5f6}`,
    ]) {
      expect(() => parseState(text, 'token.txt')).toThrow(
        expect.objectContaining({
          diagnostics: [expect.objectContaining({ detail: "Unexpected token 'a'" })],
        }),
      )
    }
  })

  test('a key named __proto__', () => {
    expect(problems('{"users":[{"email":"a@b"}],"accounts":[{"__proto__":{}}]}')).toEqual([
      'In the state my.json, accounts[0].__proto__ is not a known key.',
    ])
  })

  test('an unknown key is answered with the known ones', () => {
    try {
      parse(written({ teams: [{ name: 'a', auto_assign: true }] }))
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
      expect((error as Failure).diagnostics[0]?.advice).toBe(
        'Allowed keys: id, name, description, allow_auto_assign, members.',
      )
    }
  })

  test('ten problems at once, and how many more there are', () => {
    const users = Array.from({ length: 13 }, () => ({ email: 'nobody' }))
    const found = said({ users, accounts: [{}] })
    expect(found).toHaveLength(11)
    expect(found[10]).toBe('The state my.json has 3 more errors.')
  })
})

test('the demo is a sound state with a dozen people, called by an administrator', () => {
  const file = new URL('../../examples/demo/state.json', import.meta.url)
  const state = parseState(readFileSync(file, 'utf8'), 'state.json')
  expect(state.users.length).toBeGreaterThan(11)
  expect(findCredentials(state)).toMatchObject({ account: 1, email: 'maya@northwind.example' })
})

describe('docs/sandbox.md', () => {
  const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')

  test('explains every key of the schema', () => {
    const file = new URL('../../schemas/sandbox.schema.json', import.meta.url)
    const schema = JSON.parse(readFileSync(file, 'utf8'))
    const keys = [schema, ...Object.values(schema.$defs)].flatMap((each: { properties?: object }) =>
      Object.keys(each.properties ?? {}),
    )
    expect(keys.length).toBeGreaterThan(30)
    expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([])
  })

  test('has an example that is what the text says it is', () => {
    const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? []
    const state = parseState(example, 'docs/sandbox.md')
    const [account] = state.accounts
    expect(findCredentials(state).email).toBe('ada@acme.com')
    expect(state.users.find((user) => !user.confirmed)?.email).toBe('linus@acme.com')
    expect(account?.teams[0]?.members).toContain('gone@acme.com')
    expect(account?.members.map((member) => member.email)).not.toContain('gone@acme.com')
  })
})
