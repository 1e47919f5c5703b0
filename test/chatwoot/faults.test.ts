import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { explainFault, formatDuration } from '../../src/chatwoot/explain-network.ts'
import { selfSigned } from './certificate.ts'
import {
  AGENTS,
  type Answer,
  ada,
  answering,
  grace,
  inTurn,
  MEMBERS,
  raw,
  read,
  readFrom,
  serve,
} from './harness.ts'

const good: Answer = { json: [ada, grace] }
const json = JSON.stringify([ada, grace])
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
const length = `content-length: ${json.length}\r\n`
const cut = json.slice(0, -40)

/** What may be gone on the next try. */
const PASSING: readonly [string, string, Answer][] = [
  [
    'a connection reset before the answer',
    'network-reset',
    ({ request }) => request.socket.resetAndDestroy(),
  ],
  ['a connection closed before the answer', 'network-reset', ({ request }) => request.socket.end()],
  ['half of the headers', 'network-reset', raw('HTTP/1.1 200 OK\r\ncontent-ty')],
  ['an answer that is not HTTP', 'network-reset', raw('SSH-2.0-OpenSSH_9.6\r\n')],
  ['a body cut before its length', 'network-truncated', raw(head, length, '\r\n', cut)],
  [
    'a body cut before its length, closing',
    'network-truncated',
    raw(head, length, 'connection: close\r\n\r\n', cut),
  ],
  [
    'a body without a length, cut',
    'network-truncated',
    raw(head, 'connection: close\r\n\r\n', cut),
  ],
  ['a body without a length, missing', 'network-truncated', raw(head, 'connection: close\r\n\r\n')],
  [
    'chunks cut',
    'network-truncated',
    raw(head, `transfer-encoding: chunked\r\n\r\n${cut.length.toString(16)}\r\n${cut}\r\n`),
  ],
  [
    'chunks cut, closing',
    'network-truncated',
    raw(
      head,
      `connection: close\r\ntransfer-encoding: chunked\r\n\r\n${cut.length.toString(16)}\r\n${cut}\r\n`,
    ),
  ],
  ['two lengths', 'network-truncated', raw(head, length, length, '\r\n', json)],
  [
    'a length and chunks',
    'network-truncated',
    raw(
      head,
      `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`,
    ),
  ],
  ['a broken chunk', 'network-truncated', raw(head, 'transfer-encoding: chunked\r\n\r\nzz\r\n')],
  [
    'a reset in the middle of the body',
    'network-truncated',
    ({ request, response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length })
      response.write(cut, () => setImmediate(() => request.socket.resetAndDestroy()))
    },
  ],
  [
    'a failing server',
    'server-error',
    answering(500, { status: 500, error: 'Internal Server Error' }),
  ],
  ['a proxy without its server', 'server-error', answering(502, '<html></html>', 'text/html')],
]

describe.each([AGENTS, MEMBERS])('GET %s', (path) => {
  test.each(PASSING)('%s: tried again', async (_, _code, answer) => {
    const { codes, requests, sleeps } = await read({ [path]: inTurn(answer, answer, good) })
    expect(codes).toEqual([])
    expect(requests.filter(({ url }) => url === path)).toHaveLength(3)
    expect(sleeps).toEqual([375, 750])
  })

  test.each(PASSING)('%s, for good: %s', async (_, code, answer) => {
    const { codes, diagnostics, requests } = await read({ [path]: answer })
    // What fails to list a team may be a user who is half deleted: then everything is read again.
    const again = code === 'server-error' && path === MEMBERS
    const told = again ? 'Tried 3 times. rollcall read everything 3 times.' : 'Tried 3 times.'
    expect(codes).toEqual([code])
    expect(diagnostics[0]?.detail).toContain(path)
    expect(diagnostics[0]?.detail).toMatch(new RegExp(`\\. ${told}$`))
    expect(requests.filter(({ url }) => url === path)).toHaveLength(again ? 9 : 3)
  })

  test.each<[string, Answer]>([
    ['an empty body', answering(200, '')],
    ['no content', ({ response }) => response.writeHead(204).end()],
    ['a part of a body', answering(206, json)],
    ['a body that is not JSON', answering(200, 'Retry later\n', 'text/plain')],
    ['half a JSON text of the stated length', answering(200, cut)],
    ['a length that ends too early', raw(head, `content-length: ${cut.length}\r\n\r\n`, json)],
    [
      'invalid UTF-8',
      raw(head, length, '\r\n', Buffer.from(json.replace('"name":"a', '"name":"\xff'), 'latin1')),
    ],
    ['headers of 20,000 bytes', raw(head, `x: ${'y'.repeat(20_000)}\r\n`, length, '\r\n', json)],
    [
      'a body that says it is compressed',
      ({ response }) => response.writeHead(200, { 'content-encoding': 'br' }).end(json),
    ],
    [
      'a compressed body',
      ({ response }) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(json)),
    ],
  ])('%s: server-shape', async (_, answer) => {
    const { codes, requests } = await read({ [path]: answer })
    expect(codes).toEqual(['server-shape'])
    expect(requests.filter(({ url }) => url === path)).toHaveLength(1)
  })
})

test.each(['', ' identity ', 'Identity'])(
  'a body with the encoding "%s" is plain',
  async (encoding) => {
    const { codes } = await read({
      [AGENTS]: raw(head, `content-encoding: ${encoding}\r\n`, length, '\r\n', json),
    })
    expect(codes).toEqual([])
  },
)

test('the advice about a compressed answer is to configure the proxy', async () => {
  const { diagnostics } = await read({
    [AGENTS]: ({ response }) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  })
  expect(diagnostics[0]?.advice).toContain('Configure the proxy')
})

test.each([
  ['of a gateway, which has no request id', raw('HTTP/1.1 503 x\r\n\r\n'), /the log of the proxy/],
  ['of Chatwoot', answering(503, {}), /under the request id/],
])('the advice about a failure %s names the likely cause', async (_, answer, advice) => {
  expect((await read({ [AGENTS]: answer })).diagnostics[0]?.advice).toMatch(advice)
})

test('a body without an end is given up', async () => {
  const chunk = Buffer.alloc(1 << 20, ' ')
  const endless: Answer = ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  }
  const { codes, diagnostics } = await read({ [AGENTS]: endless })
  expect(codes).toEqual(['server-shape'])
  expect(diagnostics[0]?.summary).toContain('256 MiB')
})

describe('the deadline', () => {
  const options = { timeoutMs: 150 }
  test.each<[string, Answer]>([
    ['no headers', () => {}],
    ['a body that stops', ({ response }) => response.writeHead(200).write('[')],
    [
      'a body that trickles',
      ({ response }) => {
        const timer = setInterval(() => response.write(' '), 5)
        response.once('close', () => clearInterval(timer))
      },
    ],
  ])('ends %s', async (_, answer) => {
    const { codes, diagnostics } = await read({ [MEMBERS]: answer }, { options })
    expect(codes).toEqual(['network-deadline'])
    expect(diagnostics[0]?.summary).toContain('within 150ms (--timeout)')
    expect(diagnostics[0]?.detail).toContain(MEMBERS)
  })

  test('ends a pause as well', async () => {
    const sleep = (_: number, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('woken')))
      })
    for (const answer of [answering(500, {}), { json: [person9] }]) {
      const { codes } = await read({ [MEMBERS]: answer }, { options: { ...options, sleep } })
      expect(codes).toEqual(['network-deadline'])
    }
  })

  test('is not taken for one when the caller ends the read', async () => {
    const stop = new AbortController()
    const reason = new Error('interrupted')
    const answer: Answer = () => stop.abort(reason)
    const reading = read({ [MEMBERS]: answer }, { options: { signal: stop.signal } })
    await expect(reading).rejects.toBe(reason)
    const late = read({}, { options: { signal: AbortSignal.abort(reason) } })
    await expect(late).rejects.toBe(reason)
  })
})
const person9 = { ...grace, id: 9 }

describe('a server that cannot be reached', () => {
  async function unused(): Promise<number> {
    const server = await serve({})
    await server.close()
    return Number(new URL(server.origin).port)
  }

  test('refuses: the message names host and port, after three tries', async () => {
    const port = await unused()
    const { codes, diagnostics, sleeps } = await readFrom(`http://127.0.0.1:${port}`)
    expect(codes).toEqual(['network-refused'])
    expect(diagnostics[0]?.summary).toBe(`No connection to 127.0.0.1:${port}.`)
    expect(sleeps).toHaveLength(6)
  })

  test('has no name that resolves', async () => {
    const { codes, diagnostics } = await readFrom('http://nowhere.invalid')
    expect(codes).toEqual(['network-name'])
    expect(diagnostics[0]?.summary).toContain('nowhere.invalid')
  })

  test('shows a certificate that nobody trusts: not tried again', async () => {
    const server = createTlsServer(selfSigned(), () => {
      throw new Error('A request came through.')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { codes, diagnostics, sleeps } = await readFrom(`https://localhost:${port}`)
    server.close()
    expect(codes).toEqual(['network-tls'])
    expect(diagnostics[0]?.summary).toContain(`localhost:${port}: DEPTH_ZERO_SELF_SIGNED_CERT`)
    expect(diagnostics[0]?.advice).toContain('NODE_EXTRA_CA_CERTS')
    expect(sleeps).toEqual([])
  })

  test('speaks no https', async () => {
    const sockets: Socket[] = []
    const server = createTcpServer((socket) => {
      sockets.push(socket.on('error', () => {}))
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { codes, diagnostics } = await readFrom(`https://127.0.0.1:${port}`)
    server.close()
    for (const socket of sockets) socket.destroy()
    expect(codes).toEqual(['network-tls'])
    expect(diagnostics[0]?.advice).toContain('the scheme and the port')
  })
})

describe('an error code of the transport decides', () => {
  const url = new URL('https://chat.acme.com/api/v1/profile')
  test.each([
    ['ENOTFOUND', 'network-name', false],
    ['EAI_AGAIN', 'network-name', true],
    ['CERT_HAS_EXPIRED', 'network-tls', false],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'network-tls', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'network-tls', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'network-tls', false],
    ['ECONNREFUSED', 'network-refused', true],
    ['EHOSTUNREACH', 'network-refused', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'network-refused', true],
    ['ECONNRESET', 'network-reset', true],
    ['UND_ERR_SOCKET', 'network-reset', true],
    ['HPE_INVALID_CONSTANT', 'network-reset', true],
  ])('%s: %s, tried again: %s', (code, name, again) => {
    const fault = explainFault({ code }, url, false, null)
    expect([fault.diagnostic.code, fault.again]).toEqual([name, again])
    expect(`${fault.diagnostic.summary} ${fault.diagnostic.detail}`).toContain('chat.acme.com')
    expect(fault.diagnostic.detail).toContain(code)
  })

  test.each([
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'is not as long as its headers say'],
    ['UND_ERR_HEADERS_OVERFLOW', 'are larger than 16 KiB'],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'is larger than 256 MiB'],
  ])('%s: the answer is blamed, not the connection', (code, words) => {
    const { diagnostic } = explainFault({ code }, url, false, null)
    expect(diagnostic.summary).toContain(words)
  })

  test.each([
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'In the base URL, use a host name that is in the certificate'],
    ['CERT_HAS_EXPIRED', 'correct the clock of this machine'],
    ['CERT_NOT_YET_VALID', 'correct the clock of this machine'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', '--ca-file'],
  ])('%s: the advice is about what is wrong with the certificate', (code, advice) => {
    expect(explainFault({ code }, url, false, null).diagnostic.advice).toContain(advice)
  })

  test.each([new Error('SECRET'), 'SECRET', null])('%s without a code is a reset', (error) => {
    const { diagnostic } = explainFault(error, url, false, null)
    expect(diagnostic.code).toBe('network-reset')
    expect(JSON.stringify(diagnostic)).not.toContain('SECRET')
  })

  test.each([
    [300_000, '5m'],
    [90_000, '90s'],
    [1500, '1500ms'],
  ])('%i ms is shown as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})
