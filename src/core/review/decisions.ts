/**
 * The decisions of an access review: one about everybody, none about anybody else, nobody's own. Pure:
 * the rows come from a file that somebody filled in, what happened afterwards from a later snapshot.
 */

import { betweenSnapshots } from '../compare/difference.ts'
import { type Difference, pairPeople } from '../compare/sides.ts'
import { type Diagnostic, diagnostic } from '../messages/diagnostic.ts'
import { grouped } from '../model/collect.ts'
import { daysAfter, isDay } from '../model/dates.ts'
import { finder, recognise, spellingsIn } from '../model/identity.ts'
import type { Location } from '../model/location.ts'
import { normaliseEmail, spellEmail } from '../model/names.ts'
import type { Snapshot } from '../model/snapshot.ts'

export const DECISIONS = ['keep', 'change', 'remove'] as const

export interface Decision {
  readonly email: string
  readonly decision: (typeof DECISIONS)[number]
  readonly reviewer: string
  /** `YYYY-MM-DD`. */
  readonly date: string
  readonly ticket: string
  readonly why: string
}

/** A row as it was filled in. */
export interface DecisionRow {
  readonly location: Location
  readonly cells: Readonly<
    Record<'email' | 'decision' | 'reviewer' | 'date' | 'ticket' | 'why', string>
  >
}

export interface Decided {
  readonly decisions: readonly Decision[]
  /** Without any, every row is decided. */
  readonly problems: readonly Diagnostic[]
}

/**
 * @param people everybody who is to be decided on, by e-mail address as the snapshot has it
 * @param since the day of the review, `YYYY-MM-DD`, UTC; `today` likewise. Reviewers write the day of
 *   their own calendar, which can be the one before or after
 */
export function judgeDecisions(
  rows: readonly DecisionRow[],
  people: readonly string[],
  { since, today }: { readonly since: string; readonly today: string },
): Decided {
  const find = finder(people, (email) => email, normaliseEmail)
  const seen = new Map<string, Location>()
  const decisions: Decision[] = []
  const problems: Diagnostic[] = []
  for (const { location, cells } of rows) {
    const written = spellEmail(cells.email)
    const email = find(written)
    const wrong = (summary: string, advice: string) =>
      problems.push(diagnostic({ code: 'review-decision', summary, advice, location }))
    if (email === undefined) {
      wrong(
        `"${written}" was not on the account when it was reviewed.`,
        'Leave the row out, or correct the address; population.csv lists everybody.',
      )
      continue
    }
    const first = seen.get(email)
    if (first !== undefined) {
      wrong(`${email} is decided on twice, first in line ${first.line}.`, 'Leave one of them out.')
      continue
    }
    seen.set(email, location)
    const before = problems.length
    const word = cells.decision.trim().toLowerCase()
    const decision = DECISIONS.find((each) => each === word)
    const reviewer = spellEmail(cells.reviewer)
    const [date, why] = [cells.date.trim(), cells.why.trim()]
    // Who and when says nothing of a row that nobody filled in.
    if (word === '') {
      wrong(`${email} is not decided on.`, WORDS)
      continue
    }
    if (decision === undefined) wrong(`The decision about ${email} is "${word}".`, WORDS)
    if (!/^[^\s@<>]+@[^\s@<>]+$/.test(reviewer)) {
      wrong(
        reviewer === '' ? `Nobody decided about ${email}.` : `"${reviewer}" is no e-mail address.`,
        'Write the e-mail address of the reviewer, so that it is known who decided about whom.',
      )
    }
    if (normaliseEmail(reviewer) === normaliseEmail(email)) {
      wrong(`${email} decided about themselves.`, 'Let somebody else decide.')
    }
    if (!isDay(date)) {
      wrong(`The date "${date}" about ${email} is no date.`, 'Write it like 2026-11-23.')
    } else if (date < daysAfter(since, -1) || date > daysAfter(today, 1)) {
      wrong(
        `The date ${date} about ${email} is not between the review (${since} UTC) and today (${today} UTC).`,
        'Write the day of the decision. One day before or after is allowed, because your time zone can be a day ahead of UTC or behind it.',
      )
    }
    if (decision !== undefined && decision !== 'keep' && why === '') {
      wrong(`Why ${email} is to ${decision} is not said.`, 'Say it in the column `why`.')
    }
    if (decision !== undefined && problems.length === before) {
      decisions.push({ email, decision, reviewer, date, ticket: cells.ticket.trim(), why })
    }
  }
  for (const email of people) {
    if (seen.has(email)) continue
    problems.push(
      diagnostic({
        code: 'review-decision',
        summary: `There is no row about ${email}.`,
        advice: 'Add it, as decisions.csv of the review has it.',
      }),
    )
  }
  return { decisions, problems }
}

const WORDS = 'Write keep, change or remove.'

export interface Happened extends Decision {
  readonly happened: boolean
  /** What the later snapshot shows, as a short phrase. Hostile. */
  readonly what: string
}

/**
 * What became of everybody who was to change or to go. Both snapshots are of one account. Somebody is
 * gone only if neither their user id nor their address is on it.
 */
export function whatHappened(
  decisions: readonly Decision[],
  before: Snapshot,
  later: Snapshot,
): readonly Happened[] {
  const after = recognise(later, spellingsIn(before)).snapshot
  const pairs = pairPeople(before.agents, after.agents)
  const stayed = new Map(
    pairs.flatMap(({ before: had, after: has }) => (had && has ? [[had.email, { had, has }]] : [])),
  )
  const holders = new Map(pairs.map((pair) => [pair.after?.email, pair.before]))
  const changes = grouped(
    betweenSnapshots(before, after).differences.filter(isAccess),
    ({ person }) => person,
  )
  return decisions.flatMap((each): Happened[] => {
    const { email, decision } = each
    if (decision === 'keep') return []
    const pair = stayed.get(email)
    if (pair === undefined) {
      const holder = holders.get(email)
      const what = holder
        ? `the address is still on the account, now of the user who was ${holder.email}`
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
    return [{ ...each, happened, what: what.join('; ') || `nothing changed${renamed}` }]
  })
}

/** Another name, address or way to sign in is no change of what somebody may do. */
function isAccess({ before, after }: Difference): boolean {
  const rights = (shown: Difference['before']) => [shown?.['role'], shown?.['custom_role']]
  const [had, has] = [rights(before), rights(after)]
  return before === null || after === null || JSON.stringify(had) !== JSON.stringify(has)
}

/** Another custom role of somebody who stays administrator. */
function isWithoutEffect({ before, after }: Difference): boolean {
  return before?.['role'] === 'administrator' && after?.['role'] === 'administrator'
}
