/** The results of `review` and `review verify`, with counts and exit codes. closing.ts has that of `review close`. */
import type { Diagnostic } from '../messages/diagnostic.ts'
import type { JudgedAccount } from '../report/report.ts'

export interface WrittenReview {
  readonly account: JudgedAccount
  /** As the user named it. */
  readonly folder: string
  readonly files: number
  /** SHA-256. */
  readonly manifest: string
  /** A warning if the clocks of server and machine differ. */
  readonly clocks: readonly Diagnostic[]
}

export const MISMATCH_ADVICE = {
  changed:
    'The folder was changed after the run. Get it from where the run stored it, or collect a new review.',
  contradicts:
    'These files contradict each other: somebody changed one of them and its hash. The right values follow from snapshot.json, policy.yaml and MANIFEST.json. Do not rely on this review. Get the folder from where the run stored it, or collect a new review.',
  record:
    'The closing record does not match the review and the files beside it. Do not rely on it: somebody changed one of these files, or wrote the record by hand. Close the review again with `rollcall review close`.',
  'other-manifest':
    'This is not the review of that log. Get the folder from where the run stored it, and check that you copied the whole hash.',
  'other-record':
    'This is not the closing record of that log. Get it from where it was stored, and check that you copied the whole hash.',
} as const

/** Something in a review that does not fit the rest of it. */
export interface Mismatch {
  readonly kind: keyof typeof MISMATCH_ADVICE
  readonly file: string
  /** Such as `:3 (ken@acme.com), column role`; empty: the whole file. Hostile. */
  readonly place: string
  /** A clause about the file, such as `was changed`. Hostile. */
  readonly problem: string
}

/** As one line. Hostile. */
export function describeMismatch({ file, place, problem }: Mismatch): string {
  return `${file}${place} ${problem}`
}

export interface VerifiedReview {
  readonly folder: string
  /** How many files the manifest lists. */
  readonly files: number
  /** SHA-256. */
  readonly manifest: string
  /** Whether it was compared with a hash from a log. */
  readonly compared: boolean
  /** Null: no closing record was given. */
  readonly closing: { readonly folder: string; readonly sha256: string } | null
  readonly problems: readonly Mismatch[]
  /** Of the review, then of its closing record. */
  readonly unchecked: readonly Unchecked[]
  /** The file of the statement, if one was written. */
  readonly statement: string | null
  /** 2: every hash fits, but not everything could be checked. */
  readonly exitCode: 0 | 1 | 2
}

/** Another version of rollcall wrote the review, and writes some files differently from this one. */
export interface Unchecked {
  readonly wrote: string
  readonly is: string
  /** The files that differ. */
  readonly files: readonly string[]
}

export function concludeVerify(of: Omit<VerifiedReview, 'exitCode'>): VerifiedReview {
  return { ...of, exitCode: of.problems.length > 0 ? 1 : of.unchecked.length === 0 ? 0 : 2 }
}
