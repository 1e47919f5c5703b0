/** Punycode against the one that Node has. */
import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePunycode } from '../../src/core/model/punycode.ts'

test.each([
  ['mnchen-3ya', 'münchen'],
  ['wgv71a119e', '日本語'],
  ['a-ecp.ru', null],
  ['80ak6aa92e', 'аррӏе'],
  ['', null],
  ['-', null],
  ['abc-', null],
  ['99999999', null],
  ['9'.repeat(59), null],
  ['a'.repeat(60), null],
  ['MNCHEN-3YA', null],
  ['münchen', null],
])('%j stands for %j', (label, text) => {
  expect(decodePunycode(label)).toBe(text)
})

test('a label that stands for something stands for it alone', () => {
  const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/)
  fc.assert(
    fc.property(label, (given) => {
      const text = decodePunycode(given)
      fc.pre(text !== null)
      const back = domainToASCII(text ?? '')
      // Node refuses or maps what no domain may hold; whatever it writes itself is the same label.
      if (domainToASCII(`xn--${given}`) === `xn--${given}`) expect(back).toBe(`xn--${given}`)
    }),
    { seed: 20_261_125, numRuns: 5_000 },
  )
})
