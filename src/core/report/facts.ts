/** The result of a command without a policy: facts, with nothing judged and so without a verdict. */
import { concludeNoVerdict, type Report } from './report.ts'

export interface FactsReport<T>
  extends Pick<Report, 'tool' | 'generatedAt' | 'cause' | 'retryable' | 'diagnostics'> {
  /** Null: there are none to show. */
  readonly facts: T | null
  readonly exitCode: 0 | 1
}

export function concludeFacts<T>(
  of: Pick<FactsReport<T>, 'tool' | 'generatedAt' | 'diagnostics' | 'facts'>,
): FactsReport<T> {
  if (of.facts !== null) return { ...of, cause: null, retryable: false, exitCode: 0 }
  const { cause, retryable } = concludeNoVerdict(of.diagnostics)
  return { ...of, cause, retryable, exitCode: 1 }
}
