/**
 * What an apply would write, for people: what it is, what cannot be undone, what is kept back, what stops
 * it, and the approval. `plan` and `apply` show the same.
 */

import type { KeptStep, PlannedStep } from '../../core/apply/decide.ts'
import { count } from '../../core/messages/phrase.ts'
import { isApprovable, type Proposal } from '../../core/report/proposal.ts'
import { describeKeptReason, SYMBOLS } from '../labels.ts'
import { describeClasses } from '../step-sentence.ts'
import { renderDiagnostic } from './diagnostic.ts'
import { type Paint, shorten, wrapParagraphs } from './layout.ts'

export function listProposalBlocks(proposal: Proposal, paint: Paint): readonly string[] {
  const { diagnostics, plan } = proposal
  return [
    wrapParagraphs(summariseWrites(proposal)),
    ...renderSteps(plan.written),
    ...renderIrreversible(plan.written),
    ...renderKeptBack(plan.keptBack),
    ...diagnostics.map((each) => renderDiagnostic(each, paint)),
    ...(isApprovable(proposal)
      ? [`Approval: ${proposal.approval}\n(valid until ${proposal.expires}, for exactly this plan)`]
      : []),
  ]
}

/** What is written, and the names of the people who gain and lose. */
function summariseWrites({ classes, people, plan }: Proposal): readonly string[] {
  const { length } = plan.written
  if (length === 0) return ['Nothing would be written.']
  return [
    `Writes ${count(length, 'step')}. ${describeClasses(classes)}`,
    describeNames('Gain access', people.gain),
    describeNames('Lose access', people.lose),
  ]
}

function describeNames(title: string, people: readonly string[]): string {
  return `${title}: ${people.length === 0 ? 'nobody' : people.map(shorten).join(', ')}.`
}

function renderSteps(written: readonly PlannedStep[]): readonly string[] {
  if (written.length === 0) return []
  const lines = written.map(
    ({ change }) => `  ${SYMBOLS[change.action]} ${change.step}  ${shorten(change.address)}`,
  )
  return [`To write, in this order\n${lines.join('\n')}`]
}

function renderIrreversible(written: readonly PlannedStep[]): readonly string[] {
  const lines = written
    .filter(({ change }) => change.irreversible)
    .map(({ change }) => `  ${change.step}  ${shorten(change.address)}`)
  return lines.length === 0 ? [] : [`Cannot be undone\n${lines.join('\n')}`]
}

function renderKeptBack(kept: readonly KeptStep[]): readonly string[] {
  if (kept.length === 0) return []
  const lines = kept.map(
    ({ change, because }) =>
      `  ${change.step}  ${shorten(change.address)}\n      ${describeKeptReason(because, shorten)}`,
  )
  return [`Kept back: stays drift\n${lines.join('\n')}`]
}
