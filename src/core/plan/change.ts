/**
 * A change is one step that would remove one piece of drift. This file knows what steps there are
 * and in which order they would be taken; it decides nothing about whether they are needed.
 */

import type { Party } from '../model/address.ts'
import { formatAddress } from '../model/address.ts'
import { type CustomRoleFact, describeActualCustomRole } from '../model/custom-role.ts'
import type { SettingValue } from '../model/kinds.ts'
import { compareCodeUnits } from '../model/names.ts'
import type { CustomRoles, Role, SnapshotAgent } from '../model/snapshot.ts'

export type Action = 'create' | 'update' | 'delete'

/**
 * What gives comes before what takes, and what is needed comes before what needs it:
 *
 *   create-custom-role ─▶ create-group ┐
 *                         create-agent ┴▶ add-member
 *   grant ─▶ remove-member ─▶ reduce ─▶ delete-agent ─▶ delete-group, delete-custom-role
 *
 * So a run that stops anywhere never leaves an account without an administrator whom it had and
 * was meant to have.
 */
const STEPS = [
  'create-custom-role',
  'create-group',
  'create-agent',
  'grant',
  'add-member',
  'remove-member',
  'reduce',
  'delete-agent',
  'delete-group',
  'delete-custom-role',
] as const

export type Step = (typeof STEPS)[number]

const ACTIONS: Readonly<Record<Step, Action>> = {
  'create-custom-role': 'create',
  'create-group': 'create',
  'create-agent': 'create',
  grant: 'update',
  'add-member': 'create',
  'remove-member': 'delete',
  reduce: 'update',
  'delete-agent': 'delete',
  'delete-group': 'delete',
  'delete-custom-role': 'delete',
}

/** The facts that a change speaks of; a key that is absent is not touched. */
export interface Facts {
  readonly role?: Role
  readonly custom_role?: CustomRoleFact | null
  readonly name?: string
  readonly email?: string
  /** Of a custom role; sorted. */
  readonly permissions?: readonly string[]
  /** Settings of a group by their keys; the group of a member by the label of its kind. */
  readonly [key: string]: SettingValue | CustomRoleFact | readonly string[] | null | undefined
}

/** What a person is and may do, as a change speaks of it. */
export function listFacts(have: SnapshotAgent, customRoles: CustomRoles): Facts {
  return {
    role: have.role,
    custom_role:
      have.customRoleId === null ? null : describeActualCustomRole(have.customRoleId, customRoles),
  }
}

export interface Change {
  readonly step: Step
  readonly action: Action
  readonly subject: Party
  readonly address: string
  readonly before: Facts | null
  readonly after: Facts | null
  /** Ids of the findings it would end or help to end. */
  readonly findings: readonly string[]
  readonly irreversible: boolean
  /** What else happens, in plain sentences. Holds text of the server: hostile. */
  readonly effects: readonly string[]
}

/** In the order in which they are shown. What a membership is between is said by its subject already. */
export function listFactKeys(subject: Party): readonly string[] {
  if (subject.kind === 'agent') return ['role', 'custom_role', 'name']
  if (subject.kind === 'member') return []
  if (subject.kind === 'custom-role') return ['name', 'description', 'permissions']
  return ['name', ...subject.of.settings.map(({ key }) => key)]
}

/** Fills in what follows from the step and the subject. */
export function change(
  step: Step,
  subject: Party,
  parts: Pick<Change, 'before' | 'after' | 'findings'> & Partial<Pick<Change, 'effects'>>,
): Change {
  return {
    step,
    action: ACTIONS[step],
    subject,
    address: formatAddress(subject),
    irreversible: ACTIONS[step] === 'delete' && step !== 'remove-member',
    effects: [],
    ...parts,
  }
}

export function compareSteps(a: Change, b: Change): number {
  return STEPS.indexOf(a.step) - STEPS.indexOf(b.step) || compareCodeUnits(a.address, b.address)
}
