/** Why there is no snapshot of an account of a fleet, as JSON: see schemas/snapshot-failure.schema.json. */
import type { Report } from '../core/report/report.ts'
import { FAILURE_FORMAT, type SnapshotFailure } from '../core/report/snapshot-failure.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'
import { describeMark } from './snapshot.ts'

export function renderSnapshotFailure(
  { fleet, server, accountId, failedAt, diagnostics }: SnapshotFailure,
  { name, version }: Report['tool'],
): string {
  return toJson({
    format: FAILURE_FORMAT,
    format_version: '1.0',
    tool: { name, version },
    fleet: describeMark(fleet),
    server,
    account_id: accountId,
    failed_at: failedAt,
    diagnostics: diagnostics.map(toDiagnosticJson),
  })
}
