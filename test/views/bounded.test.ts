/** However much differs: formats for machines are complete, those for people cut and say so. */
import { parse as parseCsv } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import { concludeAccount, concludeReport, type Report } from '../../src/core/report/report.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { writeFixes } from '../../src/policy/write/yaml.ts'
import { renderCsv } from '../../src/views/csv.ts'
import { renderGithub } from '../../src/views/github.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { renderJson } from '../../src/views/json.ts'
import { renderJunit } from '../../src/views/junit.ts'
import { renderMarkdown } from '../../src/views/markdown/report.ts'
import { renderSarif } from '../../src/views/sarif.ts'
import { renderPlain } from '../../src/views/text/lines.ts'
import { type SeenAccount, snapshot as seen } from '../core/build.ts'

const FINDINGS = 20_000
const HERE = { uri: (file: string) => file }

function compare(text: string, account: SeenAccount): Report {
  const { policy } = parsePolicy('rollcall.yaml', new TextEncoder().encode(text))
  if (policy === null) throw new Error('The policy is valid.')
  const snapshot = seen(account)
  const decision = plan(policy, snapshot, '2026-11-23')
  if (decision.kind !== 'plan') throw new Error('There is a plan.')
  const head = { command: 'plan', tool: { name: 'rollcall', version: '1.2.3' }, exitZero: false }
  const judged = concludeAccount(policy, snapshot, decision.plan, writeFixes(decision.plan))
  return concludeReport({ ...head, generatedAt: '2026-11-23T08:00:02.000Z' }, [], [judged])
}

const REPORT = (() => {
  const text =
    'version: 1\nagents: { ada@acme.com: administrator }\nscope:\n  ignore: { agents: ["*.bot@acme.com"] }\n'
  const names = Array.from({ length: FINDINGS }, (_, n) => `person-${n}@acme.com`)
  const bots = Array.from({ length: FINDINGS }, (_, n) => `${n}.bot@acme.com`)
  const agents = [...names, ...bots].map((email) => [email, 'agent'] as const)
  return compare(text, {
    agents: { 'ada@acme.com': 'administrator', ...Object.fromEntries(agents) },
  })
})()

function linesWith(word: string, text: string): number {
  return text.split('\n').filter((line) => line.includes(word)).length
}

test.each([
  ['json', () => JSON.parse(renderJson(REPORT)).accounts[0].findings.length],
  ['sarif', () => JSON.parse(renderSarif(REPORT, HERE) ?? '').runs[0].results.length],
  ['csv', () => linesWith('agent-unexpected', renderCsv(REPORT) ?? '')],
  ['junit', () => renderJunit(REPORT, HERE).match(/<failure /g)?.length],
])('%s holds every finding', (_name, count) => {
  expect(count()).toBe(FINDINGS)
})

test.each([
  ['text', () => renderPlain(REPORT), '… and 19000 more findings, 19000 more ignored'],
  ['github', () => renderGithub(REPORT, HERE), '(And 19990 more: see the log of this step.)'],
  [
    'markdown',
    () => renderMarkdown(REPORT, { maxBytes: 60_000, ...HERE }),
    'left out here because the size of the report is limited.',
  ],
  ['html', () => renderHtml(REPORT), '19000 of 20000 are not shown here.'],
])('%s shows the worst findings and counts the rest', (_name, render, said) => {
  const text = render()
  expect(text.length).toBeLessThan(3_000_000)
  expect(text).toContain(said)
})

test('sarif shows the worst 25,000 findings of an account and counts the rest', () => {
  const [account] = REPORT.accounts
  const findings = [...(account?.findings ?? []), ...(account?.findings ?? [])]
  const accounts = [{ ...account, findings } as never]
  const [run] = JSON.parse(renderSarif({ ...REPORT, accounts }, HERE) ?? '').runs
  expect(run.results.length).toBe(25_000)
  expect(run.invocations[0].toolExecutionNotifications).toEqual([
    {
      descriptor: { id: 'output-shortened' },
      level: 'warning',
      message: {
        text: '15000 findings left out, because code scanning does not accept more. These are the worst ones.',
      },
    },
  ])
})

function csvRows(report: Report): Record<string, string>[] {
  return parseCsv(renderCsv(report) ?? '', { columns: true, bom: true })
}

describe('a line of the policy that would end a finding', () => {
  const offered = (name: string) => {
    const report = compare('version: 1\nteams: {}\n', { teams: { [name]: [] } })
    const [{ remedy }] = JSON.parse(renderJson(report)).accounts[0].findings
    const yaml = /```yaml\n(.*?)```/s
    return {
      json: remedy.lines.join('\n'),
      sarif: JSON.parse(renderSarif(report, HERE) ?? '').runs[0].results[0].message.text,
      junit: renderJunit(report, HERE),
      html: renderHtml(report),
      markdown: yaml.exec(renderMarkdown(report, { maxBytes: 60_000, ...HERE }))?.[1] ?? '',
      csv: csvRows(report)[0]?.['policy_line'],
    }
  }

  test('is offered with its whole key in every format', () => {
    const long = 'x'.repeat(1_000)
    for (const text of Object.values(offered(long))) expect(text).toContain(`${long}: `)
  })

  test('is offered in no format if its key is longer than YAML accepts', () => {
    const { json, markdown, csv, ...others } = offered('x'.repeat(1_001))
    expect([json, markdown, csv]).toEqual(['', '', ''])
    for (const text of Object.values(others)) expect(text).not.toContain('should contain')
  })

  test('is not offered where it would have to be cut', () => {
    const people = Array.from({ length: 2_000 }, (_, n) => `person-${n}@acme.com`)
    const account = {
      agents: Object.fromEntries(people.map((email) => [email, 'agent'] as const)),
      teams: { all: people },
    }
    const report = compare('version: 1\nteams: {}\n', account)
    const rows = csvRows(report).map((each) => [each['code'], each['policy_line']])
    expect(rows).toContainEqual(['team-unexpected', ''])
    expect(renderHtml(report)).toMatch(/\(\d+ characters, too long to show\)/)
  })
})
