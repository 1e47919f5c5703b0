/** `rollcall validate`: every problem of every policy, offline. */

import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { datedProblems } from '../core/plan/policy-on-date.ts'
import { sameAccounts } from '../core/plan/same-account.ts'
import { loadPolicies, type PolicySource } from '../policy/read/load.ts'
import { skippedIn } from '../policy/read/skipped.ts'
import { TOOL } from '../shell/tool.ts'
import { today, type World } from '../shell/world.ts'
import type { Validation } from '../views/validation.ts'

export async function validate(names: readonly string[], world: World): Promise<Validation> {
  const day = today(world)
  const loaded = await loadPolicies(names, world)
  const clashes = sameAccounts(
    loaded.map(({ path, policy }) => ({
      path,
      accountId: policy?.account?.value ?? null,
      server: policy?.server?.value ?? null,
      location: policy?.account?.location ?? null,
    })),
  )
  const sources = loaded.map((source, index) => judge(source, clashes.get(index) ?? null, day))
  return {
    tool: TOOL,
    valid: sources.every(({ policy }) => policy !== null),
    policies: sources.map(({ path, policy }) => ({
      path,
      valid: policy !== null,
      agents: policy?.agents?.entries.size ?? null,
      groups: new Map(policy?.groups.map(({ of, section }) => [of, section?.entries.size ?? null])),
    })),
    diagnostics: [
      ...(await skippedIn(names, world)),
      ...sources.flatMap(({ diagnostics }) => diagnostics),
    ],
  }
}

/** A policy that cannot be followed on this day, or beside the others, is not valid here. */
function judge(source: PolicySource, clash: Diagnostic | null, today: string): PolicySource {
  const dated = source.policy === null ? [] : datedProblems(source.policy, today)
  const problems = [...(clash === null ? [] : [clash]), ...dated.map(({ value }) => value)]
  return problems.length === 0 ? source : { ...source, policy: null, diagnostics: problems }
}

/** The validation of a run that could not begin. */
export function refused(diagnostics: readonly Diagnostic[]): Validation {
  return { tool: TOOL, valid: false, policies: [], diagnostics }
}
