/** What a run says of the audit log, against the recorded story of a real Chatwoot 4.16.2. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { Sandbox } from '../../src/sandbox/server.ts'
import { ask } from '../sandbox/ask.ts'
import { connection, folder, GRACE, run, serve } from './world.ts'

const FOLDER = new URL('../fixtures/recordings/', import.meta.url)
const STORY = new URL('4.16.2-enterprise/', FOLDER)
const NOW = '2026-11-25T18:15:39.000Z'

/** The recorded account after the case with this number. */
async function replay(until: number, change: (text: string) => string = String): Promise<Sandbox> {
  const text = change(readFileSync(new URL('state-4.16.2.json', FOLDER), 'utf8'))
  const options = { now: () => new Date(NOW), jobDelay: null }
  const sandbox = await serve(options, parseState(text, 'state.json'))
  for (const name of readdirSync(STORY).sort()) {
    const { request } = JSON.parse(readFileSync(new URL(name, STORY), 'utf8'))
    const writes = request.method !== 'GET' && request.path !== '/auth/sign_in'
    if (!writes || Number(name.slice(0, 2)) > until) continue
    await ask(sandbox, request.path, request.headers, request.method, request.body)
  }
  while (sandbox.queue.run());
  return sandbox
}

const POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  grace@acme.com: agent
  old-admin@acme.com: administrator
  mallory@evil.example: administrator
  ken@acme.com: agent
  barbara@acme.com: agent
  host@acme.com: agent
  emoji@acme.com: agent
  gone@acme.com: agent
  linus@acme.com: { role: agent, pending_until: 2026-12-15 }
  new.person@acme.com: { role: agent, pending_until: 2026-12-15 }
severity: { custom-role-differs: 'off', admin-with-custom-role: 'off' }
`

interface Told {
  readonly code: string
  readonly address: string
  readonly activity?: Readonly<Record<string, unknown>>
}

async function plan(sandbox: Sandbox, words: readonly string[], policy = POLICY, token?: string) {
  const setting = {
    files: { 'rollcall.yaml': policy },
    env: connection(sandbox, token),
    world: { now: () => new Date(NOW) },
  }
  const text = await run(['plan', ...words], setting)
  const { stdout } = await run(['plan', '--format', 'json', ...words], setting)
  const { accounts } = JSON.parse(stdout)
  return {
    code: text.code,
    text: text.stdout.replace(/\s+/g, ' '),
    stdout: text.stdout,
    stderr: text.stderr,
    json: stdout,
    account: accounts[0],
    findings: accounts[0].findings as readonly Told[],
  }
}

describe('plan --activity', () => {
  test('after case 32 it says that ada promoted new.person, and when', async () => {
    const { code, text, findings, account } = await plan(await replay(32), ['--activity'])
    expect(code).toBe(2)
    expect(findings).toMatchObject([
      {
        code: 'admin-unexpected',
        address: 'agent/new.person@acme.com',
        activity: {
          state: 'recorded',
          what: 'made administrator',
          by: 'ada@acme.com',
          at: '2026-11-25T18:15:39.000Z',
          apply: null,
        },
      },
    ])
    expect(text).toMatch(/; made .*administrator by ada@acme\.com on 2026-11-25 18:15 UTC/)
    expect(account.read.activity).toMatchObject({ state: 'read', reach: 'beginning', rows: 2 })
    expect(text).toContain('Audit log: begins on 2026-11-25, 2 rows.')
  })

  test('at the end of the story it attributes nothing to somebody who is gone, and says why', async () => {
    const { findings, text } = await plan(await replay(99), ['--activity'])
    expect(findings.map(({ code, address }) => `${code} ${address}`)).toEqual([
      'agent-missing agent/new.person@acme.com',
    ])
    expect(findings[0]?.activity).toEqual({
      state: 'never',
      what: null,
      by: null,
      at: null,
      apply: null,
    })
    expect(text).toMatch(/; Chatwoot .*does not log who did this/)
    expect(text).toContain('Chatwoot never logs who was removed')
    expect(text).not.toMatch(/by ada@acme\.com/)
  })

  test('of an account whose feature is off, it says so and accuses nobody', async () => {
    const off = (state: string) => state.replace('"audit_logs": true', '"audit_logs": false')
    const { code, findings, text, account } = await plan(await replay(32, off), ['--activity'])
    expect(code).toBe(2)
    expect(findings[0]).not.toHaveProperty('activity')
    expect(account.read.activity).toEqual({ state: 'off' })
    expect(text).toContain(
      'This report contains nothing from the audit log. The feature audit_logs',
    )
    expect(text).not.toMatch(/ada@acme\.com on/)
  })

  test('nobody asked for it: no request for it, nothing about what it says', async () => {
    const sandbox = await replay(32)
    const { json, text } = await plan(sandbox, [])
    expect(sandbox.requests.filter(({ path }) => path.includes('audit_logs'))).toEqual([])
    expect(JSON.parse(json).accounts[0].read).not.toHaveProperty('activity')
    expect(text).not.toMatch(/Audit log:|not recorded|does not log/)
  })

  test('with the token of an agent the verdict stays, and the report says what is missing', async () => {
    const sandbox = await replay(32)
    const { code, account } = await plan(sandbox, ['--activity'], POLICY, GRACE)
    expect(code).toBe(2)
    expect(account.read.activity).toEqual({ state: 'unreadable' })
    expect(account.diagnostics).toMatchObject([
      { code: 'read-partial', severity: 'warning', summary: expect.stringMatching(/audit log/) },
    ])
  })

  test('on community code, it says that there is no such log', async () => {
    const sandbox = await replay(0, (text) => text.replace('{', '{ "edition": "community",'))
    const { account } = await plan(sandbox, ['--activity'], POLICY)
    expect(account.read.activity).toEqual({ state: 'unsupported' })
  })

  test('no address of a machine is in any format', async () => {
    const sandbox = await replay(32)
    for (const format of ['json', 'text', 'markdown', 'html', 'csv', 'sarif', 'junit', 'github']) {
      const { stdout } = await run(['plan', '--activity', '--format', format], {
        files: { 'rollcall.yaml': POLICY },
        env: connection(sandbox),
        world: { now: () => new Date(NOW) },
      })
      expect(
        stdout.replaceAll(sandbox.baseUrl, '').replaceAll(/127\.0\.0\.1:\d+/g, ''),
      ).not.toMatch(/127\.0\.0\.1/)
      expect(stdout).toMatch(/\bmade\b/)
    }
  })
})

describe('a rule that needs the audit log', () => {
  const WITH_RULE = `${POLICY}rules: { invite_max_days: 3 }\n`

  test('reads it without --activity, and has no verdict where it cannot be read', async () => {
    const sandbox = await replay(32)
    const { code, account } = await plan(sandbox, [], WITH_RULE)
    expect(code).toBe(2)
    expect(account.not_judged).toEqual({ 'invite-stale': 1 })
    const refused = await plan(sandbox, [], WITH_RULE, GRACE)
    expect(refused.code).toBe(1)
    expect(refused.account.diagnostics).toMatchObject([
      { code: 'read-activity', location: { line: 16 } },
    ])
    expect(refused.text).toContain('Use the token of an administrator')
  })
})

describe('people of list --activity and access --activity', () => {
  test('have their last recorded sign-in, and who added them', async () => {
    const sandbox = await replay(32)
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const world = { now: () => new Date(NOW) }
    for (const command of ['list', 'access']) {
      const { stdout } = await run([command, '--activity'], { env, world })
      expect(stdout.replace(/\s+/g, ' ')).toContain(
        'no sign-in recorded, added by ada@acme.com on 2026-11-25 18:15 UTC',
      )
      expect(stdout).toContain('Audit log: begins on 2026-11-25')
      const { stdout: json } = await run([command, '--activity', '--format', 'json'], {
        env,
        world,
      })
      const { people } = command === 'list' ? JSON.parse(json).listing : JSON.parse(json).access
      const found = people.find(({ email }: { email: string }) => email.startsWith('new.person'))
      expect(found.activity).toEqual({
        last_sign_in: null,
        added_by: 'ada@acme.com',
        added_at: NOW,
      })
      const { stdout: csv } = await run([command, '--activity', '--format', 'csv'], { env, world })
      expect(csv).toContain(`"","ada@acme.com","${NOW}"`)
      const { stdout: html } = await run([command, '--activity', '--format', 'html'], {
        env,
        world,
      })
      expect(html).toContain('no sign-in recorded, added by')
    }
  })

  test('have nothing of it, with the reason on stderr, for a token that may not read it', async () => {
    const sandbox = await replay(0)
    const env = { ...connection(sandbox, GRACE), CHATWOOT_ACCOUNT_ID: '1' }
    const { stdout, stderr } = await run(['list', '--activity'], { env })
    expect(stdout).not.toContain('recorded')
    expect(stderr).toContain('This list contains nothing from the audit log.')
  })
})

test.each<[string, string, readonly string[]]>([
  ['--activity', POLICY, ['--activity']],
  ['rules that need it', `${POLICY}rules: { dormant_days: 61, invite_max_days: 1 }\n`, []],
])(
  'a review with %s agrees with itself, because its snapshot has what the log said',
  async (_, policy, words) => {
    const sandbox = await replay(32)
    const cwd = folder({ 'rollcall.yaml': policy })
    // The log is read after the account, which takes a while.
    let ms = Date.parse(NOW)
    const now = () => {
      ms += 40
      return new Date(ms)
    }
    const world = { cwd, now }
    const ran = await run(['review', '-o', 'r', ...words], { env: connection(sandbox), world })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    const { code, stdout } = await run(['review', 'verify', 'r'], { world: { cwd } })
    expect([code, stdout]).toEqual([0, expect.stringContaining('INTACT, exit code 0')])
    const { not_shown: missing } = JSON.parse(readFileSync(join(cwd, 'r/MANIFEST.json'), 'utf8'))
    expect(missing.join(' ')).toMatch(/Audit log: begins on 2026-11-\d\d,/)
    expect(missing.join(' ')).not.toContain('when a person last signed in')
  },
)

test.each<[string, (text: string) => string, string | undefined, string]>([
  ['an agent may not read', String, GRACE, 'administrator'],
  [
    'is off',
    (text) => text.replaceAll('"audit_logs": true', '"audit_logs": false'),
    undefined,
    'The feature audit_logs of the account is off',
  ],
])('a review with a log that %s agrees with itself, and says so', async (_, change, token, why) => {
  const sandbox = await replay(32, change)
  const cwd = folder({ 'rollcall.yaml': POLICY })
  const world = { cwd, now: () => new Date(NOW) }
  const env = connection(sandbox, token)
  const ran = await run(['review', '-o', 'r', '--activity'], { env, world })
  expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error')])
  const { code, stdout } = await run(['review', 'verify', 'r'], { world: { cwd } })
  expect([code, stdout]).toEqual([0, expect.stringContaining('INTACT, exit code 0')])
  const { not_shown: missing } = JSON.parse(readFileSync(join(cwd, 'r/MANIFEST.json'), 'utf8'))
  expect(missing.join(' ')).toContain('when a person last signed in')
  expect(missing.join(' ')).toContain('This review contains nothing from the audit log.')
  expect(missing.join(' ')).toContain(why)
  expect(ran.stderr).toContain('contains nothing from the audit log.')
})

test('a review with a log without rows agrees with itself', async () => {
  const sandbox = await replay(0, (text) => {
    const { accounts, ...rest } = JSON.parse(text)
    const emptied = accounts.map((account: object) => ({ ...account, audit_logs: [] }))
    return JSON.stringify({ ...rest, accounts: emptied })
  })
  const cwd = folder({ 'rollcall.yaml': POLICY })
  // The log is read after the account, which takes a while.
  let ms = Date.parse(NOW)
  const now = () => {
    ms += 40
    return new Date(ms)
  }
  const env = connection(sandbox)
  const ran = await run(['review', '-o', 'r', '--activity'], { env, world: { cwd, now } })
  expect([ran.code, ran.stderr]).toEqual([0, ''])
  const { activity } = JSON.parse(readFileSync(join(cwd, 'r/snapshot.json'), 'utf8'))
  expect(activity).toMatchObject({ state: 'read', rows: 0 })
  const { code, stdout } = await run(['review', 'verify', 'r'], { world: { cwd } })
  expect([code, stdout]).toEqual([0, expect.stringContaining('INTACT, exit code 0')])
})
