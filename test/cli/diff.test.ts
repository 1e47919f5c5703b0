/** `rollcall diff` over files, snapshots taken over real HTTP. */
import { describe, expect, test } from 'vitest'
import { connection, EXACT, recordedState, run, serve } from './world.ts'

async function taken(change: (state: ReturnType<typeof recordedState>) => void = () => undefined) {
  const state = recordedState()
  change(state)
  const sandbox = await serve({}, state)
  const { stdout } = await run(['snapshot', '--account-id', '1'], { env: connection(sandbox) })
  return stdout.replace(/http:\/\/127\.0\.0\.1:\d+/, 'https://chat.acme.com')
}

type State = ReturnType<typeof recordedState>

const accountOf = ({ accounts }: State) => accounts[0] as State['accounts'][number]

/** A promotion, a new administrator and a lost team member. */
function changed(state: State): void {
  const account = accountOf(state)
  for (const member of account.members) {
    if (member.email === 'grace@acme.com') member.role = 'administrator'
  }
  const [mallory] = account.members.filter(({ email }) => email === 'mallory@evil.example')
  if (mallory) account.members.push({ ...mallory, email: 'margaret@acme.com' })
  for (const team of account.teams) {
    team.members = team.members.filter((email) => email !== 'barbara@acme.com')
  }
}

describe('two snapshots', () => {
  test('that differ by a promotion, a new administrator and a lost team member print exactly those', async () => {
    const files = { 'a.json': await taken(), 'b.json': await taken(changed) }
    const { code, stdout, stderr } = await run(['diff', 'a.json', 'b.json'], { files })
    expect([code, stderr]).toEqual([2, ''])
    expect(stdout).toBe(`DIFFERENT  account 1 "Acme Support" on chat.acme.com: 2 gained, 1 lost

Agents
  ~ grace@acme.com      agent → administrator                         gained
  + margaret@acme.com   new administrator                             gained
Teams
  tier 1
    - barbara@acme.com  no longer a member                            lost

Before: a.json (2026-11-23 08:00:00 UTC). After: b.json (2026-11-23 08:00:00
UTC).
DIFFERENT, exit code 2
`)
  })

  test('with a renamed person and a renamed team have one line for each', async () => {
    const renamed = (state: State) => {
      for (const user of state.users)
        if (user.email === 'grace@acme.com') user.email = 'hopper@partner.example'
      const account = accountOf(state)
      const now = (email: string) => (email === 'grace@acme.com' ? 'hopper@partner.example' : email)
      for (const member of account.members) member.email = now(member.email)
      for (const team of account.teams) {
        team.members = team.members.map((email) => (typeof email === 'string' ? now(email) : email))
        if (team.name === 'billing') team.name = 'invoices'
      }
      for (const inbox of account.inboxes) inbox.members = inbox.members.map(now)
    }
    const files = { 'a.json': await taken(), 'b.json': await taken(renamed) }
    const { code, stdout } = await run(['diff', 'a.json', 'b.json'], { files })
    expect(code).toBe(2)
    expect(stdout).toContain('on chat.acme.com: 2 changed\n')
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Agents ~ hopper@partner.example renamed: grace@acme.com → changed hopper@partner.example Teams ~ invoices renamed: "billing" → "invoices" changed Before',
    )
    const json = await run(['diff', 'a.json', 'b.json', '--format', 'json'], { files })
    const document = JSON.parse(json.stdout)
    expect(document).toMatchObject({
      format_version: '1.1',
      differences: [
        {
          address: 'agent/hopper@partner.example',
          previous_address: 'agent/grace@acme.com',
          kind: 'changed',
          action: 'update',
          before: { role: 'agent', teams: ['billing', 'tier 1'] },
          after: { role: 'agent', teams: ['invoices', 'tier 1'] },
        },
        { address: 'team/invoices', previous_address: 'team/billing', action: 'update' },
      ],
      summary: { gained: 0, lost: 0, changed: 2 },
    })
    const same = await run(['diff', 'a.json', 'b.json', '--format', 'json'], {
      files: { ...files, 'b.json': await taken(changed) },
    })
    expect(JSON.parse(same.stdout).differences[0].previous_address).toBeNull()
  })

  test('that are equal end with 0', async () => {
    const files = { 'a.json': await taken() }
    const { code, stdout } = await run(['diff', 'a.json', 'a.json'], { files })
    expect(code).toBe(0)
    expect(stdout).toContain('EQUAL  account 1 "Acme Support" on chat.acme.com: no difference')
    expect(stdout).toMatch(/EQUAL, exit code 0\n$/)
  })

  test('say in the first line and in JSON that not everything was compared', async () => {
    const later = JSON.parse(await taken(changed))
    const coverage = { ...later.coverage, inboxes: 'unread' }
    const part = { ...later, coverage, inboxes: [], custom_roles: { kind: 'unread' } }
    const files = {
      'a.json': await taken(),
      'b.json': JSON.stringify(part),
      'c.json': JSON.stringify({ ...part, coverage: later.coverage, inboxes: later.inboxes }),
    }
    const { code, stdout } = await run(['diff', 'a.json', 'b.json'], { files })
    expect([code, stdout.split('\n\n')[0]?.replace(/\s+/g, ' ')]).toEqual([
      2,
      'DIFFERENT account 1 "Acme Support" on chat.acme.com: 2 gained, 1 lost, not everything was compared',
    ])
    const list = async (...names: string[]) =>
      JSON.parse((await run(['diff', ...names, '--format', 'json'], { files })).stdout).not_compared
    expect(await list('a.json', 'a.json')).toEqual([])
    expect(await list('b.json', 'c.json')).toEqual([
      { part: 'inboxes', side: 'before' },
      { part: 'custom_role_permissions', side: 'before' },
      { part: 'custom_role_permissions', side: 'after' },
    ])
    expect(await list('a.json', 'gone.json')).toBeNull()
  })

  test('list custom roles as new or removed if only one server has them', async () => {
    const before = JSON.parse(await taken())
    const files = {
      'a.json': JSON.stringify({ ...before, custom_roles: { kind: 'unsupported' } }),
      'b.json': JSON.stringify(before),
    }
    const { code, stdout } = await run(['diff', 'a.json', 'b.json'], { files })
    expect([code, stdout]).toEqual([2, expect.stringContaining('new custom role, permits')])
  })

  test('name a hidden inbox member, whom no list of people has', async () => {
    const before = JSON.parse(await taken())
    const event = { id: 5, at: '2026-11-20T17:10:00.000Z', by: null, apply: null }
    const member = { ...event, kind: 'inbox', group_id: 1, user_id: 77, action: 'added' }
    const after = {
      ...before,
      inboxes: [
        {
          id: 1,
          name: 'Website',
          channel: 'Channel::Api',
          auto_assign: true,
          members: [],
          ghosts: [],
        },
      ],
      activity: {
        ...{ state: 'read', from: '2026-11-01T00:00:00.000Z', to: '2026-11-23T08:00:00.000Z' },
        ...{ reach: 'beginning', rows: 1, people: [], groups: [], names: [] },
        memberships: [member],
        hidden: [{ inbox_id: 1, user_id: 77 }],
      },
    }
    const files = {
      'a.json': JSON.stringify({ ...after, activity: { state: 'not_asked' } }),
      'b.json': JSON.stringify(after),
    }
    const { code, stdout, stderr } = await run(['diff', 'a.json', 'b.json'], { files })
    expect([code, stderr]).toEqual([0, expect.stringContaining('hidden member')])
    const json = JSON.parse(
      (await run(['diff', 'a.json', 'b.json', '--format=json'], { files })).stdout,
    )
    expect(json.not_compared).toEqual([{ part: 'hidden_inbox_members', side: 'after' }])
    const line = stdout.replaceAll(/\s+/g, ' ')
    expect(line).toContain('NO DIFFERENCE FOUND, not everything was compared, exit code 0')
    expect(line).toContain(
      'The list of people in b.json leaves out a hidden member of inbox "Website": user 77. These were not compared.',
    )
  })

  test('are one document as JSON, with everything about each person', async () => {
    const files = { 'a.json': await taken(), 'b.json': await taken(changed) }
    const ran = await run(['diff', 'a.json', 'b.json', '--format', 'json'], { files })
    const document = JSON.parse(ran.stdout)
    expect(document).toMatchObject({
      format: 'rollcall.diff',
      of: 'snapshots',
      equal: false,
      exit_code: 2,
      before: { file: 'a.json', account: { id: 1 }, read_at: '2026-11-23T08:00:00.000Z' },
      summary: { gained: 2, lost: 1, changed: 0, loosened: 0 },
    })
    expect(document.differences.map(({ address }: { address: string }) => address)).toEqual([
      'agent/grace@acme.com',
      'agent/margaret@acme.com',
      'team/tier 1/barbara@acme.com',
    ])
    expect(document.differences[0].before).toMatchObject({
      role: 'agent',
      teams: ['billing', 'tier 1'],
    })
  })

  test('of two accounts have no answer', async () => {
    const snapshot = await taken()
    const files = { 'a.json': snapshot, 'b.json': snapshot.replace('"id": 1,', '"id": 2,') }
    const { code, stdout, stderr } = await run(['diff', 'a.json', 'b.json'], { files })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Use two snapshots of the same account.')
  })

  test('are known by their beginning too, and hostile names stay text', async () => {
    const hostile = (state: State) => {
      for (const user of state.users) user.name = '\u001b[31m\u202e::error::'
    }
    const files = { before: await taken(), after: await taken(hostile) }
    const { code, stdout } = await run(['diff', 'before', 'after'], { files })
    expect(code).toBe(2)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout).not.toMatch(/[\u001b\u202e]/)
  })
})

describe('two policies', () => {
  const LOOSER = EXACT.replace('barbara@acme.com: agent', 'barbara@acme.com: administrator').concat(
    'scope: { ignore: { agents: ["*@integrations.acme.com"] } }\n',
  )

  test('say who gained what and which control was loosened, with places', async () => {
    const files = { 'a.yaml': EXACT, 'b.yaml': LOOSER }
    const { code, stdout } = await run(['diff', 'a.yaml', 'b.yaml'], { files })
    expect(code).toBe(2)
    expect(stdout).toContain('1 gained, 1 control changed, 1 loosened')
    expect(stdout).toMatch(/~ barbara@acme\.com +agent → administrator +gained +:10:3/)
    expect(stdout).toMatch(/scope\.ignore\.agents \*@integrations\.acme\.com/)
    expect(stdout).toMatch(/not set → listed +loosened +:22:29/)
    expect((await run(['diff', 'b.yaml', 'a.yaml'], { files })).stdout).toContain('stricter')
  })

  test('that say the same in other words are equal, one of them from standard input', async () => {
    const files = { 'b.yaml': EXACT.replace('  host@acme.com: agent\n', '').concat('\n') }
    const stdin = files['b.yaml'].replace('agents:', '# who may be here\nagents:')
    const { code, stdout } = await run(['diff', '-', 'b.yaml'], { files, stdin })
    expect([code, stdout.startsWith('EQUAL')]).toEqual([0, true])
  })

  test.each([
    [['diff'], 'This command needs two snapshots or two policies.'],
    [['diff', 'a.yaml'], 'This command needs two snapshots or two policies.'],
    [['diff', 'a.yaml', 'a.yaml', 'a.yaml'], 'Unexpected argument "a.yaml"'],
    [['diff', 'a.yaml', 's.json'], 'rollcall plan POLICY --snapshot FILE'],
    [['diff', 'a.yaml', 'none.yaml'], 'There is no policy'],
    [['diff', 'a.yaml', 'bad.yaml'], 'bad.yaml:2:1'],
    [['diff', 'two', 'a.yaml'], '"two" contains 2 policies.'],
  ])('%j has no answer', async (argv, says) => {
    const files = {
      'a.yaml': EXACT,
      'bad.yaml': 'version: 1\nagnets: {}\n',
      'two/a.yaml': EXACT,
      'two/b.yaml': EXACT,
      's.json': '{}',
    }
    const { code, stdout, stderr } = await run(argv, { files })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.replace(/\s+/g, ' ')).toContain(says)
    const json = await run([...argv, '--format', 'json'], { files })
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({ equal: null, exit_code: 1, differences: [] })
  })
})
