/** Normal forms of names: what counts as the same person or team. */
import { describe, expect, test } from 'vitest'
import { byCodeUnits, normaliseEmail, normaliseTeamName } from '../../src/core/names.ts'

describe('an e-mail address', () => {
  test.each([
    ['Ada@ACME.com', 'ada@acme.com'],
    ['  ada@acme.com\t\n', 'ada@acme.com'],
    ['ada+desk@acme.com', 'ada+desk@acme.com'],
    ['a.d.a@acme.com', 'a.d.a@acme.com'],
    ['ÄDA@acme.com', 'äda@acme.com'],
  ])('is trimmed and lower-cased, and no more: %j is %j', (written, normal) => {
    expect(normaliseEmail(written)).toBe(normal)
    expect(normaliseEmail(normal)).toBe(normal)
  })
})

describe('a team name', () => {
  test.each([
    ['Tier 1', 'tier 1', 'lower-cased'],
    [' Tier  1 ', ' tier  1 ', 'not trimmed, because the server does not trim it'],
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
    expect(['b', 'ä', 'a', 'B', 'a1', '🦉', 'Ａ', 'a'].sort(byCodeUnits)).toEqual([
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
