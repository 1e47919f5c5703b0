/** Runs that meet others: a second apply of the same plan, and a signal at any moment. */
import { expect, test } from 'vitest'
import type { SandboxState } from '../../src/sandbox/state.ts'
import {
  apply,
  applyAll,
  findAllows,
  listSteps,
  makeClock,
  makeState,
  parseSaid,
  readLines,
  UNLIMITED,
  writePolicy,
  writesOf,
} from '../cli/applying.ts'
import { folder, serve } from '../cli/world.ts'
import { readTruth } from '../sandbox/truth.ts'

const STATE = makeState({
  agents: {
    'ann@acme.com': 'agent',
    'bob@acme.com': 'agent',
    'old@acme.com': 'administrator',
    'gone@acme.com': 'agent',
  },
  teams: { a: ['gone@acme.com', 'old@acme.com'], b: [] },
  inboxes: { desk: ['gone@acme.com'] },
  customRoles: { Clerk: ['contact_manage'] },
})

const POLICY = writePolicy(
  {
    'ann@acme.com': 'administrator',
    'bob@acme.com': '{ role: agent, custom_role: Clerk }',
    'new@acme.com': '{ role: agent, pending_until: 2026-12-15 }',
  },
  `custom_roles:
  Clerk: [contact_manage]
teams:
  a: [ann@acme.com, new@acme.com]
  c: [bob@acme.com]
`,
)

const argvOf = async (sandbox: Parameters<typeof apply>[0]) => [
  '--format=json',
  '--journal=j.jsonl',
  '--quiet',
  ...UNLIMITED,
  ...(await findAllows(sandbox, POLICY)),
]

/** Each kind of access once: a second one would be a person, a team or a role that is there twice. */
const countThings = ({ accounts: [account] }: SandboxState) => ({
  people: account?.members.map(({ email }) => email).sort(),
  teams: account?.teams.map(({ name, members }) => [name, ...[...members].sort()]).sort(),
  roles: account?.custom_roles.map(({ name }) => name),
})

test('two applies of one plan at once do nothing twice, and both say what is true', async () => {
  const alone = await serve({}, structuredClone(STATE))
  expect((await applyAll(alone, POLICY)).ran.code).toBe(0)
  const wanted = countThings(alone.state)
  let overlap = 0
  for (const lag of [0, 1, 3, 6, 10]) {
    const sandbox = await serve({}, structuredClone(STATE))
    const flags = await argvOf(sandbox)
    const shown = parseSaid(
      await apply(sandbox, POLICY, flags, { world: { ask: async () => null } }),
    )
    const argv = [...flags, `--approve=${shown.approval?.value}`]
    const begin = sandbox.requests.length
    const second = async () => {
      while (sandbox.requests.length < begin + lag) await new Promise(setImmediate)
      return apply(sandbox, POLICY, argv)
    }
    const runs = await Promise.all([apply(sandbox, POLICY, argv), second()])
    const says = runs.map((ran) => ({
      code: ran.code,
      steps: listSteps(parseSaid(ran)),
    }))
    expect(countThings(sandbox.state), JSON.stringify({ lag, says })).toEqual(wanted)
    const together = runs.map((ran) =>
      parseSaid(ran).steps.filter(({ status }) => status === 'done'),
    )
    overlap += Math.min(...together.map(({ length }) => length))
    for (const ran of runs) {
      const said = parseSaid(ran)
      if (ran.code === 0) expect(said.after?.verdict ?? said.verdict).toBe('in_sync')
      else {
        const undone = said.steps.filter(({ status }) => status !== 'done')
        expect([said.stopped ?? [], said.diagnostics, undone].flat(), 'says why').not.toEqual([])
      }
    }
  }
  // Otherwise they would only have followed each other.
  expect(overlap).toBeGreaterThan(0)
})

test('a signal at any request: it is finished, nothing is read after it, and the report says so', async () => {
  const whole = await serve({}, structuredClone(STATE))
  const argv = await argvOf(whole)
  const begin = whole.requests.length
  await apply(whole, POLICY, argv)
  const methods = whole.requests.slice(begin).map(({ method }) => method)
  const first = methods.findIndex((method) => method !== 'GET')
  const step = process.env['ROLLCALL_MATRIX'] === 'all' ? 1 : 4
  for (let at = first - 2; at < methods.length; at += step) {
    const stop = new AbortController()
    let count = 0
    const sandbox = await serve(
      {
        intercept: () => {
          count += 1
          if (count === at + 1) stop.abort(130)
          return false
        },
      },
      structuredClone(STATE),
    )
    const cwd = folder({ 'rollcall.yaml': POLICY })
    const ran = await apply(sandbox, POLICY, argv, { world: { cwd, signal: stop.signal } })
    const name = `at request ${at + 1} (${methods[at]})`
    expect(ran.code, name).toBe(130)
    const requests = sandbox.requests.length
    await new Promise((resolve) => setTimeout(resolve, 5))
    // Several lists may be read at once; nothing begins after the signal.
    expect(requests - (at + 1), name).toBeLessThanOrEqual(methods[at] === 'GET' ? 3 : 0)
    expect(sandbox.requests.length, name).toBe(requests)
    const said = parseSaid(ran)
    expect(said, name).toMatchObject({ exit_code: 130, verdict: 'none', after: null })
    expect(said.summary, name).toContain('Not verified')
    const lines = readLines(cwd)
    const intents = lines.filter(({ line }) => line === 'intent')
    expect(intents.length, name).toBe(writesOf(sandbox).length)
    expect(lines.filter(({ line }) => line === 'result').length, name).toBe(intents.length)
    expect(lines.at(-1), name).toMatchObject({ line: 'closing', verdict: null })
    // What was under way has no answer that was looked at.
    if (methods[at] !== 'GET') {
      expect(
        said.steps.some(({ status }) => status === 'unknown'),
        name,
      ).toBe(true)
    }
  }
})

test('a signal during the wait for a lost answer leaves the step unknown', async () => {
  const stop = new AbortController()
  const clock = makeClock()
  const sandbox = await serve(
    {
      intercept: ({ method }, response) => {
        if (method === 'GET') return false
        response.socket?.resetAndDestroy()
        return true
      },
    },
    makeState({ teams: { a: [] } }),
  )
  const policy = writePolicy({}, 'teams:\n  a: [rita@acme.com]\n')
  const sleep = async (ms: number, signal: AbortSignal) => {
    stop.abort(143)
    return clock.sleep(ms, signal)
  }
  const ran = await apply(sandbox, policy, ['--format=json'], {
    world: { ...clock, sleep, signal: stop.signal },
  })
  expect(ran.code).toBe(143)
  expect(listSteps(parseSaid(ran))).toEqual(['add-member team/a/rita@acme.com: unknown'])
  expect(readTruth(sandbox.state, 1).teams).toEqual({ 'a (1)': [] })
})
