/** `rollcall snapshot` and `rollcall plan --snapshot`, over real HTTP and real files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { makeSignIn } from '../sandbox/audit-faults.ts'
import { ADA, connection, EXACT, folder, GRACE, recordedState, run, serve } from './world.ts'

const ACCOUNT = ['--account-id', '1']
const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')

async function taken(token = ADA): Promise<string> {
  const env = connection(await serve(), token)
  const { code, stdout } = await run(['snapshot', ...ACCOUNT], { env })
  expect(code).toBe(0)
  return stdout
}

describe('a snapshot with --activity', () => {
  const asked = async (state: SandboxState, token = ADA) => {
    const env = connection(await serve({}, state), token)
    const ran = await run(['snapshot', '--activity', ...ACCOUNT], { env })
    expect(ran.code).toBe(0)
    return { ...ran, document: JSON.parse(ran.stdout) }
  }
  const recorded = (): SandboxState => {
    const state = recordedState()
    const [account] = state.accounts
    if (account === undefined) throw new Error('The recorded state has an account.')
    account.features['audit_logs'] = true
    account.audit_logs = [makeSignIn(1, Date.UTC(2026, 10, 22) / 1000, 1)]
    return state
  }

  test('keeps the last sign-in of a person, and how much of the log was read', async () => {
    const { document, stderr, stdout } = await asked(recorded())
    expect(document).toMatchObject({
      format_version: '1.2',
      activity: {
        state: 'read',
        reach: 'beginning',
        rows: 1,
        people: [{ user_id: 1, last_sign_in: '2026-11-22T00:00:00.000Z' }],
      },
    })
    expect([stderr, stdout]).toEqual(['', expect.not.stringContaining('203.0.113.7')])
    const { stdout: schema } = await run(['schema', 'snapshot'])
    const conforms = new Ajv2020({ validateFormats: false }).compile(JSON.parse(schema))
    conforms(document)
    expect(conforms.errors).toBeNull()
  })

  test('is a snapshot too where the log cannot be read, and says why', async () => {
    const off = recorded()
    for (const { features } of off.accounts) features['audit_logs'] = false
    const community = { ...recorded(), edition: 'community' as const }
    for (const [state, token, kept, says] of [
      [off, ADA, 'off', 'The feature audit_logs of the account is off'],
      [community, ADA, 'unsupported', 'The server has no enterprise code'],
      [recorded(), GRACE, 'unreadable', 'Use the token of an administrator.'],
    ] as const) {
      const { document, stderr } = await asked(state, token)
      expect(document.activity.state).toBe(kept)
      expect(stderr).toContain('The snapshot contains nothing from the audit log.')
      expect(stderr.replace(/\s+/g, ' ')).toContain(says)
    }
  })

  test('asks for no log without the option', async () => {
    const sandbox = await serve({}, recorded())
    const { stdout } = await run(['snapshot', ...ACCOUNT], { env: connection(sandbox) })
    expect(JSON.parse(stdout).activity).toEqual({ state: 'not_asked' })
    expect(sandbox.requests.filter(({ path }) => path.includes('audit_logs'))).toEqual([])
  })
})

describe('a snapshot', () => {
  test('is everybody and every team, and fits its schema', async () => {
    const document = JSON.parse(await taken())
    const { stdout: schema } = await run(['schema', 'snapshot'])
    const conforms = new Ajv2020({ validateFormats: false }).compile(JSON.parse(schema))
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect(document.agents.map(({ email }: { email: string }) => email)).toEqual([
      'ada@acme.com',
      'barbara@acme.com',
      'gone@acme.com',
      'grace@acme.com',
      'host@acme.com',
      'ken@acme.com',
      'linus@acme.com',
      'mallory@evil.example',
      'old-admin@acme.com',
    ])
    expect(document.teams.map(({ name }: { name: string }) => name)).toEqual([
      'billing',
      'empty team',
      'tier 1',
    ])
    expect(document.custom_roles).toEqual({
      kind: 'read',
      roles: [
        {
          id: 1,
          name: 'Billing clerk',
          description: 'Reads reports',
          permissions: ['contact_manage', 'report_manage'],
        },
      ],
    })
  })

  test('holds no secret that the server sends', async () => {
    expect(await taken()).not.toMatch(/TOKEN|SECRET|pubsub|access_token/)
  })

  test('of the same account has the same bytes apart from the times, however it was read', async () => {
    let failures = 0
    const env = connection(
      await serve({
        intercept: (request, response) => {
          if (!request.path.endsWith('/teams') || failures > 0) return false
          failures += 1
          response.writeHead(502).end()
          return true
        },
      }),
    )
    const timeless = (text: string) =>
      text.replace(/"(started|finished)_at": ".*"/g, '').replace(/"server": ".*"/, '')
    const later = { now: () => new Date('2027-01-01T00:00:00Z') }
    const again = await run(['snapshot', ...ACCOUNT], { env, world: later })
    expect(failures).toBe(1)
    expect(timeless(again.stdout)).toBe(timeless(await taken()))
    expect(again.stdout).toContain('"finished_at": "2027-01-01T00:00:00.000Z"')
  })

  test('goes to a file with -o, and one line says so', async () => {
    const cwd = folder({})
    const env = connection(await serve())
    const ran = await run(['snapshot', '-o', 's.json', ...ACCOUNT], { env, world: { cwd } })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(
      /^Wrote s\.json: account 1 on http:\S+, 9 agents, 3 teams, 2 inboxes\.\n$/,
    )
    expect(JSON.parse(readFileSync(join(cwd, 's.json'), 'utf8')).format).toBe('rollcall.snapshot')
  })

  test('that cannot be read completely is none', async () => {
    const cwd = folder({})
    const env = connection(await serve({ intercept: (_, response) => !!response.destroy() }))
    const ran = await run(['snapshot', '-o', 's.json', ...ACCOUNT], { env, world: { cwd } })
    expect([ran.code, ran.stdout]).toEqual([1, ''])
    expect(existsSync(join(cwd, 's.json'))).toBe(false)
  })

  test('is never written over the file of the token', async () => {
    const cwd = folder({ token: ADA })
    const env = connection(await serve())
    const argv = ['snapshot', '-o', './token', '--api-token-file', 'token', ...ACCOUNT]
    const ran = await run(argv, { env, world: { cwd } })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(', which this run reads (token)')
    expect(readFileSync(join(cwd, 'token'), 'utf8')).toBe(ADA)
  })

  test.each([
    [['snapshot'], 'the account: --account-id ID'],
    [['snapshot', 'now'], 'Unexpected argument "now"'],
    [['snapshot', '-o'], '-o has no value.'],
    [['snapshot', '-o', 'no/such/s.json', ...ACCOUNT], 'could not be written to no/such/s.json'],
  ])('%j is refused with the next step', async (argv, says) => {
    const { code, stdout, stderr } = await run(argv, { env: connection(await serve()) })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(says)
  })
})

describe('plan --snapshot', () => {
  async function offline(policy: string, argv: readonly string[] = [], text?: string) {
    const files = { 'rollcall.yaml': policy, 's.json': text ?? (await taken()) }
    return run(['plan', '--snapshot', 's.json', ...argv], { files })
  }

  test('judges as a plan with the server does, without server and token', async () => {
    const sandbox = await serve()
    const ids = (text: string) =>
      JSON.parse(text).accounts[0].findings.map(({ id }: { id: string }) => id)
    const files = { 'rollcall.yaml': DRIFTED }
    const online = await run(['plan', '--format', 'json'], { files, env: connection(sandbox) })
    const { code, stdout } = await offline(DRIFTED, ['--format', 'json'])
    expect([code, ids(stdout)]).toEqual([online.code, ids(online.stdout)])
    expect(ids(stdout)).toContain('admin-unexpected:agent/mallory@evil.example')
    expect((await offline(EXACT)).code).toBe(0)
  })

  test('carries the time of the snapshot in every report for people, and in the JSON', async () => {
    const says = ' of 2026-11-23 08:00:00 UTC. The account'
    for (const format of ['text', 'markdown', 'html']) {
      expect((await offline(EXACT, ['--format', format])).stdout, format).toContain(says)
    }
    expect((await offline(EXACT, ['--format', 'github'])).stdout.replace(/\s+/g, ' ')).toContain(
      says,
    )
    const { read } = JSON.parse((await offline(EXACT, ['--format', 'json'])).stdout).accounts[0]
    expect(read).toMatchObject({
      snapshot: 's.json',
      finished_at: '2026-11-23T08:00:00.000Z',
      requests: 0,
    })
  })

  test('names the snapshot in the reports for other programs', async () => {
    const inFormat = async (format: string) => (await offline(DRIFTED, ['--format', format])).stdout
    expect(await inFormat('junit')).toContain('name="options" value="--snapshot s.json"')
    const { invocations } = JSON.parse(await inFormat('sarif')).runs[0]
    expect(invocations[0].arguments).toEqual(['--snapshot', 's.json'])
    const rows: Record<string, string>[] = parse(await inFormat('csv'), { columns: true })
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      expect(row['snapshot']).toBe('s.json')
    }
  })

  test('knows what the token of the snapshot could not read', async () => {
    const { code, stdout } = await offline(EXACT, [], await taken(GRACE))
    expect(code).toBe(1)
    expect(stdout.replace(/\s+/g, ' ')).toContain('With this token, rollcall cannot find out')
    expect(stdout).toContain('From the snapshot s.json of 2026-11-23 08:00:00 UTC')
  })

  test('takes the account from the snapshot where nothing else names it', async () => {
    expect((await offline(EXACT.replace('account: 1\n', ''))).code).toBe(0)
  })

  test.each([
    ['a policy of another account', EXACT.replace('account: 1', 'account: 7'), [], {}],
    ['a policy of another server', `server: https://chat.acme.com\n${EXACT}`, [], {}],
    ['an option', EXACT.replace('account: 1\n', ''), ['--account-id', '7'], {}],
    ['a variable', EXACT.replace('account: 1\n', ''), [], { CHATWOOT_ACCOUNT_ID: '7' }],
    ['a base URL', EXACT, ['--base-url', 'https://chat.acme.com'], {}],
  ])('refuses the snapshot of another account: %s', async (_, policy, argv, env) => {
    const files = { 'rollcall.yaml': policy, 's.json': await taken() }
    const ran = await run(['plan', '--snapshot', 's.json', ...argv], { files, env })
    expect(ran.code).toBe(1)
    expect(ran.stdout).toMatch(/The snapshot s\.json is of (account 1|server http)/)
  })

  test.each([
    ['1h', 0, 0],
    ['7d', 7 * 86_400, 0],
    ['7d', 7 * 86_400 + 1, 1],
    ['90s', 100, 1],
    ['7d', -3_600, 1],
  ])('--max-age %s of a snapshot that is %d seconds old ends with %d', async (age, old, code) => {
    const files = { 'rollcall.yaml': EXACT, 's.json': await taken() }
    const now = () => new Date(Date.parse('2026-11-23T08:00:00Z') + old * 1_000)
    const ran = await run(['plan', '--snapshot', 's.json', '--max-age', age], {
      files,
      world: { now },
    })
    expect(ran.code).toBe(code)
    if (code === 1) expect(ran.stdout).toMatch(/is (7d 1s|1m 40s) old|is from the future/)
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, 1_000), 'its end is missing', /s\.json:\d+:\d+/],
    ['empty', () => '', 'is empty', /s\.json:1:1/],
    ['a report', () => '{"format": "rollcall.report"}', '`format` should be', /s\.json:1:12/],
    [
      'without a member in its agents',
      (text: string) => text.replace('"email": "barbara@acme.com"', '"email": "bar@acme.com"'),
      '`teams[2].members[0]` should be in `agents`: that list is not complete',
      /s\.json:148:9/,
    ],
    [
      'without the teams',
      (text: string) => `${text.slice(0, text.indexOf(',\n  "teams"'))}}`,
      'the document lacks the key `teams`',
      /s\.json:1:1/,
    ],
  ])('refuses a snapshot that is %s, with its place', async (_, broken, says, place) => {
    const ran = await offline(EXACT, [], broken(await taken()))
    expect(ran.code).toBe(1)
    const words = ran.stdout.replace(/\s+/g, ' ')
    expect(words).toContain(says)
    expect(words).toMatch(place)
  })

  test('one snapshot is one account, and --max-age needs one', async () => {
    const files = { 'a.yaml': EXACT, 'b.yaml': EXACT }
    const several = await run(['plan', 'a.yaml', 'b.yaml', '--snapshot', 's.json'], { files })
    expect(several.code).toBe(1)
    expect(several.stderr).toContain('--snapshot contains one account, but you named 2 policies.')
    const without = await run(['plan', 'a.yaml', '--max-age', '7d'], { files })
    expect(without.code).toBe(1)
    expect(without.stderr).toContain('--max-age needs --snapshot.')
    const unclear = await run(['plan', 'a.yaml', '--max-age', 'week'], { files })
    expect(unclear.stderr).toContain('12h, 7d')
  })

  test('--previous knows a person by the id under a new address', async () => {
    const before = await taken()
    const now = before.replaceAll('barbara@acme.com', 'barbara@acme.io')
    const files = { 'rollcall.yaml': EXACT, 's.json': now, 'before.json': before }
    const argv = ['plan', '--snapshot', 's.json', '--format', 'json', '--previous', 'before.json']
    const ran = await run(argv, { files })
    const [account] = JSON.parse(ran.stdout).accounts
    expect(account.findings.map(({ id }: { id: string }) => id)).toContain(
      'agent-renamed:agent/barbara@acme.com',
    )
    expect(account.changes).toEqual([])
  })

  test('--previous is one snapshot of the same account', async () => {
    const before = await taken()
    const other = before.replace(/"account": \{\s+"id": 1/, '"account": { "id": 2')
    const files = { 'rollcall.yaml': EXACT, 'b.yaml': EXACT, 's.json': before, 'other.json': other }
    const argv = ['plan', '--snapshot', 's.json', '--previous', 'other.json']
    const ran = await run(argv, { files })
    expect(ran.code).toBe(1)
    expect(ran.stdout.replace(/\s+/g, ' ')).toContain('The snapshot of --previous is of account 2')
    const several = await run(['plan', 'rollcall.yaml', 'b.yaml', '--previous', 's.json'], {
      files,
    })
    expect(several.stderr).toContain('--previous contains one account, but you named 2 policies.')
  })

  test('a report is never written over the snapshot', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    writeFileSync(join(cwd, 's.json'), await taken())
    const argv = ['plan', '--snapshot', 's.json', '--report', 'json=s.json']
    expect((await run(argv, { world: { cwd } })).code).toBe(1)
    expect(readFileSync(join(cwd, 's.json'), 'utf8')).toContain('rollcall.snapshot')
  })

  test('a snapshot that is not there is named', async () => {
    const { code, stdout } = await run(['plan', '--snapshot', 'none.json'], {
      files: { 'rollcall.yaml': EXACT },
    })
    expect(code).toBe(1)
    expect(stdout).toContain('The snapshot none.json cannot be read (no such file or folder)')
  })

  test('the account is the one of the snapshot, whatever it is called', async () => {
    const state = recordedState()
    for (const account of state.accounts) account.name = '\u001b[31m::error::'
    const env = connection(await serve({}, state))
    const { stdout } = await run(['snapshot', ...ACCOUNT], { env })
    const ran = await offline(EXACT, [], stdout)
    expect(ran.code).toBe(0)
    expect(ran.stdout).not.toContain('\u001b')
  })
})

describe('a run that reads a file instead of a server', () => {
  const flatten = (text: string) => text.replace(/\s+/g, ' ')
  const warns = async (words: readonly string[]) => {
    const files = { 'rollcall.yaml': EXACT, 's.json': await taken(), 'token.txt': ADA }
    const { code, stderr } = await run([...words, '--snapshot', 's.json'], { files })
    expect(code).toBe(0)
    return flatten(stderr)
  }

  test.each(['plan', 'access', 'export'])(
    '`%s` names the options that only reading a server needs',
    async (command) => {
      const options = ['--timeout', '10m', '--concurrency', '8', '--api-token-file', 'token.txt']
      expect(await warns([command, ...options])).toContain(
        'warning: --api-token-file, --concurrency and --timeout have no effect with --snapshot: this run reads no server. Remove the option.',
      )
      expect(await warns([command, '--max-rpm=100'])).toContain(
        'warning: --max-rpm has no effect with --snapshot',
      )
    },
  )

  test.each([
    ['that it uses', ['--account-id=1', '--color=never']],
    ['with which nothing changes', ['--timeout=5m', '--concurrency=4', '--quiet', '--verbose']],
  ])('does not mention options %s', async (_, options) => {
    expect(await warns(['plan', ...options])).toBe('')
  })
})
