/**
 * The recipes for fleets: 40 accounts in four shards, and a last job that plans their snapshots. Each
 * system runs them once with all shards, and once with one that is killed in the middle.
 */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { serveFleet } from '../cli/fleets.ts'
import { type Bench, bench, recipe, watchdog } from './bench.ts'
import {
  type Container,
  findDangling,
  findMistakes,
  type JobSpec,
  type Manifest,
  manifests,
  runContainer,
} from './kubernetes.ts'
import { runWorkflow, type Workflow } from './workflow.ts'

type Env = Readonly<Record<string, string>>

interface Night {
  /** Runs the shards and the last job; what the last job ended with. */
  readonly run: (at: Bench, env: Env) => Promise<{ readonly failed: boolean; readonly log: string }>
  /** Its JSON report, which it keeps for the next night. */
  readonly report: string
}

const github = recipe<Workflow>('github/rollcall-fleet.yaml')

interface GitlabJob {
  readonly parallel?: number
  readonly needs?: readonly string[]
  readonly rules: readonly { readonly when?: string }[]
  readonly allow_failure: unknown
  readonly artifacts: { readonly when: string; readonly paths?: readonly string[] }
  readonly script: readonly string[]
}
const gitlab = recipe<Readonly<Record<string, GitlabJob>>>('gitlab/rollcall-fleet.gitlab-ci.yml')
const { variables } = recipe<{ readonly variables: Env }>('gitlab/rollcall-fleet.gitlab-ci.yml')
const [gitlabShard, gitlabPlan] = ['snapshot', 'plan'].map(
  (name) => gitlab[`rollcall:fleet-${name}`],
) as [GitlabJob, GitlabJob]

const KUBERNETES = manifests('fleet/cronjobs.yaml')
const jobOf = (name: string) =>
  KUBERNETES.find(({ metadata }) => metadata.name === name) as Manifest & {
    readonly spec: { readonly schedule: string; readonly jobTemplate: { readonly spec: JobSpec } }
  }
const [shardJob, planJob] = ['snapshot', 'plan'].map((name) => jobOf(`rollcall-fleet-${name}`)) as [
  ReturnType<typeof jobOf>,
  ReturnType<typeof jobOf>,
]
const containerOf = ({ spec }: ReturnType<typeof jobOf>) =>
  spec.jobTemplate.spec.template.spec.containers[0] as Container

const SHARDS = [1, 2, 3, 4]

const NIGHTS: Readonly<Record<string, Night>> = {
  'github/rollcall-fleet.yaml': {
    report: 'rollcall-last.json',
    run: async (at, env) => {
      const values = {
        'secrets.ACME_CHATWOOT_TOKEN': '',
        'secrets.BETA_CHATWOOT_TOKEN': '',
        'secrets.ROLLCALL_CHAT_URL': '',
        'secrets.ROLLCALL_HEARTBEAT_URL': `${env['ROLLCALL_HEARTBEAT_URL']}`,
        'github.run_id': '1',
      }
      const { jobs, log } = await runWorkflow(github, at, { values, stubs: env })
      return { failed: jobs['plan'] !== 'success', log }
    },
  },
  'gitlab/rollcall-fleet.gitlab-ci.yml': {
    report: 'rollcall-last.json',
    run: async (at, env) => {
      const run = ({ script }: GitlabJob, more: Env) =>
        at.run(['bash', '-c', ['set -eo pipefail', ...script].join('\n')], {
          ...variables,
          ...env,
          ...more,
        })
      // Every pipeline begins in a new working copy.
      at.remove('snapshots')
      for (const index of SHARDS) {
        await run(gitlabShard, { CI_NODE_INDEX: `${index}`, CI_NODE_TOTAL: '4' })
      }
      const { code, log } = await run(gitlabPlan, {})
      return { failed: code !== 0 && code !== 3, log }
    },
  },
  'kubernetes/fleet/cronjobs.yaml': {
    report: 'mounts/state/last.json',
    run: async (at, env) => {
      for (const name of ['fleet.yaml', 'policies', 'secrets'])
        cpSync(join(at.cwd, name), join(at.cwd, 'mounts/fleet', name), { recursive: true })
      at.write('mounts/tokens/.keep', '')
      at.write('mounts/state/.keep', '')
      for (const index of SHARDS) {
        const completion = { JOB_COMPLETION_INDEX: `${index - 1}` }
        await runContainer(at, containerOf(shardJob), { ...env, ...completion })
      }
      const { code, log } = await runContainer(at, containerOf(planJob), env)
      return { failed: code !== 0, log }
    },
  },
}

interface Judged {
  readonly policy: { readonly path: string }
  readonly verdict: string
}

describe.each(Object.entries(NIGHTS))('%s', (_, { run, report }) => {
  test('40 accounts in 4 shards: all have a verdict, or those of a killed shard have none', async () => {
    let at: Bench | null = null
    let deadly = false
    const { files, env, names } = await serveFleet(4, 10, (server) => ({
      // In the middle of a shard: after its first accounts.
      intercept: ({ path }) => {
        const pid = deadly && server === 4 && path.includes('/accounts/7/') ? at : null
        if (pid !== null) process.kill(Number(pid.read('../rollcall.pid')), 'SIGKILL')
        return false
      },
    }))
    at = bench(files)
    const { beats, env: urls } = await watchdog()
    const settings = { ...env, ...urls, ROLLCALL_RETRY_FOR: '0' }
    const night = async () => {
      const before = beats.length + (at?.calls('curl').length ?? 0)
      const { failed, log } = await run(at as Bench, settings)
      const { accounts, news } = JSON.parse(`${at?.read(report)}`)
      const verdicts = (accounts as Judged[]).map(({ verdict }) => verdict)
      const heard = beats.length + (at?.calls('curl').length ?? 0) - before
      return { failed, log, news, heard, verdicts }
    }

    const whole = await night()
    expect(whole.verdicts.length).toBe(names.length)
    expect(new Set(whole.verdicts)).toEqual(new Set(['in_sync', 'drift']))
    expect(whole.failed).toBe(true)

    deadly = true
    const cut = await night()
    deadly = false
    expect(cut.verdicts.length).toBe(names.length)
    const lost = cut.verdicts.flatMap((verdict, index) => (verdict === 'none' ? [index] : []))
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThan(names.length)
    for (const [index, verdict] of cut.verdicts.entries()) {
      if (!lost.includes(index)) expect(verdict).toBe(whole.verdicts[index])
    }
    expect([cut.failed, cut.news, cut.heard]).toEqual([true, true, 0])
    for (const token of Object.values(env)) expect(cut.log).not.toContain(token)

    // What was known before the night that was cut is not new.
    const back = await night()
    expect([back.news, back.verdicts]).toEqual([false, whole.verdicts])
  }, 180_000)
})

describe('the shards', () => {
  test('are as many as their number says, and one that fails stops no other', () => {
    expect(github.jobs['snapshot']?.strategy).toMatchObject({
      'fail-fast': false,
      matrix: { shard: SHARDS },
    })
    expect(gitlabShard.parallel).toBe(SHARDS.length)
    const { spec } = shardJob.spec.jobTemplate
    const count = containerOf(shardJob).env.find(({ name }) => name === 'SHARDS')?.value
    expect([spec.completions, Number(count)]).toEqual([SHARDS.length, SHARDS.length])
    expect([spec.backoffLimit, spec.backoffLimitPerIndex]).toEqual([undefined, 1])
  })

  test('leave what they have, whatever happens, and the last job runs in any case, without a token', () => {
    const plan = github.jobs['plan']
    expect([plan?.needs, plan?.if]).toEqual(['snapshot', `\${{ !cancelled() }}`])
    const kept = github.jobs['snapshot']?.steps.find(({ uses }) => uses?.includes('/upload-'))
    expect(kept?.if).toBe(`\${{ always() }}`)
    expect(JSON.stringify(plan)).not.toContain('CHATWOOT_TOKEN')
    expect(gitlabShard).toMatchObject({ allow_failure: true, artifacts: { when: 'always' } })
    expect(gitlabPlan).toMatchObject({
      needs: ['rollcall:fleet-snapshot'],
      rules: [{ when: 'always' }],
      allow_failure: { exit_codes: [3] },
    })
    expect(containerOf(planJob).volumeMounts.map(({ name }) => name)).toEqual(['fleet', 'state'])
  })
})

describe('kubernetes/fleet/cronjobs.yaml', () => {
  test('has no field that Kubernetes does not know, and no name that leads nowhere', () => {
    for (const each of KUBERNETES) expect(findMistakes(each)).toBe('')
    for (const { spec } of [shardJob, planJob]) {
      expect(findDangling(spec.jobTemplate.spec)).toEqual([])
    }
  })

  test('plans after every shard has ended, and before a snapshot is too old', () => {
    const minutes = ({ spec }: typeof shardJob) => {
      const [minute = 0, hour = 0] = spec.schedule.split(' ').map(Number)
      return hour * 60 + minute
    }
    const between = minutes(planJob) - minutes(shardJob)
    // A shard that starts late ends later.
    const late = 600 / 60
    expect(shardJob.spec).toMatchObject({ startingDeadlineSeconds: 600 })
    expect(between).toBeGreaterThanOrEqual(
      shardJob.spec.jobTemplate.spec.activeDeadlineSeconds / 60 + late,
    )
    expect(between).toBeLessThan(120)
  })

  test('takes no snapshot of yesterday for the one of a shard that never started', async () => {
    const { files, env } = await serveFleet(2, 1)
    const at = bench(files)
    const { run } = NIGHTS['kubernetes/fleet/cronjobs.yaml'] as Night
    const verdicts = () =>
      (JSON.parse(at.read('mounts/state/last.json')).accounts as Judged[]).map(
        ({ verdict }) => verdict,
      )
    await run(at, { ...env, ROLLCALL_RETRY_FOR: '0' })
    expect(verdicts()).toEqual(['in_sync', 'in_sync'])
    const path = 'mounts/state/snapshots/brand%202-1.json'
    const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString()
    at.write(path, at.read(path).replace(/"finished_at": "[^"]+"/, `"finished_at": "${yesterday}"`))
    expect((await runContainer(at, containerOf(planJob), {})).code).toBe(1)
    expect(verdicts()).toEqual(['in_sync', 'none'])
  })

  test('runs the image that one variable names', () => {
    const { images, resources } = recipe<{
      readonly images: readonly { readonly name: string }[]
      readonly resources: readonly string[]
    }>('kubernetes/fleet/kustomization.yaml')
    expect(resources).toEqual(['cronjobs.yaml'])
    for (const each of [shardJob, planJob]) expect(containerOf(each).image).toBe(images[0]?.name)
  })
})
