/** The documents say what is true: each is compared with what it speaks of. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseServerAddress } from '../../src/chatwoot/address.ts'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { STEP_NAMES } from '../../src/core/model/steps.ts'
import { SCHEMAS } from '../../src/files/schemas.ts'
import { parseFleet } from '../../src/policy/read/fleet.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { FORMATS } from '../../src/shell/options.ts'
import { ACCESS } from '../../src/views/labels.ts'
import { run, serve } from '../cli/world.ts'
import { findingsPage } from './findings.ts'
import { listAnchors, listLinks } from './links.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')

test('docs/findings.md is the catalogue', async () => {
  await expect(findingsPage()).toMatchFileSnapshot('../../docs/findings.md')
})

test('the version has a heading in the changelog', () => {
  const { version } = JSON.parse(read('package.json'))
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'))
})

describe('what gives access', () => {
  const files = ['src', 'docs', 'examples', 'schemas', 'README.md'].flatMap((top) =>
    top.includes('.')
      ? [top]
      : readdirSync(new URL(top, ROOT), { recursive: true, encoding: 'utf8' })
          .map((name) => `${top}/${name}`)
          .filter((path) => /\.(?:ts|md|ya?ml|json)$/.test(path)),
  )
  const plain = (path: string) => read(path).replace(/\s+/g, ' ')

  test.each(files)('%s does not say that teams give none', (path) => {
    expect(plain(path)).not.toMatch(
      /not (?:by |the )?teams|teams (?:do not|give no|decide no|open no)|\bonly inboxes|inboxes alone/i,
    )
  })

  test.each(files)(
    '%s does not say that a custom role does nothing to an administrator',
    (path) => {
      expect(plain(path)).not.toMatch(
        /no effect on an administrator|without effect on an administrator|administrator they change nothing/i,
      )
    },
  )

  test.each(['README.md', 'docs/first-look.md', 'docs/review.md', 'docs/reliability.md'])(
    '%s says it in the words of the reports',
    (path) => {
      expect(plain(path).toLowerCase()).toContain(ACCESS.toLowerCase().replace(/\.$/, ''))
    },
  )
})

describe('the README', () => {
  const readme = read('README.md')
  const policy = read('examples/acme/rollcall.yaml')

  const rows = readme.split('\n').filter((line) => line.startsWith('| '))
  const findRow = (start: string) => rows.find((row) => row.startsWith(start)) ?? ''

  test.each(Object.keys(COMMANDS))('says what the command %s does', (command) => {
    const [first = ''] = command.split(' ')
    expect(findRow(`| \`rollcall ${first}`)).toContain(command)
  })

  test.each(FORMATS)('says what the format %s is for, and that --format accepts it', (format) => {
    expect(findRow(`| \`${format}\` | `)).not.toBe('')
    expect(findRow('| `--format` ')).toContain(`\`${format}\``)
  })

  test.each(SCHEMAS)('names the schema %s', (schema) => {
    expect(findRow('| `rollcall schema ')).toMatch(new RegExp(`[ \`]${schema}\``))
  })

  test('shows the policy of examples/acme, in 12 lines', () => {
    expect(readme).toContain(`\`\`\`yaml\n${policy}\`\`\``)
    expect(policy.trimEnd().split('\n').length).toBe(12)
  })

  test('shows what plan really prints on it', async () => {
    const sandbox = await serve({}, parseState(read('examples/acme/state.json'), 'state.json'))
    const { code, stdout } = await run(['plan'], {
      files: { 'rollcall.yaml': policy },
      env: { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: 'sandbox-token-of-user-1' },
    })
    const shown = stdout.replaceAll(sandbox.baseUrl.replace('http://', ''), '127.0.0.1:3000')
    expect(readme).toContain(`\`\`\`console\n$ rollcall plan\n${shown}$ echo $?\n${code}\n\`\`\``)
  })
})

describe('examples and policies in the documents', () => {
  const pages = [
    'README.md',
    ...readdirSync(new URL('docs', ROOT))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  const blocks = pages.flatMap((page) =>
    [...read(page).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ''], index) => ({
      name: `${page}, block ${index + 1}`,
      text,
    })),
  )
  const examples = ['acme/rollcall.yaml', 'demo/demo.yaml'].map((name) => ({
    name: `examples/${name}`,
    text: read(`examples/${name}`),
  }))

  const files = blocks.filter(({ text }) => text.includes('version:'))
  const isFleet = ({ text }: { readonly text: string }) => text.includes('\naccounts:')

  test('there are policies and fleet files among them', () => {
    expect(files.filter(isFleet).length).toBeGreaterThan(0)
    expect(files.filter((each) => !isFleet(each)).length).toBeGreaterThan(4)
  })

  test.each(files.filter(isFleet))('$name is a valid fleet file', ({ name, text }) => {
    expect(() => parseFleet(name, Buffer.from(text), parseServerAddress)).not.toThrow()
  })

  test.each([...examples, ...files.filter((each) => !isFleet(each))])(
    '$name is a valid policy',
    ({ name, text }) => {
      expect(parsePolicy(name, Buffer.from(text)).diagnostics).toEqual([])
    },
  )

  test.each([...pages, 'CONTRIBUTING.md', 'CHANGELOG.md'])(
    'every link in %s leads to a file and a heading',
    (page) => {
      for (const { path, anchor } of listLinks(read(page))) {
        const target = new URL(path, new URL(page, ROOT))
        expect(existsSync(target), `${page}: ${path}`).toBe(true)
        if (anchor !== '') expect(listAnchors(readFileSync(target, 'utf8'))).toContain(anchor)
      }
    },
  )
})

test('docs/policy.md has every key of a policy', () => {
  const keys = new Set<string>()
  JSON.parse(read('schemas/policy.schema.json'), (key, value) => {
    if (key === 'properties') for (const each of Object.keys(value)) keys.add(each)
    return value
  })
  const page = read('docs/policy.md')
  expect(keys.size).toBeGreaterThan(40)
  expect([...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([])
})

test.each(STEP_NAMES)('docs/apply.md says what the step %s needs', (step) => {
  const [, table = ''] = read('docs/apply.md').split('| step | needs |\n')
  expect(table.slice(0, table.indexOf('\n\n'))).toContain(`\`${step}\``)
})

describe('CONTRIBUTING.md', () => {
  const page = read('CONTRIBUTING.md')
  const paths =
    page.match(/(?<=`)(?:bench|docs|examples|schemas|scripts|src|test)\/[\w./-]*/g) ?? []
  const versions = [...page.matchAll(/\| `(\w+)\.schema\.json` \| `(\S+)` \|/g)]

  test('names files, and where the version of each format is', () => {
    expect(paths.length).toBeGreaterThan(40)
    expect(versions.length).toBe(6)
  })

  test.each([...new Set(paths)].filter((path) => !path.includes('NAME')))(
    'names %s, which is there',
    (path) => {
      expect(existsSync(new URL(path, ROOT))).toBe(true)
    },
  )

  test.each(versions.map(([, ...row]) => row))(
    'says where the version of the format %s is: %s',
    (_name, path) => {
      expect(read(`${path}`)).toMatch(/(?:_VERSION =|format_version:) '\d+\.\d+'/)
    },
  )
})

describe('docs/lifecycle.md', () => {
  const page = read('docs/lifecycle.md').replace(/\s+/g, ' ')
  const paths = page.match(/src\/[\w/-]+\.ts/g) ?? []
  const functions = [...page.matchAll(/`(\w+)` in `(src\/[\w/-]+\.ts)`/g)]

  test('names the files and functions of each step', () => {
    expect(paths.length).toBeGreaterThan(40)
    expect(functions.length).toBeGreaterThan(40)
  })

  test.each([...new Set(paths)])('names %s, which is there', (path) => {
    expect(existsSync(new URL(path, ROOT))).toBe(true)
  })

  test.each(functions.map(([, ...pair]) => pair))(
    'names %s in %s, which is there',
    (name, path) => {
      expect(read(`${path}`)).toMatch(new RegExp(`^export (?:async )?function ${name}\\b`, 'm'))
    },
  )
})
