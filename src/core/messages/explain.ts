/** Every code with its meaning: the two catalogues as one list. */
import { DIAGNOSTICS, type DiagnosticRecord } from './diagnostic-records.ts'
import { FINDINGS, type FindingRecord } from './finding-records.ts'

type Text = 'meaning' | 'remedy' | 'example'

export type Explanation = { readonly code: string } & (
  | ({ readonly kind: 'finding' } & Pick<FindingRecord, 'title' | 'risk' | 'severity' | Text>)
  | ({ readonly kind: 'message' } & Pick<DiagnosticRecord, 'cause' | 'retryable' | Text>)
)

/** Findings first, each catalogue in its own order. */
export function explainAll(): readonly Explanation[] {
  const findings = Object.entries<FindingRecord>(FINDINGS)
  const messages = Object.entries<DiagnosticRecord>(DIAGNOSTICS)
  return [
    ...findings.map(([code, { title, risk, severity, meaning, remedy, example }]) => {
      const kind = 'finding' as const
      return { kind, code, title, risk, severity, meaning, remedy, example }
    }),
    ...messages.map(([code, { cause, retryable, meaning, remedy, example }]) => {
      const kind = 'message' as const
      return { kind, code, cause, retryable, meaning, remedy, example }
    }),
  ]
}
