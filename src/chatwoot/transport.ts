/**
 * The only place that sends requests. A transport is for one origin, and refuses every other before it
 * opens a socket. The one for reading refuses every method except GET. The one for writing, which only
 * `rollcall apply` opens, refuses everything that its caller has not allowed. Knows connections,
 * certificates and proxies, but not the meaning of answers.
 */
import { EventEmitter, setMaxListeners } from 'node:events'
import { createRequire } from 'node:module'
import { isIP } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { type buildConnector, type Dispatcher, Pool, type ProxyAgent } from 'undici'
import { removeBrackets } from './address.ts'
import { makeProxyFault, readErrorCode } from './explain-network.ts'
import type { Network } from './proxy.ts'
import { type Secret, unseal } from './secret.ts'

// V8's second, optimising compile of undici's WebAssembly parser costs about 100 ms, which Node up to
// 22 waits for at exit. No read repays it, so it is disabled. `--liftoff-only` would do the same, but
// it ends the process on a platform that does not support it.
setFlagsFromString('--wasm-tiering-budget=1000000000')

export interface Request {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string | Secret>>
  readonly signal: AbortSignal
  /** JSON; absent: none. */
  readonly body?: string
}

export interface Transport {
  readonly send: (request: Request) => Promise<Dispatcher.ResponseData>
  readonly close: () => Promise<void>
}

/** About ten times the largest expected answer (100,000 agents: 25 MB). */
const BODY_LIMIT = 256 * 1024 * 1024
const CONNECT_MS = 10_000
/** For a proxy to open a tunnel. It should answer 504 if the server does not answer in time. */
const TUNNEL_MS = 30_000

/** For commands that only read, and for every read of `apply`. */
export function openReadingTransport(
  origin: string,
  connections: number,
  network: Network,
): Transport {
  const check = ({ method }: Request) => {
    if (method !== 'GET') throw new Error(`A transport for reading must not send ${method}.`)
  }
  return openTransport(origin, connections, network, check, false)
}

/**
 * For the writes of `apply`. Each request has a connection of its own: on a connection that is kept
 * open, a request can get lost while the server closes it, and it is not known whether it was carried
 * out.
 * @param check throws if the request is not a step of the approved plan
 */
export function openWritingTransport(
  origin: string,
  network: Network,
  check: (request: Request) => void,
): Transport {
  return openTransport(origin, 1, network, check, true)
}

function openTransport(
  origin: string,
  connections: number,
  { proxy, authorities }: Network,
  check: (request: Request) => void,
  fresh: boolean,
): Transport {
  const shared = {
    connections,
    // A long list may take minutes to start, so only the deadline limits it.
    headersTimeout: 0,
    bodyTimeout: 60_000,
    maxResponseSize: BODY_LIMIT,
  }
  // undici forgets a connection that is not open yet, and Node does not end before that one does.
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const tls = {
    timeout: CONNECT_MS,
    signal: closing.signal,
    // Explicit, so that no environment variable can turn it off.
    rejectUnauthorized: true,
    ...(authorities === null ? {} : { ca: [...authorities] }),
  }
  const dispatcher =
    proxy === null
      ? new Pool(origin, { ...shared, connect: tls })
      : openProxyAgent({
          ...shared,
          uri: proxy.url,
          ...(proxy.authorization === null ? {} : { token: unseal(proxy.authorization) }),
          requestTls: tls,
          proxyTls: tls,
        })
  return {
    send: (request) => {
      check(request)
      const { method, url, headers, signal, body = null } = request
      if (url.origin !== origin) throw new Error('A transport must not send to another origin.')
      const path = url.pathname + url.search
      if (signal.aborted) return Promise.reject(signal.reason)
      const stop = getRelay(signal)
      const options = { origin, method, path, headers: unsealHeaders(headers), signal: stop, body }
      return stopOnAbort(dispatcher.request({ ...options, reset: fresh }), stop)
    },
    close: async () => {
      await dispatcher.destroy()
      closing.abort()
    },
  }
}

const RELAYS = new WeakMap<AbortSignal, EventEmitter>()

/**
 * Emits `abort` with the signal. Signals of Node are slow: with two listeners for each request, a read
 * took 2 % more CPU.
 */
function getRelay(signal: AbortSignal): EventEmitter {
  const known = RELAYS.get(signal)
  if (known !== undefined) return known
  const made = new EventEmitter().setMaxListeners(0)
  signal.addEventListener('abort', () => made.emit('abort', signal.reason))
  RELAYS.set(signal, made)
  return made
}

/** undici stops a request that waits for its connection only after the connection is open. */
function stopOnAbort<T>(work: Promise<T>, signal: EventEmitter): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle =
      <V>(done: (value: V) => void) =>
      (value: V) => {
        signal.off('abort', reject)
        done(value)
      }
    signal.on('abort', reject)
    work.then(settle(resolve), settle(reject))
  })
}

/** Loads all of undici only for a proxy: loading it takes longer than reading a small account. */
function openProxyAgent(options: ProxyAgent.Options): ProxyAgent {
  const undici: typeof import('undici') = createRequire(import.meta.url)('undici')
  const clientFactory = (url: URL, settings: { readonly connect: buildConnector.connector }) => {
    const isAddress = isIP(removeBrackets(url.hostname)) !== 0
    // undici also gives an IP address to TLS as the name of the proxy, and Node warns about that.
    const connect: buildConnector.connector = ({ servername, ...to }, done) =>
      settings.connect(isAddress || servername === undefined ? to : { ...to, servername }, done)
    return nameFaults(new undici.Pool(url, { connect, headersTimeout: TUNNEL_MS }))
  }
  return new undici.ProxyAgent({ ...options, clientFactory })
}

/** Marks failures before the tunnel is open as faults of the proxy: the error itself does not show it. */
function nameFaults(proxy: Pool): Pool {
  const connect = proxy.connect.bind(proxy)
  const named = async (options: Dispatcher.ConnectOptions) => {
    const answer = await connect(options).catch((error: unknown) => {
      throw makeProxyFault({ code: readErrorCode(error) })
    })
    if (answer.statusCode === 200) return answer
    answer.socket.on('error', () => undefined).destroy()
    throw makeProxyFault({ status: answer.statusCode })
  }
  return Object.assign(proxy, { connect: named })
}

/** If a header is there several times, the first one counts. */
export function getHeader(
  headers: Dispatcher.ResponseData['headers'],
  name: string,
): string | undefined {
  const value = headers[name]
  return typeof value === 'object' ? value[0] : value
}

const UNSEALED = new WeakMap<Request['headers'], Record<string, string>>()

/** Only once for all requests of a client. */
function unsealHeaders(headers: Request['headers']): Record<string, string> {
  const known = UNSEALED.get(headers)
  if (known !== undefined) return known
  const made = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : unseal(value),
    ]),
  )
  UNSEALED.set(headers, made)
  return made
}
