/** The output of `rollcall validate` as JSON: a contract, see schemas/validation.schema.json. */
import type { Validation } from '../core/report/validation.ts'
import { toDiagnosticJson, toJson } from './json.ts'

export function renderValidationJson({ tool, valid, diagnostics }: Validation): string {
  return toJson({
    format: 'rollcall.validation',
    format_version: '1.0',
    tool,
    valid,
    diagnostics: diagnostics.map(toDiagnosticJson),
  })
}
