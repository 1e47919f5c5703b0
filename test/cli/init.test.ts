/** `rollcall init`: the first files of a repository, and everything that it leaves alone. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readArguments } from '../../src/commands/arguments.ts'
import { init } from '../../src/commands/init.ts'
import { INIT_OPTIONS } from '../../src/commands/options.ts'
import type { World } from '../../src/commands/world.ts'
import { connection, folder, run, serve } from './world.ts'

const SCHEMA = readFileSync(new URL('../../schemas/policy.schema.json', import.meta.url), 'utf8')
const read = (cwd: string, name: string) => readFileSync(join(cwd, name), 'utf8')

describe('without settings', () => {
  test('writes a policy to fill in, which is valid, and its schema', async () => {
    const cwd = folder({})
    const { code, stdout, stderr } = await run(['init'], { world: { cwd } })
    expect([code, stderr, readdirSync(cwd).sort()]).toEqual([
      0,
      '',
      ['rollcall.schema.json', 'rollcall.yaml'],
    ])
    expect(stdout).toMatch(/^Written {2}rollcall\.yaml +made-up people, to be replaced$/m)
    expect(read(cwd, 'rollcall.schema.json')).toBe(SCHEMA)
    const validated = await run(['validate'], { world: { cwd } })
    expect(validated.stdout).toContain('VALID    rollcall.yaml: 2 agents, 1 team')
  })

  test('fills in what is known already', async () => {
    const cwd = folder({})
    const env = { CHATWOOT_BASE_URL: 'https://chat.acme.com/app/accounts/7/dashboard' }
    expect((await run(['init'], { env, world: { cwd } })).code).toBe(0)
    expect(read(cwd, 'rollcall.yaml')).toContain('\naccount: 7\n')
    expect(read(cwd, 'rollcall.yaml')).toContain('\nserver: https://chat.acme.com\n')
    expect((await run(['validate'], { world: { cwd } })).code).toBe(0)
  })
})

describe('with settings', () => {
  test('exports the account, so that a plan right after it ends with 0', async () => {
    const sandbox = await serve()
    const cwd = folder({})
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stdout } = await run(['init'], { env, world: { cwd } })
    expect([code, stdout.includes('the account as it is now')]).toEqual([0, true])
    expect((await run(['plan'], { env: connection(sandbox), world: { cwd } })).code).toBe(0)
  })

  test.each([
    [{ CHATWOOT_ACCOUNT_ID: '1', CHATWOOT_API_TOKEN: 'no-such-token' }, 'token'],
    [{ CHATWOOT_ACCOUNT_ID: 'one' }, 'The account id "one" is not a positive number'],
  ])('that are wrong (%j), nothing is written', async (env, says) => {
    const sandbox = await serve()
    const cwd = folder({})
    const all = { CHATWOOT_BASE_URL: sandbox.baseUrl, ...env }
    const { code, stdout, stderr } = await run(['init'], { env: all, world: { cwd } })
    expect([code, stdout, readdirSync(cwd)]).toEqual([1, '', []])
    expect(stderr).toContain(says)
  })
})

test('what is there stays as it is, and the server is not asked for it', async () => {
  const cwd = folder({ 'rollcall.yaml': 'mine\n', 'rollcall.schema.json': '{}\n' })
  const env = { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: 'x' }
  const { code, stdout } = await run(['init'], { env, world: { cwd } })
  expect([code, read(cwd, 'rollcall.yaml'), read(cwd, 'rollcall.schema.json')]).toEqual([
    0,
    'mine\n',
    '{}\n',
  ])
  expect(stdout).toMatch(/^Kept {5}rollcall\.yaml +it was there already$/m)
})

describe('--ci', () => {
  const recipes = { 'github/rollcall.yaml': 'on: push\n', 'gitlab/.gitlab-ci.yml': 'plan: {}\n' }
  const world = (cwd: string) => ({ cwd, env: {}, signal: new AbortController().signal }) as World
  const flags = (...argv: readonly string[]) => readArguments(argv, INIT_OPTIONS, 'init').values

  test.each([
    ['github', '.github/workflows/rollcall.yaml', 'on: push\n'],
    ['gitlab', '.gitlab-ci.yml', 'plan: {}\n'],
  ])('%s puts the recipe where the service looks for it', async (service, path, text) => {
    const cwd = folder({})
    const { output } = await init(flags('--ci', service), world(cwd), folder(recipes))
    expect(read(cwd, path)).toBe(text)
    expect(output).toContain('store CHATWOOT_API_TOKEN as a secret')
  })

  test('a recipe that is there already stays', async () => {
    const cwd = folder({ '.gitlab-ci.yml': 'mine: {}\n' })
    const { output } = await init(flags('--ci', 'gitlab'), world(cwd), folder(recipes))
    expect([read(cwd, '.gitlab-ci.yml'), output.includes('Kept     .gitlab-ci.yml')]).toEqual([
      'mine: {}\n',
      true,
    ])
  })

  test('an installation without recipes says so, and writes nothing', async () => {
    const cwd = folder({})
    await expect(init(flags('--ci', 'github'), world(cwd), folder({}))).rejects.toThrow(
      'This installation of rollcall has no recipe for github.',
    )
    expect(readdirSync(cwd)).toEqual([])
  })

  test('what cannot be written is said, with what was written before it', async () => {
    const cwd = folder({ '.github': 'a file\n' })
    const failed = init(flags('--ci', 'github'), world(cwd), folder(recipes))
    await expect(failed).rejects.toMatchObject({
      diagnostics: [
        {
          summary: expect.stringContaining('.github/workflows/rollcall.yaml could not be written'),
          detail: 'Written before it: rollcall.yaml, rollcall.schema.json.',
        },
      ],
    })
  })

  test('is github or gitlab', async () => {
    const { code, stderr } = await run(['init', '--ci', 'githup'])
    expect([code, stderr.includes('Did you mean github?')]).toEqual([1, true])
  })
})
