/**
 * The only way to a server, and the only file that holds the token: a closure, so that printing
 * or serialising a client shows nothing. There is no method but GET. One try is request, whole
 * body, strict UTF-8, JSON and decoder; a retry repeats all of it.
 */
import { setMaxListeners } from 'node:events'
import { createRequire } from 'node:module'
import type { Dispatcher, Pool as UndiciPool } from 'undici'
import { type Diagnostic, diagnostic, Failure } from '../core/diagnostic.ts'
import { deadlinePassed, explainFault } from './fault.ts'
import { rateGate } from './rate-limit.ts'
import { type Decode, judge, type Outcome, type Reply } from './reply.ts'

// These two alone: the whole of undici takes longer to load than a small account to read, and
// longer still as an import.
const require = createRequire(import.meta.url)
const Pool: typeof UndiciPool = require('undici/lib/dispatcher/pool.js')
const request: (
  this: Dispatcher,
  options: Dispatcher.RequestOptions,
) => Promise<Dispatcher.ResponseData> = require('undici/lib/api/api-request.js')

export interface ClientOptions {
  /** As `parseServerAddress` gives it: no trailing slash. */
  readonly baseUrl: string
  readonly token: string
  readonly userAgent: string
  /** At most so many requests are under way at a time. */
  readonly connections: number
  /** For everything this client does, waits included. */
  readonly timeoutMs: number
  readonly now: () => Date
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** At least 0, below 1. */
  readonly random: () => number
  /** Told why and until when, each time a rate limit makes the client wait. */
  readonly onWait: (text: string) => void
  /** Ends everything; what is under way then rejects with its reason. */
  readonly signal?: AbortSignal
}

export interface Client {
  /** `path` begins with `/api`. Throws a Failure with one diagnostic. */
  readonly get: <T>(path: string, decode: Decode<T>) => Promise<T>
  /** Requests sent so far, repeated and redirected ones included. */
  readonly requests: () => number
  /** A pause that grows with the attempt (from 1), with jitter: at most 0.5 s, 1 s, 2 s … */
  readonly pause: (attempt: number) => Promise<void>
  /** Ends what is under way. Always call it, also after a failure. */
  readonly close: () => Promise<void>
}

const TRIES = 3
const REDIRECTS = 3
/** About ten times what the largest installation would send (100,000 agents: 25 MB). */
const BODY_LIMIT = 256 * 1024 * 1024
/** The longest delay that a timer takes. */
const LONGEST = 2 ** 31 - 1

/** Throws a Failure where the token cannot be sent in a header. */
export function openClient(options: ClientOptions): Client {
  const { baseUrl, token, timeoutMs } = options
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Failure(unusable(token))
  const base = new URL(baseUrl)
  const pool = new Pool(base.origin, {
    connections: options.connections,
    connect: { timeout: 10_000 },
    // A long list may take minutes to begin: only the deadline bounds that.
    headersTimeout: 0,
    bodyTimeout: 60_000,
    maxResponseSize: BODY_LIMIT,
  })
  const headers = {
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
    'Api-Access-Token': token,
    'User-Agent': options.userAgent,
  }
  const deadline = Symbol('deadline')
  const stop = new AbortController()
  // Every request under way listens: ten is no limit here, and the warning would reach stderr.
  setMaxListeners(0, stop.signal)
  const timer = setTimeout(() => stop.abort(deadline), Math.min(timeoutMs, LONGEST))
  const onAbort = () => stop.abort(options.signal?.reason)
  if (options.signal?.aborted) onAbort()
  options.signal?.addEventListener('abort', onAbort)

  const sleep = (ms: number) => options.sleep(ms, stop.signal)
  const gate = rateGate({
    ...options,
    host: base.host,
    deadline: options.now().getTime() + timeoutMs,
    sleep,
  })
  // A server, or something in front of it, may repeat what it was sent.
  const traces = new RegExp(token.replace(/\W/g, '\\$&'), 'gi')
  const hide = (text: string) => text.replace(traces, '[token]')
  let requests = 0

  async function send(url: URL): Promise<Reply | Outcome<never>> {
    let answered = false
    let header: Reply['header'] = () => null
    try {
      requests += 1
      const response = await request.call(pool, {
        method: 'GET',
        path: url.pathname + url.search,
        headers,
        signal: stop.signal,
      })
      answered = true
      header = (name) => {
        const value = [response.headers[name] ?? []].flat()[0]
        return value === undefined ? null : hide(value)
      }
      const body = new Uint8Array(await response.body.arrayBuffer())
      return { url, status: response.statusCode, header, body }
    } catch (error) {
      if (stop.signal.aborted) throw error
      const fault = explainFault(error, url, answered, header('x-request-id'))
      return { kind: fault.again ? 'fault' : 'failed', diagnostic: fault.diagnostic }
    }
  }

  async function attempt<T>(url: URL, decode: Decode<T>, redirects = 0): Promise<Outcome<T>> {
    const reply = await send(url)
    if ('kind' in reply) return reply
    const outcome = judge(reply, decode, hide, baseUrl)
    if (outcome.kind !== 'redirect' || redirects === REDIRECTS) return outcome
    return attempt(outcome.url, decode, redirects + 1)
  }

  async function get<T>(path: string, decode: Decode<T>): Promise<T> {
    for (let tries = 1; ; ) {
      const ticket = await gate.enter()
      const outcome = await attempt(new URL(baseUrl + path), decode)
      switch (outcome.kind) {
        case 'value':
          gate.progressed()
          return outcome.value
        case 'redirect':
        case 'failed':
          throw new Failure(outcome.diagnostic)
        case 'fault':
          if (tries === TRIES) throw new Failure(explained(outcome, `Tried ${TRIES} times.`))
          await pause(tries)
          tries += 1
          break
        case 'limited': {
          const refusal = await gate.wait(ticket, outcome.retryAfter)
          if (refusal !== null) throw new Failure(explained(outcome, refusal))
        }
      }
    }
  }

  const pause = (count: number) => sleep(500 * 2 ** (count - 1) * (0.5 + options.random() / 2))

  /** Says why everything stopped instead of how that looked from inside. */
  async function orStopped<T>(what: string, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!stop.signal.aborted || error instanceof Failure) throw error
      const { reason } = stop.signal
      throw reason === deadline ? new Failure(deadlinePassed(what, timeoutMs)) : reason
    }
  }

  return {
    get: (path, decode) => orStopped(`GET ${baseUrl}${path}`, get(path, decode)),
    requests: () => requests,
    pause: (count) => orStopped('a pause before reading again', pause(count)),
    close: async () => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      stop.abort(new Error('The client is closed.'))
      await pool.destroy()
    },
  }
}

function explained(outcome: { readonly diagnostic: Diagnostic }, more: string): Diagnostic {
  const { diagnostic } = outcome
  return { ...diagnostic, detail: [diagnostic.detail, more].join(' ') }
}

function unusable(token: string): Diagnostic {
  return diagnostic({
    code: 'settings-invalid',
    summary:
      token === ''
        ? 'The API token is empty.'
        : 'The API token has a character that no token has: a space, a line break or a letter outside ASCII.',
    advice: 'Copy the access token again from Profile settings in the dashboard, without quotes.',
  })
}
