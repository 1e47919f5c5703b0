/**
 * Runs a workflow of GitHub Actions as far as the recipes need it: jobs and steps with their
 * conditions, environments and outputs. What it does not know is an error, never skipped.
 */
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, holds } from './bench.ts'

export interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly run?: string
}

export interface Concurrency {
  readonly group: string
  readonly 'cancel-in-progress': boolean
}

export interface Job {
  readonly strategy?: {
    readonly 'fail-fast': boolean
    readonly matrix: {
      readonly include?: readonly Readonly<Record<string, string | number>>[]
      readonly shard?: readonly number[]
    }
  }
  readonly concurrency?: Concurrency
  readonly if?: string
  readonly needs?: string
  readonly environment?: string
  readonly outputs?: Readonly<Record<string, string>>
  readonly 'runs-on': string
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly defaults: { readonly run: { readonly shell: string } }
  readonly jobs: Readonly<Record<string, Job>>
}

type Outcome = 'success' | 'failure' | 'skipped'

export interface WorkflowRun {
  readonly jobs: Readonly<Record<string, Outcome>>
  readonly log: string
  /** What was uploaded to code scanning. */
  readonly uploads: readonly string[]
  readonly summary: string
}

/** Where a run happens: values of expressions, and variables for the stand-ins. */
export interface Setting {
  readonly values: Readonly<Record<string, string>>
  readonly stubs?: Readonly<Record<string, string>>
}

const CACHE = '../cache.json'

type Cached = readonly { readonly key: string; readonly path: string; readonly text: string }[]

const cached = (bench: Bench): Cached => (bench.has(CACHE) ? JSON.parse(bench.read(CACHE)) : [])

/** Replaces nothing, as the action does. */
function save(bench: Bench, path: string, key: string): void {
  const all = cached(bench)
  if (!bench.has(path) || all.some((each) => each.key === key)) return
  bench.write(CACHE, JSON.stringify([...all, { key, path, text: bench.read(path) }]))
}

/** The key itself, or else the newest one that begins like this. Only files of the same path. */
function restore(bench: Bench, path: string, [key, prefix]: readonly [string, string]): void {
  // Every run begins in a new working copy.
  bench.remove(path)
  const all = cached(bench).filter((each) => each.path === path)
  const found =
    all.find((each) => each.key === key) ?? all.findLast((each) => each.key.startsWith(prefix))
  if (found !== undefined) bench.write(path, found.text)
}

export async function runWorkflow(
  workflow: Workflow,
  bench: Bench,
  { values, stubs = {} }: Setting,
): Promise<WorkflowRun> {
  // Artifacts belong to one run.
  bench.remove('../artifacts')
  const jobs: Record<string, Outcome> = {}
  const uploads: string[] = []
  /** Outputs of jobs, for those that need them. */
  const handed = new Map<string, string>()
  let log = ''
  let summary = ''
  const all = Object.entries(workflow.jobs).flatMap(([name, job]) => {
    const { include, shard } = job.strategy?.matrix ?? {}
    const rows = include ?? shard?.map((each) => ({ shard: each })) ?? [{}]
    return rows.map((matrix, at) => ({
      name,
      job,
      matrix,
      id: `${name}-${at}`,
      total: rows.length,
    }))
  })
  for (const { name, job, matrix, id, total } of all) {
    // Every job begins in a new working copy.
    bench.remove('snapshots')
    const known = new Map([
      ...Object.entries(values),
      ['strategy.job-total', `${total}`] as const,
      ['github.run_attempt', `${cached(bench).length}`] as const,
      ...handed,
      ...Object.entries(matrix).map(([key, set]) => [`matrix.${key}`, `${set}`] as const),
    ])
    const value = (expression: string): string => {
      const [, hashed] = /^hashFiles\('(.*)'\)$/.exec(expression) ?? []
      if (hashed !== undefined) return bench.has(hashed) ? 'hash' : ''
      const either = expression.split(' || ')
      if (either.length > 1) return either.map(value).find((each) => each !== '') ?? ''
      const [, store, key] = /^(secrets)\[(.*)\]$/.exec(expression) ?? []
      const found = known.get(key === undefined ? expression : `${store}.${value(key)}`)
      // An output or a column that nobody has set is empty; any other unknown is a mistake.
      if (
        found === undefined &&
        !/^(steps\.\w+\.out(puts\.|come$)|matrix\.|needs\.plan\.outputs\.|inputs\.|secrets\[)/.test(
          expression,
        )
      ) {
        throw new Error(`This test does not know \${{ ${expression} }}`)
      }
      return found ?? ''
    }
    const filled = (text: string) => text.replace(/\$\{\{ (.+?) \}\}/g, (_, each) => value(each))
    const may = (condition: string) => holds(condition.replace(/^\$\{\{ (.*) \}\}$/, '$1'), value)

    const needed = job.needs === undefined || jobs[job.needs] === 'success'
    const blocked = !needed && !job.if?.includes('!cancelled()')
    if (blocked || (job.if !== undefined && !may(job.if))) {
      jobs[name] ??= 'skipped'
      continue
    }
    let failed = false
    for (const [index, step] of job.steps.entries()) {
      // Without a word about how the job stands, a condition means "and nothing failed".
      if (failed && !/cancelled\(\)|always\(\)/.test(step.if ?? '')) continue
      if (step.if !== undefined && !may(step.if)) continue
      if (step.uses !== undefined) {
        if (step.uses.includes('/upload-sarif@'))
          uploads.push(bench.read(`${step.with?.['sarif_file']}`))
        const input = (name: string) => filled(`${step.with?.[name] ?? ''}`)
        if (step.uses.includes('/cache/restore@'))
          restore(bench, input('path'), [input('key'), input('restore-keys')])
        const artifacts = join(bench.cwd, '../artifacts')
        if (step.uses.includes('/upload-artifact@') && bench.has('snapshots'))
          cpSync(join(bench.cwd, input('path')), join(artifacts, input('name')), {
            recursive: true,
          })
        if (step.uses.includes('/download-artifact@') && existsSync(artifacts))
          cpSync(artifacts, join(bench.cwd, input('path')), { recursive: true })
        if (step.uses.includes('/cache/save@')) save(bench, input('path'), input('key'))
        continue
      }
      const file = (what: string) => `../runner/${id}-${index}.${what}`
      bench.write(file('sh'), `${step.run}`)
      bench.write(file('output'), '')
      bench.write(file('summary'), '')
      const env = Object.entries({ ...workflow.env, ...step.env }).map(([key, text]) => [
        key,
        filled(text),
      ])
      const ran = await bench.run(
        // What `shell: bash` stands for.
        ['bash', '--noprofile', '--norc', '-eo', 'pipefail', join(bench.cwd, file('sh'))],
        {
          GITHUB_REPOSITORY: 'acme/access',
          GITHUB_RUN_ATTEMPT: '1',
          GITHUB_SHA: 'c0ffee',
          GITHUB_WORKSPACE: bench.workspace,
          GITHUB_OUTPUT: join(bench.cwd, file('output')),
          GITHUB_STEP_SUMMARY: join(bench.cwd, file('summary')),
          RUNNER_TEMP: join(bench.cwd, '../runner'),
          ...Object.fromEntries(env),
          // A test does not wait for a server that stays down.
          ROLLCALL_RETRY_FOR: '0',
          ...stubs,
        },
      )
      log += ran.log
      summary += bench.read(file('summary'))
      for (const line of bench.read(file('output')).trimEnd().split('\n')) {
        const at = line.indexOf('=')
        if (at > 0) known.set(`steps.${step.id}.outputs.${line.slice(0, at)}`, line.slice(at + 1))
      }
      known.set(`steps.${step.id}.outcome`, ran.code === 0 ? 'success' : 'failure')
      if (ran.code !== 0) failed = true
    }
    for (const [key, text] of Object.entries(job.outputs ?? {})) {
      handed.set(`needs.${name}.outputs.${key}`, filled(text))
    }
    // One that failed is enough.
    if (jobs[name] !== 'failure') jobs[name] = failed ? 'failure' : 'success'
  }
  return { jobs, log, uploads, summary }
}
