/** The composite action: its inputs reach rollcall, its outputs are those of the format github. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { serveFleet } from '../cli/fleets.ts'
import {
  account,
  type Bench,
  bench,
  type Finds,
  NO_REGISTRY,
  POLICY,
  recipe,
  TOKEN,
} from './bench.ts'
import type { Step, Workflow } from './workflow.ts'

const ROOT = new URL('../../', import.meta.url)
const TEXT = readFileSync(new URL('action.yml', ROOT), 'utf8')
const action = parse(TEXT) as {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default: string }>
  >
  readonly outputs: Readonly<
    Record<string, { readonly description: string; readonly value: string }>
  >
  readonly runs: { readonly using: string; readonly steps: readonly (Step & { shell?: string })[] }
}
const planning = action.runs.steps.find(({ id }) => id === 'plan')

type Inputs = Readonly<Record<string, string>>

/** Runs the step as the runner does, and reads what it leaves. */
async function runAction(at: Bench, inputs: Inputs, stubs: Inputs = {}) {
  for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name)
  const fill = (text: string) =>
    text.replace(/\$\{\{ inputs\.(\S+) \}\}/g, (_, name: string) => {
      const input = action.inputs[name]
      if (input === undefined) throw new Error(`There is no input ${name}.`)
      return inputs[name] ?? input.default
    })
  const env = Object.entries(planning?.env ?? {}).map(([key, text]) => [key, fill(text)])
  for (const name of ['sh', 'output', 'summary']) at.write(`../runner/${name}`, '')
  at.write('../runner/sh', `${planning?.run}`)
  const file = (name: string) => join(at.cwd, '../runner', name)
  const ran = await at.run(['bash', '--noprofile', '--norc', '-eo', 'pipefail', file('sh')], {
    GITHUB_WORKSPACE: at.workspace,
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('summary'),
    ...Object.fromEntries(env),
    ...stubs,
  })
  const lines = at.read('../runner/output').trimEnd().split('\n')
  const outputs = Object.fromEntries(
    lines
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  return { ...ran, outputs, summary: at.read('../runner/summary') }
}

const found = async (
  finds: Finds,
  inputs: Inputs = {},
  at = bench({ 'rollcall.yaml': POLICY }),
) => {
  const usual = { 'base-url': await account(finds), token: TOKEN, 'retry-for': '0' }
  return { at, ...(await runAction(at, { ...usual, ...inputs })) }
}

describe('action.yml', () => {
  test.each([
    ['in sync', 0, 'in_sync', '0'],
    ['drift', 2, 'drift', '2'],
    ['down', 1, 'none', '1'],
  ] as const)('fails on drift and without a verdict: %s', async (finds, code, verdict, exit) => {
    const ran = await found(finds)
    expect([ran.code, ran.outputs['verdict'], ran.outputs['exit-code']]).toEqual([
      code,
      verdict,
      exit,
    ])
    expect(ran.summary.toUpperCase()).toContain(
      verdict === 'none' ? 'NO VERDICT' : finds.toUpperCase(),
    )
  })

  test('passes on drift if asked to, and never without a verdict', async () => {
    const passing = { 'fail-on-drift': 'false' }
    const drift = await found('drift', passing)
    expect([drift.code, drift.outputs['verdict']]).toEqual([0, 'drift'])
    expect((await found('down', passing)).code).toBe(1)
  })

  test('takes nothing else for true or false', async () => {
    const ran = await found('in sync', { 'fail-on-drift': 'no' })
    expect([ran.code, ran.at.calls('npx')]).toEqual([1, []])
    expect(ran.log).toContain('::error::fail-on-drift must be true or false.')
  })

  test('has the outputs that the format github writes', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    const server = { 'base-url': await account('drift') }
    await found('drift', { ...server, reports: 'json=last.json' }, at)
    const { outputs } = await found('drift', { ...server, since: 'last.json' }, at)
    expect(outputs).toMatchObject({ new: '0', news: 'false' })
    expect(Object.keys(action.outputs).sort()).toEqual(Object.keys(outputs).sort())
    for (const [name, { value }] of Object.entries(action.outputs)) {
      expect(value).toBe(`\${{ steps.plan.outputs.${name} }}`)
    }
  })

  test('writes reports and takes several policies, whatever their names are', async () => {
    const names = ['-access $(id).yaml', 'b `c`.yaml']
    const at = bench({
      [`${names[0]}`]: POLICY,
      [`${names[1]}`]: 'version: 2\n',
      'alerts/other.txt': 'kept',
    })
    const ran = await found(
      'drift',
      {
        policy: `${names.join('\n')}\n`,
        reports: 'json=out/r.json\njunit=r $x.xml\nsarif=alerts/\n',
      },
      at,
    )
    expect(ran.code).toBe(1)
    const { accounts } = JSON.parse(at.read('out/r.json'))
    expect(accounts.map(({ policy }: { policy: { path: string } }) => policy.path)).toEqual(names)
    expect([at.has('r $x.xml'), at.has('alerts/other.txt')]).toEqual([true, true])
  })

  test('plans a snapshot without a token, and refuses one that is too old', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    const stubs = { CHATWOOT_BASE_URL: await account('in sync'), CHATWOOT_API_TOKEN: TOKEN }
    const taken = await at.run(['rollcall', 'snapshot', '--account-id', '1', '-o', 's.json'], stubs)
    expect(taken.code).toBe(0)
    expect((await runAction(at, { snapshot: 's.json', 'max-age': '1h' })).code).toBe(0)
    at.write('s.json', at.read('s.json').replaceAll(/"20\d\d-/g, '"2020-'))
    expect((await runAction(at, { snapshot: 's.json', 'max-age': '1h' })).code).toBe(1)
  })

  test('leaves no report of yesterday if rollcall cannot start', async () => {
    const at = bench({ 'rollcall.yaml': POLICY, 'r.json': 'yesterday' })
    const ran = await runAction(at, { reports: 'json=r.json' }, NO_REGISTRY)
    expect([ran.code, at.has('r.json')]).toEqual([1, false])
  })

  test('runs the version that is asked for, or a packed file', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    await runAction(at, { version: '9.9.9' })
    await runAction(at, { package: './chatwoot-rollcall-0.1.0.tgz' })
    expect(at.calls('npx').map((call) => call.split(' ').slice(0, 3).join(' '))).toEqual([
      '--yes chatwoot-rollcall@9.9.9 plan',
      '--yes ./chatwoot-rollcall-0.1.0.tgz plan',
    ])
    const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'))
    expect(action.inputs['version']?.default).toBe(version)
  })

  test('says what is new since a report, which the first run does not have', async () => {
    const first = await found('drift', { since: 'last.json' })
    expect([first.code, first.outputs['news']]).toEqual([2, undefined])
    expect(first.log).toContain('There is no earlier report last.json')
  })

  test('plans a fleet with the tokens that its file names, and refuses a policy beside it', async () => {
    const { files, env } = await serveFleet(2, 2)
    const at = bench(files)
    const fleet = { fleet: 'fleet.yaml', 'retry-for': '0', token: 'of nobody' }
    const ran = await runAction(at, { ...fleet, reports: 'json=r.json' }, env)
    expect([ran.code, ran.outputs['accounts-in-sync']]).toEqual([0, '4'])
    const both = await runAction(at, { ...fleet, policy: 'rollcall.yaml' }, env)
    expect([both.code, both.log]).toEqual([1, expect.stringContaining('--fleet')])
  })

  test('the token is in no argument and no log, and only one step has it', async () => {
    const ran = await found('drift')
    expect(`${ran.log}${ran.at.calls('npx')}${ran.summary}`).not.toContain(TOKEN)
    const told = action.runs.steps.filter((step) => JSON.stringify(step).includes('inputs.token'))
    expect(told.map(({ id }) => id)).toEqual(['plan'])
  })

  test('is pinned, and pastes no expression into a shell line', () => {
    const uses = [...TEXT.matchAll(/uses: (.*)/g)].map(([, what]) => what)
    expect(uses.length).toBe(1)
    for (const each of uses) expect(each).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    expect(action.runs.using).toBe('composite')
    for (const { run, shell } of action.runs.steps) {
      expect(run ?? '').not.toContain('${{')
      if (run !== undefined) expect(shell).toBe('bash')
    }
    for (const { description } of [
      ...Object.values(action.inputs),
      ...Object.values(action.outputs),
    ]) {
      expect(description).toMatch(/\.$/)
    }
  })
})

describe('github/rollcall-short.yaml', () => {
  const [, step] = recipe<Workflow>('github/rollcall-short.yaml').jobs['plan']?.steps ?? []

  test.each([
    ['drift', 'pull_request', 0],
    ['drift', 'schedule', 2],
    ['in sync', 'schedule', 0],
    ['down', 'pull_request', 1],
  ] as const)('%s on %s ends with %i', async (finds, event, code) => {
    const server = await account(finds)
    const values: Inputs = {
      'vars.CHATWOOT_BASE_URL': server,
      'secrets.CHATWOOT_API_TOKEN': TOKEN,
      "github.event_name == 'schedule'": `${event === 'schedule'}`,
    }
    const inputs = Object.entries(step?.with ?? {}).map(([name, value]) => [
      name,
      `${value}`.replace(/\$\{\{ (.+) \}\}/, (_, each) => values[each] ?? `no ${each}`),
    ])
    const at = bench({ 'rollcall.yaml': POLICY })
    const ran = await runAction(at, { 'retry-for': '0', ...Object.fromEntries(inputs) })
    expect(ran.code).toBe(code)
  })
})
