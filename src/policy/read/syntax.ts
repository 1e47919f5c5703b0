/** Reads YAML text into a tree, or reports why it cannot. Does not know the meaning of a policy. */
import { reportForeignLines } from './foreign-lines.ts'
import { type Problems, report } from './problems.ts'
import { MAX_MARKS, reportMarks } from './scan.ts'
import type { Span } from './source-text.ts'
import { composeYaml, reportSyntax } from './syntax-errors.ts'
import type { TreeNode } from './tree.ts'
import { ANY_SECTION } from './wording.ts'
import { readNode } from './yaml-nodes.ts'

/** The tree, or null if there is nothing more to check; errors go to `problems`. */
export function readTree(problems: Problems): TreeNode | null {
  const whole = { start: 0, end: problems.source.text.length }
  const composed = composeYaml(problems.source.text, whole)
  const { scan, contents, errors } = composed
  const [, secondDocument] = scan.documents
  if (secondDocument !== undefined) {
    reportSecondDocument(problems, { ...whole, start: secondDocument })
    return null
  }
  const canRead = errors.length === 0 && scan.tooDeepAt === null
  if (!canRead && scan.marks.length < MAX_MARKS) {
    if (!reportForeignLines(problems, true)) reportSyntax(problems, composed)
    return null
  }
  reportMarks(problems, scan.marks)
  if (!canRead || scan.marks.length >= MAX_MARKS) return null
  const tree = contents === null ? null : readNode(problems, contents)
  if (tree !== null && (tree.kind !== 'scalar' || tree.value !== null)) return tree
  // An anchor or a tag without a value is already reported.
  if (problems.found.length === 0) reportNothing(problems)
  return null
}

function reportSecondDocument(problems: Problems, rest: Span): void {
  const isPolicy = problems.noun === 'policy'
  report(problems, 'policy-documents', rest, {
    summary: `A second YAML document begins here, but a ${isPolicy ? 'policy file' : problems.noun} must contain only one.`,
    ...(isPolicy ? {} : { advice: 'Remove the `---` or `...` line.' }),
  })
}

function reportNothing(problems: Problems): void {
  const lists = problems.noun === 'policy' ? ANY_SECTION : '`accounts`'
  const start = { start: 0, end: 1 }
  report(problems, 'policy-nothing-managed', start, {
    summary: `The ${problems.noun} is empty.`,
    advice: `Begin with \`version: 1\`, then list ${lists}.`,
  })
}
