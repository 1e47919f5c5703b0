/** What has changed since an earlier report: new, known, resolved, not checked. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { Activity } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import type { EarlierReport } from '../../src/core/report/earlier.ts'
import { parseReport } from '../../src/core/report/parse-report.ts'
import {
  type AccountReport,
  concludeAccount,
  concludeReport,
  concludeUnjudged,
} from '../../src/core/report/report.ts'
import {
  compareWithEarlier,
  countSince,
  findEarlierAccount,
  hasNews,
} from '../../src/core/report/since.ts'
import { describeReport } from '../../src/views/json.ts'
import { member, readLog } from './audit-rows.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const HEAD = {
  command: 'plan',
  tool: { name: 'rollcall', version: '1.0.0' },
  exitZero: false,
}

function judge(written: WrittenPolicy, seen: SeenAccount, activity?: Activity): AccountReport {
  const own = policy(written)
  const read = { ...snapshot(seen), ...(activity && { activity }) }
  const decision = plan(own, read, '2026-11-23')
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return concludeAccount(own, read, decision.plan, new Map())
}

const target = { path: 'policy.yaml', sha256: null, policy: null, server: null, accountId: null }
const failed = () =>
  concludeUnjudged(target, [makeDiagnostic({ code: 'internal', summary: 'No.' })])

const refuse = (path: readonly (string | number)[], problem: string): never => {
  throw new Error(`${path.join('.')} ${problem}`)
}

const parse = (document: unknown) => parseReport(JSON.parse(JSON.stringify(document)), refuse)

const document = (account: AccountReport, day: number) =>
  describeReport(
    concludeReport({ ...HEAD, generatedAt: `2026-11-${day}T08:00:00.000Z` }, [], [account]),
  )

const reported = (account: AccountReport, day: number): EarlierReport =>
  parse(document(account, day))

/** One night after the other, each compared with the one before. */
function compare(...nights: readonly AccountReport[]) {
  let earlier: EarlierReport | null = null
  let account = failed() as AccountReport
  for (const [index, night] of nights.entries()) {
    account = { ...night, since: earlier && compareWithEarlier(night, earlier) }
    earlier = reported(account, 10 + index)
  }
  const { since, findings } = account
  if (since === null) throw new Error('Nothing to compare with.')
  return {
    new: findings.filter(({ id }) => !since.firstSeen.has(id)).map(({ id }) => id),
    known: [...since.firstSeen].map(([id, at]) => `${id} ${at.slice(8, 10)}`),
    resolved: since.resolved.map(({ id, firstSeen }) => `${id} ${firstSeen.slice(8, 10)}`),
    notChecked: since.notChecked.map(({ id, firstSeen }) => `${id} ${firstSeen.slice(8, 10)}`),
  }
}

const POLICY: WrittenPolicy = { agents: ada }
const EVE: SeenAccount = { agents: { ...ada, 'eve@a.com': 'agent' } }
const CLEAN: SeenAccount = { agents: ada }
const ID = 'agent-unexpected:agent/eve@a.com'
const NOTHING = { new: [], known: [], resolved: [], notChecked: [] }

describe('a finding', () => {
  test('that the earlier report does not have is new', () => {
    expect(compare(judge(POLICY, CLEAN), judge(POLICY, EVE))).toEqual({ ...NOTHING, new: [ID] })
  })

  test('that it has is known since the first of them', () => {
    const night = judge(POLICY, EVE)
    expect(compare(night, night, night)).toEqual({ ...NOTHING, known: [`${ID} 10`] })
  })

  test('that the audit log does not record is known, too', () => {
    const night = judge(POLICY, EVE, readLog([]))
    expect(night.findings[0]?.activity).toMatchObject({ kind: 'unrecorded' })
    expect(compare(night, night)).toEqual({ ...NOTHING, known: [`${ID} 10`] })
  })

  test('that is waived now is known', () => {
    const waivers = [
      { finding: 'agent-unexpected', address: 'agent/eve@a.com', expires: '2026-12-31' },
    ] as const
    expect(compare(judge(POLICY, EVE), judge({ ...POLICY, waivers }, EVE))).toEqual({
      ...NOTHING,
      known: [`${ID} 10`],
    })
  })

  test('that is gone is resolved', () => {
    expect(compare(judge(POLICY, EVE), judge(POLICY, CLEAN))).toEqual({
      ...NOTHING,
      resolved: [`${ID} 10`],
    })
  })

  test('that comes back after it was resolved is new', () => {
    const [eve, clean] = [judge(POLICY, EVE), judge(POLICY, CLEAN)]
    expect(compare(eve, clean, eve)).toEqual({ ...NOTHING, new: [ID] })
  })

  test('is not checked in a night without a verdict, and known after it', () => {
    const eve = judge(POLICY, EVE)
    expect(compare(eve, failed())).toEqual({ ...NOTHING, notChecked: [`${ID} 10`] })
    expect(compare(eve, failed(), failed(), eve)).toEqual({ ...NOTHING, known: [`${ID} 10`] })
    expect(compare(eve, failed(), judge(POLICY, CLEAN))).toEqual({
      ...NOTHING,
      resolved: [`${ID} 10`],
    })
  })
})

test.each<[string, WrittenPolicy, SeenAccount, WrittenPolicy, SeenAccount]>([
  ['the person is ignored now', POLICY, EVE, { ...POLICY, ignoreAgents: ['eve@*'] }, EVE],
  ['the scope is smaller now', POLICY, EVE, { ...POLICY, scope: 'administrators' }, EVE],
  ['people are not managed now', POLICY, EVE, { teams: {} }, CLEAN],
  ['the code is off now', POLICY, EVE, { ...POLICY, severity: { 'agent-unexpected': 'off' } }, EVE],
  [
    'another finding about the person came first',
    POLICY,
    { agents: { ...ada, 'eve@a.com': { role: 'agent', confirmed: false } } },
    POLICY,
    EVE,
  ],
  [
    'the rule is not there any more',
    { ...POLICY, rules: { emailDomains: ['a.com'], requireReason: true, teamMembers: 2 } },
    CLEAN,
    POLICY,
    CLEAN,
  ],
  [
    'the person of a rule is ignored now',
    {
      agents: { 'ada@a.com': 'administrator', 'eve@x.com': 'agent' },
      rules: { emailDomains: ['a.com'] },
    },
    { agents: { 'ada@a.com': 'administrator', 'eve@x.com': 'agent' } },
    {
      agents: { 'ada@a.com': 'administrator' },
      ignoreAgents: ['eve*'],
      rules: { emailDomains: ['x.com', 'a.com'] },
    },
    { agents: { 'ada@a.com': 'administrator', 'eve@x.com': 'agent' } },
  ],
  [
    'teams are not managed now',
    { ...POLICY, teams: { a: ['ada@acme.com'] } },
    { ...CLEAN, teams: { a: { members: [] } } },
    POLICY,
    { ...CLEAN, teams: { a: { members: [] } } },
  ],
  [
    'another finding covers the whole team now',
    { ...POLICY, teams: { a: ['ada@acme.com'] } },
    { ...CLEAN, teams: { a: { members: [] } } },
    { ...POLICY, teams: {} },
    { ...CLEAN, teams: { a: { members: ['ada@acme.com'] } } },
  ],
])('a finding is not checked, not resolved, if %s', (_, firstPolicy, first, nextPolicy, next) => {
  const before = judge(firstPolicy, first)
  const { resolved, notChecked } = compare(before, judge(nextPolicy, next))
  expect(before.findings.length).toBeGreaterThan(0)
  expect([resolved, notChecked.length]).toEqual([[], before.findings.length])
})

test.each<[string, Partial<WrittenPolicy>]>([
  ['is ignored', { ignoreAgents: ['eve@*'] }],
  ['is outside the scope', { scope: 'administrators' }],
])('a person who %s now is not checked, although a rule finds them', (_, more) => {
  const rules = { emailDomains: ['acme.com'] }
  const before = judge({ ...POLICY, rules }, EVE)
  const after = judge({ ...POLICY, rules, ...more }, EVE)
  expect(compare(before, after)).toEqual({
    ...NOTHING,
    known: ['rule-email-domain:agent/eve@a.com 10'],
    notChecked: [`${ID} 10`],
  })
})

test.each<[string, WrittenPolicy, SeenAccount, WrittenPolicy, SeenAccount]>([
  [
    'a membership, once the person is a member',
    { ...POLICY, teams: { a: ['ada@acme.com'] } },
    { ...CLEAN, teams: { a: { members: [] } } },
    { ...POLICY, teams: { a: ['ada@acme.com'] } },
    { ...CLEAN, teams: { a: { members: ['ada@acme.com'] } } },
  ],
  [
    'a team, once it is gone',
    { ...POLICY, teams: {} },
    { ...CLEAN, teams: { a: { members: [] } } },
    { ...POLICY, teams: {} },
    CLEAN,
  ],
  [
    'a rule, although people are not managed',
    { teams: {}, rules: { emailDomains: ['acme.com'] } },
    EVE,
    { teams: {}, rules: { emailDomains: ['acme.com'] } },
    CLEAN,
  ],
  [
    'a custom role, once it is gone',
    { ...POLICY, customRoles: {} },
    { ...CLEAN, customRoles: { 1: { name: 'Clerk', permissions: [] } } } as SeenAccount,
    { ...POLICY, customRoles: {} },
    { ...CLEAN, customRoles: {} },
  ],
  [
    'a custom role, once the policy lists it',
    { ...POLICY, customRoles: {} },
    { ...CLEAN, customRoles: { 1: { name: 'Clerk', permissions: [] } } } as SeenAccount,
    { ...POLICY, customRoles: { Clerk: [] } },
    { ...CLEAN, customRoles: { 1: { name: 'Clerk', permissions: [] } } } as SeenAccount,
  ],
  [
    'the custom role of a person, once it is right',
    { agents: { ...ada, 'ken@a.com': 'agent' } },
    {
      agents: { ...ada, 'ken@a.com': { role: 'agent', customRoleId: 1 } },
      customRoles: { 1: 'Clerk' },
    },
    { agents: { ...ada, 'ken@a.com': 'agent' } },
    { agents: { ...ada, 'ken@a.com': 'agent' }, customRoles: { 1: 'Clerk' } },
  ],
])('resolved is %s', (_, firstPolicy, first, nextPolicy, next) => {
  const before = judge(firstPolicy, first)
  const { resolved, notChecked } = compare(before, judge(nextPolicy, next))
  expect(before.findings.length).toBeGreaterThan(0)
  expect([resolved.length, notChecked]).toEqual([before.findings.length, []])
})

test('a finding of another version of rollcall is not checked', () => {
  const known = { id: 'x:agent/a', code: 'x', address: 'agent/a', risk: 'low' } as const
  const account = { path: 'policy.yaml', server: null, id: null, judged: true }
  const earlier = {
    generatedAt: 'then',
    accounts: [
      { ...account, known: [{ ...known, firstSeen: 'then', recordedAt: null, counted: true }] },
    ],
  }
  const { resolved, notChecked } = compareWithEarlier(judge(POLICY, CLEAN), earlier)
  expect([resolved, notChecked.length]).toEqual([[], 1])
})

describe('the account', () => {
  const now = judge(POLICY, CLEAN)
  const { server } = now
  const id = now.account?.id ?? 0
  const has = (...accounts: readonly Partial<EarlierReport['accounts'][number]>[]) =>
    findEarlierAccount(now, {
      generatedAt: 'then',
      accounts: accounts.map((each) => ({
        ...{ path: 'p', server: null, id: null, judged: true, known: [] },
        ...each,
      })),
    })

  test('is found by its server and id, whatever the policy is called', () => {
    expect(has({ server: 'https://x.com', id }, { server, id })).toMatchObject({ server, id })
  })

  test('is found by its policy where the earlier run did not know which one it is', () => {
    expect(has({ path: 'policy.yaml' })).toMatchObject({ path: 'policy.yaml' })
    expect(has({ path: 'policy.yaml', id })).toMatchObject({ id })
  })

  test('is not another one of that server, nor of another server, nor of another policy', () => {
    expect(has({ path: 'policy.yaml', server, id: id + 1 })).toBeNull()
    expect(has({ path: 'policy.yaml', server: 'https://x.com', id })).toBeNull()
    expect(has({ path: 'other.yaml' })).toBeNull()
  })

  test('that the report does not have has only new findings', () => {
    const earlier = { generatedAt: 'then', accounts: [] }
    const eve = judge(POLICY, EVE)
    const account = { ...eve, since: compareWithEarlier(eve, earlier) }
    expect(countSince(account)).toEqual({ new: 1, known: 0, resolved: 0, notChecked: 0 })
    expect(countSince(eve)).toBeNull()
  })
})

describe('a night is worth a message', () => {
  const [clean, eve] = [judge(POLICY, CLEAN), judge(POLICY, EVE)]
  const waived = judge(
    {
      ...POLICY,
      waivers: [{ finding: 'agent-unexpected', address: 'agent/eve@a.com', expires: '2026-12-31' }],
    },
    EVE,
  )
  const warning = judge({ ...POLICY, severity: { 'agent-unexpected': 'warning' } }, EVE)
  /** Whether the last of these nights is, each compared with the one before. */
  const news = (...nights: readonly AccountReport[]) => {
    const [last] = nights.reduce<readonly AccountReport[]>((before, night, day) => {
      const earlier = before[0] ? reported(before[0], 10 + day) : null
      return [{ ...night, since: earlier && compareWithEarlier(night, earlier) }]
    }, [])
    return hasNews(concludeReport({ ...HEAD, generatedAt: 'now' }, [], last ? [last] : []))
  }

  test.each([
    ['something is new', [clean, eve], true],
    ['something is resolved', [eve, clean], true],
    ['the account has lost its verdict', [eve, failed()], true],
    ['everything is known', [eve, eve], false],
    ['everything is in sync, as before', [clean, clean], false],
    ['the account has no verdict, as before', [eve, failed(), failed()], false],
    ['a verdict is back and says what was known', [eve, failed(), eve], false],
    ['something new came in a night without a verdict', [clean, failed(), eve], true],
    ['what was waived counts now', [waived, eve], true],
    ['what was a warning counts now', [warning, eve], true],
    ['what was waived counts after a night without a verdict', [waived, failed(), eve], true],
    ['what was a warning counts after two of them', [warning, failed(), failed(), eve], true],
    ['it is still waived after a night without a verdict', [waived, failed(), waived], false],
    ['what counted is waived now', [eve, waived], false],
    ['it was waived and still is', [waived, waived], false],
  ] as const)('%s', (_, nights, expected) => {
    expect(news(...nights)).toBe(expected)
  })

  test('the run has failed, whatever its accounts say', () => {
    const account = { ...eve, since: compareWithEarlier(eve, reported(eve, 10)) }
    const broken = [makeDiagnostic({ code: 'internal', summary: 'No.' })]
    const head = { ...HEAD, generatedAt: 'now' }
    expect(hasNews(concludeReport(head, broken, [account]))).toBe(true)
  })

  test('nobody knows without an earlier report', () => {
    expect(news(eve)).toBeNull()
  })
})

test('every known finding is found again, resolved or not checked, and exactly one of these', () => {
  const emails = ['a@a.com', 'b@a.com', 'c@a.com']
  const people = fc.subarray(emails).map((some) => ({
    agents: { ...ada, ...Object.fromEntries(some.map((email) => [email, 'agent' as const])) },
  }))
  const policies = fc.record({
    agents: people.map(({ agents }) => agents),
    ignoreAgents: fc.subarray(['b*', 'c*']),
    scope: fc.constantFrom('all' as const, 'administrators' as const),
  })
  const nights = fc.tuple(policies, people).map(([written, seen]) => judge(written, seen))
  fc.assert(
    fc.property(nights, nights, (first, next) => {
      const { known, resolved, notChecked } = compare(first, next)
      const ids = [...known, ...resolved, ...notChecked].map((each) => each.replace(/ \d+$/, ''))
      expect(ids.sort()).toEqual(first.findings.map((each) => each.id).sort())
    }),
  )
})

describe('a hidden member of an inbox', () => {
  const HIDDEN = 'inbox-member-hidden:inbox/Website/#77'
  const seen: SeenAccount = { agents: ada, inboxes: [{ name: 'Website', id: 1 }] }
  const came = member(12, 'added', 77)
  const night = (rows: Parameters<typeof readLog>[0], window = {}) =>
    judge(POLICY, seen, readLog(rows, window))
  const gone = [came, member(13, 'removed', 77)]

  test('is resolved if the log that was read shows the whole time since', () => {
    expect(compare(night([came]), night(gone)).resolved).toEqual([`${HIDDEN} 10`])
    const whole = night([], { from: '2026-11-20T00:00:00.000Z', reach: 'beginning' })
    expect(compare(night([came]), whole).resolved).toEqual([`${HIDDEN} 10`])
  })

  test('is resolved by a later night that reads the log back to the addition', () => {
    const short = night([], { from: '2026-11-20T00:00:00.000Z' })
    expect(compare(night([came]), short, night(gone)).resolved).toEqual([`${HIDDEN} 10`])
  })

  test('is resolved after a night without a verdict as it would be without that night', () => {
    expect(compare(night([came]), failed(), night(gone)).resolved).toEqual([`${HIDDEN} 10`])
  })

  test('is not checked if the addition is older than the part of the log that was read', () => {
    const later = night([], { from: '2026-11-20T00:00:00.000Z' })
    expect(compare(night([came]), later)).toMatchObject({
      resolved: [],
      notChecked: [`${HIDDEN} 10`],
    })
    expect(compare(night([came]), judge(POLICY, seen))).toMatchObject({
      notChecked: [`${HIDDEN} 10`],
    })
  })
})

describe('the document', () => {
  const good = document(judge(POLICY, EVE), 10)

  test('may be of version 1.0: everything was seen first when it was made', () => {
    const old = parse({ ...good, format_version: '1.0' })
    expect(old.accounts[0]?.known).toMatchObject([
      { id: ID, firstSeen: '2026-11-10T08:00:00.000Z' },
    ])
  })

  test('of an older rollcall does not say how an unchecked finding counted: then it did', () => {
    const past = { id: ID, code: 'agent-unexpected', address: 'agent/eve@a.com', risk: 'medium' }
    const unchecked = changed((account) =>
      Object.assign(account, {
        findings: [],
        not_checked: [{ ...past, first_seen: '2026-11-09T08:00:00.000Z' }],
      }),
    )
    expect(parse(unchecked).accounts[0]?.known).toMatchObject([
      { id: ID, counted: true, recordedAt: null },
    ])
  })

  const changed = (change: (account: Record<string, unknown>) => void) => {
    const copy = JSON.parse(JSON.stringify(good))
    change(copy.accounts[0])
    return copy
  }

  test.each<[string, unknown]>([
    ['format should be "rollcall.report"', { ...good, format: 'rollcall.snapshot' }],
    ['format_version should be 1.1 or older', { ...good, format_version: '1.2' }],
    ['format_version should be 1.1 or older', { ...good, format_version: '2.0' }],
    ['generated_at should be a time', { ...good, generated_at: 'yesterday' }],
    ['accounts is empty', { ...good, accounts: [] }],
    [' should be an object', []],
    [
      'accounts.0.findings.0.risk should be one of',
      changed(({ findings }) => Object.assign((findings as object[])[0] ?? {}, { risk: 'x' })),
    ],
    [
      'accounts.0.findings.0.first_seen should be a time',
      changed(({ findings }) =>
        Object.assign((findings as object[])[0] ?? {}, { first_seen: 'x' }),
      ),
    ],
  ])('is refused: %s', (problem, wrong) => {
    expect(() => parse(wrong)).toThrow(problem)
  })
})
