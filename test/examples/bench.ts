/**
 * Runs the shell lines of a recipe: real shells, the built program behind `npx`, a sandbox behind
 * it, and stand-ins for what would leave this machine. Nothing outside of the test's own folder is
 * written to.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createRelay } from 'node:net'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { BIN } from '../cli/spawn.ts'
import { folder, serve } from '../cli/world.ts'

const EXAMPLES = new URL('../../examples/', import.meta.url)

export const example = (path: string) => readFileSync(new URL(path, EXAMPLES), 'utf8')
export const recipe = <T>(path: string): T => parse(example(`ci/${path}`)) as T

export const POLICY = example('acme/rollcall.yaml')
export const PACKAGE = 'chatwoot-rollcall@0.1.0'

export type Finds = 'in sync' | 'drift' | 'down'

/** The token belongs to in no log, whatever happens. */
export const TOKEN = 'SECRET-token-of-ada'

/** Address of a server whose account the policy of examples/acme finds like this. */
export async function account(finds: Finds, options: SandboxOptions = {}): Promise<string> {
  if (finds === 'down') return unused()
  const state = acme()
  if (finds === 'in sync') settle(state)
  return (await serve(options, state)).baseUrl
}

/** A server that is restarting: it answers the first requests with 503, then as if in sync. */
export function restartingAccount(): Promise<string> {
  let left = 8
  return account('in sync', {
    intercept: (_request, response) => {
      left -= 1
      if (left < 0) return false
      response.writeHead(503).end()
      return true
    },
  })
}

function settle(state: SandboxState): void {
  for (const user of state.users) user.confirmed = true
  for (const { members, teams } of state.accounts) {
    for (const member of members) if (member.email.startsWith('mallory@')) member.role = 'agent'
    teams[0]?.members.push('grace@acme.com')
  }
  rename(state, 'mallory@evil.example', 'hedy@acme.com')
}

/** One address for a whole test: what is found there may be another thing in each run. */
export async function address() {
  let port: string | null = null
  const relay = createRelay((client) => {
    if (port === null) return client.destroy()
    const server = connect(Number(port), '127.0.0.1')
    for (const socket of [client, server]) socket.on('error', () => socket.destroy())
    return client.pipe(server).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => void relay.close())
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    find: async (finds: Finds) => {
      port = finds === 'down' ? null : new URL(await account(finds)).port
    },
  }
}

/** A server with two accounts: the first has with drift, the second is as its policy says. */
export async function twoAccounts(): Promise<string> {
  const members = [{ email: 'ada@acme.com', role: 'administrator' }]
  const written = JSON.parse(example('acme/state.json'))
  written.accounts.push({ name: 'Beta\n @support', members, teams: [] })
  return (await serve({}, acme(JSON.stringify(written)))).baseUrl
}

/** An account that differs from its policy in one membership only, which needs no --allow. */
export async function writableAccount() {
  const state = acme()
  settle(state)
  const [there] = state.accounts
  const team = there?.teams[0]
  if (team) team.members = team.members.filter((email) => email !== 'grace@acme.com')
  const { baseUrl, requests } = await serve({}, state)
  const methods = () => requests.map(({ method }) => method).filter((each) => each !== 'GET')
  return { baseUrl, methods, isMember: () => team?.members.includes('grace@acme.com') }
}

/** A drifted account in which, when asked to, one stranger goes and another comes. */
export async function changingAccount() {
  const state = acme()
  const { baseUrl } = await serve({}, state)
  return { baseUrl, change: () => rename(state, 'mallory@evil.example', 'eve@evil.example') }
}

function acme(text = example('acme/state.json')): SandboxState {
  const state = parseState(text, 'state.json')
  for (const user of state.users) if (user.email === 'ada@acme.com') user.token = TOKEN
  return state
}

function rename({ users, accounts }: SandboxState, from: string, to: string): void {
  for (const each of [...users, ...accounts.flatMap(({ members }) => members)]) {
    if (each.email === from) each.email = to
  }
}

/** An address where nobody listens. */
async function unused(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

export interface Ran {
  readonly code: number | null
  readonly log: string
}

export interface Bench {
  readonly cwd: string
  /** The checkout, also where `cwd` is a folder in it. */
  readonly workspace: string
  /** The same bench, for steps with a working directory of their own. */
  readonly within: (folder: string) => Bench
  readonly has: (name: string) => boolean
  readonly read: (name: string) => string
  readonly write: (name: string, text: string) => void
  readonly remove: (name: string) => void
  /** Lines that a stand-in wrote down, in order. */
  readonly calls: (stub: 'npx' | 'curl') => readonly string[]
  readonly run: (
    argv: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
  ) => Promise<Ran>
}

/** Environment that makes `npx` fail before rollcall starts: the registry cannot be reached. */
export const NO_REGISTRY = { STUB_NPX_FAILS: '1' }

/** `npx`, as the recipes call it: one pinned package, which is the one in dist/. */
const NPX = `#!/bin/sh
echo "$*" >> "$STUBS/npx.calls"
[ "$1 $2" = "--yes ${PACKAGE}" ] || { echo "npx: not $1 $2" >&2; exit 90; }
[ -z "\${STUB_NPX_FAILS:-}" ] || { echo "npm error network" >&2; exit 1; }
shift 2
echo $$ > "$STUBS/rollcall.pid"
[ "$1" = plan ] || STUB_NPX_ADDS=
exec "${process.execPath}" "${BIN}" "$@" \${STUB_NPX_ADDS:-}
`

/** A URL on standard input is written down too: it must not be an argument. */
const CURL = `#!/bin/sh
case $* in *"--config -"*) echo "$* < $(cat)" ;; *) echo "$*" ;; esac >> "$STUBS/curl.calls"
[ -z "\${STUB_CURL_FAILS:-}" ] || { echo "curl: (6) no such host" >&2; exit 6; }
case $* in *--output*) ;; *) echo OK ;; esac
`

const ROLLCALL = `#!/bin/sh
[ -z "\${STUB_NPX_FAILS:-}" ] || { echo "rollcall: not found" >&2; exit 1; }
echo $$ > "$STUBS/rollcall.pid"
[ "$1" = plan ] || STUB_NPX_ADDS=
exec "${process.execPath}" "${BIN}" "$@" \${STUB_NPX_ADDS:-}
`

/** A folder with these files and, beside it, the programs that a recipe may call. */
export function bench(files: Readonly<Record<string, string>>): Bench {
  const root = folder({})
  const workspace = join(root, 'work')
  const at = (name: string) => join(workspace, name)
  const put = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  mkdirSync(at(''))
  for (const [name, text] of Object.entries(files)) put(at(name), text)
  const gh = readFileSync(new URL('gh.js', import.meta.url), 'utf8')
  const node = `#!/bin/sh\nexec "${process.execPath}" "$@"\n`
  const stubs = { npx: NPX, curl: CURL, rollcall: ROLLCALL, gh, node }
  for (const [name, text] of Object.entries(stubs)) {
    put(join(root, 'bin', name), text)
    chmodSync(join(root, 'bin', name), 0o755)
  }
  const env = { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, STUBS: root, HOME: root, TMPDIR: root }
  const benchAt = (cwd: string): Bench => ({
    cwd,
    workspace,
    within: (name) => benchAt(join(workspace, name)),
    has: (name) => existsSync(join(cwd, name)),
    read: (name) => readFileSync(join(cwd, name), 'utf8'),
    write: (name, text) => put(join(cwd, name), text),
    remove: (name) => rmSync(join(cwd, name), { force: true, recursive: true }),
    calls: (stub) => {
      const path = join(root, `${stub}.calls`)
      return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
    },
    run: async ([program, ...argv], more) => {
      const child = spawn(program, argv, { cwd, env: { ...env, ...more } })
      let log = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
          log += text
        })
      }
      child.stdin.end()
      const [code] = await once(child, 'close')
      return { code, log }
    },
  })
  return benchAt(workspace)
}

/** Somebody who waits for heartbeats; `beats` are the paths that were asked for. */
export async function watchdog(answer = 200) {
  const beats: string[] = []
  const server = createServer((request, response) => {
    beats.push(`${request.url}`)
    response.writeHead(answer, { connection: 'close' }).end('OK')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    beats,
    env: { ROLLCALL_HEARTBEAT_URL: `${url}/verdict`, ROLLCALL_IN_SYNC_URL: `${url}/in-sync` },
  }
}

type Operand = (name: string) => string

/**
 * What a condition of a recipe comes to: comparisons joined by `&&`, which is all that they use.
 * @param operand the value of whatever is not a quoted text
 */
export function holds(condition: string, operand: Operand): boolean {
  return condition.split(' && ').every((term) => {
    if (term === '!cancelled()' || term === 'always()') return true
    const [, left = '', operator, right = ''] = /^(.+?) (==|!=) (.+)$/.exec(term) ?? []
    if (operator === undefined) throw new Error(`This test does not know the condition ${term}`)
    const value = (text: string) => /^(["'])(.*)\1$/.exec(text)?.[2] ?? operand(text)
    return (value(left) === value(right)) === (operator === '==')
  })
}
