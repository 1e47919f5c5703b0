/** JSON documents of the smaller commands against their schemas, key by key. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { ADA, connection, EXACT, folder, recordedState, run, serve } from './world.ts'

/** The schema with every object closed: a key that it does not describe is an error as well. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.entries(schema).map(([key, value]) => [key, closed(value)])
  const shut = 'properties' in schema ? [['additionalProperties', false]] : []
  return Object.fromEntries([...inner, ...shut])
}

const STRICT = { strict: true, strictRequired: true, allowUnionTypes: true }

function misfits(name: string, text: string): unknown {
  const url = new URL(`../../schemas/${name}.schema.json`, import.meta.url)
  const schema = JSON.parse(readFileSync(url, 'utf8'))
  // Its conditions are objects as well, and must stay open.
  const [mode, shut] = name === 'report' ? [{ strict: false }, schema] : [STRICT, closed(schema)]
  const fits = new Ajv2020({ ...mode, validateFormats: false }).compile(shut as object)
  fits(JSON.parse(text))
  return fits.errors ?? null
}

const PROPOSED = EXACT.replace(/ {2}mallory.*\n/, '')
  .replace('grace@acme.com: agent', 'grace@acme.com: administrator')
  .concat(
    'scope: { ignore: { agents: ["bot-*"] } }\nwaivers:\n',
    '  - { finding: invite-pending, address: agent/linus@acme.com, reason: on leave, owner: ada, expires: 2026-12-24 }\n',
  )

async function snapshots(): Promise<Readonly<Record<string, string>>> {
  const sandbox = await serve()
  const take = async () =>
    (await run(['snapshot', '--account-id', '1'], { env: connection(sandbox) })).stdout
  const before = await take()
  const [account] = sandbox.state.accounts
  if (account) account.members = account.members.filter(({ email }) => !email.includes('evil'))
  for (const member of account?.members ?? []) {
    if (member.email === 'barbara@acme.com') member.role = 'administrator'
  }
  return { 'a.json': before, 'b.json': await take() }
}

describe('what diff writes fits its schema', () => {
  test.each([
    ['another snapshot', ['a.json', 'b.json'], 2],
    ['the same snapshot', ['a.json', 'a.json'], 0],
    ['a snapshot that is not there', ['a.json', 'c.json'], 1],
  ])('for %s', async (_, names, expected) => {
    const { code, stdout } = await run(['diff', ...names, '--format', 'json'], {
      files: await snapshots(),
    })
    expect([code, misfits('diff', stdout)]).toEqual([expected, null])
  })

  test.each([
    ['another policy', PROPOSED, 2],
    ['a policy that is no policy', 'version: 3\n', 1],
  ])('for %s', async (_, text, expected) => {
    const files = { 'a.yaml': EXACT, 'b.yaml': text }
    const { code, stdout } = await run(['diff', 'a.yaml', 'b.yaml', '--format', 'json'], { files })
    expect([code, misfits('diff', stdout)]).toEqual([expected, null])
  })
})

test.each([
  [[], 0],
  [['admin-unexpected'], 0],
  [['nonsense'], 1],
])('what explain %j writes fits its schema', async (codes, expected) => {
  const { code, stdout } = await run(['explain', ...codes, '--format', 'json'])
  expect([code, misfits('explanation', stdout)]).toEqual([expected, null])
})

test.each([EXACT, PROPOSED])(
  'the manifest and the statement of a review fit their schemas',
  async (policy) => {
    const cwd = folder({ 'rollcall.yaml': policy, 'people.csv': 'ada@acme.com\ngrace@acme.com\n' })
    const sandbox = await serve({}, recordedState())
    const { code } = await run(['review', '-o', 'r', '--roster', 'people.csv'], {
      env: connection(sandbox),
      world: { cwd },
    })
    expect(code).toBe(0)
    expect(misfits('review', readFileSync(join(cwd, 'r/MANIFEST.json'), 'utf8'))).toBeNull()
    const argv = ['review', 'verify', 'r', '--statement', 's.json']
    expect((await run(argv, { world: { cwd } })).code).toBe(0)
    expect(misfits('statement', readFileSync(join(cwd, 's.json'), 'utf8'))).toBeNull()
  },
)

describe('what apply writes fits its schema, and its two plans fit that of reports,', () => {
  const INVITES = EXACT.replace(
    '  gone@acme.com: agent',
    '  gone@acme.com: agent\n  new@acme.com: agent',
  )
  const REMOVES = INVITES.replace(/ {2}mallory.*\n/, '')
  const apply = async (policy: string, argv: readonly string[] = [], approves = true, env = {}) => {
    const sandbox = await serve()
    const cwd = folder({ 'rollcall.yaml': policy })
    const at = {
      env: { ...connection(sandbox), CHATWOOT_APPLY_TOKEN: ADA, CHATWOOT_ACCOUNT_ID: '1', ...env },
      world: { cwd },
    }
    const { stdout } = await run(['plan', '--approval', '--format', 'json', ...argv], at)
    expect(misfits('report', stdout)).toBeNull()
    const approval = JSON.parse(stdout).accounts[0]?.approval?.value
    const approve = approval && approves ? ['--approve', approval, '--journal', 'j.jsonl'] : []
    return run(['apply', '--format', 'json', ...argv, ...approve], at)
  }
  const removal = ['--allow', 'remove-agent:agent/mallory@evil.example']

  test.each([
    ['applied', REMOVES, 2, []],
    ['applied', REMOVES, 2, removal],
    ['nothing', EXACT, 0, []],
    ['refused', REMOVES, 1, ['--allow', 'remove-member']],
  ] as const)('if it %s', async (end, policy, expected, argv) => {
    const { code, stdout } = await apply(policy, argv)
    expect(code).toBe(expected)
    const { before, after, ...rest } = JSON.parse(stdout)
    expect(rest.end).toBe(end)
    expect(misfits('apply', stdout)).toBeNull()
    for (const report of [before, ...(after === null ? [] : [after])]) {
      expect(misfits('report', JSON.stringify(report))).toBeNull()
    }
  })

  test('if nobody approves it, and if the account cannot be read', async () => {
    const asked = await apply(INVITES, [], false)
    expect(JSON.parse(asked.stdout).end).toBe('not-approved')
    const unread = await apply(INVITES, [], false, { CHATWOOT_BASE_URL: 'http://127.0.0.1:9' })
    expect([unread.code, JSON.parse(unread.stdout).before.verdict]).toEqual([1, 'none'])
    for (const { stdout } of [asked, unread]) expect(misfits('apply', stdout)).toBeNull()
  })
})
