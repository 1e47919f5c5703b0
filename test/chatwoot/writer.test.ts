/** A write is sent once, as it is, or not at all; and its answer is told apart from no answer. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Network } from '../../src/chatwoot/proxy.ts'
import { seal } from '../../src/chatwoot/secret.ts'
import { openWriter, type WriteRequest, type Writer } from '../../src/chatwoot/writer.ts'
import { DIRECT } from './harness.ts'

interface Received {
  readonly line: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
  readonly port: number | undefined
}

const received: Received[] = []
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const { method, url, headers, socket } = request
    received.push({ line: `${method} ${url}`, body, headers, port: socket.remotePort })
    answer(request, response)
  })
})
let baseUrl = ''
let writer: Writer

const ADD: WriteRequest = {
  method: 'POST',
  path: '/api/v1/accounts/1/teams/4/team_members',
  body: { user_ids: [7] },
}
const DELETE: WriteRequest = { method: 'DELETE', path: '/api/v1/accounts/1/agents/7', body: null }
const ALLOWED = [ADD, DELETE].map((each) => JSON.stringify(each))

const open = (url = baseUrl, timeoutMs = 2_000, network: Network = DIRECT) =>
  openWriter({
    baseUrl: url,
    userAgent: 'rollcall/test',
    network,
    headers: {},
    token: seal('TOKEN-thatMustNeverShow'),
    timeoutMs,
    allows: (write) => ALLOWED.includes(JSON.stringify(write)),
  })

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  baseUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  writer = open()
})
afterEach(() => received.splice(0))
afterAll(async () => {
  await writer.close()
  server.closeAllConnections()
  server.close()
})

describe('what a writer sends', () => {
  test('is the request as it is, with its own id, and ids as numbers', async () => {
    answer = (_, response) => response.setHeader('X-Request-Id', 'id-1').end('[{"id":7}]')
    expect(await writer.send(ADD, 'rollcall-0123abcd-001')).toEqual({
      kind: 'answered',
      status: 200,
      body: [{ id: 7 }],
      detail: null,
      requestId: 'id-1',
    })
    expect(received).toMatchObject([
      {
        line: 'POST /api/v1/accounts/1/teams/4/team_members',
        body: '{"user_ids":[7]}',
        headers: {
          'x-request-id': 'rollcall-0123abcd-001',
          'api-access-token': 'TOKEN-thatMustNeverShow',
          'content-type': 'application/json',
        },
      },
    ])
  })

  test('has a connection of its own, which is closed after the answer', async () => {
    answer = (_, response) => response.end()
    await writer.send(DELETE, 'a')
    await writer.send(DELETE, 'b')
    expect(new Set(received.map(({ port }) => port)).size).toBe(2)
    expect(received.map(({ headers }) => headers.connection)).toEqual(['close', 'close'])
  })

  test.each<[string, WriteRequest]>([
    ['another id', { ...ADD, body: { user_ids: [8] } }],
    ['an id as a string', { ...ADD, body: { user_ids: ['7'] } }],
    ['one more id', { ...ADD, body: { user_ids: [7, 8] } }],
    ['another group', { ...ADD, path: '/api/v1/accounts/1/teams/5/team_members' }],
    ['another account', { ...ADD, path: '/api/v1/accounts/2/teams/4/team_members' }],
    ['the verb that replaces the list', { ...ADD, method: 'PATCH' }],
    ['a path that leads elsewhere', { ...DELETE, path: '/api/v1/accounts/1/agents/7/../8' }],
    ['a query', { ...DELETE, path: '/api/v1/accounts/1/agents/7?x=1' }],
  ])('is never more than the plan has: %s', async (_, write) => {
    await expect(writer.send(write, 'a')).rejects.toThrow('is not a step of the approved plan')
    expect(received).toEqual([])
  })
})

describe('what came back', () => {
  test('is never sent again, whatever the answer is', async () => {
    for (const status of [301, 308, 401, 402, 408, 429, 500, 502, 503]) {
      answer = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end()
      expect(await writer.send(DELETE, 'a')).toMatchObject({ kind: 'answered', status, body: null })
    }
    expect(received).toHaveLength(9)
  })

  test('shows the words of the server without the token', async () => {
    answer = (_, response) =>
      response.writeHead(422).end('{"message":"No: TOKEN-thatMustNeverShow\\u001b"}')
    expect(await writer.send(DELETE, 'a')).toMatchObject({ status: 422, detail: 'No: [secret]' })
  })

  test.each<[string, typeof answer]>([
    ['the connection is closed', (request) => request.socket.destroy()],
    [
      'the answer is incomplete',
      (request, response) => {
        response.writeHead(200, { 'content-length': '20' }).write('[{')
        setTimeout(() => request.socket.destroy(), 20)
      },
    ],
  ])('is lost where %s', async (_, behave) => {
    answer = behave
    expect(await writer.send(DELETE, 'a')).toMatchObject({ kind: 'lost' })
    expect(received).toHaveLength(1)
  })

  test('is lost, and may still happen, where the server is late', async () => {
    answer = () => undefined
    const late = open(baseUrl, 50)
    expect(await late.send(DELETE, 'a')).toMatchObject({
      kind: 'lost',
      diagnostic: { code: 'network-deadline', detail: /may still be carried out/ },
    })
    await late.close()
  })

  test('is nothing where no server listens: the write was not sent', async () => {
    const nowhere = open('http://127.0.0.1:9')
    expect(await nowhere.send(DELETE, 'a')).toMatchObject({
      kind: 'unsent',
      diagnostic: { code: 'network-refused', detail: /^DELETE / },
    })
    await nowhere.close()
  })

  test('is nothing where the proxy cannot be reached, which says what was not sent', async () => {
    const url = 'http://127.0.0.1:9'
    const shown = '127.0.0.1:9 (HTTPS_PROXY)'
    const proxy = { url, variable: 'HTTPS_PROXY', shown, bypass: '', authorization: null }
    const behind = open('https://chat.acme.com', 2_000, { ...DIRECT, proxy })
    expect(await behind.send(DELETE, 'a')).toMatchObject({
      kind: 'unsent',
      diagnostic: {
        code: 'network-proxy',
        detail: expect.stringMatching(
          /^CONNECT chat\.acme\.com:443 for DELETE .+\/agents\/7 failed with ECONNREFUSED\.$/,
        ),
      },
    })
    await behind.close()
  })
})
