/**
 * A change that touches everything, killed at every request in turn and started again: the account ends
 * as without the kill, nothing is done twice, and journals and the server's log tell the same story.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import {
  apply,
  applyAll,
  BOT,
  findAllows,
  type Line,
  makeState,
  type Person,
  readLines,
  TOKEN,
  UNLIMITED,
  writePolicy,
  writesOf,
} from '../cli/applying.ts'
import { BIN, spawnRollcall } from '../cli/spawn.ts'
import { folder } from '../cli/world.ts'
import { readTruth, type Truth } from '../sandbox/truth.ts'

const people = Array.from({ length: 190 }, (_, index) => `p${index}@acme.com`)
const agents: Readonly<Record<string, Person>> = {
  ...Object.fromEntries(people.map((email) => [email, 'agent'] as const)),
  'up@acme.com': 'agent',
  'less@acme.com': 'agent',
  'swap@acme.com': 'agent',
  'gone1@acme.com': 'administrator',
  'gone2@acme.com': 'agent',
  'gone3@acme.com': 'agent',
}

const STATE = makeState({
  agents,
  teams: {
    a: [...people.slice(0, 50), 'gone1@acme.com', 'gone2@acme.com'],
    b: people.slice(50, 60),
  },
  inboxes: {
    desk: ['swap@acme.com', 'p1@acme.com', 'gone1@acme.com', 'gone3@acme.com'],
    mail: ['p2@acme.com', 'gone1@acme.com'],
  },
})

const POLICY = writePolicy(
  {
    ...Object.fromEntries(people.map((email) => [email, 'agent'])),
    'new@acme.com': '{ role: agent, pending_until: 2026-12-15 }',
    'up@acme.com': 'administrator',
    'less@acme.com': '{ role: agent, custom_role: Clerk }',
    'swap@acme.com': 'agent',
  },
  `custom_roles:
  Clerk: [contact_manage]
teams:
  a: [new@acme.com, ${people.slice(0, 50).join(', ')}]
inboxes:
  desk: [p1@acme.com]
  mail: [swap@acme.com, p2@acme.com]
`,
)

const countAdministrators = ({ people: all }: Truth) =>
  Object.values(all).filter(({ role }) => role === 'administrator').length

/** Every cut takes minutes; without it, each sixth is tried. */
const EVERY = process.env['ROLLCALL_MATRIX'] === 'all'

interface Cut {
  readonly request: number
  /** Whether the server carries out the request that is cut. */
  readonly acts: boolean
}

interface Story {
  readonly state: SandboxState
  readonly writes: readonly string[]
  readonly lines: readonly Line[]
}

/** Runs until the request of the cut has arrived, then stops as SIGKILL does: nothing follows. */
async function runUntil(
  cut: Cut,
  state: SandboxState,
  argv: readonly string[],
): Promise<Story & { readonly end: () => Promise<void> }> {
  let cutNow = () => {}
  const killed = new Promise<void>((resolve) => {
    cutNow = resolve
  })
  let count = 0
  const sandbox = await startSandbox(state, {
    intercept: (_request, _response, _state, honest) => {
      count += 1
      if (count < cut.request) return false
      if (count === cut.request) {
        if (cut.acts) honest()
        cutNow()
      }
      return true
    },
  })
  const cwd = folder({ 'rollcall.yaml': POLICY })
  const running = apply(sandbox, POLICY, argv, { world: { cwd } })
  await Promise.race([killed, running])
  const story = { state, writes: describeWrites(sandbox), lines: readLines(cwd) }
  return {
    ...story,
    end: async () => {
      await sandbox.close()
      await running
    },
  }
}

/** With the id that the journal has too. */
const describeWrites = (sandbox: Parameters<typeof writesOf>[0]) =>
  writesOf(sandbox).map(
    ({ method, path, body, headers }) =>
      `${headers['x-request-id']} ${method} ${path.replace(/^.*accounts\/\d+/, '')} ${body}`,
  )

const withoutId = (write: string) => write.slice(write.indexOf(' ') + 1)

/** What the journal announced is what the server got, in the same order; perhaps one more. */
function checkStory({ lines, writes }: Story): void {
  const announced = lines.filter(({ line }) => line === 'intent').map((each) => each['request_id'])
  const received = writes.map((each) => each.split(' ')[0])
  expect(announced.slice(0, received.length)).toEqual(received)
  expect(announced.length - received.length).toBeLessThanOrEqual(1)
  const results = lines.filter(({ line }) => line === 'result')
  expect(announced.length - results.length).toBeLessThanOrEqual(1)
}

async function countRequests(argv: readonly string[]) {
  const sandbox = await startSandbox(structuredClone(STATE))
  const cwd = folder({ 'rollcall.yaml': POLICY })
  const { code, stdout } = await apply(sandbox, POLICY, argv, { world: { cwd } })
  await sandbox.close()
  expect({ code, stdout }).toMatchObject({ code: 0 })
  const methods = sandbox.requests.map(({ method }) => method)
  return { truth: readTruth(sandbox.state, 1), methods, writes: describeWrites(sandbox) }
}

test('a run that is killed at any request and started again ends as if it had not been', {
  timeout: 1_200_000,
}, async () => {
  const first = await startSandbox(structuredClone(STATE))
  const allows = await findAllows(first, POLICY)
  await first.close()
  const argv = [
    '--journal=j.jsonl',
    '--quiet',
    '--max-rpm=60',
    '--format=json',
    ...UNLIMITED,
    ...allows,
  ]
  const whole = await countRequests(argv)
  const once = whole.writes.map(withoutId).sort()
  // Whatever is read between two writes, the server is in the same state.
  const cuts = whole.methods.flatMap((method, index): readonly Cut[] => {
    const request = index + 1
    const next = whole.methods[index + 1]
    if (method !== 'GET')
      return [
        { request, acts: false },
        { request, acts: true },
      ]
    const late = index > whole.methods.findIndex((each) => each !== 'GET')
    return late && next !== undefined && index % 3 === 0 ? [{ request, acts: true }] : []
  })
  const tried = EVERY ? cuts : cuts.filter((_, index) => index % 6 === 0)
  process.stdout.write(
    `killed: ${tried.length} of ${cuts.length} cuts, ${whole.methods.length} requests, ${once.length} writes
`,
  )
  for (const cut of tried) {
    const state = structuredClone(STATE)
    const dead = await runUntil(cut, state, argv)
    checkStory(dead)
    expect(countAdministrators(readTruth(state, 1)), JSON.stringify(cut)).toBeGreaterThan(2)
    const again = await startSandbox(state)
    const { said, ran } = await applyAll(again, POLICY)
    await again.close()
    await dead.end()
    const name = JSON.stringify({ cut, summary: said.summary, diagnostics: said.diagnostics })
    expect(ran.code, name).toBe(0)
    checkStory({ state, writes: describeWrites(again), lines: readLines(ran.cwd) })
    expect(readTruth(state, 1), name).toEqual(whole.truth)
    // What was cut before the server acted is asked for again, and nothing else is asked for twice.
    const unheard = cut.acts
      ? []
      : dead.writes.slice(-1).filter(() => whole.methods[cut.request - 1] !== 'GET')
    const heard = dead.writes.slice(0, dead.writes.length - unheard.length)
    const asked = [...heard, ...describeWrites(again)].map(withoutId).sort()
    expect(asked, name).toEqual(once)
  }
  expect(BOT in whole.truth.people).toBe(true)
})

/** Requests of the built program at which it is killed; each takes a second or two. */
const KILLED = [20, 60, 110]

test.each(KILLED)(
  'the built program, killed by SIGKILL at request %i and started again, ends likewise',
  async (request) => {
    const state = structuredClone(STATE)
    const first = await startSandbox(state)
    const allows = await findAllows(first, POLICY)
    await first.close()
    let child: ChildProcess | null = null
    let count = 0
    const sandbox = await startSandbox(state, {
      intercept: (_request, _response, _state, honest) => {
        count += 1
        if (count !== request) return false
        honest()
        child?.kill('SIGKILL')
        return true
      },
    })
    const cwd = folder({ 'rollcall.yaml': POLICY })
    const env = {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_APPLY_TOKEN: TOKEN,
    }
    const argv = ['apply', '--format=json', '--quiet', '--journal=j.jsonl', ...UNLIMITED, ...allows]
    const shown = await spawnRollcall(argv, { cwd, env })
    const approval = JSON.parse(shown.stdout).approval.value
    count = 0
    child = spawn(process.execPath, [BIN, ...argv, `--approve=${approval}`], {
      cwd,
      env,
    })
    const signal = await new Promise((resolve) => child?.once('exit', (_, name) => resolve(name)))
    expect(signal).toBe('SIGKILL')
    checkStory({ state, writes: describeWrites(sandbox), lines: readLines(cwd) })
    const { ran } = await applyAll(sandbox, POLICY)
    await sandbox.close()
    expect(ran.code).toBe(0)
    const writes = describeWrites(sandbox).map(withoutId)
    expect(new Set(writes).size).toBe(writes.length)
  },
)
