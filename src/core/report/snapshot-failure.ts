/**
 * Why there is no snapshot of one account of a fleet: the file that its shard writes for the run that
 * plans. Its messages are then those of the account. The document may have been cut or edited, so
 * everything is checked.
 */
import { type Diagnostic, isError } from '../messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../messages/diagnostic-records.ts'
import { checkFields, checkFormat, type Fields, type RefuseAt } from '../model/fields.ts'
import type { Location } from '../model/location.ts'
import { parseFleetMark, parseOrigin } from '../model/parse-snapshot.ts'
import type { FleetMark } from '../model/snapshot.ts'

export const FAILURE_FORMAT = 'rollcall.snapshot-failure'

export interface SnapshotFailure {
  readonly fleet: FleetMark
  readonly server: string
  readonly accountId: number
  readonly failedAt: string
  /** At least one is an error. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface FleetSnapshots {
  readonly taken: number
  readonly failed: number
  readonly exitCode: 0 | 1
}

/** @param accounts the messages about each account of the fleet, or of one shard */
export function concludeFleetSnapshots(
  accounts: readonly (readonly Diagnostic[])[],
): FleetSnapshots {
  const failed = accounts.filter((each) => each.some(isError)).length
  return { taken: accounts.length - failed, failed, exitCode: failed === 0 ? 0 : 1 }
}

export function parseSnapshotFailure(document: unknown, refuse: RefuseAt): SnapshotFailure {
  const root = checkFields(document, [], refuse)
  checkFormat(root, FAILURE_FORMAT, '1.0')
  const diagnostics = root.objects('diagnostics', parseDiagnostic)
  if (!diagnostics.some(isError)) {
    refuse(['diagnostics'], 'should contain an error')
  }
  return {
    fleet: parseFleetMark(root),
    server: parseOrigin(root),
    accountId: root.id('account_id'),
    failedAt: root.moment('failed_at'),
    diagnostics,
  }
}

function parseDiagnostic(fields: Fields): Diagnostic {
  const code = fields.text('code')
  return {
    code: isDiagnosticCode(code) ? code : fields.refuse(['code'], 'should be a known code'),
    severity: fields.choice('severity', ['error', 'warning']),
    summary: fields.text('summary'),
    detail: fields.orNull('detail', fields.text),
    advice: fields.orNull('advice', fields.text),
    location: fields.orNull('location', (key) => parseLocation(fields.object(key))),
    excerpt: null,
    requestId: fields.orNull('request_id', fields.text),
  }
}

function isDiagnosticCode(code: string): code is DiagnosticCode {
  return Object.hasOwn(DIAGNOSTICS, code)
}

function parseLocation(location: Fields): Location {
  return { file: location.text('file'), line: location.id('line'), column: location.id('column') }
}
