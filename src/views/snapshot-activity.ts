/** What a snapshot keeps of the audit log, as JSON values. `Activity` has no IP addresses. */

import type {
  GroupActivity,
  MembershipActivity,
  PersonActivity,
  RecordedEvent,
} from '../core/model/activity.ts'
import { getIdKey, KINDS } from '../core/model/kinds.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import type { Activity } from '../core/model/snapshot.ts'

export function describeActivity(activity: Activity): object {
  if (activity.state === 'unreadable') {
    const { summary, detail, requestId } = activity.because
    return { state: 'unreadable', because: { summary, detail, request_id: requestId } }
  }
  if (activity.state !== 'read') return { state: activity.state.replace('-', '_') }
  const { from, to, reach, rows, people, memberships, groups, names, hidden } = activity
  return {
    state: 'read',
    from,
    to,
    reach,
    rows,
    people: [...people.values()].sort((a, b) => a.userId - b.userId).map(describePerson),
    memberships: [...memberships.values()].sort(compareMemberships).map(describeMembership),
    groups: [...groups.values()].sort(compareGroups).map(describeGroup),
    names: [...names]
      .sort(([a], [b]) => a - b)
      .map(([userId, name]) => ({ user_id: userId, name })),
    hidden: hidden.map(({ of, groupId, userId }) => ({ [getIdKey(of)]: groupId, user_id: userId })),
  }
}

type InGroup = Pick<GroupActivity, 'of' | 'groupId'>

function compareGroups(a: InGroup, b: InGroup): number {
  return KINDS.indexOf(a.of) - KINDS.indexOf(b.of) || a.groupId - b.groupId
}

function compareMemberships(a: MembershipActivity, b: MembershipActivity): number {
  return compareGroups(a, b) || a.userId - b.userId
}

function describePerson({ userId, lastSignIn, added, roleChanged }: PersonActivity) {
  return {
    user_id: userId,
    last_sign_in: lastSignIn,
    added: added && {
      ...describeEvent(added),
      role: added.role,
      inviter_id: added.inviterId,
    },
    role_changed: roleChanged && {
      ...describeEvent(roleChanged),
      from: roleChanged.from,
      to: roleChanged.to,
    },
  }
}

function describeMembership({ of, groupId, userId, action, ...event }: MembershipActivity) {
  return {
    kind: of.prefix,
    group_id: groupId,
    user_id: userId,
    action,
    ...describeEvent(event),
  }
}

function describeGroup({ of, groupId, name, created, changed, changes, deleted }: GroupActivity) {
  return {
    kind: of.prefix,
    group_id: groupId,
    name,
    created: created && describeEvent(created),
    changed: changed && describeEvent(changed),
    changes: [...changes]
      .sort(([a], [b]) => compareCodeUnits(a, b))
      .map(([setting, event]) => ({ setting, ...describeEvent(event) })),
    deleted: deleted && describeEvent(deleted),
  }
}

/** Writes only these keys, even if the event has more. */
function describeEvent({ id, at, by, apply }: RecordedEvent) {
  return { id, at, by: by && { id: by.id, name: by.name }, apply }
}
