/**
 * Every fault of an answer × the two requests for the audit log × once and for good × with and without
 * a rule that needs it. Without one, the verdict and the findings are those of the unharmed run. With
 * one, they are too, or there is no verdict. A log that counts as read says what it says unharmed.
 */
import { expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { makeLoggedState, makeNoise, makeRow, makeSignIn } from '../sandbox/audit-faults.ts'
import { type Endpoint, FAULTS, type Fault, type Switched, withFaults } from '../sandbox/faults.ts'
import { type Ended, ended, untidy } from './cells.ts'

/** As `withFaults` calls the requests, which no command without the log sends. */
const REQUESTS = ['accounts', 'audit_logs'] as const

const NOW = Date.UTC(2026, 10, 23, 8) / 1000
const DAY = 86_400

/** Ken last signed in 80 days ago, eve was added by ada a day ago. */
function makeState(): SandboxState {
  return makeLoggedState(
    [
      { email: 'ada@acme.com', token: 'RECORDED-TOKEN-OF-ADA' },
      { email: 'ken@acme.com' },
      { email: 'eve@acme.com' },
    ],
    {
      audit_logs: [
        makeSignIn(1, NOW - 95 * DAY, 1),
        makeSignIn(2, NOW - 80 * DAY, 2),
        makeSignIn(3, NOW - 3 * DAY, 1),
        makeSignIn(4, NOW - 2 * DAY, 3),
        makeRow(5, NOW - DAY, {
          auditable_type: 'AccountUser',
          auditable_id: 3,
          action: 'create',
          audited_changes: { role: 0, user_id: 3, inviter_id: 1, account_id: 1 },
        }),
        ...makeNoise(30, new Date(NOW * 1000)).map((row, index) => ({
          ...row,
          id: 100 + index,
        })),
      ],
    },
  )
}

const PLAIN = `version: 1
account: 1
agents: { ada@acme.com: administrator, ken@acme.com: agent }
`
const COMMANDS = [
  { name: 'without a rule', argv: ['plan', '--activity'], policy: PLAIN, rule: false },
  {
    name: 'with a rule',
    argv: ['plan'],
    policy: `${PLAIN}rules: { dormant_days: 61 }\n`,
    rule: true,
  },
] as const

type Command = (typeof COMMANDS)[number]

async function run({ argv, policy }: Command, switched: Switched | null) {
  const intercept = switched === null ? undefined : withFaults(switched)
  // The clock of the runs: a log of a server whose clock is days off counts as not read.
  const now = () => new Date('2026-11-23T08:00:00.000Z')
  const sandbox = await startSandbox(makeState(), { now, ...(intercept && { intercept }) })
  const env = { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: 'RECORDED-TOKEN-OF-ADA' }
  const short = switched === null ? [] : ['--timeout', '1s']
  const files = { 'rollcall.yaml': policy }
  try {
    return await ended({ argv: [...argv, ...short], files }, env)
  } finally {
    await sandbox.close()
  }
}

function readDocument({ files }: Ended) {
  const { verdict, accounts } = JSON.parse(files.json ?? '{}')
  const [{ findings, diagnostics, read }] = accounts
  return { verdict, findings, diagnostics, activity: read?.activity }
}

const idsOf = (findings: readonly { readonly id: string }[]) => findings.map(({ id }) => id).join()

async function check(command: Command, fault: Fault, request: string, times: number) {
  const wanted = await unharmedOf(command)
  const result = await run(command, { fault, endpoint: request as Endpoint, times })
  const { verdict, findings, diagnostics, activity } = readDocument(result)
  const problems = [...untidy(result)]
  const codes = diagnostics.map(({ code }: { code: string }) => code).join()
  if (verdict === 'none') {
    if (!command.rule) problems.push(`no verdict: ${codes}`)
    else if (codes !== 'read-activity') problems.push(`no verdict because of ${codes}`)
    if (result.code !== 1) problems.push(`exit code ${result.code} without a verdict`)
  } else {
    if (verdict !== wanted.verdict) problems.push(`verdict ${verdict}`)
    if (idsOf(findings) !== idsOf(wanted.findings)) problems.push(`finds ${idsOf(findings)}`)
    if (result.code !== 2) problems.push(`exit code ${result.code}`)
    if (activity?.state === 'read') {
      const [has, should] = [findings, wanted.findings].map((each) => JSON.stringify(each))
      if (has !== should) problems.push(`says ${has}, not ${should}`)
    } else unread += 1
    if (activity?.state !== 'read' && codes !== 'read-partial')
      problems.push(`does not say that it was not read: ${codes}`)
  }
  return problems.map((each) => `${command.name} × ${fault.name} × ${request} × ${times}: ${each}`)
}

/** How many runs had a verdict without the log. */
let unread = 0

const unharmed = new Map<Command, Promise<ReturnType<typeof readDocument>>>()

function unharmedOf(command: Command) {
  const known = unharmed.get(command) ?? run(command, null).then(readDocument)
  unharmed.set(command, known)
  return known
}

test('a wrong answer about the audit log costs at most a verdict that needs the log', {
  timeout: 300_000,
}, async () => {
  const [without, rule] = await Promise.all(COMMANDS.map(unharmedOf))
  expect(idsOf(without?.findings)).toBe('agent-unexpected:agent/eve@acme.com')
  expect(idsOf(rule?.findings)).toBe(
    'agent-unexpected:agent/eve@acme.com,agent-dormant:agent/ken@acme.com',
  )
  expect(without?.findings[0].activity).toMatchObject({ what: 'added', by: 'ada@acme.com' })

  // Those that can happen to any answer.
  const faults = FAULTS.filter(
    ({ endpoints, costly }) =>
      endpoints.includes('agents') && endpoints.includes('profile') && !costly,
  )
  const cells = COMMANDS.flatMap((command) =>
    faults.flatMap((fault) =>
      REQUESTS.flatMap((request) =>
        [1, Number.POSITIVE_INFINITY].map((times) => () => check(command, fault, request, times)),
      ),
    ),
  )
  unread = 0
  const failures: string[] = []
  const left = cells.values()
  const worker = async () => {
    for (const cell of left) failures.push(...(await cell()))
  }
  await Promise.all(Array.from({ length: 6 }, worker))
  process.stdout.write(`audit log: ${cells.length} cells\n`)
  expect(cells.length).toBeGreaterThan(200)
  expect(unread).toBeGreaterThan(50)
  expect(failures).toEqual([])
})
