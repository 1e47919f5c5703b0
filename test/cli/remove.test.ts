/** `rollcall remove` and `rollcall waive` over real HTTP: what they show, what they write, and what they refuse. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { connection, EXACT, folder, run, serve } from './world.ts'

async function setting(text: string, state?: Parameters<typeof serve>[1]) {
  const sandbox = await serve({}, state)
  const cwd = folder({ 'rollcall.yaml': text })
  const env = connection(sandbox)
  const rollcall = (...argv: readonly string[]) => run(argv, { env, world: { cwd } })
  const read = () => readFileSync(join(cwd, 'rollcall.yaml'), 'utf8')
  return { cwd, rollcall, read, sandbox }
}

describe('remove', () => {
  test('shows what it would change, and reads no server', async () => {
    const { rollcall, read, sandbox } = await setting(EXACT)
    const { code, stdout, stderr } = await rollcall('remove', 'grace@acme.com')
    expect([code, stderr, read(), sandbox.requests.length]).toEqual([0, '', EXACT, 0])
    expect(stdout).toBe(`--- rollcall.yaml
+++ rollcall.yaml
@@ -2,7 +2,6 @@
 account: 1
 agents:
   ada@acme.com: administrator
-  grace@acme.com: agent
   linus@acme.com: { role: agent, pending_until: 2026-12-15 }
   mallory@evil.example: administrator
   old-admin@acme.com: administrator
@@ -14,8 +13,8 @@
   billing:
     description: Invoices and refunds
     auto_assign: true
-    members: [ada@acme.com, grace@acme.com, gone@acme.com]
+    members: [ada@acme.com, gone@acme.com]
   Tier 1:
     auto_assign: false
-    members: [grace@acme.com, linus@acme.com, barbara@acme.com]
+    members: [linus@acme.com, barbara@acme.com]
   empty team: []

Removed grace@acme.com from: agents, team billing, team tier 1.

Nothing was written. To change rollcall.yaml, run again with --write.
`)
  })

  test.each([
    ['agent/mallory@evil.example'],
    ['admin-unexpected:agent/MALLORY@evil.example'],
    ['Mallory@evil.example'],
  ])('%s --write writes, and a plan then finds this person', async (name) => {
    const { rollcall, read } = await setting(EXACT)
    const { code, stdout } = await rollcall('remove', name, 'rollcall.yaml', '--write')
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'Written: rollcall.yaml'])
    expect(read()).toBe(EXACT.replace(/ {2}mallory.*\n/, ''))
    const plan = await rollcall('plan')
    expect([plan.code, plan.stdout]).toEqual([
      2,
      expect.stringContaining('\n      admin-unexpected:agent/mallory@evil.example\n'),
    ])
  })

  test('removes an address with a slash, as reports write it and as it is', async () => {
    const text = `${EXACT}waivers:\n  - { finding: agent-unexpected, address: "agent/a%2Fb@acme.com", reason: x, owner: y, expires: 2027-01-01 }\n`
    for (const name of ['a/b@acme.com', 'agent/a%2Fb@acme.com']) {
      const { rollcall, read } = await setting(text)
      const { stdout } = await rollcall('remove', name, '--write')
      expect(stdout).toContain('Removed a/b@acme.com from: 1 waiver.')
      expect(read()).toBe(`${EXACT}waivers: []\n`)
    }
  })

  test('removes an address with an escape that belongs to it', async () => {
    const { rollcall, read } = await setting(
      `${EXACT.replace('agents:', 'agents:\n  a%2fb@acme.com: agent')}`,
    )
    const { code } = await rollcall('remove', 'a%2fb@acme.com', '--write')
    expect([code, read()]).toEqual([0, EXACT])
  })

  test.each([
    [[], 'The person is missing.'],
    [['a@b.io', 'rollcall.yaml', 'more'], 'Unexpected argument "more".'],
    [['grase@acme.com'], 'Did you mean grace@acme.com?'],
    [['gr\u0430ce@acme.com'], 'Did you mean grace@acme.com? They look alike, but the first has'],
    [['nobody@elsewhere.example'], 'rollcall.yaml does not list "nobody@elsewhere.example".'],
    [['ada@acme.com', '-'], 'The second argument names standard input'],
    [['ada@acme.com', 'two'], 'two contains 2 policies, but remove changes only one.'],
    [['ada@acme.com', 'broken.yaml'], 'The policy is empty.'],
    [['ada@acme.com', 'one.yaml'], 'ada@acme.com is the last administrator of this policy.'],
    [['eve@acme.com', 'kept.yaml'], 'apply.protect lists eve@acme.com. at kept.yaml:5:20 Remove'],
    [
      ['eve@acme.com', 'tall.yaml'],
      'rollcall cannot change tall.yaml safely because of its layout.',
    ],
  ])('%j is refused, and nothing is written', async (argv, says) => {
    const { cwd, rollcall, read } = await setting(EXACT)
    const one = 'version: 1\nagents:\n  ada@acme.com: administrator\n'
    const files = {
      'broken.yaml': '',
      'one.yaml': one,
      'kept.yaml': `${one}  eve@acme.com: agent\napply: { protect: [EVE@acme.com] }\n`,
      'tall.yaml': 'version: 1\nagents: { ada@acme.com: administrator,\n  eve@acme.com: agent }\n',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
    symlinkSync(folder({ 'a.yaml': one, 'b.yaml': one }), join(cwd, 'two'))
    const { code, stdout, stderr } = await rollcall('remove', '--write', ...argv)
    expect([code, stdout, read()]).toEqual([1, '', EXACT])
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
    expect(readFileSync(join(cwd, 'one.yaml'), 'utf8')).toBe(one)
  })
})

const SAID = ['--reason', 'SEC-7', '--owner', 'ada@acme.com', '--expires', '2027-01-15']
const DRIFT = EXACT.replace(/ {2}mallory.*\n/, '')

describe('waive', () => {
  const waivers = `
waivers:
  - finding: admin-unexpected
    address: "agent/mallory@evil.example"
    reason: SEC-7
    owner: ada@acme.com
    expires: 2027-01-15
`

  test('shows the waiver that it would add', async () => {
    const { rollcall, read } = await setting(DRIFT)
    const { code, stdout, stderr } = await rollcall('waive', 'mallory@evil.example', ...SAID)
    expect([code, stderr, read()]).toEqual([0, '', DRIFT])
    expect(stdout).toContain(waivers.replace(/^(?=.)/gm, '+').replace('\n', '+\n'))
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Accepted until 2027-01-15 (owner: ada@acme.com): admin-unexpected:agent/mallory@evil.example Nothing was written.',
    )
  })

  test.each([['admin-unexpected:agent/mallory@evil.example'], ['agent/MALLORY@evil.example']])(
    '%s --write writes it, and a plan is then in sync',
    async (name) => {
      const { rollcall, read } = await setting(DRIFT)
      expect((await rollcall('waive', name, ...SAID, '--write')).code).toBe(0)
      expect(read()).toBe(DRIFT + waivers)
      expect((await rollcall('plan')).code).toBe(0)
    },
  )

  test.each([
    [[], 'The finding is missing.'],
    [['x', 'y', ...SAID], 'Unexpected argument "y".'],
    [['mallory@evil.example', '--reason', 'x'], 'A waiver needs --owner, --expires.'],
    [['mallory@evil.example', ...SAID.slice(0, 5), 'soon'], 'Give a valid date as YYYY-MM-DD.'],
    [
      ['mallory@evil.example', ...SAID.slice(0, 5), '2020-01-01'],
      '--expires 2020-01-01 has passed.',
    ],
    [['note:ada@acme.com', ...SAID], 'There is no open finding at "agent/note:ada@acme.com".'],
    [['agent/ada@acme.com', ...SAID], 'There is no open finding at "agent/ada@acme.com".'],
    [
      ['agent-missing:agent/mallory@evil.example', ...SAID],
      'There is no open finding at "agent-missing:agent/mallory@evil.example". Did you mean admin-unexpected:agent/mallory@evil.example?',
    ],
    [['mallory', ...SAID], 'Did you mean agent/mallory@evil.example?'],
    [
      ['admin-unexpectd:agent/mallory@evil.example', ...SAID],
      'Did you mean admin-unexpected:agent/mallory@evil.example?',
    ],
    [['linus@acme.com', ...SAID], 'There is no open finding at "agent/linus@acme.com".'],
    [
      ['barbara@acme.com', ...SAID],
      'There is no open finding at "agent/barbara@acme.com". Did you mean member-unexpected:team/tier 1/barbara@acme.com?',
    ],
    [
      ['grace@acme.com', ...SAID],
      'There are 2 open findings at "agent/grace@acme.com". Name one of them: role-differs:agent/grace@acme.com, agent-name-differs:agent/grace@acme.com.',
    ],
    [
      ['host@acme.com', ...SAID],
      'role-differs:agent/host@acme.com is already accepted until 2026-12-31.',
    ],
    [
      ['waiver/2', ...SAID],
      'waiver-unused:waiver/2 is about a waiver, which no waiver can accept.',
    ],
    [['mallory@evil.example', ...SAID, '--policy', '-'], '--policy names standard input'],
    [
      ['mallory@evil.example', ...SAID.slice(0, 5), '2028-01-01'],
      'Waiver 3 ends after 2028-01-01, which is later than this policy allows. `rules.waiver_max_days` is 90',
    ],
  ])('%j is refused, and nothing is written', async (argv, says) => {
    const text = `${DRIFT.replace(
      '  grace@acme.com: agent',
      '  grace@acme.com: { role: administrator, name: G }',
    )
      .replace('  host@acme.com: agent', '  host@acme.com: administrator')
      .replace(', barbara@acme.com', '')
      .replace(', pending_until: 2026-12-15', '')}severity: { invite-pending: off }
rules: { waiver_max_days: 90 }
waivers:
  - { finding: role-differs, address: agent/host@acme.com, reason: x, owner: y, expires: 2026-12-31 }
  - { finding: agent-missing, address: agent/gone@acme.com, reason: x, owner: y, expires: 2026-12-31 }
`
    const { rollcall, read } = await setting(text)
    const { code, stdout, stderr } = await rollcall('waive', '--write', ...argv)
    expect([code, stdout, read()]).toEqual([1, '', text])
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
  })
})

describe('names of findings', () => {
  const state = () =>
    parseState(
      JSON.stringify({
        users: [
          { email: 'ada@acme.com', name: 'Ada' },
          { email: 'a/b@acme.com', name: 'Slash' },
        ],
        accounts: [
          {
            name: 'Acme',
            members: [{ email: 'ada@acme.com', role: 'administrator' }, { email: 'a/b@acme.com' }],
            teams: [{ name: 'tier 1/2', members: ['ada@acme.com'] }],
          },
        ],
      }),
      'state.json',
    )
  const text = 'version: 1\naccount: 1\nagents:\n  ada@acme.com: administrator\nteams: {}\n'

  test.each([
    ['agent-unexpected:agent/a%2Fb@acme.com', 'a/b@acme.com'],
    ['agent-unexpected:a/b@acme.com', 'a/b@acme.com'],
    ['agent/a/b@acme.com', 'a/b@acme.com'],
    ['A/B@acme.com', 'a/b@acme.com'],
    ['team-unexpected:team/tier 1%2F2', 'tier 1/2'],
    ['team/Tier 1/2', 'tier 1/2'],
  ])('adopt takes %s', async (name, listed) => {
    const sandbox = await serve({}, state())
    const cwd = folder({ 'rollcall.yaml': text })
    const env = {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_API_TOKEN: 'sandbox-token-of-user-1',
    }
    const { code, stdout, stderr } = await run(['adopt', name], { env, world: { cwd } })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Adopted: 1 finding.')
    expect(stdout).toContain(`"${listed}":`)
  })

  test('a code that this address does not have is refused', async () => {
    const { rollcall } = await setting(DRIFT)
    const { code, stderr } = await rollcall('adopt', 'agent-missing:agent/mallory@evil.example')
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /There is no drift at "agent-missing:agent\/mallory@evil.example"\.\s+Did you mean\s+admin-unexpected:agent\/mallory@evil.example\?/,
      ),
    ])
  })
})
