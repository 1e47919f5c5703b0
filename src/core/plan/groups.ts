/**
 * Compares groups and their members with the policy. People whom a finding of agents.ts already covers
 * are not reported again; changes that the server needs one by one are still made.
 */

import { type LocatedDiagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Finding } from '../messages/finding.ts'
import { count, listNames, makeFinding } from '../messages/phrase.ts'
import { formatAddress, type GroupSubject } from '../model/address.ts'
import { isDouble, type Twins } from '../model/identity.ts'
import type { GroupKind } from '../model/kinds.ts'
import type { Location } from '../model/location.ts'
import { compareCodeUnits } from '../model/names.ts'
import { getValues, type Policy, type PolicyGroup } from '../model/policy.ts'
import { hasGroups, type Snapshot } from '../model/snapshot.ts'
import type { Group, State } from '../model/state.ts'
import { type Change, type DifferingFact, judgeFacts, makeChange } from './change.ts'
import type { Folded } from './context.ts'

interface Context {
  readonly agents: State['agents']
  readonly folded: ReadonlyMap<string, Folded>
  readonly twins: Twins
  readonly findings: Finding[]
  readonly changes: Change[]
}

export function judgeGroups(
  policy: Policy,
  state: State,
  folded: ReadonlyMap<string, Folded>,
  twins: Twins,
) {
  const context: Context = { agents: state.agents, folded, twins, findings: [], changes: [] }
  /** How many of each kind. */
  const unmanaged = new Map<GroupKind, number>()
  for (const { of, section } of policy.groups) {
    const present = [...state.groups].filter(([, { subject }]) => subject.of === of)
    unmanaged.set(of, section === null ? present.length : 0)
    if (section === null) continue
    for (const [address, want] of section.entries) {
      const have = state.groups.get(address)
      if (have === undefined) judgeMissing(want, context)
      else {
        judgeSettings(want, have, context)
        judgeMembers(want, have, context)
      }
    }
    for (const [address, have] of present) {
      if (!section.entries.has(address)) judgeUnlisted(have, section.location, context)
    }
  }
  return { findings: context.findings, changes: context.changes, unmanaged }
}

/** A section about groups that the snapshot does not have: compared with it, all would be missing. */
export function findUnreadGroups(policy: Policy, snapshot: Snapshot): readonly LocatedDiagnostic[] {
  return policy.groups.flatMap(({ of, section }) => {
    if (section === null || hasGroups(snapshot, of)) return []
    const { location } = section
    const { plural, section: key } = of
    const unreadable = snapshot.coverage[key] === 'unreadable'
    return makeDiagnostic({
      code: 'read-section',
      summary: unreadable
        ? `The policy lists ${plural}, but the token belongs to an agent, ${snapshot.caller.email}. Only an administrator can read all ${plural}.`
        : `The policy lists ${plural}, but the snapshot has none: they were not read.`,
      advice: unreadable
        ? `Use the token of an administrator, or a snapshot that was taken with one. To check everything else with this token, remove \`${key}\` from the policy.`
        : `Take a new snapshot with this version of rollcall and the token of an administrator. To check everything else, remove \`${key}\` from the policy.`,
      location,
    })
  })
}

function judgeMissing({ subject, ...want }: PolicyGroup, context: Context): void {
  const { codes, steps } = subject.of
  const people = listNames('members', [...want.members.keys()].sort(compareCodeUnits))
  const found = makeFinding(codes.missing, subject, want.location, `missing${people}`)
  context.findings.push(found)
  if (steps.create === null) return
  const after = getValues(want)
  context.changes.push(
    makeChange(steps.create, subject, { before: null, after, findings: [found.id] }),
  )
  for (const email of want.members.keys()) {
    const waitsFor = addMember(email, context)
    if (waitsFor === null) continue
    context.changes.push(changeMembers('add-member', subject, email, [found.id, ...waitsFor]))
  }
}

function judgeUnlisted({ subject, ...have }: Group, location: Location, context: Context): void {
  const { label, codes, steps, lostWith } = subject.of
  const people = listNames('members', [...have.members].sort(compareCodeUnits))
  const double = isDouble(context.twins, formatAddress(subject))
    ? `; the policy lists another ${label} with this name`
    : ''
  const summary = `${label}, not in the policy${double}${people}`
  const found = makeFinding(codes.unexpected, subject, location, summary)
  context.findings.push(found)
  if (steps.delete === null) return
  context.changes.push(
    makeChange(steps.delete, subject, {
      before: have.settings,
      after: null,
      findings: [found.id],
      effects: [`Also removes ${count(have.size, 'membership')}; ${lostWith}.`],
    }),
  )
}

/** The name, if an id identifies the group, then settings in the order of its kind. */
export function listDifferingSettings(want: PolicyGroup, have: Group): readonly DifferingFact[] {
  const { of, name, id } = want.subject
  const renamed = id !== null && of.normalise(have.name) !== of.normalise(name)
  const named = { key: 'name', before: have.name, after: { value: name, location: want.location } }
  const settings = of.settings.flatMap(({ key }) => {
    const [before, after] = [have.settings[key], want.settings[key]]
    if (before === undefined || after === undefined || before === after.value) return []
    return [{ key, before, after }]
  })
  return renamed ? [named, ...settings] : settings
}

function judgeSettings(want: PolicyGroup, have: Group, context: Context): void {
  const { subject } = want
  const { of } = subject
  const judged = judgeFacts(of.codes.differs, subject, listDifferingSettings(want, have))
  if (judged === null) return
  const { finding, before, after } = judged
  context.findings.push(finding)
  if (of.steps.update === null) return
  context.changes.push(
    makeChange(of.steps.update, subject, { before, after, findings: [finding.id] }),
  )
}

function judgeMembers(want: PolicyGroup, have: Group, context: Context): void {
  const { subject } = want
  const { codes, label, memberRisk } = subject.of
  const say = (code: Finding['code'], email: string, summary: string, risk?: Finding['risk']) => {
    const place = want.members.get(email) ?? want.location
    const member = { kind: 'member', group: subject, email } as const
    const found = makeFinding(code, member, place, summary, risk)
    context.findings.push(found)
    return found.id
  }
  for (const email of want.members.keys()) {
    if (have.members.has(email)) continue
    const waitsFor = addMember(email, context)
    if (context.folded.get(email)?.fate === 'cannot-arrive') continue
    if (waitsFor === null) {
      const why = have.ghosts.has(email) ? 'left the account' : 'not on the account'
      say(codes.memberMissing, email, `not a member, and ${why}`)
      continue
    }
    const ids =
      waitsFor.length > 0 ? waitsFor : [say(codes.memberMissing, email, 'not a member yet')]
    context.changes.push(changeMembers('add-member', subject, email, ids))
  }
  for (const email of have.members) {
    if (want.members.has(email)) continue
    const folded = context.folded.get(email)
    if (folded?.fate === 'leaves') continue
    const risk = memberRisk[context.agents.get(email)?.role ?? 'agent']
    const id =
      folded?.finding ?? say(codes.memberUnexpected, email, 'member, not in the policy', risk)
    context.changes.push(changeMembers('remove-member', subject, email, [id]))
  }
  for (const email of have.ghosts) {
    // Wanted here, but not on the account: the finding about the missing member already says so.
    if (want.members.has(email) && !context.folded.has(email)) continue
    say(codes.memberGhost, email, `removed from the account, but still in the ${label}`)
  }
}

/** Findings that must end before a person can join; null if they cannot join. */
function addMember(email: string, { agents, folded }: Context): readonly string[] | null {
  const known = folded.get(email)
  if (known?.fate === 'arrives') return [known.finding, ...known.needs]
  return agents.has(email) ? [] : null
}

function changeMembers(
  step: 'add-member' | 'remove-member',
  group: GroupSubject,
  email: string,
  findings: readonly string[],
): Change {
  const member = { [group.of.label]: group.name, email }
  const adds = step === 'add-member'
  const [before, after] = [adds ? null : member, adds ? member : null]
  return makeChange(step, { kind: 'member', group, email }, { before, after, findings })
}
