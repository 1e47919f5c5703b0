/**
 * A message that a run may show beside its findings, as a value with a closed code: the codes are in
 * diagnostic-records.ts. Nothing here formats: views do.
 */

import type { Location } from '../model/location.ts'
import { DIAGNOSTICS, type DiagnosticCode } from './diagnostic-records.ts'

/** The offending line as written, and the part of it to mark (0-based start, in UTF-16 units). */
export interface Excerpt {
  readonly text: string
  readonly start: number
  readonly length: number
}

export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: 'error' | 'warning'
  /** One sentence: what is wrong, naming the thing. */
  readonly summary: string
  /** What was asked and what came back, or why it is wrong. */
  readonly detail: string | null
  /** The next step. */
  readonly advice: string | null
  readonly location: Location | null
  readonly excerpt: Excerpt | null
  /** `x-request-id` of the answer this speaks of. */
  readonly requestId: string | null
}

type Optional = 'severity' | 'detail' | 'advice' | 'location' | 'excerpt' | 'requestId'

/** Fills in what a message leaves out: severity and advice are those of its record. */
export function diagnostic(
  parts: Omit<Diagnostic, Optional> & Partial<Pick<Diagnostic, Optional>>,
): Diagnostic {
  const { severity, remedy } = DIAGNOSTICS[parts.code]
  return {
    severity,
    detail: null,
    advice: remedy,
    location: null,
    excerpt: null,
    requestId: null,
    ...parts,
  }
}

/**
 * The one exception of the project: carries diagnostics up to whoever turns them into a report.
 * Anything else that is thrown is a bug of ours and reported as `internal`.
 */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(...diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => each.summary).join('\n'))
    this.name = 'Failure'
    this.diagnostics = diagnostics
  }
}
