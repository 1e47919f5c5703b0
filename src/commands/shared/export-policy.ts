/**
 * Writes an account as a policy, for `export` and `init`. Reads the text back and plans it against the
 * same snapshot, so that the policy is in sync with the account, except for what no policy can fix.
 */
import { exportAccount } from '../../core/adopt/export.ts'
import { type Diagnostic, Failure, makeFailure } from '../../core/messages/diagnostic.ts'
import { type Finding, isDrift } from '../../core/messages/finding.ts'
import { FINDINGS } from '../../core/messages/finding-records.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { hasInvalidEmail } from '../../core/plan/policy-fix.ts'
import { listMissingParts } from '../../core/report/missing-parts.ts'
import { parsePolicy } from '../../policy/read/parse.ts'
import { writePolicy } from '../../policy/write/yaml.ts'
import { getToday, type World } from '../../shell/world.ts'
import { listFindings } from './change-policy.ts'

export interface ExportedPolicy {
  readonly text: string
  /** Drift that no policy can fix. */
  readonly remaining: readonly Finding[]
  /** Says what the policy does not have, because it was not read. */
  readonly missing: readonly Diagnostic[]
}

/** Throws a Failure if the account cannot be written as a policy. */
export function exportPolicy(snapshot: Snapshot, world: World): ExportedPolicy {
  const result = exportAccount(snapshot, getToday(world))
  if (result.kind === 'refused') throw new Failure(...result.diagnostics)
  const text = writePolicy(result.parts)
  const missing = listMissingParts(snapshot, 'The policy')
  return { text, remaining: confirm(text, snapshot, world), missing }
}

function confirm(text: string, snapshot: Snapshot, world: World): readonly Finding[] {
  const { policy, diagnostics } = parsePolicy('<export>', new TextEncoder().encode(text))
  if (policy === null) throw new Failure(...diagnostics)
  const drift = listFindings(policy, snapshot, world).filter(isDrift)
  const remaining = drift.filter(({ code, subject }) => {
    const { fixedBy, judged } = FINDINGS[code]
    return hasInvalidEmail(subject) || (fixedBy === 'nothing' && judged !== 'in turn')
  })
  if (remaining.length === drift.length) return remaining
  throw makeFailure({
    code: 'internal',
    summary: `The exported policy would not be in sync with its account: ${drift.map(({ id }) => id).join(', ')}.`,
    detail: 'This is a bug in rollcall. You did nothing wrong. Nothing was written.',
    advice: 'Please report it.',
  })
}
