/** The output of the review commands. */

import { count } from '../core/messages/phrase.ts'
import type { Happened, ReviewDecision } from '../core/review/decisions.ts'
import type { ClosedReview, VerifiedReview, WrittenReview } from '../core/review/results.ts'
import { gist, identity, SYMBOLS, VERDICTS } from './labels.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { type Paint, paragraph, shortened } from './text/layout.ts'
import { arranged, type Row } from './text/table.ts'

export function renderReview(
  { account, folder, files, manifest }: WrittenReview,
  paint: Paint,
): string {
  return blocks(
    paragraph(
      `${paint.strong(paint.good('WRITTEN'))}  ${shortened(folder)}: ${count(files, 'file')}, ${account.read.agents} people to decide about`,
      2,
    ),
    paragraph(
      `Account ${identity(account.account, account.server, shortened)}: ${VERDICTS[account.verdict]}, ${gist(account)}.`,
    ),
    paragraph(
      'Next: copy decisions.csv to a place outside this folder and fill in the copy. Then run `rollcall review close`.',
    ),
    hash(manifest),
  )
}

export function renderVerified(
  { folder, files, manifest, problems, exitCode }: VerifiedReview,
  paint: Paint,
): string {
  const word = paint.strong(exitCode === 0 ? paint.good('INTACT') : paint.bad('NOT INTACT'))
  return blocks(
    paragraph(`${word}  ${shortened(folder)}: ${count(files, 'file')} in the manifest`, 2),
    problems.map((problem) => `  ${paint.bad('!')} ${shortened(problem)}`).join('\n'),
    hash(manifest),
    `${word}, exit code ${exitCode}`,
  )
}

export function renderClosed(closed: ClosedReview, paint: Paint): string {
  const { problems, decisions, decided, people, happened, undone, exitCode } = closed
  const word = paint.strong(exitCode === 0 ? paint.good('CLOSED') : paint.bad('NOT CLOSED'))
  const numbers = `${decisions.length} of ${people} decided: ${decided.keep} keep, ${decided.change} change, ${decided.remove} remove${undone === 0 ? '' : `; ${undone} NOT DONE`}`
  return blocks(
    paragraph(`${word}  ${shortened(closed.folder)}: ${numbers}`, 2),
    problems.map((each) => renderDiagnostic(each, paint)).join('\n\n'),
    arranged(rowsOf(decisions, happened), paint),
    happened === null && decided.change + decided.remove > 0
      ? paragraph(
          'rollcall does not know yet whether this was done. To check it, give a later snapshot with --after.',
        )
      : '',
    `${hash(closed.manifest)}\nDecisions   sha256 ${closed.decisionsSha256}`,
    `${word}, exit code ${exitCode}`,
  )
}

function rowsOf(decisions: readonly ReviewDecision[], happened: readonly Happened[] | null): Row[] {
  const row = ({ email, decision }: ReviewDecision, text: string, weight: string): Row => ({
    heading: 'Decided',
    within: null,
    symbol: SYMBOLS[decision === 'remove' ? 'delete' : 'update'],
    name: shortened(email),
    text: `${decision}${shortened(text)}`,
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

function hash(manifest: string): string {
  return `Manifest    sha256 ${manifest}`
}

function blocks(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
