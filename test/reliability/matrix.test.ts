/**
 * Every fault of an answer × every endpoint × once and for good × every command that reads: no
 * verdict and the right cause, or exactly the result of the unharmed run. Never anything else.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { recordedState } from '../cli/world.ts'
import { ENDPOINTS, FAULTS, type Fault } from '../sandbox/faults.ts'
import { PAGES, pagesOf } from '../sandbox/lies.ts'
import { broken, type Cell, COMMANDS, nameOf, unharmed } from './cells.ts'
import { expected, NAMED } from './expected.ts'

const FOR_GOOD = Number.POSITIVE_INFINITY

function cellsOf(faults: readonly Fault[], state: () => SandboxState): readonly Cell[] {
  return faults.flatMap((fault) =>
    ENDPOINTS.filter((endpoint) => fault.endpoints.includes(endpoint)).flatMap((endpoint) =>
      COMMANDS.flatMap((command, index) => {
        const { once, always } = expected(fault, endpoint)
        const shared = { command, fault, endpoint, state }
        const forGood = { ...shared, times: FOR_GOOD, end: always }
        // What costs seconds is tried with one command, and its first time ends the run anyway.
        if (fault.costly) return index === 0 ? [forGood] : []
        return [{ ...shared, times: 1, end: once }, forGood]
      }),
    ),
  )
}

/** The recorded account with more agents, more custom roles, and many teams and inboxes, one of each large. */
function crowded(more: number): () => SandboxState {
  const raw = JSON.parse(
    readFileSync(new URL('../fixtures/recordings/state.json', import.meta.url), 'utf8'),
  )
  const people = Array.from({ length: more }, (_, index) => ({ email: `p${index}@acme.com` }))
  const names = Array.from({ length: 21 }, (_, index) => ({ name: `number ${index}` }))
  const everybody = { name: 'everybody', members: people.map(({ email }) => email) }
  raw.users.push(...people)
  raw.accounts[0].members.push(...people)
  raw.accounts[0].teams.push(everybody, ...names)
  raw.accounts[0].inboxes.push(everybody, ...names)
  raw.accounts[0].custom_roles.push(...names)
  const state = parseState(JSON.stringify(raw), 'crowd')
  return () => structuredClone(state)
}

const SIZES = [15, 20, 25, 50, 100, 200, 250, 500, 1000]

const ACCOUNTS: readonly (readonly [readonly Fault[], () => SandboxState])[] = [
  [FAULTS, recordedState],
  [PAGES, crowded(21)],
  ...SIZES.map((size) => [[pagesOf(size)], crowded(size)] as const),
]
/** While a user is half deleted, the server fails to list a team or an inbox more often than a request is tried. */
const HALF_DELETED = cellsOf(
  FAULTS.filter(({ name }) => name === '500').map((each) => ({
    ...each,
    endpoints: ['team_members', 'inbox_members'],
  })),
  recordedState,
).map((cell) => ({ ...cell, times: 10, end: 'recovered' as const }))

const CELLS = [...ACCOUNTS.flatMap(([faults, state]) => cellsOf(faults, state)), ...HALF_DELETED]

/** Waiting for a deadline costs no computing; what does must not make others miss theirs. */
function kindOf({ fault, end }: Cell): 'costly' | 'waiting' | 'rest' {
  if (fault.costly) return 'costly'
  return end === 'network-deadline' ? 'waiting' : 'rest'
}

const byCommand = (a: Cell, b: Cell) => COMMANDS.indexOf(a.command) - COMMANDS.indexOf(b.command)

/** For scripts/mutate-checks.js, which wants the first cell that fails and no other. */
const STOP_AT_FIRST = process.env['ROLLCALL_MATRIX'] === 'first'

test('a wrong answer costs the verdict or is recovered, and never changes what is reported', {
  timeout: 600_000,
}, async () => {
  const results = new Map<unknown, Map<unknown, Promise<string>>>()
  const unharmedOf = ({ command, state }: Cell) => {
    const of = results.get(state) ?? new Map<unknown, Promise<string>>()
    results.set(state, of)
    const result = of.get(command) ?? unharmed(command, state())
    of.set(command, result)
    return result
  }

  const failures: string[] = []
  const runAll = async (cells: readonly Cell[], atOnce: number) => {
    const left = cells.values()
    const worker = async () => {
      for (const cell of left) {
        if (STOP_AT_FIRST && failures.length > 0) return
        const problems = await broken(cell, await unharmedOf(cell))
        failures.push(...problems.map((problem) => `${nameOf(cell)}: ${problem}`))
        if (STOP_AT_FIRST && failures[0] !== undefined)
          process.stdout.write(`cell: ${failures[0]}\n`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
  }
  const those = (kind: ReturnType<typeof kindOf>) => CELLS.filter((cell) => kindOf(cell) === kind)
  if (STOP_AT_FIRST) {
    // What a second command adds is seldom what fails first.
    await runAll(those('rest').toSorted(byCommand), 6)
    await runAll(those('waiting'), 10)
  } else await Promise.all([runAll(those('rest'), 6), runAll(those('waiting'), 10)])
  await runAll(those('costly'), 1)
  process.stdout.write(`matrix: ${CELLS.length.toLocaleString('en')} cells\n`)
  expect(failures).toEqual([])
})

test('every expectation speaks of a fault that exists', () => {
  const names = [...FAULTS, ...PAGES].map(({ name }) => name)
  expect(NAMED.filter((name) => !names.includes(name))).toEqual([])
})
