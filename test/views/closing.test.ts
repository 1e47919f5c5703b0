/** The closing record of a review: whole files, its schema, width, and hostile texts as mere text. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'parse5'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { concludeClose } from '../../src/core/review/closing.ts'
import { renderClosing } from '../../src/views/closing.ts'
import { renderClosingHtml } from '../../src/views/html/closing.ts'
import { renderClosed } from '../../src/views/review.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { snapshot } from '../core/build.ts'
import { closingFacts, DECIDED } from '../core/review/closings.ts'
import { matchHtmlGolden, matchJsonGolden } from './golden.ts'
import { HOSTILE } from './reports.ts'

const FULL = concludeClose(closingFacts())
/** Nothing but what every record has. */
const BARE = concludeClose(
  closingFacts({
    ...{ after: null, afterFile: null, reviewersFile: null, allowed: null, remediation: null },
    ...{ journals: [], remarks: [], findings: new Map() },
  }),
)
const QUIET = concludeClose(
  closingFacts({
    decisions: [DECIDED[0]],
    remediation: { fates: [], came: [], gained: [] },
    ...{ journals: [], remarks: [] },
  }),
)
const HOSTILE_RECORD = concludeClose(
  closingFacts({
    before: {
      ...snapshot({ agents: { 'ada@acme.com': { role: 'administrator', name: HOSTILE } } }),
      account: { id: 1, name: HOSTILE },
    },
    decisions: [
      { ...DECIDED[0], decision: 'remove', reviewer: HOSTILE, why: HOSTILE, ticket: HOSTILE },
    ],
    remediation: {
      fates: [{ ...DECIDED[0], happened: false, what: HOSTILE }],
      came: snapshot({ agents: { [HOSTILE]: { role: 'agent', name: HOSTILE } } }).agents,
      gained: [HOSTILE],
    },
    journals: closingFacts().journals.map((journal) => ({ ...journal, closing: null })),
  }),
)
const FILES = [{ name: 'decisions.csv', bytes: 500, sha256: 'd'.repeat(64) }]
const WRITTEN = { folder: 'closing', sha256: '7'.repeat(64) }

describe('closing.json', () => {
  const url = new URL('../../schemas/closing.schema.json', import.meta.url)
  const fits = new Ajv2020({
    strict: true,
    strictRequired: true,
    allowUnionTypes: true,
    validateFormats: false,
  }).compile(close(JSON.parse(readFileSync(url, 'utf8'))) as object)

  /** The schema with every object closed that says what is in it. */
  function close(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map(close)
    if (typeof schema !== 'object' || schema === null) return schema
    const inner = Object.entries(schema).map(([key, value]) => [key, close(value)])
    const shut = 'properties' in schema ? [['additionalProperties', false]] : []
    return Object.fromEntries([...inner, ...shut])
  }

  test.each([
    ['everything', FULL],
    ['nothing that can be missing', BARE],
    ['nothing to do', QUIET],
    ['hostile texts', HOSTILE_RECORD],
  ])('with %s fits its schema', (_, closed) => {
    fits(JSON.parse(renderClosing(closed, FILES)))
    expect(fits.errors).toBeNull()
  })

  test('reads as the golden file', async () => {
    await matchJsonGolden(renderClosing(FULL, FILES), 'closing.json')
  })
})

describe('closing.html', () => {
  test('reads as the golden file', async () => {
    await matchHtmlGolden(renderClosingHtml(FULL), 'closing.html')
  })

  test('says less where nobody looked', () => {
    const page = renderClosingHtml(BARE)
    for (const title of ['To do', 'Came since', 'Has more access', 'Changes by']) {
      expect(page).not.toContain(title)
    }
    expect(renderClosingHtml(QUIET)).not.toContain('Came since')
  })

  test('contains hostile texts as text', () => {
    const page = renderClosingHtml(HOSTILE_RECORD)
    const tags = [
      ...JSON.stringify(parse(page), (key, value) =>
        key === 'parentNode' ? undefined : value,
      ).matchAll(/"tagName":"script"/g),
    ]
    expect(tags).toEqual([])
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u202e\u200b]/u)
  })
})

describe('text', () => {
  test.each([
    ['closed', FULL, WRITTEN],
    ['decided', BARE, null],
    ['quiet', QUIET, WRITTEN],
  ] as const)('%s reads as the golden file', async (name, closed, written) => {
    const text = renderClosed(closed, written, PLAIN)
    await expect(text).toMatchFileSnapshot(`golden/closing-${name}.txt`)
    const wide = text
      .split('\n')
      .filter((line) => stringWidth(line) > 80 && !line.includes('sha256'))
    expect(wide).toEqual([])
  })

  test('of a review that is not closed names each problem and what an auditor should look at', () => {
    const problem = makeDiagnostic({ code: 'review-decision', summary: 'Nobody decided.' })
    const text = renderClosed(concludeClose(closingFacts({ problems: [problem] })), null, PLAIN)
    expect(text).toMatch(/^NOT CLOSED {2}review: 3 of 3 decided/)
    expect(text).toContain('error: Nobody decided.')
    expect(text).toContain('warning: ada@acme.com and boss@acme.com decided only about each other.')
    expect(text).not.toContain('-o DIR')
    expect(text).toMatch(/NOT CLOSED, exit code 1\n$/)
  })

  test('contains nothing that a terminal would act on', () => {
    const text = renderClosed(HOSTILE_RECORD, WRITTEN, PLAIN).replaceAll('\n', '')
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })
})
