/**
 * The recipes for GitHub Actions. No installed package brings GitHub's schema of workflows: the
 * files are parsed, checked by rules, and their shell lines are run. Longer than most: both
 * workflows share what GitHub has stored.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  account,
  address,
  type Bench,
  bench,
  changingAccount,
  example,
  type Finds,
  NO_REGISTRY,
  POLICY,
  recipe,
  restartingAccount,
  TOKEN,
  twoAccounts,
} from './bench.ts'
import { type Job, runWorkflow, type Workflow } from './workflow.ts'

const PULL_REQUEST = 'github/rollcall-pull-request.yaml'
const FROM_SNAPSHOT = 'github/rollcall-pull-request-from-snapshot.yaml'
const NIGHTLY = 'github/rollcall-nightly.yaml'
const SHORT = 'github/rollcall-short.yaml'
const FLEET = 'github/rollcall-fleet.yaml'
const APPLY = 'github/rollcall-apply.yaml'
const BY_HAND = 'github/rollcall-apply-by-hand.yaml'
const onPullRequest = recipe<Workflow>(PULL_REQUEST)
const fromSnapshot = recipe<Workflow>(FROM_SNAPSHOT)
const nightly = recipe<Workflow>(NIGHTLY)
const all = [
  [PULL_REQUEST, onPullRequest],
  [FROM_SNAPSHOT, fromSnapshot],
  [NIGHTLY, nightly],
  [SHORT, recipe<Workflow>(SHORT)],
  [FLEET, recipe<Workflow>(FLEET)],
  [APPLY, recipe<Workflow>(APPLY)],
  [BY_HAND, recipe<Workflow>(BY_HAND)],
] as const

/** The steps that get a token of Chatwoot. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  [FROM_SNAPSHOT]: [],
  // The action gets it as an input.
  [SHORT]: [],
  [NIGHTLY]: ['Plan', 'Take a snapshot'],
  [FLEET]: ['Take snapshots'],
  [APPLY]: ['Plan', 'Apply'],
  [BY_HAND]: ['Plan', 'Apply'],
}
const FILES = { 'rollcall.yaml': POLICY }

describe.each(all)('%s', (path, workflow) => {
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)

  test('grants nothing to all jobs, and every job has a time limit', () => {
    expect(workflow.permissions).toEqual({})
    const most = path === FLEET ? 60 : 15
    for (const job of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(most)
  })

  test('pins actions by commit with the version beside it, and the machine by its release', () => {
    const uses = [...example(`ci/${path}`).matchAll(/uses: (.*)/g)].map(([, what]) => what)
    expect(uses.length).toBe(steps.filter((step) => step.uses).length)
    // Nobody knows yet which repository the action is in.
    const pinned = uses.filter((each) => each !== 'OWNER/rollcall@COMMIT')
    for (const each of pinned) expect(each).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    for (const job of jobs) expect(job['runs-on']).toMatch(/^ubuntu-\d\d\.04$/)
  })

  test('leaves no token of GitHub in the working copy', () => {
    for (const { uses = '', with: inputs } of steps) {
      if (uses.startsWith('actions/checkout@'))
        expect(inputs).toEqual({ 'persist-credentials': false })
    }
  })

  test('never pastes an expression into a shell line, and stops at the first command that fails', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{')
    if (steps.some(({ run }) => run)) expect(workflow.defaults.run.shell).toBe('bash')
  })

  test('shows a token only to the step that plans, and that of apply to the one that applies', () => {
    const told = steps.filter(({ env }) =>
      /CHATWOOT_\w*TOKEN|secrets\[matrix\.token/.test(JSON.stringify(env ?? {})),
    )
    expect(told.map(({ name }) => name)).toEqual(TOLD[path] ?? ['Plan'])
    expect(JSON.stringify(workflow.env ?? {})).not.toContain('secrets')
  })
})

test('a pull request may comment, the nightly job may write issues and alerts, and nothing more', () => {
  expect(onPullRequest.on).toEqual({ pull_request: null })
  expect(onPullRequest.jobs['validate']?.permissions).toEqual({ contents: 'read' })
  expect(onPullRequest.jobs['plan']?.permissions).toEqual({
    contents: 'read',
    'pull-requests': 'write',
  })
  expect(nightly.jobs['plan']?.permissions).toEqual({
    actions: 'read',
    contents: 'read',
    issues: 'write',
    'security-events': 'write',
  })
})

test('the nightly job runs on a schedule that is not the full hour', () => {
  expect(nightly.on).toEqual({ schedule: [{ cron: '17 3 * * *' }], workflow_dispatch: null })
})

test('the nightly job waits for a server that restarts', async () => {
  for (const [retryFor, outcome] of [
    ['0', 'failure'],
    ['1m', 'success'],
  ]) {
    const plan = nightly.jobs['plan']?.steps.filter(({ id }) => id === 'plan') ?? []
    const planning = { ...nightly, jobs: { plan: { ...nightly.jobs['plan'], steps: plan } as Job } }
    const { jobs } = await runWorkflow(planning, bench(FILES), {
      values: {
        'vars.CHATWOOT_BASE_URL': await restartingAccount(),
        'secrets.CHATWOOT_API_TOKEN': TOKEN,
      },
      stubs: { ROLLCALL_RETRY_FOR: `${retryFor}` },
    })
    expect(jobs).toEqual({ plan: outcome })
  }
  expect(nightly.env['ROLLCALL_RETRY_FOR']).toBe('4m')
})

test('a plan waits for, or replaces, only one of the same policy and the same account', () => {
  const key = `\${{ matrix.server || vars.CHATWOOT_BASE_URL }} \${{ matrix.account }} \${{ matrix.policy }}`
  const number = `\${{ github.event.pull_request.number }}`
  expect(nightly.jobs['plan']?.concurrency).toEqual({
    group: `rollcall-nightly ${key}`,
    'cancel-in-progress': false,
  })
  expect(onPullRequest.jobs['plan']?.concurrency).toEqual({
    group: `rollcall-plan ${number} ${key}`,
    'cancel-in-progress': true,
  })
  expect(onPullRequest.jobs['validate']?.concurrency?.group).toBe(
    `rollcall-validate ${number} \${{ matrix.policy }}`,
  )
  for (const job of [...Object.values(nightly.jobs), ...Object.values(onPullRequest.jobs)]) {
    if (job.strategy) expect(job.strategy['fail-fast']).toBe(false)
  }
})

test('the heartbeat waits for every policy, and has no condition of its own', () => {
  const { heartbeat } = nightly.jobs
  expect([heartbeat?.needs, heartbeat?.if, heartbeat?.steps.map((step) => step.if)]).toEqual([
    'plan',
    undefined,
    [undefined],
  ])
})

test('the blocks for several accounts in docs/ci.md have the keys of the recipe', () => {
  const [, block = ''] = /```yaml\n(include:\n.*?)```/s.exec(example('../docs/ci.md')) ?? []
  const { include } = parse(block) as { include: readonly object[] }
  const [row] = nightly.jobs['plan']?.strategy?.matrix.include ?? []
  expect(include.map(Object.keys)).toEqual([1, 2].map(() => Object.keys(row ?? {})))
})

// Not part of every machine; what gh has built in speaks the same language.
const JQ = '/usr/bin/jq'

test.skipIf(!existsSync(JQ))('the queries mean what the stand-in for gh takes them for', () => {
  const user = { login: 'github-actions[bot]' }
  const list = [
    { id: 1, number: 7, user, body: 'a\tb\nc\nd' },
    { id: 2, number: 8, user, body: null },
  ]
  const [comments = '', issues = ''] = [PULL_REQUEST, NIGHTLY].map(
    (path) => /--jq '(.*)'/.exec(example(`ci/${path}`))?.[1],
  )
  const ask = (query: string, about: unknown = list) =>
    spawnSync(JQ, ['-r', query], { input: JSON.stringify(about), encoding: 'utf8' }).stdout
  expect(ask(comments)).toBe(`1\t${user.login}\ta\\tb\n2\t${user.login}\t\n`)
  const [, night = ''] = /--jq '(.*)'\)$/m.exec(example(`ci/${FROM_SNAPSHOT}`)) ?? []
  const runs = ['pull_request', 'push', 'workflow_dispatch', 'schedule'].map((event, index) => ({
    databaseId: index,
    event,
  }))
  expect([ask(night, runs), ask(night, runs.slice(0, 2)), ask(night, [])]).toEqual(['2\n', '', ''])
  expect(ask(issues)).toBe(`7\t${user.login}\ta\\tb\n8\t${user.login}\t\n`)
})

interface Stored {
  readonly issues: readonly { number: number; state: string; title: string; body: string }[]
  readonly comments: readonly { id: number; issue: number; body: string }[]
  readonly calls: readonly string[]
}

/** What GitHub has stored. */
function stored(at: Bench): Stored {
  const nothing = { issues: [], comments: [], calls: [] }
  return at.has('../gh.json') ? JSON.parse(at.read('../gh.json')) : nothing
}

const BETA = 'version: 1\naccount: 2\nagents:\n  ada@acme.com: administrator\n'

const HEARTBEAT = 'https://beat.example/verdict'
const CHAT = 'https://chat.example/hook'

function values(server: string, more: Readonly<Record<string, string>> = {}) {
  return {
    'github.event.pull_request.number': '12',
    'github.event.pull_request.head.repo.full_name': 'acme/access',
    'github.actor': 'ada',
    'github.repository': 'acme/access',
    'github.event.repository.default_branch': 'main',
    'github.server_url': 'https://github.com',
    'github.run_id': '1',
    'github.token': 'token-of-github',
    'vars.CHATWOOT_BASE_URL': server,
    'secrets.CHATWOOT_API_TOKEN': TOKEN,
    'secrets.ROLLCALL_HEARTBEAT_URL': HEARTBEAT,
    'secrets.ROLLCALL_CHAT_URL': '',
    'vars.ROLLCALL_CODE_SCANNING': '',
    ...more,
  }
}

/** All runs of one bench are about the same account, at the same address. */
const addresses = new WeakMap<Bench, Promise<Awaited<ReturnType<typeof address>>>>()

async function accountAt(at: Bench, finds: Finds): Promise<string> {
  if (!addresses.has(at)) addresses.set(at, address())
  const there = await addresses.get(at)
  await there?.find(finds)
  return `${there?.url}`
}

describe('a pull request', () => {
  const run = async (at: Bench, finds: Finds) =>
    runWorkflow(onPullRequest, at, { values: values(await accountAt(at, finds)) })

  /** Without the job before it. */
  const planOnly = async (at: Bench, finds: Finds, stubs = {}) => {
    const { needs: _, ...plan } = onPullRequest.jobs['plan'] as Job
    const workflow = { ...onPullRequest, jobs: { plan } }
    return runWorkflow(workflow, at, { values: values(await accountAt(at, finds)), stubs })
  }

  test.each([
    ['in sync', 'success', 'IN SYNC'],
    ['drift', 'success', 'DRIFT'],
    ['down', 'failure', 'NO VERDICT'],
  ] as const)('that finds the account %s is a %s and says %s', async (finds, outcome, verdict) => {
    const at = bench(FILES)
    const { jobs, log, summary } = await run(at, finds)
    expect(jobs).toEqual({ validate: 'success', plan: outcome })
    expect(stored(at).comments.map(({ issue }) => issue)).toEqual([12])
    for (const text of [log, summary, stored(at).comments[0]?.body])
      expect(text?.toUpperCase()).toContain(verdict)
    expect(log).not.toContain(TOKEN)
  })

  test('keeps one comment, whatever the verdicts are', async () => {
    const at = bench(FILES)
    const bodies: unknown[] = []
    for (const finds of ['drift', 'down', 'in sync'] as const) {
      await planOnly(at, finds)
      const { comments } = stored(at)
      expect(comments.length).toBe(1)
      bodies.push(comments[0]?.body)
    }
    expect(new Set(bodies).size).toBe(3)
  })

  test('that fails before it knows the account keeps the one comment of its policy', async () => {
    const at = bench(FILES)
    const bodies: string[] = []
    const plan = async (policy: string) => {
      at.write('rollcall.yaml', policy)
      await planOnly(at, 'in sync')
      bodies.push(`${stored(at).comments[0]?.body}`)
    }
    await plan('version: 2\n')
    await plan(POLICY)
    await plan('version: 2\n')
    expect(stored(at).comments.length).toBe(1)
    expect(bodies.map((body) => /NO VERDICT|IN SYNC/.exec(body)?.[0])).toEqual([
      'NO VERDICT',
      'IN SYNC',
      'NO VERDICT',
    ])
  })

  test('with policies of one name in two folders has a comment for each, that stays its own', async () => {
    const [a, b] = ['ops/a', 'ops/b'].map((name) => `${name}/rollcall.yaml`) as [string, string]
    const at = bench({ [a]: POLICY, [b]: BETA })
    const server = await twoAccounts()
    const { needs: _, ...plan } = onPullRequest.jobs['plan'] as Job
    // As the recipe was used before it had a list of policies.
    const runIn = async (folder: string, account: number) => {
      const row = { name: folder, policy: 'rollcall.yaml', account, token: 'CHATWOOT_API_TOKEN' }
      const rows = { include: [row] }
      const alone = { ...plan, strategy: { 'fail-fast': false, matrix: rows } }
      const workflow = { ...onPullRequest, jobs: { plan: alone } }
      await runWorkflow(workflow, at.within(folder), { values: values(server) })
    }
    await runIn('ops/a', 1)
    await runIn('ops/b', 2)
    // Now neither of them knows its account.
    for (const path of [a, b]) at.write(path, 'version: 2\n')
    await runIn('ops/b', 2)
    await runIn('ops/a', 1)
    const { comments } = stored(at)
    expect(comments.map(({ body }) => body.split('\n')[0])).toEqual([
      '<!-- rollcall plan: policies ops/a/rollcall.yaml; accounts unknown unknown -->',
      '<!-- rollcall plan: policies ops/b/rollcall.yaml; accounts unknown unknown -->',
    ])
  })

  test('leaves the comments of people and of other bots alone', async () => {
    const at = bench(FILES)
    await planOnly(at, 'drift')
    const [ours] = stored(at).comments
    const person = { id: 1, issue: 12, user: { login: 'mallory' }, body: ours?.body }
    const bot = { id: 2, issue: 12, user: { login: 'github-actions[bot]' }, body: 'Coverage: 3 %' }
    at.write('../gh.json', JSON.stringify({ issues: [], calls: [], comments: [person, bot] }))
    await planOnly(at, 'drift')
    const { comments } = stored(at)
    expect(comments.slice(0, 2)).toEqual([person, bot])
    expect(comments.length).toBe(3)
  })

  test.each([
    ['a fork', { 'github.event.pull_request.head.repo.full_name': 'mallory/access' }],
    ['Dependabot', { 'github.actor': 'dependabot[bot]' }],
  ])('of %s is validated and nothing else, without any secret', async (_, more) => {
    const at = bench(FILES)
    const secrets = { 'secrets.CHATWOOT_API_TOKEN': '', 'vars.CHATWOOT_BASE_URL': '' }
    const { jobs } = await runWorkflow(onPullRequest, at, {
      values: values('', { ...secrets, ...more }),
    })
    expect(jobs).toEqual({ validate: 'success', plan: 'skipped' })
    expect(stored(at).calls).toEqual([])
    expect(at.calls('npx')).toEqual(['--yes chatwoot-rollcall@0.1.0 validate rollcall.yaml'])
  })

  test('whose secret is gone is no verdict, and says which', async () => {
    const gone = { 'secrets.CHATWOOT_API_TOKEN': '' }
    const { jobs, log } = await runWorkflow(onPullRequest, bench(FILES), {
      values: values(await account('in sync'), gone),
    })
    expect(jobs['plan']).toBe('failure')
    expect(log).toContain('CHATWOOT_API_TOKEN')
  })

  test('with a policy that is wrong fails before the account is asked', async () => {
    const at = bench({ 'rollcall.yaml': `${POLICY}owner: ada\n` })
    const { jobs, log } = await run(at, 'in sync')
    expect(jobs).toEqual({ validate: 'failure', plan: 'skipped' })
    expect(log).toContain('rollcall.yaml:13:1')
  })

  test('does not show a report of yesterday when rollcall cannot be started', async () => {
    const at = bench({ ...FILES, 'rollcall.md': 'In sync, yesterday' })
    const { jobs } = await planOnly(at, 'in sync', NO_REGISTRY)
    expect(jobs).toEqual({ plan: 'failure' })
    expect(stored(at).calls).toEqual([])
  })

  test('fails when its comments cannot be read, instead of writing another', async () => {
    const at = bench(FILES)
    expect((await planOnly(at, 'drift', { STUB_GH_FAILS: '1' })).jobs).toEqual({ plan: 'failure' })
    expect(stored(at).comments).toEqual([])
  })
})

describe('a pull request that plans the snapshot of last night', () => {
  const run = (at: Bench) => runWorkflow(fromSnapshot, at, { values: values('') })
  const withSnapshot = async (finds: Finds) => {
    const at = bench(FILES)
    const taken = await at.run(['rollcall', 'snapshot', '-o', '../rollcall-snapshot.json'], {
      CHATWOOT_BASE_URL: await account(finds),
      CHATWOOT_API_TOKEN: TOKEN,
      CHATWOOT_ACCOUNT_ID: '1',
    })
    expect(taken.code).toBe(0)
    return at
  }

  test('names no secret at all, and may read what a night left', () => {
    expect(example(`ci/${FROM_SNAPSHOT}`)).not.toMatch(/secrets\.|CHATWOOT_API_TOKEN/)
    expect(fromSnapshot.jobs['plan']?.permissions).toEqual({
      actions: 'read',
      contents: 'read',
      'pull-requests': 'write',
    })
    const kept = nightly.jobs['plan']?.steps.find(({ uses }) => uses?.includes('/upload-artifact@'))
    expect(kept?.with).toMatchObject({
      name: `rollcall-snapshot-\${{ matrix.name }}`,
      path: 'rollcall-snapshot.json',
    })
  })

  test.each([
    ['in sync', 'IN SYNC'],
    ['drift', 'DRIFT'],
  ] as const)('that finds the account %s is a success and says %s', async (finds, verdict) => {
    const at = await withSnapshot(finds)
    const { jobs } = await run(at)
    expect(jobs).toEqual({ validate: 'success', plan: 'success' })
    expect(stored(at).comments[0]?.body.toUpperCase()).toContain(verdict)
  })

  test('has no verdict from a snapshot that is older than a day and a half', async () => {
    const at = await withSnapshot('in sync')
    const old = new Date(Date.now() - 40 * 3_600_000).toISOString()
    const name = '../rollcall-snapshot.json'
    at.write(name, at.read(name).replace(/"finished_at": "[^"]+"/, `"finished_at": "${old}"`))
    expect((await run(at)).jobs).toEqual({ validate: 'success', plan: 'failure' })
    expect(stored(at).comments[0]?.body).toContain('--max-age')
  })

  test('never takes the snapshot that a pull request left, if there was no night', async () => {
    const at = await withSnapshot('in sync')
    at.write('../anybodys-snapshot.json', at.read('../rollcall-snapshot.json'))
    at.remove('../rollcall-snapshot.json')
    const ran = await run(at)
    expect(ran.jobs).toEqual({ validate: 'success', plan: 'failure' })
    expect(stored(at).comments).toEqual([])
  })

  test('fails where no night has left a snapshot', async () => {
    const at = bench({ ...FILES, 'rollcall-snapshot.json': '{}' })
    expect((await run(at)).jobs).toEqual({ validate: 'success', plan: 'failure' })
    expect(stored(at).comments).toEqual([])
  })
})

describe('a night', () => {
  const run = async (at: Bench, finds: Finds, stubs = {}, more = {}) =>
    runWorkflow(nightly, at, { values: values(await accountAt(at, finds), more), stubs })

  /** The nightly job with this list of policies. */
  const nights = (
    ...rows: readonly { policy: string; account: number; [more: string]: string | number }[]
  ): Workflow => {
    const { plan, heartbeat } = nightly.jobs as { plan: Job; heartbeat: Job }
    const include = rows.map((row) => ({ name: row.policy, token: 'CHATWOOT_API_TOKEN', ...row }))
    const strategy = { 'fail-fast': false, matrix: { include } }
    return { ...nightly, jobs: { plan: { ...plan, strategy }, heartbeat } }
  }

  test('in sync writes no issue, uploads what closes the alerts, and is heard', async () => {
    const at = bench(FILES)
    const { jobs, uploads } = await run(at, 'in sync')
    expect(jobs).toEqual({ plan: 'success', heartbeat: 'success' })
    expect(stored(at).issues).toEqual([])
    expect(JSON.parse(uploads[0] ?? '').runs[0].results).toEqual([])
    expect(at.calls('curl').map((call) => call.split(' ').at(-1))).toEqual([HEARTBEAT])
  })

  test('uploads nothing where there is no code scanning', async () => {
    const at = bench(FILES)
    const { jobs, uploads } = await run(at, 'drift', {}, { 'vars.ROLLCALL_CODE_SCANNING': 'off' })
    expect([jobs['plan'], uploads]).toEqual(['success', []])
  })

  test('with drift opens an issue, uploads the findings, and is heard', async () => {
    const at = bench(FILES)
    const { jobs, uploads, log } = await run(at, 'drift')
    expect(jobs).toEqual({ plan: 'success', heartbeat: 'success' })
    expect(stored(at).issues).toMatchObject([
      {
        state: 'open',
        title: expect.stringMatching(
          /^Chatwoot access drift in Acme Support \(127\.0\.0\.1:\d+\/1\): 4 to fix, 1 critical$/,
        ),
      },
    ])
    expect(JSON.parse(uploads[0] ?? '').runs[0].results.length).toBe(4)
    expect(at.calls('curl').length).toBe(1)
    expect(log).not.toContain(TOKEN)
  })

  test('with the same drift as before updates that issue and says nothing more', async () => {
    const at = bench(FILES)
    const { baseUrl } = await changingAccount()
    await runWorkflow(nightly, at, { values: values(baseUrl) })
    const [before] = stored(at).issues
    await runWorkflow(nightly, at, { values: values(baseUrl) })
    const { issues, comments } = stored(at)
    expect(issues.map(({ number }) => number)).toEqual([before?.number])
    expect(comments).toEqual([])
    expect(stored(at).calls.at(-1)).toBe(`PATCH repos/acme/access/issues/${before?.number}`)
  })

  test('in which only the day or the lines of the policy are others says nothing more', async () => {
    const at = bench(FILES)
    const { baseUrl } = await changingAccount()
    const runOn = (today: string) =>
      runWorkflow(nightly, at, {
        values: values(baseUrl),
        stubs: { STUB_NPX_ADDS: `--today ${today}` },
      })
    await runOn('2026-11-23')
    // An invitation is open: what is offered for it names a day that is counted from today.
    expect(stored(at).issues[0]?.body).toContain('pending_until: 2026-12-07')
    at.write('rollcall.yaml', `# Ours.\n${POLICY}`)
    await runOn('2026-11-24')
    expect(stored(at).issues[0]?.body).toContain('pending_until: 2026-12-08')
    expect([stored(at).issues.length, stored(at).comments]).toEqual([1, []])
  })

  test('with policies of one name in two folders closes no issue of the other account', async () => {
    const at = bench({ 'a/rollcall.yaml': POLICY, 'b/rollcall.yaml': BETA })
    const server = await twoAccounts()
    // As the recipe was used before it had a list of policies, and as it is used now.
    for (const [folder, account] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      const workflow = nights({ policy: 'rollcall.yaml', account })
      await runWorkflow(workflow, at.within(folder), { values: values(server) })
    }
    const both = nights(
      { policy: 'a/rollcall.yaml', account: 1 },
      { policy: 'b/rollcall.yaml', account: 2 },
    )
    await runWorkflow(both, at, { values: values(server) })
    const { issues, comments } = stored(at)
    expect(issues.map(({ state }) => state)).toEqual(['open'])
    // Under the new path there is no report of the night before.
    expect(comments.map(({ body }) => body.split(' http')[0])).toEqual([
      'New: not known. Resolved: not known.',
    ])
    at.write('b/rollcall.yaml', `${BETA}  grace@acme.com: agent\n`)
    await runWorkflow(both, at, { values: values(server) })
    expect(stored(at).issues.map(({ state, title }) => [state, title.replace(/:\d+/, '')])).toEqual(
      [
        ['open', 'Chatwoot access drift in Acme Support (127.0.0.1/1): 4 to fix, 1 critical'],
        ['open', 'Chatwoot access drift in Beta @support (127.0.0.1/2): 1 to fix, 0 critical'],
      ],
    )
  })

  test('with one policy for two accounts closes no issue of the other account', async () => {
    const at = bench({ 'rollcall.yaml': BETA.replace('account: 2\n', '') })
    const server = await twoAccounts()
    const of = (account: number) => ({ policy: 'rollcall.yaml', account })
    await runWorkflow(nights(of(1), of(2)), at, { values: values(server) })
    expect(stored(at).issues.length).toBe(1)
    expect([stored(at).comments, stored(at).issues[0]?.state]).toEqual([[], 'open'])
  })

  test('whose list and policy name different accounts is red', async () => {
    const at = bench(FILES)
    const { jobs, log } = await runWorkflow(nights({ policy: 'rollcall.yaml', account: 2 }), at, {
      values: values(await twoAccounts()),
    })
    expect(jobs).toEqual({ plan: 'failure', heartbeat: 'skipped' })
    expect(log).toContain('CHATWOOT_ACCOUNT_ID')
  })

  test('in which one of two policies has no verdict is not heard', async () => {
    const at = bench({ ...FILES, 'b.yaml': 'version: 2\n' })
    const both = nights({ policy: 'b.yaml', account: 2 }, { policy: 'rollcall.yaml', account: 1 })
    const { jobs } = await runWorkflow(both, at, { values: values(await twoAccounts()) })
    expect(jobs).toEqual({ plan: 'failure', heartbeat: 'skipped' })
    expect([stored(at).issues.length, at.calls('curl')]).toEqual([1, []])
  })

  test('with as many but other findings updates that issue and says so', async () => {
    const at = bench(FILES)
    const { baseUrl, change } = await changingAccount()
    await runWorkflow(nightly, at, { values: values(baseUrl) })
    change()
    await runWorkflow(nightly, at, { values: values(baseUrl) })
    const { issues, comments } = stored(at)
    expect(issues.length).toBe(1)
    expect(issues[0]?.body).toContain('eve@')
    expect(comments.map(({ body }) => body)).toEqual([
      'New: 1. Resolved: 1. https://github.com/acme/access/actions/runs/1',
    ])
  })

  test('leaves the issues of people and of other bots alone', async () => {
    const at = bench(FILES)
    await run(at, 'drift')
    const [ours] = stored(at).issues
    const others = [
      { number: 1, state: 'open', user: { login: 'mallory' }, body: ours?.body },
      { number: 2, state: 'open', user: { login: 'github-actions[bot]' }, body: 'Coverage: 3 %' },
    ]
    at.write('../gh.json', JSON.stringify({ issues: others, calls: [], comments: [] }))
    await run(at, 'in sync')
    expect(stored(at).issues).toEqual(others)
    await run(at, 'drift')
    expect(stored(at).issues.slice(0, 2)).toEqual(others)
    expect(stored(at).issues.length).toBe(3)
  })

  test('in sync closes the issue, and the next drift opens another', async () => {
    const at = bench(FILES)
    await run(at, 'drift')
    await run(at, 'in sync')
    expect(stored(at).issues.map(({ state }) => state)).toEqual(['closed'])
    expect(stored(at).comments.map(({ body }) => body)).toEqual([
      'In sync: https://github.com/acme/access/actions/runs/1',
    ])
    await run(at, 'drift')
    expect(stored(at).issues.map(({ state }) => state)).toEqual(['closed', 'open'])
  })

  test('without a verdict is red, touches neither issue nor alerts, and is not heard', async () => {
    const at = bench(FILES)
    await run(at, 'drift')
    const before = { ...stored(at), heard: at.calls('curl').length }
    const { jobs, uploads } = await run(at, 'down')
    expect(jobs).toEqual({ plan: 'failure', heartbeat: 'skipped' })
    expect(uploads).toEqual([])
    expect({ ...stored(at), heard: at.calls('curl').length }).toEqual(before)
  })

  test('in which rollcall cannot be started uses no report of yesterday', async () => {
    const at = bench(FILES)
    await run(at, 'in sync')
    expect(at.has('rollcall.sarif')).toBe(true)
    const { jobs, uploads } = await run(at, 'in sync', NO_REGISTRY)
    expect(jobs).toEqual({ plan: 'failure', heartbeat: 'skipped' })
    expect(uploads).toEqual([])
    expect(at.calls('curl').length).toBe(1)
  })

  test('says what is new and what is resolved, and nothing about what was known', async () => {
    const at = bench(FILES)
    const { baseUrl, change } = await changingAccount()
    const next = async (server = baseUrl) => {
      const told = at.calls('curl').length
      const run = { values: values(server, { 'secrets.ROLLCALL_CHAT_URL': CHAT }) }
      const { jobs } = await runWorkflow(nightly, at, run)
      const chat = at
        .calls('curl')
        .slice(told)
        .filter((call) => call.includes(CHAT))
      return [jobs['plan'], stored(at).comments.length, chat.length]
    }
    expect(await next()).toEqual(['success', 0, 1])
    expect(await next()).toEqual(['success', 0, 0])
    change()
    expect(await next()).toEqual(['success', 1, 1])
    expect(await next()).toEqual(['success', 1, 0])
    expect(stored(at).comments[0]?.body).toMatch(/^New: 1\. Resolved: 1\. /)
  })

  test('without a verdict tells the chat once, and makes nothing new of what was known', async () => {
    const at = bench(FILES)
    const told = async (finds: Finds) => {
      const before = at.calls('curl').length
      await run(at, finds, {}, { 'secrets.ROLLCALL_CHAT_URL': CHAT })
      const calls = at.calls('curl').slice(before)
      return calls.filter((call) => call.includes(CHAT)).length
    }
    expect(await told('drift')).toBe(1)
    expect(await told('down')).toBe(1)
    expect(at.read('rollcall-chat.json')).toContain('NO VERDICT')
    expect(await told('down')).toBe(0)
    expect(await told('drift')).toBe(0)
    expect(stored(at).comments).toEqual([])
    const [call = ''] = at.calls('curl').filter((each) => each.includes(CHAT))
    expect(call.split(' < ')).toEqual([expect.not.stringContaining(CHAT), `url = "${CHAT}"`])
  })

  test('of which nobody could be told is told by the next one', async () => {
    const at = bench(FILES)
    await run(at, 'in sync')
    const chat = { 'secrets.ROLLCALL_CHAT_URL': CHAT }
    expect((await run(at, 'drift', { STUB_GH_FAILS: '1' }, chat)).jobs['plan']).toBe('failure')
    expect((await run(at, 'drift', { STUB_CURL_FAILS: '1' }, chat)).jobs['plan']).toBe('failure')
    await run(at, 'drift', {}, chat)
    expect(at.calls('curl').at(-2)).toContain(CHAT)
  })

  test('keeps no report that names no account', async () => {
    const at = bench(FILES)
    await run(at, 'drift')
    const kept = at.read('../cache.json')
    await run(at, 'drift', { STUB_NPX_ADDS: '--today never' })
    expect(JSON.parse(at.read('../cache.json')).at(-1).text).toBe(JSON.parse(kept).at(-1).text)
    await run(at, 'drift')
    expect(stored(at).comments).toEqual([])
  })

  test('reads each server with its own token, and beats for each account that wants it', async () => {
    const at = bench({ ...FILES, 'b.yaml': BETA })
    const [one, two] = [await account('in sync'), await twoAccounts()]
    const rows = nights(
      { policy: 'rollcall.yaml', account: 1 },
      { policy: 'b.yaml', account: 2, server: two, token: 'CHATWOOT_API_TOKEN_2', heartbeat: 'B' },
    )
    const secrets = { 'secrets.CHATWOOT_API_TOKEN_2': TOKEN, 'secrets.B': `${HEARTBEAT}/b` }
    const { jobs } = await runWorkflow(rows, at, { values: values(one, secrets) })
    expect(jobs).toEqual({ plan: 'success', heartbeat: 'success' })
    expect(at.calls('curl').map((call) => call.split(' ').at(-1))).toEqual([
      `${HEARTBEAT}/b`,
      HEARTBEAT,
    ])
    const missing = { ...secrets, 'secrets.CHATWOOT_API_TOKEN_2': '' }
    const { jobs: red, log } = await runWorkflow(rows, at, { values: values(one, missing) })
    expect(red).toEqual({ plan: 'failure', heartbeat: 'skipped' })
    expect(log).toContain('CHATWOOT_API_TOKEN')
  })

  test('that cannot read the issues is red and opens none', async () => {
    const at = bench(FILES)
    expect((await run(at, 'drift', { STUB_GH_FAILS: '1' })).jobs).toEqual({
      plan: 'failure',
      heartbeat: 'skipped',
    })
    expect([stored(at).issues, at.calls('curl')]).toEqual([[], []])
  })

  test('whose heartbeat does not arrive is red, and one without an address says so', async () => {
    const at = bench(FILES)
    expect((await run(at, 'in sync', { STUB_CURL_FAILS: '1' })).jobs).toEqual({
      plan: 'success',
      heartbeat: 'failure',
    })
    const { jobs, log } = await run(at, 'in sync', {}, { 'secrets.ROLLCALL_HEARTBEAT_URL': '' })
    expect(jobs).toEqual({ plan: 'success', heartbeat: 'success' })
    expect(log).toContain('::warning::ROLLCALL_HEARTBEAT_URL is not set')
  })
})
