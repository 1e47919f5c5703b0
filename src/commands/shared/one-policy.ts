/** Loads the policy of a command that accepts only one, such as `rollcall review`. */
import { Failure } from '../../core/messages/diagnostic.ts'
import type { Policy } from '../../core/model/policy.ts'
import { loadPolicies } from '../../policy/read/load.ts'
import { makeUsageFailure } from '../../shell/command.ts'
import type { World } from '../../shell/world.ts'

/**
 * Throws a Failure with every error.
 * @param because why there cannot be two, as the end of the sentence "contains 2 policies"
 */
export async function loadOnePolicy(name: string, because: string, world: World): Promise<Policy> {
  const sources = await loadPolicies([name], world)
  const problems = sources.flatMap(({ diagnostics }) => diagnostics)
  if (problems.length > 0) throw new Failure(...problems)
  const [policy, second] = sources.flatMap((source) => source.policy ?? [])
  if (policy !== undefined && second === undefined) return policy
  throw makeUsageFailure(
    `"${name}" contains ${sources.length} policies${because}.`,
    'Name one of them.',
  )
}
