/**
 * Removes entries from a map or a list in a policy's text and adds others, in the style of the text:
 * indented lines, brackets on one line, or brackets over several lines. Comments, order and blank lines
 * of everything else stay. Refuses any other layout.
 */
import { groupBy } from '../../core/model/collect.ts'
import { findLineStart, findNextLine } from '../read/lines.ts'
import type { Span } from '../read/source-text.ts'
import { type Entry, getEntries, type TreeNode } from '../read/tree.ts'
import { findEntryEnd, isOwnComment, listParagraphs, listRemovedLines } from './comments.ts'
import { applyEdits, compareStarts, type Page } from './splice.ts'

/** The layout cannot be changed safely: nothing is changed, and a person must do it. */
export const UNKNOWN_LAYOUT = Symbol('unknown layout')

export interface Addition {
  /** Index of the item that it follows; -1 begins the collection. */
  readonly after: number
  /** True: above the next item, below the heading of that item. False: directly below this one. */
  readonly belowHeading?: boolean
  /** The lines of a new entry, for a collection of indented lines; the first without a dash. */
  readonly lines: readonly string[]
  /** The same in brackets. */
  readonly inline: string
}

interface Collection {
  readonly kind: 'map' | 'list'
  readonly span: Span
  readonly keyEnd: number
  readonly spans: readonly Span[]
  readonly isRemoved: (index: number) => boolean
  readonly additions: readonly Addition[]
}

export function isFlow({ text }: Pick<Page, 'text'>, span: Span): boolean {
  return '{['.includes(text.charAt(span.start))
}

/** Where a node's own text ends: the end that the library gives may be in the next lines. */
export function findOwnEnd(page: Page, node: TreeNode): number {
  if (node.kind === 'scalar' || node.kind === 'broken' || isFlow(page, node.span)) {
    return node.span.end
  }
  const last = node.kind === 'map' ? [...node.entries.values()].at(-1)?.value : node.items.at(-1)
  return last === undefined ? node.span.end : findOwnEnd(page, last)
}

/** The own text of each item, without the dash of a list or the question mark of a long key. */
export function listSpans(page: Page, value: TreeNode): readonly Span[] {
  return value.kind === 'list'
    ? value.items.map((item) => ({ start: item.span.start, end: findOwnEnd(page, item) }))
    : [...getEntries(value)].map((entry) => ({
        start: entry.span.start,
        end: findOwnEnd(page, entry.value),
      }))
}

/** Changes the map or the list that is the value of a key. */
export function changeCollection(
  page: Page,
  { span: key, value }: Pick<Entry, 'span' | 'value'>,
  isRemoved: (index: number) => boolean,
  additions: readonly Addition[],
): void {
  const spans = listSpans(page, value)
  if (additions.length === 0 && !spans.some((_, index) => isRemoved(index))) return
  const { kind, span } = value
  if (kind !== 'map' && kind !== 'list') throw UNKNOWN_LAYOUT
  const collection = { kind, span, keyEnd: key.end, spans, isRemoved, additions }
  const needsLines = kind === 'map' || additions.some(({ lines }) => lines.length > 1)
  if (!isFlow(page, span)) changeIndented(page, collection)
  else if (page.text.slice(span.start, span.end).includes('\n')) changeTallFlow(page, collection)
  else if (!page.inBrackets && spans.length === 0 && needsLines) unfold(page, collection)
  else rewriteFlow(page, collection)
}

/** The indentation of an entry that begins a line. With anything else before it: unknown layout. */
function indentOf(page: Page, span: Span, kind: 'map' | 'list'): string {
  const before = page.text.slice(findLineStart(page, span.start), span.start)
  const [, indent] = (kind === 'map' ? /^( *)(?:\? +)?$/ : /^( *)- +$/).exec(before) ?? []
  if (indent === undefined) throw UNKNOWN_LAYOUT
  return indent
}

/** Whole lines before the one at `at`; the text may lack its last line break. */
function insertLines({ text, eol, edits }: Page, at: number, lines: readonly string[]): void {
  const open = at === text.length && text !== '' && !text.endsWith('\n')
  const added = open ? lines.map((line) => `${eol}${line}`) : lines.map((line) => `${line}${eol}`)
  edits.push({ start: at, end: at, text: added.join('') })
}

function changeIndented(page: Page, collection: Collection): void {
  const { spans, isRemoved, additions, kind, keyEnd } = collection
  const [first] = spans
  if (first === undefined) throw UNKNOWN_LAYOUT
  const indent = indentOf(page, first, kind)
  const removed = spans.filter((_, index) => isRemoved(index))
  for (const span of removed) indentOf(page, span, kind)
  changeLines(page, collection, indent, (each) => writeLines(each, kind))
  if (additions.length === 0 && removed.length === spans.length) {
    const colon = findColon(page, keyEnd)
    page.edits.push({ start: colon, end: colon, text: kind === 'map' ? ' {}' : ' []' })
  }
}

function writeLines({ lines }: Addition, kind: Collection['kind']): readonly string[] {
  return lines.map((line, index) => (index === 0 && kind === 'list' ? `- ${line}` : line))
}

/** Removes whole lines, and inserts others that are indented like the entries. */
function changeLines(
  page: Page,
  { spans, isRemoved, additions }: Collection,
  indent: string,
  write: (addition: Addition) => readonly string[],
): void {
  for (const lines of listRemovedLines(page, spans, isRemoved)) {
    page.edits.push({ ...lines, text: '' })
  }
  const findPlaceAbove = makePlaceFinder(page, spans)
  for (const addition of additions) {
    const above = addition.belowHeading ? undefined : spans[addition.after]
    const at = above ? findEntryEnd(page, above) : findPlaceAbove(addition.after + 1)
    const lines = write(addition).map((line) => (line === '' ? '' : `${indent}${line}`))
    insertLines(page, at, lines)
  }
}

/** Where to insert a line above an entry: below a heading, but above the entry's own comment. */
function makePlaceFinder(page: Page, spans: readonly Span[]): (index: number) => number {
  const paragraphs = new Map(listParagraphs(page, spans).map((each) => [each.first, each]))
  return (index) => {
    const paragraph = paragraphs.get(index)
    return paragraph && isOwnComment(page, spans, paragraph)
      ? paragraph.comment.start
      : findLineStart(page, spans[index]?.start ?? 0)
  }
}

function findColon({ text }: Page, keyEnd: number): number {
  const match = /\s*:/y
  match.lastIndex = keyEnd
  if (!match.test(text)) throw UNKNOWN_LAYOUT
  return match.lastIndex
}

/** `teams: {}` gets its first entries, on lines of their own. */
function unfold(page: Page, { kind, span, keyEnd, additions }: Collection): void {
  const colon = findColon(page, keyEnd)
  const start = findLineStart(page, span.start)
  const owner = /^ */.exec(page.text.slice(start))?.[0] ?? ''
  if (findLineStart(page, keyEnd) !== start || /[{[]/.test(page.text.slice(start, span.start))) {
    throw UNKNOWN_LAYOUT
  }
  page.edits.push({ start: colon, end: span.end, text: '' })
  const lines = additions.flatMap((each) => writeLines(each, kind))
  insertLines(
    page,
    findNextLine(page, span.end),
    lines.map((line) => `${owner}  ${line}`),
  )
}

/** Remaining and new entries, in the order of the text. */
function sortEntries<T>(
  { spans, isRemoved, additions }: Collection,
  kept: (span: Span) => T,
  added: (addition: Addition) => T,
): T[] {
  const following = groupBy(additions, ({ after }) => after)
  const at = (index: number) => (following.get(index) ?? []).map(added)
  return [
    ...at(-1),
    ...spans.flatMap((span, index) => [...(isRemoved(index) ? [] : [kept(span)]), ...at(index)]),
  ]
}

function rewriteFlow(page: Page, collection: Collection): void {
  const { span, kind } = collection
  const parts = sortEntries(
    collection,
    (each) => findTaken(page, each),
    ({ inline }) => inline,
  )
  const inner = page.text.slice(span.start + 1, span.end - 1)
  const spaced = inner.trim() === '' ? kind === 'map' : inner.startsWith(' ')
  const pad = spaced && parts.length > 0 ? ' ' : ''
  const listed = `${pad}${parts.join(', ')}${pad}`
  page.edits.push({ ...span, text: kind === 'map' ? `{${listed}}` : `[${listed}]` })
}

/** The text of a span with the edits inside it, which are then removed from the edits of the page. */
function findTaken({ text, edits }: Page, { start, end }: Span): string {
  const inside = edits.filter((edit) => edit.start >= start && edit.end <= end)
  for (const edit of inside) edits.splice(edits.indexOf(edit), 1)
  return applyEdits(text.slice(start, end), start, inside.sort(compareStarts))
}

/** Brackets over several lines: each entry must be on its own line. */
function changeTallFlow(page: Page, collection: Collection): void {
  const { spans, isRemoved, additions } = collection
  const lines = spans.map(({ start, end }) => {
    const indent = page.text.slice(findLineStart(page, start), start)
    const rest = /([ \t]*,)?[ \t]*(?:#[^\n]*?)?\r?(?:\n|$)/y
    rest.lastIndex = end
    const match = rest.exec(page.text)
    if (!/^[ \t]*$/.test(indent) || match === null) throw UNKNOWN_LAYOUT
    return { indent, end, comma: match[1] !== undefined }
  })
  const [first] = lines
  if (first === undefined) throw UNKNOWN_LAYOUT
  const last = lines.findLast((_, index) => !isRemoved(index))
  if (additions.length > 0 && last?.comma === false) {
    page.edits.push({ start: last.end, end: last.end, text: ',' })
  }
  changeLines(page, collection, first.indent, ({ inline }) => [`${inline},`])
}
