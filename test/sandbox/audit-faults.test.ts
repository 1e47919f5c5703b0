/** The faults of the audit log do something, and the sandbox lists a long log page by page. */
import { afterEach, describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { ask } from './ask.ts'
import {
  type AuditFault,
  HARMLESS,
  LASTING,
  MEANWHILE,
  makeNoise,
  makeSignIn,
  PASSING,
  UNTRUE,
} from './audit-faults.ts'

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

const UNTIL = new Date('2026-11-23T08:00:00Z')

async function start(rows: number, options: SandboxOptions = {}, top: object = {}) {
  const state = parseState(
    JSON.stringify({
      version: '4.16.2',
      users: [
        { email: 'ada@acme.com', token: 'ada' },
        { email: 'ken@acme.com', token: 'ken' },
      ],
      accounts: [
        {
          features: { audit_logs: true },
          members: [{ email: 'ada@acme.com', role: 'administrator' }, { email: 'ken@acme.com' }],
          audit_logs: makeNoise(rows, UNTIL),
        },
      ],
      ...top,
    }),
    'state.json',
  )
  const sandbox = await startSandbox(state, options)
  open.push(sandbox)
  return sandbox
}

/** Status and body of a page; the error where there is no answer. */
async function read(sandbox: Sandbox, page: number, token = 'ada'): Promise<string> {
  const path = `/api/v1/accounts/1/audit_logs?page=${page}`
  try {
    const { status, body } = await ask(sandbox, path, { 'api-access-token': token })
    return `${status} ${body}`
  } catch (error) {
    return String(error)
  }
}

async function readPages(options: SandboxOptions): Promise<readonly string[]> {
  const sandbox = await start(60, options)
  return [await read(sandbox, 1), await read(sandbox, 2), await read(sandbox, 3)]
}

describe('a long audit log', () => {
  test('of a state file has every row on one page, the newest first', async () => {
    const sandbox = await start(12_000)
    const ids: number[] = []
    for (const page of [1, 2, 480]) {
      const { audit_logs, total_entries } = JSON.parse((await read(sandbox, page)).slice(4))
      expect([audit_logs.length, total_entries]).toEqual([25, 12_000])
      ids.push(audit_logs[0].id, audit_logs[24].id)
    }
    expect(ids).toEqual([12_000, 11_976, 11_975, 11_951, 25, 1])
    expect(JSON.parse((await read(sandbox, 481)).slice(4))).toMatchObject({ audit_logs: [] })
  })

  test('has the time and the person of a sign-in', async () => {
    const sandbox = await start(0)
    sandbox.state.accounts[0]?.audit_logs.push(makeSignIn(1, 1_795_000_000, 2))
    expect(JSON.parse((await read(sandbox, 1)).slice(4))).toMatchObject({
      audit_logs: [{ action: 'sign_in', user_id: 2, created_at: 1_795_000_000 }],
    })
  })

  test('is shown to administrators, with the enterprise code', async () => {
    expect(await read(await start(1), 1, 'ken')).toMatch(/^401 /)
    const community = await start(1, {}, { edition: 'community' })
    expect(await read(community, 1)).toMatch(/^500 /)
    expect(await read(community, 1, 'ken')).toMatch(/^401 /)
  })
})

describe('a fault of the audit log', () => {
  const faults: readonly AuditFault[] = [
    ...MEANWHILE,
    ...HARMLESS,
    ...UNTRUE,
    ...PASSING,
    ...LASTING,
  ]

  test.each(faults)('$name changes what a client reads', async ({ start: begin }) => {
    expect(await readPages({ intercept: begin() })).not.toEqual(await readPages({}))
  })

  test('has a name of its own', () => {
    const names = faults.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})
