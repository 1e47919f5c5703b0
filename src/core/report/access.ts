/** The result of `rollcall access`, with its exit code. No verdict: without a policy nothing is right or wrong. */
import { type AccessAnswer, answerAccess } from '../access/answer.ts'
import type { AccessTopic } from '../access/topics.ts'
import type { Diagnostic } from '../messages/diagnostic.ts'
import type { Snapshot } from '../model/snapshot.ts'
import {
  concludeNoVerdict,
  describeReading,
  type Judgement,
  type NoVerdict,
  type Reading,
  type Report,
} from './report.ts'

export interface AccessReport extends Pick<Judgement | NoVerdict, 'cause' | 'retryable'> {
  readonly tool: Report['tool']
  /** RFC 3339, UTC. */
  readonly generatedAt: string
  /** Null: the question could not be answered. */
  readonly account: AccountAccess | null
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: 0 | 1
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
  if (of.account !== null) return { ...of, cause: null, retryable: false, exitCode: 0 }
  const { cause, retryable } = concludeNoVerdict(of.diagnostics)
  return { ...of, cause, retryable, exitCode: 1 }
}
