/** What the audit log says about the people on an account, whatever a policy says about them. */
import {
  type ActivityWindow,
  getAdder,
  getPerson,
  makeActorNamer,
  type RecordedActivity,
} from './activity.ts'
import type { Activity, Snapshot } from './snapshot.ts'

/** Each is null where nothing is recorded. */
export interface PersonRecord {
  /** The last sign-in with a password. RFC 3339, UTC. */
  readonly lastSignIn: string | null
  readonly addedAt: string | null
  /** Null although there is a time: the server did it, not a user. Hostile. */
  readonly addedBy: string | null
}

/** By user id. Null: the log was not read. */
export function makePersonRecords({
  activity,
  agents,
}: Pick<Snapshot, 'activity' | 'agents'>): (id: number) => PersonRecord | null {
  if (activity.state !== 'read') return () => null
  const nameActor = makeActorNamer(activity, agents)
  return (id) => {
    const { lastSignIn, added } = getPerson(activity, id)
    if (added === null) return { lastSignIn, addedAt: null, addedBy: null }
    const adder = getAdder(added)
    const addedBy = adder && nameActor(adder)
    return { lastSignIn, addedAt: added.at, addedBy }
  }
}

/** Which part of the log was read, or why none. */
export type ActivityReading =
  | Exclude<Activity, RecordedActivity>
  | (ActivityWindow & { readonly state: 'read' })

export function describeActivityReading(activity: Activity): ActivityReading {
  if (activity.state !== 'read') return activity
  const { state, from, to, reach, rows } = activity
  return { state, from, to, reach, rows }
}
