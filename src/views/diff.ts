/** The output of `rollcall diff`: who gained what, who lost what, and which controls were loosened. */

import type { ControlChange, ControlEffect } from '../core/compare/controls.ts'
import type { Difference } from '../core/compare/sides.ts'
import { count } from '../core/messages/phrase.ts'
import type { Compared, Diff, DiffAnswer } from '../core/report/diff.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'
import { formatMoment, identifyAccount, SYMBOLS } from './labels.ts'
import { joinTexts, makePrintable, type Paint, shorten, wrapParagraph } from './text/layout.ts'
import { arrangeRows, placeSubject, type Row } from './text/table.ts'

const KINDS: readonly Difference['kind'][] = ['gained', 'lost', 'changed']

export function renderDiff(diff: DiffAnswer, paint: Paint): string {
  const partial = diff.diagnostics.length > 0
  const word = paint.strong(nameResult(diff.equal, partial, paint))
  const head = `${word}  ${nameAccountOf(diff.after)}${summariseDiff(diff)}`
  const table = arrangeRows(
    [...diff.differences.map(makeRow), ...diff.controls.map(makeControlRow)],
    paint,
  )
  const places =
    diff.of === 'policies' && table !== ''
      ? ' The numbers on the right are line:column in the policy that contains the line.'
      : ''
  const basis = wrapParagraph(
    `Before: ${nameSide(diff.before)}. After: ${nameSide(diff.after)}.${nameMissing(diff)}${places}`,
  )
  const rest = partial ? ', not everything was compared' : ''
  const last = `${word}${rest}, exit code ${diff.exitCode}`
  return `${joinTexts([wrapParagraph(head, 2), table, `${basis}\n${last}`])}\n`
}

/** Two snapshots are equal only if everything was compared. */
function nameResult(equal: boolean, partial: boolean, paint: Paint): string {
  if (!equal) return paint.bad('DIFFERENT')
  return partial ? paint.unsure('NO DIFFERENCE FOUND') : paint.good('EQUAL')
}

function nameAccountOf({ account, server }: Compared): string {
  return account === null ? '' : `account ${makePrintable(identifyAccount(account, server))}: `
}

function summariseDiff(diff: DiffAnswer): string {
  const { loosened, ...kinds } = diff.summary
  const parts = KINDS.filter((kind) => kinds[kind] > 0).map((kind) => `${kinds[kind]} ${kind}`)
  if (diff.controls.length > 0) {
    parts.push(`${count(diff.controls.length, 'control')} changed, ${loosened} loosened`)
  }
  if (diff.diagnostics.length > 0) parts.push('not everything was compared')
  return parts.join(', ') || 'no difference in access or controls'
}

/** Somebody who reads only this would take a part that was not compared for equal. */
function nameMissing({ diagnostics }: DiffAnswer): string {
  const missing = diagnostics.map(({ summary }) => ` ${shorten(summary)}`).join('')
  return missing === '' ? '' : `${missing} These were not compared.`
}

function nameSide({ file, readAt }: Compared): string {
  return `${shorten(file)}${readAt === null ? '' : ` (${formatMoment(readAt)})`}`
}

function makeRow({ subject, action, summary: text, kind, location }: Difference): Row {
  return {
    ...placeSubject(subject),
    symbol: SYMBOLS[action],
    text: shorten(text),
    weight: kind,
    location,
  }
}

/** Not wider than the risks of findings. */
const EFFECTS: Readonly<Record<ControlEffect, string>> = {
  loosened: 'loosened',
  tightened: 'stricter',
  changed: 'changed',
}

function makeControlRow({ control, effect, before, after, location }: ControlChange): Row {
  return {
    heading: 'Controls',
    symbol: SYMBOLS[before === null ? 'create' : after === null ? 'delete' : 'update'],
    name: shorten(control),
    text: shorten([before, after].map((text) => text ?? 'not set').join(' → ')),
    weight: EFFECTS[effect],
    location,
  }
}

export function renderDiffJson(diff: Diff): string {
  const side = (of: Compared | null) =>
    of && { file: of.file, account: of.account, server: of.server, read_at: of.readAt }
  return toJson({
    format: 'rollcall.diff',
    format_version: '1.1',
    tool: diff.tool,
    of: diff.of,
    equal: diff.equal,
    exit_code: diff.exitCode,
    not_compared: diff.notCompared,
    diagnostics: diff.diagnostics.map(toDiagnosticJson),
    before: side(diff.before),
    after: side(diff.after),
    differences: diff.differences.map((each) => ({
      address: each.address,
      previous_address: each.previousAddress,
      kind: each.kind,
      action: each.action,
      summary: each.summary,
      before: each.before,
      after: each.after,
      location: each.location,
    })),
    controls: diff.controls,
    summary: diff.summary,
  })
}
