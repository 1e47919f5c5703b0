/** Custom roles from the server to the verdict, on the account that was recorded from Chatwoot 4.16.2. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { connection as connect, run, serve } from './world.ts'

const RECORDED = readFileSync(
  new URL('../fixtures/recordings/state-4.16.2.json', import.meta.url),
  'utf8',
)
const recorded = () => parseState(RECORDED, 'recorded')
const tokenOf = (email: string) =>
  recorded().users.find((each) => each.email === email)?.token ?? ''
const ADA = tokenOf('ada@acme.com')
const GRACE = tokenOf('grace@acme.com')

const connection = (...of: Parameters<typeof connect>) => ({
  ...connect(...of),
  CHATWOOT_ACCOUNT_ID: '1',
})

const POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  mallory@evil.example: administrator
  old-admin@acme.com: administrator
  grace@acme.com: agent
  linus@acme.com: { role: agent, pending_until: 2026-12-15 }
  ken@acme.com: { role: agent, custom_role: Billing clerk }
  barbara@acme.com: agent
  host@acme.com: agent
  emoji@acme.com: agent
  gone@acme.com: agent
custom_roles:
  Billing clerk:
    description: Sees their own conversations
    permissions: [conversation_participating_manage]
  Auditor: [report_manage]
inboxes:
  Website: [barbara@acme.com, ada@acme.com, grace@acme.com]
  Billing API: [ken@acme.com, grace@acme.com]
  Empty inbox: []
`

async function plan(policy: string, token: string, server = serve({}, recorded())) {
  const { code, stdout } = await run(['plan', '--format', 'json'], {
    files: { 'rollcall.yaml': policy },
    env: connection(await server, token),
  })
  const report = JSON.parse(stdout)
  return { code, report, account: report.accounts[0] }
}

const REFUSING = {
  intercept: ({ path }, response) =>
    path.endsWith('/custom_roles') &&
    !!response
      .writeHead(401, { 'content-type': 'application/json' })
      .end('{"error":"You are not authorized to do this action"}'),
} satisfies SandboxOptions

describe('where a server refuses custom roles to an administrator', () => {
  test('there is no verdict, and both ways out are said at the line of the policy', async () => {
    const { code, report, account } = await plan(POLICY, ADA, serve(REFUSING, recorded()))
    expect([code, report.cause]).toEqual([1, 'incomplete'])
    expect(account.diagnostics).toMatchObject([
      {
        code: 'read-custom-roles',
        detail: expect.stringContaining('answered 401'),
        location: { line: POLICY.split('\n').indexOf('custom_roles:') + 1 },
      },
    ])
    const [{ summary, advice }] = account.diagnostics
    expect(summary).toContain('even to an administrator')
    expect(advice).toContain('switched on')
    expect(advice).toContain('remove `custom_roles` from the policy')
  })

  test.each(['list', 'snapshot'])(
    '%s does not ask for the token of an administrator',
    async (command) => {
      const env = connection(await serve(REFUSING, recorded()), ADA)
      const { code, stderr } = await run([command], { env })
      expect(code).toBe(0)
      expect(stderr.replace(/\s+/g, ' ')).toContain(
        'even to an administrator. Check that custom roles',
      )
      expect(stderr).not.toContain('Use the token')
    },
  )
})

interface Found {
  readonly id: string
  readonly severity: string
  readonly location: { readonly line: number }
}

const idsOf = ({ findings }: { findings: readonly Found[] }) => findings.map(({ id }) => id)

describe('a policy that lists the recorded custom roles exactly', () => {
  test('is in sync, with one warning', async () => {
    const { code, account } = await plan(POLICY, ADA)
    expect(idsOf(account)).toEqual(['admin-with-custom-role:agent/old-admin@acme.com'])
    expect(account.coverage.custom_role_permissions).toBe('compared')
    expect(code).toBe(0)
  })

  test("has no verdict with an agent's token, and both ways out are said", async () => {
    const { code, report, account } = await plan(POLICY, GRACE)
    expect(code).toBe(1)
    expect(report).toMatchObject({ verdict: 'none', cause: 'incomplete' })
    const [problem] = account.diagnostics.filter(
      (each: { code: string }) => each.code === 'read-custom-roles',
    )
    expect(problem.summary).toContain('the token belongs to an agent, grace@acme.com')
    expect(problem.advice).toContain('Use the token of an administrator')
    expect(problem.advice).toContain('remove `custom_roles` from the policy')
    expect(problem.location.line).toBe(POLICY.split('\n').indexOf('custom_roles:') + 1)
  })

  test('finds a member, a permission and an inbox that differ, each at its line', async () => {
    const changed = POLICY.replace('[barbara@acme.com, ada', '[ada')
      .replace(
        '[conversation_participating_manage]',
        '[conversation_participating_manage, contact_manage]',
      )
      .replace('  Empty inbox: []\n', '')
    const lineOf = (text: string) =>
      changed.split('\n').findIndex((line) => line.includes(text)) + 1
    const { code, account } = await plan(changed, ADA)
    const errors = account.findings.filter(({ severity }: Found) => severity === 'error')
    expect(errors.map(({ id, location }: Found) => [id, location.line]).sort()).toEqual([
      ['custom-role-permissions-differ:custom-role/Billing clerk', lineOf('  Billing clerk:')],
      ['inbox-member-unexpected:inbox/Website/barbara@acme.com', lineOf('Website')],
      ['inbox-unexpected:inbox/Empty inbox', lineOf('inboxes:')],
    ])
    expect(code).toBe(2)
  })
})

test('a custom role id that the account does not have is critical', async () => {
  const state = parseState(RECORDED.replaceAll('"custom_role_id": 1', '"custom_role_id": 99'), 'x')
  const { code, account } = await plan(POLICY, ADA, serve({}, state))
  expect(code).toBe(2)
  expect(idsOf(account)[0]).toBe('custom-role-foreign:agent/ken@acme.com')
})

test('an export with the custom roles is in sync, and one without them says why', async () => {
  const sandbox = await serve({}, recorded())
  const exported = await run(['export'], { env: connection(sandbox, ADA) })
  expect(exported.stdout).toContain('custom_roles:\n  Auditor:\n    description: Reports only\n')
  expect((await plan(exported.stdout, ADA, Promise.resolve(sandbox))).code).toBe(0)
  const partial = await run(['export'], { env: connection(sandbox, GRACE) })
  expect(partial.stdout).toContain('# No custom_roles here: only the token of an administrator')
  expect(partial.stdout).not.toContain('\ncustom_roles:')
})

test('adopt accepts what the account permits', async () => {
  const sandbox = await serve({}, recorded())
  const { stdout, code } = await run(['adopt'], {
    files: { 'rollcall.yaml': POLICY.replace('[report_manage]', '[]') },
    env: connection(sandbox, ADA),
  })
  expect(code).toBe(0)
  expect(stdout).toContain('+  Auditor: [report_manage]')
})
