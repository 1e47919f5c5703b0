/**
 * No command of the README or the docs goes untried: here are the lines that stand alone. Pages
 * that tell a story are run from their first to their last line in stories.test.ts and
 * review.test.ts.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { folder, run, serve } from '../cli/world.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
const PAGES = readdirSync(new URL('docs', ROOT))
  .filter((name) => name.endsWith('.md') && name !== 'review.md')
  .map((name) => `docs/${name}`)

/** Not run by any test, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  docker: 'needs a container engine and a registry',
}

/** What a command of rollcall ends with, if it does not find the drift of examples/acme. */
const ENDS: Readonly<Record<string, number>> = { demo: 0, init: 0, waive: 0 }

const lines = ['README.md', ...PAGES].flatMap((page) =>
  [...read(page).matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block
      .trim()
      .split('\n')
      .map((line) => ({ page, line })),
  ),
)

test('the documentation has shell commands to test', () => {
  expect(lines.length).toBeGreaterThan(10)
})

test.each(lines)('$page: $line', async ({ line }) => {
  const [program = '', ...words] = line.split(' ')
  if (Object.hasOwn(LEFT_OUT, program)) {
    process.stdout.write(`not run: ${line}: ${LEFT_OUT[program]}\n`)
    return
  }
  switch (program) {
    case 'npm': {
      // package.test.ts packs, installs the packed file and runs it.
      if (line === 'npm install --global "./$(npm pack --silent)"') return
      // CI runs these on a fresh clone, where there is something to install.
      const scripts = [...line.matchAll(/npm (?:run )?(\S+)/g)].map(([, script]) => script)
      for (const script of scripts) {
        expect(read('.ci/run')).toMatch(new RegExp(`^npm (run )?(--silent )?${script}\\b`, 'm'))
      }
      return
    }
    case 'git': {
      const cwd = folder({ 'rollcall.yaml': 'version: 1\n', 'rollcall.schema.json': '{}\n' })
      const name = ['-c', 'user.name=ada', '-c', 'user.email=ada@acme.com']
      if (words[0] !== 'init') execFileSync('git', ['init', '-q'], { cwd })
      if (words[0] === 'commit') execFileSync('git', ['add', '.'], { cwd })
      const [message] = /"(.*)"$/.exec(line)?.slice(1) ?? []
      const own = message === undefined ? words : ['commit', '-m', message]
      execFileSync('git', [...name, ...own], { cwd, stdio: 'ignore' })
      return
    }
    case 'export':
      expect(read('README.md')).toContain(`\`${words[0]?.split('=')[0]}\``)
      return
    case 'rollcall': {
      const sandbox = await serve({}, parseState(read('examples/acme/state.json'), 'state.json'))
      const { code, stderr } = await run(words, {
        files: { 'rollcall.yaml': read('examples/acme/rollcall.yaml') },
        env: { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: 'sandbox-token-of-user-1' },
      })
      expect([code, stderr]).toEqual([ENDS[words[0] ?? ''] ?? 2, ''])
      return
    }
    default:
      expect.fail(`Nothing runs "${line}".`)
  }
})
