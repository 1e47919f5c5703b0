/** The package as somebody gets it: packed, installed into an empty folder and used there. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectProxy } from '../cli/fronts.ts'
import { spawnRollcall } from '../cli/spawn.ts'
import { ADA, connection, EXACT, folder, serve } from '../cli/world.ts'
import { listLinks } from '../docs/links.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

let folderOfAll = ''
let packed: Packed
let bin = ''

function npm(cwd: string, ...words: readonly string[]): string {
  return execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

beforeAll(() => {
  folderOfAll = mkdtempSync(join(tmpdir(), 'rollcall-package-'))
  // The tests have just built; packing would do it again, under other tests that run the program.
  const made = npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folderOfAll)
  packed = JSON.parse(made)[0]
  writeFileSync(join(folderOfAll, 'package.json'), '{ "private": true }\n')
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  npm(folderOfAll, 'install', ...quiet, join(folderOfAll, packed.filename))
  bin = join(folderOfAll, 'node_modules/chatwoot-rollcall', MANIFEST.bin.rollcall)
}, 180_000)

afterAll(() => {
  execFileSync('chmod', ['-R', 'u+w', folderOfAll])
  rmSync(folderOfAll, { recursive: true, force: true })
})

describe('the packed package', () => {
  test('holds what runs and what explains it, and nothing else', () => {
    const others = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^(dist|docs|examples|schemas)\//.test(path))
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
    const strange = packed.files.filter(({ path }) => /\.(ts|tgz)$|\.test\./.test(path))
    expect(strange).toEqual([])
  })

  test('has every page and file that its pages link to, except the tests of the repository', () => {
    const paths = packed.files.map(({ path }) => path)
    const missing = paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) =>
        listLinks(readFileSync(join(ROOT, page), 'utf8'))
          .map(({ path }) => (path === '' ? page : posix.join(posix.dirname(page), path)))
          .filter((target) => !paths.includes(target))
          .map((target) => `${page}: ${target}`),
      )
    expect(missing.filter((each) => !each.startsWith('docs/reliability.md: test/'))).toEqual([])
  })

  test('has every page that a message names', () => {
    const text = packed.files
      .filter(({ path }) => /^dist\/.*\.js$/.test(path))
      .map(({ path }) => readFileSync(join(ROOT, path), 'utf8'))
      .join('\n')
    const named = new Set(text.match(/\bdocs\/[a-z-]+\.md\b/g))
    expect(named.size).toBeGreaterThan(3)
    expect(packed.files.map(({ path }) => path)).toEqual(expect.arrayContaining([...named]))
  })

  test('stays small enough that nobody has to think about installing it', () => {
    expect(packed.size).toBeLessThan(1_200_000)
    expect(packed.unpackedSize).toBeLessThan(4_000_000)
  })

  test('brings the runtime dependencies and none of the development', () => {
    const installed = JSON.parse(npm(folderOfAll, 'ls', '--json', '--depth=1'))
    const brought = installed.dependencies['chatwoot-rollcall'].dependencies
    expect(Object.keys(brought).sort()).toEqual(Object.keys(MANIFEST.dependencies).sort())
  })
})

describe('installed into an empty folder', () => {
  test('--version says the version of the package', async () => {
    const ran = await spawnRollcall(['--version'], { cwd: folder({}), bin })
    expect(ran).toEqual({ code: 0, stdout: `${MANIFEST.version}\n`, stderr: '' })
  })

  test.each(['policy', 'report', 'validation', 'sandbox'])(
    'schema %s prints a schema',
    async (name) => {
      const ran = await spawnRollcall(['schema', name], { cwd: folder({}), bin })
      expect([ran.code, ran.stderr]).toEqual([0, ''])
      expect(JSON.parse(ran.stdout)).toHaveProperty('$id')
    },
  )

  test('demo runs without server, token and policy', async () => {
    const ran = await spawnRollcall(['demo'], { cwd: folder({}), bin })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(/^DRIFT {2}account 1/)
  })

  test('plan compares an account with its policy', async () => {
    const sandbox = await serve()
    const cwd = folder({ 'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31') })
    const ran = await spawnRollcall(['plan'], { cwd, bin, env: connection(sandbox, ADA) })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(/IN SYNC, exit code 0\n$/)
  })

  test('plan goes through a proxy', async () => {
    const sandbox = await serve()
    const proxy = await connectProxy({ to: sandbox.port })
    const cwd = folder({ 'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31') })
    const env = { CHATWOOT_BASE_URL: 'http://chat.invalid', HTTP_PROXY: proxy.address }
    const ran = await spawnRollcall(['plan', '--insecure-http'], {
      cwd,
      bin,
      env: { ...env, CHATWOOT_API_TOKEN: ADA },
    })
    expect(ran.stdout).toMatch(/IN SYNC, exit code 0\n$/)
    expect(proxy.tunnels.length).toBeGreaterThan(0)
  })
})

describe('as examples/container runs it: no rights, nothing to write to', () => {
  const recipe = readFileSync(join(ROOT, 'examples/container/Containerfile'), 'utf8')
  const instruction = (name: string) => new RegExp(`^${name} (.+)$`, 'm').exec(recipe)?.[1] ?? ''
  // Whoever is nobody already stays what they are.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

  /** A folder that can be read, and a tree that cannot be written. */
  function readOnly(files: Readonly<Record<string, string>>): string {
    const cwd = folder(files)
    execFileSync('chmod', ['-R', 'a+rX,a-w', folderOfAll, cwd])
    return cwd
  }

  test('the container is nobody special and begins with the program of the package', () => {
    expect(instruction('USER')).toBe('1000:1000')
    const [program, path] = JSON.parse(instruction('ENTRYPOINT'))
    expect(program).toBe('node')
    expect(path).toBe(`/opt/rollcall${bin.slice(folderOfAll.length)}`)
  })

  test('a shell of Kubernetes finds it as `rollcall`, also with the root read-only', async () => {
    const [, target, link] = /^RUN ln -s (\S+) (\S+)$/m.exec(recipe) ?? []
    expect([target, link]).toEqual([
      `/opt/rollcall${bin.slice(folderOfAll.length)}`,
      '/usr/local/bin/rollcall',
    ])
    const cwd = folder({})
    symlinkSync(bin, join(cwd, 'rollcall'))
    const path = readOnly({})
    execFileSync('chmod', ['a+rx', cwd])
    const env = { PATH: `${cwd}:${dirname(process.execPath)}:/usr/bin:/bin` }
    const shown = execFileSync('sh', ['-euc', 'rollcall --version'], { cwd: path, env, ...nobody })
    expect(`${shown}`).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('what it does without words works', async () => {
    const words = JSON.parse(instruction('CMD'))
    const ran = await spawnRollcall(words, { cwd: readOnly({}), bin, ...nobody })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
  })

  test.each([[['--version']], [['schema', 'policy']], [['demo']]])('%j works', async (words) => {
    const ran = await spawnRollcall(words, { cwd: readOnly({}), bin, ...nobody })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
  })

  test('plan works', async () => {
    const sandbox = await serve()
    const cwd = readOnly({ 'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31') })
    const env = connection(sandbox, ADA)
    const ran = await spawnRollcall(['plan'], { cwd, bin, env, ...nobody })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
  })

  test('a report that cannot be written there is no verdict, and is said', async () => {
    const sandbox = await serve()
    const cwd = readOnly({ 'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31') })
    const env = connection(sandbox, ADA)
    const words = ['plan', '--report', 'json=report.json']
    const ran = await spawnRollcall(words, { cwd, bin, env, ...nobody })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('report.json')
  })
})
