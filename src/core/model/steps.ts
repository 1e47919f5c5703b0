/**
 * The steps: what a change is called where it is written, in flags, policies, journals and JSON. One
 * row each. Whether a step is needed is decided elsewhere.
 */

export type Action = 'create' | 'update' | 'delete'

/**
 * What it takes to write a step. `default`: nothing. `class`: an `--allow` of its name. `address`: an
 * `--allow` of its name with the address of each person or thing.
 */
export type Permission = 'default' | 'class' | 'address'

interface StepRecord {
  readonly action: Action
  /** For an ordinary step; core/apply/decide.ts decides when a step needs more. */
  readonly needs: Permission
  /**
   * If it is created again, it is a new thing: it has another id, and nothing that belonged to the old
   * one.
   */
  readonly irreversible: boolean
}

const row = (action: Action, needs: Permission, irreversible = false) =>
  ({ action, needs, irreversible }) as const satisfies StepRecord

/**
 * In a safe order. What gives access comes before what takes it, and what is needed comes before what
 * needs it. So wherever a run stops, the account never lacks an administrator whom it had before and
 * should keep.
 */
export const STEPS = {
  'create-custom-role': row('create', 'class'),
  'create-team': row('create', 'default'),
  invite: row('create', 'default'),
  'invite-administrator': row('create', 'address'),
  promote: row('update', 'address'),
  widen: row('update', 'address'),
  'update-team': row('update', 'default'),
  'add-member': row('create', 'default'),
  'remove-member': row('delete', 'class'),
  'update-custom-role': row('update', 'class'),
  narrow: row('update', 'default'),
  demote: row('update', 'address'),
  'remove-agent': row('delete', 'address', true),
  'delete-team': row('delete', 'address', true),
  'delete-custom-role': row('delete', 'address', true),
}

export type Step = keyof typeof STEPS

export const STEP_NAMES = Object.keys(STEPS) as readonly Step[]

export function isStep(text: string): text is Step {
  return Object.hasOwn(STEPS, text)
}
