/** Finds lines that git, a chat, an e-mail or a word processor left in a file. */
import { formatCodePoint } from '../../core/model/visible.ts'
import { type Message, type Problems, report } from './problems.ts'

interface Row {
  readonly pattern: RegExp
  /** The same characters can be right, so they count only if something else is wrong with the file. */
  readonly inDoubt: boolean
  readonly describe: (line: string) => Message
}

const CONFLICT = String.raw`(?:<{7}|\|{7}|={7}|>{7})(?=[ \t\r\n]|$)[^\r\n]*`

const describeConflict = (): Message => ({
  summary: 'This line is a conflict marker of git: a merge was not finished.',
  advice:
    'Decide which of the lines between the markers are right, then remove the markers (<<<<<<<, =======, >>>>>>>).',
})

/** The first that fits. */
const ROWS: readonly Row[] = [
  { pattern: new RegExp(`^${CONFLICT}`, 'gm'), inDoubt: false, describe: describeConflict },
  // Somebody indented the lines since.
  { pattern: new RegExp(`^[ \t]*${CONFLICT}`, 'gm'), inDoubt: true, describe: describeConflict },
  {
    pattern: /^(?:```|~~~)[^\r\n]*/gm,
    inDoubt: false,
    describe: () => ({
      summary: 'This line marks a block of code in Markdown and does not belong in this file.',
      advice: 'Remove this line, and the one at the other end of the block.',
    }),
  },
  {
    pattern: /^[ \t]*(?=[^\S \t\r\n]|[\u200b\u2060])[^\r\n]+/gm,
    inDoubt: true,
    describe: (line) => ({
      summary: `This line begins with a character that only looks like a space: ${formatCodePoint(line.replace(/^[ \t]+/, '').charAt(0))}.`,
      advice: 'Indent it with plain spaces, like the other lines.',
    }),
  },
  {
    pattern: /^(?:\+[ \t]+\S|(?:\+|> ?|\d+[.:|]?[ \t]+)version[ \t]*:)[^\r\n]*/gm,
    inDoubt: true,
    describe: () => ({
      summary:
        'This line begins with a mark or a line number, probably copied with it from a diff or an e-mail.',
      advice: 'Remove the mark or the number, and indent the line like the others.',
    }),
  },
]

/**
 * Whether the text has such lines; one error then covers all of them.
 * @param isInvalid whether something is wrong with the file
 */
export function reportForeignLines(problems: Problems, isInvalid: boolean): boolean {
  const { text } = problems.source
  for (const { pattern, inDoubt, describe } of ROWS) {
    const [first, ...more] = inDoubt && !isInvalid ? [] : text.matchAll(pattern)
    if (first === undefined) continue
    const span = { start: first.index, end: first.index + first[0].length }
    // Other errors may follow from this one.
    problems.found.length = 0
    const others =
      more.length === 0 ? null : `The file has at least ${more.length} more of these lines.`
    report(problems, 'policy-syntax', span, { detail: others, ...describe(first[0]) })
    return true
  }
  return false
}
