/** A closed review with something of everything, for tests of the record and of its views. */
import { makeDiagnostic } from '../../../src/core/messages/diagnostic.ts'
import { makeFinding } from '../../../src/core/messages/phrase.ts'
import type { ClosingFacts } from '../../../src/core/review/closing.ts'
import type { ReviewDecision } from '../../../src/core/review/decisions.ts'
import { snapshot } from '../build.ts'

export const BEFORE = snapshot({
  agents: {
    'ada@acme.com': 'administrator',
    'grace@acme.com': 'agent',
    'mallory@evil.example': 'administrator',
  },
})

const on = { date: '2026-11-24', ticket: '', why: '' } as const

export const DECIDED: readonly [ReviewDecision, ReviewDecision, ReviewDecision] = [
  { ...on, email: 'ada@acme.com', decision: 'keep', reviewer: 'boss@acme.com' },
  { ...on, email: 'grace@acme.com', decision: 'change', reviewer: 'ada@acme.com', why: 'one team' },
  {
    ...{ ...on, email: 'mallory@evil.example', decision: 'remove', reviewer: 'ada@acme.com' },
    ...{ why: 'nobody knows them', ticket: 'SEC-7' },
  },
]

const hash = (letter: string) => letter.repeat(64)

export function closingFacts(more: Partial<ClosingFacts> = {}): ClosingFacts {
  const [, change, remove] = DECIDED
  const mallory = { kind: 'agent', email: 'mallory@evil.example' } as const
  const newcomer = snapshot({ agents: { 'new@acme.com': 'agent' } }).agents
  return {
    folder: 'review',
    generatedAt: '2026-12-01T08:00:00.000Z',
    tool: { name: 'rollcall', version: '1.2.3' },
    before: BEFORE,
    people: BEFORE.agents,
    after: BEFORE,
    decisions: DECIDED,
    findings: new Map([
      [mallory.email, [makeFinding('admin-unexpected', mallory, null, 'not in the policy')]],
    ]),
    allowed: ['ada@acme.com', 'boss@acme.com'],
    notShown: ['Only the audit log shows hidden members.'],
    others: [
      makeFinding('rule-administrators', { kind: 'rule', rule: 'administrators' }, null, 'only 1'),
    ],
    remediation: {
      fates: [
        { ...change, happened: true, what: 'billing: no longer a member' },
        { ...remove, happened: false, what: 'still on the account as administrator' },
      ],
      came: newcomer,
      gained: ['ada@acme.com'],
    },
    journals: [
      {
        file: { name: 'journal-1.jsonl', bytes: 900, sha256: hash('e') },
        ...{ startedAt: '2026-11-30T10:00:00.000Z', version: '1.2.3', owner: 'bot@acme.com' },
        approval: hash('9'),
        closing: { at: '2026-11-30T10:00:05.000Z', verdict: 'drift' },
        writes: [
          {
            ...{ at: '2026-11-30T10:00:01.000Z', requestId: 'rollcall-99999999-001' },
            ...{ step: 'remove-member', address: 'team/billing/grace@acme.com' },
            ...{ outcome: 'done', status: 200 },
          },
          {
            ...{ at: '2026-11-30T10:00:02.000Z', requestId: 'rollcall-99999999-002' },
            ...{ step: 'remove-agent', address: 'agent/mallory@evil.example' },
            ...{ outcome: null, status: null },
          },
        ],
      },
    ],
    problems: [],
    remarks: [
      makeDiagnostic({
        code: 'review-note',
        summary: 'ada@acme.com and boss@acme.com decided only about each other.',
      }),
    ],
    manifestSha256: hash('a'),
    snapshotSha256: hash('b'),
    policySha256: hash('c'),
    form: { name: 'decisions.csv', bytes: 500, sha256: hash('d') },
    reviewersFile: { name: 'reviewers.csv', bytes: 30, sha256: hash('f') },
    afterFile: { name: 'later.json', bytes: 1000, sha256: hash('0') },
    ...more,
  }
}
