/** What the JSON documents of rollcall share: their text, and parts that several of them contain. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { GroupKind } from '../core/model/kinds.ts'
import type { ActivityReading, PersonRecord } from '../core/model/person-record.ts'
import type { RosterFacts } from '../core/model/roster.ts'
import { escapeUnits, hideMarks, reveal } from '../core/model/visible.ts'
import type { FactsReport } from '../core/report/facts.ts'
import type { Reading } from '../core/report/report.ts'

/**
 * Every JSON document of rollcall: indented, one final newline, no control characters. A key whose
 * value is undefined is left out.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2)
  // JSON.stringify leaves these as they are. Escaped, people can see them and parsers read the same text.
  const visible = reveal(text, (each) => (each === '\n' ? each : escapeUnits(each)))
  return `${hideMarks(visible, '#\\u0023')}\n`
}

export function toDiagnosticJson(from: Diagnostic) {
  const { code, severity, summary, detail, advice, location, requestId } = from
  return { code, severity, summary, detail, advice, location, request_id: requestId }
}

/** How a run without a policy ended. */
export function describeEnding(from: FactsReport<unknown>) {
  const { exitCode, cause, retryable, diagnostics } = from
  const messages = diagnostics.map(toDiagnosticJson)
  return { verdict: 'none', exit_code: exitCode, cause, retryable, diagnostics: messages }
}

/** Its hash and how many people: nothing else of the file is kept. */
export function describeRoster({ sha256, active, inactive }: RosterFacts) {
  return { sha256, active, inactive }
}

/** How many of each kind, by the names of their sections. */
export function groupBySection(groups: ReadonlyMap<GroupKind, number>) {
  return Object.fromEntries([...groups].map(([of, n]) => [of.section, n]))
}

/** What was read, and when. */
export function toReadingJson(read: Reading) {
  return {
    caller: read.caller,
    agents: read.agents,
    ...groupBySection(read.groups),
    memberships: read.memberships,
    requests: read.requests,
    started_at: read.startedAt,
    finished_at: read.finishedAt,
    activity: toActivityJson(read.activity),
  }
}

/** Undefined: the log was not requested. */
function toActivityJson(activity: ActivityReading) {
  if (activity.state === 'not-asked') return undefined
  return activity.state === 'read' ? activity : { state: activity.state }
}

/** Undefined: the audit log was not read. */
export function toPersonRecordJson(record: PersonRecord | null) {
  if (record === null) return undefined
  const { lastSignIn, addedBy, addedAt } = record
  return { last_sign_in: lastSignIn, added_by: addedBy, added_at: addedAt }
}
