/**
 * The last step of a build: packs src/ and what every plan needs of other packages into few files
 * in dist/, because a run that opens a hundred of them spends more time on that than on its work.
 * CommonJS, which starts faster.
 */
import { cpSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const BUILD = join(ROOT, 'build')
const DIST = join(ROOT, 'dist')
const MODULES = join(ROOT, 'node_modules')

/** What is packed in place of a package. The others are loaded from where npm put them. */
const PACKED = {
  // The same library as modules, of which those that nobody uses fall away.
  yaml: join(MODULES, 'yaml/browser/dist/index.js'),
  undici: join(ROOT, 'scripts/undici-pool.js'),
}

/**
 * What runs together is one file, with all that it needs; a module is in the first that has it. So
 * what commands share that need no policy comes before `policy`, which brings yaml with it.
 */
const groups = Object.entries({
  help: ['cli/help'],
  cli: ['cli/main', 'cli/command-list', 'shell/command', 'shell/options'],
  shown: [
    'shell/show',
    'views/json',
    'views/text/lines',
    'core/plan/policy-on-date',
    'core/model/pattern',
  ],
  account: ['connect/account', 'files/snapshot-file', 'files/targets'],
  judged: ['core/plan/plan', 'core/report/report'],
  policy: ['commands/validate', 'views/validation'],
  plan: ['commands/plan/index'],
  read: ['chatwoot/client', 'chatwoot/read'],
}).map(([name, modules], index, all) => {
  // Throws where it has another name by now: nothing else would say that the cut is gone.
  const ids = modules.map((module) => realpathSync(join(ROOT, 'src', `${module}.ts`)))
  return {
    name,
    priority: all.length - index,
    test: (/** @type {string} */ id) => ids.includes(id),
  }
})

const bundle = await rolldown({
  cwd: ROOT,
  input: { bin: 'src/bin.ts', 'policy-shape': join(BUILD, 'policy/policy-shape.cjs') },
  platform: 'node',
  external: (id) => /^[@a-z]/.test(id) && !/^(yaml|undici|ajv|chalk)(\/|$)/.test(id),
  resolve: { alias: PACKED },
  // A module that one run loads late and another early is in the file of the early one.
  checks: { ineffectiveDynamicImport: false },
})
rmSync(DIST, { recursive: true, force: true })
const { output } = await bundle.write({
  dir: DIST,
  format: 'cjs',
  // chunks/ is as deep in the package as the folders of src/, from which paths to its files go.
  entryFileNames: ({ name }) => (name === 'bin' ? 'bin.js' : `chunks/${name}.cjs`),
  chunkFileNames: 'chunks/[name].js',
  comments: { jsdoc: false },
  // Names stay as they are: only what Node would have to skip is taken out.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  sourcemap: true,
  sourcemapExcludeSources: true,
  codeSplitting: { groups },
})
await bundle.close()
writeFileSync(join(DIST, 'package.json'), '{ "type": "commonjs" }\n')
// Beside the files that read them.
cpSync(join(BUILD, 'cli/help.json'), join(DIST, 'chunks/help.json'))
cpSync(join(BUILD, 'commands/completion.json'), join(DIST, 'chunks/completion.json'))

const packages = output
  .flatMap((file) => ('moduleIds' in file ? file.moduleIds : []))
  .flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? [])
const notices = [...new Set(packages)].sort().map((name) => {
  const text = (/** @type {string} */ file) => readFileSync(join(MODULES, name, file), 'utf8')
  const licence = readdirSync(join(MODULES, name)).find((file) => /^licen[cs]e/i.test(file))
  if (licence === undefined) throw new Error(`${name} has no licence that could be kept.`)
  return `${name} ${JSON.parse(text('package.json')).version}\n\n${text(licence).trim()}\n`
})
writeFileSync(
  join(DIST, 'LICENSES.txt'),
  `Of others, in the files of this folder:\n\n${notices.join('\n')}`,
)
