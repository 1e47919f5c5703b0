/** The output of the review commands. */

import { count } from '../core/messages/phrase.ts'
import { groupBy } from '../core/model/collect.ts'
import type { ClosedReview, ClosedReviewer } from '../core/review/closing.ts'
import {
  describeMismatch,
  MISMATCH_ADVICE,
  type Unchecked,
  type VerifiedReview,
  type WrittenReview,
} from '../core/review/results.ts'
import { listReviewed, type ReviewedPerson } from '../core/review/reviewed.ts'
import { HIDING, identifyAccount, SYMBOLS, summariseAccount, VERDICTS } from './labels.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { joinTexts, makePrintable, type Paint, shorten, wrapParagraph } from './text/layout.ts'
import { arrangeRows, type Row } from './text/table.ts'

export function renderReview(
  { account, folder, files, manifest }: WrittenReview,
  paint: Paint,
): string {
  return joinBlocks(
    wrapParagraph(
      `${paint.strong(paint.good('WRITTEN'))}  ${shorten(folder)}: ${count(files, 'file')}, ${listReviewed(account).people.length} people to decide about`,
      2,
    ),
    wrapParagraph(
      `Account ${makePrintable(identifyAccount(account.account, account.server))}: ${VERDICTS[account.verdict]}, ${summariseAccount(account)}.`,
    ),
    wrapParagraph(
      'Next: copy decisions.csv to a place outside this folder and fill in the copy. Then run `rollcall review close`.',
    ),
    formatHash(manifest),
  )
}

export function renderVerified(verified: VerifiedReview, paint: Paint): string {
  const { folder, files, manifest, compared, closing, problems, unchecked } = verified
  const { statement, exitCode } = verified
  const word = paintMark(VERIFIED_MARKS[exitCode], exitCode, paint)
  return joinBlocks(
    wrapParagraph(
      `${word}  ${shorten(folder)}: ${count(files, 'file')} in the manifest${closing === null ? '' : `, closing record in ${shorten(closing.folder)}`}`,
      2,
    ),
    ...[...groupBy(problems, ({ kind }) => kind)].map(([kind, those]) =>
      [
        ...those.map((each) => `  ${paint.bad('!')} ${shorten(describeMismatch(each))}`),
        wrapParagraph(MISMATCH_ADVICE[kind]),
      ].join('\n'),
    ),
    ...unchecked.map((each) => wrapParagraph(describeUnchecked(each))),
    statement === null ? '' : wrapParagraph(`Wrote the statement ${shorten(statement)}.`),
    [
      formatHash(manifest),
      ...(closing === null ? [] : [`Record      sha256 ${closing.sha256}`]),
    ].join('\n'),
    compared
      ? ''
      : wrapParagraph(
          'Compare this hash with the one in the log of the run, or add --manifest-sha256 HASH: a review that somebody made again from the start has a different hash.',
        ),
    `${word}, exit code ${exitCode}`,
  )
}

/** By exit code. */
const VERIFIED_MARKS: Readonly<Record<VerifiedReview['exitCode'], string>> = {
  0: 'INTACT',
  1: 'NOT INTACT',
  2: 'NOT CHECKED',
}

function paintMark(mark: string, exitCode: 0 | 1 | 2, paint: Paint): string {
  return paint.strong(exitCode === 0 ? paint.good(mark) : paint.bad(mark))
}

function describeUnchecked({ wrote, is, files }: Unchecked): string {
  return `Every hash is right. But rollcall ${shorten(wrote)} wrote this review, and this version, ${is}, writes some files differently. It cannot check them against the snapshot and the policy: ${files.join(', ')}. Run \`review verify\` with rollcall ${shorten(wrote)}.`
}

/** By exit code. */
export const CLOSING_MARKS: Readonly<Record<ClosedReview['exitCode'], string>> = {
  0: 'CLOSED',
  1: 'NOT CLOSED',
  2: 'CLOSED, NOT ALL DONE',
}

/** `9 of 9 decided: 7 keep, 1 change, 1 remove`. */
export function summariseClosed({ decisions, people, decided, undone }: ClosedReview): string {
  const open = undone === 0 ? '' : `; ${undone} NOT DONE`
  return `${decisions.length} of ${people.length} decided: ${describeTally(decided)}${open}`
}

function describeTally({ keep, change, remove }: ClosedReview['decided']): string {
  return `${keep} keep, ${change} change, ${remove} remove`
}

/** @param written the folder of the record; null: none was written */
export function renderClosed(
  closed: ClosedReview,
  written: { readonly folder: string; readonly sha256: string } | null,
  paint: Paint,
): string {
  const { problems, remarks, decided, after, since, exitCode } = closed
  const word = paintMark(CLOSING_MARKS[exitCode], exitCode, paint)
  const todo = decided.change + decided.remove
  return joinBlocks(
    wrapParagraph(`${word}  ${shorten(closed.folder)}: ${summariseClosed(closed)}`, 2),
    [...problems, ...remarks].map((each) => renderDiagnostic(each, paint)).join('\n\n'),
    arrangeRows(makeRows(closed), paint),
    arrangeRows(listSince(since), paint),
    arrangeRows(closed.reviewers.map(makeReviewerRow), paint),
    after === null && todo > 0
      ? wrapParagraph(
          'rollcall does not know yet whether this was done. To check it, give a later snapshot with --after.',
        )
      : '',
    written === null && exitCode !== 1
      ? wrapParagraph('The closing record was not written. To write it, add -o DIR.')
      : '',
    [
      formatHash(closed.manifestSha256),
      `Decisions   sha256 ${closed.form.sha256}`,
      ...(written === null ? [] : [`Record      sha256 ${written.sha256}`]),
    ].join('\n'),
    `${word}, exit code ${exitCode}`,
  )
}

function makeRows({ decisions }: ClosedReview): Row[] {
  return decisions.flatMap(({ email, decision, reviewer, date, result }): Row[] => {
    if (decision === 'keep') return []
    const symbol = SYMBOLS[decision === 'remove' ? 'delete' : 'update']
    const row = { heading: 'Decided', symbol, name: shorten(email) }
    if (result === null) {
      return [{ ...row, text: `${decision}, by ${shorten(reviewer)}`, weight: date }]
    }
    const text = `${decision}: ${shorten(result.what)}`
    return [{ ...row, text, weight: result.done ? 'done' : 'NOT DONE' }]
  })
}

function listSince(since: ClosedReview['since']): readonly Row[] {
  if (since === null) return []
  const heading = 'Since the review'
  return [
    ...since.came.map(({ email, role }) => ({
      heading,
      symbol: SYMBOLS.create,
      name: shorten(email),
      text: `${describeArrival(role)}, nobody decided about them`,
    })),
    ...since.gained.map((email) => ({
      heading,
      symbol: SYMBOLS.update,
      name: shorten(email),
      text: 'keep, but has more access than at the review',
    })),
  ]
}

/** @param role null: a hidden member */
export function describeArrival(role: ReviewedPerson['role']): string {
  return role === null
    ? `gets the messages of ${HIDING.one} without being on the account`
    : `new on the account (${role})`
}

function makeReviewerRow(tally: ClosedReviewer): Row {
  const { decided, email, role, reviewedBy } = tally
  const who = role === null ? '; not on the account' : ''
  const by = reviewedBy === null ? '' : `; reviewed by ${shorten(reviewedBy)}`
  return {
    heading: 'Reviewers',
    name: shorten(email),
    text: `${describeTally(decided)}${who}${by}`,
  }
}

function formatHash(manifest: string): string {
  return `Manifest    sha256 ${manifest}`
}

function joinBlocks(...parts: readonly string[]): string {
  return `${joinTexts(parts)}\n`
}
