/**
 * The decisions of an access review: one about each person, none about others, and nobody decides
 * about themselves. Pure: the rows come from a file that a person filled in.
 */
import { describeContrast } from '../messages/alike.ts'
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Finding } from '../messages/finding.ts'
import { groupBy } from '../model/collect.ts'
import { addDays } from '../model/dates.ts'
import type { Location } from '../model/location.ts'
import { normaliseEmail, spellEmail } from '../model/names.ts'
import { joinFirst, reveal } from '../model/visible.ts'
import { type Answer, type FormRow, listLines } from './form.ts'
import { isAddress, judgeOwnDecision, simplifyText } from './one-mailbox.ts'
import { type IdentifyReviewer, listHiddenNames, type ReviewedPerson } from './reviewed.ts'
import { readDays, type WrittenDay } from './written-day.ts'

export const DECISIONS = ['keep', 'change', 'remove'] as const

export interface ReviewDecision {
  readonly email: string
  readonly decision: (typeof DECISIONS)[number]
  readonly reviewer: string
  readonly date: string
  readonly ticket: string
  readonly why: string
}

export type DecisionCounts = Readonly<Record<ReviewDecision['decision'], number>>

export function countDecisions(decisions: readonly ReviewDecision[]): DecisionCounts {
  const counts = { keep: 0, change: 0, remove: 0 }
  for (const { decision } of decisions) counts[decision] += 1
  return counts
}

export interface Decided {
  readonly decisions: readonly ReviewDecision[]
  /** Empty: every person has a valid decision. */
  readonly problems: readonly Diagnostic[]
}

export interface DecisionRules {
  /** Everybody who needs a decision. */
  readonly people: readonly ReviewedPerson[]
  /**
   * The day of the review, `YYYY-MM-DD`, UTC; `today` in the same form. Reviewers write the date of
   * their own time zone, which can be one day earlier or later.
   */
  readonly since: string
  readonly today: string
  readonly findings: ReadonlyMap<string, readonly Finding[]>
  readonly identify: IdentifyReviewer
}

export function judgeDecisions(rows: readonly FormRow[], rules: DecisionRules): Decided {
  const people = new Set(rules.people.map(({ email }) => email))
  const names = listHiddenNames(rules.people)
  const seen = new Map<string, FormRow>()
  const decisions: ReviewDecision[] = []
  const explained: ExplainedKeep[] = []
  const problems: RowProblem[] = []
  const undated: UndatedRow[] = []
  const days = readDays(
    rows.map(({ cell }) => (cell('decision').trim() === '' ? '' : cell('date'))),
  )
  for (const [index, row] of rows.entries()) {
    const { email, cell, place } = row
    let sound = true
    /** @param many the same about several rows, after their lines */
    const wrong = (
      column: Answer | 'email',
      summary: string,
      many: string,
      advice: string,
      detail?: string,
    ) => {
      sound = false
      problems.push({ summary, many, advice, location: place(column), detail: detail ?? null })
    }
    if (!people.has(email)) {
      wrong(
        'email',
        `"${email}" was not on the account at the time of the review.`,
        'are about people who were not on the account at the time of the review',
        'Remove the row, or correct the address. decisions.csv of the review has everybody.',
      )
      continue
    }
    const first = seen.get(email)
    if (first !== undefined) {
      wrong(
        'email',
        `${email} has two decisions, the first in line ${first.place('email').line}.`,
        'are about people who already have another row',
        'Remove one of them.',
      )
      continue
    }
    seen.set(email, row)
    const word = cell('decision').trim().toLowerCase()
    const decision = DECISIONS.find((each) => each === word)
    const reviewer = spellEmail(cell('reviewer'))
    const why = cell('why').trim()
    // What nobody can see gives no reason.
    const readable = reveal(why, () => '').trim()
    // Reviewer and date do not matter in a row without a decision.
    if (word === '') {
      wrong('decision', `${email} has no decision.`, 'have no decision', ALLOWED_WORDS)
      continue
    }
    if (decision === undefined) {
      wrong(
        'decision',
        `${email} has an invalid decision: "${word}".`,
        'have an invalid decision',
        ALLOWED_WORDS,
      )
    }
    if (!isAddress(reviewer)) {
      wrong(
        'reviewer',
        reviewer === ''
          ? `${email} has no reviewer.`
          : `${email}: the reviewer "${reviewer}" is not an e-mail address.`,
        'have no reviewer, or one that is not an e-mail address',
        'Write the e-mail address of the person who decided in the column `reviewer`.',
      )
    }
    const known = rules.identify(reviewer)
    if (judgeOwnDecision(known, names.get(email) ?? email) !== 'no') {
      const as = normaliseEmail(reviewer) === normaliseEmail(email) ? '' : `, as "${reviewer}"`
      const contrast =
        known === reviewer
          ? describeContrast(reviewer, names.get(email) ?? email)
          : 'The later snapshot shows the same user id with both addresses.'
      wrong(
        'reviewer',
        `${email} decided about their own access${as}.`,
        'were decided by the person they are about',
        'Another person must decide.',
        contrast ?? undefined,
      )
    }
    const read = days[index]
    let date = ''
    if (read?.is !== 'day') {
      sound = false
      undated.push({ email, row, read })
    } else if (read.day < addDays(rules.since, -1) || read.day > addDays(rules.today, 1)) {
      const range = `between the review (${rules.since} UTC) and today (${rules.today} UTC)`
      wrong(
        'date',
        `${email}: the date ${read.day} is not ${range}.`,
        `have a date that is not ${range}`,
        'Write the date of the decision. One day earlier or later is allowed, because your time zone can be ahead of UTC or behind it.',
      )
    } else date = read.day
    if (decision !== undefined && decision !== 'keep' && readable === '') {
      wrong(
        'why',
        `${email}: "${decision}" needs a reason.`,
        'need a reason',
        'Write it in the column `why`.',
      )
    }
    const serious = listSerious(rules.findings.get(email))
    const lacking = decision === 'keep' && serious.length > 0 ? findLack(readable) : null
    if (lacking !== null) {
      wrong(
        'why',
        `${email}: "keep" needs a reason ${lacking}, because of ${[...new Set(serious.map(({ code, risk }) => `${code} (${risk})`))].join(', ')}.`,
        `need a reason ${lacking} to keep a person with critical or high findings`,
        'Write the reason in the column `why`.',
      )
    }
    if (decision !== undefined && sound) {
      if (decision === 'keep' && serious.length > 0) explained.push({ why, row })
      decisions.push({ email, decision, reviewer, date, ticket: cell('ticket').trim(), why })
    }
  }
  return {
    decisions,
    problems: [
      ...reportRows(problems),
      ...reportUndated(undated),
      ...reportRepeated(explained),
      ...reportMissing([...people].filter((email) => !seen.has(email))),
    ],
  }
}

/** Beyond this, rows with the same problem are named together. */
const MOST_ALONE = 20

interface RowProblem {
  readonly summary: string
  readonly many: string
  readonly advice: string
  readonly location: Location
  readonly detail: string | null
}

function reportRows(rows: readonly RowProblem[]): readonly Diagnostic[] {
  return [...groupBy(rows, ({ many }) => many)].flatMap(([many, same]) => {
    if (same.length <= MOST_ALONE) {
      return same.map((each) => makeProblem(each.summary, each.advice, each.location, each.detail))
    }
    const lines = listLines(same.map(({ location }) => location))
    return [makeProblem(`${lines} ${many}.`, same[0].advice, same[0].location)]
  })
}

function reportMissing(emails: readonly string[]): readonly Diagnostic[] {
  const advice = (row: string) => `Copy ${row} from decisions.csv of the review, and fill it in.`
  if (emails.length <= MOST_ALONE) {
    return emails.map((email) =>
      makeProblem(`There is no row for ${email}.`, advice('the row'), null),
    )
  }
  return [
    makeProblem(`There are no rows for ${joinFirst(emails, SHOWN)}.`, advice('each row'), null),
  ]
}

const SHOWN = 3

const ALLOWED_WORDS = 'Write keep, change or remove.'

function makeProblem(
  summary: string,
  advice: string,
  location: Location | null,
  detail: string | null = null,
): Diagnostic {
  return makeDiagnostic({ code: 'review-decision', summary, advice, location, detail })
}

/** Shorter reasons, such as "ok" or "approved", explain nothing. */
const FEWEST_LETTERS = 15

/** One letter that is repeated explains nothing either. */
const FEWEST_DIFFERENT = 5

/** If more people have the same reason, somebody pasted it without thinking about each person. */
const MOST_WITH_ONE_REASON = 3

/** Null: it may be a reason. */
function findLack(why: string): string | null {
  const letters = why.toLowerCase().match(/\p{L}/gu) ?? []
  if (letters.length < FEWEST_LETTERS) return `of at least ${FEWEST_LETTERS} letters`
  if (new Set(letters).size >= FEWEST_DIFFERENT) return null
  return `with at least ${FEWEST_DIFFERENT} different letters`
}

export function listSerious(findings: readonly Finding[] = []): readonly Finding[] {
  return findings.filter(({ risk }) => risk === 'critical' || risk === 'high')
}

interface UndatedRow {
  readonly email: string
  readonly row: FormRow
  readonly read: WrittenDay | undefined
}

/** One message, however many rows: a spreadsheet writes a whole column in one way. */
function reportUndated(rows: readonly UndatedRow[]): readonly Diagnostic[] {
  const [first, second] = rows
  if (first === undefined) return []
  const places = rows.map(({ row }) => row.place('date'))
  const describe = ({ row, read }: UndatedRow) => {
    const text = row.cell('date').trim()
    if (read?.is === 'ambiguous') return `"${text}" can be ${read.days.join(' or ')}`
    return text === '' ? 'the date is missing' : `"${text}" is not a valid date`
  }
  const kinds = [...groupBy(rows, ({ read }) => read?.is).values()].map(([each]) => describe(each))
  const who = second === undefined ? first.email : `The dates in ${listLines(places)}`
  return [
    makeProblem(
      `${who}: ${kinds.join(', and ')}.`,
      'Write each date like 2026-11-23.',
      first.row.place('date'),
    ),
  ]
}

/** The reason to keep somebody who has serious findings. */
interface ExplainedKeep {
  readonly why: string
  readonly row: FormRow
}

function reportRepeated(explained: readonly ExplainedKeep[]): readonly Diagnostic[] {
  const same = groupBy(explained, ({ why }) => simplifyText(why).replace(/[^\p{L}\p{N}]/gu, ''))
  return [...same.values()]
    .filter(({ length }) => length > MOST_WITH_ONE_REASON)
    .map((those) => {
      const lines = listLines(those.map(({ row }) => row.place('why')))
      return makeProblem(
        `One reason is given for ${those.length} people with critical or high findings: "${those[0].why}", in ${lines}.`,
        `Give each of them a reason of their own. At most ${MOST_WITH_ONE_REASON} people can have the same reason.`,
        those[0].row.place('why'),
      )
    })
}
