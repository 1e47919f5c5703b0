/**
 * Reads YAML text into a tree, strictly: one document, text keys, no aliases, tags or merge keys.
 * Knows the YAML library and its messages, but not the meaning of a policy.
 */
import { Composer, type ParsedNode, type YAMLParseError } from 'yaml'
import { reportConflict } from './conflict.ts'
import { findMisaligned, makeFollower } from './indentation.ts'
import { type Problems, quoteName, report } from './problems.ts'
import { MAX_MARKS, MAX_SYNTAX_ERRORS, reportMarks, type Scan, scanTokens } from './scan.ts'
import { locate, type Span } from './source-text.ts'
import type { TreeNode } from './tree.ts'
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

/** A fleet file is always the same: one list, with the same keys in each account. */
const IN_FLEET = {
  fault: 'is not indented correctly.',
  advice: 'Indent all accounts alike: `- name:` first, and the other keys in the column of `name`.',
}

/** Errors that scan.ts reports with a better message. */
const REPORTED_BY_SCAN: ReadonlySet<string> = new Set([
  'ALIAS_PROPS',
  'BAD_ALIAS',
  'BAD_DIRECTIVE',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
])

/** What to do about a message of the library, by how it begins; the first that fits. */
const ADVICE_BY_MESSAGE: readonly (readonly [string, string])[] = [
  [
    'A block sequence',
    'Begin each item of a list with `-` in the same column, or put all of them in brackets: `[ada@acme.com, grace@acme.com]`.',
  ],
  ['Implicit map keys', 'Write a key as `key: value`, with a colon and a space.'],
]

const ADVICE: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  BLOCK_IN_FLOW: 'Put a value that contains ": " in quotes.',
  TAB_AS_INDENT: 'Indent every line with spaces instead of tabs.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  BAD_DQ_ESCAPE: 'Use single quotes, or write the backslash twice.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put a value that contains ": " in quotes, and write nested keys on their own lines.',
  MULTILINE_IMPLICIT_KEY: 'Write a key as `key: value`, with a colon and a space.',
}

/** The tree, or null if there is nothing more to check; errors go to `problems`. */
export function readTree(problems: Problems): TreeNode | null {
  const { text } = problems.source
  const scan = scanTokens(text)
  reportMarks(problems, scan.marks)
  if (scan.marks.length >= MAX_MARKS) return null
  const [document] = new Composer(OPTIONS).compose(scan.tokens, true, text.length)
  if (scan.tooDeepAt !== null) {
    // Each of many people below one who is further to the left is one level deeper.
    const cause = document?.errors.find(
      ({ code, message, pos }) =>
        !message.startsWith('Flow ') && findMisaligned(text, code, pos[0]) !== null,
    )
    if (cause !== undefined) {
      reportSyntax(problems, [cause], scan)
      return null
    }
    report(problems, 'policy-syntax', makeSpan(scan.tooDeepAt), {
      summary: `This is nested too deeply for a ${problems.noun}.`,
      advice: 'Look for brackets that are not closed.',
    })
    return null
  }
  const secondDocument = scan.documents[1]
  if (secondDocument !== undefined) {
    const rest = { start: secondDocument, end: text.length }
    report(problems, 'policy-documents', rest, {
      summary: `A second YAML document begins here, but a ${problems.noun === 'policy' ? 'policy file' : problems.noun} must contain only one.`,
      ...(problems.noun === 'policy' ? {} : { advice: 'Remove the `---` or `...` line.' }),
    })
  }
  const errors = (document?.errors ?? []).filter((each) => !REPORTED_BY_SCAN.has(each.code))
  if (errors.length > 0) {
    if (!reportConflict(problems, true)) reportSyntax(problems, errors, scan)
    return null
  }
  const contents: ParsedNode | null = document?.contents ?? null
  const tree = contents === null ? null : readNode(problems, contents)
  if (tree === null || (tree.kind === 'scalar' && tree.value === null)) {
    if (secondDocument === undefined) reportNothing(problems)
    return null
  }
  if (tree.kind === 'map' && secondDocument !== undefined) tree.open = true
  return tree
}

/**
 * Reports the first error of each line: further errors on a line nearly always follow from it. Tabs
 * have one cause, whatever the number of lines, and so has the indentation of a block.
 */
function reportSyntax(
  problems: Problems,
  errors: readonly YAMLParseError[],
  { lastQuoted, unclosed }: Scan,
): void {
  const lines = new Set(problems.found.map((each) => each.location.line))
  let reported = 0
  let tabs = false
  let ended = false
  const follows = makeFollower(problems.source)
  const quoteIsOpen = errors.some((each) => isOpenQuote(each, lastQuoted))
  for (const error of errors) {
    const { code, message, pos } = error
    // It follows from the quote, whose own error comes later.
    if (quoteIsOpen && pos[0] === lastQuoted.start) continue
    const bracket = message.startsWith('Flow ')
      ? unclosed.findLast(({ start }) => start < pos[0])
      : undefined
    const ownSpan = { start: pos[0], end: pos[1] }
    const span = isOpenQuote(error, lastQuoted) ? lastQuoted : (bracket ?? ownSpan)
    const { line } = locate(problems.source, span.start)
    if (lines.has(line) || (code === 'TAB_AS_INDENT' && tabs)) continue
    const misaligned =
      bracket === undefined ? findMisaligned(problems.source.text, code, pos[0]) : null
    if (reported === MAX_SYNTAX_ERRORS) return
    lines.add(line)
    // Below a tab, no indentation says anything.
    if (misaligned !== null && (tabs || follows(misaligned.start))) continue
    // The library stops at a line that is further to the left than the first, or at a bracket without
    // its partner, and rejects every line below it.
    const stops = / (?:token in YAML stream|at node end)/.test(message)
    if (ended && stops) continue
    ended ||= stops
    reported += 1
    tabs ||= code === 'TAB_AS_INDENT'
    if (bracket !== undefined) {
      const [closing, what] =
        problems.source.text[bracket.start] === '[' ? [']', 'list'] : ['}', 'map']
      report(problems, 'policy-syntax', bracket, {
        summary: `The bracket ${quoteName(problems.source.text.slice(bracket.start, bracket.end))} is not closed.`,
        advice: `Write \`${closing}\` where the ${what} ends.`,
      })
      continue
    }
    if (misaligned !== null) {
      const explained = misaligned.explain()
      const { key, span, fault, advice } =
        problems.noun === 'policy' ? explained : { ...explained, ...IN_FLEET }
      // If it is the line above that is wrong, the block begins there.
      follows(span.start)
      report(problems, 'policy-syntax', span, {
        summary: `${quoteName(key)} ${fault}`,
        detail: 'In YAML, the indentation says what a line belongs to.',
        advice,
      })
      continue
    }
    const reason = message.replace(/\s+/g, ' ').trim().slice(0, 200)
    report(problems, 'policy-syntax', span, {
      summary: `This is not valid YAML: ${reason}.`,
      advice:
        ADVICE_BY_MESSAGE.find(([start]) => message.startsWith(start))?.[1] ??
        ADVICE[code] ??
        'Check the indentation, the brackets and the quotes here.',
    })
  }
}

function isOpenQuote({ message, pos }: YAMLParseError, { end }: Span): boolean {
  return message.startsWith('Missing closing') && pos[0] === end
}

function reportNothing(problems: Problems): void {
  // An anchor or a tag without a value is already reported.
  if (problems.found.length > 0) return
  const lists = problems.noun === 'policy' ? ANY_SECTION : '`accounts`'
  report(problems, 'policy-nothing-managed', makeSpan(0), {
    summary: `The ${problems.noun} is empty.`,
    advice: `Begin with \`version: 1\`, then list ${lists}.`,
  })
}

function makeSpan(offset: number): Span {
  return { start: offset, end: offset + 1 }
}
