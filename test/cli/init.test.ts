/** `rollcall init`: the first files of a repository, and everything that it leaves alone. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { INIT_OPTIONS, init } from '../../src/commands/init.ts'
import { readArguments } from '../../src/shell/arguments.ts'
import type { World } from '../../src/shell/world.ts'
import { renderInit } from '../../src/views/init.ts'
import { ADA, connection, folder, GRACE, run, serve } from './world.ts'

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
    expect(stdout).toMatch(/^Written {2}rollcall\.yaml +replace its made-up people$/m)
    expect(read(cwd, 'rollcall.schema.json')).toBe(SCHEMA)
    const validated = await run(['validate'], { world: { cwd } })
    expect(validated.stdout).toContain('VALID    rollcall.yaml: 2 agents, 1 team')
  })

  test.each<[Record<string, string>, string[]]>([
    [
      {},
      ['the base URL: --base-url URL or CHATWOOT_BASE_URL', 'the account: ', 'the access token: '],
    ],
    [{ CHATWOOT_BASE_URL: 'https://chat.acme.com/app/accounts/7' }, ['the access token: ']],
    [{ CHATWOOT_API_TOKEN: ADA }, ['the base URL: ', 'the account: ']],
    [{ CHATWOOT_BASE_URL: 'https://chat.acme.com', CHATWOOT_API_TOKEN: ADA }, ['the account: ']],
  ])(
    'with only %j, says which settings are missing to write the account instead',
    async (env, missing) => {
      const cwd = folder({})
      for (const when of ['the first time', 'again']) {
        const { code, stdout } = await run(['init'], { env, world: { cwd } })
        expect([when, code]).toEqual([when, 0])
        const text = stdout.replace(/\s+/g, ' ')
        const [, said = ''] = /Missing: (.*?)\. To get/.exec(text) ?? []
        expect(said.split('; ')).toEqual(missing.map((each) => expect.stringContaining(each)))
        expect(text).toContain('run `rollcall init` again')
      }
    },
  )

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
    expect([code, stdout.includes('matches your account now')]).toEqual([0, true])
    expect(stdout).not.toContain('Missing')
    expect((await run(['plan'], { env: connection(sandbox), world: { cwd } })).code).toBe(0)
  })

  test("says what an agent's token does not show", async () => {
    const env = { ...connection(await serve(), GRACE), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stderr } = await run(['init'], { env, world: { cwd: folder({}) } })
    expect(code).toBe(0)
    expect(stderr).toContain('warning: This policy has no inboxes.')
    expect(stderr).toContain('warning: This policy does not show what custom roles permit.')
  })

  test('reads a token that comes from standard input only once', async () => {
    const { baseUrl } = await serve()
    const env = { CHATWOOT_BASE_URL: baseUrl, CHATWOOT_ACCOUNT_ID: '1' }
    const setting = { env, stdin: `${ADA}\n`, world: { cwd: folder({}) } }
    const { code, stdout, stderr } = await run(['init', '--api-token-file', '-'], setting)
    expect([code, stderr, stdout.includes('matches your account now')]).toEqual([0, '', true])
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
  expect(stdout).toMatch(/^Kept {5}rollcall\.yaml +it already existed$/m)
})

describe('after an init without settings', () => {
  const starterIn = async () => {
    const cwd = folder({})
    await run(['init'], { world: { cwd } })
    return cwd
  }
  const settings = async (): Promise<Record<string, string>> => ({
    ...connection(await serve()),
    CHATWOOT_ACCOUNT_ID: '1',
  })

  test('settings replace the made-up people by the account as it is', async () => {
    const cwd = await starterIn()
    const env = await settings()
    const { code, stdout } = await run(['init'], { env, world: { cwd } })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^Written {2}rollcall\.yaml +matches your account now; it replaces the file that init wrote before$/m,
    )
    expect(read(cwd, 'rollcall.yaml')).not.toContain('example.com')
    expect((await run(['plan'], { env, world: { cwd } })).code).toBe(0)
  })

  test('the same holds for a starter that names its server and account, with other line endings', async () => {
    const cwd = folder({})
    const env = await settings()
    const some = { ...env, CHATWOOT_API_TOKEN: '' }
    await run(['init'], { env: some, world: { cwd } })
    expect(read(cwd, 'rollcall.yaml')).toContain('\naccount: 1\n')
    writeFileSync(join(cwd, 'rollcall.yaml'), read(cwd, 'rollcall.yaml').replaceAll('\n', '\r\n'))
    expect((await run(['init'], { env, world: { cwd } })).code).toBe(0)
    expect(read(cwd, 'rollcall.yaml')).not.toContain('example.com')
  })

  test('without settings again, it is said that they are made up', async () => {
    const cwd = await starterIn()
    const before = read(cwd, 'rollcall.yaml')
    const { code, stdout } = await run(['init'], { world: { cwd } })
    expect([code, read(cwd, 'rollcall.yaml')]).toEqual([0, before])
    expect(stdout).toMatch(
      /^Kept {5}rollcall\.yaml +it already existed; replace its made-up people$/m,
    )
  })

  test('a starter that somebody has changed stays, and who is made up in it is named', async () => {
    const cwd = await starterIn()
    const changed = read(cwd, 'rollcall.yaml').replace(
      'grace@example.com: agent',
      'g@acme.com: agent',
    )
    const mine = changed.replace('    - grace@example.com', '    - g@acme.com')
    writeFileSync(join(cwd, 'rollcall.yaml'), mine)
    const { stdout } = await run(['init'], { env: await settings(), world: { cwd } })
    expect(read(cwd, 'rollcall.yaml')).toBe(mine)
    expect(stdout).toMatch(
      /^Kept {5}rollcall\.yaml +it already existed, and lists the made-up ada@example\.com: replace them$/m,
    )
  })

  test('settings that are wrong leave it as it is', async () => {
    const cwd = await starterIn()
    const before = read(cwd, 'rollcall.yaml')
    const env = { ...(await settings()), CHATWOOT_API_TOKEN: 'no-such-token' }
    expect((await run(['init'], { env, world: { cwd } })).code).toBe(1)
    expect(read(cwd, 'rollcall.yaml')).toBe(before)
  })
})

test('a policy with the other ending stays the only one', async () => {
  const cwd = folder({ 'rollcall.yml': 'mine\n' })
  const { code, stdout } = await run(['init'], { world: { cwd } })
  expect([code, readdirSync(cwd).sort()]).toEqual([0, ['rollcall.schema.json', 'rollcall.yml']])
  expect(stdout).toMatch(
    /^Kept {5}rollcall\.yml +it already existed; rename it to rollcall\.yaml, or name it in each/m,
  )
  expect(stdout).toContain('  rollcall plan rollcall.yml ')
})

describe('--ci below the root of a repository', () => {
  const NIGHTLY = '.github/workflows/rollcall-nightly.yaml'

  function repository(policy = 'ops/support', setUp = (root: string) => git(root, 'init', '-q')) {
    const root = folder({})
    setUp(root)
    mkdirSync(join(root, policy), { recursive: true })
    return { root, cwd: join(root, policy) }
  }

  function git(cwd: string, ...words: readonly string[]) {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@acme.com']
    execFileSync('git', [...who, ...words], { cwd, stdio: 'ignore' })
  }

  /** The lines of the lists of policies of a workflow. */
  const policiesIn = (workflow: string) =>
    Object.values<{ strategy?: { matrix: { include: unknown[] } } }>(parse(workflow).jobs).flatMap(
      ({ strategy }) => strategy?.matrix.include ?? [],
    )

  test('puts the workflows at the root, with the path of the policy and its account in them', async () => {
    const { root, cwd } = repository()
    const env = { ...connection(await serve()), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stdout } = await run(['init', '--ci', 'github'], { env, world: { cwd } })
    expect(code).toBe(0)
    expect(readdirSync(cwd).sort()).toEqual(['rollcall.schema.json', 'rollcall.yaml'])
    expect(stdout).toMatch(
      /^Written {2}\.\.\/\.\.\/\.github\/workflows\/rollcall-nightly\.yaml +plans the policy in CI$/m,
    )
    const policy = 'ops/support/rollcall.yaml'
    expect(policiesIn(read(root, NIGHTLY))).toMatchObject([{ policy, account: 1 }])
    expect(policiesIn(read(root, '.github/workflows/rollcall-pull-request.yaml'))).toEqual([
      { policy },
      { name: 'main', policy, account: 1 },
    ])
    expect(readdirSync(join(root, '.github/workflows')).length).toBe(2)
  })

  test('for GitLab too, and in a folder whose name needs quotes', async () => {
    const { root, cwd } = repository('ops, "eu"')
    expect((await run(['init', '--ci', 'gitlab'], { world: { cwd } })).code).toBe(0)
    const { parallel } = parse(read(root, '.gitlab-ci.yml'))['.rollcall:accounts']
    expect(parallel.matrix).toMatchObject([
      { ROLLCALL_POLICY: 'ops, "eu"/rollcall.yaml', ROLLCALL_ACCOUNT: '' },
    ])
    await run(['init', '--ci', 'github'], { world: { cwd } })
    // The account is not known yet: the policy will say it.
    expect(policiesIn(read(root, NIGHTLY))).toMatchObject([
      { policy: 'ops, "eu"/rollcall.yaml', account: '' },
    ])
  })

  test('also in a worktree, where .git is a file, and through a link to the folder', async () => {
    const { root } = repository('x', (at) => {
      git(at, 'init', '-q')
      git(at, 'commit', '--allow-empty', '-qm', 'x')
      git(at, 'worktree', 'add', '-q', 'tree')
    })
    mkdirSync(join(root, 'tree/ops'))
    const link = join(folder({}), 'link')
    symlinkSync(join(root, 'tree/ops'), link)
    expect((await run(['init', '--ci', 'github'], { world: { cwd: link } })).code).toBe(0)
    expect(policiesIn(read(join(root, 'tree'), NIGHTLY))).toMatchObject([
      { policy: 'ops/rollcall.yaml' },
    ])
  })

  test('a workflow of another policy stays, and it is said that this policy is not in it', async () => {
    const { root, cwd } = repository('a')
    await run(['init', '--ci', 'github'], { world: { cwd } })
    const before = read(root, NIGHTLY)
    const again = await run(['init', '--ci', 'github'], { world: { cwd } })
    expect(again.stdout).toMatch(/rollcall-nightly\.yaml +it already existed$/m)
    for (const folder of ['b', '']) {
      mkdirSync(join(root, folder), { recursive: true })
      const policy = join(folder, 'rollcall.yaml')
      const { code, stdout } = await run(['init', '--ci', 'github'], {
        world: { cwd: join(root, folder) },
      })
      expect([code, read(root, NIGHTLY)]).toEqual([0, before])
      expect(stdout).toContain(`it already existed, but does not name ${policy}: add it\n`)
    }
  })
})

describe('--ci', () => {
  const recipes = {
    'github/rollcall-nightly.yaml': 'on: schedule\n',
    'github/rollcall-pull-request.yaml': 'with a token\n',
    'github/rollcall-pull-request-from-snapshot.yaml': 'on: push\n',
    'github/rollcall-apply.yaml': 'writes\n',
    'gitlab/.gitlab-ci.yml': 'plan: {}\n',
  }
  const world = (cwd: string) => ({ cwd, env: {}, signal: new AbortController().signal }) as World
  const flags = (...argv: readonly string[]) => readArguments(argv, INIT_OPTIONS, 'init').values

  test.each([
    ['github', '.github/workflows/rollcall-pull-request.yaml', 'on: push\n'],
    ['github', '.github/workflows/rollcall-nightly.yaml', 'on: schedule\n'],
    ['gitlab', '.gitlab-ci.yml', 'plan: {}\n'],
  ])('%s puts the recipe where the service looks for it', async (service, path, text) => {
    const cwd = folder({})
    const output = renderInit(await init(flags('--ci', service), world(cwd), folder(recipes)))
    expect(read(cwd, path)).toBe(text)
    expect(output.replace(/\s+/g, ' ')).toContain(
      'store CHATWOOT_BASE_URL as a variable and CHATWOOT_API_TOKEN as a secret. The first lines of each CI file say what else it needs.',
    )
  })

  test('a recipe that is there already stays', async () => {
    const cwd = folder({ '.gitlab-ci.yml': 'mine: {}\n' })
    const output = renderInit(await init(flags('--ci', 'gitlab'), world(cwd), folder(recipes)))
    expect([read(cwd, '.gitlab-ci.yml'), output.includes('Kept     .gitlab-ci.yml')]).toEqual([
      'mine: {}\n',
      true,
    ])
  })

  test('an installation without recipes says so, and writes nothing', async () => {
    const cwd = folder({})
    await expect(init(flags('--ci', 'github'), world(cwd), folder({}))).rejects.toThrow(
      'This installation of rollcall contains no CI job for github.',
    )
    expect(readdirSync(cwd)).toEqual([])
  })

  test('what cannot be written is said, with what was written before it', async () => {
    const cwd = folder({ '.github': 'a file\n' })
    const failed = init(flags('--ci', 'github'), world(cwd), folder(recipes))
    await expect(failed).rejects.toMatchObject({
      diagnostics: [
        {
          summary: expect.stringContaining(
            '.github/workflows/rollcall-nightly.yaml could not be written',
          ),
          detail: 'These files were written before: rollcall.yaml, rollcall.schema.json.',
        },
      ],
    })
  })

  test('is github or gitlab', async () => {
    const { code, stderr } = await run(['init', '--ci', 'githup'])
    expect([code, stderr.includes('Did you mean github?')]).toEqual([1, true])
  })
})
