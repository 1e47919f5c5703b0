/**
 * The last step of a build: packs build/ into few files in dist/, because a run that opens a
 * hundred of them spends more time on that than on its work. The other packages stay packages, but
 * for yaml, which has the most files. Nothing is minified: who reads dist/ finds names and lines.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const BUILD = join(ROOT, 'build')
const DIST = join(ROOT, 'dist')
/** As deep below the package as the folders of src/, from which the paths to its files are. */
const CHUNKS = join(DIST, 'chunks')

const require = createRequire(import.meta.url)
const bundled = { yaml: dirname(require.resolve('yaml/package.json')) }

/** What runs together is one file, with all that it needs; a module is in the first that has it. */
const groups = [
  ['help', ['help']],
  ['policy', ['cli', 'commands/table', 'commands/validate', 'views/validation', 'views/layout']],
  ['plan', ['commands/plan', 'commands/publish', 'commands/targets', 'commands/watch']],
  ['read', ['chatwoot/client', 'chatwoot/read', 'views/lines']],
].map(([name, modules], index, all) => ({
  name,
  priority: all.length - index,
  test: (/** @type {string} */ id) =>
    modules.some((module) => id === join(ROOT, 'src', `${module}.ts`)),
}))

const bundle = await rolldown({
  cwd: ROOT,
  input: { bin: 'src/bin.ts' },
  platform: 'node',
  external: (id) => /^[^./]/.test(id) && !Object.hasOwn(bundled, id),
  // The same library as modules, of which those that nobody uses fall away.
  resolve: { alias: { yaml: join(bundled.yaml, 'browser/dist/index.js') } },
  // A module that one run loads late and another early is in the file of the early one.
  checks: { ineffectiveDynamicImport: false },
})
rmSync(DIST, { recursive: true, force: true })
const { output } = await bundle.write({
  dir: DIST,
  chunkFileNames: 'chunks/[name].js',
  comments: { jsdoc: false },
  sourcemap: true,
  sourcemapExcludeSources: true,
  codeSplitting: { groups },
})
await bundle.close()

// Beside the file that reads them, as in build/.
cpSync(join(BUILD, 'help.json'), join(CHUNKS, 'help.json'))
cpSync(join(BUILD, 'policy/policy-shape.cjs'), join(CHUNKS, 'policy-shape.cjs'))

const inside = output.flatMap((file) => ('moduleIds' in file ? file.moduleIds : []))
const notices = Object.entries(bundled).map(([name, folder]) => {
  if (!inside.some((id) => id.startsWith(folder))) throw new Error(`${name} is not in the bundle.`)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
})
const strangers = inside.filter(
  (id) =>
    id.includes('node_modules') && !Object.values(bundled).some((each) => id.startsWith(each)),
)
if (strangers.length > 0) throw new Error(`No licence is known for ${strangers.join(', ')}.`)
writeFileSync(
  join(DIST, 'LICENSES.txt'),
  `Of others, in the files of this folder:\n\n${notices.join('\n')}`,
)
