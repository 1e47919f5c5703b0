/**
 * One sentence about what an apply would write, and one about what it wrote: a phrase for each class of
 * steps. Two classes are named even if there are none of them, because people look for those first.
 */
import type { StepClass } from '../core/apply/step-classes.ts'
import { count } from '../core/messages/phrase.ts'
import { STEP_NAMES, STEPS, type Step } from '../core/model/steps.ts'
import type { WorkDone } from '../core/report/apply.ts'

/** The verb before the run, the verb after it, and its object. */
type Wording = readonly [will: string, did: string, what: (of: StepClass) => string]

const countPeople = ({ people }: StepClass) =>
  people.length === 0 ? 'nobody' : count(people.length, 'person', 'people')
const countMemberships = (of: StepClass, preposition: string) =>
  `${countPeople(of)} ${preposition} ${count(of.groups.length, 'group')}`

/** People, and custom roles: a step about a custom role does not name the people who have it. */
function countWidened(of: StepClass): string {
  const roles = of.steps - of.people.length
  return [
    ...(of.people.length > 0 ? [`the access of ${countPeople(of)}`] : []),
    ...(roles > 0 ? [count(roles, 'custom role')] : []),
  ].join(' and ')
}

/**
 * Chatwoot shows only the people of this account: whether somebody has a login is known after the
 * invitation.
 */
const HOW =
  '(they must accept an invitation, or have access at once if they already have a login on this server)'

const WORDINGS: Readonly<Record<Step, Wording>> = {
  'create-custom-role': ['creates', 'created', ({ steps }) => count(steps, 'custom role')],
  'create-team': ['creates', 'created', ({ steps }) => count(steps, 'team')],
  invite: ['invites', 'invited', (of) => `${countPeople(of)} ${HOW}`],
  'invite-administrator': [
    'invites',
    'invited',
    ({ steps }) => `${count(steps, 'administrator')} ${HOW}`,
  ],
  promote: [
    'makes',
    'made',
    ({ steps }) => (steps === 1 ? '1 agent an administrator' : `${steps} agents administrators`),
  ],
  widen: ['widens', 'widened', countWidened],
  'update-team': ['changes', 'changed', ({ steps }) => count(steps, 'team')],
  'add-member': ['adds', 'added', (of) => countMemberships(of, 'to')],
  'remove-member': ['takes', 'took', (of) => countMemberships(of, 'out of')],
  'update-custom-role': ['changes', 'changed', ({ steps }) => count(steps, 'custom role')],
  narrow: ['narrows', 'narrowed', (of) => `the access of ${countPeople(of)}`],
  demote: ['demotes', 'demoted', countPeople],
  'remove-agent': ['removes', 'removed', countPeople],
  'delete-team': ['deletes', 'deleted', ({ steps }) => count(steps, 'team')],
  'delete-custom-role': ['deletes', 'deleted', ({ steps }) => count(steps, 'custom role')],
}

/** `Invites 1 person (…), takes 2 people out of 3 groups, demotes nobody, removes nobody.` */
export function describeClasses(classes: readonly StepClass[]): string {
  return joinPhrases(phraseClasses(classes, ([will, , what], of) => `${will} ${what(of)}`))
}

/** The same in the past, and with how the invited people got access, which is known by now. */
export function describeWritten({ classes, byMail, atOnce }: WorkDone): string {
  const others = classes.filter(({ step }) => !STEPS[step].invites)
  return joinPhrases([
    ...(byMail.length === 0
      ? []
      : [`invited ${count(byMail.length, 'person', 'people')} (they must accept the invitation)`]),
    ...(atOnce.length === 0
      ? []
      : [
          `gave access at once to ${count(atOnce.length, 'person', 'people')} who already had a login on this server`,
        ]),
    ...phraseClasses(others, ([, did, what], of) => `${did} ${what(of)}`),
  ])
}

function phraseClasses(
  classes: readonly StepClass[],
  phrase: (wording: Wording, of: StepClass) => string,
): readonly string[] {
  return STEP_NAMES.flatMap((step) => {
    const found = classes.find((each) => each.step === step)
    if (found === undefined && !STEPS[step].saysNobody) return []
    return [phrase(WORDINGS[step], found ?? { step, steps: 0, people: [], groups: [] })]
  })
}

function joinPhrases(phrases: readonly string[]): string {
  const text = phrases.join(', ')
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}
