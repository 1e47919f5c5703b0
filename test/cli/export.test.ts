/** `rollcall export` over real HTTP: the policy it writes, and the files it leaves alone. */
import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connection, folder, GRACE, recordedState, run, serve } from './world.ts'

const ACCOUNT = { CHATWOOT_ACCOUNT_ID: '1' }

test.each(['enterprise', 'community'] as const)(
  'a plan right after an export ends with 0, on the %s edition',
  async (edition) => {
    const sandbox = await serve({}, { ...recordedState(), edition })
    const cwd = folder({})
    const env = connection(sandbox)
    const first = await run(['export', '-o', 'rollcall.yaml'], {
      env: { ...env, ...ACCOUNT },
      world: { cwd },
    })
    expect(first).toEqual({ code: 0, stdout: 'Written: rollcall.yaml\n', stderr: '' })
    // The policy names the account itself.
    const second = await run(['plan'], { env, world: { cwd } })
    expect([second.code, second.stderr]).toEqual([0, ''])
    expect(readdirSync(cwd)).toEqual(['rollcall.yaml'])
  },
)

test('the text is what stdout shows without a file, and stdin takes it back', async () => {
  const sandbox = await serve()
  const env = { ...connection(sandbox), ...ACCOUNT }
  const { code, stdout, stderr } = await run(['export'], { env })
  expect([code, stderr]).toEqual([0, ''])
  const planned = await run(['plan', '-'], { env, stdin: stdout })
  expect(planned.code).toBe(0)
  const alike = stdout.replaceAll(sandbox.baseUrl, 'http://127.0.0.1:3000')
  await expect(alike.replace(/on 127\.0\.0\.1:\d+/, 'on 127.0.0.1:3000')).toMatchFileSnapshot(
    'golden/export-recorded.yaml',
  )
})

test('a custom role of another account is exported, with a warning that no policy can settle it', async () => {
  const state = recordedState()
  const [first, ...others] = state.accounts
  if (first === undefined) throw new Error('The recorded account is missing.')
  const members = first.members.map((member) => ({
    ...member,
    custom_role_id: member.email.startsWith('linus@') ? 99 : member.custom_role_id,
  }))
  const sandbox = await serve({}, { ...state, accounts: [{ ...first, members }, ...others] })
  const env = { ...connection(sandbox), ...ACCOUNT }
  const { code, stdout, stderr } = await run(['export'], { env })
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /^warning: With this policy, a plan still reports\s+custom-role-foreign:agent\/linus@acme.com.\n/,
    ),
  ])
  const planned = await run(['plan', '-', '--format', 'json'], { env, stdin: stdout })
  const { findings } = JSON.parse(planned.stdout).accounts[0]
  const errors = findings.filter((each: { readonly severity: string }) => each.severity === 'error')
  const codes = new Set(errors.map((each: { readonly code: string }) => each.code))
  expect([planned.code, [...codes]]).toEqual([2, ['custom-role-foreign']])
  const started = await run(['init'], { env, world: { cwd: folder({}) } })
  expect([started.code, started.stdout]).toEqual([
    0,
    expect.stringContaining('matches your account now, except custom-role-foreign:agent/'),
  ])
})

test('a person whose address no policy can list is left out, with a warning that says what to do', async () => {
  const state = recordedState()
  const rename = (text: string) => text.replaceAll('linus@acme.com', '.linus@acme.com')
  const sandbox = await serve({}, JSON.parse(rename(JSON.stringify(state))))
  const env = { ...connection(sandbox), ...ACCOUNT }
  const { code, stdout, stderr } = await run(['export'], { env })
  expect(code).toBe(0)
  expect(stdout).toContain('# Not listed: .linus@acme.com (agent)')
  expect(stderr.replace(/\s+/g, ' ')).toContain(
    'warning: With this policy, a plan still reports invite-unexpected:agent/.linus@acme.com. A policy cannot list this e-mail address.',
  )
  const planned = await run(['plan', '-'], { env, stdin: stdout })
  expect(planned.code).toBe(2)
  const started = await run(['init'], { env, world: { cwd: folder({}) } })
  expect([started.code, started.stdout]).toEqual([
    0,
    expect.stringContaining('except invite-unexpected:agent/.linus@acme.com'),
  ])
})

test("an agent's token exports as well: custom roles by id, so that the same token can plan", async () => {
  const sandbox = await serve()
  const env = { ...connection(sandbox, GRACE), ...ACCOUNT }
  const { stdout, stderr } = await run(['export'], { env })
  expect(stdout).toContain('custom_role: { id: 1 }')
  expect(stderr).toContain('warning: This policy has no inboxes.')
  expect(stderr).toContain('warning: This policy does not show what custom roles permit.')
  expect((await run(['plan', '-'], { env, stdin: stdout })).code).toBe(0)
})

test('an account without an administrator is refused, and nothing is written', async () => {
  const state = recordedState()
  const accounts = state.accounts.map((account) => ({
    ...account,
    members: account.members.map((member) => ({ ...member, role: 'agent' as const })),
  }))
  const sandbox = await serve({}, { ...state, accounts })
  const cwd = folder({})
  const { code, stdout, stderr } = await run(['export', '-o', 'p.yaml'], {
    env: { ...connection(sandbox), ...ACCOUNT },
    world: { cwd },
  })
  expect([code, stdout, readdirSync(cwd)]).toEqual([1, '', []])
  expect(stderr).toContain('Account 1 has no administrator')
})

test('a file that is there stays as it is, and the server is not even asked', async () => {
  const cwd = folder({ 'p.yaml': 'mine\n' })
  const { code, stdout, stderr } = await run(['export', '--output', 'p.yaml'], { world: { cwd } })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('p.yaml already exists')
  expect(readFileSync(join(cwd, 'p.yaml'), 'utf8')).toBe('mine\n')
})

test('a dangling link counts as there', async () => {
  const cwd = folder({})
  symlinkSync(join(cwd, 'nowhere'), join(cwd, 'p.yaml'))
  const { stderr } = await run(['export', '-o', 'p.yaml'], { world: { cwd } })
  expect(stderr).toContain('p.yaml already exists')
})

test('--force writes over it', async () => {
  const sandbox = await serve()
  const cwd = folder({ 'p.yaml': 'mine\n' })
  const env = { ...connection(sandbox), ...ACCOUNT }
  const { code } = await run(['export', '-op.yaml', '--force'], { env, world: { cwd } })
  expect(code).toBe(0)
  expect(readFileSync(join(cwd, 'p.yaml'), 'utf8')).toContain('version: 1')
  expect(statSync(join(cwd, 'p.yaml')).isFile()).toBe(true)
})

test('what cannot be written is said, with nothing left behind', async () => {
  const sandbox = await serve()
  const cwd = folder({ 'p.yaml/inside': 'x' })
  const env = { ...connection(sandbox), ...ACCOUNT }
  const { code, stderr } = await run(['export', '-o', 'p.yaml', '--force'], { env, world: { cwd } })
  expect([code, readdirSync(cwd)]).toEqual([1, ['p.yaml']])
  expect(stderr).toContain('The policy could not be written to p.yaml: it is not a file.')
})

test.each([
  [['export', '-o'], '-o has no value.'],
  [['export', '-o', 'a', '--output', 'b'], '--output is given more than once.'],
  [['export', 'rollcall.yaml'], 'Unexpected argument "rollcall.yaml"'],
  [['export'], 'rollcall cannot read the account'],
])('%j is refused with the next step', async (argv, says) => {
  const { code, stdout, stderr } = await run(argv)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(says)
})

test('from a snapshot it writes the same policy, and needs no server and no token', async () => {
  const sandbox = await serve()
  const cwd = folder({})
  const env = { ...connection(sandbox), ...ACCOUNT }
  await run(['snapshot', '-o', 'seen.json'], { env, world: { cwd } })
  const live = await run(['export'], { env, world: { cwd } })
  const stored = await run(['export', '--snapshot', 'seen.json'], { world: { cwd } })
  expect(stored).toEqual(live)
})

test('from a snapshot of another account than the settings name, it writes nothing', async () => {
  const sandbox = await serve()
  const cwd = folder({})
  const env = { ...connection(sandbox), ...ACCOUNT }
  await run(['snapshot', '-o', 'seen.json'], { env, world: { cwd } })
  const { code, stdout, stderr } = await run(['export', '--snapshot', 'seen.json'], {
    env: { CHATWOOT_ACCOUNT_ID: '2' },
    world: { cwd },
  })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain('is of account 1')
})
