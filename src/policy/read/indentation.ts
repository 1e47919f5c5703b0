/**
 * Says which line is indented wrongly if YAML only sees two keys in one value: the library names the
 * line above, and quotes around it would hide the line below.
 */
import type { YAMLParseError } from 'yaml'
import { findNearest } from '../nearest.ts'
import { isKeyOfEntries, isTopLevelKey, listKeysAt } from '../places.ts'
import { findLineEnd, findLineStart, listLinesAbove, readLine } from './lines.ts'
import { quoteName } from './problems.ts'
import type { Span } from './source-text.ts'
import { findEmail } from './wording.ts'

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
  const line = readLine({ text }, start)
  if (/^\s*-[ \t]+[^:]+:[ \t]+[^\s"'[{].*:(?:[ \t]|$)/.test(line)) return null
  if (/^\s*-[ \t]/.test(line)) return start
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
  const above = listContentAbove(text, start)
  if (dash !== '') {
    const isList = listKeysAt(`${findSection(above)}/[]`).length > 0
    return (
      findItemWithoutDash(text, start, above) ?? {
        ...own,
        fault: isList
          ? 'is not indented like the other items of the list.'
          : 'comes after a `-`, but the lines above it are not a list.',
        advice: isList
          ? 'Begin every `-` of the list in the same column.'
          : 'Remove the `-`, and begin the line in the same column as the lines above it.',
      }
    )
  }
  const slipped = indent === '' ? null : findSlipped(text, start, above)
  return (
    slipped ?? { ...own, fault: 'is not indented correctly.', advice: advise(key, indent, above) }
  )
}

/** The first line of a section that is a list, if the other items begin with a dash. */
function findItemWithoutDash(
  text: string,
  start: number,
  above: readonly string[],
): Misaligned | null {
  const first = above.findIndex((line) => !/^[\s-]/.test(line)) - 1
  const [, key] = /^\s*(\w+):/.exec(above[first] ?? '') ?? []
  if (key === undefined || listKeysAt(`${findSection(above)}/[]`).length === 0) return null
  return {
    ...placeAbove(text, start, above[first] ?? '', key),
    fault: 'has no `-` before it, but the lines below it are a list.',
    advice: `Write \`- ${key}:\` in the same column as the other \`-\`.`,
  }
}

/** The nearest line at the left margin, if its key belongs to the section above it. */
function findSlipped(text: string, start: number, above: readonly string[]): Misaligned | null {
  const index = above.findIndex((line) => /^\S/.test(line))
  const header = above[index] ?? ''
  const [, key, value] = /^([^\s#"'-][^:]*):[ \t]*([^\s#]?)/.exec(header) ?? []
  const section = findSection(above.slice(index + 1))
  const isInside = ['', '/*', '/[]'].some((end) => listKeysAt(section + end).length > 0)
  if (key === undefined || section === '' || !isInside) return null
  // A section, even if it is misspelt.
  if (!isKeyOfEntries(key) && findNearest(key, listKeysAt('')) !== null) return null
  return {
    ...placeAbove(text, start, header, key),
    fault: `is at the left margin, outside of ${quoteName(section)}.`,
    advice: `Indent it like the ${value ? 'lines below it' : `other lines below \`${section}:\``}.`,
  }
}

function placeAbove(text: string, start: number, line: string, key: string): Key {
  const from = text.lastIndexOf(`\n${line}`, start) + 1 + line.indexOf(key)
  return { key, span: { start: from, end: from + key.length } }
}

function advise(key: string, indent: string, above: readonly string[]): string {
  const [nearest = ''] = above
  const section = findSection(above)
  const isInside = [section, `${section}/ignore`].some((path) => listKeysAt(path).includes(key))
  if (isTopLevelKey(key) && indent !== '' && !isInside) {
    return 'Move it to the left margin, with the lines below it.'
  }
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
  return above.map((line) => /^(\w+):/.exec(line)?.[1] ?? '').find(isTopLevelKey) ?? ''
}

/** From the nearest on, without blank lines and comments. */
function listContentAbove(text: string, start: number): readonly string[] {
  return Array.from(listLinesAbove({ text }, start), (at) => readLine({ text }, at)).filter(
    (line) => !/^\s*(?:#.*)?$/.test(line),
  )
}
