/**
 * Reads CSV as spreadsheets save it: RFC 4180, and also with a BOM, with semicolons or with bare line
 * feeds. Does not know what the cells mean.
 */

export interface CsvRow {
  /** The line where the row begins; the first line is 1. */
  readonly line: number
  readonly cells: readonly string[]
}

export type Csv =
  | { readonly rows: readonly CsvRow[] }
  | { readonly line: number; readonly problem: string }

/** Skips blank rows. Semicolons separate cells only if the first line has them and no commas. */
export function readCsv(bytes: Uint8Array): Csv {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { line: 1, problem: 'is not UTF-8: save it as "CSV UTF-8"' }
  }
  const [first = ''] = text.split(/\r?\n/, 1)
  const names = first.replace(/"(?:[^"]|"")*"/g, '')
  const separator = names.includes(';') && !names.includes(',') ? ';' : ','

  const end = separator === ';' ? /[;\r\n]/g : /[,\r\n]/g

  const rows: CsvRow[] = []
  let line = 1
  let row: { line: number; cells: string[] } = { line, cells: [] }
  const endRow = () => {
    if (row.cells.some((cell) => cell.trim() !== '')) rows.push(row)
    row = { line, cells: [] }
  }
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      const quote = findClosingQuote(text, at + 1)
      if (quote < 0) return { line: row.line, problem: 'has a quote that is not closed' }
      const cell = text.slice(at + 1, quote)
      line += cell.split('\n').length - 1
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
      if (at === text.length) row.cells.push('')
      continue
    }
    if (at < text.length && text[at] !== '\r' && text[at] !== '\n') {
      return { line, problem: 'has text after a closing quote' }
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    line += 1
    endRow()
  }
  endRow()
  return { rows }
}

function findClosingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at
  }
  return -1
}
