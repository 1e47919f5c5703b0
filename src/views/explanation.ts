/** The output of `rollcall explain`: one entry of a catalogue in full, or all entries as a list. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Explanation } from '../core/messages/explain.ts'
import { toDiagnosticJson, toJson } from './json.ts'
import { type Paint, pad, WIDTH, wrap, wrapParagraph } from './text/layout.ts'
import { measureWidth } from './text/width.ts'

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
  const again = each.retryable
    ? 'Running again may help.'
    : 'Running again without a change does not help.'
  return `Run error (${each.cause}). ${again}`
}

function renderList(heading: string, entries: readonly Explanation[], paint: Paint): string {
  const start = 2 + Math.max(...entries.map(({ code }) => measureWidth(code))) + 2
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
