/**
 * Turns bytes into a Policy or errors: decodes, reads the YAML, checks the shape, checks the meaning,
 * builds. Reads no file except the schema.
 */
import { createHash } from 'node:crypto'
import { type Diagnostic, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Policy } from '../../core/model/policy.ts'
import { checkShape, fitsSchema } from '../schema.ts'
import { buildPolicy } from './build.ts'
import { reportForeignLines } from './foreign-lines.ts'
import { checkMeaning } from './meaning.ts'
import { restorePlaces } from './misplaced.ts'
import { reportOtherFile, reportSecretText } from './other-file.ts'
import { type Problems, quoteName, sortProblems, startProblems } from './problems.ts'
import { decode } from './source-text.ts'
import { readTree } from './syntax.ts'
import type { TreeNode } from './tree.ts'

/** 100,000 agents and 2,000 teams of 50 take about 4 MiB. */
export const MAX_POLICY_BYTES = 8 * 1024 * 1024

export interface PolicySource {
  /** As messages show it: as the user wrote it, or `<stdin>` for standard input. */
  readonly path: string
  /** Hex SHA-256 of the bytes; null if they could not be read. */
  readonly sha256: string | null
  /** Null exactly if `diagnostics` contains an error. */
  readonly policy: Policy | null
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Never throws: any text gives a policy or errors. */
export function parsePolicy(path: string, bytes: Uint8Array): PolicySource {
  if (bytes.length > MAX_POLICY_BYTES) return rejectSource(path, describeTooLarge(path))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const source = decode(path, bytes)
  if ('code' in source) return { path, sha256, policy: null, diagnostics: [source] }
  const problems = startProblems(source)
  const isOther = reportSecretText(problems) || reportForeignLines(problems, false)
  const read = isOther ? null : readTree(problems)
  const tree = read !== null && reportOtherFile(problems, read) ? null : read
  if (tree !== null) checkTree(problems, tree)
  if (tree !== null && problems.found.length === 0) {
    return { path, sha256, policy: buildPolicy(source, sha256, tree), diagnostics: [] }
  }
  return { path, sha256, policy: null, diagnostics: sortProblems(problems) }
}

/** A key in the wrong place never fits the schema, so a tree that fits is not searched for one. */
function checkTree(problems: Problems, tree: TreeNode): void {
  if (problems.found.length === 0 && fitsSchema(tree)) checkMeaning(problems, tree, new Map())
  else if (!reportForeignLines(problems, true)) {
    restorePlaces(problems, tree)
    checkMeaning(problems, tree, checkShape(problems, tree))
  }
}

/** For a source that could not be read. */
export function rejectSource(path: string, reason: Diagnostic): PolicySource {
  return { path, sha256: null, policy: null, diagnostics: [reason] }
}

export function describeTooLarge(path: string): Diagnostic {
  const limit = MAX_POLICY_BYTES / (1024 * 1024)
  return makeDiagnostic({
    code: 'policy-too-large',
    summary: `${quoteName(path)} is larger than ${limit} MiB, the maximum for a policy.`,
  })
}
