/** `rollcall plan` from words to exit code, over real HTTP against the recorded account. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { FORMATS } from '../../src/shell/options.ts'
import { ADA, connection, EXACT, GRACE, recordedState, run, type Setting, serve } from './world.ts'

const conforms = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8')),
)

async function planJson(setting: Setting, ...argv: readonly string[]) {
  const ran = await run(['plan', '--format', 'json', ...argv], setting)
  const document = JSON.parse(ran.stdout)
  conforms(document)
  expect(conforms.errors).toBeNull()
  expect(document.exit_code).toBe(ran.code)
  return { ...ran, document, account: document.accounts[0] }
}

const ids = (account: { findings: { id: string }[] }) => account.findings.map(({ id }) => id)
const codes = (account: { diagnostics: { code: string }[] }) =>
  account.diagnostics.map(({ code }) => code)

describe('the recorded account', () => {
  test('a policy that lists it exactly is in sync, with one warning', async () => {
    const sandbox = await serve()
    const { code, account, stderr } = await planJson({
      files: { 'rollcall.yaml': EXACT },
      env: connection(sandbox),
    })
    expect(code).toBe(0)
    expect(ids(account)).toEqual(['admin-with-custom-role:agent/old-admin@acme.com'])
    expect(account.findings[0].severity).toBe('warning')
    expect(account.read).toMatchObject({ agents: 9, teams: 3, memberships: 6, requests: 7 })
    expect(stderr).toBe('')
  })

  test('an administrator who only looks like a listed one is drift, and every format says why', async () => {
    const state = recordedState()
    const sandbox = await serve({}, state)
    // The policy lists somebody whose address has a Cyrillic letter in the place of a Latin one.
    const policy = EXACT.replaceAll('mallory@', 'mallоry@')
    const note = /has a Cyrillic letter \(U\+043E\)/
    // All but openmetrics, which says nothing of one person.
    for (const format of FORMATS.filter((each) => each !== 'openmetrics')) {
      const { code, stdout } = await run(['plan', '--format', format], {
        files: { 'rollcall.yaml': policy },
        env: connection(sandbox),
      })
      expect(code).toBe(2)
      expect(
        stdout
          .replace(/[\s`]+/g, ' ')
          .replaceAll('( ', '(')
          .replaceAll(' )', ')'),
      ).toMatch(note)
    }
  })

  test('who is unlisted, missing or still invited is drift, each at its line', async () => {
    const sandbox = await serve()
    const policy = EXACT.replace(/ {2}(mallory|old-admin).*\n/g, '')
      .replace(/linus@acme.com: .*/, 'linus@acme.com: agent')
      .replace('  host@', '  hedy@acme.com: agent\n  host@')
    const { code, account } = await planJson({
      files: { 'rollcall.yaml': policy },
      env: connection(sandbox),
    })
    expect(code).toBe(2)
    expect(account.findings.map((each: never) => [each['id'], each['location']])).toEqual([
      ['admin-unexpected:agent/mallory@evil.example', at(3, 1)],
      ['admin-unexpected:agent/old-admin@acme.com', at(3, 1)],
      ['agent-missing:agent/hedy@acme.com', at(9, 3)],
      ['invite-pending:agent/linus@acme.com', at(6, 3)],
    ])
  })

  test('an agent may not read the names of custom roles, so there is no verdict and two ways out', async () => {
    const sandbox = await serve()
    const { code, account, document } = await planJson({
      files: { 'rollcall.yaml': EXACT },
      env: connection(sandbox, GRACE),
    })
    expect(code).toBe(1)
    expect([document.verdict, document.cause]).toEqual(['none', 'incomplete'])
    expect(account.diagnostics[0].advice).toMatch(/\{id: …\}.*token of an administrator/)
  })

  test('a custom role by id can be judged with the token of an agent', async () => {
    const sandbox = await serve()
    const { code, account } = await planJson({
      files: { 'rollcall.yaml': EXACT.replace('Billing clerk', '{ id: 1 }') },
      env: connection(sandbox, GRACE),
    })
    expect(code).toBe(0)
    expect(account.read.caller).toEqual({ email: 'grace@acme.com', role: 'agent' })
    expect(sandbox.requests.some(({ path }) => path.endsWith('custom_roles'))).toBe(false)
  })

  test('the community edition has no custom roles: a wanted one is drift without a change', async () => {
    const sandbox = await serve({}, { ...recordedState(), edition: 'community' })
    const { code, account } = await planJson({
      files: { 'rollcall.yaml': EXACT },
      env: connection(sandbox),
    })
    expect(code).toBe(2)
    expect(ids(account)).toEqual(['custom-role-differs:agent/ken@acme.com'])
    expect(account.changes).toEqual([])
    expect(account.coverage.custom_roles).toBe('unsupported')
    expect(sandbox.requests.some(({ path }) => path.endsWith('custom_roles'))).toBe(false)
  })

  test('nothing but GET is ever sent', async () => {
    const sandbox = await serve()
    await run(['plan'], { files: { 'rollcall.yaml': EXACT }, env: connection(sandbox) })
    expect(new Set(sandbox.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  test('no secret of the server appears in any output', async () => {
    const sandbox = await serve()
    for (const format of ['text', 'json']) {
      const { stdout, stderr } = await run(['plan', '--format', format], {
        files: { 'rollcall.yaml': 'version: 1\nteams: {}\n' },
        env: { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' },
      })
      expect(stdout + stderr).not.toMatch(/RECORDED-TOKEN|SECRET/)
    }
  })
})

function at(line: number, column: number) {
  return { file: 'rollcall.yaml', line, column }
}

describe('where there is no verdict', () => {
  test('an invalid policy gives every error, and no request is made', async () => {
    const sandbox = await serve()
    const { code, document, account } = await planJson({
      files: {
        'rollcall.yaml':
          'version: 1\nagents: { ada@acme.com: administrator }\nteams:\n  a:\n    mebers: []\n    members: [bob@acme.com]\n  b: []\n  b: []\n',
      },
      env: connection(sandbox),
    })
    expect(code).toBe(1)
    expect([document.cause, document.retryable]).toEqual(['policy', false])
    expect(account.diagnostics.map((each: never) => [each['code'], each['location']])).toEqual([
      ['policy-unknown-key', at(5, 5)],
      ['policy-undeclared-member', at(6, 15)],
      ['policy-duplicate-key', at(8, 3)],
    ])
    expect(sandbox.requests).toEqual([])
  })

  test('no server: the message names host and port, in text and in JSON', async () => {
    const env = { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: ADA }
    const files = { 'rollcall.yaml': EXACT }
    const { code, document, account } = await planJson({ files, env })
    expect(code).toBe(1)
    expect([document.cause, document.retryable]).toEqual(['network', true])
    expect(account.diagnostics[0].summary).toContain('127.0.0.1:9')
    const text = await run(['plan'], { files, env })
    expect(text.code).toBe(1)
    expect(text.stdout).toContain('127.0.0.1:9')
    expect(text.stdout).not.toMatch(/IN SYNC/)
  })

  test.each([
    [{}, ['plan', '--fromat', 'json', '--format', 'json'], 'Did you mean --format?'],
    [{}, ['plan', '--format=json', '--timeout', 'soon'], '--timeout has the invalid value "soon"'],
    [
      {},
      ['plan', '--format', 'json', '--concurrency', '0'],
      '--concurrency has the invalid value "0"',
    ],
    [{}, ['plan', '--format', 'json', '--base-url='], '--base-url has no value'],
    [{}, ['plan', '--format', 'json', '--timeout', '1m', '--timeout', '2m'], 'more than once'],
    [{}, ['plam', '--format', 'json'], 'Did you mean plan?'],
  ])('wrong usage is reported in the format asked for: %j %j', async (setting, argv, says) => {
    const { code, stdout, stderr } = await run(argv, setting)
    const document = JSON.parse(stdout)
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect([code, document.cause, document.accounts]).toEqual([1, 'usage', []])
    expect(JSON.stringify(document.diagnostics).replaceAll('\\"', '"')).toContain(says)
    expect(stderr).toBe('')
  })

  test('wrong usage in text goes to stderr, and stdout stays empty', async () => {
    const { code, stdout, stderr } = await run(['plan', '--colour', 'never'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Did you mean --color?')
    expect(stderr).toContain('rollcall plan --help')
  })

  test('a mistake of ours is said to be one, without a stack trace, in every format', async () => {
    // No command line can cause this: a world that breaks its promise stands for a bug.
    const broken = (_: object, name: string) => {
      if (name.startsWith('CHATWOOT')) throw new Error('the world is broken')
    }
    const world = { env: new Proxy({}, { get: broken as never }) }
    const files = { 'rollcall.yaml': EXACT }
    const text = await run(['plan'], { files, world })
    expect([text.code, text.stdout]).toEqual([1, ''])
    expect(text.stderr).toContain('rollcall failed: the world is broken')
    expect(text.stderr).not.toMatch(/\n\s+at /)
    const { code, document } = await planJson({ files, world })
    expect([code, document.cause]).toEqual([1, 'internal'])
  })

  test('a report that cannot be written is no verdict', async () => {
    const sandbox = await serve()
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    const { code, stderr } = await run(['plan'], {
      files: { 'rollcall.yaml': EXACT },
      env: connection(sandbox),
      world: { stdout: { isTerminal: false, write: () => Promise.reject(full) } },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('no space left on the disk')
  })

  test.each([130, 143])(
    'a run that is told to stop writes nothing and ends with %i',
    async (signal) => {
      const stop = new AbortController()
      const sandbox = await serve({
        intercept: () => {
          stop.abort(signal)
          return false
        },
      })
      const { code, stdout } = await run(['plan'], {
        files: { 'rollcall.yaml': EXACT },
        env: connection(sandbox),
        world: { signal: stop.signal },
      })
      expect([code, stdout]).toEqual([signal, ''])
    },
  )
})

describe('several policies', () => {
  const second = `version: 1\naccount: 2\nteams: {}\n`
  const files = { 'a/one.yaml': EXACT, 'a/two.yml': second, 'a/note.txt': 'not a policy' }

  test('each account has its own verdict, and the worst one is the exit code', async () => {
    const sandbox = await serve()
    const { code, document } = await planJson({ files, env: connection(sandbox) }, 'a')
    expect(
      document.accounts.map((each: never) => [each['policy']['path'], each['verdict']]),
    ).toEqual([
      ['a/one.yaml', 'in_sync'],
      ['a/two.yml', 'none'],
    ])
    expect([code, codes(document.accounts[1])]).toEqual([1, ['token-not-a-member']])
    const text = await run(['plan', 'a'], { files, env: connection(sandbox) })
    expect(text.stdout).toMatch(
      /\n2 accounts: 1 in sync, 0 with drift, 1 without a verdict\nNO VERDICT, exit code 1\n$/,
    )
  })

  test('a broken policy does not hide the drift of another', async () => {
    const sandbox = await serve()
    const { code, document } = await planJson(
      {
        files: { 'one.yaml': EXACT.replace(/ {2}mallory.*\n/, ''), 'two.yaml': 'version: 2\n' },
        env: connection(sandbox),
      },
      'one.yaml',
      'two.yaml',
    )
    expect(code).toBe(1)
    expect(document.accounts.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      'drift',
      'none',
    ])
  })

  test('the same account twice is an error of both', async () => {
    const sandbox = await serve()
    const { code, document } = await planJson(
      { files: { 'one.yaml': EXACT, 'two.yaml': EXACT }, env: connection(sandbox) },
      'one.yaml',
      'two.yaml',
    )
    expect(code).toBe(1)
    expect(document.accounts.map(codes)).toEqual([['policy-same-account'], ['policy-same-account']])
    expect(sandbox.requests).toEqual([])
  })

  test('the account of the settings is that of every policy that names none', async () => {
    const unnamed = EXACT.replace('account: 1\n', '')
    const setting = {
      files: { 'one.yaml': unnamed, 'two.yaml': EXACT },
      env: { ...connection(await serve()), CHATWOOT_ACCOUNT_ID: '1' },
    }
    const { document } = await planJson(setting, 'one.yaml', 'two.yaml')
    const places = document.accounts.map(
      ({
        diagnostics: [{ code, location }],
      }: {
        diagnostics: [{ code: string; location: unknown }]
      }) => [code, location],
    )
    expect(places).toEqual([
      ['policy-same-account', null],
      ['policy-same-account', { file: 'two.yaml', line: 2, column: 1 }],
    ])
  })

  test('a policy can come from standard input, also behind --', async () => {
    const sandbox = await serve()
    for (const argv of [['-'], ['--', '-']]) {
      const { code, account } = await planJson({ stdin: EXACT, env: connection(sandbox) }, ...argv)
      expect([code, account.policy.path]).toEqual([0, '<stdin>'])
    }
  })
})

describe('the first line of a run without a verdict says what is wrong', () => {
  const limited: SandboxOptions['intercept'] = ({ path }, response) => {
    if (!path.endsWith('/agents')) return false
    response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
    return true
  }
  const german: SandboxOptions['intercept'] = ({ path }, response) => {
    if (!path.includes('/accounts/')) return false
    const error = 'Sie sind nicht berechtigt, auf dieses Konto zuzugreifen'
    response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
    return true
  }
  const suspended = () => {
    const state = recordedState()
    const [account] = state.accounts
    if (account) account.status = 'suspended'
    return state
  }
  test.each<[string, string, readonly string[], SandboxOptions, SandboxState, RegExp]>([
    [
      'the owner of the token is not on the account',
      EXACT.replace('account: 1', 'account: 2'),
      [],
      {},
      recordedState(),
      /: The owner of the API token is not on account 2$/,
    ],
    [
      'the same in German',
      EXACT,
      [],
      { intercept: german },
      recordedState(),
      /: The owner of the API token may not read account 1, probably because they are not on it$/,
    ],
    ['the account is suspended', EXACT, [], {}, suspended(), /: Account 1 is suspended$/],
    [
      'a rate limit lasts too long',
      EXACT,
      ['--timeout', '5s'],
      { intercept: limited },
      recordedState(),
      /: 127\.0\.0\.1:\d+ refuses more requests: its rate limit is reached$/,
    ],
    [
      '--max-rpm and --timeout do not fit',
      EXACT,
      ['--max-rpm', '1'],
      {},
      recordedState(),
      /: The account cannot be read within 5m \(--timeout\) at 1 request a minute$/,
    ],
    [
      'a policy has errors',
      'version: 1\nteamz: {}\nagentz: {}\n',
      [],
      {},
      recordedState(),
      /\(and \d more errors?\)$/,
    ],
  ])('%s', async (_, policy, argv, options, state, line) => {
    const env = connection(await serve(options, state))
    const { code, stdout } = await run(['plan', ...argv], {
      files: { 'rollcall.yaml': policy },
      env,
    })
    expect(code).toBe(1)
    expect((stdout.split('\n\n')[0] ?? '').replace(/\s+/g, ' ')).toMatch(line)
  })
})

describe('names in several spellings', () => {
  const NFC = 'j\u00fcrgen@acme.com'
  const NFD = 'ju\u0308rgen@acme.com'
  const PUNYCODE = 'zoe@xn--mnchen-3ya.example'

  /** Everybody is in the first team. */
  async function served(people: Readonly<Record<string, string>>, teams: readonly string[]) {
    const emails = ['ada@acme.com', ...Object.keys(people)]
    const members = emails.map((email) => ({ email, role: people[email] ?? 'administrator' }))
    const state = {
      users: emails.map((email) => ({ email })),
      accounts: [
        { members, teams: teams.map((name, n) => ({ name, members: n === 0 ? emails : [] })) },
      ],
    }
    const sandbox = await serve({}, parseState(JSON.stringify(state), 'state'))
    const token = sandbox.state.users[0]?.token ?? ''
    return connection(sandbox, token)
  }

  const POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  ${NFC}: agent
  zoe@münchen.example: agent
teams:
  billing: [ada@acme.com, ${NFD}, ${PUNYCODE}]
rules: { email_domains: [acme.com, münchen.example] }
`

  test('one person or team in another spelling is in sync', async () => {
    const env = await served({ [NFD]: 'agent', [PUNYCODE]: 'agent' }, ['billing '])
    const { code, stdout } = await run(['plan'], { files: { 'rollcall.yaml': POLICY }, env })
    expect([code, stdout.split('\n')[0]?.slice(0, 7)]).toEqual([0, 'IN SYNC'])
    const { code: exported, stdout: text } = await run(['export', '--account-id', '1'], { env })
    expect(exported).toBe(0)
    expect(text).toContain('  "billing ":')
    expect(text).toContain(`  "${PUNYCODE}": agent`)
  })

  test('the other one of two that share a name is unexpected, an administrator critical', async () => {
    const env = await served({ [NFC]: 'agent', [NFD]: 'administrator', [PUNYCODE]: 'agent' }, [
      'billing',
      'billing ',
    ])
    const setting = { files: { 'rollcall.yaml': POLICY }, env }
    const { code, account } = await planJson(setting)
    expect([code, ids(account)]).toEqual([
      2,
      [`admin-unexpected:agent/${NFD}`, 'team-unexpected:team/billing '],
    ])
    expect(account.changes.map(({ address }: { address: string }) => address)).toEqual([
      `agent/${NFD}`,
      'team/billing ',
    ])
    const adopted = await run(['adopt', NFD, '--reason', 'S-1'], setting)
    expect([adopted.code, adopted.stdout]).toEqual([1, ''])
    expect(adopted.stderr.replace(/\s+/g, ' ')).toContain(
      'the policy has this name, but its entry matches another one on the account',
    )
  })

  test('adopting takes an address in another spelling, and writes the one of the server', async () => {
    const env = await served({ [NFD]: 'agent' }, [])
    const policy = 'version: 1\naccount: 1\nagents:\n  ada@acme.com: administrator\n'
    const setting = { files: { 'rollcall.yaml': policy }, env }
    const { code, stdout } = await run(['adopt', NFC], setting)
    // An accent that stands for itself is written as an escape: nobody sees which of the two it is.
    expect([code, stdout.includes('+  "ju\\u0308rgen@acme.com": agent')]).toEqual([0, true])
  })
})
