/** What an apply would write and what it wrote, each in one sentence that a support lead understands. */
import { expect, test } from 'vitest'
import type { StepClass } from '../../src/core/apply/step-classes.ts'
import type { Step } from '../../src/core/model/steps.ts'
import { describeClasses, describeWritten } from '../../src/views/step-sentence.ts'

const of = (step: Step, steps: number, people: number, groups = 0): StepClass => ({
  step,
  steps,
  people: Array.from({ length: people }, (_, index) => `p${index}@acme.com`),
  groups: Array.from({ length: groups }, (_, index) => `team/${index}`),
})

const NOBODY = 'demotes nobody, removes nobody.'
const NOBODY_DID = 'demoted nobody, removed nobody.'
const HOW =
  '(they must accept an invitation, or have access at once if they already have a login on this server)'

const IN_A_PLAN: readonly (readonly [StepClass, string, string])[] = [
  [of('create-custom-role', 1, 0), 'Creates 1 custom role', 'Created 1 custom role'],
  [of('create-team', 2, 0, 2), 'Creates 2 teams', 'Created 2 teams'],
  [of('promote', 1, 1), 'Makes 1 agent an administrator', 'Made 1 agent an administrator'],
  [of('promote', 2, 2), 'Makes 2 agents administrators', 'Made 2 agents administrators'],
  [of('widen', 1, 1), 'Widens the access of 1 person', 'Widened the access of 1 person'],
  [of('widen', 1, 0), 'Widens 1 custom role', 'Widened 1 custom role'],
  [
    of('widen', 3, 1),
    'Widens the access of 1 person and 2 custom roles',
    'Widened the access of 1 person and 2 custom roles',
  ],
  [of('update-team', 1, 0, 1), 'Changes 1 team', 'Changed 1 team'],
  [of('add-member', 3, 2, 3), 'Adds 2 people to 3 groups', 'Added 2 people to 3 groups'],
  [of('remove-member', 3, 2, 3), 'Takes 2 people out of 3 groups', 'Took 2 people out of 3 groups'],
  [of('update-custom-role', 1, 0), 'Changes 1 custom role', 'Changed 1 custom role'],
  [of('narrow', 2, 2), 'Narrows the access of 2 people', 'Narrowed the access of 2 people'],
]

test.each(IN_A_PLAN.map(([given, will, did]) => [will, did, given] as const))(
  '"%s" before a run is "%s" after it',
  (will, did, given) => {
    expect(describeClasses([given])).toBe(`${will}, ${NOBODY}`)
    const written = { classes: [given], byMail: [], atOnce: [] }
    expect(describeWritten(written)).toBe(`${did}, ${NOBODY_DID}`)
  },
)

const NAMED_ALWAYS: readonly (readonly [StepClass, string, string])[] = [
  [of('demote', 1, 1), 'Demotes 1 person, removes nobody.', 'Demoted 1 person, removed nobody.'],
  [
    of('remove-agent', 2, 2),
    'Demotes nobody, removes 2 people.',
    'Demoted nobody, removed 2 people.',
  ],
  [
    of('delete-team', 1, 0, 1),
    'Demotes nobody, removes nobody, deletes 1 team.',
    'Demoted nobody, removed nobody, deleted 1 team.',
  ],
  [
    of('delete-custom-role', 2, 0),
    'Demotes nobody, removes nobody, deletes 2 custom roles.',
    'Demoted nobody, removed nobody, deleted 2 custom roles.',
  ],
]

test.each(NAMED_ALWAYS.map(([given, will, did]) => [will, did, given] as const))(
  'demotions and removals are always named: "%s", "%s"',
  (will, did, given) => {
    expect(describeClasses([given])).toBe(will)
    expect(describeWritten({ classes: [given], byMail: [], atOnce: [] })).toBe(did)
  },
)

test('how invited people get access is open before the run, and said of each after it', () => {
  const classes = [of('invite', 2, 2), of('invite-administrator', 1, 1)]
  expect(describeClasses(classes)).toBe(
    `Invites 2 people ${HOW}, invites 1 administrator ${HOW}, ${NOBODY}`,
  )
  const ended = (byMail: readonly string[], atOnce: readonly string[]) =>
    describeWritten({ classes, byMail, atOnce })
  expect(ended(['a', 'b'], ['c'])).toBe(
    `Invited 2 people (they must accept the invitation), gave access at once to 1 person who already had a login on this server, ${NOBODY_DID}`,
  )
  expect(ended(['a'], [])).toBe(`Invited 1 person (they must accept the invitation), ${NOBODY_DID}`)
  expect(ended([], ['a', 'b'])).toBe(
    `Gave access at once to 2 people who already had a login on this server, ${NOBODY_DID}`,
  )
})
