/**
 * Scans the tokens of a YAML text before a tree is built: finds the exact places of anchors, aliases,
 * tags and directives, which a policy must not use. Stops if the text is nested too deeply, or has
 * too many errors, to build a tree in the available stack and time.
 */
import { CST, Lexer, Parser } from 'yaml'
import { groupBy } from '../../core/model/collect.ts'
import { findLineStart } from './lines.ts'
import { formatPlace, type Problems, quoteName, report } from './problems.ts'
import type { Span } from './source-text.ts'

/** Levels of nesting and open brackets; a policy needs five. */
const MAX_DEPTH = 64
export const MAX_SYNTAX_ERRORS = 20
/** Nobody would read more of them, and a file full of marks would take a minute. */
export const MAX_MARKS = 1_000

export interface Mark {
  readonly kind: 'anchor' | 'alias' | 'tag' | 'directive'
  readonly source: string
  readonly span: Span
}

export interface Scan {
  readonly tokens: CST.Token[]
  readonly marks: Mark[]
  readonly documents: number[]
  tooDeepAt: number | null
  /** Quoted texts that go on in the next line, or to the end: nearly always, a quote is missing. */
  readonly longQuotes: Span[]
  /** Outermost brackets without a closing one, which end with the indentation or the text. */
  readonly unclosed: { readonly bracket: Span; readonly endsAt: number }[]
}

/** Scans a part of the text to its end, or until it must stop. */
export function scanTokens(text: string, { start, end }: Span): Scan {
  const scan: Scan = {
    tokens: [],
    marks: [],
    documents: [],
    tooDeepAt: null,
    longQuotes: [],
    unclosed: [],
  }
  const brackets: Span[] = []
  const parser = new Parser()
  parser.offset = start
  let errors = 0
  const take = (tokens: Iterable<CST.Token>): boolean => {
    for (const token of tokens) {
      if (token.type === 'error') errors += 1
      if (token.type === 'document') scan.documents.push(token.offset)
      if (scan.documents.length <= 1) scan.tokens.push(token)
    }
    return errors <= MAX_SYNTAX_ERRORS && scan.documents.length <= 1
  }
  const endBrackets = (endsAt: number): void => {
    const [bracket] = brackets.splice(0)
    if (bracket !== undefined) scan.unclosed.push({ bracket, endsAt })
  }
  let scalar = false
  for (const lexeme of new Lexer().lex(text.slice(start, end))) {
    const span = { start: parser.offset, end: parser.offset + lexeme.length }
    const type: string | null = scalar ? 'scalar-text' : CST.tokenType(lexeme)
    scalar = type === 'scalar'
    const isQuoted = type === 'double-quoted-scalar' || type === 'single-quoted-scalar'
    if (isQuoted && (lexeme.includes('\n') || span.end === end)) scan.longQuotes.push(span)
    if (type === 'flow-map-start' || type === 'flow-seq-start') brackets.push(span)
    if (type === 'flow-map-end' || type === 'flow-seq-end') brackets.pop()
    if (type === 'flow-error-end') endBrackets(span.start)
    if (scan.documents.length === 0) addMark(scan.marks, type, lexeme, span)
    if (!take(parser.next(lexeme)) || scan.marks.length >= MAX_MARKS) return scan
    if (parser.stack.length > MAX_DEPTH) {
      scan.tooDeepAt = span.start
      break
    }
  }
  take(parser.end())
  endBrackets(end)
  return scan
}

function addMark(marks: Mark[], type: string | null, source: string, span: Span): void {
  switch (type) {
    case 'anchor':
    case 'alias':
    case 'tag':
      marks.push({ kind: type, source, span })
      break
    case 'directive-line':
      if (!/^%YAML[ \t]+1\.2\s*$/.test(source)) marks.push({ kind: 'directive', source, span })
  }
}

/** Reports every anchor, tag and directive, and every alias without an anchor. */
export function reportMarks(problems: Problems, marks: readonly Mark[]): void {
  const { noun } = problems
  const { text } = problems.source
  const anchors = new Set(marks.filter(({ kind }) => kind === 'anchor').map(nameMark))
  const uses = groupBy(
    marks.filter(({ kind }) => kind === 'alias'),
    nameMark,
  )
  for (const mark of marks) {
    const { kind, source, span } = mark
    // The error of its anchor already covers this alias.
    if (kind === 'alias' && anchors.has(nameMark(mark))) continue
    const plural = kind === 'alias' ? 'aliases' : `${kind}s`
    const detail = {
      anchor: describeUses(problems, uses.get(nameMark(mark)) ?? []),
      alias: 'In YAML, an unquoted `*` at the beginning of a value means an alias.',
      tag: null,
      directive: `rollcall reads a ${noun} as YAML 1.2.`,
    }
    const advice = {
      anchor: 'Write the value in full at each place, or put the text in quotes.',
      alias:
        source === '*' && isBullet(text, span)
          ? 'Begin each item of a list with `-`.'
          : `Write the value in full, or put the text in quotes: "${source}".`,
      tag: 'Remove the tag, or put the text in quotes.',
      directive: 'Remove the line.',
    }
    const code = kind === 'anchor' || kind === 'alias' ? 'policy-alias' : 'policy-syntax'
    report(problems, code, span, {
      summary: `${quoteName(source)} is a YAML ${kind}. A ${noun} must not use ${plural}.`,
      detail: detail[kind],
      advice: advice[kind],
    })
  }
}

/** Whether it stands where the dash of a list belongs. */
function isBullet(text: string, { start, end }: Span): boolean {
  return (
    /\n[ \t]*$/.test(text.slice(findLineStart({ text }, start) - 1, start)) &&
    /^ /.test(text.charAt(end))
  )
}

/** What an anchor and its aliases have in common. */
function nameMark({ source }: Mark): string {
  return source.slice(1)
}

function describeUses(problems: Problems, uses: readonly Mark[]): string | null {
  const [first] = uses
  if (first === undefined) return null
  const times = uses.length === 1 ? 'once, at' : `${uses.length} times, first at`
  return `It is used ${times} ${formatPlace(problems, first.span)}.`
}
