/** Addresses: readable where names are harmless, and never two things under one address. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Subject } from '../../src/core/model/address.ts'
import { formatAddress, normaliseAddress } from '../../src/core/model/address.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import { team as named } from './build.ts'

const team = (name: string) => formatAddress(named(name))

describe('an address', () => {
  test('says what kind of thing it is, and its name', () => {
    expect(formatAddress({ kind: 'agent', email: 'ada@acme.com' })).toBe('agent/ada@acme.com')
    expect(team('billing')).toBe('team/billing')
    expect(formatAddress({ kind: 'member', group: named('billing'), email: 'ada@acme.com' })).toBe(
      'team/billing/ada@acme.com',
    )
  })

  test.each([
    ['%', '%25'],
    ['/', '%2F'],
    ['*', '%2A'],
    ['?', '%3F'],
    ['\n', '%0A'],
    ['\u0000', '%00'],
    ['\u001b', '%1B'],
    ['\u007f', '%7F'],
    ['\u0085', '%C2%85'],
    ['%2F', '%252F'],
  ])('encodes what is syntax, pattern or control: %j', (name, encoded) => {
    expect(team(`a${name}b`)).toBe(`team/a${encoded}b`)
    expect(decodeURIComponent(team(`a${name}b`))).toBe(`team/a${name}b`)
    expect(formatAddress({ kind: 'agent', email: `a${name}b` })).toBe(`agent/a${encoded}b`)
    expect(formatAddress({ kind: 'member', group: named(name), email: name })).toBe(
      `team/${encoded}/${encoded}`,
    )
  })

  test('leaves everything else as it is written', () => {
    expect(team('tier 1 — größe #2 & co, "x" 🦉')).toBe('team/tier 1 — größe #2 & co, "x" 🦉')
    expect(formatAddress({ kind: 'agent', email: 'a+b@x.io' })).toBe('agent/a+b@x.io')
  })

  test('stands for one thing only, however hostile the names, and on one line', () => {
    const unit = fc.constantFrom('a', '#', '/', '%', '2', 'F', '*', '?', '\n', 'é', '@', '\ud800')
    const name = fc.string({ unit, minLength: 1, maxLength: 6 })
    const id = fc.constantFrom(null, 2)
    const group = fc.oneof(
      name.map(named),
      fc.record({ kind: fc.constant('group' as const), of: fc.constant(INBOX), name, id }),
    )
    const subject: fc.Arbitrary<Subject> = fc.oneof(
      fc.record({ kind: fc.constant('agent' as const), email: name }),
      group,
      fc.record({ kind: fc.constant('member' as const), group, email: name }),
    )
    fc.assert(
      fc.property(subject, subject, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b)
        expect(formatAddress(a) === formatAddress(b)).toBe(same)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(formatAddress(a)).not.toMatch(/[*?\u0000-\u001f]/)
      }),
      { seed: 20_261_123, numRuns: 5_000 },
    )
  })
})

describe('an address that somebody wrote', () => {
  test.each([
    ['capitals', 'agent/Ada@Acme.com', 'agent/ada@acme.com'],
    ['a capital in a team and a person', 'team/Billing/Ada@Acme.com', 'team/billing/ada@acme.com'],
    ['a space and its escape', 'team/tier%201', 'team/tier 1'],
    ['an umlaut and its escape', 'agent/J%C3%BCrgen@acme.com', 'agent/jürgen@acme.com'],
    ['capitals of an escape', 'team/a%2fb', 'team/a%2Fb'],
    ['a rule', 'Rule/administrators', 'rule/administrators'],
  ])('means what it says, with %s', (_, written, other) => {
    expect(normaliseAddress(written)).toBe(normaliseAddress(other))
  })

  test.each(['team/100%', 'team/%ff', 'team/a%c3', 'agent/%E0%A4@acme.com', 'team', 'agent', ''])(
    'with what is no escape, or without a name, is taken as it stands: %j',
    (written) => {
      const others = ['team/', 'team/100', 'team/a', 'team/ÿ', 'agent/', 'agent/@acme.com']
      expect(others.map((each) => normaliseAddress(each))).not.toContain(normaliseAddress(written))
      expect(normaliseAddress(normaliseAddress(written))).toBe(normaliseAddress(written))
    },
  )
})
