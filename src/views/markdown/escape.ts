/**
 * Text of a server or a policy as Markdown: harmless, readable, and cut after it was escaped, so
 * that the length of what is written is known.
 */
import { escaped, reveal } from '../../core/model/visible.ts'
import { bytes, largest } from './fit.ts'

/** Longest text of a name and of a phrase, in bytes as written. */
export const NAME = 200
const PHRASE = 600

export function name(text: string): string {
  return cut(text, NAME, code)
}

/** Shortened where it is longer once escaped; the cut is visible. */
export function cut(text: string, most: number, written: (text: string) => string): string {
  if (text.length <= most) {
    const whole = written(text)
    if (bytes(whole) <= most) return whole
  }
  const points = [...text.slice(0, most)]
  const first = (n: number) => written(points.slice(0, n).join(''))
  const fitting = largest(points.length, (n) => bytes(first(n)) <= most)
  return `${first(fitting)}… (${text.length} characters)`
}

// A code span and a table draw these away.
const LOOSE = /^ | $| (?= )/g

function visible(text: string): string {
  return reveal(text).replace(LOOSE, escaped)
}

/**
 * The escape function of names: inside a code span nothing is a mention, a reference, a link, an
 * emoji or markup, and what is copied is what was there. Only what ends a span or a cell of a
 * table stands outside of it.
 */
function code(text: string): string {
  if (text === '') return '`""`'
  return visible(text)
    .split(/( ?[|`] ?)/)
    .map((piece, index) =>
      index % 2 === 1
        ? piece.replace('|', '&#124;').replace('`', '&#96;')
        : piece === ''
          ? ''
          : `\`${piece}\``,
    )
    .join('')
}

// Whatever else a word holds might mean something to Markdown, or to the site that shows it.
const HARMLESS = /^["'(]*(?:\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*|\d+)["'),.:;!?]*$/u
// Sites take seven hexadecimal digits or more for a commit.
const COMMIT = /[0-9a-f]{7}/i

// Quotes and stops around what is not harmless: left outside of the code, so that it can be copied.
const ODD = /^(["'(]* ?)(.*?)( ?["'),.:;!?]*)$/s

function coded(_all: string, before: string, core: string, after: string): string {
  return `${before}${core === '' ? '' : code(core)}${after}`
}

/**
 * The escape function of phrases: harmless words stay as they are, the rest becomes code spans.
 * Not for the beginning of a line, where a number may begin a list.
 */
export function prose(text: string): string {
  const out: string[] = []
  let odd: string[] = []
  const flush = () => {
    if (odd.length > 0) out.push(odd.join(' ').replace(ODD, coded))
    odd = []
  }
  for (const word of visible(text).split(' ')) {
    if (HARMLESS.test(word) && !COMMIT.test(word)) {
      flush()
      out.push(word)
    } else odd.push(word)
  }
  flush()
  return out.join(' ')
}

export function phrase(text: string): string {
  return cut(text, PHRASE, prose)
}

/** A code block that nothing inside it can end. */
export function fenced(language: string, text: string): string {
  const runs = text.match(/`+/g) ?? []
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 3))
  return `${fence}${language}\n${text}\n${fence}`
}
