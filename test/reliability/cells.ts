/**
 * One cell of the matrix: a command, run in this process over real HTTP while something goes wrong,
 * and everything that is then not as promised. Clock and waits are simulated.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { ADA, EXACT, run } from '../cli/world.ts'
import { type Endpoint, type Fault, withFaults } from '../sandbox/faults.ts'
import { type End, naming } from './expected.ts'

/** Commands that read an account; a later one is one more row. */
export interface ReadingCommand {
  readonly name: string
  readonly argv: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

/** Speaks of everything that can be read. */
export const WHOLE = `${EXACT}inboxes:
  Help desk: [grace@acme.com, linus@acme.com, ken@acme.com]
  Mail: []
`

const DRIFTED = WHOLE.replace(/ {2}mallory.*\n/, '')

export const COMMANDS: readonly ReadingCommand[] = [
  { name: 'plan in sync', argv: ['plan'], files: { 'rollcall.yaml': WHOLE } },
  {
    name: 'plan with drift',
    argv: ['plan'],
    files: { 'rollcall.yaml': DRIFTED },
  },
  {
    name: 'plan with an approval',
    argv: ['plan', '--approval'],
    files: { 'rollcall.yaml': DRIFTED },
  },
]

export interface Cell {
  readonly command: ReadingCommand
  readonly fault: Fault
  readonly endpoint: Endpoint
  readonly times: number
  readonly state: () => SandboxState
  readonly end: End
}

export const nameOf = ({ command, fault, endpoint, times }: Cell) =>
  `${command.name} × ${fault.name} × ${endpoint} × ${COUNTS[times] ?? 'for good'}`
const COUNTS: Readonly<Record<number, string>> = { 1: 'once', 10: 'ten times' }

/** Reports that a run writes, with what stood there since yesterday. */
const YESTERDAY = {
  json: '{"verdict":"in_sync","exit_code":0}',
  sarif: '{"version":"2.1.0","runs":[{"results":[]}]}',
  csv: 'account,finding\n',
  junit: '<testsuites tests="1" failures="0"/>',
}
const FORMATS = Object.keys(YESTERDAY) as (keyof typeof YESTERDAY)[]
const REPORTS = FORMATS.flatMap((format) => ['--report', `${format}=out.${format}`])

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Null: no such file. */
  readonly files: Readonly<Record<keyof typeof YESTERDAY, string | null>>
}

/** Runs a command in a folder of its own, against this server. */
export async function ended(
  { argv, files }: Pick<ReadingCommand, 'argv' | 'files'>,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-cell-'))
  const target = (format: string) => join(cwd, `out.${format}`)
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
    for (const format of FORMATS) writeFileSync(target(format), YESTERDAY[format])
    const ran = await run([...argv, ...REPORTS], { env, world: { cwd, ...simulated() } })
    const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null)
    const written = FORMATS.map((format) => [format, read(target(format))])
    return { ...ran, files: Object.fromEntries(written) }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** A clock that only moves while somebody sleeps. */
function simulated() {
  let time = Date.UTC(2026, 10, 23, 8, 0, 20)
  return {
    now: () => new Date(time),
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      await new Promise((resolve) => setImmediate(resolve))
      time += ms
    },
  }
}

/** Everything that may differ from one run to the next, taken out. */
function normalised({ code, stdout, files }: Ended) {
  const plain = (text: string | null) =>
    text
      ?.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g, 'TIME')
      .replace(/127\.0\.0\.1:\d+/g, 'HOST')
      // It is for this server, and so for its port.
      .replace(/\d{8}T\d\dZ-[0-9a-f]{64}/g, 'APPROVAL')
      .replace(/"requests": \d+/, '"requests": N')
      .replace(/ time="[\d.]+"/g, '') ?? null
  return JSON.stringify([code, plain(stdout), ...FORMATS.map((format) => plain(files[format]))])
}

/** What a command comes to where nothing goes wrong. */
export async function unharmed(command: ReadingCommand, state: SandboxState): Promise<string> {
  const sandbox = await startSandbox(state)
  try {
    const result = await ended(command, environment(sandbox.baseUrl))
    if (result.code === 1) throw new Error(`The unharmed run fails: ${result.stdout}`)
    return normalised(result)
  } finally {
    await sandbox.close()
  }
}

const environment = (baseUrl: string) => ({ CHATWOOT_BASE_URL: baseUrl, CHATWOOT_API_TOKEN: ADA })

/** Everything about a cell that is not as promised. */
export async function broken(cell: Cell, wanted: string): Promise<readonly string[]> {
  let applied = 0
  const fault: Fault = {
    ...cell.fault,
    apply: (exchange) => {
      const done = cell.fault.apply(exchange)
      if (done) applied += 1
      return done
    },
  }
  const intercept = withFaults({ fault, endpoint: cell.endpoint, times: cell.times })
  const sandbox = await startSandbox(cell.state(), { intercept })
  // Only what never ends by itself is given little time.
  const hurry = cell.end === 'network-deadline' ? ['--timeout', '2s'] : []
  const command = { ...cell.command, argv: [...cell.command.argv, ...hurry] }
  try {
    const result = await ended(command, environment(sandbox.baseUrl))
    const problems = applied === 0 ? ['the fault never happened'] : []
    if (cell.end === 'recovered') {
      if (normalised(result) !== wanted) {
        problems.push(
          `is not the result of the unharmed run, but ${differing(normalised(result), wanted)}`,
        )
      }
    } else {
      problems.push(...withoutVerdict(result, cell.end))
      problems.push(...unnamed(result, cell, sandbox.baseUrl))
    }
    return [...problems, ...untidy(result)]
  } finally {
    await sandbox.close()
  }
}

/** What a run without a verdict owes, whatever was in its way. */
export function withoutVerdict({ code, stdout, files }: Ended, end: Exclude<End, 'recovered'>) {
  const problems: string[] = []
  const document = JSON.parse(files.json ?? '{}')
  const [account] = document.accounts ?? []
  const codes = account?.diagnostics.map((each: { code: string }) => each.code) ?? []
  const { cause } = DIAGNOSTICS[end]
  const found = [code, document.exit_code, document.verdict, document.cause, ...codes].join(' ')
  const wanted = [1, 1, 'none', cause, end].join(' ')
  if (found !== wanted) problems.push(`should end with "${wanted}", not "${found}"`)
  if (account?.diagnostics.some((each: { advice: string | null }) => !each.advice)) {
    problems.push('names no next step')
  }
  if (!stdout.startsWith('NO VERDICT') || /IN SYNC|^DRIFT/m.test(stdout)) {
    problems.push(`does not begin with NO VERDICT: ${stdout.slice(0, 40)}`)
  }
  if (files.sarif !== null || files.csv !== null) problems.push('a report stands that means "fine"')
  if (!files.junit?.includes('<error')) problems.push('the JUnit report has no error')
  return problems
}

/** The request that went wrong and the id of its answer, as people read them. */
function unnamed({ stdout }: Ended, { fault, endpoint, end }: Cell, baseUrl: string) {
  const text = stdout.replace(/\s+/g, ' ')
  const { request, id, says } = naming(fault, endpoint, end)
  const path = text
    .match(/GET \S+/g)
    ?.find((each) => each.replace(baseUrl, '').startsWith(`GET ${request}`))
  return [
    ...(says !== null && text.search(says) < 0 ? [`does not say ${says}: ${text}`] : []),
    ...(path === undefined ? [`does not name the request GET ${request}: ${text}`] : []),
    ...(id !== null && text.search(id) < 0 ? [`does not name the request id: ${text}`] : []),
  ]
}

/** Nothing of a program's inside is ever shown. */
export function untidy({ stdout, stderr, files }: Ended): readonly string[] {
  const all = [stdout, stderr, ...Object.values(files)].join('\n')
  const trace = /^\s+at .+\(.+:\d+:\d+\)$|^\s+at (async )?(file|node):|\b(Type|Range)Error\b/m
  return [
    ...(trace.test(all) ? [`a stack trace: ${all}`] : []),
    ...(/RECORDED-TOKEN|SECRET-/.test(all) ? ['a secret'] : []),
    ...(/rollcall failed:/.test(all) ? [`a bug of rollcall: ${all}`] : []),
  ]
}

/** Where two texts part, and a little of what follows in the first. */
function differing(a: string, b: string): string {
  const at = [...a].findIndex((letter, index) => letter !== b[index])
  return a.slice(Math.max(0, at - 60), at + 140)
}
