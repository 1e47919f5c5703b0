/**
 * What to do about the findings, for a terminal: one paragraph for each code, and the policy lines
 * that would fix them, ready to paste.
 */

import { listRemedies, type Remedy } from '../../core/report/remedies.ts'
import { writePasteable } from '../remedy.ts'
import { makePrintable, type Paint, WIDTH, wrap } from './layout.ts'

/** The most policy lines that are shown for one code. */
const MOST_LINES = 10

/** Empty if there is nothing to do. */
export function renderTodo(account: Parameters<typeof listRemedies>[0], paint: Paint): string {
  const kinds = listRemedies(account)
  if (kinds.length === 0) return ''
  return ['What to do', ...kinds.map((kind) => renderKind(kind, paint))].join('\n')
}

function renderKind({ code, remedy, lines }: Remedy, paint: Paint): string {
  const advice = `  ${wrap(`${code}: ${remedy.replaceAll('`', '')}`, WIDTH - 4).join('\n    ')}`
  if (lines.length === 0) return advice
  const left = lines.length - MOST_LINES
  const yaml = makeLinesPrintable(writePasteable(lines.slice(0, MOST_LINES)))
  return [
    advice,
    '    If the account is correct, the policy should contain:',
    paint.faint(indent(yaml, 6)),
    ...(left > 0 ? [`    ${left} more of these lines are not shown here.`] : []),
  ].join('\n')
}

function makeLinesPrintable(text: string): string {
  return text.split('\n').map(makePrintable).join('\n')
}

function indent(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns))
}
