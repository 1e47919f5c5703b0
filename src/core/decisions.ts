/**
 * The decisions of an access review: one about everybody, none about anybody else, nobody's own. Pure:
 * the rows come from a file that somebody filled in, what happened afterwards from a later snapshot.
 */
import { type Diagnostic, diagnostic, type Location } from './diagnostic.ts'
import { betweenSnapshots, type Difference, emailOf } from './difference.ts'
import { grouped } from './group.ts'
import { finder, recognise, spellingsIn } from './identity.ts'
import { normaliseEmail, spellEmail } from './names.ts'
import type { Snapshot } from './snapshot.ts'

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
 * @param since the day of the review, `YYYY-MM-DD`; `today` likewise
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
    if (!DATE.test(date)) {
      wrong(`The date "${date}" about ${email} is no date.`, 'Write it like 2026-11-23.')
    } else if (date < since || date > today) {
      wrong(
        `The date ${date} about ${email} is not between the review (${since}) and today (${today}).`,
        'Write the day on which it was decided.',
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
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

export interface Happened extends Decision {
  readonly happened: boolean
  /** What the later snapshot shows, as a short phrase. Hostile. */
  readonly what: string
}

/** What became of everybody who was to change or to go. Both snapshots are of one account. */
export function whatHappened(
  decisions: readonly Decision[],
  before: Snapshot,
  later: Snapshot,
): readonly Happened[] {
  const after = recognise(later, spellingsIn(before)).snapshot
  const now = new Map(after.agents.map((agent) => [agent.email, agent.role]))
  const { differences } = betweenSnapshots(before, after)
  const changes = grouped(differences.filter(isAccess), emailOf)
  return decisions.flatMap((each): Happened[] => {
    if (each.decision === 'keep') return []
    const role = now.get(each.email)
    if (role === undefined) return [{ ...each, happened: true, what: 'no longer on the account' }]
    if (each.decision === 'remove') {
      return [{ ...each, happened: false, what: `still on the account as ${role}` }]
    }
    const what = (changes.get(each.email) ?? []).map(({ subject, summary }) =>
      subject.kind === 'member' ? `${subject.team}: ${summary}` : summary,
    )
    return [{ ...each, happened: what.length > 0, what: what.join('; ') || 'nothing changed' }]
  })
}

/** Another name or way to sign in is no change of what somebody may do. */
function isAccess({ before, after }: Difference): boolean {
  const rights = (shown: Difference['before']) => [shown?.['role'], shown?.['custom_role']]
  const [had, has] = [rights(before), rights(after)]
  return before === null || after === null || JSON.stringify(had) !== JSON.stringify(has)
}
