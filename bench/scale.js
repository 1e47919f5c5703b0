/**
 * `npm run bench:scale`: one plan of 100,000 people and 2,000 teams over HTTP, then twenty accounts in
 * one run, without and with a rate limit. Prints time, verdict, requests and the size of the output.
 * The number of requests at the same time shows whether accounts share the connection pool; the time
 * shows whether they share the rate limit.
 */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseState } from '../build/sandbox/parse-state.js'
import { startSandbox } from '../build/sandbox/server.js'
import { findCredentials } from '../build/sandbox/state.js'
import { runProgram } from './clock.js'
import { makePolicyText, makeSandboxState } from './made-up.js'

const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const PEAK = fileURLToPath(new URL('peak.js', import.meta.url))
const REPORTS = ['json', 'junit', 'sarif', 'csv', 'html', 'markdown']

/**
 * @param {string} what @param {object} state @param {readonly string[]} policies
 * @param {readonly string[]} words
 */
async function run(what, state, policies, words) {
  let under = 0
  let most = 0
  const server = await startSandbox(parseState(JSON.stringify(state), 'made up'), {
    intercept: async (_request, response) => {
      under += 1
      most = Math.max(most, under)
      response.once('close', () => {
        under -= 1
      })
      await setTimeout(1)
      return false
    },
  })
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-scale-'))
  try {
    for (const [n, text] of policies.entries()) writeFileSync(join(cwd, `${n}.yaml`), text)
    const token = findCredentials(server.state).token
    const env = { CHATWOOT_BASE_URL: server.baseUrl, CHATWOOT_API_TOKEN: token }
    const program = ['--import', PEAK, BIN, 'plan', '.', ...words]
    const { ms, stdout, stderr } = await runProgram(process.execPath, program, {
      cwd,
      env,
      code: 2,
    })
    const peak = /peak KiB (\d+)/.exec(stderr)?.[1]
    console.log(
      `${what}: ${(ms / 1000).toFixed(1)} s, ${server.requests.length} requests, at most ${most} at a time, peak ${peak} KiB`,
    )
    console.log(
      `  stdout ${stdout.length} characters, last line: ${stdout.trimEnd().split('\n').at(-1)}`,
    )
    const sizes = REPORTS.map((format) => [format, join(cwd, `report.${format}`)])
      .filter(([, path]) => existsSync(path))
      .map(([format, path]) => `${format} ${Math.ceil(statSync(path).size / 1024)} KiB`)
    if (sizes.length > 0) console.log(`  ${sizes.join(', ')}`)
  } finally {
    rmSync(cwd, { recursive: true })
    await server.close()
  }
}

const large = { agents: 100_000, teams: 2_000, members: 50, drift: true }
const reports = REPORTS.flatMap((format) => ['--report', `${format}=report.${format}`])
await run('100,000 people', makeSandboxState(large), [makePolicyText(large)], reports)

const small = { agents: 100, teams: 20, members: 5, drift: true }
const { users, accounts } = makeSandboxState(small)
const twenty = Array.from({ length: 20 }, (_, n) => ({ ...accounts[0], id: n + 1, name: `A ${n}` }))
const policies = twenty.map(({ id }) =>
  makePolicyText(small).replace('account: 1', `account: ${id}`),
)
await run('20 accounts', { users, accounts: twenty }, policies, [])
// The first requests are a burst; the others follow evenly, for all accounts together.
const RPM = 3_000
const atLeast = ((25 * twenty.length) / (RPM / 60)).toFixed(0)
await run(
  `20 accounts with ${RPM} requests a minute, which is at least about ${atLeast} s`,
  { users, accounts: twenty },
  policies,
  ['--max-rpm', String(RPM)],
)
