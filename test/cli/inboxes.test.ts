/** Inboxes from the server to the verdict, on the account that was recorded from Chatwoot 4.16.2. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { connection, folder, run, serve } from './world.ts'

const RECORDED = readFileSync(
  new URL('../fixtures/recordings/state-4.16.2.json', import.meta.url),
  'utf8',
)
const recorded = () => parseState(RECORDED, 'recorded')
const tokenOf = (email: string) => recorded().users.find((each) => each.email === email)?.token
const ADA = tokenOf('ada@acme.com') ?? ''
const GRACE = tokenOf('grace@acme.com') ?? ''

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
teams:
  billing: [ken@acme.com, barbara@acme.com, grace@acme.com]
  tier 1: [grace@acme.com, barbara@acme.com, host@acme.com, emoji@acme.com, gone@acme.com]
  empty team: []
inboxes:
  Website: [barbara@acme.com, ada@acme.com, grace@acme.com]
  Billing API: { channel: api, members: [ken@acme.com, grace@acme.com] }
  Empty inbox: []
`

async function plan(policy: string, token: string) {
  const sandbox = await serve({}, recorded())
  const { code, stdout } = await run(['plan', '--format', 'json'], {
    files: { 'rollcall.yaml': policy },
    env: connection(sandbox, token),
  })
  return { code, report: JSON.parse(stdout) }
}

interface Found {
  readonly id: string
  readonly severity: string
  readonly location: { readonly line: number }
}

describe('a policy that lists the recorded account exactly', () => {
  test('is in sync, with one warning', async () => {
    const { code, report } = await plan(POLICY, ADA)
    const [account] = report.accounts
    expect(account.findings.map(({ id, severity }: Found) => `${severity} ${id}`)).toEqual([
      'warning admin-with-custom-role:agent/old-admin@acme.com',
    ])
    expect(code).toBe(0)
    expect(account.coverage).toMatchObject({ inboxes: 'compared', inbox_members: 'compared' })
    expect(account.read).toMatchObject({ teams: 3, inboxes: 3, memberships: 13 })
  })

  test("has no verdict with an agent's token, and both ways out are said", async () => {
    const { code, report } = await plan(POLICY, GRACE)
    expect(code).toBe(1)
    expect(report).toMatchObject({ verdict: 'none', cause: 'incomplete', retryable: false })
    const [{ diagnostics, findings, changes }] = report.accounts
    const [unread] = diagnostics.filter(({ code: it }: { code: string }) => it === 'read-section')
    expect(unread.summary).toContain('grace@acme.com')
    expect(unread.advice).toContain('the token of an administrator')
    expect(unread.advice).toContain('remove `inboxes` from the policy')
    expect(unread.location.line).toBe(POLICY.split('\n').indexOf('inboxes:') + 1)
    expect([findings, changes]).toEqual([[], []])
  })

  test('finds who and what is missing, each at its line', async () => {
    const changed = POLICY.replace('Website: [barbara@acme.com, ', 'Website: [').replace(
      '  Empty inbox: []\n',
      '',
    )
    const lineOf = (text: string) =>
      changed.split('\n').findIndex((line) => line.includes(text)) + 1
    const { code, report } = await plan(changed, ADA)
    const errors = report.accounts[0].findings.filter(({ severity }: Found) => severity === 'error')
    expect(errors.map(({ id, location }: Found) => [id, location.line])).toEqual([
      ['inbox-member-unexpected:inbox/Website/barbara@acme.com', lineOf('Website')],
      ['inbox-unexpected:inbox/Empty inbox', lineOf('inboxes:')],
    ])
    expect(code).toBe(2)
    expect(report.accounts[0].changes.map((each: { address: string }) => each.address)).toEqual([
      'inbox/Website/barbara@acme.com',
    ])
  })
})

test('a plan requests nothing about inboxes that the policy does not speak of', async () => {
  const sandbox = await serve({}, recorded())
  const { stderr } = await run(['plan', '--verbose'], {
    files: { 'rollcall.yaml': POLICY.slice(0, POLICY.indexOf('inboxes:')) },
    env: connection(sandbox, ADA),
  })
  expect(stderr).toContain('team_members')
  expect(stderr).not.toContain('inbox')
})

describe('everything that the token may see', () => {
  test('is exported as a policy that is in sync', async () => {
    const sandbox = await serve({}, recorded())
    const env = { ...connection(sandbox, ADA), CHATWOOT_ACCOUNT_ID: '1' }
    const { stdout } = await run(['export'], { env })
    expect(stdout).toContain('\ninboxes:\n')
    const { code } = await run(['plan'], { files: { 'rollcall.yaml': stdout }, env })
    expect(code).toBe(0)
  })

  test("leaves out inboxes with an agent's token, and says so everywhere", async () => {
    const sandbox = await serve({}, recorded())
    const env = { ...connection(sandbox, GRACE), CHATWOOT_ACCOUNT_ID: '1' }
    const exported = await run(['export'], { env })
    expect(exported.stdout).toMatch(/\n# No inboxes here: only the token of an administrator /)
    expect(exported.stdout).not.toContain('\ninboxes:')
    expect(exported.stderr).toContain('This policy has no inboxes.')
    expect((await run(['init'], { env })).stderr).toContain('This policy has no inboxes.')
    const listed = await run(['list', '--format', 'json'], { env })
    expect(JSON.parse(listed.stdout).listing).not.toHaveProperty('inboxes')
    expect(listed.stderr).toContain('This list has no inboxes.')
    const csv = await run(['list', '--format', 'csv'], { env })
    expect(csv.stdout.split('\r\n')[1]).toContain('"(not read)"')
    const html = await run(['list', '--format', 'html'], { env })
    expect(html.stdout).toContain('This list has no inboxes.')
    const saved = await run(['snapshot'], { env })
    expect(saved.stderr).toContain('The snapshot has no inboxes.')
    expect(JSON.parse(saved.stdout)).toMatchObject({
      coverage: { teams: 'read', inboxes: 'unreadable' },
      inboxes: [],
    })
  })

  test('stands in a snapshot with the version, which plans without a token', async () => {
    const sandbox = await serve({}, recorded())
    const cwd = folder({ 'rollcall.yaml': POLICY })
    const world = { cwd }
    await run(['snapshot', '-o', 's.json'], {
      env: { ...connection(sandbox, ADA), CHATWOOT_ACCOUNT_ID: '1' },
      world,
    })
    const { code } = await run(['plan', '--snapshot', 's.json', '--max-age', '36h'], { world })
    expect(code).toBe(0)
    const document = JSON.parse(readFileSync(`${cwd}/s.json`, 'utf8'))
    expect(document).toMatchObject({
      format_version: '1.2',
      server_version: '4.16.2',
      custom_roles: { roles: [{ permissions: ['conversation_participating_manage'] }, {}] },
    })
    expect(document.inboxes.map(({ name }: { name: string }) => name)).toEqual([
      'Billing API',
      'Empty inbox',
      'Website',
    ])
  })

  test('of format 1.0 has no inboxes, and a policy about them gets no verdict from it', async () => {
    const sandbox = await serve({}, recorded())
    const { stdout } = await run(['snapshot'], {
      env: { ...connection(sandbox, ADA), CHATWOOT_ACCOUNT_ID: '1' },
    })
    const { inboxes: _, coverage: __, server_version: ___, ...old } = JSON.parse(stdout)
    old.format_version = '1.0'
    for (const role of old.custom_roles.roles) {
      delete role.description
      delete role.permissions
    }
    const files = {
      'rollcall.yaml': POLICY,
      'without.yaml': POLICY.slice(0, POLICY.indexOf('inboxes:')),
      'old.json': JSON.stringify(old),
      'new.json': stdout,
    }
    const refused = await run(['plan', '--snapshot', 'old.json'], { files })
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('Take a new snapshot')
    expect((await run(['plan', 'without.yaml', '--snapshot', 'old.json'], { files })).code).toBe(0)
    const compared = await run(['diff', 'old.json', 'new.json'], { files })
    expect(compared.code).toBe(0)
    expect(compared.stderr).toContain('The snapshot old.json has no inboxes.')
  })
})
