/**
 * The one place that sends. A transport belongs to one origin and to reading: it refuses anything
 * but GET, and any other origin, before a socket is opened. Knows connections, certificates and
 * proxies; what an answer means is decided elsewhere.
 */
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { type Dispatcher, Pool, type ProxyAgent } from 'undici'
import { readErrorCode } from './fault.ts'
import type { Network } from './network.ts'
import { makeProxyFault } from './proxy.ts'
import { type Secret, unseal } from './secret.ts'

// undici parses HTTP by WebAssembly. Compiling that a second time, better, takes a tenth of a second,
// for which Node up to 22 waits at its end, and which no account is large enough to win back. So it
// is put off for ever; `--liftoff-only` would say the same, but ends the process where it cannot.
setFlagsFromString('--wasm-tiering-budget=1000000000')

export interface Transport {
  readonly send: (request: {
    readonly method: string
    readonly url: URL
    readonly headers: Readonly<Record<string, string | Secret>>
    readonly signal: AbortSignal
  }) => Promise<Dispatcher.ResponseData>
  readonly close: () => Promise<void>
}

/** About ten times what the largest installation would send (100,000 agents: 25 MB). */
const BODY_LIMIT = 256 * 1024 * 1024
const CONNECT_MS = 10_000
/** For a proxy to open a tunnel. It should answer 504 where the server is what keeps it waiting. */
const TUNNEL_MS = 30_000

/** For commands that only read. */
export function openReadingTransport(
  origin: string,
  connections: number,
  { proxy, authorities }: Network,
): Transport {
  const shared = {
    connections,
    // A long list may take minutes to begin: only the deadline bounds that.
    headersTimeout: 0,
    bodyTimeout: 60_000,
    maxResponseSize: BODY_LIMIT,
  }
  const tls = {
    timeout: CONNECT_MS,
    // Said here, so that no variable of the environment decides it.
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
    send: ({ method, url, headers, signal }) => {
      if (method !== 'GET') throw new Error(`A transport for reading was asked to send ${method}.`)
      if (url.origin !== origin) throw new Error('A transport was asked to send to another origin.')
      const path = url.pathname + url.search
      const request = { origin, method, path, headers: unsealHeaders(headers), signal }
      return stopOnAbort(dispatcher.request(request), signal)
    },
    close: () => dispatcher.destroy(),
  }
}

/** undici tells a request that waits for its connection of an abort only once there is one. */
async function stopOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Of the whole of undici, which takes longer to load than a small account to read. */
function openProxyAgent(options: ProxyAgent.Options): ProxyAgent {
  const undici: typeof import('undici') = createRequire(import.meta.url)('undici')
  const clientFactory = (url: URL, settings: object) =>
    nameFaults(new undici.Pool(url, { ...settings, headersTimeout: TUNNEL_MS }))
  return new undici.ProxyAgent({ ...options, clientFactory })
}

/** What fails before the tunnel stands is a fault of the proxy, and the error itself never says so. */
function nameFaults(proxy: Pool): Pool {
  const connect = proxy.connect.bind(proxy)
  const named = async (options: Dispatcher.ConnectOptions) => {
    const answer = await connect(options).catch((error: unknown) => {
      throw makeProxyFault({ code: readErrorCode(error), status: null })
    })
    if (answer.statusCode === 200) return answer
    answer.socket.on('error', () => undefined).destroy()
    throw makeProxyFault({ code: null, status: answer.statusCode })
  }
  return Object.assign(proxy, { connect: named })
}

function unsealHeaders(headers: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : unseal(value),
    ]),
  )
}
