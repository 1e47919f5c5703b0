/**
 * A small account behind a real HTTP server on loopback, whose answers a test replaces path by
 * path, and a read of it with simulated time. Nothing here waits on the real clock.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Client,
  type ClientOptions,
  openServer,
  type Server as Remote,
  type ServerOptions,
} from '../../src/chatwoot/client.ts'
import type { Network } from '../../src/chatwoot/proxy.ts'
import { readSnapshot, type Wanted } from '../../src/chatwoot/read.ts'
import { seal } from '../../src/chatwoot/secret.ts'
import { NO_PARTS } from '../../src/connect/account.ts'
import { type Diagnostic, Failure } from '../../src/core/messages/diagnostic.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'

export const TOKEN = 'TOKEN-thatMustNeverShow'
export const PROFILE = '/api/v1/profile'
export const AGENTS = '/api/v1/accounts/1/agents'
export const TEAMS = '/api/v1/accounts/1/teams'
export const MEMBERS = '/api/v1/accounts/1/teams/7/team_members'
export const INBOXES = '/api/v1/accounts/1/inboxes'
export const INBOX_MEMBERS = '/api/v1/accounts/1/inbox_members/4'
export const VERSION = '/api'
export const ROLES = '/api/v1/accounts/1/custom_roles'
export const READ_PATHS = [PROFILE, AGENTS, TEAMS, MEMBERS] as const

/** JSON to answer with, or a function that answers; `count` is 1 for the first request of a path. */
export type Answer = { readonly json: unknown } | ((exchange: Exchange) => void)
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly count: number
}
export type Answers = Readonly<Record<string, Answer>>

export function person(id: number, email: string, more: object = {}): Record<string, unknown> {
  const shared = { id, account_id: 1, email, name: email, role: 'agent', confirmed: true }
  return { ...shared, provider: 'email', custom_role_id: null, thumbnail: '', ...more }
}

export const ada = person(1, 'ada@acme.com', { role: 'administrator' })
export const grace = person(2, 'grace@acme.com')
export const billing = { id: 7, name: 'billing', description: null, allow_auto_assign: true }
/** With the secrets that Chatwoot sends to an administrator. */
export const website = {
  id: 4,
  name: 'Website',
  channel_type: 'Channel::WebWidget',
  enable_auto_assignment: true,
  website_token: 'SECRET-website-token',
  hmac_token: 'SECRET-hmac-token',
  smtp_password: 'SECRET-smtp-password',
}

export const profile = {
  id: 1,
  email: 'ada@acme.com',
  role: 'agent',
  access_token: TOKEN,
  accounts: [
    { id: 2, name: 'Other', role: 'agent' },
    { id: 1, name: 'Acme', role: 'administrator' },
  ],
}

/** ada (administrator) and grace (agent), one team with both, and one inbox with grace. */
export const ACCOUNT: Answers = {
  [PROFILE]: { json: profile },
  [AGENTS]: { json: [grace, ada] },
  [TEAMS]: { json: [billing] },
  [MEMBERS]: { json: [grace, ada] },
  [INBOXES]: { json: { payload: [website] } },
  [INBOX_MEMBERS]: { json: { payload: [grace] } },
}

/** Answers with a status and JSON, or with text and its type. */
export function answering(status: number, body: unknown, type = 'application/json'): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return ({ response }) => {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text) }
    response.writeHead(status, { ...headers, 'x-request-id': 'request-1' }).end(text)
  }
}

/** Bytes as they are, and the end of the connection. */
export function raw(...chunks: readonly (string | Buffer)[]): Answer {
  return ({ request }) => {
    request.socket.write(Buffer.concat(chunks.map((each) => Buffer.from(each))))
    request.socket.end()
  }
}

/** The first answers in turn, then the last one for good. */
export function inTurn(...answers: readonly Answer[]): Answer {
  return (exchange) => {
    const answer = answers[Math.min(exchange.count, answers.length) - 1]
    if (answer !== undefined) give(answer, exchange)
  }
}

/** Answers a request. */
export function give(answer: Answer, exchange: Exchange): void {
  if (typeof answer === 'function') answer(exchange)
  else {
    const text = JSON.stringify(answer.json)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    }
    exchange.response.writeHead(200, headers).end(text)
  }
}

export interface Server {
  readonly origin: string
  readonly requests: IncomingMessage[]
  readonly close: () => Promise<void>
}

/** Paths are looked up without the prefix; what has no answer gets Chatwoot's 404. */
export async function serve(answers: Answers, prefix = ''): Promise<Server> {
  const requests: IncomingMessage[] = []
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    requests.push(request)
    // The clock of the tests is another one than that of this machine.
    response.sendDate = false
    const path = request.url ?? ''
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const known = path.startsWith(prefix) ? path.slice(prefix.length) : ''
    // Like Chatwoot, which ignores parameters that it does not know.
    const answer = answers[known] ?? answers[known.replace(/\?page=2$/, '')]
    give(answer ?? answering(404, { status: 404, error: 'Not Found' }), {
      request,
      response,
      count,
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type Options = ServerOptions & Omit<ClientOptions, 'token'> & { readonly token: string }

/** A server with one client; closing the client closes both. */
export function open(options: Options): Client & { readonly server: Remote } {
  const server = openServer(options)
  const client = server.client({ ...options, token: seal(options.token) })
  const close = async () => {
    await client.close()
    await server.close()
  }
  return { ...client, close, server }
}

export const DIRECT: Network = { proxy: null, authorities: null, trustAllAsked: false }

/** Options of a server that change nothing. */
export const PLAIN = {
  maxRpm: null,
  retryForMs: 0,
  network: DIRECT,
  headers: {},
  onRequest: () => undefined,
  signal: new AbortController().signal,
} as const satisfies Partial<ServerOptions>

/** Options of a client whose clock only moves while it sleeps; starts at 12:00:20 UTC. */
export function simulated(baseUrl: string): Options & {
  readonly sleeps: number[]
  readonly told: string[]
} {
  let time = Date.UTC(2026, 10, 23, 12, 0, 20)
  const sleeps: number[] = []
  const told: string[] = []
  return {
    baseUrl,
    token: TOKEN,
    userAgent: 'rollcall/test',
    connections: 4,
    timeoutMs: 300_000,
    ...PLAIN,
    now: () => new Date(time),
    sleep: async (ms, signal) => {
      sleeps.push(ms)
      signal.throwIfAborted()
      await new Promise((resolve) => setImmediate(resolve))
      time += ms
    },
    random: () => 0.5,
    onWait: (text) => told.push(text),
    sleeps,
    told,
  }
}

export interface Outcome {
  readonly snapshot: Snapshot | null
  readonly diagnostics: readonly Diagnostic[]
  /** Codes of the diagnostics; empty after a success. */
  readonly codes: readonly string[]
  readonly requests: readonly IncomingMessage[]
  readonly sleeps: readonly number[]
  readonly told: readonly string[]
}

export interface Settings {
  readonly options?: Partial<Options>
  readonly wanted?: Partial<Wanted>
  readonly prefix?: string
}

/** Reads account 1 from a server with these answers. Throws what is no Failure. */
export async function read(answers: Answers, settings: Settings = {}): Promise<Outcome> {
  const server = await serve({ ...ACCOUNT, ...answers }, settings.prefix)
  try {
    const outcome = await readFrom(server.origin + (settings.prefix ?? ''), settings)
    return { ...outcome, requests: server.requests }
  } finally {
    await server.close()
  }
}

export async function readFrom(baseUrl: string, settings: Settings = {}): Promise<Outcome> {
  const options = { ...simulated(baseUrl), ...settings.options }
  const wanted = {
    accountId: 1,
    ...NO_PARTS,
    origin: new URL(baseUrl).origin,
    ...settings.wanted,
  }
  const { sleeps, told } = options
  let client: Client | null = null
  try {
    client = open(options)
    const snapshot = await readSnapshot(client, wanted)
    return { snapshot, diagnostics: [], codes: [], requests: [], sleeps, told }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { diagnostics } = error
    const codes = diagnostics.map((each) => each.code)
    return { snapshot: null, diagnostics, codes, requests: [], sleeps, told }
  } finally {
    await client?.close()
  }
}
