/** What is waited for when a server is down for a while, for how long, and what is not. */
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openServer } from '../../src/chatwoot/client.ts'
import { seal } from '../../src/chatwoot/secret.ts'
import type { Failure } from '../../src/core/messages/diagnostic.ts'
import { selfSigned } from './certificate.ts'
import {
  ACCOUNT,
  AGENTS,
  type Answer,
  answering,
  type Exchange,
  give,
  MEMBERS,
  READ_PATHS,
  read,
  readFrom,
  serve,
  simulated,
} from './harness.ts'

const MINUTE = { retryForMs: 60_000 }
const sum = (sleeps: readonly number[]) => sleeps.reduce((all, ms) => all + ms, 0)

/** Gives `down` to everything until so much time of the clock has gone by. */
function downFor(ms: number, down: Answer) {
  const clock = simulated('')
  const until = clock.now().getTime() + ms
  const answers = Object.fromEntries(
    READ_PATHS.map((path) => [
      path,
      (exchange: Exchange) =>
        give(clock.now().getTime() < until ? down : (ACCOUNT[path] ?? down), exchange),
    ]),
  )
  const options = { ...MINUTE, connections: 1, now: clock.now, sleep: clock.sleep }
  return { answers, options, sleeps: clock.sleeps }
}

const DOWN: readonly [string, string, Answer][] = [
  ['500', 'server-error', answering(500, { status: 500, error: 'Internal Server Error' })],
  ['502 of a proxy', 'server-error', answering(502, '<html></html>', 'text/html')],
  ['503', 'server-error', answering(503, 'Service unavailable\n', 'text/plain')],
  ['504', 'server-error', answering(504, '')],
  ['408', 'server-error', answering(408, '')],
  ['a connection that is closed at once', 'network-reset', ({ request }) => request.socket.end()],
]

describe('an outage', () => {
  test.each(DOWN)('of half a minute (%s) costs no verdict', async (_, _code, down) => {
    const { answers, options, sleeps } = downFor(30_000, down)
    const { codes, told } = await read(answers, { options })
    expect(codes).toEqual([])
    expect(sum(sleeps)).toBeGreaterThan(30_000)
    expect(told).toEqual([
      expect.stringMatching(/^\S.*\. Retrying until 2026-11-23T12:0\d:\d\dZ \(--retry-for\)\.$/),
    ])
  })

  test.each(DOWN)('without end (%s) is given up after --retry-for', async (_, code, down) => {
    const { answers, options } = downFor(Number.POSITIVE_INFINITY, down)
    const { codes, diagnostics, sleeps } = await read(answers, {
      options: { ...MINUTE, ...options },
    })
    expect(codes).toEqual([code])
    expect(diagnostics[0]?.detail).toMatch(/Tried \d+ times in \d+ s\.$/)
    expect(sum(sleeps)).toBeLessThan(4 * 61_000)
  })

  test('is tried with pauses that grow, the last one at the end of the time', async () => {
    const clock = simulated('')
    const failing = openServer({ ...clock, ...MINUTE, baseUrl: await down() })
    onTestFinished(() => failing.close())
    const client = failing.client({ token: seal('a'), timeoutMs: 300_000 })
    await expect(client.get('/api', whole)).rejects.toThrow('failed to answer')
    expect(clock.sleeps.slice(0, 6)).toEqual([375, 750, 1500, 3000, 6000, 6000])
    expect(sum(clock.sleeps)).toBe(60_000)
  })

  test('that one account waited for is not waited for by the next one', async () => {
    const clock = simulated('')
    const failing = openServer({ ...clock, ...MINUTE, baseUrl: await down() })
    onTestFinished(() => failing.close())
    const [one, two] = ['a', 'b'].map((token) =>
      failing.client({ token: seal(token), timeoutMs: 300_000 }),
    )
    await expect(one?.get('/api/v1/accounts/1/agents', whole)).rejects.toThrow('failed to answer')
    const before = sum(clock.sleeps)
    await expect(two?.get('/api/v1/accounts/2/agents', whole)).rejects.toThrow('failed to answer')
    expect(sum(clock.sleeps) - before).toBeLessThan(2_000)
  })

  test('that is longer than a restart costs the next accounts one request each', async () => {
    const clock = simulated('')
    const failing = openServer({ ...clock, ...MINUTE, baseUrl: await down() })
    onTestFinished(() => failing.close())
    const ask = (account: number) => {
      const client = failing.client({ token: seal('a'), timeoutMs: 300_000 })
      return client.get(`/api/v1/accounts/${account}/agents`, whole)
    }
    await expect(ask(1)).rejects.toThrow('failed to answer')
    const before = clock.sleeps.length
    for (let account = 2; account <= 50; account += 1) {
      const failure = await ask(account).catch((error: Failure) => error)
      expect(failure).toMatchObject({
        diagnostics: [
          { detail: expect.stringMatching(/Not tried again, because this has failed for 60 s\.$/) },
        ],
      })
    }
    expect(clock.sleeps).toHaveLength(before)
  })

  test('is not waited for beyond the deadline, and is still what the message says', async () => {
    const { codes, diagnostics, sleeps } = await read(
      { [AGENTS]: answering(503, '') },
      { options: { ...MINUTE, timeoutMs: 20_000 } },
    )
    expect(codes).toEqual(['server-error'])
    expect(diagnostics[0]?.detail).toMatch(
      /Tried \d+ times; --timeout \(20s\) leaves no time to try again\.$/,
    )
    expect(sum(sleeps)).toBeLessThan(20_000)
  })

  test('of one list is waited for once, though everything is read again', async () => {
    const { codes, sleeps } = await read({ [MEMBERS]: answering(500, {}) }, { options: MINUTE })
    expect(codes).toEqual(['server-error'])
    expect(sum(sleeps)).toBeLessThan(85_000)
  })

  test('refuses connections: waited for as well', async () => {
    const server = await serve({})
    await server.close()
    const { codes, diagnostics, told } = await readFrom(server.origin, { options: MINUTE })
    expect(codes).toEqual(['network-refused'])
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/^No connection to 127\.0\.0\.1:\d+\. Retrying until /)
    expect(diagnostics[0]?.detail).toMatch(/Tried \d+ times in \d+ s\.$/)
  })

  test('is tried three times, silently, where nothing is asked for', async () => {
    const { codes, diagnostics, told, sleeps } = await read({ [AGENTS]: answering(503, '') })
    expect(codes).toEqual(['server-error'])
    expect(diagnostics[0]?.detail).toMatch(/Tried 3 times\.$/)
    expect([told, sleeps]).toEqual([[], [375, 750]])
  })
})

describe('what is a matter of settings is not waited for', () => {
  test('a name that does not resolve', async () => {
    const { codes, sleeps, told } = await readFrom('http://nowhere.invalid', { options: MINUTE })
    expect(codes).toEqual(['network-name'])
    expect(sum(sleeps)).toBeLessThan(5_000)
    expect(told).toEqual([])
  })

  test('a certificate that nobody trusts', async () => {
    const server = createTlsServer(selfSigned())
    const { codes, sleeps } = await readFrom(`https://localhost:${await port(server)}`, {
      options: MINUTE,
    })
    expect([codes, sleeps]).toEqual([['network-tls'], []])
  })

  test.each(['403 Forbidden', '407 Proxy Authentication Required', '502 Bad Gateway'])(
    'a proxy that refuses: %s',
    async (status) => {
      const server = createServer().on('connect', (_, socket) => {
        socket.end(`HTTP/1.1 ${status}\r\n\r\n`)
      })
      const url = `http://127.0.0.1:${await port(server)}`
      const proxy = { url, variable: 'HTTPS_PROXY', shown: url, bypass: '', authorization: null }
      const { codes, sleeps, told } = await readFrom('https://chat.acme.com', {
        options: { ...MINUTE, network: { proxy, authorities: null, trustAllAsked: false } },
      })
      expect([codes, told]).toEqual([['network-proxy'], []])
      expect(sum(sleeps)).toBeLessThan(5_000)
    },
  )

  test('an answer that is not HTTP', async () => {
    const notHttp: Answer = ({ request }) => request.socket.end('SSH-2.0-OpenSSH_9.6\r\n')
    const { codes, sleeps } = await read({ [AGENTS]: notHttp }, { options: MINUTE })
    expect([codes, sleeps]).toEqual([['network-reset'], [375, 750]])
  })
})

const whole = (body: unknown) => body

async function port(server: ReturnType<typeof createServer | typeof createTlsServer>) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** The address of a server that answers 503 to everything. */
async function down(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(503).end())
  return `http://127.0.0.1:${await port(server)}`
}
