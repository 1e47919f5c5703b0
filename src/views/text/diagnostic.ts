/** One message for people: what is wrong, where, the offending line, why, and the next step. */
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { type Paint, paragraph, printable } from './layout.ts'
import { width } from './width.ts'

export function renderDiagnostic(each: Diagnostic, paint: Paint): string {
  const label = each.severity === 'error' ? paint.bad('error') : paint.unsure('warning')
  const lines = [paragraph(`${label}: ${printable(each.summary)}`, 2)]
  if (each.location !== null) {
    const { file, line, column } = each.location
    lines.push(paint.faint(`  at ${printable(file)}:${line}:${column}`))
  }
  lines.push(...excerpt(each, paint))
  if (each.detail !== null) lines.push(indented(each.detail))
  if (each.requestId !== null) lines.push(`  Request id: ${printable(each.requestId)}`)
  if (each.advice !== null) lines.push(indented(each.advice))
  return lines.join('\n')
}

function indented(text: string): string {
  return `  ${paragraph(printable(text), 2)}`
}

function excerpt({ excerpt: quoted, location }: Diagnostic, paint: Paint): readonly string[] {
  if (quoted === null || location === null) return []
  const { text, start, length } = quoted
  const gutter = `    ${location.line} | `
  // Measured as shown, because tabs and wide characters would move the marker away from its word.
  const shown = (part: string) => printable(part.replaceAll('\t', ' '))
  const before = shown(text.slice(0, start))
  const marked = shown(text.slice(start, start + length))
  const marker = '^'.repeat(Math.max(1, width(marked)))
  return [
    `${paint.faint(gutter)}${shown(text)}`,
    `${' '.repeat(gutter.length + width(before))}${paint.bad(marker)}`,
  ]
}
