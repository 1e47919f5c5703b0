/**
 * The text of a policy while it is changed: its edits, and the lines that they change, which a unified
 * diff is made from.
 */
import type { Hunk } from '../../core/adopt/amendments.ts'
import { findLineEnd, findLineStart } from '../read/lines.ts'
import type { Span } from '../read/source-text.ts'

export interface Edit extends Span {
  readonly text: string
}

export interface Page {
  readonly text: string
  readonly eol: string
  /** Whether brackets are around everything, as in JSON: then an entry cannot be on a line of its own. */
  readonly inBrackets: boolean
  readonly edits: Edit[]
}

export interface Spliced {
  readonly text: string
  readonly hunks: readonly Hunk[]
}

/** The edits may come in any order; they may touch each other, but not overlap. */
export function splice(text: string, edits: readonly Edit[]): Spliced {
  const sorted = edits.toSorted(compareStarts)
  const groups: { start: number; end: number; edits: Edit[] }[] = []
  for (const edit of sorted) {
    const { start, end } = extendToLines(text, edit)
    const last = groups.at(-1)
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end)
      last.edits.push(edit)
    } else groups.push({ start, end, edits: [edit] })
  }
  let whole = ''
  let at = 0
  let line = 0
  const hunks: Hunk[] = []
  for (const group of groups) {
    const between = text.slice(at, group.start)
    line += splitLines(between).length
    const before = text.slice(group.start, group.end)
    const after = applyEdits(before, group.start, group.edits)
    const hunk = trimEdit(line, splitLines(before), splitLines(after))
    if (hunk !== null) hunks.push(hunk)
    line += splitLines(before).length
    whole += between + after
    at = group.end
  }
  return { text: whole + text.slice(at), hunks }
}

export function compareStarts(a: Edit, b: Edit): number {
  return a.start - b.start || a.end - b.end
}

/** A span widened to the lines that it touches; between two lines it stays empty. */
function extendToLines(text: string, { start, end, text: added }: Edit): Span {
  const from = findLineStart({ text }, start)
  const atLineStart = end === 0 || text.charAt(end - 1) === '\n'
  if (from === start && atLineStart && (added === '' || added.endsWith('\n'))) return { start, end }
  return { start: from, end: findLineEnd({ text }, end) }
}

/** Edits in order, on a text that begins at `offset` of the whole. */
export function applyEdits(text: string, offset: number, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const edit of edits) {
    result += text.slice(at, edit.start - offset) + edit.text
    at = edit.end - offset
  }
  return result + text.slice(at)
}

/** Each with its line break: a last line without a line break differs from one with it. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Without the lines that are the same at either end; null if nothing is left. */
function trimEdit(start: number, before: readonly string[], after: readonly string[]): Hunk | null {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  if (head + tail === before.length && head + tail === after.length) return null
  return {
    start: start + head,
    before: before.slice(head, before.length - tail),
    after: after.slice(head, after.length - tail),
  }
}
