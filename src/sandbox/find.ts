/**
 * Finds entries in lists of a state, which tests change between requests. An index only says where to
 * look: the entry there is checked, and a miss searches the whole list. So every change has an effect
 * at once, and large states stay fast.
 */
import type {
  SandboxAccount,
  SandboxCustomRole,
  SandboxInbox,
  SandboxMember,
  SandboxTeam,
  SandboxUser,
} from './state.ts'

type Find<Item, Key> = (list: readonly Item[], key: Key) => Item | null

function makeFinder<Item, Key>(keyOf: (item: Item) => Key): Find<Item, Key> {
  const indexes = new WeakMap<readonly Item[], Map<Key, number>>()

  return (list, key) => {
    const place = indexes.get(list)?.get(key)
    const expected = place === undefined ? undefined : list[place]
    if (expected !== undefined && keyOf(expected) === key) return expected

    const found = list.find((item) => keyOf(item) === key)
    if (found === undefined) return null
    indexes.set(list, new Map(list.map((item, index) => [keyOf(item), index])))
    return found
  }
}

export const findUserByEmail = makeFinder((user: SandboxUser) => user.email)
export const findUserById = makeFinder((user: SandboxUser) => user.id)
export const findUserByToken = makeFinder((user: SandboxUser) => user.token)
export const findAccountById = makeFinder((account: SandboxAccount) => account.id)
export const findMemberByEmail = makeFinder((member: SandboxMember) => member.email)
export const findTeamById = makeFinder((team: SandboxTeam) => team.id)
export const findInboxById = makeFinder((inbox: SandboxInbox) => inbox.id)
export const findCustomRoleById = makeFinder((role: SandboxCustomRole) => role.id)
