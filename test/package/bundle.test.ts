/** dist/ names the packages that it contains, with their licences. A command loads only what it needs. */
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

/** The other files of dist/ that a file loads with it. */
function listLoaded(chunk: string): readonly string[] {
  const found = read(`dist/chunks/${chunk}.js`).matchAll(/\brequire\(["'`]\.\/(\w+)\.js["'`]\);/g)
  return [...new Set([...found].flatMap(([, name = '']) => [name, ...listLoaded(name)]))]
}

test('checking a policy loads nothing that judges an account, reads a server or draws a report', () => {
  const loaded = listLoaded('policy')
  expect(loaded).toContain('words')
  for (const other of ['account', 'judged', 'lines', 'plan', 'read', 'report', 'json']) {
    expect(loaded).not.toContain(other)
  }
})
