/**
 * What to do about findings, for every view for people: once per code, with the policy lines that
 * would fix them. Knows YAML but no report format: each view escapes these texts itself.
 */
import { type Finding, isOpen } from '../core/messages/finding.ts'
import {
  FINDINGS,
  type FindingCode,
  type Risk,
  type Severity,
} from '../core/messages/finding-records.ts'
import { grouped } from '../core/model/collect.ts'
import { type Settlement, yamlText } from '../core/plan/settle.ts'
import type { JudgedAccount } from '../core/report/report.ts'

/** What findings of one code have in common. */
export interface Remedy {
  readonly code: FindingCode
  readonly title: string
  /** Of the worst finding. */
  readonly risk: Risk
  readonly severity: Severity
  /** Our own words; backticks mark code. */
  readonly remedy: string
  readonly findings: readonly Finding[]
  /** The policy lines that would fix them, for those that the policy can fix. */
  readonly lines: readonly RemedyLines[]
}

export interface RemedyLines extends Settlement {
  readonly finding: Finding
}

/** One for each code of the findings that count, worst first. */
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
      return settlement && isKey(finding) ? [{ ...settlement, finding }] : []
    })
    return { code, title, risk, severity, remedy, findings: same, lines }
  })
}

/** The first sentence of a remedy, if there is no room for more. */
export function inShort(remedy: string): string {
  return remedy.replace(/\. .*/s, '.')
}

/** In YAML, a key on one line can have 1,024 characters; a line with a longer key would be invalid. */
const LONGEST_KEY = 1_000

function isKey({ subject }: Finding): boolean {
  const { email, team } = { email: '', team: '', ...subject }
  return yamlText(subject.kind === 'agent' ? email : team).length <= LONGEST_KEY
}

interface Node {
  readonly lines: Set<string>
  readonly below: Map<string, Node>
}

/**
 * The lines as one piece of a policy: every key once, every line once, two spaces per level, no
 * line break at the end. Empty if there are none.
 */
export function pasteable(settlements: readonly Settlement[]): string {
  const top: Node = { lines: new Set(), below: new Map() }
  for (const { path, lines } of settlements) {
    let node = top
    for (const key of path) {
      const next = node.below.get(key) ?? { lines: new Set(), below: new Map() }
      node.below.set(key, next)
      node = next
    }
    for (const line of lines) node.lines.add(line)
  }
  return written(top).join('\n')
}

function written({ lines, below }: Node): readonly string[] {
  const nested = [...below].flatMap(([key, node]) => [
    `${yamlText(key)}:`,
    ...written(node).map((line) => `  ${line}`),
  ])
  return [...lines, ...nested]
}

/** One of them on one line, in YAML's flow style. */
export function onOneLine({ path, lines }: Settlement): string {
  const innermost = lines.some((line) => line.startsWith('- '))
    ? `[${lines.map((line) => line.slice(2)).join(', ')}]`
    : `{ ${lines.join(', ')} }`
  return path.reduceRight((value, key, index) => {
    const entry = `${yamlText(key)}: ${value}`
    return index === 0 ? entry : `{ ${entry} }`
  }, innermost)
}
