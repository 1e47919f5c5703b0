/** What dist/ holds of others is named there, and its licence comes with it. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

/** Packages with code in dist/, after its source maps. */
function packagesInside(): readonly string[] {
  const maps = readdirSync(new URL('dist/chunks', ROOT)).filter((name) => name.endsWith('.map'))
  const sources = maps.flatMap((name): string[] => JSON.parse(read(`dist/chunks/${name}`)).sources)
  expect(sources).toContain('../../src/cli.ts')
  const names = sources.flatMap(
    (each) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(each)?.[1] ?? [],
  )
  return [...new Set(names)]
}

test('every package with code in dist/ is there with its version and its licence', () => {
  const notices = read('dist/LICENSES.txt')
  expect(packagesInside()).toEqual(['yaml'])
  for (const name of packagesInside()) {
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`))
    expect(notices).toContain(
      `${name} ${version}\n\n${read(`node_modules/${name}/LICENSE`).trim()}`,
    )
  }
})

test('every package with code in dist/ is a dependency at that version, for audits to find', () => {
  const { dependencies } = JSON.parse(read('package.json'))
  for (const name of packagesInside()) {
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`))
    expect(dependencies[name]).toBe(version)
  }
})
