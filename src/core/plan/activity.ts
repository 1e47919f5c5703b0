/**
 * The findings that only the audit log shows: hidden members of inboxes, people without a sign-in, old
 * invitations. Judges only people about whom the log says enough, and counts the others.
 */
import { type Diagnostic, type LocatedDiagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Finding } from '../messages/finding.ts'
import type { FindingCode } from '../messages/finding-records.ts'
import { makeFinding } from '../messages/phrase.ts'
import {
  getPerson,
  makeActorNamer,
  type NameActor,
  type RecordedActivity,
} from '../model/activity.ts'
import { formatAddress } from '../model/address.ts'
import { goBack } from '../model/dates.ts'
import { formatHiddenEmail, type HiddenMember, listHiddenMembers } from '../model/hidden.ts'
import type { RecognisedGroup } from '../model/identity.ts'
import { getGroups, type Policy } from '../model/policy.ts'
import {
  adviseAfterRefusal,
  joinRefusal,
  type Snapshot,
  type SnapshotAgent,
} from '../model/snapshot.ts'
import type { ActualState } from '../model/state.ts'
import { recordOrigin } from './origin.ts'

/** Without the log, or with less of it than a rule needs, there is no verdict. */
export function findUnreadActivity(
  { rules }: Policy,
  snapshot: Snapshot,
): readonly LocatedDiagnostic[] {
  const needing = [
    ['rules.dormant_days', rules.dormantDays],
    ['rules.invite_max_days', rules.inviteMaxDays],
  ] as const
  return needing.flatMap(([key, rule]) => {
    const missing = rule && describeMissing(snapshot, rule.value)
    if (rule === null || missing === null) return []
    const { why, ...rest } = missing
    const summary = `${key} needs the audit log, but ${why}`
    return makeDiagnostic({ code: 'read-activity', summary, location: rule.location, ...rest })
  })
}

interface Missing
  extends Partial<Pick<Diagnostic, 'advice' | 'detail' | 'requestId' | 'retryable'>> {
  readonly why: string
}

function describeMissing({ activity, caller }: Snapshot, days: number): Missing | null {
  switch (activity.state) {
    case 'not-asked':
      return {
        why: 'the snapshot was taken without it.',
        advice: 'Take the snapshot with `rollcall snapshot --activity`, or remove the rule.',
      }
    case 'off':
      return {
        why: 'the feature `audit_logs` of the account is off.',
        advice: 'Switch the feature on, or remove the rule from the policy.',
      }
    case 'unsupported':
      return {
        why: 'this server has none: it runs without the enterprise code.',
        advice: 'Remove the rule from the policy.',
      }
    case 'unreadable': {
      const { because } = activity
      const detail = joinRefusal(because)
      const why = 'it could not be read.'
      const advice = `${adviseAfterRefusal(caller, because)} Or remove the rule from the policy.`
      const { requestId, retryable } = because
      return { why, detail, requestId, advice, ...(retryable && { retryable }) }
    }
    case 'read': {
      const short = activity.reach !== 'beginning' && !reachesBack(activity, days)
      if (!short) return null
      const begin = activity.from.slice(0, 10)
      const advice =
        activity.reach === 'cut'
          ? 'The log has more rows than rollcall reads. Use a smaller number in the rule, or remove the rule.'
          : `Read more of it with --activity-days ${days}.`
      return {
        why: `only its rows since ${begin} were read, which is less than ${days} days.`,
        advice,
      }
    }
  }
}

function reachesBack({ from, to }: RecordedActivity, days: number): boolean {
  return from <= goBack(to, days)
}

function isOlder(at: string, { to }: RecordedActivity, days: number): boolean {
  return at < goBack(to, days)
}

/** Codes whose people could not all be judged, with how many could not. */
export type NotJudged = ReadonlyMap<FindingCode, number>

/**
 * Like the findings of rules, these are in addition to other findings. Ignored people are left out,
 * except administrators.
 */
export function judgeActivity(
  policy: Policy,
  actual: ActualState,
): { readonly findings: readonly Finding[]; readonly notJudged: NotJudged } {
  const { activity } = actual.snapshot
  if (activity.state !== 'read') return { findings: [], notJudged: new Map() }
  const people = [...actual.state.agents.values()]
  const nameActor = makeActorNamer(activity, actual.snapshot.agents)
  const judged: readonly (readonly [FindingCode, readonly (Finding | 'unknown' | 'fine')[]])[] = [
    ['agent-dormant', people.map((person) => judgeSignIn(policy, person, activity))],
    ['invite-stale', people.map((person) => judgeInvitation(policy, person, activity))],
  ]
  const unknown = judged.map(([code, all]) => {
    return [code, all.filter((each) => each === 'unknown').length] as const
  })
  return {
    findings: [
      ...judged.flatMap(([, all]) => all).filter((each) => typeof each !== 'string'),
      ...listHiddenMembers(actual.snapshot).map((member) =>
        judgeHidden(policy, member, activity.names, nameActor),
      ),
    ],
    notJudged: new Map(unknown.filter(([, count]) => count > 0)),
  }
}

function judgeSignIn(
  { rules }: Policy,
  { id, email, role, confirmed, provider }: SnapshotAgent,
  activity: RecordedActivity,
): Finding | 'unknown' | 'fine' {
  const rule = rules.dormantDays
  if (rule === null || !confirmed) return 'fine'
  // Other kinds of sign-in leave no row.
  if (provider !== 'email') return 'unknown'
  const { lastSignIn, added } = getPerson(activity, id)
  // A person who was invited again can have signed in long ago.
  const times = [lastSignIn, added?.at ?? null]
  if (times.some((at) => at !== null && !isOlder(at, activity, rule.value))) return 'fine'
  if (!reachesBack(activity, rule.value)) return 'unknown'
  const begin =
    activity.reach === 'beginning'
      ? 'where the log begins'
      : 'as far back as the audit log was read'
  const summary =
    lastSignIn === null
      ? `${role}, no sign-in with a password since ${(added?.at ?? activity.from).slice(0, 10)}, ${added === null ? begin : 'when they were added'}`
      : `${role}, last sign-in with a password on ${lastSignIn.slice(0, 10)}`
  const risk = role === 'administrator' ? 'high' : 'medium'
  return makeFinding('agent-dormant', { kind: 'agent', email }, rule.location, summary, risk)
}

function judgeInvitation(
  { rules }: Policy,
  { id, email, role, confirmed }: SnapshotAgent,
  activity: RecordedActivity,
): Finding | 'unknown' | 'fine' {
  const rule = rules.inviteMaxDays
  if (rule === null || confirmed) return 'fine'
  const { added } = getPerson(activity, id)
  if (added !== null && !isOlder(added.at, activity, rule.value)) return 'fine'
  if (added === null && !reachesBack(activity, rule.value)) return 'unknown'
  const since =
    added === null ? `before ${activity.from.slice(0, 10)}` : `on ${added.at.slice(0, 10)}`
  const summary = `${role}, invited ${since}, not accepted`
  const risk = role === 'administrator' ? 'high' : 'medium'
  return makeFinding('invite-stale', { kind: 'agent', email }, rule.location, summary, risk)
}

/** No pattern hides it: it is also a finding in a group that is ignored or not managed. */
function judgeHidden(
  policy: Policy,
  { membership, group, code }: HiddenMember<RecognisedGroup>,
  names: RecordedActivity['names'],
  nameActor: NameActor,
): Finding {
  const { of, userId } = membership
  const section = getGroups(policy, of)?.section ?? null
  const location =
    section?.entries.get(formatAddress(group.subject))?.location ?? section?.location ?? null
  const name = names.get(userId)
  const who = name === undefined ? `user ${userId}` : `${name} (user ${userId})`
  const summary = `${who} gets its messages, but is neither on the account nor in any list`
  // The name can disappear from the log. Only the id gives an address that never changes.
  const email = formatHiddenEmail(userId)
  const subject = { kind: 'member', group: group.subject, email } as const
  const finding = makeFinding(code, subject, location, summary)
  return { ...finding, activity: recordOrigin('added', membership, nameActor) }
}
