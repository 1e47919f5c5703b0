/**
 * The Chatwoot in memory: a real HTTP server for a state, for the demo, for trying rollcall, and for
 * every test that needs a server. What is written changes the state in memory, and nothing else.
 */

import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Failure, makeFailure } from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import type { Answer } from './answers.ts'
import { findTokenOwner, type Installation } from './call.ts'
import { type Queue, startQueue } from './queue.ts'
import { answerRequest } from './routes.ts'
import { makeRowIds } from './row-ids.ts'
import type { SandboxState } from './state.ts'

export interface SandboxRequest {
  readonly method: string
  /** As requested, with the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** As received; empty for a request that reads. */
  readonly body: string
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
   * lets the sandbox act and makes its answer: only once, however often it is called.
   */
  readonly intercept?: (
    request: SandboxRequest,
    response: ServerResponse,
    state: SandboxState,
    honest: () => Answer,
  ) => boolean | Promise<boolean>
  readonly now?: () => Date
  /** Milliseconds that background jobs wait, 0 by default. Null: they wait for the `queue`. */
  readonly jobDelay?: number | null
}

export interface Sandbox {
  /** For example `http://127.0.0.1:41873`, without a slash at the end. */
  readonly baseUrl: string
  readonly port: number
  /** Every request so far, in the order in which they had arrived. */
  readonly requests: SandboxRequest[]
  /** May be changed at any time; the next request uses it. */
  readonly state: SandboxState
  readonly queue: Queue
  /** Also closes open connections. */
  close(): Promise<void>
}

/** Throws a `Failure` (`usage-option`) if it cannot listen on the port. */
export async function startSandbox(
  state: SandboxState,
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', intercept, now = () => new Date(), jobDelay = 0 } = options
  const requests: SandboxRequest[] = []
  const queue = startQueue(jobDelay)
  const installation: Installation = {
    state,
    queue,
    rowIds: makeRowIds(state),
    attempts: new Map(),
    now,
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = message
    const reads = method === 'GET' || method === 'HEAD'
    const body = reads ? '' : (await buffer(message)).toString('utf8')
    const caller = findTokenOwner(state, findToken(headers))
    const requestId = readRequestId(headers)
    const request: SandboxRequest = {
      method,
      path: url,
      headers,
      body,
      user: caller.kind === 'user' ? caller.user.email : null,
      status: null,
    }
    requests.push(request)
    response.once('close', () => {
      if (response.headersSent) request.status = response.statusCode
    })
    response.setHeader('date', now().toUTCString())
    let made: Answer | undefined
    const honest = (): Answer => {
      made ??= answerRequest({
        installation,
        caller,
        method,
        path: url,
        body,
        contentType: headers['content-type'],
        accept: headers.accept,
        requestId,
        address: message.socket.remoteAddress ?? null,
      })
      return made
    }
    if (await intercept?.(request, response, state, honest)) return
    const answer = honest()
    // Set before sending, so that a test that has the answer finds its status in the log.
    request.status = answer.status
    send(answer, response, requestId)
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      const body = `The sandbox failed: ${error instanceof Error ? error.message : String(error)}\n`
      if (response.headersSent) response.destroy()
      else send({ status: 500, headers: { 'content-type': 'text/plain' }, body }, response, '')
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
    queue,
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

/** The client's own, without what it must not contain, or a new one. */
function readRequestId(headers: IncomingHttpHeaders): string {
  const sent = String(headers['x-request-id'] ?? '').replace(/[^\w-]/g, '')
  return sent.slice(0, 255) || randomUUID()
}

function send(answer: Answer, response: ServerResponse, requestId: string): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(answer.body),
  })
  response.end(answer.body)
}

function describeListenError(host: string, port: number, error: NodeJS.ErrnoException): Failure {
  return makeFailure({
    code: 'usage-option',
    summary: `The sandbox cannot listen on port ${port} of ${host}.`,
    detail:
      error.code === 'EADDRINUSE'
        ? 'Another program already listens there.'
        : `The reason: ${describeReason(error.code ?? error.message)}.`,
    advice: 'Choose another port, or remove --port to use a free one.',
  })
}
