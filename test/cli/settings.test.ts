/** Where the address, the account and the token come from, and what happens when they disagree. */
import { expect, test } from 'vitest'
import { ADA, connection, EXACT, folder, GRACE, run, type Setting, serve } from './world.ts'

const files = {
  'rollcall.yaml': EXACT,
  'token.txt': `${ADA}\n`,
  'empty.txt': '\n',
  'any.yaml': 'version: 1\nteams: {}\n',
}

async function plan(argv: readonly string[], setting: Setting) {
  const { code, stdout, stderr } = await run(['plan', '--format', 'json', ...argv], {
    files,
    ...setting,
  })
  const document = JSON.parse(stdout)
  const [account] = document.accounts
  return { code, stderr, account, document, problems: account?.diagnostics ?? document.diagnostics }
}

test('everything that is missing is said in one error, with how to give it', async () => {
  const { code, problems } = await plan(['any.yaml'], { env: { CHATWOOT_API_TOKEN: '' } })
  expect([code, problems.length, problems[0].code]).toEqual([1, 1, 'settings-missing'])
  for (const says of [
    '--base-url',
    'CHATWOOT_BASE_URL',
    '--account-id',
    'CHATWOOT_ACCOUNT_ID',
    '--api-token-file',
  ]) {
    expect(problems[0].detail).toContain(says)
  }
  expect(problems[0].detail).toContain('CHATWOOT_API_TOKEN (it is set, but empty)')
})

test.each(['https', 'http'])(
  'an address pasted from the dashboard gives server and account: %s',
  async () => {
    const sandbox = await serve()
    const env = {
      CHATWOOT_BASE_URL: `${sandbox.baseUrl}/app/accounts/1/dashboard?x=1`,
      CHATWOOT_API_TOKEN: ADA,
    }
    const { account } = await plan(['any.yaml'], { env })
    expect([account.verdict, account.account.id, account.server]).toEqual([
      'drift',
      1,
      sandbox.baseUrl,
    ])
  },
)

test('the names of the ConductorOne connector work, and a token on the command line earns a warning', async () => {
  const sandbox = await serve()
  const argv = [
    '--chatwoot-base-url',
    sandbox.baseUrl,
    '--chatwoot-account-id',
    '1',
    '--chatwoot-api-token',
    ADA,
  ]
  const { code, stderr, document } = await plan(argv, {})
  expect(code).toBe(0)
  expect(document.diagnostics.map((each: never) => [each['code'], each['severity']])).toEqual([
    ['settings-token-on-command-line', 'warning'],
  ])
  expect(stderr).toContain('warning: The access token was given on the command line')
  expect(stderr).not.toContain(ADA)
})

test('two spellings of one option are that option twice', async () => {
  const { problems } = await plan(
    ['--base-url', 'http://127.0.0.1:1', '--chatwoot-base-url', 'http://127.0.0.1:1'],
    {},
  )
  expect(problems[0].summary).toContain('more than once')
})

test('flags come before the environment, and a token of the account before the general one', async () => {
  const sandbox = await serve()
  const env = {
    CHATWOOT_BASE_URL: 'http://127.0.0.1:9',
    CHATWOOT_API_TOKEN: 'wrong',
    CHATWOOT_API_TOKEN_1: GRACE,
  }
  const own = await plan(['--base-url', sandbox.baseUrl, 'any.yaml', '--account-id', '1'], { env })
  expect(own.account.read.caller.email).toBe('grace@acme.com')
  const file = await plan(['--base-url', sandbox.baseUrl, '--api-token-file', 'token.txt'], { env })
  expect(file.account.read.caller.email).toBe('ada@acme.com')
})

test.each([
  ['account', ['--account-id', '2'], {}, ['account 1', '--account-id says 2']],
  ['account', [], { CHATWOOT_ACCOUNT_ID: '7' }, ['account 1', 'CHATWOOT_ACCOUNT_ID says 7']],
  [
    'account',
    ['--base-url', 'https://chat.acme.com/app/accounts/9/dashboard'],
    {},
    ['account 1', 'says 9'],
  ],
])(
  'a policy and a setting that disagree on the %s are an error that names both: %j %j',
  async (_key, argv, env, says) => {
    const all = { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: ADA, ...env }
    const { code, problems, account } = await plan(argv, { env: all })
    expect([code, account.cause, problems[0].code]).toEqual([1, 'settings', 'settings-conflict'])
    for (const part of says) expect(problems[0].summary).toContain(part)
    expect(problems[0].location).toEqual({ file: 'rollcall.yaml', line: 2, column: 1 })
  },
)

test('a policy only asserts its server: it never decides where the token goes', async () => {
  const sandbox = await serve()
  const evil = await serve()
  const text = EXACT.replace('account: 1', `account: 1\nserver: ${evil.baseUrl}`)
  const { code, problems } = await plan([], {
    files: { 'rollcall.yaml': text },
    env: connection(sandbox),
  })
  expect([code, problems[0].code, problems[0].location.line]).toEqual([1, 'settings-conflict', 3])
  const alone = await plan([], {
    files: { 'rollcall.yaml': text },
    env: { CHATWOOT_API_TOKEN: ADA },
  })
  expect(alone.problems[0].code).toBe('settings-missing')
  expect([sandbox.requests, evil.requests]).toEqual([[], []])
})

test('a policy that asserts the right server runs', async () => {
  const sandbox = await serve()
  const text = EXACT.replace('account: 1', `account: 1\nserver: ${sandbox.baseUrl}`)
  expect(
    (await plan([], { files: { 'rollcall.yaml': text }, env: connection(sandbox) })).code,
  ).toBe(0)
})

test.each([
  [['--base-url', 'chat.acme.com'], 'settings-invalid', 'https://'],
  [['--base-url', 'http://chat.acme.com'], 'settings-insecure', 'in clear'],
  [['--account-id', 'one'], 'settings-invalid', '"one"'],
  [['--api-token-file', 'none.txt'], 'settings-invalid', 'none.txt cannot be read (ENOENT)'],
  [['--api-token-file', 'empty.txt'], 'settings-invalid', 'empty.txt is empty'],
  [
    ['--api-token-file', 'token.txt', '--chatwoot-api-token', 'x'],
    'settings-conflict',
    'both give a token',
  ],
  [
    ['--base-url', 'https://chat.acme.com/app/accounts/3', '--account-id', '1'],
    'settings-conflict',
    'account 3',
  ],
])('what cannot be right is refused before any request: %j', async (argv, code, says) => {
  const env = { CHATWOOT_BASE_URL: 'https://chat.acme.com', CHATWOOT_API_TOKEN: ADA }
  const result = await plan(argv, { env })
  expect([result.code, result.problems[0].code]).toEqual([1, code])
  expect(JSON.stringify(result.problems).replaceAll('\\"', '"')).toContain(says)
})

test('plain http to another machine has to be asked for', async () => {
  const env = { CHATWOOT_BASE_URL: 'http://chat.invalid', CHATWOOT_API_TOKEN: ADA }
  expect((await plan(['--insecure-http'], { env })).problems[0].code).toBe('network-name')
})

test('a token file that is too long to be one is refused', async () => {
  const cwd = folder({ 'rollcall.yaml': EXACT, 'long.txt': 'x'.repeat(5_000) })
  const env = { CHATWOOT_BASE_URL: 'https://chat.acme.com' }
  const { problems } = await plan(['--api-token-file', 'long.txt'], { env, world: { cwd } })
  expect(problems[0].summary).toContain('too long')
})
