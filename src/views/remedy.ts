/**
 * The lines of a policy that would settle findings, as text. Knows YAML and no format of a report:
 * views escape what they take here.
 */
import { type Settlement, yamlText } from '../core/plan/settle.ts'

/** The first sentence of a remedy, where there is no room for more. */
export function inShort(remedy: string): string {
  return remedy.replace(/\. .*/s, '.')
}

interface Node {
  readonly lines: Set<string>
  readonly below: Map<string, Node>
}

/**
 * Settlements as one piece of a policy: every key once, every line once, two spaces a level, no
 * line break at the end. Empty for none.
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
