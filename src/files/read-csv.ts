/**
 * Reads CSV as spreadsheets and directories save it: RFC 4180, and also in UTF-16, with a BOM, with
 * semicolons or tabs, with a first line `sep=;`, with bare line feeds or carriage returns. Does not
 * know what the cells mean.
 */
import type { Place } from './json-file.ts'

export interface CsvRow {
  /** The line where the row begins; the first line is 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** Where each cell begins, for `findPlace`. */
  readonly offsets: readonly number[]
}

export type Csv =
  | { readonly rows: readonly CsvRow[]; readonly findPlace: (offset: number) => Place }
  | (Place & { readonly problem: string })

const SEPARATORS = [',', ';', '\t'] as const

type Separator = (typeof SEPARATORS)[number]

/** Everything up to the next separator or line end. */
const CELL_ENDS: Readonly<Record<Separator, RegExp>> = {
  ',': /[,\r\n]/g,
  ';': /[;\r\n]/g,
  '\t': /[\t\r\n]/g,
}

/** Excel writes it, and reads it, in any language. */
const CHOSEN = /^"?sep=([,;\t])"?(?:\r\n?|\n|$)/i

const LINE_END = /\r\n?|\n/g

/** Skips blank rows. */
export function readCsv(bytes: Uint8Array): Csv {
  if (isWorkbook(bytes)) {
    return { line: 1, column: 1, problem: 'is a workbook, not CSV: save it as "CSV UTF-8"' }
  }
  const text = decode(bytes)
  if (text === null) {
    return { line: 1, column: 1, problem: 'is not UTF-8 or UTF-16: save it as "CSV UTF-8"' }
  }
  const findPlace = makeLocator(text)
  const [chosen = '', sign] = CHOSEN.exec(text) ?? []
  const separator = SEPARATORS.find((each) => each === sign) ?? guessSeparator(text)
  const end = CELL_ENDS[separator]

  const rows: CsvRow[] = []
  let line = chosen === '' ? 1 : 2
  const begin = () => ({ line, cells: [] as string[], offsets: [] as number[] })
  let row = begin()
  const endRow = () => {
    if (row.cells.some((cell) => cell.trim() !== '')) rows.push(row)
    row = begin()
  }
  for (let at = chosen.length; at < text.length; ) {
    row.offsets.push(at)
    if (text[at] === '"') {
      const quote = findClosingQuote(text, at + 1)
      if (quote < 0) return { ...findPlace(at), problem: 'has a quote that is not closed' }
      const cell = text.slice(at + 1, quote)
      line += cell.match(LINE_END)?.length ?? 0
      row.cells.push(cell.replaceAll('""', '"'))
      at = quote + 1
    } else {
      end.lastIndex = at
      const until = end.exec(text)?.index ?? text.length
      row.cells.push(text.slice(at, until))
      at = until
    }
    if (text[at] === separator) {
      at += 1
      // A separator at the very end is followed by one more, empty cell.
      if (at === text.length) {
        row.cells.push('')
        row.offsets.push(at)
      }
      continue
    }
    if (at < text.length && text[at] !== '\r' && text[at] !== '\n') {
      return { ...findPlace(at), problem: 'has text after a closing quote' }
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    line += 1
    endRow()
  }
  endRow()
  return { rows, findPlace }
}

/**
 * The formats of Excel and LibreOffice begin like ZIP archives; older formats begin with other bytes.
 */
function isWorkbook(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 4).join(' ')
  return head === '80 75 3 4' || head === '208 207 17 224'
}

/** Null if it is not valid in its encoding. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(guessEncoding(bytes), { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** A byte order mark shows it, or otherwise a zero byte beside the first letter. */
function guessEncoding([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || second === 0) return 'utf-16le'
  return (first === 0xfe && second === 0xff) || first === 0 ? 'utf-16be' : 'utf-8'
}

/** The one that the first row has most of; cells in quotes do not count. */
function guessSeparator(text: string): Separator {
  const [first = ''] = text
    .slice(0, LONGEST_HEAD)
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/[\r\n]/, 1)
  const count = (separator: string) => first.split(separator).length
  return SEPARATORS.reduce((best, each) => (count(each) > count(best) ? each : best))
}

const LONGEST_HEAD = 65_536

/** Finds the lines once, and only if it is asked: a form of thousands of rows can be wrong in each. */
function makeLocator(text: string): (offset: number) => Place {
  let starts: readonly number[] | null = null
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(LINE_END), (each) => each.index + each[0].length)]
    let [low, high] = [0, starts.length]
    // The last line that begins at or before the offset.
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

function findClosingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return -1
}
