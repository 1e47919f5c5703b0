/** Metrics: a strict parser, Prometheus' own checker where there is one, and what labels never say. */
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isOpen, listWaived } from '../../src/core/messages/finding.ts'
import type { JudgedAccount, Report } from '../../src/core/report/report.ts'
import { escapeLabel, renderOpenMetrics } from '../../src/views/openmetrics.ts'
import { HOSTILE, named, REPORTS } from './reports.ts'

const cases = Object.entries(REPORTS)
const GOLDEN = ['drift-of-every-kind', 'hostile-names', 'no-verdict', 'several-accounts']

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Reads what both OpenMetrics 1.0 and the older text format of Prometheus accept: families in one
 * piece, each with HELP, TYPE gauge and, if its name ends with a unit, UNIT; no series twice; `# EOF`.
 */
function parse(text: string): Series[] {
  const lines = text.split('\n')
  expect(lines.slice(-2)).toEqual(['# EOF', ''])
  const found: Series[] = []
  const families = new Set<string>()
  const series = new Set<string>()
  let family = ''
  for (let at = 0; at < lines.length - 2; at += 1) {
    const line = lines[at] ?? ''
    const [, helped] = /^# HELP (rollcall_[a-z_]+) [^\\"]+\.$/.exec(line) ?? []
    if (helped !== undefined) {
      expect(families).not.toContain(helped)
      family = helped
      families.add(family)
      expect(lines[at + 1]).toBe(`# TYPE ${family} gauge`)
      // A gauge must not look like a counter or a histogram.
      expect(family).not.toMatch(/_(total|count|sum|bucket|info)$/)
      const [, unit] = /_(seconds)$/.exec(family) ?? []
      if (unit !== undefined) expect(lines[at + 2]).toBe(`# UNIT ${family} ${unit}`)
      at += unit === undefined ? 1 : 2
      continue
    }
    const [, name = '', inner = '', value = ''] =
      /^(\w+)\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\d+(?:\.\d+)?)$/.exec(line) ?? []
    expect(name, line).toBe(family)
    expect(inner).not.toMatch(/,$/)
    const pairs = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = '', escaped = '']) => [key, escaped.replace(/\\(.)/g, '$1')] as const,
    )
    const labels = Object.fromEntries(pairs)
    expect(Object.keys(labels).length).toBe(pairs.length)
    const key = JSON.stringify([name, Object.entries(labels).sort()])
    expect(series).not.toContain(key)
    series.add(key)
    found.push({ name, labels, value: Number(value) })
  }
  return found
}

const of = (report: Report, name: string) =>
  parse(renderOpenMetrics(report)).filter((each) => each.name === `rollcall_${name}`)
const sum = (all: readonly Series[]) => all.reduce((total, { value }) => total + value, 0)
const judgedOf = ({ accounts }: Report) =>
  accounts.flatMap((account): readonly JudgedAccount[] =>
    account.verdict === 'none' ? [] : [account],
  )

describe('openmetrics', () => {
  test.each(GOLDEN)('%s reads as the golden file', async (name) => {
    await expect(renderOpenMetrics(named(name))).toMatchFileSnapshot(`golden/${name}.prom`)
  })

  test.each(cases)('%s: has exactly one verdict, for the run and for each account', (_, report) => {
    const run = of(report, 'verdict')
    expect(run.map(({ labels }) => labels['verdict'])).toEqual(['in_sync', 'drift', 'none'])
    expect(run.filter(({ value }) => value === 1).map(({ labels }) => labels['verdict'])).toEqual([
      report.verdict,
    ])
    const accounts = of(report, 'account_verdict').filter(({ value }) => value === 1)
    expect(accounts.map(({ labels }) => labels['verdict'])).toEqual(
      report.accounts.map(({ verdict }) => verdict),
    )
  })

  test.each(cases)('%s: counts every finding once, and waived ones separately', (_, report) => {
    const findings = judgedOf(report).flatMap((account) => account.findings)
    const open = of(report, 'findings')
    expect(sum(open)).toBe(findings.filter(isOpen).length)
    expect(sum(open.filter(({ labels }) => labels['risk'] === 'critical'))).toBe(
      findings.filter((each) => isOpen(each) && each.risk === 'critical').length,
    )
    expect(sum(of(report, 'waived_findings'))).toBe(listWaived(findings).length)
  })

  test.each(cases)('%s: counts everybody on the account once', (_, report) => {
    expect(sum(of(report, 'people'))).toBe(
      judgedOf(report).reduce((total, { read }) => total + read.agents, 0),
    )
  })

  test.each(cases.filter(([, { verdict }]) => verdict === 'none'))(
    '%s: an account without a verdict has nothing but its verdict',
    (_, report) => {
      const others = parse(renderOpenMetrics(report)).filter(
        ({ name }) => !name.endsWith('verdict'),
      )
      const judged = judgedOf(report).map(({ policy }) => policy.path)
      expect(new Set(others.map(({ labels }) => labels['policy']))).toEqual(new Set(judged))
    },
  )

  test('says when and how long the account was read, in seconds', () => {
    const report = named('in-sync')
    expect(of(report, 'read_timestamp_seconds')[0]?.value).toBe(
      Date.UTC(2026, 10, 23, 8, 0, 1) / 1e3,
    )
    expect(of(report, 'read_duration_seconds')[0]?.value).toBe(1)
    expect(of(report, 'read_requests')[0]?.value).toBe(4)
  })

  test('people are counted by role, and invitations separately', () => {
    const people = of(named('drift-of-every-kind'), 'people')
    expect(people.map(({ labels, value }) => [labels['role'], labels['state'], value])).toEqual([
      ['administrator', 'confirmed', 5],
      ['administrator', 'invited', 0],
      ['agent', 'confirmed', 5],
      ['agent', 'invited', 2],
    ])
  })

  test.each(cases)('%s: no label contains the address of a person or a group', (_, report) => {
    expect(renderOpenMetrics(report)).not.toMatch(/@|agent\/|team\//)
  })

  test('a policy that was given twice and has no account is one series', () => {
    const report = named('invalid-policy')
    const twice = { ...report, accounts: [...report.accounts, ...report.accounts] }
    expect(of(twice, 'account_verdict').length).toBe(3)
  })

  test('a policy with a hostile name stays in its label', () => {
    const report = named('in-sync')
    for (const path of [HOSTILE, 'a"} 1\nrollcall_verdict{verdict="in_sync', '\\', '\\"', '']) {
      const accounts = report.accounts.map((each) => ({
        ...each,
        policy: { path, sha256: null },
      }))
      const series = of({ ...report, accounts }, 'account_verdict')
      expect(series.map(({ labels }) => Object.keys(labels))).toEqual(
        Array(3).fill(['server', 'account', 'policy', 'verdict']),
      )
    }
  })

  test('a label survives any text: one line, and the text comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeLabel(text)
        expect(escaped).toMatch(/^(?:[^"\\\n\r]|\\[\\"])*$/)
        if (!/[^ -~]/.test(text)) expect(escaped.replace(/\\(.)/g, '$1')).toBe(text)
      }),
    )
  })

  test('promtool accepts every report', ({ skip }) => {
    const check = (input: string) =>
      spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
    if (check('').error) skip('promtool is not installed (on Debian: apt-get install prometheus)')
    for (const [name, report] of cases) {
      const { status, stdout, stderr } = check(renderOpenMetrics(report))
      expect([name, status, stdout + stderr]).toEqual([name, 0, ''])
    }
  })
})
