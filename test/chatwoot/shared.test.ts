/** Several accounts on one server: one pool, one pace, one wait; and each its own failure. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openServer, type Server } from '../../src/chatwoot/client.ts'
import { seal } from '../../src/chatwoot/secret.ts'
import { type Options, simulated, TOKEN } from './harness.ts'

interface Remote {
  readonly server: Server
  readonly sleeps: readonly number[]
  readonly told: readonly string[]
  readonly connections: () => number
  readonly tokens: string[]
}

/** Answers `true`, and a 429 before `open`. */
async function remote(options: Partial<Options> = {}, open = 0): Promise<Remote> {
  let connections = 0
  let settings = simulated('')
  const tokens: string[] = []
  const http = createServer((request, response) => {
    tokens.push(String(request.headers['api-access-token'] ?? 'none'))
    if (settings.now().getTime() < open) response.writeHead(429).end('Retry later\n')
    else setImmediate(() => response.end('true'))
  }).on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  settings = { ...simulated(`http://127.0.0.1:${port}`), ...options }
  const server = openServer(settings)
  onTestFinished(async () => {
    await server.close()
    http.close()
  })
  const { sleeps, told } = settings
  return { sleeps, told, server, tokens, connections: () => connections }
}

const whole = (body: unknown) => body
const times = <T>(count: number, work: () => Promise<T>) =>
  Promise.all(Array.from({ length: count }, work))

describe('accounts on one server', () => {
  test('share its connections', async () => {
    const { server, connections } = await remote({ connections: 3 })
    const clients = ['a', 'b', 'c'].map((token) =>
      server.client({ token: seal(token), timeoutMs: 300_000 }),
    )
    await Promise.all(clients.map((client) => times(20, () => client.get('/api', whole))))
    expect(connections()).toBe(3)
    expect(clients.map((client) => client.requests())).toEqual([20, 20, 20])
  })

  test('share its pace', async () => {
    const { server, sleeps } = await remote({ maxRpm: 60, connections: 1 })
    const [one, two] = ['a', 'b'].map((token) =>
      server.client({ token: seal(token), timeoutMs: 3_000_000 }),
    )
    for (const client of [one, two]) {
      for (let n = 0; n < 30; n += 1) await client?.get('/api', whole)
    }
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(50_000)
  })

  test('share the wait for its rate limit', async () => {
    const { server, told } = await remote({}, Date.UTC(2026, 10, 23, 12, 1))
    const clients = ['a', 'b'].map((token) =>
      server.client({ token: seal(token), timeoutMs: 300_000 }),
    )
    await Promise.all(clients.map((client) => times(2, () => client.get('/api', whole))))
    expect(told).toHaveLength(1)
  })

  test('give up a limit that three waits did not end, without three waits each', async () => {
    const { server, told } = await remote({}, Number.POSITIVE_INFINITY)
    for (const token of ['a', 'b', 'c']) {
      const client = server.client({ token: seal(token), timeoutMs: 300_000 })
      await expect(client.get('/api', whole)).rejects.toThrow('its rate limit is reached')
    }
    expect(told).toHaveLength(3)
  })

  test('have a token and a deadline of their own', async () => {
    const { server, tokens } = await remote({ maxRpm: 1 })
    const hasty = server.client({ token: seal('hasty'), timeoutMs: 1_000 })
    const patient = server.client({ token: seal('patient'), timeoutMs: 300_000 })
    await hasty.get('/api', whole)
    await expect(hasty.get('/api', whole)).rejects.toThrow('within 1s (--timeout)')
    await patient.get('/api', whole)
    expect(tokens).toEqual(['hasty', 'patient'])
  })

  test('go on when one of them is closed', async () => {
    const { server } = await remote()
    const [one, two] = ['a', 'b'].map((token) =>
      server.client({ token: seal(token), timeoutMs: 300_000 }),
    )
    await one?.close()
    await expect(one?.get('/api', whole)).rejects.toThrow('closed')
    expect(await two?.get('/api', whole)).toBe(true)
  })
})

describe('a server that hangs', () => {
  /** Answers nothing until the returned switch is used, except one token, and that more and more slowly. */
  async function silent() {
    let answers = false
    let requests = 0
    let ms = 0
    const http = createServer(({ headers }, response) => {
      requests += 1
      if (answers) response.end('true')
      if (headers['api-access-token'] !== 'slow') return
      setTimeout(() => response.end('true'), ms)
      ms += 1_700
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const server = openServer(simulated(`http://127.0.0.1:${port}`))
    onTestFinished(async () => {
      await server.close()
      http.close()
      http.closeAllConnections()
    })
    const ask = (timeoutMs: number) => {
      const client = server.client({ token: seal(TOKEN), timeoutMs })
      return client.get('/api', whole).finally(() => client.close())
    }
    const open = () => server.client({ token: seal('slow'), timeoutMs: 60_000 })
    return { ask, open, recover: () => (answers = true), requests: () => requests }
  }

  test('costs one account the whole of --timeout, and the next ones less and less', async () => {
    const { ask } = await silent()
    await expect(ask(200)).rejects.toThrow('within 200ms (--timeout)')
    await expect(ask(300)).rejects.toThrow('within 300ms (--timeout)')
    await expect(ask(300)).rejects.toThrow('within 300ms (--timeout)')
    await expect(ask(300)).rejects.toThrow('within 300ms (--timeout)')
    await expect(ask(60_000)).rejects.toThrow('did not answer within 1250ms')
  })

  test('is asked for every account, and all of them have their time once it answers', async () => {
    const { ask, recover, requests } = await silent()
    await expect(ask(200)).rejects.toThrow('--timeout')
    recover()
    expect([await ask(60_000), await ask(60_000)]).toEqual([true, true])
    expect(requests()).toBe(3)
  })

  test('does not take the time of an account that it has answered', async () => {
    const { ask, open } = await silent()
    const waitInVain = () => times(4, () => expect(ask(200)).rejects.toThrow('--timeout'))
    await waitInVain()
    const answered = open()
    await answered.get('/api', whole)
    const [second] = await Promise.all([answered.get('/api', whole), waitInVain()])
    expect(second).toBe(true)
    await answered.close()
  })
})

test('many servers that are read at the same time cause no warning of Node on stderr', async () => {
  const warnings: string[] = []
  const note = ({ message }: Error) => void warnings.push(message)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const { signal } = new AbortController()
  await times(12, async () => {
    const { server } = await remote({ signal })
    const client = server.client({ token: null, timeoutMs: 300_000 })
    return client.get('/api', whole)
  })
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
})

test('a client without a token sends none, and one may spell its header otherwise', async () => {
  const { server, tokens } = await remote()
  const client = server.client({ token: null, timeoutMs: 300_000 })
  await client.get('/api', whole)
  expect(tokens).toEqual(['none'])
  const spelt = server.client({
    token: seal(TOKEN),
    spelling: 'api_access_token',
    timeoutMs: 300_000,
  })
  await spelt.get('/api', whole)
  expect(tokens).toEqual(['none', 'none'])
})
