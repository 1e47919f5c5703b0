/** The result of `rollcall access`, with its exit code. No verdict: without a policy nothing is right or wrong. */
import { type AccessAnswer, answerAccess } from '../access/answer.ts'
import type { AccessTopic } from '../access/topics.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { concludeFacts, type FactsReport } from './facts.ts'
import { describeReading, type Reading } from './report.ts'

export interface AccessReport extends FactsReport {
  /** Null: the question could not be answered. */
  readonly account: AccountAccess | null
}

export interface AccountAccess extends AccessAnswer {
  /** Origin. */
  readonly server: string
  readonly serverVersion: string | null
  readonly account: Snapshot['account']
  readonly read: Reading
}

/** @param file that of the snapshot, if it was read from one */
export function describeAccountAccess(
  snapshot: Snapshot,
  topic: AccessTopic | null,
  file: string | null,
): AccountAccess {
  const { server, serverVersion, account } = snapshot
  const read = describeReading(snapshot, file)
  return { ...answerAccess(snapshot, topic), server, serverVersion, account, read }
}

export function concludeAccess(
  of: Pick<AccessReport, 'tool' | 'generatedAt' | 'account' | 'diagnostics'>,
): AccessReport {
  return concludeFacts(of, of.account !== null)
}
