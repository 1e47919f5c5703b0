/** The output of `rollcall explain`: one entry of a catalogue in full, or all entries as a list. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Explanation } from '../core/messages/explain.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'
import { describeRetry } from './remedy.ts'
import { type Paint, renderSection, wrapParagraph } from './text/layout.ts'

/** A single entry is shown in full. */
export function renderExplanations(all: readonly Explanation[], paint: Paint): string {
  const [only, ...others] = all
  if (only !== undefined && others.length === 0) return `${renderInFull(only, paint)}\n`
  const of = (kind: Explanation['kind']) => all.filter((each) => each.kind === kind)
  return `${[
    renderList('Findings: what rollcall can report about an account', of('finding'), paint),
    renderList('Messages: what can go wrong in a run', of('message'), paint),
    'Run `rollcall explain CODE` to read about one of them.',
  ].join('\n\n')}\n`
}

function renderInFull(each: Explanation, paint: Paint): string {
  return [
    `${paint.strong(each.code)}\n${wrapParagraph(describeKind(each))}`,
    wrapParagraph(each.meaning),
    wrapParagraph(`What to do: ${each.remedy}`),
    wrapParagraph(`Example: ${each.example}`),
  ].join('\n\n')
}

function describeKind(each: Explanation): string {
  if (each.kind === 'finding') {
    const always = each.risk === 'critical' ? ', which a policy cannot lower' : ''
    return `${each.title}. A finding with risk ${each.risk} and severity ${each.severity}${always}.`
  }
  return `Run error (${each.cause}). ${describeRetry(each.retryable)}`
}

function renderList(heading: string, entries: readonly Explanation[], paint: Paint): string {
  const rows = entries.map((each) => ({
    label: each.code,
    text: each.kind === 'finding' ? `${each.title} (${each.risk})` : each.meaning,
  }))
  return renderSection(heading, rows, paint)
}

/** Always one JSON document; after an error it has no entries. */
export function renderExplanationsJson(
  entries: readonly Explanation[],
  diagnostics: readonly Diagnostic[],
): string {
  return toJson({
    format: 'rollcall.explanation',
    format_version: '1.0',
    entries,
    diagnostics: diagnostics.map(toDiagnosticJson),
  })
}
