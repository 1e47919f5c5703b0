/** Every view tells names apart that a reader takes for the same, and says what is different. */
import { describe, expect, test } from 'vitest'
import { decodeAddress } from '../../src/core/model/address.ts'
import type { Report } from '../../src/core/report/report.ts'
import { renderCsv } from '../../src/views/csv.ts'
import { renderGithub } from '../../src/views/github.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { renderJson } from '../../src/views/json.ts'
import { renderJunit } from '../../src/views/junit.ts'
import { renderMarkdown } from '../../src/views/markdown/report.ts'
import { renderSarif } from '../../src/views/sarif.ts'
import { renderPlain } from '../../src/views/text/lines.ts'
import { REPORTS } from './reports.ts'

const REPORT = REPORTS['look-alikes'] as Report
const uri = (file: string) => file

const VIEWS: Readonly<Record<string, string>> = {
  text: renderPlain(REPORT),
  json: renderJson(REPORT),
  markdown: renderMarkdown(REPORT, { maxBytes: 60_000, uri }),
  github: renderGithub(REPORT, { uri }),
  junit: renderJunit(REPORT, { uri }),
  sarif: renderSarif(REPORT, { uri }) ?? '',
  html: renderHtml(REPORT),
  csv: renderCsv(REPORT) ?? '',
}

/** What each looks like, in a form that every view has. */
const DIFFERENCES = [
  ['a Cyrillic letter in an address', 'a Cyrillic letter', '430'],
  ['a no-break space in the name of a team', 'a no-break space', 'a0'],
  ['a combining mark in the name of a person', 'a combining mark', '308'],
  ['a zero-width space in the name of a person', 'a zero-width space', '200b'],
  ['a wide blank in the name of a custom role', 'an ideographic space', '3000'],
  ['a blank at the end of a description', 'an extra space', '20'],
] as const

describe.each(Object.entries(VIEWS))('%s', (_format, text) => {
  const plain = text.replace(/\s+/g, ' ').replaceAll('`', '')

  test.each(DIFFERENCES)('shows %s', (_name, called, code) => {
    const point = code.toUpperCase().padStart(4, '0')
    expect(plain).toMatch(new RegExp(`${called} \\(U\\+${point}\\)`))
    expect(plain).toMatch(new RegExp(`\\\\u\\{${code}\\}|<U\\+${point}>`))
  })

  test('shows names of another script as they are, and suspects nobody for them', () => {
    expect(text).not.toMatch(/\\u\{(?:41a|43a|65e5)\}/i)
  })
})

test('JSON keeps every value as it is, and says the difference beside it', () => {
  const [account] = JSON.parse(VIEWS['json'] ?? '').accounts
  const found = account.findings.find(({ code }: { code: string }) => code === 'team-unexpected')
  expect(found).toMatchObject({
    address: 'team/billing\u00a0',
    summary: 'team, not in the policy',
    difference: 'looks like "billing", but has a no-break space (U+00A0): it is "billing\\u{a0}"',
  })
})

test('the name of a finding is written so that commands find it again', () => {
  const named = [...(VIEWS['text'] ?? '').matchAll(/^ {6}'?([a-z-]+:[a-z-]+\/[^'\n]*)'?$/gm)].map(
    ([, name = '']) => decodeAddress(name),
  )
  const [account] = JSON.parse(VIEWS['json'] ?? '').accounts
  const ids = account.findings.map(({ id }: { id: string }) => decodeAddress(id))
  expect(VIEWS['text']).toContain('team-unexpected:team/billing%C2%A0')
  expect(named.filter((name) => !ids.includes(name))).toEqual([])
  expect(named.length).toBeGreaterThan(5)
})

test('the lines to paste write what is invisible as escapes', () => {
  for (const format of ['text', 'markdown'] as const) {
    expect(VIEWS[format]).toContain('"billing\\u00a0": []')
    expect(VIEWS[format]).toContain('name: "Bob\\u200b"')
  }
})
