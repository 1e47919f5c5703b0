/** The result of a command without a policy: facts, with nothing judged and so without a verdict. */
import type { Diagnostic } from '../messages/diagnostic.ts'
import { concludeNoVerdict, type Judgement, type NoVerdict, type Report } from './report.ts'

export interface FactsReport extends Pick<Judgement | NoVerdict, 'cause' | 'retryable'> {
  readonly tool: Report['tool']
  readonly generatedAt: string
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: 0 | 1
}

type Head = Pick<FactsReport, 'tool' | 'generatedAt' | 'diagnostics'>

/** @param found whether there are facts to show */
export function concludeFacts<T extends Head>(of: T, found: boolean): T & FactsReport {
  if (found) return { ...of, cause: null, retryable: false, exitCode: 0 }
  const { cause, retryable } = concludeNoVerdict(of.diagnostics)
  return { ...of, cause, retryable, exitCode: 1 }
}
