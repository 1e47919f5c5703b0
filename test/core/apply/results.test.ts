/** What a step is said to be by what became of its requests, and what else then cannot be written. */
import { describe, expect, test } from 'vitest'
import type { WriteOutcome } from '../../../src/core/apply/answers.ts'
import type { PlannedStep } from '../../../src/core/apply/decide.ts'
import {
  concludeStep,
  findMissing,
  isInvitation,
  type StepStatus,
} from '../../../src/core/apply/results.ts'
import { planned } from './apply.ts'

const { written } = planned(
  {
    agents: { 'ada@acme.com': 'administrator', 'new@acme.com': 'agent' },
    teams: { a: ['new@acme.com'] },
  },
  { agents: { 'ada@acme.com': 'administrator' }, teams: { a: [] } },
).steps
const [invite, join] = written as [PlannedStep, PlannedStep]
const [write] = invite.writes as [PlannedStep['writes'][number]]

describe('a step of two requests', () => {
  test.each<[string, readonly WriteOutcome[], StepStatus, string?]>([
    ['is skipped if the first must not be sent', [], 'skipped', 'Why.'],
    ['is skipped if nobody could be invited', ['not-done'], 'skipped', 'Why.'],
    ['is partly done if the second must not be sent', ['done'], 'partly-done', 'Why.'],
    ['is done if one of them was needed', ['done-by-others', 'done'], 'done'],
    ['was done by others if none was', ['done-by-others', 'done-by-others'], 'done-by-others'],
    ['is not known if one is not', ['done', 'unknown'], 'unknown'],
    ['is partly done if one is half done', ['half-done'], 'partly-done'],
    ['is partly done if the second is not', ['done', 'not-done'], 'partly-done'],
    ['is partly done if a signal came between them', ['done'], 'partly-done'],
    ['is partly done if the second changed', ['done', 'changed-meanwhile'], 'partly-done'],
    ['is skipped if the first changed', ['changed-meanwhile'], 'changed-meanwhile'],
    ['is not done if the first is not', ['not-done'], 'not-done'],
    ['has not begun without an outcome', [], 'not-started'],
  ])('%s', (_, outcomes, expected, because) => {
    const results = outcomes.map((outcome) => {
      return { write, outcome, status: null, requestId: null, confirmed: null }
    })
    expect(concludeStep({ ...invite, writes: [write, write] }, results, because)).toBe(expected)
  })
})

test('a membership waits for the person, unless the invitation was done', () => {
  const look = (status: StepStatus) =>
    findMissing(join, new Map([[invite, { step: invite, writes: [], status, because: null }]]))
  expect([isInvitation(invite), isInvitation(join)]).toEqual([true, false])
  expect([look('skipped'), look('done'), look('done-by-others')]).toEqual([
    'agent/new@acme.com',
    null,
    null,
  ])
})
