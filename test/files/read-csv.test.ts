/** CSV as spreadsheets and directories write it: the cells are the same in every dress. */
import { describe, expect, test } from 'vitest'
import { readCsv } from '../../src/files/read-csv.ts'

const utf8 = (text: string) => Buffer.from(text, 'utf8')
const little = (text: string) => Buffer.from(text, 'utf16le')
const big = (text: string) => little(text).swap16()

function cells(bytes: Uint8Array) {
  const csv = readCsv(bytes)
  if ('problem' in csv) throw new Error(csv.problem)
  return csv.rows.map((row) => row.cells)
}

const PLAIN = 'mail,status\r\nzoë@acme.com,active\r\n'
const ROWS = [
  ['mail', 'status'],
  ['zoë@acme.com', 'active'],
]

test.each<[string, Buffer]>([
  ['UTF-8', utf8(PLAIN)],
  ['UTF-8 with a BOM', utf8(`\ufeff${PLAIN}`)],
  ['UTF-16LE with a BOM', little(`\ufeff${PLAIN}`)],
  ['UTF-16BE with a BOM', big(`\ufeff${PLAIN}`)],
  ['UTF-16LE without a BOM', little(PLAIN)],
  ['UTF-16BE without a BOM', big(PLAIN)],
  ['semicolons', utf8(PLAIN.replaceAll(',', ';'))],
  ['tabs', utf8(PLAIN.replaceAll(',', '\t'))],
  ['the line sep=;', utf8(`sep=;\r\n${PLAIN.replaceAll(',', ';')}`)],
  ['the line "sep=;" in quotes', utf8(`"sep=;"\n${PLAIN.replaceAll(',', ';')}`)],
  ['line feeds', utf8(PLAIN.replaceAll('\r', ''))],
  ['carriage returns', utf8(PLAIN.replaceAll('\n', ''))],
  ['no last line end', utf8(PLAIN.trimEnd())],
  ['every cell in quotes', utf8(PLAIN.replace(/[^,\r\n]+/g, '"$&"'))],
  ['blank rows', utf8(`\r\n${PLAIN}\r\n,\r\n`)],
])('%s gives the same rows', (_, bytes) => {
  expect(cells(bytes)).toEqual(ROWS)
})

describe('cells', () => {
  test('in quotes may have separators, line ends and doubled quotes', () => {
    expect(cells(utf8('a,"b;;;;"\n"x, ""y""\r\nz",2'))).toEqual([
      ['a', 'b;;;;'],
      ['x, "y"\r\nz', '2'],
    ])
  })

  test('may be empty at the end of the file', () => {
    expect(cells(utf8('a,b\n1,'))).toEqual([
      ['a', 'b'],
      ['1', ''],
    ])
  })

  test('are separated by what the line sep= says, even if the next line has more of another one', () => {
    expect(cells(utf8('sep=;\na,b,c;d'))).toEqual([['a,b,c', 'd']])
  })
})

test.each([
  ['a,b\r\n"x\r\ny",2\r\n3,4', '4', 4, 3],
  ['a,b\r"x\ry",2\r3,4', '4', 4, 3],
  ['\ufeffa,b', 'b', 1, 3],
  ['sep=;\na;b', 'b', 2, 3],
])('every cell of %j has a line and a column', (text, wanted, line, column) => {
  const csv = readCsv(utf8(text))
  if ('problem' in csv) throw new Error(csv.problem)
  const places = csv.rows.flatMap((row) =>
    row.cells.flatMap((cell, index) => (cell === wanted ? row.offsets[index] : [])),
  )
  expect(places.map((offset) => csv.findPlace(offset ?? -1))).toEqual([{ line, column }])
})

test.each<[string, Buffer, number, number, string]>([
  ['a letter of another encoding', Buffer.from([0x61, 0x2c, 0xe9]), 1, 1, 'UTF-8 or UTF-16'],
  ['half a letter of UTF-16', Buffer.from([0xff, 0xfe, 0x61]), 1, 1, 'UTF-8 or UTF-16'],
  ['a quote that is not closed', utf8('a,b\n1,"2\n'), 2, 3, 'not closed'],
  ['text after a quote', utf8('a,b\n"1"x,2'), 2, 4, 'after a closing quote'],
])('%s is refused with its place', (_, bytes, line, column, problem) => {
  expect(readCsv(bytes)).toEqual({ line, column, problem: expect.stringContaining(problem) })
})

test.each([
  ['of today', [0x50, 0x4b, 0x03, 0x04, 0x14]],
  ['of old', [0xd0, 0xcf, 0x11, 0xe0, 0xa1]],
])('a workbook %s is named as one', (_, bytes) => {
  expect(readCsv(Uint8Array.from(bytes))).toEqual({
    line: 1,
    column: 1,
    problem: 'is a workbook, not CSV: save it as "CSV UTF-8"',
  })
})
