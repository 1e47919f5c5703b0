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

test('if the account is missing, the message says where its number is', async () => {
  const env = { CHATWOOT_BASE_URL: 'https://chat.acme.com', CHATWOOT_API_TOKEN: ADA }
  const { problems } = await plan(['any.yaml'], { env })
  expect(problems.map(({ detail }: { detail: string }) => detail)).toEqual([
    'Missing: the account: `account:` in the policy, --account-id ID or CHATWOOT_ACCOUNT_ID (the number after /app/accounts/ in the URL of the dashboard).',
  ])
})

test.each([
  'chat.acme.com/app/accounts/1/dashboard',
  'https:/chat.acme.com/app/accounts/1/dashboard',
  '"https://chat.acme.com/app/accounts/1/dashboard"',
])('an invalid address that names the account is one error: %s', async (address) => {
  const env = { CHATWOOT_BASE_URL: address, CHATWOOT_API_TOKEN: ADA }
  const { problems } = await plan(['any.yaml'], { env })
  expect(problems.map(({ code }: { code: string }) => code)).toEqual(['settings-invalid'])
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
  expect(stderr).toContain('warning: The access token is on the command line')
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
  [['--base-url', 'http://chat.acme.com'], 'settings-insecure', 'unencrypted'],
  [['--account-id', 'one'], 'settings-invalid', '"one"'],
  [
    ['--api-token-file', 'none.txt'],
    'settings-invalid',
    'none.txt cannot be read (no such file or folder)',
  ],
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

const REAL = { CHATWOOT_ACCOUNT_ID: '1', CHATWOOT_API_TOKEN: ADA }
const IN_QUOTES = (value: string) => [
  `"${value}"`,
  `'${value}'`,
  `“${value}”`,
  `"${value}`,
  `${value}"`,
]
const ASSIGNED = (name: string, value: string) => [`${name}=${value}`, `export ${name}=${value}`]

test.each([
  'CHATWOOT_BASE_URL',
  'CHATWOOT_ACCOUNT_ID',
  'CHATWOOT_API_TOKEN',
  'CHATWOOT_API_TOKEN_1',
])(
  'quotes or a name that an env-file leaves in %s are refused before anything is sent',
  async (name) => {
    const sandbox = await serve()
    const right: Record<string, string> = {
      ...REAL,
      CHATWOOT_BASE_URL: sandbox.baseUrl,
    }
    const value = right[name] ?? ADA
    const cases = [
      ...IN_QUOTES(value).map((text) => [text, 'begins or ends with a quotation mark']),
      ...ASSIGNED(name, value).map((text) => [text, 'begins with a name and an equals sign']),
    ]
    for (const [text = '', says] of cases) {
      const env = { ...right, [name]: text }
      const { code, problems, account, document } = await plan([], { env })
      expect([text, code, problems.length, problems[0].code]).toEqual([
        text,
        1,
        1,
        'settings-invalid',
      ])
      expect(problems[0].summary).toBe(`${name}: The value ${says}.`)
      expect(account.cause).toBe('settings')
      expect(JSON.stringify(document)).not.toContain(ADA)
      const checkup = await run(['doctor'], { env, files })
      expect([checkup.code, checkup.stdout.replace(/\s+/g, ' ')]).toEqual([
        1,
        expect.stringContaining(`fail settings ${name}: The value ${says}.`),
      ])
    }
    expect(sandbox.requests).toEqual([])
  },
)

test.each(['"x-token"', 'CHATWOOT_API_TOKEN=x-token', "export TOKEN='x-token'"])(
  'a token file with %s in it is refused before anything is sent',
  async (text) => {
    const sandbox = await serve()
    const { code, problems } = await plan(['--api-token-file', 'token.env'], {
      files: { ...files, 'token.env': `${text}\n` },
      env: { CHATWOOT_BASE_URL: sandbox.baseUrl },
    })
    expect([code, problems.length, problems[0].code]).toEqual([1, 1, 'settings-invalid'])
    expect(problems[0].summary).toMatch(/^--api-token-file: The token in token.env begins /)
    expect(JSON.stringify(problems)).not.toContain('x-token')
    expect(sandbox.requests).toEqual([])
  },
)

test.each([
  ['CHATWOOT_API_TOKEN', 'CHATWOOT_API_TOKEN: The value'],
  ['CHATWOOT_API_TOKEN_1', 'CHATWOOT_API_TOKEN_1: The value'],
  ['token.txt', '--api-token-file: The token in token.txt'],
])('a token in %s that cannot be sent is an error that names the place', async (place, says) => {
  const sandbox = await serve()
  for (const token of ['Bearer x-token', 'x-token\nx-token', 'x-tokén']) {
    const fromFile = place === 'token.txt'
    const { code, problems } = await plan(fromFile ? ['--api-token-file', place] : [], {
      files: { ...files, 'token.txt': `${token}\n` },
      env: { CHATWOOT_BASE_URL: sandbox.baseUrl, ...(fromFile ? {} : { [place]: token }) },
    })
    expect([code, problems.length, problems[0].code]).toEqual([1, 1, 'settings-invalid'])
    expect(problems[0].summary).toBe(
      `${says} contains a space, a line break or another character that no token has.`,
    )
    expect(JSON.stringify(problems)).not.toContain('x-tok')
  }
  expect(sandbox.requests).toEqual([])
})

test.each([
  ['HTTP_PROXY', '"http://proxy.invalid:3128"', 'HTTP_PROXY: The value begins or ends with a'],
  [
    'http_proxy',
    'http_proxy=http://proxy.invalid:3128',
    'http_proxy: The value begins with a name',
  ],
  ['ALL_PROXY', "'proxy.invalid:3128'", 'ALL_PROXY: The value begins or ends with a'],
  ['NO_PROXY', '"chat.invalid"', 'NO_PROXY: The value begins or ends with a'],
  ['no_proxy', 'NO_PROXY=chat.invalid', 'no_proxy: The value begins with a name'],
])('quotes or a name that an env-file leaves in %s are refused: %s', async (name, value, says) => {
  const env: Record<string, string> = {
    ...REAL,
    CHATWOOT_BASE_URL: 'http://chat.invalid',
    HTTP_PROXY: name.startsWith('A') ? '' : 'http://proxy.invalid:3128',
    [name]: value,
  }
  const { code, problems } = await plan(['--insecure-http'], { env })
  expect([code, problems.length, problems[0].code]).toEqual([1, 1, 'settings-invalid'])
  expect(problems[0].summary).toContain(says)
})

test('a token may end in an equals sign', async () => {
  const sandbox = await serve()
  const env = { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: 'c2VjcmV0==' }
  expect((await plan([], { env })).problems[0].code).toBe('token-unknown')
})

test('quotes around the address are noticed without a server too', async () => {
  const sandbox = await serve()
  const taken = await run(['snapshot'], { env: { ...connection(sandbox), ...REAL } })
  const { code, problems } = await plan(['--snapshot', 's.json'], {
    files: { ...files, 's.json': taken.stdout },
    env: { CHATWOOT_BASE_URL: `"${sandbox.baseUrl}"` },
  })
  expect([code, problems[0].summary]).toEqual([
    1,
    'CHATWOOT_BASE_URL: The value begins or ends with a quotation mark.',
  ])
})

test.each([
  [{}, 'CHATWOOT_API_TOKEN_1, CHATWOOT_API_TOKEN or --api-token-file FILE'],
  [{ CHATWOOT_API_TOKEN_2: ADA }, 'CHATWOOT_API_TOKEN_1, CHATWOOT_API_TOKEN or'],
  [
    { CHATWOOT_API_TOKEN_1: '' },
    'CHATWOOT_API_TOKEN_1 (it is set, but empty), CHATWOOT_API_TOKEN or',
  ],
])('a missing token of one account is called by its variable: %j', async (more, says) => {
  const sandbox = await serve()
  const { code, problems } = await plan([], {
    env: { CHATWOOT_BASE_URL: sandbox.baseUrl, ...more },
  })
  expect([code, problems[0].code]).toEqual([1, 'settings-missing'])
  expect(problems[0].detail).toContain(says)
  expect(sandbox.requests).toEqual([])
})
