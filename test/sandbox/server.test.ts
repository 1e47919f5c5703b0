/** What the recordings do not show: order of checks, spellings, faults, changing states, size. */
import { afterEach, describe, expect, test } from 'vitest'
import { Failure } from '../../src/core/messages/diagnostic.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { ask } from './ask.ts'

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

async function start(state: SandboxState, options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(state, options)
  open.push(sandbox)
  return sandbox
}

/** Ada administers accounts 1 and 3 (suspended), grace is an agent of 1, root is on none. */
function small(): SandboxState {
  return parseState(
    JSON.stringify({
      users: [
        { email: 'ada@acme.com', name: 'Ada', token: 'ada' },
        { email: 'grace@acme.com', name: 'Grace', token: 'grace' },
        { email: 'root@acme.com', name: 'Root', token: 'root', type: 'SuperAdmin' },
      ],
      accounts: [
        {
          custom_roles: [{ name: 'Clerk', permissions: ['report_manage'] }],
          members: [{ email: 'ada@acme.com', role: 'administrator' }, { email: 'grace@acme.com' }],
          teams: [{ name: 'billing', members: ['ada@acme.com'] }],
        },
        { name: 'Other' },
        { status: 'suspended', members: [{ email: 'ada@acme.com', role: 'administrator' }] },
      ],
      bot_tokens: ['bot'],
    }),
    'small',
  )
}

function account(state: SandboxState): SandboxState['accounts'][number] {
  const [first] = state.accounts
  if (first === undefined) throw new Error('The state has an account.')
  return first
}

const as = (token: string) => ({ accept: 'application/json', 'api-access-token': token })

async function get(sandbox: Sandbox, path: string, token = 'ada'): Promise<[number, unknown]> {
  const reply = await ask(sandbox, path, as(token))
  return [reply.status, JSON.parse(reply.body)]
}

const A = '/api/v1/accounts'

describe('the token', () => {
  test('arrives under either spelling of its header', async () => {
    const sandbox = await start(small())
    for (const name of ['Api-Access-Token', 'api_access_token', 'API_ACCESS_TOKEN']) {
      expect((await ask(sandbox, '/api/v1/profile', { [name]: 'ada' })).status).toBe(200)
    }
    const both = { 'api-access-token': 'ada', api_access_token: 'ada' }
    expect((await ask(sandbox, '/api/v1/profile', both)).status).toBe(200)
    expect(sandbox.requests.map((request) => request.user)).toEqual(Array(4).fill('ada@acme.com'))
  })

  test('is not received when it is blank', async () => {
    const sandbox = await start(small())
    expect(await get(sandbox, '/api/v1/profile', '  ')).toEqual([
      401,
      { errors: ['You need to sign in or sign up before continuing.'] },
    ])
  })

  test('is checked for every route alike', async () => {
    const sandbox = await start(small())
    const below = [
      '',
      '/teams/1',
      '/custom_roles',
      '/custom_roles/1',
      '/inboxes',
      '/inbox_members/1',
    ]
    const paths = ['/api/v1/profile', ...below.map((path) => `${A}/1${path}`)]
    for (const path of paths) {
      expect(await get(sandbox, path, 'nobody')).toEqual([401, { error: 'Invalid Access Token' }])
      const bot = 'Access to this endpoint is not authorized for bots'
      expect(await get(sandbox, path, 'bot')).toEqual([401, { error: bot }])
    }
    expect(sandbox.requests.every((request) => request.user === null)).toBe(true)
  })
})

describe('the first check that fails decides', () => {
  const notFound = { error: 'Resource could not be found' }
  const cases: readonly (readonly [string, string, string, number, object])[] = [
    ['the route before the token', `${A}/1/agents/5`, '', 404, { status: 404, error: 'Not Found' }],
    ['the token before the account', `${A}/99/agents`, 'x', 401, { error: 'Invalid Access Token' }],
    ['the account before membership', `${A}/99/agents`, 'root', 404, notFound],
    [
      'suspension before membership',
      `${A}/3/agents`,
      'root',
      401,
      { error: 'Account is suspended' },
    ],
    [
      'membership before the record, whoever asks',
      `${A}/1/teams/99`,
      'root',
      401,
      { error: 'You are not authorized to access this account' },
    ],
    ['the record of an agent', `${A}/1/teams/99/team_members`, 'grace', 404, notFound],
    [
      'the role last',
      `${A}/1/custom_roles`,
      'grace',
      401,
      { error: 'You are not authorized to do this action' },
    ],
    ['an account of others is not found by itself', `${A}/2`, 'ada', 404, notFound],
    ['nor for a super administrator', `${A}/1`, 'root', 404, notFound],
  ]
  for (const [rule, path, token, status, body] of cases) {
    test(rule, async () => {
      expect(await get(await start(small()), path, token)).toEqual([status, body])
    })
  }
})

describe('paths', () => {
  test('may end with a slash, double one, and carry a query', async () => {
    const sandbox = await start(small())
    for (const path of [`${A}/1/teams/`, `/${A}//1/teams`, `${A}/1/teams?page=2`]) {
      expect((await get(sandbox, path))[0]).toBe(200)
    }
  })

  test('read an id as Ruby does: leading digits', async () => {
    const sandbox = await start(small())
    expect((await get(sandbox, `${A}/1-acme/teams/1x`))[0]).toBe(200)
    expect((await get(sandbox, `${A}/1.5/agents`))[0]).toBe(404)
  })

  const DASHBOARD = ['/app', '/app/accounts/1/dashboard', '/app/api/v1/profile']

  test('of the dashboard answer browsers with a page, whatever stands behind /app', async () => {
    const sandbox = await start(small())
    for (const path of DASHBOARD) {
      for (const accept of ['text/html,application/xhtml+xml,*/*;q=0.8', '*/*']) {
        const reply = await ask(sandbox, path, { accept })
        expect([reply.status, reply.headers['content-type']]).toEqual([
          200,
          'text/html; charset=utf-8',
        ])
      }
    }
    expect((await ask(sandbox, '/apple')).status).toBe(404)
  })

  test.each([
    ['3.13.0', { status: 406, error: 'Not Acceptable' }],
    ['4.15.1', { error: 'Please use API routes instead of dashboard routes for JSON requests' }],
    ['4.16.2', { error: 'Please use API routes instead of dashboard routes for JSON requests' }],
  ])('of the dashboard are not acceptable to %s as JSON', async (version, body) => {
    const sandbox = await start({ ...small(), version })
    for (const path of DASHBOARD) expect(await get(sandbox, path, 'x')).toEqual([406, body])
  })

  test('without a route answer JSON only to those who ask for nothing broader', async () => {
    const sandbox = await start(small())
    const type = async (headers: Record<string, string>) =>
      (await ask(sandbox, '/nowhere', headers)).headers['content-type']
    expect(await type({ accept: 'application/json' })).toBe('application/json; charset=UTF-8')
    expect(await type({ accept: 'application/json;q=0.9, text/html' })).toMatch('json')
    expect(await type({ accept: 'application/json, */*' })).toMatch('text/html')
    expect(await type({ accept: 'text/html, application/json' })).toMatch('text/html')
    expect(await type({})).toBe('text/html; charset=UTF-8')
  })
})

describe('methods', () => {
  test('HEAD answers as GET does, without the body', async () => {
    const sandbox = await start(small())
    const full = await ask(sandbox, `${A}/1/agents`, as('ada'))
    const head = await ask(sandbox, `${A}/1/agents`, as('ada'), 'HEAD')
    expect([head.status, head.body]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(full.headers['content-length'])
    expect((await ask(sandbox, `${A}/1/agents`, as('x'), 'HEAD')).status).toBe(401)
  })

  test('without a route are not found, and change nothing', async () => {
    const state = small()
    const before = JSON.stringify(state)
    const sandbox = await start(state)
    const asked = [
      ['POST', '/api/v1/profile'],
      ['PATCH', `${A}/1`],
      ['DELETE', `${A}/1/agents`],
      ['PUT', `${A}/1/teams/1/team_members/1`],
      ['PUT', `${A}/1/teams/1/team_members`],
      ['PUT', `${A}/1/inbox_members`],
      ['POST', '/app/login'],
    ] as const
    for (const [method, path] of asked) {
      const reply = await ask(sandbox, path, as('ada'), method)
      expect([reply.status, JSON.parse(reply.body)]).toEqual([
        404,
        { status: 404, error: 'Not Found' },
      ])
    }
    expect(JSON.stringify(state)).toBe(before)
  })
})

describe('answers', () => {
  test('each have a request id of their own', async () => {
    const sandbox = await start(small())
    const replies = await Promise.all([1, 2, 3].map(() => ask(sandbox, '/health')))
    const ids = replies.map((reply) => reply.headers['x-request-id'])
    expect(new Set(ids).size).toBe(3)
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('keep hostile names whole, escaped as Rails does it', async () => {
    const state = small()
    const [ada] = state.users
    if (!ada) throw new Error('Ada is there.')
    ada.name = '</script>&\u2028\u2029\u202e\u0000\u001b[31m"\\😀'
    const sandbox = await start(state)
    const reply = await ask(sandbox, '/api/v1/profile', as('ada'))
    expect(JSON.parse(reply.body).name).toBe(ada.name)
    expect(reply.body).toContain(
      '"name":"\\u003c/script\\u003e\\u0026\\u2028\\u2029\u202e\\u0000\\u001b[31m\\"\\\\😀"',
    )
  })

  test('carry a team named __proto__ like any other', async () => {
    const state = small()
    for (const team of account(state).teams) team.name = '__proto__'
    const [, teams] = await get(await start(state), `${A}/1/teams`)
    expect(teams).toEqual([expect.objectContaining({ name: '__proto__', is_member: true })])
  })

  test('list agents by lower-case name, then by id', async () => {
    const state = small()
    const names = ['b', 'B', 'a']
    for (const [index, user] of state.users.entries()) user.name = names[index] ?? ''
    const [member] = account(state).members
    if (!member) throw new Error('Ada is a member.')
    account(state).members.unshift({ ...member, email: 'root@acme.com' })
    account(state).members.reverse()
    const [, agents] = await get(await start(state), `${A}/1/agents`)
    expect((agents as { id: number }[]).map((agent) => agent.id)).toEqual([3, 1, 2])
  })

  test('show the display name, custom attributes, and switched features only when there are', async () => {
    const state = small()
    const [ada] = state.users
    if (!ada) throw new Error('Ada is there.')
    ada.display_name = 'Countess'
    ada.custom_attributes = { desk: 4 }
    account(state).features = { saml: true, macros: false, custom_roles: true }
    const sandbox = await start(state)
    const [, agents] = await get(sandbox, `${A}/1/agents`)
    expect((agents as object[])[0]).toMatchObject({
      available_name: 'Countess',
      custom_attributes: { desk: 4 },
      name: 'Ada',
    })
    expect((agents as object[])[1]).not.toHaveProperty('custom_attributes')
    const [, { features }] = (await get(sandbox, `${A}/1`)) as [number, { features: object }]
    expect(features).toMatchObject({ saml: true, custom_roles: true, reports: true })
    expect(features).not.toHaveProperty('macros')
    expect(features).not.toHaveProperty('audit_logs')
  })
})

describe('the profile', () => {
  test('has account and role of the most recently active account', async () => {
    const state = small()
    const suspended = state.accounts[2]?.members[0]
    if (!suspended) throw new Error('Ada is a member of account 3.')
    suspended.active_at = '2026-02-01T00:00:00.000Z'
    suspended.role = 'agent'
    const sandbox = await start(state)
    expect((await get(sandbox, '/api/v1/profile'))[1]).toMatchObject({
      account_id: 3,
      role: 'agent',
      accounts: [
        { id: 1, role: 'administrator' },
        { id: 3, role: 'agent' },
      ],
    })
    expect((await get(sandbox, '/api/v1/profile', 'root'))[1]).toMatchObject({
      account_id: null,
      role: null,
      accounts: [],
    })
  })

  test('shows a custom role and its permissions, unless the edition has none', async () => {
    const state = small()
    const [ada, grace] = account(state).members
    if (!ada || !grace) throw new Error('Both are members.')
    ada.custom_role_id = 777
    grace.custom_role_id = 1
    const sandbox = await start(state)
    const first = async (token: string) => {
      const [, profile] = await get(sandbox, '/api/v1/profile', token)
      return (profile as { accounts: object[] }).accounts[0]
    }
    expect(await first('grace')).toMatchObject({
      permissions: ['report_manage', 'custom_role'],
      custom_role: { id: 1, name: 'Clerk', description: null, permissions: ['report_manage'] },
    })
    expect(await first('ada')).toMatchObject({
      permissions: ['administrator'],
      custom_role_id: 777,
      custom_role: null,
    })
    state.edition = 'community'
    expect(await first('grace')).toMatchObject({ permissions: ['agent'] })
    expect(await first('grace')).not.toHaveProperty('custom_role')
  })
})

/** Ada administers account 1, grace and ken are agents, hedy is on account 2 alone. */
function withInboxes(more: object = {}): SandboxState {
  return parseState(
    JSON.stringify({
      users: ['ada', 'grace', 'ken', 'hedy'].map((name) => ({
        email: `${name}@acme.com`,
        token: name,
      })),
      accounts: [
        {
          custom_roles: [{ name: 'Clerk', permissions: ['conversation_manage'] }],
          members: [
            { email: 'ada@acme.com', role: 'administrator' },
            { email: 'grace@acme.com' },
            { email: 'ken@acme.com', custom_role_id: 1 },
          ],
          inboxes: [
            { name: 'website', members: ['grace@acme.com', 'hedy@acme.com', 'ada@acme.com'] },
            { name: 'Mail', channel_type: 'Channel::Email', members: ['ken@acme.com'] },
            { id: 9, name: 'mail', channel_type: 'Channel::Api', members: ['grace@acme.com'] },
            { name: 'Phone', channel_type: 'Channel::TwilioSms', members: ['grace@acme.com'] },
            { name: 'Chat', channel_type: 'Channel::Whatsapp', members: ['grace@acme.com'] },
          ],
        },
        {
          members: [{ email: 'hedy@acme.com', role: 'administrator' }],
          inboxes: [{ name: 'Other', members: ['ada@acme.com'] }],
        },
      ],
      ...more,
    }),
    'with inboxes',
  )
}

async function payload(sandbox: Sandbox, path: string, token: string) {
  const [status, body] = await get(sandbox, path, token)
  expect(status).toBe(200)
  return (body as { payload: Record<string, unknown>[] }).payload
}

describe('inboxes', () => {
  test('come by lower-case name, then by id, and all of the account to an administrator', async () => {
    const sandbox = await start(withInboxes())
    const list = await payload(sandbox, `${A}/1/inboxes`, 'ada')
    expect(list.map(({ id, name }) => [id, name])).toEqual([
      [4, 'Chat'],
      [2, 'Mail'],
      [9, 'mail'],
      [3, 'Phone'],
      [1, 'website'],
    ])
  })

  test('came by id before 4.0', async () => {
    const sandbox = await start(withInboxes({ version: '3.13.0' }))
    const list = await payload(sandbox, `${A}/1/inboxes`, 'ada')
    expect(list.map(({ id }) => id)).toEqual([1, 2, 3, 4, 9])
  })

  test('of an agent are those they are in, and no word says that there are others', async () => {
    const sandbox = await start(withInboxes())
    const ids = async (token: string) =>
      (await payload(sandbox, `${A}/1/inboxes`, token)).map(({ id }) => id)
    expect(await ids('grace')).toEqual([4, 9, 3, 1])
    expect(await ids('ken')).toEqual([2])
    const [account] = sandbox.state.accounts
    for (const inbox of account?.inboxes ?? []) inbox.members = []
    expect(await ids('grace')).toEqual([])
  })

  test('carry their secrets, most of them to administrators alone', async () => {
    const sandbox = await start(withInboxes())
    const secrets = async (token: string) =>
      (await payload(sandbox, `${A}/1/inboxes`, token)).flatMap((inbox) =>
        Object.entries(inbox)
          .filter(([, value]) => JSON.stringify(value).includes('SECRET-'))
          .map(([key]) => `${inbox['name']}.${key}`),
      )
    expect(await secrets('ada')).toEqual([
      'Chat.provider_config',
      'Mail.imap_password',
      'Mail.smtp_password',
      'mail.hmac_token',
      'mail.secret',
      'mail.inbox_identifier',
      'Phone.account_sid',
      'Phone.auth_token',
      'website.web_widget_script',
      'website.website_token',
      'website.hmac_token',
    ])
    expect(await secrets('ken')).toEqual([])
    expect(await secrets('grace')).toEqual([
      'mail.inbox_identifier',
      'website.web_widget_script',
      'website.website_token',
    ])
  })

  test('have the fields that the state gives them, in the place of the own ones', async () => {
    const state = withInboxes()
    const [inbox] = state.accounts[0]?.inboxes ?? []
    if (!inbox) throw new Error('There is an inbox.')
    inbox.fields = { hmac_token: 'h', id: 77, plugin: { key: 'k' } }
    inbox.enable_auto_assignment = false
    const sandbox = await start(state)
    const find = async (token: string) =>
      (await payload(sandbox, `${A}/1/inboxes`, token)).find(({ name }) => name === 'website')
    const own = { id: 1, enable_auto_assignment: false, plugin: { key: 'k' } }
    expect(await find('ada')).toMatchObject({ ...own, hmac_token: 'h' })
    expect(Object.keys((await find('ada')) ?? {}).at(-1)).toBe('plugin')
    expect(await find('grace')).toMatchObject(own)
    expect(await find('grace')).not.toHaveProperty('hmac_token')
  })
})

describe('members of an inbox', () => {
  const emails = (list: readonly Record<string, unknown>[]) => list.map(({ email }) => email)

  test('are listed without those who are not on the account', async () => {
    const sandbox = await start(withInboxes())
    const before = await payload(sandbox, `${A}/1/inbox_members/1`, 'ada')
    expect(emails(before)).toEqual(['grace@acme.com', 'ada@acme.com'])
    const [account] = sandbox.state.accounts
    account?.members.splice(1, 1)
    const after = await payload(sandbox, `${A}/1/inbox_members/1`, 'ada')
    expect(after).toMatchObject([{ email: 'ada@acme.com', role: 'administrator' }])
  })

  test('are shown to agents who are among them, and to nobody else but administrators', async () => {
    const sandbox = await start(withInboxes())
    const refused = [401, { error: 'You are not authorized to do this action' }]
    expect(emails(await payload(sandbox, `${A}/1/inbox_members/9`, 'grace'))).toHaveLength(1)
    expect(await get(sandbox, `${A}/1/inbox_members/2`, 'grace')).toEqual(refused)
    expect(await get(sandbox, `${A}/1/inbox_members/1`, 'ken')).toEqual(refused)
    expect(emails(await payload(sandbox, `${A}/1/inbox_members/2`, 'ada'))).toHaveLength(1)
  })

  test('of an inbox that is not there, or of another account, are not found by anybody', async () => {
    const sandbox = await start(withInboxes())
    for (const token of ['ada', 'ken']) {
      for (const id of [5, 99, 'x']) {
        expect(await get(sandbox, `${A}/1/inbox_members/${id}`, token)).toEqual([
          404,
          { error: 'Resource could not be found' },
        ])
      }
    }
  })
})

describe('one custom role', () => {
  const crash = [500, { status: 500, error: 'Internal Server Error' }]

  test('is shown to administrators, and an unknown one is a crash', async () => {
    const sandbox = await start(withInboxes())
    expect(await get(sandbox, `${A}/1/custom_roles/1`)).toMatchObject([
      200,
      { id: 1, name: 'Clerk', permissions: ['conversation_manage'] },
    ])
    expect((await get(sandbox, `${A}/1/custom_roles/1`, 'grace'))[0]).toBe(401)
    expect(await get(sandbox, `${A}/1/custom_roles/99`)).toEqual(crash)
  })

  test('is a crash of community code, for an agent too', async () => {
    const sandbox = await start(withInboxes({ edition: 'community' }))
    expect(await get(sandbox, `${A}/1/custom_roles/1`)).toEqual(crash)
    expect(await get(sandbox, `${A}/1/custom_roles/1`, 'grace')).toEqual(crash)
    expect((await get(sandbox, `${A}/1/custom_roles`, 'grace'))[0]).toBe(401)
  })
})

describe('a server of 4.16', () => {
  const NO_API = [403, { error: 'API access is not enabled for this account' }]

  /** Of 4.16.2, or of 4.15.1 with a feature that it does not know. */
  function withoutApi(version: string): SandboxState {
    const state = { ...withInboxes(), version }
    account(state).features = { api_and_webhooks: false }
    return state
  }

  test('refuses an account without API access, after membership and before the record', async () => {
    const sandbox = await start(withoutApi('4.16.2'))
    for (const path of ['', '/agents', '/inboxes', '/inbox_members/99', '/custom_roles']) {
      expect(await get(sandbox, `${A}/1${path}`)).toEqual(NO_API)
      expect((await get(sandbox, `${A}/1${path}`, 'hedy'))[0]).not.toBe(403)
    }
    expect((await get(sandbox, `${A}/2/agents`, 'hedy'))[0]).toBe(200)
  })

  test('shows a token in the profile only to who has an account with API access', async () => {
    const sandbox = await start(withoutApi('4.16.2'))
    expect((await get(sandbox, '/api/v1/profile'))[1]).toMatchObject({
      access_token: '',
      accounts: [{ id: 1, api_and_webhooks: false }],
    })
    expect((await get(sandbox, '/api/v1/profile', 'hedy'))[1]).toMatchObject({
      access_token: 'hedy',
      accounts: [{ id: 2, api_and_webhooks: true }],
    })
    for (const each of sandbox.state.accounts) each.members = []
    expect((await get(sandbox, '/api/v1/profile', 'hedy'))[1]).toMatchObject({ access_token: '' })
  })

  test('and one of 4.15 knows neither', async () => {
    const sandbox = await start(withoutApi('4.15.1'))
    expect((await get(sandbox, `${A}/1/agents`))[0]).toBe(200)
    const [, profile] = await get(sandbox, '/api/v1/profile')
    expect(profile).toMatchObject({ access_token: 'ada' })
    expect((profile as { accounts: object[] }).accounts[0]).not.toHaveProperty('api_and_webhooks')
  })

  test.each([
    ['4.15.1', false],
    ['nightly', false],
    ['4.9.2', false],
    ['3.20.0', false],
    ['4.16.0', true],
    ['v4.16.2', true],
    ['4.18.1-fork', true],
    ['5.0.0', true],
  ])('is one whose version says so: %s gives teams icons: %s', async (version, icons) => {
    const sandbox = await start({ ...small(), version })
    const [, teams] = await get(sandbox, `${A}/1/teams`)
    const [team] = teams as object[]
    expect(team && 'icon' in team && 'icon_color' in team).toBe(icons)
    const [, account] = (await get(sandbox, `${A}/1`)) as [number, { features: object }]
    expect('api_and_webhooks' in account.features).toBe(icons)
  })
})

describe('a state that changes between two requests', () => {
  test('is seen by the next request, in whatever way it was changed', async () => {
    const state = small()
    const sandbox = await start(state)
    const emails = async () => {
      const [, agents] = await get(sandbox, `${A}/1/agents`)
      return (agents as { email: string }[]).map((agent) => agent.email)
    }
    const status = async (path: string, token?: string) => (await get(sandbox, path, token))[0]
    expect(await emails()).toEqual(['ada@acme.com', 'grace@acme.com'])
    expect(await status(`${A}/1/teams/1`)).toBe(200)

    account(state).members.pop()
    expect(await emails()).toEqual(['ada@acme.com'])
    expect(await status(`${A}/1/agents`, 'grace')).toBe(401)

    const [, grace] = state.users
    if (!grace) throw new Error('Grace is there.')
    grace.token = 'new'
    expect((await get(sandbox, '/api/v1/profile', 'grace'))[1]).toEqual({
      error: 'Invalid Access Token',
    })
    expect(await status('/api/v1/profile', 'new')).toBe(200)

    state.users.unshift({ ...grace, id: 77, email: 'hedy@acme.com', token: 'hedy' })
    expect(await status('/api/v1/profile', 'hedy')).toBe(200)
    expect(await status('/api/v1/profile')).toBe(200)

    account(state).teams = []
    expect(await status(`${A}/1/teams/1`)).toBe(404)
  })

  test('may leave a team with somebody whose user is gone: its members cannot be listed', async () => {
    const state = small()
    const sandbox = await start(state)
    const [team] = account(state).teams
    team?.members.push('grace@acme.com', 3)
    const path = `${A}/1/teams/1/team_members`
    expect((await get(sandbox, path))[1]).toMatchObject([
      { role: 'administrator' },
      { role: 'agent' },
      { role: null, auto_offline: null, availability_status: null, custom_role_id: null },
    ])
    state.users = state.users.filter((user) => user.email !== 'grace@acme.com')
    expect(await get(sandbox, path)).toEqual([500, { status: 500, error: 'Internal Server Error' }])
  })
})

describe('a test can script faults', () => {
  test('and what it answered stands in the log', async () => {
    let times = 0
    const sandbox = await start(small(), {
      intercept: (request, response) => {
        times += 1
        if (times > 1 || !request.path.endsWith('/teams')) return false
        response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
        return true
      },
    })
    expect((await ask(sandbox, `${A}/1/teams`, as('ada'))).body).toBe('Retry later\n')
    expect((await ask(sandbox, `${A}/1/teams`, as('ada'))).status).toBe(200)
    expect(sandbox.requests).toMatchObject([
      { method: 'GET', path: `${A}/1/teams`, user: 'ada@acme.com', status: 429 },
      { method: 'GET', path: `${A}/1/teams`, user: 'ada@acme.com', status: 200 },
    ])
    expect(sandbox.requests[0]?.headers['api-access-token']).toBe('ada')
  })

  test('a connection that is cut has no status', async () => {
    const sandbox = await start(small(), {
      intercept: async (_request, response) => {
        response.destroy()
        return true
      },
    })
    await expect(ask(sandbox, '/api')).rejects.toThrow()
    expect(sandbox.requests[0]?.status).toBe(null)
  })

  test('a script that throws says so in the answer', async () => {
    const sandbox = await start(small(), {
      intercept: () => {
        throw new Error('no such script')
      },
    })
    const reply = await ask(sandbox, '/api')
    expect([reply.status, reply.body]).toEqual([500, 'The sandbox failed: no such script\n'])
  })
})

describe('starting and stopping', () => {
  test('a taken port is refused with its number', async () => {
    const { port } = await start(small())
    const failure = await startSandbox(small(), { port }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    expect((failure as Failure).diagnostics[0]).toMatchObject({
      code: 'usage-option',
      summary: `The sandbox cannot listen on port ${port} of 127.0.0.1.`,
    })
  })

  test('closing ends a request that is still open', async () => {
    const sandbox = await start(small(), { intercept: () => true })
    const reply = ask(sandbox, '/api').catch(() => 'ended')
    while (sandbox.requests.length === 0) await new Promise(setImmediate)
    await sandbox.close()
    expect(await reply).toBe('ended')
  })
})

test('a state of 100,000 users and 2,000 teams is served quickly', async () => {
  const people = Array.from({ length: 100_000 }, (_, index) => `p${index}@acme.com`)
  const state = parseState(
    JSON.stringify({
      users: people.map((email) => ({ email })),
      accounts: [
        {
          members: people.map((email, index) => ({
            email,
            role: index === 0 ? 'administrator' : 'agent',
          })),
          teams: Array.from({ length: 2000 }, (_, index) => ({
            name: `t${index}`,
            members: people.slice(index * 50, index * 50 + 50),
          })),
        },
      ],
    }),
    'big',
  )
  const sandbox = await start(state)
  const token = 'sandbox-token-of-user-1'
  const began = performance.now()
  expect((await get(sandbox, `${A}/1/agents`, token))[1]).toHaveLength(100_000)
  expect((await get(sandbox, `${A}/1/teams`, token))[1]).toHaveLength(2000)
  for (let team = 1; team <= 2000; team += 10) {
    const [, members] = await get(sandbox, `${A}/1/teams/${team}/team_members`, token)
    expect(members).toHaveLength(50)
  }
  // Scanning for every member would take minutes; the limit only has to tell these apart.
  expect(performance.now() - began).toBeLessThan(15_000)
})
