/** What the commands about a review say to people. */

import { count } from '../core/messages/phrase.ts'
import type { JudgedAccount } from '../core/report/report.ts'
import type { Decision, Happened } from '../core/review/decisions.ts'
import { gist, identity, VERDICTS } from './labels.ts'
import { type Paint, paragraph, shortened } from './text/layout.ts'
import { arranged, type Row } from './text/table.ts'

/** `folder` and `file` as the user named them. */
export function renderReview(
  account: JudgedAccount,
  folder: string,
  files: number,
  manifest: string,
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

export function renderVerified(
  folder: string,
  files: number,
  manifest: string,
  problems: readonly string[],
  paint: Paint,
): string {
  const intact = problems.length === 0
  const word = paint.strong(intact ? paint.good('INTACT') : paint.bad('NOT INTACT'))
  return blocks(
    paragraph(`${word}  ${shortened(folder)}: ${count(files, 'file')} in its manifest`, 2),
    problems.map((problem) => `  ${paint.bad('!')} ${shortened(problem)}`).join('\n'),
    hash(manifest),
    `${word}, exit code ${intact ? 0 : 1}`,
  )
}

export interface Closed {
  readonly folder: string
  readonly people: number
  readonly decisions: readonly Decision[]
  /** Null: no later snapshot was given. */
  readonly happened: readonly Happened[] | null
  /** Already in words. */
  readonly problems: readonly string[]
  readonly manifest: string
  readonly decisionsSha256: string
}

export function renderClosed(closed: Closed, paint: Paint): string {
  const { problems, decisions, people, happened } = closed
  const done = problems.length === 0
  const word = paint.strong(done ? paint.good('CLOSED') : paint.bad('NOT CLOSED'))
  const of = (wanted: string) => decisions.filter(({ decision }) => decision === wanted).length
  const undone = happened?.filter((each) => !each.happened).length ?? 0
  const numbers = `${decisions.length} of ${people} decided: ${of('keep')} keep, ${of('change')} change, ${of('remove')} remove${undone === 0 ? '' : `; ${undone} NOT DONE`}`
  return blocks(
    paragraph(`${word}  ${shortened(closed.folder)}: ${numbers}`, 2),
    problems.join('\n\n'),
    arranged(rowsOf(decisions, happened), paint),
    happened === null && decisions.some(({ decision }) => decision !== 'keep')
      ? paragraph('Whether it happened is not known: give a later snapshot with --after.')
      : '',
    `${hash(closed.manifest)}\nDecisions   sha256 ${closed.decisionsSha256}`,
    `${word}, exit code ${done ? 0 : 1}`,
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
