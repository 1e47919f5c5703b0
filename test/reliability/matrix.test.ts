/**
 * Every fault of an answer × every endpoint × once and for good × every command that reads: no
 * verdict and the right cause, or exactly the result of the unharmed run. Never anything else.
 */
import { expect, test } from 'vitest'
import { ENDPOINTS, FAULTS } from '../../src/sandbox/faults.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { ADA, recordedState } from '../cli/world.ts'
import { broken, type Cell, COMMANDS, ended, nameOf, normalised } from './cells.ts'
import { expected, NAMED } from './expected.ts'

const CELLS: readonly Cell[] = FAULTS.flatMap((fault) =>
  ENDPOINTS.filter((endpoint) => fault.endpoints.includes(endpoint)).flatMap((endpoint) =>
    COMMANDS.flatMap((command, index) => {
      const { once, always } = expected(fault, endpoint)
      const shared = { command, fault, endpoint, state: recordedState }
      const forGood = { ...shared, times: Number.POSITIVE_INFINITY, end: always }
      // What costs seconds is tried with one command only, and its first time ends the run anyway.
      if (fault.costly) return index === 0 ? [forGood] : []
      return [{ ...shared, times: 1, end: once }, forGood]
    }),
  ),
)

/** Cells under way at a time: most of them wait for a socket. */
const AT_ONCE = 8
/** For scripts/mutate-checks.js, which wants the first cell that fails and no other. */
const STOP_AT_FIRST = process.env['ROLLCALL_MATRIX'] === 'first'

test('a wrong answer costs the verdict or is mended, and never changes what is reported', {
  timeout: 300_000,
}, async () => {
  const unharmed = new Map<unknown, string>()
  for (const command of COMMANDS) {
    const sandbox = await startSandbox(recordedState())
    const env = { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: ADA }
    unharmed.set(command, normalised(await ended(command, env)))
    await sandbox.close()
  }

  const failures: string[] = []
  const left = CELLS.values()
  const worker = async () => {
    for (const cell of left) {
      const problems = await broken(cell, unharmed.get(cell.command) ?? '')
      failures.push(...problems.map((problem) => `${nameOf(cell)}: ${problem}`))
      if (STOP_AT_FIRST && failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  process.stdout.write(`matrix: ${CELLS.length.toLocaleString('en')} cells\n`)
  expect(failures).toEqual([])
})

test('every expectation speaks of a fault that exists', () => {
  const names = FAULTS.map(({ name }) => name)
  expect(NAMED.filter((name) => !names.includes(name))).toEqual([])
})
