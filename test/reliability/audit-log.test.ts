/**
 * Whatever happens to the pages of the audit log: it is read with everything that is in it, or it
 * counts as not read. Never as read with a gap, which could call somebody dormant who was here yesterday.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxAuditRow, SandboxState } from '../../src/sandbox/state.ts'
import { connection, run } from '../cli/world.ts'
import {
  ANYWHERE,
  type AuditFault,
  HARMLESS,
  LASTING,
  MEANWHILE,
  makeNoise,
  makeRow,
  makeSignIn,
  PASSING,
  UNTRUE,
} from '../sandbox/audit-faults.ts'

const open: Sandbox[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

/** Three pages of an hour. On each, somebody signed in and somebody was added or removed. */
function makeRows(): SandboxAuditRow[] {
  const rows = makeNoise(60, new Date('2026-11-23T08:00:00Z'))
  const put = (index: number, make: (id: number, at: number) => SandboxAuditRow) => {
    const { id = 0, created_at = 0 } = rows[index] ?? {}
    rows[index] = make(id, created_at)
  }
  const member = (action: string, user_id: number) => (id: number, at: number) =>
    makeRow(id, at, {
      auditable_type: 'InboxMember',
      action,
      audited_changes: { inbox_id: 1, user_id },
    })
  put(2, (id, at) => makeSignIn(id, at, 2))
  put(5, member('create', 77))
  put(20, (id, at) => makeSignIn(id, at, 3))
  put(24, member('create', 2))
  put(33, (id, at) => makeSignIn(id, at, 4))
  put(34, member('destroy', 77))
  put(36, (id, at) => makeSignIn(id, at, 5))
  put(57, (id, at) => makeSignIn(id, at, 1))
  return rows
}

function makeState(): SandboxState {
  const people = ['ada', 'bob', 'eve', 'ken', 'sam'].map((name) => `${name}@acme.com`)
  return parseState(
    JSON.stringify({
      version: '4.16.2',
      users: people.map((email) => ({ email, ...(/^ada/.test(email) ? { token: 'ada' } : {}) })),
      accounts: [
        {
          features: { audit_logs: true },
          members: people.map((email) => ({
            email,
            role: /^ada/.test(email) ? 'administrator' : 'agent',
          })),
          inboxes: [{ name: 'Website', members: [] }],
          audit_logs: makeRows(),
        },
      ],
    }),
    'state.json',
  )
}

/** What a snapshot then has of the log, without how much was read and when. */
async function readLog(fault?: AuditFault) {
  const intercept = fault?.start()
  let time = Date.UTC(2026, 10, 23, 8)
  const now = () => new Date(time)
  const sandbox = await startSandbox(makeState(), { now, ...(intercept && { intercept }) })
  open.push(sandbox)
  const world = {
    now,
    sleep: async (ms: number) => {
      time += ms
    },
  }
  const hurry = /never|stops|without end/.test(fault?.name ?? '') ? ['--timeout', '1s'] : []
  const argv = ['snapshot', '--activity', '--account-id', '1', ...hurry]
  const { code, stdout, stderr } = await run(argv, { env: connection(sandbox, 'ada'), world })
  // Then there is no snapshot at all.
  if (code === 1) return { state: 'unreadable', because: { summary: stderr } }
  expect(code).toBe(0)
  const { rows: _, to: __, ...rest } = JSON.parse(stdout).activity
  return rest
}

describe('the audit log is read with everything in it', () => {
  test('where nothing goes wrong', async () => {
    const { state, people, memberships, hidden } = await readLog()
    expect(state).toBe('read')
    expect(people.map(({ user_id }: { user_id: number }) => user_id)).toEqual([1, 2, 3, 4, 5])
    expect(memberships).toMatchObject([
      { user_id: 2, action: 'added' },
      { user_id: 77, action: 'removed' },
    ])
    expect(hidden).toEqual([])
  })

  test.each([...MEANWHILE, ...HARMLESS, ...PASSING])('despite: $name', async (fault) => {
    expect(await readLog(fault)).toEqual(await readLog())
  })
})

describe('the audit log counts as not read', () => {
  test.each([...UNTRUE, ...LASTING])('because of: $name', async (fault) => {
    expect(await readLog(fault)).toMatchObject({
      state: 'unreadable',
      because: { summary: expect.stringMatching(/./) },
    })
  })
})

test.each(ANYWHERE)('the audit log is read with everything in it, or not: $name', async (fault) => {
  const log = await readLog(fault)
  if (log.state === 'unreadable') expect(log.because.summary).not.toBe('')
  else expect(log).toEqual(await readLog())
})
