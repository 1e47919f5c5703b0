/** Which texts a reader takes for the same, and what is said of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  describeContrast,
  findResemblances,
  normaliseLooks,
} from '../../src/core/messages/alike.ts'

const first = (what: string, shown: string) =>
  `they look alike, but the first has ${what}: it is "${shown}"`

describe('two texts that look alike are told apart', () => {
  test.each([
    ['a blank at the end', 'Ada ', 'Ada', 'an extra space (U+0020)', 'Ada\\u{20}'],
    ['a second blank', 'tier  1', 'tier 1', 'an extra space (U+0020)', 'tier\\u{20}\\u{20}1'],
    ['another kind of blank', 'tier\u00a01', 'tier 1', 'a no-break space (U+00A0)', 'tier\\u{a0}1'],
    ['a wide blank', 'tier\u30001', 'tier 1', 'an ideographic space (U+3000)', 'tier\\u{3000}1'],
    ['a mark of its own', 'Zoe\u0308', 'Zoë', 'a combining mark (U+0308)', 'Zoe\\u{308}'],
    ['nothing to see', 'Ada\u200b', 'Ada', 'a zero-width space (U+200B)', 'Ada\\u{200b}'],
    ['a soft hyphen', 'sup\u00adport', 'support', 'a soft hyphen (U+00AD)', 'sup\\u{ad}port'],
    ['a tag', 'Ada\u{e0041}', 'Ada', 'an invisible tag character (U+E0041)', 'Ada\\u{e0041}'],
    ['a direction', 'Ada\u202e', 'Ada', 'a text direction mark (U+202E)', 'Ada\\u{202e}'],
    ['a variation', '❤\ufe0f', '❤', 'a variation selector (U+FE0F)', '❤\\u{fe0f}'],
    ['a Cyrillic letter', 'аda', 'ada', 'a Cyrillic letter (U+0430)', '\\u{430}da'],
    ['a Greek letter', 'bοb', 'bob', 'a Greek letter (U+03BF)', 'b\\u{3bf}b'],
    ['an Armenian letter', 'bօb', 'bob', 'an Armenian letter (U+0585)', 'b\\u{585}b'],
    ['a full-width letter', 'Ａda', 'Ada', 'a full-width character (U+FF21)', '\\u{ff21}da'],
    ['a mathematical letter', '𝐀da', 'Ada', 'a mathematical letter (U+1D400)', '\\u{1d400}da'],
    ['another apostrophe', 'O’B', "O'B", 'another punctuation mark (U+2019)', 'O\\u{2019}B'],
    ['another hyphen', 'A\u2011B', 'A-B', 'another dash (U+2011)', 'A\\u{2011}B'],
    ['a long dash', 'A\u2014B', 'A-B', 'another dash (U+2014)', 'A\\u{2014}B'],
    ['a small hyphen', 'A\ufe63B', 'A-B', 'another dash (U+FE63)', 'A\\u{fe63}B'],
    [
      'letters that are one, as in text from a PDF',
      'o\ufb03ce',
      'office',
      'joined letters (U+FB03)',
      'o\\u{fb03}ce',
    ],
    [
      'three dots that are one',
      'etc\u2026',
      'etc...',
      'another punctuation mark (U+2026)',
      'etc\\u{2026}',
    ],
    ['a letter of old print', '\u017fales', 'sales', 'another letter (U+017F)', '\\u{17f}ales'],
    ['a script letter', '\u2113ine', 'line', 'another letter (U+2113)', '\\u{2113}ine'],
  ])('%s', (_, a, b, what, shown) => {
    expect(describeContrast(a, b)).toBe(first(what, shown))
    expect(describeContrast(b, a)).toBe(first(what, shown).replace('first', 'second'))
  })

  test('a digit and a letter, which are both plain, by their names', () => {
    expect(describeContrast('tier 1', 'tier l')).toBe(
      'they look alike, but the first has the digit 1 (U+0031): it is "tier 1", and the second has the letter l (U+006C): it is "tier l"',
    )
    expect(describeContrast('T0M', 'TOM')).toContain('the digit 0 (U+0030)')
    expect(describeContrast('Ian', 'lan')).toContain('the letter I (U+0049)')
  })

  test('a Chinese character and the radical that a PDF has in its place', () => {
    expect(describeContrast('\u2f2d本', '山本')).toBe(
      'they look alike, but the first has a Chinese radical (U+2F2D): it is "\\u{2f2d}本", and the second has another letter (U+5C71): it is "\\u{5c71}本"',
    )
  })

  test('the same character at another place', () => {
    expect(describeContrast('a\u200bb', 'ab\u200b')).toBe(
      'they look alike, but the first has a zero-width space (U+200B): it is "a\\u{200b}b", and the second has a zero-width space (U+200B): it is "ab\\u{200b}"',
    )
  })

  test('a digit and a letter that changed places, and nothing of what stayed', () => {
    expect(describeContrast('room-O0', 'room-0O')).toBe(
      'they look alike, but the first has the letter O (U+004F), the digit 0 (U+0030): it is "room-O0", and the second has the digit 0 (U+0030), the letter O (U+004F): it is "room-0O"',
    )
    expect(findResemblances(['1l'])('l1')).toBe(
      'looks like "1l", which has the digit 1 (U+0031), the letter l (U+006C), but has the letter l (U+006C), the digit 1 (U+0031): it is "l1"',
    )
  })

  test('a difference far inside a long text is shown with what is around it', () => {
    const long = 'word '.repeat(200).trim()
    expect(describeContrast(`${long}\u00a0end`, `${long} end`)).toBe(
      first('a no-break space (U+00A0)', '…word word word word word\\u{a0}end'),
    )
  })

  test('texts too long to be shown whole are told apart where they begin to differ', () => {
    const long = 'x'.repeat(300)
    expect(describeContrast(`${long}1`, `${long}2`)).toBe(
      `they differ from character 301 on: "…${'x'.repeat(24)}1" and "…${'x'.repeat(24)}2"`,
    )
  })

  test('a long text that goes on where the other one ends is told apart there', () => {
    const long = 'x'.repeat(300)
    const [short, more] = [`"…${'x'.repeat(24)}"`, `"…${'x'.repeat(24)}, and more"`]
    expect(describeContrast(long, `${long}, and more`)).toBe(
      `they differ from character 301 on: ${short} and ${more}`,
    )
    expect(describeContrast(`${long}, and more`, long)).toBe(
      `they differ from character 301 on: ${more} and ${short}`,
    )
  })

  test('whatever they are, something is said, and it is short', () => {
    const disguises = ['aаɑａ', '1lIӏ', "'’ʼ", '-\u2011–', ' \u00a0\u3000', '日'].map((same) => [
      ...same,
      `${same[0]}\u200b`,
      `\u00ad${same[0]}`,
    ])
    const two = fc
      .constantFrom(...disguises)
      .chain((same) => fc.tuple(fc.constantFrom(...same), fc.constantFrom(...same)))
    fc.assert(
      fc.property(fc.array(two, { minLength: 1, maxLength: 12 }), (pairs) => {
        const [a, b] = [0, 1].map((side) => pairs.map((pair) => pair[side]).join('')) as [
          string,
          string,
        ]
        fc.pre(a !== b)
        expect(normaliseLooks(a)).toBe(normaliseLooks(b))
        const said = describeContrast(a, b) ?? ''
        expect(said).toMatch(/^they look alike, but the (?:first|second) has .*U\+/)
        expect(said.length).toBeLessThan(700)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('nothing is said of what anybody sees', () => {
  test.each([
    ['another name', 'Ada', 'Bob'],
    ['capitals', 'Otto', 'otto'],
    ['an accent', 'Zoe', 'Zoë'],
    ['another script that reads differently', 'Кен', 'Ken Thompson'],
    ['two Japanese names', '日本', '日木'],
    ['the same text', 'аda', 'аda'],
    ['the same long text', 'word '.repeat(200), 'word '.repeat(200)],
    ['long texts that differ early', `a${'x'.repeat(300)}`, `b${'x'.repeat(300)}`],
    ['an umlaut and a letter more', 'Jürgen', 'Juergen'],
  ])('%s', (_, a, b) => {
    expect(describeContrast(a, b)).toBeNull()
  })
})

describe('a name among others', () => {
  const said = (name: string, ...known: readonly string[]) => findResemblances(known)(name)

  test('looks like the one with plain letters', () => {
    expect(said('аda@acme.com', 'ada@acme.com', 'bob@acme.com')).toBe(
      'looks like "ada@acme.com", but has a Cyrillic letter (U+0430): it is "\\u{430}da@acme.com"',
    )
  })

  test('says it from the other side too', () => {
    expect(said('ada@acme.com', 'аda@acme.com')).toBe(
      'looks like "\\u{430}da@acme.com", which has a Cyrillic letter (U+0430)',
    )
  })

  test('looks like several, which are counted', () => {
    expect(said('billing', 'billing ', 'billing\u00a0', 'billing\u200b')).toMatch(
      /^looks like "billing\\u\{20\}".* \(and like 2 others\)$/,
    )
  })

  test.each([
    ['a Cyrillic name among Latin ones', 'кен@acme.com', ['ken@acme.com', 'ben@acme.com']],
    ['a Japanese name', '日本@acme.com', ['ada@acme.com']],
    ['itself', 'ada@acme.com', ['ada@acme.com']],
  ])('looks like none: %s', (_, name, known) => {
    expect(said(name, ...known)).toBeNull()
  })
})
