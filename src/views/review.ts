/** The output of the review commands. */

import { count } from '../core/messages/phrase.ts'
import { groupBy } from '../core/model/collect.ts'
import type { Happened, ReviewDecision } from '../core/review/decisions.ts'
import {
  type ClosedReview,
  describeMismatch,
  MISMATCH_ADVICE,
  type Unchecked,
  type VerifiedReview,
  type WrittenReview,
} from '../core/review/results.ts'
import { identifyAccount, SYMBOLS, summariseAccount, VERDICTS } from './labels.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { type Paint, shorten, wrapParagraph } from './text/layout.ts'
import { arrangeRows, type Row } from './text/table.ts'

export function renderReview(
  { account, folder, files, manifest }: WrittenReview,
  paint: Paint,
): string {
  return joinBlocks(
    wrapParagraph(
      `${paint.strong(paint.good('WRITTEN'))}  ${shorten(folder)}: ${count(files, 'file')}, ${account.read.agents} people to decide about`,
      2,
    ),
    wrapParagraph(
      `Account ${identifyAccount(account.account, account.server, shorten)}: ${VERDICTS[account.verdict]}, ${summariseAccount(account)}.`,
    ),
    wrapParagraph(
      'Next: copy decisions.csv to a place outside this folder and fill in the copy. Then run `rollcall review close`.',
    ),
    formatHash(manifest),
  )
}

export function renderVerified(
  { folder, files, manifest, compared, problems, unchecked, statement, exitCode }: VerifiedReview,
  paint: Paint,
): string {
  const word = paint.strong(paintVerified(exitCode, paint))
  return joinBlocks(
    wrapParagraph(`${word}  ${shorten(folder)}: ${count(files, 'file')} in the manifest`, 2),
    ...[...groupBy(problems, ({ kind }) => kind)].map(([kind, those]) =>
      [
        ...those.map((each) => `  ${paint.bad('!')} ${shorten(describeMismatch(each))}`),
        wrapParagraph(MISMATCH_ADVICE[kind]),
      ].join('\n'),
    ),
    unchecked === null ? '' : wrapParagraph(describeUnchecked(unchecked)),
    statement === null ? '' : wrapParagraph(`Wrote the statement ${shorten(statement)}.`),
    formatHash(manifest),
    compared
      ? ''
      : wrapParagraph(
          'Compare this hash with the one in the log of the run, or add --manifest-sha256 HASH: a review that was made again as a whole has another one.',
        ),
    `${word}, exit code ${exitCode}`,
  )
}

function paintVerified(exitCode: VerifiedReview['exitCode'], paint: Paint): string {
  switch (exitCode) {
    case 0:
      return paint.good('INTACT')
    case 1:
      return paint.bad('NOT INTACT')
    case 2:
      return paint.bad('NOT CHECKED')
  }
}

function describeUnchecked({ wrote, is, files }: Unchecked): string {
  return `Every hash fits. But rollcall ${shorten(wrote)} wrote this review, this is rollcall ${is}, and it writes some files differently, so they could not be checked against snapshot and policy: ${files.join(', ')}. Run \`review verify\` of that version.`
}

export function renderClosed(closed: ClosedReview, paint: Paint): string {
  const { problems, decisions, decided, people, happened, undone, exitCode } = closed
  const word = paint.strong(exitCode === 0 ? paint.good('CLOSED') : paint.bad('NOT CLOSED'))
  const numbers = `${decisions.length} of ${people} decided: ${decided.keep} keep, ${decided.change} change, ${decided.remove} remove${undone === 0 ? '' : `; ${undone} NOT DONE`}`
  return joinBlocks(
    wrapParagraph(`${word}  ${shorten(closed.folder)}: ${numbers}`, 2),
    problems.map((each) => renderDiagnostic(each, paint)).join('\n\n'),
    arrangeRows(makeRows(decisions, happened), paint),
    happened === null && decided.change + decided.remove > 0
      ? wrapParagraph(
          'rollcall does not know yet whether this was done. To check it, give a later snapshot with --after.',
        )
      : '',
    `${formatHash(closed.manifest)}\nDecisions   sha256 ${closed.decisionsSha256}`,
    `${word}, exit code ${exitCode}`,
  )
}

function makeRows(
  decisions: readonly ReviewDecision[],
  happened: readonly Happened[] | null,
): Row[] {
  const row = ({ email, decision }: ReviewDecision, text: string, weight: string): Row => ({
    heading: 'Decided',
    within: null,
    symbol: SYMBOLS[decision === 'remove' ? 'delete' : 'update'],
    name: shorten(email),
    text: `${decision}${shorten(text)}`,
    weight,
    location: null,
  })
  if (happened !== null) {
    return happened.map((each) => row(each, `: ${each.what}`, each.happened ? 'done' : 'NOT DONE'))
  }
  return decisions
    .filter(({ decision }) => decision !== 'keep')
    .map((each) => row(each, `, by ${each.reviewer}`, each.date))
}

function formatHash(manifest: string): string {
  return `Manifest    sha256 ${manifest}`
}

function joinBlocks(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
