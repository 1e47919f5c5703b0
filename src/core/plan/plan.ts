/**
 * Turns a policy and a snapshot into findings and ordered changes. Pure and total. If something in
 * scope could not be judged, the result is that error, never half a plan.
 */

import type { Diagnostic, LocatedDiagnostic } from '../messages/diagnostic.ts'
import { type Finding, isDrift, isOpen } from '../messages/finding.ts'
import {
  FINDING_CODES,
  FINDINGS,
  type FindingCode,
  type Input,
  RISKS,
  type Rule,
} from '../messages/finding-records.ts'
import { formatAddress, type GroupSubject } from '../model/address.ts'
import { computeOnce, invertMap } from '../model/collect.ts'
import type { GroupKind } from '../model/kinds.ts'
import { compareLocations } from '../model/location.ts'
import { compareCodeUnits } from '../model/names.ts'
import { listGroups, type Policy } from '../model/policy.ts'
import type { StaffRoster } from '../model/roster.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { type Ignored, makeActualState } from '../model/state.ts'
import type { Statements } from '../model/statement.ts'
import { findUnreadActivity, judgeActivity, type NotJudged } from './activity.ts'
import { judgeAgents } from './agents.ts'
import { findAmbiguousNames } from './ambiguous-names.ts'
import { type Change, compareSteps, mergeChanges } from './change.ts'
import { findUnreadCustomRoles, judgeCustomRoles, resolveListedRoles } from './custom-roles.ts'
import { distinguishTexts } from './distinguish.ts'
import { findUnreadGroups, judgeGroups } from './groups.ts'
import { explainByActivity } from './origin.ts'
import { decideOutcomes, type Outcomes } from './outcome.ts'
import { listPolicyFixes } from './policy-fix.ts'
import { findDatedProblems, removeExpired } from './policy-on-date.ts'
import { describeRenames, findRenames } from './renames.ts'
import { judgeRoster } from './roster.ts'
import { judgeRules } from './rules.ts'
import { waive } from './waive.ts'
import { countFindings, weighFindings } from './weigh.ts'

export interface Plan {
  /** By risk, worst first, then by address. Without those that the policy switches off. */
  readonly findings: readonly Finding[]
  /** How many findings of each code the policy switched off, by code. */
  readonly off: ReadonlyMap<FindingCode, number>
  /** In the order in which they could be carried out. */
  readonly changes: readonly Change[]
  readonly ignored: readonly Ignored[]
  /** The owner of the token, as the policy knows them. */
  readonly caller: Snapshot['caller']
  /** Policy statements that would end a finding, by the finding's id. */
  readonly fixes: ReadonlyMap<string, Statements>
  /** Display names of the people on the account, by e-mail address. */
  readonly names: ReadonlyMap<string, string>
  /** Everybody and every group, fine or not. */
  readonly getOutcomes: () => Outcomes
  /** Codes that this run could not find: an input or the rule is not there. */
  readonly unjudged: ReadonlySet<FindingCode>
  /** How many things on the account the policy does not manage. */
  readonly unmanaged: Unmanaged
  /** How many people the audit log cannot judge, by code. */
  readonly notJudged: NotJudged
}

export interface Unmanaged {
  readonly agents: number
  readonly groups: ReadonlyMap<GroupKind, number>
}

export type Decision =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'unknown'; readonly diagnostics: readonly Diagnostic[] }

/**
 * @param today a UTC calendar date, `YYYY-MM-DD`
 * @param strict every warning is an error
 * @param previous an earlier snapshot of the same account, to recognise people with a new address
 * @param roster the people who may be on an account at all
 */
export function plan(
  written: Policy,
  read: Snapshot,
  today: string,
  strict = false,
  previous: Snapshot | null = null,
  roster: StaffRoster | null = null,
): Decision {
  const problems = [
    ...findDatedProblems(written, today),
    ...findUnreadCustomRoles(written, read),
    ...findUnreadGroups(written, read),
    ...findUnreadActivity(written, read),
    ...findAmbiguousNames(written, read, today),
  ]
  if (problems.length > 0) return describeUnknown(problems)
  const policy = resolveListedRoles(removeExpired(written, today))
  const renames = findRenames(policy, read, previous, today)
  const actual = makeActualState(read, policy, renames)
  const { snapshot } = actual
  const people = judgeAgents({
    policy,
    actual,
    customRoles: snapshot.customRoles,
    today,
    // Without ignored groups, but with ignored people: an administrator among them is reported.
    groupsOf: nameGroups(() =>
      snapshot.groups.filter(({ subject }) => actual.state.groups.has(formatAddress(subject))),
    ),
    wantedGroupsOf: nameGroups(() =>
      listGroups(policy)
        .map(({ subject, members }) => ({ subject, members: members.keys() }))
        .sort((a, b) => compareCodeUnits(a.subject.name, b.subject.name)),
    ),
  })
  if (people.unknown.length > 0) return describeUnknown(people.unknown)
  const roles = judgeCustomRoles(policy, actual.state, snapshot.customRoles)
  const groups = judgeGroups(policy, actual.state, people.folded, actual.groups)
  const rules = judgeRules(policy, actual, today)
  const activity = judgeActivity(policy, actual)
  const all = [
    ...people.findings,
    ...describeRenames(renames),
    ...roles.findings,
    ...groups.findings,
    ...rules,
    ...activity.findings,
    ...(roster === null ? [] : judgeRoster(policy, actual, roster, today)),
  ]
  const found = weighFindings(all, policy, strict)
  const missing = new Set([
    ...listUnjudged(describeInputs(previous, roster, snapshot)),
    // Some people may have one, but it is not known.
    ...activity.notJudged.keys(),
  ])
  const { findings: waived, own } = waive(found, policy, actual, today, missing)
  const sorted = [...waived, ...weighFindings(own, policy, strict)].sort(compareRisks)
  const noted = explainByActivity(distinguishTexts(sorted, written, actual.state), policy, actual)
  const findings = noted.filter(({ disposition }) => disposition !== 'off')
  const drift = new Set(findings.filter(isDrift).map(({ id }) => id))
  const known = { policy, actual, today }
  // The policy must have the new address first.
  const renamed = new Set([...renames.values()].map(({ email }) => email))

  return {
    kind: 'plan',
    plan: {
      findings,
      off: countFindings(noted.filter(({ disposition }) => disposition === 'off')),
      // A change that depends on another one names the findings of both.
      changes: mergeChanges(
        [...people.changes, ...roles.changes, ...groups.changes]
          .filter((change) => change.findings.every((id) => drift.has(id)))
          .filter(({ subject }) => !('email' in subject && renamed.has(subject.email))),
      ).toSorted(compareSteps),
      ignored: actual.ignored.toSorted((a, b) => compareCodeUnits(a.address, b.address)),
      caller: snapshot.caller,
      fixes: listPolicyFixes(findings.filter(isOpen), known),
      names: new Map(snapshot.agents.map(({ email, name }) => [email, name])),
      // Large, and most views do not need them.
      getOutcomes: computeOnce(() => decideOutcomes(policy, actual, noted, today)),
      unjudged: new Set([...missing, ...listUnjudged(describeRules(policy))]),
      unmanaged: { agents: people.unmanaged, groups: groups.unmanaged },
      notJudged: activity.notJudged,
    },
  }
}

function describeInputs(
  previous: Snapshot | null,
  roster: StaffRoster | null,
  { activity }: Pick<Snapshot, 'activity'>,
): Readonly<Record<Input, boolean>> {
  return {
    'an earlier snapshot': previous !== null,
    'a roster': roster !== null,
    // A hidden member may have been added before the part of the log that was read.
    'the whole log': activity.state === 'read' && activity.reach === 'beginning',
  }
}

function describeRules({ rules }: Policy): Readonly<Record<Rule, boolean>> {
  const { min, max, requireReason } = rules.administrators
  return {
    'rules.administrators': Boolean(min ?? max ?? requireReason),
    'rules.email_domains': rules.emailDomains !== null,
    'rules.team_members': rules.teamMembers !== null,
    'rules.dormant_days': rules.dormantDays !== null,
    'rules.invite_max_days': rules.inviteMaxDays !== null,
  }
}

/** It is not known whether there is a finding with one of these codes. */
function listUnjudged(given: Readonly<Partial<Record<string, boolean>>>): readonly FindingCode[] {
  return FINDING_CODES.filter((code) => given[FINDINGS[code].needs] === false)
}

/** In the order of the policy's lines, whatever the order in which its entries were looked at. */
function describeUnknown(problems: readonly LocatedDiagnostic[]): Decision {
  const diagnostics = problems.toSorted((a, b) => compareLocations(a.location, b.location))
  return { kind: 'unknown', diagnostics }
}

function compareRisks(a: Finding, b: Finding): number {
  return (
    RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
    compareCodeUnits(a.address, b.address) ||
    compareCodeUnits(a.code, b.code)
  )
}

/** Names of the groups of each person. Computed on first use, because most runs need none. */
function nameGroups(
  groups: () => readonly { readonly subject: GroupSubject; readonly members: Iterable<string> }[],
): (email: string) => readonly string[] {
  const of = computeOnce(() =>
    invertMap(groups().map(({ subject, members }) => [subject.name, members])),
  )
  return (email) => of().get(email) ?? []
}
