/**
 * What to do about the findings, for a terminal: one paragraph for each code, and the policy lines
 * that would fix them, ready to paste.
 */

import { listRemedies, nestLines, type Remedy } from '../../core/report/remedies.ts'
import { OFFER } from '../remedy.ts'
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
  const yaml = nestLines(lines.slice(0, MOST_LINES)).map((line) => `      ${makePrintable(line)}`)
  return [
    advice,
    `    ${OFFER}:`,
    paint.faint(yaml.join('\n')),
    ...(left > 0 ? [`    ${left} more of these lines are not shown here.`] : []),
  ].join('\n')
}
