/**
 * Runs a workflow of GitHub Actions as far as the recipes need it: jobs and steps with their
 * conditions, environments and outputs. What it does not know is an error, never skipped.
 */
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
    readonly matrix: { readonly include: readonly Readonly<Record<string, string | number>>[] }
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

export async function runWorkflow(
  workflow: Workflow,
  bench: Bench,
  { values, stubs = {} }: Setting,
): Promise<WorkflowRun> {
  const jobs: Record<string, Outcome> = {}
  const uploads: string[] = []
  /** Outputs of jobs, for those that need them. */
  const handed = new Map<string, string>()
  let log = ''
  let summary = ''
  const all = Object.entries(workflow.jobs).flatMap(([name, job]) => {
    const row = job.strategy?.matrix.include ?? [{}]
    return row.map((matrix, at) => ({ name, job, matrix, id: `${name}-${at}` }))
  })
  for (const { name, job, matrix, id } of all) {
    const known = new Map([
      ...Object.entries(values),
      ...handed,
      ...Object.entries(matrix).map(([key, set]) => [`matrix.${key}`, `${set}`] as const),
    ])
    const value = (expression: string): string => {
      const [, hashed] = /^hashFiles\('(.*)'\)$/.exec(expression) ?? []
      if (hashed !== undefined) return bench.has(hashed) ? 'hash' : ''
      const found = known.get(expression)
      // An output or a column that nobody has set is empty; any other unknown is a mistake.
      if (
        found === undefined &&
        !/^(steps\.plan\.outputs|matrix|needs\.plan\.outputs|inputs)\./.test(expression)
      ) {
        throw new Error(`This test does not know \${{ ${expression} }}`)
      }
      return found ?? ''
    }
    const filled = (text: string) => text.replace(/\$\{\{ (.+?) \}\}/g, (_, each) => value(each))
    const may = (condition: string) => holds(condition.replace(/^\$\{\{ (.*) \}\}$/, '$1'), value)

    const blocked = job.needs !== undefined && jobs[job.needs] !== 'success'
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
