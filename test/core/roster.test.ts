/** Who is with the company: what a roster says, and what follows for people on the account. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRoster, type RosterReading } from '../../src/core/model/parse-roster.ts'
import type { StaffRoster } from '../../src/core/model/roster.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy, whatIsAt } from './build.ts'

const TODAY = '2026-11-23'
const USUAL: RosterReading = {
  columns: { email: null, status: null, end: null },
  active: null,
  today: TODAY,
}

const parse = (text: string, reading: Partial<RosterReading> = {}) =>
  parseRoster(
    text === '' ? [] : text.split('\n').map((line) => ({ cells: line.split(',') })),
    'f'.repeat(64),
    { ...USUAL, ...reading },
  )

function roster(text: string, reading: Partial<RosterReading> = {}): StaffRoster {
  const read = parse(text, reading)
  if ('problem' in read) throw new Error(read.problem)
  return read
}

const people = (text: string, reading: Partial<RosterReading> = {}) =>
  Object.fromEntries(
    [...roster(text, reading).people].map(([email, { active, end }]) => [
      email,
      `${active ? 'active' : 'inactive'}${end === null ? '' : ` ${end}`}`,
    ]),
  )

describe('columns', () => {
  test.each([
    'Email',
    'E-Mail',
    'e-mail address',
    'Email Address [Required]',
    'Work Email',
    'LOGIN',
    'userPrincipalName',
    'mail (work)',
  ])('the address is found in the column %s', (name) => {
    expect(people(`${name},Status\nada@acme.com,active`)).toEqual({ 'ada@acme.com': 'active' })
  })

  test.each(['Status', 'Status [READ ONLY]', 'accountEnabled', 'Employment status', 'Active'])(
    'the status is found in the column %s',
    (name) => {
      expect(people(`Email,${name}\nada@acme.com,false`)).toEqual({ 'ada@acme.com': 'inactive' })
    },
  )

  test('several addresses of one row mean one person', () => {
    const text = 'Login,Work Email,Status\nada@corp.acme.com,ada@acme.com,active\nken\nb@acme.com'
    const active = ['active']
    expect(people(text, { active })).toEqual({
      'ada@corp.acme.com': 'active',
      'ada@acme.com': 'active',
      'b@acme.com': 'inactive',
    })
    expect(roster(text, { active })).toMatchObject({ active: 1, inactive: 1 })
  })

  test.each([
    'ada@acme.com; ADA@acme.org',
    'ada@acme.com ada@acme.org',
    'Ada Lovelace <ada@acme.com>;<ada@acme.org>',
    '\u00a0ada@acme.com\u2028ada@acme.org ',
  ])('several addresses in one cell mean one person: %s', (cell) => {
    expect(roster(`Email,Status\n${cell},active`)).toMatchObject({ active: 1 })
    expect(Object.keys(people(`Email,Status\n${cell},active`))).toEqual([
      'ada@acme.com',
      'ada@acme.org',
    ])
  })

  test('a private address for recovery is not an address of the person', () => {
    expect(people('Email,Recovery Email,Status\na@acme.com,a@mail.com,active')).toEqual({
      'a@acme.com': 'active',
    })
  })

  test('given names are used instead of the usual ones', () => {
    const columns = { email: ['private', 'Mail 2'], status: 'STATE', end: 'Leaves' }
    const text = 'Email,Private,Mail 2,State,Leaves\nx@a.com,y@a.com,z@a.com,1,2026-12-31'
    expect(people(text, { columns })).toEqual({
      'y@a.com': 'active 2026-12-31',
      'z@a.com': 'active 2026-12-31',
    })
  })

  test('without a status, everybody in a plain list is active', () => {
    expect(people('ada@acme.com\nken@acme.com')).toEqual({
      'ada@acme.com': 'active',
      'ken@acme.com': 'active',
    })
    expect(people('Email\nada@acme.com')).toEqual({ 'ada@acme.com': 'active' })
    const columns = { email: null, status: '', end: null }
    expect(people('Name,Email\nAda,ada@acme.com', { columns })).toEqual({
      'ada@acme.com': 'active',
    })
  })

  test('without a status, the end date decides', () => {
    const text = `Email,End date\na@a.com,2026-11-22\nb@a.com,${TODAY}\nc@a.com,`
    expect(people(text)).toEqual({
      'a@a.com': 'inactive 2026-11-22',
      'b@a.com': 'active 2026-11-23',
      'c@a.com': 'active',
    })
  })
})

test('a file that is no roster is quoted only in part, however long it is', () => {
  const long = 'a'.repeat(100_000)
  const many = Array.from({ length: 500 }, (_, index) => `Column ${index}`)
  for (const [text, reading] of [
    [long, {}],
    [many.join(','), {}],
    [`Email,Status\nada@acme.com,${long}`, {}],
  ] as const) {
    const read = parse(text, reading)
    if (!('problem' in read)) throw new Error('It was read.')
    expect(`${read.problem} ${read.advice}`.length).toBeLessThan(500)
  }
})

describe('values', () => {
  test.each(['active', 'Enabled', 'TRUE', '1', ' Active '])('%j is active', (value) => {
    expect(people(`Email,Status\na@a.com,${value}`)).toEqual({ 'a@a.com': 'active' })
  })

  test.each(['Suspended', 'disabled', 'False', '0', 'DEPROVISIONED', 'archived'])(
    '%j is not active',
    (value) => {
      expect(people(`Email,Status\na@a.com,${value}`)).toEqual({ 'a@a.com': 'inactive' })
    },
  )

  test('with given active values, every other value is not active', () => {
    const text = 'Email,Status\na@a.com,Aktiv\nb@a.com,active\nc@a.com,\nd@a.com'
    expect(people(text, { active: ['aktiv'] })).toEqual({
      'a@a.com': 'active',
      'b@a.com': 'inactive',
      'c@a.com': 'inactive',
      'd@a.com': 'inactive',
    })
  })

  test('the end date is kept without its time, or as it is written', () => {
    const text =
      'Email,Status,End date\na@a.com,0,2026-10-31T00:00:00Z\nb@a.com,0,31.10.2026\nc@a.com,0,2026-10-31x'
    expect(people(text)).toEqual({
      'a@a.com': 'inactive 2026-10-31',
      'b@a.com': 'inactive 31.10.2026',
      'c@a.com': 'inactive 2026-10-31x',
    })
  })

  test('an invalid address of somebody who is not active is no problem', () => {
    expect(people('Email,Status\na@a.com.,0\nb@a.com,1')).toMatchObject({ 'b@a.com': 'active' })
  })

  test('one address twice with the same status is one person', () => {
    const text = 'Email,Status,End date\na@a.com,0,\nA@A.com,suspended,2026-10-31'
    expect(people(text)).toEqual({ 'a@a.com': 'inactive 2026-10-31' })
  })
})

test.each([
  ['a token', 'sW3eTs3cr3tT0k3nOfAda99', 'no headings'],
  ['a token and a name', 'Key,sW3eTs3cr3tT0k3nOfAda99', '"Key"'],
])('%s in place of a roster is not quoted', (_, text, shown) => {
  const read = parse(text)
  expect('problem' in read && read.advice).toBe(
    `Name it with --roster-columns email=NAME. The file has: ${shown}`,
  )
})

test.each<[string, string, Partial<RosterReading>, string, number, number]>([
  ['an empty file', '', {}, 'is empty', 0, 0],
  ['no column of addresses', 'Name,Status\nAda,active', {}, 'no column with e-mail', 0, 0],
  ['no status', 'Email,State of things\na@a.com,left', {}, 'no column with a status', 0, 0],
  ['no address', 'Email,Status\nada,active', {}, 'has no e-mail address', 0, 0],
  ['two columns of status', 'Email,Status,Enabled\na@a.com,1,0', {}, 'two columns', 0, 2],
  [
    'a column that is not there',
    'Email,Status\na@a.com,1',
    { columns: { email: null, status: 'State', end: null } },
    'has no column "State"',
    0,
    0,
  ],
  [
    'values that nobody knows',
    'Email,Status\na@a.com,active\nb@a.com,On leave\nc@a.com,Left\nd@a.com,Left',
    {},
    'does not know: "On leave", "Left"',
    2,
    1,
  ],
  [
    'many values that nobody knows',
    `Email,Status\n${Array.from({ length: 12 }, (_, n) => `a${n}@a.com,x${n}`).join('\n')}`,
    {},
    '"x9" and 2 more',
    1,
    1,
  ],
  ['two statuses', 'Email,Status\na@a.com,1\nA@a.com,0', {}, 'two different statuses', 2, 0],
  [
    'an address with mailto:',
    'Email\nmailto:a@a.com',
    {},
    'invalid e-mail address: "mailto:a',
    1,
    0,
  ],
  ['an invisible character', 'Email,Status\na@a.com,1\nb\u200b@a.com,1', {}, 'invalid', 2, 0],
  ['one line of JSON', '[{"mail":"a@a.com"}]', {}, 'invalid e-mail address: "[{"mail"', 0, 0],
  ['an end that is no date', 'Email,End\na@a.com,31.10.2026', {}, 'not a date', 1, 1],
])('%s is a problem with its place', (_, text, reading, problem, row, cell) => {
  expect(parse(text, reading)).toMatchObject({
    problem: expect.stringContaining(problem),
    advice: expect.any(String),
    row,
    cell,
  })
})

const ada = { 'ada@acme.com': 'administrator' } as const
const LISTED: WrittenPolicy = { agents: { ...ada, 'ken@acme.com': 'agent' } }
const SEEN: SeenAccount = { agents: { ...ada, 'ken@acme.com': 'agent' } }
const rows = (...all: readonly string[]) => roster(['Email,Status,End date', ...all].join('\n'))
const ADA = 'ada@acme.com,active,'
const KEN = 'ken@acme.com,active,'

function decide(written: WrittenPolicy, account: SeenAccount, staff: StaffRoster | null) {
  const decision = plan(policy(written), snapshot(account), TODAY, false, null, staff)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan
}

function found(written: WrittenPolicy, account: SeenAccount, staff: StaffRoster | null) {
  return decide(written, account, staff)
    .findings.filter(({ code }) => code === 'not-in-roster')
    .map(({ address, risk, summary }) => `${risk} ${address}: ${summary}`)
}

describe('not-in-roster', () => {
  test('nobody has it who is active in the roster, nor anybody without a roster', () => {
    expect(found(LISTED, SEEN, rows(ADA, KEN))).toEqual([])
    expect(found(LISTED, SEEN, null)).toEqual([])
  })

  test('is high for an agent and critical for an administrator, with the end date', () => {
    expect(found(LISTED, SEEN, rows('ada@acme.com,suspended,2026-10-31'))).toEqual([
      'critical agent/ada@acme.com: administrator, not active in the roster (end date 2026-10-31)',
      'high agent/ken@acme.com: agent, not in the roster',
    ])
  })

  test('is at the line of the person, else at the section', () => {
    const written = policy({ agents: ada })
    const decision = plan(written, snapshot(SEEN), TODAY, false, null, rows('x@a.com,1,'))
    if (decision.kind === 'unknown') throw new Error('No verdict.')
    const places = decision.plan.findings
      .filter(({ code }) => code === 'not-in-roster')
      .map(({ location }) => whatIsAt(written, location))
    expect(places).toEqual(['agents/ada@acme.com', 'agents'])
  })

  test('ignores the scope, and stands beside other findings without a change of its own', () => {
    const account = { agents: { ...ada, 'sam@acme.com': 'agent', 'eve@a.com': 'agent' } } as const
    const narrow = { agents: ada, scope: 'administrators' } as const
    expect(found(narrow, account, rows(ADA, 'sam@acme.com,1,'))).toEqual([
      'high agent/eve@a.com: agent, not in the roster',
    ])
    const { findings, changes } = decide({ agents: ada }, account, rows(ADA, 'sam@acme.com,1,'))
    expect(findings.map(({ id }) => id)).toEqual([
      'agent-unexpected:agent/eve@a.com',
      'not-in-roster:agent/eve@a.com',
      'agent-unexpected:agent/sam@acme.com',
    ])
    expect(changes.flatMap((each) => each.findings)).not.toContain('not-in-roster:agent/eve@a.com')
  })

  test('judges everybody of an account whose people the policy does not manage', () => {
    const unmanaged = { teams: {} }
    expect(found(unmanaged, SEEN, rows(ADA))).toEqual([
      'high agent/ken@acme.com: agent, not in the roster',
    ])
    const [finding] = decide(unmanaged, SEEN, rows(ADA)).findings
    expect(finding?.location).toBeNull()
  })

  test('leaves out ignored people, but not ignored administrators', () => {
    const account = {
      agents: { ...ada, 'bot@acme.com': 'agent', 'bot2@acme.com': 'administrator' },
    } as const
    expect(found({ agents: ada, ignoreAgents: ['bot*'] }, account, rows(ADA))).toEqual([
      'critical agent/bot2@acme.com: administrator, not in the roster',
    ])
  })

  test('is low for somebody in the policy who is not on the account', () => {
    expect(found(LISTED, { agents: ada }, rows(ADA, 'ken@acme.com,0,2026-10-31'))).toEqual([
      'low agent/ken@acme.com: in the policy, not on the account, not active in the roster (end date 2026-10-31)',
    ])
    expect(found(LISTED, { agents: ada }, rows(ADA, KEN))).toEqual([])
  })

  test('says nothing of somebody whose access has ended in the policy and who has left', () => {
    const written = {
      agents: { ...ada, 'ken@acme.com': { role: 'agent', expires: '2026-10-31' } },
    } as const
    expect(found(written, { agents: ada }, rows(ADA))).toEqual([])
  })

  test('says that an invitation is open', () => {
    const account = { agents: { ...ada, 'ken@acme.com': { role: 'agent', confirmed: false } } }
    expect(found(LISTED, account as SeenAccount, rows(ADA))).toEqual([
      'high agent/ken@acme.com: agent, invitation not accepted, not in the roster',
    ])
  })

  test('finds a person whatever the spelling of the address', () => {
    expect(found(LISTED, SEEN, rows(' ADA@Acme.com ,active,', KEN))).toEqual([])
  })

  test('means only one of two people whose addresses have one normal form', () => {
    const [composed, other] = ['zo\u00eb@acme.com', 'zoe\u0308@acme.com']
    const account = { agents: { ...ada, [composed]: 'agent', [other]: 'agent' } } as SeenAccount
    const staff = rows(ADA, `${composed},active,`)
    expect(found({ agents: ada }, account, staff)).toEqual([
      `high agent/${other}: agent, not in the roster`,
    ])
    const listing = listAccount(snapshot(account), staff)
    expect(listing.people.map(({ email, roster: match }) => [email, match?.status])).toEqual([
      ['ada@acme.com', 'active'],
      [other, 'absent'],
      [composed, 'active'],
    ])
    expect(listing.roster).toEqual({ sha256: staff.sha256, active: 2, inactive: 0, missing: 1 })
  })

  test('can be waived; without a roster nobody knows whether the waiver is used', () => {
    const written = {
      ...LISTED,
      waivers: [
        { finding: 'not-in-roster', address: 'agent/ken@acme.com', expires: '2026-12-31' },
        { finding: 'not-in-roster', address: 'agent/ada@acme.com', expires: '2026-10-31' },
      ],
    } as const
    const codes = (staff: StaffRoster | null) =>
      decide(written, SEEN, staff).findings.map(({ code, disposition }) => `${code} ${disposition}`)
    expect(codes(rows(ADA))).toEqual(['not-in-roster waived', 'waiver-unused open'])
    expect(codes(null)).toEqual([])
  })
})

test('a person has the finding exactly if no row of the roster says that they are active', () => {
  const emails = ['ada@acme.com', 'ken@acme.com', 'eve@acme.com', 'sam@acme.com']
  const statuses = fc.constantFrom('active', 'suspended', 'absent')
  fc.assert(
    fc.property(fc.tuple(...emails.map(() => statuses)), (chosen) => {
      const listed = chosen.flatMap((status, at) =>
        status === 'absent' ? [] : [`${emails[at]},${status},`],
      )
      const agents = Object.fromEntries(emails.map((email) => [email, 'agent'] as const))
      const account = { agents: { ...agents, ...ada } }
      const flagged = found({ agents: ada }, account, rows(...listed, 'x@acme.com,active,'))
      const wanted = emails.filter((_, at) => chosen[at] !== 'active')
      expect(flagged.map((each) => each.replace(/^\w+ agent\/|:.*/g, '')).sort()).toEqual(
        [...wanted].sort(),
      )
    }),
  )
})
