/** Who may do what on an account of a sandbox, told from its state and not from any answer. */
import { findByEmail } from '../../src/sandbox/find.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'

export interface Truth {
  /** By address. */
  readonly people: Readonly<
    Record<
      string,
      { readonly id: number; readonly role: string | null; readonly custom: number | null }
    >
  >
  /** Addresses and ids by name and id, those of ghosts and hidden people too. */
  readonly teams: Readonly<Record<string, readonly (string | number)[]>>
  readonly inboxes: Readonly<Record<string, readonly (string | number)[]>>
  /** Permissions by name and id. */
  readonly roles: Readonly<Record<string, readonly string[]>>
}

/** Equal for equal access, whatever the order in which it came about. */
export function readTruth(state: SandboxState, accountId: number): Truth {
  const account = state.accounts.find(({ id }) => id === accountId)
  if (account === undefined) throw new Error(`There is no account ${accountId}.`)
  const groups = (
    list: readonly { id: number; name: string; members: readonly (string | number)[] }[],
  ) => sorted(list.map(({ id, name, members }) => [`${name} (${id})`, [...members].sort()]))
  return {
    people: sorted(
      account.members.map(({ email, role, custom_role_id }) => [
        email,
        { id: findByEmail(state.users, email)?.id ?? 0, role, custom: custom_role_id },
      ]),
    ),
    teams: groups(account.teams),
    inboxes: groups(account.inboxes),
    roles: sorted(
      account.custom_roles.map(({ id, name, permissions }) => [
        `${name} (${id})`,
        [...permissions].sort(),
      ]),
    ),
  }
}

function sorted<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}
