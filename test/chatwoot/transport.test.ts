/** What can never be sent, whoever asks: proven on a transport, before a socket is opened. */
import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ProxyServer } from '../../src/chatwoot/proxy.ts'
import { makeHider, seal, unseal } from '../../src/chatwoot/secret.ts'
import { openReadingTransport, type Transport } from '../../src/chatwoot/transport.ts'
import { DIRECT } from './harness.ts'

let connections = 0
const server = createServer((socket) => {
  connections += 1
  socket.destroy()
})
let origin = ''
let transport: Transport

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  transport = openReadingTransport(origin, 2, DIRECT)
})
afterAll(async () => {
  await transport.close()
  server.close()
})

const send = (method: string, url: string) =>
  transport.send({
    method,
    url: new URL(url, origin),
    headers: { 'Api-Access-Token': seal('TOKEN-1') },
    signal: new AbortController().signal,
  })

describe('a transport for reading', () => {
  test.each(['POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'CONNECT', 'get', ''])(
    'throws on %s before a socket is opened',
    async (method) => {
      expect(() => send(method, '/api')).toThrow(`must not send ${method}`)
      await new Promise((resolve) => setImmediate(resolve))
      expect(connections).toBe(0)
    },
  )

  test.each(['https://evil.example/api', 'http://127.0.0.1:1/api', 'https://127.0.0.1/api'])(
    'throws on another origin before a socket is opened: %s',
    async (url) => {
      expect(() => send('GET', url)).toThrow('another origin')
      await new Promise((resolve) => setImmediate(resolve))
      expect(connections).toBe(0)
    },
  )

  test('does open one for GET to its own', async () => {
    await expect(send('GET', '/api')).rejects.toThrow()
    expect(connections).toBe(1)
  })
})

describe('closing a transport', () => {
  /** Accepts connections, answers the first bytes with this text, and then sends nothing more. */
  async function silent(answer = '') {
    const closed = new EventEmitter()
    const listener = createServer((socket) => {
      socket.once('data', () => socket.write(answer)).resume()
      socket.on('error', () => undefined)
      socket.once('close', () => closed.emit('close'))
    })
    onTestFinished(() => void listener.close())
    await once(listener.listen(0, '127.0.0.1'), 'listening')
    const { port } = listener.address() as AddressInfo
    return { host: `127.0.0.1:${port}`, closed }
  }
  const proxyAt = (url: string): ProxyServer => ({
    url,
    variable: 'HTTPS_PROXY',
    shown: 'proxy',
    bypass: '',
    authorization: null,
  })

  // undici waits 10 s for a connection, and Node would not end before.
  test.each([
    ['a server that never starts TLS', '', (host: string) => [`https://${host}`, null] as const],
    [
      'a proxy that never starts TLS',
      '',
      (host: string) => ['http://chat.invalid', proxyAt(`https://${host}`)] as const,
    ],
    [
      'a server behind a proxy that never starts TLS',
      'HTTP/1.1 200 OK\r\n\r\n',
      (host: string) => ['https://chat.invalid', proxyAt(`http://${host}`)] as const,
    ],
  ])(
    'ends connections that are not open yet: %s',
    async (_, answer, connect) => {
      const { host, closed } = await silent(answer)
      const [url, proxy] = connect(host)
      const opened = openReadingTransport(url, 1, { ...DIRECT, proxy })
      const stop = new AbortController()
      const request = { method: 'GET', url: new URL('/api', url), headers: {}, signal: stop.signal }
      const sent = opened.send(request)
      await setTimeout(200)
      stop.abort(new Error('deadline'))
      await expect(sent).rejects.toThrow('deadline')
      const begin = Date.now()
      const [end] = [once(closed, 'close'), await opened.close()]
      await end
      expect(Date.now() - begin).toBeLessThan(5000)
    },
    15_000,
  )
})

describe('a secret', () => {
  const secret = seal('Bearer TOKEN-thatMustNeverShow')

  test('shows in no way of looking at it', () => {
    const looks = [
      inspect(secret, { depth: null, showHidden: true, getters: true }),
      JSON.stringify(secret),
      String(secret),
      JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
      Reflect.ownKeys(secret).map(String).join(),
      JSON.stringify({ ...secret }),
      JSON.stringify(structuredClone(secret)),
    ]
    expect(looks.join()).not.toContain('TOKEN')
    expect(unseal(secret)).toContain('TOKEN')
  })

  test('that is a copy holds nothing', () => {
    expect(unseal({ ...secret })).toBe('')
  })

  test.each([
    ['whole', 'said Bearer TOKEN-thatMustNeverShow again'],
    ['in part', 'said TOKEN-thatMustNeverShow again'],
    ['in other letters', 'said token-THATMUSTNEVERSHOW again'],
  ])('is taken out of a text %s', (_, text) => {
    expect(makeHider([secret])(text)).toBe('said [secret] again')
  })

  test('that is too short to be one does not blot out a message', () => {
    expect(makeHider([seal('a')])('a message')).toBe('a message')
    expect(makeHider([])('a message')).toBe('a message')
  })
})
