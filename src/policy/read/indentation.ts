/**
 * Says which line is indented wrongly where YAML only sees two keys in one value: the library names
 * the line above, and quotes around it would hide the line below.
 */
import type { Span } from './source-text.ts'
import { SECTIONS } from './wording.ts'

const KEY = /([ \t]*)((?:- +)*)(["']?)([^\s#"'][^\r\n]*?)\3[ \t]*:(?=[ \t\r\n]|$)/y

interface Misaligned {
  /** The key. */
  readonly span: Span
  readonly key: string
  /** What to do with the line. */
  readonly advice: string
}

/** Null if the error at this offset is not about the indentation of a key. */
export function findMisaligned(text: string, code: string, offset: number): Misaligned | null {
  if (code === 'BAD_INDENT') return readKey(text, text.lastIndexOf('\n', offset - 1) + 1)
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return null
  const end = text.indexOf('\n', offset)
  if (end < 0 || /:(?:[ \t\r]|$)/.test(text.slice(offset, end))) return null
  return readKey(text, end + 1)
}

/** Of the first line that is not blank and not a comment. */
function readKey(text: string, lineStart: number): Misaligned | null {
  const blank = /(?:[ \t]*(?:#[^\n]*)?\r?\n)*/y
  blank.lastIndex = lineStart
  blank.test(text)
  const start = blank.lastIndex
  KEY.lastIndex = start
  const [, indent = '', dash = '', quote = '', key] = KEY.exec(text) ?? []
  if (key === undefined) return null
  const from = start + indent.length + dash.length
  const advice = SECTIONS.has(key)
    ? 'Move it to the left margin, with the lines below it.'
    : 'Begin it in the same column as the other lines of its section.'
  return { key, advice, span: { start: from, end: from + key.length + 2 * quote.length } }
}
