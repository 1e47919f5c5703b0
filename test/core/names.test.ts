/** Normal forms of names: what counts as the same person or team. */
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareCodeUnits,
  normaliseDomain,
  normaliseEmail,
  normalisePattern,
  normaliseTeamName,
} from '../../src/core/model/names.ts'

describe('an e-mail address', () => {
  test.each([
    ['Ada@ACME.com', 'ada@acme.com'],
    ['  ada@acme.com\t\n', 'ada@acme.com'],
    ['ada+desk@acme.com', 'ada+desk@acme.com'],
    ['a.d.a@acme.com', 'a.d.a@acme.com'],
    ['ÄDA@acme.com', 'äda@acme.com'],
    ['ΑΣ@acme.com', 'ασ@acme.com'],
    ['xn--mnchen-3ya@acme.com', 'xn--mnchen-3ya@acme.com'],
  ])('is trimmed and lower-cased, and no more: %j is %j', (written, normal) => {
    expect(normaliseEmail(written)).toBe(normal)
    expect(normaliseEmail(normal)).toBe(normal)
  })

  test.each([
    ['ju\u0308rgen@acme.com', 'j\u00fcrgen@acme.com', 'NFD and NFC'],
    ['zoe@XN--MNCHEN-3YA.example', 'zoe@münchen.example', 'punycode and Unicode of one domain'],
    ['zoe@mu\u0308nchen.example', 'zoe@xn--mnchen-3ya.example', 'NFD and punycode'],
    ['zoe@mail.xn--wgv71a119e.xn--p1ai', 'zoe@mail.日本語.рф', 'in every label'],
    ['zoe@xn--strae-oqa.de', 'zoe@STRAẞE.de', 'with a letter that other rules turn into two'],
  ])('%j and %j are one: %s', (one, other) => {
    expect(normaliseEmail(one)).toBe(normaliseEmail(other))
  })

  // What `URL` would take for one host, and what people cannot tell apart.
  test.each([
    ['ada@strasse.de', 'ada@straße.de'],
    ['ada@1.1', 'ada@1.0.0.1'],
    ['ada@acme.com', 'ada@acme.com:80'],
    ['ada@acme.com', 'ada@ac%6de.com'],
    ['ada@acme.com', 'ada@acme.com/x'],
    ['ada@acme.com', 'ada@acme.com\\x'],
    ['ada@acme.com', 'ada@ac\u200bme.com'],
    ['ada@acme.com', 'ada@ａcme.com'],
    ['ada@acme.com', 'ada@acme。com'],
    ['ada@acme.com', 'ada@acme.com.'],
    ['ada@xn--80ak6aa92e.com', 'ada@apple.com'],
    ['ada@xn--acme-.com', 'ada@acme.com'],
    ['xn--mnchen-3ya@acme.com', 'münchen@acme.com'],
    ['ας@acme.com', 'ασ@acme.com'],
  ])('%j and %j are two', (one, other) => {
    expect(normaliseEmail(one)).not.toBe(normaliseEmail(other))
  })
})

const odd = fc.string({
  unit: fc.constantFrom(
    ...[
      'a',
      'z',
      'Z',
      '@',
      '.',
      '-',
      'xn--',
      'xn--mnchen-3ya',
      '9',
      ' ',
      '\u00a0',
      '\u0301',
      'u\u0308',
    ],
    ...[
      'ü',
      'ß',
      'ẞ',
      'Σ',
      'ς',
      'İ',
      'ı',
      '\u200b',
      '\u0007',
      '\ud800',
      '🦉',
      '*',
      '?',
      '/',
      '%',
      '\u0345',
    ],
  ),
  maxLength: 12,
})
const anything = fc.oneof(odd, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))

test('a normal form of any text is its own normal form', () => {
  fc.assert(
    fc.property(anything, (text) => {
      for (const normalise of [normaliseEmail, normaliseDomain, normaliseTeamName]) {
        const normal = normalise(text)
        expect(normalise(normal)).toBe(normal)
      }
      expect(normalisePattern(normalisePattern(text))).toBe(normalisePattern(text))
    }),
    { seed: 20_261_125, numRuns: 3_000 },
  )
})

test('a domain is its punycode, whatever letters it has', () => {
  const label = fc.string({
    unit: fc.constantFrom(...'abcxyzäöüßéèñçøåıłžščабвгдабгдещцшяαβγδειλω日本語中文한국어שלוםसहिन'),
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(label, label, (one, two) => {
      const domain = `${one}.${two}`.normalize('NFC')
      const ascii = domainToASCII(domain)
      fc.pre(ascii !== '')
      expect(normaliseDomain(ascii)).toBe(normaliseDomain(domain))
      expect(normaliseDomain(domain)).toBe(domain)
    }),
    { seed: 20_261_125, numRuns: 1_000 },
  )
})

describe('a team name', () => {
  test.each([
    ['Tier 1', 'tier 1', 'lower-cased'],
    [' Tier  1 ', 'tier  1', 'trimmed outside, and not inside, as newer servers store it'],
    ['\u0007Tier\t1 \u009f', 'tier1', 'without control characters'],
    ['tier 1\u00a0', 'tier 1\u00a0', 'with every other space'],
    ['ΟΔΟΣ', 'οδοσ', 'with one sigma: capital'],
    ['οδος', 'οδοσ', 'with one sigma: final'],
    ['οδοσ', 'οδοσ', 'with one sigma: inner'],
    ['ΟΔΟΣ ΟΔΟΣ', 'οδοσ οδοσ', 'with one sigma: every word’s'],
    ['STRAẞE', 'straße', 'lower-cased outside ASCII'],
  ])('%j is %j: %s', (written, normal) => {
    expect(normaliseTeamName(written)).toBe(normal)
    expect(normaliseTeamName(normal)).toBe(normal)
  })

  test('keeps letters apart that only look or sort alike', () => {
    expect(normaliseTeamName('\u00e9')).not.toBe(normaliseTeamName('e\u0301'))
    expect(normaliseTeamName('straße')).not.toBe(normaliseTeamName('strasse'))
  })
})

describe('order', () => {
  test('is by code units, whatever the locale', () => {
    expect(['b', 'ä', 'a', 'B', 'a1', '🦉', 'Ａ', 'a'].sort(compareCodeUnits)).toEqual([
      'B',
      'a',
      'a',
      'a1',
      'b',
      'ä',
      '🦉',
      'Ａ',
    ])
  })
})
