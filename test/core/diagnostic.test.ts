/** Messages of a run: who has to act on each, and whether trying again may help. */
import { describe, expect, test } from 'vitest'
import { Failure, makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { type Cause, DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'

const CODES = Object.entries(DIAGNOSTICS)

describe('the catalogue of messages', () => {
  const causes: Record<string, Cause> = {
    usage: 'usage',
    policy: 'policy',
    settings: 'settings',
    account: 'settings',
    token: 'token',
    network: 'network',
    server: 'server',
    read: 'incomplete',
    snapshot: 'incomplete',
    review: 'incomplete',
    report: 'incomplete',
    roster: 'incomplete',
    journal: 'incomplete',
    apply: 'incomplete',
    guard: 'guard',
    output: 'output',
    internal: 'internal',
  }
  test.each(CODES)('%s: its first word says who has to act', (code, { cause }) => {
    expect(cause).toBe(causes[code.split('-')[0] ?? ''])
  })

  test('has a message for every cause', () => {
    expect(new Set(CODES.map(([, { cause }]) => cause))).toEqual(new Set(Object.values(causes)))
  })

  test('only what may pass by itself is worth another try', () => {
    const passing = CODES.filter(([, { retryable }]) => retryable).map(([code]) => code)
    expect(passing.sort()).toEqual([
      'network-deadline',
      'network-name',
      'network-refused',
      'network-reset',
      'network-truncated',
      'read-contradiction',
      'review-clock-turned-back',
      'server-error',
      'server-rate-limit',
    ])
  })
})

describe('a message', () => {
  test('is about nothing in particular, with severity and next step of its code, unless it says more', () => {
    const code = 'settings-token-on-command-line'
    expect(makeDiagnostic({ code, summary: 'This is a bug.' })).toEqual({
      code,
      severity: 'warning',
      summary: 'This is a bug.',
      detail: null,
      advice: DIAGNOSTICS[code].remedy,
      location: null,
      excerpt: null,
      requestId: null,
    })
  })

  test('keeps what it says', () => {
    const full = {
      code: 'policy-value',
      severity: 'warning',
      summary: 'One.',
      detail: 'Two.',
      advice: 'Three.',
      location: { file: 'a.yaml', line: 1, column: 2 },
      excerpt: { text: 'x: y', start: 3, length: 1 },
      requestId: 'abc',
    } as const
    expect(makeDiagnostic(full)).toEqual(full)
  })
})

test('a failure carries its messages, and reads like them', () => {
  const first = makeDiagnostic({ code: 'network-refused', summary: 'Nobody answers.' })
  const second = makeDiagnostic({ code: 'policy-value', summary: 'That is no role.' })
  const failure = new Failure(first, second)
  expect(failure).toBeInstanceOf(Error)
  expect(failure.name).toBe('Failure')
  expect(failure.diagnostics).toEqual([first, second])
  expect(failure.message).toBe('Nobody answers.\nThat is no role.')
})
