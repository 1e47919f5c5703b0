/**
 * The text of a policy: decodes bytes, turns offsets into lines and columns, and cuts the excerpts
 * of messages. Knows nothing of YAML. Builds the table of lines once per file.
 */
import { type Diagnostic, type Excerpt, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { countBefore } from '../../core/model/collect.ts'
import type { Location } from '../../core/model/location.ts'

/** Offsets into the text, in UTF-16 units; `end` is not included. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface SourceText {
  readonly path: string
  /** Without a BOM. */
  readonly text: string
  readonly lineStarts: readonly number[]
}

const EXCERPT_WIDTH = 160
const LEAD = 60

// YAML forbids these characters; tab, line feed and next line are allowed. A carriage return alone ends
// a line for YAML, but not for the library and not for an editor.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it finds control characters
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]|\r(?!\n)/

export function makeSourceText(path: string, text: string): SourceText {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1)
  }
  return { path, text, lineStarts }
}

/** Index of the line that contains the offset. */
function findLine({ lineStarts }: SourceText, offset: number): number {
  return countBefore(lineStarts, offset + 1) - 1
}

function clamp(source: SourceText, offset: number): number {
  return Math.max(0, Math.min(offset, source.text.length))
}

export function locate(source: SourceText, offset: number): Location {
  const at = clamp(source, offset)
  const line = findLine(source, at)
  return { file: source.path, line: line + 1, column: at - (source.lineStarts[line] ?? 0) + 1 }
}

/** The line where the span starts. A long line is cut around the mark; the mark ends with the line. */
export function cutExcerpt(source: SourceText, span: Span): Excerpt {
  const at = clamp(source, span.start)
  const line = findLine(source, at)
  const from = source.lineStarts[line] ?? 0
  const until = source.lineStarts[line + 1] ?? source.text.length + 1
  const text = source.text.slice(from, until - 1).replace(/\r$/, '')
  const start = Math.min(at - from, text.length)
  const length = Math.max(1, Math.min(span.end - span.start, text.length - start))
  return text.length <= EXCERPT_WIDTH ? { text, start, length } : cutLine(text, start, length)
}

function cutLine(text: string, start: number, length: number): Excerpt {
  const latest = text.length - EXCERPT_WIDTH
  const from = alignToCharacter(text, Math.max(0, Math.min(start - LEAD, latest)))
  const until = alignToCharacter(text, Math.min(text.length, from + EXCERPT_WIDTH))
  const before = from > 0 ? '…' : ''
  const after = until < text.length ? '…' : ''
  return {
    text: before + text.slice(from, until) + after,
    start: start - from + before.length,
    length: Math.max(1, Math.min(length, until - start)),
  }
}

/** Moves an offset out of the middle of a surrogate pair. */
function alignToCharacter(text: string, offset: number): number {
  return /^[\udc00-\udfff]/.test(text.charAt(offset)) ? offset - 1 : offset
}

/**
 * Accepts strict UTF-8 without control characters and removes a BOM; otherwise returns the error.
 * @param noun what the file is, as messages name it
 */
export function decode(
  path: string,
  bytes: Uint8Array,
  noun = 'policy file',
): SourceText | Diagnostic {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return describeNotUtf8(path, bytes, noun)
  }
  const source = makeSourceText(path, text)
  const at = text.search(FORBIDDEN)
  if (at < 0) return source
  const isReturn = text.charAt(at) === '\r'
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  return makeDiagnostic({
    code: 'policy-encoding',
    summary: isReturn
      ? 'A line ends with a carriage return (CR) without a line feed (LF).'
      : `This is not a text file: it contains the control character U+${code}.`,
    advice: isReturn
      ? 'Save the file with the line endings LF or CRLF: most editors can change them.'
      : 'Use a YAML file, or remove the character.',
    location: locate(source, at),
    excerpt: cutExcerpt(source, { start: at, end: at + 1 }),
  })
}

function describeNotUtf8(path: string, bytes: Uint8Array, noun: string): Diagnostic {
  const lenient = makeSourceText(path, new TextDecoder('utf-8').decode(bytes))
  // The first replacement character marks the first invalid byte, unless the file contains a real one.
  const at = Math.max(0, lenient.text.indexOf('\ufffd'))
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return makeDiagnostic({
    code: 'policy-encoding',
    summary: `The ${noun} is not valid UTF-8${utf16 ? ': it is UTF-16' : ''}.`,
    advice: 'Save it as UTF-8.',
    location: locate(lenient, at),
    excerpt: cutExcerpt(lenient, { start: at, end: at + 1 }),
  })
}
