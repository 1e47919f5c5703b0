/**
 * Text for a terminal: makes hostile text harmless, measures and wraps it by display width. Knows
 * nothing about reports.
 */
import { hideMarks, reveal } from '../../core/model/visible.ts'
import { abridge } from '../abridge.ts'
import { getSegmenter, measureWidth } from './width.ts'

export const WIDTH = 80

/** Colours by meaning; without colours each one returns the text as it is. */
export type Paint = Readonly<
  Record<'good' | 'bad' | 'worst' | 'unsure' | 'faint' | 'strong', (text: string) => string>
>

const SEPARATED = '## '

const asItIs = (text: string): string => text

export const PLAIN: Paint = {
  good: asItIs,
  bad: asItIs,
  worst: asItIs,
  unsure: asItIs,
  faint: asItIs,
  strong: asItIs,
}

/** The escape function of text: one printable line, other characters as `\u{…}`. */
export function makePrintable(text: string): string {
  return hideMarks(reveal(text), SEPARATED)
}

/** Printable and cut to a readable length. */
export function shorten(text: string): string {
  return makePrintable(abridge(text))
}

/**
 * Makes a finished text harmless in the log of a GitHub Actions job, where every text may be shown: there,
 * `::` at the beginning of a line, also after spaces, begins a command.
 */
export function hideCommands(text: string): string {
  return hideMarks(text, SEPARATED).replace(/^([^\S\n]*):(?=:)/gm, '$1: ')
}

export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - measureWidth(text)))
}

/** Breaks at spaces, and inside a word only if the word is longer than a line. Never empty. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => splitWord(each, columns))) {
    if (line === '') line = word
    else if (measureWidth(line) + 1 + measureWidth(word) <= columns) line += ` ${word}`
    else {
      lines.push(line)
      line = word
    }
  }
  lines.push(line)
  return lines
}

// The segmenter takes four times as long for a text of twice the length.
const PIECES = /.{1,1000}/gsu

function listSegments(text: string): readonly string[] {
  const pieces = [...text.matchAll(PIECES)]
  return pieces.flatMap(([piece]) =>
    [...getSegmenter().segment(piece)].map(({ segment }) => segment),
  )
}

function splitWord(word: string, columns: number): string[] {
  if (measureWidth(word) <= columns) return [word]
  const parts: string[] = []
  let part = ''
  let used = 0
  for (const segment of listSegments(word)) {
    const more = measureWidth(segment)
    if (part !== '' && used + more > columns) {
      parts.push(part)
      part = ''
      used = 0
    }
    part += segment
    used += more
  }
  parts.push(part)
  return parts
}

/** Wrapped to the page; every line except the first is indented by `hanging` columns. */
export function wrapParagraph(text: string, hanging = 0): string {
  return wrap(text, WIDTH - hanging).join(`\n${' '.repeat(hanging)}`)
}

/** Each text as a paragraph, without those that are empty. */
export function wrapParagraphs(texts: readonly string[]): string {
  return joinTexts(
    texts.map((text) => wrapParagraph(text)),
    '\n',
  )
}

/** Without those that are empty. */
export function joinTexts(texts: readonly string[], separator = '\n\n'): string {
  return texts.filter((text) => text !== '').join(separator)
}

/** A longer label gets its own line, so that it is not cut and leaves room for the other columns. */
const WIDEST_LABEL = 32
const NARROWEST_LABEL = 16

/** The width that the labels of a table need, without those that get their own line. */
export function measureLabels(labels: readonly string[]): number {
  return labels
    .map(measureWidth)
    .filter((columns) => columns <= WIDEST_LABEL)
    .reduce((most, each) => Math.max(most, each), NARROWEST_LABEL)
}

/** A line of a section: a name, and what there is to say of it. */
export interface SectionRow {
  readonly label: string
  readonly text: string
}

export function renderSection(title: string, rows: readonly SectionRow[], paint: Paint): string {
  const start = measureLabels(rows.map(({ label }) => label)) + 4
  const lines = rows.flatMap(({ label, text }) => {
    const wrapped = wrap(text, WIDTH - start).map((line) => ' '.repeat(start) + line)
    if (measureWidth(label) > WIDEST_LABEL) return [`  ${label}`, ...wrapped]
    return [pad(`  ${label}`, start) + wrapped.join('\n').slice(start)]
  })
  return [paint.strong(title), ...lines].join('\n')
}
