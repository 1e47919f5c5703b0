/**
 * Reads YAML text into a tree, or says why it cannot. One typo makes the library report many errors, below
 * it and far away. So an invalid text is read section by section: of each, the first error counts, and
 * those that are still there without its lines. Does not know the meaning of a policy.
 */
import { Composer, type Document, type ParsedNode, type YAMLParseError } from 'yaml'
import { isTopLevelKey } from '../places.ts'
import { reportForeignLines } from './foreign-lines.ts'
import { findMisaligned } from './indentation.ts'
import { findLineEnd, findLineStart, readLine } from './lines.ts'
import {
  adviseComment,
  formatPlace,
  type Message,
  type Placed,
  type Problems,
  quoteName,
  report,
} from './problems.ts'
import {
  MAX_MARKS,
  MAX_SYNTAX_ERRORS,
  type Mark,
  reportMarks,
  type Scan,
  scanTokens,
} from './scan.ts'
import type { Span } from './source-text.ts'
import { type Entry, getEntries, type TreeNode } from './tree.ts'
import { ANY_SECTION } from './wording.ts'
import { readNode } from './yaml-nodes.ts'

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  strict: true,
  // The library needs quadratic time and names only one place, so yaml-nodes.ts checks this.
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const

/** Errors that scan.ts reports with a better message. */
const REPORTED_BY_SCAN: ReadonlySet<string> = new Set([
  'ALIAS_PROPS',
  'BAD_ALIAS',
  'BAD_DIRECTIVE',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
])

interface Composed {
  readonly scan: Scan
  readonly contents: ParsedNode | null
  /** By place. */
  readonly errors: readonly YAMLParseError[]
}

/** Reads a whole file, or one of its sections, as if it were all of the file. */
function composeYaml(text: string, part: Span): Composed {
  const scan = scanTokens(text, part)
  const documents = new Composer(OPTIONS).compose(scan.tokens, true, part.end)
  const [document] = documents as Iterable<Document.Parsed>
  const errors = (document?.errors ?? []).filter(({ code }) => !REPORTED_BY_SCAN.has(code))
  return {
    scan,
    contents: document?.contents ?? null,
    errors: errors.sort((a, b) => a.pos[0] - b.pos[0]),
  }
}

/** The tree, or null if there is nothing more to check; errors go to `problems`. */
export function readTree(problems: Problems): TreeNode | null {
  const whole = { start: 0, end: problems.source.text.length }
  const composed = composeYaml(problems.source.text, whole)
  const { scan, contents, errors } = composed
  const [, secondDocument] = scan.documents
  if (secondDocument !== undefined) {
    reportSecondDocument(problems, { ...whole, start: secondDocument })
    return null
  }
  const canRead = errors.length === 0 && scan.tooDeepAt === null
  if (!canRead && scan.marks.length < MAX_MARKS) {
    return reportForeignLines(problems, true) ? null : reportSyntax(problems, composed)
  }
  reportMarks(problems, scan.marks)
  if (!canRead || scan.marks.length >= MAX_MARKS) return null
  const tree = contents === null ? null : readNode(problems, contents)
  if (tree !== null && (tree.kind !== 'scalar' || tree.value !== null)) return tree
  // An anchor or a tag without a value is already reported.
  if (problems.found.length === 0) reportNothing(problems)
  return null
}

function reportSecondDocument(problems: Problems, rest: Span): void {
  const isPolicy = problems.noun === 'policy'
  report(problems, 'policy-documents', rest, {
    summary: `A second YAML document begins here, but a ${isPolicy ? 'policy file' : problems.noun} must contain only one.`,
    ...(isPolicy ? {} : { advice: 'Remove the `---` or `...` line.' }),
  })
}

function reportNothing(problems: Problems): void {
  const lists = problems.noun === 'policy' ? ANY_SECTION : '`accounts`'
  const start = { start: 0, end: 1 }
  report(problems, 'policy-nothing-managed', start, {
    summary: `The ${problems.noun} is empty.`,
    advice: `Begin with \`version: 1\`, then list ${lists}.`,
  })
}

type Fault = Message & Placed

const TABS = 'Indent every line with spaces instead of tabs.'

/** What to do about an error of the library; the first row whose message or code begins like it. */
const ADVICE: readonly (readonly [string, string])[] = [
  [
    'A block sequence',
    'Begin each item of a list with `-` in the same column, or put all of them in brackets: `[ada@acme.com, grace@acme.com]`.',
  ],
  [
    'Unexpected scalar',
    "Put the whole text in quotes. In single quotes, write `''` for an apostrophe.",
  ],
  ['BLOCK_IN_FLOW', 'Put a value that contains ": " in quotes.'],
  ['TAB_AS_INDENT', TABS],
  ['BAD_SCALAR_START', 'Put the value in quotes.'],
  ['BAD_DQ_ESCAPE', 'Use single quotes, or write the backslash twice.'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    'Put a value that contains ": " in quotes, and write nested keys on their own lines.',
  ],
]

/** A fleet file is always the same: one list, with the same keys in each account. */
const IN_FLEET =
  'Indent all accounts alike: `- name:` first, and the other keys in the column of `name`.'

/** A policy of 20,000 people is smaller. */
const MAX_SPLIT = 1024 * 1024
/** A policy has at most twelve. The rest of a text with more is read as one section. */
const MAX_SECTIONS = 1_000
/** A section begins with a key at the left margin. */
const SECTION = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s#"'[\]{},>|-][^\n#]*?):(?=\s|$)/gm

/** Returns the tree of the sections that can be read; null if it is not known what the others contain. */
function reportSyntax(problems: Problems, whole: Composed): TreeNode | null {
  const faults: Fault[] = []
  const marks: Mark[] = []
  const read: Section[] = []
  for (const span of splitSections(problems.source.text)) {
    const composed = composeYaml(problems.source.text, span)
    const found = listFaults(problems, span, composed)
    if (found.length === 0) marks.push(...composed.scan.marks)
    faults.push(...found)
    const isSound = composed.errors.length === 0 && composed.scan.tooDeepAt === null
    read.push({ span, contents: composed.contents, isSound })
    if (faults.length >= MAX_SYNTAX_ERRORS) break
  }
  reportMarks(problems, marks)
  const isWhole = faults.length === 0 && marks.length === 0
  // Each section is right by itself, but they do not begin in the same column.
  if (isWhole) faults.push(...findFaults(problems, whole))
  const firstTab = faults.find(isTab)
  for (const fault of faults.filter((each) => each === firstTab || !isTab(each))) {
    report(problems, 'policy-syntax', fault.span, fault)
  }
  return isWhole || faults.length >= MAX_SYNTAX_ERRORS ? null : joinSections(problems, read)
}

interface Section {
  readonly span: Span
  readonly contents: ParsedNode | null
  readonly isSound: boolean
}

/**
 * A section that cannot be read already has its error. Null if such a section may contain anything: then
 * every other error could follow from it.
 */
function joinSections(problems: Problems, sections: readonly Section[]): TreeNode | null {
  const { text } = problems.source
  const entries = new Map<string, Entry>()
  for (const { span, contents, isSound } of sections) {
    const [, key = ''] = /^(\w+):/.exec(readLine({ text }, span.start)) ?? []
    if (!isSound && !isTopLevelKey(key)) return null
    const tree = isSound && contents !== null ? readNode(problems, contents) : undefined
    const broken = { key, span, value: { kind: 'broken', span }, doubtful: false } as const
    for (const entry of isSound ? getEntries(tree) : [broken]) {
      if (entries.has(entry.key)) return null
      entries.set(entry.key, entry)
    }
  }
  return { kind: 'map', span: { start: 0, end: text.length }, entries, open: true }
}

/** Errors that are only about their own line, so that the lines below are read as they are meant. */
const OF_ONE_LINE: ReadonlySet<string> = new Set([
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MULTILINE_IMPLICIT_KEY',
  'UNEXPECTED_TOKEN',
])

/**
 * The first error of a section, and those that are not a consequence of it: the library finds them too
 * if the line of the first one is not there.
 */
function listFaults(problems: Problems, section: Span, first: Composed): readonly Fault[] {
  const faults: Fault[] = []
  const known = new Set(first.errors.map(nameError))
  let { text } = problems.source
  let from = section.start
  for (let read = first; faults.length < MAX_SYNTAX_ERRORS; read = composeYaml(text, section)) {
    const [error] = read.errors
    const isSame = error !== undefined && known.has(nameError(error)) && error.pos[0] >= from
    if (read !== first && !isSame) break
    faults.push(...findFaults(problems, read))
    if (error === undefined || !isOfOneLine(text, read)) break
    from = findLineEnd({ text }, error.pos[0])
    text = hideEntry(text, error.pos[0], section.end)
  }
  return faults
}

function nameError({ code, pos }: YAMLParseError): string {
  return `${code} ${pos[0]}`
}

function isOfOneLine(text: string, { errors, scan }: Composed): boolean {
  const [error] = errors
  if (error === undefined || !OF_ONE_LINE.has(error.code)) return false
  const end = findLineEnd({ text }, error.pos[0])
  const open = [...scan.longQuotes, ...scan.unclosed.map(({ bracket }) => bracket)]
  return (
    scan.tooDeepAt === null &&
    scan.marks.length === 0 &&
    errors.every(({ code }) => code !== 'TAB_AS_INDENT') &&
    open.every(({ start }) => start >= end) &&
    findMisaligned(text, error) === null
  )
}

/** The text with spaces instead of a line and the lines below it that are indented further. */
function hideEntry(text: string, offset: number, last: number): string {
  const start = findLineStart({ text }, offset)
  const indent = /^ */.exec(readLine({ text }, start))?.[0].length ?? 0
  let end = findLineEnd({ text }, start)
  while (end < last) {
    const line = readLine({ text }, end)
    if (/\S/.test(line) && !line.startsWith(' '.repeat(indent + 1))) break
    end = findLineEnd({ text }, end)
  }
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end)
}

/** All tabs of a file have one cause. */
function isTab({ advice }: Fault): boolean {
  return advice === TABS
}

/** Empty if the text is too large to read a second time. */
function splitSections(text: string): readonly Span[] {
  if (text.length > MAX_SPLIT) return []
  const keys = Array.from(text.matchAll(SECTION), ({ index }) => index)
    .slice(0, MAX_SECTIONS)
    .filter((at) => !endsBrackets(readLine({ text }, at)))
  const starts = [0, ...keys, text.length]
  return starts.slice(1).map((end, index) => ({ start: starts[index] ?? 0, end }))
}

/** Whether the line continues brackets that a line above it has opened. */
function endsBrackets(line: string): boolean {
  return line.split(/[[{]/).length < line.split(/[\]}]/).length || /^[^:]*,$/.test(line)
}

/** The first error of a section, or what it follows from. */
function findFaults(problems: Problems, { errors, scan }: Composed): readonly Fault[] {
  const { noun, source } = problems
  const { text } = source
  const [first] = errors
  const at = first?.pos[0] ?? scan.tooDeepAt
  if (at === null) return []
  const quote = scan.longQuotes.find(
    ({ start, end }) => start <= at && at <= findLineEnd({ text }, end),
  )
  if (quote !== undefined) return [describeQuote(text, quote)]
  if (scan.marks.length > 0) return []
  if (scan.tooDeepAt !== null) {
    // If one person is too far to the left, YAML may read each of the people below as one level deeper.
    const cause = errors.find((each) => findMisaligned(text, each) !== null)
    if (cause !== undefined) return [describeError(text, noun, cause)]
    const span = { start: scan.tooDeepAt, end: scan.tooDeepAt + 1 }
    const summary = `This is nested too deeply for a ${noun}.`
    return [{ span, summary, advice: 'Look for brackets that are not closed.' }]
  }
  if (scan.unclosed.some(({ bracket }) => bracket.start <= at)) {
    return scan.unclosed.map((each) => describeBracket(problems, each))
  }
  return first === undefined ? [] : [describeError(text, noun, first)]
}

function describeQuote(text: string, span: Span): Fault {
  const quote = quoteName(text.charAt(span.start))
  return {
    span,
    summary: `The quote ${quote} is not closed.`,
    advice: `Write ${quote} where the text ends.`,
  }
}

function describeBracket(problems: Problems, { bracket, endsAt }: Scan['unclosed'][number]): Fault {
  const { text } = problems.source
  const [closing, what] = text.charAt(bracket.start) === '[' ? [']', 'list'] : ['}', 'map']
  const start = findLineStart({ text }, endsAt)
  const line = readLine({ text }, start)
  if (endsAt < text.length && start > bracket.start && endsBrackets(line)) {
    return {
      span: { start, end: start + line.length },
      summary: `This line is not indented enough for the ${what} that begins at ${formatPlace(problems, bracket)}.`,
      advice: `Indent it with spaces, like the other lines of the ${what}.`,
    }
  }
  return {
    span: bracket,
    summary: `The bracket ${quoteName(text.slice(bracket.start, bracket.end))} is not closed.`,
    advice: adviseComment(
      new RegExp(` #.*\\${closing}`).test(readLine({ text }, bracket.start)),
      `Write ${quoteName(closing)} where the ${what} ends.`,
    ),
  }
}

/** A list item whose dash has no space after it, in the line of the error or in the one above. */
function findDash(text: string, { pos: [at], message }: YAMLParseError): Fault | null {
  if (message.startsWith('Flow ')) return null
  const start = findLineStart({ text }, at)
  const above = findLineStart({ text }, Math.max(0, start - 1))
  const [, indent = '', word] =
    /^([ \t]*)(-[^\s-].*?)\r?$/m.exec(text.slice(start, findLineEnd({ text }, at))) ??
    /^([ \t]*)(-(?:finding|name):.*?)\r?$/m.exec(text.slice(above, start)) ??
    []
  if (word === undefined) return null
  const line = text.slice(start).startsWith(indent + word) ? start : above
  const from = line + indent.length
  return {
    span: { start: from, end: from + word.length },
    summary: 'There is no space after the `-` in this line.',
    advice: 'Write a space after each `-` of a list.',
  }
}

function describeError(text: string, noun: Problems['noun'], error: YAMLParseError): Fault {
  const dash = findDash(text, error)
  if (dash !== null) return dash
  const misaligned = findMisaligned(text, error)
  if (misaligned !== null) {
    const { key, span, fault, advice } = misaligned
    return {
      span,
      summary: `${quoteName(key)} ${noun === 'policy' ? fault : 'is not indented correctly.'}`,
      detail: 'In YAML, the indentation says what a line belongs to.',
      advice: noun === 'policy' ? advice : IN_FLEET,
    }
  }
  const { code, message, pos } = error
  const line = readLine({ text }, findLineStart({ text }, pos[0]))
  const word = line.replace(/^[\s-]+/, '').trimEnd()
  if (message.startsWith('Implicit ') && !/^["'[{&*!]/.test(word)) {
    return {
      span: { start: pos[0], end: pos[1] },
      summary: `There is no colon and space ${noun === 'policy' ? `after ${quoteName(word)}` : 'in this line'}.`,
      advice: /^(?:\/\/|;|--)/.test(word)
        ? 'If this is a comment, begin it with `#`.'
        : 'Write a key as `key: value`, with a colon and a space.',
    }
  }
  const next = findLineEnd({ text }, pos[0])
  if (message.startsWith('A block sequence') && /^ *\t/.test(readLine({ text }, next))) {
    const summary = 'This is not valid YAML: Tabs are not allowed as indentation.'
    return { span: { start: next, end: next + 1 }, summary, advice: TABS }
  }
  const known = ADVICE.find(([start]) => message.startsWith(start) || code === start)
  return {
    span: { start: pos[0], end: pos[1] },
    summary: `This is not valid YAML: ${message.replace(/\s+/g, ' ').trim().slice(0, 200)}.`,
    advice: known?.[1] ?? 'Check the indentation, the brackets and the quotes here.',
  }
}
