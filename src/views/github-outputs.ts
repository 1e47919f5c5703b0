/**
 * The outputs of a step of GitHub Actions, a line each. Only words and numbers of rollcall: no text from
 * a server.
 */
import type { Report } from '../core/report/report.ts'
import { countSince, hasNews } from '../core/report/since.ts'
import { countTotals, findApproval } from '../core/report/totals.ts'

export function renderGithubOutputs(report: Report): string {
  const { verdict, exitCode, cause, accounts } = report
  const { verdicts, error, waived, critical } = countTotals(accounts)
  const since = countSince(...accounts)
  return Object.entries({
    verdict,
    'exit-code': exitCode,
    cause: cause ?? '',
    findings: error,
    waived,
    critical,
    'accounts-in-sync': verdicts.in_sync,
    'accounts-drifted': verdicts.drift,
    'accounts-without-verdict': verdicts.none,
    // Without an earlier report, "0 new" would be wrong.
    ...(since && {
      new: since.new,
      resolved: since.resolved,
      'not-checked': since.notChecked,
      news: hasNews(report),
    }),
    approval: findApproval(accounts) ?? '',
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
