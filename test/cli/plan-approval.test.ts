/** What `plan` says of an apply: the approval, what is kept back, and what would stop it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ADA, connection, EXACT, folder, GRACE, recordedState, run, serve } from './world.ts'

/** One person to invite, and one to remove. */
const POLICY = EXACT.replace(/ {2}mallory.*\n/, '').replace(
  '  gone@acme.com: agent\n',
  '  gone@acme.com: agent\n  new@acme.com: agent\n',
)
const files = { 'rollcall.yaml': POLICY }
const REMOVE = 'remove-agent:agent/mallory@evil.example'
const VALUE = /^\d{8}T\d{2}Z-[0-9a-f]{64}$/

async function planWith(argv: readonly string[], policy = POLICY) {
  const sandbox = await serve()
  const setting = { files: { 'rollcall.yaml': policy }, env: connection(sandbox) }
  const { code, stdout, stderr } = await run(['plan', '--format', 'json', ...argv], setting)
  return { sandbox, code, stderr, account: JSON.parse(stdout).accounts[0] }
}

describe('a plan with --allow or --approval', () => {
  test('shows the approval, what is kept back and with which --allow it would be written', async () => {
    const { code, account } = await planWith(['--approval'])
    expect(code).toBe(2)
    expect(account.approval.value).toMatch(VALUE)
    expect(account.approval.document.server).toMatch(/^http:/)
    expect(account.kept_back).toMatchObject([
      { step: 'remove-agent', because: 'permission', allow: REMOVE },
    ])
    expect(account.guards).toEqual([])
  })

  test('shows the same approval again, and another one with another --allow or limit', async () => {
    const approve = async (...argv: string[]) => (await planWith(argv)).account.approval?.value
    const sandbox = await serve()
    const env = connection(sandbox)
    const at = async (...argv: string[]) => {
      const { stdout } = await run(['plan', '--format', 'json', ...argv], { files, env })
      return JSON.parse(stdout).accounts[0].approval.value
    }
    const one = await at('--approval')
    expect(await at('--approval')).toBe(one)
    const others = [
      await at('--allow', REMOVE),
      await at('--max-people', '2'),
      await approve('--approval'),
    ]
    // Another server has another approval too.
    expect(new Set([one, ...others]).size).toBe(4)
  })

  test('shows it as text and in Markdown, and gives GitHub its own output', async () => {
    const sandbox = await serve()
    const cwd = folder({ ...files, out: '', summary: '' })
    const env = {
      ...connection(sandbox),
      GITHUB_OUTPUT: join(cwd, 'out'),
      GITHUB_STEP_SUMMARY: join(cwd, 'summary'),
    }
    const plan = (format: string) =>
      run(['plan', '--allow', REMOVE, '--format', format], { env, world: { cwd } })
    const text = (await plan('text')).stdout
    const [, approval = ''] = /^Approval: (\S+)$/m.exec(text) ?? []
    expect(approval).toMatch(VALUE)
    expect(text).toContain('Cannot be undone\n  remove-agent  agent/mallory@evil.example')
    await plan('github')
    expect(readFileSync(join(cwd, 'out'), 'utf8')).toContain(`\napproval=${approval}\n`)
    const summary = readFileSync(join(cwd, 'summary'), 'utf8')
    expect(summary).toContain(`Approval: \`${approval}\``)
    expect(summary).toContain('1. remove-agent `agent/mallory@evil.example`: cannot be undone')
  })

  test('has no approval if a guard stops it, and says which', async () => {
    const policy = POLICY.replace(/ {2}(linus|barbara|host|grace).*\n/g, '').replaceAll(
      /(grace|linus|barbara)@acme.com(, )?/g,
      '',
    )
    const removals = ['grace', 'linus', 'barbara', 'host'].map((name) => `agent/${name}@acme.com`)
    const { code, account, stderr } = await planWith(
      [
        ...removals.flatMap((each) => ['--allow', `remove-agent:${each}`]),
        '--allow',
        'remove-member',
      ],
      policy,
    )
    expect([code, stderr]).toEqual([2, ''])
    expect(account.approval).toBeNull()
    expect(account.guards.map(({ severity }: { severity: string }) => severity)).toContain('error')
  })

  test('has no approval if nothing would be written', async () => {
    const { code, account } = await planWith(['--approval'], EXACT)
    expect([code, account.approval, account.kept_back]).toEqual([0, null, []])
  })

  test('has no verdict if the account cannot be read, as any other plan', async () => {
    const sandbox = await serve({
      intercept: (_, response) => {
        response.writeHead(500).end()
        return true
      },
    })
    const { code, stdout } = await run(['plan', '--approval', '--format', 'json'], {
      files,
      env: connection(sandbox),
    })
    expect([code, JSON.parse(stdout).accounts[0].approval]).toEqual([1, undefined])
  })

  test('sends GET requests only', async () => {
    const { sandbox } = await planWith(['--allow', REMOVE])
    expect(new Set(sandbox.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  test('with the token of an agent says that an apply needs an administrator', async () => {
    const sandbox = await serve()
    const env = connection(sandbox, GRACE)
    const policy = POLICY.replace('custom_role: Billing clerk', 'custom_role: { id: 1 }')
    const { stdout } = await run(['plan', '--approval'], {
      files: { 'rollcall.yaml': policy },
      env,
    })
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Only an administrator can change access.')
    expect(stdout).not.toContain('Approval:')
  })

  test.each([
    ['--snapshot', ['--snapshot', 'seen.json']],
    ['--today', ['--today', '2026-11-24']],
    ['--strict', ['--strict']],
    ['--exit-zero', ['--exit-zero']],
  ])('is refused with %s before it reads the account, and says why', async (other, argv) => {
    for (const [option, asked] of [
      ['--approval', ['--approval']],
      ['--allow', ['--allow', 'remove-member']],
      ['--max-gain', ['--max-gain', '2']],
    ] as const) {
      const sandbox = await serve()
      const env = connection(sandbox)
      const { code, stderr } = await run(['plan', ...asked, ...argv], { files, env })
      expect([code, sandbox.requests]).toEqual([1, []])
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`${option} cannot be combined with ${other}`)
    }
  })

  test('is refused for several policies', async () => {
    const env = { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: ADA }
    const two = { 'a.yaml': EXACT, 'b.yaml': EXACT }
    const { code, stderr } = await run(['plan', '--approval', 'a.yaml', 'b.yaml'], {
      files: two,
      env,
    })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/you named 2\s+policies/)])
  })

  test('is refused with a step that does not exist', async () => {
    const { code, stderr } = await run(['plan', '--allow', 'remove-everybody'], { files })
    expect([code, stderr]).toEqual([1, expect.stringContaining('no step "remove-everybody"')])
  })
})

test('a plan without these options says nothing of an apply, and reads what it always read', async () => {
  const { sandbox, account } = await planWith([])
  expect(Object.keys(account)).not.toContain('approval')
  expect(sandbox.requests.length).toBe(7)
  expect(sandbox.requests.map(({ path }) => path).join(' ')).not.toContain('audit_logs')
})

test('apply takes the report of a plan as its approval, and names what has changed since', async () => {
  const state = recordedState()
  const sandbox = await serve({}, state)
  const cwd = folder(files)
  const env = {
    ...connection(sandbox),
    CHATWOOT_APPLY_TOKEN: ADA,
    CHATWOOT_ACCOUNT_ID: '1',
  }
  const at = { env, world: { cwd } }
  await run(['plan', '--approval', '--report', 'json=plan.json'], at)
  const [there] = state.accounts
  const grace = there?.members.find(({ email }) => email === 'grace@acme.com')
  if (grace) grace.role = 'administrator'
  const refused = await run(['apply', '--approve', 'plan.json'], at)
  expect(refused.code).toBe(1)
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'people grace@acme.com role "agent", now "administrator"',
  )
  if (grace) grace.role = 'agent'
  const done = await run(['apply', '--approve', 'plan.json'], at)
  expect(done.stdout).toContain('invite  agent/new@acme.com  done')
})
