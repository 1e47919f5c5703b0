/** What a report keeps of an earlier report that it is compared with: since.ts compares. */
import type { Risk } from '../messages/finding-records.ts'

/** Of the JSON document of a report. */
export const REPORT_FORMAT = 'rollcall.report'
/** The second number counts additions. */
export const REPORT_VERSION = '1.1'

/** The part of a report that is compared with a later one. */
export interface EarlierReport {
  readonly generatedAt: string
  readonly accounts: readonly EarlierAccount[]
}

export interface EarlierAccount {
  readonly path: string
  /** Null: it was not known then. */
  readonly server: string | null
  readonly id: number | null
  readonly judged: boolean
  /** Found then, or before and not checked then. */
  readonly known: readonly PastFinding[]
}

export interface PastFinding {
  readonly id: string
  readonly code: string
  readonly address: string
  readonly risk: Risk
  readonly firstSeen: string
  /** Whether it counted as drift. */
  readonly counted: boolean
  /** When the audit log recorded what was found: RFC 3339, UTC. Null: not recorded, or not known. */
  readonly recordedAt: string | null
}

export interface Since {
  /** When the earlier report was made: RFC 3339, UTC. */
  readonly reportedAt: string
  /** By the id of each finding that was known. */
  readonly firstSeen: ReadonlyMap<string, string>
  readonly resolved: readonly PastFinding[]
  readonly notChecked: readonly PastFinding[]
  /** Those that were known, but count as drift only now: a waiver is gone, or the severity is higher. */
  readonly countNow: readonly Pick<PastFinding, 'id'>[]
  /** The account has no verdict, and had one then. */
  readonly lostVerdict: boolean
}
