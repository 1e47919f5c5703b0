/** The result of `rollcall validate`: which policies are valid, and the exit code. */
import { type Diagnostic, isError } from '../messages/diagnostic.ts'
import type { GroupKind } from '../model/kinds.ts'
import type { Policy } from '../model/policy.ts'
import type { Report } from './report.ts'

export interface Validation {
  readonly tool: Report['tool']
  readonly valid: boolean
  readonly errors: number
  readonly exitCode: 0 | 1
  readonly policies: readonly ValidatedPolicy[]
  /** Of the whole run, then of each policy in order. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface ValidatedPolicy {
  readonly path: string
  readonly valid: boolean
  /** Null: unmanaged, or the policy is not valid. */
  readonly agents: number | null
  readonly groups: ReadonlyMap<GroupKind, number | null>
}

/** A run without any policy is not valid. */
export function concludeValidation(
  tool: Report['tool'],
  sources: readonly { readonly path: string; readonly policy: Policy | null }[],
  diagnostics: readonly Diagnostic[],
): Validation {
  const policies = sources.map(({ path, policy }) => ({
    path,
    valid: policy !== null,
    agents: policy?.agents?.entries.size ?? null,
    groups: new Map(policy?.groups.map(({ of, section }) => [of, section?.entries.size ?? null])),
  }))
  const valid = policies.length > 0 && policies.every((each) => each.valid)
  const errors = diagnostics.filter(isError).length
  return { tool, valid, errors, exitCode: valid ? 0 : 1, policies, diagnostics }
}
