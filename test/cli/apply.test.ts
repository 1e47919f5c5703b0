/** `rollcall apply` over real HTTP: what it asks, refuses, writes, records and says. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readJournal } from '../../src/core/apply/journal.ts'
import {
  apply,
  applyAll,
  BOT,
  listSteps,
  listWrites,
  type Made,
  makeClock,
  makeState,
  parseSaid,
  readLines,
  TOKEN,
  UNLIMITED,
  writePolicy,
  writesOf,
} from './applying.ts'
import { folder, run, serve } from './world.ts'

const TEAM: Made = { agents: { 'ann@acme.com': 'agent' }, teams: { a: [] } }
const JOIN = writePolicy({ 'ann@acme.com': 'agent' }, 'teams:\n  a: [ann@acme.com]\n')
const JOINED = ['POST /teams/1/team_members 200']
const nobody = async () => null
/** Without line breaks. */
const fold = (text: string) => text.replaceAll(/\s+/g, ' ')

test('somebody with an international domain is invited and added to groups', async () => {
  const sandbox = await serve({}, makeState({ teams: { a: [] } }))
  const policy = writePolicy(
    { 'neu@münchen.example': 'agent' },
    'teams:\n  a: [neu@münchen.example]\n',
  )
  const argv = ['--allow=invite:agent/neu@xn--mnchen-3ya.example']
  const said = parseSaid(await apply(sandbox, policy, [...argv, '--format=json']))
  expect(listSteps(said)).toEqual([
    'invite agent/neu@münchen.example: done',
    'add-member team/a/neu@münchen.example: done',
  ])
})

describe('a stdout that is full', () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  const stdout = { isTerminal: false, write: () => Promise.reject(full) }

  test.each([
    [['--journal=j.jsonl'], 'The journal j.jsonl contains each request.'],
    [[], 'There is no journal. `rollcall plan` shows what is there now.'],
  ])('does not hide what an apply with %j wrote', async (argv, says) => {
    const sandbox = await serve({}, makeState(TEAM))
    const world = { stdout }
    const { code, stderr } = await apply(sandbox, JOIN, ['--format=json', ...argv], { world })
    expect([code, listWrites(sandbox)]).toEqual([1, JOINED])
    expect(fold(stderr)).toContain(`1 of 1 step written. ${says}`)
  })

  test('shows nobody what they would approve, so nothing is written', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const world = { stdout: { ...stdout, isTerminal: true } }
    const { code, stderr } = await apply(sandbox, JOIN, [], { world })
    expect([code, writesOf(sandbox)]).toEqual([1, []])
    expect(fold(stderr)).toContain('stdout (no space left on the disk). Nothing was written')
    expect(stderr).not.toContain('bug')
  })
})

describe('the question', () => {
  test('names server and account, and comes after the plan and what would be written', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    let asked = ''
    const { stdout, stderr, code } = await apply(sandbox, JOIN, [], {
      world: {
        ask: async (question) => {
          asked = question
          return 'yes'
        },
      },
    })
    expect(asked).toBe(
      `Write to account 1 on ${new URL(sandbox.baseUrl).host}? Type "yes" to approve: `,
    )
    expect(fold(stderr)).toContain(
      'Writes 1 step. Adds 1 person to 1 group, demotes nobody, removes nobody. Gain access: ann@acme.com. Lose access: nobody.',
    )
    expect(stdout).toMatch(/\+ add-member {2}team\/a\/ann@acme.com {2}done/)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 of 1 step written. Exit code 0.')
    expect(code).toBe(0)
    expect(listWrites(sandbox)).toEqual(JOINED)
  })

  test.each([
    ['nothing', ''],
    ['another word', 'y'],
    ['the word in another case', 'Yes'],
    ['the name of the account, where the word is yes', 'Acme'],
    ['no answer, because the terminal is gone', null],
  ])('answered with %s: nothing is written, and it says how', async (_, answer) => {
    const sandbox = await serve({}, makeState(TEAM))
    const { stdout, code } = await apply(sandbox, JOIN, [], { world: { ask: async () => answer } })
    expect(writesOf(sandbox)).toEqual([])
    expect(code).toBe(1)
    expect(stdout.match(/^Approval: \d{8}T\d\dZ-[0-9a-f]{64}$/gm)).toHaveLength(1)
    expect(stdout).toContain('--approve APPROVAL')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'Not approved. Nothing was written. Exit code 1.',
    )
  })

  test.each([
    ['the terminal', true],
    ['a file', false],
  ])('comes after the plan on the screen if stdout is %s', async (_, isTerminal) => {
    const sandbox = await serve({}, makeState(TEAM))
    const shown = { stdout: '', stderr: '' }
    const output = (name: keyof typeof shown, terminal: boolean) => ({
      isTerminal: terminal,
      write: async (text: string) => {
        shown[name] += text
      },
    })
    let screen = ''
    const ask = async () => {
      screen = isTerminal ? shown.stdout : shown.stderr
      return 'yes'
    }
    const world = { stdout: output('stdout', isTerminal), stderr: output('stderr', true), ask }
    await apply(sandbox, JOIN, ['--color=never'], { world })
    expect(screen).toContain('+ add-member  team/a/ann@acme.com')
  })

  test('is not asked without a terminal, and the plan is shown once', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const { stdout, stderr, code } = await apply(sandbox, JOIN, [], { world: { ask: null } })
    expect([code, writesOf(sandbox), stderr]).toEqual([1, [], ''])
    expect(stdout.match(/^Approval: /gm)).toHaveLength(1)
    expect(stdout).toContain('--approve APPROVAL')
  })

  test('wants the name of the account where a step cannot be undone', async () => {
    const policy = writePolicy({})
    const argv = ['--allow=remove-agent:agent/ann@acme.com', '--journal=j.jsonl']
    const sandbox = await serve({}, makeState(TEAM))
    const refused = await apply(sandbox, policy, argv, { world: { ask: async () => 'yes' } })
    expect([refused.code, writesOf(sandbox).length]).toEqual([1, 0])
    const done = await apply(sandbox, policy, argv, { world: { ask: async () => ' Acme ' } })
    expect([done.code, listWrites(sandbox)]).toEqual([0, ['DELETE /agents/3 200']])
  })

  test('is asked in vain if somebody changes the account meanwhile', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const ask = async () => {
      for (const each of sandbox.state.accounts[0]?.members ?? []) {
        if (each.email === 'ann@acme.com') each.role = 'administrator'
      }
      return 'yes'
    }
    const { stdout, code } = await apply(sandbox, JOIN, [], { world: { ask } })
    expect([code, writesOf(sandbox)]).toEqual([1, []])
    expect(stdout).toContain('people ann@acme.com role "agent", now "administrator"')
  })

  test.each([
    ['an hour', '2026-11-23T09:00:30.000Z', 0],
    ['more than a day, so that the approval has expired', '2026-11-24T09:00:00.000Z', 1],
  ])('that is answered after %s ends with the right code', async (_, later, code) => {
    const sandbox = await serve({}, makeState(TEAM))
    let now = '2026-11-23T08:59:30.000Z'
    const ask = async () => {
      now = later
      return 'yes'
    }
    const world = { ask, now: () => new Date(now) }
    const ran = await apply(sandbox, JOIN, [], { world })
    expect([ran.code, writesOf(sandbox).length], ran.stdout).toEqual([code, code === 0 ? 1 : 0])
    if (code === 1) expect(ran.stdout).toContain('The approval expired at 2026-11-24 09:00 UTC.')
  })

  test('is asked in vain if a guard stops the plan by now, whatever the approval covers', async () => {
    const made = { others: ['new@acme.com'], teams: { 'test x': [] } }
    const sandbox = await serve({}, makeState(made))
    const policy = writePolicy(
      { 'new@acme.com': 'agent' },
      'teams: {}\nscope: { ignore: { teams: ["test *"] } }\n',
    )
    const ask = async () => {
      // A colleague has added and removed them, and the clean-up of Chatwoot is late.
      sandbox.state.accounts[0]?.teams[0]?.members.push('new@acme.com')
      return 'yes'
    }
    const ran = await apply(sandbox, policy, ['--allow=invite:agent/new@acme.com'], {
      world: { ask },
    })
    expect([ran.code, writesOf(sandbox)]).toEqual([1, []])
    expect(ran.stdout).toContain('new@acme.com would be invited, but was removed and is still in')
  })

  test('is not in vain because somebody went to lunch meanwhile', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const path = `${sandbox.baseUrl}/api/v1/accounts/1/agents/3`
    const ask = async () => {
      const headers = { 'api-access-token': TOKEN, 'content-type': 'application/json' }
      await fetch(path, { method: 'PATCH', headers, body: '{"availability":"busy"}' })
      return 'yes'
    }
    const { code } = await apply(sandbox, JOIN, [], { world: { ask } })
    expect(code).toBe(0)
  })
})

describe('an approval', () => {
  test('works once, also if somebody undoes what it wrote and no audit log shows that', async () => {
    const state = makeState(TEAM)
    for (const account of state.accounts) account.features['audit_logs'] = false
    const sandbox = await serve({}, state)
    const { value } = await shown(sandbox)
    const cwd = folder({ 'rollcall.yaml': JOIN })
    const again = (journal: string) => {
      const argv = ['--format=json', `--approve=${value}`, `--journal=${journal}`]
      return apply(sandbox, JOIN, argv, { world: { cwd } })
    }
    expect((await again('a.jsonl')).code).toBe(0)
    // Nobody undid it yet.
    const rest = parseSaid(await again('b.jsonl'))
    expect(rest.diagnostics.map(({ summary }) => summary)).toEqual([
      'The approval is for another plan.',
    ])
    for (const team of sandbox.state.accounts[0]?.teams ?? []) team.members = []
    const ran = await again('b.jsonl')
    const said = parseSaid(ran)
    expect([ran.code, listWrites(sandbox)]).toEqual([1, JOINED])
    expect(said.diagnostics.map(({ code: stop }) => stop)).toEqual(['guard-approval-differs'])
    expect(said.diagnostics[0]?.summary).toContain('a.jsonl')
  })

  const shown = async (sandbox: Parameters<typeof apply>[0], policy = JOIN) => {
    const ran = await apply(sandbox, policy, ['--format=json'], { world: { ask: nobody } })
    return { ran, value: parseSaid(ran).approval?.value ?? '' }
  }

  test('writes exactly what was approved, once', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const { value } = await shown(sandbox)
    const argv = [`--approve=${value}`, '--format=json']
    const first = parseSaid(await apply(sandbox, JOIN, argv, { world: { ask: nobody } }))
    expect([first.end, first.exit_code]).toEqual(['applied', 0])
    const again = parseSaid(await apply(sandbox, JOIN, argv))
    expect(again.diagnostics.map(({ code }) => code)).toEqual(['guard-approval-differs'])
    expect(listWrites(sandbox)).toEqual(JOINED)
  })

  test('that has expired, is for another plan or is none is refused', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const { value } = await shown(sandbox)
    const tomorrow = makeClock('2026-11-24T10:00:00.000Z')
    const late = await apply(sandbox, JOIN, [`--approve=${value}`], { world: tomorrow })
    const other = await apply(
      sandbox,
      JOIN.replace('[ann@acme.com]', '[ann@acme.com, rita@acme.com]'),
      [`--approve=${value}`],
    )
    const limit = await apply(sandbox, JOIN, [`--approve=${value}`, '--max-gain=9'])
    const none = await apply(sandbox, JOIN, ['--approve=yes'])
    expect([late, other, limit, none].map(({ code }) => code)).toEqual([1, 1, 1, 1])
    expect(late.stdout).toContain('The approval expired at 2026-11-24 09:00 UTC.')
    expect(other.stdout).toContain('The approval is for another plan.')
    expect(limit.stdout).toContain('The approval is for another plan.')
    expect(none.stderr).toContain('--approve yes is neither an approval nor a file')
    expect(writesOf(sandbox)).toEqual([])
  })

  test('in a report is as good, and tells what differs: also the version', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const { ran } = await shown(sandbox)
    const cwd = folder({ 'rollcall.yaml': JOIN, 'report.json': ran.stdout })
    const old = ran.stdout
      .replace(/"version": "[^"]*",\s*"expiry"/, '"version": "0.0.1", "expiry"')
      .replace(/Z-[0-9a-f]{64}/, `Z-${'0'.repeat(64)}`)
    writeFileSync(join(cwd, 'old.json'), old)
    const refused = await apply(sandbox, JOIN, ['--approve=old.json'], { world: { cwd } })
    expect(refused.stdout).toContain('What has changed since: version "0.0.1", now')
    writeFileSync(join(cwd, 'empty.json'), '{}')
    const none = await apply(sandbox, JOIN, ['--approve=empty.json'], { world: { cwd } })
    expect(none.stderr).toContain('empty.json does not contain an approval.')
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const [, value = ''] = /"value": "([^"]*)"/.exec(old) ?? []
    for (const [text, says] of [
      ['', 'a.json is empty.'],
      ['{"approval":', 'a.json is not valid JSON, or its end is missing. at a.json:1:13'],
      [deep, 'a.json is nested too deeply. at a.json:1:34'],
      [`{"approval":{"value":${deep}}}`, 'a.json is nested too deeply.'],
      [
        `{"approval":{"value":"${value}","document":{"a":${deep}}}}`,
        'a.json is nested too deeply.',
      ],
      ['{"approval":{"value":[1]}}', 'a.json does not contain an approval.'],
    ] as const) {
      writeFileSync(join(cwd, 'a.json'), text)
      const { stderr, code } = await apply(sandbox, JOIN, ['--approve=a.json'], { world: { cwd } })
      expect(fold(stderr)).toContain(says)
      expect(fold(stderr)).toContain('name its JSON report')
      expect(code).toBe(1)
    }
    expect(writesOf(sandbox)).toEqual([])
    const done = await apply(sandbox, JOIN, ['--approve=report.json'], { world: { cwd } })
    expect([done.code, listWrites(sandbox)]).toEqual([0, JOINED])
  })
})

describe('refused before any request but GET', () => {
  const bob = { agents: { 'bob@acme.com': 'agent' } } as const
  const five = ['v', 'w', 'x', 'y', 'z'].map((each) => `${each}@acme.com`)
  const crowd = Object.fromEntries(five.map((email) => [email, 'agent'] as const))
  const without = (email: string, policy: string) =>
    policy.replace(new RegExp(`  ${email}: .*\n`), '')

  interface Refusal {
    readonly made?: Made
    readonly policy: string
    readonly argv?: readonly string[]
    readonly code: string
    readonly says: string
    readonly advice: string
  }

  test.each<[string, Refusal]>([
    [
      'removing the owner of the token',
      {
        policy: without(BOT, writePolicy({})),
        argv: [`--allow=remove-agent:agent/${BOT}`],
        code: 'guard-token-owner',
        says: 'bot@acme.com, who owns the token',
        advice: 'a separate user for apply',
      },
    ],
    [
      'demoting the last administrator who counts',
      {
        policy: writePolicy({ 'rita@acme.com': 'agent' }),
        argv: ['--allow=demote:agent/rita@acme.com'],
        code: 'guard-administrators',
        says: '0 administrators who count',
        advice: 'First add another administrator',
      },
    ],
    [
      'more people than the limit',
      {
        made: { agents: crowd, teams: { a: [...five, 'rita@acme.com'] } },
        policy: writePolicy(
          Object.fromEntries(five.map((email) => [email, 'agent'])),
          'teams:\n  a: [rita@acme.com]\n',
        ),
        argv: ['--allow=remove-member'],
        code: 'guard-losses',
        says: '5 people would lose access',
        advice: '--max-',
      },
    ],
    [
      'removing an administrator by class',
      {
        made: { agents: { 'eve@acme.com': 'administrator' } },
        policy: writePolicy({}),
        argv: ['--allow=remove-agent'],
        code: 'usage-allow',
        says: 'needs an address',
        advice: '--allow remove-agent:ADDRESS',
      },
    ],
    [
      'removing an administrator by a pattern',
      {
        made: { agents: { 'eve@acme.com': 'administrator' } },
        policy: writePolicy({}),
        argv: ['--allow=remove-agent:agent/*@acme.com'],
        code: 'usage-allow',
        says: 'matches no step of this plan',
        advice: 'Remove it, or correct it.',
      },
    ],
    [
      'a new administrator whom nobody named',
      {
        policy: writePolicy({ 'new@acme.com': 'administrator' }),
        argv: ['--allow=invite-administrator'],
        code: 'usage-allow',
        says: 'needs an address',
        advice: '--allow invite-administrator:ADDRESS',
      },
    ],
    [
      'an invitation to a foreign domain by class',
      {
        policy: writePolicy({ 'new@evil.example': 'agent' }),
        argv: ['--allow=invite'],
        code: 'usage-allow',
        says: 'needs an address',
        advice: '--allow invite:agent/new@evil.example',
      },
    ],
    [
      'a possible rename',
      {
        made: bob,
        policy: writePolicy(
          { 'bob@acme.org': 'agent' },
          'rules:\n  email_domains: [acme.com, acme.org]\n',
        ),
        argv: ['--allow=remove-agent:agent/bob@acme.com'],
        code: 'guard-rename',
        says: 'They may be one person',
        advice: '--allow invite:agent/bob@acme.org',
      },
    ],
    [
      'a policy that breaks its own rules afterwards',
      {
        made: bob,
        policy: writePolicy(
          { 'bob@acme.com': 'administrator' },
          'rules:\n  administrators: { max: 2 }\n',
        ),
        argv: ['--allow=promote:agent/bob@acme.com'],
        code: 'guard-rule',
        says: 'would break a rule of the policy',
        advice: '',
      },
    ],
    [
      'a step that takes access, without a journal',
      {
        made: bob,
        policy: writePolicy({}),
        argv: ['--allow=remove-agent:agent/bob@acme.com', '--journal='],
        code: 'usage-option',
        says: '--journal',
        advice: '',
      },
    ],
  ])('%s', async (_, { made = {}, policy, argv = [], code, says, advice }) => {
    const sandbox = await serve({}, makeState(made))
    const journal = argv.includes('--journal=') ? [] : ['--journal=j.jsonl']
    const flags = [...argv.filter((each) => each !== '--journal='), ...journal]
    const text = await apply(sandbox, policy, flags)
    const ran = await apply(sandbox, policy, [...flags, '--format=json'])
    const said = parseSaid(ran)
    expect([text.code, ran.code, said.end, said.verdict]).toEqual([1, 1, 'refused', 'none'])
    expect(said.diagnostics.map((each) => each.code)).toContain(code)
    expect(fold(text.stdout)).toContain(says)
    expect(fold(text.stdout)).toContain(advice)
    expect(text.stdout).toContain('Refused. Nothing was written. Exit code 1.')
    expect(said.approval).toBeNull()
    expect(sandbox.requests.length).toBeGreaterThan(0)
    expect(writesOf(sandbox)).toEqual([])
    expect(readLines(ran.cwd)).toEqual([])
  })

  test('a policy whose apply section tries to allow something, and any that is invalid', async () => {
    const sandbox = await serve({}, makeState(bob))
    const policy = writePolicy({}, 'apply:\n  allow: [remove-agent]\n')
    const { code, stderr } = await apply(sandbox, policy)
    expect([code, sandbox.requests]).toEqual([1, []])
    expect(stderr).toContain('rollcall.yaml:')
    expect(fold(stderr)).toContain('A policy can only restrict')
  })

  test('an agent as the owner of the token', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    for (const each of sandbox.state.accounts[0]?.members ?? []) {
      if (each.email === BOT) each.role = 'agent'
    }
    const { code, stdout } = await apply(
      sandbox,
      JOIN.replace(`${BOT}: administrator`, `${BOT}: agent`),
    )
    expect([code, writesOf(sandbox)]).toEqual([1, []])
    expect(stdout).toContain('bot@acme.com, who is an agent')
  })

  test('an account that only the policy names, and the token for reading', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const env = { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_APPLY_TOKEN: TOKEN }
    const files = { 'rollcall.yaml': JOIN }
    const unnamed = await run(['apply'], { env, files })
    expect(unnamed.code).toBe(1)
    expect(unnamed.stderr).toContain('Only the policy says that this is account 1.')
    const reading = { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: TOKEN }
    const other = await run(['apply', '--account-id=1'], { env: reading, files })
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('CHATWOOT_APPLY_TOKEN')
    expect(sandbox.requests).toEqual([])
  })

  test('what is kept back is no error: nothing is written, and the drift stays', async () => {
    const sandbox = await serve({}, makeState({}))
    const policy = writePolicy({ 'new@acme.com': 'administrator', 'x@evil.example': 'agent' })
    const { code, stdout } = await apply(sandbox, policy)
    expect([code, writesOf(sandbox)]).toEqual([2, []])
    expect(stdout).toContain('--allow invite-administrator:agent/new@acme.com')
    expect(stdout).toContain('--allow invite:agent/x@evil.example')
    expect(stdout).toContain('There is nothing to write. Exit code 2.')
  })
})

describe('the journal', () => {
  const made: Made = {
    agents: { 'ann@acme.com': 'agent', 'old@acme.com': 'administrator' },
    teams: { a: ['old@acme.com'] },
    inboxes: { desk: ['old@acme.com'] },
  }

  test('tells the same story as the server: each request once, chained, and closed', async () => {
    const sandbox = await serve({}, makeState(made))
    const { ran, said } = await applyAll(sandbox, JOIN)
    expect(ran.code, ran.stdout).toBe(0)
    const path = join(ran.cwd, 'j.jsonl')
    for (const each of [path, `${path}.before.json`]) {
      expect(statSync(each).mode & 0o777).toBe(0o600)
    }
    const texts = readFileSync(path, 'utf8').trimEnd().split('\n')
    const hash = (text: string) => createHash('sha256').update(text).digest('hex')
    const reading = readJournal(texts.map((text) => ({ text, hash: hash(text) })))
    const saved = readFileSync(join(ran.cwd, 'j.jsonl.before.json'), 'utf8')
    expect(reading).toMatchObject({ unfinished: [], torn: false, problems: [] })
    expect(reading.first).toMatchObject({ account: 1, owner: BOT, before: hash(saved) })
    expect(reading.closing).toMatchObject({ verdict: 'in_sync', done: 5, unknown: 0 })
    const ids = reading.results.map(({ intent, outcome }) => [intent.request_id, outcome])
    // Another run with the same approval has another end.
    expect(ids[0]?.[0]).toBe(`rollcall-${reading.first?.hash.slice(0, 8)}-001-800000`)
    expect(ids).toEqual(writesOf(sandbox).map(({ headers }) => [headers['x-request-id'], 'done']))
    // A person who leaves is contained before the end.
    expect(listWrites(sandbox)).toEqual([
      'POST /teams/1/team_members 200',
      'PATCH /agents/4 200',
      'DELETE /inbox_members 200',
      'DELETE /teams/1/team_members 200',
      'DELETE /agents/4 200',
    ])
    const rows = sandbox.state.accounts[0]?.audit_logs.map((row) => row.request_uuid) ?? []
    expect(rows.filter((id) => id.startsWith('rollcall-')).length).toBeGreaterThan(2)
    for (const text of [ran.stdout, ran.stderr, saved, ...texts]) expect(text).not.toContain(TOKEN)
    expect(listSteps(said)).toEqual([
      'add-member team/a/ann@acme.com: done',
      'remove-agent agent/old@acme.com: done',
    ])
  })

  test('its snapshot is the account after the question, also where the policy ignores it', async () => {
    const sandbox = await serve({}, makeState({ teams: { a: [], 'test x': [] } }))
    const policy = writePolicy(
      {},
      'teams:\n  a: [rita@acme.com]\nscope: { ignore: { teams: ["test *"] } }\n',
    )
    const ask = async () => {
      sandbox.state.accounts[0]?.teams[1]?.members.push('rita@acme.com')
      return 'yes'
    }
    const ran = await apply(sandbox, policy, ['--journal=j.jsonl'], { world: { ask } })
    expect(ran.code).toBe(0)
    const before = JSON.parse(readFileSync(join(ran.cwd, 'j.jsonl.before.json'), 'utf8'))
    expect(before.teams).toMatchObject([
      { name: 'a', members: [] },
      { name: 'test x', members: ['rita@acme.com'] },
    ])
  })

  test('its snapshot is the account before the first write', async () => {
    const sandbox = await serve({}, makeState(made))
    const { ran } = await applyAll(sandbox, JOIN)
    const argv = ['access', '--snapshot', 'j.jsonl.before.json', '--format=json']
    const { stdout } = await run(argv, { world: { cwd: ran.cwd } })
    expect(stdout).toContain('old@acme.com')
  })

  test.each([
    ['exists already', 'j.jsonl', 'The journal j.jsonl already exists. It was not changed'],
    ['has a snapshot beside it', 'k.jsonl', 'k.jsonl.before.json already exists. It was not'],
    [
      'has no folder',
      'no/j',
      'The journal could not be written to no/j: its folder does not exist.',
    ],
    ['ends like a folder', 'j/', 'The journal could not be written to j/: it is not a file.'],
    ['is no file', '/dev/stdout', 'could not be written to /dev/stdout: it is not a file.'],
    ['is in a folder of policies', 'there/n.yaml', 'to there/n.yaml: this run reads it (there/).'],
  ])('that %s: nothing is asked, changed or written to Chatwoot', async (_, journal, says) => {
    const sandbox = await serve({}, makeState(TEAM))
    const cwd = folder({ 'rollcall.yaml': JOIN, 'j.jsonl': 'mine', 'k.jsonl.before.json': 'mine' })
    mkdirSync(join(cwd, 'there'))
    writeFileSync(join(cwd, 'there', 'other.yaml'), JOIN.replace('account: 1', 'account: 2'))
    const ask = async () => {
      throw new Error('There is nothing to ask.')
    }
    const argv = ['--journal', journal, '--other-policy', 'there/']
    const { code, stdout } = await apply(sandbox, JOIN, argv, { world: { cwd, ask } })
    expect([code, writesOf(sandbox)]).toEqual([1, []])
    expect(fold(stdout)).toContain(says)
    expect(readdirSync(cwd).sort()).toEqual([
      'j.jsonl',
      'k.jsonl.before.json',
      'rollcall.yaml',
      'there',
    ])
    expect(readdirSync(join(cwd, 'there'))).toEqual(['other.yaml'])
    for (const name of ['j.jsonl', 'k.jsonl.before.json'])
      expect(readFileSync(join(cwd, name), 'utf8')).toBe('mine')
  })

  test('that exists already does not matter where nothing is written', async () => {
    const sandbox = await serve({}, makeState({}))
    const cwd = folder({ 'rollcall.yaml': writePolicy({}), 'j.jsonl': 'mine' })
    const argv = ['--journal=j.jsonl']
    expect((await apply(sandbox, writePolicy({}), argv, { world: { cwd } })).code).toBe(0)
  })

  test.each([
    ['the journal', 'j.jsonl', 'The journal j.jsonl already exists.'],
    ['its snapshot', 'j.jsonl.before.json', 'j.jsonl.before.json already exists.'],
  ])('whose place somebody takes during the question: %s', async (_, file, says) => {
    const sandbox = await serve({}, makeState(TEAM))
    const cwd = folder({ 'rollcall.yaml': JOIN })
    const ask = async () => {
      writeFileSync(join(cwd, file), 'mine')
      return 'yes'
    }
    const argv = ['--journal=j.jsonl']
    const { code, stderr } = await apply(sandbox, JOIN, argv, { world: { cwd, ask } })
    expect([code, writesOf(sandbox)]).toEqual([1, []])
    expect(fold(stderr)).toContain(says)
    expect(readdirSync(cwd).sort()).toEqual([file, 'rollcall.yaml'])
  })

  test('of earlier runs is looked for in the folder of the new one, and it says if there is none', async () => {
    const invite = writePolicy({ 'new@acme.com': 'agent' })
    const argv = ['--format=json']
    const without = await serve({}, makeState({}))
    const blind = parseSaid(await apply(without, invite, argv))
    expect(blind.diagnostics.map(({ code }) => code)).toEqual(['guard-journals'])
    expect(listSteps(blind)).toEqual(['invite agent/new@acme.com: done'])
    const cwd = folder({ 'rollcall.yaml': invite })
    symlinkSync('loop', join(cwd, 'loop'))
    const sandbox = await serve({}, makeState({}))
    const said = parseSaid(
      await apply(sandbox, invite, [...argv, '--journal=j'], { world: { cwd } }),
    )
    expect(said.diagnostics.map(({ summary }) => summary)).toEqual([
      'loop could not be read, or is damaged. If it is a journal, it may show people who were removed.',
    ])
  })

  test.each([
    ['as rollcall wrote it', (text: string) => text],
    [
      'as an editor on Windows saves it',
      (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`,
    ],
  ])('keeps whom it shows removed from coming back on the same day: %s', async (_, save) => {
    const sandbox = await serve({}, makeState(made))
    const { ran } = await applyAll(sandbox, JOIN)
    const path = join(ran.cwd, 'j.jsonl')
    writeFileSync(path, save(readFileSync(path, 'utf8')))
    const back = JOIN.replace('  ann', '  old@acme.com: agent\n  ann')
    writeFileSync(join(ran.cwd, 'rollcall.yaml'), back)
    const argv = ['--journal=k.jsonl', '--format=json']
    const said = parseSaid(await apply(sandbox, back, argv, { world: { cwd: ran.cwd } }))
    expect(said.diagnostics.map(({ code }) => code)).toEqual(['guard-return'])
  })

  test.each([
    ['its first line is damaged', (text: string) => text.replace(/"hash":"\w+"/, '"hash":7')],
    ['a removal in it is damaged', (text: string) => text.replaceAll('"intent","', '"gone","')],
  ])('is not taken for one without removals: %s', async (_, damage) => {
    const sandbox = await serve({}, makeState(made))
    const { ran } = await applyAll(sandbox, JOIN)
    const path = join(ran.cwd, 'j.jsonl')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, damage(text))
    expect(readFileSync(path, 'utf8')).not.toBe(text)
    const back = JOIN.replace('  ann', '  old@acme.com: agent\n  ann')
    const argv = ['--journal=k.jsonl', '--format=json']
    const world = { cwd: ran.cwd, ask: nobody }
    writeFileSync(join(ran.cwd, 'rollcall.yaml'), back)
    const said = parseSaid(await apply(sandbox, back, argv, { world }))
    expect(said.diagnostics.map(({ code, summary }) => [code, summary])).toEqual([
      [
        'guard-journals',
        'j.jsonl could not be read, or is damaged. If it is a journal, it may show people who were removed.',
      ],
    ])
  })
})

describe('--other-policy', () => {
  const MOVE = writePolicy({ 'known@acme.com': 'agent' })
  const other = (agents: readonly string[], more = '') =>
    `version: 1\naccount: 2\n${more}agents:\n  bot@acme.com: administrator\n${agents.map((each) => `  ${each}: agent\n`).join('')}`

  async function move(policy: string, argv: readonly string[] = ['--other-policy=other.yaml']) {
    const state = makeState({ others: ['known@acme.com'] })
    const owner = state.accounts[0]?.members.find(({ email }) => email === BOT)
    if (owner !== undefined) state.accounts[1]?.members.push({ ...owner })
    const sandbox = await serve({}, state)
    const files = { 'other.yaml': policy }
    const ran = await apply(sandbox, MOVE, ['--format=json', ...argv], { files })
    const asked = sandbox.requests.filter(({ path }) => path.includes('/accounts/2/')).length
    return { ...ran, said: parseSaid(ran), writes: listWrites(sandbox), asked }
  }

  test('nobody is invited whom another policy removes from its account', async () => {
    const { said, writes, code } = await move(other([]))
    expect([code, writes]).toEqual([1, []])
    expect(said.diagnostics.map(({ code, summary }) => [code, summary])).toContainEqual([
      'guard-return',
      'known@acme.com would be invited, but is removed on another account by other.yaml.',
    ])
  })

  test('whoever stays there is invited, and that account is not even read', async () => {
    const { writes, code, asked } = await move(other(['known@acme.com']))
    expect([code, writes, asked]).toEqual([0, ['POST /agents 200'], 0])
  })

  test('a policy of another server or of this account removes nobody there', async () => {
    const elsewhere = await move(other([], 'server: https://else.acme.com\n'))
    expect([elsewhere.code, elsewhere.asked]).toEqual([0, 0])
    const own = await move(MOVE, ['--other-policy=other.yaml'])
    expect(own.code).toBe(0)
  })

  test('what cannot be known is not guessed: nothing is written', async () => {
    const hidden = await move(other([]).replace('account: 2', 'account: 7'))
    expect([hidden.code, hidden.writes]).toEqual([1, []])
    expect(hidden.said.before.accounts.length).toBe(0)
    expect(JSON.stringify(hidden.said)).toContain(
      'rollcall does not know whether other.yaml removes people whom this apply invites, because there is no plan for account 7.',
    )
    const nowhere = await move(other([]).replace('account: 2\n', ''))
    expect([nowhere.code, nowhere.writes]).toEqual([1, []])
    expect(JSON.stringify(nowhere.said)).toContain('does not say which account it is for')
    const wrong = await move('version: 1\naccount: 2\nagents: {}\n')
    expect([wrong.code, wrong.writes]).toEqual([1, []])
    const nothing = await move(
      other([]).replace('administrator', '{ role: administrator, expires: 2026-01-01 }'),
    )
    expect(JSON.stringify(nothing.said)).toContain('The account cannot be judged by this policy.')
  })
})

describe('what comes out', () => {
  test('who must accept the invitation and who already had a login is open before, and said after', async () => {
    const policy = writePolicy({ 'new@acme.com': 'agent', 'known@acme.com': 'agent' })
    const sandbox = await serve({}, makeState({ others: ['known@acme.com'] }))
    const ran = await apply(sandbox, policy, ['--format=text'])
    const text = fold(ran.stderr + ran.stdout)
    expect(text).toContain(
      'Invites 2 people (they must accept an invitation, or have access at once if they already have a login on this server), demotes nobody, removes nobody. Gain access: known@acme.com, new@acme.com. Lose access: nobody.',
    )
    expect(text).toContain(
      'Invited 1 person (they must accept the invitation), gave access at once to 1 person who already had a login on this server, demoted nobody, removed nobody.',
    )
    const again = await serve({}, makeState({ others: ['known@acme.com'] }))
    const said = JSON.parse((await apply(again, policy, ['--format=json'])).stdout)
    expect(said.expected).toEqual({
      classes: [
        { step: 'invite', steps: 2, people: ['known@acme.com', 'new@acme.com'], groups: [] },
      ],
      gain: ['known@acme.com', 'new@acme.com'],
      lose: [],
    })
    expect(said.written).toMatchObject({
      invited_by_mail: ['new@acme.com'],
      access_at_once: ['known@acme.com'],
    })
  })

  test('one exit code in the whole text, also where the account is in sync and a step is not known', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const { stdout } = await apply(sandbox, JOIN)
    expect(stdout.match(/exit code/gi)).toEqual(['Exit code'])
  })

  test('--report is of the account as it is at the end', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const { cwd, code } = await apply(sandbox, JOIN, ['--report=json=now.json'])
    expect(code).toBe(0)
    const report = JSON.parse(readFileSync(join(cwd, 'now.json'), 'utf8'))
    expect(report).toMatchObject({ format: 'rollcall.report', verdict: 'in_sync' })
  })

  test('--report is withheld where the account was not read at the end', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const cwd = folder({ 'rollcall.yaml': JOIN, 'now.json': '{"format":"rollcall.report"}' })
    const argv = ['--report=json=now.json']
    const { code, stderr } = await apply(sandbox, JOIN, argv, { world: { cwd, ask: nobody } })
    expect(code).toBe(1)
    expect(stderr).toContain('now.json')
    expect(() => statSync(join(cwd, 'now.json'))).toThrow('ENOENT')
  })

  test('--report has no verdict if a step failed, whatever the account is like', async () => {
    const reject = ({ method }: { readonly method: string }, response: ServerResponse) =>
      method === 'POST' && !!response.writeHead(422).end()
    const sandbox = await serve({ intercept: reject }, makeState(TEAM))
    const argv = ['--report=json=now.json', '--report=markdown=now.md']
    const { cwd, code, stdout } = await apply(sandbox, JOIN, argv)
    expect(code).toBe(1)
    expect(stdout).toMatch(/Stopped: 0 of 1 step written.*Exit code\s1\.\n$/s)
    const report = JSON.parse(readFileSync(join(cwd, 'now.json'), 'utf8'))
    expect(report).toMatchObject({ verdict: 'none', exit_code: 1, cause: 'incomplete' })
    const markdown = readFileSync(join(cwd, 'now.md'), 'utf8')
    expect(markdown).toMatch(/^## NO VERDICT: Stopped: 0 of 1 step written/m)
    expect(markdown).toMatch(/\*\*NO VERDICT, exit code 1\*\*\s*$/)
  })

  test('a report that cannot be written at the end costs verdict and exit code alike', async () => {
    const cwd = folder({ 'rollcall.yaml': JOIN })
    // What somebody does while the account is read.
    const intercept = () => {
      mkdirSync(join(cwd, 'late'), { recursive: true })
      return false
    }
    const sandbox = await serve({ intercept }, makeState(TEAM))
    const argv = ['--format=json', '--report=html=late']
    const ran = await apply(sandbox, JOIN, argv, { world: { cwd } })
    expect(ran.code).toBe(1)
    expect(parseSaid(ran)).toMatchObject({ verdict: 'none', exit_code: 1, end: 'applied' })
    expect(parseSaid(ran).summary).toContain('A report could not be written')
    expect(parseSaid(ran).after?.verdict).toBe('in_sync')
  })

  test.each([
    ['the journal', '--journal=j.jsonl', 'j.jsonl'],
    ['the snapshot beside the journal', '--journal=j.jsonl', 'j.jsonl.before.json'],
    ['the approved report', '--approve=old.json', 'old.json'],
  ])('--report never overwrites %s', async (_, option, file) => {
    const sandbox = await serve({}, makeState(TEAM))
    const cwd = folder({ 'rollcall.yaml': JOIN, [file]: '{"mine":1}' })
    const argv = [option, `--report=json=./${file}`]
    const { code, stderr } = await apply(sandbox, JOIN, argv, { world: { cwd } })
    expect([code, sandbox.requests]).toEqual([1, []])
    expect(fold(stderr)).toContain(`./${file}`)
    expect(readFileSync(join(cwd, file), 'utf8')).toBe('{"mine":1}')
  })

  test('2: what is allowed is done, and what is kept back stays drift', async () => {
    const sandbox = await serve({}, makeState(TEAM))
    const policy = JOIN.replace('  ann', '  new@acme.com: administrator\n  ann')
    const ran = await apply(sandbox, policy, ['--format=json'])
    const said = parseSaid(ran)
    expect([ran.code, said.exit_code, said.verdict, said.end]).toEqual([2, 2, 'drift', 'applied'])
    expect(said.kept_back).toMatchObject([
      { address: 'agent/new@acme.com', allow: 'invite-administrator:agent/new@acme.com' },
    ])
    expect(said.after?.verdict).toBe('drift')
    expect(said.steps[0]?.writes).toMatchObject([
      { kind: 'add-member', outcome: 'done', http_status: 200 },
    ])
  })

  test('in sync already: 0, nothing is asked or written', async () => {
    const sandbox = await serve({}, makeState({}))
    const ask = async () => {
      throw new Error('There is nothing to ask.')
    }
    const { code, stdout } = await apply(sandbox, writePolicy({}), UNLIMITED, { world: { ask } })
    expect([code, writesOf(sandbox)]).toEqual([0, []])
    expect(stdout).toContain('There is nothing to write. Exit code 0.')
  })

  test('an error before the account is read is the same document', async () => {
    const sandbox = await serve({}, makeState({}))
    const ran = await apply(sandbox, 'version: 1\nagnts: {}\n', ['--format=json'])
    expect(parseSaid(ran)).toMatchObject({ end: 'refused', exit_code: 1, verdict: 'none' })
    expect(ran.code).toBe(1)
  })
})
