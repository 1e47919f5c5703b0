/** From an unmanaged account to a policy that stays honest: the built program, one command after the other. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spawnRollcall } from './spawn.ts'
import { connection, folder, recordedState, serve } from './world.ts'

/** The program runs on the real clock, so days are counted from today. */
function dayAfter(days: number): string {
  return new Date(Date.now() + days * 24 * 3600 * 1000).toISOString().slice(0, 10)
}

test('a policy is exported, drifts, is waived, expires and is adopted', {
  timeout: 60_000,
}, async () => {
  const state = recordedState()
  const sandbox = await serve({}, state)
  const cwd = folder({})
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  const rollcall = (...argv: readonly string[]) => spawnRollcall(argv, { cwd, env })
  const policy = join(cwd, 'rollcall.yaml')

  const listed = await rollcall('list')
  expect(listed.code).toBe(0)
  expect(listed.stdout).toContain('mallory@evil.example')
  expect(listed.stdout).toMatch(/^NO POLICY, NO VERDICT/)

  expect((await rollcall('export', '-o', 'rollcall.yaml')).code).toBe(0)
  const exported = await rollcall('plan')
  expect([exported.code, exported.stderr]).toEqual([0, ''])

  const grace = state.accounts[0]?.members.find(({ email }) => email === 'grace@acme.com')
  Object.assign(grace ?? {}, { role: 'administrator' })
  const promoted = await rollcall('plan')
  expect(promoted.code).toBe(2)
  expect(promoted.stdout).toMatch(/grace@acme\.com +administrator, should be agent +critical/)

  const before = readFileSync(policy, 'utf8')
  const waiver = [
    'waivers:',
    '  - finding: admin-unexpected',
    '    address: agent/grace@acme.com',
    '    reason: Stands in for Ada',
    '    owner: ada@acme.com',
    `    expires: ${dayAfter(20)}`,
  ].join('\n')
  writeFileSync(policy, `${before.trimEnd()}\n\n${waiver}\n`)
  const waived = await rollcall('plan')
  expect(waived.code).toBe(0)
  expect(waived.stdout.replace(/\s+/g, ' ')).toContain('Stands in for Ada')

  const expired = await rollcall('plan', '--today', dayAfter(21))
  expect(expired.code).toBe(2)
  expect(expired.stdout).toMatch(/grace@acme\.com +administrator, should be agent +critical/)
  expect(expired.stdout).toMatch(/DRIFT, exit code 2 \(--today /)

  writeFileSync(policy, before)
  const nameless = await rollcall('adopt', '--write')
  expect(nameless.stdout + nameless.stderr).toContain('grace@acme.com')
  expect(readFileSync(policy, 'utf8')).toBe(before)
  const adopted = await rollcall('adopt', 'agent/grace@acme.com', '--reason', 'SEC-7', '--write')
  expect(adopted.code).toBe(0)
  expect(readFileSync(policy, 'utf8')).toContain('SEC-7')
  expect((await rollcall('plan')).code).toBe(0)
})
