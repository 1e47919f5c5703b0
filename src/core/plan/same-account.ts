/**
 * Finds two policies for one account: each could be right, and both together wrong. One rule for runs
 * that know the settings and for runs that have only the files.
 */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { groupBy } from '../model/collect.ts'
import type { Policy } from '../model/policy.ts'

export interface Claim {
  readonly path: string
  readonly policy: Pick<Policy, 'account' | 'server'> | null
  readonly accountId: number | null
  /** Origin. Null: that of the policy; without one, it matches any server. */
  readonly server: string | null
}

/** One diagnostic for each claim that contradicts another. */
export function findSameAccounts<C extends Claim>(
  claims: readonly C[],
): ReadonlyMap<C, Diagnostic> {
  const clashes = new Map<C, Diagnostic>()
  const known = claims.filter(({ accountId }) => accountId !== null)
  for (const group of groupBy(known, ({ accountId }) => accountId).values()) {
    for (const claim of group) {
      const server = findServer(claim)
      const others = group.filter(
        (other) =>
          other !== claim && (server === null || [server, null].includes(findServer(other))),
      )
      if (others.length > 0) clashes.set(claim, describeClash(claim, others))
    }
  }
  return clashes
}

function findServer({ server, policy }: Claim): string | null {
  return server ?? policy?.server?.value ?? null
}

function describeClash({ path, policy }: Claim, others: readonly Claim[]): Diagnostic {
  return makeDiagnostic({
    code: 'policy-same-account',
    summary: `${path} is a policy for the same account as ${others.map((other) => other.path).join(', ')}.`,
    detail: 'An account can have only one policy.',
    location: policy?.account?.location ?? null,
  })
}
