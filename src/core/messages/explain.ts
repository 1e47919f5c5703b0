/** Every code with its meaning: the two catalogues as one list. */
import { type Cause, DIAGNOSTICS, type DiagnosticRecord } from './diagnostic-records.ts'
import { FINDINGS, type FindingRecord, type Risk, type Severity } from './finding-records.ts'

interface Explained {
  readonly code: string
  /** Our own words; backticks mark code. */
  readonly meaning: string
  readonly remedy: string
  readonly example: string
}

export type Explanation = Explained &
  (
    | {
        readonly kind: 'finding'
        readonly title: string
        readonly risk: Risk
        readonly severity: Severity
      }
    | { readonly kind: 'message'; readonly cause: Cause; readonly retryable: boolean }
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
