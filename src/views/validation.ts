/** The output of `rollcall validate`: every problem of every policy. */
import { count } from '../core/messages/phrase.ts'
import type { Validation } from '../core/report/validation.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { type Paint, shorten, wrapParagraph } from './text/layout.ts'

export function renderValidation(validation: Validation, paint: Paint): string {
  const blocks = validation.diagnostics.map((each) => renderDiagnostic(each, paint))
  const policies = validation.policies.map(({ path, valid, agents, groups }) => {
    if (!valid) return wrapParagraph(`${paint.bad('INVALID')}  ${shorten(path)}`, 2)
    const managed = [
      agents === null ? 'agents not managed' : count(agents, 'agent'),
      ...[...groups].map(([{ label, plural }, n]) =>
        n === null ? `${plural} not managed` : count(n, label, plural),
      ),
    ]
    return wrapParagraph(`${paint.good('VALID')}    ${shorten(path)}: ${managed.join(', ')}`, 2)
  })
  const word = validation.valid
    ? paint.good('VALID')
    : `${paint.bad('INVALID')}, ${count(validation.errors, 'error')}`
  const last = `${word}, exit code ${validation.exitCode}`
  return `${[...blocks, [...policies, last].join('\n')].join('\n\n')}\n`
}

/** A contract, see schemas/validation.schema.json. */
export function renderValidationJson({ tool, valid, diagnostics }: Validation): string {
  return toJson({
    format: 'rollcall.validation',
    format_version: '1.0',
    tool,
    valid,
    diagnostics: diagnostics.map(toDiagnosticJson),
  })
}
