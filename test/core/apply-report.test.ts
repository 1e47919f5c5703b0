/** What an apply concludes: verdict, exit code and summary come from what was read, never from answers. */
import { describe, expect, test } from 'vitest'
import type { StepStatus } from '../../src/core/apply/results.ts'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { type ApplyFacts, concludeApply, reportApply } from '../../src/core/report/apply.ts'
import { isApprovable } from '../../src/core/report/proposal.ts'
import { BEFORE, FACTS, IN_SYNC, proposal, result } from '../views/applies.ts'

const conclude = (parts: Partial<ApplyFacts>) => {
  const { verdict, exitCode, summary } = concludeApply({ ...FACTS, ...parts })
  return { verdict, exitCode, summary }
}
const none = { verdict: 'none', exitCode: 1 } as const

describe('an apply', () => {
  test.each<[string, Partial<ApplyFacts>, ReturnType<typeof conclude>]>([
    ['that was refused', { end: 'refused' }, { ...none, summary: 'Refused. Nothing was written.' }],
    [
      'that nobody approved',
      { end: 'not-approved' },
      { ...none, summary: 'Not approved. Nothing was written.' },
    ],
    [
      'of nothing, on an account with drift',
      { end: 'nothing' },
      { verdict: 'drift', exitCode: 2, summary: 'There is nothing to write.' },
    ],
    [
      'of nothing, on an account in sync',
      { end: 'nothing', before: IN_SYNC },
      { verdict: 'in_sync', exitCode: 0, summary: 'There is nothing to write.' },
    ],
    [
      'that wrote, and is in sync',
      { end: 'applied', steps: [result('done')], after: IN_SYNC },
      { verdict: 'in_sync', exitCode: 0, summary: '1 of 1 step written.' },
    ],
    [
      'that skipped a step, so that drift is left',
      { end: 'applied', steps: [result('done'), result('skipped')], after: BEFORE },
      { verdict: 'drift', exitCode: 2, summary: '1 of 2 steps written.' },
    ],
    [
      'that could not be read again',
      { end: 'applied', steps: [result('done')], after: null },
      {
        ...none,
        summary: '1 of 1 step written. Not verified: the account was not read again.',
      },
    ],
    [
      'that stopped, even if the account is in sync by now',
      { end: 'stopped', steps: [result('done')], after: IN_SYNC, stopped: 'The token is gone.' },
      { ...none, summary: 'Stopped: 1 of 1 step written. The token is gone.' },
    ],
    [
      'that stopped without a word',
      { end: 'stopped', steps: [result('not-started')], after: IN_SYNC },
      { verdict: 'in_sync', exitCode: 0, summary: 'Stopped: 0 of 1 step written.' },
    ],
    [
      'that a signal ended',
      { end: 'stopped', steps: [result('done')], signal: 143, stopped: 'A signal ended the run.' },
      {
        verdict: 'none',
        exitCode: 143,
        summary:
          'Stopped by a signal: 1 of 1 step written. Not verified: the account was not read again.',
      },
    ],
  ])('%s', (_, parts, expected) => {
    expect(conclude(parts)).toEqual(expected)
  })

  test.each<[StepStatus, number]>([
    ['done', 0],
    ['done-by-others', 0],
    ['changed-meanwhile', 0],
    ['skipped', 0],
    ['not-started', 0],
    ['unknown', 1],
    ['not-done', 1],
    ['partly-done', 1],
  ])('with a step that is %s ends with %i where everything else is in sync', (status, exitCode) => {
    const after = IN_SYNC
    expect(conclude({ end: 'applied', steps: [result(status)], after }).exitCode).toBe(exitCode)
  })
})

describe('a report that could not be written', () => {
  const applied = { ...FACTS, end: 'applied', steps: [result('done')], after: IN_SYNC } as const
  const failed = makeDiagnostic({ code: 'output-failed', summary: 'The disk is full.' })
  const withheld = makeDiagnostic({ code: 'output-withheld', summary: 'None was written.' })

  test('costs the verdict, the exit code and the summary alike', () => {
    expect(concludeApply(applied, [withheld])).toEqual(concludeApply(applied))
    expect(concludeApply(applied, [withheld, failed])).toMatchObject({
      ...none,
      summary: '1 of 1 step written. A report could not be written, so there is no verdict.',
    })
  })

  test('leaves the exit code of a signal', () => {
    const ended = { ...applied, end: 'stopped', after: null, signal: 130 } as const
    expect(concludeApply(ended, [failed])).toMatchObject({ verdict: 'none', exitCode: 130 })
  })
})

describe('the report of the account at the end of an apply', () => {
  const report = (parts: Partial<ApplyFacts>) => reportApply(concludeApply({ ...FACTS, ...parts }))

  test('is what was read after the writes, or before if there was nothing to write', () => {
    expect(report({ end: 'applied', steps: [result('done')], after: IN_SYNC })).toBe(IN_SYNC)
    expect(report({ end: 'nothing' })).toBe(FACTS.before)
    expect(report({ end: 'refused' })).toBe(null)
    expect(report({ end: 'applied', steps: [result('done')] })).toBe(null)
  })

  test('has no verdict if the apply has none', () => {
    const stopped = report({ end: 'applied', steps: [result('unknown')], after: IN_SYNC })
    expect(stopped).toMatchObject({ ...none, cause: 'incomplete', accounts: IN_SYNC.accounts })
    expect(stopped?.diagnostics.map(({ code, summary }) => [code, summary])).toEqual([
      [
        'apply-incomplete',
        '0 of 1 step written. A step failed or is unknown, so there is no verdict.',
      ],
    ])
    const unjudged = { ...IN_SYNC, verdict: 'none', cause: 'server', exitCode: 1 } as const
    expect(report({ end: 'applied', steps: [result('done')], after: unjudged })).toBe(unjudged)
  })
})

describe('an approval', () => {
  const warning = { ...proposal, diagnostics: proposal.diagnostics.slice(0, 0) }
  test('is for something to write that nothing stops', () => {
    expect(isApprovable(warning)).toBe(true)
    expect(isApprovable(proposal)).toBe(false)
    expect(isApprovable({ ...warning, plan: { ...proposal.plan, written: [] } })).toBe(false)
  })
})
