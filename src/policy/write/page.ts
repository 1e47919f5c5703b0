/** The text of a policy while it is changed, and where its lines begin. */
import type { Edit } from './splice.ts'

export interface Page {
  readonly text: string
  readonly eol: string
  /** Whether brackets are around everything, as in JSON: then nothing can be on its own lines. */
  readonly inBrackets: boolean
  readonly edits: Edit[]
}

export function findLineStart({ text }: Pick<Page, 'text'>, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

export function findNextLine({ text }: Pick<Page, 'text'>, end: number): number {
  // The text of a block scalar includes its last line break.
  return text.charAt(end - 1) === '\n' ? end : findLineEnd({ text }, end)
}

/** With its line break. */
export function findLineEnd({ text }: Pick<Page, 'text'>, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at + 1
}

/** Where each line before `end` begins, from the last one upwards. */
export function* listLinesAbove(page: Pick<Page, 'text'>, end: number): Iterable<number> {
  for (let at = end; at > 0; ) {
    at = findLineStart(page, at - 1)
    yield at
  }
}

/** Without its line break. */
export function readLine(page: Pick<Page, 'text'>, start: number): string {
  return page.text.slice(start, findLineEnd(page, start)).replace(/\r?\n$/, '')
}
