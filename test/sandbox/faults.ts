/**
 * Answers that go wrong: a catalogue that tests switch on per endpoint and per count. Bodies that
 * are well-formed and false are in lies.ts. Knows nothing of what a client should make of them.
 * Longer than most files because the catalogue is.
 */
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Answer } from '../../src/sandbox/answers.ts'
import * as answers from '../../src/sandbox/answers.ts'
import type { SandboxOptions, SandboxRequest } from '../../src/sandbox/server.ts'
import { LIES } from './lies.ts'

export const ENDPOINTS = [
  'profile',
  'agents',
  'teams',
  'team_members',
  'inboxes',
  'inbox_members',
  'custom_roles',
] as const
export type Endpoint = (typeof ENDPOINTS)[number]

export interface Exchange {
  readonly request: SandboxRequest
  readonly response: ServerResponse
  /** The answer without the fault. */
  readonly honest: () => Answer
}

export interface Fault {
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  /** False: nothing of this answer can go wrong in this way, so it is left honest. */
  readonly apply: (exchange: Exchange) => boolean
  /** Every time costs seconds of computing. */
  readonly costly?: true
}

export interface Switched {
  readonly fault: Fault
  readonly endpoint: Endpoint
  /** How many answers go wrong; Infinity: for good. */
  readonly times: number
}

/** Of every answer that a fault begins. */
export const FAULT_REQUEST_ID = 'id-of-the-answer-that-went-wrong'

/** Switches faults on for requests that read; on one endpoint they follow each other. */
export function withFaults(
  ...switched: readonly Switched[]
): NonNullable<SandboxOptions['intercept']> {
  const left = switched.map(({ times }) => times)
  return (request, response, _state, honest) => {
    if (request.method !== 'GET') return false
    const { pathname } = new URL(request.path, 'http://sandbox')
    // The members of an inbox have its id behind them.
    const endpoint = pathname
      .replace(/\/\d+$/, '')
      .split('/')
      .at(-1)
    const index = switched.findIndex((each, i) => each.endpoint === endpoint && left[i] !== 0)
    if (index < 0) return false
    response.setHeader('x-request-id', FAULT_REQUEST_ID)
    if (!switched[index]?.fault.apply({ request, response, honest })) return false
    left[index] = (left[index] ?? 0) - 1
    return true
  }
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' }
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>\n'

function everywhere(name: string, apply: (exchange: Exchange) => void): Fault {
  return {
    name,
    endpoints: ENDPOINTS,
    apply: (exchange) => {
      apply(exchange)
      return true
    },
  }
}

/** A fault that is one answer, whatever was asked. */
function answering(
  name: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Fault {
  return everywhere(name, ({ response }) => {
    const length = { 'content-length': Buffer.byteLength(body) }
    response.writeHead(status, { ...headers, ...(status === 204 ? {} : length) }).end(body)
  })
}

const asRecorded = (name: string, { status, headers, body }: Answer) =>
  answering(name, status, headers, body)
const ok = (name: string, body: string | Uint8Array, headers = {}) =>
  answering(name, 200, { ...JSON_TYPE, ...headers }, body)
const json = (name: string, status: number, body: unknown) =>
  answering(name, status, JSON_TYPE, JSON.stringify(body))

type Framing = 'whole' | 'part' | 'chunks' | 'none'

/** Half of the honest answer, with the length of what, and what then becomes of the connection. */
function cut(name: string, framing: Framing, then: (response: ServerResponse) => void): Fault {
  return everywhere(name, ({ response, honest }) => {
    const { body } = honest()
    const part = body.slice(0, body.length / 2)
    const length = { whole: lengthOf(body), part: lengthOf(part), chunks: {}, none: {} }[framing]
    response.useChunkedEncodingByDefault = framing === 'chunks'
    response.writeHead(200, { ...JSON_TYPE, ...length })
    response.write(part, () => then(response))
  })
}

const lengthOf = (text: string) => ({ 'content-length': Buffer.byteLength(text) })

/** Calls `step` every few milliseconds until it says that it is done, or nobody listens. */
function trickle(response: ServerResponse, step: () => boolean): void {
  const timer = setInterval(() => step() && clearInterval(timer), 2)
  response.once('close', () => clearInterval(timer))
}

const CONNECTIONS: readonly Fault[] = [
  everywhere('reset before the answer', ({ response }) => response.socket?.resetAndDestroy()),
  everywhere('closed before the answer', ({ response }) => response.socket?.end()),
  cut('reset in the middle of the body', 'whole', ({ socket }) =>
    setImmediate(() => socket?.resetAndDestroy()),
  ),
  cut('cut, with the length of the whole', 'whole', ({ socket }) => socket?.end()),
  cut('cut, with the length of what is left', 'part', (response) => response.end()),
  cut('cut, without a length', 'none', (response) => response.end()),
  cut('cut between two chunks', 'chunks', ({ socket }) => socket?.end()),
  cut('cut, in chunks that end well', 'chunks', (response) => response.end()),
]

const DELAYS: readonly Fault[] = [
  everywhere('headers that never come', () => undefined),
  everywhere('headers that come late', ({ response, honest }) => {
    const { status, headers, body } = honest()
    setTimeout(() => response.writeHead(status, headers).end(body), 5)
  }),
  everywhere('a body that stops', ({ response }) => response.writeHead(200, JSON_TYPE).write('[')),
  everywhere('a body that trickles to its end', ({ response, honest }) => {
    const { status, headers, body } = honest()
    const parts = body.match(/.{1,400}/gsu) ?? []
    response.writeHead(status, { ...headers, ...lengthOf(body) })
    trickle(response, () => {
      response.write(parts.shift() ?? '')
      if (parts.length > 0) return false
      response.end()
      return true
    })
  }),
  everywhere('a body that trickles without end', ({ response }) => {
    response.writeHead(200, JSON_TYPE).write('[')
    trickle(response, () => {
      response.write(' ')
      return false
    })
  }),
  {
    costly: true,
    ...everywhere('a body without end', ({ response }) => {
      const blanks = Buffer.alloc(1 << 23, ' ')
      response.writeHead(200, JSON_TYPE)
      const more = () => {
        while (!response.destroyed && response.write(blanks));
      }
      response.on('drain', more)
      more()
    }),
  },
]

const BODIES: readonly Fault[] = [
  answering('an HTML page', 200, HTML_TYPE, PAGE),
  ok('an HTML page that calls itself JSON', PAGE),
  ok('a text that calls itself HTML', 'Sign in\n', HTML_TYPE),
  ok('an empty body', ''),
  ok('null', 'null'),
  ok('{}', '{}'),
  { ...ok('[]', '[]'), endpoints: ['profile', 'agents'] },
  ok('a list of the wrong things', '[1,"two",null,[],{}]'),
  ok('a list of lists', '[[]]'),
  ok('a list of nulls', '[null]'),
  ok('a list of empty objects', '[{}]'),
  ok('a string', '"[]"'),
  ok('no JSON', 'Retry later\n', { 'content-type': 'text/plain' }),
  everywhere('invalid UTF-8', ({ response, honest }) => {
    const { status, headers, body } = honest()
    const [first = '', ...rest] = body.split('"name":"')
    // Latin-1: this ÿ is one byte that no UTF-8 has.
    const spoilt = Buffer.from([first, ...rest].join('"name":"ÿ'), 'latin1')
    response.writeHead(status, { ...headers, 'content-length': spoilt.length }).end(spoilt)
  }),
  everywhere('JSON that calls itself gzip', ({ response, honest }) => {
    const { status, headers, body } = honest()
    response.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(body)
  }),
  ok('invalid gzip', 'no gzip at all', { 'content-encoding': 'gzip' }),
  ok('gzip that was declined', gzipSync('[]'), { 'content-encoding': 'gzip' }),
  answering('204', 204, {}),
  json('206', 206, []),
  answering('304', 304, {}),
]

/** A redirect to where `to` says; the second request is answered honestly. */
function redirect(name: string, status: number, to: (path: string) => string | null): Fault {
  return {
    name,
    endpoints: ENDPOINTS,
    apply: ({ request, response }) => {
      if (request.path.includes('redirected')) return false
      const location = to(request.path)
      response.writeHead(status, location === null ? {} : { location }).end()
      return true
    },
  }
}

const withinServer = (path: string) => `${path}${path.includes('?') ? '&' : '?'}redirected=1`

const REDIRECTS: readonly Fault[] = [
  redirect('301 within the server', 301, withinServer),
  redirect('302 within the server', 302, withinServer),
  redirect('307 within the server', 307, withinServer),
  redirect('302 to the sign-in page', 302, () => '/app/login'),
  redirect('301 to another origin', 301, (path) => `https://elsewhere.invalid${path}`),
  redirect('302 to another port', 302, (path) => `http://127.0.0.1:9${path}`),
  redirect('307 to another origin', 307, (path) => `//elsewhere.invalid${path}`),
  redirect('302 in a loop', 302, (path) => path),
  redirect('302 to nowhere', 302, () => null),
]

const REFUSALS: readonly Fault[] = [
  asRecorded('401 no token arrived', answers.TOKEN_NOT_RECEIVED),
  asRecorded('401 unknown token', answers.TOKEN_UNKNOWN),
  asRecorded('401 token of a bot', answers.TOKEN_OF_A_BOT),
  asRecorded('401 suspended', answers.ACCOUNT_SUSPENDED),
  asRecorded('401 not a member', answers.NOT_A_MEMBER),
  json('401 not a member, in German', 401, {
    error: 'Sie sind nicht berechtigt, auf dieses Konto zuzugreifen',
  }),
  asRecorded('401 not allowed', answers.NOT_AN_ADMINISTRATOR),
  answering('401 with HTML', 401, HTML_TYPE, PAGE),
  json('402', 402, { error: 'Account limit exceeded. Please purchase more licenses' }),
  json('403 plan without API', 403, { error: 'API access is not enabled for this account' }),
  json('403 two factors demanded', 403, { error: 'x', error_code: 'mfa_enrollment_required' }),
  answering('403 with HTML', 403, HTML_TYPE, PAGE),
  asRecorded('404 no such record', answers.RECORD_NOT_FOUND),
  asRecorded('404 no such route', answers.answerNoRoute('application/json')),
  asRecorded('404 with HTML', answers.answerNoRoute(undefined)),
  json('422', 422, { message: 'Name must not be blank', attributes: ['name'] }),
  everywhere('422 that repeats what it was sent', ({ request, response }) => {
    const sent = Object.entries(request.headers).join(' ')
    response.writeHead(422, JSON_TYPE).end(JSON.stringify({ error: `Not understood: ${sent}` }))
  }),
]

const TEXT_TYPE = { 'content-type': 'text/plain' }

const PASSING: readonly Fault[] = [
  answering('429', 429, TEXT_TYPE, 'Retry later\n'),
  answering('429 for 7 seconds', 429, { ...TEXT_TYPE, 'retry-after': '7' }, 'Retry later\n'),
  answering('429 for a day', 429, { ...TEXT_TYPE, 'retry-after': '86400' }, 'Retry later\n'),
  answering('408', 408, TEXT_TYPE, 'Request timeout\n'),
  asRecorded('500', answers.CRASH),
  answering('502 with HTML', 502, HTML_TYPE, PAGE),
  answering('503', 503, TEXT_TYPE, 'Service unavailable\n'),
]

export const FAULTS: readonly Fault[] = [
  ...LIES,
  ...BODIES,
  ...CONNECTIONS,
  ...REDIRECTS,
  ...REFUSALS,
  ...PASSING,
  ...DELAYS,
]
