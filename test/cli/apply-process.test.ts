/** The built program as people and jobs run it: on a terminal, and when a signal ends it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { findCredentials } from '../../src/sandbox/state.ts'
import { listWrites, makeState, parseSaid, readLines, TOKEN, writePolicy } from './applying.ts'
import { BIN, spawnRollcall } from './spawn.ts'
import { folder, serve } from './world.ts'

const DEMO = new URL('../../examples/demo/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, DEMO), 'utf8')
const noTerminal = !String(spawnSync('script', ['--version']).stdout).includes('util-linux')

/** Runs it on a pseudo-terminal, and types an answer when the question is there. */
function typeAnswer(
  argv: readonly string[],
  answer: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const line = [process.execPath, BIN, ...argv].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { ...env, PATH: process.env['PATH'], TERM: 'dumb' },
  })
  let shown = ''
  let typed = false
  child.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text
    if (typed || !shown.includes('to approve: ')) return
    typed = true
    child.stdin.write(`${answer}\r`)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, shown })))
}

test.skipIf(noTerminal)(
  'on a terminal: the demo is shown, approved with one word and written, and a plan right after shows what was kept back',
  async () => {
    const state = parseState(read('state.json'), 'demo')
    const sandbox = await serve({}, state)
    const { account } = findCredentials(state)
    // The plan changes the one who owns the usual token of the demo.
    const { token = '' } =
      state.users.find(({ email }) => email === 'jonas@northwind.example') ?? {}
    // What the audit log says about people depends on the day, and the program has the real one.
    const demo = read('demo.yaml').replace(/^ {2}(dormant_days|invite_max_days):.*\n/gm, '')
    // An invitation would be watched for a minute, and without her a new team would be too small.
    const policy = `${demo}\napply:\n  deny: [invite, create-team]\n`
    const cwd = folder({ 'rollcall.yaml': policy })
    const env = {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_ACCOUNT_ID: String(account),
      CHATWOOT_APPLY_TOKEN: token,
      CHATWOOT_API_TOKEN: token,
    }
    const argv = ['apply', '--journal', 'j.jsonl']
    const { code, shown } = await typeAnswer(argv, 'yes', cwd, env)
    expect(shown).toContain('Type "yes" to approve: ')
    expect(shown).toContain('Kept back: stays drift')
    expect(code, shown).toBe(2)
    const written = sandbox.requests.filter(({ method }) => method !== 'GET').length
    expect(written).toBeGreaterThan(0)
    const lines = readLines(cwd)
    expect(lines.filter(({ line }) => line === 'result').map((line) => line['outcome'])).toEqual(
      Array.from({ length: written }, () => 'done'),
    )
    const plan = await spawnRollcall(['apply', '--format', 'json'], { cwd, env })
    const said = parseSaid({ ...plan, code: plan.code ?? 0 })
    expect([said.end, said.steps.length]).toEqual(['nothing', 0])
    expect(said.kept_back.length).toBeGreaterThan(0)
  },
)

test.skipIf(noTerminal)('on a terminal: Ctrl-D at the question writes nothing', async () => {
  const sandbox = await serve({}, makeState({ teams: { a: [] } }))
  const cwd = folder({ 'rollcall.yaml': writePolicy({}, 'teams:\n  a: [rita@acme.com]\n') })
  const env = {
    CHATWOOT_BASE_URL: sandbox.baseUrl,
    CHATWOOT_ACCOUNT_ID: '1',
    CHATWOOT_APPLY_TOKEN: TOKEN,
  }
  const { code } = await typeAnswer(['apply'], '\u0004', cwd, env)
  expect([code, listWrites(sandbox)]).toEqual([1, []])
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  // Of a terminal that is closed.
  ['SIGHUP', 143],
] as const)(
  '%s during a slow write: it is finished and recorded, and the report says not verified',
  async (signal, code) => {
    let child: ChildProcess | null = null
    let slow = false
    const sandbox = await serve(
      {
        intercept: async ({ method }) => {
          if (method === 'GET') return false
          slow = true
          child?.kill(signal)
          // Somebody presses Ctrl-C again, or the program that started it passes the signal on.
          setTimeout(() => child?.kill(signal), 300)
          // Longer than a process may take to clean up.
          await new Promise((resolve) => setTimeout(resolve, 1_200))
          return false
        },
      },
      makeState({ teams: { a: [] } }),
    )
    const cwd = folder({ 'rollcall.yaml': writePolicy({}, 'teams:\n  a: [rita@acme.com]\n') })
    const env = {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_APPLY_TOKEN: TOKEN,
    }
    const argv = ['apply', '--format=json', '--journal=j.jsonl']
    const asked = await spawnRollcall(argv, { cwd, env })
    const shown = parseSaid({ ...asked, code: asked.code ?? 0 })
    const running = spawn(process.execPath, [BIN, ...argv, `--approve=${shown.approval?.value}`], {
      cwd,
      env,
    })
    child = running
    let stdout = ''
    running.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    const ended = await new Promise((resolve) => running.once('close', (status) => resolve(status)))
    expect([ended, slow]).toEqual([code, true])
    const said = parseSaid({ code, stdout, stderr: '' })
    expect(said).toMatchObject({ exit_code: code, verdict: 'none', after: null })
    expect(said.summary).toContain('Not verified')
    expect(listWrites(sandbox)).toEqual(['POST /teams/1/team_members 200'])
    expect(readLines(join(cwd)).map(({ line }) => line)).toEqual([
      'first',
      'intent',
      'result',
      'closing',
    ])
  },
)

/** The shell stays to see how the program ended. Only the shell is told that the terminal is gone. */
const SHELLS = {
  tells: (run: string) =>
    `exec 3<&0; ${run} <&3 & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > status`,
  'does not tell': (run: string) => `trap '' HUP; ${run}; echo $? > status`,
} as const

test.skipIf(noTerminal).each([
  ['tells', 143],
  // The report could not be written.
  ['does not tell', 1],
] as const)(
  'a terminal that is gone during a slow write, and the shell %s it: it is finished and recorded, and Node does not abort',
  async (shell, ends) => {
    let gone = () => {}
    const sandbox = await serve(
      {
        intercept: async ({ method }) => {
          if (method === 'GET') return false
          gone()
          await new Promise((resolve) => setTimeout(resolve, 1_200))
          return false
        },
      },
      makeState({ teams: { a: [] } }),
    )
    const cwd = folder({ 'rollcall.yaml': writePolicy({}, 'teams:\n  a: [rita@acme.com]\n') })
    const run = `'${process.execPath}' '${BIN}' apply --journal j.jsonl`
    const line = `${SHELLS[shell](run)}; mv status code`
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd,
      env: {
        PATH: process.env['PATH'],
        SHELL: '/bin/sh',
        TERM: 'dumb',
        CHATWOOT_BASE_URL: sandbox.baseUrl,
        CHATWOOT_ACCOUNT_ID: '1',
        CHATWOOT_APPLY_TOKEN: TOKEN,
      },
    })
    gone = () => void child.kill('SIGKILL')
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const asked = shown.includes('to approve: ')
      shown += text
      if (!asked && shown.includes('to approve: ')) child.stdin.write('yes\r')
    })
    await vi.waitFor(() => expect(readdirSync(cwd), shown).toContain('code'), 20_000)
    expect(readFileSync(join(cwd, 'code'), 'utf8')).toBe(`${ends}\n`)
    expect(listWrites(sandbox)).toEqual(['POST /teams/1/team_members 200'])
    expect(readLines(cwd).map(({ line }) => line)).toEqual(['first', 'intent', 'result', 'closing'])
  },
)
