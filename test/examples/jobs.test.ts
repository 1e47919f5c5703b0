/**
 * The recipes for GitLab, plain shell, Kubernetes and pre-commit. No installed package brings the
 * schema of one of these systems: the files are parsed, checked by rules, and their shell lines
 * are run. Longer than most: one table of nights holds for three of these systems.
 */
import { readdirSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import {
  account,
  address,
  type Bench,
  bench,
  example,
  type Finds,
  holds,
  NO_REGISTRY,
  PACKAGE,
  POLICY,
  type Ran,
  recipe,
  restartingAccount,
  TOKEN,
  twoAccounts,
  watchdog,
} from './bench.ts'
import {
  type Container,
  findDangling,
  findMistakes,
  type JobSpec,
  type Manifest,
  manifests,
  patch,
  runContainer,
} from './kubernetes.ts'

const FOLDER = new URL('../../examples/ci/', import.meta.url)
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(new URL(name, FOLDER)).isFile(),
)
const NODE_IMAGE = /^node:\d+\.\d+\.\d+-[\w-]+$/
const SHELL = 'shell/rollcall-nightly.sh'

type Env = Readonly<Record<string, string>>

// GitLab

interface GitlabJob {
  readonly extends: string
  readonly stage: string
  readonly cache?: unknown
  readonly interruptible: boolean
  readonly resource_group?: string
  readonly timeout: string
  readonly rules: readonly { readonly if: string }[]
  readonly script: readonly string[]
  readonly allow_failure?: { readonly exit_codes: readonly number[] }
  readonly artifacts?: { readonly when: string; readonly reports: { readonly junit: string } }
}

const gitlab = recipe<Readonly<Record<string, GitlabJob>>>('gitlab/.gitlab-ci.yml')
const gitlabFile = recipe<{
  readonly workflow: { readonly rules: readonly { readonly if: string }[] }
  readonly default: { readonly image: string }
  readonly variables: Env
  readonly '.rollcall:accounts': {
    readonly parallel: { readonly matrix: readonly Env[] }
    readonly before_script: readonly string[]
  }
}>('gitlab/.gitlab-ci.yml')
const accounts = gitlabFile['.rollcall:accounts']
const gitlabJobs = Object.entries(gitlab).filter(([name]) => name.startsWith('rollcall:'))

const gitlabPlan = gitlab['rollcall:plan']
const gitlabNightly = gitlab['rollcall:nightly']

/** Lines of one job in one shell, as the runner does it. */
function runGitlab(at: Bench, job: GitlabJob | undefined, env: Env): Promise<Ran> {
  const [row] = accounts.parallel.matrix
  const lines = [...accounts.before_script, ...(job?.script ?? ['exit 99'])]
  const script = ['set -eo pipefail', ...lines].join('\n')
  return at.run(['bash', '-c', script], { ...gitlabFile.variables, ...row, ...env })
}

/** The jobs that a pipeline has. */
function pipeline(variables: Env): readonly string[] {
  const value = (name: string) => variables[name.replace(/^\$/, '')] ?? ''
  const may = ({ rules }: { readonly rules: readonly { readonly if: string }[] }) =>
    rules.some((rule) => holds(rule.if, value))
  if (!may(gitlabFile.workflow)) return []
  return gitlabJobs.filter(([, job]) => may(job)).map(([name]) => name)
}

// Kubernetes

const CRON_JOB = manifests('cronjob.yaml')
const ofKind = (kind: string) => CRON_JOB.find((each) => each.kind === kind) as Manifest
const configMap = ofKind('ConfigMap')
const cronJob = ofKind('CronJob') as Manifest & {
  readonly spec: { readonly jobTemplate: { readonly spec: JobSpec } }
}
const job = cronJob.spec.jobTemplate.spec
const pod = job.template.spec
const container = pod.containers[0] as Container

/** The container's command, with its mounts in the folder of the test. */
function runPod(at: Bench, env: Env): Promise<Ran> {
  const files = Object.entries(configMap.data ?? {})
  for (const [name, text] of files) at.write(`mounts/policy/${name}`, text)
  at.write('mounts/token/token', `${TOKEN}\n`)
  at.write('mounts/state/.keep', '')
  return runContainer(at, container, env)
}

// What every nightly job of these has in common.

interface Night {
  readonly run: (at: Bench, env: Env) => Promise<Ran>
  /** Its exit code for drift that was known the night before. */
  readonly known?: number
  /** A machine that keeps its files has them; the others get only the report of the last night. */
  readonly prints: 'always' | 'news'
  /** Reports that it keeps. */
  readonly reports: readonly string[]
}

const NIGHTS: Readonly<Record<string, Night>> = {
  'GitLab, on a schedule': {
    run: (at, env) => runGitlab(at, gitlabNightly, { ...env, CHATWOOT_API_TOKEN: TOKEN }),
    known: 3,
    prints: 'always',
    reports: ['rollcall.xml'],
  },
  'plain shell': {
    run: (at, env) => {
      at.write('token', TOKEN)
      at.write('job.sh', example(`ci/${SHELL}`))
      return at.run(['sh', 'job.sh'], { ...env, ROLLCALL_TOKEN_FILE: 'token' })
    },
    prints: 'news',
    reports: ['reports/rollcall.xml', 'reports/rollcall.html', 'reports/rollcall.json'],
  },
  Kubernetes: { run: runPod, prints: 'always', reports: [] },
}

/** Whoever uses curl is heard by a stand-in. */
const listCurled = (at: Bench) =>
  at.calls('curl').map((call) => call.replace(/.*:\d+/, '').replace(/"$/, ''))

describe.each(Object.entries(NIGHTS))('%s', (_, { run, reports, prints, known = 2 }) => {
  const night = async (finds: Finds, more: Env = {}, answer = 200) => {
    const at = bench({
      'rollcall.yaml': POLICY,
      ...Object.fromEntries(reports.map((name) => [name, 'in sync, yesterday'])),
    })
    const { beats, env } = await watchdog(answer)
    const usual = { CHATWOOT_BASE_URL: await account(finds), ROLLCALL_RETRY_FOR: '0' }
    const ran = await run(at, { ...usual, ...env, ...more })
    const heard = [...beats, ...listCurled(at)]
    return { ...ran, heard, at }
  }

  test.each([
    ['in sync', 0, ['/verdict', '/in-sync'], 'IN SYNC'],
    ['drift', 2, ['/verdict'], 'DRIFT'],
    ['down', 1, [], 'NO VERDICT'],
  ] as const)('%s ends with %i, and whoever waits hears %j', async (finds, code, beats, says) => {
    const ran = await night(finds)
    expect([ran.code, ran.heard]).toEqual([code, beats])
    expect(ran.log.toUpperCase()).toContain(says)
    expect(ran.log).not.toContain(TOKEN)
    for (const name of reports) expect(ran.at.read(name)).not.toContain('yesterday')
  })

  test('a server that restarts is not a red night', async () => {
    const through = async (ROLLCALL_RETRY_FOR: string) =>
      (await night('in sync', { CHATWOOT_BASE_URL: await restartingAccount(), ROLLCALL_RETRY_FOR }))
        .code
    expect(await through('0')).toBe(1)
    expect(await through('1m')).toBe(0)
  })

  test('when rollcall cannot be started, that is no verdict and leaves no report of yesterday', async () => {
    const { code, heard, at } = await night('in sync', NO_REGISTRY)
    expect([code, heard]).toEqual([1, []])
    for (const name of reports) expect(at.has(name)).toBe(false)
  })

  test('a heartbeat that goes wrong is told, and changes no verdict', async () => {
    const lost = await night('drift', { STUB_CURL_FAILS: '1' }, 500)
    expect(lost.code).toBe(2)
    expect(lost.log).toContain('The heartbeat for ROLLCALL_HEARTBEAT_URL did not arrive.')
    const unset = await night('drift', { ROLLCALL_HEARTBEAT_URL: '' })
    expect([unset.code, unset.heard]).toEqual([2, []])
    expect(unset.log).toContain('No heartbeat: ROLLCALL_HEARTBEAT_URL is not set.')
  })

  /** One night after the other, with what a chat was told and what the exit code was. */
  async function nights(at = bench({ 'rollcall.yaml': POLICY })) {
    const { url, find } = await address()
    const { beats, env } = await watchdog()
    const chat = { ROLLCALL_CHAT_URL: env.ROLLCALL_HEARTBEAT_URL.replace('/verdict', '/chat') }
    const usual = { ...env, ...chat, CHATWOOT_BASE_URL: url, ROLLCALL_RETRY_FOR: '0' }
    const told = () => [...beats, ...listCurled(at)].filter((each) => each === '/chat').length
    return async (finds: Finds, more: Env = {}) => {
      await find(finds)
      const before = told()
      const ran = await run(at, { ...usual, ...more })
      return { ...ran, told: told() - before }
    }
  }

  test('it speaks up for what is new or resolved, and for the first night without a verdict', async () => {
    const next = await nights()
    for (const [finds, told, code] of [
      ['in sync', 1, 0], // Nothing to compare with: whoever set it up sees that it works.
      ['in sync', 0, 0],
      ['drift', 1, 2],
      ['drift', 0, known],
      ['down', 1, 1],
      ['down', 0, 1],
      ['drift', 0, known], // What was known before the red nights is not new.
      ['in sync', 1, 0],
    ] as const) {
      const ran = await next(finds)
      expect([finds, ran.told, ran.code]).toEqual([finds, told, code])
      expect(ran.log !== '').toBe(prints === 'always' || told === 1)
      expect(ran.log).not.toContain('/chat')
    }
  })

  test('what nobody could be told is told the next night', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    const next = await nights(at)
    await next('in sync')
    const deaf = { ROLLCALL_CHAT_URL: 'http://127.0.0.1:9/deaf', STUB_CURL_FAILS: '1' }
    expect((await next('drift', deaf)).code).toBe(2)
    expect((await next('drift')).told).toBe(1)
  })

  test('a night in which rollcall could not start, or knew no account, forgets nothing', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    const next = await nights(at)
    await next('drift')
    expect((await next('drift', NO_REGISTRY)).code).toBe(1)
    expect((await next('drift', { STUB_NPX_ADDS: '--today never' })).code).toBe(1)
    expect(await next('drift')).toMatchObject({ told: 0, code: known })
  })
})

test('plain shell: the message is for the chat that ROLLCALL_CHAT names', async () => {
  const at = bench({ 'rollcall.yaml': POLICY })
  const { env } = await watchdog()
  const usual = { ...env, CHATWOOT_BASE_URL: await account('drift'), ROLLCALL_RETRY_FOR: '0' }
  const run = NIGHTS['plain shell']?.run
  await run?.(at, { ...usual, ROLLCALL_CHAT: 'msteams' })
  expect(at.read('reports/rollcall.chat')).toContain('AdaptiveCard')
  await run?.(at, usual)
  expect(at.read('reports/rollcall.chat')).toContain('"blocks"')
})

describe('gitlab/.gitlab-ci.yml', () => {
  const merge = {
    CI_PIPELINE_SOURCE: 'merge_request_event',
    CI_MERGE_REQUEST_PROJECT_ID: '1',
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '1',
  }

  test('validates and plans a merge request, and only validates that of a fork', () => {
    expect(pipeline(merge)).toEqual(['rollcall:validate', 'rollcall:plan'])
    // In whichever of the two projects it runs.
    for (const CI_PROJECT_ID of ['1', '2']) {
      const fork = { ...merge, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '2', CI_PROJECT_ID }
      expect(pipeline(fork)).toEqual(['rollcall:validate'])
    }
    expect(pipeline({ CI_PIPELINE_SOURCE: 'schedule' })).toEqual(['rollcall:nightly'])
    expect(pipeline({ CI_PIPELINE_SOURCE: 'push' })).toEqual([])
  })

  test('an account on another server gets the token that its block names, and no other', async () => {
    const at = bench({ 'b.yaml': 'version: 1\nagents:\n  ada@acme.com: administrator\n' })
    const block = {
      ROLLCALL_NAME: 'beta',
      ROLLCALL_POLICY: 'b.yaml',
      ROLLCALL_ACCOUNT: '2',
      ROLLCALL_SERVER: await twoAccounts(),
      ROLLCALL_TOKEN: 'BETA',
      ROLLCALL_RETRY_FOR: '0',
    }
    // Every job has all variables of the project, and these are of another server.
    const project = {
      CHATWOOT_BASE_URL: 'http://127.0.0.1:9',
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_API_TOKEN: 'x',
      CHATWOOT_API_TOKEN_2: 'y',
    }
    const plan = (more: Env) => runGitlab(at, gitlabPlan, { ...project, ...block, ...more })
    expect((await plan({ BETA: TOKEN })).code).toBe(0)
    expect((await plan({})).code).toBe(1)
  })

  test('every job has a time limit and the pinned image; a nightly job is alone and not cut off', () => {
    expect(gitlabFile.default.image).toMatch(NODE_IMAGE)
    for (const [, { timeout }] of gitlabJobs) expect(timeout).toMatch(/^1\d minutes$/)
    expect(gitlabNightly).toMatchObject({
      interruptible: false,
      resource_group: 'rollcall-nightly/$ROLLCALL_NAME',
      cache: { key: 'rollcall-$ROLLCALL_NAME', paths: ['rollcall-last.json'], when: 'always' },
    })
    expect(JSON.stringify(gitlabFile.variables)).not.toContain('TOKEN')
  })

  test.each([
    ['in sync', 0, 'failures="0" errors="0"'],
    ['drift', 2, 'failures="4" errors="0"'],
    ['down', 1, 'errors="1"'],
  ] as const)(
    'a merge request that finds the account %s ends with %i',
    async (finds, code, counts) => {
      const at = bench({ 'rollcall.yaml': POLICY, 'rollcall.xml': 'yesterday' })
      const env = { CHATWOOT_BASE_URL: await account(finds), CHATWOOT_API_TOKEN: TOKEN }
      expect((await runGitlab(at, gitlabPlan, env)).code).toBe(code)
      expect(at.read(`${gitlabPlan?.artifacts?.reports.junit}`)).toContain(counts)
    },
  )

  test('drift is a warning on a merge request, and the report is kept whatever happens', () => {
    expect(gitlabPlan?.allow_failure).toEqual({ exit_codes: [2] })
    // What 3 says is tested with the nights.
    expect(gitlabNightly?.allow_failure).toEqual({ exit_codes: [3] })
    for (const each of [gitlabPlan, gitlabNightly]) expect(each?.artifacts?.when).toBe('always')
  })

  test('a fork validates without any secret', async () => {
    const validate = gitlab['rollcall:validate']
    expect((await runGitlab(bench({ 'rollcall.yaml': POLICY }), validate, {})).code).toBe(0)
    expect((await runGitlab(bench({ 'rollcall.yaml': 'version: 2' }), validate, {})).code).toBe(1)
  })
})

describe('kubernetes/cronjob.yaml', () => {
  test('runs without rights, without a way to write, and without the token in its environment', () => {
    expect(pod.automountServiceAccountToken).toBe(false)
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.env.map(({ name }) => name)).not.toContain('CHATWOOT_API_TOKEN')
    const open = container.volumeMounts.filter(({ readOnly }) => !readOnly)
    expect(open).toEqual([{ name: 'state', mountPath: '/var/lib/rollcall' }])
    expect(pod.volumes).toContainEqual({
      name: 'token',
      secret: {
        secretName: 'rollcall',
        items: [{ key: 'token', path: 'token' }],
        defaultMode: 0o440,
      },
    })
    expect(example('ci/kubernetes/cronjob.yaml')).not.toContain('kind: Secret')
  })

  test('is alone, ends in time, is not skipped for good, and tries again only without a verdict', () => {
    expect(cronJob.spec).toMatchObject({
      schedule: '17 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
    })
    expect(job).toMatchObject({ activeDeadlineSeconds: 1800, backoffLimit: 2 })
    expect(pod.restartPolicy).toBe('Never')
    expect(job.podFailurePolicy?.rules).toEqual([
      {
        action: 'FailJob',
        onExitCodes: { containerName: container.name, operator: 'In', values: [2] },
      },
    ])
    expect(container.resources.limits).toEqual({ memory: '512Mi' })
  })

  test('has no field that Kubernetes does not know, and no name that leads nowhere', () => {
    for (const each of CRON_JOB) expect(findMistakes(each)).toBe('')
    expect(findDangling(job)).toEqual([])
    const misspelt = { ...pod, serviceLinks: false }
    const broken = { ...job, template: { spec: misspelt } }
    expect(
      findMistakes({ ...cronJob, spec: { ...cronJob.spec, jobTemplate: { spec: broken } } }),
    ).toContain('must NOT have additional properties')
  })

  test('runs the image of examples/container, which one variable names', () => {
    const kustomization = recipe<{
      readonly images: readonly { readonly name: string; readonly newTag: string }[]
      readonly resources: readonly string[]
    }>('kubernetes/kustomization.yaml')
    const [image] = kustomization.images
    expect([container.image, kustomization.resources]).toEqual([image?.name, ['cronjob.yaml']])
    expect(`chatwoot-rollcall@${image?.newTag}`).toBe(PACKAGE)
    const file = example('container/Containerfile')
    // The user of the image is the one of the pod, and its program is where a shell finds it.
    expect(/^USER (\d+):(\d+)$/m.exec(file)?.slice(1).map(Number)).toEqual([1000, 1000])
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 })
    expect(file).toMatch(/^RUN ln -s (\S+\/dist\/bin\.js) \/usr\/local\/bin\/rollcall$/m)
    expect(/^ENTRYPOINT \["node", "(.*)"\]$/m.exec(file)?.[1]).toBe(/ln -s (\S+)/.exec(file)?.[1])
  })

  test('takes the policy from a branch in git instead, with a token that rollcall does not see', async () => {
    const [change] = manifests('policy-from-git.yaml')
    const patched = patch(cronJob, change) as typeof cronJob
    expect(findMistakes(patched)).toBe('')
    const { spec } = patched.spec.jobTemplate.spec.template
    expect(findDangling(patched.spec.jobTemplate.spec)).toEqual([])
    const [checkout, reader] = [spec.initContainers?.[0], spec.containers[0]] as [
      Container,
      Container,
    ]
    const mounts = reader.volumeMounts.map(({ name, readOnly = false }) => [name, readOnly])
    expect(mounts).toEqual([
      ['checkout', true],
      ['token', true],
      ['state', false],
    ])
    const at = bench({ 'origin/rollcall.yaml': POLICY, 'mounts/git-token/token': 'SECRET-of-git' })
    at.write('mounts/token/token', TOKEN)
    at.write('mounts/state/.keep', '')
    at.write('mounts/checkout/.keep', '')
    const git = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b.c' }
    const commit =
      'cd origin && git init -q -b main && git add . && git -c user.name=a -c user.email=a@b.c commit -qm x'
    expect(await at.run(['sh', '-c', commit], git)).toEqual({ code: 0, log: '' })
    const origin = { GIT_URL: `file://${at.cwd}/origin` }
    const cloned = await runContainer(at, checkout, origin)
    expect(cloned).toMatchObject({
      code: 0,
      log: expect.stringMatching(/commit [0-9a-f]{40}\.\n$/),
    })
    expect(JSON.stringify(checkout.command)).not.toMatch(/https?:\/\/[^/]*@/)
    const ran = await runContainer(at, reader, { CHATWOOT_BASE_URL: await account('in sync') })
    expect(ran.code).toBe(0)
    // A branch that is gone is no policy of yesterday: the pod does not start.
    const gone = await runContainer(at, checkout, { ...origin, GIT_BRANCH: 'gone' })
    expect(gone.code).not.toBe(0)
  })

  test('carries a valid policy', () => {
    const [text = ''] = Object.values(configMap.data ?? {})
    expect(parsePolicy('rollcall.yaml', Buffer.from(text)).diagnostics).toEqual([])
  })
})

describe('pre-commit/.pre-commit-config.yaml', () => {
  interface Hook {
    readonly entry: string
    readonly args: readonly string[]
    readonly files: string
    readonly language: string
    readonly pass_filenames: boolean
  }
  const config = recipe<{ readonly repos: readonly { readonly hooks: readonly Hook[] }[] }>(
    'pre-commit/.pre-commit-config.yaml',
  )
  const hook = config.repos[0]?.hooks[0] as Hook

  test('runs for every policy of a folder, and names the folder instead of files', () => {
    const files = new RegExp(hook.files)
    expect(['access/acme.yaml', 'access/eu/b.yml'].every((name) => files.test(name))).toBe(true)
    expect(['access/a.yaml.orig', 'my-access/a.yaml'].some((name) => files.test(name))).toBe(false)
    expect(hook).toMatchObject({ pass_filenames: false, language: 'system', args: ['access/'] })
  })

  const OTHER = POLICY.replace(/^account: 1$/m, 'account: 2')

  test.each([
    ['good policies pass', OTHER, 0, 'access/b.yaml'],
    ['a wrong one is stopped', OTHER.replace('agent\n', 'agnet\n'), 1, 'access/b.yaml:6:19'],
    ['two of one account are stopped', POLICY, 1, 'for the same account as access/b.yaml'],
  ])('without a server, %s', async (_, text, code, says) => {
    const at = bench({ 'access/a.yaml': POLICY, 'access/b.yaml': text })
    const [program = '', ...argv] = hook.entry.replace(' --ignore-scripts', '').split(' ')
    const ran = await at.run([program, ...argv, ...hook.args], {})
    expect([ran.code, ran.log]).toEqual([code, expect.stringContaining(says)])
  })
})

describe.each(FILES)('%s', (name) => {
  const text = example(`ci/${name}`)
  const code = text.replace(/^\s*#.*$/gm, '')

  test('runs the pinned version and nothing newer', () => {
    const named = [...text.matchAll(/chatwoot-rollcall[\w@.^~-]*/g)].map(([each]) => each)
    const packed = `${PACKAGE.replace('@', '-')}.tgz`
    for (const each of named) expect([PACKAGE, packed]).toContain(each)
    if (!code.includes(PACKAGE)) return
    expect(text).toMatch(/NPM_CONFIG_IGNORE_SCRIPTS|language: system/)
    // In one place, which names the packed file too.
    expect(code.split(PACKAGE).length).toBe(2)
    expect(text).toContain(packed)
  })

  test('hides no error and shows no secret', () => {
    expect(code).not.toMatch(/\|\| true|\|\| :|continue-on-error|set \+e|pull_request_target/)
    expect(code).not.toMatch(/set -\w*x|--api-token[ =]|--chatwoot-api-token|echo.*TOKEN\b/)
    // Neither is drift hidden from a machine: only GitHub's jobs inform in another way.
    if (!name.startsWith('github/')) expect(code).not.toContain('--exit-zero')
  })

  test('is explained in docs/ci.md', () => {
    expect(example('../docs/ci.md')).toContain(`../examples/ci/${name}`)
  })
})
