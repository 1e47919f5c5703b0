/** The input for judging one person, and what this tells groups.ts. */
import type { Policy } from '../model/policy.ts'
import type { CustomRoles } from '../model/snapshot.ts'
import type { ActualState } from '../model/state.ts'

/** `arrives`: not on the account yet. `leaves`: their change removes them from every group. */
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
  /** The actual groups of people who are not in the policy. */
  readonly groupsOf: (email: string) => readonly string[]
  /** The desired groups of people who are not on the account. */
  readonly wantedGroupsOf: (email: string) => readonly string[]
}
