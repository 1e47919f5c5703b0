/**
 * The in-memory Chatwoot: a real HTTP server over a state in memory, for the demo, for trying
 * things out, and for every test that talks to a server. It reads only and keeps nothing.
 */
import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { diagnostic, Failure } from '../core/messages/diagnostic.ts'
import { type Answer, READS_ONLY } from './answers.ts'
import { answerRequest, findCaller } from './routes.ts'
import type { SandboxState } from './state.ts'

/** One line of the log. */
export interface SandboxRequest {
  readonly method: string
  /** As asked, with the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** E-mail address of the token's owner; null without one. */
  readonly user: string | null
  /** Null until an answer began, and for ever when the connection was cut before. */
  status: number | null
}

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** `127.0.0.1` by default. */
  readonly host?: string
  /**
   * Called before each answer; true says that it answered (or cut the connection) itself.
   * `honest` is the answer that would be given otherwise.
   */
  readonly intercept?: (
    request: SandboxRequest,
    response: ServerResponse,
    state: SandboxState,
    honest: () => Answer,
  ) => boolean | Promise<boolean>
  readonly now?: () => Date
}

export interface Sandbox {
  /** For example `http://127.0.0.1:41873`, without a slash at the end. */
  readonly baseUrl: string
  readonly port: number
  /** Every request so far, in order of arrival. */
  readonly requests: SandboxRequest[]
  /** May be changed at any time; the next request sees it. */
  readonly state: SandboxState
  /** Ends open connections too. */
  close(): Promise<void>
}

/** Throws `Failure` (`usage-option`) when the address cannot be listened on. */
export async function startSandbox(
  state: SandboxState,
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', intercept, now = () => new Date() } = options
  const requests: SandboxRequest[] = []

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = message
    const caller = findCaller(state, findToken(headers))
    const request: SandboxRequest = {
      method,
      path: url,
      headers,
      user: caller.kind === 'user' ? caller.user.email : null,
      status: null,
    }
    requests.push(request)
    response.once('close', () => {
      if (response.headersSent) request.status = response.statusCode
    })
    const reads = method === 'GET' || method === 'HEAD'
    const [path = '/'] = url.split('?', 1)
    const honest = () =>
      reads
        ? answerRequest(path, { state, caller, accept: headers.accept, now: now() })
        : READS_ONLY
    if (await intercept?.(request, response, state, honest)) return
    const answer = honest()
    // Before the answer leaves, so that whoever has it finds its status in the log.
    request.status = answer.status
    send(answer, response)
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      const body = `The sandbox failed: ${error instanceof Error ? error.message : String(error)}\n`
      if (response.headersSent) response.destroy()
      else send({ status: 500, headers: { 'content-type': 'text/plain' }, body }, response)
    })
  })

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(describeListenError(host, port, error))
    })
    server.listen(port, host, resolve)
  })
  // A server that listens on a port has an address of this form.
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address

  return {
    baseUrl: `http://${name}:${address.port}`,
    port: address.port,
    requests,
    state,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Proxies may drop the spelling with underscores; the server takes either. */
function findToken(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['api-access-token'] ?? headers['api_access_token']
  return Array.isArray(value) ? value.join(', ') : value
}

function send(answer: Answer, response: ServerResponse): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'x-request-id': randomUUID(),
    'content-length': Buffer.byteLength(answer.body),
  })
  response.end(answer.body)
}

function describeListenError(host: string, port: number, error: NodeJS.ErrnoException): Failure {
  return new Failure(
    diagnostic({
      code: 'usage-option',
      summary: `The sandbox cannot listen on port ${port} of ${host}.`,
      detail:
        error.code === 'EADDRINUSE' ? 'Another program already listens there.' : error.message,
      advice: 'Choose another port, or leave --port out to get a free one.',
    }),
  )
}
