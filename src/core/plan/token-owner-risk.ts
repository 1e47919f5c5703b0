/**
 * Warns if a plan would take from the token's owner what the next run needs. Does not change the plan
 * or the verdict.
 */

import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Change } from './change.ts'

export function findOwnerRisk(
  { email, role }: Snapshot['caller'],
  changes: readonly Change[],
): readonly Diagnostic[] {
  const own = changes.find(
    ({ subject, action, after }) =>
      subject.kind === 'agent' &&
      subject.email === email &&
      (action === 'delete' || (role === 'administrator' && after?.role === 'agent')),
  )
  if (own === undefined) return []
  const [what, then, instead] =
    own.action === 'delete'
      ? ['remove', 'Then the token can no longer read this account.', 'add them to the policy']
      : [
          'demote',
          'Then the token can no longer change this account or read the names of custom roles.',
          'list them as administrator',
        ]
  return [
    makeDiagnostic({
      code: 'token-owner-at-risk',
      summary: `The changes would ${what} ${email}, the owner of the token of this run.`,
      detail: then,
      advice: `Use the token of a person who stays, preferably a separate user with the role agent, or ${instead}.`,
    }),
  ]
}
