/** docs/dependencies.md is what is installed. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

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
