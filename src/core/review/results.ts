/** The results of the review commands, with counts and exit codes. */
import type { Diagnostic } from '../messages/diagnostic.ts'
import type { JudgedAccount } from '../report/report.ts'
import type { Happened, ReviewDecision } from './decisions.ts'

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

export interface ClosedReview {
  readonly folder: string
  readonly people: number
  readonly decisions: readonly ReviewDecision[]
  readonly decided: Readonly<Record<ReviewDecision['decision'], number>>
  /** Null: no later snapshot was given. */
  readonly happened: readonly Happened[] | null
  /** How many of them were not done. */
  readonly undone: number
  readonly problems: readonly Diagnostic[]
  readonly manifest: string
  readonly decisionsSha256: string
  readonly exitCode: 0 | 1
}

export function concludeVerify(of: Omit<VerifiedReview, 'exitCode'>): VerifiedReview {
  return { ...of, exitCode: of.problems.length === 0 ? 0 : 1 }
}

export function concludeClose(
  of: Omit<ClosedReview, 'decided' | 'undone' | 'exitCode'>,
): ClosedReview {
  const decided = { keep: 0, change: 0, remove: 0 }
  for (const { decision } of of.decisions) decided[decision] += 1
  const undone = of.happened?.filter(({ happened }) => !happened).length ?? 0
  return { ...of, decided, undone, exitCode: of.problems.length === 0 ? 0 : 1 }
}
