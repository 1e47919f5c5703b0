/**
 * Finds two policies for one account: each could be right, and both together wrong. One rule for runs
 * that know the settings and for runs that have only the files.
 */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { groupBy } from '../model/collect.ts'
import type { Location } from '../model/location.ts'

export interface Claim {
  readonly path: string
  readonly accountId: number | null
  /** Origin; null: not given, so it matches any server. */
  readonly server: string | null
  /** Where the policy names the account. */
  readonly location: Location | null
}

/** One diagnostic for each claim that contradicts another, by its index in the list. */
export function findSameAccounts(claims: readonly Claim[]): ReadonlyMap<number, Diagnostic> {
  const known = claims
    .map((claim, index) => ({ ...claim, index }))
    .filter(({ accountId }) => accountId !== null)
  const clashes = new Map<number, Diagnostic>()
  for (const group of groupBy(known, ({ accountId }) => accountId).values()) {
    for (const { index, server, path, location } of group) {
      const others = group.filter(
        (other) =>
          other.index !== index &&
          (other.server === server || other.server === null || server === null),
      )
      if (others.length === 0) continue
      const same = others.map((other) => other.path).join(', ')
      const clash = makeDiagnostic({
        code: 'policy-same-account',
        summary: `${path} is a policy for the same account as ${same}.`,
        detail: 'An account can have only one policy.',
        location,
      })
      clashes.set(index, clash)
    }
  }
  return clashes
}
