/** What the commands about a review say to people. */

import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { count } from '../core/messages/phrase.ts'
import type { JudgedAccount } from '../core/report/report.ts'
import type { Decision, Happened } from '../core/review/decisions.ts'
import { gist, identity, VERDICTS } from './labels.ts'
import { renderDiagnostic } from './text/diagnostic.ts'
import { type Paint, paragraph, shortened } from './text/layout.ts'
import { arranged, type Row } from './text/table.ts'

export interface WrittenReview {
  readonly account: JudgedAccount
  /** As the user named it. */
  readonly folder: string
  readonly files: number
  /** SHA-256. */
  readonly manifest: string
}

export function renderReview(
  { account, folder, files, manifest }: WrittenReview,
  paint: Paint,
): string {
  return blocks(
    paragraph(
      `${paint.strong(paint.good('WRITTEN'))}  ${shortened(folder)}: ${count(files, 'file')}, ${account.read.agents} people to decide on`,
      2,
    ),
    paragraph(
      `Account ${identity(account.account, account.server, shortened)}: ${VERDICTS[account.verdict]}, ${gist(account)}.`,
    ),
    paragraph(
      'Next: fill in a copy of decisions.csv outside of the folder, then run `rollcall review close`.',
    ),
    hash(manifest),
  )
}

export interface VerifiedReview {
  readonly folder: string
  /** How many the manifest lists. */
  readonly files: number
  /** SHA-256. */
  readonly manifest: string
  /** Phrases such as `report.json was changed`. */
  readonly problems: readonly string[]
  readonly exitCode: 0 | 1
}

export function renderVerified(
  { folder, files, manifest, problems, exitCode }: VerifiedReview,
  paint: Paint,
): string {
  const word = paint.strong(exitCode === 0 ? paint.good('INTACT') : paint.bad('NOT INTACT'))
  return blocks(
    paragraph(`${word}  ${shortened(folder)}: ${count(files, 'file')} in its manifest`, 2),
    problems.map((problem) => `  ${paint.bad('!')} ${shortened(problem)}`).join('\n'),
    hash(manifest),
    `${word}, exit code ${exitCode}`,
  )
}

export interface Closed {
  readonly folder: string
  readonly people: number
  readonly decisions: readonly Decision[]
  /** Null: no later snapshot was given. */
  readonly happened: readonly Happened[] | null
  readonly problems: readonly Diagnostic[]
  readonly manifest: string
  readonly decisionsSha256: string
  readonly exitCode: 0 | 1
}

export function renderClosed(closed: Closed, paint: Paint): string {
  const { problems, decisions, people, happened, exitCode } = closed
  const word = paint.strong(exitCode === 0 ? paint.good('CLOSED') : paint.bad('NOT CLOSED'))
  const of = (wanted: string) => decisions.filter(({ decision }) => decision === wanted).length
  const undone = happened?.filter((each) => !each.happened).length ?? 0
  const numbers = `${decisions.length} of ${people} decided: ${of('keep')} keep, ${of('change')} change, ${of('remove')} remove${undone === 0 ? '' : `; ${undone} NOT DONE`}`
  return blocks(
    paragraph(`${word}  ${shortened(closed.folder)}: ${numbers}`, 2),
    problems.map((each) => renderDiagnostic(each, paint)).join('\n\n'),
    arranged(rowsOf(decisions, happened), paint),
    happened === null && decisions.some(({ decision }) => decision !== 'keep')
      ? paragraph('Whether it happened is not known: give a later snapshot with --after.')
      : '',
    `${hash(closed.manifest)}\nDecisions   sha256 ${closed.decisionsSha256}`,
    `${word}, exit code ${exitCode}`,
  )
}

function rowsOf(decisions: readonly Decision[], happened: readonly Happened[] | null): Row[] {
  const row = ({ email, decision }: Decision, text: string, weight: string): Row => ({
    heading: 'Decided',
    within: null,
    symbol: decision === 'remove' ? '-' : '~',
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
