/**
 * What to do about findings, for every view for people: once per kind, with the lines of a policy
 * that would settle them. Knows no format of a report: views escape what they take here.
 */
import {
  FINDINGS,
  type Finding,
  type FindingCode,
  isOpen,
  type Risk,
  type Severity,
} from '../core/messages/finding.ts'
import { grouped } from '../core/model/collect.ts'
import type { JudgedAccount, PolicyLines } from '../core/report/report.ts'

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
  /** What would settle them, for those that a line of the policy can settle. */
  readonly lines: readonly RemedyLines[]
}

export interface RemedyLines extends PolicyLines {
  readonly finding: Finding
}

/** One for each code of those that count, in the order of the findings: worst first. */
export function remedies({
  findings,
  settlements,
}: Pick<JudgedAccount, 'findings' | 'settlements'>): readonly Remedy[] {
  const kinds = grouped(findings.filter(isOpen), ({ code }) => code)
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

/** The first sentence of a remedy, where there is no room for more. */
export function inShort(remedy: string): string {
  return remedy.replace(/\. .*/s, '.')
}

interface Node {
  readonly lines: Set<string>
  readonly below: Map<string, Node>
}

/** Settlements as one piece of a policy: every key and every line once, no line break at the end. */
export function pasteable(settlements: readonly PolicyLines[]): string {
  const top: Node = { lines: new Set(), below: new Map() }
  for (const { above, lines } of settlements) {
    let node = top
    for (const key of above) {
      const next = node.below.get(key) ?? { lines: new Set(), below: new Map() }
      node.below.set(key, next)
      node = next
    }
    for (const line of lines) node.lines.add(line)
  }
  return nested(top).join('\n')
}

function nested({ lines, below }: Node): readonly string[] {
  const further = [...below].flatMap(([key, node]) => [
    key,
    ...nested(node).map((line) => `  ${line}`),
  ])
  return [...lines, ...further]
}
