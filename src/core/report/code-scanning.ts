/** What code scanning accepts of one SARIF file, and what is left out beyond that. Knows no SARIF. */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { type Finding, isOpen } from '../messages/finding.ts'
import type { AccountReport } from './report.ts'

/** GitHub rejects a file with more runs. rollcall writes one run for each account. */
const MOST_RUNS = 20
/** GitHub rejects a run with more results. */
const MOST_RESULTS = 25_000

/** Null, or why one SARIF file cannot hold this many policies. */
export function findTooManyPolicies(policies: number): Diagnostic | null {
  if (policies <= MOST_RUNS) return null
  return makeDiagnostic({
    code: 'usage-option',
    summary: `One SARIF file cannot hold ${policies} policies: code scanning accepts at most ${MOST_RUNS} in one file.`,
    advice: 'Use --report sarif=DIR/ (with the slash) to write one file for each account.',
  })
}

/** Worst first; waived findings are left out before open ones. */
export function chooseResults(findings: readonly Finding[]) {
  if (findings.length <= MOST_RESULTS) return { shown: findings, leftOut: 0 }
  const open = findings.filter(isOpen)
  const waived = findings.filter((each) => !isOpen(each))
  const shown = [...open, ...waived].slice(0, MOST_RESULTS)
  return { shown, leftOut: findings.length - shown.length }
}

/** Warnings about accounts with more results than code scanning accepts. */
export function listShortened(accounts: readonly AccountReport[]): readonly Diagnostic[] {
  return accounts.flatMap(({ policy, findings }) => {
    const { leftOut } = chooseResults(findings)
    if (leftOut === 0) return []
    return makeDiagnostic({
      code: 'output-shortened',
      summary: `The SARIF report leaves out ${leftOut} of the ${findings.length} findings of ${policy.path}: code scanning accepts ${MOST_RESULTS} for each account. It has the worst ones.`,
    })
  })
}
