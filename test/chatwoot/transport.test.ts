/** What can never be sent, whoever asks: proven on a transport, before a socket is opened. */
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
