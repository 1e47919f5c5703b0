/** What a run says on stderr if it cannot write to stdout. */
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'

/** @param detail what the run did, if people must know it */
export function describeOutputProblem(error: unknown, detail: string | null): Diagnostic {
  const code =
    error instanceof Error && 'code' in error ? ` (${describeReason(String(error.code))})` : ''
  return makeDiagnostic({
    code: 'output-failed',
    summary: `The report could not be written to stdout${code}.`,
    detail,
    advice:
      'Free disk space or correct the target of stdout, then run again. This run has no verdict.',
  })
}
