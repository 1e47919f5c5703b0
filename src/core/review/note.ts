/** What an auditor should look at, although nothing is certainly wrong. */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'

export function makeNote(summary: string, advice: string): Diagnostic {
  return makeDiagnostic({ code: 'review-note', summary, advice })
}
