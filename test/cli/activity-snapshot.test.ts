/** What needs the audit log, beyond a plan: rules and a stored snapshot, waivers of hidden members. */
import { describe, expect, test } from 'vitest'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { makeLoggedState, makeRow, makeSignIn } from '../sandbox/audit-faults.ts'
import { connection, run, serve } from './world.ts'

const DAY = 86_400
/** The time of every run. */
const NOW = Date.UTC(2026, 10, 23, 8) / 1000

/** Ken last signed in 120 days ago; lin was invited 40 days ago. */
function makeState(): SandboxState {
  return makeLoggedState(
    [
      { email: 'ada@acme.com', token: 'ada' },
      { email: 'ken@acme.com' },
      { email: 'lin@acme.com', confirmed: false },
    ],
    {
      audit_logs: [
        makeSignIn(1, NOW - 120 * DAY, 2),
        makeRow(2, NOW - 40 * DAY, {
          auditable_type: 'AccountUser',
          auditable_id: 3,
          action: 'create',
          audited_changes: { role: 0, user_id: 3, inviter_id: 1, account_id: 1 },
        }),
        makeSignIn(3, NOW - DAY, 1),
      ],
    },
  )
}

const POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  ken@acme.com: agent
  lin@acme.com: { role: agent, pending_until: 2026-12-31 }
rules: { dormant_days: 90, invite_max_days: 14 }
`

async function takeSnapshot(...words: readonly string[]): Promise<string> {
  const env = connection(await serve({}, makeState()), 'ada')
  const { code, stdout } = await run(['snapshot', '--account-id', '1', ...words], { env })
  expect(code).toBe(0)
  return stdout
}

async function plan(snapshot: string, later = 0) {
  const files = { 'rollcall.yaml': POLICY, 's.json': snapshot }
  const now = () => new Date((NOW + later * DAY) * 1000)
  const argv = ['plan', '--snapshot', 's.json', '--format', 'json']
  const { code, stdout } = await run(argv, { files, world: { now } })
  const { accounts } = JSON.parse(stdout)
  const [{ findings, diagnostics }] = accounts
  return { code, findings: findings.map(({ id }: { id: string }) => id), diagnostics }
}

describe('a rule that needs the audit log', () => {
  test('is judged from a snapshot with --activity, as of the day of the snapshot', async () => {
    const snapshot = await takeSnapshot('--activity', '--activity-days', '100')
    const expected = ['agent-dormant:agent/ken@acme.com', 'invite-stale:agent/lin@acme.com']
    expect(await plan(snapshot)).toMatchObject({ code: 2, findings: expected })
    // Ada has not signed in for 91 days by then, but nobody knows it.
    expect(await plan(snapshot, 90)).toMatchObject({
      code: 2,
      findings: expect.not.arrayContaining(['agent-dormant:agent/ada@acme.com']),
    })
  })

  test.each([
    [[], 'the snapshot was taken without it', 'rollcall snapshot --activity'],
    [['--activity-days', '30'], 'only its rows since 2026-10-24 were read', '--activity-days 90'],
  ])('has no verdict from a snapshot with %j, and the way out', async (words, why, advice) => {
    const { code, findings, diagnostics } = await plan(await takeSnapshot(...words))
    expect([code, findings]).toEqual([1, []])
    expect(diagnostics[0]).toMatchObject({
      code: 'read-activity',
      summary: expect.stringContaining(why),
      advice: expect.stringContaining(advice),
      location: { line: 7 },
    })
  })
})

test('a hidden inbox member is named and waived by the id of the user, with --activity', async () => {
  const state = makeState()
  const [account] = state.accounts
  account?.inboxes.push({
    id: 4,
    name: 'Website',
    channel_type: 'Channel::WebWidget',
    enable_auto_assignment: true,
    members: [],
    fields: {},
  })
  account?.audit_logs.push(
    makeRow(4, NOW - DAY, {
      auditable_type: 'InboxMember',
      action: 'create',
      audited_changes: { inbox_id: 4, user_id: 77 },
    }),
  )
  const policy = POLICY.replace(/^rules.*\n/m, '')
  const setting = {
    env: connection(await serve({}, state), 'ada'),
    files: { 'rollcall.yaml': policy },
  }
  const name = 'inbox-member-hidden:inbox/Website/#77'
  const said = ['--reason', 'Tested', '--owner', 'ada@acme.com', '--expires', '2026-12-31']
  expect(await run(['waive', name, ...said], setting)).toMatchObject({ code: 1 })
  for (const argv of [['list'], ['access', 'inbox/Website']]) {
    const asked = [...argv, '--account-id', '1', '--activity']
    expect((await run(asked, setting)).stderr).toContain(
      'hidden member of inbox "Website": user 77',
    )
  }
  const { code, stdout } = await run(['waive', name, ...said, '--activity'], setting)
  expect(code).toBe(0)
  expect(stdout).toContain('inbox/Website/#77')
})
