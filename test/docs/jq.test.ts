/** Every line of docs/jq.md, asked of a real report by jq itself, compiled to WebAssembly. */
import { readFileSync } from 'node:fs'
import { raw } from 'jq-wasm'
import { expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { run, serve } from '../cli/world.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
const PAGE = read('docs/jq.md')

const QUESTIONS = [
  ...PAGE.matchAll(/^## (.+\?)\n[^#]*?```console\n\$ jq (.+)\n([\s\S]*?)```$/gm),
].map(([, question = '', line = '', answer = '']) => {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => ({
    text: String(quoted ?? bare),
    quoted: quoted !== undefined,
  }))
  const filter = words.findIndex(({ quoted }) => quoted)
  const flags = words.slice(0, filter).map(({ text }) => text)
  const [query, file] = words.slice(filter).map(({ text }) => text)
  return { question, flags, query: query ?? '', file, answer }
})

test('asks ten questions', () => {
  expect(QUESTIONS).toHaveLength(10)
  expect(PAGE.match(/^## /gm)).toHaveLength(10)
})

test.each(QUESTIONS)('$question', async ({ flags, query, file, answer }) => {
  const sandbox = await serve({}, parseState(read('examples/acme/state.json'), 'state.json'))
  const [, waiver] = /```yaml\n(.*?)```/s.exec(PAGE) ?? []
  const policy = `${read('examples/acme/rollcall.yaml')}${waiver}`
  const { stdout } = await run(['plan', '--format', 'json'], {
    files: file === 'report.json' ? { 'rollcall.yaml': policy } : {},
    env: { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: 'sandbox-token-of-user-1' },
  })
  expect(`${(await raw(stdout, query, flags)).trimEnd()}\n`).toBe(answer)
})
