/** What the audit log says, in words: one sentence for each state, and people with their record. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse as parseCsv } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { describeAccountAccess } from '../../src/core/report/access.ts'
import { concludeFacts } from '../../src/core/report/facts.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { renderAccessCsv } from '../../src/views/access/csv.ts'
import {
  describeNotJudged,
  describePersonRecord,
  listActivityNotes,
} from '../../src/views/activity-words.ts'
import { renderCsv } from '../../src/views/csv.ts'
import { renderAccessHtml } from '../../src/views/html/access.ts'
import { renderListHtml } from '../../src/views/html/list.ts'
import { renderJson } from '../../src/views/json.ts'
import { phraseFinding } from '../../src/views/labels.ts'
import { renderListCsv } from '../../src/views/list/csv.ts'
import { renderAccessText } from '../../src/views/text/access.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { renderListText } from '../../src/views/text/list.ts'
import { added, readLog, signedIn } from '../core/audit-rows.ts'
import { snapshot } from '../core/build.ts'
import { HOSTILE, named } from './reports.ts'

const WINDOW = { state: 'read', from: '2026-11-01T00:00:00.000Z', to: '', rows: 3 } as const
const NEVER =
  'Chatwoot never logs who was removed from the account, custom roles, or sign-ins without a password.'

test.each([
  [{ ...WINDOW, reach: 'asked' }, `Audit log: read back to 2026-11-01, 3 rows. ${NEVER}`],
  [{ ...WINDOW, reach: 'beginning' }, `Audit log: begins on 2026-11-01, 3 rows. ${NEVER}`],
  [{ ...WINDOW, reach: 'beginning', rows: 0 }, `Audit log: read, but empty. ${NEVER}`],
  [
    { ...WINDOW, reach: 'cut' },
    `Audit log: only the newest 3 rows were read, back to 2026-11-01, because it is very long. ${NEVER}`,
  ],
  [{ state: 'off' }, ''],
] as const)('%o is said in one line', (activity, line) => {
  expect(listActivityNotes({ activity }).join()).toBe(line)
})

test('whom the log could not judge is counted by code', () => {
  expect(describeNotJudged({ notJudged: new Map() })).toBeNull()
  const notJudged = new Map([
    ['agent-dormant', 2],
    ['invite-stale', 1],
  ] as const)
  expect(describeNotJudged({ notJudged })).toMatch(
    /: agent-dormant \(2 people\), invite-stale \(1 person\)\.$/,
  )
})

describe('where a finding comes from is one clause', () => {
  const origin = { kind: 'recorded', at: '2026-11-20T14:02:00.000Z', apply: null } as const
  const clauses = [
    [
      { ...origin, what: 'added', by: 'mallory@evil.example' },
      'added by mallory@evil.example on 2026-11-20 14:02 UTC',
    ],
    [
      { ...origin, what: 'added', by: 'ada@acme.com', apply: 'rollcall-1a2b3c4d-007-3f9c01' },
      'added by rollcall apply (ada@acme.com) on 2026-11-20 14:02 UTC',
    ],
    [{ ...origin, what: 'removed', by: null }, 'removed by the server on 2026-11-20 14:02 UTC'],
    [{ ...origin, what: 'deleted', by: null }, 'deleted by the server on 2026-11-20 14:02 UTC'],
    [
      { ...origin, what: 'created', by: null },
      'created by the server or the Platform API on 2026-11-20 14:02 UTC',
    ],
    [
      { kind: 'unrecorded', from: '2026-11-01T00:00:00.000Z' },
      'not recorded (audit log since 2026-11-01)',
    ],
    [
      {
        kind: 'unrecorded',
        from: '2026-11-01T00:00:00.000Z',
        settings: [
          { setting: 'description', origin: null },
          {
            setting: 'auto_assign',
            origin: { what: 'changed', at: '2026-11-20T14:02:00.000Z', by: 'eve', apply: null },
          },
        ],
      },
      'description not recorded (audit log since 2026-11-01), auto_assign changed by eve on 2026-11-20 14:02 UTC',
    ],
    [{ kind: 'never' }, 'Chatwoot does not log who did this'],
  ] as const

  test.each(clauses.map(([activity, clause]) => [clause, activity] as const))(
    '"%s"',
    (clause, activity) => {
      const finding = { summary: 'agent', difference: null, activity }
      expect(phraseFinding(finding, String)).toBe(`agent; ${clause}`)
    },
  )
})

describe('a person', () => {
  const records = [
    [{ lastSignIn: null, addedAt: null, addedBy: null }, 'no sign-in recorded'],
    [
      { lastSignIn: '2026-11-20T14:02:00Z', addedAt: '2026-11-01T09:00:00Z', addedBy: null },
      'last sign-in recorded 2026-11-20 14:02 UTC, added by the server or the Platform API on 2026-11-01 09:00 UTC',
    ],
  ] as const
  test.each(records)('with %o has one phrase', (record, phrase) => {
    expect(describePersonRecord(record)).toBe(phrase)
  })

  const account = {
    ...snapshot({ agents: { 'ada@acme.com': 'administrator', 'eve@acme.com': 'agent' } }),
    activity: readLog([signedIn(20, 2), added(9, 2, { by: { id: 9, name: HOSTILE } })]),
  }

  test('has it in list and access, as text and in cells of their own, made harmless', () => {
    const access = describeAccountAccess(account, null, null)
    const texts = [
      renderListText(listAccount(account), 0, PLAIN),
      renderAccessText(access, 0, PLAIN),
    ]
    for (const text of texts) {
      expect(text.replace(/\s+/g, ' ')).toContain('last sign-in recorded 2026-11-20 14:02 UTC')
      expect(text).toContain('Audit log: read back to 2026-11-01, 2 rows.')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on
      expect(text).not.toMatch(/[\u0000\u001b\u202e]/)
    }
    for (const csv of [renderListCsv(listAccount(account)), renderAccessCsv(access)]) {
      const [head, first, second] = csv.split('\r\n')
      expect(head).toMatch(/,"last_sign_in","added_by","added_at"$/)
      expect(first).toMatch(/,"","",""$/)
      expect(second).toMatch(/,"2026-11-20T14:02:00.000Z",".*error.*","2026-11-09T14:02:00.000Z"$/)
    }
  })

  test('has it on the pages of list and access, made harmless', () => {
    const head = { tool: { name: 'rollcall', version: '1.2.3' }, generatedAt: '', diagnostics: [] }
    const access = describeAccountAccess(account, null, null)
    const pages = [
      renderListHtml(concludeFacts({ ...head, facts: listAccount(account) })),
      renderAccessHtml(concludeFacts({ ...head, facts: access })),
    ]
    for (const page of pages) {
      expect(page).toContain('last sign-in recorded 2026-11-20 14:02 UTC')
      expect(page).toContain('Audit log: read back to 2026-11-01, 2 rows.')
      expect(page).not.toContain('<script>alert')
    }
  })

  test('of whom nothing is recorded, in a report without the log, has no word of it', () => {
    const [first] = named('in-sync').accounts
    if (first === undefined || first.verdict === 'none') throw new Error('no account')
    expect(first.getOutcomes().people.map(({ seen }) => seen?.record)).toEqual([null, null])
  })
})

const conforms = new Ajv2020({
  strict: false,
  validateFormats: false,
}).compile(
  JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8')),
)

test('settings that different people changed are a list in JSON, and not one event in CSV', () => {
  const report = named('audit-log')
  const origin = {
    what: 'changed',
    at: '2026-11-20T14:02:00.000Z',
    by: 'eve',
    apply: null,
  } as const
  const settings = [
    { setting: 'description', origin: null },
    { setting: 'auto_assign', origin },
  ]
  const activity = { kind: 'unrecorded', from: '2026-11-01T00:00:00.000Z', settings } as const
  const accounts = report.accounts.map((account) => ({
    ...account,
    findings: account.findings.slice(0, 1).map((each) => ({ ...each, activity })),
  }))
  const json = JSON.parse(renderJson({ ...report, accounts }))
  expect(json.accounts[0].findings[0].activity).toEqual({
    ...{ state: 'unrecorded', what: null, by: null, at: null, apply: null },
    settings: [{ setting: 'description' }, { setting: 'auto_assign', ...origin }],
  })
  expect(conforms(json), JSON.stringify(conforms.errors)).toBe(true)
  const [row] = parseCsv(renderCsv({ ...report, accounts }) ?? '', { columns: true, bom: true })
  expect(row).toMatchObject({ what: '', by: '', at: '' })
})
