/** `rollcall validate`: every problem of every policy, offline. */
import { datedProblems } from '../core/dated.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { loadPolicies, type PolicySource } from '../policy/load.ts'
import { skippedIn } from '../policy/skipped.ts'
import type { Validation } from '../views/validation.ts'
import { TOOL } from './tool.ts'
import { today, type World } from './world.ts'

export async function validate(names: readonly string[], world: World): Promise<Validation> {
  const day = today(world)
  const sources = (await loadPolicies(names, world)).map((source) => asOf(source, day))
  return {
    tool: TOOL,
    valid: sources.every(({ policy }) => policy !== null),
    policies: sources.map(({ path, policy }) => ({
      path,
      valid: policy !== null,
      agents: policy?.agents?.entries.size ?? null,
      teams: policy?.teams?.entries.size ?? null,
    })),
    diagnostics: [
      ...(await skippedIn(names, world)),
      ...sources.flatMap(({ diagnostics }) => diagnostics),
    ],
  }
}

/** A policy that cannot be followed on this day is not valid on it. */
function asOf(source: PolicySource, today: string): PolicySource {
  const problems = source.policy === null ? [] : datedProblems(source.policy, today)
  if (problems.length === 0) return source
  return { ...source, policy: null, diagnostics: problems.map(({ value }) => value) }
}

/** The validation of a run that could not begin. */
export function refused(diagnostics: readonly Diagnostic[]): Validation {
  return { tool: TOOL, valid: false, policies: [], diagnostics }
}
