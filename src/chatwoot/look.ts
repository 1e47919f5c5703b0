/**
 * Reads single parts of an account, for an apply that checks what a write names just before it and
 * after it. A whole account is read in read.ts.
 */
import type { GroupKind } from '../core/model/kinds.ts'
import type { CustomRole, SnapshotAgent } from '../core/model/snapshot.ts'
import type { Client } from './client.ts'
import { decodeAgents, decodeCustomRoles, type GroupEntry } from './decode.ts'
import { ENDPOINTS, type Endpoint, hasCode } from './read.ts'

/** Each throws a Failure if the part cannot be read. */
export interface Look {
  readonly agents: () => Promise<readonly SnapshotAgent[]>
  readonly groups: (of: GroupKind) => Promise<readonly GroupEntry[]>
  /** Ids of the members, also of those who left the account; null: there is no such group. */
  readonly members: (of: GroupKind, id: number) => Promise<ReadonlySet<number> | null>
  readonly customRoles: () => Promise<readonly CustomRole[]>
}

export function makeLook(client: Client, accountId: number): Look {
  const account = `/api/v1/accounts/${accountId}`
  const endpoint = ({ section }: GroupKind) => ENDPOINTS[section] as Endpoint
  return {
    agents: async () => (await client.get(`${account}/agents`, decodeAgents(accountId))).agents,
    groups: (of) => {
      const { path, decode } = endpoint(of)
      return client.get(`${account}/${path}`, decode(accountId))
    },
    members: async (of, id) => {
      const { memberPath, decodeMembers } = endpoint(of)
      try {
        const path = `${account}/${memberPath(id)}`
        const { members } = await client.get(path, decodeMembers(accountId))
        return new Set(members.map((member) => member.id))
      } catch (error) {
        // What the server says about a list whose group is gone.
        if (hasCode(error, ['read-contradiction'])) return null
        throw error
      }
    },
    customRoles: () => client.get(`${account}/custom_roles`, decodeCustomRoles),
  }
}
