/**
 * `--other-policy`: reads the accounts of other policies of the same server, with the same token, to
 * know whom they remove. Only reads, and reads an account only if somebody may be invited whom that
 * policy does not list.
 */
import { readFrom } from '../../connect/account.ts'
import type { Servers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import { listRemovals, mayRemove } from '../../core/apply/elsewhere.ts'
import type { Witnessed } from '../../core/apply/guards.ts'
import { Failure, makeFailure } from '../../core/messages/diagnostic.ts'
import type { Policy } from '../../core/model/policy.ts'
import { loadPolicies } from '../../policy/read/load.ts'
import { getToday, type World } from '../../shell/world.ts'
import { listParts } from '../shared/make-report.ts'

/** A policy of the same server, and the account that it is for. */
export interface OtherPolicy {
  readonly policy: Policy
  readonly accountId: number
}

/** Throws a Failure with every error. A policy of another server is left out. */
export async function loadOtherPolicies(
  names: readonly string[],
  { origin }: Pick<Connection, 'origin'>,
  world: World,
): Promise<readonly OtherPolicy[]> {
  const sources = await loadPolicies(names, world)
  const problems = sources.flatMap(({ diagnostics }) => diagnostics)
  if (problems.length > 0) throw new Failure(...problems)
  const policies = sources.flatMap(({ policy }) => policy ?? [])
  return policies.flatMap((policy) => {
    if (policy.server !== null && policy.server.value !== origin) return []
    if (policy.account === null) {
      throw makeFailure({
        code: 'usage-option',
        summary: `--other-policy ${policy.path} does not say which account it is for.`,
        advice: 'Add `account: ID` to that policy.',
      })
    }
    // A policy of this account removes nobody who would be invited to it: they are not on it.
    return [{ policy, accountId: policy.account.value }]
  })
}

/** @param newcomers who may be invited to this account */
export async function findRemovedElsewhere(
  others: readonly OtherPolicy[],
  newcomers: readonly string[],
  { connection, servers }: { readonly connection: Connection; readonly servers: Servers },
  world: World,
): Promise<readonly Witnessed[]> {
  const today = getToday(world)
  const found: Witnessed[] = []
  for (const { policy, accountId } of others) {
    if (!mayRemove(policy, newcomers, today)) continue
    const there = { ...connection, accountId }
    const removed = await readFrom(servers, there, listParts(policy))
      .then((snapshot) => listRemovals(policy, snapshot, today))
      .catch((error: unknown) => {
        if (error instanceof Failure && !world.signal.aborted) return error
        throw error
      })
    if (removed === null || removed instanceof Failure) {
      const why = removed?.message ?? 'The account cannot be judged by this policy.'
      throw makeFailure({
        code: 'guard-return',
        summary: `rollcall does not know whether ${policy.path} removes people whom this apply invites, because there is no plan for account ${accountId}. ${why}`,
        advice:
          'Make the owner of the token an administrator of that account too, or leave out this `--other-policy`.',
      })
    }
    found.push(...removed.map((email) => ({ email, file: policy.path })))
  }
  return found
}
