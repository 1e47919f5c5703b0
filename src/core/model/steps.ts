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
  readonly invites: boolean
  /** Whether it is ordinary only if it gives nobody anything. */
  readonly onlyTakes: boolean
  /** Whether the identity provider of people with SAML may undo or repeat it. */
  readonly ofIdentity: boolean
  /** Whether a report also says that nobody is affected. */
  readonly saysNobody: boolean
}

const row = (action: Action, needs: Permission, also: Partial<StepRecord> = {}): StepRecord => ({
  action,
  needs,
  irreversible: false,
  invites: false,
  onlyTakes: false,
  ofIdentity: false,
  saysNobody: false,
  ...also,
})

/**
 * In a safe order. What gives access comes before what takes it, and what is needed comes before what
 * needs it. So wherever a run stops, the account never lacks an administrator whom it had before and
 * should keep.
 */
export const STEPS = {
  'create-custom-role': row('create', 'class'),
  'create-team': row('create', 'default'),
  invite: row('create', 'default', { invites: true, ofIdentity: true }),
  'invite-administrator': row('create', 'address', { invites: true }),
  promote: row('update', 'address'),
  widen: row('update', 'address'),
  'update-team': row('update', 'default'),
  'add-member': row('create', 'default'),
  'remove-member': row('delete', 'class'),
  'update-custom-role': row('update', 'class', { onlyTakes: true }),
  narrow: row('update', 'default', { onlyTakes: true, ofIdentity: true }),
  demote: row('update', 'address', { saysNobody: true }),
  'remove-agent': row('delete', 'address', { irreversible: true, saysNobody: true }),
  'delete-team': row('delete', 'address', { irreversible: true }),
  'delete-custom-role': row('delete', 'address', { irreversible: true }),
}

export type Step = keyof typeof STEPS

export const STEP_NAMES = Object.keys(STEPS) as readonly Step[]

export function isStep(text: string): text is Step {
  return Object.hasOwn(STEPS, text)
}
