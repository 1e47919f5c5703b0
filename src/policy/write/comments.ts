/**
 * Which comments of a map or a list belong to one entry, and which are headings of several. YAML does
 * not say it, so the lines decide: entries that follow each other without a blank line or another
 * comment belong to the same comment.
 */
import { KINDS } from '../../core/model/kinds.ts'
import {
  findLineEnd,
  findLineStart,
  findNextLine,
  listLinesAbove,
  readLine,
} from '../read/lines.ts'
import type { Span } from '../read/source-text.ts'
import type { Page } from './splice.ts'

/** A comment in lines of its own, and the entries directly below it. */
export interface Paragraph {
  /** From the first `#` line to the line of the first entry; empty if there is no comment. */
  readonly comment: Span
  /** Indexes of entries. */
  readonly first: number
  readonly last: number
}

/** Of the entries of one map or list, in their order. */
export function listParagraphs(page: Page, spans: readonly Span[]): readonly Paragraph[] {
  const paragraphs: { comment: Span; first: number; last: number }[] = []
  let end = -1
  for (const [index, span] of spans.entries()) {
    const start = findLineStart(page, span.start)
    const last = paragraphs.at(-1)
    if (last !== undefined && start <= end) last.last = index
    else {
      const comment = { start: findComment(page, start, span), end: start }
      paragraphs.push({ comment, first: index, last: index })
    }
    end = findEntryEnd(page, span)
  }
  return paragraphs
}

/** The first of the comment lines directly above an entry that are indented as it is. */
function findComment(page: Page, start: number, span: Span): number {
  const indent = /^[ \t]*/.exec(page.text.slice(start, span.start))?.[0] ?? ''
  let from = start
  for (const at of listLinesAbove(page, start)) {
    if (!readLine(page, at).startsWith(`${indent}#`)) break
    from = at
  }
  return from
}

/** With the comments below it that are indented deeper. */
export function findEntryEnd(page: Page, span: Span): number {
  const depth = measureIndent(readLine(page, findLineStart(page, span.start)))
  let end = findNextLine(page, span.end)
  while (end < page.text.length) {
    const line = readLine(page, end)
    if (!/^[ \t]*#/.test(line) || measureIndent(line) <= depth) break
    end = findLineEnd(page, end)
  }
  return end
}

function measureIndent(line: string): number {
  return line.length - line.trimStart().length
}

export function hasComment({ comment }: Paragraph): boolean {
  return comment.end > comment.start
}

export function readComment(page: Page, { comment }: Paragraph): string {
  return page.text.slice(comment.start, comment.end)
}

const GROUPS = KINDS.map(({ plural }) => plural).join('|')
const ABOUT_SEVERAL = new RegExp(
  `^[\\s#]*(?:[\\p{L}\\p{N}-]+ ){0,2}(?:administrators|admins|agents|people|everybody|everyone|members|${GROUPS}|invitations|invited)\\b`,
  'iu',
)

/** Whether a comment is about several entries, judging by its first words. */
function isHeading(page: Page, paragraph: Paragraph): boolean {
  return hasComment(paragraph) && ABOUT_SEVERAL.test(readComment(page, paragraph))
}

/** Whether a comment belongs only to the first entry below it, judging by its place and words. */
export function isOwnComment(page: Page, spans: readonly Span[], paragraph: Paragraph): boolean {
  const { first, last } = paragraph
  if (!hasComment(paragraph)) return false
  const [own, ...others] = names(page, spans[first])
  const said = readComment(page, paragraph)
  if (own !== undefined && [own, ...others].some((name) => isNameFirst(said, name))) return true
  if (isHeading(page, paragraph)) return false
  // Between two lines of one block, it is about the next line.
  return first === last || (first > 0 && !followsBlank(page, paragraph.comment.start))
}

export function followsBlank(page: Page, start: number): boolean {
  const [above] = listLinesAbove(page, start)
  return above !== undefined && readLine(page, above).trim() === ''
}

/** The address at the beginning of an entry, and the names in it. */
function names(page: Page, span: Span | undefined): readonly string[] {
  const text = span === undefined ? '' : page.text.slice(span.start, span.end)
  const [, local] = /^["']?([^\s"'@:,{}[\]]+)@/.exec(text) ?? []
  return local === undefined
    ? []
    : [local, ...local.split(/[._+-]/).filter((part) => part.length > 1)]
}

function isNameFirst(comment: string, name: string): boolean {
  const words = comment.replace(/^[\s#]+/, '').toLowerCase()
  return words.startsWith(name.toLowerCase()) && !/^[\p{L}\p{N}]/u.test(words.slice(name.length))
}

/** What is removed together with an entry, as whole lines. */
export function listRemovedLines(
  page: Page,
  spans: readonly Span[],
  isRemoved: (index: number) => boolean,
): readonly Span[] {
  const paragraphs = listParagraphs(page, spans)
  return paragraphs.flatMap((paragraph, index): readonly Span[] => {
    const removed = listIndexes(paragraph).filter(isRemoved)
    const entries = removed.flatMap((each): readonly Span[] => {
      const span = spans[each]
      return span ? [{ start: findLineStart(page, span.start), end: findEntryEnd(page, span) }] : []
    })
    const below = isHeading(page, paragraph)
      ? listBelowHeading(page, paragraphs, index)
      : [paragraph]
    const goes =
      hasComment(paragraph) &&
      (below.flatMap(listIndexes).every(isRemoved) ||
        (isRemoved(paragraph.first) && isOwnComment(page, spans, paragraph)))
    return goes ? [paragraph.comment, ...entries] : entries
  })
}

function listIndexes({ first, last }: Paragraph): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
}

/** A heading is valid until the next blank line or the next heading. */
function listBelowHeading(
  page: Page,
  paragraphs: readonly Paragraph[],
  index: number,
): readonly Paragraph[] {
  const next = paragraphs.findIndex(
    (each, at) => at > index && (followsBlank(page, each.comment.start) || isHeading(page, each)),
  )
  return paragraphs.slice(index, next < 0 ? undefined : next)
}
