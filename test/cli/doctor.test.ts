/**
 * `rollcall doctor` in this process: each thing that can be wrong is found by the check that speaks
 * of it. What it prints is in golden/doctor*.md.
 */
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { Answer } from '../../src/sandbox/answers.ts'
import * as answers from '../../src/sandbox/answers.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import {
  ADA,
  connection,
  EXACT,
  folder,
  GRACE,
  recordedState,
  run,
  type Setting,
  serve,
} from './world.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/doctor.schema.json', import.meta.url), 'utf8'),
)
const conforms = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)

async function doctor(argv: readonly string[], setting: Setting = {}) {
  const { code, stdout, stderr } = await run(['doctor', '--format', 'json', ...argv], {
    world: { now: () => new Date() },
    ...setting,
  })
  const document = JSON.parse(stdout)
  expect(conforms(document), JSON.stringify(conforms.errors)).toBe(true)
  expect(document.exit_code).toBe(code)
  expect(stdout + stderr).not.toMatch(/RECORDED-TOKEN|SECRET-/)
  const status: Record<string, string> = {}
  const texts: Record<string, string> = {}
  for (const each of document.checks) {
    status[each.check] = each.status
    texts[each.check] = [each.summary, each.detail, each.advice].join(' ')
  }
  return { code, status, texts, document }
}

const json = { 'content-type': 'application/json' }
const ACCOUNT = ['--account-id', '1']

function answering(path: RegExp, { status, headers, body }: Answer) {
  return serve({
    intercept: (request, response) => {
      if (!path.test(request.path)) return false
      response.writeHead(status, headers).end(body)
      return true
    },
  })
}

test('an administrator is more than rollcall needs to read the account, and that is a warning only', async () => {
  const { code, status, texts } = await doctor(ACCOUNT, { env: connection(await serve()) })
  expect([code, status['role']]).toEqual([0, 'warn'])
  expect(texts['role']).toContain('role agent')
})

test('the names of custom roles in a policy need an administrator', async () => {
  const files = { 'rollcall.yaml': EXACT }
  const sandbox = await serve()
  const ada = await doctor([], { files, env: connection(sandbox) })
  expect(ada.status['role']).toBe('ok')
  const grace = await doctor([], { files, env: connection(sandbox, GRACE) })
  expect([grace.code, grace.status['role']]).toEqual([1, 'fail'])
  expect(grace.texts['role']).toContain('With this token, rollcall cannot find out')
  expect(grace.texts['role']).toContain('Write the id of the custom role')
})

test('names of custom roles that nobody has now are a warning to an agent', async () => {
  const state = recordedState()
  for (const member of state.accounts[0]?.members ?? []) member.custom_role_id = null
  const env = connection(await serve({}, state), GRACE)
  const { code, status, texts } = await doctor([], { files: { 'rollcall.yaml': EXACT }, env })
  expect([code, status['role']]).toEqual([0, 'warn'])
  expect(texts['role']).toContain('by id')
})

test('no role is asked for that could read names where the server has no custom roles', async () => {
  const state = { ...recordedState(), edition: 'community' as const }
  const sandbox = await serve({}, state)
  const files = { 'rollcall.yaml': EXACT }
  const grace = await doctor([], { files, env: connection(sandbox, GRACE) })
  expect([grace.code, grace.status['role']]).toEqual([0, 'ok'])
  expect(grace.texts['role']).toContain('the weakest that can read agents and teams')
  const ada = await doctor([], { files, env: connection(sandbox) })
  expect([ada.code, ada.status['role']]).toEqual([0, 'warn'])
  expect(ada.texts['role']).toContain('more than rollcall needs to read the account')
  expect(ada.texts['sight']).toContain('does not support custom roles')
})

/** What makes a plan end with 1, with the check of a checkup that then fails. */
const IN_THE_WAY: readonly [
  string,
  string,
  string,
  () => Partial<SandboxOptions & { state: SandboxState }>,
  string,
][] = [
  ['an agent’s token, and custom roles by name', 'role', EXACT, () => ({}), GRACE],
  [
    'lists that contradict each other for good',
    'sight',
    EXACT,
    () => ({
      intercept: ({ path }, response, _state, honest) => {
        if (!path.includes('/team_members')) return false
        const { status, headers, body } = honest()
        const other = body.replaceAll('"grace@acme.com"', '"grace@other.example"')
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(other) })
        response.end(other)
        return true
      },
    }),
    ADA,
  ],
  [
    'a team of many whose members are refused',
    'sight',
    EXACT,
    () => {
      let asked = 0
      return {
        intercept: ({ path }, response) => {
          if (!path.includes('/team_members')) return false
          asked += 1
          if (asked === 1) return false
          response.writeHead(422, json).end('{}')
          return true
        },
      }
    },
    ADA,
  ],
  [
    'two custom roles of one name',
    'sight',
    EXACT,
    () => {
      const state = recordedState()
      state.accounts[0]?.custom_roles.push({
        ...state.accounts[0].custom_roles[0],
        id: 99,
        name: 'Billing clerk',
      } as never)
      return { state }
    },
    ADA,
  ],
  [
    'an administrator without a last day left',
    'settings',
    'version: 1\naccount: 1\nagents:\n  ada@acme.com: { role: administrator, expires: 2020-01-31 }\n',
    () => ({}),
    ADA,
  ],
]

test.each(IN_THE_WAY)('what ends a plan with 1 fails: %s', async (_, check, policy, of, token) => {
  const { state, ...options } = of()
  const setting = () => ({
    files: { 'rollcall.yaml': policy },
    env: connection(sandbox, token),
    world: { now: () => new Date() },
  })
  const sandbox = await serve(options, state)
  const plan = await run(['plan'], setting())
  expect([plan.code, plan.stdout.slice(0, 10)]).toEqual([1, 'NO VERDICT'])
  const { code, status } = await doctor([], setting())
  expect([code, status[check]]).toEqual([1, 'fail'])
})

test('a checkup without a failure means that a plan has a verdict', async () => {
  const sandbox = await serve()
  const setting = { files: { 'rollcall.yaml': EXACT }, env: connection(sandbox) }
  expect((await doctor([], setting)).code).toBe(0)
  expect((await run(['plan'], setting)).code).not.toBe(1)
  // Every team was looked at, not the first one only.
  const asked = sandbox.requests.filter(({ path }) => path.includes('/team_members'))
  expect(new Set(asked.map(({ path }) => path)).size).toBe(3)
})

test('a policy that is named and cannot be used fails, one that is not there is not missed', async () => {
  const env = connection(await serve())
  const { code, status, texts } = await doctor(['none.yaml', ...ACCOUNT], { env })
  expect([code, status['settings']]).toEqual([1, 'fail'])
  expect(texts['settings']).toContain('There is no policy `none.yaml`.')
  const typo = { 'typo.yaml': EXACT.replace('administrator', 'admin') }
  expect((await doctor(['typo.yaml'], { env, files: typo })).texts['settings']).toContain(
    'At typo.yaml:',
  )
  const files = { 'p/a.yaml': EXACT, 'p/b.yaml': 'version: 1\naccount: 2\nteams: {}\n' }
  expect((await doctor(['p'], { env, files })).texts['settings']).toContain('2 policies')
})

test('a policy that cannot be followed, such as a link that leads nowhere, fails as in a plan', async () => {
  const cwd = folder({})
  symlinkSync('nowhere.yaml', join(cwd, 'rollcall.yaml'))
  const env = connection(await serve())
  const world = { now: () => new Date(), cwd }
  const { code, status } = await doctor(ACCOUNT, { env, world })
  expect([code, status]).toEqual([1, { settings: 'fail' }])
  expect((await run(['plan'], { env, world })).code).toBe(1)
})

test('settings that contradict each other fail before any request', async () => {
  const sandbox = await serve()
  const files = { 'rollcall.yaml': EXACT }
  const { status, texts } = await doctor(['--account-id', '2'], { files, env: connection(sandbox) })
  expect(status).toEqual({ settings: 'fail' })
  expect(texts['settings']).toContain('rollcall.yaml:2:1')
  expect(sandbox.requests).toEqual([])
})

test('wrong usage is a document too', async () => {
  const { status } = await doctor(['--timeout', 'soon'])
  expect(status).toEqual({ settings: 'fail' })
  expect((await run(['doctor', '--nope'])).stderr).toContain('--nope')
  expect((await run(['doctor', 'a', 'b'])).stderr).toContain('Unexpected argument "b"')
})

test('a name that does not resolve is found before any request', async () => {
  const env = { CHATWOOT_BASE_URL: 'https://chat.invalid', CHATWOOT_API_TOKEN: ADA }
  const { status } = await doctor(ACCOUNT, { env })
  expect(status).toEqual({ settings: 'ok', name: 'fail' })
})

const redirect = (location: string): Answer => ({ status: 302, headers: { location }, body: '' })

test.each<[string, RegExp, Answer, string, string]>([
  ['a redirect to elsewhere', /^\/api/, redirect('https://e.example/'), 'redirect', 'base URL'],
  [
    'an old version',
    /^\/api$/,
    { status: 200, headers: json, body: '{"version":"2.8.0"}' },
    'version',
    '2.9',
  ],
  ['something else', /^\/api/, { status: 200, headers: json, body: '{}' }, 'version', 'base URL'],
  ['a dropped token', /profile/, answers.TOKEN_NOT_RECEIVED, 'header', 'neither'],
  ['the token of a bot', /profile/, answers.TOKEN_OF_A_BOT, 'token', 'of a person'],
  [
    'a profile of the wrong shape',
    /profile/,
    { status: 200, headers: json, body: '{}' },
    'token',
    'text',
  ],
  ['lists that are refused', /teams$/, answers.NOT_AN_ADMINISTRATOR, 'sight', 'token'],
])('%s is found', async (_, path, answer, check, says) => {
  const env = connection(await answering(path, answer))
  const { code, status, texts } = await doctor(ACCOUNT, { env })
  expect([code, status[check]]).toEqual([1, 'fail'])
  expect(texts[check]).toContain(says)
})

test.each<[string, Answer]>([
  ['403 and a page', { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ['401', { status: 401, headers: json, body: '{"error":"no"}' }],
  ['404', { status: 404, headers: json, body: '{"error":"no such path"}' }],
  ['503', { status: 503, headers: json, body: '{}' }],
  ['something without a version', { status: 200, headers: json, body: '{}' }],
  ['a redirect to a sign-in page', redirect('/login')],
  ['a redirect to elsewhere', redirect('https://sso.example/')],
])(
  'a server that plans can read is fine, also where its version is kept back: %s',
  async (_, answer) => {
    const env = connection(await answering(/^\/api$/, answer))
    const files = { 'rollcall.yaml': EXACT }
    const { code, status, texts } = await doctor([], { env, files })
    expect([code, status['version'], status['sight']]).toEqual([0, 'warn', 'ok'])
    expect(status['redirect']).toBe('ok')
    expect(status['clock']).toBeDefined()
    expect(texts['version']).toContain('does not report its version')
    expect((await run(['plan'], { env, files })).code).toBe(0)
  },
)

test.each<[string, number, string, string]>([
  ['without a role on another account is fine', 2, 'ok', 'The role of this person is'],
  ['without a role on this account is found', 1, 'fail', 'no role on account 1'],
])('a token owner %s', async (_, id, expected, says) => {
  const body = JSON.stringify({
    email: 'ada@acme.com',
    id: 1,
    accounts: [1, 2].map((each) => ({
      id: each,
      name: 'Acme Support',
      role: each === id ? null : 'administrator',
      custom_role_id: null,
    })),
  })
  const env = connection(await answering(/profile/, { status: 200, headers: json, body }))
  const { status, texts } = await doctor(ACCOUNT, { env })
  expect(status['role']).toMatch(expected === 'ok' ? /ok|warn/ : /fail/)
  expect(texts['role']).toContain(says)
})

test('a token that is not known is found also where the version is kept back', async () => {
  const sandbox = await answering(/^\/api$/, { status: 403, headers: json, body: '{}' })
  const { code, status } = await doctor(ACCOUNT, { env: connection(sandbox, 'no-such-token') })
  expect([code, status['version'], status['token']]).toEqual([1, 'warn', 'fail'])
})

test('the token is not blamed for a request that went without it', async () => {
  const refusing = await answering(/./, { status: 401, headers: json, body: '{"error":"Sign in"}' })
  const { code, status, texts } = await doctor(ACCOUNT, { env: connection(refusing) })
  expect([code, status['version']]).toEqual([1, 'fail'])
  expect(texts['version']).not.toContain('token')
  expect(texts['version']).toContain('proxy or firewall')
})

test('a redirect within the server is a warning', async () => {
  const sandbox = await serve({
    intercept: ({ path }, response) => {
      if (path !== '/api') return false
      response.writeHead(302, { location: '/api/' }).end()
      return true
    },
  })
  const { code, status, texts } = await doctor(ACCOUNT, { env: connection(sandbox) })
  expect([code, status['redirect']]).toEqual([0, 'warn'])
  expect(texts['redirect']).toContain('redirects GET /api to another path')
})

test('an account that is suspended is found', async () => {
  const { status, texts } = await doctor(['--account-id', '3'], { env: connection(await serve()) })
  expect(status['membership']).toBe('fail')
  expect(texts['membership']).toContain('suspended')
})

test('clocks that differ are a warning that says which way', async () => {
  const world = { now: () => new Date(Date.now() - 3_600_000) }
  const env = connection(await serve({ now: () => new Date() }))
  const { code, status, texts } = await doctor(ACCOUNT, { env, world })
  expect([code, status['clock']]).toEqual([0, 'warn'])
  expect(texts['clock']).toMatch(/3[56]\d\d s ahead/)
})

test('a checkup sends nothing but GET, and the token only where it is needed', async () => {
  const sandbox = await serve()
  await doctor(ACCOUNT, { env: connection(sandbox) })
  expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true)
  const [first] = sandbox.requests
  expect([first?.path, first?.user]).toEqual(['/api', null])
})

test('a policy about inboxes needs an administrator, and says so of every other token', async () => {
  const sandbox = await serve()
  const inboxes =
    'inboxes:\n  Help desk: [grace@acme.com, linus@acme.com, ken@acme.com]\n  Mail: []\n'
  const files = { 'rollcall.yaml': `${EXACT}${inboxes}` }
  const fine = await doctor([], { files, env: connection(sandbox, ADA) })
  expect([fine.code, fine.status['role'], fine.status['sight']]).toEqual([0, 'ok', 'ok'])
  expect(fine.texts['role']).toContain('the policy needs it')
  expect(fine.texts['role']).toContain('saves a snapshot')
  expect(fine.texts['sight']).toContain('2 inboxes')
  const agent = await doctor([], { files, env: connection(sandbox, GRACE) })
  expect([agent.code, agent.status['role']]).toEqual([1, 'fail'])
  expect(agent.texts['role']).toContain('Only an administrator can read all inboxes')
  const broken = await doctor([], {
    files,
    env: connection(await answering(/inboxes$/, answers.CRASH), ADA),
  })
  expect([broken.code, broken.status['sight']]).toEqual([1, 'fail'])
  expect(broken.status).not.toHaveProperty('role')
})

// For apply

const APPLY = ['--for', 'apply', ...ACCOUNT]

async function forApply(policy: string, token: string, state = recordedState()) {
  const sandbox = await serve({}, state)
  const { CHATWOOT_BASE_URL = '' } = connection(sandbox)
  const env = { CHATWOOT_BASE_URL, CHATWOOT_APPLY_TOKEN: token }
  return doctor(APPLY, { files: { 'rollcall.yaml': policy }, env })
}

test('for apply, the token of an administrator in the policy is fit for everything', async () => {
  const { code, status, document } = await forApply(EXACT, ADA)
  expect([code, document.not_checked]).toEqual([0, []])
  for (const check of ['role', 'owner', 'features', 'saml', 'limits']) {
    expect([check, status[check]]).toEqual([check, 'ok'])
  }
})

test('for apply, the token of an agent is a failure', async () => {
  const { code, status, document } = await forApply(EXACT, GRACE)
  expect([code, status['role'], status['owner']]).toEqual([1, 'fail', 'fail'])
  expect(document.not_checked).toEqual(['features', 'saml', 'limits'])
})

test.each([
  ['is not in the policy', EXACT.replace(/ {2}ada@.*\n/, '').replaceAll('ada@acme.com, ', '')],
  [
    'is an agent in the policy',
    EXACT.replace('ada@acme.com: administrator', 'ada@acme.com: agent'),
  ],
])('for apply, an owner of the token who %s is a failure', async (what, policy) => {
  const { code, texts } = await forApply(policy, ADA)
  expect([code, texts['owner']]).toEqual([1, expect.stringContaining(what)])
})

test('for apply, a policy that does not manage people says nothing of the owner', async () => {
  const { status } = await forApply('version: 1\naccount: 1\nteams: {}\n', ADA)
  expect(status['owner']).toBe('ok')
})

test('for apply without a policy, the owner cannot be checked', async () => {
  const { CHATWOOT_BASE_URL = '' } = connection(await serve())
  const { status } = await doctor(APPLY, { env: { CHATWOOT_BASE_URL, CHATWOOT_APPLY_TOKEN: ADA } })
  expect(status['owner']).toBe('warn')
})

test.each([
  ['refuses to show the custom roles', /\/custom_roles/, 'does not show those of the account'],
  ['does not say which features', /\/accounts\/1$/, 'does not say whether the account has them'],
])('for apply, a server that %s is a warning if the policy gives one', async (_, path, says) => {
  const sandbox = await serve({
    intercept: (request, response) => {
      if (!path.test(request.path)) return false
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}')
      return true
    },
  })
  const gives = EXACT.replace('custom_role: Billing clerk', 'custom_role: { id: 1 }')
  const env = { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_APPLY_TOKEN: ADA }
  const ask = (policy: string) => doctor(APPLY, { files: { 'rollcall.yaml': policy }, env })
  const { status, texts } = await ask(gives)
  expect([status['features'], texts['features']]).toEqual(['warn', expect.stringContaining(says)])
  const none = await ask('version: 1\naccount: 1\nteams: {}\n')
  expect(none.status['features']).toBe('ok')
})

test('for apply, SAML is a warning with its numbers', async () => {
  const state = recordedState()
  for (const user of state.users) if (user.email === 'grace@acme.com') user.provider = 'saml'
  const { status, texts } = await forApply(EXACT, ADA, state)
  expect(status['saml']).toBe('warn')
  expect(texts['saml']).toContain('1 of 9 people sign in with SAML')
})

test('for apply, neither the token of a plan nor the account of the policy is enough', async () => {
  const env = connection(await serve())
  const files = { 'rollcall.yaml': EXACT }
  const tokenless = await doctor(APPLY, { files, env })
  expect(tokenless.texts['settings']).toContain('CHATWOOT_APPLY_TOKEN')
  const nameless = await doctor(['--for', 'apply'], {
    files,
    env: { ...env, CHATWOOT_APPLY_TOKEN: ADA },
  })
  expect(nameless.texts['settings']).toContain('Only the policy says that this is account 1')
  expect(nameless.document.not_checked).toContain('limits')
})
