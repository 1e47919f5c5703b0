/** Files that commands write: what a run reads is never among them, and an old file is kept or whole. */
import { execFile } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCommands } from '../../src/cli/command-list.ts'
import { BIN } from './spawn.ts'
import { ADA, connection, EXACT, folder, type Ran, run, serve } from './world.ts'

const HEADERS = 'X-Gate: open\n'
const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')
const ACCOUNT = ['--account-id', '1']

const words = (text: string) => text.replace(/\s+/g, ' ')

describe('what a run reads is never written over', () => {
  /** Each leads to the header file; the last is one where the file system ignores case. */
  const SPELLINGS = ['h.txt', './a/../h.txt', 'link.txt', 'hard.txt', 'a/up/h.txt'] as const

  function inputs() {
    const cwd = folder({
      'rollcall.yaml': DRIFTED,
      'policies/a.yaml': DRIFTED,
      'elsewhere.yaml': DRIFTED,
      'h.txt': HEADERS,
      token: ADA,
      'a/x': '',
    })
    symlinkSync('h.txt', join(cwd, 'link.txt'))
    linkSync(join(cwd, 'h.txt'), join(cwd, 'hard.txt'))
    symlinkSync('..', join(cwd, 'a/up'))
    symlinkSync('../elsewhere.yaml', join(cwd, 'policies/b.yaml'))
    return cwd
  }

  test.each(
    SPELLINGS.flatMap((name) =>
      [
        ['snapshot', '-o', name],
        ['snapshot', '--force', '-o', name],
        ['export', '--force', '-o', name],
        ['plan', '--report', `json=${name}`],
      ].map((argv) => [argv.join(' '), argv] as const),
    ),
  )('%s keeps its header file', async (_, argv) => {
    const sandbox = await serve()
    const cwd = inputs()
    const account = argv[0] === 'plan' ? [] : ACCOUNT
    const ran = await run([...argv, ...account, '--header-file', 'h.txt'], {
      env: connection(sandbox),
      world: { cwd },
    })
    expect([ran.code, ran.stdout, sandbox.requests]).toEqual([1, '', []])
    expect(words(ran.stderr)).toMatch(/(which|that) this run reads \(h\.txt\)/)
    expect(readFileSync(join(cwd, 'h.txt'), 'utf8')).toBe(HEADERS)
  })

  test.each([
    [['--report', 'json=elsewhere.yaml', 'policies'], 'policies/b.yaml'],
    [['--report', 'json=policies/b.yaml', 'policies'], 'policies/b.yaml'],
    [['--report', 'json=policies/../policies/c.yml', 'policies/'], 'policies'],
    [['--report', 'json=out.json', '--snapshot', 'out.json'], 'out.json'],
    [['--report', 'json=ca.pem', '--ca-file', './ca.pem'], 'ca.pem'],
    [['--report', 'json=outputs'], 'outputs'],
  ])('plan %j keeps %s', async (argv, input) => {
    const cwd = inputs()
    for (const name of ['out.json', 'ca.pem', 'outputs']) writeFileSync(join(cwd, name), 'mine')
    const before = readFileSync(join(cwd, 'elsewhere.yaml'), 'utf8')
    const env = { GITHUB_OUTPUT: join(cwd, 'outputs') }
    const { code, stderr } = await run(['plan', ...argv], { env, world: { cwd } })
    expect(code).toBe(1)
    expect(words(stderr)).toContain('over a file that this run reads')
    expect(words(stderr)).toContain(input)
    for (const name of ['out.json', 'ca.pem', 'outputs']) {
      expect(readFileSync(join(cwd, name), 'utf8')).toBe('mine')
    }
    expect(readFileSync(join(cwd, 'elsewhere.yaml'), 'utf8')).toBe(before)
    expect(existsSync(join(cwd, 'policies/c.yml'))).toBe(false)
  })

  test('adopt changes its policy and nothing else that it reads', async () => {
    const cwd = inputs()
    linkSync(join(cwd, 'rollcall.yaml'), join(cwd, 'headers'))
    const argv = ['adopt', '--write', '--header-file', 'headers']
    const { code, stderr } = await run(argv, { env: connection(await serve()), world: { cwd } })
    expect(code).toBe(1)
    expect(words(stderr)).toContain('also reads for another purpose (headers)')
    expect(readFileSync(join(cwd, 'headers'), 'utf8')).toBe(DRIFTED)
  })

  test('two reports whose names differ in case only are one file on many systems, and refused', async () => {
    const argv = ['plan', '--report', 'json=out.txt', '--report', 'html=OUT.txt']
    const { code, stderr } = await run(argv, { files: { 'rollcall.yaml': EXACT } })
    expect(code).toBe(1)
    expect(words(stderr)).toContain(
      'write OUT.txt over another file that this run writes (out.txt)',
    )
  })

  test('every option that names a file is either protected, or what the command writes', async () => {
    const files = Object.entries(await loadCommands()).flatMap(([command, { options }]) =>
      Object.entries(options).flatMap(([name, option]) =>
        /FILE|SNAPSHOT|DIR|PATH/.test(option.placeholder ?? '')
          ? [`${command} --${name}: ${option.reads ? 'read' : 'written'}`]
          : [],
      ),
    )
    expect(files.filter((each) => each.endsWith('written'))).toEqual([
      'export --output: written',
      'plan --report: written',
      'list --report: written',
      'list --output: written',
      'access --output: written',
      'apply --report: written',
      'apply --journal: written',
      'adopt --policy: written',
      'waive --policy: written',
      'snapshot --output: written',
      'review --output: written',
      'review close --output: written',
      'review verify --statement: written',
    ])
    expect(files).toContain('review close --decisions: read')
    expect(files).toContain('sandbox --state: read')
  })
})

describe('-o', () => {
  const WRITERS = [
    ['snapshot', 'rollcall.snapshot'],
    ['export', 'version: 1'],
    ['list', 'NO POLICY, NO VERDICT'],
  ] as const

  test.each(WRITERS)('of %s leaves what is there, and asks no server', async (command) => {
    const sandbox = await serve()
    const cwd = folder({ 'rollcall.yaml': 'mine\n' })
    const ran = await run([command, '-o', 'rollcall.yaml', ...ACCOUNT], {
      env: connection(sandbox),
      world: { cwd },
    })
    expect([ran.code, ran.stdout, sandbox.requests]).toEqual([1, '', []])
    expect(ran.stderr).toBe(
      'error: rollcall.yaml already exists. It was not changed.\n  Name another file, or use --force to overwrite it.\n',
    )
    expect(readFileSync(join(cwd, 'rollcall.yaml'), 'utf8')).toBe('mine\n')
  })

  test.each(WRITERS)('of %s with --force keeps the old file if the read fails', async (command) => {
    const cwd = folder({ out: 'yesterday' })
    const env = connection(await serve({ intercept: (_, response) => !!response.destroy() }))
    const ran = await run([command, '--force', '-o', 'out', ...ACCOUNT], { env, world: { cwd } })
    expect([ran.code, ran.stdout]).toEqual([1, ''])
    expect(readdirSync(cwd)).toEqual(['out'])
    expect(readFileSync(join(cwd, 'out'), 'utf8')).toBe('yesterday')
  })

  test.each(WRITERS)(
    'of %s with --force keeps the rights of the old file',
    async (command, has) => {
      const cwd = folder({ out: 'yesterday' })
      chmodSync(join(cwd, 'out'), 0o640)
      const env = connection(await serve())
      const ran = await run([command, '--force', '-o', 'out', ...ACCOUNT], { env, world: { cwd } })
      expect([ran.code, readdirSync(cwd)]).toEqual([0, ['out']])
      expect(statSync(join(cwd, 'out')).mode & 0o777).toBe(0o640)
      expect(readFileSync(join(cwd, 'out'), 'utf8')).toContain(has)
    },
  )

  test.each([
    ['-', 'Remove -o to write the'],
    ['no/such/file', 'written to no/such/file: its folder does not exist'],
    ['new/', 'written to new/: it is not a file'],
    ['/dev/null', 'written to /dev/null: it is not a file'],
    ['x'.repeat(300), 'its name is too long'],
  ])('%s is refused before a request, with --force too', async (name, says) => {
    const sandbox = await serve()
    const env = connection(sandbox)
    for (const [command] of WRITERS) {
      const ran = await run([command, '--force', '-o', name, ...ACCOUNT], { env })
      expect([ran.code, ran.stdout, sandbox.requests]).toEqual([1, '', []])
      expect(words(ran.stderr)).toContain(says)
    }
  })

  test.each([
    ['apply', '--journal', 'Name a file.'],
    ['review', '--output', 'Name a folder.'],
    ['review', '-o', 'Name a folder.'],
    ['review close', '-o', 'Name a folder.'],
    ['review verify', '--statement', 'Name a file.'],
  ])('%s %s - means neither stdout nor a file called -', async (name, option, says) => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    const sandbox = await serve()
    const env = { ...connection(sandbox), CHATWOOT_APPLY_TOKEN: 'x' }
    const ran = await run([...name.split(' '), option, '-'], { env, world: { cwd } })
    expect([ran.code, ran.stdout, sandbox.requests]).toEqual([1, '', []])
    expect(words(ran.stderr)).toContain('has the invalid value "-".')
    expect(words(ran.stderr)).toContain(`${says} This command does not write it to stdout.`)
    expect(readdirSync(cwd)).toEqual(['rollcall.yaml'])
  })

  test('never takes away the name of an open stream, such as /dev/stdout, also where it is a file', async () => {
    const cwd = folder({ log: 'before\n' })
    const stream = openSync(join(cwd, 'log'), 'a')
    symlinkSync(`/dev/fd/${stream}`, join(cwd, 'out'))
    const env = connection(await serve())
    const reported = await run(['plan', '--report', 'json=out'], { env, world: { cwd } })
    const forced = await run(['snapshot', '--force', '-o', 'out', ...ACCOUNT], {
      env,
      world: { cwd },
    })
    closeSync(stream)
    for (const { code, stderr } of [reported, forced]) {
      expect(code).toBe(1)
      expect(words(stderr)).toContain('written to out: it is not a file')
    }
    expect(readlinkSync(join(cwd, 'out'))).toBe(`/dev/fd/${stream}`)
    expect(readFileSync(join(cwd, 'log'), 'utf8')).toBe('before\n')
  })

  test('of review takes no --force', async () => {
    const { code, stderr } = await run(['review', '-o', 'r', '--force'])
    expect(code).toBe(1)
    expect(stderr).toContain('rollcall review has no option --force.')
  })

  test('of review fills an empty folder in place, whose rights stay', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    mkdirSync(join(cwd, 'kept'), { mode: 0o710 })
    chmodSync(join(cwd, 'kept'), 0o710)
    symlinkSync('kept', join(cwd, 'r'))
    const { ino } = statSync(join(cwd, 'kept'))
    const ran = await run(['review', '-o', 'r'], { env: connection(await serve()), world: { cwd } })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(statSync(join(cwd, 'kept'))).toMatchObject({ ino, mode: 0o40710 })
    const hidden = readdirSync(join(cwd, 'kept')).filter((name) => name.startsWith('.'))
    expect(hidden).toEqual(['.gitattributes'])
    expect((await run(['review', 'verify', 'r'], { world: { cwd } })).code).toBe(0)
  })
})

describe('a policy that adopt --write changes', () => {
  const root = process.getuid?.() === 0

  function withPolicy() {
    const cwd = folder({ 'rollcall.yaml': EXACT.replace(/ {2}host.*\n/, '') })
    chmodSync(cwd, 0o777)
    return { cwd, path: join(cwd, 'rollcall.yaml') }
  }

  async function adopt(cwd: string) {
    const ran = await run(['adopt', '--write'], { env: connection(await serve()), world: { cwd } })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(readFileSync(join(cwd, 'rollcall.yaml'), 'utf8')).toContain('host@acme.com: agent')
    expect(readdirSync(cwd)).toEqual(['rollcall.yaml'])
  }

  test('stays its owner’s, whoever runs it, with its rights', async () => {
    const { cwd, path } = withPolicy()
    if (root) chownSync(path, 65_534, 65_534)
    chmodSync(path, 0o660)
    const { uid, gid, mode } = statSync(path)
    await adopt(cwd)
    expect(statSync(path)).toMatchObject({ uid, gid, mode })
  })

  test('stays its owner’s where only its owner could be made one: it is written in place', async () => {
    const { cwd, path } = withPolicy()
    chmodSync(path, 0o666)
    const { uid, gid, mode, ino } = statSync(path)
    if (root) process.seteuid?.(65_534)
    await adopt(cwd).finally(() => root && process.seteuid?.(0))
    expect(statSync(path)).toMatchObject({ uid, gid, mode, ...(root && { ino }) })
  })
})

/** In a name space of its own, in which anybody may mount. */
function unshared(script: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  const options = { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } }
  return new Promise<Ran>((resolve) => {
    execFile('unshare', ['-rm', 'sh', '-c', script], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}
// Some machines allow that to nobody, or have no mounts of this kind.
const mounts = (await unshared('mount --bind /etc/hosts /etc/hosts', '/')).code === 0

describe.skipIf(!mounts)('a file that something is mounted on', () => {
  async function mounted(name: string, text: string, argv: string) {
    const cwd = folder({ [name]: text, [`c/${name}`]: '', 'c/rollcall.yaml': DRIFTED })
    const script = `set -e; mount --bind ${name} c/${name}; cd c; "${process.execPath}" "${BIN}" ${argv}`
    const ran = await unshared(script, cwd, connection(await serve()))
    const left = readdirSync(join(cwd, 'c')).filter((each) => each !== 'rollcall.yaml')
    return { ...ran, text: readFileSync(join(cwd, name), 'utf8'), left }
  }

  test('is changed in place by adopt --write', async () => {
    const policy = EXACT.replace(/ {2}host.*\n/, '')
    const ran = await mounted('rollcall.yaml', policy, 'adopt --write')
    expect([ran.code, ran.stderr, ran.left]).toEqual([0, '', []])
    expect(ran.text).toContain('host@acme.com: agent')
    expect(ran.text.endsWith('empty team: []\n')).toBe(true)
  })

  test('is written in place by -o --force, also where the new text is shorter', async () => {
    const old = 'x'.repeat(100_000)
    const ran = await mounted('s.json', old, 'snapshot --account-id 1 -o s.json --force')
    expect([ran.code, ran.stderr, ran.left]).toEqual([0, '', ['s.json']])
    expect(JSON.parse(ran.text).format).toBe('rollcall.snapshot')
  })

  test('cannot be a report, since nobody could remove the one of yesterday', async () => {
    const ran = await mounted('r.csv', 'of yesterday', 'plan --report csv=r.csv')
    expect([ran.code, ran.stdout, ran.text, ran.left]).toEqual([1, '', 'of yesterday', ['r.csv']])
    expect(words(ran.stderr)).toContain(
      'written to r.csv: it is a mount point or in use; mount its folder instead.',
    )
  })

  test('can be the folder of a review', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT, 'store/x': '' })
    rmSync(join(cwd, 'store/x'))
    mkdirSync(join(cwd, 'r'))
    const script = `mount --bind store r; "${process.execPath}" "${BIN}" review -o r`
    const ran = await unshared(script, cwd, connection(await serve()))
    expect([ran.code, ran.stderr.includes('error')]).toEqual([0, false])
    expect(readdirSync(join(cwd, 'store'))).toContain('MANIFEST.json')
  })
})

test
  .skipIf(!mounts)
  .each([
    'adopt --write',
    'export -o p.yaml --account-id 1',
    'init --account-id 1',
    'plan --report html=a.html',
    'review -o r',
  ])('on a full disk, %s advises to free some space', async (argv) => {
  const policy = EXACT.replace(/ {2}host.*\n/, '')
  const cwd = folder({ 'rollcall.yaml': policy, 'full/x': '' })
  const script = `mount -t tmpfs -o size=16k none full; cp rollcall.yaml full; cd full; yes > fill 2> /dev/null; "${process.execPath}" "${BIN}" ${argv}`
  const ran = await unshared(script, cwd, connection(await serve()))
  expect(ran.code).toBe(1)
  expect(words(ran.stderr)).toMatch(/no space left on the disk.*free some space/)
})
