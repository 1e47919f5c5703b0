/**
 * The only way to a server. One server has one pool of connections, one pace and one rate gate; each
 * account reads through a client of its own, with its own token and deadline, so that one that
 * fails leaves the others alone. There is no method but GET. One try is request, whole body, strict
 * UTF-8, JSON and decoder; a retry repeats all of it.
 */
import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Diagnostic, Failure } from '../core/diagnostic.ts'
import { deadlinePassed, explainFault, tooSlow, unusable } from './fault.ts'
import { openPace } from './pace.ts'
import { type Progress, reporting } from './progress.ts'
import { explainProxyFault } from './proxy.ts'
import { rateGate } from './rate-limit.ts'
import { type Decode, judge, type Outcome, type Reply } from './reply.ts'
import { flawOf, hiding, type Secret } from './secret.ts'
import { DIRECT, type Network, openReadingTransport } from './transport.ts'

export interface ServerOptions {
  /** As `parseServerAddress` gives it: no trailing slash. */
  readonly baseUrl: string
  readonly userAgent: string
  /** At most so many requests are under way at a time. */
  readonly connections: number
  /** The most requests in any 60 seconds; null or absent: until the server objects. */
  readonly maxRpm?: number | null
  /** Absent: no proxy, and the authorities of Node. */
  readonly network?: Network
  /** Sent with every request, for a gateway in front of the server. */
  readonly headers?: Readonly<Record<string, Secret>>
  readonly now: () => Date
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** At least 0, below 1. */
  readonly random: () => number
  /** Told why and until when, each time a rate limit makes everybody wait. */
  readonly onWait: (text: string) => void
  /** Told of every request as it ends, repeated and redirected ones included. */
  readonly onRequest?: (request: RequestLine) => void
  /** Ends everything; what is under way then rejects with its reason. */
  readonly signal?: AbortSignal
}

export interface ClientOptions {
  /** Null: nothing is sent that says who asks. */
  readonly token: Secret | null
  /** The spelling of the header that carries it; only the first one survives every proxy. */
  readonly spelling?: 'Api-Access-Token' | 'api_access_token'
  /** For everything this client does, waits included. */
  readonly timeoutMs: number
  readonly onProgress?: (progress: Progress) => void
}

/** What may be told of a request: never a header but the request id, never a body. */
export interface RequestLine {
  readonly method: 'GET'
  /** With the query. Hostile after a redirect. */
  readonly path: string
  /** Null: no answer came. */
  readonly status: number | null
  /** When it was sent: RFC 3339, UTC. */
  readonly at: string
  readonly ms: number
  /** Hostile. */
  readonly requestId: string | null
  /** Hex, of the bytes of the body; null where it did not arrive whole. */
  readonly bodySha256: () => string | null
  /** How many entries the body lists; null where it is no list. */
  readonly items: () => number | null
}

export interface Server {
  /** The deadline of the client begins now. Throws a Failure where the token cannot be sent. */
  readonly client: (options: ClientOptions) => Client
  /** Ends what is under way. Always call it, also after a failure. */
  readonly close: () => Promise<void>
}

export interface Client {
  /** `path` begins with `/api`. Throws a Failure with one diagnostic. */
  readonly get: <T>(path: string, decode: Decode<T>) => Promise<T>
  /** Requests sent so far, repeated and redirected ones included. */
  readonly requests: () => number
  /** A pause that grows with the attempt (from 1), with jitter: at most 0.5 s, 1 s, 2 s … */
  readonly pause: (attempt: number) => Promise<void>
  /** Says how far the read is. */
  readonly progress: (teams: number, of: number) => void
  /** How far the clock of the server was ahead at its last answer, in milliseconds. */
  readonly clockAhead: () => number | null
  /** Ends what is under way. Always call it, also after a failure. */
  readonly close: () => Promise<void>
}

const TRIES = 3
const REDIRECTS = 3
/** The longest delay that a timer takes. */
const LONGEST = 2 ** 31 - 1

export function openServer(options: ServerOptions): Server {
  const { baseUrl, now } = options
  const base = new URL(baseUrl)
  const network = options.network ?? DIRECT
  const transport = openReadingTransport(base.origin, options.connections, network)
  const pace = openPace(options.maxRpm ?? null, now)
  const passage = rateGate({
    host: base.host,
    now,
    random: options.random,
    onWait: (text) => {
      pace.slowDown()
      options.onWait(text)
    },
  })
  const extra = options.headers ?? {}

  function client({ token, timeoutMs, ...more }: ClientOptions): Client {
    const flaw = token && flawOf(token)
    if (flaw) throw new Failure(unusable(flaw))
    const headers = {
      ...extra,
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      'User-Agent': options.userAgent,
      ...(token === null ? {} : { [more.spelling ?? 'Api-Access-Token']: token }),
    }
    const hide = hiding([...(token === null ? [] : [token]), ...Object.values(extra)])
    const deadline = Symbol('deadline')
    const until = now().getTime() + timeoutMs
    const stop = new AbortController()
    // Every request under way listens: ten is no limit here, and the warning would reach stderr.
    setMaxListeners(0, stop.signal)
    const timer = setTimeout(() => stop.abort(deadline), Math.min(timeoutMs, LONGEST))
    const onAbort = () => stop.abort(options.signal?.reason)
    if (options.signal?.aborted) onAbort()
    options.signal?.addEventListener('abort', onAbort)

    const sleep = (ms: number) => options.sleep(ms, stop.signal)
    const report = reporting(now, more.onProgress ?? (() => undefined))
    const gate = passage({ deadline: until, timeoutMs, sleep, onWaiting: report.waiting })
    let requests = 0
    let ahead: number | null = null

    async function request(url: URL): Promise<Reply | Outcome<never>> {
      const sentAt = now()
      let status: number | null = null
      let body: Uint8Array | null = null
      let header: Reply['header'] = () => null
      try {
        requests += 1
        const response = await transport.send({ method: 'GET', url, headers, signal: stop.signal })
        status = response.statusCode
        header = (name) => {
          const value = [response.headers[name] ?? []].flat()[0]
          return value === undefined ? null : hide(value)
        }
        const date = Date.parse(header('date') ?? '')
        ahead = Number.isNaN(date) ? null : date - now().getTime()
        body = new Uint8Array(await response.body.arrayBuffer())
        return { url, status, header, body }
      } catch (error) {
        if (stop.signal.aborted) throw error
        const fault =
          explainProxyFault(error, url, network) ??
          explainFault(error, url, status !== null, header('x-request-id'), network)
        return { kind: fault.again ? 'fault' : 'failed', diagnostic: fault.diagnostic }
      } finally {
        options.onRequest?.({
          method: 'GET',
          path: hide(url.pathname + url.search),
          status,
          at: sentAt.toISOString(),
          ms: now().getTime() - sentAt.getTime(),
          requestId: header('x-request-id'),
          bodySha256: () => body && createHash('sha256').update(body).digest('hex'),
          items: () => body && itemsIn(body),
        })
      }
    }

    /** Waits for a free moment. Every request passes here, repeated and redirected ones too. */
    async function paced(): Promise<number> {
      const ms = pace.reserve()
      if (ms > 0) {
        if (now().getTime() + ms >= until) throw new Failure(tooSlow(pace.rpm(), timeoutMs))
        await sleep(ms)
      }
      return gate.enter()
    }

    interface Try<T> {
      readonly outcome: Outcome<T>
      readonly ticket: number
    }

    async function attempt<T>(url: URL, decode: Decode<T>, redirects = 0): Promise<Try<T>> {
      const ticket = await paced()
      const reply = await request(url)
      if ('kind' in reply) return { outcome: reply, ticket }
      const outcome = judge(reply, decode, hide, baseUrl)
      if (outcome.kind !== 'redirect' || redirects === REDIRECTS) return { outcome, ticket }
      return attempt(outcome.url, decode, redirects + 1)
    }

    async function get<T>(path: string, decode: Decode<T>): Promise<T> {
      for (let tries = 1; ; ) {
        const { outcome, ticket } = await attempt(new URL(baseUrl + path), decode)
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
        throw reason === deadline
          ? new Failure(deadlinePassed(what, timeoutMs, network.proxy))
          : reason
      }
    }

    return {
      get: (path, decode) => orStopped(`GET ${baseUrl}${path}`, get(path, decode)),
      requests: () => requests,
      pause: (count) => orStopped('a pause before reading again', pause(count)),
      progress: report.teams,
      clockAhead: () => ahead,
      close: async () => {
        clearTimeout(timer)
        options.signal?.removeEventListener('abort', onAbort)
        stop.abort(new Error('The client is closed.'))
      },
    }
  }

  return { client, close: transport.close }
}

/** Null where the body is no JSON list. */
function itemsIn(body: Uint8Array): number | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return Array.isArray(value) ? value.length : null
  } catch {
    return null
  }
}

function explained(outcome: { readonly diagnostic: Diagnostic }, more: string): Diagnostic {
  const { diagnostic } = outcome
  return { ...diagnostic, detail: [diagnostic.detail, more].join(' ') }
}
