/**
 * What to do about findings: once per code, with the policy lines that would end them. Views only write
 * it down.
 */
import { type Finding, isOpen } from '../messages/finding.ts'
import {
  FINDINGS,
  type FindingCode,
  type Risk,
  type Severity,
} from '../messages/finding-records.ts'
import { groupBy } from '../model/collect.ts'
import type { JudgedAccount, PolicyLines } from './report.ts'

/** What findings of one code have in common. */
export interface Remedy {
  readonly code: FindingCode
  readonly title: string
  /** Of the worst of them. */
  readonly risk: Risk
  readonly severity: Severity
  /** Our own words; backticks mark code. */
  readonly remedy: string
  readonly findings: readonly Finding[]
  /** The lines that would end them, for findings that a line of the policy can end. */
  readonly lines: readonly RemedyLines[]
}

export interface RemedyLines extends PolicyLines {
  readonly finding: Finding
}

/** One for each code of those that count, in the order of the findings: worst first. */
export function listRemedies({
  findings,
  settlements,
}: Pick<JudgedAccount, 'findings' | 'settlements'>): readonly Remedy[] {
  const kinds = groupBy(findings.filter(isOpen), ({ code }) => code)
  return [...kinds.values()].map((same): Remedy => {
    const [{ code, risk, severity }] = same
    const { title, remedy } = FINDINGS[code]
    const lines = same.flatMap((finding) => {
      const settlement = settlements.get(finding.id)
      return settlement?.fits ? [{ ...settlement, finding }] : []
    })
    return { code, title, risk, severity, remedy, findings: same, lines }
  })
}
