/** The input for judging one person, and the result that groups.ts needs. */
import type { Policy } from '../model/policy.ts'
import type { CustomRoles } from '../model/snapshot.ts'
import type { ActualState } from '../model/state.ts'

/** `leaves`: their change removes them from every group. */
export type Folded =
  | { readonly finding: string; readonly fate: 'stays' | 'leaves' | 'cannot-arrive' }
  | {
      readonly finding: string
      /** Not on the account yet. */
      readonly fate: 'arrives'
      /** Findings that have to end before. */
      readonly needs: readonly string[]
    }

export interface Context {
  readonly policy: Policy
  readonly actual: Pick<ActualState, 'state' | 'people' | 'ignoredBy'>
  readonly customRoles: CustomRoles
  readonly today: string
  /** Names of the groups that a person is in. */
  readonly groupsOf: (email: string) => readonly string[]
  /** Names of the groups that the policy lists a person in. */
  readonly wantedGroupsOf: (email: string) => readonly string[]
}
