/** A whole run in numbers. */
import { isApprovable } from './proposal.ts'
import type { AccountReport } from './report.ts'

/** Accounts by verdict, open findings of severity error, accepted findings, and open critical ones. */
export function countTotals(accounts: readonly AccountReport[]) {
  const verdicts = { in_sync: 0, drift: 0, none: 0 }
  for (const { verdict } of accounts) verdicts[verdict] += 1
  const sum = (key: 'error' | 'waived' | 'critical') =>
    accounts.reduce((all, { summary }) => all + summary[key], 0)
  return { verdicts, error: sum('error'), waived: sum('waived'), critical: sum('critical') }
}

/** Null: nothing can be approved. Only a run of one account has an approval. */
export function findApproval(accounts: readonly AccountReport[]): string | null {
  const proposals = accounts.flatMap((each) =>
    each.verdict === 'none' ? [] : (each.proposal ?? []),
  )
  return proposals.find(isApprovable)?.approval ?? null
}
