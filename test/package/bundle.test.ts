/** What dist/ holds of other packages is named there, and their licences come with it. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
const json = (path: string) => JSON.parse(read(path))

/** Packages with code in dist/, after its source maps. */
const inside = new Set(
  readdirSync(new URL('dist/chunks', ROOT))
    .filter((name) => name.endsWith('.map'))
    .flatMap((name): string[] => json(`dist/chunks/${name}`).sources)
    .flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []),
)

test('what every plan needs is in dist/, and nothing else of other packages', () => {
  expect([...inside].sort()).toEqual(['ajv', 'chalk', 'undici', 'yaml'])
})

test.each([...inside])('%s is there with its version and its licence', (name) => {
  const licence = readdirSync(new URL(`node_modules/${name}`, ROOT)).find((file) =>
    /^license$/i.test(file),
  )
  const { version } = json(`node_modules/${name}/package.json`)
  const text = read(`node_modules/${name}/${licence}`).trim()
  expect(read('dist/LICENSES.txt')).toContain(`${name} ${version}\n\n${text}`)
})

test.each([...inside])('%s is a dependency at the version inside, for audits to find', (name) => {
  const { version } = json(`node_modules/${name}/package.json`)
  expect(json('package.json').dependencies[name]).toBe(version)
})
