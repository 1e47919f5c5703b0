/**
 * Runs a fleet with the built program: accounts of 50 people on five sandboxes, each in its own
 * process. Prints how long a run takes beside the sum of its reads, and its peak memory, for 100 and
 * for 500 accounts. Arguments: other numbers of accounts, and the milliseconds of an answer.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from './clock.js'
import { makePolicyText } from './made-up.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const SERVERS = 5
const SIZE = { agents: 50, teams: 5, inboxes: 5, members: 10 }

const [first = '100', last = '500', latency = '20'] = process.argv.slice(2)

/** @param {number} accounts of each server */
async function startServers(accounts) {
  const children = Array.from({ length: SERVERS }, () =>
    spawn(process.execPath, [`${HERE}serve.js`, JSON.stringify({ ...SIZE, accounts }), latency], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  const served = await Promise.all(
    children.map(async ({ stdout }) => JSON.parse(String((await once(stdout, 'data'))[0]))),
  )
  return { served, stop: () => children.forEach((each) => void each.kill()) }
}

/**
 * The fleet file and a policy for each account.
 * @param {string} cwd @param {readonly { baseUrl: string, token: string }[]} served
 * @param {number} accounts of each server
 */
function writeFleet(cwd, served, accounts) {
  mkdirSync(join(cwd, 'policies'))
  const lines = ['version: 1', 'accounts:']
  for (const [server, { baseUrl }] of served.entries()) {
    for (let account = 1; account <= accounts; account += 1) {
      const policy = `policies/${server}-${account}.yaml`
      writeFileSync(
        join(cwd, policy),
        makePolicyText(SIZE).replace('account: 1', `account: ${account}`),
      )
      const entry = { name: `${server}-${account}`, policy, base_url: baseUrl, account }
      lines.push(`  - ${JSON.stringify({ ...entry, token_env: `TOKEN_${server}` })}`)
    }
  }
  writeFileSync(join(cwd, 'fleet.yaml'), `${lines.join('\n')}\n`)
  return Object.fromEntries(served.map(({ token }, server) => [`TOKEN_${server}`, token]))
}

/** Milliseconds of all reads together. @param {string} folder */
function sumReads(folder) {
  return readdirSync(folder).reduce((sum, name) => {
    const { started_at, finished_at } = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    return sum + Date.parse(finished_at) - Date.parse(started_at)
  }, 0)
}

/** @param {number} accounts of all servers */
async function measure(accounts) {
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-bench-'))
  const { served, stop } = await startServers(accounts / SERVERS)
  try {
    const env = writeFleet(cwd, served, accounts / SERVERS)
    const run = async (/** @type {string[]} */ ...words) => {
      const all = ['--import', `${HERE}peak.js`, BIN, ...words, '--fleet', 'fleet.yaml']
      const { ms, stderr } = await runProgram(process.execPath, all, { cwd, env })
      return { ms, peak: Number(/peak KiB (\d+)/.exec(stderr)?.[1]) }
    }
    const snapshot = await run('snapshot', '-o', 'out/')
    const reads = sumReads(join(cwd, 'out'))
    return {
      reads,
      rows: {
        'snapshot --fleet': snapshot,
        'plan --fleet': await run('plan', '--format', 'json'),
        'plan --snapshots': await run(
          'plan',
          '--snapshots',
          'out/',
          '--max-age',
          '1h',
          '--format',
          'json',
        ),
      },
    }
  } finally {
    stop()
    rmSync(cwd, { recursive: true, force: true })
  }
}

const few = await measure(Number(first))
const many = await measure(Number(last))
console.log(
  `${SERVERS} servers, ${SIZE.agents} people in each account, ${latency} ms for an answer`,
)
console.log('| run | accounts | time | sum of the reads | peak memory | beside the first |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const [name, small] of Object.entries(few.rows)) {
  const large = many.rows[/** @type {keyof typeof many.rows} */ (name)]
  for (const [number, { reads }, { ms, peak }] of /** @type {const} */ ([
    [first, few, small],
    [last, many, large],
  ])) {
    const sum = name === 'plan --snapshots' ? '-' : `${Math.round(reads)} ms`
    const ratio = (peak / small.peak).toFixed(2)
    console.log(`| ${name} | ${number} | ${Math.round(ms)} ms | ${sum} | ${peak} KiB | ${ratio} |`)
  }
}
