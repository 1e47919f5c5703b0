/** What only a process can show: pipes that close, big reports, full disks, signals. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BIN, spawnRollcall } from './spawn.ts'
import { connection, EXACT, folder, recordedState, serve } from './world.ts'

const POLICY = EXACT.replace('2026-12-15', '2999-12-31')

/** The recorded account with so many more people that nobody listed. */
function crowded(count: number) {
  const state = recordedState()
  const [user] = state.users
  const members = state.accounts[0]?.members ?? []
  const [member] = members
  if (!user || !member) throw new Error('The recorded state has people.')
  for (let n = 0; n < count; n += 1) {
    const email = `person-${n}@acme.com`
    state.users.push({ ...user, id: 100_000 + n, email, name: email, token: `t${n}` })
    members.push({ ...member, email, role: 'agent', custom_role_id: null })
  }
  return state
}

test('a report of more than 1 MB arrives whole through a pipe', async () => {
  const sandbox = await serve({}, crowded(2_000))
  const { code, stdout } = await spawnRollcall(['plan', '--format', 'json'], {
    cwd: folder({ 'rollcall.yaml': POLICY }),
    env: connection(sandbox),
  })
  expect(stdout.length).toBeGreaterThan(1_000_000)
  expect(JSON.parse(stdout).accounts[0].summary.error).toBe(2_000)
  expect(code).toBe(2)
})

test('a reader that goes away neither breaks the run nor changes its verdict', async () => {
  const sandbox = await serve({}, crowded(2_000))
  const child = spawn(process.execPath, [BIN, 'plan', '--format', 'json'], {
    cwd: folder({ 'rollcall.yaml': POLICY }),
    env: connection(sandbox),
  })
  let complaints = ''
  child.stderr.on('data', (text) => {
    complaints += text
  })
  // What `| head -1` does.
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = await once(child, 'close')
  expect([code, complaints]).toEqual([2, ''])
})

test.skipIf(!existsSync('/dev/full'))(
  'a report that does not fit on the disk is no verdict',
  async () => {
    const sandbox = await serve()
    const child = spawn(process.execPath, [BIN, 'plan'], {
      cwd: folder({ 'rollcall.yaml': POLICY }),
      env: connection(sandbox),
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    })
    let complaints = ''
    child.stderr?.on('data', (text) => {
      complaints += text
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(1)
    expect(complaints).toContain('could not be written to stdout (ENOSPC)')
  },
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a read with exit code %i and without a report', async (signal, wanted) => {
  const sandbox = await serve({
    // The answer never comes: only the signal can end this.
    intercept: () => {
      if (!child.killed) child.kill(signal)
      return true
    },
  })
  const child = spawn(process.execPath, [BIN, 'plan'], {
    cwd: folder({ 'rollcall.yaml': POLICY }),
    env: connection(sandbox),
  })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  const [code] = await once(child, 'close')
  expect([code, said]).toEqual([wanted, ''])
})

test('the sandbox serves until it is stopped', async () => {
  const child = spawn(process.execPath, [BIN, 'sandbox'], { cwd: folder({}), env: {} })
  const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
  const [, base] = /CHATWOOT_BASE_URL=(\S+)/.exec(text) ?? []
  expect((await fetch(`${base}/health`)).status).toBe(200)
  child.kill('SIGINT')
  expect((await once(child, 'close'))[0]).toBe(130)
})
