/** What `rollcall validate` says: every problem of every policy, as text or as one document. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { count } from '../core/messages/phrase.ts'
import type { GroupKind } from '../core/model/kinds.ts'
import { diagnosticDocument, toJson } from './json.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { type Paint, paragraph, shortened } from './text/layout.ts'

export interface Validation {
  readonly tool: { readonly name: string; readonly version: string }
  readonly valid: boolean
  readonly policies: readonly ValidatedPolicy[]
  /** Of the run as a whole, then of every policy in turn. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface ValidatedPolicy {
  readonly path: string
  readonly valid: boolean
  /** Null: unmanaged, or the policy is not valid. */
  readonly agents: number | null
  readonly groups: ReadonlyMap<GroupKind, number | null>
}

export function renderValidation(validation: Validation, paint: Paint): string {
  const errors = validation.diagnostics.filter(({ severity }) => severity === 'error').length
  const blocks = validation.diagnostics.map((each) => renderDiagnostic(each, paint))
  const policies = validation.policies.map(({ path, valid, agents, groups }) => {
    if (!valid) return paragraph(`${paint.bad('INVALID')}  ${shortened(path)}`, 2)
    const managed = [
      agents === null ? 'agents unmanaged' : count(agents, 'agent'),
      ...[...groups].map(([{ label, plural }, n]) =>
        n === null ? `${plural} unmanaged` : count(n, label, plural),
      ),
    ]
    return paragraph(`${paint.good('VALID')}    ${shortened(path)}: ${managed.join(', ')}`, 2)
  })
  const last = validation.valid
    ? `${paint.good('VALID')}, exit code 0`
    : `${paint.bad('INVALID')}, ${count(errors, 'error')}, exit code 1`
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
