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
  /** For an ordinary step; the reasons of core/apply/reasons.ts can need more. */
  readonly needs: Permission
  /** Why it needs that, as a part of a sentence; empty if it needs nothing. */
  readonly why: string
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

const row =
  (needs: Permission) =>
  (action: Action, why: string, also: Partial<StepRecord> = {}): StepRecord => ({
    action,
    needs,
    why,
    irreversible: false,
    invites: false,
    onlyTakes: false,
    ofIdentity: false,
    saysNobody: false,
    ...also,
  })

const free = row('default')
const byName = row('class')
const byAddress = row('address')

/**
 * In a safe order. What gives access comes before what takes it, and what is needed comes before what
 * needs it. So wherever a run stops, the account never lacks an administrator whom it had before and
 * should keep.
 */
export const STEPS = {
  'create-custom-role': byName('create', 'a new custom role decides what people may do'),
  'create-team': free('create', ''),
  invite: free('create', '', { invites: true, ofIdentity: true }),
  'invite-administrator': byAddress(
    'create',
    'it invites an administrator, who may do everything',
    {
      invites: true,
    },
  ),
  promote: byAddress('update', 'it makes somebody an administrator, who may do everything'),
  widen: byAddress('update', 'it gives more access than now'),
  'update-team': free('update', ''),
  'add-member': free('create', ''),
  'remove-member': byName('delete', 'it takes somebody out of a team or an inbox'),
  'update-custom-role': byName('update', 'it changes what everybody with this custom role may do', {
    onlyTakes: true,
  }),
  narrow: free('update', '', { onlyTakes: true, ofIdentity: true }),
  demote: byAddress('update', 'it makes an administrator an agent', { saysNobody: true }),
  'remove-agent': byAddress('delete', 'it removes somebody from the account', {
    irreversible: true,
    saysNobody: true,
  }),
  'delete-team': byAddress('delete', 'it deletes a team', { irreversible: true }),
  'delete-custom-role': byAddress('delete', 'it deletes a custom role', { irreversible: true }),
}

export type Step = keyof typeof STEPS

export const STEP_NAMES = Object.keys(STEPS) as readonly Step[]

export function isStep(text: string): text is Step {
  return Object.hasOwn(STEPS, text)
}
