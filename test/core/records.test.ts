/** The records of findings and diagnostics: what a code decides, and that it is written once. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import {
  FINDING_CODES,
  FINDINGS,
  type FindingRecord,
} from '../../src/core/messages/finding-records.ts'
import { SINCE } from '../../src/core/model/server-version.ts'

const RECORDS = Object.entries<FindingRecord>(FINDINGS)

const codes = (wanted: (record: FindingRecord) => boolean) =>
  FINDING_CODES.filter((code) => wanted(FINDINGS[code]))

describe('a finding', () => {
  test('speaks for the memberships of somebody who is not wanted, not there or whose access has ended', () => {
    expect(codes(({ folds }) => folds).sort()).toEqual([
      'access-expired',
      'admin-unexpected',
      'agent-missing',
      'agent-unexpected',
      'inbox-missing',
      'inbox-unexpected',
      'invite-unexpected',
      'team-missing',
      'team-unexpected',
    ])
  })

  test('of a rule or a waiver is never adopted, and none that is critical whatever it is about but one', () => {
    const adopted = ({ fixedBy }: FindingRecord) => !/^(nothing|a later end)$/.test(fixedBy)
    for (const code of codes(adopted)) expect(code).not.toMatch(/^(rule|waiver|access)-|ghost/)
    expect(codes((each) => adopted(each) && each.risk === 'critical')).toEqual(['admin-unexpected'])
  })

  test('about something that is missing is fixed by removing its line', () => {
    for (const code of codes(() => true).filter((each) => each.endsWith('-missing'))) {
      expect(FINDINGS).toHaveProperty([code, 'fixedBy'], 'a removed line')
    }
  })

  test('about a waiver cannot be waived: it is about nothing else', () => {
    for (const code of codes(({ about }) => about.includes('waiver'))) {
      expect(code).toMatch(/^waiver-/)
      expect(FINDINGS).toHaveProperty([code, 'about'], ['waiver'])
    }
  })
})

const CODES = [...FINDING_CODES, ...Object.keys(DIAGNOSTICS)]

test('what differs by code is a column of its record: no list of codes stands beside them', () => {
  const beside = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('messages'))
    .flatMap((file) =>
      [...readFileSync(`src/${file}`, 'utf8').matchAll(/\[[^[\]]*\]/g)]
        .map(([list]) => CODES.filter((code) => list.includes(`'${code}'`)))
        .filter((listed) => listed.length > 1)
        .map((listed) => `${file}: ${listed.join(', ')}`),
    )
  expect(beside).toEqual([])
})

test('every code occurs: what `rollcall explain` explains, rollcall can say', () => {
  const rest = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(?:diagnostic|finding)-records\.ts$/.test(file))
    .map((file) => readFileSync(`src/${file}`, 'utf8'))
    .join('\n')
  expect(CODES.filter((code) => !rest.includes(`'${code}'`))).toEqual([])
})

describe('a sentence of a record', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`src/${file}`, 'utf8'))
    .join('\n')
    .replace(/\$\{SINCE\.access\}/g, SINCE.access)
  const texts = [...Object.entries(DIAGNOSTICS), ...RECORDS].flatMap(
    ([code, { meaning, remedy, example }]) =>
      [meaning, remedy, example].map((text) => [code, text] as const),
  )

  test.each(texts.filter(([, text]) => text.length > 30))(
    'stands in the source once (%s): %s',
    (_, text) => {
      const times = [text, text.replaceAll("'", "\\'")].map((each) => source.split(each).length - 1)
      expect(Math.max(...times)).toBe(1)
    },
  )
})
