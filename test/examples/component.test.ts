/**
 * The CI/CD component for GitLab: parsed, interpolated as GitLab does it, and its shell lines run. No
 * installed package brings GitLab's schema: the keys that the file uses are checked by a list.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { serveFleet } from '../cli/fleets.ts'
import {
  account,
  address,
  type Bench,
  bench,
  type Finds,
  NO_REGISTRY,
  PACKAGE,
  POLICY,
  TOKEN,
  twoAccounts,
} from './bench.ts'

type Values = Readonly<Record<string, string | boolean>>

interface Input {
  readonly description: string
  readonly default: string | boolean
  readonly type?: 'boolean'
  readonly regex?: string
}

interface Job {
  readonly stage: string
  readonly image: string
  readonly variables: Readonly<Record<string, string>>
  readonly cache: { readonly key: string; readonly paths: readonly string[] }
  readonly script: readonly string[]
  readonly allow_failure: { readonly exit_codes: readonly number[] }
}

const TEXT = readFileSync(new URL('../../templates/rollcall.yml', import.meta.url), 'utf8')
const [HEAD = '', BODY = ''] = TEXT.split(/^---$/m)
const { inputs } = (parse(HEAD) as { spec: { inputs: Readonly<Record<string, Input>> } }).spec

/** The jobs of an include with these inputs. GitLab fills them into the text of the second document. */
function include(given: Values): Readonly<Record<string, Job>> {
  for (const [name, value] of Object.entries(given)) {
    const { type, regex } = inputs[name] ?? {}
    if (!inputs[name]) throw new Error(`There is no input ${name}.`)
    if (typeof value !== (type ?? 'string')) throw new Error(`${name} is not a ${type}.`)
    if (regex && !new RegExp(regex.slice(1, -1)).test(`${value}`))
      throw new Error(`${name}: ${regex}`)
  }
  const filled = BODY.replace(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name: string) => {
    const input = inputs[name]
    if (input === undefined) throw new Error(`There is no input ${name}.`)
    return `${given[name] ?? input.default}`
  })
  expect(filled).not.toContain('$[[')
  return parse(filled)
}

function start(at: Bench, given: Values, project: Readonly<Record<string, string>> = {}) {
  const [[, job] = []] = Object.entries(include({ retry_for: '0', ...given }))
  const script = ['set -eo pipefail', ...(job?.script ?? [])].join('\n')
  // What the project sets wins over what the job sets.
  return at.run(['bash', '-c', script], { ...job?.variables, ...project })
}

const project = { CHATWOOT_API_TOKEN: TOKEN }

describe('templates/rollcall.yml', () => {
  test('has a head with inputs, and one job with keys that GitLab knows', () => {
    expect(parseAllDocuments(TEXT).length).toBe(2)
    for (const { description } of Object.values(inputs)) expect(description).toMatch(/[.]$/)
    const jobs = include({ job: 'access of acme' })
    expect(Object.keys(jobs)).toEqual(['access of acme'])
    expect(Object.keys(jobs['access of acme'] ?? {}).sort()).toEqual(
      'allow_failure artifacts cache image script stage timeout variables'.split(' '),
    )
    expect(inputs['package']?.default).toBe(PACKAGE)
    const used = [...BODY.matchAll(/inputs\.(\w+)/g)].map(([, name]) => name)
    expect(new Set(used)).toEqual(new Set(Object.keys(inputs)))
  })

  test('pastes no input into a shell line, and takes no token as an input', () => {
    const [job] = Object.values(parse(BODY) as Readonly<Record<string, Job>>)
    expect(job?.script.join('\n')).not.toContain('$[[')
    expect(() => include({ token_variable: 'a-token-itself' })).toThrow('token_variable')
  })

  test.each([
    ['in sync', {}, 0],
    ['drift', {}, 2],
    ['drift', { fail_on_drift: false }, 3],
    ['down', {}, 1],
    ['down', { fail_on_drift: false }, 1],
  ] as const)('%s with %j ends with %i', async (finds, given, code) => {
    const at = bench({ 'rollcall.yaml': POLICY, 'rollcall.xml': 'yesterday' })
    const ran = await start(at, { ...given, base_url: await account(finds) }, project)
    expect(ran.code).toBe(code)
    expect(at.read('rollcall.xml')).not.toContain('yesterday')
    expect(ran.log).not.toContain(TOKEN)
    const [job] = Object.values(include(given))
    // A warning; everything else fails.
    expect(job?.allow_failure).toEqual({ exit_codes: [3] })
  })

  test('is not in sync because of a report of yesterday', async () => {
    const at = bench({
      'rollcall.yaml': POLICY,
      'rollcall.json': '{}',
      'rollcall.xml': 'yesterday',
    })
    const ran = await start(at, {}, { ...project, ...NO_REGISTRY })
    expect([ran.code, at.has('rollcall.xml'), at.has('rollcall.json')]).toEqual([1, false, false])
  })

  test('says what is new since the last run, also over a night without a verdict', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    const { url, find } = await address()
    const next = async (finds: Finds) => {
      await find(finds)
      await start(at, { since: true, base_url: url }, project)
      return JSON.parse(at.read('rollcall.json')).news
    }
    expect(await next('in sync')).toBeUndefined()
    expect(await next('drift')).toBe(true)
    expect(await next('down')).toBe(true)
    expect(await next('drift')).toBe(false)
    const [job] = Object.values(include({ job: 'a' }))
    expect(job?.cache).toMatchObject({ key: 'rollcall-a', paths: ['rollcall-last.json'] })
  })

  test('gives a server the token that its include names, and no other', async () => {
    const at = bench({ 'rollcall.yaml': 'version: 1\nagents:\n  ada@acme.com: administrator\n' })
    const given = { base_url: await twoAccounts(), account: '2', token_variable: 'BETA' }
    // All variables of a project are in every job.
    const others = { CHATWOOT_API_TOKEN: 'x', CHATWOOT_API_TOKEN_2: 'y', CHATWOOT_ACCOUNT_ID: '1' }
    expect((await start(at, given, { ...others, BETA: TOKEN })).code).toBe(0)
    expect((await start(at, given, others)).code).toBe(1)
  })

  test('plans a fleet with the tokens that its file names', async () => {
    const { files, env } = await serveFleet(2, 2)
    const at = bench(files)
    expect((await start(at, { fleet: 'fleet.yaml' }, { ...env, ...project })).code).toBe(0)
    const { accounts } = JSON.parse(at.read('rollcall.json'))
    expect(accounts.map(({ verdict }: { verdict: string }) => verdict)).toEqual(
      Array.from({ length: 4 }, () => 'in_sync'),
    )
  })

  test('runs a packed file', async () => {
    const at = bench({ 'rollcall.yaml': POLICY })
    await start(at, { package: './chatwoot-rollcall-0.1.0.tgz' }, project)
    expect(at.calls('npx')[0]).toMatch(/^--yes \.\/chatwoot-rollcall-0\.1\.0\.tgz plan /)
  })
})
