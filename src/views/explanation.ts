/** What `rollcall explain` shows: one entry of a catalogue in full, or all of them as a list. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Explanation } from '../core/messages/explain.ts'
import { diagnosticDocument, toJson } from './json.ts'
import { type Paint, pad, paragraph, WIDTH, wrap } from './text/layout.ts'
import { width } from './text/width.ts'

/** One alone is shown in full. */
export function renderExplanations(all: readonly Explanation[], paint: Paint): string {
  const [only, ...others] = all
  if (only !== undefined && others.length === 0) return `${inFull(only, paint)}\n`
  const of = (kind: Explanation['kind']) => all.filter((each) => each.kind === kind)
  return `${[
    list('Findings: what an account may be told', of('finding'), paint),
    list('Messages: what may go wrong with a run', of('message'), paint),
    'Run `rollcall explain CODE` for one of them.',
  ].join('\n\n')}\n`
}

function inFull(each: Explanation, paint: Paint): string {
  return [
    `${paint.strong(each.code)}\n${paragraph(kindOf(each))}`,
    paragraph(each.meaning),
    paragraph(`What to do: ${each.remedy}`),
    paragraph(`Example: ${each.example}`),
  ].join('\n\n')
}

function kindOf(each: Explanation): string {
  if (each.kind === 'finding') {
    const always = each.risk === 'critical' ? ', whatever the policy says' : ''
    return `${each.title}: a finding of risk ${each.risk}, severity ${each.severity}${always}.`
  }
  const again = each.retryable ? 'Trying again may help.' : 'Trying again unchanged does not help.'
  return `Run error (${each.cause}). ${again}`
}

function list(heading: string, entries: readonly Explanation[], paint: Paint): string {
  const start = 2 + Math.max(...entries.map(({ code }) => width(code))) + 2
  const lines = entries.flatMap((each) => {
    const about = each.kind === 'finding' ? `${each.title} (${each.risk})` : each.meaning
    const [first = '', ...more] = wrap(about, WIDTH - start)
    return [
      `${pad(`  ${each.code}`, start)}${first}`,
      ...more.map((line) => `${' '.repeat(start)}${line}`),
    ]
  })
  return [paint.strong(heading), ...lines].join('\n')
}

/** One document on every path: without entries where something was wrong. */
export function renderExplanationsJson(
  entries: readonly Explanation[],
  diagnostics: readonly Diagnostic[],
): string {
  return toJson({
    format: 'rollcall.explanation',
    format_version: '1.0',
    entries,
    diagnostics: diagnostics.map(diagnosticDocument),
  })
}
