/** What the views say of an earlier report: short, escaped, and with every number. */
import { expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import type { PastFinding } from '../../src/core/report/earlier.ts'
import {
  type AccountReport,
  concludeAccount,
  concludeReport,
} from '../../src/core/report/report.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { describeQuietAccount, describeSince } from '../../src/views/labels.ts'
import { renderMarkdown } from '../../src/views/markdown/report.ts'
import { renderPlain } from '../../src/views/text/lines.ts'
import { policy, snapshot } from '../core/build.ts'
import { HEAD } from './reports.ts'

const AT = '2026-11-22T08:00:00.000Z'

function past(address: string): PastFinding {
  const code = 'agent-unexpected'
  return {
    id: `${code}:${address}`,
    code,
    address,
    risk: 'high',
    firstSeen: AT,
    counted: true,
    recordedAt: null,
  }
}

function account(
  resolved: readonly PastFinding[],
  notChecked: readonly PastFinding[],
  id = 1,
): AccountReport {
  const own = policy({ agents: { 'ada@acme.com': 'administrator' } })
  const read = {
    ...snapshot({ agents: { 'ada@acme.com': 'administrator' } }),
    account: { id, name: 'Acme' },
  }
  const decision = plan(own, read, '2026-11-23')
  if (decision.kind === 'unknown') throw new Error('No verdict.')
  const since = {
    ...{ reportedAt: AT, firstSeen: new Map(), resolved, notChecked },
    ...{ countNow: [], lostVerdict: false },
  }
  return { ...concludeAccount(own, read, decision.plan, new Map()), since }
}

const many = Array.from({ length: 7 }, (_, index) => past(`agent/a${index}@a.com`))

test('at most five are named, and the others are counted', () => {
  expect(describeSince(account(many, many.slice(0, 1)))).toBe(
    'Since the report of 2026-11-22 08:00:00 UTC: 0 new, 0 known, 7 resolved, 1 not checked. ' +
      `Resolved: ${many
        .slice(0, 5)
        .map(({ id }) => id)
        .join(', ')} and 2 more. ` +
      'Not checked: agent-unexpected:agent/a0@a.com.',
  )
})

test('what counts as drift only now is named', () => {
  const before = account([], [])
  const since = before.since && { ...before.since, countNow: [past('agent/a@a.com')] }
  expect(describeSince({ ...before, since })).toContain(
    'Known, but drift only now: agent-unexpected:agent/a@a.com.',
  )
})

test('an account on one line says how many are resolved', () => {
  expect(describeQuietAccount(account(many, []))).toBe('no drift, 7 resolved')
  expect(describeQuietAccount(account([], many))).toBe('no drift')
  const report = concludeReport(HEAD, [], [account(many, []), account([], [], 2)])
  expect(renderPlain(report)).toContain('no drift, 7 resolved')
})

test('text of an earlier report is escaped like any other', () => {
  const hostile = past('agent/<b>\u001b[31m|x`@a.com')
  const report = concludeReport(HEAD, [], [account([hostile], [])])
  const uri = (path: string) => path
  for (const shown of [renderPlain(report), renderMarkdown(report, { maxBytes: 9_000, uri })]) {
    expect(shown).not.toContain('\u001b')
    expect(shown).toContain('1 resolved')
  }
  expect(renderHtml(report)).not.toContain('<b>')
  expect(renderMarkdown(report, { maxBytes: 9_000, uri })).toContain(
    '`agent-unexpected:agent/<b>\\u{1b}[31m`&#124;`x`&#96;`@a.com`',
  )
})
