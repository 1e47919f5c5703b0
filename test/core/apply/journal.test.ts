/** The journal of an apply: what it proves, and that nothing in it can be changed unnoticed. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  findUsedHash,
  type HashedLine,
  isRequestId,
  type JournalLine,
  listRemoved,
  makeRequestId,
  makeRunId,
  readJournal,
  writeJournalLine,
} from '../../../src/core/apply/journal.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const AT = '2026-11-23T12:00:00.000Z'

const FIRST: JournalLine = {
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
const intent = (number: number, email: string, kind = 'delete-agent'): JournalLine => ({
  line: 'intent',
  at: AT,
  number,
  request_id: makeRequestId('a'.repeat(64), number, '00ff00'),
  step: 'remove-agent',
  address: `agent/${email}`,
  write: { kind, person: { email, id: number } },
})
const result = (
  number: number,
  outcome: 'done' | 'not-done' | 'unknown' = 'done',
  answer: 'accepted' | 'refused' = 'accepted',
): JournalLine => ({
  line: 'result',
  at: AT,
  number,
  answer,
  status: 200,
  outcome,
})
const CLOSING: JournalLine = { line: 'closing', at: AT, verdict: 'in_sync', done: 1, unknown: 0 }

function write(...lines: JournalLine[]): readonly string[] {
  let previous: string | null = null
  return lines.map((line) => {
    const text = writeJournalLine(line, previous)
    previous = sha256(text)
    return text
  })
}

const hashed = (texts: readonly string[]): readonly HashedLine[] =>
  texts.map((text) => ({ text, hash: sha256(text) }))
const read = (texts: readonly string[]) => readJournal(hashed(texts))

const WHOLE = write(FIRST, intent(1, 'bob@acme.com'), result(1), CLOSING)

describe('a journal', () => {
  test('that is whole has no problem, and says what was done', () => {
    const journal = read(WHOLE)
    expect(journal).toMatchObject({
      first: { owner: 'ada@acme.com' },
      closing: { verdict: 'in_sync' },
      unfinished: [],
      torn: false,
      problems: [],
    })
    expect(journal.results).toMatchObject([
      { outcome: 'done', intent: { address: 'agent/bob@acme.com' } },
    ])
  })

  test('that ends in the middle is whole as far as it goes: a request without a result is unknown', () => {
    for (const length of [1, 2, 3]) {
      expect(read(WHOLE.slice(0, length))).toMatchObject({
        problems: [],
        torn: false,
        closing: null,
      })
    }
    expect(read(WHOLE.slice(0, 2)).unfinished).toMatchObject([{ number: 1 }])
    expect(read([])).toMatchObject({ first: null, problems: [] })
  })

  test('may end in a line that was cut off', () => {
    const cut = [...WHOLE.slice(0, 2), String(WHOLE[2]).slice(0, 20)]
    expect(read(cut)).toMatchObject({ torn: true, problems: [], unfinished: [{ number: 1 }] })
  })

  test('shows every change of a line, and every line that is missing', () => {
    for (const index of [0, 1, 2]) {
      const changed = WHOLE.with(
        index,
        String(WHOLE[index]).replace(AT, '2026-11-23T12:00:01.000Z'),
      )
      expect(read(changed).problems).toContain(
        `Line ${index + 2} does not follow the line before it.`,
      )
      expect(read(WHOLE.toSpliced(index, 1)).problems).not.toEqual([])
    }
    expect(read([String(WHOLE[0]), 'x', ...WHOLE.slice(1)])).toMatchObject({
      torn: false,
      problems: ['Line 2 is not a line of a journal.'],
    })
  })

  test.each<[string, readonly string[], string]>([
    ['a second first line', write(FIRST, FIRST), 'Line 2 is not where it belongs.'],
    ['no first line', write(intent(1, 'a@x.example')), 'Line 1 is not where it belongs.'],
    [
      'a line after the end',
      write(FIRST, CLOSING, CLOSING),
      'Line 3 comes after the closing line.',
    ],
    [
      'a number twice',
      write(FIRST, intent(1, 'a@x.example'), intent(1, 'a@x.example')),
      'Line 3 repeats request 1.',
    ],
    [
      'a result of nothing',
      write(FIRST, result(2)),
      'Line 2 is the result of request 2, which was not announced.',
    ],
  ])('with %s is not whole', (_, texts, problem) => {
    expect(read(texts).problems).toEqual([problem])
  })

  test.each([
    '',
    '[]',
    'null',
    '{}',
    '{"line":"other","at":"x"}',
    '{"line":"closing"}',
    '{"line":"closing","at":"x","done":1}',
    '{"line":"closing","at":"x","done":1,"unknown":0,"verdict":[[[]]]}',
    '{"line":"result","at":"x","number":1,"answer":"lost","outcome":"done","status":{}}',
    '{"line":"__proto__","at":"x"}',
    '{"line":"intent","at":"x","number":1,"request_id":"r","step":"s","address":"a","write":null}',
  ])('has no line such as %s', (text) => {
    expect(read([...WHOLE.slice(0, 1), text, String(WHOLE[1])]).problems).toContain(
      'Line 2 is not a line of a journal.',
    )
  })
})

test('people who were removed, or perhaps removed, are known by a journal', () => {
  const journal = read(
    write(
      FIRST,
      intent(1, 'done@acme.com'),
      result(1),
      intent(2, 'kept@acme.com'),
      result(2, 'not-done', 'refused'),
      intent(3, 'maybe@acme.com'),
      result(3, 'unknown'),
      intent(4, 'team@acme.com', 'remove-member'),
      result(4),
      {
        ...intent(5, 'odd@acme.com'),
        write: { kind: 'delete-agent', person: null },
      } as JournalLine,
      {
        ...intent(6, 'odd@acme.com'),
        write: { kind: 'delete-agent', person: { email: 7 } },
      } as JournalLine,
      intent(7, 'open@acme.com'),
      // Somebody brought this person back before the look.
      intent(8, 'back@acme.com'),
      result(8, 'not-done'),
    ),
  )
  expect(listRemoved(journal, AT)).toEqual([
    'done@acme.com',
    'maybe@acme.com',
    'back@acme.com',
    'open@acme.com',
  ])
  expect(listRemoved(journal, '2026-11-23T12:00:00.001Z')).toEqual([])
})

test('the id of a request begins with the hash, and stays in the order of its number', () => {
  expect(makeRequestId('1a2b3c4d5e', 7, 'abcdef')).toBe('rollcall-1a2b3c4d-007-abcdef')
  expect(makeRequestId('1a2b3c4d5e', 1234, 'abcdef')).toBe('rollcall-1a2b3c4d-1234-abcdef')
  expect(isRequestId(makeRequestId('1a2b3c4d5e', 1234, 'abcdef'))).toBe(true)
  expect(isRequestId('rollcall-1a2b3c4d-007-abcdef; other')).toBe(false)
  expect([0, 0.5, 1 - 2 ** -53].map(makeRunId)).toEqual(['000000', '800000', 'ffffff'])
})

test('the approval of a run was used once something was written, or perhaps was', () => {
  const used = (...lines: JournalLine[]) => findUsedHash(read(write(FIRST, ...lines)))
  const { hash } = FIRST
  expect(used()).toBe(null)
  expect(used(intent(1, 'bob@acme.com'), result(1, 'not-done', 'refused'), CLOSING)).toBe(null)
  expect(used(intent(1, 'bob@acme.com'), result(1, 'not-done'), CLOSING)).toBe(hash)
  expect(used(intent(1, 'bob@acme.com'), result(1))).toBe(hash)
  expect(used(intent(1, 'bob@acme.com'), result(1, 'unknown'))).toBe(hash)
  expect(used(intent(1, 'bob@acme.com'))).toBe(hash)
  expect(findUsedHash(read(write(intent(1, 'bob@acme.com'))))).toBe(null)
})
