/** `--fleet` of plan, validate, snapshot and doctor, over real HTTP against several servers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../src/shell/options.ts'
import { makeToken, serveFleet } from './fleets.ts'
import { folder, run } from './world.ts'

const FLEET = ['--fleet', 'fleet.yaml']
const COMMANDS = [
  { name: 'plan', command: ['plan'] },
  { name: 'doctor', command: ['doctor'] },
  { name: 'snapshot', command: ['snapshot', '-o', 'out/'] },
]

/** Everything that could supply a server or a token without --fleet. */
const STRAY = {
  CHATWOOT_BASE_URL: 'http://127.0.0.1:9',
  CHATWOOT_ACCOUNT_ID: '77',
  CHATWOOT_API_TOKEN: 'STRAY-TOKEN',
  CHATWOOT_API_TOKEN_1: 'STRAY-TOKEN',
  CHATWOOT_APPLY_TOKEN: 'STRAY-TOKEN',
}

interface Read {
  readonly accounts: readonly {
    readonly verdict: string
    readonly server: string
    readonly policy: { readonly path: string }
    readonly account: { readonly id: number }
    readonly diagnostics: readonly { readonly code: string; readonly summary: string }[]
  }[]
}

const read = (text: string): Read => JSON.parse(text)

describe('a plan of a fleet', () => {
  test('judges every account on every server, in the order of the file, with one exit code', async () => {
    const { files, env, servers } = await serveFleet(2, 3)
    const { code, stdout, stderr } = await run(['plan', ...FLEET, '--format', 'json'], {
      files,
      env,
    })
    expect([code, stderr]).toEqual([2, ''])
    const { accounts } = read(stdout)
    expect(accounts.map(({ verdict, server, account }) => [server, account.id, verdict])).toEqual(
      servers.flatMap(({ baseUrl }) => [
        [baseUrl, 1, 'in_sync'],
        [baseUrl, 2, 'in_sync'],
        [baseUrl, 3, 'drift'],
      ]),
    )
  })

  test('calls each account by its name in the fleet file, also without a verdict', async () => {
    const { files, env, names } = await serveFleet(2, 2)
    const only = { files, env: { ...env, TOKEN_1: '' } }
    const json = await run(['plan', ...FLEET, '--format', 'json'], only)
    expect(JSON.parse(json.stdout).accounts).toMatchObject(
      names.map((name) => ({ fleet_name: name })),
    )
    // A message for a chat names only accounts that need somebody.
    for (const [format, named] of [
      ['text', names],
      ['markdown', names],
      ['html', names],
      ['slack', names.slice(0, 2)],
      ['msteams', names.slice(0, 2)],
    ] as const) {
      const { stdout } = await run(['plan', ...FLEET, '--format', format], only)
      const shown = stdout.replaceAll('`', '')
      for (const name of named) expect(shown).toMatch(new RegExp(`${name}, account \\d`))
    }
  })

  test('reads the policies beside the fleet file, wherever the run starts', async () => {
    const { files, env } = await serveFleet(1, 1)
    const inner = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`ops/${name}`, text]),
    )
    const ran = await run(['plan', '--fleet', 'ops/fleet.yaml', '--format', 'json'], {
      files: inner,
      env,
    })
    expect(ran.code).toBe(0)
    expect(read(ran.stdout).accounts[0]?.policy.path).toBe('ops/policies/1-1.yaml')
  })

  test('gives an account without a token no verdict, and all others theirs', async () => {
    const { files, env } = await serveFleet(2, 2)
    const argv = ['plan', ...FLEET, '--format', 'json']
    const ran = await run(argv, { files, env: { ...env, TOKEN_1: '' } })
    expect(ran.code).toBe(1)
    expect(read(ran.stdout).accounts.map(({ verdict }) => verdict)).toEqual([
      'none',
      'none',
      'in_sync',
      'in_sync',
    ])
    expect(read(ran.stdout).accounts[0]?.diagnostics[0]).toMatchObject({
      code: 'settings-missing',
      location: { file: 'fleet.yaml', line: 7 },
    })
  })

  test.each([
    ['policy', 'policies/2-1.yaml', 'Correct `policy` of brand 2-1: its path is relative to'],
    ['token_file', 'secrets/2', 'Write only the access token'],
  ])('points to the line of a %s that is not there', async (_, file, advice) => {
    const { files, env } = await serveFleet(2, 1)
    const { [file]: _gone, ...left } = files
    const ran = await run(['plan', ...FLEET, '--format', 'json'], { files: left, env })
    expect(ran.code).toBe(1)
    const lines = (files['fleet.yaml'] ?? '').split('\n')
    expect(read(ran.stdout).accounts[1]?.diagnostics[0]).toMatchObject({
      location: { file: 'fleet.yaml', line: lines.findIndex((line) => line.includes(file)) + 1 },
      advice: expect.stringContaining(advice),
    })
  })

  test('gives the accounts of a failing server no verdict, and all others theirs', async () => {
    const { files, env } = await serveFleet(2, 2, (server) => ({
      intercept: (_, response) => server === 2 && !!response.writeHead(500).end(),
    }))
    const ran = await run(['plan', ...FLEET, '--format', 'json'], { files, env })
    expect(ran.code).toBe(1)
    const verdicts = read(ran.stdout).accounts.map(({ verdict }) => verdict)
    expect(verdicts).toEqual(['in_sync', 'in_sync', 'none', 'none'])
  })

  test.each([
    ['account', (text: string) => text.replace('account: 1', 'account: 2')],
    ['server', (text: string) => `server: https://chat.acme.com\n${text}`],
  ])('gives no verdict if the policy names another %s, and sends no request', async (_, change) => {
    const { files, env, servers } = await serveFleet(1, 1)
    const policy = change(files['policies/1-1.yaml'] ?? '')
    const ran = await run(['plan', ...FLEET, '--format', 'json'], {
      files: { ...files, 'policies/1-1.yaml': policy },
      env,
    })
    expect(ran.code).toBe(1)
    expect(read(ran.stdout).accounts[0]?.diagnostics[0]?.summary).toContain(
      'the fleet file for brand 1-1 says',
    )
    expect(servers[0]?.requests).toEqual([])
  })

  test('shares one pace among the accounts of a server', async () => {
    const { files, env, servers } = await serveFleet(1, 2)
    const waits: number[] = []
    let now = Date.parse('2026-11-23T08:00:00Z')
    const world = {
      now: () => new Date(now),
      sleep: async (ms: number) => {
        waits.push(ms)
        now += ms
      },
    }
    await run(['plan', ...FLEET, '--max-rpm', '60', '--concurrency', '1'], { files, env, world })
    const requests = servers[0]?.requests.length ?? 0
    // A burst of four, then one a second, over both accounts.
    expect(waits.length).toBeGreaterThanOrEqual(requests - 5)
  })

  test.each(FORMATS)('shows the same in %s, whatever other reports it writes', async (format) => {
    const { files, env } = await serveFleet(1, 3)
    const cwd = folder(files)
    const argv = ['plan', ...FLEET, '--format', format]
    const alone = await run(argv, { env, world: { cwd } })
    const beside = await run([...argv, '--report', 'html=r.html'], { env, world: { cwd } })
    expect(alone).toEqual(beside)
    expect([alone.code, alone.stdout.length > 500]).toEqual([2, true])
  })

  test('can use one policy for several accounts', async () => {
    const { files, env } = await serveFleet(2, 1)
    const shared = (files['policies/1-1.yaml'] ?? '').replace('account: 1\n', '')
    const fleet = (files['fleet.yaml'] ?? '').replace('2-1.yaml', '1-1.yaml')
    const changed = { ...files, 'policies/1-1.yaml': shared, 'fleet.yaml': fleet }
    const ran = await run(['plan', ...FLEET], { files: changed, env })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
  })
})

describe('a token', () => {
  test.each(COMMANDS)('goes only to its own server: $name', async ({ command }) => {
    const { files, env, servers } = await serveFleet(3, 2)
    const ran = await run([...command, ...FLEET], { files, env: { ...env, ...STRAY } })
    expect(ran.code).not.toBe(1)
    for (const [index, { requests }] of servers.entries()) {
      const tokens = requests.map(({ headers }) => headers['api-access-token'])
      expect(new Set(tokens.filter((each) => each !== undefined))).toEqual(
        new Set([makeToken(index + 1)]),
      )
      expect(JSON.stringify(requests)).not.toContain('STRAY')
    }
    expect(ran.stdout + ran.stderr).not.toMatch(/FLEET-TOKEN|STRAY-TOKEN/)
  })

  test.each(COMMANDS)(
    'is not followed to another server by a redirect: $name',
    async ({ command }) => {
      const { files, env, servers } = await serveFleet(2, 1, (server) => ({
        intercept: (request, response) => {
          if (server === 2) return false
          response.writeHead(302, { location: `${servers[1]?.baseUrl}${request.path}` }).end()
          return true
        },
      }))
      const ran = await run([...command, ...FLEET], { files, env })
      expect(ran.code).toBe(1)
      expect(JSON.stringify(servers[1]?.requests)).not.toContain(makeToken(1))
    },
  )

  test('of a variable is used if the fleet file names that variable', async () => {
    const { files, servers } = await serveFleet(1, 1)
    const fleet = (files['fleet.yaml'] ?? '').replace('TOKEN_1', 'CHATWOOT_API_TOKEN')
    const env = { CHATWOOT_API_TOKEN: makeToken(1), CHATWOOT_API_TOKEN_1: 'STRAY-TOKEN' }
    const ran = await run(['plan', ...FLEET], { files: { ...files, 'fleet.yaml': fleet }, env })
    expect(ran.code).toBe(0)
    expect(JSON.stringify(servers[0]?.requests)).not.toContain('STRAY')
  })

  test.each([
    ['that is missing', (_: string) => ({ secret: null })],
    ['that is empty', () => ({ secret: '' })],
  ])('file %s gives no verdict, at its place', async (_, make) => {
    const { files, env } = await serveFleet(2, 1)
    const { secret } = make('')
    const { 'secrets/2': __, ...others } = files
    const changed = secret === null ? others : { ...files, 'secrets/2': secret }
    const ran = await run(['plan', ...FLEET, '--format', 'json'], { files: changed, env })
    expect(ran.code).toBe(1)
    expect(read(ran.stdout).accounts.map(({ verdict }) => verdict)).toEqual(['in_sync', 'none'])
    expect(read(ran.stdout).accounts[1]?.diagnostics[0]).toMatchObject({
      code: 'settings-invalid',
      location: { file: 'fleet.yaml', line: 12 },
    })
  })
})

describe('with --fleet', () => {
  test.each([
    ['--base-url', 'https://chat.acme.com'],
    ['--account-id', '1'],
    ['--api-token-file', 'secrets/2'],
    ['--chatwoot-api-token', 'STRAY-TOKEN'],
    ['--ca-file', 'secrets/2'],
    ['--header-file', 'secrets/2'],
  ])('%s is an error for every command, before any request', async (option, value) => {
    const { files, env, servers } = await serveFleet(2, 1)
    for (const { command } of COMMANDS) {
      const ran = await run([...command, ...FLEET, option, value], { files, env })
      expect([ran.code, ran.stdout]).toEqual([1, ''])
      expect(ran.stderr).toContain(`${option} cannot be combined with --fleet.`)
    }
    expect(servers.flatMap(({ requests }) => requests)).toEqual([])
  })

  test.each([
    [['plan', 'rollcall.yaml'], 'The policy "rollcall.yaml" cannot be combined'],
    [['validate', 'rollcall.yaml'], 'The policy "rollcall.yaml" cannot be combined'],
    [['doctor', 'rollcall.yaml'], 'The policy "rollcall.yaml" cannot be combined'],
    [['plan', '--snapshot', 's.json'], '--snapshot cannot be combined'],
    [['plan', '--previous', 's.json'], '--previous cannot be combined'],
    [['plan', '--approval'], '--approval cannot be combined'],
    [['plan', '--allow', 'remove-agent'], '--approval cannot be combined'],
    [['plan', '--snapshots', 'out/'], '--snapshots needs --max-age.'],
    [['plan', '--max-age', '2h'], '--max-age needs --snapshots.'],
    [['doctor', '--for', 'apply'], '--for cannot be combined'],
    [['snapshot'], '--fleet needs a folder for the snapshots.'],
    [['snapshot', '-o', 'out'], 'does not end with a slash'],
    [['snapshot', '-o', 'out/', '--shard', '5/4'], 'Write the number of this shard'],
    [['snapshot', '-o', 'out/', '--shard', '0/4'], 'Write the number of this shard'],
    [['snapshot', '-o', 'out/', '--shard', '1/4', '--max-rpm', '3'], 'less than one request'],
  ])('%j is refused with the next step', async (argv, says) => {
    const { files, env } = await serveFleet(1, 1)
    const ran = await run([...argv, ...FLEET], { files, env })
    expect([ran.code, ran.stdout]).toEqual([1, ''])
    expect(ran.stderr.replace(/\s+/g, ' ')).toContain(says)
  })

  test.each([
    [['snapshot', '--shard', '1/4'], '--shard needs --fleet.'],
    [['plan', '--snapshots', 'out/'], '--snapshots needs --fleet.'],
  ])('without it, %j is refused', async (argv, says) => {
    const ran = await run(argv, { files: { 'rollcall.yaml': 'version: 1\nagents: {}\n' } })
    expect([ran.code, ran.stdout]).toEqual([1, ''])
    expect(ran.stderr).toContain(says)
  })

  test('a fleet file that is invalid stops the run, with every error in the format asked for', async () => {
    const { files, env, servers } = await serveFleet(1, 1)
    const fleet = 'version: 2\naccounts:\n  - nam: acme\n    policy: 7\n'
    const cwd = folder({ ...files, 'fleet.yaml': fleet, 'report.json': 'of yesterday' })
    for (const { command } of COMMANDS) {
      const ran = await run([...command, ...FLEET], { env, world: { cwd } })
      expect(ran.code).toBe(1)
      expect(ran.stderr).toContain('fleet.yaml:1:10')
      expect(ran.stderr).toContain('Did you mean `name`?')
      expect(ran.stderr).toContain('fleet.yaml:4:13')
    }
    const ran = await run(['plan', ...FLEET, '--report', 'json=report.json'], {
      env,
      world: { cwd },
    })
    expect(ran.code).toBe(1)
    expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))).toMatchObject({
      verdict: 'none',
      cause: 'settings',
      accounts: [],
    })
    expect(servers[0]?.requests).toEqual([])
  })

  test('a wrong option does not make a report overwrite a policy', async () => {
    const { files, env } = await serveFleet(1, 1)
    const cwd = folder(files)
    const argv = ['plan', ...FLEET, '--base-url', 'x', '--report', 'json=policies/1-1.yaml']
    expect((await run(argv, { env, world: { cwd } })).code).toBe(1)
    const text = readFileSync(join(cwd, 'policies/1-1.yaml'), 'utf8')
    expect(text).toBe(files['policies/1-1.yaml'])
  })

  test.each([
    ['is not there', 'no.yaml', 'no such file or folder'],
    ['is a folder', 'policies', 'it is a folder'],
  ])('a fleet file that %s stops the run', async (_, name, why) => {
    const { files, env } = await serveFleet(1, 1)
    const ran = await run(['plan', '--fleet', name], { files, env })
    expect(ran.code).toBe(1)
    expect(ran.stderr.replaceAll(/\s+/g, ' ')).toContain(
      `The fleet file \`${name}\` cannot be read (${why}).`,
    )
  })

  test.each(['policies/1-1.yaml', 'secrets/2', 'fleet.yaml'])(
    'no report is written over %s',
    async (file) => {
      const { files, env } = await serveFleet(2, 1)
      const cwd = folder(files)
      const ran = await run(['plan', ...FLEET, '--report', `json=${file}`], { env, world: { cwd } })
      expect(ran.code).toBe(1)
      expect(ran.stderr).toContain('a file that this run reads')
      expect(readFileSync(join(cwd, file), 'utf8')).toBe(files[file])
    },
  )
})

test('--verbose names the server of each request if several are read at the same time', async () => {
  for (const number of [1, 2]) {
    const { files, env, servers } = await serveFleet(number, 1)
    const ran = await run(['plan', ...FLEET, '--verbose'], { files, env, terminal: true })
    for (const { baseUrl } of servers) {
      expect(ran.stderr.includes(`GET ${baseUrl}/api/v1/profile 200`)).toBe(number === 2)
    }
  }
})

describe('validate --fleet', () => {
  test('checks the file and every policy, without a token', async () => {
    const { files } = await serveFleet(2, 2)
    const ran = await run(['validate', ...FLEET, '--format', 'json'], { files })
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({ valid: true, diagnostics: [] })
    const broken = {
      ...files,
      'policies/2-1.yaml': 'version: 1\naccount: 9\nagents: { ada@acme.com: administrator }\n',
    }
    const again = await run(['validate', ...FLEET], { files: broken })
    expect(again.code).toBe(1)
    expect(again.stdout).toContain('policies/2-1.yaml:2:1')
  })
})

describe('doctor --fleet', () => {
  test('takes one line for a healthy account, and shows what is wrong with the others', async () => {
    const { files, env, servers } = await serveFleet(2, 1)
    const world = { now: () => new Date() }
    const wrong = { ...env, TOKEN_1: 'WRONG-TOKEN' }
    const ran = await run(['doctor', ...FLEET], { files, env: wrong, world })
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain(`brand 1-1: account 1 on ${servers[0]?.baseUrl}\n`)
    expect(ran.stdout).toMatch(/fail +token/)
    expect(ran.stdout).toMatch(/\nok +brand 2-1: account 1 on http.*, \d+ checks\n/)
    expect(ran.stdout).toContain('FAIL, 1 failure')
    const json = await run(['doctor', ...FLEET, '--format', 'json'], { files, env })
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([
      0,
      {
        healthy: true,
        checks: [],
        accounts: [{ name: 'brand 1-1', healthy: true }, { name: 'brand 2-1' }],
      },
    ])
  })
})
