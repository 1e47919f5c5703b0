/** Keeping a policy honest over months, as whole runs against the sandbox. */
import { describe, expect, test } from 'vitest'
import { connection, EXACT, type Ran, run, serve } from './world.ts'

/** A plan of the recorded account with this policy. */
async function plan(text: string, ...argv: readonly string[]): Promise<Ran> {
  const sandbox = await serve()
  return run(['plan', ...argv], { files: { 'rollcall.yaml': text }, env: connection(sandbox) })
}

describe('access that ends', () => {
  const policy = EXACT.replace(
    '  grace@acme.com: agent\n',
    '  grace@acme.com: { role: agent, expires: 2027-01-31 }\n',
  ).replace('pending_until: 2026-12-15', 'pending_until: 2027-12-15')

  test('is in sync on the last day and drift the day after, which --today shows beforehand', async () => {
    expect((await plan(policy)).code).toBe(0)
    const last = await plan(policy, '--today', '2027-01-31')
    expect(last.stdout).toMatch(/grace@acme\.com +access ends after 2027-01-31 +warning/)
    expect(last.stdout).toMatch(/IN SYNC, exit code 0 \(--today 2027-01-31\)\n$/)
    const after = await plan(policy, '--today=2027-02-01', '--format', 'json')
    expect(after.code).toBe(2)
    const report = JSON.parse(after.stdout)
    expect(report.today).toBe('2027-02-01')
    expect(report.accounts[0].findings.map(({ id }: { id: string }) => id)).toEqual([
      'access-expired:agent/grace@acme.com',
      'admin-with-custom-role:agent/old-admin@acme.com',
    ])
  })
})

describe('--today', () => {
  test.each(['tomorrow', '2027-02-29', '2027-2-1', '01.02.2027', '2027-02-01T00:00:00Z'])(
    '%s is no day, and the run ends before it asks any server',
    async (day) => {
      const { code, stdout, stderr } = await run(['plan', '--today', day])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain(`--today has the invalid value "${day}".`)
      expect(stderr).toContain('YYYY-MM-DD')
    },
  )
})

describe('--strict', () => {
  const policy = EXACT.replace('pending_until: 2026-12-15', 'pending_until: 2027-12-15')

  test('lets warnings count as drift, and says so', async () => {
    const lenient = await plan(policy)
    expect([lenient.code, /warning/.test(lenient.stdout)]).toEqual([0, true])
    const strict = await plan(policy, '--strict')
    expect(strict.code).toBe(2)
    expect(strict.stdout).toMatch(/DRIFT, exit code 2 \(--strict\)\n$/)
    const json = JSON.parse((await plan(policy, '--strict', '--format=json')).stdout)
    expect([json.strict, json.exit_code]).toEqual([true, 2])
  })
})

describe('a severity of the policy', () => {
  test('off is counted wherever the report is read', async () => {
    const policy = `${EXACT.replace('2026-12-15', '2026-11-22')}severity: { invite-pending: off }\n`
    const { code, stdout } = await plan(policy)
    expect(code).toBe(0)
    expect(stdout).toMatch(/1\s+switched off/)
    expect(stdout).toContain('Switched off by the policy: invite-pending (1).')
  })
})

describe('a waiver', () => {
  // Since the policy was written, grace was promoted.
  const policy = EXACT.replace('pending_until: 2026-12-15', 'pending_until: 2027-12-15').replace(
    'mallory@evil.example: administrator',
    'mallory@evil.example: agent',
  )
  const waived = `${policy}waivers:
  - finding: admin-unexpected
    address: agent/mallory@evil.example
    reason: Hand-over, SEC-112
    owner: ada@acme.com
    expires: 2027-01-15
`

  test('keeps a finding from counting until its last day, and shows who accepted it', async () => {
    expect((await plan(policy)).code).toBe(2)
    const accepted = await plan(waived)
    expect(accepted.code).toBe(0)
    expect(accepted.stdout).toMatch(/1\s+waived/)
    expect(accepted.stdout.replace(/\s+/g, ' ')).toContain('accepted until 2027-01-15')
    expect((await plan(waived, '--today', '2027-01-15')).code).toBe(0)
    const ended = await plan(waived, '--today', '2027-01-16')
    expect(ended.code).toBe(2)
    expect(ended.stdout).toMatch(/mallory@evil\.example .*critical/)
    expect(ended.stdout).toMatch(/waiver 1 .*high/)
  })

  test('that reaches further than the policy allows is refused by validate and by plan', async () => {
    const text = `${waived}rules: { waiver_max_days: 30 }\n`
    const checked = await run(['validate'], { files: { 'rollcall.yaml': text } })
    const planned = await plan(text)
    for (const { code, stdout } of [checked, planned]) {
      expect(code).toBe(1)
      expect(stdout).toContain('Waiver 1 ends after 2027-01-15')
      expect(stdout).toMatch(/rollcall\.yaml:\d+:5/)
    }
  })
})
