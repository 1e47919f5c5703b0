/** The suggestions of policies and of the command line: what counts as near, and what does not. */
import { describe, expect, test } from 'vitest'
import { findNearest } from '../../src/policy/nearest.ts'

describe('the nearest known word', () => {
  test.each([
    ['agnets', ['agents', 'teams'], 'agents'],
    ['Members', ['members'], 'members'],
    ['customRole', ['role', 'custom_role'], 'custom_role'],
    ['--fromat', ['--color', '--format'], '--format'],
    ['on', ['no'], null],
    ['an', ['on', 'no'], 'on'],
    ['grce@acme.com', ['ada@acme.com', 'grace@acme.com'], 'grace@acme.com'],
    ['bob@acme.com', ['ada@acme.com', 'ken@acme.com'], null],
  ])('%s among %j is %j', (word, candidates, answer) => {
    expect(findNearest(word, candidates)).toBe(answer)
  })

  test('a word of three letters or more finds the one it begins, or the one it begins with', () => {
    expect(findNearest('desc', ['members', 'description'])).toBe('description')
    expect(findNearest('account_number', ['account'])).toBe('account')
    expect(findNearest('de', ['description'])).toBeNull()
  })

  test('fewer edits win over a common beginning, the first of equals wins', () => {
    expect(findNearest('rol', ['rolling', 'role'])).toBe('role')
    expect(findNearest('bat', ['cat', 'hat'])).toBe('cat')
  })

  test('nothing is near when nothing is known', () => {
    expect(findNearest('agents', [])).toBeNull()
  })
})
