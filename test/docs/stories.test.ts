/**
 * The pages for people who follow them step by step: every command of a console block is run, in
 * the order of the page and in one folder, and must print what the page shows. A line of `...`
 * stands for any lines.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { folder, run, serve } from '../cli/world.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
const POLICY = { 'rollcall.yaml': read('examples/acme/rollcall.yaml') }

interface Step {
  readonly argv: readonly string[]
  /** What `echo $?` shows after it; 0 where the page does not ask. */
  readonly code: number
  /** What must follow each other in the output, with one space for any white space. */
  readonly shown: readonly string[]
}

function stepsOf(page: string): readonly Step[] {
  return [...page.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block
      // The exit code belongs to the command before.
      .replace(/^\$ (.*\n)((?:(?!\$ ).*\n)*)\$ echo \$\?\n(\d+)\n/gm, '$ $3 $1$2')
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [line = '', ...output] = text.split('\n')
        const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, bare]) => quoted ?? bare,
        )
        const code = words[0] === 'rollcall' ? 0 : Number(words.shift())
        return {
          argv: words.slice(1).map(String),
          code,
          shown: output
            .join('\n')
            .split(/^\.\.\.$/m)
            .map(flat),
        }
      }),
  )
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

test.each<[string, Readonly<Record<string, string>>, number]>([
  ['docs/first-look.md', {}, 7],
  ['docs/adopt.md', POLICY, 8],
  ['docs/gate.md', POLICY, 3],
])('%s shows what its commands print', async (page, files, commands) => {
  const sandbox = await serve({}, parseState(read('examples/acme/state.json'), 'state.json'))
  const cwd = folder(files)
  const env = {
    CHATWOOT_BASE_URL: `${sandbox.baseUrl}/app/accounts/1/dashboard`,
    CHATWOOT_API_TOKEN: 'sandbox-token-of-user-1',
  }
  const steps = stepsOf(read(page))
  expect(steps).toHaveLength(commands)
  for (const { argv, code: expected, shown } of steps) {
    const { code, stdout, stderr } = await run(argv, { env, world: { cwd } })
    expect([argv, code, stderr]).toEqual([argv, expected, ''])
    const printed = flat(
      stdout.replaceAll(sandbox.baseUrl.replace('http://', ''), '127.0.0.1:3000'),
    )
    if (shown.length === 1) expect(printed).toBe(shown[0])
    let at = 0
    for (const part of shown) {
      expect(printed.slice(at)).toContain(part)
      at = printed.indexOf(part, at) + part.length
    }
    expect(printed.startsWith(shown[0] ?? '')).toBe(true)
    expect(printed.endsWith(shown.at(-1) ?? '')).toBe(true)
  }
})
