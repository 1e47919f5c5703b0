/**
 * Whether the decisions of a review were carried out, as a later snapshot of the same account shows,
 * and what else has happened to its people. Never changes a decision.
 */
import { type AccessState, computeAccess, type PersonAccess } from '../access/access.ts'
import { type AccessDifference, compareAccess } from '../access/compare.ts'
import { diffStates } from '../compare/difference.ts'
import { type Difference, pairPeople } from '../compare/sides.ts'
import { groupBy, type Pair } from '../model/collect.ts'
import { hasPermissions } from '../model/custom-role.ts'
import { listSpellingsIn, type RecognisedSnapshot, recognise } from '../model/identity.ts'
import { hasGroups, type Snapshot, type SnapshotAgent } from '../model/snapshot.ts'
import type { ReviewDecision } from './decisions.ts'
import { simplifyAddress } from './one-mailbox.ts'

export interface Happened extends ReviewDecision {
  readonly happened: boolean
  /** What the later snapshot shows, as a short phrase. Hostile. */
  readonly what: string
}

export interface Remediation {
  /** Of each "change" and "remove". */
  readonly fates: readonly Happened[]
  /** People who are new since the review, as in the later snapshot: nobody decided about them. */
  readonly came: readonly SnapshotAgent[]
  /** People who may keep their access and have more now, by e-mail address in the review. */
  readonly gained: readonly string[]
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
  const pairs = pairPeople(had.agents, has.agents)
  const stayed = new Map(
    pairs.flatMap(({ before: was, after: is }) => (was && is ? [[was.email, { was, is }]] : [])),
  )
  const holders = new Map(pairs.map((pair) => [pair.after?.email, pair.before]))
  const changes = groupBy(
    diffStates(before, has).differences.filter(isAccess),
    ({ person }) => person,
  )
  const compare = makeComparer(had, has, pairs)
  const came = pairs.flatMap(({ before: was, after: is }) =>
    was === null && is !== null ? [is] : [],
  )
  return {
    fates: decisions.flatMap((each): Happened[] => {
      const { email, decision } = each
      if (decision === 'keep') return []
      const pair = stayed.get(email)
      if (pair === undefined) {
        return [{ ...each, ...judgeAbsence(email, holders.get(email) ?? null, came) }]
      }
      const { was, is } = pair
      const renamed = is.email === email ? '' : `, renamed to ${is.email}`
      if (decision === 'remove') {
        const again = is.id === was.id ? '' : ', invited again'
        const what = `still on the account as ${is.role}${renamed}${again}`
        return [{ ...each, happened: false, what }]
      }
      const { happened, what } = judgeChange(changes.get(email) ?? [], compare(email))
      return [{ ...each, happened, what: `${what}${what === UNCHANGED ? renamed : ''}` }]
    }),
    came,
    gained: decisions
      .filter(({ decision, email }) => decision === 'keep' && compare(email).more)
      .map(({ email }) => email),
  }
}

const UNCHANGED = 'nothing was changed'

/** @param holder the person of the review who has the address now */
function judgeAbsence(
  email: string,
  holder: SnapshotAgent | null,
  came: readonly SnapshotAgent[],
): Pick<Happened, 'happened' | 'what'> {
  if (holder !== null) {
    const what = `the address is still on the account: it now belongs to the user who was ${holder.email}`
    return { happened: false, what }
  }
  const gone = 'no longer on the account'
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
): Pick<Happened, 'happened' | 'what'> {
  const seen = found.map(({ subject, summary }) =>
    subject.kind === 'member' ? `${subject.group.name}: ${summary}` : summary,
  )
  if (more) {
    const but = less ? 'less access in one place, but more in another' : 'more access than before'
    return { happened: false, what: [...seen, but].join('; ') }
  }
  if (less) return { happened: true, what: seen.join('; ') || 'reaches less than before' }
  // A membership that gives nothing, such as that of an administrator, can still be removed.
  const happened = found.some(({ after }) => after === null)
  return { happened, what: seen.join('; ') || UNCHANGED }
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
    const state: AccessState<SnapshotAgent> = {
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
