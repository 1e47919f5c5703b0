/**
 * An apply for people: first the plan as `plan` shows it, then what would be written, what stops it and
 * what is kept back; afterwards what became of each step, and the plan of the account as it is now.
 */

import { compareStates } from '../../core/apply/access.ts'
import type { KeptStep, PlannedStep } from '../../core/apply/decide.ts'
import { count } from '../../core/messages/phrase.ts'
import { groupBy } from '../../core/model/collect.ts'
import {
  type ApplyFacts,
  type ApplyReport,
  isApprovable,
  type Proposal,
  type StepResult,
  type StepStatus,
} from '../../core/report/apply.ts'
import { SYMBOLS } from '../labels.ts'
import { renderDiagnostic } from './diagnostic.ts'
import { makePrintable, type Paint, shorten, wrapParagraph } from './layout.ts'
import { renderLines } from './lines.ts'

/** Before the question, and where a run ends without one. */
export function renderProposal({ before, proposal }: ApplyFacts, paint: Paint): string {
  if (proposal === null) return renderLines(before, paint)
  const { diagnostics, plan } = proposal
  const blocks = [
    renderLines(before, paint).trimEnd(),
    wrapParagraph(summariseWrites(proposal)),
    ...renderSteps(plan.written),
    ...renderIrreversible(plan.written),
    ...renderKeptBack(plan.keptBack),
    ...diagnostics.map((each) => renderDiagnostic(each, paint)),
    ...(isApprovable(proposal)
      ? [`Approval: ${proposal.approval}\n(valid until ${proposal.expires}, for exactly this plan)`]
      : []),
  ]
  return `${blocks.join('\n\n')}\n\n`
}

export function renderApply(of: ApplyReport, paint: Paint): string {
  const shown = of.steps.length > 0
  const blocks = [
    ...(shown
      ? ['Steps', of.steps.map(renderResult).join('\n')]
      : [renderProposal(of, paint).trimEnd()]),
    ...of.pending.map((each) => wrapParagraph(makePrintable(each))),
    ...(of.after === null ? [] : [renderLines(of.after, paint).trimEnd()]),
    ...(of.end === 'not-approved' ? [wrapParagraph(HOW_TO_APPROVE)] : []),
    wrapParagraph(makePrintable(`${of.summary} Exit code ${of.exitCode}.`)),
  ]
  return `${blocks.join('\n\n')}\n`
}

const HOW_TO_APPROVE =
  'To approve it, run apply on a terminal and type the word that it asks for. In a job, pass the approval above: --approve APPROVAL.'

/** In one sentence: what is written, who gains and who loses. */
function summariseWrites({ plan }: Proposal): string {
  const { written, before, states } = plan
  if (written.length === 0) return 'Nothing would be written.'
  const kinds = [...groupBy(written, ({ change }) => change.step)]
    .map(([step, all]) => `${step} ${all.length}`)
    .join(', ')
  const { gain, lose } = compareStates(before, states.at(-1) ?? before)
  return `Writes ${count(written.length, 'step')}: ${kinds}. ${count(gain.size, 'person', 'people')} would gain access, ${count(lose.size, 'person', 'people')} would lose access.`
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
      `  ${change.step}  ${shorten(change.address)}\n      ${describeReason(because)}`,
  )
  return [`Kept back: stays drift\n${lines.join('\n')}`]
}

function describeReason(because: KeptStep['because']): string {
  switch (because.kind) {
    case 'permission':
      return `to write it: --allow ${quoteWord(shorten(because.allow))}`
    case 'denied': {
      const { file, line, column } = because.location
      return `apply.deny of the policy denies it (${shorten(file)}:${line}:${column})`
    }
    case 'waits':
      return `it needs ${shorten(because.address)}, which is kept back`
  }
}

/** As a shell takes it. */
function quoteWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

const STATUSES: Readonly<Record<StepStatus, string>> = {
  done: 'done',
  'done-by-others': 'was done already',
  'partly-done': 'partly done',
  'changed-meanwhile': 'skipped: changed meanwhile',
  skipped: 'skipped',
  'not-done': 'not done',
  unknown: 'unknown: it may have been done, or may still be',
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
