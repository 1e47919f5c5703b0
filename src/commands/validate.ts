/** `rollcall validate`: every problem of every policy, offline. */
import type { Diagnostic } from '../core/diagnostic.ts'
import { loadPolicies } from '../policy/load.ts'
import type { Validation } from '../views/validation.ts'
import { TOOL } from './tool.ts'
import type { World } from './world.ts'

export async function validate(names: readonly string[], world: World): Promise<Validation> {
  const sources = await loadPolicies(names, world)
  return {
    tool: TOOL,
    valid: sources.every(({ policy }) => policy !== null),
    policies: sources.map(({ path, policy }) => ({
      path,
      valid: policy !== null,
      agents: policy?.agents?.entries.size ?? null,
      teams: policy?.teams?.entries.size ?? null,
    })),
    diagnostics: sources.flatMap(({ diagnostics }) => diagnostics),
  }
}

/** The validation of a run that could not begin. */
export function refused(diagnostics: readonly Diagnostic[]): Validation {
  return { tool: TOOL, valid: false, policies: [], diagnostics }
}
