/**
 * The decisions of an access review: one about each person, none about others, and nobody decides
 * about themselves. Pure: the rows come from a file that a person filled in, and what happened
 * afterwards comes from a later snapshot.
 */

import { diffStates } from '../compare/difference.ts'
import { type Difference, pairPeople } from '../compare/sides.ts'
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { groupBy } from '../model/collect.ts'
import { addDays, isDay } from '../model/dates.ts'
import { listSpellingsIn, makeFinder, recognise } from '../model/identity.ts'
import type { Location } from '../model/location.ts'
import { normaliseEmail, spellEmail } from '../model/names.ts'
import type { Snapshot } from '../model/snapshot.ts'

export const DECISIONS = ['keep', 'change', 'remove'] as const

export interface ReviewDecision {
  readonly email: string
  readonly decision: (typeof DECISIONS)[number]
  readonly reviewer: string
  /** `YYYY-MM-DD`. */
  readonly date: string
  readonly ticket: string
  readonly why: string
}

/** A row of decisions.csv, as it was filled in. */
export interface DecisionRow {
  readonly location: Location
  readonly cells: Readonly<
    Record<'email' | 'decision' | 'reviewer' | 'date' | 'ticket' | 'why', string>
  >
}

export interface Decided {
  readonly decisions: readonly ReviewDecision[]
  /** Empty: every person has a valid decision. */
  readonly problems: readonly Diagnostic[]
}

/**
 * @param people everybody who needs a decision, by e-mail address as in the snapshot
 * @param since the day of the review, `YYYY-MM-DD`, UTC; `today` in the same form. Reviewers write the
 *   date of their own time zone, which can be one day earlier or later
 */
export function judgeDecisions(
  rows: readonly DecisionRow[],
  people: readonly string[],
  { since, today }: { readonly since: string; readonly today: string },
): Decided {
  const find = makeFinder(people, (email) => email, normaliseEmail)
  const seen = new Map<string, Location>()
  const decisions: ReviewDecision[] = []
  const problems: Diagnostic[] = []
  for (const { location, cells } of rows) {
    const written = spellEmail(cells.email)
    const email = find(written)
    const wrong = (summary: string, advice: string) =>
      problems.push(makeDiagnostic({ code: 'review-decision', summary, advice, location }))
    if (email === undefined) {
      wrong(
        `"${written}" was not on the account at the time of the review.`,
        'Remove the row, or correct the address. population.csv lists everybody.',
      )
      continue
    }
    const first = seen.get(email)
    if (first !== undefined) {
      wrong(`${email} has two decisions, the first in line ${first.line}.`, 'Remove one of them.')
      continue
    }
    seen.set(email, location)
    const before = problems.length
    const word = cells.decision.trim().toLowerCase()
    const decision = DECISIONS.find((each) => each === word)
    const reviewer = spellEmail(cells.reviewer)
    const [date, why] = [cells.date.trim(), cells.why.trim()]
    // Reviewer and date do not matter in a row without a decision.
    if (word === '') {
      wrong(`${email} has no decision.`, ALLOWED_WORDS)
      continue
    }
    if (decision === undefined) wrong(`${email} has an invalid decision: "${word}".`, ALLOWED_WORDS)
    if (!/^[^\s@<>]+@[^\s@<>]+$/.test(reviewer)) {
      wrong(
        reviewer === ''
          ? `${email} has no reviewer.`
          : `${email}: the reviewer "${reviewer}" is not an e-mail address.`,
        'Write the e-mail address of the person who decided in the column `reviewer`.',
      )
    }
    if (normaliseEmail(reviewer) === normaliseEmail(email)) {
      wrong(`${email} decided about their own access.`, 'Another person must decide.')
    }
    if (!isDay(date)) {
      wrong(`${email}: "${date}" is not a valid date.`, 'Write it like 2026-11-23.')
    } else if (date < addDays(since, -1) || date > addDays(today, 1)) {
      wrong(
        `${email}: the date ${date} is not between the review (${since} UTC) and today (${today} UTC).`,
        'Write the date of the decision. One day earlier or later is allowed, because your time zone can be ahead of UTC or behind it.',
      )
    }
    if (decision !== undefined && decision !== 'keep' && why === '') {
      wrong(`${email}: "${decision}" needs a reason.`, 'Write it in the column `why`.')
    }
    if (decision !== undefined && problems.length === before) {
      decisions.push({ email, decision, reviewer, date, ticket: cells.ticket.trim(), why })
    }
  }
  for (const email of people) {
    if (seen.has(email)) continue
    problems.push(
      makeDiagnostic({
        code: 'review-decision',
        summary: `There is no row for ${email}.`,
        advice: 'Copy the row from decisions.csv of the review, and fill it in.',
      }),
    )
  }
  return { decisions, problems }
}

const ALLOWED_WORDS = 'Write keep, change or remove.'

export interface Happened extends ReviewDecision {
  readonly happened: boolean
  /** What the later snapshot shows, as a short phrase. Hostile. */
  readonly what: string
}

/**
 * Whether each "change" and "remove" was done. Both snapshots are of one account. A person is removed
 * only if neither their user id nor their e-mail address is on the account.
 */
export function checkRemediation(
  decisions: readonly ReviewDecision[],
  before: Snapshot,
  later: Snapshot,
): readonly Happened[] {
  const after = recognise(later, listSpellingsIn(before)).snapshot
  const pairs = pairPeople(before.agents, after.agents)
  const stayed = new Map(
    pairs.flatMap(({ before: had, after: has }) => (had && has ? [[had.email, { had, has }]] : [])),
  )
  const holders = new Map(pairs.map((pair) => [pair.after?.email, pair.before]))
  const changes = groupBy(
    diffStates(before, after).differences.filter(isAccess),
    ({ person }) => person,
  )
  return decisions.flatMap((each): Happened[] => {
    const { email, decision } = each
    if (decision === 'keep') return []
    const pair = stayed.get(email)
    if (pair === undefined) {
      const holder = holders.get(email)
      const what = holder
        ? `the address is still on the account: it now belongs to the user who was ${holder.email}`
        : 'no longer on the account'
      return [{ ...each, happened: !holder, what }]
    }
    const { had, has } = pair
    const renamed = has.email === email ? '' : `, renamed to ${has.email}`
    if (decision === 'remove') {
      const again = has.id === had.id ? '' : ', invited again'
      const what = `still on the account as ${has.role}${renamed}${again}`
      return [{ ...each, happened: false, what }]
    }
    const found = changes.get(email) ?? []
    const what = found.map(({ subject, summary }) =>
      subject.kind === 'member' ? `${subject.group.name}: ${summary}` : summary,
    )
    const happened = !found.every(isWithoutEffect)
    return [{ ...each, happened, what: what.join('; ') || `nothing was changed${renamed}` }]
  })
}

/** A new name, e-mail address or sign-in method does not change what a person is allowed to do. */
function isAccess({ before, after }: Difference): boolean {
  const rights = (shown: Difference['before']) => [shown?.['role'], shown?.['custom_role']]
  const [had, has] = [rights(before), rights(after)]
  return before === null || after === null || JSON.stringify(had) !== JSON.stringify(has)
}

/** A new custom role has no effect on the access of a person who stays administrator. */
function isWithoutEffect({ before, after }: Difference): boolean {
  return before?.['role'] === 'administrator' && after?.['role'] === 'administrator'
}
