/**
 * Collects the errors of one policy, or of a fleet file. Adds the place and the excerpt to each, and remembers which
 * nodes have an error, so that one cause gives only one error.
 */

import { describeContrast } from '../../core/messages/alike.ts'
import { type Diagnostic, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../../core/messages/diagnostic-records.ts'
import { escapeUnits } from '../../core/model/visible.ts'
import { cutExcerpt, locate, type SourceText, type Span } from './source-text.ts'

const LONGEST_NAME = 80

export interface Message {
  readonly summary: string
  readonly detail?: string | null
  readonly advice?: string | null
}

export interface Problems {
  /** What the text is, as messages name it. */
  readonly noun: 'policy' | 'fleet file'
  readonly source: SourceText
  readonly found: Diagnostic[]
  /** Nodes and entries that already have an error. */
  readonly faulty: Set<object>
}

export function startProblems(source: SourceText, noun: Problems['noun'] = 'policy'): Problems {
  return { noun, source, found: [], faulty: new Set() }
}

export function report(
  problems: Problems,
  code: DiagnosticCode,
  span: Span,
  message: Message,
): void {
  problems.found.push(
    makeDiagnostic({
      // All errors of a fleet file have one code; what to do depends on the fault.
      code: problems.noun === 'policy' ? code : 'settings-fleet-invalid',
      advice: DIAGNOSTICS[code].remedy,
      ...message,
      location: locate(problems.source, span.start),
      // Somebody may have written a token into a fleet file, so its lines are not quoted.
      excerpt: problems.noun === 'policy' ? cutExcerpt(problems.source, span) : null,
    }),
  )
}

/** Like `report`, but at most once for each node or entry. */
export function reportOnce(
  problems: Problems,
  code: DiagnosticCode,
  subject: object,
  span: Span,
  message: Message,
): void {
  if (problems.faulty.has(subject)) return
  problems.faulty.add(subject)
  report(problems, code, span, message)
}

/** Reports a name that means the same as an earlier one. */
export function reportSame(
  problems: Problems,
  subject: object,
  name: string,
  span: Span,
  first: { readonly key: string; readonly span: Span },
): void {
  const spelling = first.key === name ? '' : ` as ${quoteName(first.key)}`
  reportOnce(problems, 'policy-duplicate-entry', subject, span, {
    summary: `${quoteName(name)} is already listed at ${formatPlace(problems, first.span)}${spelling}.`,
    detail: spelling === '' ? null : 'These are two spellings of the same name.',
  })
}

/** For keys that are beside the entry that they belong to. */
export function describeInLine(names: string, owner: string, several: boolean): Message {
  const [belong, are, them] = several ? ['belong', 'are', 'them'] : ['belongs', 'is', 'it']
  return {
    summary: `${names} ${belong} to ${quoteName(owner)}, but ${are} in line with it.`,
    advice: `Indent ${them} further than ${quoteName(owner)}.`,
  }
}

/** By place; errors at the same place stay in the order in which they were found. */
export function sortProblems(problems: Problems): readonly Diagnostic[] {
  return problems.found.toSorted((a, b) => {
    const line = (a.location?.line ?? 0) - (b.location?.line ?? 0)
    return line === 0 ? (a.location?.column ?? 0) - (b.location?.column ?? 0) : line
  })
}

/** `line:column` of a span, to mention a second place in a message. */
export function formatPlace(problems: Problems, span: Span): string {
  const { line, column } = locate(problems.source, span.start)
  return `${line}:${column}`
}

/** A name as messages show it: in backticks and short enough for one line. */
export function quoteName(name: string): string {
  const oneLine = name.replace(/[\p{Cc}\u2028\u2029]/gu, (character) =>
    character < ' ' ? JSON.stringify(character).slice(1, -1) : escapeUnits(character),
  )
  return `\`${shorten(oneLine)}\``
}

/** Cuts a text to the length of a line. */
export function shorten(text: string): string {
  // Cut first: spreading a million characters to keep 80 is slow.
  const characters = [...text.slice(0, 2 * LONGEST_NAME + 2)]
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : text
}

/**
 * The sentence "Did you mean `x`?", and how `x` differs if both look the same. Null if there is
 * nothing to suggest.
 */
export function suggest(meant: string | null, written: string): string | null {
  if (meant === null) return null
  const note = describeContrast(written, meant)
  return `Did you mean ${quoteName(meant)}?${note === null ? '' : ` ${note.replace('they', 'They')}.`}`
}
