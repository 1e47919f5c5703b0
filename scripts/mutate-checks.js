/**
 * Proves that the tests notice if a check of the read or of `apply` is missing: disables each check in a
 * copy of the repository and runs there the tests that should notice. Prints the cell or the test that
 * then fails; if none fails, that is an error. `npm run mutate`, or `npm run mutate -- decode guards`
 * for some files only.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listMutations } from './mutations.js'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** Copies that run at the same time. */
const WORKERS = 2
/** A matrix that hangs has noticed the change too. This is several times its normal duration. */
const LONGEST_MS = 600_000

/** Copies the parts of the repository that the matrix needs. */
function copy() {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-mutate-'))
  for (const part of ['src', 'test', 'schemas', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  }
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(folder, 'node_modules'))
  return folder
}

/** Null if every cell is as expected. */
function findFirstFailure(folder, tests) {
  const config = `export default { test: { include: ${JSON.stringify(tests)}, testTimeout: 120_000 } }\n`
  writeFileSync(join(folder, 'matrix.config.mjs'), config)
  return new Promise((resolve) => {
    const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--bail=1', '--root', folder, '--config', join(folder, 'matrix.config.mjs')],
      {
        cwd: folder,
        env: { ...process.env, ROLLCALL_MATRIX: 'first', NO_COLOR: '1' },
        timeout: LONGEST_MS,
      },
    )
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.on('close', (code) => {
      const cell = (/^cell: (.*)$/m.exec(said) ?? /^\s*FAIL\s+(.*)$/m.exec(said))?.[1]
      const otherwise = said.trim().split('\n').slice(-15).join('\n')
      resolve(code === 0 ? null : (cell ?? (code === null ? 'the matrix does not end' : otherwise)))
    })
  })
}

const only = process.argv.slice(2)
const work = listMutations().filter(
  ({ path }) => only.length === 0 || only.includes(basename(path, '.ts')),
)
console.log(`Disabling ${work.length} checks, one at a time.`)

const folders = Array.from({ length: WORKERS }, copy)
const survivors = []
try {
  for (const tests of new Set(work.map((each) => each.tests))) {
    const before = await findFirstFailure(folders[0], tests)
    if (before !== null) throw new Error(`A test fails before a check is disabled: ${before}`)
  }
  const left = work.values()
  await Promise.all(
    folders.map(async (folder) => {
      for (const { path, tests, mutation, text, text0 } of left) {
        writeFileSync(join(folder, path), text)
        const cell = await findFirstFailure(folder, tests)
        writeFileSync(join(folder, path), text0)
        const name = `${path}: ${String(mutation[0]).trim().replace(/\s+/g, ' ')} → ${mutation[1].trim().replace(/\s+/g, ' ') || 'nothing'}`
        if (cell === null) survivors.push(name)
        console.log(
          `${name}\n  ${cell === null ? 'SURVIVED: no cell notices it' : cell.slice(0, 300)}`,
        )
      }
    }),
  )
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true })
}
console.log(
  survivors.length === 0
    ? 'The tests notice every missing check.'
    : `The tests do not notice these missing checks:\n${survivors.join('\n')}`,
)
process.exitCode = survivors.length === 0 ? 0 : 1
