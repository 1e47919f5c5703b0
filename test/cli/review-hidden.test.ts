/**
 * People who have access without being on the account are reviewed too. The closing record names the
 * findings that no row of the form is about. Over real HTTP and real files.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { writeCsv } from '../../src/views/csv.ts'
import { makeLoggedState, makeRow, makeSignIn } from '../sandbox/audit-faults.ts'
import { connection, folder, run, serve } from './world.ts'

const DAY = 86_400
/** The time of the review. */
const NOW = Date.UTC(2026, 10, 23, 8) / 1000

type Row = Record<string, string>

const member = (id: number, at: number, inbox: number, user: number, action = 'create') =>
  makeRow(id, at, {
    auditable_type: 'InboxMember',
    action,
    audited_changes: { inbox_id: inbox, user_id: user },
  })

/** Mallory, user 77, gets the messages of Website, user 78 those of Website and Mail. */
function makeState(): SandboxState {
  return makeLoggedState([{ email: 'ada@acme.com', token: 'ada' }, { email: 'ken@acme.com' }], {
    inboxes: [
      { id: 4, name: 'Website', channel_type: 'Channel::WebWidget', members: [] },
      { id: 5, name: 'Mail', channel_type: 'Channel::Email', members: [] },
    ],
    audit_logs: [
      member(1, NOW - 9 * DAY, 4, 77),
      member(2, NOW - 9 * DAY, 4, 78),
      member(3, NOW - 8 * DAY, 5, 78),
      {
        ...makeRow(4, NOW - 7 * DAY, { auditable_type: 'Inbox', action: 'update' }),
        ...{ user_id: 77, username: 'mallory@evil.example' },
      },
      makeSignIn(5, NOW - DAY, 1),
    ],
  })
}

const POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  ken@acme.com: agent
`

async function review(policy = POLICY, ...more: readonly string[]) {
  const cwd = folder({ 'rollcall.yaml': policy })
  const state = makeState()
  let time = NOW
  const now = () => new Date(time * 1000)
  const sandbox = await serve({ now }, state)
  const env = connection(sandbox, 'ada')
  const at =
    (days: number) =>
    async (...argv: readonly string[]) => {
      time = NOW + days * DAY
      const ran = await run(argv, { env, world: { cwd, now } })
      return { ...ran, words: (ran.stdout + ran.stderr).replace(/\s+/g, ' ') }
    }
  const written = await at(0)('review', '-o', 'r', '--activity', ...more)
  expect([written.code, written.stderr]).toEqual([0, ''])
  const path = (name: string) => join(cwd, name)
  const blank: Row[] = parse(readFileSync(path('r/decisions.csv'), 'utf8'), { columns: true })
  const later = at(1)
  const close = (rows: readonly Row[], ...more: readonly string[]) => {
    writeFileSync(path('d.csv'), writeCsv(Object.keys(rows[0] ?? {}), rows))
    return later('review', 'close', 'r', '--decisions', 'd.csv', ...more)
  }
  const [account] = state.accounts
  if (account === undefined) return expect.unreachable()
  const takeSnapshot = async (name: string, ...more: readonly string[]) => {
    const argv = ['snapshot', '--account-id', '1', '-o', name, ...more]
    expect((await later(...argv)).code).toBe(0)
  }
  const readRecord = () => JSON.parse(readFileSync(path('c/closing.json'), 'utf8'))
  return { blank, written, close, later, account, takeSnapshot, readRecord, path, at }
}

const decide = (blank: readonly Row[], answers: Readonly<Record<string, Row>> = {}): Row[] =>
  blank.map((row) => ({
    ...row,
    decision: 'keep',
    reviewer: row['email'] === 'ada@acme.com' ? 'ken@acme.com' : 'ada@acme.com',
    date: '2026-11-23',
    why: row['risk'] === '' ? '' : `seen by everybody, ${row['email']}`,
    ...answers[row['email'] ?? ''],
  }))

const REMOVE = { decision: 'remove', why: 'nobody knows them' }

describe('a person who gets the messages of an inbox without being on the account', () => {
  test('has a row in the form, among the worst, and is counted', async () => {
    const { blank, written } = await review()
    expect(blank.slice(0, 2)).toMatchObject([
      {
        email: '#77',
        name: 'mallory@evil.example',
        role: '',
        status: 'hidden',
        inboxes: 'Website',
        policy_says: 'not in the policy',
        standing: 'drift',
        risk: 'critical',
        findings: 'inbox-member-hidden',
      },
      { email: '#78', name: '', inboxes: 'Website, Mail', risk: 'critical' },
    ])
    expect(blank.map(({ email }) => email).slice(2)).toEqual(['ada@acme.com', 'ken@acme.com'])
    expect(written.words).toContain('4 people to decide about')
  })

  test('needs a decision, and a reason to keep them', async () => {
    const { blank, close } = await review()
    const undecided = await close(decide(blank).slice(1))
    expect([undecided.code, undecided.words]).toEqual([
      1,
      expect.stringContaining('There is no row for #77.'),
    ])
    const unexplained = await close(decide(blank, { '#78': { why: 'ok' } }))
    expect([unexplained.code, unexplained.words]).toEqual([
      1,
      expect.stringContaining(
        '#78: "keep" needs a reason of at least 15 letters, because of inbox-member-hidden (critical).',
      ),
    ])
    const { code, words } = await close(decide(blank))
    expect([code, words]).toEqual([0, expect.stringContaining('4 of 4 decided: 4 keep')])
  })

  test('may decide about nobody, if the log has their name', async () => {
    const { blank, close } = await review()
    const own = await close(decide(blank, { '#77': { reviewer: 'Mallory+x@evil.example' } }))
    expect([own.code, own.words]).toEqual([
      1,
      expect.stringContaining('#77 decided about their own access, as "mallory+x@evil.example".'),
    ])
    const other = await close(decide(blank, { '#78': { reviewer: 'mallory@evil.example' } }))
    expect([other.code, other.words]).toEqual([
      1,
      expect.stringContaining(
        'mallory@evil.example decided about 1 person, but the review itself has the finding inbox-member-hidden about this person.',
      ),
    ])
  })

  test('is in a closing record that can be verified, as done once the log shows it', async () => {
    const { blank, close, later, account, takeSnapshot, readRecord } = await review()
    const form = decide(blank, { '#77': REMOVE, '#78': { ...REMOVE, decision: 'change' } })
    account.audit_logs.push(member(6, NOW + DAY / 2, 4, 77, 'destroy'))
    account.audit_logs.push(member(7, NOW + DAY / 2, 4, 78, 'destroy'))
    await takeSnapshot('later.json', '--activity')
    const { code, words } = await close(form, '--after', 'later.json', '-o', 'c')
    expect([code, words]).toEqual([0, expect.stringContaining('4 of 4 decided')])
    expect(readRecord()).toMatchObject({
      totals: { people: 4, hidden: 2, keep: 2, change: 1, remove: 1, done: 2, not_done: 0 },
      decisions: [
        {
          email: '#77',
          user_id: 77,
          name: 'mallory@evil.example',
          role: null,
          decision: 'remove',
          findings: [{ code: 'inbox-member-hidden', risk: 'critical' }],
          result: { done: true, what: 'no longer gets the messages of Website' },
        },
        {
          email: '#78',
          result: {
            done: true,
            what: 'no longer gets the messages of Website; still gets the messages of Mail',
          },
        },
        {},
        {},
      ],
    })
    expect((await later('review', 'verify', 'r', '--closing', 'c')).words).toMatch(/^INTACT/)
  })

  test('counts as removed only if a later snapshot proves it', async () => {
    const { blank, close, account, takeSnapshot } = await review()
    const form = decide(blank, { '#77': REMOVE })
    const end = async (name: string, ...more: readonly string[]) => {
      await takeSnapshot(name, ...more)
      const { code, words } = await close(form, '--after', name)
      return [code, words]
    }
    expect(await end('1.json', '--activity')).toEqual([
      2,
      expect.stringContaining('still gets the messages of Website NOT DONE'),
    ])
    expect(await end('2.json')).toEqual([
      2,
      expect.stringContaining('may still get the messages of Website: the NOT DONE later snapshot'),
    ])
    expect(await end('3.json', '--activity', '--activity-days', '3')).toEqual([
      2,
      expect.stringContaining('may still get the messages of Website: the NOT DONE audit log in'),
    ])
    account.inboxes.splice(0, 1)
    expect(await end('4.json')).toEqual([
      0,
      expect.stringContaining('no longer gets the messages of Website done'),
    ])
  })

  test('is named if they are new since the review, because nobody decided about them', async () => {
    const { blank, close, account, takeSnapshot, readRecord } = await review()
    account.audit_logs.push(member(6, NOW + DAY / 2, 5, 79), member(7, NOW + DAY / 2, 5, 77))
    await takeSnapshot('later.json', '--activity')
    const { code, words } = await close(decide(blank), '--after', 'later.json', '-o', 'c')
    expect(code).toBe(0)
    expect(words).toContain('#79 gets the messages of an inbox without being on the account')
    expect(words).toContain('#77 keep, but has more access than at the review')
    const { totals, came_since, gained_since } = readRecord()
    expect([totals.came_since, gained_since]).toEqual([1, ['#77']])
    expect(came_since).toMatchObject([{ email: '#79', user_id: 79, role: null }])
  })

  test('is named in a warning on access.html, which cannot list them', async () => {
    const { path } = await review()
    expect(readFileSync(path('r/access.html'), 'utf8').replace(/<[^>]*>/g, '')).toContain(
      'This page leaves out a hidden member of inbox &quot;Website&quot;: user 77.',
    )
  })

  test('is missing in the form of an earlier version, which counts as intact and cannot be closed', async () => {
    const { path, later, close, blank } = await review()
    const other = (text: string) => text.replace(/("version": )"\d+\.\d+\.\d+"/, '$1"0.0.9"')
    const form = readFileSync(path('r/decisions.csv'), 'utf8').replace(/^"#7.*\r\n/gm, '')
    const manifest = JSON.parse(other(readFileSync(path('r/MANIFEST.json'), 'utf8')))
    const { createHash } = await import('node:crypto')
    for (const file of manifest.files) {
      if (file.name !== 'decisions.csv') continue
      file.bytes = Buffer.byteLength(form)
      file.sha256 = createHash('sha256').update(form).digest('hex')
    }
    writeFileSync(path('r/decisions.csv'), form)
    writeFileSync(path('r/MANIFEST.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    const verified = await later('review', 'verify', 'r')
    expect([verified.code, verified.words]).toEqual([2, expect.stringContaining('decisions.csv')])
    const closed = await close(decide(blank))
    expect([closed.code, closed.words]).toEqual([
      1,
      expect.stringContaining('rollcall 0.0.9 wrote the review in r, and this version cannot'),
    ])
  })
})

test('a closing record says what the review does not show, such as how far back the log was read', async () => {
  const { blank, close, readRecord, path } = await review(POLICY, '--activity-days', '2')
  expect(blank.map(({ email }) => email)).toEqual(['ada@acme.com', 'ken@acme.com'])
  expect((await close(decide(blank), '-o', 'c')).code).toBe(0)
  const { not_shown } = readRecord()
  const says = 'people who were added to an inbox before 2026-11-21'
  expect(not_shown.join(' ')).toContain(says)
  expect(readFileSync(path('c/closing.html'), 'utf8')).toContain(says)
})

test('a later snapshot from before a decision gets a warning: it cannot show that it was done', async () => {
  const { blank, close, takeSnapshot, at } = await review()
  await takeSnapshot('later.json', '--activity')
  const form = decide(blank, { '#77': { ...REMOVE, date: '2026-11-27' } })
  const argv = ['review', 'close', 'r', '--decisions', 'd.csv', '--after', 'later.json']
  expect((await close(form)).code).toBe(1)
  expect((await at(5)(...argv)).words).toContain(
    'The later snapshot was read on 2026-11-24, but 1 change or removal was decided after that.',
  )
})

describe('a finding that no row of the form is about', () => {
  const STRICT = `${POLICY}  gone@acme.com: agent
rules: { administrators: { min: 2 } }
`

  test('is in the closing record, with a warning if it is critical or high', async () => {
    const { blank, close, readRecord } = await review(STRICT)
    const { code, words } = await close(decide(blank), '-o', 'c')
    expect([code, words]).toEqual([
      0,
      expect.stringContaining(
        'warning: 1 critical or high finding is about nobody in the form: rule-administrators:rule/administrators (critical).',
      ),
    ])
    expect(readRecord().other_findings).toMatchObject([
      { code: 'rule-administrators', risk: 'critical', summary: expect.any(String) },
      { code: 'agent-missing', id: 'agent-missing:agent/gone@acme.com', risk: 'medium' },
    ])
  })
})
