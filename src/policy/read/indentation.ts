/**
 * Says which line is indented wrongly if YAML only sees two keys in one value: the library names the
 * line above, and quotes around it would hide the line below.
 */
import type { YAMLParseError } from 'yaml'
import { findLineEnd, findLineStart, listLinesAbove, readLine } from './lines.ts'
import { quoteName } from './problems.ts'
import type { Span } from './source-text.ts'
import { findEmail, isTopLevelKey, listKeysAt } from './wording.ts'

const KEY = /([ \t]*)((?:- +)*)((["']?)[^\s#"'][^\r\n]*?\4)[ \t]*:(?=[ \t\r\n]|$)/y
const BLANK = /(?:[ \t]*(?:#[^\n]*)?\r?\n)*/y

interface Key {
  /** Without its quotes. */
  readonly key: string
  readonly span: Span
}

export interface Misaligned extends Key {
  /** What is wrong with it, after its name. */
  readonly fault: string
  readonly advice: string
}

/** Null if the error is not about the indentation of a key. */
export function findMisaligned(text: string, error: YAMLParseError): Misaligned | null {
  const line = findWrongLine(text, error)
  return line === null ? null : explainLine(text, findContent(text, line))
}

/** Where the line begins that is indented wrongly. */
function findWrongLine(text: string, error: YAMLParseError): number | null {
  const { code, message } = error
  const [offset] = error.pos
  if (message.startsWith('Flow ')) return null
  const start = findLineStart({ text }, offset)
  if (code === 'BAD_INDENT' || (code === 'UNEXPECTED_TOKEN' && offset === start)) return start
  if (code !== 'BLOCK_AS_IMPLICIT_KEY') return null
  if (/^\s*-[ \t]/.test(readLine({ text }, start))) return start
  const next = findLineEnd({ text }, offset)
  return /:(?:[ \t\r\n]|$)/.test(text.slice(offset, next)) ? null : next
}

function findContent(text: string, start: number): number {
  BLANK.lastIndex = start
  BLANK.test(text)
  return BLANK.lastIndex
}

function explainLine(text: string, start: number): Misaligned | null {
  KEY.lastIndex = start
  const [, indent = '', dash = '', written, quote = ''] = KEY.exec(text) ?? []
  if (written === undefined) return null
  const from = start + indent.length + dash.length
  const key = written.slice(quote.length, written.length - quote.length)
  const own = { key, span: { start: from, end: from + written.length } }
  if (dash !== '') {
    const fault = 'comes after a `-`, but the lines above it are not a list.'
    const advice = 'Remove the `-`, and begin the line in the same column as the lines above it.'
    return { ...own, fault, advice }
  }
  const above = listContentAbove(text, start)
  const slipped = indent === '' ? null : findSlipped(text, start, above)
  return (
    slipped ?? { ...own, fault: 'is not indented correctly.', advice: advise(key, indent, above) }
  )
}

/** The line above, if it is a key of a section that begins at the left margin. */
function findSlipped(text: string, start: number, above: readonly string[]): Misaligned | null {
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
  return Array.from(listLinesAbove({ text }, start), (at) => readLine({ text }, at)).filter(
    (line) => !/^\s*(?:#.*)?$/.test(line),
  )
}
