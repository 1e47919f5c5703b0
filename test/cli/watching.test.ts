/** What is said on stderr while a read runs: progress, waits and requests. */
import { describe, expect, test } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { connection, EXACT, run, type Setting, serve } from './world.ts'

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
    expect(lines).toContain('Reading account 1: 3 of 3 teams')
    expect(lines.at(-1)).toBe('')
    expect(text).not.toContain('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80)
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
      /^Rate limit of 127\.0\.0\.1:\d+ reached: waiting until 2026-11-23T08:01:01Z\.\n$/,
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
  expect(stderr.match(/Rate limit/g)).toHaveLength(1)
})
