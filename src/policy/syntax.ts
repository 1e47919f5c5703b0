/**
 * YAML text → tree. YAML is read strictly: one document, text keys, no aliases, tags or merge
 * keys. Tokens are read one by one, because the depth must be known before the library descends:
 * deep nesting would otherwise cost the stack, and thousands of errors minutes.
 */
import { Composer, CST, Lexer, type ParsedNode, Parser, type YAMLParseError } from 'yaml'
import { type Problems, placeName, quoted, report } from './problems.ts'
import { locate, type Span } from './text.ts'
import type { TreeNode } from './tree.ts'
import { readNode } from './walk.ts'

/** Levels of nesting and pending brackets; a policy needs five. */
const MAX_DEPTH = 64
const MAX_SYNTAX_ERRORS = 20

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  strict: true,
  // Quadratic in the library, and names one place only: the walk does it.
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const

/** What the token scan already says better. */
const REPORTED_BY_SCAN: ReadonlySet<string> = new Set([
  'ALIAS_PROPS',
  'BAD_ALIAS',
  'BAD_DIRECTIVE',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
])

const ADVICE: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  BAD_DQ_ESCAPE: 'Use single quotes, or write the backslash twice.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put a value that contains ": " in quotes, nested keys on their own lines.',
  MULTILINE_IMPLICIT_KEY: 'Write a key as `key: value`, with a colon and a space.',
}

interface Mark {
  readonly kind: 'anchor' | 'alias' | 'tag' | 'directive'
  readonly source: string
  readonly span: Span
}

interface Scan {
  readonly tokens: CST.Token[]
  readonly marks: Mark[]
  readonly documents: number[]
  tooDeepAt: number | null
  /** The last quoted text: an unclosed one is shown where it begins, not where the file ends. */
  lastQuoted: Span
}

/** The tree, or null when there is none to check further; what is wrong goes to `problems`. */
export function readTree(problems: Problems): TreeNode | null {
  const { text } = problems.source
  const scan = scanTokens(text)
  reportMarks(problems, scan.marks)
  if (scan.tooDeepAt !== null) {
    report(problems, 'policy-syntax', at(scan.tooDeepAt), {
      summary: 'This is nested too deeply for a policy.',
      advice: 'Check for brackets that are never closed.',
    })
    return null
  }
  const [document] = new Composer(OPTIONS).compose(scan.tokens, true, text.length)
  const secondDocument = scan.documents[1]
  if (secondDocument !== undefined) {
    report(
      problems,
      'policy-documents',
      { start: secondDocument, end: text.length },
      {
        summary: 'A second YAML document begins here, and a policy file holds one.',
        advice: 'Put each policy into a file of its own, or remove the `---` or `...` line.',
      },
    )
  }
  const errors = (document?.errors ?? []).filter((each) => !REPORTED_BY_SCAN.has(each.code))
  if (errors.length > 0) {
    reportSyntax(problems, errors, scan)
    return null
  }
  const contents: ParsedNode | null = document?.contents ?? null
  if (contents === null) {
    if (secondDocument === undefined) reportNothing(problems)
    return null
  }
  const tree = readNode(problems, contents)
  if (tree.kind === 'scalar' && tree.value === null) {
    if (secondDocument === undefined) reportNothing(problems)
    return null
  }
  if (tree.kind === 'map' && secondDocument !== undefined) tree.open = true
  return tree
}

function scanTokens(text: string): Scan {
  const scan: Scan = {
    tokens: [],
    marks: [],
    documents: [],
    tooDeepAt: null,
    lastQuoted: { start: 0, end: 0 },
  }
  const parser = new Parser()
  let errors = 0
  const take = (tokens: Iterable<CST.Token>): boolean => {
    for (const token of tokens) {
      if (token.type === 'error') errors += 1
      if (token.type === 'document') scan.documents.push(token.offset)
      if (scan.documents.length <= 1) scan.tokens.push(token)
    }
    return errors <= MAX_SYNTAX_ERRORS && scan.documents.length <= 1
  }
  let scalar = false
  for (const lexeme of new Lexer().lex(text)) {
    const span = { start: parser.offset, end: parser.offset + lexeme.length }
    const type: string | null = scalar ? 'scalar-text' : CST.tokenType(lexeme)
    scalar = type === 'scalar'
    if (type === 'double-quoted-scalar' || type === 'single-quoted-scalar') scan.lastQuoted = span
    if (scan.documents.length === 0) mark(scan.marks, type, lexeme, span)
    if (!take(parser.next(lexeme))) return scan
    if (parser.stack.length > MAX_DEPTH) {
      scan.tooDeepAt = span.start
      return scan
    }
  }
  take(parser.end())
  return scan
}

function mark(marks: Mark[], type: string | null, source: string, span: Span): void {
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

function reportMarks(problems: Problems, marks: readonly Mark[]): void {
  const anchors = new Set<string>()
  const uses = new Map<string, Mark[]>()
  for (const each of marks) {
    if (each.kind === 'anchor') anchors.add(each.source.slice(1))
    if (each.kind !== 'alias') continue
    const name = each.source.slice(1)
    const sofar = uses.get(name)
    if (sofar === undefined) uses.set(name, [each])
    else sofar.push(each)
  }
  for (const { kind, source, span } of marks) {
    switch (kind) {
      case 'anchor':
        report(problems, 'policy-alias', span, {
          summary: `${quoted(source)} is a YAML anchor, and a policy may not use anchors.`,
          detail: usesOf(problems, uses.get(source.slice(1)) ?? []),
          advice: 'Write the value out at each place, or put the text in quotes.',
        })
        break
      case 'alias':
        // An alias of an anchor has the same cause as the anchor.
        if (anchors.has(source.slice(1))) break
        report(problems, 'policy-alias', span, {
          summary: `${quoted(source)} is a YAML alias, and a policy may not use aliases.`,
          detail: 'YAML takes an unquoted `*` at the beginning of a value for an alias.',
          advice: `Write the value out, or put the text in quotes: "${source}".`,
        })
        break
      case 'tag':
        report(problems, 'policy-syntax', span, {
          summary: `${quoted(source)} is a YAML tag, and a policy may not use tags.`,
          advice: 'Remove the tag, or put the text in quotes.',
        })
        break
      case 'directive':
        report(problems, 'policy-syntax', span, {
          summary: `${quoted(source)} is a YAML directive, and a policy may not use it.`,
          detail: 'Policies are read as YAML 1.2.',
          advice: 'Remove the line.',
        })
    }
  }
}

function usesOf(problems: Problems, uses: readonly Mark[]): string | null {
  const [first] = uses
  if (first === undefined) return null
  const times = uses.length === 1 ? 'once, at' : `${uses.length} times, first at`
  return `It is used ${times} ${placeName(problems, first.span)}.`
}

/** The first error of each line: what follows on the same line is nearly always its echo. */
function reportSyntax(
  problems: Problems,
  errors: readonly YAMLParseError[],
  { lastQuoted }: Scan,
): void {
  const lines = new Set<number>()
  for (const { code, message, pos } of errors) {
    const unclosed = message.startsWith('Missing closing') && pos[0] === lastQuoted.end
    const span = unclosed ? lastQuoted : { start: pos[0], end: pos[1] }
    const { line } = locate(problems.source, span.start)
    if (lines.has(line)) continue
    if (lines.size === MAX_SYNTAX_ERRORS) return
    lines.add(line)
    const reason = message.replace(/\s+/g, ' ').trim().slice(0, 200)
    report(problems, 'policy-syntax', span, {
      summary: `This is not valid YAML: ${reason}.`,
      advice: ADVICE[code] ?? 'Check the indentation, the brackets and the quotes here.',
    })
  }
}

function reportNothing(problems: Problems): void {
  // An anchor or a tag without a value is already reported.
  if (problems.found.length > 0) return
  report(problems, 'policy-nothing-managed', at(0), {
    summary: 'The policy is empty.',
    advice: 'Begin with `version: 1`, then list `agents` or `teams`.',
  })
}

function at(offset: number): Span {
  return { start: offset, end: offset + 1 }
}
