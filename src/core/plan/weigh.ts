/** Gives each finding its severity and whether it counts, from the policy and the command line. */
import type { Finding } from '../messages/finding.ts'
import type { FindingCode } from '../messages/finding-records.ts'
import { groupBy } from '../model/collect.ts'
import { compareCodeUnits } from '../model/names.ts'
import type { Policy } from '../model/policy.ts'

/** With `strict`, every warning is an error. A critical finding never changes. */
export function weighFindings(
  findings: readonly Finding[],
  { severity }: Policy,
  strict: boolean,
): readonly Finding[] {
  return findings.map((finding): Finding => {
    if (finding.risk === 'critical') return finding
    const wanted = severity.get(finding.code)?.value ?? finding.severity
    if (wanted === 'off') return { ...finding, disposition: 'off' }
    return { ...finding, severity: strict ? 'error' : wanted }
  })
}

export function countFindings(findings: readonly Finding[]): ReadonlyMap<FindingCode, number> {
  const by = [...groupBy(findings, ({ code }) => code)]
  by.sort(([a], [b]) => compareCodeUnits(a, b))
  return new Map(by.map(([code, same]) => [code, same.length]))
}
