/** Where the lines of a text begin and end. Knows nothing of YAML. */

interface Text {
  readonly text: string
}

export function findLineStart({ text }: Text, offset: number): number {
  // A search from -1 would begin at 0.
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

export function findNextLine({ text }: Text, end: number): number {
  // The text of a block scalar includes its last line break.
  return text.charAt(end - 1) === '\n' ? end : findLineEnd({ text }, end)
}

/** With its line break. */
export function findLineEnd({ text }: Text, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at + 1
}

/** Where each line before `end` begins, from the last one upwards. */
export function* listLinesAbove(of: Text, end: number): Iterable<number> {
  for (let at = end; at > 0; ) {
    at = findLineStart(of, at - 1)
    yield at
  }
}

/** Without its line break. */
export function readLine(of: Text, start: number): string {
  return of.text.slice(start, findLineEnd(of, start)).replace(/\r?\n$/, '')
}
