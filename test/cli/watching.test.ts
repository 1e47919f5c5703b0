/** What is said on stderr while a read runs: progress, waits and requests. */
import { describe, expect, test } from 'vitest'
import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { connection, EXACT, recordedState, run, type Setting, serve } from './world.ts'

const files = { 'rollcall.yaml': EXACT }

function limitedOnce(): SandboxOptions {
  let refused = false
  return {
    intercept: ({ path }, response) => {
      if (refused || !path.endsWith('/agents')) return false
      refused = true
      response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
      return true
    },
  }
}

async function said(argv: readonly string[], options: SandboxOptions = {}, setting: Setting = {}) {
  const env = connection(await serve(options))
  const { code, stderr } = await run(['plan', ...argv], { files, env, ...setting })
  expect(code).toBe(0)
  return stderr
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how a line is cleared
const CLEAR = /\r\u001b\[K/

describe('on stderr', () => {
  test('nothing is said where it is no terminal', async () => {
    expect(await said([])).toBe('')
  })

  test('a terminal shows how far a read is, in one line that is gone in the end', async () => {
    const text = await said([], {}, { terminal: true })
    const lines = text.split(CLEAR)
    expect(lines[0]).toBe('Reading account 1')
    expect(lines).toContain('Reading account 1: 3 of 3 member lists')
    expect(lines.at(-1)).toBe('')
    expect(text).not.toContain('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80)
  })

  test('a dumb terminal shows no line that moves', async () => {
    const env = { ...connection(await serve()), TERM: 'dumb' }
    expect((await run(['plan'], { files, env, terminal: true })).stderr).toBe('')
  })

  test('a terminal shows nothing of a read that is over at once', async () => {
    const sleep = (_: number, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    expect(await said([], {}, { terminal: true, world: { sleep } })).toBe('')
  })

  test('a wait for a rate limit is said, with its end', async () => {
    expect(await said([], limitedOnce())).toMatch(
      /^The rate limit of 127\.0\.0\.1:\d+ is reached: waiting until 2026-11-23T08:01:01Z\.\n$/,
    )
    const shown = await said([], limitedOnce(), { terminal: true })
    expect(shown.split(CLEAR)).toContain('Reading account 1, waiting until 08:01:01 UTC')
  })

  test('--quiet says nothing of either', async () => {
    expect(await said(['--quiet'], limitedOnce(), { terminal: true })).toBe('')
  })

  test('--verbose gives each request a line: method, path, status, time, request id', async () => {
    const lines = (await said(['--verbose'])).trimEnd().split('\n')
    expect(lines).toHaveLength(7)
    for (const line of lines) {
      expect(line).toMatch(/^GET \/api\/v1\/\S+ 200 \d+ ms [0-9a-f-]{36}$/)
    }
  })

  test('--verbose neither obeys a request id nor shows a token in it', async () => {
    const { CHATWOOT_API_TOKEN: token = '' } = connection(await serve())
    const id = Buffer.from('\u009b31m\u00ad', 'latin1').toString('latin1') + token
    const text = await said(['--verbose'], {
      intercept: (_, response) => {
        response.setHeader('x-request-id', id)
        return false
      },
    })
    expect(text).not.toContain(token)
    expect(text).not.toMatch(/[^\n\u0020-\u007e]/)
  })

  test('--verbose says when no answer came', async () => {
    let cut = false
    const text = await said(['--verbose'], {
      intercept: (_, response) => {
        if (cut) return false
        cut = true
        response.destroy()
        return true
      },
    })
    expect(text).toMatch(/^GET \/api\/v1\/\S+ no answer \d+ ms -$/m)
  })
})

test('an account that fails does not stop the others, and they share a rate limit', async () => {
  const policies = {
    'p/a.yaml': EXACT,
    'p/b.yaml': 'version: 1\naccount: 2\nteams: {}\n',
    'p/c.yaml': 'version: 1\naccount: 4\nteams: {}\n',
  }
  const sandbox = await serve(limitedOnce())
  const { code, stdout, stderr } = await run(['plan', 'p', '--format', 'json'], {
    files: policies,
    env: connection(sandbox),
  })
  const verdicts = JSON.parse(stdout).accounts.map((each: { verdict: string }) => each.verdict)
  expect([code, verdicts[0], verdicts[1]]).toEqual([1, 'in_sync', 'none'])
  expect(verdicts[2]).not.toBe('none')
  expect(stderr.match(/rate limit/g)).toHaveLength(1)
})

describe('--retry-for', () => {
  /** How long a plan waits, in simulated time, for a server that accepts no connections. */
  async function waited(host: string, argv: readonly string[], terminal: boolean) {
    const sandbox = await startSandbox(recordedState())
    await sandbox.close()
    const url = new URL(sandbox.baseUrl)
    url.hostname = host
    const begin = Date.UTC(2026, 10, 23, 8)
    let time = begin
    // So that what happens at once does so in simulated time as well.
    const sleep = async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      await new Promise((resolve) => setImmediate(resolve))
      if (ms > 0 && ms !== 500) time += ms
    }
    const { code, stdout, stderr } = await run(
      ['plan', '--insecure-http', '--base-url', url.origin, ...argv],
      {
        files,
        env: { CHATWOOT_API_TOKEN: 'x' },
        terminal,
        world: { now: () => new Date(time), sleep },
      },
    )
    return { code, stdout, stderr, seconds: (time - begin) / 1000 }
  }
  // An address of this machine that is not written as a loopback address.
  const OTHER = '0.0.0.0'

  test('left out is a minute where nobody watches, and it is said once', async () => {
    const { code, stdout, stderr, seconds } = await waited(OTHER, [], false)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^No connection to 0\.0\.0\.0:\d+\. Retrying until 2026-11-23T08:0\d:\d\dZ \(--retry-for\)\.\n$/,
    )
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/Tried \d+ times in \d\d s\./)
    expect(seconds).toBeGreaterThanOrEqual(60)
  })

  test('left out is five seconds on a terminal', async () => {
    const { stderr, seconds } = await waited(OTHER, [], true)
    expect(stderr).toContain('Retrying until 2026-11-23T08:00:0')
    expect(seconds).toBeGreaterThanOrEqual(5)
    expect(seconds).toBeLessThan(20)
  })

  test.each<readonly [string, string, readonly string[]]>([
    ['left out is nothing for loopback', '127.0.0.1', []],
    ['0 is nothing', OTHER, ['--retry-for', '0']],
    ...['0ms', '0s', '0m', '0h', '0d'].map(
      (zero) => [`${zero} is nothing`, OTHER, [`--retry-for=${zero}`]] as const,
    ),
  ])('%s: three tries and silence', async (_, host, argv) => {
    const { code, stdout, stderr } = await waited(host, argv, false)
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout.replace(/\s+/g, ' ')).toContain('Tried 3 times.')
  })

  test('given, it holds for loopback too', async () => {
    const { stderr } = await waited('127.0.0.1', ['--retry-for', '20s'], false)
    expect(stderr).toContain('Retrying until 2026-11-23T08:00:2')
  })

  test('--quiet waits without a word', async () => {
    const { stderr, seconds } = await waited(OTHER, ['--quiet'], false)
    expect(stderr).toBe('')
    expect(seconds).toBeGreaterThanOrEqual(60)
  })

  test.each(['-1', 'soon', '0x', '2d'])('%s is refused before anything is read', async (value) => {
    const { code, stderr } = await run(['plan', `--retry-for=${value}`], { files })
    expect(code).toBe(1)
    expect(stderr).toContain(`--retry-for has the invalid value "${value}"`)
  })
})
