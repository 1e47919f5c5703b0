/** The steps of a plan in short: what each class names, and each person or group once. */
import { expect, test } from 'vitest'
import { classifySteps } from '../../../src/core/apply/step-classes.ts'
import { summariseSteps } from '../../../src/core/report/proposal.ts'
import { planned } from './apply.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const PLAN = planned(
  {
    agents: { ...ada, 'ann@acme.com': 'agent', 'fay@acme.com': 'agent', 'zoe@acme.com': 'agent' },
    teams: { a: ['ann@acme.com'], b: ['ann@acme.com'], new: [] },
    inboxes: { desk: ['zoe@acme.com'] },
  },
  {
    agents: { ...ada, 'ann@acme.com': 'agent', 'eve@acme.com': 'agent', 'zoe@acme.com': 'agent' },
    teams: { a: ['zoe@acme.com', 'ann@acme.com'], b: ['zoe@acme.com'] },
    inboxes: [{ name: 'desk', members: ['ann@acme.com', 'zoe@acme.com'] }],
  },
  ['remove-member', 'remove-member:team/b/zoe@acme.com', 'remove-agent:agent/eve@acme.com'],
)

test('each class says how many steps it has, and names each person and each group once', () => {
  expect(classifySteps(PLAN.steps.written)).toEqual([
    { step: 'create-team', steps: 1, people: [], groups: ['team/new'] },
    { step: 'invite', steps: 1, people: ['fay@acme.com'], groups: [] },
    { step: 'add-member', steps: 1, people: ['ann@acme.com'], groups: ['team/b'] },
    {
      step: 'remove-member',
      steps: 3,
      people: ['ann@acme.com', 'zoe@acme.com'],
      groups: ['inbox/desk', 'team/a', 'team/b'],
    },
    { step: 'remove-agent', steps: 1, people: ['eve@acme.com'], groups: [] },
  ])
  expect(classifySteps([])).toEqual([])
})

test('who gains and who loses is known by name', () => {
  expect(summariseSteps(PLAN.steps).people).toEqual({
    gain: ['ann@acme.com', 'fay@acme.com'],
    lose: ['ann@acme.com', 'eve@acme.com', 'zoe@acme.com'],
  })
  const { people, classes } = summariseSteps(planned({ agents: ada }, { agents: ada }).steps)
  expect({ people, classes }).toEqual({ people: { gain: [], lose: [] }, classes: [] })
})
