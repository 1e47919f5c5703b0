/**
 * The Chatwoot in memory: a real HTTP server for a state, for the demo, for trying rollcall, and for
 * every test that needs a server. It is read-only and stores nothing.
 */
import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { type Answer, READS_ONLY } from './answers.ts'
import { answerRequest, findCaller } from './routes.ts'
import type { SandboxState } from './state.ts'

/** One request in the log. */
export interface SandboxRequest {
  readonly method: string
  /** As requested, with the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** E-mail address of the token owner, or null. */
  readonly user: string | null
  /** Null until the answer starts; it stays null if the connection is cut before. */
  status: number | null
}

export interface SandboxOptions {
  /** 0, the default, uses a free port. */
  readonly port?: number
  /** `127.0.0.1` by default. */
  readonly host?: string
  /**
   * Called before each answer; returns true if it answered (or cut the connection) itself. `honest`
   * makes the answer of the sandbox.
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
  /** May be changed at any time; the next request uses it. */
  readonly state: SandboxState
  /** Also closes open connections. */
  close(): Promise<void>
}

/** Throws a `Failure` (`usage-option`) if it cannot listen on the port. */
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
    // Set before sending, so that a test that has the answer finds its status in the log.
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
  // A server that listens on a port always has an address of this type.
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

/** Chatwoot accepts both names of the header. */
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
    makeDiagnostic({
      code: 'usage-option',
      summary: `The sandbox cannot listen on port ${port} of ${host}.`,
      detail:
        error.code === 'EADDRINUSE' ? 'Another program already listens there.' : error.message,
      advice: 'Choose another port, or remove --port to use a free one.',
    }),
  )
}
