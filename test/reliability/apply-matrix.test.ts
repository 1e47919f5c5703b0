/**
 * Every fault of the catalogue × every request that `apply` writes × once and for good × whether the
 * server acted: what is said of the step is what is true on the server. ROLLCALL_MATRIX=all tries every
 * cell; without it, each fault meets each request in one of the ways, in turn.
 */
import { expect, test } from 'vitest'
import type { Proposed } from '../../src/commands/shared/propose.ts'
import type { StepStatus } from '../../src/core/apply/results.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { type Made, makeState, type Person, writePolicy } from '../cli/applying.ts'
import { ask } from '../sandbox/ask.ts'
import { readTruth } from '../sandbox/truth.ts'
import {
  LATER,
  MOMENTS,
  type Moment,
  WRITE_FAULTS,
  type Write,
  type WriteFault,
  withWriteFaults,
  writeOf,
} from '../sandbox/write-faults.ts'
import { execute, prepare } from './executor.ts'

interface Case {
  readonly made: Made
  readonly agents: Readonly<Record<string, string>>
  readonly rest?: string
}

const ann: Readonly<Record<string, Person>> = { 'ann@acme.com': 'agent' }
const listed = { 'ann@acme.com': 'agent' }

/** A change that takes one request of each kind. `apply` never replaces whole lists of members. */
const CASES: Readonly<
  Record<Exclude<Write, 'PATCH team_members' | 'PATCH inbox_members'>, readonly Case[]>
> = {
  'POST agents': [{ made: {}, agents: listed }],
  'PATCH agents': [
    { made: { agents: ann }, agents: { 'ann@acme.com': 'administrator' } },
    {
      made: {
        agents: { 'ann@acme.com': { role: 'administrator', customRole: 1 } },
        customRoles: { Clerk: [] },
      },
      agents: { 'ann@acme.com': '{ role: agent, custom_role: Clerk }' },
    },
    {
      made: { agents: ann, customRoles: { Clerk: [] } },
      agents: { 'ann@acme.com': '{ role: agent, custom_role: Clerk }' },
    },
  ],
  'DELETE agents': [{ made: { agents: ann }, agents: {} }],
  'POST teams': [{ made: {}, agents: {}, rest: 'teams:\n  a: []\n' }],
  'PATCH teams': [
    {
      made: { teams: { a: [] } },
      agents: {},
      rest: 'teams:\n  a: { description: x, members: [] }\n',
    },
  ],
  'DELETE teams': [{ made: { teams: { a: [], b: [] } }, agents: {}, rest: 'teams:\n  a: []\n' }],
  'POST team_members': [
    { made: { teams: { a: [] } }, agents: {}, rest: 'teams:\n  a: [rita@acme.com]\n' },
  ],
  'DELETE team_members': [
    {
      made: { teams: { a: ['rita@acme.com', 'bot@acme.com'] } },
      agents: {},
      rest: 'teams:\n  a: [bot@acme.com]\n',
    },
  ],
  'POST inbox_members': [
    { made: { inboxes: { a: [] } }, agents: {}, rest: 'inboxes:\n  a: [rita@acme.com]\n' },
  ],
  'DELETE inbox_members': [
    {
      made: { inboxes: { a: ['rita@acme.com', 'bot@acme.com'] } },
      agents: {},
      rest: 'inboxes:\n  a: [bot@acme.com]\n',
    },
  ],
  'POST custom_roles': [
    { made: {}, agents: {}, rest: 'custom_roles:\n  Clerk: [contact_manage]\n' },
  ],
  'PATCH custom_roles': [
    {
      made: { customRoles: { Clerk: ['contact_manage', 'report_manage'] } },
      agents: {},
      rest: 'custom_roles:\n  Clerk: [contact_manage]\n',
    },
  ],
  'DELETE custom_roles': [
    {
      made: { customRoles: { Clerk: [], Old: [] } },
      agents: {},
      rest: 'custom_roles:\n  Clerk: []\n',
    },
  ],
}

/** With what the settings of teams say. */
function describeState(state: SandboxState): string {
  const settings = state.accounts.flatMap(({ teams }) => teams.map((team) => team.description))
  return JSON.stringify({ ...readTruth(state, 1), settings })
}

interface Ready {
  readonly name: string
  readonly write: Write
  readonly state: SandboxState
  readonly proposed: Proposed
  readonly before: string
  readonly after: string
}

async function makeReady(name: string, write: Write, { made, agents, rest }: Case): Promise<Ready> {
  const state = makeState(made)
  const proposed = await prepare(state, writePolicy(agents, rest))
  const sandbox = await startSandbox(structuredClone(state))
  const { steps } = await execute(sandbox, proposed)
  const writes = sandbox.requests.filter(({ method }) => method !== 'GET').map(writeOf)
  await sandbox.close()
  const after = describeState(sandbox.state)
  expect({ name, statuses: steps.map(({ status }) => status), writes }).toEqual({
    name,
    statuses: ['done'],
    writes: [write],
  })
  return { name, write, state, proposed, before: describeState(state), after }
}

/** No whole answer of Chatwoot came back: the server may still act. Whoever answers has acted or never will. */
const LOST =
  /^(reset|closed|cut, with the length of the whole|cut between|headers that never|a body (that stops|that trickles without|without)|408|502|503)/

interface Cell {
  readonly ready: Ready
  readonly fault: WriteFault
  readonly times: number
  readonly moment: Moment
}

const nameOf = ({ ready, fault, times, moment }: Cell) =>
  `${fault.name}, ${times === 1 ? 'once' : 'for good'}, ${ready.name}, the server acts: ${moment}`

const DONE: readonly StepStatus[] = ['done', 'done-by-others']
const NOT_DONE: readonly StepStatus[] = ['not-done', 'not-started', 'skipped', 'changed-meanwhile']

async function tryCell(cell: Cell, counts: Map<string, number>): Promise<string | null> {
  const { ready, fault, times, moment } = cell
  const intercept = withWriteFaults({ fault, moment, write: ready.write, times })
  const sandbox = await startSandbox(structuredClone(ready.state), { intercept })
  try {
    const timeoutMs = /never|stops|without end/.test(fault.name) ? 40 : 5_000
    const { steps, stopped } = await execute(sandbox, ready.proposed, { timeoutMs })
    const truth = describeState(sandbox.state)
    // What the server does only when the run is over.
    for (let more = 0; more < LATER; more += 1) await ask(sandbox, '/api')
    const truthLater = describeState(sandbox.state)
    const status = steps[0]?.status ?? 'not-started'
    counts.set(status, (counts.get(status) ?? 0) + 1)
    const isDone = truth === ready.after
    const isAsBefore = truthLater === ready.before
    const right =
      (DONE.includes(status) && isDone) ||
      (NOT_DONE.includes(status) && isAsBefore) ||
      // Whoever could have seen it must not say that nobody knows.
      (status === 'unknown' && LOST.test(fault.name) && truth === ready.before)
    return right
      ? null
      : `${nameOf(cell)}: ${status} (${stopped}), truly ${isDone ? 'done' : isAsBefore ? 'not done' : 'otherwise'}`
  } finally {
    await sandbox.close()
  }
}

test('the word of a report on each step is true, whatever goes wrong with its request', {
  timeout: 1_200_000,
}, async () => {
  const ready: Ready[] = []
  for (const [write, cases] of Object.entries(CASES)) {
    for (const [index, each] of cases.entries()) {
      ready.push(await makeReady(`${write} ${index + 1}`, write as Write, each))
    }
  }
  const all = WRITE_FAULTS.filter(({ costly }) => !costly).flatMap((fault) =>
    ready.map((each) =>
      [1, Number.POSITIVE_INFINITY].flatMap((times) =>
        MOMENTS.filter((moment) => moment !== 'later' || LOST.test(fault.name)).map(
          (moment): Cell => ({ ready: each, fault, times, moment }),
        ),
      ),
    ),
  )
  const whole = process.env['ROLLCALL_MATRIX'] === 'all'
  const cells = whole ? all.flat() : all.flatMap((ways, index) => ways[index % ways.length] ?? [])
  const counts = new Map<string, number>()
  const failures: string[] = []
  const left = cells.values()
  const worker = async () => {
    for (const cell of left) {
      const failure = await tryCell(cell, counts)
      if (failure !== null) failures.push(failure)
    }
  }
  await Promise.all(Array.from({ length: 6 }, worker))
  const words = [...counts].map(([status, count]) => `${status} ${count}`).join(', ')
  process.stdout.write(`apply matrix: ${cells.length} of ${all.flat().length} cells (${words})\n`)
  expect(failures).toEqual([])
})
