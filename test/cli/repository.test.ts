/** Which path a policy has in reports for machines, wherever rollcall was started. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connection, folder, run, serve } from './world.ts'

const POLICY = 'version: 1\naccount: 1\nagents:\n  ada@acme.com: administrator\n'

/** No repository is above it: the tests themselves run in a folder of the system. */
const AT = 'ops/acme.yaml'

function git(cwd: string, ...words: readonly string[]): void {
  const who = [
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@acme.com',
    '-c',
    'protocol.file.allow=always',
  ]
  execFileSync('git', [...who, ...words], { cwd, stdio: 'ignore' })
}

/** What every format that points at a line calls the policy; null: it points at none. */
async function pathsOf(cwd: string, policy: string, env: Readonly<Record<string, string>> = {}) {
  const all = { ...connection(await serve()), ...env }
  const plan = async (format: string) => {
    const { code, stdout } = await run(['plan', policy, '--format', format], {
      env: all,
      world: { cwd },
    })
    expect(code).toBe(2)
    return stdout
  }
  const first = async (format: string, pattern: RegExp) =>
    pattern.exec(await plan(format))?.[1] ?? null
  return {
    sarif: await first('sarif', /"uri": "(.*)"/),
    github: await first('github', /^::error file=([^,]*),line=3,col=1,/m),
    junit: await first('junit', /<testcase [^>]*file="([^"]*)" line="3"/),
    markdown: await first('markdown', /^<!-- rollcall plan: policies (.*); accounts /),
  }
}

const everywhere = (path: string) => ({ sarif: path, github: path, junit: path, markdown: path })

describe('a policy is named by its path in its repository', () => {
  test.each([
    ['the root', '', AT],
    ['its own folder', 'ops', 'acme.yaml'],
    ['a folder beside it', 'docs', '../ops/acme.yaml'],
  ])('from %s', async (_, start, policy) => {
    const root = folder({ [AT]: POLICY, 'docs/x': '' })
    git(root, 'init', '-q')
    expect(await pathsOf(join(root, start), policy)).toEqual(everywhere(AT))
  })

  test.each(['/', '/tmp'])('from %s, which is outside of it', async (cwd) => {
    const root = folder({ [AT]: POLICY })
    git(root, 'init', '-q')
    expect(await pathsOf(cwd, join(root, AT))).toEqual(everywhere(AT))
  })

  test('also when another checkout is the one of this job', async () => {
    const root = folder({ [AT]: POLICY })
    git(root, 'init', '-q')
    const env = { GITHUB_WORKSPACE: folder({}), CI_PROJECT_DIR: join(root, 'ops') }
    expect(await pathsOf('/tmp', join(root, AT), env)).toEqual(everywhere(AT))
  })

  test('also in a worktree and in a submodule, where .git is a file', async () => {
    const root = folder({ [AT]: POLICY })
    git(root, 'init', '-q')
    git(root, 'add', '.')
    git(root, 'commit', '-qm', 'x')
    git(root, 'worktree', 'add', '-q', 'trees/b')
    expect(await pathsOf(join(root, 'trees'), 'b/ops/acme.yaml')).toEqual(everywhere(AT))
    const outer = folder({})
    git(outer, 'init', '-q')
    git(outer, 'submodule', 'add', '-q', root, 'access')
    expect(await pathsOf(outer, 'access/ops/acme.yaml')).toEqual(everywhere(AT))
  })

  test('also through a link to a folder, be it the one that rollcall is started in', async () => {
    const root = folder({ [AT]: POLICY })
    git(root, 'init', '-q')
    symlinkSync('ops', join(root, 'current'))
    expect(await pathsOf(root, 'current/acme.yaml')).toEqual(everywhere(AT))
    const links = folder({})
    symlinkSync(root, join(links, 'checkout'))
    expect(await pathsOf(join(links, 'checkout'), AT)).toEqual(everywhere(AT))
    expect(await pathsOf(links, 'checkout/ops/acme.yaml')).toEqual(everywhere(AT))
  })

  test('and by that of the link, where the link is in a repository and the file in none', async () => {
    const root = folder({ 'ops/x': '' })
    git(root, 'init', '-q')
    symlinkSync(join(folder({ 'shared.yaml': POLICY }), 'shared.yaml'), join(root, AT))
    expect(await pathsOf(join(root, 'ops'), 'acme.yaml')).toEqual(everywhere(AT))
  })
})

describe('a policy in no repository is named', () => {
  test.each(['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])('by its path below %s', async (name) => {
    const root = folder({ [AT]: POLICY })
    const env = { [name]: root }
    expect(await pathsOf(join(root, 'ops'), 'acme.yaml', env)).toEqual(everywhere(AT))
    expect(await pathsOf('/tmp', join(root, AT), env)).toEqual(everywhere(AT))
    // A checkout that is named through a link is the same one.
    const link = join(folder({}), 'link')
    symlinkSync(root, link)
    expect(await pathsOf('/', join(root, AT), { [name]: link })).toEqual(everywhere(AT))
  })

  test('by its path below the working directory, where it is outside of the checkout', async () => {
    const root = folder({ [AT]: POLICY })
    const env = { GITHUB_WORKSPACE: folder({}) }
    expect(await pathsOf(root, AT, env)).toEqual(everywhere(AT))
    const below = join(realpathSync(root), AT).slice(1)
    expect(await pathsOf('/', join(root, AT), env)).toEqual(everywhere(below))
  })

  test('by nothing, where it is above the working directory', async () => {
    const root = folder({ [AT]: POLICY, 'docs/x': '' })
    expect(await pathsOf(join(root, 'docs'), '../ops/acme.yaml')).toEqual({
      sarif: null,
      github: null,
      junit: null,
      markdown: '../ops/acme.yaml',
    })
  })

  test('an empty folder of the name .git makes no repository', async () => {
    const root = folder({ [AT]: POLICY })
    mkdirSync(join(root, 'ops/.git'))
    expect(await pathsOf(root, AT)).toEqual(everywhere(AT))
  })
})
