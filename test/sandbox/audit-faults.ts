/**
 * The audit log going wrong: pages that change while they are read, that lie, or that do not arrive.
 * Also the rows that tests fill a log with. Knows nothing of what a client should make of it.
 */
import type { ServerResponse } from 'node:http'
import type { Answer } from '../../src/sandbox/answers.ts'
import { CRASH } from '../../src/sandbox/answers.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import type { SandboxAuditRow, SandboxState } from '../../src/sandbox/state.ts'
import { FAULT_REQUEST_ID, FAULTS } from './faults.ts'
import { LIES } from './lies.ts'

type Intercept = NonNullable<SandboxOptions['intercept']>
type Row = Record<string, unknown>
type Page = Record<string, unknown> & { audit_logs: Row[] }

export interface AuditFault {
  readonly name: string
  /** For one run. */
  readonly start: () => Intercept
}

/** Rows about nothing that rollcall knows, oldest first, one a minute up to `until`. */
export function makeNoise(count: number, until: Date): SandboxAuditRow[] {
  const last = Math.floor(until.getTime() / 1000)
  return Array.from({ length: count }, (_, index) =>
    makeRow(index + 1, last - 60 * (count - index)),
  )
}

export function makeRow(id: number, createdAt: number, more: Partial<SandboxAuditRow> = {}) {
  return {
    id,
    auditable_type: 'Webhook',
    auditable_id: 1,
    auditable: null,
    user_id: 1,
    username: 'ada@acme.com',
    action: 'update',
    audited_changes: { url: ['https://a.example', 'https://b.example'] },
    version: 1,
    request_uuid: '00000000-0000-4000-8000-000000000000',
    created_at: createdAt,
    remote_address: '203.0.113.7',
    ...more,
  } satisfies SandboxAuditRow
}

/** The first user is the administrator of the account. @param more of the account, with its log */
export function makeLoggedState(
  users: readonly (Row & { readonly email: string })[],
  more: Row & { readonly audit_logs: readonly SandboxAuditRow[] },
): SandboxState {
  const members = users.map(({ email }, index) => ({
    email,
    role: index === 0 ? 'administrator' : 'agent',
  }))
  const accounts = [{ features: { audit_logs: true }, members, ...more }]
  return parseState(JSON.stringify({ version: '4.16.2', users, accounts }), 'state.json')
}

/** A sign-in with a password. */
export function makeSignIn(id: number, createdAt: number, userId: number): SandboxAuditRow {
  return makeRow(id, createdAt, {
    auditable_type: 'User',
    auditable_id: userId,
    user_id: userId,
    username: null,
    action: 'sign_in',
    audited_changes: null,
  })
}

/** The number of the page that was requested; null: another request. */
function findPage(path: string): number | null {
  const { pathname, searchParams } = new URL(path, 'http://sandbox')
  if (!pathname.endsWith('/audit_logs')) return null
  return Number(searchParams.get('page') ?? '1')
}

function send(response: ServerResponse, { status, headers }: Answer, body: unknown): true {
  const text = JSON.stringify(body)
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
  return true
}

/** Changes the body of a page; undefined: this one is honest. */
function change(name: string, edit: (page: Page, number: number) => unknown): AuditFault {
  return {
    name,
    start: () => (request, response, _state, honest) => {
      const number = findPage(request.path)
      if (number === null) return false
      const answer = honest()
      if (answer.status !== 200) return false
      const edited = edit(JSON.parse(answer.body), number)
      return edited !== undefined && send(response, answer, edited)
    },
  }
}

/** Changes the log itself just before a page after the first one is listed. */
function meanwhile(name: string, act: (rows: SandboxAuditRow[], times: number) => void) {
  return {
    name,
    start: (): Intercept => {
      let times = 0
      return (request, _response, state) => {
        if ((findPage(request.path) ?? 1) > 1) {
          times += 1
          act(listRows(state), times)
        }
        return false
      }
    },
  } satisfies AuditFault
}

function listRows({ accounts }: SandboxState): SandboxAuditRow[] {
  const [first] = accounts
  if (first === undefined) throw new Error('The state has no account.')
  return first.audit_logs
}

function addRows(rows: SandboxAuditRow[], count: number): void {
  for (let n = 0; n < count; n += 1) {
    const { id = 0, created_at = 0 } = rows.at(-1) ?? {}
    rows.push(makeRow(id + 1, created_at))
  }
}

/** What an honest log does too: a client has to read the same from it. */
export const MEANWHILE: readonly AuditFault[] = [
  meanwhile('a row arrives before each page', (rows) => addRows(rows, 1)),
  meanwhile('seven rows arrive before each page', (rows) => addRows(rows, 7)),
  meanwhile('a page of rows arrives before the second page', (rows, times) => {
    if (times === 1) addRows(rows, 25)
  }),
  meanwhile('rows vanish before the second page', (rows, times) => {
    if (times === 1) rows.splice(-10, 5)
  }),
]

const only = (page: number, edit: (body: Page) => unknown) => (body: Page, number: number) =>
  number === page ? edit(body) : undefined

/** The row in the middle of every page, with one field changed. */
function field(key: string, values: Readonly<Record<string, unknown>>): readonly AuditFault[] {
  return Object.entries(values).map(([kind, value]) =>
    change(`${key}: ${kind}`, (body) => {
      const row = body.audit_logs[Math.floor(body.audit_logs.length / 2)]
      if (row !== undefined) row[key] = value
      return body
    }),
  )
}

const NUMBER = { absent: undefined, null: null, 'a string': '7', negative: -1, 'a fraction': 1.5 }
const OPTIONAL = { 'a string': '7', negative: -1, 'a fraction': 1.5, 'an object': {} }

/** The rows tell it all the same. */
export const HARMLESS: readonly AuditFault[] = [
  change('total_entries: fewer', (body) => ({ ...body, total_entries: 3 })),
]

/** A server, or a cache before it, that knows no pages. */
const IGNORED_PAGES: AuditFault = {
  name: 'every page is the first one',
  start: () => {
    let first: Page | null = null
    return (request, response, _state, honest) => {
      const number = findPage(request.path)
      if (number === null) return false
      const answer = honest()
      if (answer.status !== 200) return false
      first ??= JSON.parse(answer.body) as Page
      return send(response, answer, { ...first, current_page: number })
    }
  },
}

/** Each of these may hide a row, so a client must not take the log for read. */
export const UNTRUE: readonly AuditFault[] = [
  IGNORED_PAGES,
  change(
    'the second page is empty',
    only(2, (body) => ({ ...body, audit_logs: [] })),
  ),
  change(
    'a row is missing',
    only(2, (body) => ({ ...body, audit_logs: body.audit_logs.slice(1) })),
  ),
  change('more rows than a page has', (body) => ({
    ...body,
    audit_logs: [...body.audit_logs, ...body.audit_logs.map((row) => ({ ...row, id: 999_999 }))],
  })),
  change('the oldest rows first', (body) => ({
    ...body,
    audit_logs: body.audit_logs.toReversed(),
  })),
  change('rows in any order', (body) => ({
    ...body,
    audit_logs: body.audit_logs.toSorted((a, b) => (Number(a['id']) % 7) - (Number(b['id']) % 7)),
  })),
  change('total_entries: null', (body) => ({ ...body, total_entries: null })),
  change('total_entries: a text', (body) => ({ ...body, total_entries: '60' })),
  change('total_entries: more', (body) => ({ ...body, total_entries: 1e6 })),
  change('per_page: 0', (body) => ({ ...body, per_page: 0 })),
  change('per_page: a text', (body) => ({ ...body, per_page: '25' })),
  change('current_page: another one', (body) => ({ ...body, current_page: 7 })),
  change('audit_logs: null', (body) => ({ ...body, audit_logs: null })),
  change('audit_logs: an object', (body) => ({ ...body, audit_logs: {} })),
  change(
    'a row that is null',
    only(2, (body) => ({ ...body, audit_logs: body.audit_logs.map(() => null) })),
  ),
  change('a row of another account', (body) => ({
    ...body,
    audit_logs: body.audit_logs.map((row) => ({ ...row, associated_id: 2 })),
  })),
  ...field('id', { ...NUMBER, 'the number 0': 0 }),
  ...field('created_at', {
    ...NUMBER,
    'a date': '2026-11-20T14:02:00Z',
    'in milliseconds': 1.8e12,
  }),
  ...field('user_id', OPTIONAL),
  ...field('username', { 'a number': 7, 'an object': {} }),
  ...field('auditable_type', { absent: undefined, null: null, 'a number': 7 }),
]

/** Answers every page from this one on by itself. */
function fail(
  name: string,
  page: number,
  times: number,
  answer: (response: ServerResponse) => void,
) {
  return {
    name,
    start: (): Intercept => {
      let left = times
      return (request, response) => {
        if ((findPage(request.path) ?? 0) < page || left === 0) return false
        left -= 1
        response.setHeader('x-request-id', FAULT_REQUEST_ID)
        answer(response)
        return true
      }
    },
  } satisfies AuditFault
}

const crash = (response: ServerResponse) =>
  response.writeHead(CRASH.status, CRASH.headers).end(CRASH.body)
const slow = (response: ServerResponse) =>
  response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
const truncated = (response: ServerResponse) =>
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    .end('{"per_page":25,"total_entries":60,"current_page":2,"audit_logs":[{"id":35,"audi')
const reset = (response: ServerResponse) => response.socket?.resetAndDestroy()

/** Gone at the next try: a client has to read the same. */
export const PASSING: readonly AuditFault[] = [
  fail('500 on the second page, once', 2, 1, crash),
  fail('429 on the second page, once', 2, 1, slow),
  fail('a reset on the second page, once', 2, 1, reset),
]

/** These stay. */
export const LASTING: readonly AuditFault[] = [
  fail('500 from the second page on', 2, Infinity, crash),
  fail('truncated JSON from the second page on', 2, Infinity, truncated),
  fail('a reset from the second page on', 2, Infinity, reset),
]

/** What can go wrong with any answer, here of the feature and of every page after the first one. */
export const ANYWHERE: readonly AuditFault[] = FAULTS.filter(
  (fault) => !LIES.includes(fault) && fault.costly === undefined,
).flatMap(({ name, apply }) =>
  (['the feature', 'later pages'] as const).map((where) => ({
    name: `${name}, of ${where}`,
    start: () => (request, response, _state, honest) => {
      const page = findPage(request.path)
      const feature = /accounts\/1(\?.*)?$/.test(request.path)
      if (where === 'the feature' ? !feature : page === null || page < 2) return false
      return apply({ request, response, honest })
    },
  })),
)
