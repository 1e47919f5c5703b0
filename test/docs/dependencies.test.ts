/** docs/dependencies.md is what is installed. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import yargs from 'yargs'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

test('every runtime dependency is listed with its version, its licence and a reason', () => {
  const { dependencies } = JSON.parse(read('package.json'))
  const installed = Object.keys(dependencies).map((name) => {
    const { version, license } = JSON.parse(read(`node_modules/${name}/package.json`))
    return [name, version, license]
  })
  const listed = [
    ...read('docs/dependencies.md').matchAll(/^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \| .+ \|$/gm),
  ]
  expect(listed.map(([, name, version, license]) => [name, version, license])).toEqual(installed)
})

test('nothing that comes with them runs anything when it is installed, or has a strict licence', () => {
  const { packages } = JSON.parse(read('package-lock.json'))
  const shipped = Object.entries<Record<string, unknown>>(packages).filter(
    ([path, { dev }]) => path !== '' && dev !== true,
  )
  expect(shipped.length).toBeGreaterThan(5)
  const bad = shipped.filter(
    ([, each]) =>
      each['hasInstallScript'] === true ||
      !['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'].includes(
        String(each['license']),
      ),
  )
  expect(bad.map(([path]) => path)).toEqual([])
})

test.each([
  ['--strict=yes p', { strict: false, policy: ['p'] }],
  ['--strict= p', { strict: false, policy: ['p'] }],
  ['--strict false p', { strict: false, policy: ['p'] }],
  ['--strict --strict p', { strict: true, policy: ['p'] }],
  ['--concurrency 1e2', { concurrency: 100 }],
  ['--format text --format json', { format: ['text', 'json'] }],
])('yargs would still read %s as the reason for not using it says', async (words, expected) => {
  const said = [...read('docs/dependencies.md').matchAll(/^ {2}\| (`--.*?) \| /gm)]
  expect(said.flatMap(([, each]) => each?.split('`')).join('\n')).toContain(words)
  const options = {
    strict: { type: 'boolean', requiresArg: false },
    format: { type: 'string', choices: ['text', 'json'], requiresArg: true },
    concurrency: { type: 'number', requiresArg: true },
  } as const
  const parsed = await yargs(['plan', ...words.split(' ')])
    .command('plan [policy..]', '', options)
    .strict()
    .exitProcess(false)
    .fail(false)
    .parse()
  expect(parsed).toMatchObject(expected)
})
