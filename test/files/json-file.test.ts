/** JSON documents of rollcall: what cannot be one is refused with its place. */
import { expect, test } from 'vitest'
import { Failure, makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { parseJsonBytes } from '../../src/files/json-file.ts'

const nest = (depth: number, open = '[', close = ']') =>
  `${open.repeat(depth)}${close.repeat(depth)}`

function parse(text: string): unknown {
  return parseJsonBytes(
    Buffer.from(text),
    'a.json',
    ({ file, line, column }, problem) =>
      new Failure(
        makeDiagnostic({
          code: 'report-unreadable',
          summary: `${file}:${line}:${column} ${problem}`,
        }),
      ),
    (document) => JSON.stringify(document),
  )
}

test.each([
  ['a list', nest(20_000), 'a.json:1:34 '],
  ['objects', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'a.json:1:166 '],
  ['part of a document', `{\n"a": 1,\n"b": ${nest(20_000)}}`, 'a.json:3:38 '],
  ['a level too much', nest(34, '[ ', ']'), 'a.json:1:67 '],
])('%s that is nested deeper than any document of rollcall is refused', (_, text, place) => {
  expect(() => parse(text)).toThrow(`${place}is nested too deeply`)
})

test('a document of 33 levels is read', () => {
  expect(parse(nest(33))).toBe(nest(33))
})
