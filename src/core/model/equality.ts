/**
 * Whether two states of a person are the same, and who gains by the difference: for a plan, which
 * compares a policy with an account, and for two accounts or policies side by side.
 */
import type { Role } from './snapshot.ts'

interface Rights {
  readonly role: Role
}

/**
 * The first right that differs. The API grants an administrator everything, whatever the custom role.
 * @param customRoles compares those of two agents; `U` where that cannot be known
 */
export function compareRights<U>(
  before: Rights,
  after: Rights,
  customRoles: () => 'same' | 'differs' | U,
): 'same' | 'role' | 'custom-role' | U {
  if (before.role !== after.role) return 'role'
  if (after.role === 'administrator') return 'same'
  const compared = customRoles()
  return compared === 'differs' ? 'custom-role' : compared
}

/** The effect of different rights; `changed`: neither, or it cannot be known. */
export type Effect = 'gained' | 'lost' | 'changed'

/** An agent without a custom role has the full rights of an agent. */
export function decideEffectOnRights(
  before: Rights & { readonly custom: boolean },
  after: Rights & { readonly custom: boolean },
): Effect {
  if (before.role !== after.role) return after.role === 'administrator' ? 'gained' : 'lost'
  if (!after.custom) return 'gained'
  return before.custom ? 'changed' : 'lost'
}
