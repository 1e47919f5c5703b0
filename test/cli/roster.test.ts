/** `--roster` over real HTTP: files as directories and spreadsheets write them, and what each view says. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { connection, EXACT, folder, run, serve } from './world.ts'

const FIXTURES = new URL('../fixtures/roster/', import.meta.url).pathname
const POLICY = EXACT.replace(
  'agents:\n',
  'scope: { ignore: { agents: [nobody@acme.com] } }\nagents:\n',
)

const conforms = (name: string) => {
  const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url)
  const options = { strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true }
  return new Ajv2020({ allErrors: true, validateFormats: false, ...options }).compile(
    JSON.parse(readFileSync(url, 'utf8')),
  )
}

async function asked(...argv: readonly string[]) {
  const sandbox = await serve()
  const cwd = folder({
    'rollcall.yaml': POLICY,
    'hr.csv': 'Email,Status,End date\nada@acme.com,active,\nold-admin@acme.com,left,2026-10-31\n',
    'list.csv': 'ada@acme.com\n',
    'empty.csv': '\n',
    'names.csv': 'Name,Status\nAda,active\n',
    'twice.csv': 'Status,Email\nactive,a@acme.com\nsuspended,A@acme.com\n',
    'open.csv': 'Status,Email\nactive,"a@acme.com\n',
  })
  const ran = await run(argv, {
    env: { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' },
    world: { cwd },
  })
  return { ...ran, cwd, words: `${ran.stdout}${ran.stderr}`.replace(/\s+/g, ' ') }
}

async function plan(...argv: readonly string[]) {
  const ran = await asked('plan', '--format', 'json', ...argv)
  const report = JSON.parse(ran.stdout)
  const findings: { code: string; email: string; summary: string }[] =
    report.accounts[0]?.findings ?? []
  const found = findings.filter(({ code }) => code === 'not-in-roster')
  return { ...ran, report, found: found.map(({ email, summary }) => `${email}: ${summary}`) }
}

test.each<[string, readonly string[], string]>([
  ['google-workspace.csv', [], 'not active in the roster'],
  ['entra-id.csv', [], 'not active in the roster (end date 2026-10-31)'],
  ['okta.csv', [], 'not active in the roster'],
  ['plain.csv', [], 'not in the roster'],
  [
    'spreadsheet.csv',
    ['--roster-columns', 'end=Austritt', '--roster-active', 'Aktiv, Elternzeit'],
    'not active in the roster (end date 31.10.2026)',
  ],
])('%s says who has left', async (file, more, says) => {
  const { code, report, found } = await plan('--roster', join(FIXTURES, file), ...more)
  expect(code).toBe(2)
  expect(found).toContain(`old-admin@acme.com: administrator, ${says}`)
  expect(found.filter((each) => /^(ada|grace)@/.test(each))).toEqual([])
  expect(conforms('report')(report)).toBe(true)
})

test('the report keeps the hash of the file and how many are active, nothing else of it', async () => {
  const { report, stdout } = await plan('--roster', join(FIXTURES, 'google-workspace.csv'))
  expect(report.roster).toEqual({
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    active: 2,
    inactive: 1,
  })
  expect(stdout).not.toMatch(/home\.example|Lovelace|google-workspace/)
  expect((await plan()).report).not.toHaveProperty('roster')
})

test('the text report says in its last line that there was a roster', async () => {
  const { stdout } = await asked('plan', '--roster', 'list.csv')
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('DRIFT, exit code 2 (--roster)')
})

describe('refused, with the place and before the server is asked:', () => {
  test.each<[readonly string[], string]>([
    [['--roster', 'empty.csv'], 'The roster empty.csv is empty.'],
    [
      ['--roster', 'nothing.csv'],
      'The roster nothing.csv cannot be read (no such file or folder). Check the name',
    ],
    [['--roster', 'names.csv'], 'names.csv has no column with e-mail addresses'],
    [['--roster', 'hr.csv'], 'hr.csv has a status that rollcall does not know: "left".'],
    [['--roster', 'hr.csv'], 'hr.csv:3:20'],
    [['--roster', 'twice.csv'], 'two different statuses for a@acme.com. at twice.csv:3:11'],
    [['--roster', 'open.csv'], 'has a quote that is not closed. at open.csv:2:8'],
    [['--roster-active', 'x'], '--roster-active needs --roster.'],
    [['--roster-columns', 'email=x'], '--roster-columns needs --roster.'],
    [['--roster', 'hr.csv', '--roster-columns', 'mail=x'], 'has the invalid value "mail=x"'],
    [['--roster', 'hr.csv', '--roster-columns', 'email'], 'has the invalid value "email"'],
    [['--roster', 'hr.csv', '--roster-columns', 'end=a,end=b'], 'Only email may be repeated.'],
    [['--roster', 'hr.csv', '--roster-columns', 'email=Mail'], 'has no column "Mail"'],
  ])('plan %j', async (argv, says) => {
    const { code, words } = await asked('plan', ...argv)
    expect(code).toBe(1)
    expect(words).toContain(says)
  })
})

describe('list', () => {
  test('marks who is not active in the roster, in text, JSON, CSV and HTML', async () => {
    const argv = ['--roster', 'hr.csv', '--roster-active', 'active'] as const
    const text = await asked('list', ...argv)
    expect([text.code, text.words]).toEqual([
      0,
      expect.stringContaining('8 not active in the roster'),
    ])
    expect(text.words).toContain('not active in the roster (end date 2026-10-31)')
    const json = JSON.parse((await asked('list', ...argv, '--format', 'json')).stdout)
    expect(conforms('list')(json)).toBe(true)
    expect(json.listing.roster).toMatchObject({ active: 1, inactive: 1, missing: 8 })
    const { stdout } = await asked('list', ...argv, '--format', 'csv')
    const rows = parse(stdout, { columns: true }) as Record<string, string>[]
    const status = (email: string) => rows.find((row) => row['email'] === email)?.['roster']
    expect([status('ada@acme.com'), status('old-admin@acme.com'), status('ken@acme.com')]).toEqual([
      'active',
      'inactive',
      'absent',
    ])
    const page = await asked('list', ...argv, '--format', 'html')
    expect(page.stdout).toContain('not in the roster')
  })
})

test('a review judges by the roster, and the folder has none of the file', async () => {
  const { code, cwd } = await asked('review', '-o', 'r', '--roster', 'list.csv')
  expect(code).toBe(0)
  const report = JSON.parse(readFileSync(join(cwd, 'r/report.json'), 'utf8'))
  expect(report.roster).toMatchObject({ active: 1, inactive: 0 })
  expect(readFileSync(join(cwd, 'r/findings.csv'), 'utf8')).toContain('not-in-roster')
  expect(existsSync(join(cwd, 'r/list.csv'))).toBe(false)
})

test('the file of the roster is never overwritten', async () => {
  const { code, words, cwd } = await asked(
    'plan',
    '--roster',
    'list.csv',
    '--report',
    'json=list.csv',
  )
  expect(code).toBe(1)
  expect(words).toContain('list.csv')
  expect(readFileSync(join(cwd, 'list.csv'), 'utf8')).toBe('ada@acme.com\n')
})
