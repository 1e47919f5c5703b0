/** Patterns of a policy, against a slow and obvious reading of the same rules. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normaliseTeamName } from '../../src/core/model/names.ts'
import { matches as covers } from '../../src/core/model/pattern.ts'

const matches = (pattern: string, text: string) => covers(pattern, text, normaliseTeamName)

describe('a pattern', () => {
  test.each([
    ['ada@acme.com', 'ada@acme.com', true, 'without wildcards is the text itself'],
    ['ada@acme.com', 'ada@acme.com.evil.example', false, 'has to reach the end'],
    ['acme.com', 'ada@acme.com', false, 'has to begin at the beginning'],
    ['*@acme.com', 'ada@acme.com', true, 'star is any run of characters'],
    ['*@acme.com', '@acme.com', true, 'star may be nothing'],
    ['*@acme.com', 'ada@acme.com.evil.example', false, 'what follows a star has to be the end'],
    ['*@acme.com', 'ada@evil.example@acme.com', true, 'star takes as much as it needs'],
    ['*a*b*', 'xxaxxbxx', true, 'stars take turns'],
    ['*a*b*', 'xxbxxaxx', false, 'the order between stars counts'],
    ['*ab*', 'aab', true, 'a false start after a star is given up'],
    ['**', '', true, 'two stars are one'],
    ['*', '', true, 'a star fits nothing at all'],
    ['*', 'a/b\nc', true, 'star crosses slashes and lines'],
    ['team/*', 'team/a/b', true, 'star crosses slashes in the middle'],
    ['a?c', 'abc', true, 'question mark is one character'],
    ['a?c', 'ac', false, 'question mark is not nothing'],
    ['a?c', 'abbc', false, 'question mark is not two'],
    ['a?c', 'a/c', true, 'question mark may be a slash'],
    ['a?c', 'a🦉c', true, 'question mark is one character however many units it has'],
    ['?*', '', false, 'question mark and star want at least one'],
    ['*?', 'a', true, 'star leaves one for the question mark'],
    ['', '', true, 'an empty one fits nothing'],
    ['', 'a', false, 'an empty one fits nothing else'],
    ['ADA@*', 'ada@acme.com', true, 'ignores case'],
    ['ada@*', 'ADA@ACME.COM', true, 'ignores the case of the text'],
    ['ΟΔΟΣ', 'οδοσ', true, 'ignores the form of a final sigma'],
    ['a.c', 'abc', false, 'has no other special characters: dot'],
    ['a+', 'aa', false, 'has no other special characters: plus'],
    ['[ab]', 'a', false, 'has no other special characters: brackets'],
    ['(a|b)', 'a', false, 'has no other special characters: groups'],
    ['a\\*', 'ab', false, 'has no escapes'],
    ['^a$', 'a', false, 'has no anchors'],
    ['[(\\', '[(\\', true, 'is taken as written'],
    ['archive-*', 'archive', false, 'wants the text before a star in full'],
  ])('%j on %j is %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected)
  })
})

test('agrees with the obvious reading, on every short pattern and text', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '*'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'a', '/'), maxLength: 10 })
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      expect(matches(p, t)).toBe(obvious(p, t))
    }),
    { seed: 20_261_123, numRuns: 5_000 },
  )
})

/** Exponential, and plainly what the rules say. */
function obvious(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text === ''
  if (first === '*') {
    return obvious(rest.join(''), text) || (text !== '' && obvious(pattern, text.slice(1)))
  }
  return (
    text !== '' && (first === '?' || first === text[0]) && obvious(rest.join(''), text.slice(1))
  )
}

describe('hostile patterns end', () => {
  const long = 'a'.repeat(100_000)
  // A matcher that tries every way to share a text among the stars would never come back.
  test.each([
    ['many stars, and the last letter is missing', `${'*a'.repeat(127)}*b`, long, false],
    ['many stars, and everything fits', '*a'.repeat(128), long, true],
    ['stars and question marks', `${'*?'.repeat(127)}*b`, long, false],
    ['one star before a long ending', `*${'a'.repeat(254)}b`, long, false],
    ['nested repetition of regular expressions', '(a+)+$', `${long}!`, false],
  ])('%s', (_, pattern, text, expected) => {
    expect(pattern.length).toBeLessThanOrEqual(256)
    expect(matches(pattern, text)).toBe(expected)
  })
})
