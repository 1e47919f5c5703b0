/** What the build works out ahead of time is what a run would have worked out. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
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

const compiled = new Ajv2020(AJV_OPTIONS).compile(
  JSON.parse(readFileSync(SCHEMA_URLS.policy, 'utf8')),
)
const { policy: ahead }: { policy: ValidateFunction } = createRequire(import.meta.url)(
  new URL('policy-shape.cjs', DIST).pathname,
)

test.each([
  [{ version: 1, agents: { 'ada@acme.com': 'administrator' } }],
  [{ version: 2, agnets: {}, teams: { billing: { mebers: ['x'] } } }],
  [{ agents: { 'no address': 'agnet', 'k@acme.com': { custom_role: { id: 'x', nam: 1 } } } }],
  [{ version: 1, teams: { ' ': [3], b: { members: null, auto_assign: 'yes' } }, scope: [] }],
  [null],
  [[]],
])('the schema as code says the same as the schema: %j', (value) => {
  const verdicts = [compiled(value), ahead(value)]
  expect(verdicts[1]).toBe(verdicts[0])
  expect(ahead.errors).toEqual(compiled.errors)
})
