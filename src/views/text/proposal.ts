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
  const irreversible = plan.written.filter(({ change }) => change.irreversible)
  return [
    wrapParagraphs(summariseWrites(proposal)),
    ...renderSteps(
      'To write, in this order',
      plan.written,
      (line, { change }) => `  ${SYMBOLS[change.action]} ${line}`,
    ),
    ...renderSteps('Cannot be undone', irreversible, (line) => `  ${line}`),
    ...listKeptBlocks(proposal),
    ...diagnostics.map((each) => renderDiagnostic(each, paint)),
    ...(isApprovable(proposal)
      ? [`Approval: ${proposal.approval}\n(valid until ${proposal.expires}, for exactly this plan)`]
      : []),
  ]
}

/** Each with why, and what would write it. */
export function listKeptBlocks({ plan }: Pick<Proposal, 'plan'>): readonly string[] {
  return renderSteps('Kept back: stays drift', plan.keptBack, (line, { because }) =>
    [`  ${line}`, ...describeKeptReason(because, shorten)].join('\n      '),
  )
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

/** A line for each step, below a title. Nothing without steps. */
function renderSteps<S extends PlannedStep | KeptStep>(
  title: string,
  steps: readonly S[],
  write: (line: string, step: S) => string,
): readonly string[] {
  if (steps.length === 0) return []
  const lines = steps.map((step) =>
    write(`${step.change.step}  ${shorten(step.change.address)}`, step),
  )
  return [[title, ...lines].join('\n')]
}
