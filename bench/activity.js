/**
 * `npm run bench:activity`: one plan with the audit log and a roster, over HTTP, of an account of 5,000
 * people: with 1,200 rows, in which a part of them occurs, then with 12,000 rows (480 pages) and with
 * 48,000, in which everybody does. The peak of the memory grows with the people, not with the rows. Then
 * 12,000 rows at 300 requests a minute, with what a person is told before it begins; this takes about
 * two minutes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseState } from '../build/sandbox/parse-state.js'
import { startSandbox } from '../build/sandbox/server.js'
import { findCredentials } from '../build/sandbox/state.js'
import { runProgram } from './clock.js'
import { makeAuditRows, makePolicyText, makeRoster, makeSandboxState } from './made-up.js'

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const PEAK = fileURLToPath(new URL('peak.js', import.meta.url))
const SIZE = { agents: 5_000, teams: 20, members: 50, drift: true }

/** @param {string} what @param {number} rows @param {readonly string[]} words */
async function run(what, rows, words = []) {
  const state = makeSandboxState(SIZE)
  for (const account of state.accounts) {
    Object.assign(account, {
      features: { audit_logs: true },
      audit_logs: makeAuditRows(SIZE, rows, new Date()),
    })
  }
  const server = await startSandbox(parseState(JSON.stringify(state), 'made up'))
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-activity-'))
  try {
    writeFileSync(
      join(cwd, 'rollcall.yaml'),
      `${makePolicyText(SIZE)}rules: { dormant_days: 90 }\n`,
    )
    writeFileSync(join(cwd, 'people.csv'), makeRoster(SIZE))
    const token = findCredentials(server.state).token
    const env = { CHATWOOT_BASE_URL: server.baseUrl, CHATWOOT_API_TOKEN: token }
    const options = ['--roster', 'people.csv', '--report', 'json=report.json', ...words]
    const program = ['--import', PEAK, BIN, 'plan', ...options]
    const { ms, stdout, stderr } = await runProgram(process.execPath, program, {
      cwd,
      env,
      code: 2,
    })
    const peak = Number(/peak KiB (\d+)/.exec(stderr)?.[1])
    const pages = server.requests.filter(({ path }) => path.includes('audit_logs')).length
    const time = `${(ms / 1000).toFixed(1)} s`
    const requests = `${server.requests.length} requests, ${pages} of them for the audit log`
    console.log(`${what}: ${time}, ${requests}, peak ${Math.round(peak / 1024)} MiB`)
    const said = stderr.split('\n').filter((line) => line.includes('audit log'))
    for (const line of said.slice(0, 2)) console.log(`  stderr: ${line}`)
    console.log(`  last line: ${stdout.trimEnd().split('\n').at(-1)}`)
  } finally {
    rmSync(cwd, { recursive: true })
    await server.close()
  }
}

await run('1,200 rows', 1_200)
await run('12,000 rows', 12_000)
await run('48,000 rows', 48_000)
await run('12,000 rows at 300 requests a minute', 12_000, ['--max-rpm', '300'])
