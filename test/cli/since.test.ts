/** `--since` over real HTTP: one night after the other, in every format that speaks of it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { connection, EXACT, folder, run, serve } from './world.ts'

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'),
)
const options = { strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true }
const conforms = new Ajv2020({ allErrors: true, validateFormats: false, ...options }).compile(
  SCHEMA,
)

const MALLORY = '  mallory@evil.example: administrator\n'

/** The policy of one night does not list mallory, that of the next one does not list barbara. */
const FIRST = EXACT.replace(MALLORY, '')
const NEXT = EXACT.replace('  barbara@acme.com: agent\n', '').replace(
  'barbara@acme.com',
  'ada@acme.com',
)

async function nights() {
  const sandbox = await serve()
  const cwd = folder({ 'first.yaml': FIRST, 'next.yaml': NEXT, 'out.txt': '' })
  const plan = async (day: number, ...argv: readonly string[]) => {
    const ran = await run(['plan', ...argv], {
      env: { ...connection(sandbox), GITHUB_OUTPUT: join(cwd, 'out.txt') },
      world: { cwd, now: () => new Date(`2026-11-${day}T08:00:00.000Z`) },
    })
    return { ...ran, words: `${ran.stdout}${ran.stderr}`.replace(/\s+/g, ' ') }
  }
  await plan(20, 'first.yaml', '--report', 'json=a.json')
  return { cwd, plan }
}

const SENTENCE =
  /Since the report of 2026-11-20 08:00:00 UTC: \d+ new, \d+ known, 1 resolved, 0 not checked\. New: /

describe('a night after another one', () => {
  test('says in JSON which findings are new and which are resolved, and keeps its verdict', async () => {
    const { plan } = await nights()
    const alone = await plan(21, 'next.yaml', '--format', 'json')
    const { code, stdout } = await plan(21, 'next.yaml', '--format', 'json', '--since', 'a.json')
    const report = JSON.parse(stdout)
    conforms(report)
    expect(conforms.errors).toBeNull()
    const [account] = report.accounts
    expect([code, account.verdict]).toEqual([alone.code, JSON.parse(alone.stdout).verdict])
    const ids = account.resolved.map(({ id }: { id: string }) => id)
    expect(ids).toEqual(['admin-unexpected:agent/mallory@evil.example'])
    expect(account.resolved[0].first_seen).toBe('2026-11-20T08:00:00.000Z')
    expect(account.not_checked).toEqual([])
    expect(report.news).toBe(true)
    expect(JSON.parse(alone.stdout)).not.toHaveProperty('news')
    const barbara = account.findings.find(
      ({ id }: { id: string }) => id === 'agent-unexpected:agent/barbara@acme.com',
    )
    expect(barbara.since).toEqual({ state: 'new', first_seen: '2026-11-21T08:00:00.000Z' })
    expect(JSON.parse(alone.stdout).accounts[0]).not.toHaveProperty('resolved')
  })

  test.each(['text', 'markdown', 'html', 'github'])('says it in %s', async (format) => {
    const { plan } = await nights()
    const argv = ['next.yaml', '--format', format, '--since', 'a.json']
    const plain = (await plan(21, ...argv)).words.replace(/<[^>]*>/g, '').replace(/[\\`]/g, '')
    expect(plain).toMatch(SENTENCE)
    expect(plain).toContain('Resolved: admin-unexpected:agent/mallory@evil.example.')
  })

  test('gives the numbers to the next steps of a job', async () => {
    const { plan, cwd } = await nights()
    await plan(21, 'next.yaml', '--format', 'github')
    expect(readFileSync(join(cwd, 'out.txt'), 'utf8')).not.toContain('resolved')
    await plan(21, 'next.yaml', '--format', 'github', '--since', 'a.json')
    expect(readFileSync(join(cwd, 'out.txt'), 'utf8')).toMatch(
      /^new=\d+\nresolved=1\nnot-checked=0\nnews=true$/m,
    )
  })

  test('carries what was known over a night without a verdict', async () => {
    const { plan, cwd } = await nights()
    writeFileSync(join(cwd, 'broken.yaml'), FIRST.replace('agents:', 'agentz:'))
    const known = async (day: number, policy: string, from: string, to: string) => {
      await plan(day, policy, '--since', from, '--report', `json=${to}`)
      const [account] = JSON.parse(readFileSync(join(cwd, to), 'utf8')).accounts
      return account
    }
    // The policy of that night does not even say which account it is about.
    writeFileSync(join(cwd, 'first.yaml'), 'version: 1\nagentz: {}\n')
    const red = await known(21, 'first.yaml', 'a.json', 'b.json')
    expect(red.not_checked.length).toBeGreaterThan(0)
    writeFileSync(join(cwd, 'first.yaml'), FIRST)
    const green = await known(22, 'first.yaml', 'b.json', 'c.json')
    const states = green.findings.map((each: { since: object }) => each.since)
    expect(states.length).toBe(red.not_checked.length)
    for (const each of states) {
      expect(each).toEqual({ state: 'known', first_seen: '2026-11-20T08:00:00.000Z' })
    }
  })
})

describe('the first night', () => {
  test('is an error without --since-if-exists', async () => {
    const { plan } = await nights()
    const { code, words } = await plan(21, 'next.yaml', '--since', 'none.json')
    expect([code, words]).toEqual([
      1,
      expect.stringContaining('none.json cannot be read (no such file or folder)'),
    ])
  })

  test('is named with it, and nothing is called new', async () => {
    const { plan } = await nights()
    const ran = await plan(21, 'next.yaml', '--since', 'none.json', '--since-if-exists')
    expect(ran.code).toBe(2)
    expect(ran.words).toContain('There is no earlier report none.json')
    expect(ran.words).not.toContain('Since the report')
  })

  test('does not excuse a file that is there and is no report', async () => {
    const { plan, cwd } = await nights()
    writeFileSync(
      join(cwd, 'half.json'),
      '{"format": "rollcall.report",\n "format_version": "1.9"}',
    )
    const ran = await plan(21, 'next.yaml', '--since', 'half.json', '--since-if-exists')
    expect(ran.code).toBe(1)
    expect(ran.words).toContain('should be 1.1 or older')
    expect(ran.words).toContain('at half.json:2:20')
  })
})

test('a report of another account is an error', async () => {
  const { plan, cwd } = await nights()
  const report = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))
  report.accounts[0].account.id = 7
  writeFileSync(join(cwd, 'other.json'), JSON.stringify(report))
  const ran = await plan(21, 'next.yaml', '--since', 'other.json')
  expect(ran.code).toBe(1)
  expect(ran.words).toContain('The report of --since is about another account: account 7 on http')
})

test('the earlier report is never overwritten', async () => {
  const { plan, cwd } = await nights()
  const before = readFileSync(join(cwd, 'a.json'), 'utf8')
  const ran = await plan(21, 'next.yaml', '--since', 'a.json', '--report', 'json=a.json')
  expect(ran.code).toBe(1)
  expect(readFileSync(join(cwd, 'a.json'), 'utf8')).toBe(before)
})

test('--since-if-exists alone is an error', async () => {
  const { plan } = await nights()
  const ran = await plan(21, 'next.yaml', '--since-if-exists')
  expect([ran.code, ran.words]).toEqual([1, expect.stringContaining('needs --since')])
})

test('an account that is no longer part of the run is named once, and is news', async () => {
  const { plan, cwd } = await nights()
  const report = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))
  const [account] = report.accounts
  const other = { ...account, account: { id: 7, name: 'Other' } }
  const unknown = { ...account, account: null, server: null, policy: { path: 'gone.yaml' } }
  const half = { ...other, server: null, account: { id: 8, name: null } }
  const save = (...accounts: readonly unknown[]) =>
    writeFileSync(join(cwd, 'last.json'), JSON.stringify({ ...report, accounts }))

  save(account, other, unknown, half)
  const first = await plan(21, 'first.yaml', '--since', 'last.json', '--report', 'json=next.json')
  expect(first.code).toBe(2)
  expect(first.words).toContain(
    `The report of --since has accounts that this run does not check: account 7 on ${account.server}, gone.yaml, account 8.`,
  )
  expect(JSON.parse(readFileSync(join(cwd, 'next.json'), 'utf8')).news).toBe(true)

  const second = await plan(22, 'first.yaml', '--since', 'next.json', '--format', 'json')
  expect(second.stderr).toBe('')
  expect(JSON.parse(second.stdout)).toMatchObject({ news: false, diagnostics: [] })

  save(account, account)
  expect((await plan(22, 'first.yaml', '--since', 'last.json')).words).not.toContain('not check:')
})
