/** What each command of the built program loads of other packages: the table in docs/dependencies.md. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { BIN, spawnRollcall } from '../cli/spawn.ts'
import { ADA, connection, EXACT, folder, run, serve } from '../cli/world.ts'

const WATCHED = ['yaml', 'undici', 'ajv', 'chalk', 'yargs']

const TABLE = new Map(
  [
    ...readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8').matchAll(
      /^\| `rollcall (.+?)` \| (.+) \|$/gm,
    ),
  ].map(([, command = '', loads = '']) => [
    command,
    [...loads.matchAll(/`(.+?)`/g)].map(([, name]) => name),
  ]),
)

/** Words that let a command do its work, in a folder with `FILES` and with an account to read. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  '--help': [],
  access: [],
  adopt: [],
  apply: [],
  completion: ['bash'],
  demo: [],
  diff: ['rollcall.yaml', 'rollcall.yaml'],
  doctor: [],
  explain: ['admin-unexpected'],
  export: [],
  init: [],
  list: [],
  plan: [],
  remove: ['grace@acme.com'],
  review: ['-o', 'again'],
  'review close': ['review', '--decisions', 'decisions.csv'],
  'review verify': ['review'],
  sandbox: ['--port', '0'],
  schema: ['policy'],
  snapshot: [],
  validate: [],
  waive: [
    'old-admin@acme.com',
    ...['--reason', 'SEC-7', '--owner', 'ada@acme.com', '--expires', '2999-12-31'],
  ],
}

/** Runs to its end, or to its first line where it would never end. */
function loaded(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const coverage = mkdtempSync('/tmp/rollcall-loads-')
  onTestFinished(() => rmSync(coverage, { recursive: true, force: true }))
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd,
    env: { ...env, NODE_V8_COVERAGE: coverage },
  })
  if (argv[0] === 'sandbox') child.stdout.once('data', () => child.kill())
  child.stdin.end()
  child.stdout.resume()
  child.stderr.resume()
  return new Promise<readonly string[]>((resolve) =>
    child.on('close', () => {
      const files = new Set(readdirSync(coverage).flatMap((file) => scripts(`${coverage}/${file}`)))
      const found = new Set([...files].flatMap(packagesIn))
      resolve(WATCHED.filter((name) => found.has(name)))
    }),
  )
}

/** Every file of code that a process loaded, as V8 counts them. */
function scripts(file: string): readonly string[] {
  const { result } = JSON.parse(readFileSync(file, 'utf8')) as { result: { url: string }[] }
  return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []))
}

/** Of which packages there is code in a file; packed ones are known by its source map. */
function packagesIn(file: string): readonly string[] {
  const map = `${file}.map`
  const sources: readonly string[] = existsSync(map)
    ? JSON.parse(readFileSync(map, 'utf8')).sources
    : []
  return [file, ...sources].flatMap(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  )
}

async function ready() {
  const sandbox = await serve()
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1', CHATWOOT_APPLY_TOKEN: ADA }
  const snapshot = (await run(['snapshot'], { env })).stdout
  const cwd = folder({
    'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31'),
    'before.json': snapshot,
    'after.json': snapshot,
    'decisions.csv': 'id,email,decision\n',
  })
  const { code } = await run(['review', '-o', 'review'], { env, world: { cwd } })
  expect(code).toBe(0)
  return { cwd, env }
}

test('every command is in the table of what is loaded, and tried', () => {
  const all = ['--help', ...Object.keys(COMMANDS)].sort()
  expect([...TABLE.keys()].sort()).toEqual(all)
  expect(Object.keys(WORDS).sort()).toEqual(all)
})

test.each(Object.entries(WORDS))(
  '`rollcall %s` loads into a pipe what the table says, and nothing else',
  async (command, words) => {
    const { cwd, env } = await ready()
    // What is there already is kept, and nothing would be read for it.
    const where = command === 'init' ? folder({}) : cwd
    expect(await loaded([...command.split(' '), ...words], where, env)).toEqual(TABLE.get(command))
  },
)

test.each(['plan', 'list', 'explain', 'diff', 'doctor', 'demo', 'review verify'])(
  '`rollcall %s --color always` loads chalk as well',
  async (command) => {
    const { cwd, env } = await ready()
    const words = [...command.split(' '), ...(WORDS[command] ?? []), '--color', 'always']
    expect(await loaded(words, cwd, env)).toEqual(
      WATCHED.filter((name) => name === 'chalk' || TABLE.get(command)?.includes(name)),
    )
  },
)

test('two snapshots are compared without what only policies need', async () => {
  const { cwd, env } = await ready()
  expect(await loaded(['diff', 'before.json', 'after.json'], cwd, env)).toEqual(['yaml'])
})

test('a command line that cannot be used loads neither a connection nor colours', async () => {
  for (const words of [['plna'], ['plan', '--formt', 'json'], ['explain', 'nothing']]) {
    const found = await loaded(words, folder({}), {})
    expect(found.filter((name) => name !== 'yaml')).toEqual([])
  }
})

test('a processor that cannot run the fast parser of undici reads an account with the other one', async () => {
  const { cwd, env } = await ready()
  const slow = folder({
    'slow.cjs': `const { Module } = WebAssembly
let refused = false
WebAssembly.Module = function (bytes) {
  if (refused) return new Module(bytes)
  refused = true
  throw new WebAssembly.CompileError('No SIMD.')
}
process.on('exit', () => console.error(refused))`,
  })
  const options = { cwd, env: { ...env, NODE_OPTIONS: `--require ${slow}/slow.cjs` } }
  const { code, stderr } = await spawnRollcall(['snapshot'], options)
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'true\n' })
})
