/**
 * The recipes for GitLab, plain shell, Kubernetes and pre-commit. No installed package brings the
 * schema of one of these systems: the files are parsed, checked by rules, and their shell lines
 * are run. Longer than most: one table of nights holds for three of these systems.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parsePolicy } from '../../src/policy/read/load.ts'
import {
  account,
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
  watchdog,
} from './bench.ts'

const FOLDER = new URL('../../examples/ci/', import.meta.url)
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(new URL(name, FOLDER)).isFile(),
)
const NODE_IMAGE = /^node:\d+\.\d+\.\d+-[\w-]+$/
const SHELL = 'shell/rollcall-nightly.sh'

type Env = Readonly<Record<string, string>>

// GitLab

interface GitlabJob {
  readonly stage: string
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
}>('gitlab/.gitlab-ci.yml')
const gitlabJobs = Object.entries(gitlab).filter(([name]) => name.startsWith('rollcall:'))

const gitlabPlan = gitlab['rollcall:plan']
const gitlabNightly = gitlab['rollcall:nightly']

/** Lines of one job in one shell, as the runner does it. */
function runGitlab(at: Bench, job: GitlabJob | undefined, env: Env): Promise<Ran> {
  const script = ['set -eo pipefail', ...(job?.script ?? ['exit 99'])].join('\n')
  return at.run(['bash', '-c', script], { ...gitlabFile.variables, ...env })
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

interface Container {
  readonly name: string
  readonly image: string
  readonly command: readonly [string, ...string[]]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly securityContext: unknown
  readonly resources: { readonly limits: unknown }
  readonly volumeMounts: readonly { name: string; mountPath: string; readOnly?: boolean }[]
}

interface CronJob {
  readonly spec: {
    readonly schedule: string
    readonly timeZone: string
    readonly concurrencyPolicy: string
    readonly startingDeadlineSeconds: number
    readonly jobTemplate: {
      readonly spec: {
        readonly activeDeadlineSeconds: number
        readonly podFailurePolicy: { readonly rules: readonly unknown[] }
        readonly template: {
          readonly spec: {
            readonly restartPolicy: string
            readonly automountServiceAccountToken: boolean
            readonly securityContext: unknown
            readonly containers: readonly Container[]
            readonly volumes: readonly Readonly<Record<string, unknown>>[]
          }
        }
      }
    }
  }
}

interface ConfigMap {
  readonly data: Env
}

const [configMap, cronJob] = parseAllDocuments(example('ci/kubernetes/cronjob.yaml')).map((each) =>
  each.toJS(),
) as [ConfigMap, CronJob]
const job = cronJob.spec.jobTemplate.spec
const pod = job.template.spec
const container = pod.containers[0] as Container

/** The container's command, with its mounts in the folder of the test. */
function runPod(at: Bench, env: Env): Promise<Ran> {
  const folderOf = new Map(
    container.volumeMounts.map((each) => [each.mountPath, join(at.cwd, 'mounts', each.name)]),
  )
  // In one pass: the folder of the test may itself be below one of these paths.
  const paths = new RegExp([...folderOf.keys()].join('|'), 'g')
  const here = (text: string) => text.replace(paths, (path) => folderOf.get(path) ?? path)
  for (const [name, text] of Object.entries(configMap.data)) at.write(`mounts/policy/${name}`, text)
  at.write('mounts/token/token', `${TOKEN}\n`)
  at.write('mounts/tmp/.keep', '')
  const set = container.env.flatMap(({ name, value }) => (value ? [[name, here(value)]] : []))
  const [program, ...argv] = container.command
  return at.run([program, ...argv.map(here)], { ...Object.fromEntries(set), ...env })
}

// What every nightly job of these has in common.

interface Night {
  readonly run: (at: Bench, env: Env) => Promise<Ran>
  /** Reports that it keeps. */
  readonly reports: readonly string[]
}

const NIGHTS: Readonly<Record<string, Night>> = {
  'GitLab, on a schedule': {
    run: (at, env) => runGitlab(at, gitlabNightly, { ...env, CHATWOOT_API_TOKEN: TOKEN }),
    reports: ['rollcall.xml'],
  },
  'plain shell': {
    run: (at, env) => {
      at.write('token', TOKEN)
      at.write('job.sh', example(`ci/${SHELL}`))
      return at.run(['sh', 'job.sh'], { ...env, ROLLCALL_TOKEN_FILE: 'token' })
    },
    reports: ['reports/rollcall.xml', 'reports/rollcall.html', 'reports/rollcall.json'],
  },
  Kubernetes: { run: runPod, reports: [] },
}

describe.each(Object.entries(NIGHTS))('%s', (_, { run, reports }) => {
  const night = async (finds: Finds, more: Env = {}, answer = 200) => {
    const at = bench({
      'rollcall.yaml': POLICY,
      ...Object.fromEntries(reports.map((name) => [name, 'in sync, yesterday'])),
    })
    const { beats, env } = await watchdog(answer)
    const usual = { CHATWOOT_BASE_URL: await account(finds), ROLLCALL_RETRY_FOR: '0' }
    const ran = await run(at, { ...usual, ...env, ...more })
    // Whoever uses curl is heard by a stand-in.
    const heard = [...beats, ...at.calls('curl').map((call) => call.replace(/.*:\d+/, ''))]
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

  test('every job has a time limit and the pinned image; a nightly job is alone and not cut off', () => {
    expect(gitlabFile.default.image).toMatch(NODE_IMAGE)
    for (const [, { timeout }] of gitlabJobs) expect(timeout).toMatch(/^1\d minutes$/)
    expect(gitlabNightly).toMatchObject({
      interruptible: false,
      resource_group: 'rollcall-nightly/$CHATWOOT_ACCOUNT_ID/$ROLLCALL_POLICY',
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
    expect(gitlabNightly?.allow_failure).toBeUndefined()
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
    expect(open).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
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
    expect(job.podFailurePolicy.rules).toEqual([
      {
        action: 'FailJob',
        onExitCodes: { containerName: container.name, operator: 'In', values: [2] },
      },
    ])
    expect(container.image).toMatch(NODE_IMAGE)
    expect(container.resources.limits).toEqual({ memory: '512Mi' })
  })

  test('carries a valid policy', () => {
    const [text = ''] = Object.values(configMap.data)
    expect(parsePolicy('rollcall.yaml', Buffer.from(text)).diagnostics).toEqual([])
  })
})

describe('pre-commit/.pre-commit-config.yaml', () => {
  interface Hook {
    readonly entry: string
    readonly files: string
    readonly additional_dependencies: readonly string[]
    readonly require_serial: boolean
  }
  const config = recipe<{ readonly repos: readonly { readonly hooks: readonly Hook[] }[] }>(
    'pre-commit/.pre-commit-config.yaml',
  )
  const hook = config.repos[0]?.hooks[0] as Hook

  test('looks at policies, and at all of a commit in one run', () => {
    const files = new RegExp(hook.files)
    expect(['rollcall.yaml', 'access/rollcall.yml'].every((name) => files.test(name))).toBe(true)
    expect(['rollcall.yaml.orig', 'my-rollcall.yaml'].some((name) => files.test(name))).toBe(false)
    expect(hook).toMatchObject({ require_serial: true, additional_dependencies: [PACKAGE] })
  })

  const OTHER = POLICY.replace(/^account: 1$/m, 'account: 2')

  test.each([
    [OTHER, 0],
    [OTHER.replace('agent\n', 'agnet\n'), 1],
  ])('lets a good policy pass and stops a wrong one, without a server', async (text, code) => {
    const other = text.replace('account: 1', 'account: 2')
    const at = bench({ 'rollcall.yaml': POLICY, 'b/rollcall.yaml': other })
    const [program = '', ...argv] = hook.entry.split(' ')
    const ran = await at.run([program, ...argv, 'rollcall.yaml', 'b/rollcall.yaml'], {})
    expect(ran.code).toBe(code)
    if (code === 1) expect(ran.log).toContain('b/rollcall.yaml:6:19')
  })
})

describe.each(FILES)('%s', (name) => {
  const text = example(`ci/${name}`)
  const code = text.replace(/^\s*#.*$/gm, '')

  test('runs the pinned version and nothing newer', () => {
    const named = [...text.matchAll(/chatwoot-rollcall[\w@.^~-]*/g)].map(([each]) => each)
    expect(new Set(named)).toEqual(new Set([PACKAGE]))
    if (/npx/.test(code)) expect(text).toMatch(/NPM_CONFIG_IGNORE_SCRIPTS/)
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
