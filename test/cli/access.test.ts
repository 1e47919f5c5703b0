/** `rollcall access` over real HTTP and from snapshots: who reaches which conversations, and why. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { connection, folder, GRACE, run, serve } from './world.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

const conforms = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(JSON.parse(read('../../schemas/access.schema.json')))

const RECORDED = read('../fixtures/recordings/state-4.16.2.json')

async function open(token?: string) {
  const sandbox = await serve({}, parseState(RECORDED, 'recorded'))
  return { ...connection(sandbox, token), CHATWOOT_ACCOUNT_ID: '1' }
}

interface Row {
  readonly email: string
  readonly as: string
  readonly inboxes: readonly { address: string; lists: string; opens: string }[] | null
  readonly teams: readonly { address: string; lists: string; opens: string }[]
}

/** The same question to the server and to a snapshot of it. */
const SOURCES: readonly (readonly [string, (...words: readonly string[]) => Promise<string>])[] = [
  [
    'live',
    async (...words) => {
      const { code, stdout, stderr } = await run(['access', ...words], { env: await open() })
      expect([code, stderr]).toEqual([0, ''])
      return stdout
    },
  ],
  [
    'from a snapshot',
    async (...words) => {
      const { stdout: snapshot } = await run(['snapshot'], { env: await open() })
      const argv = ['access', ...words, '--snapshot', 'now.json']
      const { code, stdout, stderr } = await run(argv, { files: { 'now.json': snapshot } })
      expect([code, stderr]).toEqual([0, ''])
      return stdout
    },
  ],
]

describe.each(SOURCES)('the recorded account, %s', (_name, answer) => {
  const people = async (...words: readonly string[]): Promise<readonly Row[]> => {
    const document = JSON.parse(await answer(...words, '--format', 'json'))
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect(document.access.server_version).toBe('4.16.2')
    return document.access.people
  }

  test('names of an inbox the administrators, the members, and those who come by a team', async () => {
    const found = await people('inbox/Website')
    const of = (as: string) => found.filter((row) => row.as === as).map(({ email }) => email)
    expect(of('administrator')).toEqual([
      'ada@acme.com',
      'mallory@evil.example',
      'old-admin@acme.com',
    ])
    expect(found.find(({ email }) => email === 'ada@acme.com')?.inboxes).toHaveLength(1)
    expect(of('member').toSorted()).toEqual(['barbara@acme.com', 'grace@acme.com'])
    expect(of('assigned').toSorted()).toEqual([
      'emoji@acme.com',
      'gone@acme.com',
      'host@acme.com',
      'ken@acme.com',
    ])
    expect(found).toHaveLength(9)
    const ken = found.find(({ email }) => email === 'ken@acme.com')
    expect(ken?.teams).toMatchObject([
      { address: 'team/billing', lists: 'none', opens: 'participating' },
    ])
  })

  test('shows everybody, worst first, and an open invitation', async () => {
    const text = await answer()
    const order = [
      'Reach everything (3)',
      'Every conversation of an inbox (2)',
      'A part of the conversations of an inbox (1)',
      'Only conversations assigned to their teams (3)',
      'No conversation (1)',
      'linus@acme.com',
    ].map((title) => text.indexOf(title))
    expect(order).not.toContain(-1)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(text).toContain('invitation not')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('shows each way in of one person with its reason', async () => {
    const text = (await answer('KEN@acme.com')).replace(/\s+/g, ' ')
    expect(text).toContain(
      'inbox/Billing API member of the inbox: their own conversations and those they take part in; limited by custom role "Billing clerk"',
    )
    expect(text).toContain(
      'team/billing member of the team: conversations assigned to it, from any',
    )
  })

  test('is a CSV with a line for each membership', async () => {
    const rows: Record<string, string>[] = parse(await answer('--format', 'csv'), {
      columns: true,
      record_delimiter: '\r\n',
    })
    expect(rows.filter(({ address }) => address === 'inbox/Website')).toHaveLength(3)
  })

  test('answers about a team and a custom role', async () => {
    expect(await people('team/billing')).toHaveLength(6)
    expect((await people('custom-role/Auditor')).map(({ email }) => email)).toEqual([
      'old-admin@acme.com',
    ])
  })
})

test('an administrator to whom the server shows no custom roles is told to switch them on', async () => {
  const sandbox = await serve({
    intercept: ({ path }, response) => {
      if (!path.endsWith('/custom_roles')) return false
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end('{"error":"You are not authorized to do this action"}')
      return true
    },
  })
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  const { code, stderr } = await run(['access', 'custom-role/Auditor'], { env })
  expect(code).toBe(1)
  expect(stderr.replace(/\s+/g, ' ')).toContain('Check that custom roles are switched on')
  expect(stderr).not.toContain('token')
})

describe("an agent's token", () => {
  test('gives no answer about an inbox, and says both ways out', async () => {
    const env = await open(GRACE)
    const { code, stdout, stderr } = await run(['access', 'inbox/Website'], { env })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      "Use an administrator's token, or a snapshot that was taken with one.",
    )
  })

  test('shows nobody with less than they have', async () => {
    const env = await open(GRACE)
    const { code, stdout } = await run(['access', '--format', 'json'], { env })
    const document = JSON.parse(stdout)
    conforms(document)
    expect(conforms.errors).toBeNull()
    const { missing, people } = document.access
    expect(code).toBe(0)
    expect(missing.map(({ section }: { section: string }) => section)).toEqual([
      'inboxes',
      'custom_roles',
    ])
    const reach = new Set(people.map((row: { reach: string }) => row.reach))
    expect([...reach]).toEqual(['everything', 'unknown'])
    expect(new Set(people.map(({ inboxes }: Row) => inboxes))).toEqual(new Set([null]))
  })
})

describe('a question without an answer', () => {
  test.each([
    ['inbox/Websit', 'Did you mean inbox/Website?'],
    ['grac@acme.com', 'Did you mean grace@acme.com'],
    ['custom-role/Clerk', 'Did you mean custom-role/Billing clerk?'],
    ['Website', 'Did you mean inbox/Website?'],
    [
      'gr\u0430ce@acme.com',
      'Did you mean grace@acme.com? They look alike, but the first has a Cyrillic\n  letter (U+0430): it is "gr\\u{430}ce@acme.com".',
    ],
    ['team/xyzzyxyzzyxyzzy', 'Run `rollcall access` to see everybody'],
  ])('about %s suggests the nearest', async (word, says) => {
    const { code, stdout, stderr } = await run(['access', word], { env: await open() })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`There is no "${word}" on account 1.`)
    expect(stderr).toContain(says)
  })

  test('that can mean several names each', async () => {
    const state = JSON.parse(RECORDED)
    for (const inbox of state.accounts[0].inboxes) inbox.name = 'Website'
    const sandbox = await serve({}, parseState(JSON.stringify(state), 'recorded'))
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stderr } = await run(['access', 'inbox/Website'], { env })
    expect(code).toBe(1)
    expect(stderr).toContain('inbox/Website#1')
    expect((await run(['access', 'inbox/Website#1'], { env })).code).toBe(0)
  })

  test('is a complete JSON document', async () => {
    const { code, stdout } = await run(['access', '--format', 'json'])
    const document = JSON.parse(stdout)
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect([code, document.access, document.cause]).toEqual([1, null, 'settings'])
  })

  test('is a page that says so, and the reason on stderr as well', async () => {
    const { code, stdout, stderr } = await run(['access', '--format', 'html'])
    expect([code, stdout.includes('could not be answered')]).toEqual([1, true])
    expect(stderr).toContain('rollcall cannot read the account')
  })

  test('about two things is wrong usage', async () => {
    const { code, stderr } = await run(['access', 'a@acme.com', 'b@acme.com'])
    expect([code, stderr.includes('Unexpected argument "b@acme.com"')]).toEqual([1, true])
  })

  test('about another account than the snapshot has is an error', async () => {
    const { stdout: snapshot } = await run(['snapshot'], { env: await open() })
    const argv = ['access', '--snapshot', 'now.json', '--account-id', '2']
    const { code, stderr } = await run(argv, { files: { 'now.json': snapshot } })
    expect([code, stderr.includes('is of account 1')]).toEqual([1, true])
    expect(stderr).not.toContain('policy')
  })
})

test("a number that is the id of no custom role is nobody's custom role, in every command", async () => {
  const state = JSON.parse(RECORDED)
  const ken = state.accounts[0].members.find(({ email }: Row) => email === 'ken@acme.com')
  ken.custom_role_id = 0
  const sandbox = await serve({}, parseState(JSON.stringify(state), 'recorded'))
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  const { stdout: snapshot } = await run(['snapshot'], { env })
  const files = { 'now.json': snapshot, 'p.yaml': 'version: 1\naccount: 1\ncustom_roles: {}\n' }
  for (const source of [
    { argv: [], env },
    { argv: ['--snapshot', 'now.json'], env: {} },
  ]) {
    const setting = { files, env: source.env }
    const { stdout } = await run(['access', '--format', 'json', ...source.argv], setting)
    const document = JSON.parse(stdout)
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect(document.access.people).toContainEqual(
      expect.objectContaining({ email: 'ken@acme.com', reach: 'foreign' }),
    )
    const planned = await run(['plan', 'p.yaml', ...source.argv], setting)
    expect([planned.code, planned.stdout.includes('custom role 0, which is not')]).toEqual([
      2,
      true,
    ])
  }
})

test('-o writes the answer to a new file, and never over an old one', async () => {
  const cwd = folder({ 'old.html': 'old' })
  const env = await open()
  const write = (...argv: readonly string[]) =>
    run(['access', '--format', 'html', ...argv], { env, world: { cwd } })
  expect(await write('-o', 'new.html')).toMatchObject({ code: 0, stdout: 'Written: new.html\n' })
  expect(readFileSync(join(cwd, 'new.html'), 'utf8')).toContain('access to an account')
  expect((await write('-o', 'old.html')).code).toBe(1)
  expect(readFileSync(join(cwd, 'old.html'), 'utf8')).toBe('old')
  expect((await write('-o', 'old.html', '--force')).code).toBe(0)
})

test('-o writes the answer without colours, which are for a terminal', async () => {
  const cwd = folder({})
  const setting = { env: await open(), terminal: true, world: { cwd } }
  const { code } = await run(['access', '-o', 'access.txt', '--color', 'always'], setting)
  expect([code, readFileSync(join(cwd, 'access.txt'), 'utf8').includes('\u001b')]).toEqual([
    0,
    false,
  ])
})
