/**
 * Why there is no snapshot of one account of a fleet: what its shard leaves for the run that plans.
 * Its messages are then those of the account. The document may have been cut or edited, so everything
 * is checked.
 */
import type { Diagnostic } from '../messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../messages/diagnostic-records.ts'
import { checkFields, type Fields, type Path, parseMoment, type RefuseAt } from '../model/fields.ts'
import type { Location } from '../model/location.ts'
import { parseFleetMark, parseOrigin } from '../model/parse-snapshot.ts'
import type { FleetMark } from '../model/snapshot.ts'

export const FAILURE_FORMAT = 'rollcall.snapshot-failure'

export interface SnapshotFailure {
  readonly fleet: FleetMark
  /** Origin. */
  readonly server: string
  readonly accountId: number
  /** RFC 3339, UTC. */
  readonly failedAt: string
  /** At least one is an error. */
  readonly diagnostics: readonly Diagnostic[]
}

export function parseSnapshotFailure(document: unknown, refuse: RefuseAt): SnapshotFailure {
  const root = checkFields(document, [], refuse)
  if (root.field('format') !== FAILURE_FORMAT) refuse(['format'], `should be "${FAILURE_FORMAT}"`)
  if (!/^1\.\d+$/.test(root.text('format_version'))) {
    refuse(['format_version'], 'should be 1.0, or another version that begins with 1.')
  }
  const diagnostics = root
    .list('diagnostics')
    .map((each, index) => parseDiagnostic(each, ['diagnostics', index], refuse))
  if (!diagnostics.some(({ severity }) => severity === 'error')) {
    refuse(['diagnostics'], 'should contain an error')
  }
  return {
    fleet: parseFleetMark(root, refuse),
    server: parseOrigin(root, refuse),
    accountId: root.id('account_id'),
    failedAt: parseMoment(root, 'failed_at', refuse),
    diagnostics,
  }
}

function parseDiagnostic(value: unknown, path: Path, refuse: RefuseAt): Diagnostic {
  const fields = checkFields(value, path, refuse)
  const code = fields.text('code')
  const severity = fields.text('severity')
  return {
    code: isDiagnosticCode(code) ? code : refuse([...path, 'code'], 'should be a known code'),
    severity:
      severity === 'error' || severity === 'warning'
        ? severity
        : refuse([...path, 'severity'], 'should be error or warning'),
    summary: fields.text('summary'),
    detail: fields.orNull('detail', fields.text),
    advice: fields.orNull('advice', fields.text),
    location: fields.orNull('location', (key) => parseLocation(fields, [...path, key], refuse)),
    excerpt: null,
    requestId: fields.orNull('request_id', fields.text),
  }
}

function isDiagnosticCode(code: string): code is DiagnosticCode {
  return Object.hasOwn(DIAGNOSTICS, code)
}

function parseLocation(from: Fields, path: Path, refuse: RefuseAt): Location {
  const location = checkFields(from.field('location'), path, refuse)
  return { file: location.text('file'), line: location.id('line'), column: location.id('column') }
}
