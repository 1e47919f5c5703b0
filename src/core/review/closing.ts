/**
 * The result of `review close`, and the record that it writes for an auditor: every decision, who made
 * it, and whether it was carried out. Contains everything that a view shows; a view decides nothing.
 */
import type { Diagnostic } from '../messages/diagnostic.ts'
import type { Finding } from '../messages/finding.ts'
import { count } from '../messages/phrase.ts'
import { makeFinder } from '../model/identity.ts'
import { normaliseEmail } from '../model/names.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { joinFirst } from '../model/visible.ts'
import {
  countDecisions,
  type DecisionCounts,
  listSerious,
  type ReviewDecision,
} from './decisions.ts'
import { makeNote } from './note.ts'
import type { GitFacts, ListedFile } from './record.ts'
import type { Remediation } from './remediation.ts'
import {
  identifyRenamed,
  listHiddenNames,
  type ReviewedAccount,
  type ReviewedPerson,
} from './reviewed.ts'
import { type Doubt, type ReviewerTally, tallyReviewers } from './reviewers.ts'
import type { SealedJournal } from './sealed-journal.ts'

/** The name of the record, which lists the other files of its folder. */
export const CLOSING = 'closing.json'

export const CLOSING_FORMAT = 'rollcall.closing'

export interface ClosedDecision extends ReviewDecision {
  readonly person: ReviewedPerson
  /** Open ones about the person and their memberships. */
  readonly findings: readonly Finding[]
  /** Whether it was done, and what the later snapshot shows. Null: no later snapshot was given, or there is nothing to do. */
  readonly result: { readonly done: boolean; readonly what: string } | null
}

export interface ClosedReviewer extends ReviewerTally {
  /** Null: not on the account. */
  readonly role: ReviewedPerson['role']
}

export interface ClosedReview {
  /** As the user named it. */
  readonly folder: string
  readonly generatedAt: string
  readonly tool: { readonly name: string; readonly version: string }
  /** The account that was reviewed, as it was. */
  readonly before: Snapshot
  /** Null: no later snapshot was given. */
  readonly after: Snapshot | null
  /** Everybody who needs a decision. */
  readonly people: readonly ReviewedPerson[]
  /** In the order of the form. */
  readonly decisions: readonly ClosedDecision[]
  readonly decided: DecisionCounts
  readonly reviewers: readonly ClosedReviewer[]
  /** Null: it was not given who may decide. */
  readonly allowed: readonly string[] | null
  /** Null: no later snapshot was given. */
  readonly since: Pick<Remediation, 'came' | 'gained'> | null
  /** How many changes and removals were not done. */
  readonly undone: number
  /** Open findings of the review that are about nobody in the form. */
  readonly others: readonly Finding[]
  /** What the review does not show: sentences of its manifest. */
  readonly notShown: readonly string[]
  readonly journals: readonly SealedJournal[]
  /** Why it is not closed. */
  readonly problems: readonly Diagnostic[]
  /** What an auditor should look at. */
  readonly remarks: readonly Diagnostic[]
  /** SHA-256 in hex, likewise the other hashes. */
  readonly manifestSha256: string
  readonly snapshotSha256: string
  readonly policySha256: string
  /** By their names in the folder of the record. */
  readonly form: ListedFile
  readonly reviewersFile: ListedFile | null
  readonly afterFile: ListedFile | null
  /** 1: undecided or invalid. 2: decided, and not everything is done. */
  readonly exitCode: 0 | 1 | 2
}

export type ClosingFacts = Omit<
  ClosedReview,
  'decisions' | 'decided' | 'reviewers' | 'since' | 'undone' | 'exitCode'
> & {
  readonly decisions: readonly ReviewDecision[]
  readonly findings: ReviewedAccount['findings']
  readonly remediation: Remediation | null
}

export function concludeClose({ findings, remediation, ...of }: ClosingFacts): ClosedReview {
  const people = new Map(of.people.map((each) => [each.email, each]))
  const fates = new Map(remediation?.fates.map((each) => [each.email, each]))
  const find = makeFinder(of.people, ({ email }) => email, normaliseEmail)
  const undone = [...fates.values()].filter(({ happened }) => !happened).length
  return {
    ...of,
    decisions: of.decisions.flatMap((each) => {
      const person = people.get(each.email)
      if (person === undefined) return []
      const fate = fates.get(each.email)
      const result = fate === undefined ? null : { done: fate.happened, what: fate.what }
      return [{ ...each, person, findings: findings.get(each.email) ?? [], result }]
    }),
    decided: countDecisions(of.decisions),
    reviewers: tallyReviewers(of.decisions, identifyRenamed(of.people, of.after)).map((each) => ({
      ...each,
      role: find(each.known)?.role ?? null,
    })),
    since: remediation && { came: remediation.came, gained: remediation.gained },
    undone,
    exitCode: of.problems.length > 0 ? 1 : undone > 0 ? 2 : 0,
  }
}

/** People with a critical or high finding, by address. Only agents among them may decide. */
export function findDoubtful({
  people,
  findings,
}: Pick<ReviewedAccount, 'people' | 'findings'>): ReadonlyMap<string, Doubt> {
  const names = listHiddenNames(people)
  return new Map(
    people.flatMap(({ email, role }) => {
      const own = listSerious(findings.get(email)).find(
        ({ subject }) => subject.kind === 'agent' || role === null,
      )
      if (own === undefined) return []
      const doubt = { code: own.code, refused: role !== 'agent' }
      return [[names.get(email) ?? email, doubt] as const]
    }),
  )
}

/** Somebody could change the policy only for the review, so that nobody looks unexpected. */
export function noteOtherPolicy({ commit, dirty }: GitFacts): readonly Diagnostic[] {
  if (dirty !== true) return []
  const advice =
    'Compare policy.yaml of the review with that commit, and write down who approved the difference.'
  return [makeNote(`The policy of the review differs from commit ${commit}.`, advice)]
}

/** Nobody decides about a finding that no row of the form shows. */
export function noteOtherFindings(others: readonly Finding[]): readonly Diagnostic[] {
  const serious = listSerious(others)
  if (serious.length === 0) return []
  const names = serious.map(({ id, risk }) => `${id} (${risk})`)
  const summary = `${count(serious.length, 'critical or high finding is', 'critical or high findings are')} about nobody in the form: ${joinFirst(names, 3)}.`
  return [
    makeNote(summary, 'No decision covers this: fix it, or write down who accepts it and why.'),
  ]
}
