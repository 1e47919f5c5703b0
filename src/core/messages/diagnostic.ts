/**
 * A message that a run may show in addition to its findings. Its code is one of
 * diagnostic-records.ts. Nothing is formatted here: views do that.
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
  /** What was requested and what was the answer, or why it is wrong. */
  readonly detail: string | null
  readonly advice: string | null
  readonly location: Location | null
  readonly excerpt: Excerpt | null
  /** `x-request-id` of the answer that this message is about. */
  readonly requestId: string | null
  /** Running again may help, although usually it does not help with this code. */
  readonly retryable?: true
}

/** About a place in a policy. */
export interface LocatedDiagnostic extends Diagnostic {
  readonly location: Location
}

type Parts = Pick<Diagnostic, 'code' | 'summary'> & Partial<Diagnostic>

/** Fills in missing parts: severity and advice come from the record of the code. */
export function makeDiagnostic(parts: Parts & { readonly location: Location }): LocatedDiagnostic
export function makeDiagnostic(parts: Parts): Diagnostic
export function makeDiagnostic(parts: Parts): Diagnostic {
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

export function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}

/**
 * Ends a run: carries diagnostics up to the code that makes a report of them.
 * Anything else that is thrown is a bug in rollcall and is reported as `internal`.
 */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(...diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => each.summary).join('\n'))
    this.name = 'Failure'
    this.diagnostics = diagnostics
  }
}

export function makeFailure(parts: Parts): Failure {
  return new Failure(makeDiagnostic(parts))
}

/** All of them, without those that say the same as one before. */
export function joinDiagnostics(
  first: readonly Diagnostic[],
  more: readonly Diagnostic[],
): readonly Diagnostic[] {
  const known = new Set(first.map(({ summary }) => summary))
  return [...first, ...more.filter(({ summary }) => !known.has(summary))]
}
