/** What the build works out ahead of time is what a run would have worked out. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { loadCommands } from '../../src/cli/command-list.ts'
import { drawPage } from '../../src/cli/draw-help.ts'
import { makeScripts } from '../../src/commands/completion.ts'
import { SCHEMA_URLS } from '../../src/policy/places.ts'
import { AJV_OPTIONS } from '../../src/policy/schema.ts'

const DIST = new URL('../../dist/chunks/', import.meta.url)

test('every page of help is there, as yargs draws it', async () => {
  const pages = JSON.parse(readFileSync(new URL('help.json', DIST), 'utf8'))
  const all = await loadCommands()
  const drawn = [null, ...Object.keys(all)].map((name) => [name ?? '', drawPage(name, all)])
  expect(pages).toEqual(Object.fromEntries(drawn))
})

test('every completion script is there, as the commands make it', async () => {
  const scripts = JSON.parse(readFileSync(new URL('completion.json', DIST), 'utf8'))
  expect(scripts).toEqual(makeScripts(await loadCommands()))
})

const compile = (url: URL) =>
  new Ajv2020(AJV_OPTIONS).compile(JSON.parse(readFileSync(url, 'utf8')))
const compiled = { policy: compile(SCHEMA_URLS.policy), fleet: compile(SCHEMA_URLS.fleet) }
const load = createRequire(import.meta.url)
const ahead: typeof compiled = {
  policy: load(new URL('policy-shape.cjs', DIST).pathname),
  fleet: load(new URL('fleet-shape.cjs', DIST).pathname),
}
const account = { name: 'a', policy: 'a.yaml', base_url: 'https://a.test', account: 1 }

test.each<[keyof typeof compiled, unknown]>([
  ['policy', { version: 1, agents: { 'ada@acme.com': 'administrator' } }],
  ['policy', { version: 2, agnets: {}, teams: { billing: { mebers: ['x'] } } }],
  [
    'policy',
    { agents: { 'no address': 'agnet', 'k@acme.com': { custom_role: { id: 'x', nam: 1 } } } },
  ],
  [
    'policy',
    { version: 1, teams: { ' ': [3], b: { members: null, auto_assign: 'yes' } }, scope: [] },
  ],
  ['policy', null],
  ['policy', []],
  ['fleet', { version: 1, accounts: [{ ...account, token_env: 'TOKEN' }] }],
  ['fleet', { version: 1, accounts: [account, { ...account, policy: '-', token_file: ' ' }] }],
  ['fleet', { version: 2, acounts: [] }],
  ['fleet', { version: 1, accounts: [{ ...account, account: 0, token: 'x' }, 'a'] }],
  ['fleet', null],
])('the %s schema as code says the same as the schema: %j', (name, value) => {
  const verdicts = [compiled[name](value), ahead[name](value)]
  expect(verdicts[1]).toBe(verdicts[0])
  expect(ahead[name].errors).toEqual(compiled[name].errors)
})
