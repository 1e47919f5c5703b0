/**
 * An apply for people: first the plan as `plan` shows it, then what would be written, what stops it and
 * what is kept back; afterwards the result of each step, and the plan of the account as it is now.
 */

import type { PlannedStep } from '../../core/apply/decide.ts'
import type { StepResult, StepStatus } from '../../core/apply/results.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { ApplyFacts, ApplyReport } from '../../core/report/apply.ts'
import { SYMBOLS } from '../labels.ts'
import { describeWritten } from '../step-sentence.ts'
import { makePrintable, type Paint, shorten, wrapParagraph } from './layout.ts'
import { renderBody } from './lines.ts'
import { listKeptBlocks, listProposalBlocks } from './proposal.ts'

/** Before the question, and if a run ends without one. */
export function renderProposal({ before, proposal }: ApplyFacts, paint: Paint): string {
  const blocks = proposal === null ? [] : listProposalBlocks(proposal, paint)
  return `${[renderBody(before, paint), ...blocks].join('\n\n')}\n\n`
}

/** @param word what to type to approve; `isName`: it is the name of the account */
export function renderQuestion(
  { account, server }: Pick<Snapshot, 'account' | 'server'>,
  word: string,
  isName: boolean,
): string {
  const what = isName ? `the name of the account ("${word}")` : `"${word}"`
  return `Write to account ${account.id} on ${new URL(server).host}? Type ${what} to approve: `
}

/** What the run does now, as a line for stderr. */
export type ApplyProgress =
  | {
      readonly is: 'step'
      readonly step: PlannedStep
      readonly number: number
      readonly of: number
    }
  | { readonly is: 'waiting-for-newcomers' | 'waiting-for-clean-up' }

export function renderProgress(progress: ApplyProgress): string {
  switch (progress.is) {
    case 'step': {
      const { number, of, step } = progress
      return `${makePrintable(`${number}/${of} ${step.change.step} ${step.change.address}`)}\n`
    }
    case 'waiting-for-newcomers':
      return 'Waiting a minute to see that the invited people stay on the account.\n'
    case 'waiting-for-clean-up':
      return 'Waiting for Chatwoot to clean up after the removed people.\n'
  }
}

/** @param asked whether the plan is on the screen already */
export function renderApply(of: ApplyReport, paint: Paint, asked = false): string {
  const shown = of.steps.length > 0 && of.proposal !== null
  const blocks = [
    ...(shown
      ? [
          'Steps',
          of.steps.map(renderResult).join('\n'),
          ...(of.written.classes.length === 0 ? [] : [wrapParagraph(describeWritten(of.written))]),
          ...listKeptBlocks(of.proposal),
        ]
      : asked
        ? []
        : [renderProposal(of, paint).trimEnd()]),
    ...of.pending.map((each) => wrapParagraph(makePrintable(each))),
    ...(of.after === null ? [] : ['The account as it is now', renderBody(of.after, paint)]),
    ...(of.end === 'not-approved' ? [wrapParagraph(HOW_TO_APPROVE)] : []),
    wrapParagraph(makePrintable(`${of.summary} Exit code ${of.exitCode}.`)),
  ]
  return `${blocks.join('\n\n')}\n`
}

const HOW_TO_APPROVE =
  'To approve it, run apply on a terminal and type the word that it asks for. In a job, pass the approval above: --approve APPROVAL.'

const STATUSES: Readonly<Record<StepStatus, string>> = {
  done: 'done',
  'done-by-others': 'was already done',
  'partly-done': 'partly done',
  'changed-meanwhile': 'skipped: changed meanwhile',
  skipped: 'skipped',
  'not-done': 'not done',
  unknown: 'unknown: it may be done, or may still happen',
  'not-started': 'not started',
}

function renderResult({ step, status, because, writes }: StepResult): string {
  const { change } = step
  const parts =
    status === 'partly-done'
      ? `: ${writes.map(({ write, outcome }) => `${write.kind} ${outcome}`).join(', ')}`
      : ''
  const why = because === null ? '' : ` (${shorten(because)})`
  return `  ${SYMBOLS[change.action]} ${change.step}  ${shorten(change.address)}  ${STATUSES[status]}${parts}${why}`
}
