/** What a whole run counts, over all of its accounts. */
import { expect, test } from 'vitest'
import { isDrift, isOpen } from '../../src/core/messages/finding.ts'
import type { AccountReport, Report } from '../../src/core/report/report.ts'
import { countTotals, findApproval } from '../../src/core/report/totals.ts'
import { proposal } from '../views/applies.ts'
import { REPORTS } from '../views/reports.ts'

test.each(Object.entries(REPORTS))(
  '%s: every account and every finding counts once',
  (_, report) => {
    const { accounts } = report
    const findings = accounts.flatMap((each) => each.findings)
    const of = (verdict: Report['verdict']) =>
      accounts.filter((each) => each.verdict === verdict).length
    expect(countTotals(accounts)).toEqual({
      verdicts: { in_sync: of('in_sync'), drift: of('drift'), none: of('none') },
      error: findings.filter(isDrift).length,
      waived: findings.filter((each) => !isOpen(each)).length,
      critical: findings.filter((each) => isOpen(each) && each.risk === 'critical').length,
    })
  },
)

test('an approval is that of the account that can be approved', () => {
  const [account] = REPORTS['in-sync']?.accounts ?? []
  const [failed] = REPORTS['no-verdict']?.accounts ?? []
  if (account === undefined || failed === undefined) throw new Error('There is none.')
  const asked = (diagnostics: typeof proposal.diagnostics): AccountReport =>
    ({ ...account, proposal: { ...proposal, diagnostics } }) as AccountReport
  expect(findApproval([account, failed])).toBe(null)
  expect(findApproval([asked(proposal.diagnostics)])).toBe(null)
  expect(findApproval([asked([])])).toBe(proposal.approval)
})
