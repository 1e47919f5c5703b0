/** What is written reads back as it was meant, whatever a name is. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeYamlText } from '../../src/policy/write/yaml.ts'

describe('a text in YAML', () => {
  test.each([
    'yes',
    'No',
    'null',
    'on',
    'y',
    '1',
    '1.5',
    '2026-01-01',
    '',
    ' a',
    'a ',
    'a: b',
    '*x',
    '&x',
    '#x',
    '[a',
    'é',
    'a\u202eb',
    'a\u{e0041}b',
    '\u0000',
    "it's",
  ])('%j is quoted', (text) => {
    expect(writeYamlText(text).startsWith('"')).toBe(true)
  })

  test.each([
    ['billing\u00a0', '"billing\\u00a0"'],
    ['tier\u30001', '"tier\\u30001"'],
    ['bill\u200bing', '"bill\\u200bing"'],
    ['Zoe\u0308', '"Zoe\\u0308"'],
    ['Ada\ufe0f', '"Ada\\ufe0f"'],
  ])('%j is written with an escape for what nobody sees', (text, written) => {
    expect(writeYamlText(text)).toBe(written)
  })

  test.each(['billing', 'tier 1', 'ada@acme.com', 'Ada Lovelace', 'a.b-c+d@x.co'])(
    '%s is plain',
    (text) => {
      expect(writeYamlText(text)).toBe(text)
    },
  )

  test('reads back as it was, as a value, as a key and in a list, and is printable', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
        (text) => {
          const written = writeYamlText(text)
          expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
          expect(parse(`a: ${written}`)).toEqual({ a: text })
          expect(parse(`a: [${written}, { b: ${written} }]`)).toEqual({ a: [text, { b: text }] })
          if (text.length < 500) expect(Object.keys(parse(`? ${written}\n: 1`))).toEqual([text])
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('takes no longer for a text made to be slow', () => {
    expect(writeYamlText(`${'a'.repeat(100_000)}!`).length).toBe(100_003)
  })
})
