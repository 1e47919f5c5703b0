/** `rollcall list` over real HTTP: who is on an account, without a policy and without a verdict. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { connection, folder, GRACE, recordedState, run, serve } from './world.ts'

const conforms = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(
  JSON.parse(readFileSync(new URL('../../schemas/list.schema.json', import.meta.url), 'utf8')),
)

async function listed(...argv: readonly string[]) {
  const sandbox = await serve()
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  return run(['list', ...argv], { env })
}

describe('the recorded account', () => {
  test('is listed without a policy, and marked so in the first and the last line', async () => {
    const { code, stdout, stderr } = await listed()
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^NO POLICY, NO VERDICT {2}account 1 "Acme Support" on /)
    expect(lines.at(-1)).toBe('NO POLICY, NO VERDICT, exit code 0')
  })

  test('shows administrators, then open invitations, then custom roles, then everybody else', async () => {
    const { stdout } = await listed()
    const order = [
      'Administrators (3)',
      'ada@acme.com',
      'mallory@evil.example',
      'Agents, invitation not accepted (1)',
      'linus@acme.com',
      'Agents with a custom role (1)',
      'ken@acme.com',
      'Agents (4)',
      'barbara@acme.com',
      'Teams (3)',
    ].map((text) => stdout.indexOf(`${text}`))
    expect(order).not.toContain(-1)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(stdout).toContain('disabled: invitation not')
  })

  test('says which e-mail domains are foreign, and how that was decided', async () => {
    const { stdout } = await listed()
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'E-mail domains: acme.com 8, evil.example 1. acme.com is the most common e-mail domain (8 of 9); every other domain is called foreign.',
    )
    expect(stdout).toMatch(/mallory@evil\.example\s.*foreign/)
  })

  test('fits 80 columns', async () => {
    const { stdout } = await listed()
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('is one JSON document that fits its schema', async () => {
    const { code, stdout } = await listed('--format', 'json')
    const document = JSON.parse(stdout)
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect([code, document.verdict, document.policy]).toEqual([0, 'none', null])
    const { people } = document.listing
    expect(people).toHaveLength(9)
    const linus = people.find(({ email }: { email: string }) => email === 'linus@acme.com')
    expect(linus).toMatchObject({ status: 'disabled', provider: 'email', teams: ['tier 1'] })
    const ken = people.find(({ email }: { email: string }) => email === 'ken@acme.com')
    expect(ken.custom_role).toEqual({ id: 1, name: 'Billing clerk' })
  })

  test('is a CSV with one line for each person, linus disabled', async () => {
    const { stdout } = await listed('--format', 'csv')
    const rows: Record<string, string>[] = parse(stdout, {
      columns: true,
      record_delimiter: '\r\n',
    })
    expect(rows).toHaveLength(9)
    const disabled = rows.filter(({ status }) => status === 'disabled')
    expect(disabled.map(({ email }) => email)).toEqual(['linus@acme.com'])
  })

  test('shows ghosts by the teams that still list them', async () => {
    const state = recordedState()
    const account = state.accounts[0]
    if (account === undefined) throw new Error('no account')
    const sandbox = await serve({}, { ...state, accounts: [ghostly(account)] })
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const { stdout } = await run(['list'], { env })
    expect(stdout).toMatch(/Ghosts \(1\)\n {2}gone@acme\.com/)
    const { stdout: csv } = await run(['list', '--format', 'csv'], { env })
    expect(csv).toMatch(/"gone@acme\.com","","","","","ghost","","","","billing"/)
  })

  test('is listed for an agent too, custom roles by their id', async () => {
    const sandbox = await serve()
    const env = { ...connection(sandbox, GRACE), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stdout } = await run(['list'], { env })
    expect(code).toBe(0)
    expect(stdout).toContain('custom role id 1')
    expect(stdout).not.toContain('Billing clerk')
  })

  test('is listed where the server knows no custom roles', async () => {
    const state = recordedState()
    const sandbox = await serve({}, { ...state, edition: 'community' })
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stdout } = await run(['list'], { env })
    expect([code, stdout.includes('custom role')]).toEqual([0, false])
  })
})

/** Whoever left is no longer a member of the account, but still one of a team. */
function ghostly<A extends { members: { email: string }[] }>(account: A): A {
  return { ...account, members: account.members.filter(({ email }) => email !== 'gone@acme.com') }
}

describe('an account that cannot be listed', () => {
  test('gives a complete JSON document, and names every missing setting but no policy', async () => {
    const { code, stdout } = await run(['list', '--format', 'json'])
    const document = JSON.parse(stdout)
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect([code, document.listing, document.cause]).toEqual([1, null, 'settings'])
    expect(document.diagnostics[0].detail).toContain('the account: --account-id ID')
  })

  test('gives a page that says so, and the reason on stderr as well', async () => {
    const { code, stdout, stderr } = await run(['list', '--format', 'html'])
    expect([code, stdout.includes('<h1>NOT LISTED</h1>')]).toEqual([1, true])
    expect(stdout).toContain('rollcall cannot read the account')
    expect(stderr).toContain('rollcall cannot read the account')
  })

  test('gives a page that claims nothing about who is on the account', async () => {
    const { stdout } = await run(['list', '--format', 'html'])
    expect(stdout).not.toMatch(/this list|list of an account|NO POLICY/i)
  })

  test.each(['text', 'csv'])(
    'leaves stdout empty as %s: nothing could pass for a list',
    async (format) => {
      const { code, stdout, stderr } = await run(['list', '--format', format])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain('rollcall cannot read the account')
    },
  )

  test.each([
    [['list', 'rollcall.yaml'], 'Unexpected argument "rollcall.yaml"'],
    [['list', '--format', 'sarif'], '--format has the invalid value "sarif".'],
  ])('%j is wrong usage', async (argv, says) => {
    const { code, stdout, stderr } = await run(argv)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(says)
  })
})

test('a token on the command line earns a warning, and the list all the same', async () => {
  const sandbox = await serve()
  const { code, stderr } = await run([
    ...['list', '--base-url', sandbox.baseUrl, '--account-id', '1'],
    ...['--chatwoot-api-token', 'RECORDED-TOKEN-OF-ADA'],
  ])
  expect(code).toBe(0)
  expect(stderr).toContain('The access token is on the command line')
})

describe('files', () => {
  async function listIn(files: Readonly<Record<string, string>>, ...argv: readonly string[]) {
    const sandbox = await serve()
    const cwd = folder(files)
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const ran = await run(['list', ...argv], { env, world: { cwd } })
    const read = (name: string) => readFileSync(join(cwd, name), 'utf8')
    return { ...ran, read, has: (name: string) => existsSync(join(cwd, name)) }
  }

  test('-o writes the list in its format to a file, without colours, and says so', async () => {
    const { code, stdout, read } = await listIn({}, '--format', 'csv', '-o', 'people.csv')
    expect([code, stdout]).toEqual([0, 'Written: people.csv\n'])
    expect(read('people.csv')).toMatch(/^"server","account_id"/)
    const text = await listIn({}, '-o', 'people.txt', '--color', 'always')
    expect(text.read('people.txt')).toMatch(/^NO POLICY, NO VERDICT {2}account 1/)
  })

  test('--report writes the list in more formats from the same read', async () => {
    const { code, stdout, read } = await listIn(
      {},
      ...['--report', 'csv=people.csv', '--report', 'html=out/people.html'],
      ...['--report=json=people.json'],
    )
    expect([code, stdout.startsWith('NO POLICY')]).toEqual([0, true])
    expect(read('people.csv')).toMatch(/^"server"/)
    expect(read('out/people.html')).toMatch(/^<!doctype html>/)
    expect(JSON.parse(read('people.json')).listing.people).toHaveLength(9)
  })

  test.each([
    [['--report', 'sarif=x.sarif'], 'with one of text, json, csv, html.'],
    [['--report', 'csv=x', '--report', 'html=x'], 'over another file that this run writes'],
    [['--report', 'csv=x', '-o', './x'], 'over another file that this run writes'],
  ])('%j is wrong usage, and nothing is written', async (argv, says) => {
    const { code, stdout, stderr, has } = await listIn({}, ...argv)
    expect([code, stdout, has('x'), has('x.sarif')]).toEqual([1, '', false, false])
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
  })

  test('a list that fails leaves no old report, and its errors in every format that has room for them', async () => {
    const cwd = folder({ 'a.json': 'old', 'a.csv': 'old', 'kept.txt': 'old' })
    const { code, stdout, stderr } = await run(
      [
        ...['list', '--report', 'json=a.json', '--report', 'csv=a.csv'],
        ...['--format', 'html', '-o', 'kept.txt', '--force'],
      ],
      { world: { cwd } },
    )
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('rollcall cannot read the account')
    expect(stderr).toContain('rollcall wrote no csv report to a.csv.')
    const document = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))
    conforms(document)
    expect([conforms.errors, document.listing, document.exit_code]).toEqual([null, null, 1])
    expect(existsSync(join(cwd, 'a.csv'))).toBe(false)
    expect(readFileSync(join(cwd, 'kept.txt'), 'utf8')).toBe('old')
  })

  test('a report that cannot be written ends the run with 1, and the others say why', async () => {
    const { code, stderr, read } = await listIn(
      { file: '' },
      ...['--report', 'json=a.json', '--report', 'csv=file/a.csv'],
    )
    expect(code).toBe(1)
    expect(stderr).toContain('The csv report could not be written to file/a.csv')
    expect(JSON.parse(read('a.json'))).toMatchObject({ listing: null, cause: 'output' })
  })
})
