/**
 * What to do about the findings, for a terminal: one paragraph for each code, and the policy lines
 * that would fix them, ready to paste.
 */

import { type Remedy, remedies } from '../../core/report/remedies.ts'
import { pasteable } from '../remedy.ts'
import { type Paint, printable, WIDTH, wrap } from './layout.ts'

/** The most policy lines that are shown for one code. */
const MOST_LINES = 10

/** Empty if there is nothing to do. */
export function renderTodo(account: Parameters<typeof remedies>[0], paint: Paint): string {
  const kinds = remedies(account)
  if (kinds.length === 0) return ''
  return ['What to do', ...kinds.map((kind) => renderKind(kind, paint))].join('\n')
}

function renderKind({ code, remedy, lines }: Remedy, paint: Paint): string {
  const advice = `  ${wrap(`${code}: ${remedy.replaceAll('`', '')}`, WIDTH - 4).join('\n    ')}`
  if (lines.length === 0) return advice
  const left = lines.length - MOST_LINES
  const yaml = printableLines(pasteable(lines.slice(0, MOST_LINES)))
  return [
    advice,
    '    If the account is correct, the policy should contain:',
    paint.faint(indented(yaml, 6)),
    ...(left > 0 ? [`    ${left} more of these lines are not shown here.`] : []),
  ].join('\n')
}

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

function indented(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns))
}
