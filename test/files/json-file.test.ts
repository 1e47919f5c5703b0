/** JSON documents of rollcall: what cannot be one is refused with its place. */
import { expect, test } from 'vitest'
import { Failure, makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { parseJsonBytes } from '../../src/files/json-file.ts'

const nest = (depth: number, open = '[', close = ']') =>
  `${open.repeat(depth)}${close.repeat(depth)}`

function parse(text: string, encoding: BufferEncoding = 'utf8'): unknown {
  return parseJsonBytes(
    Buffer.from(text, encoding),
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

test('a document that an editor saved in another encoding is refused: names would be different', () => {
  expect(() => parse('{\n"name": "Zoë"}', 'latin1')).toThrow('a.json:2:12 is not valid UTF-8')
  expect(() => parse('\ufeff{"a": 1}', 'utf16le')).toThrow(
    'a.json:1:1 is not valid UTF-8: it is UTF-16',
  )
  expect(parse('{"a": "\ufffd"}')).toBe('{"a":"\ufffd"}')
})

test('a document of 33 levels is read', () => {
  expect(parse(nest(33))).toBe(nest(33))
})

test.each([
  ['the same value', '{"a": 1,\n "a": 1}', '2:7', '`a`'],
  ['another value', '{"a": [{"b": 1}, {"b": 1, "b": 2}]}', '1:32', '`a[1].b`'],
  ['a space before its colon', '{"a": 1, "a" : 2}', '1:16', '`a`'],
  ['an escape in it', '{"a": 1, "\\u0061": 2}', '1:20', '`a`'],
  ['no letter', '{"": 1, "": 2}', '1:13', '``'],
  ['a special name', '{"__proto__": 1, "__proto__": 2}', '1:31', '`__proto__`'],
  ['a whole part', '{"a": {"b": 1}, "a": {"b": 1}}', '1:22', '`a`'],
  // The quotes and colons of this value are as many as those of one more key.
  ['a colon in another value', '{"c": ":", "a" : 1, "a": 1}', '1:26', '`a`'],
])('a key that is there twice, with %s, is refused: nobody sees both', (_, text, place, key) => {
  expect(() => parse(text)).toThrow(`a.json:${place} is invalid: ${key} is there twice`)
})

test.each([
  [
    '{"a": ":", ":": "\\":", "b": [{"a": "\\"a\\": 1"}, {"a": "\\\\"}], "c": "\\" :", "1": ["1", "1"]}',
  ],
  ['{"a":":",":":"\\":","b":[{"a":"\\"a\\": 1"},{"a":"\\\\"}],"c":"\\" :","1":["1","1"]}'],
  ['{ "a" : 1, "b"\n: [ { "a" : 1 } ] }'],
])('a document with marks of keys in values, or spaces before its colons, is read: %s', (text) => {
  expect(parse(text)).toBe(JSON.stringify(JSON.parse(text)))
})
