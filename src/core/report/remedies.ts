/**
 * What to do about findings: once per code, with the policy lines that would end them. Views only write
 * it down.
 */
import { type Finding, isOpen } from '../messages/finding.ts'
import { FINDINGS, type FindingCode } from '../messages/finding-records.ts'
import { groupBy } from '../model/collect.ts'
import type { JudgedAccount, PolicyLines } from './report.ts'

export interface Remedy {
  readonly code: FindingCode
  readonly title: string
  /** Our own words; backticks mark code. */
  readonly remedy: string
  readonly findings: readonly Finding[]
  /** The lines that would end them, for findings that a line of the policy can end. */
  readonly lines: readonly (PolicyLines & { readonly finding: Finding })[]
}

/** One for each code of those that count, in the order of the findings: worst first. */
export function listRemedies({
  findings,
  fixes,
}: Pick<JudgedAccount, 'findings' | 'fixes'>): readonly Remedy[] {
  const kinds = groupBy(findings.filter(isOpen), ({ code }) => code)
  return [...kinds.values()].map((same): Remedy => {
    const [{ code }] = same
    const { title, remedy } = FINDINGS[code]
    const lines = same.flatMap((finding) => {
      const fix = fixes.get(finding.id)
      return fix ? [{ ...fix, finding }] : []
    })
    return { code, title, remedy, findings: same, lines }
  })
}

interface Node {
  readonly lines: Set<string>
  readonly below: Map<string, Node>
}

/** Pieces of a policy as one, from the top level on: every key and every line once. */
export function nestLines(pieces: readonly PolicyLines[]): readonly string[] {
  const top: Node = { lines: new Set(), below: new Map() }
  for (const { above, lines } of pieces) {
    let node = top
    for (const key of above) {
      const next = node.below.get(key) ?? { lines: new Set(), below: new Map() }
      node.below.set(key, next)
      node = next
    }
    for (const line of lines) node.lines.add(line)
  }
  return listNode(top)
}

function listNode({ lines, below }: Node): readonly string[] {
  const further = [...below].flatMap(([key, node]) => [
    key,
    ...listNode(node).map((line) => `  ${line}`),
  ])
  return [...lines, ...further]
}
