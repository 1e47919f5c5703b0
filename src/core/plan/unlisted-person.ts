/**
 * Judges people on the account who are not in the policy, or whose access has ended. The finding says
 * what each would lose; their memberships are not reported one by one.
 */

import type { Finding } from '../messages/finding.ts'
import { listNames, phraseFinding } from '../messages/phrase.ts'
import { isDouble } from '../model/identity.ts'
import { joinKinds } from '../model/kinds.ts'
import type { Location } from '../model/location.ts'
import type { PolicyAgent } from '../model/policy.ts'
import type { SnapshotAgent } from '../model/snapshot.ts'
import { type Change, change, listFacts } from './change.ts'
import type { Context } from './context.ts'

export interface Unwanted {
  readonly finding: Finding
  readonly change: Change
  readonly fate: 'stays' | 'leaves'
}

// A reader may confuse the two, and the policy means the other one.
const ANOTHER = '; the policy lists another user with this address'

/** `location` is where the person would be listed. */
export function judgeUnlistedPerson(
  have: SnapshotAgent,
  location: Location,
  context: Context,
): Unwanted {
  const { policy, actual } = context
  const subject = { kind: 'agent', email: have.email } as const
  const pattern = actual.ignoredBy(have.email)
  const groups = listNames('in', context.groupsOf(have.email))
  const double = isDouble(actual.people, have.email) ? ANOTHER : ''
  const say = (code: Finding['code'], is: string, though = '') =>
    phraseFinding(code, subject, location, `${is}${double}${though}${groups}`)

  if (have.role === 'agent') {
    const found = have.confirmed
      ? say('agent-unexpected', 'agent, not in the policy')
      : say('invite-unexpected', 'invitation, not in the policy')
    return planRemoval(have, found, context)
  }
  const invited = have.confirmed ? '' : ', invitation not accepted'
  const though = pattern === null ? '' : ` ("${pattern}" does not ignore administrators)`
  const found = say('admin-unexpected', `administrator, not in the policy${invited}`, though)
  if (pattern === null && policy.scope.agents === 'all') return planRemoval(have, found, context)
  // The policy manages only who is administrator, so removing the role is enough.
  const fact = listFacts(have, context.customRoles)
  const demoted = change('demote', subject, {
    before: fact,
    after: { ...fact, role: 'agent' },
    findings: [found.id],
    effects: ['Stays on the account as an agent, which this policy does not manage.'],
  })
  return { finding: found, change: demoted, fate: 'stays' }
}

/** A listed person is managed whatever the scope: the policy ends this access. */
export function judgeExpiredPerson(
  want: PolicyAgent,
  have: SnapshotAgent,
  context: Context,
): Unwanted {
  const subject = { kind: 'agent', email: have.email } as const
  const groups = listNames('in', context.groupsOf(have.email))
  const invited = have.confirmed ? '' : ', invitation not accepted'
  const found = phraseFinding(
    'access-expired',
    subject,
    want.location,
    `access ended after ${want.expires} (${have.role}${invited})${groups}`,
    have.role === 'administrator' ? 'critical' : 'high',
  )
  return planRemoval(have, found, context)
}

function planRemoval(have: SnapshotAgent, finding: Finding, { customRoles }: Context): Unwanted {
  const subject = { kind: 'agent', email: have.email } as const
  const removal = change('remove-agent', subject, {
    before: listFacts(have, customRoles),
    after: null,
    findings: [finding.id],
    effects: [
      `Leaves every ${joinKinds('and', ({ label }) => label)}; open conversations lose their assignee.`,
      'The user is deleted if they have no other account on this installation.',
    ],
  })
  return { finding, change: removal, fate: 'leaves' }
}
