/**
 * A change that touches everything, killed at every request in turn and started again: the account ends
 * as without the kill, nothing is done twice, and journals and the server's log tell the same story.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import {
  apply,
  applyAll,
  BOT,
  findAllows,
  type Line,
  makeClock,
  makeState,
  type Person,
  parseSaid,
  readLines,
  TOKEN,
  UNLIMITED,
  writePolicy,
  writesOf,
} from '../cli/applying.ts'
import { BIN } from '../cli/spawn.ts'
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

/** Every cut of the built program, at 60 requests a minute: a quarter of an hour. */
const KILLED_ALL = process.env['ROLLCALL_KILLED'] === 'all'
const HANDFUL = 6
/** Most of the time they wait for their next minute. */
const AT_ONCE = KILLED_ALL ? 24 : 2

/** The approval for a sandbox, as of now. The built program has to come to the same one. */
async function findApproval(sandbox: Sandbox, argv: readonly string[], now: () => Date) {
  const world = { ask: async () => null, now }
  const shown = parseSaid(await apply(sandbox, POLICY, argv, { world }))
  return `--approve=${shown.approval?.value}`
}

/** Starts the built program, and kills it when the request of the cut arrives. */
async function killProgram(cut: Cut, argv: readonly string[]) {
  const state = structuredClone(STATE)
  let child: ChildProcess | null = null
  let count = 0
  const sandbox = await startSandbox(state, {
    intercept: (_request, _response, _state, honest) => {
      if (child === null) return false
      count += 1
      if (count !== cut.request) return false
      if (cut.acts) honest()
      child.kill('SIGKILL')
      return true
    },
  })
  const cwd = folder({ 'rollcall.yaml': POLICY })
  const approval = await findApproval(sandbox, argv, () => new Date())
  child = spawn(process.execPath, [BIN, 'apply', ...argv, approval], {
    cwd,
    env: {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_APPLY_TOKEN: TOKEN,
    },
  })
  const signal = await new Promise((resolve) => child?.once('exit', (_, name) => resolve(name)))
  const story = { state, writes: describeWrites(sandbox), lines: readLines(cwd) }
  await sandbox.close()
  return { ...story, signal }
}

test('the built program, killed by SIGKILL at requests in turn and started again, ends likewise', {
  timeout: 7_200_000,
}, async () => {
  const first = await startSandbox(structuredClone(STATE))
  const allows = await findAllows(first, POLICY)
  const rate = KILLED_ALL ? 60 : 100_000
  const argv = [
    '--format=json',
    '--quiet',
    '--journal=j.jsonl',
    `--max-rpm=${rate}`,
    ...UNLIMITED,
    ...allows,
  ]
  const approval = await findApproval(first, argv, makeClock().now)
  const before = first.requests.length
  const { code } = await apply(first, POLICY, [...argv, approval])
  await first.close()
  expect(code).toBe(0)
  const truth = readTruth(first.state, 1)
  const once = describeWrites(first).map(withoutId).sort()
  const methods = first.requests.slice(before).map(({ method }) => method)
  const cuts = methods.flatMap((method, index): readonly Cut[] => {
    const request = index + 1
    const acted = { request, acts: true }
    return method === 'GET' ? [acted] : [{ request, acts: false }, acted]
  })
  const writes = cuts.filter(({ request }) => methods[request - 1] !== 'GET')
  const step = Math.ceil(writes.length / HANDFUL)
  const tried = KILLED_ALL ? cuts : writes.filter((_, index) => index % step === step - 1)
  process.stdout.write(
    `killed, the built program: ${tried.length} of ${cuts.length} cuts, ${methods.length} requests at up to ${rate} a minute\n`,
  )
  const left = tried.values()
  const worker = async () => {
    for (const cut of left) {
      const dead = await killProgram(cut, argv)
      const name = JSON.stringify(cut)
      expect(dead.signal, name).toBe('SIGKILL')
      checkStory(dead)
      expect(countAdministrators(readTruth(dead.state, 1)), name).toBeGreaterThan(2)
      const again = await startSandbox(dead.state)
      const { ran, said } = await applyAll(again, POLICY)
      await again.close()
      expect(ran.code, `${name} ${said.summary}`).toBe(0)
      checkStory({ state: dead.state, writes: describeWrites(again), lines: readLines(ran.cwd) })
      expect(readTruth(dead.state, 1), name).toEqual(truth)
      const unheard = !cut.acts && methods[cut.request - 1] !== 'GET' ? 1 : 0
      const heard = dead.writes.slice(0, dead.writes.length - unheard)
      expect([...heard, ...describeWrites(again)].map(withoutId).sort(), name).toEqual(once)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
})
