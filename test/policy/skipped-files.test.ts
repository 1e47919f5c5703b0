/** What is said of a folder of policies that holds more than policies. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findSkipped } from '../../src/policy/read/skipped-files.ts'
import { connection, EXACT, folder, run, serve } from '../cli/world.ts'

const said = async (names: readonly string[], cwd: string) =>
  (await findSkipped(names, { cwd })).map(({ summary }) => summary)

test('sub-folders and files with another ending are named, and nothing else', async () => {
  const cwd = folder({
    'p/acme.yaml': '',
    'p/beta.yml': '',
    'p/README.md': '',
    'p/rollcall.schema.json': '',
    'p/.gitignore': '',
    'p/eu/delta.yaml': '',
    'p/GAMMA.YAML': '',
    'p/old.yaml.bak': '',
  })
  expect(await said(['p'], cwd)).toEqual([
    'rollcall does not read these in the folder `p`: `GAMMA.YAML`, `eu/`, `old.yaml.bak`.',
  ])
  expect(await said(['p', 'p/eu', '-', 'p/acme.yaml', 'nowhere'], cwd)).toEqual([
    'rollcall does not read these in the folder `p`: `GAMMA.YAML`, `old.yaml.bak`.',
  ])
})

test('of many, the first are named and the others counted', async () => {
  const cwd = folder({})
  for (let n = 1; n <= 8; n += 1) mkdirSync(join(cwd, `f${n}`))
  expect(await said(['.'], cwd)).toEqual([
    'rollcall does not read these in the folder `.`: `f1/`, `f2/`, `f3/`, `f4/`, `f5/` and 3 more.',
  ])
})

test('plan and validate mention it, and it changes no verdict', async () => {
  const cwd = folder({ 'p/acme.yaml': EXACT, 'p/eu/beta.yaml': EXACT })
  const env = connection(await serve())
  const summary = 'rollcall does not read these in the folder `p`: `eu/`.'
  const plan = await run(['plan', 'p', '--format', 'json'], { env, world: { cwd } })
  expect(JSON.parse(plan.stdout)).toMatchObject({
    verdict: 'in_sync',
    diagnostics: [{ code: 'policy-skipped', severity: 'warning', summary }],
  })
  expect([plan.code, plan.stderr]).toEqual([0, expect.stringContaining(`warning: ${summary}`)])
  const validated = await run(['validate', 'p'], { world: { cwd } })
  expect([validated.code, validated.stdout]).toEqual([0, expect.stringContaining(summary)])
})
