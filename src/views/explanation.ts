/** The output of `rollcall explain`: entries of a catalogue in full, or all entries as a list. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Explanation } from '../core/messages/explain.ts'
import type { Word } from '../core/messages/words.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'
import { describeRetry } from './remedy.ts'
import { type Paint, renderSection, wrapParagraph } from './text/layout.ts'

export function renderExplanations(asked: readonly (Explanation | Word)[], paint: Paint): string {
  return asked.map((each) => `${renderInFull(each, paint)}\n`).join('\n')
}

/** One line for each code, and all words. */
export function renderList(
  all: readonly Explanation[],
  words: readonly Word[],
  paint: Paint,
): string {
  const of = (kind: Explanation['kind']) => all.filter((each) => each.kind === kind)
  return `${[
    renderCodes('Findings: what rollcall can report about an account', of('finding'), paint),
    renderCodes('Messages: what can go wrong in a run', of('message'), paint),
    `${paint.strong('Words')}\n${wrapParagraph(`${words.map(({ word }) => word).join(', ')}.`)}`,
    'Run `rollcall explain CODE` or `rollcall explain WORD` to read about one.',
  ].join('\n\n')}\n`
}

function renderInFull(each: Explanation | Word, paint: Paint): string {
  if ('word' in each) return `${paint.strong(each.word)}\n${wrapParagraph(each.meaning)}`
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

function renderCodes(heading: string, entries: readonly Explanation[], paint: Paint): string {
  const rows = entries.map((each) => ({
    label: each.code,
    text: each.kind === 'finding' ? `${each.title} (${each.risk})` : each.meaning,
  }))
  return renderSection(heading, rows, paint)
}

/** Always one JSON document; after an error it has no entries and no words. */
export function renderExplanationsJson(
  all: readonly (Explanation | Word)[],
  diagnostics: readonly Diagnostic[],
): string {
  return toJson({
    format: 'rollcall.explanation',
    format_version: '1.1',
    entries: all.filter((each) => 'code' in each),
    words: all.filter((each) => 'word' in each),
    diagnostics: diagnostics.map(toDiagnosticJson),
  })
}
