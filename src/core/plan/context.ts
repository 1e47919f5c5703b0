/** What judging a person takes, and what it tells the judging of groups. */
import type { Policy } from '../model/policy.ts'
import type { CustomRoles } from '../model/snapshot.ts'
import type { ActualState } from '../model/state.ts'

/** `arrives`: not on the account yet. `leaves`: their change takes them out of every group. */
export interface Folded {
  readonly finding: string
  /** Findings that have to end before. */
  readonly needs?: readonly string[]
  readonly fate: 'arrives' | 'stays' | 'leaves' | 'cannot-arrive'
}

export interface Context {
  readonly policy: Policy
  readonly actual: Pick<ActualState, 'state' | 'people' | 'ignoredBy'>
  readonly customRoles: CustomRoles
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string
  /** Groups as they are, of people whom the policy does not list. */
  readonly groupsOf: (email: string) => readonly string[]
  /** Groups as the policy wants them, of people who are not on the account. */
  readonly wantedGroupsOf: (email: string) => readonly string[]
}
