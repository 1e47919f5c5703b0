/**
 * A change is one step that would remove one piece of drift. This file knows what a change says and
 * in which order changes would be written; it decides nothing about whether they are needed.
 */

import { describeContrast } from '../messages/alike.ts'
import type { Finding } from '../messages/finding.ts'
import { makeFinding } from '../messages/phrase.ts'
import { formatAddress, type Party } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { type CustomRoleFact, describeHeldRole } from '../model/custom-role.ts'
import type { SettingValue } from '../model/kinds.ts'
import { compareLocations, type Located } from '../model/location.ts'
import { compareCodeUnits } from '../model/names.ts'
import type { CustomRoles, Role, SnapshotAgent } from '../model/snapshot.ts'
import { type Action, STEP_NAMES, STEPS, type Step } from '../model/steps.ts'

/** The facts of a change; an absent key is not changed. */
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

/** A person's role and custom role, as a change shows them. */
export function listFacts(have: SnapshotAgent, customRoles: CustomRoles): Facts {
  return { role: have.role, custom_role: describeHeldRole(have, customRoles) }
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
  /** What else happens, in plain sentences. Contains text of the server: hostile. */
  readonly effects: readonly string[]
}

/** In display order. A membership has none: its subject names both ends. */
export function listFactKeys(subject: Party): readonly string[] {
  if (subject.kind === 'agent') return ['role', 'custom_role', 'name']
  if (subject.kind === 'member') return []
  if (subject.kind === 'custom-role') return ['name', 'description', 'permissions']
  return ['name', ...subject.of.settings.map(({ key }) => key)]
}

/** A fact of a group or a custom role that is not as in the policy. */
export interface DifferingFact {
  readonly key: string
  readonly before: SettingValue
  readonly after: Located<SettingValue>
}

/** One finding about all of them, and both sides of the change that would end it. Null: there are none. */
export function judgeFacts(
  code: Finding['code'],
  subject: Party,
  facts: readonly DifferingFact[],
): { readonly finding: Finding; readonly before: Facts; readonly after: Facts } | null {
  const sorted = facts.toSorted((a, b) => compareLocations(a.after.location, b.after.location))
  const [first] = sorted
  if (first === undefined) return null
  const named = subject.kind === 'group' ? 'named' : 'name'
  const summary = sorted.map(({ key, before, after }) => {
    const word = key === 'name' ? named : key
    return `${word} ${quote(before)}, should be ${quote(after.value)}`
  })
  const notes = sorted.flatMap(({ before, after: { value } }) => {
    const texts = typeof before === 'string' && typeof value === 'string'
    return (texts ? describeContrast(before, value) : null) ?? []
  })
  const difference = notes.join('; ') || null
  const found = makeFinding(code, subject, first.after.location, summary.join('; '))
  return {
    finding: { ...found, difference },
    before: Object.fromEntries(sorted.map(({ key, before }) => [key, before])),
    after: Object.fromEntries(sorted.map(({ key, after }) => [key, after.value])),
  }
}

function quote(value: SettingValue): string {
  return value === '' ? 'empty' : typeof value === 'string' ? `"${value}"` : String(value)
}

/** Fills in what follows from the step and the subject. */
export function makeChange(
  step: Step,
  subject: Party,
  parts: Pick<Change, 'before' | 'after' | 'findings'> & Partial<Pick<Change, 'effects'>>,
): Change {
  return {
    step,
    action: STEPS[step].action,
    subject,
    address: formatAddress(subject),
    irreversible: STEPS[step].irreversible,
    effects: [],
    ...parts,
  }
}

/** One change for one step, also where several findings need it. */
export function mergeChanges(changes: readonly Change[]): readonly Change[] {
  const steps = groupBy(changes, ({ step, address }) => `${step} ${address}`)
  return [...steps.values()].map((same): Change => {
    const [first] = same
    if (same.length === 1) return first
    return {
      ...first,
      before: Object.assign({}, ...same.map(({ before }) => before)),
      after: Object.assign({}, ...same.map(({ after }) => after)),
      findings: [...new Set(same.flatMap(({ findings }) => findings))],
      effects: same.flatMap(({ effects }) => effects),
    }
  })
}

export function compareSteps(a: Change, b: Change): number {
  return (
    STEP_NAMES.indexOf(a.step) - STEP_NAMES.indexOf(b.step) ||
    compareCodeUnits(a.address, b.address)
  )
}
