/** Where reports for other programs put a finding, from whatever folder rollcall is started. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryPaths } from '../../src/commands/repository-path.ts'
import { connection, EXACT, folder, run, serve } from './world.ts'

const POLICY = EXACT.replace(/ {2}mallory.*\n/, '')

function git(cwd: string, ...words: string[]) {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@acme.com']
  execFileSync('git', [...who, ...words], { cwd, stdio: 'ignore' })
}

/** A checkout in `ws` with a policy two folders below its root, and a folder beside it. */
function checkout() {
  const top = folder({ 'ws/ops/policies/acme.yaml': POLICY, 'other/x': '' })
  return { top, ws: join(top, 'ws'), policy: join(top, 'ws/ops/policies/acme.yaml') }
}

type Env = Readonly<Record<string, string>>

/** In SARIF, in annotations, in JUnit. */
async function places(cwd: string, argv: readonly string[], env: Env = {}, stdin?: string) {
  const all = { ...connection(await serve()), ...env }
  const setting = { env: all, world: { cwd }, ...(stdin === undefined ? {} : { stdin }) }
  const sarif = await run(['plan', ...argv, '--format', 'sarif'], setting)
  if (stdin !== undefined) return [uriIn(sarif.stdout)]
  const github = await run(['plan', ...argv, '--format', 'github'], setting)
  const junit = await run(['plan', ...argv, '--format', 'junit'], setting)
  expect([sarif.code, github.code, junit.code]).toEqual([2, 2, 2])
  return [
    uriIn(sarif.stdout),
    /::error file=([^,]*),/.exec(github.stdout)?.[1] ?? null,
    /<testcase [^>]*mallory@evil[^>]* file="([^"]*)"/.exec(junit.stdout)?.[1] ?? null,
  ]
}

function uriIn(text: string): string | null {
  const [location] = JSON.parse(text).runs[0].results[0].locations
  return location.physicalLocation?.artifactLocation.uri ?? null
}

const same = (path: string) => [path, path, path]

describe('a finding is put at the path in the repository', () => {
  test.each([
    ['ws', 'ops/policies/acme.yaml'],
    ['ws/ops', 'policies/acme.yaml'],
    ['ws/ops/policies', './acme.yaml'],
    ['ws/ops/policies', '../policies'],
    ['other', '../ws/ops/policies/acme.yaml'],
    ['other', '<absolute>'],
    ['', 'ws/ops/policies'],
  ])('started in %j with %s', async (start, name) => {
    const { top, ws, policy } = checkout()
    git(ws, 'init', '-q')
    const argv = [name === '<absolute>' ? policy : name]
    // Another checkout is named: the repository itself knows better.
    const env = { GITHUB_WORKSPACE: top }
    expect(await places(join(top, start), argv, env)).toEqual(same('ops/policies/acme.yaml'))
  })

  test('from the root of the file system', async () => {
    const { ws, policy } = checkout()
    git(ws, 'init', '-q')
    expect(await places('/', [policy.slice(1)])).toEqual(same('ops/policies/acme.yaml'))
  })

  test('in a worktree and in a submodule, where .git is a file', async () => {
    const { top, ws } = checkout()
    git(ws, 'init', '-q')
    git(ws, 'add', '.')
    git(ws, 'commit', '-qm', 'x')
    git(ws, 'worktree', 'add', '-q', join(top, 'tree'))
    const name = join(top, 'tree/ops/policies/acme.yaml')
    expect(await places(ws, [name])).toEqual(same('ops/policies/acme.yaml'))
  })

  test('where it really is, through links to the checkout, to a folder and to the file', async () => {
    const { top, ws } = checkout()
    git(ws, 'init', '-q')
    symlinkSync('ws', join(top, 'link'))
    symlinkSync('ws/ops/policies', join(top, 'policies'))
    symlinkSync('ops/policies/acme.yaml', join(ws, 'rollcall.yaml'))
    for (const name of ['link/ops/policies/acme.yaml', 'policies/acme.yaml', 'ws/rollcall.yaml']) {
      expect(await places(top, [name]), name).toEqual(same('ops/policies/acme.yaml'))
    }
  })
})

describe('without a repository', () => {
  test.each(['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])(
    'a finding is put at the path below %s, if the policy is there',
    async (variable) => {
      const { top, ws } = checkout()
      symlinkSync('ws', join(top, 'link'))
      for (const workspace of [ws, join(top, 'link')]) {
        const env = { [variable]: workspace }
        const found = await places(join(ws, 'ops'), ['policies/acme.yaml'], env)
        expect(found).toEqual(same('ops/policies/acme.yaml'))
      }
      const elsewhere = { [variable]: join(top, 'other') }
      const found = await places(join(ws, 'ops'), ['policies/acme.yaml'], elsewhere)
      expect(found).toEqual(same('policies/acme.yaml'))
    },
  )

  test('one that is in none of these folders has no place, apart from its name in JUnit', async () => {
    const { top } = checkout()
    const argv = ['../ws/ops/policies/acme.yaml']
    expect(await places(join(top, 'other'), argv)).toEqual([null, null, argv[0]])
  })

  test('standard input has no place', async () => {
    const { ws } = checkout()
    git(ws, 'init', '-q')
    expect(await places(ws, ['-'], {}, POLICY)).toEqual([null])
  })
})

test('a pipe and a folder have no path, and a name that begins with two dots has one', () => {
  const { ws, top } = checkout()
  git(ws, 'init', '-q')
  execFileSync('mkfifo', [join(ws, 'pipe')])
  writeFileSync(join(ws, '..acme.yaml'), '')
  mkdirSync(join(ws, '..x'))
  writeFileSync(join(ws, '..x/a.yaml'), '')
  const path = repositoryPaths({ cwd: ws, env: {} })
  expect(['pipe', 'ops', '..acme.yaml', '..x/a.yaml', 'gone.yaml', '/dev/null'].map(path)).toEqual([
    null,
    null,
    '..acme.yaml',
    '..x/a.yaml',
    'gone.yaml',
    null,
  ])
  renameSync(join(ws, '.git'), join(top, '.git'))
  expect(repositoryPaths({ cwd: '/', env: {} })(join(ws, '..acme.yaml'))).toBe('ws/..acme.yaml')
})
