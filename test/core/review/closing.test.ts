/** The closing record, and the journals that are sealed in it. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type JournalLine, writeJournalLine } from '../../../src/core/apply/journal.ts'
import { concludeClose } from '../../../src/core/review/closing.ts'
import { noteJournals, sealJournal } from '../../../src/core/review/sealed-journal.ts'
import { snapshot } from '../build.ts'
import { BEFORE, closingFacts, DECIDED } from './closings.ts'

describe('the result of a review', () => {
  test('is 1 with a problem, 2 with something that was not done, else 0', () => {
    const problem = closingFacts().remarks
    const fate = (happened: boolean) => ({
      fates: [{ ...DECIDED[2], happened, what: 'x' }],
      came: [],
      gained: [],
    })
    const end = (...more: readonly Parameters<typeof closingFacts>[0][]) =>
      concludeClose(closingFacts(Object.assign({}, ...more))).exitCode
    expect(end({ remediation: null })).toBe(0)
    expect(end({ remediation: fate(true) })).toBe(0)
    expect(end({ remediation: fate(false) })).toBe(2)
    expect(end({ remediation: fate(false), problems: problem })).toBe(1)
  })

  test('has each decision with person, findings and what became of it', () => {
    const { decisions, decided, reviewers } = concludeClose(closingFacts())
    expect(decided).toEqual({ keep: 1, change: 1, remove: 1 })
    expect(
      decisions.map(({ person, findings, result }) => [person.id, findings.length, result]),
    ).toEqual([
      [1, 0, null],
      [2, 0, { done: true, what: 'billing: no longer a member' }],
      [3, 1, { done: false, what: 'still on the account as administrator' }],
    ])
    expect(reviewers.map(({ email, role }) => [email, role])).toEqual([
      ['ada@acme.com', 'administrator'],
      ['boss@acme.com', null],
    ])
  })

  test('leaves out who is not of the review', () => {
    const nobody = { ...DECIDED[0], email: 'nobody@acme.com' }
    expect(concludeClose(closingFacts({ decisions: [nobody] })).decisions).toEqual([])
  })
})

describe('a journal', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const file = { name: 'journal-1.jsonl', bytes: 1, sha256: 'f'.repeat(64) }
  const AT = '2026-11-24T12:00:00.000Z'
  const first: JournalLine & { line: 'first' } = {
    line: 'first',
    format: 'rollcall.journal',
    format_version: '1.0',
    at: AT,
    version: '0.2.0',
    hash: 'a'.repeat(64),
    server: 'https://chat.acme.com',
    account: 1,
    owner: 'ada@acme.com',
    before: 'b'.repeat(64),
  }
  const intent = (number: number): JournalLine => ({
    line: 'intent',
    at: AT,
    number,
    request_id: `rollcall-1-${number}`,
    step: 'remove-agent',
    address: 'agent/ken@acme.com',
    write: { kind: 'delete-agent' },
  })
  const result = (number: number, outcome: 'done' | 'unknown' = 'done'): JournalLine => ({
    line: 'result',
    at: AT,
    number,
    answer: 'accepted',
    status: 200,
    outcome,
  })
  const closing = { line: 'closing', at: AT, verdict: 'in_sync', done: 1, unknown: 0 } as const

  function write(...lines: JournalLine[]): string[] {
    let previous: string | null = null
    return lines.map((line) => {
      const text = writeJournalLine(line, previous)
      previous = sha256(text)
      return text
    })
  }
  const seal = (texts: readonly string[]) =>
    sealJournal(
      texts.map((text) => ({ text, hash: sha256(text) })),
      file,
      BEFORE,
    )
  const WHOLE = write(first, intent(1), result(1), closing)

  test('says who did what when, and with which result', () => {
    const sealed = seal(write(first, intent(1), intent(2), result(2), closing))
    expect(sealed).toEqual({
      file,
      startedAt: AT,
      version: '0.2.0',
      owner: 'ada@acme.com',
      approval: 'a'.repeat(64),
      closing: { at: AT, verdict: 'in_sync' },
      writes: [
        {
          ...{ at: AT, requestId: 'rollcall-1-1', step: 'remove-agent' },
          ...{ address: 'agent/ken@acme.com', outcome: null, status: null },
        },
        {
          ...{ at: AT, requestId: 'rollcall-1-2', step: 'remove-agent' },
          ...{ address: 'agent/ken@acme.com', outcome: 'done', status: 200 },
        },
      ],
    })
  })

  test.each<[string, readonly string[], RegExp]>([
    ['nothing', [], /^is not the journal of an apply$/],
    ['something else', ['{}'], /^is not the journal of an apply$/],
    [
      'without a line',
      WHOLE.filter((_, index) => index !== 2),
      /^was changed: Line 3 does not follow the line before it$/,
    ],
    [
      'with another address',
      WHOLE.map((line) => line.replace('ken@', 'bob@')),
      /^was changed: Line 3/,
    ],
    [
      'that goes on after its end',
      [...WHOLE, '{"line":'],
      /^was changed: lines follow after its end$/,
    ],
    ['of another account', write({ ...first, account: 2 }), /^is of account 2 on/],
    [
      'of another server',
      write({ ...first, server: 'https://x.example' }),
      /^is of account 1 on https:\/\/x/,
    ],
    [
      'from before the review',
      write({ ...first, at: '2026-11-23T12:00:00.500Z' }),
      /^is from before the review$/,
    ],
  ])('%s is refused', (_, texts, says) => {
    const sealed = seal(texts)
    expect('problem' in sealed && sealed.problem).toMatch(says)
  })

  test('that leaves something open is pointed out', () => {
    const notes = (texts: readonly string[]) => {
      const sealed = seal(texts)
      return 'problem' in sealed ? null : noteJournals([sealed], null).map(({ summary }) => summary)
    }
    expect(notes(WHOLE)).toEqual([])
    expect(notes([...write(first, intent(1)), '{"li'])).toEqual([
      'The journal journal-1.jsonl has no closing line because the run was stopped, and has no result for 1 request.',
    ])
    expect(notes(write(first, intent(1), result(1, 'unknown'), closing))).toEqual([
      'The journal journal-1.jsonl has no result for 1 request.',
    ])
    expect(notes(WHOLE.slice(0, 3))).toEqual([
      'The journal journal-1.jsonl has no closing line because the run was stopped.',
    ])
  })

  test('that proves nothing is pointed out: one given twice, or of a run after the later snapshot', () => {
    const sealed = seal(WHOLE)
    if ('problem' in sealed) throw new Error(sealed.problem)
    const again = { ...sealed, file: { ...file, name: 'journal-2.jsonl' } }
    const notes = (finishedAt: string) =>
      noteJournals([sealed, again], { finishedAt }).map(({ summary }) => summary)
    const twice = 'The journal journal-2.jsonl is of the same run as journal-1.jsonl'
    expect(notes(AT)).toEqual([`${twice}.`])
    const late = 'is of a run that began after the later snapshot was read.'
    expect(notes('2026-11-24T11:59:59.999Z')).toEqual([
      `The journal journal-1.jsonl ${late}`,
      `${twice}, and ${late}`,
    ])
  })
})

test('a snapshot of nobody closes with nobody', () => {
  const closed = concludeClose(
    closingFacts({ before: snapshot({}), decisions: [], remediation: null }),
  )
  expect([closed.decisions, closed.reviewers, closed.since, closed.exitCode]).toEqual([
    [],
    [],
    null,
    0,
  ])
})
