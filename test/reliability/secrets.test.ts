/**
 * No secret in any byte that is written: every command, every format, --verbose, over the recorded
 * answers and over every fault (on one of its endpoints each; the matrix has them all).
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { FORMATS } from '../../src/shell/options.ts'
import { ADA, recordedState, run } from '../cli/world.ts'
import { ENDPOINTS, type Exchange, FAULTS, type Fault, withFaults } from '../sandbox/faults.ts'
import { WHOLE } from './cells.ts'

const GATEWAY = ['cf-4711-of-the-gateway', 'Bearer gateway-and-more-of-it'] as const
const SECRETS = /RECORDED-TOKEN|SECRET-|cf-4711-of-the|gateway-and-more-of-it/i

const INPUTS: Readonly<Record<string, string>> = {
  'rollcall.yaml': WHOLE.replace(/ {2}mallory.*\n/, ''),
  'headers.txt': `CF-Access-Client-Id: ${GATEWAY[0]}\nX-Gate: ${GATEWAY[1]}\n`,
  'token.txt': `${ADA}\n`,
}
const REPORTS = FORMATS.flatMap((format) => ['--report', `${format}=out.${format}`])

/** Runs a command line, and returns everything that it wrote anywhere. */
async function written(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-secrets-'))
  try {
    for (const [name, text] of Object.entries(INPUTS)) writeFileSync(join(cwd, name), text)
    const github = {
      GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
      GITHUB_OUTPUT: join(cwd, 'output'),
    }
    const { stdout, stderr } = await run(argv, {
      env: { ...github, ...env },
      terminal: true,
      world: { cwd },
    })
    const files = readdirSync(cwd, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(cwd, name)).isFile())
      .map((name) => [name, readFileSync(join(cwd, name), 'utf8')] as const)
      .filter(([name, text]) => INPUTS[name] !== text)
      .map(([, text]) => text)
    return [stdout, stderr, ...files].join('\n')
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const PLANS = FORMATS.map((format) => ['plan', '--format', format, ...REPORTS])
const OTHERS: readonly (readonly string[])[] = [
  ['doctor', '--account-id', '1'],
  ['doctor', '--account-id', '1', '--format', 'json'],
  ['list', '--account-id', '1'],
  ['list', '--account-id', '1', '--format', 'json'],
  ['list', '--account-id', '1', '--format', 'csv'],
  ['list', '--account-id', '1', '--format', 'html'],
  ['access', '--account-id', '1'],
  ['access', '--account-id', '1', '--format', 'json'],
  ['access', '--account-id', '1', '--format', 'csv'],
  ['access', '--account-id', '1', '--format', 'html', '-o', 'access.html'],
  ['export', '--account-id', '1'],
  ['export', '--account-id', '1', '-o', 'exported.yaml'],
  ['apply'],
  ['apply', '--format', 'json', ...REPORTS],
  ['adopt'],
  ['adopt', 'agent/mallory@evil.example', '--reason', 'SEC-7'],
  [
    'waive',
    'admin-unexpected:agent/mallory@evil.example',
    ...['--reason', 'SEC-7', '--owner', 'ada@acme.com', '--expires', '2026-12-31', '--write'],
  ],
  ['snapshot', '--account-id', '1'],
  ['snapshot', '--account-id', '1', '-o', 'snapshot.json'],
  ['review', '-o', 'review'],
]
const READING = [...PLANS, ...OTHERS]
const OPTIONS = ['--verbose', '--header-file', 'headers.txt']

/** A server, or what stands before it, that repeats what it was sent wherever a message looks. */
function repeating(name: string, answer: (sent: string, exchange: Exchange) => void): Fault {
  const apply = (exchange: Exchange) => {
    const { headers } = exchange.request
    const sent = [headers['api-access-token'], headers['cf-access-client-id'], headers['x-gate']]
    answer(sent.join(' '), exchange)
    return true
  }
  return { name, endpoints: ENDPOINTS, apply }
}

const REPEATING: readonly Fault[] = [
  repeating('the request id', (sent, { response }) => {
    response.writeHead(500, { 'x-request-id': sent, 'content-type': 'application/json' }).end('{}')
  }),
  repeating('the words of a refusal', (sent, { response }) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: sent.toUpperCase(), error_code: sent }))
  }),
  repeating('the encoding', (sent, { response }) => {
    response.writeHead(200, { 'content-encoding': sent }).end('[]')
  }),
  repeating('a redirect to elsewhere', (sent, { response }) => {
    const label = sent.split(' ')[0]
    response.writeHead(302, { location: `https://${label}.example/${encodeURI(sent)}` }).end()
  }),
  repeating('a redirect within the server', (sent, { response, request }) => {
    const to = request.path.startsWith('/login') ? 500 : 302
    response.writeHead(to, { location: `/login/${sent.split(' ')[0]}?${encodeURI(sent)}` }).end()
  }),
]

async function leaks(argv: readonly string[], fault: Fault | null, index: number) {
  const endpoint = fault?.endpoints[index % fault.endpoints.length]
  const intercept =
    fault === null || endpoint === undefined
      ? undefined
      : withFaults({ fault, endpoint, times: Number.POSITIVE_INFINITY })
  const sandbox = await startSandbox(recordedState(), intercept === undefined ? {} : { intercept })
  try {
    const env = {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_API_TOKEN: ADA,
      CHATWOOT_APPLY_TOKEN: ADA,
    }
    const text = await written([...argv, ...OPTIONS, '--timeout', '1s'], env)
    const found = SECRETS.exec(text)
    const where = `${argv.slice(0, 3).join(' ')} × ${fault?.name ?? 'no fault'} × ${endpoint}`
    const shown = found && text.slice(Math.max(0, found.index - 60), found.index + 60)
    return { requests: sandbox.requests.length, found: shown ? [`${where}: ${shown}`] : [] }
  } finally {
    await sandbox.close()
  }
}

describe('no secret is written', () => {
  test('by a command that reads, in any format, over the recorded answers', async () => {
    for (const argv of READING) {
      const { found, requests } = await leaks(argv, null, 0)
      expect(found).toEqual([])
      expect(requests).toBeGreaterThan(2)
    }
  })

  test('by a command that reads, whatever goes wrong', { timeout: 300_000 }, async () => {
    const faults = [...REPEATING, ...FAULTS.filter(({ costly }) => !costly)]
    const all = faults.flatMap((fault, index) => {
      const plan = PLANS[index % PLANS.length] ?? []
      const other = OTHERS[index % OTHERS.length] ?? []
      // What repeats a secret on purpose is tried on every endpoint and in every format.
      const thorough = REPEATING.includes(fault) || fault.name.includes('repeats')
      const commands = thorough ? READING : [plan, other]
      const endpoints = thorough ? fault.endpoints.keys() : [index]
      return [...endpoints].flatMap((at) => commands.map((argv) => [argv, fault, at] as const))
    })
    const failures: string[] = []
    const left = all.values()
    const worker = async () => {
      for (const [argv, fault, at] of left) failures.push(...(await leaks(argv, fault, at)).found)
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    process.stdout.write(`secrets: ${all.length} runs\n`)
    expect(failures).toEqual([])
  })

  test.each([
    ['validate'],
    ['validate', '--format', 'json'],
    ['schema', 'policy'],
    ['schema', 'nothing'],
    ['demo'],
    ['explain'],
    ['explain', 'token-refused'],
    ['completion', 'bash'],
    ['init'],
    ['diff', 'rollcall.yaml', 'missing.yaml'],
    ['remove', 'grace@acme.com'],
    ['review', 'close', '.', '--decisions', 'token.txt'],
    ['review', 'verify', '.'],
    ['plan', '--snapshot', 'token.txt'],
    ['nothing'],
    ['--help'],
    ['plan', '--chatwoot-api-token', ADA, '--timeout', 'soon'],
    ['plan', '--chatwoot-api-token', ADA, '--chatwoot-api-token', ADA],
    ['plan', `--chatwoot-api-tokn=${ADA}`],
    ['plan', '--api-token-file', 'token.txt', '--chatwoot-api-token', ADA],
    ['plan', '--base-url', 'https://ada:SECRET-password@chat.acme.com'],
    ['plan', '--base-url', 'http://127.0.0.1:9', '--chatwoot-api-token', `${ADA} x`],
    ['plan', '--header-file', 'token.txt', '--base-url', 'http://127.0.0.1:9'],
    ['doctor', '--header-file', 'token.txt', '--base-url', 'http://127.0.0.1:9'],
  ])('by rollcall %s %s', async (...argv) => {
    expect(await written(argv, { CHATWOOT_API_TOKEN: ADA })).not.toMatch(SECRETS)
  })

  test('and every command is among those that were tried', () => {
    // The sandbox alone prints a token: the made-up one of its own state, for whoever started it.
    const tried = [
      ...new Set(READING.map(([name]) => name)),
      ...['validate', 'schema', 'demo', 'explain', 'completion', 'init', 'diff', 'remove'],
      ...['sandbox', 'review close', 'review verify'],
    ]
    expect(Object.keys(COMMANDS).toSorted()).toEqual(tried.toSorted())
  })
})
