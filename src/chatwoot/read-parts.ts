/**
 * Reads single parts of an account, for an apply that checks what a write names just before it and
 * after it. A whole account is read in read.ts.
 */
import type { GroupKind } from '../core/model/kinds.ts'
import type { Client } from './client.ts'
import { decodeAgents, decodeCustomRoles } from './decode.ts'
import { ENDPOINTS } from './group-endpoints.ts'
import { formatAccountPath } from './paths.ts'
import { hasOnly } from './read.ts'

export type PartReader = ReturnType<typeof makePartReader>

/** Each function throws a Failure if the part cannot be read. */
export function makePartReader(client: Client, accountId: number) {
  const at = (path: string) => formatAccountPath(accountId, path)
  return {
    agents: async () => (await client.get(at('agents'), decodeAgents(accountId))).agents,
    groups: ({ section }: GroupKind) => {
      const { path, decode } = ENDPOINTS[section]
      return client.get(at(path), decode(accountId))
    },
    /** Ids of the members, also of those who left the account; null: there is no such group. */
    members: async ({ section }: GroupKind, id: number): Promise<ReadonlySet<number> | null> => {
      const { memberPath, decodeMembers } = ENDPOINTS[section]
      try {
        const { members } = await client.get(at(memberPath(id)), decodeMembers(accountId))
        return new Set(members.map((member) => member.id))
      } catch (error) {
        // What the server says about a list whose group is gone.
        if (hasOnly(error, (code) => code === 'read-contradiction')) return null
        throw error
      }
    },
    customRoles: () => client.get(at('custom_roles'), decodeCustomRoles),
  }
}
