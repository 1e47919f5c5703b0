/** The import fences are errors of the linter: each forbidden import is tried on it. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { folder } from '../cli/world.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Complaint {
  readonly category: string
  readonly location: { readonly path: string }
}

/** What the linter, set up as it is here, says of these files: file → rules. */
function complaints(
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const cwd = folder({ ...files, 'biome.json': readFileSync(join(ROOT, 'biome.json'), 'utf8') })
  const argv = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', '.']
  const biome = spawnSync(join(ROOT, 'node_modules/.bin/biome'), argv, { cwd, encoding: 'utf8' })
  const said: Record<string, string[]> = Object.fromEntries(
    Object.keys(files).map((file) => [file, []]),
  )
  for (const { category, location } of JSON.parse(biome.stdout).diagnostics as Complaint[]) {
    said[location.path]?.push(category)
  }
  return said
}

const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'src/core/x.ts': [
    'node:fs',
    'yaml',
    'undici',
    'ajv/dist/2020.js',
    '../policy/read/load.ts',
    '../shell/world.ts',
    '../cli/main.ts',
  ],
  'src/core/plan/x.ts': ['node:fs', '../../policy/read/load.ts', '../../views/json.ts'],
  'src/policy/read/x.ts': [
    'undici',
    'chalk',
    '../../chatwoot/client.ts',
    '../../views/text/text.ts',
    '../../commands/plan/plan.ts',
    '../../files/output.ts',
  ],
  'src/chatwoot/x.ts': [
    'yaml',
    'ajv',
    '../policy/read/load.ts',
    '../sandbox/server.ts',
    '../views/json.ts',
  ],
  'src/sandbox/x.ts': ['undici', 'yaml', '../chatwoot/client.ts', '../policy/read/load.ts'],
  'src/views/x.ts': ['node:fs', 'chalk', '../policy/read/load.ts', '../shell/world.ts'],
  'src/views/text/text.ts': ['node:fs', 'undici', '../../sandbox/server.ts'],
  'src/shell/x.ts': [
    'yargs',
    'chalk',
    '../files/output.ts',
    '../commands/list.ts',
    '../cli/main.ts',
  ],
  'src/files/x.ts': ['yargs', '../chatwoot/client.ts', '../connect/settings.ts', '../cli/main.ts'],
  'src/connect/x.ts': ['undici', '../commands/list.ts', '../cli/main.ts'],
  'src/commands/x.ts': ['yargs', 'undici', 'yaml', 'chalk', '../cli/main.ts', '../bin.ts'],
  'src/cli/main.ts': ['yargs', 'undici', '../bin.ts'],
}

describe('the linter refuses', () => {
  test('every import that would climb a fence', () => {
    const files = Object.fromEntries(
      Object.entries(FORBIDDEN).map(([file, imports]) => [
        file,
        imports
          .map((from, n) => `import * as x${n} from '${from}'\nexport const y${n} = x${n}\n`)
          .join(''),
      ]),
    )
    const counts = Object.entries(complaints(files)).map(([file, rules]) => [
      file,
      rules.filter((rule) => rule === 'lint/style/noRestrictedImports').length,
    ])
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries(
        Object.entries(FORBIDDEN).map(([file, imports]) => [file, imports.length]),
      ),
    )
  })

  test('the clock in core, and the process outside bin.ts', () => {
    const files = {
      'src/core/x.ts': 'export const now = new Date()\n',
      'src/core/y.ts': 'export const argv = process.argv\n',
      'src/cli/main.ts': 'export const argv = process.argv\n',
      'src/chatwoot/x.ts': 'export const argv = process.argv\n',
    }
    for (const rules of Object.values(complaints(files))) {
      expect(rules).toContain('lint/style/noRestrictedGlobals')
    }
  })

  test('nothing where there is nothing to refuse', () => {
    const files = {
      'src/commands/x.ts': "import { plan } from '../core/plan/plan.ts'\n\nexport const x = plan\n",
      'src/bin.ts': 'process.exitCode = 0\n',
    }
    expect(Object.values(complaints(files)).flat()).toEqual([])
  })
})
