/**
 * Collects the errors of one policy, or of a fleet file. Adds the place and the excerpt to each, and remembers which
 * nodes have an error, so that one cause gives only one error.
 */

import { askIfMeant } from '../../core/messages/alike.ts'
import { type LocatedDiagnostic, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../../core/messages/diagnostic-records.ts'
import { lowerFirst } from '../../core/messages/phrase.ts'
import { compareLocations } from '../../core/model/location.ts'
import { cutText, escapeUnits, makeLater } from '../../core/model/visible.ts'
import { cutExcerpt, locate, type SourceText, type Span } from './source-text.ts'
import { getItems, getText, type TreeNode } from './tree.ts'

export interface Message {
  readonly summary: string
  readonly detail?: string | null
  readonly advice?: string | null
  /** False: the lines of the file may be secret. */
  readonly isQuoted?: boolean
}

export interface Problems {
  /** What the text is, as messages name it. */
  readonly noun: 'policy' | 'fleet file'
  readonly source: SourceText
  readonly found: LocatedDiagnostic[]
  /** Nodes and entries that already have an error. */
  readonly faulty: Set<object>
}

/** What an error can be about. */
export interface Placed {
  readonly span: Span
}

interface Name extends Placed {
  readonly key: string
}

/** A text of a list. */
export interface Text extends Name {
  readonly node: TreeNode
}

export function startProblems(source: SourceText, noun: Problems['noun'] = 'policy'): Problems {
  return { noun, source, found: [], faulty: new Set() }
}

export function report(
  problems: Problems,
  code: DiagnosticCode,
  span: Span,
  { isQuoted = problems.noun === 'policy', ...message }: Message,
): void {
  const diagnostic = makeDiagnostic({
    // All errors of a fleet file have one code; what to do depends on the fault.
    code: problems.noun === 'policy' ? code : 'settings-fleet-invalid',
    advice: DIAGNOSTICS[code].remedy,
    ...message,
    // Somebody may have written a token into a fleet file, so its lines are not quoted.
    excerpt: isQuoted ? cutExcerpt(problems.source, span) : null,
    location: locate(problems.source, span.start),
  })
  problems.found.push(diagnostic)
}

/** Like `report`, but at most once for each node or entry. */
export function reportOnce(
  problems: Problems,
  code: DiagnosticCode,
  subject: Placed,
  message: Message,
  span = subject.span,
): void {
  if (problems.faulty.has(subject)) return
  problems.faulty.add(subject)
  report(problems, code, span, message)
}

/**
 * Whether a name means the same as an earlier one. Reports it if so, and remembers it if not.
 * @param why the reason, if it is not that the two are spellings of one name
 */
export function reportRepeated<K, N extends Name>(
  problems: Problems,
  earlier: Map<K, N>,
  meant: K,
  name: N,
  subject: Placed = name,
  why: Partial<Message> = {},
): boolean {
  const first = earlier.get(meant)
  if (first === undefined) {
    earlier.set(meant, name)
    return false
  }
  const spelling = first.key === name.key ? '' : ` as ${quoteName(first.key)}`
  reportOnce(problems, 'policy-duplicate-entry', subject, {
    summary: `${quoteName(name.key)} is already listed at ${formatPlace(problems, first.span)}${spelling}.`,
    detail: spelling === '' ? null : 'These are two spellings of the same name.',
    ...why,
  })
  return true
}

/** Of two entries whose names can repeat on an account, so that an id tells them apart. */
export function describeSameIdentity(id: number | null): Partial<Message> {
  if (id !== null) return { detail: `Both have the id ${id}.` }
  return {
    detail: 'Both have the same name.',
    advice:
      'Keep one of them. If the account has two with this name, write the id of each, `id: …`.',
  }
}

/** The texts of a list that have no error yet. */
export function listTexts({ faulty }: Problems, list: TreeNode | undefined): readonly Text[] {
  return getItems(list).flatMap((node) => {
    const key = getText(node)
    return key === null || faulty.has(node) ? [] : [{ key, span: node.span, node }]
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

/** If YAML may have cut off a name or a text at a `#`, the advice begins with that. */
export function adviseComment(isCut: boolean, advice: string): string {
  return isCut
    ? `In YAML, \`#\` begins a comment. If it belongs to a name or a text, put that in quotes. Otherwise, ${lowerFirst(advice)}`
    : advice
}

/** By place; errors at the same place stay in the order in which they were found. */
export function sortProblems(problems: Problems): readonly LocatedDiagnostic[] {
  return problems.found.toSorted((a, b) => compareLocations(a.location, b.location))
}

/** `line:column` of a span, to mention a second place in a message. */
export function formatPlace(problems: Problems, span: Span): string {
  const { line, column } = locate(problems.source, span.start)
  return `${line}:${column}`
}

const getUnquotable = makeLater(String.raw`[\p{Cc}\u2028\u2029]`, 'gu')

/** A name as messages show it: in backticks and short enough for one line. */
export function quoteName(name: string): string {
  const oneLine = name.replace(getUnquotable(), (character) =>
    character < ' ' ? JSON.stringify(character).slice(1, -1) : escapeUnits(character),
  )
  return `\`${cutText(oneLine)}\``
}

/**
 * The sentence "Did you mean `x`?", and how `x` differs if both look the same. Null if there is
 * nothing to suggest.
 */
export function suggest(meant: string | null, written: string): string | null {
  return meant === null ? null : askIfMeant(written, [meant], quoteName)
}
