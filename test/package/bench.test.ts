/** The benchmarks run, and measure what they say. How long anything takes is never asserted. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { ADA, serve } from '../cli/world.ts'

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url))

async function bench(program: string, ...words: readonly string[]) {
  return promisify(execFile)(process.execPath, [BENCH + program, ...words])
}

const REQUESTS = [
  '/api/v1/accounts/1/agents',
  '/api/v1/accounts/1/teams',
  '/api/v1/accounts/1/teams/1/team_members',
  '/api/v1/accounts/1/teams/2/team_members',
  '/api/v1/accounts/1/teams/3/team_members',
  '/api/v1/profile',
]

test.each(['rollcall', 'bare'])('a read that is measured (%s) asks for everything', async (how) => {
  const { baseUrl, requests } = await serve()
  const { stdout, stderr } = await bench('read.js', how, baseUrl, ADA, '4')
  expect(stderr).toBe('')
  expect(Object.keys(JSON.parse(stdout))).toEqual(['ms', 'cpu'])
  expect(requests.map(({ path }) => path).sort()).toEqual(REQUESTS)
  expect(requests.every(({ status }) => status === 200)).toBe(true)
})

test.each(['rollcall', 'bare'])('a read of inboxes (%s) asks for the same', async (how) => {
  const { baseUrl, requests } = await serve()
  await bench('read.js', how, baseUrl, ADA, '4', 'inboxes')
  expect(requests.map(({ path }) => path).sort()).toEqual(
    [
      ...REQUESTS,
      '/api/v1/accounts/1/inboxes',
      '/api/v1/accounts/1/inbox_members/1',
      '/api/v1/accounts/1/inbox_members/2',
      '/api/v1/profile',
    ].sort(),
  )
  expect(requests.every(({ status }) => status === 200)).toBe(true)
})

test('a row that does not exist is refused, with those that do', async () => {
  const failed = await bench('run.js', 'startup', 'speed').catch((error: unknown) => error)
  expect(failed).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^There is no row speed\. Rows: startup, validate, plan-small, /),
  })
})

test('every command has a row that shows how it grows, or is named as one that knows no account', async () => {
  const { GROWING } = await import(`${BENCH}commands.js`)
  const named = new Set(Object.keys(GROWING).map((row) => row.split(',')[0]))
  expect([...named].sort()).toEqual(Object.keys(COMMANDS).sort())
  const constant = Object.keys(GROWING).filter((row) => GROWING[row] === null)
  expect(constant).toEqual(['completion', 'demo', 'explain', 'sandbox', 'schema'])
})

test('every command that is measured ends with the exit code of its row', async () => {
  const { GROWING } = await import(`${BENCH}commands.js`)
  const { timeCommand, withPlaces } = await import(`${BENCH}rows.js`)
  const measured = Object.values(GROWING).filter((command) => command !== null)
  await withPlaces([0], async ([place]: readonly unknown[]) => {
    for (const [run, command] of measured.entries()) await timeCommand(command, place, run)
    return []
  })
})
