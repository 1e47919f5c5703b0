/**
 * `rollcall doctor` in this process: each thing that can be wrong is found by the check that speaks
 * of it. What it prints is in golden/doctor*.md.
 */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { Answer } from '../../src/sandbox/answers.ts'
import * as answers from '../../src/sandbox/answers.ts'
import { ADA, connection, EXACT, GRACE, run, type Setting, serve } from './world.ts'

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

test('an administrator is more than a read needs, and that is a warning only', async () => {
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
  expect([grace.code, grace.status['role']]).toEqual([0, 'warn'])
  expect(grace.texts['role']).toContain('by id')
})

test('a policy that is named and cannot be used fails, one that is not there is not missed', async () => {
  const env = connection(await serve())
  const { code, status, texts } = await doctor(['none.yaml', ...ACCOUNT], { env })
  expect([code, status['settings']]).toEqual([1, 'fail'])
  expect(texts['settings']).toContain('rollcall validate none.yaml')
  const files = { 'p/a.yaml': EXACT, 'p/b.yaml': 'version: 1\naccount: 2\nteams: {}\n' }
  expect((await doctor(['p'], { env, files })).texts['settings']).toContain('2 policies')
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
  expect((await run(['doctor', 'a', 'b'])).stderr).toContain('"b" is one word too many')
})

test('a name that does not resolve is found before any request', async () => {
  const env = { CHATWOOT_BASE_URL: 'https://chat.invalid', CHATWOOT_API_TOKEN: ADA }
  const { status } = await doctor(ACCOUNT, { env })
  expect(status).toEqual({ settings: 'ok', name: 'fail' })
})

const redirect = (location: string): Answer => ({ status: 302, headers: { location }, body: '' })
const json = { 'content-type': 'application/json' }

test.each<[string, RegExp, Answer, string, string]>([
  ['a redirect to elsewhere', /^\/api$/, redirect('https://e.example/'), 'redirect', 'base URL'],
  [
    'an old version',
    /^\/api$/,
    { status: 200, headers: json, body: '{"version":"2.8.0"}' },
    'version',
    '2.9',
  ],
  ['something else', /^\/api$/, { status: 200, headers: json, body: '{}' }, 'version', 'base URL'],
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
  expect(texts['redirect']).toContain('GET /api is redirected')
})

test('an account that is suspended is found', async () => {
  const { status, texts } = await doctor(['--account-id', '3'], { env: connection(await serve()) })
  expect(status['membership']).toBe('fail')
  expect(texts['membership']).toContain('suspended')
})

test('clocks that differ are a warning that says which way', async () => {
  const world = { now: () => new Date(Date.now() - 3_600_000) }
  const { code, status, texts } = await doctor(ACCOUNT, { env: connection(await serve()), world })
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
