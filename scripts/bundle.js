/**
 * The last step of the build: packs src/ and the packages that every plan needs into few files in
 * dist/, because opening a hundred files takes longer than the work of a run. Writes CommonJS, which
 * starts faster.
 */
import { cpSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const BUILD = join(ROOT, 'build')
const DIST = join(ROOT, 'dist')
const MODULES = join(ROOT, 'node_modules')

/** Replaces a package in the bundle. Other packages are loaded from node_modules. */
const PACKED = {
  // The same library as ES modules, so that unused modules are left out.
  yaml: join(MODULES, 'yaml/browser/dist/index.js'),
  undici: join(ROOT, 'scripts/undici-pool.js'),
}

/**
 * Parts that undici requires only for a processor without SIMD, and for bodies that are not text. They
 * are a third of its code, and stay in node_modules.
 */
const LATE = /^\.\.\/(llhttp\/llhttp-wasm|web\/fetch\/body)\.js$/

/**
 * Each group becomes one file with everything that it needs; a module goes into the first group that
 * needs it. So shared code without a policy comes before `policy`, which contains yaml.
 */
const groups = Object.entries({
  help: ['cli/help'],
  cli: ['cli/main', 'cli/command-list', 'shell/command', 'shell/options', 'shell/world'],
  words: [
    'shell/show',
    'views/text/diagnostic',
    'core/model/custom-role',
    'core/model/pattern',
    'core/model/policy',
    'core/model/steps',
    'core/plan/policy-on-date',
    'core/messages/alike',
    'core/model/mistyped',
    'views/json-document',
  ],
  account: ['connect/account', 'chatwoot/paths', 'files/roster-file', 'files/targets'],
  report: ['core/report/report'],
  judged: ['core/plan/plan'],
  lines: ['views/text/lines'],
  policy: ['commands/validate', 'views/validation'],
  plan: ['commands/plan/index'],
  read: ['chatwoot/client', 'chatwoot/read'],
  json: ['views/json'],
}).map(([name, modules], index, all) => {
  // Throws if a module was renamed: otherwise the group would silently disappear.
  const ids = modules.map((module) => realpathSync(join(ROOT, 'src', `${module}.ts`)))
  return {
    name,
    priority: all.length - index,
    test: (/** @type {string} */ id) => ids.includes(id),
  }
})

const bundle = await rolldown({
  cwd: ROOT,
  input: {
    bin: 'src/bin.ts',
    'policy-shape': join(BUILD, 'policy/policy-shape.cjs'),
    'fleet-shape': join(BUILD, 'policy/fleet-shape.cjs'),
  },
  platform: 'node',
  external: (id) => /^[@a-z]/.test(id) && !/^(yaml|undici|ajv|chalk)(\/|$)/.test(id),
  resolve: { alias: PACKED },
  plugins: [
    {
      name: 'late-parts-of-undici',
      resolveId: (id) =>
        LATE.test(id) ? { id: id.replace('..', 'undici/lib'), external: true } : null,
    },
  ],
  // A module that is loaded late in one run and early in another goes into the early file.
  checks: { ineffectiveDynamicImport: false },
})
rmSync(DIST, { recursive: true, force: true })
const { output } = await bundle.write({
  dir: DIST,
  format: 'cjs',
  // chunks/ has the same depth as the folders of src/, so that relative paths to files stay valid.
  entryFileNames: ({ name }) => (name === 'bin' ? 'bin.js' : `chunks/${name}.cjs`),
  chunkFileNames: 'chunks/[name].js',
  comments: { jsdoc: false },
  // Keeps names, and removes only white space, which Node would have to skip.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  sourcemap: true,
  sourcemapExcludeSources: true,
  codeSplitting: { groups },
})
await bundle.close()
writeFileSync(join(DIST, 'package.json'), '{ "type": "commonjs" }\n')
// Next to the files that read them.
cpSync(join(BUILD, 'cli/help.json'), join(DIST, 'chunks/help.json'))
cpSync(join(BUILD, 'commands/completion.json'), join(DIST, 'chunks/completion.json'))

const packages = output
  .flatMap((file) => ('moduleIds' in file ? file.moduleIds : []))
  .flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? [])
const notices = [...new Set(packages)].sort().map((name) => {
  const text = (/** @type {string} */ file) => readFileSync(join(MODULES, name, file), 'utf8')
  const licence = readdirSync(join(MODULES, name)).find((file) => /^licen[cs]e/i.test(file))
  if (licence === undefined) throw new Error(`${name} has no licence file.`)
  return `${name} ${JSON.parse(text('package.json')).version}\n\n${text(licence).trim()}\n`
})
writeFileSync(
  join(DIST, 'LICENSES.txt'),
  `The files of this folder contain these packages:\n\n${notices.join('\n')}`,
)
