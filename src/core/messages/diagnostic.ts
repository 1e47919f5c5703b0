/**
 * What can go wrong, as values: every message a run may show beside its findings, each with a
 * closed code. A code decides the cause (who has to act) and whether trying again may help.
 * Nothing here formats: views do.
 */

import type { Location } from '../model/location.ts'

/** Who has to act when there is no verdict. */
export type Cause =
  | 'usage'
  | 'policy'
  | 'settings'
  | 'token'
  | 'network'
  | 'server'
  | 'incomplete'
  | 'output'
  | 'internal'

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

interface CatalogueEntry {
  readonly cause: Cause
  readonly retryable: boolean
}

const act = (cause: Cause): CatalogueEntry => ({ cause, retryable: false })
const retry = (cause: Cause): CatalogueEntry => ({ cause, retryable: true })

export const DIAGNOSTICS = {
  'usage-command': act('usage'),
  'usage-option': act('usage'),
  'usage-argument': act('usage'),

  'policy-not-found': act('policy'),
  'policy-unreadable': act('policy'),
  'policy-skipped': act('policy'),
  'policy-too-large': act('policy'),
  'policy-encoding': act('policy'),
  'policy-syntax': act('policy'),
  'policy-documents': act('policy'),
  'policy-alias': act('policy'),
  'policy-merge-key': act('policy'),
  'policy-key-type': act('policy'),
  'policy-duplicate-key': act('policy'),
  'policy-unknown-key': act('policy'),
  'policy-missing-key': act('policy'),
  'policy-empty-key': act('policy'),
  'policy-value': act('policy'),
  'policy-duplicate-entry': act('policy'),
  'policy-undeclared-member': act('policy'),
  'policy-declared-and-ignored': act('policy'),
  'policy-no-administrator': act('policy'),
  'policy-nothing-managed': act('policy'),
  'policy-critical-finding': act('policy'),
  'policy-waiver-too-long': act('policy'),
  'policy-same-account': act('policy'),
  'policy-ambiguous-custom-role': act('policy'),

  'snapshot-unreadable': act('incomplete'),
  'snapshot-too-old': act('incomplete'),
  'review-changed': act('incomplete'),
  'review-decision': act('incomplete'),

  'settings-missing': act('settings'),
  'settings-invalid': act('settings'),
  'settings-conflict': act('settings'),
  'settings-insecure': act('settings'),
  'settings-token-on-command-line': act('settings'),
  'settings-not-chatwoot': act('settings'),
  'settings-redirect': act('settings'),
  'account-unknown': act('settings'),
  'account-suspended': act('settings'),

  'token-not-received': act('token'),
  'token-unknown': act('token'),
  'token-of-a-bot': act('token'),
  'token-not-a-member': act('token'),
  'token-refused': act('token'),
  'token-owner-at-risk': act('token'),

  'network-refused': retry('network'),
  'network-name': retry('network'),
  'network-tls': act('network'),
  'network-proxy': act('network'),
  'network-reset': retry('network'),
  'network-truncated': retry('network'),
  'network-deadline': retry('network'),

  'server-error': retry('server'),
  'server-rate-limit': retry('server'),
  'server-refused': act('server'),
  'server-not-found': act('server'),
  'server-shape': act('server'),

  'read-contradiction': retry('incomplete'),
  'read-caller-missing': act('incomplete'),
  'read-custom-roles': act('incomplete'),
  'read-paging': act('incomplete'),

  'account-not-exportable': act('settings'),
  'policy-not-adopted': act('policy'),
  'output-exists': act('output'),
  'output-failed': act('output'),
  'output-withheld': act('output'),
  internal: act('internal'),
} as const satisfies Record<string, CatalogueEntry>

export type DiagnosticCode = keyof typeof DIAGNOSTICS

type Optional = 'severity' | 'detail' | 'advice' | 'location' | 'excerpt' | 'requestId'

/** Fills in what a message leaves out. Severity defaults to error. */
export function diagnostic(
  parts: Omit<Diagnostic, Optional> & Partial<Pick<Diagnostic, Optional>>,
): Diagnostic {
  return {
    severity: 'error',
    detail: null,
    advice: null,
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
