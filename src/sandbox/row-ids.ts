/**
 * Ids of new rows, and of the rows that a state does not number: memberships. They appear in the audit
 * log only. An id is never given twice.
 */
import { findByEmail } from './find.ts'
import type { MembershipTable, RowTable, SandboxAccount, SandboxState } from './state.ts'

export interface RowIds {
  readonly take: (table: RowTable) => number
  /** @param owner id of the account, team or inbox */
  readonly find: (table: MembershipTable, owner: number, user: number) => number
  /** If the membership comes back, it is another row. */
  readonly remove: (table: MembershipTable, owner: number, user: number) => void
}

export function makeRowIds(state: SandboxState): RowIds {
  const next = new Map<RowTable, number>()
  const memberships = new Map<string, number>()
  // Before any row is added or deleted. Memberships count from 1, whatever the next id is.
  for (const table of NUMBERED) findNext(table)
  for (const table of MEMBERSHIPS) {
    let last = 0
    for (const { id, members } of state.accounts.flatMap(GROUPS[table])) {
      for (const key of members) {
        last += 1
        memberships.set(`${table} ${id} ${findUserId(state, key)}`, last)
      }
    }
    next.set(table, last + 1)
  }

  function findNext(table: RowTable): number {
    const least = Math.max(next.get(table) ?? 1, state.next_ids[table] ?? 1)
    const rows = isNumbered(table) ? listRows(state, table) : []
    const id = rows.reduce((found, row) => Math.max(found, row.id + 1), least)
    next.set(table, id)
    return id
  }

  function take(table: RowTable): number {
    const id = findNext(table)
    next.set(table, id + 1)
    return id
  }

  function find(table: MembershipTable, owner: number, user: number): number {
    const key = `${table} ${owner} ${user}`
    const id = memberships.get(key) ?? take(table)
    memberships.set(key, id)
    return id
  }

  return {
    take,
    find,
    remove: (table, owner, user) => {
      find(table, owner, user)
      memberships.delete(`${table} ${owner} ${user}`)
    },
  }
}

const MEMBERSHIPS = ['account_users', 'team_members', 'inbox_members'] as const
const NUMBERED = ['users', 'teams', 'custom_roles', 'audit_logs'] as const
type NumberedTable = (typeof NUMBERED)[number]

function isNumbered(table: RowTable): table is NumberedTable {
  return NUMBERED.some((each) => each === table)
}

function listRows(state: SandboxState, table: NumberedTable): readonly { readonly id: number }[] {
  return table === 'users'
    ? state.users
    : state.accounts.flatMap((account): readonly { id: number }[] => account[table])
}

interface Group {
  readonly id: number
  readonly members: readonly (string | number)[]
}

const GROUPS: Readonly<Record<MembershipTable, (account: SandboxAccount) => readonly Group[]>> = {
  account_users: ({ id, members }) => [{ id, members: members.map(({ email }) => email) }],
  team_members: ({ teams }) => teams,
  inbox_members: ({ inboxes }) => inboxes,
}

/** Members of a team are addresses, or ids of users who are gone. */
export function findUserId(state: SandboxState, key: string | number): number {
  return typeof key === 'number' ? key : (findByEmail(state.users, key)?.id ?? 0)
}
