/**
 * The result for every person, group and membership in the policy or on the account. For views that
 * also show what is fine; the verdict does not depend on it.
 */

import { type Finding, isDrift, isOpen } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import {
  type CustomRoleSubject,
  formatAddress,
  type GroupSubject,
  type Subject,
} from '../model/address.ts'
import { groupBy, invertMap } from '../model/collect.ts'
import { type CustomRoleFact, describeHeldRole } from '../model/custom-role.ts'
import { isOver } from '../model/dates.ts'
import {
  formatHiddenEmail,
  type HiddenPerson,
  listHiddenMembers,
  listHiddenPeople,
} from '../model/hidden.ts'
import type { RecognisedCustomRole } from '../model/identity.ts'
import { compareCodeUnits } from '../model/names.ts'
import { makePersonRecords, type PersonRecord } from '../model/person-record.ts'
import { listAgents, type Policy } from '../model/policy.ts'
import type { Role, SnapshotAgent, SnapshotGroup } from '../model/snapshot.ts'
import type { ActualState } from '../model/state.ts'

/** `fine`: compared, no difference. `waived`, `off`: the policy accepts or switches off every difference. */
export type Standing = 'fine' | 'drift' | 'warning' | 'waived' | 'off' | 'ignored' | 'unmanaged'

export interface Outcome {
  readonly address: string
  readonly standing: Standing
  /**
   * The findings about it: for a membership also those of the person or the group, for a person or a
   * group also those of their memberships, after their own.
   */
  readonly findings: readonly Finding[]
}

interface WithMemberships extends Outcome {
  /** Without the memberships, for views that show each of them separately. */
  readonly alone: Outcome
}

export interface PersonOutcome extends WithMemberships {
  readonly email: string
  readonly inPolicy: PersonInPolicy
  /** Null: not on the account. */
  readonly seen: Seen | null
}

/** `expires`: the last day of the access, null if it does not end. `unmanaged`: left out by its sections or scope. */
export type PersonInPolicy =
  | { readonly kind: 'listed'; readonly role: Role; readonly expires: string | null }
  | { readonly kind: 'ignored'; readonly pattern: string }
  | { readonly kind: 'unmanaged' | 'not-listed' }

/** The address is as the server has it, whatever the spelling in the policy. */
export interface Seen extends Omit<SnapshotAgent, 'customRoleId'> {
  readonly customRole: CustomRoleFact | null
  readonly groups: readonly GroupSubject[]
  /** Null: the audit log was not read. */
  readonly record: PersonRecord | null
}

export interface GroupOutcome extends WithMemberships {
  readonly subject: GroupSubject
  /** False: listed, but not on the account. */
  readonly exists: boolean
  readonly settings: SnapshotGroup['settings']
  readonly members: readonly MemberOutcome[]
}

export interface MemberOutcome extends Outcome {
  readonly email: string
  /** `hidden`: not on the account; only the audit log shows it. */
  readonly is: 'member' | 'ghost' | 'missing' | 'hidden'
}

export interface CustomRoleOutcome extends Outcome {
  readonly subject: CustomRoleSubject
  /** Null: listed, but not on the account. */
  readonly seen: RecognisedCustomRole | null
}

/** A member of groups who is not on the account: only the audit log shows this person. */
export interface HiddenOutcome extends WithMemberships, HiddenPerson {}

export interface Outcomes {
  /** By e-mail address. */
  readonly people: readonly PersonOutcome[]
  /** By user id. */
  readonly hidden: readonly HiddenOutcome[]
  /** By kind, then by name. */
  readonly groups: readonly GroupOutcome[]
  /** By name; empty if the policy does not manage them. */
  readonly customRoles: readonly CustomRoleOutcome[]
  /** Of policy lines about no person and no group, such as a rule for all administrators. */
  readonly statements: readonly Outcome[]
}

export function decideOutcomes(
  policy: Policy,
  actual: ActualState,
  findings: readonly Finding[],
  today: string,
): Outcomes {
  const { snapshot } = actual
  const spoken = groupBy(findings, ({ address }) => address)
  const records = makePersonRecords(snapshot)
  const groupsOf = invertMap(snapshot.groups.map(({ subject, members }) => [subject, members]))

  const groups = groupOutcomes(policy, actual, spoken)
  const memberships = groupBy(
    groups.flatMap(({ members }) => members),
    ({ email }) => email,
  )
  const addMemberships = (alone: Outcome, email: string) =>
    combineOutcomes(alone, memberships.get(email) ?? [])

  function person(email: string, have: SnapshotAgent | null): PersonOutcome {
    const inPolicy = findInPolicy(email, have, policy, actual)
    const alone = decideOutcome(spoken, { kind: 'agent', email }, WITHOUT_FINDING[inPolicy.kind])
    return {
      ...addMemberships(alone, email),
      email,
      inPolicy,
      seen: have && seen(have),
    }
  }

  function seen(have: SnapshotAgent): Seen {
    const { customRoleId: _, ...rest } = have
    const customRole = describeHeldRole(have, snapshot.customRoles)
    const groups = groupsOf.get(have.email) ?? []
    const email = actual.storedAs(have.email)
    const record = records(have.id)
    return { ...rest, email, customRole, groups, record }
  }

  const have = new Map(snapshot.agents.map((agent) => [agent.email, agent]))
  // Their access has ended in the policy, and they left the account: fine.
  const listed = listAgents(policy)
    .filter(({ email, expires }) => !have.has(email) && !isOver(expires, today))
    .map(({ email }) => email)
  const people = [
    ...snapshot.agents.map((agent) => person(agent.email, agent)),
    ...listed.map((email) => person(email, null)),
  ]
  return {
    people: people.sort((a, b) => compareCodeUnits(a.email, b.email)),
    hidden: listHiddenPeople(snapshot).map((each) => {
      const alone = decideOutcome(spoken, { kind: 'agent', email: each.email }, 'fine')
      return { ...each, ...addMemberships(alone, each.email) }
    }),
    groups,
    customRoles: decideCustomRoleOutcomes(policy, actual, spoken),
    statements: decideStatementOutcomes(policy, spoken),
  }
}

/** @param have the person on the account, if they are there */
export function findInPolicy(
  email: string,
  have: SnapshotAgent | null,
  { agents, scope }: Policy,
  actual: Pick<ActualState, 'ignoredBy'>,
): PersonInPolicy {
  const entry = agents?.entries.get(email)
  if (entry) return { kind: 'listed', role: entry.role, expires: entry.expires }
  const judged = agents !== null && have?.role === 'administrator'
  const pattern = judged ? null : actual.ignoredBy(email)
  if (pattern !== null) return { kind: 'ignored', pattern }
  const managed = agents !== null && (judged || scope.agents === 'all')
  return { kind: managed ? 'not-listed' : 'unmanaged' }
}

/** Everybody who is not listed has one. */
const WITHOUT_FINDING = {
  listed: 'fine',
  ignored: 'ignored',
  unmanaged: 'unmanaged',
  'not-listed': 'drift',
} as const satisfies Readonly<Record<PersonInPolicy['kind'], Standing>>

function decideCustomRoleOutcomes(
  { customRoles: section }: Policy,
  { state }: ActualState,
  spoken: Spoken,
): CustomRoleOutcome[] {
  if (section === null) return []
  const subjects = [...section.entries.values(), ...state.customRoles.values()]
  const byAddress = new Map(subjects.map(({ subject }) => [formatAddress(subject), subject]))
  return [...byAddress]
    .map(([address, subject]) => {
      const seen = state.customRoles.get(address) ?? null
      return { ...decideOutcome(spoken, subject, 'fine'), subject, seen }
    })
    .sort((a, b) => compareCodeUnits(a.address, b.address))
}

function decideStatementOutcomes({ rules, waivers }: Policy, spoken: Spoken): Outcome[] {
  const { min, max } = rules.administrators
  const subjects: readonly Subject[] = [
    ...(min === null && max === null ? [] : [{ kind: 'rule', rule: 'administrators' } as const]),
    ...waivers.map((_, index) => ({ kind: 'waiver', number: index + 1 }) as const),
  ]
  return subjects.map((subject) => decideOutcome(spoken, subject, 'fine'))
}

type Spoken = ReadonlyMap<string, readonly Finding[]>

function groupOutcomes(policy: Policy, actual: ActualState, spoken: Spoken): GroupOutcome[] {
  const { snapshot } = actual
  const hidden = groupBy(listHiddenMembers(snapshot), ({ group }) => formatAddress(group.subject))
  return policy.groups.flatMap(({ of, section }) => {
    const same = snapshot.groups.filter((group) => group.of === of)
    const found = new Map(same.map((group) => [formatAddress(group.subject), group]))
    const subjects = new Map(
      [...same, ...(section?.entries.values() ?? [])].map(({ subject }) => [
        formatAddress(subject),
        subject,
      ]),
    )
    const outcome = ([address, subject]: readonly [string, GroupSubject]): GroupOutcome => {
      const have = found.get(address)
      const want = section?.entries.get(address)
      const left = have !== undefined && !actual.state.groups.has(address)
      const otherwise = left ? 'ignored' : section === null ? 'unmanaged' : 'fine'
      const alone = decideOutcome(spoken, subject, otherwise)
      const member = (email: string, is: MemberOutcome['is']): MemberOutcome => {
        const whole =
          otherwise === 'fine' && actual.ignoredBy(email) !== null ? 'ignored' : otherwise
        const own = decideOutcome(spoken, { kind: 'member', group: subject, email }, whole)
        const asListed = is === 'member' ? want?.members.has(email) : is === 'ghost'
        if (own.findings.length > 0 || whole !== 'fine' || asListed) return { ...own, email, is }
        // It differs but has no finding: the finding of the person or the group covers it.
        const agent = spoken.get(formatAddress({ kind: 'agent', email })) ?? []
        const findings = [...alone.findings, ...agent].filter(({ code }) => FINDINGS[code].folds)
        return { ...own, findings, standing: decideStanding(findings, 'drift'), email, is }
      }
      const present = new Set([...(have?.members ?? []), ...(have?.ghosts ?? [])])
      const missing = [...(want?.members.keys() ?? [])].filter((email) => !present.has(email))
      const members = [
        ...(have?.members ?? []).map((email) => member(email, 'member')),
        ...(have?.ghosts ?? []).map((email) => member(email, 'ghost')),
        ...missing.map((email) => member(email, 'missing')),
        ...(hidden.get(address) ?? []).map(({ membership }) =>
          member(formatHiddenEmail(membership.userId), 'hidden'),
        ),
      ].sort((a, b) => compareCodeUnits(a.email, b.email))
      return {
        ...combineOutcomes(alone, members),
        subject,
        exists: have !== undefined,
        settings: have?.settings ?? {},
        members,
      }
    }
    return [...subjects]
      .sort(([, a], [, b]) => compareCodeUnits(a.name, b.name) || Number(a.id) - Number(b.id))
      .map(outcome)
  })
}

/** Worst first; the others say that nothing differs. */
const DIFFERING: readonly Standing[] = ['drift', 'warning', 'waived', 'off']

/** A person is fine only if all memberships are. */
function combineOutcomes(alone: Outcome, members: readonly Outcome[]): WithMemberships {
  const all = [alone, ...members]
  const worst = DIFFERING.find((each) => all.some((one) => one.standing === each))
  const findings = [...new Set(all.flatMap((each) => each.findings))]
  return { ...alone, standing: worst ?? alone.standing, findings, alone }
}

function decideStanding(findings: readonly Finding[], otherwise: Standing): Standing {
  if (findings.some(isDrift)) return 'drift'
  if (findings.some(isOpen)) return 'warning'
  if (findings.some(({ disposition }) => disposition === 'waived')) return 'waived'
  return findings.length > 0 ? 'off' : otherwise
}

function decideOutcome(spoken: Spoken, subject: Subject, otherwise: Standing): Outcome {
  const address = formatAddress(subject)
  const findings = spoken.get(address) ?? []
  return { address, findings, standing: decideStanding(findings, otherwise) }
}
