/** JUnit XML: whole files, a parser that forgives nothing, and what a CI system makes of a case. */
import { DOMParser, type Element } from '@xmldom/xmldom'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import {
  type AccountReport,
  addDiagnostics,
  concludeAccount,
  concludeReport,
  concludeUnjudged,
  type JudgedAccount,
  type Report,
} from '../../src/core/report/report.ts'
import { writeFixes } from '../../src/policy/write/yaml.ts'
import { renderJunit as render } from '../../src/views/junit.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from '../core/build.ts'
import { MODEL, matchGolden } from './golden.ts'
import { HOSTILE, REPORTS } from './reports.ts'

const renderJunit = (from: Report) => render(from, { uri: (file) => file })

const cases = Object.entries(REPORTS)
const GOLDEN = cases.filter(([name]) => name !== 'two-thousand-findings')
const DRIFT = REPORTS['drift-of-every-kind'] as Report

function parse(xml: string): Element {
  const parser = new DOMParser({
    onError: (level, message) => {
      // It suspects a wrong encoding, but a name may contain this character.
      if (message.startsWith('Unicode replacement character')) return
      throw new Error(`${level}: ${message}`)
    },
  })
  return parser.parseFromString(xml, 'text/xml').documentElement as Element
}

interface Seen {
  readonly classname: string
  readonly name: string
  readonly file: string | null
  readonly line: string | null
  readonly is: string
  readonly message: string | null
  readonly text: string
}

function below(parent: Element, name: string): Element[] {
  return [...parent.childNodes].filter((node) => node.nodeName === name) as Element[]
}

function casesOf(xml: string): Seen[] {
  return below(parse(xml), 'testsuite').flatMap((suite) =>
    below(suite, 'testcase').map((each) => {
      const [inside] = [...each.childNodes].filter(({ nodeType }) => nodeType === 1) as Element[]
      return {
        classname: each.getAttribute('classname') ?? '',
        name: each.getAttribute('name') ?? '',
        file: each.getAttribute('file'),
        line: each.getAttribute('line'),
        is: inside?.nodeName ?? 'passed',
        message: inside?.getAttribute('message') ?? null,
        text: inside?.textContent ?? '',
      }
    }),
  )
}

function pairs(xml: string): string[] {
  return casesOf(xml).map(({ classname, name }) => `${classname} ${name}`)
}

function account(written: WrittenPolicy, actual: Snapshot): JudgedAccount {
  const wanted = policy(written)
  const decision = plan(wanted, actual, '2026-11-23')
  if (decision.kind === 'unknown') throw new Error('no plan')
  return concludeAccount(wanted, actual, decision.plan, writeFixes(decision.plan))
}

function rendered(...accounts: readonly AccountReport[]): string {
  return renderJunit(concludeReport(DRIFT, [], accounts))
}

const compared = (written: WrittenPolicy, actual: SeenAccount) =>
  casesOf(rendered(account(written, snapshot(actual))))

const ADA = { 'ada@acme.com': 'administrator' } as const

// What XML 1.0 can hold, less what could reorder or hide text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const HARMFUL = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff]/u

describe('junit', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name, each) => {
    const model = { document: renderJunit(DRIFT), file: `${MODEL}.xml` }
    await matchGolden(renderJunit(each), `${name}.xml`, model)
  })

  test.each(cases)('%s is well-formed and counts its cases', (_name, each) => {
    const root = parse(renderJunit(each))
    expect(root.nodeName).toBe('testsuites')
    const total: Record<string, number> = { tests: 0, failure: 0, error: 0, skipped: 0 }
    for (const suite of below(root, 'testsuite')) {
      const inside = below(suite, 'testcase')
      const of = (is: string) => inside.filter((one) => below(one, is).length > 0).length
      const counted = {
        tests: inside.length,
        failure: of('failure'),
        error: of('error'),
        skipped: of('skipped'),
      }
      expect(attributesOf(suite)).toEqual(counted)
      for (const [key, value] of Object.entries(counted)) total[key] = Number(total[key]) + value
    }
    expect(attributesOf(root)).toEqual(total)
  })

  function attributesOf(element: Element) {
    const of = (name: string) => Number(element.getAttribute(name))
    return {
      tests: of('tests'),
      failure: of('failures'),
      error: of('errors'),
      skipped: of('skipped'),
    }
  }

  test.each(cases)('%s says the same verdict as the report', (_name, each) => {
    const kinds = casesOf(renderJunit(each)).map(({ is }) => is)
    expect(kinds.length).toBeGreaterThan(0)
    const verdict = kinds.includes('error')
      ? 'none'
      : kinds.includes('failure')
        ? 'drift'
        : 'in_sync'
    expect(verdict).toBe(each.verdict)
  })

  test.each(cases)('%s has no two cases of one classname and name', (_name, each) => {
    const all = pairs(renderJunit(each))
    expect(new Set(all).size).toBe(all.length)
  })

  test.each(cases)('%s holds nothing that XML cannot hold or that hides text', (_name, each) => {
    expect(renderJunit(each)).not.toMatch(HARMFUL)
  })

  test('no finding is without the case of its address', () => {
    for (const [, each] of cases) {
      const told = casesOf(renderJunit(each)).map(({ name, text }) => `${name} ${text}`)
      for (const { findings } of each.accounts) {
        for (const { code, address, waiver } of findings.filter((one) =>
          /^[ -~]*$/.test(one.address),
        )) {
          const own = told.filter((one) => one.startsWith(`${address} `))
          const said =
            waiver === null ? `(${code}, risk ` : `${code} accepted until ${waiver.expires}`
          expect(own.some((one) => one.includes(said))).toBe(true)
        }
      }
    }
  })

  test('what is waived or switched off is skipped, and says who accepted it until when', () => {
    const told = new Map(
      casesOf(renderJunit(REPORTS['waived-and-off'] as Report)).map((one) => [one.name, one]),
    )
    expect(told.get('agent/old-admin@acme.com')).toMatchObject({
      is: 'skipped',
      message:
        'Waived: admin-unexpected accepted until 2027-01-15 by ada@acme.com: Hand-over until January, approved in SEC-112',
    })
    expect(told.get('agent/grace@acme.com')).toMatchObject({
      is: 'skipped',
      message: 'Switched off by the policy: agent-name-differs.',
    })
  })

  test('what differs beside something waived fails, and says both', () => {
    const own = compared(
      {
        agents: { 'ada@acme.com': 'administrator', 'ken@acme.com': 'agent' },
        waivers: [
          { finding: 'invite-pending', address: 'agent/ken@acme.com', expires: '2027-01-15' },
        ],
      },
      {
        agents: {
          'ada@acme.com': 'administrator',
          'ken@acme.com': { role: 'administrator', confirmed: false },
        },
      },
    ).find(({ name }) => name === 'agent/ken@acme.com')
    expect(own?.is).toBe('failure')
    expect(own?.message).toBe('administrator, should be agent')
    expect(own?.text).toContain('Waived: invite-pending accepted until 2027-01-15')
  })

  test('everybody, every custom role, every group and every membership checked is one case', () => {
    for (const [, { accounts }] of cases) {
      for (const each of accounts) {
        if (each.verdict === 'none') continue
        const { people, customRoles, groups, statements } = each.getOutcomes()
        const addresses = [
          ...people,
          ...customRoles,
          ...statements,
          ...groups,
          ...groups.flatMap(({ members }) => members),
        ]
        expect(pairs(rendered(each)).length).toBe(addresses.length)
      }
    }
    expect(casesOf(renderJunit(REPORTS['two-thousand-findings'] as Report)).length).toBe(2_005)
  })
})

describe('a case', () => {
  const named = (name: string) => casesOf(renderJunit(DRIFT)).find((each) => each.name === name)

  test('passes when it was compared and is fine', () => {
    expect(named('agent/ada@acme.com')).toMatchObject({
      is: 'passed',
      classname: 'chat.acme.com/1.agents',
    })
  })

  test('fails on drift, with its place in the policy, meaning, remedy and the line to paste', () => {
    const mallory = named('agent/mallory@evil.example')
    expect(mallory).toMatchObject({
      is: 'failure',
      message: 'administrator, not in the policy; in billing',
      file: 'rollcall.yaml',
      line: '3',
    })
    const lines = mallory?.text.split('\n')
    expect(lines?.[0]).toBe(
      'Unexpected administrator: administrator, not in the policy; in billing',
    )
    expect(lines?.[1]).toBe('(admin-unexpected, risk critical, rollcall.yaml:3:1)')
    expect(mallory?.text).toContain('An administrator can read every conversation')
    expect(mallory?.text).toContain('What to do: If nobody approved this')
    expect(lines?.slice(-2)).toEqual([
      'If the account is correct, the policy should contain below agents:',
      'mallory@evil.example: administrator',
    ])
  })

  test('offers every line ready to paste, letter by letter', () => {
    const [judgedAccount] = DRIFT.accounts
    if (judgedAccount?.verdict !== 'drift') throw new Error('drift was expected')
    for (const finding of judgedAccount.findings) {
      const lines = named(finding.address)?.text.split('\n')
      expect(lines).toEqual(
        expect.arrayContaining([...(judgedAccount.fixes.get(finding.id)?.lines ?? [])]),
      )
    }
  })

  test('passes with a remark on a warning', () => {
    const grace = named('agent/grace@acme.com')
    expect(grace).toMatchObject({ is: 'system-out', file: 'rollcall.yaml', line: '6' })
    expect(grace?.text).toContain('name "grace", should be "Grace Hopper"')
    expect(grace?.text).toContain('What to do: ')
  })

  test('of a membership names the finding of the person or the team that speaks for it', () => {
    expect(named('team/billing/mallory@evil.example')?.message).toBe(
      'agent/mallory@evil.example: administrator, not in the policy; in billing',
    )
    expect(named('team/tier 1/hedy@acme.com')?.message).toBe(
      'team/tier 1: missing; members hedy@acme.com; agent/hedy@acme.com: missing, should be agent; for tier 1',
    )
  })

  test('of a membership leaves the rest to the person or the team', () => {
    expect(named('team/billing/mallory@evil.example')?.text).toBe(
      'Unexpected administrator: agent/mallory@evil.example: administrator, not in the policy; in billing\n' +
        'What to do: see agent/mallory@evil.example.',
    )
    const members = Array.from({ length: 300 }, (_, index) => `person-${index}@acme.com`)
    const size = (count: number) =>
      rendered(
        account(
          { agents: ADA, teams: {}, scope: 'administrators' },
          snapshot({ agents: ADA, teams: { crowd: members.slice(0, count) } }),
        ),
      ).length
    expect(size(300) - size(200)).toBeLessThan(1.1 * (size(200) - size(100)))
  })

  test('is skipped when the policy ignores it, with the pattern and its place', () => {
    expect(named('agent/sync@integrations.acme.com')).toMatchObject({
      is: 'skipped',
      message: 'Ignored by "*@integrations.acme.com".',
      text: 'Ignored by "*@integrations.acme.com".',
      line: '22',
    })
    expect(named('team/archive-2024')?.message).toBe('Ignored by "archive-*".')
  })

  test('of a membership is skipped with the person, with the team, and for a ghost', () => {
    const ignoring = { agents: ADA, teams: { billing: [] }, ignoreAgents: ['bot*', 'gone*'] }
    const skipped = compared(
      { ...ignoring, ignoreTeams: ['old*'] },
      {
        agents: { ...ADA, 'bot@acme.com': 'agent' },
        teams: {
          billing: { members: ['bot@acme.com'], ghosts: ['gone@acme.com'] },
          old: ['ada@acme.com'],
        },
      },
    ).filter(({ is }) => is === 'skipped')
    expect(skipped.map(({ name, message }) => [name, message])).toEqual([
      ['agent/bot@acme.com', 'Ignored by "bot*".'],
      ['team/billing/bot@acme.com', 'Ignored by "bot*".'],
      ['team/billing/gone@acme.com', 'Ignored by a pattern.'],
      ['team/old', 'Ignored by "old*".'],
      ['team/old/ada@acme.com', 'Ignored by "old*".'],
    ])
  })

  test('is skipped when the policy does not speak of it', () => {
    const [grace] = casesOf(renderJunit(REPORTS['partly-managed'] as Report)).filter(
      ({ name }) => name === 'agent/grace@acme.com',
    )
    expect(grace).toMatchObject({ is: 'skipped', message: 'Not managed by this policy.' })
  })

  test('says drift before a warning about the same person', () => {
    const [, ken] = compared(
      { agents: { ...ADA, 'ken@acme.com': { role: 'administrator', name: 'Ken' } } },
      {
        agents: {
          ...ADA,
          'ken@acme.com': { role: 'administrator', name: 'K', customRoleId: 1, confirmed: false },
        },
      },
    )
    expect(ken?.message).toBe(
      'invitation not accepted (administrator); administrator, custom role 1 affects only the menus of the dashboard; name "K", should be "Ken"',
    )
  })

  test('a finding about a membership fails the case of the membership and no other', () => {
    const cases = compared(
      { agents: ADA, teams: { billing: [], support: ['ada@acme.com'] } },
      { agents: ADA, teams: { billing: { members: ['ada@acme.com'] }, support: { members: [] } } },
    )
    expect(cases.map(({ name, is }) => `${name} ${is}`)).toEqual([
      'agent/ada@acme.com passed',
      'team/billing passed',
      'team/billing/ada@acme.com failure',
      'team/support passed',
      'team/support/ada@acme.com failure',
    ])
  })

  test('of drift that no finding speaks for still fails', () => {
    const [each] = DRIFT.accounts
    if (each?.verdict !== 'drift') throw new Error('drift was expected')
    const people = each.getOutcomes().people.map((person) => ({
      ...person,
      alone: { ...person.alone, findings: [] },
    }))
    const failures = casesOf(
      rendered({ ...each, getOutcomes: () => ({ ...each.getOutcomes(), people, groups: [] }) }),
    ).filter(({ is }) => is === 'failure')
    expect(failures.map(({ name }) => name)).toContain('agent/mallory@evil.example')
    expect(failures[0]?.message).toBe('Differs from the policy.')
  })

  test('whose finding has no place in the policy has no file and no line', () => {
    const [each] = DRIFT.accounts
    if (each?.verdict !== 'drift') throw new Error('drift was expected')
    const people = each.getOutcomes().people.map((person) => ({
      ...person,
      alone: {
        ...person.alone,
        findings: person.alone.findings.map((finding) => ({ ...finding, location: null })),
      },
    }))
    const mallory = casesOf(
      rendered({ ...each, getOutcomes: () => ({ ...each.getOutcomes(), people, groups: [] }) }),
    ).find(({ name }) => name === 'agent/mallory@evil.example')
    expect(mallory).toMatchObject({ file: null, line: null })
    expect(mallory?.text).toContain('(admin-unexpected, risk critical)')
  })
})

describe('without a verdict', () => {
  test('every error is a case with its place, reason, next step and request id', () => {
    const errors = casesOf(renderJunit(REPORTS['invalid-policy'] as Report))
    expect(errors.map(({ is }) => is)).toEqual(errors.map(() => 'error'))
    expect(errors[0]).toMatchObject({ classname: 'rollcall.yaml.account', file: 'rollcall.yaml' })
    expect(errors[0]?.text).toMatch(/^At rollcall\.yaml:\d+:\d+\.$/m)
    const [refused] = casesOf(renderJunit(REPORTS['no-verdict'] as Report))
    expect(refused).toMatchObject({
      classname: 'chat.acme.com/2.account',
      name: 'network-refused',
      message: 'No connection to chat.acme.com:443.',
      file: null,
    })
    expect(refused?.text).toContain('Request id: 00000000-')
    expect(refused?.text).toContain('Check host and port of the base URL.')
  })

  test('a policy outside of the repository is named by its path, and no line of it is annotated', () => {
    const location = { file: '../elsewhere/p.yaml', line: 3, column: 1 }
    const outside = concludeUnjudged(
      { path: location.file, sha256: null, policy: null, server: null, accountId: null },
      [makeDiagnostic({ code: 'policy-value', summary: 'No.', location })],
    )
    const xml = render(concludeReport(DRIFT, [], [outside]), { uri: () => null })
    expect(casesOf(xml)).toMatchObject([
      { classname: '../elsewhere/p.yaml.account', file: null, line: null },
    ])
    expect(casesOf(xml)[0]?.text).toContain('At ../elsewhere/p.yaml:3:1.')
  })

  test('wrong usage is a case too', () => {
    expect(casesOf(renderJunit(REPORTS['wrong-usage'] as Report))).toMatchObject([
      { classname: 'rollcall', name: 'usage-option', is: 'error' },
    ])
  })

  test('nobody knows why, and there is a case all the same', () => {
    const internal = concludeUnjudged(
      { path: 'a.yaml', sha256: null, policy: null, server: null, accountId: null },
      [],
    )
    expect(casesOf(rendered(internal))).toMatchObject([{ name: 'verdict', is: 'error' }])
    expect(casesOf(rendered())).toMatchObject([{ classname: 'rollcall', is: 'error' }])
  })

  test('what failed after the accounts were judged stands beside them', () => {
    const failed = makeDiagnostic({
      code: 'output-failed',
      summary: 'The disk is full.',
      advice: null,
    })
    const both = casesOf(renderJunit(addDiagnostics(DRIFT, [failed])))
    expect(both[0]).toMatchObject({ name: 'output-failed', is: 'error', text: 'The disk is full.' })
    expect(both.length).toBe(casesOf(renderJunit(DRIFT)).length + 1)
  })

  test('a warning alone is no case', () => {
    const note = makeDiagnostic({
      code: 'settings-token-on-command-line',
      severity: 'warning',
      summary: '.',
    })
    expect(renderJunit(addDiagnostics(DRIFT, [note]))).toBe(renderJunit(DRIFT))
  })

  test('two policies of one account are told apart', () => {
    const clash = makeDiagnostic({ code: 'policy-same-account', summary: 'The same account.' })
    const of = (path: string) =>
      concludeUnjudged(
        { path, sha256: null, policy: null, server: 'https://a.example', accountId: 1 },
        [clash],
      )
    expect(pairs(rendered(of('a.yaml'), of('b.yaml')))).toEqual([
      'a.example/1.account policy-same-account',
      'a.example/1.account policy-same-account #2',
    ])
  })
})

describe('between runs', () => {
  const written: WrittenPolicy = {
    agents: { ...ADA, 'grace@acme.com': 'agent', 'hedy@acme.com': 'agent' },
    teams: { billing: ['ada@acme.com'], 'tier 1': ['grace@acme.com'] },
  }
  const actual = snapshot({
    agents: { ...ADA, 'grace@acme.com': 'administrator', 'mallory@evil.example': 'administrator' },
    teams: { billing: ['grace@acme.com', 'mallory@evil.example'], 'tier 1': ['grace@acme.com'] },
  })

  test('the order in which a server or a policy lists things changes no byte', () => {
    const reversed: Snapshot = {
      ...actual,
      agents: actual.agents.toReversed(),
      groups: actual.groups
        .toReversed()
        .map((team) => ({ ...team, members: team.members.toReversed() })),
    }
    expect(rendered(account(written, reversed))).toBe(rendered(account(written, actual)))
  })

  test('another account name, another line and another server time keep every pair', () => {
    const later: Snapshot = {
      ...actual,
      account: { id: 1, name: 'Renamed' },
      startedAt: '2027-01-01T00:00:00.000Z',
    }
    const moved = { ...written, agents: { 'new@acme.com': 'agent', ...written.agents } as const }
    const before = pairs(rendered(account(written, actual)))
    expect(pairs(rendered(account(moved, later)))).toEqual(expect.arrayContaining(before))
  })

  test('a fixed finding turns its case green and leaves the others as they were', () => {
    const fixed = {
      ...actual,
      agents: actual.agents.map((each) =>
        each.email === 'grace@acme.com' ? ({ ...each, role: 'agent' } as const) : each,
      ),
    }
    const before = casesOf(rendered(account(written, actual)))
    const after = casesOf(rendered(account(written, fixed)))
    const differing = after.filter((each, index) => each.is !== before[index]?.is)
    expect(differing.map(({ name, is }) => [name, is])).toEqual([
      ['agent/grace@acme.com', 'passed'],
    ])
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
  })

  test('times are those of the reading', () => {
    const [suite] = below(parse(rendered(account(written, actual))), 'testsuite')
    expect(suite?.getAttribute('timestamp')).toBe('2026-11-23T12:00:00.000Z')
    expect(suite?.getAttribute('time')).toBe('1.000')
  })
})

describe('hostile names', () => {
  test('are shown as text, in attributes and in bodies', () => {
    const failures = casesOf(renderJunit(REPORTS['hostile-names'] as Report))
    const billing = failures.find(({ name }) => name === 'team/billing')
    const shown =
      '::error::pwn %0A | `x` <script>alert(1)</script> =HYPERLINK("http://e") \\u{202e}gpj ]]> ' +
      '\\u{0}\\u{7}\\u{1b}[31mred\\u{1b}[0m\\u{9b}1m\\u{d}\\u{a}\\u{2028}\\u{200b}👩\\u{200d}💻 \\u{d800}'
    expect(billing?.message).toBe(`description "${shown}", should be "Invoices"`)
    expect(billing?.text.split('\n')[0]).toBe(`Different team settings: ${billing?.message}`)
  })

  test('do not become a command of a CI job, and read as they are', () => {
    const name = '##[error]##vso[x] ###[y]'
    const [ada] = compared(
      { agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada' } } },
      { agents: { 'ada@acme.com': { role: 'administrator', name } } },
    )
    expect(ada?.text).toContain(name)
  })

  test('cannot have a file attached', () => {
    const name = '[[ATTACHMENT|/etc/passwd]]'
    const [ada] = compared(
      { agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada' } } },
      { agents: { 'ada@acme.com': { role: 'administrator', name } } },
    )
    expect(ada?.is).toBe('system-out')
    expect(ada?.text).not.toContain('[[')
    expect(ada?.text).toContain('[ [ATTACHMENT|/etc/passwd]]')
  })

  test('of any kind leave a well-formed document with unique pairs', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant(HOSTILE),
      fc.constant('\ufffe]]>'),
      fc.constant('\ufffd'),
    )
    fc.assert(
      fc.property(text, text, text, (name, description, team) => {
        const xml = rendered(
          account(
            {
              agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada' } },
              teams: { [`b${team}`]: { description: 'd', members: [] } },
            },
            snapshot({
              agents: { 'ada@acme.com': { role: 'administrator', name } },
              teams: { [`b${team}`]: { description }, [`c${description}`]: [] },
            }),
          ),
        )
        expect(xml).not.toMatch(HARMFUL)
        const all = pairs(xml)
        expect(new Set(all).size).toBe(all.length)
      }),
    )
  })
})
