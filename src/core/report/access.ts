/** What `rollcall access` shows. No verdict: without a policy nothing is right or wrong. */
import type { PersonAccess } from '../access/access.ts'
import { type AccessAnswer, type AccessSection, answerAccess } from '../access/answer.ts'
import type { AccessTopic } from '../access/topics.ts'
import { makePersonRecords, type PersonRecord } from '../model/person-record.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { describeReading, type Reading } from './report.ts'

export interface RecordedAccess extends PersonAccess {
  /** Null: the audit log was not read. */
  readonly record: PersonRecord | null
}

export interface RecordedSection extends AccessSection {
  readonly people: readonly RecordedAccess[]
}

export interface AccountAccess extends AccessAnswer {
  readonly sections: readonly RecordedSection[]
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
  const recordOf = makePersonRecords(snapshot)
  const answer = answerAccess(snapshot, topic)
  const sections = answer.sections.map(({ kind, people }) => ({
    kind,
    people: people.map((each) => ({ ...each, record: recordOf(each.person.id) })),
  }))
  return { ...answer, sections, server, serverVersion, account, read }
}
