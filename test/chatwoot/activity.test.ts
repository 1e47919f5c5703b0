/** Reading the audit log: what each answer of the server means, and what a read never does. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readAccountFacts } from '../../src/chatwoot/account-facts.ts'
import { openAuditLog, readActivity } from '../../src/chatwoot/read-activity.ts'
import type { RecordedActivity } from '../../src/core/model/activity.ts'
import type { Activity } from '../../src/core/model/snapshot.ts'
import { type Answer, type Answers, answering, give, open, serve, simulated } from './harness.ts'

/** The clock of the tests: 2026-11-23 12:00:20. */
const NOW = Date.UTC(2026, 10, 23, 12, 0, 20) / 1000
const DAY = 86_400
const ACCOUNT = '/api/v1/accounts/1'
const page = (n: number) => `${ACCOUNT}/audit_logs?page=${n}`

const ON: Answer = { json: { features: { custom_roles: true, audit_logs: true } } }

/** A row, `id` minutes after two days ago. */
function row(id: number, more: object = {}): Record<string, unknown> {
  return {
    id,
    auditable_id: 900 + id,
    auditable_type: 'AccountUser',
    auditable: { id: 900 + id, user_id: 100 + id },
    associated_id: 1,
    associated_type: 'Account',
    user_id: 1,
    username: 'ada@acme.com',
    action: 'create',
    audited_changes: { role: 0, user_id: 100 + id, inviter_id: 1, account_id: 1 },
    request_uuid: 'e3a1',
    created_at: NOW - 2 * DAY + id * 60,
    remote_address: '203.0.113.77',
    ...more,
  }
}

const inboxRow = (id: number, action: string, more: object = {}) =>
  row(id, {
    auditable_type: 'InboxMember',
    auditable: null,
    action,
    audited_changes: { id: 5, inbox_id: 4, user_id: 77 },
    ...more,
  })

const listed = (rows: readonly unknown[], n: number, total = rows.length, perPage = 25) => ({
  json: {
    per_page: perPage,
    total_entries: total,
    current_page: n,
    audit_logs: rows.slice((n - 1) * perPage, n * perPage),
  },
})

/** All pages of a log, newest first. */
function pagesOf(rows: readonly unknown[], perPage = 25): Answers {
  const pages = Math.max(1, Math.ceil(rows.length / perPage))
  return Object.fromEntries(
    Array.from({ length: pages }, (_, index) => [
      page(index + 1),
      listed(rows, index + 1, rows.length, perPage),
    ]),
  )
}

interface Read {
  readonly activity: Activity
  readonly requests: readonly string[]
  readonly told: readonly string[]
}

async function readLog(
  answers: Answers,
  { days = 90, present = [1], community = false, options = {} as object } = {},
): Promise<Read> {
  const server = await serve({ [ACCOUNT]: ON, ...answers })
  const settings = { ...simulated(server.origin), ...options }
  const client = open(settings)
  try {
    const opened = await openAuditLog(client, 1)
    const agents = present.map((id) => ({ id }) as never)
    const customRoles = { kind: community ? 'unsupported' : 'unread' } as const
    const wanted = { accountId: 1, days }
    const activity = await readActivity(client, opened, { agents, customRoles }, wanted)
    const requests = server.requests.map(({ url = '' }) => url)
    return { activity, requests, told: settings.told }
  } finally {
    await client.close()
    await server.close()
  }
}

async function readRows(rows: readonly unknown[], more = {}): Promise<RecordedActivity> {
  const { activity } = await readLog(pagesOf(rows), more)
  if (activity.state !== 'read') throw new Error(JSON.stringify(activity))
  return activity
}

const newestFirst = (count: number) =>
  Array.from({ length: count }, (_, index) => row(count - index))

describe('the state of the log', () => {
  test('is off where the feature is not among those of the account, and no page is asked for', async () => {
    const answers = { [ACCOUNT]: { json: { features: { custom_roles: true } } } }
    const { activity, requests } = await readLog(answers)
    expect(activity).toEqual({ state: 'off' })
    expect(requests).toEqual([ACCOUNT])
  })

  test('is unsupported where the server has no enterprise code', async () => {
    const off = { [ACCOUNT]: { json: { features: {} } } }
    expect((await readLog(off, { community: true })).activity).toEqual({ state: 'unsupported' })
    const crash = { [page(1)]: answering(500, { error: 'crash' }) }
    expect((await readLog(crash, { community: true })).activity).toEqual({ state: 'unsupported' })
  })

  test('is unreadable where the server refuses it to the token', async () => {
    const refused = answering(401, { error: 'You are not authorized to do this action' })
    const { activity } = await readLog({ [page(1)]: refused })
    expect(activity).toMatchObject({ state: 'unreadable', because: { requestId: 'request-1' } })
    expect(JSON.stringify(activity)).toMatch(/401/)
    expect(activity).not.toHaveProperty('because.retryable')
  })

  test('is unreadable for now where the server fails', async () => {
    const { activity } = await readLog({ [page(1)]: answering(500, { error: 'crash' }) })
    expect(activity).toMatchObject({ state: 'unreadable', because: { retryable: true } })
  })

  test('is unreadable where a later page fails', async () => {
    const answers = { ...pagesOf(newestFirst(30)), [page(2)]: answering(404, { error: 'gone' }) }
    expect((await readLog(answers)).activity).toMatchObject({ state: 'unreadable' })
  })

  test('is off where the feature is switched off while the account is read', async () => {
    const off = { json: { features: { custom_roles: true } } }
    const empty = { [ACCOUNT]: inOrder(ON, off), ...pagesOf([]) }
    expect((await readLog(empty)).activity).toEqual({ state: 'off' })
  })

  test('is unreadable where rows that were there before are gone', async () => {
    const gone = { [page(1)]: inOrder(listed(newestFirst(3), 1), listed([], 1)) }
    expect((await readLog(gone)).activity).toMatchObject({ state: 'unreadable' })
  })

  test.each([
    ['ahead of', '24 Nov 2026 12:00:30'],
    ['behind', '21 Nov 2026 12:00:30'],
  ])(
    'is unreadable where the clock of the server is days %s that of this machine',
    async (where, at) => {
      const { json } = listed(newestFirst(3), 1) as { readonly json: unknown }
      const dated: Answer = (exchange) => {
        exchange.response.setHeader('date', `${at} GMT`)
        give({ json }, exchange)
      }
      const { activity } = await readLog({ [page(1)]: dated })
      expect(activity).toMatchObject({
        state: 'unreadable',
        because: {
          summary: `The clock of the server is 1 day ${where} the clock of this machine.`,
        },
      })
    },
  )

  test('is unreadable where a row is days in the future: nobody knows how old the others are', async () => {
    const rows = [row(2, { created_at: NOW + 2 * DAY }), row(3), row(1)]
    const { activity } = await readLog(pagesOf(rows))
    expect(activity).toEqual({
      state: 'unreadable',
      because: {
        summary:
          'Row 2 of the audit log has the time 2026-11-25T12:00:20.000Z, which is in the future.',
        detail: expect.stringMatching(/^The clock of the server was probably wrong/),
        requestId: null,
      },
    })
  })

  test('is unreadable where such a row comes while the log is looked at again', async () => {
    const before = [inboxRow(8, 'create')]
    const late = listed([row(9, { created_at: NOW + 2 * DAY }), ...before], 1)
    const pages = inOrder(listed(before, 1), listed(before, 1), late)
    expect((await readLog({ [page(1)]: pages })).activity.state).toBe('unreadable')
  })

  test('is read where a row is hours in the future, as clocks can differ', async () => {
    const rows = [row(1, { created_at: NOW + DAY / 2 })]
    expect(await readRows(rows)).toMatchObject({ state: 'read', rows: 1 })
  })

  test('is read, and empty, where nothing has happened yet', async () => {
    expect(await readRows([])).toMatchObject({
      state: 'read',
      reach: 'beginning',
      from: '2026-11-23T12:00:20.000Z',
      to: '2026-11-23T12:00:20.000Z',
      rows: 0,
    })
  })
})

describe('how far back it is read', () => {
  test('ends at the days that were asked for, without a request for the rest', async () => {
    const old = Array.from({ length: 60 }, (_, n) =>
      row(60 - n, { created_at: NOW - 40 * DAY - n }),
    )
    const rows = [
      ...newestFirst(30).map((each) => ({ ...each, id: Number(each['id']) + 100 })),
      ...old,
    ]
    const { activity, requests } = await readLog(pagesOf(rows), { days: 30 })
    expect(activity).toMatchObject({ reach: 'asked', from: '2026-10-24T12:00:20.000Z' })
    expect(requests).toEqual([ACCOUNT, page(1), page(1), page(2)])
    expect((activity as RecordedActivity).people.size).toBe(30)
  })

  test('says where a younger log begins', async () => {
    const { from, reach, rows } = await readRows(newestFirst(30))
    expect([from, reach, rows]).toEqual(['2026-11-21T12:01:20.000Z', 'beginning', 30])
  })

  test('knows pages of 15 rows, as before Chatwoot 4.14.1', async () => {
    const { activity, requests } = await readLog(pagesOf(newestFirst(40), 15))
    expect(activity).toMatchObject({ reach: 'beginning', rows: 40 })
    expect(requests.slice(2)).toEqual([page(1), page(2), page(3)])
  })

  test('is announced if it takes a while', async () => {
    const rows = newestFirst(600)
    const { told } = await readLog(pagesOf(rows), { options: { maxRpm: 60 } })
    expect(told).toEqual([
      'Reading the audit log of account 1: up to 600 rows on 24 pages, about 22s. To read fewer, use --activity-days.',
    ])
    expect((await readLog(pagesOf(rows))).told).toEqual([])
  })

  test('is announced with no more rows than rollcall reads, whatever the server counts', async () => {
    const rows = newestFirst(100)
    const many = Array.from({ length: 5 }, (_, n) => [
      page(n + 1),
      { json: { ...listed(rows, n + 1).json, total_entries: n < 4 ? 1e9 : 100 } },
    ])
    const { told } = await readLog(Object.fromEntries(many), { options: { maxRpm: 600 } })
    expect(told[0]).toBe(
      'Reading the audit log of account 1: up to 100000 rows on 4000 pages, about 404s. To read fewer, use --activity-days.',
    )
  })

  test('is announced by the time of the pages: the first request also connects', async () => {
    let time = NOW * 1000
    const rows = newestFirst(600)
    const answers = Object.entries({ [ACCOUNT]: ON, ...pagesOf(rows) })
    const pages = answers.map(([path, answer]): [string, Answer] => [
      path,
      (exchange) => {
        time += path === ACCOUNT ? 60_000 : 1000
        give(answer, exchange)
      },
    ])
    const { told } = await readLog(Object.fromEntries(pages), {
      options: { now: () => new Date(time) },
    })
    expect(told[0]).toMatch(/about 20s\./)
  })
})

describe('rows that arrive during the read', () => {
  test('push others to the next page, and nothing is missed or counted twice', async () => {
    const rows = newestFirst(60)
    const later = [row(62), row(61), ...rows]
    const answers = { ...pagesOf(rows), [page(2)]: listed(later, 2), [page(3)]: listed(later, 3) }
    const { activity } = await readLog(answers)
    expect(activity).toMatchObject({ state: 'read', rows: 60 })
    expect((activity as RecordedActivity).people.size).toBe(60)
  })

  test('do not hide a gap: it is read again, and what stays incomplete is unreadable', async () => {
    const rows = newestFirst(60)
    const fewer = rows.slice(10)
    const gap = { ...pagesOf(rows), [page(2)]: listed(fewer, 2), [page(3)]: listed(fewer, 3) }
    const { activity, requests } = await readLog(gap)
    expect(activity).toMatchObject({
      state: 'unreadable',
      because: { summary: 'The audit log has fewer rows than it says, so some may be missing.' },
    })
    expect(requests.filter((each) => each === page(2))).toHaveLength(3)

    const once = { ...pagesOf(rows), [page(2)]: inOrder(listed(fewer, 2), listed(rows, 2)) }
    expect((await readLog(once)).activity).toMatchObject({ state: 'read', rows: 60 })
  })

  test('a later page that is newer than the one before is a gap too', async () => {
    const rows = newestFirst(30)
    const newer = { ...row(99), id: 99 }
    const answers = {
      ...pagesOf(rows),
      [page(2)]: listed([...rows.slice(0, 25), newer, ...rows.slice(26)], 2),
    }
    expect((await readLog(answers)).activity).toMatchObject({ state: 'unreadable' })
  })

  test('a server that gives the same page for ever is not read for ever', async () => {
    const rows = newestFirst(60)
    const again = (n: number) => ({ json: { ...listed(rows, 1, 60).json, current_page: n } })
    const { activity, requests } = await readLog({ ...pagesOf(rows), [page(2)]: again(2) })
    expect(activity).toMatchObject({ state: 'unreadable' })
    expect(requests.length).toBeLessThan(15)
  })
})

describe('what a row says', () => {
  test('is who added whom and who changed the role, and no address of a machine', async () => {
    const promoted = row(9, {
      auditable_id: 907,
      auditable: { user_id: 107 },
      action: 'update',
      audited_changes: { role: [0, 1] },
      request_uuid: 'rollcall-1a2b3c4d-007-3f9c01',
    })
    const activity = await readRows([promoted, row(7)])
    expect(activity.people.get(107)).toMatchObject({
      added: { by: { id: 1, name: 'ada@acme.com' }, role: 'agent', inviterId: 1, apply: null },
      roleChanged: { from: 'agent', to: 'administrator', apply: 'rollcall-1a2b3c4d-007-3f9c01' },
    })
    const all = JSON.stringify(activity, (_, each) => (each instanceof Map ? [...each] : each))
    expect(all).not.toContain('203.0.113')
  })

  test('about a person who left or was invited again explains nobody', async () => {
    const gone = row(9, { auditable: null })
    expect((await readRows([gone])).people.size).toBe(0)
  })

  test('is found by the creation where an update does not name its person', async () => {
    const update = row(9, {
      auditable_id: 907,
      auditable: { id: 907 },
      action: 'update',
      audited_changes: { role: [0, 1] },
    })
    const { people } = await readRows([update, row(7)])
    expect(people.get(107)?.roleChanged?.to).toBe('administrator')
  })

  test('about teams, inboxes, their members and sign-ins is kept, and everything else is not', async () => {
    const { people, memberships, groups, rows } = await readRows([
      row(20, { auditable_type: 'User', action: 'sign_in', user_id: 5, audited_changes: null }),
      row(19, { auditable_type: 'User', action: 'sign_out', user_id: 5 }),
      row(18, {
        auditable_type: 'TeamMember',
        action: 'destroy',
        audited_changes: { team_id: 2, user_id: 5 },
        user_id: null,
        username: null,
      }),
      row(17, { auditable_type: 'TeamMember', action: 'update' }),
      inboxRow(16, 'create', { audited_changes: { inbox_id: 4, user_id: 1 } }),
      row(15, { auditable_type: 'Team', auditable_id: 2, action: 'update', audited_changes: {} }),
      row(14, {
        auditable_type: 'Team',
        auditable_id: 2,
        action: 'update',
        audited_changes: { name: ['a', 'b'] },
      }),
      row(13, { auditable_type: 'Inbox', auditable_id: 4, action: 'destroy', audited_changes: {} }),
      row(12, { auditable_type: 'Webhook', action: 'create' }),
      row(11, { action: 'update', audited_changes: { availability: [0, 1] } }),
      row(10, {
        auditable_type: 'Team',
        auditable_id: 2,
        action: 'update',
        audited_changes: { allow_auto_assign: [true, false] },
      }),
      row(8, { action: 'destroy' }),
      row(7, { auditable_type: 'Team', auditable_id: 3, action: ['destroy'] }),
    ])
    expect(rows).toBe(13)
    expect([...people.keys()]).toEqual([5])
    expect([...memberships]).toMatchObject([
      ['team/2/5', { action: 'removed', by: null }],
      ['inbox/4/1', { action: 'added' }],
    ])
    expect([...groups]).toMatchObject([
      [
        'team/2',
        {
          name: 'b',
          changed: { id: 10 },
          changes: new Map([
            ['name', expect.objectContaining({ id: 14 })],
            ['auto_assign', expect.objectContaining({ id: 10 })],
          ]),
          created: null,
        },
      ],
      ['inbox/4', { name: null, deleted: { id: 13 } }],
    ])
  })
})

describe('a page that is not as expected is unreadable, never a guess', () => {
  const bodies: Readonly<Record<string, unknown>> = {
    'no list': { per_page: 25, total_entries: 0, current_page: 1, audit_logs: {} },
    'a list alone': [],
    'no page size': { total_entries: 0, current_page: 1, audit_logs: [] },
    'a page size of nothing': { per_page: 0, total_entries: 0, current_page: 1, audit_logs: [] },
    'another page': listed([row(1)], 1).json && { ...listed([row(1)], 1).json, current_page: 2 },
    'fewer rows than it counts': listed([row(1)], 1, 2).json,
    'more rows than a page has': { ...listed(newestFirst(3), 1).json, per_page: 2 },
    'older rows first': listed([row(1), row(2)], 1).json,
    'a row that is no object': listed(['row'], 1).json,
    'no id': listed([row(1, { id: '1' })], 1).json,
    'no time': listed([row(1, { created_at: '2026-11-23' })], 1).json,
    'a time that no calendar has': listed([row(1, { created_at: 1e15 })], 1).json,
    'another account': listed([row(1, { associated_id: 2 })], 1).json,
    'a user who is no number': listed([row(1, { user_id: 'ada' })], 1).json,
    'a name that is no text': listed([row(1, { username: 7 })], 1).json,
    'a type that is no text': listed([row(1, { auditable_type: null })], 1).json,
    'a role that nobody knows': listed([row(1, { audited_changes: { role: 7 } })], 1).json,
    'one role of a change': listed([row(1, { action: 'update', audited_changes: { role: 1 } })], 1)
      .json,
    'two users in one row': listed([row(1, { auditable: { user_id: 5 } })], 1).json,
    'a sign-in of nobody': listed(
      [row(1, { auditable_type: 'User', action: 'sign_in', user_id: null })],
      1,
    ).json,
    'a member without a group': listed([inboxRow(1, 'create', { audited_changes: {} })], 1).json,
  }
  test.each(Object.entries(bodies))('%s', async (_, body) => {
    const { activity } = await readLog({ [page(1)]: { json: body } })
    expect(activity.state).toBe('unreadable')
  })

  test('what the account says of its features decides nothing if it is no list of features', async () => {
    const answers = { [ACCOUNT]: { json: { features: 'all' } }, ...pagesOf(newestFirst(1)) }
    expect((await readLog(answers)).activity.state).toBe('read')
  })
})

describe('hidden members of inboxes', () => {
  test('are people whom the log put into an inbox and who are not on the account', async () => {
    const { hidden } = await readRows([row(9), inboxRow(8, 'create')])
    expect(hidden).toMatchObject([{ groupId: 4, userId: 77, by: { name: 'ada@acme.com' } }])
    expect((await readRows([inboxRow(8, 'create')], { present: [1, 77] })).hidden).toEqual([])
  })

  test('are not people whom Chatwoot is just removing: the log is looked at once more', async () => {
    const before = [inboxRow(8, 'create')]
    const after = [inboxRow(9, 'destroy', { user_id: null, username: null }), ...before]
    const first = inOrder(listed(before, 1), listed(before, 1), listed(after, 1))
    const { activity, requests } = await readLog({ [page(1)]: first })
    expect(activity).toMatchObject({ state: 'read', hidden: [] })
    expect(requests).toEqual([ACCOUNT, page(1), page(1), page(1)])
  })

  test('are not people for whom Chatwoot takes its time', async () => {
    const before = [inboxRow(8, 'create')]
    const after = [inboxRow(9, 'destroy', { user_id: null, username: null }), ...before]
    const still = listed(before, 1)
    const first = inOrder(still, still, still, still, listed(after, 1))
    expect((await readLog({ [page(1)]: first })).activity).toMatchObject({ hidden: [] })
  })

  test('are not people who came while the account was read', async () => {
    const after = [inboxRow(9, 'create'), row(8)]
    const first = inOrder(listed([row(8)], 1), listed(after, 1))
    expect((await readLog({ [page(1)]: first })).activity).toMatchObject({ hidden: [] })
  })
})

describe('the newest row about access, for an approval', () => {
  const readNewest = async (rows: readonly unknown[]) => {
    const server = await serve({ [ACCOUNT]: ON, ...pagesOf(rows) })
    const client = open(simulated(server.origin))
    try {
      return (await readAccountFacts(client, 1)).newestAccessRow
    } finally {
      await client.close()
      await server.close()
    }
  }
  const signIn = (id: number, more = {}) =>
    row(id, { auditable_type: 'User', action: 'sign_in', audited_changes: null, ...more })

  test('is found behind pages of sign-ins', async () => {
    const signIns = Array.from({ length: 30 }, (_, index) => signIn(40 - index))
    expect(await readNewest([...signIns, row(7), row(6)])).toBe(7)
  })

  test('is unknown where a row is from the future: it would stay on top of what comes later', async () => {
    const stuck = Array.from({ length: 25 }, () => row(5, { created_at: NOW + 2 * DAY }))
    expect(await readNewest([...stuck, row(40)])).toBeNull()
  })
})

test('a whole recorded log of Chatwoot 4.16.2 can be read', async () => {
  const file = new URL(
    '../fixtures/recordings/4.16.2-enterprise/54-audit-logs.json',
    import.meta.url,
  )
  const { response } = JSON.parse(readFileSync(file, 'utf8'))
  const answers = { [page(1)]: { json: JSON.parse(response.body) } }
  const afterwards = { now: () => new Date('2026-11-26T08:00:00Z') }
  const { activity } = await readLog(answers, { present: [1, 2], options: afterwards })
  // Nothing is said about the person who is gone at the end of the story, and nobody is hidden.
  expect(activity).toMatchObject({ state: 'read', rows: 13, hidden: [] })
  expect([...(activity as RecordedActivity).people.keys()]).toEqual([2])
})

/** The answers in turn, then the last one for good. */
function inOrder(...answers: readonly Answer[]): Answer {
  return (exchange) =>
    give(answers[Math.min(exchange.count, answers.length) - 1] as Answer, exchange)
}
