/**
 * Sends the writes of one `rollcall apply`, each exactly once: no retry, no redirect, a connection of
 * its own. Reports only what came back: a later read decides whether the write was carried out. The
 * only requests that it can send are those that its caller has allowed before the first one.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { explainFault, explainLateAnswer, isUnsent } from './explain-network.ts'
import type { Network } from './proxy.ts'
import { parseJson } from './reply.ts'
import { makeHider, type Secret } from './secret.ts'
import { clean, extractWords } from './server-words.ts'
import { getHeader, openWritingTransport, type Request } from './transport.ts'

export interface WriteRequest {
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  /** Begins with `/api`. */
  readonly path: string
  /** Null: no body. Ids are numbers: some endpoints do damage if ids are strings. */
  readonly body: Readonly<Record<string, unknown>> | null
}

/** What came back. Texts are cleaned and contain no secrets, but they are still text of the server. */
export type WriteReply =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Null if there is no JSON in it. */
      readonly body: unknown
      /** The server's error text. */
      readonly detail: string | null
      readonly requestId: string | null
    }
  /** The server has not received it. */
  | { readonly kind: 'unsent'; readonly diagnostic: Diagnostic }
  /** No complete answer: the server may have carried it out, or may still do so. */
  | { readonly kind: 'lost'; readonly diagnostic: Diagnostic }

export interface WriterOptions {
  /** From `parseServerAddress`: without a trailing slash. */
  readonly baseUrl: string
  readonly userAgent: string
  readonly network: Network
  /** Sent with every request, for a gateway in front of the server. */
  readonly headers: Readonly<Record<string, Secret>>
  readonly token: Secret
  /** For one request, with its answer. */
  readonly timeoutMs: number
  /** Whether the approved plan contains this request. */
  readonly allows: (write: WriteRequest) => boolean
}

export interface Writer {
  /** @param requestId letters, digits and hyphens; the server stores it with what it logs */
  readonly send: (write: WriteRequest, requestId: string) => Promise<WriteReply>
  readonly close: () => Promise<void>
}

export function openWriter(options: WriterOptions): Writer {
  const { baseUrl, network, token, timeoutMs } = options
  const base = new URL(baseUrl)
  const sealed = { ...options.headers, 'Api-Access-Token': token }
  const hide = makeHider(Object.values(sealed))
  const check = ({ method, url, body }: Request) => {
    const path = url.href.slice(baseUrl.length)
    const write = {
      method,
      path,
      body: body === undefined ? null : JSON.parse(body),
    } as WriteRequest
    if (!url.href.startsWith(`${baseUrl}/api/`) || !options.allows(write)) {
      throw new Error(`${method} ${url.pathname} is not a step of the approved plan.`)
    }
  }
  const transport = openWritingTransport(base.origin, network, check)

  async function send(write: WriteRequest, requestId: string): Promise<WriteReply> {
    const { method, body } = write
    const url = new URL(baseUrl + write.path)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error('The write is late.')), timeoutMs)
    // Not in the block below: a request that is not allowed is a bug in rollcall, not an answer.
    const sent = transport.send({
      method,
      url,
      headers: {
        ...sealed,
        Accept: 'application/json',
        'Accept-Encoding': 'identity',
        'User-Agent': options.userAgent,
        'X-Request-Id': requestId,
        ...(body !== null && { 'Content-Type': 'application/json' }),
      },
      signal: late.signal,
      ...(body !== null && { body: JSON.stringify(body) }),
    })
    try {
      const response = await sent
      const id = getHeader(response.headers, 'x-request-id')
      const answer = parseJson(await response.body.text())?.value ?? null
      const { text } = extractWords(answer)
      return {
        kind: 'answered',
        status: response.statusCode,
        body: answer,
        detail: text === null ? null : clean(hide(text)),
        requestId: id === undefined ? null : clean(hide(id)),
      }
    } catch (error) {
      if (late.signal.aborted) {
        return { kind: 'lost', diagnostic: explainLateAnswer(method, url, timeoutMs) }
      }
      const { diagnostic } = explainFault(error, url, false, null, network, method)
      return { kind: isUnsent(error) ? 'unsent' : 'lost', diagnostic }
    } finally {
      clearTimeout(timer)
    }
  }

  return { send, close: transport.close }
}
