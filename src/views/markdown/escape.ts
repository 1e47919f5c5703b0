/**
 * Text from a server or a policy as Markdown: harmless, readable, and cut after escaping, so that the
 * length of the result is known.
 */
import { escapeInvisible, reveal } from '../../core/model/visible.ts'
import { countBytes, findLargest } from './fit.ts'

/** The longest name and the longest phrase, in bytes after escaping. */
export const NAME = 200
const PHRASE = 600

export function escapeName(text: string): string {
  return cut(text, NAME, writeCode)
}

/** Cut if it is too long after escaping, with a mark at the cut. */
export function cut(text: string, most: number, written: (text: string) => string): string {
  if (text.length <= most) {
    const whole = written(text)
    if (countBytes(whole) <= most) return whole
  }
  const points = [...text.slice(0, most)]
  const first = (n: number) => written(points.slice(0, n).join(''))
  const fitting = findLargest(points.length, (n) => countBytes(first(n)) <= most)
  return `${first(fitting)}… (${text.length} characters)`
}

// Code spans and tables remove these spaces.
const LOOSE = /^ | $| (?= )/g

function makeVisible(text: string): string {
  return reveal(text).replace(LOOSE, escapeInvisible)
}

/**
 * The escape function of names. Inside a code span nothing becomes a mention, a reference, a link, an
 * emoji or markup, and readers can copy the exact text. Only characters that would end the span or
 * the table cell are outside of it, and the second `#` of a command of a CI job: there, the document may
 * be printed into the log.
 */
function writeCode(text: string): string {
  if (text === '') return '`""`'
  return makeVisible(text)
    .split(/( ?[|`] ?|(?<=#)#(?=\w*\[))/)
    .map((piece, index) =>
      index % 2 === 1
        ? piece.replace(/[|`#]/, (each) => `&#${each.charCodeAt(0)};`)
        : piece === ''
          ? ''
          : `\`${piece}\``,
    )
    .join('')
}

// Any other word might have a meaning in Markdown, or on the site that shows it.
const HARMLESS = /^["'(]*(?:\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*|\d+)["'),.:;!?]*$/u
// Sites make a link to a commit of seven or more hexadecimal digits.
const COMMIT = /[0-9a-f]{7}/i

// Quotes and punctuation around a word stay outside of the code span, so that the word can be copied.
const ODD = /^(["'(]* ?)(.*?)( ?["'),.:;!?]*)$/s

function wrapInCode(_all: string, before: string, core: string, after: string): string {
  return `${before}${core === '' ? '' : writeCode(core)}${after}`
}

/**
 * The escape function of phrases: harmless words stay as they are, other words become code spans.
 * Not for the beginning of a line, where a number would begin a list.
 */
export function escapeProse(text: string): string {
  const out: string[] = []
  let odd: string[] = []
  const flush = () => {
    if (odd.length > 0) out.push(odd.join(' ').replace(ODD, wrapInCode))
    odd = []
  }
  for (const word of makeVisible(text).split(' ')) {
    if (HARMLESS.test(word) && !COMMIT.test(word)) {
      flush()
      out.push(word)
    } else odd.push(word)
  }
  flush()
  return out.join(' ')
}

export function escapePhrase(text: string): string {
  return cut(text, PHRASE, escapeProse)
}

/** A code block with a fence that its content cannot close. */
export function fenceCode(language: string, text: string): string {
  const runs = text.match(/`+/g) ?? []
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 3))
  return `${fence}${language}\n${text}\n${fence}`
}
