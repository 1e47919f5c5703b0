/** Which account people should see first, and which takes one line. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import type { Finding } from '../../src/core/messages/finding.ts'
import { RISKS, type Risk } from '../../src/core/messages/finding-records.ts'
import { chooseResults, listShortened } from '../../src/core/report/code-scanning.ts'
import {
  countRisks,
  decideUrgency,
  findWorstRisk,
  listNews,
  listWorseRisks,
  sortAccounts,
  sortByWorstFinding,
  sortOpenFindings,
  splitByFindings,
  splitQuiet,
} from '../../src/core/report/order.ts'
import type { AccountReport } from '../../src/core/report/report.ts'

type Made = Partial<Pick<Finding, 'risk' | 'severity' | 'disposition'>>

/** As much of an account as its place depends on. */
function account(name: string, findings: readonly Made[], more: Partial<AccountReport> = {}) {
  const whole = findings.map((each) => ({ severity: 'error', disposition: 'open', ...each }))
  const drift = whole.some((each) => each.severity === 'error' && each.disposition === 'open')
  const verdict = drift ? 'drift' : 'in_sync'
  const made = { account: { id: 1, name }, diagnostics: [], findings: whole, verdict, ...more }
  return made as unknown as AccountReport
}

const names = (accounts: readonly AccountReport[]) => accounts.map((each) => each.account?.name)
const note = makeDiagnostic({ code: 'internal', severity: 'warning', summary: 'Look out.' })

const quiet = account('quiet', [])
const warned = account('warned', [{ risk: 'high', severity: 'warning' }])
const waived = account('waived', [{ risk: 'critical', disposition: 'waived' }])
const noted = account('noted', [], { diagnostics: [note] })
const unread = account('unread', [], { verdict: 'none', diagnostics: [note] })
const of = (risk: Risk) => account(risk, [{ risk }])

describe('the order of accounts', () => {
  test('is by the worst drift; one without a verdict stands after the critical ones', () => {
    const worstFirst = [of('critical'), unread, of('high'), of('medium'), of('low'), warned, quiet]
    expect(names(sortAccounts(worstFirst.toReversed()))).toEqual(names(worstFirst))
  })

  test('is by the number of findings if the worst are alike, then as the run has them', () => {
    const two = account('two', [{ risk: 'high' }, { risk: 'high' }])
    const more = account('more', [{ risk: 'high' }, { risk: 'medium' }])
    const again = account('again', [{ risk: 'high' }, { risk: 'medium' }])
    expect(names(sortAccounts([of('high'), more, again, two]))).toEqual([
      'two',
      'more',
      'again',
      'high',
    ])
  })

  test('ignores what does not count as drift', () => {
    const mixed = account('mixed', [{ risk: 'low' }, { risk: 'high', severity: 'warning' }])
    const accepted = account('accepted', [
      { risk: 'low' },
      { risk: 'critical', disposition: 'waived' },
    ])
    expect(names(sortAccounts([mixed, accepted, of('medium')]))[0]).toBe('medium')
  })

  test('keeps every account', () => {
    const all = [of('critical'), of('high'), of('low'), unread, warned, waived, noted, quiet]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...all)), (accounts) => {
        expect(names(sortAccounts(accounts)).sort()).toEqual(names(accounts).sort())
      }),
    )
  })
})

describe('the order of findings', () => {
  test('of one person has drift before warnings, and only what is open', () => {
    const findings = account('a', [
      { risk: 'low' },
      { risk: 'high', severity: 'warning' },
      { risk: 'critical', disposition: 'waived' },
      { risk: 'medium' },
    ]).findings
    expect(sortOpenFindings(findings).map(({ risk }) => risk)).toEqual(['low', 'medium', 'high'])
    expect([findWorstRisk(findings), findWorstRisk([])]).toEqual(['high', null])
  })

  test('of people or groups never puts one without findings before another', () => {
    const items = [quiet, of('low'), waived, noted, of('high')]
    const { noted: those, fine } = splitByFindings(items)
    expect([names(those), names(fine)]).toEqual([
      ['high', 'low', 'waived'],
      ['quiet', 'noted'],
    ])
  })
})

describe('what a short message says one by one', () => {
  const shown = (accounts: readonly AccountReport[]) =>
    listNews(accounts).map(({ account: { account: of }, finding }) => [of?.name, finding?.risk])

  test('is the worst of all accounts first, and why one has no verdict after the critical ones', () => {
    const mixed = account('mixed', [{ risk: 'critical' }, { risk: 'low' }])
    const more = account('more', [{ risk: 'critical' }, { risk: 'critical' }, { risk: 'high' }])
    expect(shown([quiet, of('medium'), unread, mixed, more])).toEqual([
      ['more', 'critical'],
      ['more', 'critical'],
      ['mixed', 'critical'],
      ['unread', undefined],
      ['more', 'high'],
      ['medium', 'medium'],
      ['mixed', 'low'],
    ])
  })

  test('is every open finding, also a warning, and nothing that is waived', () => {
    expect(shown([waived, warned, noted])).toEqual([['warned', 'high']])
  })
})

test('people stand in the order of their worst open finding', () => {
  const person = (name: string, findings: readonly Made[]) => ({ name, ...account(name, findings) })
  const people = [
    person('waived', [{ risk: 'critical', disposition: 'waived' }]),
    person('low', [{ risk: 'low' }]),
    person('both', [{ risk: 'low' }, { risk: 'high' }]),
    person('low too', [{ risk: 'low', severity: 'warning' }]),
  ]
  const sorted = sortByWorstFinding(people).map(({ name }) => name)
  expect(sorted).toEqual(['both', 'low', 'low too', 'waived'])
})

test('how many findings are open is counted by risk', () => {
  const findings = [{ risk: 'high' }, { risk: 'high', severity: 'warning' }, { risk: 'low' }]
  const one = account('x', [...(findings as Made[]), { risk: 'critical', disposition: 'waived' }])
  expect(countRisks(one.findings)).toEqual({ critical: 0, high: 2, medium: 0, low: 1 })
})

test.each([
  [quiet, 'quiet'],
  [warned, 'notes'],
  [waived, 'notes'],
  [noted, 'notes'],
  [unread, 'no-verdict'],
  [of('medium'), 'medium'],
])('an account that is %j is told apart', (each, urgency) => {
  expect(decideUrgency(each)).toBe(urgency)
})

describe('an account in sync', () => {
  test('takes one line among several, unless there is something to read', () => {
    const { loud, quiet: short } = splitQuiet([quiet, warned, unread, of('low')])
    expect(names(loud)).toEqual(['unread', 'low', 'warned'])
    expect(names(short)).toEqual(['quiet'])
  })

  test('is shown in full if it is alone', () => {
    expect(splitQuiet([quiet])).toEqual({ loud: [quiet], quiet: [] })
  })
})

test('what matters more than an account is the worse risks, and nothing if it has no verdict', () => {
  expect(listWorseRisks(of('critical'))).toEqual([])
  expect(listWorseRisks(of('medium'))).toEqual(['critical', 'high'])
  expect(listWorseRisks(unread)).toEqual([])
  expect(listWorseRisks(warned)).toEqual(RISKS)
})

describe('of the results of one account, code scanning gets', () => {
  const make = (n: number, more: Made) => Array.from({ length: n }, () => ({ ...OPEN, ...more }))
  const OPEN = { severity: 'error', disposition: 'open' } as const
  const findings = [
    ...make(2, { risk: 'critical', disposition: 'waived' }),
    ...make(24_999, { risk: 'high' }),
    ...make(2, { risk: 'low' }),
  ] as Finding[]

  test('all of 25,000', () => {
    expect(chooseResults(findings.slice(0, 25_000))).toEqual({
      shown: findings.slice(0, 25_000),
      leftOut: 0,
    })
    expect(listShortened([account('x', findings.slice(0, 25_000))])).toEqual([])
  })

  test('the worst of more, the waived ones last, and the rest is counted in a warning', () => {
    const { shown, leftOut } = chooseResults(findings)
    expect([shown.length, leftOut]).toEqual([25_000, 3])
    expect(shown.at(-1)).toEqual({ ...OPEN, risk: 'low' })
    const policy = { path: 'big.yaml', sha256: null }
    const [warning, ...more] = listShortened([account('x', findings, { policy }), quiet])
    expect(more).toEqual([])
    expect(warning?.severity).toBe('warning')
    expect(warning?.summary).toContain('leaves out 3 of the 25003 findings of big.yaml')
  })
})
