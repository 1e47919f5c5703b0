/** Who decided, whether they may, and what an auditor should look at. */
import { describeContrast } from '../messages/alike.ts'
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { FindingCode } from '../messages/finding-records.ts'
import { count } from '../messages/phrase.ts'
import { groupBy } from '../model/collect.ts'
import { compareCodeUnits, normaliseEmail } from '../model/names.ts'
import { nameCharacter } from '../model/visible.ts'
import { countDecisions, type DecisionCounts, type ReviewDecision } from './decisions.ts'
import { makeNote } from './note.ts'
import { simplifyAddress } from './one-mailbox.ts'
import type { IdentifyReviewer } from './reviewed.ts'

export interface ReviewerTally {
  /** As written first. */
  readonly email: string
  /** Their address at the review, in its normal form. */
  readonly known: string
  readonly decided: DecisionCounts
  /** Who decided about this reviewer, under any spelling. Null: there is no decision about them. */
  readonly reviewedBy: string | null
  /** What was decided about them. */
  readonly decision: ReviewDecision['decision'] | null
}

/** People who made decisions, those with the most decisions first. */
export function tallyReviewers(
  decisions: readonly ReviewDecision[],
  identify: IdentifyReviewer,
): readonly ReviewerTally[] {
  const about = new Map(
    [simplifyAddress, normaliseEmail].flatMap((key) =>
      decisions.map((each) => [key(each.email), each] as const),
    ),
  )
  return [...groupBy(decisions, ({ reviewer }) => normaliseEmail(reviewer))]
    .map(([key, own]): ReviewerTally => {
      const known = normaliseEmail(identify(key))
      const { reviewer = null, decision = null } =
        about.get(known) ?? about.get(simplifyAddress(known)) ?? {}
      return {
        email: own[0].reviewer,
        known,
        decided: countDecisions(own),
        reviewedBy: reviewer,
        decision,
      }
    })
    .sort((a, b) => sumDecisions(b) - sumDecisions(a) || compareCodeUnits(a.email, b.email))
}

function sumDecisions({ decided }: ReviewerTally): number {
  return decided.keep + decided.change + decided.remove
}

export interface ReviewerRules {
  /** E-mail addresses as in the snapshot. */
  readonly people: readonly string[]
  /** People about whom a critical or high finding is open. */
  readonly doubtful: ReadonlyMap<string, Doubt>
  /** Who may decide. Null: it was not given. */
  readonly allowed: readonly string[] | null
}

export interface Doubt {
  readonly code: FindingCode
  /** Such a person may not decide, unless the --reviewers file has them. Others only get a note. */
  readonly refused: boolean
}

/** Problems, and notes on what an auditor should look at although nothing is certainly wrong. */
export function judgeReviewers(
  tallies: readonly ReviewerTally[],
  { people, doubtful, allowed }: ReviewerRules,
): Readonly<Record<'problems' | 'notes', readonly Diagnostic[]>> {
  const listed = allowed && new Set(allowed.map(normaliseEmail))
  // If two addresses look alike, the one that may not decide counts.
  const suspects = new Map(
    [...doubtful]
      .sort(([, a], [, b]) => Number(a.refused) - Number(b.refused))
      .map(([email, doubt]) => [simplifyAddress(email), doubt]),
  )
  const problems: Diagnostic[] = []
  const notes: Diagnostic[] = []
  for (const tally of tallies) {
    const { email, known } = tally
    const about = count(sumDecisions(tally), 'person', 'people')
    if (listed !== null && !listed.has(normaliseEmail(email))) {
      problems.push(refuse(`${email} decided about ${about}, but may not decide.`, NOT_LISTED))
    }
    if (tally.decision === 'remove') {
      const summary = `${email} decided about ${about}, but the decision about this person is "remove".`
      notes.push(makeNote(summary, EXPLAIN))
    }
    const doubt = suspects.get(simplifyAddress(known))
    if (doubt === undefined) continue
    const summary = `${email} decided about ${about}, but the review itself has the finding ${doubt.code} about this person.`
    if (doubt.refused && listed === null) problems.push(refuse(summary, DOUBTFUL))
    else notes.push(makeNote(summary, EXPLAIN))
  }
  return { problems, notes: [...notes, ...noteMutual(tallies), ...noteSpellings(tallies, people)] }
}

const EXPLAIN = 'Write down why this person may decide, or ask another person.'

const NOT_LISTED = 'Ask a person in the --reviewers file to decide, or add this address to it.'

const DOUBTFUL =
  'Ask another person to decide, or list everybody who may decide in a file for --reviewers.'

function refuse(summary: string, advice: string): Diagnostic {
  return makeDiagnostic({ code: 'review-reviewer', summary, advice })
}

/** Finds two people who decided only about each other. */
function noteMutual(tallies: readonly ReviewerTally[]): readonly Diagnostic[] {
  const onlyOne = tallies.filter((each) => sumDecisions(each) === 1)
  const isBy = ({ reviewedBy }: ReviewerTally, { email }: ReviewerTally) =>
    reviewedBy !== null && simplifyAddress(reviewedBy) === simplifyAddress(email)
  return onlyOne.flatMap((each, index) =>
    onlyOne
      .slice(index + 1)
      .filter((other) => isBy(each, other) && isBy(other, each))
      .map((other) =>
        makeNote(
          `${each.email} and ${other.email} decided only about each other.`,
          'Ask another person to decide about one of them, or write down why this is acceptable.',
        ),
      ),
  )
}

/**
 * Finds a reviewer whose address is not on the account, although a similar address is. No table of
 * look-alike letters is complete: any letter with an accent or of another script counts.
 */
function noteSpellings(
  tallies: readonly ReviewerTally[],
  people: readonly string[],
): readonly Diagnostic[] {
  const there = new Set(people.map(normaliseEmail))
  const written = tallies.map(({ email }) => email)
  const alike = [...people, ...written].map((email) => ({ email, key: simplifyAddress(email) }))
  return tallies.flatMap(({ email, known }) => {
    if (there.has(known)) return []
    const own = normaliseEmail(email)
    const key = simplifyAddress(email)
    const other = alike.find((each) => each.key === key && normaliseEmail(each.email) !== own)
    if (other === undefined) {
      const unusual = [...email].find((each) => !/[!-~]/.test(each))
      if (unusual === undefined) return []
      return [
        makeNote(
          `The reviewer ${email} is not on the account, and the address has ${nameCharacter(unusual)}.`,
          'Check that it is not the address of somebody on the account, written with other letters.',
        ),
      ]
    }
    const contrast = describeContrast(email, other.email)
    return [
      makeNote(
        `The reviewer ${email} may be ${other.email} under another spelling${contrast === null ? '' : `: ${contrast}`}.`,
        'Ask who decided, and write their usual address.',
      ),
    ]
  })
}
