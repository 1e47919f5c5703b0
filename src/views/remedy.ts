/**
 * The lines of a policy that would fix findings, as text. Knows no format of a report: views
 * escape what they take here.
 */
import type { PolicyLines } from '../core/report/report.ts'

/** The first sentence of a remedy, if there is no room for more. */
export function shortenRemedy(remedy: string): string {
  return remedy.replace(/\. .*/s, '.')
}

interface Node {
  readonly lines: Set<string>
  readonly below: Map<string, Node>
}

/** Settlements as one piece of a policy: every key and every line once, no line break at the end. */
export function writePasteable(settlements: readonly PolicyLines[]): string {
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
  return nestLines(top).join('\n')
}

function nestLines({ lines, below }: Node): readonly string[] {
  const further = [...below].flatMap(([key, node]) => [
    key,
    ...nestLines(node).map((line) => `  ${line}`),
  ])
  return [...lines, ...further]
}
