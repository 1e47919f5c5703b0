/**
 * The only way to a server. One server has one pool of connections, one pace and one rate gate; each
 * account reads through a client of its own, with its own token and deadline, so that one that
 * fails leaves the others alone. There is no method but GET. One try is request, whole body, strict
 * UTF-8, JSON and decoder; a retry repeats all of it.
 */
import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Diagnostic, Failure } from '../core/messages/diagnostic.ts'
import {
  explainDeadline,
  explainFault,
  explainPace,
  explainUnusableToken,
  type Fault,
  formatDuration,
} from './fault.ts'
import { DIRECT, type Network } from './network.ts'
import { watchOutages } from './outage.ts'
import { openPace } from './pace.ts'
import { makeReporter, type Progress } from './progress.ts'
import { explainProxyFault } from './proxy.ts'
import { openRateGate } from './rate-limit.ts'
import { type Decode, judge, type Outcome, type Reply } from './reply.ts'
import { findFlaw, makeHider, type Secret } from './secret.ts'
import { openReadingTransport } from './transport.ts'

export interface ServerOptions {
  /** As `parseServerAddress` gives it: no trailing slash. */
  readonly baseUrl: string
  readonly userAgent: string
  /** At most so many requests are under way at a time. */
  readonly connections: number
  /** The most requests in any 60 seconds; null or absent: until the server objects. */
  readonly maxRpm?: number | null
  /** How long to try again in an outage; 0 or absent: a few times at once. */
  readonly retryForMs?: number
  /** Absent: no proxy, and the authorities of Node. */
  readonly network?: Network
  /** Sent with every request, for a gateway in front of the server. */
  readonly headers?: Readonly<Record<string, Secret>>
  readonly now: () => Date
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** At least 0, below 1. */
  readonly random: () => number
  /** Told why and until when, each time a rate limit or an outage makes a read wait. */
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
  /** So many requests will follow; a pace that cannot send them in time ends the read at once. */
  readonly expect: (requests: number) => void
  /** Says how far the read is. */
  readonly progress: (teams: number, of: number) => void
  /** How far the clock of the server was ahead at its last answer, in milliseconds. */
  readonly clockAhead: () => number | null
  /** Ends what is under way. Always call it, also after a failure. */
  readonly close: () => Promise<void>
}

const REDIRECTS = 3
/** The longest delay that a timer takes. */
const LONGEST = 2 ** 31 - 1

export function openServer(options: ServerOptions): Server {
  const { baseUrl, now } = options
  const base = new URL(baseUrl)
  const network = options.network ?? DIRECT
  const transport = openReadingTransport(base.origin, options.connections, network)
  const pace = openPace(options.maxRpm ?? null, now)
  const passage = openRateGate({
    host: base.host,
    now,
    random: options.random,
    onRefused: pace.refused,
    onWait: options.onWait,
  })
  const pauseMs = (count: number) => 500 * 2 ** (count - 1) * (0.5 + options.random() / 2)
  const outages = watchOutages(options.retryForMs ?? 0, now, pauseMs)
  const extra = options.headers ?? {}

  function openClient({ token, timeoutMs, ...more }: ClientOptions): Client {
    const flaw = token && findFlaw(token)
    if (flaw) throw new Failure(explainUnusableToken(flaw))
    const headers = {
      ...extra,
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      'User-Agent': options.userAgent,
      ...(token === null ? {} : { [more.spelling ?? 'Api-Access-Token']: token }),
    }
    const hide = makeHider([...(token === null ? [] : [token]), ...Object.values(extra)])
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
    const report = makeReporter(now, more.onProgress ?? (() => undefined))
    /** Requests that are known to come, beside those under way. */
    let ahead = 0
    const tooLate = (from: number): string | null => {
      if (Math.max(from, now().getTime() + pace.needs(ahead + 1)) < until) return null
      const rpm = pace.rpm()
      const why = rpm === options.maxRpm ? 'the pace of --max-rpm' : 'half of what got through'
      return `Waiting would not help: at ${rpm} requests a minute (${why}), the ${ahead + 1} that are left do not fit into the ${formatDuration(timeoutMs)} of --timeout.`
    }
    const gate = passage({ deadline: until, timeoutMs, sleep, tooLate, onWaiting: report.waiting })
    let requests = 0
    let clockAhead: number | null = null

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
        clockAhead = Number.isNaN(date) ? null : date - now().getTime()
        body = new Uint8Array(await response.body.arrayBuffer())
        return { url, status, header, body }
      } catch (error) {
        if (stop.signal.aborted) throw error
        const { diagnostic, again, outage }: Fault =
          explainProxyFault(error, url, network) ??
          explainFault(error, url, status !== null, header('x-request-id'), network)
        if (!again) return { kind: 'failed', diagnostic }
        // Whatever fails below HTTP behind a proxy may be the proxy, which is a setting.
        return { kind: 'fault', diagnostic, outage: !network.proxy && outage === true }
      } finally {
        options.onRequest?.({
          method: 'GET',
          path: hide(url.pathname + url.search),
          status,
          at: sentAt.toISOString(),
          ms: now().getTime() - sentAt.getTime(),
          requestId: header('x-request-id'),
          bodySha256: () => body && createHash('sha256').update(body).digest('hex'),
          items: () => body && countItems(body),
        })
      }
    }

    /** Waits for a free moment. Every request passes here, repeated and redirected ones too. */
    async function paced(): Promise<number> {
      for (;;) {
        const before = await gate.enter()
        const ms = pace.reserve()
        const rest = pace.needs(ahead)
        const rpm = pace.rpm()
        if (rpm !== null && now().getTime() + Math.max(ms, rest) >= until) {
          throw new Failure(explainPace(rpm, rpm === options.maxRpm, ahead + 1, timeoutMs))
        }
        if (ms > 0) await sleep(ms)
        const ticket = await gate.enter()
        // A moment that passed during a wait is not used: all who waited would go at once.
        if (ticket === before) return ticket
      }
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
      if (outcome.kind !== 'limited') pace.passed()
      if (outcome.kind !== 'redirect' || redirects === REDIRECTS) return { outcome, ticket }
      return attempt(outcome.url, decode, redirects + 1)
    }

    async function get<T>(path: string, decode: Decode<T>): Promise<T> {
      ahead = Math.max(0, ahead - 1)
      for (let tries = 1; ; ) {
        const { outcome, ticket } = await attempt(new URL(baseUrl + path), decode)
        switch (outcome.kind) {
          case 'value':
            gate.progressed()
            outages.over(path)
            return outcome.value
          case 'redirect':
          case 'failed':
            throw new Failure(outcome.diagnostic)
          case 'fault': {
            const { diagnostic, outage } = outcome
            const next = outages.next({ path, tries, outage, deadline: until, timeoutMs })
            if ('gaveUp' in next) throw new Failure(addDetail(outcome, next.gaveUp))
            if (next.until !== null) {
              const shown = `${next.until.toISOString().slice(0, 19)}Z`
              options.onWait(`${diagnostic.summary} Trying again until ${shown} (--retry-for).`)
            }
            await sleep(next.ms)
            tries += 1
            break
          }
          case 'limited': {
            const refusal = await gate.wait(ticket, outcome.retryAfter)
            if (refusal !== null) throw new Failure(addDetail(outcome, refusal))
          }
        }
      }
    }

    const pause = (count: number) => sleep(pauseMs(count))

    /** Says why everything stopped instead of how that looked from inside. */
    async function orStopped<T>(what: string, work: Promise<T>): Promise<T> {
      try {
        return await work
      } catch (error) {
        if (!stop.signal.aborted || error instanceof Failure) throw error
        const { reason } = stop.signal
        throw reason === deadline
          ? new Failure(explainDeadline(what, timeoutMs, network.proxy))
          : reason
      }
    }

    return {
      get: (path, decode) => orStopped(`GET ${baseUrl}${path}`, get(path, decode)),
      requests: () => requests,
      pause: (count) => orStopped('a pause before reading again', pause(count)),
      expect: (count) => {
        ahead = count
      },
      progress: report.teams,
      clockAhead: () => clockAhead,
      close: async () => {
        clearTimeout(timer)
        options.signal?.removeEventListener('abort', onAbort)
        stop.abort(new Error('The client is closed.'))
      },
    }
  }

  return { client: openClient, close: transport.close }
}

/** Null where the body is no JSON list. */
function countItems(body: Uint8Array): number | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return Array.isArray(value) ? value.length : null
  } catch {
    return null
  }
}

function addDetail(outcome: { readonly diagnostic: Diagnostic }, more: string): Diagnostic {
  const { diagnostic } = outcome
  return { ...diagnostic, detail: [diagnostic.detail, more].join(' ') }
}
