/** The results of `review` and `review verify`, with counts and exit codes. closing.ts has that of `review close`. */
import type { JudgedAccount } from '../report/report.ts'

export interface WrittenReview {
  readonly account: JudgedAccount
  /** As the user named it. */
  readonly folder: string
  readonly files: number
  /** SHA-256. */
  readonly manifest: string
}

export interface VerifiedReview {
  readonly folder: string
  /** How many files the manifest lists. */
  readonly files: number
  /** SHA-256. */
  readonly manifest: string
  /** Phrases such as `report.json was changed`. */
  readonly problems: readonly string[]
  readonly exitCode: 0 | 1
}

export function concludeVerify(of: Omit<VerifiedReview, 'exitCode'>): VerifiedReview {
  return { ...of, exitCode: of.problems.length === 0 ? 0 : 1 }
}
