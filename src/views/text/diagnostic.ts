/** One message for people: what is wrong, where, the offending line, why, and the next step. */
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { makePrintable, type Paint, wrapParagraph } from './layout.ts'
import { measureWidth } from './width.ts'

export function renderDiagnostic(each: Diagnostic, paint: Paint): string {
  const label = each.severity === 'error' ? paint.bad('error') : paint.unsure('warning')
  const lines = [wrapParagraph(`${label}: ${makePrintable(each.summary)}`, 2)]
  if (each.location !== null) {
    const { file, line, column } = each.location
    lines.push(paint.faint(`  at ${makePrintable(file)}:${line}:${column}`))
  }
  lines.push(...renderExcerpt(each, paint))
  if (each.detail !== null) lines.push(indent(each.detail))
  if (each.requestId !== null) lines.push(`  Request id: ${makePrintable(each.requestId)}`)
  if (each.advice !== null) lines.push(indent(each.advice))
  return lines.join('\n')
}

function indent(text: string): string {
  return `  ${wrapParagraph(makePrintable(text), 2)}`
}

function renderExcerpt({ excerpt: quoted, location }: Diagnostic, paint: Paint): readonly string[] {
  if (quoted === null || location === null) return []
  const { text, start, length } = quoted
  const gutter = `    ${location.line} | `
  // Measured as shown, because tabs and wide characters would move the marker away from its word.
  const shown = (part: string) => makePrintable(part.replaceAll('\t', ' '))
  const before = shown(text.slice(0, start))
  const marked = shown(text.slice(start, start + length))
  const marker = '^'.repeat(Math.max(1, measureWidth(marked)))
  return [
    `${paint.faint(gutter)}${shown(text)}`,
    `${' '.repeat(gutter.length + measureWidth(before))}${paint.bad(marker)}`,
  ]
}
