/** The result of `rollcall demo`. */
import type { Report } from './report.ts'

export interface Demo {
  readonly report: Report
  readonly exitCode: 0 | 1
}

/** Drift is what the demo shows, so it is not a failure. */
export function concludeDemo(report: Report): Demo {
  return { report, exitCode: report.verdict === 'none' ? 1 : 0 }
}
