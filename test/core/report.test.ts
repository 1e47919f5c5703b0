/** Verdict and exit code, and what a report says of what was read, compared and counted. */
import { describe, expect, test, vi } from 'vitest'
import { type Diagnostic, makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { Cause, DiagnosticCode } from '../../src/core/messages/diagnostic-records.ts'
import { INBOX, TEAM } from '../../src/core/model/kinds.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import {
  type AccountReport,
  concludeAccount,
  concludeDemo,
  concludeReport,
  concludeUnjudged,
  decideExitCode,
  type Report,
  type Target,
} from '../../src/core/report/report.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

const HEAD = {
  command: 'plan',
  tool: { name: 'chatwoot-rollcall', version: '1.0.0' },
  generatedAt: '2026-11-23T12:00:02.000Z',
  exitZero: false,
  strict: false,
  today: null,
  roster: null,
}
const ada = { 'ada@acme.com': 'administrator' } as const

function account(written: WrittenPolicy, seen: SeenAccount): AccountReport {
  const own = policy(written)
  const decision = plan(own, snapshot(seen), '2026-11-23')
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return concludeAccount(own, snapshot(seen), decision.plan, new Map())
}

const inSync = account({ agents: ada }, { agents: ada })
const warned = account(
  { agents: ada },
  { agents: { 'ada@acme.com': { role: 'administrator', customRoleId: 1 } } },
)
const drifted = account({ agents: ada }, { agents: { ...ada, 'mal@x.example': 'administrator' } })

function message(code: DiagnosticCode, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return makeDiagnostic({ code, severity, summary: 'Something is wrong.' })
}

function target(written: WrittenPolicy | null): Target {
  return {
    path: 'policy.yaml',
    sha256: written && 'a'.repeat(64),
    policy: written && policy(written),
    server: 'https://chat.acme.com',
    accountId: 7,
  }
}

const failing = (...codes: DiagnosticCode[]): AccountReport =>
  concludeUnjudged(
    target({ agents: ada }),
    codes.map((code) => message(code)),
  )

describe('the verdict on one account', () => {
  test('no findings: in sync', () => {
    expect(inSync).toMatchObject({ verdict: 'in_sync', cause: null, retryable: false })
  })

  test('warnings alone: in sync', () => {
    expect(warned.findings).toHaveLength(1)
    expect(warned).toMatchObject({ verdict: 'in_sync', cause: null, retryable: false })
  })

  test('a finding of severity error: drift', () => {
    expect(drifted).toMatchObject({ verdict: 'drift', cause: null, retryable: false })
  })

  test('drift that no change would end is drift', () => {
    const pending = { 'ada@acme.com': { role: 'administrator', confirmed: false } } as const
    const stuck = account({ agents: ada }, { agents: pending })
    expect(stuck.changes).toEqual([])
    expect(stuck.verdict).toBe('drift')
  })

  test('an error: no verdict, no findings, no changes', () => {
    expect(failing('network-refused')).toMatchObject({
      verdict: 'none',
      cause: 'network',
      retryable: true,
      findings: [],
      changes: [],
      ignored: [],
    })
  })

  test.each([
    ['without any message', []],
    ['with a warning alone', [message('settings-insecure', 'warning')]],
  ])('not judged, %s: no verdict all the same, and that is our bug', (_, diagnostics) => {
    const outcome = { verdict: 'none', cause: 'internal', retryable: false }
    expect(concludeUnjudged(target({ agents: ada }), diagnostics)).toMatchObject(outcome)
  })

  test.each<[string, DiagnosticCode[], Cause, boolean]>([
    ['the first error gives the cause', ['token-unknown', 'policy-value'], 'token', false],
    ['one that may pass is worth another try', ['server-rate-limit'], 'server', true],
    ['all of them may pass', ['network-reset', 'server-error'], 'network', true],
    ['one of them stays', ['network-reset', 'settings-missing'], 'network', false],
    ['one of them stays, the first', ['settings-missing', 'network-reset'], 'settings', false],
  ])('several errors: %s', (_, codes, cause, retryable) => {
    expect(failing(...codes)).toMatchObject({ verdict: 'none', cause, retryable })
  })

  test('a warning beside an error decides nothing', () => {
    const both = [message('settings-insecure', 'warning'), message('network-refused')]
    expect(concludeUnjudged(target(null), both)).toMatchObject({
      cause: 'network',
      retryable: true,
    })
  })
})

describe('the verdict on a run', () => {
  const NONE: Partial<Report> = { verdict: 'none', exitCode: 1 }
  const DRIFT: Partial<Report> = { verdict: 'drift', exitCode: 2, cause: null, retryable: false }
  const IN_SYNC: Partial<Report> = {
    verdict: 'in_sync',
    exitCode: 0,
    cause: null,
    retryable: false,
  }
  const refused = failing('network-refused')
  const broken = failing('policy-value')

  test.each<[string, AccountReport[], Partial<Report>]>([
    ['one in sync', [inSync], IN_SYNC],
    ['all in sync', [inSync, warned], IN_SYNC],
    ['one drifted', [drifted], DRIFT],
    ['one drifted, the others in sync', [inSync, drifted, inSync], DRIFT],
    ['one without verdict', [refused], { ...NONE, cause: 'network', retryable: true }],
    [
      'one without verdict, the others in sync',
      [inSync, refused],
      { ...NONE, cause: 'network', retryable: true },
    ],
    [
      'one without verdict, one drifted',
      [drifted, refused],
      { ...NONE, cause: 'network', retryable: true },
    ],
    [
      'several without verdict, one of which stays so',
      [refused, broken],
      { ...NONE, cause: 'network', retryable: false },
    ],
    [
      'several without verdict that all may pass',
      [refused, failing('read-contradiction')],
      { ...NONE, cause: 'network', retryable: true },
    ],
    ['none at all', [], { ...NONE, cause: 'internal', retryable: false }],
  ])('accounts: %s', (_, accounts, outcome) => {
    expect(concludeReport(HEAD, [], accounts)).toEqual({
      ...HEAD,
      ...outcome,
      failed: false,
      diagnostics: [],
      accounts,
    })
  })

  test('wrong usage: no verdict, and no accounts', () => {
    const usage = [message('usage-option')]
    expect(concludeReport(HEAD, usage, [])).toEqual({
      ...HEAD,
      ...NONE,
      cause: 'usage',
      retryable: false,
      failed: true,
      diagnostics: usage,
      accounts: [],
    })
  })

  test('an error of the run beats every account', () => {
    const run = concludeReport(HEAD, [message('output-failed')], [inSync, drifted, refused])
    expect(run).toMatchObject({ ...NONE, cause: 'output', retryable: false })
  })

  test('a warning of the run changes nothing, and does not hide that no account was looked at', () => {
    const warning = [message('settings-token-on-command-line', 'warning')]
    expect(concludeReport(HEAD, warning, [inSync])).toMatchObject(IN_SYNC)
    expect(concludeReport(HEAD, warning, [drifted])).toMatchObject(DRIFT)
    expect(concludeReport(HEAD, warning, [])).toMatchObject({ ...NONE, cause: 'internal' })
  })

  test('accounts stay in the order asked for', () => {
    const accounts = [drifted, inSync, refused]
    expect(concludeReport(HEAD, [], accounts).accounts).toEqual(accounts)
  })

  test('of one account: in sync is 0, no verdict is 1, drift is 2, unless the job only informs', () => {
    const code = (verdict: AccountReport['verdict'], exitZero: boolean) =>
      decideExitCode(verdict, exitZero)
    const verdicts = ['in_sync', 'none', 'drift'] as const
    expect(verdicts.map((verdict) => code(verdict, false))).toEqual([0, 1, 2])
    expect(verdicts.map((verdict) => code(verdict, true))).toEqual([0, 1, 0])
  })

  test('of the demo is 0, unless it has no verdict', () => {
    const demo = (diagnostics: Parameters<typeof concludeReport>[1], accounts: AccountReport[]) =>
      concludeDemo(concludeReport(HEAD, diagnostics, accounts))
    expect(demo([], [drifted])).toMatchObject({
      report: { verdict: 'drift', failed: false, exitCode: 2 },
      exitCode: 0,
    })
    expect(demo([message('internal')], [])).toMatchObject({ report: { failed: true }, exitCode: 1 })
  })
})

describe('coverage', () => {
  const agentsAndTeams = { agents: ada, teams: {} }
  const rows: [string, WrittenPolicy, SeenAccount, AccountReport['coverage']][] = [
    [
      'everything that the policy speaks of is compared, and nothing else',
      agentsAndTeams,
      { agents: ada },
      {
        agents: 'compared',
        roles: 'compared',
        custom_roles: 'compared',
        custom_role_permissions: 'unmanaged',
        teams: 'compared',
        members: 'compared',
        inboxes: 'unmanaged',
        inbox_members: 'unmanaged',
      },
    ],
    [
      'without `agents`: agents, roles and custom roles are unmanaged',
      { teams: {} },
      { customRoles: 'unsupported' },
      {
        agents: 'unmanaged',
        roles: 'unmanaged',
        custom_roles: 'unmanaged',
        custom_role_permissions: 'unmanaged',
        teams: 'compared',
        members: 'compared',
        inboxes: 'unmanaged',
        inbox_members: 'unmanaged',
      },
    ],
    [
      'without `teams`: teams and members are unmanaged',
      { agents: ada },
      { agents: ada },
      {
        agents: 'compared',
        roles: 'compared',
        custom_roles: 'compared',
        custom_role_permissions: 'unmanaged',
        teams: 'unmanaged',
        members: 'unmanaged',
        inboxes: 'unmanaged',
        inbox_members: 'unmanaged',
      },
    ],
    [
      'a server without custom roles: those are unsupported',
      agentsAndTeams,
      { agents: ada, customRoles: 'unsupported' },
      {
        agents: 'compared',
        roles: 'compared',
        custom_roles: 'unsupported',
        custom_role_permissions: 'unmanaged',
        teams: 'compared',
        members: 'compared',
        inboxes: 'unmanaged',
        inbox_members: 'unmanaged',
      },
    ],
  ]
  test.each(rows)('%s', (_, written, seen, expected) => {
    expect(account(written, seen).coverage).toEqual(expected)
  })

  test('without a verdict nothing was compared: what the policy manages is unreadable', () => {
    expect(concludeUnjudged(target({ agents: ada }), [message('token-unknown')]).coverage).toEqual({
      agents: 'unreadable',
      roles: 'unreadable',
      custom_roles: 'unreadable',
      custom_role_permissions: 'unmanaged',
      teams: 'unmanaged',
      members: 'unmanaged',
      inboxes: 'unmanaged',
      inbox_members: 'unmanaged',
    })
    expect(
      concludeUnjudged(target({ teams: {} }), [message('token-unknown')]).coverage,
    ).toMatchObject({
      agents: 'unmanaged',
      custom_roles: 'unmanaged',
      custom_role_permissions: 'unmanaged',
      members: 'unreadable',
    })
  })

  test('with `inboxes`: inboxes and their members are compared', () => {
    expect(account({ inboxes: {} }, { inboxes: [] }).coverage).toMatchObject({
      teams: 'unmanaged',
      inboxes: 'compared',
      inbox_members: 'compared',
    })
  })

  test('without a readable policy nothing claims to be unmanaged', () => {
    const { coverage } = concludeUnjudged(target(null), [message('policy-syntax')])
    expect(new Set(Object.values(coverage))).toEqual(new Set(['unreadable']))
  })
})

describe('what an account’s report says', () => {
  const seen: SeenAccount = {
    agents: { ...ada, 'bob@acme.com': 'agent' },
    teams: {
      billing: { members: ['ada@acme.com', 'bob@acme.com'], ghosts: ['gone@acme.com'] },
      sales: ['ada@acme.com'],
    },
  }
  const READ = {
    caller: { email: 'ada@acme.com', role: 'administrator' },
    agents: 2,
    groups: new Map([[TEAM, 2]]),
    memberships: 3,
    requests: 5,
    startedAt: '2026-11-23T12:00:00.000Z',
    finishedAt: '2026-11-23T12:00:01.000Z',
  }

  test('where it was read, by whom, and how much: ghosts are no memberships', () => {
    expect(account({ teams: {} }, seen)).toMatchObject({
      policy: { path: 'policy.yaml', sha256: 'a'.repeat(64) },
      server: 'https://chat.acme.com',
      account: { id: 1, name: 'Acme Support' },
      diagnostics: [],
      read: READ,
    })
  })

  test('without a verdict: what is known, and no more', () => {
    const diagnostics = [message('network-refused')]
    expect(concludeUnjudged(target(null), diagnostics)).toMatchObject({
      policy: { path: 'policy.yaml', sha256: null },
      server: 'https://chat.acme.com',
      account: { id: 7, name: null },
      diagnostics,
      read: null,
    })
    expect(concludeUnjudged({ ...target(null), accountId: null }, diagnostics).account).toBeNull()
  })

  test('read in full but not to be judged: the reading is told, and nothing is claimed', () => {
    const diagnostics = [message('read-custom-roles')]
    expect(concludeUnjudged(target({ agents: ada }), diagnostics, snapshot(seen))).toMatchObject({
      verdict: 'none',
      cause: 'incomplete',
      retryable: false,
      account: { id: 1, name: 'Acme Support' },
      read: READ,
      findings: [],
      changes: [],
      summary: { error: 0, warning: 0, unmanaged: { agents: 0, groups: new Map() } },
    })
  })

  test('the summary counts findings by severity, changes by action, and what was left out', () => {
    const everything = account(
      {
        agents: {
          ...ada,
          'bob@acme.com': { role: 'agent', name: 'Bob' },
          'cyd@acme.com': 'agent',
        },
        teams: { billing: ['cyd@acme.com'], new: [] },
        scope: 'administrators',
        ignoreAgents: ['*@hooks.io'],
        ignoreTeams: ['archive-*'],
      },
      {
        agents: {
          ...ada,
          'bob@acme.com': { role: 'agent', name: 'Robert' },
          'dee@acme.com': 'agent',
          'bot@hooks.io': 'agent',
          'mal@x.example': 'administrator',
        },
        teams: { billing: ['bob@acme.com'], old: [], 'archive-1': [] },
      },
    )
    expect(everything.summary).toEqual({
      error: 5,
      warning: 1,
      critical: 1,
      toLookAt: 1,
      waived: 0,
      off: 0,
      ignored: 2,
      unmanaged: {
        agents: 1,
        groups: new Map([
          [TEAM, 0],
          [INBOX, 0],
        ]),
      },
      create: 3,
      update: 1,
      delete: 2,
    })
    expect(everything.ignored.map(({ address }) => address)).toEqual([
      'agent/bot@hooks.io',
      'team/archive-1',
    ])
  })

  test('findings and changes are those of the plan, in its order', () => {
    const own = policy({ agents: ada })
    const given: Plan = {
      findings: drifted.findings,
      changes: drifted.changes,
      ignored: [],
      off: new Map(),
      unjudged: new Set(),
      notJudged: new Map(),
      unmanaged: {
        agents: 0,
        groups: new Map([
          [TEAM, 3],
          [INBOX, 0],
        ]),
      },
      caller: snapshot(seen).caller,
      fixes: new Map(),
      names: new Map(),
      getOutcomes: () => ({ people: [], hidden: [], customRoles: [], groups: [], statements: [] }),
    }
    const { findings, changes, summary } = concludeAccount(own, snapshot(seen), given, new Map())
    expect(findings).toEqual(drifted.findings)
    expect(changes).toEqual(drifted.changes)
    expect(summary).toMatchObject({ error: 1, delete: 1, unmanaged: given.unmanaged })
  })
})

test('an account that no report shows in detail keeps nothing of what is fine, and says so', () => {
  const own = policy({ agents: ada })
  const seen = snapshot({ agents: ada })
  const decision = plan(own, seen, '2026-11-23')
  if (decision.kind !== 'plan') throw new Error('no plan')
  const rest = [decision.plan, new Map(), null, null] as const
  expect(concludeAccount(own, seen, ...rest, true).getOutcomes().people).toHaveLength(1)
  expect(() => concludeAccount(own, seen, ...rest, false).getOutcomes()).toThrow(
    'its row does not say so',
  )
})

test('a copy of an account computes its outcomes only when asked, and once', () => {
  const own = policy({ agents: ada })
  const seen = snapshot({ agents: ada })
  const decision = plan(own, seen, '2026-11-23')
  if (decision.kind !== 'plan') throw new Error('no plan')
  const getOutcomes = vi.fn(decision.plan.getOutcomes)
  const account = concludeAccount(own, seen, { ...decision.plan, getOutcomes }, new Map())
  const copy = { ...account, since: null }
  expect(getOutcomes).not.toHaveBeenCalled()
  expect(copy.getOutcomes()).toBe(account.getOutcomes())
})
