/** `rollcall review`, `close` and `verify`, over real HTTP and real files. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { compareCodeUnits } from '../../src/core/model/names.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import {
  connection,
  EXACT,
  folder,
  GRACE,
  recordedState,
  run,
  type Setting,
  serve,
} from './world.ts'

const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')
  .concat('scope: { ignore: { agents: ["nobody-*"], teams: ["empty*"] } }\n')
  .replace('  empty team: []\n', '')

type State = ReturnType<typeof recordedState>

async function reviewed(
  policy = DRIFTED,
  options: SandboxOptions = {},
  state: State = recordedState(),
  env: Readonly<Record<string, string>> = {},
) {
  const cwd = folder({ 'rollcall.yaml': policy })
  const sandbox = await serve(options, state)
  const setting = { env: { ...connection(sandbox), ...env }, world: { cwd } }
  const ran = await run(['review', '-o', 'r'], setting)
  return { ...ran, cwd, dir: join(cwd, 'r'), sandbox, setting }
}

type Row = Record<string, string>

const text = (dir: string, name: string) => readFileSync(join(dir, name), 'utf8')
const table = (dir: string, name: string): Row[] => parse(text(dir, name), { columns: true })
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('review', () => {
  test('ends with 0 when the bundle is complete, drift or not, and prints the hash of the manifest', async () => {
    const { code, stdout, stderr, dir } = await reviewed()
    expect([code, stderr]).toEqual([0, ''])
    expect(readdirSync(dir).sort()).toEqual([
      '.gitattributes',
      'MANIFEST.json',
      'access.html',
      'administrators.csv',
      'decisions.csv',
      'findings.csv',
      'ignored.csv',
      'policy.yaml',
      'population.csv',
      'report.html',
      'report.json',
      'snapshot.json',
      'waivers.csv',
    ])
    expect(stdout).toContain('WRITTEN  r: 13 files, 9 people to decide about')
    expect(stdout).toContain('DRIFT, 1 finding, 1 critical')
    expect(stdout).toContain(`sha256 ${sha256(text(dir, 'MANIFEST.json'))}`)
    expect((await reviewed(EXACT)).code).toBe(0)
  })

  test('population.csv has one row for every recorded agent, an open invitation as disabled', async () => {
    const { dir } = await reviewed()
    const rows = table(dir, 'population.csv')
    expect(rows.map(({ email }) => email)).toEqual([
      'ada@acme.com',
      'barbara@acme.com',
      'gone@acme.com',
      'grace@acme.com',
      'host@acme.com',
      'ken@acme.com',
      'linus@acme.com',
      'mallory@evil.example',
      'old-admin@acme.com',
    ])
    expect(rows.filter(({ status }) => status === 'disabled').map(({ email }) => email)).toEqual([
      'linus@acme.com',
    ])
    const of = (email: string) => rows.find((row) => row['email'] === email)
    expect(of('ken@acme.com')).toEqual({
      email: 'ken@acme.com',
      name: 'Ken Thompson',
      user_id: '6',
      role: 'agent',
      custom_role: 'Billing clerk',
      status: 'enabled',
      provider: 'email',
      teams: '',
      policy_says: 'agent, custom role "Billing clerk"',
      standing: 'as the policy says',
      findings: '',
      inboxes: 'Help desk',
      reaches: 'Help desk (no conversation)',
    })
    expect(of('grace@acme.com')).toMatchObject({
      teams: 'billing, tier 1',
      policy_says: 'agent; in billing, tier 1',
    })
    expect(of('mallory@evil.example')).toMatchObject({
      policy_says: 'not in the policy',
      reaches: 'everything',
      standing: 'drift',
      findings: 'admin-unexpected',
    })
    expect(table(dir, 'administrators.csv').map(({ email }) => email)).toEqual([
      'ada@acme.com',
      'mallory@evil.example',
      'old-admin@acme.com',
    ])
  })

  test('says of everybody what the policy says, also where it says nothing', async () => {
    const policy = `version: 1
account: 1
agents: { ada@acme.com: administrator, ken@acme.com: { role: agent, custom_role: { id: 1 } } }
scope: { agents: administrators, ignore: { agents: ["grace*"] } }
`
    const { dir } = await reviewed(policy)
    const says = Object.fromEntries(
      table(dir, 'population.csv').map((row) => [row['email'], row['policy_says']]),
    )
    expect(says).toMatchObject({
      'ken@acme.com': 'agent, custom role 1',
      'grace@acme.com': 'ignored by the pattern grace*',
      'barbara@acme.com': 'not managed',
      'mallory@evil.example': 'not in the policy',
    })
    expect(table(dir, 'ignored.csv')).toEqual([
      {
        address: 'agent/grace@acme.com',
        pattern: 'grace*',
        file: 'rollcall.yaml',
        line: '4',
        column: '53',
      },
    ])
  })

  test('the other files are what the commands of their names write, and the policy its very bytes', async () => {
    const { dir, cwd, setting } = await reviewed(`\ufeff${DRIFTED}`)
    const snapshot = await run(['snapshot', '--account-id', '1'], setting)
    expect(text(dir, 'snapshot.json')).toBe(snapshot.stdout)
    expect(JSON.parse(text(dir, 'report.json'))).toMatchObject({
      command: 'review',
      verdict: 'drift',
    })
    expect(table(dir, 'findings.csv').map(({ id }) => id)).toContain(
      'admin-unexpected:agent/mallory@evil.example',
    )
    expect(text(dir, 'report.html')).toContain('mallory@evil.example')
    expect(readFileSync(join(dir, 'policy.yaml'))).toEqual(readFileSync(join(cwd, 'rollcall.yaml')))
    expect(table(dir, 'waivers.csv')).toEqual([])
  })

  test('the manifest hashes every file, and names reader, versions, every request and what is not shown', async () => {
    const { dir, sandbox } = await reviewed()
    const manifest = JSON.parse(text(dir, 'MANIFEST.json'))
    expect(manifest).toMatchObject({
      format: 'rollcall.review',
      format_version: '1.2',
      tool: { name: 'rollcall' },
      server: { origin: sandbox.baseUrl, version: '4.15.1' },
      account: { id: 1, name: 'Acme Support' },
      read_by: { email: 'ada@acme.com', role: 'administrator' },
      read_finished_at: '2026-11-23T08:00:00.000Z',
      verdict: 'drift',
      coverage: { agents: 'compared', inboxes: 'unmanaged' },
      access: { everything: 3, unknown: 0 },
    })
    expect(text(dir, 'access.html')).toContain('Reach everything')
    expect(manifest.policy.sha256).toBe(sha256(text(dir, 'policy.yaml')))
    expect(manifest.not_shown.join(' ')).toContain('super administrators')
    expect(manifest.files.map(({ name }: Row) => name)).toEqual(
      readdirSync(dir)
        .filter((name) => name !== 'MANIFEST.json')
        .sort(),
    )
    for (const { name, sha256: hash, bytes } of manifest.files) {
      expect([hash, bytes]).toEqual([
        sha256(readFileSync(join(dir, name))),
        readFileSync(join(dir, name)).length,
      ])
    }
    expect(manifest.requests.map(({ path }: Row) => path).sort()).toEqual(
      sandbox.requests.map(({ path }) => path).sort(),
    )
    const inboxes = manifest.requests.find(({ path }: Row) => path?.endsWith('/inboxes'))
    expect(inboxes.items).toBe(2)
    const agents = manifest.requests.find(({ path }: Row) => path?.endsWith('/agents'))
    const answer = await fetch(`${sandbox.baseUrl}/api/v1/accounts/1/agents`, {
      headers: { 'api-access-token': 'RECORDED-TOKEN-OF-ADA' },
    })
    expect(agents).toMatchObject({
      at: '2026-11-23T08:00:00.000Z',
      method: 'GET',
      status: 200,
      ms: 0,
      items: 9,
      body_sha256: sha256(Buffer.from(await answer.arrayBuffer())),
    })
    expect(agents.request_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  test("says that inboxes are missing with an agent's token, in the manifest and in each row", async () => {
    const { dir, code } = await reviewed(
      EXACT.replace('custom_role: Billing clerk', 'custom_role: { id: 1 }'),
      {},
      recordedState(),
      {
        CHATWOOT_API_TOKEN: GRACE,
      },
    )
    expect(code).toBe(0)
    const { not_shown: missing, summary } = JSON.parse(text(dir, 'MANIFEST.json'))
    expect(missing.join(' ')).toContain('This review has no inboxes')
    expect(missing.join(' ')).toContain('does not show what custom roles permit')
    expect(summary).not.toHaveProperty('inboxes')
    const cells = table(dir, 'population.csv').map(({ inboxes }) => inboxes)
    expect(new Set(cells)).toEqual(new Set(['(not read)']))
    expect(text(dir, 'report.html')).not.toContain('Inboxes on the account')
  })

  test('no secret is in any of its files', async () => {
    const { dir } = await reviewed()
    for (const name of readdirSync(dir)) expect(text(dir, name)).not.toMatch(/TOKEN|SECRET-/)
  })

  test('a server that does not say its version, and requests that failed, are written down as that', async () => {
    let cut = false
    const { dir } = await reviewed(DRIFTED, {
      intercept: (request, response) => {
        if (request.path === '/api') return !!response.writeHead(404).end('no')
        if (!request.path.endsWith('/teams') || cut) return false
        cut = true
        return !!response.destroy()
      },
    })
    const { server, requests } = JSON.parse(text(dir, 'MANIFEST.json'))
    expect(server.version).toBeNull()
    const failed = requests.filter(({ status }: { status: number | null }) => status !== 200)
    expect(failed).toMatchObject([
      { status: null, body_sha256: null, items: null, request_id: null },
      { path: '/api', status: 404, items: null, body_sha256: sha256('no') },
    ])
  })

  test('hostile names cannot make a formula or a row of their own', async () => {
    const state = recordedState()
    for (const user of state.users) user.name = '=HYPERLINK("http://e")\r\n"x",'
    const { dir } = await reviewed(DRIFTED, {}, state)
    const rows = table(dir, 'population.csv')
    expect(rows.length).toBe(9)
    expect(rows.every(({ name }) => name?.startsWith("'="))).toBe(true)
  })

  test.each([
    ['an account that cannot be read completely', 'rollcall.yaml', DRIFTED],
    ['an invalid policy', 'rollcall.yaml', 'version: 1\nagnets: {}\n'],
    [
      'a policy that cannot be judged',
      'rollcall.yaml',
      DRIFTED.replace('account: 1', 'account: 3'),
    ],
  ])('%s gives no bundle at all', async (what, file, policy) => {
    const cwd = folder({ [file]: policy })
    const cut = what.startsWith('an account')
    const sandbox = await serve({ intercept: (_, response) => cut && !!response.destroy() })
    const ran = await run(['review', '-o', 'r'], { env: connection(sandbox), world: { cwd } })
    expect([ran.code, ran.stdout]).toEqual([1, ''])
    expect(ran.stderr).not.toBe('')
    expect(readdirSync(cwd)).toEqual([file])
  })

  test('a custom role that the token may not read gives no bundle', async () => {
    const cwd = folder({ 'rollcall.yaml': DRIFTED })
    const env = connection(await serve(), 'RECORDED-TOKEN-OF-GRACE')
    const ran = await run(['review', '-o', 'r'], { env, world: { cwd } })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('Billing clerk')
    expect(existsSync(join(cwd, 'r'))).toBe(false)
  })

  test('never writes over anything, but into an empty folder and into new ones', async () => {
    const { setting, cwd } = await reviewed()
    const again = await run(['review', '-o', 'r'], setting)
    expect([again.code, again.stdout]).toEqual([1, ''])
    expect(again.stderr).toContain('The folder r is not empty')
    mkdirSync(join(cwd, 'empty'))
    expect((await run(['review', '-o', 'empty'], setting)).code).toBe(0)
    expect((await run(['review', '-o', 'a/b/c'], setting)).code).toBe(0)
    expect((await run(['review', '-o', 'rollcall.yaml'], setting)).stderr).toContain(
      'a part of its path',
    )
    expect((await run(['review', '-o', 'rollcall.yaml/r'], setting)).code).toBe(1)
    expect(readdirSync(cwd).sort()).toEqual(['a', 'empty', 'r', 'rollcall.yaml'])
  })

  test.each([
    [['review'], 'The folder is missing.'],
    [['review', 'a.yaml', 'b.yaml', '-o', 'r'], 'Unexpected argument "b.yaml"'],
    [['review', 'two', '-o', 'r'], '"two" contains 2 policies'],
    [['review', '-o', 'r'], 'the access token'],
  ])('%j is refused with the next step', async (argv, says) => {
    const files = { 'two/a.yaml': EXACT, 'two/b.yaml': EXACT, 'rollcall.yaml': EXACT }
    const env = { CHATWOOT_BASE_URL: 'https://chat.acme.com' }
    const { code, stderr } = await run(argv, { files, env })
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
  })
})

describe('the commit of the policy', () => {
  const PATH = { PATH: process.env['PATH'] ?? '' }

  function gitIn(cwd: string, ...words: readonly string[]) {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@acme.com', '-c', 'core.autocrlf=false']
    return execFileSync('git', [...who, ...words], { cwd, stdio: 'pipe' })
      .toString()
      .trim()
  }

  function committed(cwd: string, ...more: readonly string[]) {
    gitIn(cwd, 'init', '-q')
    gitIn(cwd, 'add', 'rollcall.yaml', ...more)
    gitIn(cwd, 'commit', '-qm', 'x')
    return gitIn(cwd, 'rev-parse', 'HEAD')
  }

  async function gitOf(
    cwd: string,
    {
      policy = 'rollcall.yaml',
      ...given
    }: { env?: Setting['env']; stdin?: string; policy?: string } = {},
  ) {
    const sandbox = await serve()
    const env = { ...connection(sandbox), ...PATH, ...given.env }
    const ran = await run(['review', policy, '-o', 'r'], { ...given, env, world: { cwd } })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    const { git } = JSON.parse(text(join(cwd, 'r'), 'MANIFEST.json')).policy
    rmSync(join(cwd, 'r'), { recursive: true })
    return git
  }

  test('is named, and whether the policy is as that commit has it', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    const commit = committed(cwd)
    expect(await gitOf(cwd)).toEqual({ commit, dirty: false })
    writeFileSync(join(cwd, 'rollcall.yaml'), `${EXACT}# changed\n`)
    expect(await gitOf(cwd)).toEqual({ commit, dirty: true })
  })

  test('is named in a warning if the policy of the review differs from it', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    const commit = committed(cwd)
    const sandbox = await serve()
    const close = async (dir: string) => {
      const env = { ...connection(sandbox), ...PATH }
      expect((await run(['review', '-o', dir], { env, world: { cwd } })).code).toBe(0)
      const argv = ['review', 'close', dir, '--decisions', `${dir}/decisions.csv`]
      return (await run(argv, { world: { cwd } })).stdout.replace(/\s+/g, ' ')
    }
    expect(await close('r')).not.toContain('The policy of the review')
    writeFileSync(join(cwd, 'rollcall.yaml'), `${EXACT}# changed\n`)
    expect(await close('s')).toContain(
      `warning: The policy of the review differs from commit ${commit}.`,
    )
  })

  test.each(['--assume-unchanged', '--skip-worktree'])(
    'is dirty with a change that %s hides from git status',
    async (hidden) => {
      const cwd = folder({ 'rollcall.yaml': EXACT })
      const commit = committed(cwd)
      gitIn(cwd, 'update-index', hidden, 'rollcall.yaml')
      writeFileSync(join(cwd, 'rollcall.yaml'), `${EXACT}# changed\n`)
      expect(await gitOf(cwd)).toEqual({ commit, dirty: true })
    },
  )

  test('is dirty with a change that is only staged', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    const commit = committed(cwd)
    writeFileSync(join(cwd, 'rollcall.yaml'), `${EXACT}# changed\n`)
    gitIn(cwd, 'add', 'rollcall.yaml')
    expect(await gitOf(cwd)).toEqual({ commit, dirty: true })
  })

  test.each([
    ['not added', ''],
    ['ignored', 'rollcall.yaml\n'],
  ])('does not hold a policy that is %s, and says so', async (_, ignored) => {
    const cwd = folder({ 'rollcall.yaml': EXACT, '.gitignore': ignored })
    gitIn(cwd, 'init', '-q')
    gitIn(cwd, 'add', '.gitignore')
    gitIn(cwd, 'commit', '-qm', 'x')
    const commit = gitIn(cwd, 'rev-parse', 'HEAD')
    const why = 'the policy is not in that commit'
    expect(await gitOf(cwd)).toEqual({ commit, dirty: true, why })
  })

  test.each([
    ['ident', '$Id$', '$Id: approved by the board $'],
    ['working-tree-encoding=UTF-7', 'zoë@acme.com', 'zo+AOs-@acme.com'],
  ])('is dirty with a change that the git attribute %s hides', async (attribute, stored, read) => {
    const cwd = folder({ 'rollcall.yaml': `# ${stored}\n${EXACT}` })
    const commit = committed(cwd)
    writeFileSync(join(cwd, '.git/info/attributes'), `*.yaml ${attribute}\n`)
    expect(await gitOf(cwd)).toEqual({ commit, dirty: false })
    writeFileSync(join(cwd, 'rollcall.yaml'), `# ${read}\n${EXACT}`)
    expect(gitIn(cwd, 'diff')).toBe('')
    const [name] = attribute.split('=')
    const why = `the policy differs from that commit; rollcall did not apply the git attribute ${name}`
    expect(await gitOf(cwd)).toEqual({ commit, dirty: true, why })
  })

  test('is the same with line endings that git changes, and another with those it does not', async () => {
    const crlf = EXACT.replaceAll('\n', '\r\n')
    const cwd = folder({ 'rollcall.yaml': EXACT, '.gitattributes': '*.yaml text eol=crlf\n' })
    const commit = committed(cwd, '.gitattributes')
    writeFileSync(join(cwd, 'rollcall.yaml'), crlf)
    expect(await gitOf(cwd)).toEqual({ commit, dirty: false })
    writeFileSync(join(cwd, 'rollcall.yaml'), `${crlf}# changed\r\n`)
    expect(await gitOf(cwd)).toEqual({ commit, dirty: true })
    writeFileSync(join(cwd, '.gitattributes'), '*.yaml -text\n')
    writeFileSync(join(cwd, 'rollcall.yaml'), crlf)
    expect(await gitOf(cwd)).toEqual({ commit, dirty: true })
  })

  test('does not count a change as none because a filter would take it out, and runs no filter', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT, '.gitattributes': '*.yaml filter=quiet\n' })
    const commit = committed(cwd, '.gitattributes')
    gitIn(cwd, 'config', 'filter.quiet.clean', 'touch was-run; grep -v changed')
    expect(await gitOf(cwd)).toEqual({ commit, dirty: false })
    writeFileSync(join(cwd, 'rollcall.yaml'), `${EXACT}# changed\n`)
    expect(await gitOf(cwd)).toEqual({
      commit,
      dirty: true,
      why: 'the policy differs from that commit; rollcall did not run the git filter quiet',
    })
    expect(readdirSync(cwd)).not.toContain('was-run')
  })

  test('is that of the worktree, of the submodule, or of what a link leads to', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    const commit = committed(cwd)
    gitIn(cwd, 'worktree', 'add', '-q', 'tree')
    expect(await gitOf(join(cwd, 'tree'))).toEqual({ commit, dirty: false })
    const outer = folder({ x: '' })
    gitIn(outer, 'init', '-q')
    gitIn(outer, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', cwd, 'access')
    gitIn(outer, 'commit', '-qm', 'x')
    const policy = 'access/rollcall.yaml'
    expect(await gitOf(outer, { policy })).toEqual({ commit, dirty: false })
    const links = folder({})
    symlinkSync(join(cwd, 'rollcall.yaml'), join(links, 'rollcall.yaml'))
    expect(await gitOf(links)).toEqual({ commit, dirty: false })
  })

  test.each([
    ['a link to a policy', 'current.yaml', 'a/rollcall.yaml', 'b/rollcall.yaml', ''],
    ['a link to its folder', 'current', 'a', 'b', '/rollcall.yaml'],
  ])('is dirty when %s leads elsewhere than in it', async (_, link, first, second, rest) => {
    const files = { 'a/rollcall.yaml': EXACT, 'b/rollcall.yaml': `${EXACT}# b\n` }
    const cwd = folder({ 'rollcall.yaml': EXACT, ...files })
    symlinkSync(first, join(cwd, link))
    const commit = committed(cwd, 'a', 'b', link)
    const policy = `${link}${rest}`
    expect(await gitOf(cwd, { policy })).toEqual({ commit, dirty: false })
    rmSync(join(cwd, link))
    symlinkSync(second, join(cwd, link))
    const why = 'the policy is reached through a link that is different in that commit'
    expect(await gitOf(cwd, { policy })).toEqual({ commit, dirty: true, why })
  })

  test('is dirty when a link that is not in it leads to the policy', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    const commit = committed(cwd)
    symlinkSync('rollcall.yaml', join(cwd, 'new.yaml'))
    const why = 'the policy is reached through a link that is different in that commit'
    expect(await gitOf(cwd, { policy: 'new.yaml' })).toEqual({ commit, dirty: true, why })
  })

  test('is not guessed at: the real reason is given', async () => {
    const why = (reason: string) => ({ commit: null, why: reason })
    const cwd = folder({ 'rollcall.yaml': EXACT, 'empty/x': '' })
    expect(await gitOf(cwd)).toEqual(why('the policy is not in a git repository'))
    const without = { PATH: join(cwd, 'empty') }
    expect(await gitOf(cwd, { env: without })).toEqual(why('git is not installed'))
    expect(await gitOf(cwd, { policy: '-', stdin: EXACT })).toEqual(
      why('the policy was read from standard input'),
    )
    gitIn(cwd, 'init', '-q')
    expect(await gitOf(cwd)).toEqual(why('the current git branch has no commit yet'))
    writeFileSync(join(cwd, '.git/rollcall.yaml'), EXACT)
    expect(await gitOf(cwd, { policy: '.git/rollcall.yaml' })).toEqual(
      why('the policy is in a git repository, but not in a working tree'),
    )
    writeFileSync(join(cwd, '.git/config'), '[core\n')
    expect((await gitOf(cwd)).why).toMatch(/^git failed: bad config line 1 in file .*config/)
  })

  test('is not asked for in a checkout that belongs to another user, which is the reason given', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    committed(cwd)
    // What git does when the owner is another one, without the right to change the owner.
    const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
    const bin = folder({
      git: `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${real} "$@"\n`,
    })
    chmodSync(join(bin, 'git'), 0o755)
    expect(await gitOf(cwd, { env: { PATH: `${bin}:${PATH.PATH}` } })).toEqual({
      commit: null,
      why: 'the git repository belongs to another user, so git does not trust it (safe.directory)',
    })
  })
})

describe('review verify', () => {
  test('an untouched review is intact, and the hash is the one that review printed', async () => {
    const { stdout: said, setting } = await reviewed()
    const ran = await run(['review', 'verify', 'r'], setting)
    expect(ran.code).toBe(0)
    expect(ran.stdout).toMatch(/^INTACT {2}r: 12 files in the manifest\n/)
    const [hash = ''] = /sha256 \w{64}/.exec(said) ?? []
    expect(ran.stdout).toContain(hash)
  })

  test('a single changed byte in any file is noticed', async () => {
    const { dir, setting } = await reviewed()
    for (const name of readdirSync(dir).filter((each) => each !== 'MANIFEST.json')) {
      const bytes = readFileSync(join(dir, name))
      const changed = Buffer.from(bytes)
      changed[changed.length - 3] = (changed[changed.length - 3] ?? 0) ^ 1
      writeFileSync(join(dir, name), changed)
      const ran = await run(['review', 'verify', 'r'], setting)
      expect([ran.code, ran.stdout]).toEqual([1, expect.stringContaining(`${name} was changed`)])
      expect(ran.stdout).toMatch(/NOT INTACT, exit code 1\n$/)
      writeFileSync(join(dir, name), bytes)
    }
    expect((await run(['review', 'verify', 'r'], setting)).code).toBe(0)
  })

  test.each([
    ['line endings, by the repository', '* text=auto\n', 'core.autocrlf=false'],
    ['line endings, by the machine', '', 'core.autocrlf=true'],
    ['line endings, by name', '*.csv text eol=lf\n*.json text eol=crlf\n', 'core.autocrlf=false'],
    ['keywords', '* ident\n', 'core.autocrlf=false'],
    ['the encoding', '*.csv text working-tree-encoding=UTF-16\n', 'core.autocrlf=false'],
    ['content, by a filter', '* filter=loud\n', 'filter.loud.smudge=tr a-z A-Z'],
  ])(
    'a review that went through git is intact where git would change %s',
    async (_, attributes, setting) => {
      const policy = DRIFTED.replace('version: 1\n', 'version: 1 # $Id$\n')
      const { cwd } = await reviewed(policy)
      const git = (...words: readonly string[]) =>
        execFileSync(
          'git',
          ['-c', 'user.name=a', '-c', 'user.email=a@acme.com', '-c', setting, ...words],
          {
            cwd,
            stdio: 'pipe',
          },
        )
      writeFileSync(join(cwd, '.gitattributes'), attributes)
      git('init', '-q')
      git('add', '-A')
      git('commit', '-qm', 'x')
      git('clone', '-q', '.', 'clone')
      const ran = await run(['review', 'verify', 'clone/r'], { world: { cwd } })
      expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('INTACT, exit code 0')])
    },
  )

  test('what makes git keep the bytes is in the manifest itself', async () => {
    const { dir, setting } = await reviewed()
    const { files } = JSON.parse(text(dir, 'MANIFEST.json'))
    expect(files[0].name).toBe('.gitattributes')
    rmSync(join(dir, '.gitattributes'))
    const { code, stdout } = await run(['review', 'verify', 'r'], setting)
    expect([code, stdout]).toEqual([1, expect.stringContaining('  ! .gitattributes is missing\n')])
  })

  test.each([
    ['.DS_Store', 'by macOS, which stores settings of the folder in it: delete it'],
    ['._report.json', 'by macOS, which stores settings of the folder in it: delete it'],
    ['Thumbs.db', 'by Windows, which stores small pictures in it: delete it'],
    ['desktop.ini', 'by Windows, which stores settings of the folder in it: delete it'],
    ['~$decisions.csv', 'by Microsoft Office, which has a file open: close that file without'],
    ['.~lock.decisions.csv#', 'by LibreOffice, which has a file open: close that file without'],
  ])('%s is named as what it is', async (name, says) => {
    const { dir, setting } = await reviewed()
    writeFileSync(join(dir, name), 'x')
    const { code, stdout } = await run(['review', 'verify', 'r'], setting)
    expect([code, stdout]).toEqual([1, expect.stringContaining(`  ! ${name} was added ${says}`)])
  })

  test('a missing file, an added one and a link in the place of one are noticed', async () => {
    const { dir, cwd, setting } = await reviewed()
    rmSync(join(dir, 'findings.csv'))
    writeFileSync(join(dir, 'notes.txt'), '')
    writeFileSync(join(cwd, 'copy.json'), text(dir, 'report.json'))
    rmSync(join(dir, 'report.json'))
    symlinkSync(join(cwd, 'copy.json'), join(dir, 'report.json'))
    const { code, stdout } = await run(['review', 'verify', 'r'], setting)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /! findings.csv is missing\n {2}! notes.txt was added\n {2}! report.json was changed/,
    )
  })

  test.each([
    ['no manifest', null, 'cannot be read (no such file or folder)'],
    ['something else', '{}', 'r/MANIFEST.json is invalid: the document lacks the key `format`.'],
    [
      'no JSON',
      '{',
      'r/MANIFEST.json is not valid JSON, or its end is missing. at r/MANIFEST.json:1:2',
    ],
  ])('%s in the place of the manifest is no review', async (_, content, says) => {
    const { dir, setting } = await reviewed()
    rmSync(join(dir, 'MANIFEST.json'))
    if (content !== null) writeFileSync(join(dir, 'MANIFEST.json'), content)
    const { code, stderr } = await run(['review', 'verify', 'r'], setting)
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
  })

  test.each(['../rollcall.yaml', '..', '', 'a\\\\b'])(
    'a manifest that lists %j leads out of the folder and is refused',
    async (name) => {
      const { dir, setting } = await reviewed()
      const manifest = text(dir, 'MANIFEST.json').replace(
        '"name": ".gitattributes"',
        `"name": "${name}"`,
      )
      writeFileSync(join(dir, 'MANIFEST.json'), manifest)
      const { code, stderr } = await run(['review', 'verify', 'r'], setting)
      expect(code).toBe(1)
      expect(stderr.replace(/\s+/g, ' ')).toContain(
        '`files[0].name` should be the name of a file in the folder',
      )
    },
  )

  test('a folder has to be named', async () => {
    expect((await run(['review', 'verify'])).stderr).toContain('The folder is missing.')
    expect((await run(['review', 'verify', 'a', 'b'])).stderr).toContain('Unexpected argument')
    for (const argv of [['review'], ['review', 'close'], ['review', 'verify']]) {
      const { stdout } = await run([...argv, '--help'])
      expect(stdout).toMatch(new RegExp(`^rollcall ${argv.join(' ')} [<[]`))
    }
  })
})

test('somebody with an open finding about a team does not stand as fine, in the table or on the page', async () => {
  const policy = EXACT.replace(
    'members: [grace@acme.com, linus@acme.com, barbara',
    'members: [linus@acme.com, ken',
  )
  const { code, dir } = await reviewed(policy)
  expect(code).toBe(0)
  const standing = table(dir, 'population.csv').map((row) => [
    row['email'],
    row['standing'],
    row['findings'],
  ])
  expect(standing).toContainEqual(['grace@acme.com', 'drift', 'member-unexpected'])
  expect(standing).toContainEqual(['barbara@acme.com', 'drift', 'member-unexpected'])
  expect(standing).toContainEqual(['ken@acme.com', 'drift', 'member-missing'])
  expect(standing).toContainEqual(['host@acme.com', 'as the policy says', ''])
  const page = text(dir, 'report.html')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
  expect(page).toContain('Agents 5 3 drift, 2 as the policy says')
  expect(page).toMatch(
    /ken@acme\.com Ken Thompson agent, custom role .{1,80} drift Missing team member /,
  )
  expect(page).toMatch(
    /tier 1 off .{1,200} drift Unexpected team member \(2\) Missing team member /,
  )
})

describe('review close', () => {
  /** The form, filled in: `keep` for whoever is not named. */
  function filled(dir: string, by: Readonly<Record<string, Row>> = {}): Row[] {
    return table(dir, 'decisions.csv').map((row) => ({
      ...row,
      decision: 'keep',
      reviewer: row['email'] === 'grace@acme.com' ? 'ada@acme.com' : 'grace@acme.com',
      date: '2026-11-23',
      why: ['critical', 'high'].includes(row['risk'] ?? '') ? 'runs the shop in Lisbon' : '',
      ...by[row['email'] ?? ''],
    }))
  }

  function csv(rows: readonly Row[], separator = ',', end = '\r\n'): string {
    const cell = (value = '') => `"${value.replaceAll('"', '""')}"`
    const columns = Object.keys(rows[0] ?? {})
    const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
    return lines.map((cells) => cells.map(cell).join(separator) + end).join('')
  }

  const GONE = { 'mallory@evil.example': { decision: 'remove', why: 'unknown', ticket: 'S-1' } }
  const CHANGED = { 'old-admin@acme.com': { decision: 'Change ', why: 'agent is enough' } }

  async function closed(
    { cwd, setting }: { cwd: string; setting: Awaited<ReturnType<typeof reviewed>>['setting'] },
    decisions: string,
    ...more: readonly string[]
  ) {
    writeFileSync(join(cwd, 'd.csv'), decisions)
    // Later snapshots are of the first day of the next month.
    const now = () => new Date('2026-12-01T00:00:00Z')
    const world = more.includes('--after') ? { ...setting.world, now } : setting.world
    const argv = ['review', 'close', 'r', '--decisions', 'd.csv', ...more]
    const ran = await run(argv, { ...setting, world })
    return { ...ran, words: (ran.stdout + ran.stderr).replace(/\s+/g, ' ') }
  }

  test('ends with 0 when everybody is decided on, as a spreadsheet saves it', async () => {
    const review = await reviewed()
    const rows = filled(review.dir, { ...GONE, ...CHANGED })
    for (const text of [
      csv(rows),
      `\ufeff${csv(rows, ';')}`,
      csv(rows.toReversed(), ',', '\n').trimEnd(),
      `${csv(rows)}\r\n,,,\r\n`,
    ]) {
      const { code, stdout, stderr } = await closed(review, text)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toContain('CLOSED  r: 9 of 9 decided: 7 keep, 1 change, 1 remove')
      expect(stdout).toMatch(/- mallory@evil\.example +remove, by grace@acme\.com +2026-11-23/)
      expect(stdout).toContain(`Decisions   sha256 ${sha256(text)}`)
      expect(stdout).toMatch(/To check it, give a later\s+snapshot with --after/)
    }
    expect((await closed(review, csv(filled(review.dir)))).stdout).not.toContain('--after')
  })

  test.each(['2026-11-22', '2026-11-24'])(
    'a reviewer whose calendar says %s while it is 2026-11-23 in UTC may write that',
    async (date) => {
      const review = await reviewed()
      const rows = filled(review.dir).map((row) => ({ ...row, date }))
      const { code, stdout } = await closed(review, csv(rows))
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        'CLOSED  r: 9 of 9 decided: 9 keep, 0 change, 0 remove',
      ])
    },
  )

  test('a decision may be dated from the day before the review to the day after today', async () => {
    const review = await reviewed()
    const world = { ...review.setting.world, now: () => new Date('2026-12-31T23:59:59Z') }
    const later = { ...review, setting: { ...review.setting, world } }
    for (const [date, code] of [
      ['2026-11-21', 1],
      ['2026-11-22', 0],
      ['2027-01-01', 0],
      ['2027-01-02', 1],
    ] as const) {
      const rows = filled(review.dir).map((row) => ({ ...row, date }))
      expect([date, (await closed(later, csv(rows))).code]).toEqual([date, code])
    }
  })

  test('the blank form decides nothing', async () => {
    const review = await reviewed()
    const { code, words } = await closed(review, text(review.dir, 'decisions.csv'))
    expect(code).toBe(1)
    expect(words).toContain('NOT CLOSED r: 0 of 9 decided')
    expect(words).toContain('ada@acme.com has no decision. at d.csv:4:184')
  })

  test.each<[string, Row, string]>([
    ['no decision', { decision: '' }, 'ken@acme.com has no decision.'],
    [
      'another word',
      { decision: 'maybe' },
      'has an invalid decision: "maybe". at d.csv:9:202 Write keep, change or remove.',
    ],
    ['no reviewer', { reviewer: '' }, 'ken@acme.com has no reviewer.'],
    [
      'a name for a reviewer',
      { reviewer: 'Ken' },
      'ken@acme.com: the reviewer "ken" is not an e-mail address.',
    ],
    ['themselves', { reviewer: ' Ken@ACME.com ' }, 'ken@acme.com decided about their own access.'],
    [
      'a date that can be two days',
      { date: '05/11/2026' },
      'ken@acme.com: "05/11/2026" can be 2026-11-05 or 2026-05-11.',
    ],
    [
      'a day that no month has',
      { date: '2026-11-31' },
      'ken@acme.com: "2026-11-31" is not a valid date.',
    ],
    [
      'a date two days before the review',
      { date: '2026-11-21' },
      'is not between the review (2026-11-23 UTC) and today (2026-11-23 UTC). at d.csv:9:226 Write the date of the decision. One day earlier or later is allowed',
    ],
    ['a date after tomorrow', { date: '2026-11-25' }, 'and today (2026-11-23 UTC).'],
    [
      'a removal without a reason',
      { decision: 'remove' },
      'ken@acme.com: "remove" needs a reason.',
    ],
    ['somebody else', { email: 'kenny@acme.com' }, 'There is no row for ken@acme.com.'],
    ['somebody unknown', { email: 'kenny@acme.com' }, '"kenny@acme.com" was not on the account'],
    [
      'a row for two',
      { email: 'linus@acme.com' },
      'linus@acme.com has two decisions, the first in line 9.',
    ],
  ])('%s is no decision', async (_, change, says) => {
    const review = await reviewed()
    const { code, words } = await closed(
      review,
      csv(filled(review.dir, { 'ken@acme.com': change })),
    )
    expect(code).toBe(1)
    expect(words).toContain(says)
    expect(words).toContain('NOT CLOSED r: 8 of 9 decided')
  })

  test('a later snapshot shows what happened and what did not', async () => {
    const review = await reviewed()
    const rows = filled(review.dir, {
      ...GONE,
      ...CHANGED,
      'grace@acme.com': { decision: 'change', why: 'one team is enough' },
      'barbara@acme.com': { decision: 'change', why: 'other role' },
      'gone@acme.com': { decision: 'remove', why: 'left' },
    })
    const [account] = review.sandbox.state.accounts
    if (account) {
      account.members = account.members.filter(({ email }) => email !== 'mallory@evil.example')
      for (const member of account.members) {
        if (member.email === 'old-admin@acme.com') member.role = 'agent'
      }
      for (const team of account.teams) {
        if (team.name === 'billing')
          team.members = team.members.filter((e) => e !== 'grace@acme.com')
      }
    }
    for (const user of review.sandbox.state.users) user.name = 'Another Name'
    const later = { ...review.setting.world, now: () => new Date('2026-12-01T00:00:00Z') }
    await run(['snapshot', '-o', 'later.json', '--account-id', '1'], {
      ...review.setting,
      world: later,
    })
    const { code, stdout, words } = await closed(review, csv(rows), '--after', 'later.json')
    expect(code).toBe(2)
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'CLOSED, NOT ALL DONE r: 9 of 9 decided: 4 keep, 3 change, 2 remove; 2 NOT DONE',
    )
    expect(words).toMatch(/- mallory@evil\.example remove: no longer on the account done/)
    expect(words).toMatch(/~ old-admin@acme\.com change: administrator → agent; name .* done/)
    expect(words).toMatch(/~ grace@acme\.com change: billing: no longer a member done/)
    expect(words).toMatch(/~ barbara@acme\.com change: nothing was changed NOT DONE/)
    expect(words).toMatch(/- gone@acme\.com remove: still on the account as agent NOT DONE/)
  })

  /** What `--after` says when the account has become this. */
  async function happened(
    decided: Readonly<Record<string, Row>>,
    change: (state: State, account: State['accounts'][number]) => void,
    start: State = recordedState(),
  ) {
    const review = await reviewed(EXACT, {}, start)
    const { state } = review.sandbox
    change(state, state.accounts[0] as State['accounts'][number])
    const world = { ...review.setting.world, now: () => new Date('2026-12-01T00:00:00Z') }
    const argv = ['snapshot', '-o', 'later.json', '--account-id', '1']
    expect((await run(argv, { ...review.setting, world })).code).toBe(0)
    const ran = await closed(review, csv(filled(review.dir, decided)), '--after', 'later.json')
    // The rows, each on one line with its weight at the end.
    const [, ...rows] = ran.stdout.split(/\n {2}(?=[-~] )/)
    const fates = rows.map((row) => {
      const [text = ''] = row.split('\n\n')
      const weight = /NOT DONE|done/.exec(text)?.[0] ?? ''
      return `${text.replace(weight, '').replace(/\s+/g, ' ').trim()} (${weight})`
    })
    return { ...ran, fates: fates.sort((a, b) => compareCodeUnits(a.slice(2), b.slice(2))) }
  }

  function rename({ users, accounts }: State, from: string, to: string): void {
    for (const each of [...users, ...accounts.flatMap(({ members }) => members)]) {
      if (each.email === from) each.email = to
    }
    for (const team of accounts.flatMap(({ teams }) => teams)) {
      team.members = team.members.map((email) => (email === from ? to : email))
    }
  }

  const REMOVE = { decision: 'remove', why: 'left' }
  const CHANGE = { decision: 'change', why: 'less is enough' }

  test('a person who changed their address is not reported as removed or changed', async () => {
    const { code, words, fates } = await happened(
      { 'mallory@evil.example': REMOVE, 'barbara@acme.com': CHANGE, 'old-admin@acme.com': CHANGE },
      (state, { members }) => {
        rename(state, 'mallory@evil.example', 'mallory@partner.example')
        rename(state, 'barbara@acme.com', 'liskov@acme.com')
        rename(state, 'old-admin@acme.com', 'former@acme.com')
        for (const each of members) if (each.email === 'former@acme.com') each.role = 'agent'
      },
    )
    expect(code).toBe(2)
    expect(words).toContain('6 keep, 2 change, 1 remove; 2 NOT DONE')
    expect(fates).toEqual([
      '~ barbara@acme.com change: nothing was changed, renamed to liskov@acme.com (NOT DONE)',
      '- mallory@evil.example remove: still on the account as administrator, renamed to mallory@partner.example (NOT DONE)',
      '~ old-admin@acme.com change: administrator → agent; renamed: old-admin@acme.com → former@acme.com (done)',
    ])
  })

  test('an address that somebody else has now is still on the account', async () => {
    const { fates } = await happened(
      { 'mallory@evil.example': REMOVE, 'gone@acme.com': REMOVE },
      (state, account) => {
        account.members = account.members.filter(({ email }) => email !== 'gone@acme.com')
        for (const team of account.teams) {
          team.members = team.members.filter((email) => email !== 'gone@acme.com')
        }
        for (const user of state.users) {
          if (user.email === 'gone@acme.com') user.email = 'elsewhere@acme.com'
        }
        rename(state, 'barbara@acme.com', 'gone@acme.com')
        // Swapped: both are still there, each under the address of the other.
        rename(state, 'mallory@evil.example', 'x')
        rename(state, 'grace@acme.com', 'mallory@evil.example')
        rename(state, 'x', 'grace@acme.com')
      },
    )
    expect(fates).toEqual([
      '- gone@acme.com remove: the address is still on the account: it now belongs to the user who was barbara@acme.com (NOT DONE)',
      '- mallory@evil.example remove: still on the account as administrator, renamed to grace@acme.com (NOT DONE)',
    ])
  })

  test('somebody who was removed and invited again is still there', async () => {
    const { fates } = await happened({ 'gone@acme.com': REMOVE }, ({ users }) => {
      for (const user of users) if (user.email === 'gone@acme.com') user.id = 4711
    })
    expect(fates).toEqual([
      '- gone@acme.com remove: still on the account as agent, invited again (NOT DONE)',
    ])
  })

  test('a renamed team is no change of its members', async () => {
    const { fates } = await happened(
      { 'grace@acme.com': CHANGE, 'barbara@acme.com': CHANGE },
      (_, { teams }) => {
        for (const team of teams) {
          team.name = `new ${team.name}`
          if (team.name === 'new tier 1')
            team.members = team.members.filter((email) => email !== 'barbara@acme.com')
        }
      },
    )
    expect(fates).toEqual([
      '~ barbara@acme.com change: new tier 1: no longer a member (done)',
      '~ grace@acme.com change: nothing was changed (NOT DONE)',
    ])
  })

  test('a custom role that changes only the menus of an administrator is no change that was done', async () => {
    const { fates } = await happened({ 'old-admin@acme.com': CHANGE }, (_, { members }) => {
      for (const each of members) if (each.email === 'old-admin@acme.com') each.custom_role_id = 3
    })
    expect(fates).toEqual([
      '~ old-admin@acme.com change: custom role "Billing clerk" → custom role 3, on an administrator that affects only the menus of the dashboard (NOT DONE)',
    ])
  })

  test('a snapshot of before, or of another account, shows nothing', async () => {
    const review = await reviewed()
    const decisions = csv(filled(review.dir))
    const snapshot = text(review.dir, 'snapshot.json')
    const early = snapshot.replace('"started_at": "2026', '"started_at": "2025')
    writeFileSync(join(review.cwd, 'early.json'), early)
    writeFileSync(join(review.cwd, 'other.json'), snapshot.replace('"id": 1,', '"id": 2,'))
    expect((await closed(review, decisions, '--after', 'early.json')).words).toContain(
      'before the review ended',
    )
    const other = await closed(review, decisions, '--after', 'other.json')
    expect([other.code, other.stdout]).toEqual([1, ''])
    expect(other.words).toContain('is of account 2')
  })

  test('addresses that a spreadsheet would take for a formula find their row again', async () => {
    const state = recordedState()
    for (const user of state.users)
      if (user.email === 'host@acme.com') user.email = '+host@acme.com'
    for (const { members } of state.accounts) {
      for (const member of members) {
        if (member.email === 'host@acme.com') member.email = '+host@acme.com'
      }
    }
    const review = await reviewed(EXACT, {}, state)
    expect(text(review.dir, 'decisions.csv')).toContain('"\'+host@acme.com"')
    expect((await closed(review, csv(filled(review.dir)))).code).toBe(0)
  })

  test.each([
    ['a column is missing', 'email,decision\r\n', 'has no column reviewer, date, ticket, why', 1],
    ['nothing', '', 'has no column email', 1],
    ['rows in one cell', '"email,name,role"\r\n', 'has every row in a single cell', 1],
    ['an open quote', 'email,"decision\r\n', 'has a quote that is not closed', 7],
    ['text behind a quote', '"email"x,decision\r\n', 'has text after a closing quote', 8],
  ])('%s: the file is refused with its place', async (_, content, says, column) => {
    const { code, stdout, words } = await closed(await reviewed(), content)
    expect([code, stdout]).toEqual([1, ''])
    expect(words).toContain(says)
    expect(words).toContain(`at d.csv:1:${column}`)
  })

  test('a file that is not UTF-8 is refused', async () => {
    const review = await reviewed()
    writeFileSync(join(review.cwd, 'latin.csv'), Buffer.from([0x65, 0xe9, 0x0a]))
    const argv = ['review', 'close', 'r', '--decisions', 'latin.csv']
    expect((await run(argv, review.setting)).stderr).toContain('CSV UTF-8')
  })

  test('a review that was changed cannot be closed, decisions in the folder among it', async () => {
    const review = await reviewed()
    writeFileSync(join(review.dir, 'decisions.csv'), csv(filled(review.dir)))
    const argv = ['review', 'close', 'r', '--decisions', 'r/decisions.csv']
    const { code, stderr } = await run(argv, review.setting)
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain('Write decisions into a copy of decisions.csv')
  })

  test.each([
    [['review', 'close', 'r'], 'The decisions are missing.'],
    [['review', 'close', '--decisions', 'd.csv'], 'The folder is missing.'],
    [
      ['review', 'close', 'r', '--decisions', 'none.csv'],
      'none.csv cannot be read (no such file or folder)',
    ],
    [['review', 'close', 'none', '--decisions', 'd.csv'], 'none/MANIFEST.json cannot be read'],
  ])('%j is refused with the next step', async (argv, says) => {
    const { setting } = await reviewed()
    const { code, stderr } = await run(argv, setting)
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
  })
})
