/** What `rollcall validate` says: every problem of every policy, as text or as one document. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { count } from '../core/messages/phrase.ts'
import { diagnosticDocument, toJson } from './json.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { type Paint, paragraph, shortened } from './text/layout.ts'

export interface Validation {
  readonly tool: { readonly name: string; readonly version: string }
  readonly valid: boolean
  readonly exitCode: 0 | 1
  readonly policies: readonly ValidatedPolicy[]
  /** Of the run as a whole, then of every policy in turn. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface ValidatedPolicy {
  readonly path: string
  readonly valid: boolean
  /** Null: unmanaged, or the policy is not valid. */
  readonly agents: number | null
  readonly teams: number | null
}

export function renderValidation(validation: Validation, paint: Paint): string {
  const errors = validation.diagnostics.filter(({ severity }) => severity === 'error').length
  const blocks = validation.diagnostics.map((each) => renderDiagnostic(each, paint))
  const policies = validation.policies.map(({ path, valid, agents, teams }) => {
    if (!valid) return paragraph(`${paint.bad('INVALID')}  ${shortened(path)}`, 2)
    const managed = [
      agents === null ? 'agents unmanaged' : count(agents, 'agent'),
      teams === null ? 'teams unmanaged' : count(teams, 'team'),
    ]
    return paragraph(`${paint.good('VALID')}    ${shortened(path)}: ${managed.join(', ')}`, 2)
  })
  const word = validation.valid
    ? paint.good('VALID')
    : `${paint.bad('INVALID')}, ${count(errors, 'error')}`
  const last = `${word}, exit code ${validation.exitCode}`
  return `${[...blocks, [...policies, last].join('\n')].join('\n\n')}\n`
}

export function renderValidationJson({ tool, valid, diagnostics }: Validation): string {
  return toJson({
    format: 'rollcall.validation',
    format_version: '1.0',
    tool,
    valid,
    diagnostics: diagnostics.map(diagnosticDocument),
  })
}
