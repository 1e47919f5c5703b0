/**
 * Finds the line that is indented wrongly if YAML only sees two keys in one value: the library names
 * the line above, and quotes around it would hide the line below.
 */

import { findLineEnd, findLineStart, listLinesAbove, readLine } from './lines.ts'
import { quoteName } from './problems.ts'
import type { Span } from './source-text.ts'
import { findEmail, isTopLevelKey, listKeysAt } from './wording.ts'

const KEY = /([ \t]*)((?:- +)*)(["']?)([^\s#"'][^\r\n]*?)\3[ \t]*:(?=[ \t\r\n]|$)/y

interface Misaligned {
  /** Where it begins: without the lines above it, which take long to read for each of many lines. */
  readonly start: number
  readonly explain: () => Explained
}

interface Explained {
  readonly span: Span
  readonly key: string
  /** What is wrong with it, after its name. */
  readonly fault: string
  readonly advice: string
}

/** Null if the error at this offset is not about the indentation of a key. */
export function findMisaligned(text: string, code: string, offset: number): Misaligned | null {
  const lineStart = findLineStart({ text }, offset)
  const endsAll = code === 'UNEXPECTED_TOKEN' && offset === lineStart
  if (code === 'BAD_INDENT' || endsAll) return readKey(text, lineStart)
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return null
  if (/-[ \t]/y.test(text.slice(lineStart).trimStart())) return readKey(text, lineStart)
  const end = text.indexOf('\n', offset)
  if (end < 0 || /:(?:[ \t\r]|$)/.test(text.slice(offset, end))) return null
  return readKey(text, end + 1)
}

/**
 * Tells whether a line that is indented wrongly is in one block with the one before that was: from there
 * on, no line is further to the left. Then both have one cause.
 */
export function makeFollower(of: { readonly text: string }): (offset: number) => boolean {
  let block: { readonly indent: number; readonly end: number } | null = null
  return (offset) => {
    const start = findLineStart(of, offset)
    const before = block
    const lines =
      before === null ? [] : removeComments(of.text.slice(before.end, start).split('\n'))
    const follows =
      before !== null &&
      [readLine(of, start), ...lines].every((line) => measure(line) >= before.indent)
    block = {
      indent: follows ? before.indent : measure(readLine(of, start)) || 1,
      end: findLineEnd(of, start),
    }
    return follows
  }
}

const measure = (line: string): number => line.length - line.trimStart().length

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
  const span = { start: from, end: from + key.length + 2 * quote.length }
  return { start: from, explain: () => explain(text, { key, span, indent, dash, start }) }
}

interface Key {
  readonly key: string
  readonly span: Span
  readonly indent: string
  readonly dash: string
  /** Of its line. */
  readonly start: number
}

function explain(text: string, { key, span, indent, dash, start }: Key): Explained {
  if (dash !== '') {
    const fault = 'comes after a `-`, but the lines above it are not a list.'
    const advice = 'Remove the `-`, and begin the line in the same column as the lines above it.'
    return { key, span, fault, advice }
  }
  const above = listContentAbove(text, start)
  const slipped = indent === '' ? null : findSlipped(text, start, above)
  if (slipped !== null) return slipped
  const advice = advise(key, indent, above)
  return { key, span, fault: 'is not indented correctly.', advice }
}

/** The line above, if it is a key of a section that begins at the left margin. */
function findSlipped(text: string, start: number, above: readonly string[]): Explained | null {
  const [nearest = '', ...rest] = above
  const [, key = ''] = /^([^\s#"'-][^:]*):[ \t]+[^\s#]/.exec(nearest) ?? []
  const section = findSection(rest)
  if (key === '' || section === '' || isTopLevelKey(key)) return null
  const from = text.lastIndexOf(`\n${nearest}`, start) + 1
  return {
    key,
    span: { start: from, end: from + key.length },
    fault: `is at the left margin, outside of ${quoteName(section)}.`,
    advice: 'Indent it like the lines below it.',
  }
}

function advise(key: string, indent: string, above: readonly string[]): string {
  if (isTopLevelKey(key) && indent !== '') {
    return 'Move it to the left margin, with the lines below it.'
  }
  const [nearest = ''] = above
  const section = findSection(above)
  const keys = listKeysAt(`${section}/*`)
  if (keys.length === 0 && findEmail(key) !== null) return 'Move it below `agents:`, and indent it.'
  // If the value is on the same line as the name, a second key is not possible.
  const named = /^\s*(\S.*?):[ \t]+[^\s#]/.exec(nearest)?.[1]
  if (keys.includes(key) && named !== undefined && !keys.includes(named)) {
    const main = keys.find((each) => MAIN_KEYS.has(each))
    return `Write the value of the line above on a line of its own, as \`${main}: …\`, in the same column as \`${key}\`.`
  }
  return 'Begin it in the same column as the other lines of its section.'
}

/** What the short form of an entry stands for. */
const MAIN_KEYS: ReadonlySet<string> = new Set(['role', 'members', 'permissions'])

function findSection(above: readonly string[]): string {
  return above.map((line) => /^([a-z_]+):/.exec(line)?.[1]).find((each) => each !== undefined) ?? ''
}

/** From the nearest on, without blank lines and comments. */
function listContentAbove(text: string, start: number): readonly string[] {
  return removeComments(Array.from(listLinesAbove({ text }, start), (at) => readLine({ text }, at)))
}

function removeComments(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !/^\s*(?:#.*)?$/.test(line))
}
