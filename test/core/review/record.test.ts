/** What a manifest and a closing record say that nothing else does: read back, checked, in order. */
import { describe, expect, test } from 'vitest'
import { TEAM } from '../../../src/core/model/kinds.ts'
import type { Policy } from '../../../src/core/model/policy.ts'
import type { StaffRoster } from '../../../src/core/model/roster.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { findForeignPolicy, findMiscounts } from '../../../src/core/review/agreement.ts'
import {
  findClockDifference,
  findDisorder,
  measureAhead,
  readClocks,
} from '../../../src/core/review/moments.ts'
import { findLateness, parseClosing } from '../../../src/core/review/parse-closing.ts'
import {
  listRosterRows,
  type ManifestContent,
  parseManifest,
  type RequestRecord,
  type ReviewRecord,
  selectFromRoster,
} from '../../../src/core/review/record.ts'
import {
  concludeVerify,
  describeMismatch,
  MISMATCH_ADVICE,
} from '../../../src/core/review/results.ts'
import { writeStatement } from '../../../src/core/review/statement.ts'

const HASH = 'a'.repeat(64)

const REQUEST = {
  at: '2026-11-23T08:00:01.000Z',
  method: 'GET',
  path: '/api/v1/accounts/1/agents',
  status: 200,
  ms: 40,
  server_time: '2026-11-23T08:00:01.000Z',
  items: 2,
  body_sha256: HASH,
  request_id: 'r-1',
}

const MANIFEST = {
  format: 'rollcall.review',
  format_version: '1.2',
  tool: { name: 'rollcall', version: '0.1.0' },
  generated_at: '2026-11-23T08:00:03.000Z',
  judged_on: '2026-11-23',
  read_started_at: '2026-11-23T08:00:00.000Z',
  policy: { path: 'rollcall.yaml', git: { commit: 'abc', dirty: true, why: 'x' } },
  roster: {
    sha256: HASH,
    active: 2,
    inactive: 1,
    people: [
      { email: 'ada@acme.com', active: true, end: null },
      { email: 'ADA@acme.com', active: true, end: null },
      { email: 'ken@acme.com', active: false, end: '2026-10-31' },
    ],
  },
  verdict: 'drift',
  summary: { people: 2 },
  not_shown: ['bots'],
  requests: [REQUEST],
  files: [{ name: 'policy.yaml', bytes: 3, sha256: HASH }],
}

type Document = ReturnType<typeof JSON.parse>

function refuse(path: readonly (string | number)[], problem: string): never {
  throw new Error(`${path.join('.')} ${problem}`)
}

function parsed(change: (manifest: Document) => void = () => undefined): ManifestContent {
  const manifest = structuredClone<Document>(MANIFEST)
  change(manifest)
  return parseManifest(manifest, refuse)
}

describe('a manifest', () => {
  test('that names another program as its author is refused', () => {
    const other = () =>
      parsed((manifest) => {
        manifest.tool.name = 'roll-call'
      })
    expect(other).toThrow('tool.name should be "rollcall"')
  })

  test('is read back as it was written', () => {
    const { record, people, files } = parsed()
    expect([people, files]).toEqual([2, MANIFEST.files])
    expect(record).toMatchObject({
      tool: MANIFEST.tool,
      generatedAt: MANIFEST.generated_at,
      judgedOn: '2026-11-23',
      policyPath: 'rollcall.yaml',
      git: MANIFEST.policy.git,
      requests: [{ at: REQUEST.at, serverTime: REQUEST.server_time, bodySha256: HASH }],
    })
    expect(record.roster && listRosterRows(record.roster)).toEqual([
      { email: 'ADA@acme.com', active: true, end: null },
      { email: 'ada@acme.com', active: true, end: null },
      { email: 'ken@acme.com', active: false, end: '2026-10-31' },
    ])
  })

  test('of an earlier version has no roster, no times of the server, and was judged on the day of the read', () => {
    const { record } = parsed((manifest) => {
      manifest.format_version = '1.1'
      manifest.policy.git = { commit: null }
      delete manifest.judged_on
      delete manifest.roster
      delete manifest.requests[0].server_time
    })
    expect(record).toMatchObject({ judgedOn: '2026-11-23', roster: null, git: { commit: null } })
    expect(record.requests[0]?.serverTime).toBeNull()
  })

  test.each<[string, (manifest: Document) => void, string]>([
    ['another document', (m) => (m.format = 'x'), 'format should be "rollcall.review"'],
    ['a later major version', (m) => (m.format_version = '2.0'), 'format_version should be 1.2'],
    ['a day that no month has', (m) => (m.judged_on = '2026-02-30'), 'judged_on should be a day'],
    ['a request without a time', (m) => (m.requests[0].at = 'x'), 'requests.0.at should be a time'],
    ['a negative duration', (m) => (m.requests[0].ms = -1), 'requests.0.ms should be a number of'],
    [
      'an endless duration',
      (m) => (m.requests[0].ms = 1e13),
      'requests.0.ms should be a number of',
    ],
    ['a file elsewhere', (m) => (m.files[0].name = '../x'), 'files.0.name should be the name'],
    ['a file elsewhere on Windows', (m) => (m.files[0].name = 'a\\b'), 'files.0.name should be'],
    ['the folder as a file', (m) => (m.files[0].name = '.'), 'files.0.name should be the name'],
    ['the folder above as a file', (m) => (m.files[0].name = '..'), 'files.0.name should be'],
    ['a file without a name', (m) => (m.files[0].name = ''), 'files.0.name should be the name'],
  ])('with %s is refused, with the place', (_, change, says) => {
    expect(() => parsed(change)).toThrow(says)
  })
})

test('only people of the account and of the policy are kept of a roster', () => {
  const entry = (email: string, active = true) =>
    [email, { active, end: '2026-12-31', spellings: new Set([email]) }] as const
  const roster: StaffRoster = {
    sha256: HASH,
    active: 3,
    inactive: 1,
    people: new Map([entry('ada@acme.com'), entry('ken@acme.com', false), entry('other@acme.com')]),
  }
  const snapshot = { agents: [{ email: 'ADA@acme.com' }, { email: 'new@acme.com' }] }
  const narrow = (agents: object | null) =>
    selectFromRoster(roster, snapshot as unknown as Snapshot, { agents } as unknown as Policy)
  expect([...narrow(null).people.keys()]).toEqual(['ada@acme.com'])
  const kept = narrow({ entries: new Map([['ken@acme.com', {}]]) })
  expect(listRosterRows(kept)).toEqual([
    { email: 'ada@acme.com', active: true, end: null },
    { email: 'ken@acme.com', active: false, end: '2026-12-31' },
  ])
  expect([kept.active, kept.inactive]).toEqual([3, 1])
})

const request = (of: Partial<RequestRecord> = {}): RequestRecord => ({
  at: '2026-11-23T08:00:01.000Z',
  path: '/api/v1/accounts/1/agents',
  status: 200,
  ms: 40,
  serverTime: '2026-11-23T08:00:01.000Z',
  items: 2,
  bodySha256: HASH,
  requestId: null,
  ...of,
})

describe('the clocks', () => {
  test('are read at the first and at the last answer, not at requests without one', () => {
    const requests = [
      request({ status: null, serverTime: null }),
      request({ ms: 1000 }),
      request({ ms: 2, serverTime: null }),
    ]
    const { first, last } = readClocks(requests)
    expect([first, last]).toEqual([
      { machine: '2026-11-23T08:00:02.000Z', server: '2026-11-23T08:00:01.000Z' },
      { machine: '2026-11-23T08:00:01.002Z', server: null },
    ])
    expect([measureAhead(first), measureAhead(last)]).toEqual([-1, null])
    expect(readClocks([])).toEqual({ first: null, last: null })
  })

  test.each([
    ['2026-11-23T08:05:01.000Z', []],
    ['2026-11-23T08:06:02.000Z', ['6 minutes ahead of']],
    ['2026-11-23T07:00:01.000Z', ['60 minutes behind']],
  ])('a server that says %s is pointed out: %j', (serverTime, says) => {
    const found = findClockDifference([request({ serverTime })])
    expect(found.map(({ summary }) => summary)).toEqual(
      says.map((each) => expect.stringContaining(each)),
    )
  })

  test('without an answer there is nothing to compare', () => {
    expect(findClockDifference([])).toEqual([])
  })
})

describe('the times of a review', () => {
  const LOG = '/chat/api/v1/accounts/1/audit_logs?page=2'
  const READ = { startedAt: '2026-11-23T08:00:00.000Z', finishedAt: '2026-11-23T08:00:02.000Z' }
  const places = (record: Partial<ReviewRecord>, read: Partial<typeof READ> = {}) =>
    findDisorder({ ...parsed().record, ...record }, { ...READ, ...read }).map(({ place }) => place)

  test('are in order', () => {
    expect(places({})).toEqual([])
    expect(places({ judgedOn: '2026-11-22' })).toEqual([])
    expect(places({ requests: [request(), request({ path: LOG, ms: 1001 })] })).toEqual([])
    // The features say why the log is empty.
    const features = request({ path: '/chat/api/v1/accounts/1', ms: 1001 })
    expect(places({ requests: [request(), features] })).toEqual([])
  })

  test.each<[string, Partial<ReviewRecord>, Partial<typeof READ>, readonly string[]]>([
    [
      'an end before the start',
      {},
      { finishedAt: '2026-11-23T07:59:59.999Z' },
      ['read_finished_at', 'requests[0]'],
    ],
    ['a review before the end', { generatedAt: '2026-11-23T08:00:01.000Z' }, {}, ['generated_at']],
    ['another day', { judgedOn: '2026-11-24' }, {}, ['judged_on']],
    ['two days before', { judgedOn: '2026-11-21' }, {}, ['judged_on']],
    ['no request', { requests: [] }, {}, ['requests']],
    ['a request after the end', { requests: [request({ ms: 1001 })] }, {}, ['requests[0]']],
    [
      'a page of the audit log after the review',
      { requests: [request({ path: LOG, at: '2026-11-23T08:01:00.000Z', ms: 60_000 })] },
      {},
      ['requests[0]'],
    ],
    [
      'a request about the features after the review',
      {
        requests: [
          request({ path: '/api/v1/accounts/1', at: '2026-11-23T08:01:00.000Z', ms: 60_000 }),
        ],
      },
      {},
      ['requests[0]'],
    ],
    [
      'a last request before the start',
      { requests: [request({ at: '2026-11-23T07:59:59.000Z' })] },
      {},
      ['requests[0]'],
    ],
    [
      'requests in another order',
      { requests: [request(), request({ ms: 39 })] },
      {},
      ['requests[1]'],
    ],
  ])('%s is named', (_, record, read, expected) => {
    expect(places(record, read)).toEqual(expected)
  })
})

describe('the numbers of a review', () => {
  const SNAPSHOT = {
    account: { id: 1, name: 'Acme' },
    server: 'https://chat.acme.com',
    agents: [{}, {}],
    groups: [{ of: TEAM }],
    customRoles: { kind: 'read', roles: [{}] },
  } as unknown as Snapshot
  const path = (list: string) => `/api/v1/accounts/1/${list}`
  const count = (requests: readonly RequestRecord[], people = 2, snapshot = SNAPSHOT) =>
    findMiscounts({ ...parsed(), people, record: { ...parsed().record, requests } }, snapshot, path)

  test('agree', () => {
    expect(count([request()])).toEqual([])
    // A later answer counts, and only a complete one.
    expect(
      count([request({ items: 1 }), request(), request({ status: 500, items: null })]),
    ).toEqual([])
  })

  test.each([
    ['agents', '/chat/api/v1/accounts/1/agents', 3],
    ['teams', '/api/v1/accounts/1/teams', 2],
    ['custom_roles', '/api/v1/accounts/1/custom_roles', 0],
  ])('of %s that were listed differ from the snapshot', (list, path, items) => {
    const [found] = count([request(), request({ path, items })])
    expect(found?.place).toBe('requests[1].items')
    expect(found?.problem).toContain(`is ${items}, but snapshot.json has`)
    expect(found?.problem).toContain(list)
  })

  test('of people differ, and custom roles that were not read are not counted', () => {
    const roles = request({ path: '/api/v1/accounts/1/custom_roles', items: 5 })
    const unread = { ...SNAPSHOT, customRoles: { kind: 'unread' } } as Snapshot
    expect(count([roles], 3, unread).map(({ place }) => place)).toEqual(['summary.people'])
  })
})

test('a policy for another account or server is not the policy of the review', () => {
  const read = { account: { id: 1, name: 'Acme' }, server: 'https://chat.acme.com' }
  const location = { file: 'rollcall.yaml', line: 1, column: 1 }
  const policy = (account: number | null, server: string | null) => ({
    account: account === null ? null : { value: account, location },
    server: server === null ? null : { value: server, location },
  })
  expect(findForeignPolicy(policy(null, null), read)).toBeNull()
  expect(findForeignPolicy(policy(1, 'https://chat.acme.com'), read)).toBeNull()
  expect(findForeignPolicy(policy(2, null), read)).toContain('is for account 2')
  expect(findForeignPolicy(policy(1, 'https://x.example'), read)).toContain(
    'is for https://x.example',
  )
})

describe('a closing record', () => {
  const RECORD = {
    format: 'rollcall.closing',
    format_version: '1.0',
    tool: MANIFEST.tool,
    generated_at: '2026-12-01T08:00:00.000Z',
    files: MANIFEST.files,
  }

  test('is read back', () => {
    expect(parseClosing(RECORD, refuse)).toEqual({
      tool: MANIFEST.tool,
      generatedAt: '2026-12-01T08:00:00.000Z',
      files: MANIFEST.files,
    })
  })

  test.each([
    [{ format: 'rollcall.review' }, 'format should be "rollcall.closing"'],
    [{ format_version: '2.0' }, 'format_version should be 1.0'],
  ])('with %j is refused', (change, says) => {
    expect(() => parseClosing({ ...RECORD, ...change }, refuse)).toThrow(says)
  })

  test('cannot be older than what it knows', () => {
    const file = { name: 'journal-1.jsonl', bytes: 1, sha256: HASH }
    const journal = {
      file,
      startedAt: '2026-11-24T00:00:00Z',
      closing: { at: '2026-11-25T00:00:00Z', verdict: null },
    }
    const late = (generatedAt: string) =>
      findLateness(
        {
          generatedAt,
          after: { finishedAt: '2026-11-26T00:00:00Z' } as Snapshot,
          journals: [journal, { ...journal, closing: null }] as never,
        },
        { generatedAt: '2026-11-23T08:00:00Z' },
      ).map((each) => each.replace(/.* is before (.*), .*/, '$1'))
    expect(late('2026-11-26T00:00:00Z')).toEqual([])
    expect(late('2026-11-24T12:00:00Z')).toEqual([
      'the later snapshot was read',
      'the run of journal-1.jsonl ended',
    ])
    expect(late('2026-11-23T07:00:00Z').length).toBe(4)
    const none = { generatedAt: '2026-11-23T07:00:00Z', after: null, journals: [] }
    expect(findLateness(none, { generatedAt: '2026-11-23T08:00:00Z' }).length).toBe(1)
  })
})

describe('what verify concludes', () => {
  const RESULT = {
    folder: 'r',
    files: 12,
    manifest: HASH,
    compared: false,
    closing: null,
    problems: [],
    unchecked: [],
    statement: null,
  }
  const problem = { kind: 'changed', file: 'a.csv', place: ':1', problem: 'was changed' } as const
  const unchecked = [{ wrote: '0.0.1', is: '0.1.0', files: ['report.html'] }]

  test('a change is worse than what could not be checked', () => {
    expect(concludeVerify(RESULT).exitCode).toBe(0)
    expect(concludeVerify({ ...RESULT, unchecked }).exitCode).toBe(2)
    expect(concludeVerify({ ...RESULT, unchecked, problems: [problem] }).exitCode).toBe(1)
    expect(describeMismatch(problem)).toBe('a.csv:1 was changed')
    expect(Object.values(MISMATCH_ADVICE).every((advice) => advice.endsWith('.'))).toBe(true)
  })
})

test('a statement names the files of the review and of its record, sorted, with their hashes', () => {
  const snapshot = {
    server: 'https://chat.acme.com',
    account: { id: 1, name: 'Acme' },
    agents: [{}, {}],
    startedAt: '2026-11-23T08:00:00.000Z',
    finishedAt: '2026-11-23T08:00:02.000Z',
  } as unknown as Snapshot
  const stated = { manifest: parsed(), manifestSha256: HASH, snapshot, closing: null }
  const names = (text: string) => JSON.parse(text).subject.map(({ name }: { name: string }) => name)
  expect(names(writeStatement(stated))).toEqual(['MANIFEST.json', 'policy.yaml'])
  const closing = { sha256: HASH, generatedAt: '2026-12-01T08:00:00.000Z', files: MANIFEST.files }
  const closed = writeStatement({ ...stated, closing })
  expect(names(closed)).toEqual([
    'MANIFEST.json',
    'closing/closing.json',
    'closing/policy.yaml',
    'policy.yaml',
  ])
  expect(JSON.parse(closed).predicate).toMatchObject({
    people: 2,
    policy: { commit: 'abc' },
    closed_at: '2026-12-01T08:00:00.000Z',
  })
})
