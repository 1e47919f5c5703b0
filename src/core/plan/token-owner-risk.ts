/**
 * Whether a plan would cost the owner of the token what the next run needs. Pure; changes nothing
 * about the plan, and has no say in the verdict.
 */

import { type Diagnostic, diagnostic } from '../messages/diagnostic.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Change } from './change.ts'

/** A warning where a change would remove or demote the owner of the token; at most one. */
export function ownerAtRisk(
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
      ? ['remove', 'After that the token reads nothing on this account.', 'list them in the policy']
      : [
          'demote',
          'After that the token changes nothing on this account and reads no names of custom roles.',
          'list them as administrator',
        ]
  return [
    diagnostic({
      code: 'token-owner-at-risk',
      summary: `The changes would ${what} ${email}, who owns the token of this run.`,
      detail: then,
      advice: `Use the token of somebody who stays, best a user of its own with the role agent; or ${instead}.`,
    }),
  ]
}
