/**
 * Ids of new rows, and of the rows that a state does not number: memberships. They appear in the audit
 * log only. An id is never given twice.
 */
import { findUserByEmail } from './find.ts'
import type { SandboxAccount, SandboxState } from './state.ts'

export type RowTable = 'users' | 'teams' | 'custom_roles' | 'audit_logs' | MembershipTable
type MembershipTable = 'account_users' | 'team_members' | 'inbox_members'

export interface RowIds {
  /** The id of a new row. */
  readonly take: (table: RowTable) => number
  /** @param owner id of the account, team or inbox */
  readonly find: (table: MembershipTable, owner: number, user: number) => number
  /** If the membership comes back, it is another row. */
  readonly remove: (table: MembershipTable, owner: number, user: number) => void
}

export function makeRowIds(state: SandboxState): RowIds {
  const memberships = new Map<string, number>()
  let numbered = false

  function take(table: RowTable): number {
    if (!numbered) numberMemberships()
    const used = listIds(state, table)
    const id = used.reduce((least, each) => Math.max(least, each + 1), state.next_ids[table] ?? 1)
    state.next_ids[table] = id + 1
    return id
  }

  function find(table: MembershipTable, owner: number, user: number): number {
    if (!numbered) numberMemberships()
    const key = `${table} ${owner} ${user}`
    const id = memberships.get(key) ?? take(table)
    memberships.set(key, id)
    return id
  }

  /** Those of the state count from 1, whatever the next id is. */
  function numberMemberships(): void {
    numbered = true
    const next = { ...state.next_ids }
    for (const table of ['account_users', 'team_members', 'inbox_members'] as const) {
      state.next_ids[table] = 1
      for (const [owner, user] of listMemberships(state, table)) find(table, owner, user)
      state.next_ids[table] = Math.max(state.next_ids[table], next[table] ?? 1)
    }
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

function listIds(state: SandboxState, table: RowTable): readonly number[] {
  const ids = (rows: readonly { readonly id: number }[]) => rows.map((row) => row.id)
  switch (table) {
    case 'users':
      return ids(state.users)
    case 'teams':
    case 'custom_roles':
    case 'audit_logs':
      return ids(state.accounts.flatMap((account): readonly { id: number }[] => account[table]))
    case 'account_users':
    case 'team_members':
    case 'inbox_members':
      return []
  }
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

function listMemberships(
  state: SandboxState,
  table: MembershipTable,
): readonly (readonly [owner: number, user: number])[] {
  return state.accounts
    .flatMap(GROUPS[table])
    .flatMap(({ id, members }) => members.map((key) => [id, findUserId(state, key)] as const))
}

/** Members of a team are addresses, or ids of users who are gone. */
export function findUserId(state: SandboxState, key: string | number): number {
  return typeof key === 'number' ? key : (findUserByEmail(state.users, key)?.id ?? 0)
}
