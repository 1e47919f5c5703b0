/** What `review verify` prints, and what stands in a manifest beside the files. */
import { describe, expect, test } from 'vitest'
import { concludeVerify, type VerifiedReview } from '../../src/core/review/results.ts'
import { renderVerified } from '../../src/views/review.ts'
import { PLAIN } from '../../src/views/text/layout.ts'

const RESULT: Omit<VerifiedReview, 'exitCode'> = {
  folder: 'review-2026-11',
  files: 12,
  manifest: 'a'.repeat(64),
  compared: false,
  closing: null,
  problems: [],
  unchecked: [],
  statement: null,
}

const show = (of: Partial<typeof RESULT>) =>
  renderVerified(concludeVerify({ ...RESULT, ...of }), PLAIN)

describe('review verify prints', () => {
  test.each<[string, Partial<typeof RESULT>]>([
    ['intact', { statement: 'review.intoto.json' }],
    [
      'compared',
      { compared: true, closing: { folder: 'closing-2026-11', sha256: 'b'.repeat(64) } },
    ],
    [
      'not-intact',
      {
        problems: [
          {
            kind: 'other-manifest',
            file: 'MANIFEST.json',
            place: '',
            problem: 'has the SHA-256 1',
          },
          { kind: 'changed', file: 'findings.csv', place: '', problem: 'is missing' },
          {
            kind: 'contradicts',
            file: 'population.csv',
            place: ':3 (\u202eken@acme.com), column name',
            problem: 'is "\u001b[31mKen", should be "Ken"',
          },
        ],
      },
    ],
    [
      'not-checked',
      {
        unchecked: [
          { wrote: '0.0.9\u001b[2J', is: '0.1.0', files: ['report.html', 'report.json'] },
          { wrote: '0.0.8', is: '0.1.0', files: ['closing/closing.html'] },
        ],
      },
    ],
  ])('%s as the golden file', async (name, of) => {
    const text = show(of)
    const lines = text.replaceAll('\n', ' ')
    expect(lines).not.toMatch(/[\p{Cc}\u202e]/u)
    await expect(text).toMatchFileSnapshot(`golden/verify-${name}.txt`)
  })
})
