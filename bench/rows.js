/**
 * The rows of the table: what is measured, its reference, and the wanted ratio. A row is a function
 * that returns its lines, or the reason why it cannot be measured here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { REPORT_VIEWS } from '../build/commands/shared/views.js'
import { plan } from '../build/core/plan/plan.js'
import { concludeAccount, concludeReport } from '../build/core/report/report.js'
import { findRepository } from '../build/files/repository.js'
import { parsePolicy } from '../build/policy/read/parse.js'
import { FORMATS } from '../build/shell/options.js'
import { PLAIN } from '../build/views/text/layout.js'
import {
  computeExponent,
  findMedian,
  isInstalled,
  measureInTurns,
  runProgram,
  timeWork,
} from './clock.js'
import { GROWING } from './commands.js'
import {
  makeDecisions,
  makeLaterSnapshot,
  makePolicyText,
  makeSandboxState,
  makeSnapshot,
  readPolicy,
} from './made-up.js'

/**
 * @typedef {{ row: string, unit: string, subject: number, reference: number, against: string,
 *   ratio: number, wanted: number }} Line
 * @typedef {{ row: string, skipped: string }} Skipped
 */

const HERE = fileURLToPath(new URL('.', import.meta.url))
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const ACME = fileURLToPath(new URL('../examples/acme', import.meta.url))
const TODAY = '2026-11-23'
const CONNECTIONS = 4

/**
 * @param {string} row @param {string} against @param {number} wanted
 * @param {readonly (number | undefined)[]} medians reference, subject
 * @returns {Line}
 */
function makeLine(row, against, wanted, [reference = NaN, subject = NaN], unit = 'ms') {
  return { row, unit, subject, reference, against, ratio: subject / reference, wanted }
}

const runNode = (/** @type {string[]} */ ...words) =>
  runProgram(process.execPath, words, { cwd: ACME })
const runBareNode = async () => (await runNode('-e', '0')).ms

async function measureStartup() {
  const [reference, help, version] = await measureInTurns(
    15,
    runBareNode,
    async () => (await runNode(BIN, '--help')).ms,
    async () => (await runNode(BIN, '--version')).ms,
  )
  return [
    makeLine('startup: --help', 'node -e 0', 1.8, [reference, help]),
    makeLine('startup: --version', 'node -e 0', 1.8, [reference, version]),
  ]
}

async function measureValidate() {
  const took = await measureInTurns(
    15,
    runBareNode,
    async () => (await runNode(BIN, 'validate')).ms,
  )
  return [makeLine('validate', 'node -e 0', 2.2, took)]
}

/**
 * Serves a made-up account during a measurement.
 * @template T
 * @param {import('./made-up.js').Size} size @param {number} latency
 * @param {(server: { baseUrl: string, token: string }) => Promise<T>} work
 */
async function withServer(size, latency, work) {
  const words = [join(HERE, 'serve.js'), JSON.stringify(size), String(latency)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
    return await work(JSON.parse(text))
  } finally {
    child.kill()
  }
}

/**
 * Provides a folder with a policy during a measurement.
 * @template T
 * @param {string} text @param {(cwd: string) => Promise<T>} work
 */
async function withPolicy(text, work) {
  const cwd = mkdtempSync(join(tmpdir(), 'rollcall-bench-'))
  try {
    writeFileSync(join(cwd, 'rollcall.yaml'), text)
    return await work(cwd)
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

/** @param {string} row @param {import('./made-up.js').Size} size @param {number} latency @param {number} wanted */
async function measurePlan(row, size, latency, wanted) {
  if (!(await isInstalled('curl')) || !(await isInstalled('jq'))) {
    return [{ row, skipped: 'curl and jq are not installed' }]
  }
  return withServer(size, latency, ({ baseUrl, token }) =>
    withPolicy(makePolicyText(size), async (cwd) => {
      const env = { CHATWOOT_BASE_URL: baseUrl, CHATWOOT_API_TOKEN: token }
      const took = await measureInTurns(
        latency === 0 ? 15 : 7,
        async () => (await runProgram('sh', [join(HERE, 'list.sh')], { env })).ms,
        async () => (await runProgram(process.execPath, [BIN, 'plan'], { cwd, env })).ms,
      )
      return [makeLine(row, 'curl + jq', wanted, took)]
    }),
  )
}

const LARGE = { agents: 5_001, teams: 501, members: 51 }

/** With as many member lists of inboxes as of half the teams. */
const WITH_INBOXES = { agents: 5_000, teams: 200, inboxes: 100, members: 51 }

/** @param {import('./made-up.js').Size} size @param {string} account */
function listInboxUrls({ inboxes = 0 }, account) {
  if (inboxes === 0) return []
  const lists = Array.from({ length: inboxes }, (_, n) => `${account}/inbox_members/${n + 1}`)
  // The profile again: whether the owner of the token is still an administrator.
  return [`${account}/inboxes`, new URL('/api/v1/profile', account).href, ...lists]
}

/** @param {string} name @param {import('./made-up.js').Size} size */
async function measureRead(name, size) {
  if (!(await isInstalled('curl'))) return [{ row: name, skipped: 'curl is not installed' }]
  const lines = []
  for (const latency of [0, 20]) {
    lines.push(
      await withServer(size, latency, async ({ baseUrl, token }) => {
        const account = `${baseUrl}/api/v1/accounts/1`
        const urls = [`${baseUrl}/api/v1/profile`, `${account}/agents`, `${account}/teams`]
        for (let id = 1; id <= size.teams; id += 1) urls.push(`${account}/teams/${id}/team_members`)
        urls.push(...listInboxUrls(size, account))
        const config = urls.map((url) => `url = "${url}"\noutput = "/dev/null"`).join('\n')
        return withPolicy(config, async (cwd) => {
          const words = ['--silent', '--fail', '--parallel', '--parallel-max', String(CONNECTIONS)]
          words.push('-H', `Api-Access-Token: ${token}`, '--config', join(cwd, 'rollcall.yaml'))
          const took = await measureInTurns(
            latency === 0 ? 7 : 3,
            async () => (await runProgram('curl', words)).ms,
            async () =>
              (await readOnce('rollcall', baseUrl, token, ...(size.inboxes ? ['inboxes'] : []))).ms,
          )
          return makeLine(`${name}, ${latency} ms answers`, 'curl --parallel', 1.05, took)
        })
      }),
    )
  }
  return lines
}

/** @param {string} how @param {string} baseUrl @param {string} token @param {string[]} more */
async function readOnce(how, baseUrl, token, ...more) {
  const words = [join(HERE, 'read.js'), how, baseUrl, token, String(CONNECTIONS), ...more]
  return JSON.parse((await runProgram(process.execPath, words)).stdout)
}

async function measureReadCpu() {
  return withServer(LARGE, 0, async ({ baseUrl, token }) => {
    const took = await measureInTurns(
      7,
      async () => (await readOnce('bare', baseUrl, token)).cpu,
      async () => (await readOnce('rollcall', baseUrl, token)).cpu,
    )
    return [makeLine('read, client CPU', 'bare undici', 1.25, took)]
  })
}

/** 8 eighths are the full size. @param {number} eighths */
function makeDecision(eighths) {
  const size = { agents: 12_500 * eighths, teams: 250 * eighths, members: 50, drift: true }
  return { policy: readPolicy(makePolicyText(size)), snapshot: makeSnapshot(size) }
}

async function measureDecide() {
  const { policy, snapshot } = makeDecision(8)
  const text = JSON.stringify(snapshot)
  const took = await measureInTurns(
    5,
    timeWork(() => JSON.parse(text)),
    timeWork(() => plan(policy, snapshot, TODAY)),
  )
  return [makeLine('decide', 'JSON.parse', 3, took)]
}

/** @param {number} eighths */
function makePolicyBytes(eighths) {
  const size = { agents: 1_250 * eighths, teams: Math.round(62.5 * eighths), members: 20 }
  return new TextEncoder().encode(makePolicyText(size))
}

/** @param {Uint8Array} bytes */
function loadPolicy(bytes) {
  if (parsePolicy('rollcall.yaml', bytes).policy === null) throw new Error('The policy is invalid.')
}

async function measurePolicy() {
  const bytes = makePolicyBytes(8)
  const text = new TextDecoder().decode(bytes)
  const took = await measureInTurns(
    5,
    timeWork(() => parse(text, { uniqueKeys: false })),
    timeWork(() => loadPolicy(bytes)),
  )
  return [makeLine('policy', 'yaml alone', 1.5, took)]
}

/**
 * Makes reports with 2,500 findings for each eighth: a new one each time, because a report caches what
 * views request. @param {number} eighths
 */
function makeDriftMaker(eighths) {
  const snapshot = makeSnapshot({ agents: 2_500 * eighths + 1, teams: 25 * eighths, members: 50 })
  const wanted = readPolicy('version: 1\nagents: { person-000000@acme.com: administrator }\n')
  const head = { command: 'plan', tool: { name: 'rollcall', version: '0.0.0' }, exitZero: false }
  return () => {
    const decision = plan(wanted, snapshot, TODAY)
    if (decision.kind !== 'plan') throw new Error('There is no plan.')
    const account = concludeAccount(wanted, snapshot, decision.plan, new Map())
    return concludeReport({ ...head, generatedAt: '2026-11-23T08:00:02.000Z' }, [], [account])
  }
}

const REPOSITORY = findRepository({ cwd: ACME, env: {} })

/** @param {keyof typeof REPORT_VIEWS} format @param {ReturnType<typeof makeDriftMaker>} make */
async function renderReport(format, make) {
  const made = make()
  const from = performance.now()
  await REPORT_VIEWS[format]({ report: made, maxBytes: 60_000, repository: REPOSITORY }, PLAIN)
  return performance.now() - from
}

async function measureViews() {
  const make = makeDriftMaker(8)
  const whole = make()
  const [reference, ...took] = await measureInTurns(
    5,
    timeWork(() => JSON.stringify(whole)),
    ...FORMATS.map((format) => () => renderReport(format, make)),
  )
  return FORMATS.map((format, index) =>
    makeLine(`render: ${format}`, 'JSON.stringify', 5, [reference, took[index]]),
  )
}

async function measureMemory() {
  const size = { agents: 100_000, teams: 2_000, members: 50, drift: true }
  const state = Buffer.byteLength(JSON.stringify(makeSandboxState(size))) / 1024
  const peak = (/** @type {string} */ stderr) => Number(/peak KiB (\d+)/.exec(stderr)?.[1])
  const counting = ['--import', join(HERE, 'peak.js')]
  return withServer(size, 0, ({ baseUrl, token }) =>
    withPolicy(makePolicyText(size), async (cwd) => {
      const env = { CHATWOOT_BASE_URL: baseUrl, CHATWOOT_API_TOKEN: token }
      const peaks = []
      for (let run = 0; run < 3; run += 1) {
        const empty = await runProgram(process.execPath, [...counting, '-e', '0'])
        const words = [...counting, BIN, 'plan', '--report', 'json=report.json']
        const whole = await runProgram(process.execPath, words, { cwd, env, code: 2 })
        peaks.push(peak(whole.stderr) - peak(empty.stderr))
      }
      return [makeLine('memory', "the state's JSON", 3, [state, findMedian(peaks)], 'KiB')]
    }),
  )
}

const EIGHTHS = [1, 2, 4, 8]

/**
 * @param {string} row @param {number} runs @param {readonly (() => number | Promise<number>)[]} works
 * @param {() => number | Promise<number>} [nothing] the part that does not depend on the size
 * @returns {Promise<Line>}
 */
async function measureGrowth(row, runs, works, nothing = () => 0) {
  const [idle = 0, ...took] = await measureInTurns(runs, nothing, ...works)
  const ratio = computeExponent(
    EIGHTHS,
    took.map((each) => Math.max(1, each - idle)),
  )
  const [reference = NaN] = took
  return {
    row,
    unit: 'ms',
    subject: took[3] ?? NaN,
    reference,
    against: 'an eighth',
    ratio,
    wanted: 1.1,
  }
}

async function measureAllGrowth() {
  const decisions = EIGHTHS.map(makeDecision)
  const bytes = EIGHTHS.map(makePolicyBytes)
  const reports = EIGHTHS.map(makeDriftMaker)
  const lines = [
    await measureGrowth(
      'growth: decide',
      5,
      decisions.map(({ policy, snapshot }) => timeWork(() => plan(policy, snapshot, TODAY))),
    ),
    await measureGrowth(
      'growth: policy',
      5,
      bytes.map((each) => timeWork(() => loadPolicy(each))),
    ),
  ]
  for (const format of FORMATS) {
    lines.push(
      await measureGrowth(
        `growth: ${format}`,
        5,
        reports.map((made) => () => renderReport(format, made)),
      ),
    )
  }
  return lines
}

/** @typedef {{ cwd: string, env: Record<string, string> }} Place */

/**
 * Runs the work with a folder and a server for each size.
 * @param {readonly number[]} eighths 0: a small account
 * @param {(places: readonly Place[]) => Promise<readonly Line[]>} work
 * @param {readonly Place[]} [places]
 * @returns {Promise<readonly Line[]>}
 */
export async function withPlaces([eighth, ...others], work, places = []) {
  if (eighth === undefined) return work(places)
  const many = { agents: 2_500 * eighth, teams: 50 * eighth, members: 50, drift: true }
  const size = eighth === 0 ? { agents: 41, teams: 11, members: 11, drift: true } : many
  return withServer(size, 0, ({ baseUrl, token }) =>
    withPolicy(makePolicyText(size), async (cwd) => {
      const env = {
        CHATWOOT_BASE_URL: baseUrl,
        CHATWOOT_API_TOKEN: token,
        CHATWOOT_APPLY_TOKEN: token,
        CHATWOOT_ACCOUNT_ID: '1',
      }
      await runProgram(process.execPath, [BIN, 'review', '-o', 'review'], { cwd, env })
      const reviewed = readFileSync(join(cwd, 'review/snapshot.json'), 'utf8')
      writeFileSync(join(cwd, 'later.json'), makeLaterSnapshot(reviewed))
      writeFileSync(join(cwd, 'later.yaml'), makePolicyText({ ...size, drift: false }))
      const form = readFileSync(join(cwd, 'review/decisions.csv'), 'utf8')
      const day = JSON.parse(reviewed).started_at.slice(0, 10)
      writeFileSync(join(cwd, 'decided.csv'), makeDecisions(form, day))
      return withPlaces(others, work, [...places, { cwd, env }])
    }),
  )
}

/**
 * How long a whole command takes in a place, in ms. Fails if it ends with another exit code.
 * @param {import('./commands.js').Whole} command @param {Place} place @param {number} run
 */
export async function timeCommand({ words, code, within }, { cwd, env }, run) {
  const folder = within === undefined ? cwd : join(cwd, within(run))
  mkdirSync(folder, { recursive: true })
  return (await runProgram(process.execPath, [BIN, ...words(run)], { cwd: folder, env, code })).ms
}

async function measureCommands() {
  return withPlaces([0, ...EIGHTHS], async (places) => {
    const lines = []
    let run = 0
    for (const [name, command] of Object.entries(GROWING)) {
      if (command === null) continue
      const [nothing, ...works] = places.map((place) => () => {
        run += 1
        return timeCommand(command, place, run)
      })
      lines.push(await measureGrowth(`growth: ${name}`, 3, works, nothing))
    }
    return lines
  })
}

/** @type {Readonly<Record<string, () => Promise<readonly (Line | Skipped)[]>>>} */
export const ROWS = {
  startup: measureStartup,
  validate: measureValidate,
  'plan-small': () => measurePlan('plan, small', { agents: 9, teams: 3, members: 4 }, 0, 1.2),
  'plan-middle': () =>
    measurePlan('plan, middle', { agents: 300, teams: 30, members: 12 }, 20, 0.4),
  read: () => measureRead('read', LARGE),
  'read-inboxes': () => measureRead('read, inboxes', WITH_INBOXES),
  'read-cpu': measureReadCpu,
  decide: measureDecide,
  policy: measurePolicy,
  render: measureViews,
  memory: measureMemory,
  growth: async () => [...(await measureAllGrowth()), ...(await measureCommands())],
}
