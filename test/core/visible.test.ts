/** What a reader cannot see, and what people write and can see. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { escapeForYaml, nameCharacter, reveal } from '../../src/core/model/visible.ts'

describe('what nobody sees is shown', () => {
  test.each([
    ['a no-break space', 'a\u00a0b', 'a\\u{a0}b'],
    ['a thin space', 'a\u2009b', 'a\\u{2009}b'],
    ['a wide blank between Latin letters', 'a\u3000b', 'a\\u{3000}b'],
    ['a wide blank at the end of a Japanese name', '山田\u3000', '山田\\u{3000}'],
    ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
    ['a soft hyphen', 'a\u00adb', 'a\\u{ad}b'],
    ['a right-to-left mark', 'a\u200f', 'a\\u{200f}'],
    ['a tag character', 'a\u{e0041}', 'a\\u{e0041}'],
    ['a variation selector behind a letter', 'a\ufe0f', 'a\\u{fe0f}'],
    ['a supplementary variation selector behind a letter', 'a\u{e0100}', 'a\\u{e0100}'],
    ['a Hangul filler', 'a\u3164', 'a\\u{3164}'],
    ['a joiner of graphemes', 'a\u034f', 'a\\u{34f}'],
    ['a blank Braille pattern', 'a\u2800', 'a\\u{2800}'],
    ['a line break', 'a\nb', 'a\\u{a}b'],
  ])('%s', (_, text, shown) => {
    expect(reveal(text)).toBe(shown)
  })

  test('nothing of it is left in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(reveal(text)).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800\u00a0\u2000-\u200a]/u,
        )
      }),
      { numRuns: 1_000 },
    )
  })
})

test.each([
  'Кен',
  '日本',
  '山田\u3000太郎',
  '김\u3000민수',
  'Ζωή',
  'Անի',
  'עדה',
  'علي',
  'आदित्य',
  'Zoë',
  'Nguyễn Văn',
  '葛\u{e0100}城',
  '❤\ufe0f',
  "O'Brien-Smith",
])('%s is a name like any other: shown as it is, and in YAML too', (name) => {
  expect(reveal(name)).toBe(name)
  expect(escapeForYaml(`"${name}"`)).toBe(`"${name}"`)
})

describe('in YAML', () => {
  test.each([
    ['a zero-width space', '"a\u200b"', '"a\\u200b"'],
    ['a no-break space', '"a\u00a0b"', '"a\\u00a0b"'],
    ['a tag character', '"a\u{e0041}"', '"a\\U000e0041"'],
    ['a mark that has one character together with its letter', '"Zoe\u0308"', '"Zoe\\u0308"'],
    ['the parts of a Korean syllable', '"\u1112\u1161\u11ab"', '"\\u1112\\u1161\\u11ab"'],
    ['a mark that would stand on the quote', '"\u0308x"', '"\\u0308x"'],
  ])('%s is an escape', (_, text, escaped) => {
    expect(escapeForYaml(text)).toBe(escaped)
  })

  test('every escape is read back as what it stands for', () => {
    const name = fc.string({
      unit: fc.constantFrom(
        'e',
        '\u0308',
        '\u00a0',
        '\u200b',
        '\u3000',
        '日',
        '\u{e0041}',
        '\u1112',
        '\u1161',
        '"',
        '\\',
        '\ufe0f',
        '❤',
      ),
    })
    fc.assert(
      fc.property(name, (text) => {
        expect(parse(escapeForYaml(JSON.stringify(text)))).toBe(text)
      }),
    )
  })
})

test.each([
  ['\u00a0', 'a no-break space (U+00A0)'],
  ['\u2009', 'another kind of space (U+2009)'],
  ['\u202e', 'a text direction mark (U+202E)'],
  ['\u200f', 'a right-to-left mark (U+200F)'],
  ['\u0308', 'a combining mark (U+0308)'],
  ['\u0430', 'a Cyrillic letter (U+0430)'],
  ['\u03bf', 'a Greek letter (U+03BF)'],
  ['\u0585', 'an Armenian letter (U+0585)'],
  ['\uff21', 'a full-width character (U+FF21)'],
  ['\ufe0f', 'a variation selector (U+FE0F)'],
  ['\u{e0041}', 'an invisible tag character (U+E0041)'],
  ['\u3164', 'an invisible character (U+3164)'],
  ['\u2019', 'another punctuation mark (U+2019)'],
  ['\u2011', 'another dash (U+2011)'],
  ['1', 'the digit 1 (U+0031)'],
  ['l', 'the letter l (U+006C)'],
  ['|', 'the character | (U+007C)'],
])('%j is called %s', (character, called) => {
  expect(nameCharacter(character)).toBe(called)
})
