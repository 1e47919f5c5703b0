/**
 * Whether the decisions of a review were carried out, as a later snapshot of the same account shows,
 * and what else has happened to its people. Never changes a decision.
 */
import { type AccessState, computeAccess, type PersonAccess } from '../access/access.ts'
import { type AccessDifference, compareAccess } from '../access/compare.ts'
import { diffStates } from '../compare/difference.ts'
import type { Difference } from '../compare/sides.ts'
import type { Diagnostic } from '../messages/diagnostic.ts'
import { count } from '../messages/phrase.ts'
import { formatGroupKey, formatMembershipKey } from '../model/activity.ts'
import { groupBy, type Pair, pairEntries } from '../model/collect.ts'
import { hasPermissions } from '../model/custom-role.ts'
import { addDays } from '../model/dates.ts'
import { type HiddenPerson, listHiddenPeople } from '../model/hidden.ts'
import {
  listSpellingsIn,
  type RecognisedGroup,
  type RecognisedSnapshot,
  recognise,
} from '../model/identity.ts'
import { KINDS } from '../model/kinds.ts'
import { hasGroups, type Snapshot, type SnapshotAgent } from '../model/snapshot.ts'
import type { ReviewDecision } from './decisions.ts'
import { makeNote } from './note.ts'
import { simplifyAddress } from './one-mailbox.ts'
import type { ReviewedPerson } from './reviewed.ts'

interface Fate {
  readonly happened: boolean
  /** What the later snapshot shows, as a short phrase. Hostile. */
  readonly what: string
}

export interface Remediation {
  /** Of each "change" and "remove". */
  readonly fates: readonly (ReviewDecision & Fate)[]
  /** People who are new since the review, as in the later snapshot: nobody decided about them. */
  readonly came: readonly ReviewedPerson[]
  /** People who may keep their access and have more now, by e-mail address in the review. */
  readonly gained: readonly string[]
}

/** What the review has read and the later snapshot has not: in these, nobody is found to have more. */
function listUnseen(before: Snapshot, later: Snapshot): readonly string[] {
  return [
    ...KINDS.filter((of) => hasGroups(before, of) && !hasGroups(later, of)).map(
      ({ plural }) => `no ${plural}`,
    ),
    ...(hasPermissions(before.customRoles) && !hasPermissions(later.customRoles)
      ? ['no permissions of custom roles']
      : []),
  ]
}

/** It shows how the account was, not that a decision was carried out. */
export function noteOlderSnapshot(
  decisions: readonly ReviewDecision[],
  { finishedAt }: Pick<Snapshot, 'finishedAt'>,
): readonly Diagnostic[] {
  const day = finishedAt.slice(0, 10)
  // The reviewer's own day can be ahead of UTC.
  const late = decisions.filter(
    ({ decision, date }) => decision !== 'keep' && date > addDays(day, 1),
  ).length
  if (late === 0) return []
  const which = count(late, 'change or removal was', 'changes or removals were')
  const summary = `The later snapshot was read on ${day}, but ${which} decided after that.`
  return [makeNote(summary, 'Take a new snapshot, and name it with --after.')]
}

export function noteUnseen(before: Snapshot, later: Snapshot): readonly Diagnostic[] {
  const unlogged = before.activity.state === 'read' && later.activity.state !== 'read'
  const missing = [...listUnseen(before, later), ...(unlogged ? ['no audit log'] : [])]
  if (missing.length === 0) return []
  return [
    makeNote(
      `The later snapshot has ${missing.join(' and ')}, but the review does. rollcall could not compare these, so people may have more access there.`,
      `Take the later snapshot with the token of an administrator${unlogged ? ' and with --activity' : ''}, as for the review.`,
    ),
  ]
}

/**
 * A person is removed only if neither their user id nor their e-mail address is on the account. A
 * change is done only if the person has less access than before, and more access nowhere.
 */
export function checkRemediation(
  decisions: readonly ReviewDecision[],
  before: Snapshot,
  later: Snapshot,
): Remediation {
  const had = recognise(before).snapshot
  const has = recognise(later, listSpellingsIn(before)).snapshot
  const pairs = pairEntries(had.agents, has.agents, ({ email }) => email)
  const stayed = new Map(
    pairs.flatMap(({ before: was, after: is }) => (was && is ? [[was.email, { was, is }]] : [])),
  )
  const holders = new Map(pairs.map((pair) => [pair.after?.email, pair.before]))
  const changes = groupBy(
    diffStates(before, has).differences.filter(isAccess),
    ({ person }) => person,
  )
  const compare = makeComparer(had, has, pairs)
  const unseen = listUnseen(before, later)
  const now = listHiddenPeople(has)
  const hidden = new Map(listHiddenPeople(had).map((each) => [each.email, each]))
  const came = pairs.flatMap(({ before: was, after: is }) =>
    was === null && is !== null ? [is] : [],
  )
  const ids = new Map(had.agents.map(({ email, id }) => [email, id]))
  // People who should have less are in `fates`.
  const known = new Set([
    ...[...hidden.values()].map(({ id }) => id),
    ...decisions.map(({ email, decision }) => (decision === 'keep' ? null : ids.get(email))),
  ])
  const hasMore = (email: string) => {
    const person = hidden.get(email)
    return person === undefined ? compare(email).more : listNewPlaces(person, now).length > 0
  }
  const judge = ({ email, decision }: ReviewDecision): Fate => {
    const person = hidden.get(email)
    if (person !== undefined) return judgeHidden(decision, person, has, now)
    const pair = stayed.get(email)
    if (pair === undefined) {
      const places = now.find(({ id }) => id === ids.get(email))?.groups ?? []
      return judgeAbsence(email, holders.get(email) ?? null, came, places)
    }
    const { was, is } = pair
    const renamed = is.email === email ? '' : `, renamed to ${is.email}`
    if (decision === 'remove') {
      const again = is.id === was.id ? '' : ', invited again'
      return { happened: false, what: `still on the account as ${is.role}${renamed}${again}` }
    }
    // An administrator had everything, so nothing that was not read can be more.
    const unknown = was.role === 'administrator' ? [] : unseen
    const { happened, what } = judgeChange(changes.get(email) ?? [], compare(email), unknown)
    return { happened, what: `${what}${what === UNCHANGED ? renamed : ''}` }
  }
  return {
    fates: decisions
      .filter(({ decision }) => decision !== 'keep')
      .map((each) => ({ ...each, ...judge(each) })),
    came: [
      ...came,
      ...now.filter(({ id }) => !known.has(id)).map((each) => ({ ...each, role: null })),
    ],
    gained: decisions
      .filter(({ decision, email }) => decision === 'keep' && hasMore(email))
      .map(({ email }) => email),
  }
}

const UNCHANGED = 'nothing was changed'

/** Whether a hidden member still gets the messages of a group, as far as the later snapshot proves it. */
function findMember(
  id: number,
  { of, id: groupId }: RecognisedGroup,
  has: RecognisedSnapshot,
): 'still' | 'gone' | 'unknown' {
  const there = has.groups.some((each) => each.of === of && each.id === groupId)
  if (!there && hasGroups(has, of)) return 'gone'
  const known = has.activity.state === 'read' ? has.activity.memberships : null
  const last = known?.get(formatMembershipKey(of, groupId, id))
  return last === undefined ? 'unknown' : last.action === 'added' ? 'still' : 'gone'
}

/** Groups whose messages hidden members get now and did not get at the review. */
function listNewPlaces(
  { id, groups }: HiddenPerson,
  now: readonly HiddenPerson[],
): readonly RecognisedGroup[] {
  const key = ({ of, id: groupId }: RecognisedGroup) => formatGroupKey(of, groupId)
  const had = new Set(groups.map(key))
  return (now.find((each) => each.id === id)?.groups ?? []).filter((each) => !had.has(key(each)))
}

/** No list shows a hidden member, so only what the later snapshot proves is done. */
function judgeHidden(
  decision: ReviewDecision['decision'],
  person: HiddenPerson,
  has: RecognisedSnapshot,
  now: readonly HiddenPerson[],
): Fate {
  const agent = has.agents.find(({ id }) => id === person.id)
  if (agent !== undefined) {
    return { happened: false, what: `now on the account as ${agent.role}: ${agent.email}` }
  }
  const found = groupBy(person.groups, (group) => findMember(person.id, group, has))
  const more = listNewPlaces(person, now)
  const say = (words: string, groups: readonly RecognisedGroup[] = [], end = '') =>
    groups.length === 0 ? [] : [`${words} ${groups.map(({ name }) => name).join(', ')}${end}`]
  const { activity } = has
  const why =
    activity.state === 'read'
      ? `the audit log in the later snapshot begins on ${activity.from.slice(0, 10)}`
      : 'the later snapshot has no audit log'
  const what = [
    ...say('no longer gets the messages of', found.get('gone')),
    ...say('still gets the messages of', found.get('still')),
    ...say('may still get the messages of', found.get('unknown'), `: ${why}`),
    ...say('now gets the messages of', more),
  ]
  const less = decision === 'change' ? found.has('gone') : found.size === 1 && found.has('gone')
  return { happened: less && more.length === 0, what: what.join('; ') }
}

/**
 * @param holder the person of the review who has the address now
 * @param hidden where the audit log still shows the person
 */
function judgeAbsence(
  email: string,
  holder: SnapshotAgent | null,
  came: readonly SnapshotAgent[],
  hidden: readonly RecognisedGroup[],
): Fate {
  if (holder !== null) {
    const what = `the address is still on the account: it now belongs to the user who was ${holder.email}`
    return { happened: false, what }
  }
  const gone = 'no longer on the account'
  if (hidden.length > 0) {
    const what = `${gone}, but still gets the messages of ${hidden.map(({ name }) => name).join(', ')}`
    return { happened: false, what }
  }
  const twin = came.find((each) => simplifyAddress(each.email) === simplifyAddress(email))
  if (twin === undefined) return { happened: true, what: gone }
  return {
    happened: false,
    what: `${gone}, but another spelling of the address is on the account: ${twin.email}`,
  }
}

function judgeChange(
  found: readonly Difference[],
  { more, less }: AccessDifference,
  unseen: readonly string[],
): Fate {
  const seen = found.map(({ subject, summary }) =>
    subject.kind === 'member' ? `${subject.group.name}: ${summary}` : summary,
  )
  if (more) {
    const but = less ? 'less access in one place, but more in another' : 'more access than before'
    return { happened: false, what: [...seen, but].join('; ') }
  }
  // A membership that gives nothing, such as that of an administrator, can still be removed.
  const left =
    found.some((each) => each.after === null) && !found.some((each) => each.before === null)
  if (!less && !left) return { happened: false, what: seen.join('; ') || UNCHANGED }
  const what = seen.join('; ') || 'reaches less than before'
  if (unseen.length === 0) return { happened: true, what }
  const but = `may have more elsewhere: the later snapshot has ${unseen.join(' and ')}`
  return { happened: false, what: `${what}; ${but}` }
}

/**
 * Compares only what both sides have read. A part that only one side has read, a change by an upgrade
 * of the server, and a new name of a group are not differences.
 */
function makeComparer(
  had: RecognisedSnapshot,
  has: RecognisedSnapshot,
  pairs: readonly Pair<SnapshotAgent>[],
): (email: string) => AccessDifference {
  const roles = hasPermissions(had.customRoles) && hasPermissions(has.customRoles)
  const subjects = new Map(
    had.groups.map(({ of, id, subject }) => [`${of.section} ${id}`, subject]),
  )
  const index = (side: RecognisedSnapshot) => {
    const state: AccessState = {
      ...side,
      serverVersion: had.serverVersion,
      customRoles: roles ? side.customRoles : { kind: 'unread' },
      groups: side.groups
        .filter(({ of }) => hasGroups(had, of) && hasGroups(has, of))
        .map(({ of, id, subject, members }) => ({
          subject: subjects.get(`${of.section} ${id}`) ?? subject,
          members,
        })),
    }
    return new Map(computeAccess(state).map((each) => [each.person.email, each]))
  }
  const [before, after] = [index(had), index(has)]
  const later = new Map(pairs.map((pair) => [pair.before?.email, pair.after?.email]))
  const find = (side: ReadonlyMap<string, PersonAccess>, email: string | undefined) =>
    side.get(email ?? '') ?? null
  return (email) => compareAccess(find(before, email), find(after, later.get(email)))
}

/** A new name, e-mail address or sign-in method does not change what a person is allowed to do. */
function isAccess({ before, after }: Difference): boolean {
  const rights = (shown: Difference['before']) => [shown?.['role'], shown?.['custom_role']]
  const [had, has] = [rights(before), rights(after)]
  return before === null || after === null || JSON.stringify(had) !== JSON.stringify(has)
}
