/**
 * What the audit log says about findings, and the findings that only it shows: hidden members of
 * inboxes, people without a sign-in, old invitations. Judges only whom the log can judge, and counts
 * the others. Never guesses: what the log does not say is unknown.
 */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Finding, FindingActivity, OriginAction } from '../messages/finding.ts'
import { FINDINGS, type FindingCode } from '../messages/finding-records.ts'
import { phraseFinding } from '../messages/phrase.ts'
import {
  formatGroupKey,
  formatMembershipKey,
  type MembershipActivity,
  nameActor,
  type PersonActivity,
  type RecordedActivity,
  type RecordedEvent,
} from '../model/activity.ts'
import { formatAddress, type GroupSubject } from '../model/address.ts'
import { goBack } from '../model/dates.ts'
import type { RecognisedSnapshot } from '../model/identity.ts'
import { INBOX } from '../model/kinds.ts'
import type { Located } from '../model/location.ts'
import type { Policy } from '../model/policy.ts'
import type { Activity, Snapshot, SnapshotAgent } from '../model/snapshot.ts'
import type { ActualState } from '../model/state.ts'

/** A rule that needs the log, as it is written in the policy. */
interface ActivityRule extends Located<number> {
  readonly key: string
}

function listActivityRules({ rules }: Policy): readonly ActivityRule[] {
  const { dormantDays, inviteMaxDays } = rules
  return [
    ...(dormantDays === null ? [] : [{ key: 'rules.dormant_days', ...dormantDays }]),
    ...(inviteMaxDays === null ? [] : [{ key: 'rules.invite_max_days', ...inviteMaxDays }]),
  ]
}

/** Without the log, or with less of it than asked for, a rule about it gives no verdict. */
export function findUnreadActivity(
  policy: Policy,
  { activity }: Snapshot,
): readonly Located<Diagnostic>[] {
  return listActivityRules(policy).flatMap(({ key, value, location }) => {
    const missing = describeMissing(activity, value)
    if (missing === null) return []
    const summary = `${key} needs the audit log, but ${missing.why}`
    const { detail = null, requestId = null, advice } = missing
    const text = { code: 'read-activity', summary, detail, requestId, location } as const
    return { value: makeDiagnostic({ ...text, ...(advice ? { advice } : {}) }), location }
  })
}

interface Missing {
  readonly why: string
  readonly advice?: string
  readonly detail?: string | null
  readonly requestId?: string | null
}

function describeMissing(activity: Activity, days: number): Missing | null {
  switch (activity.state) {
    case 'not-asked':
      return {
        why: 'the snapshot was taken without it.',
        advice: 'Take the snapshot with `rollcall snapshot --activity`, or remove the rule.',
      }
    case 'off':
      return { why: 'the feature `audit_logs` of the account is off.' }
    case 'unsupported':
      return { why: 'this server has none: it runs without the enterprise code.' }
    case 'unreadable': {
      const { summary, detail, requestId } = activity.because
      return { why: 'it could not be read.', detail: joinSentences(summary, detail), requestId }
    }
    case 'read': {
      const short = activity.reach !== 'beginning' && !reachesBack(activity, days)
      if (!short) return null
      const begin = activity.from.slice(0, 10)
      const advice =
        activity.reach === 'cut'
          ? 'The log has more rows than rollcall reads. Use a smaller number in the rule, or remove the rule.'
          : `Read more of it: --activity-days ${days}.`
      return {
        why: `only its rows since ${begin} were read, which are fewer than ${days} days.`,
        advice,
      }
    }
  }
}

function joinSentences(first: string, second: string | null): string {
  return second === null ? first : `${first} ${second}`
}

function reachesBack({ from, to }: RecordedActivity, days: number): boolean {
  return from <= goBack(to, days)
}

function isOlder(at: string, { to }: RecordedActivity, days: number): boolean {
  return at < goBack(to, days)
}

/** Codes whose people could not all be judged, with how many could not. */
export type NotJudged = ReadonlyMap<FindingCode, number>

export interface ActivityOutcome {
  readonly findings: readonly Finding[]
  readonly notJudged: NotJudged
}

/** Like rules, these stand beside other findings. Ignored people are left out, except administrators. */
export function judgeActivity(policy: Policy, actual: ActualState): ActivityOutcome {
  const { activity } = actual.snapshot
  if (activity.state !== 'read') return { findings: [], notJudged: new Map() }
  const people = [...actual.state.agents.values()]
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
      ...activity.hidden.flatMap((member) =>
        judgeHidden(policy, actual.snapshot, member, activity),
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
  // Other ways to sign in leave no row.
  if (provider !== 'email') return 'unknown'
  const { lastSignIn, added } = getPerson(activity, id)
  // Who was invited again may have signed in long ago.
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
  return phraseFinding('agent-dormant', { kind: 'agent', email }, rule.location, summary, risk)
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
  return phraseFinding('invite-stale', { kind: 'agent', email }, rule.location, summary, risk)
}

/** Nothing silences it by pattern: also in an inbox that is ignored or not managed. */
function judgeHidden(
  policy: Policy,
  { agents, groups }: RecognisedSnapshot,
  member: MembershipActivity,
  activity: RecordedActivity,
): readonly Finding[] {
  const group = groups.find(({ of, id }) => of === INBOX && id === member.groupId)
  // An inbox that is gone gives nothing.
  if (group === undefined) return []
  const section = policy.groups.find(({ of }) => of === INBOX)?.section ?? null
  const location =
    section?.entries.get(formatAddress(group.subject))?.location ?? section?.location ?? null
  const emails = listEmails(agents)
  const name = activity.names.get(member.userId)
  const who = name === undefined ? `user ${member.userId}` : `${name} (user ${member.userId})`
  const summary = `${who} gets its messages, is not on the account, and is in no list`
  // The log forgets the name: only the id gives an address that stays.
  const email = `#${member.userId}`
  const subject = { kind: 'member', group: group.subject, email } as const
  const finding = phraseFinding('inbox-member-hidden', subject, location, summary)
  return [{ ...finding, activity: recordOrigin('added', member, activity, emails) }]
}

const NOBODY: Omit<PersonActivity, 'userId'> = { lastSignIn: null, added: null, roleChanged: null }

function getPerson({ people }: RecordedActivity, id: number): Omit<PersonActivity, 'userId'> {
  return people.get(id) ?? NOBODY
}

/** The same findings, each with what the log says about how it came to be. */
export function explainByActivity(
  findings: readonly Finding[],
  { snapshot }: ActualState,
): readonly Finding[] {
  const { activity } = snapshot
  if (activity.state !== 'read') return findings
  const explain = makeExplainer(snapshot, activity)
  return findings.map((each) => ({ ...each, activity: each.activity ?? explain(each) }))
}

function makeExplainer(
  { agents, groups }: RecognisedSnapshot,
  activity: RecordedActivity,
): (finding: Finding) => FindingActivity | null {
  const people = new Map(agents.map((agent) => [agent.email, agent]))
  const emails = listEmails(agents)
  const userIds = new Map(agents.map(({ id, email }) => [email, id]))
  const groupIds = new Map(groups.map(({ subject, id }) => [formatAddress(subject), id]))
  /** Not a number: it is not on the account, and no event is about it. */
  const findGroupId = (group: GroupSubject) => Number(groupIds.get(formatAddress(group)))
  const unrecorded = { kind: 'unrecorded', from: activity.from } as const
  const tell = (what: OriginAction, event: RecordedEvent | null | undefined): FindingActivity =>
    event ? recordOrigin(what, event, activity, emails) : unrecorded

  function explainArrival(email: string): FindingActivity {
    const agent = people.get(email)
    // Removals are not recorded.
    if (agent === undefined) return { kind: 'never' }
    const { added } = getPerson(activity, agent.id)
    return tell('added', added && withInviter(added))
  }

  function explainRole(email: string): FindingActivity {
    const agent = people.get(email)
    if (agent === undefined) return { kind: 'never' }
    const { added, roleChanged } = getPerson(activity, agent.id)
    if (roleChanged !== null) {
      const made = agent.role === 'administrator' ? 'made administrator' : 'made agent'
      return tell(made, roleChanged.to === agent.role ? roleChanged : null)
    }
    const how = agent.role === 'administrator' ? 'added as administrator' : 'added'
    return tell(how, added?.role === agent.role ? withInviter(added) : null)
  }

  function explainMembership(group: GroupSubject, email: string, action: 'added' | 'removed') {
    const userId = Number(userIds.get(email))
    const last = activity.memberships.get(formatMembershipKey(group.of, findGroupId(group), userId))
    return tell(action, last?.action === action ? last : null)
  }

  function explainGroup(group: GroupSubject, what: 'created' | 'changed'): FindingActivity {
    const known = activity.groups.get(formatGroupKey(group.of, findGroupId(group)))
    return tell(what, known?.[what])
  }

  /** By its name: the policy knows no id of what is gone. Two of that name tell nothing. */
  function explainDeletion({ of, name }: GroupSubject): FindingActivity {
    const same = [...activity.groups.values()].filter(
      (each) =>
        each.of === of &&
        each.deleted !== null &&
        each.name !== null &&
        of.normalise(each.name) === of.normalise(name),
    )
    return tell('deleted', same.length === 1 ? same[0]?.deleted : null)
  }

  return ({ code, subject }) => {
    const { recordedBy } = FINDINGS[code]
    if (recordedBy === 'never') return { kind: 'never' }
    if (subject.kind === 'agent') {
      if (recordedBy === 'arrival') return explainArrival(subject.email)
      return recordedBy === 'role' ? explainRole(subject.email) : null
    }
    if (subject.kind === 'member') {
      const action = recordedBy === 'joining' ? 'added' : 'removed'
      return explainMembership(subject.group, subject.email, action)
    }
    if (subject.kind === 'group') {
      if (recordedBy === 'deletion') return explainDeletion(subject)
      if (recordedBy === 'creation') return explainGroup(subject, 'created')
      return recordedBy === 'change' ? explainGroup(subject, 'changed') : null
    }
    return null
  }
}

function listEmails(agents: readonly SnapshotAgent[]): ReadonlyMap<number, string> {
  return new Map(agents.map(({ id, email }) => [id, email]))
}

/** Where no user did it, whoever is named as the inviter. */
function withInviter<E extends RecordedEvent & { readonly inviterId: number | null }>(event: E): E {
  if (event.by !== null || event.inviterId === null) return event
  return { ...event, by: { id: event.inviterId, name: null } }
}

function recordOrigin(
  what: OriginAction,
  { at, by, apply }: RecordedEvent,
  activity: RecordedActivity,
  emails: ReadonlyMap<number, string>,
): FindingActivity {
  return { kind: 'recorded', what, at, by: by && nameActor(by, activity, emails), apply }
}
