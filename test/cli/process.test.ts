/** What only a process can show: pipes that close, big reports, full disks, signals. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BIN, spawnRollcall } from './spawn.ts'
import { connection, EXACT, folder, recordedState, serve } from './world.ts'

const POLICY = EXACT.replace('2026-12-15', '2999-12-31')

/** The recorded account with so many more people that nobody listed. */
function crowded(count: number) {
  const state = recordedState()
  const [user] = state.users
  const members = state.accounts[0]?.members ?? []
  const [member] = members
  if (!user || !member) throw new Error('The recorded state has people.')
  for (let n = 0; n < count; n += 1) {
    const email = `person-${n}@acme.com`
    state.users.push({ ...user, id: 100_000 + n, email, name: email, token: `t${n}` })
    members.push({ ...member, email, role: 'agent', custom_role_id: null })
  }
  return state
}

test('a report of more than 1 MB arrives whole through a pipe', async () => {
  const sandbox = await serve({}, crowded(2_000))
  const { code, stdout } = await spawnRollcall(['plan', '--format', 'json'], {
    cwd: folder({ 'rollcall.yaml': POLICY }),
    env: connection(sandbox),
  })
  expect(stdout.length).toBeGreaterThan(1_000_000)
  expect(JSON.parse(stdout).accounts[0].summary.error).toBe(2_000)
  expect(code).toBe(2)
})

test('a reader that goes away neither breaks the run nor changes its verdict', async () => {
  const sandbox = await serve({}, crowded(2_000))
  const child = spawn(process.execPath, [BIN, 'plan', '--format', 'json'], {
    cwd: folder({ 'rollcall.yaml': POLICY }),
    env: connection(sandbox),
  })
  let complaints = ''
  child.stderr.on('data', (text) => {
    complaints += text
  })
  // What `| head -1` does.
  child.stdout.once('data', () => child.stdout.destroy())
  const [code] = await once(child, 'close')
  expect([code, complaints]).toEqual([2, ''])
})

test.skipIf(!existsSync('/dev/full'))(
  'a report that does not fit on the disk is no verdict',
  async () => {
    const sandbox = await serve()
    const child = spawn(process.execPath, [BIN, 'plan'], {
      cwd: folder({ 'rollcall.yaml': POLICY }),
      env: connection(sandbox),
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    })
    let complaints = ''
    child.stderr?.on('data', (text) => {
      complaints += text
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(1)
    expect(complaints).toContain('could not be written to stdout (no space left on the disk)')
  },
)

test.skipIf(!existsSync('/dev/full'))(
  'if the report does not fit into stdout, no file shows a verdict that the run no longer has',
  async () => {
    const sandbox = await serve()
    const cwd = folder({ 'rollcall.yaml': POLICY })
    const child = spawn(process.execPath, [BIN, 'plan', '--report', 'json=report.json'], {
      cwd,
      env: connection(sandbox),
      stdio: ['ignore', openSync('/dev/full', 'w'), 'ignore'],
    })
    expect((await once(child, 'close'))[0]).toBe(1)
    const { verdict, exit_code, diagnostics } = JSON.parse(
      readFileSync(join(cwd, 'report.json'), 'utf8'),
    )
    expect([verdict, exit_code, diagnostics.map(({ code }: { code: string }) => code)]).toEqual([
      'none',
      1,
      ['output-failed'],
    ])
  },
)

test.skipIf(!existsSync('/proc/self/fdinfo'))(
  'a run that does not ask leaves the standard input alone, because another program may read it too',
  async () => {
    const cwd = folder({ 'rollcall.yaml': POLICY })
    spawnSync('mkfifo', ['input'], { cwd })
    const input = openSync(`${cwd}/input`, 'r+')
    // A flag such as O_NONBLOCK holds for everybody who has the pipe.
    const readFlags = () =>
      /^flags:.*$/m.exec(readFileSync(`/proc/self/fdinfo/${input}`, 'utf8'))?.[0]
    const seen = [readFlags()]
    const sandbox = await serve({
      intercept: () => {
        seen.push(readFlags())
        return false
      },
    })
    const stdio = [input, 'ignore', 'ignore'] as const
    const child = spawn(process.execPath, [BIN, 'plan'], {
      cwd,
      env: connection(sandbox),
      stdio: [...stdio],
    })
    expect((await once(child, 'close'))[0]).toBe(0)
    expect(new Set(seen).size).toBe(1)
  },
)

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, wanted) => {
  /** Runs until the server has been asked and `answer` was given; then only the signal ends it. */
  async function interrupted(argv: readonly string[], answer: (response: ServerResponse) => void) {
    let asked = () => {}
    const reached = new Promise<void>((resolve) => {
      asked = resolve
    })
    const sandbox = await serve({
      intercept: (_, response) => {
        answer(response)
        asked()
        return true
      },
    })
    const cwd = folder({ 'rollcall.yaml': POLICY, 'report.json': 'of yesterday' })
    const child = spawn(process.execPath, [BIN, ...argv], { cwd, env: connection(sandbox) })
    let said = ''
    child.stdout.on('data', (text) => {
      said += text
    })
    return { child, cwd, reached, said: () => said }
  }

  async function ends(child: ChildProcess): Promise<number | null> {
    const since = performance.now()
    child.kill(signal)
    const [code] = await once(child, 'close')
    // Ten times what is promised: a machine that runs tests is busy, and nothing else ends this run.
    expect(performance.now() - since).toBeLessThan(10_000)
    return code
  }

  test.each<[string, (response: ServerResponse) => void]>([
    ['whose answer never comes', () => undefined],
    ['in the middle of a body', (response) => void response.writeHead(200).write('[')],
    ['that makes it wait', (response) => void response.writeHead(429).end('Retry later\n')],
    ['that fails, in a pause', (response) => void response.writeHead(500).end('{}')],
  ])(
    `ends a read of a server %s within a second, with ${wanted} and no report`,
    async (_, answer) => {
      const reports = ['--report', 'json=report.json', '--report', 'markdown=report.md']
      const { child, cwd, reached, said } = await interrupted(['plan', ...reports], answer)
      await reached
      expect([await ends(child), said(), readdirSync(cwd)]).toEqual([wanted, '', ['rollcall.yaml']])
    },
  )

  test(`ends a checkup with ${wanted}`, async () => {
    const { child, reached, said } = await interrupted(['doctor', '--account-id', '1'], () => {})
    await reached
    expect([await ends(child), said()]).toEqual([wanted, ''])
  })

  test(`ends a run that waits for a standard input without end, with ${wanted}`, async () => {
    const child = spawn(process.execPath, [BIN, 'plan', '-'], { cwd: folder({}), env: {} })
    // More than a pipe holds: written means that somebody reads.
    await new Promise((resolve) => child.stdin.write(`# ${'x'.repeat(1 << 20)}`, resolve))
    child.stdin.on('error', () => undefined)
    expect(await ends(child)).toBe(wanted)
  })

  const FLEET = (token: string) =>
    `version: 1\naccounts:\n  - {name: a, base_url: 'https://127.0.0.1:1', account: 1, policy: rollcall.yaml, token_file: ${token}}\n`

  test.skipIf(process.platform === 'win32').each([
    ['policy', ['plan', 'pipe']],
    ['policy behind a link', ['plan', 'link.yaml']],
    ['snapshot', ['plan', '--snapshot', 'pipe']],
    ['token', ['plan', '--base-url=https://127.0.0.1:1', '--api-token-file', 'pipe']],
    ['token in a fleet', ['plan', '--fleet', 'fleet.yaml']],
    ['token in a fleet behind a link', ['doctor', '--fleet', 'linked.yaml']],
  ])(`ends a run whose %s is a pipe that nobody writes to, with ${wanted}`, async (_, argv) => {
    const files = { 'rollcall.yaml': POLICY, 'fleet.yaml': FLEET('pipe') }
    const cwd = folder({ ...files, 'linked.yaml': FLEET('link.yaml') })
    spawnSync('mkfifo', ['pipe'], { cwd })
    symlinkSync('pipe', join(cwd, 'link.yaml'))
    const child = spawn(process.execPath, [BIN, ...argv], { cwd, env: {} })
    // Nothing shows that it waits: a machine that needs longer to start it tests nothing.
    await setTimeout(1_000)
    const code = await ends(child)
    // As a shell reports it, for which the end by a signal is an exit code too.
    expect(code ?? 128 + constants.signals[child.signalCode ?? 'SIGKILL']).toBe(wanted)
  })
})

test('the sandbox serves until it is stopped', async () => {
  const child = spawn(process.execPath, [BIN, 'sandbox'], { cwd: folder({}), env: {} })
  const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
  const [, base] = /CHATWOOT_BASE_URL=(\S+)/.exec(text) ?? []
  expect((await fetch(`${base}/health`)).status).toBe(200)
  child.kill('SIGINT')
  expect((await once(child, 'close'))[0]).toBe(130)
})

test('a working directory that is gone is an error that says so, and help is still there', async () => {
  const cwd = folder({})
  const gone = (argv: string) => {
    const words = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" ${argv}`
    const { status, stdout, stderr } = spawnSync('sh', ['-c', words, process.execPath, BIN], {
      cwd,
    })
    return [status, stdout.toString(), stderr.toString()]
  }
  for (const argv of ['plan', 'init', 'validate rollcall.yaml', 'review -o r']) {
    expect(gone(argv)).toEqual([
      1,
      '',
      'error: The working directory no longer exists, or you have no permission to read it.\n' +
        '  Change to another folder, then run again.\n',
    ])
  }
  expect(gone('plan --help')[0]).toBe(0)
})
