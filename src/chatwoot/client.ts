/**
 * Sends all requests to a server. A server has one connection pool, one pace and one rate gate. Each
 * account has its own client with its own token and deadline, so that one failing account does not
 * affect the others. A client sends only GET; the writer of `apply` shares its pace. One attempt
 * includes the request, the whole body, strict UTF-8, JSON and the decoder; a retry repeats all of it.
 */
import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { RequestRecord } from '../core/review/record.ts'
import {
  explainDeadline,
  explainFault,
  explainPace,
  explainSilence,
  explainUnusableToken,
  formatDuration,
} from './explain-network.ts'
import { watchOutages } from './outage.ts'
import { openPace } from './pace.ts'
import { makeReporter, type Progress, type ProgressUnit } from './progress.ts'
import type { Network } from './proxy.ts'
import { openRateGate } from './rate-limit.ts'
import { type Decode, judgeReply, type Outcome, parseJson, type Reply } from './reply.ts'
import { findFlaw, makeHider, type Secret } from './secret.ts'
import { getHeader, openReadingTransport } from './transport.ts'
import { openWriter, type Writer, type WriterOptions } from './writer.ts'

export interface ServerOptions {
  /** From `parseServerAddress`: without a trailing slash. */
  readonly baseUrl: string
  readonly userAgent: string
  /** Maximum number of requests at the same time. */
  readonly connections: number
  /** Maximum requests in any 60 seconds; null: no limit until the server refuses. */
  readonly maxRpm: number | null
  /** How long to retry in an outage; 0: only a few quick retries. */
  readonly retryForMs: number
  readonly network: Network
  /** Sent with every request, for a gateway in front of the server. */
  readonly headers: Readonly<Record<string, Secret>>
  readonly now: () => Date
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** At least 0, below 1. */
  readonly random: () => number
  /** Called when a read waits, with the reason and the end, or says how long it will take. */
  readonly onWait: (text: string) => void
  /**
   * Called after every request, including retries and redirects. Gets a function, because few callers need
   * the description.
   */
  readonly onRequest: (describe: () => RequestLine) => void
  /** Stops everything; running requests reject with its reason. */
  readonly signal: AbortSignal
}

export interface ClientOptions {
  /** Null: send no token. */
  readonly token: Secret | null
  /** The name of its header. Most proxies remove the second one. */
  readonly spelling?: 'Api-Access-Token' | 'api_access_token'
  /** For everything that this client does, including waits. */
  readonly timeoutMs: number
  readonly onProgress?: (progress: Progress) => void
}

export type WritingOptions = Pick<WriterOptions, 'token' | 'timeoutMs' | 'allows'>

/** What may be shown of a request: no body, and no header except the request id. */
export interface RequestLine extends Omit<RequestRecord, 'items' | 'bodySha256'> {
  /** With the query. Untrusted after a redirect, as the request id is. */
  readonly path: string
  /** Hex, of the bytes of the body; null if the body is incomplete. */
  readonly bodySha256: () => string | null
  /** Number of entries in the body; null if it is not a list. */
  readonly items: () => number | null
}

export interface Server {
  /** The deadline of the client starts now. Throws a Failure if the token cannot be sent. */
  readonly client: (options: ClientOptions) => Client
  /** For `apply` alone. The caller must close it. */
  readonly writer: (options: WritingOptions) => Writer
  /** Stops running requests. Always call it, even after a failure. */
  readonly close: () => Promise<void>
}

export interface Client {
  /** `path` begins with `/api`. Throws a Failure with one diagnostic. */
  readonly get: <T>(path: string, decode: Decode<T>) => Promise<T>
  /** Maximum number of requests at the same time. */
  readonly connections: number
  /** Requests sent so far, including retries and redirects. */
  readonly requests: () => number
  /** Waits longer for each attempt (from 1), with jitter: at most 0.5 s, 1 s, 2 s … */
  readonly pause: (attempt: number) => Promise<void>
  /** Sets how many requests follow. If the pace cannot send them in time, the read ends at once. */
  readonly expect: (requests: number) => void
  readonly progress: (done: number, of: number, what?: ProgressUnit) => void
  /** Sends a sentence about the read to the caller that shows it. */
  readonly announce: (text: string) => void
  /** Estimates in milliseconds how long this many requests take one after the other, from those so far. */
  readonly estimate: (requests: number) => number
  readonly now: () => Date
  /** How far the server's clock was ahead at its last answer, in milliseconds. */
  readonly clockAhead: () => number | null
  /** Stops running requests. Always call it, even after a failure. */
  readonly close: () => Promise<void>
}

const REDIRECTS = 3
/**
 * How long the account after a silent one waits for the first answer; the next ones wait half as long.
 * Then a server that hangs does not cost every account on it the whole of --timeout.
 */
const PATIENCE_MS = 10_000
const LEAST_PATIENCE_MS = 1_000

export function openServer(options: ServerOptions): Server {
  const { baseUrl, network, headers: extra, now, signal } = options
  const base = new URL(baseUrl)
  const transport = openReadingTransport(base.origin, options.connections, network)
  const pace = openPace(options.maxRpm, now)
  const passage = openRateGate({
    host: base.host,
    now,
    random: options.random,
    onRefused: pace.refused,
    onWait: options.onWait,
  })
  const pauseMs = (count: number) => 500 * 2 ** (count - 1) * (0.5 + options.random() / 2)
  const outages = watchOutages(options.retryForMs, now, pauseMs)
  /** How many accounts in a row did not get a first answer. */
  let silent = 0

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
    // Every running request adds a listener, and every account to the signal of the run. Without this,
    // Node warns about more than ten on stderr.
    setMaxListeners(0, stop.signal, signal)
    const silence = Symbol('silence')
    const patienceMs = Math.max(LEAST_PATIENCE_MS, PATIENCE_MS / 2 ** Math.max(0, silent - 1))
    let running = 0
    let answered = false
    const end = (reason: symbol) => {
      if (running > 0 && !answered) silent += 1
      stop.abort(reason)
    }
    const timer = setTimeout(() => end(deadline), timeoutMs)
    const onAbort = () => stop.abort(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)

    const sleep = (ms: number) => options.sleep(ms, stop.signal)
    const report = makeReporter(now, more.onProgress ?? (() => undefined))
    /** Known future requests, without the running ones. */
    let ahead = 0
    const tooLate = (from: number): string | null => {
      if (Math.max(from, now().getTime() + pace.needs(ahead + 1)) < until) return null
      const rpm = pace.rpm()
      const why =
        rpm === options.maxRpm
          ? 'the limit of --max-rpm'
          : 'half of the requests that the server answered'
      return `Waiting does not help: at ${rpm} requests a minute (${why}), the remaining ${ahead + 1} requests do not fit into the ${formatDuration(timeoutMs)} of --timeout.`
    }
    const gate = passage({ deadline: until, timeoutMs, sleep, tooLate, onWaiting: report.waiting })
    let requests = 0
    /** Of all requests but the first, which may also connect, in milliseconds. */
    let spent = 0
    let clockAhead: number | null = null

    async function request(url: URL): Promise<Reply | Outcome<never>> {
      const sentAt = now()
      let status: number | null = null
      let body: Uint8Array | null = null
      let header: Reply['header'] = () => null
      let date = Number.NaN
      const patience = answered
        ? undefined
        : setTimeout(() => silent > 0 && end(silence), patienceMs)
      try {
        requests += 1
        running += 1
        const response = await transport.send({ method: 'GET', url, headers, signal: stop.signal })
        answered = true
        silent = 0
        status = response.statusCode
        const { headers: given } = response
        header = (name) => {
          const value = getHeader(given, name)
          return value === undefined ? null : hide(value)
        }
        date = Date.parse(getHeader(given, 'date') ?? '')
        clockAhead = Number.isNaN(date) ? null : date - now().getTime()
        body = new Uint8Array(await response.body.arrayBuffer())
        return { url, status, header, body }
      } catch (error) {
        if (stop.signal.aborted) throw error
        const id = header('x-request-id')
        const { diagnostic, again, outage } = explainFault(error, url, status !== null, id, network)
        if (!again) return { kind: 'failed', diagnostic }
        // Behind a proxy, a failure below HTTP may come from the proxy, which waiting does not fix.
        return { kind: 'fault', diagnostic, outage: !network.proxy && outage === true }
      } finally {
        running -= 1
        clearTimeout(patience)
        const ms = now().getTime() - sentAt.getTime()
        if (requests > 1) spent += ms
        options.onRequest(() => ({
          path: hide(url.pathname + url.search),
          status,
          at: sentAt.toISOString(),
          ms,
          serverTime: formatHttpDate(date),
          requestId: header('x-request-id'),
          bodySha256: () => body && createHash('sha256').update(body).digest('hex'),
          items: () => body && countItems(body),
        }))
      }
    }

    /** Waits until the next request may go. Retries and redirects wait here too. */
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
        // Do not use a slot from before a rate limit wait: all waiting requests would go at once.
        if (ticket === before) return ticket
      }
    }

    async function attempt<T>(
      url: URL,
      decode: Decode<T>,
      redirects = 0,
    ): Promise<Outcome<T> & { readonly ticket: number }> {
      const ticket = await paced()
      const reply = await request(url)
      if ('kind' in reply) return { ...reply, ticket }
      const outcome = judgeReply(reply, decode, hide, baseUrl)
      if (outcome.kind !== 'limited') pace.passed()
      if (outcome.kind !== 'redirect' || redirects === REDIRECTS) return { ...outcome, ticket }
      return attempt(outcome.url, decode, redirects + 1)
    }

    async function get<T>(path: string, decode: Decode<T>): Promise<T> {
      ahead = Math.max(0, ahead - 1)
      for (let tries = 1; ; ) {
        const outcome = await attempt(new URL(baseUrl + path), decode)
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
              options.onWait(`${diagnostic.summary} Retrying until ${shown} (--retry-for).`)
            }
            await sleep(next.ms)
            tries += 1
            break
          }
          case 'limited': {
            const refusal = await gate.wait(outcome.ticket, outcome.retryAfter)
            if (refusal !== null) throw new Failure(addDetail(outcome, refusal))
          }
        }
      }
    }

    const pause = (count: number) => sleep(pauseMs(count))

    /** Replaces the error of a stopped request with the reason for the stop. */
    async function orStopped<T>(what: string, work: Promise<T>): Promise<T> {
      try {
        return await work
      } catch (error) {
        if (!stop.signal.aborted || error instanceof Failure) throw error
        const { reason } = stop.signal
        if (reason === silence) {
          throw new Failure(explainSilence(what, base, patienceMs, network.proxy))
        }
        throw reason === deadline
          ? new Failure(explainDeadline(what, timeoutMs, network.proxy))
          : reason
      }
    }

    return {
      get: (path, decode) => orStopped(`GET ${baseUrl}${path}`, get(path, decode)),
      connections: options.connections,
      requests: () => requests,
      pause: (count) => orStopped('a pause before reading again', pause(count)),
      expect: (count) => {
        ahead = count
      },
      progress: report.parts,
      announce: options.onWait,
      estimate: (count) => Math.max(pace.needs(count), (spent / Math.max(1, requests - 1)) * count),
      now,
      clockAhead: () => clockAhead,
      close: async () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        stop.abort(new Error('The client is closed.'))
      },
    }
  }

  function openPacedWriter(own: WritingOptions): Writer {
    const { userAgent } = options
    const writer = openWriter({ ...own, baseUrl, userAgent, network, headers: extra })
    const send: Writer['send'] = async (request, requestId) => {
      const ms = pace.reserve()
      if (ms > 0) await options.sleep(ms, new AbortController().signal)
      return writer.send(request, requestId)
    }
    return { ...writer, send }
  }

  return { client: openClient, writer: openPacedWriter, close: transport.close }
}

/** Null if it is not a date of HTTP. */
function formatHttpDate(time: number): string | null {
  const text = Number.isNaN(time) ? '' : new Date(time).toISOString()
  return /^\d{4}-/.test(text) ? text : null
}

/** Null if the body is not a JSON list, or a JSON object with a list as its `payload`. */
function countItems(body: Uint8Array): number | null {
  const value = parseJson(new TextDecoder().decode(body))?.value
  const list = Array.isArray(value) ? value : Object(value).payload
  return Array.isArray(list) ? list.length : null
}

function addDetail(outcome: { readonly diagnostic: Diagnostic }, more: string): Diagnostic {
  const { diagnostic } = outcome
  return { ...diagnostic, detail: [diagnostic.detail, more].join(' ') }
}
