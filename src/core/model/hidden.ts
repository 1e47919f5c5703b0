/**
 * Members of groups who are not on the account, so no list shows them: only the audit log does. Every
 * command asks here who they are.
 */
import type { MembershipActivity } from './activity.ts'
import { groupBy } from './collect.ts'
import type { RecognisedGroup } from './identity.ts'
import type { GroupKind } from './kinds.ts'
import type { Snapshot, SnapshotGroup } from './snapshot.ts'

export interface HiddenMember<G> {
  readonly membership: MembershipActivity
  readonly group: G
  /** The finding about it. */
  readonly code: NonNullable<GroupKind['hidden']>
}

type Read<G> = Pick<Snapshot, 'activity'> & { readonly groups: readonly G[] }

/** Leaves out groups that are gone: a membership in them gives no access. */
export function listHiddenMembers<G extends SnapshotGroup>({
  activity,
  groups,
}: Read<G>): readonly HiddenMember<G>[] {
  if (activity.state !== 'read') return []
  return activity.hidden.flatMap((membership) => {
    const { of, groupId } = membership
    const group = groups.find((each) => each.of === of && each.id === groupId)
    return group && of.hidden ? [{ membership, group, code: of.hidden }] : []
  })
}

/** A user who is not on the account, with every group whose messages they get. */
export interface HiddenPerson {
  readonly id: number
  /** `#77`: the log has no address, so it is the id of the user. */
  readonly email: string
  /** As in the log, usually an e-mail address. Empty if the log has no name. */
  readonly name: string
  readonly groups: readonly RecognisedGroup[]
}

export function listHiddenPeople(read: Read<RecognisedGroup>): readonly HiddenPerson[] {
  const names = read.activity.state === 'read' ? read.activity.names : null
  return [...groupBy(listHiddenMembers(read), ({ membership }) => membership.userId)]
    .map(([id, same]) => ({
      id,
      email: formatHiddenEmail(id),
      name: names?.get(id) ?? '',
      groups: same.map(({ group }) => group),
    }))
    .sort((a, b) => a.id - b.id)
}

export function formatHiddenEmail(userId: number): string {
  return `#${userId}`
}
