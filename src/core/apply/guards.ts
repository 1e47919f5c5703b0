/**
 * The guards: rules that stop an apply before its first write. Every guard is a function that returns
 * messages, each with the rule, the numbers and the next step. All of them run, and the plan is never
 * shortened so that it fits. An error stops the run; a warning is only shown. The file is long because
 * the guards belong together.
 */

import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { DiagnosticCode } from '../messages/diagnostic-records.ts'
import { count } from '../messages/phrase.ts'
import { quoteAddress } from '../messages/shell-word.ts'
import { formatAddress } from '../model/address.ts'
import {
  type CustomRolesObstacle,
  findCustomRolesObstacle,
  listRoles,
} from '../model/custom-role.ts'
import { isOver } from '../model/dates.ts'
import type { RecognisedSnapshot } from '../model/identity.ts'
import { getDomain, normaliseEmail } from '../model/names.ts'
import type { Policy } from '../model/policy.ts'
import { DAILY_LIMITS } from '../model/server-version.ts'
import type { Snapshot, SnapshotAgent } from '../model/snapshot.ts'
import type { Step } from '../model/steps.ts'
import { findAllowance } from './allow.ts'
import { listTouched, type PlannedStep, type SteppedPlan, type Terms } from './decide.ts'
import type { Limits } from './limits.ts'
import { listBroken, measureRules } from './rule-measures.ts'
import { applyWrite } from './transition.ts'
import type { Write } from './writes.ts'

/** A person, and the file that names them. */
export interface Witnessed {
  readonly email: string
  /** The path of a journal or a policy. */
  readonly file: string
}

export interface JournalsRead {
  /** Whether `--journal` says in which folder they are. */
  readonly given: boolean
  /** Files of that folder that may be journals but could not be read completely. */
  readonly unread: readonly string[]
}

/** What the guards have to know besides the plan. */
export interface Circumstances {
  readonly today: string
  readonly limits: Limits
  /** People removed in the last 24 hours, according to the journals that were read. */
  readonly removedLately: readonly Witnessed[]
  /** People whom another policy of the same server removes (`--other-policy`). */
  readonly removedElsewhere: readonly Witnessed[]
  /** Which journals were read; null: they are not needed, as in `plan`. */
  readonly journals: JournalsRead | null
  /** `--previous`. */
  readonly previous: Snapshot | null
  /** Null: the server did not say whether the account has custom roles. */
  readonly customRolesFeature: boolean | null
  /** Whether everything that the policy manages was read. */
  readonly complete: boolean
}

interface Guarded extends Circumstances, Terms {
  readonly changes: SteppedPlan
  readonly writes: readonly Write[]
  readonly before: RecognisedSnapshot
  readonly after: RecognisedSnapshot
}

/** In the order in which they are shown. */
const GUARDS: readonly ((all: Guarded) => readonly Diagnostic[])[] = [
  guardCaller,
  guardReading,
  guardAdministrators,
  guardOwner,
  guardProtected,
  guardRules,
  guardLosses,
  guardGains,
  guardDailyLimits,
  guardRenames,
  guardReturns,
  warnOfJournals,
  guardCustomRoles,
  guardWaiting,
  warnOfSamlAdministrators,
  warnOfSamlRemovals,
  guardRecord,
]

/** Everything that stops the run, and warnings. */
export function checkGuards(
  changes: SteppedPlan,
  terms: Terms,
  circumstances: Circumstances,
): readonly Diagnostic[] {
  const { before, after } = changes
  const writes = changes.written.flatMap((step) => step.writes)
  const all = { ...circumstances, ...terms, changes, writes, before, after }
  return GUARDS.flatMap((guard) => guard(all))
}

/** How many administrators count: these can surely manage the account. */
function countAdministrators(state: RecognisedSnapshot, policy: Policy, today: string): number {
  return listCountingAdministrators(state, policy, today).length
}

/**
 * For each write of a run that begins with this state: why it must not be sent. `expected` is the state
 * before it as the plan says, `agents` those on the account. Null: nothing stops it.
 */
export function watchAdministrators(before: RecognisedSnapshot, policy: Policy, today: string) {
  const fewest = getFewestAdministrators(before, policy, today)
  return (
    write: Write,
    expected: RecognisedSnapshot,
    agents: RecognisedSnapshot['agents'],
  ): string | null => {
    if (!isLoweringAdministrators(write, expected)) return null
    const left = countAdministrators(applyWrite({ ...expected, agents }, write), policy, today)
    if (left >= fewest) return null
    return `Only ${left} of the administrators who count would be left, but at least ${fewest} must stay.`
  }
}

function isLoweringAdministrators(write: Write, { agents }: RecognisedSnapshot): boolean {
  const lowers =
    write.kind === 'delete-agent' || write.kind === 'set-role' || write.kind === 'set-custom-role'
  if (!lowers) return false
  return agents.some(({ email, role }) => email === write.person.email && role === 'administrator')
}

/** How many must stay at every moment of a run that begins with this state. */
function getFewestAdministrators(
  before: RecognisedSnapshot,
  policy: Policy,
  today: string,
): number {
  const wanted = Math.max(1, policy.rules.administrators.min?.value ?? 1)
  return Math.min(countAdministrators(before, policy, today), wanted)
}

function listCountingAdministrators(
  { agents, caller }: RecognisedSnapshot,
  policy: Policy,
  today: string,
): readonly SnapshotAgent[] {
  return agents.filter(({ email, role, confirmed, customRoleId }) => {
    const entry = policy.agents?.entries.get(email)
    return (
      role === 'administrator' &&
      entry !== undefined &&
      !isOver(entry.expires, today) &&
      confirmed &&
      customRoleId === null &&
      email !== caller.email
    )
  })
}

const WHO_COUNTS =
  'To count, an administrator must be in the policy with access that has not ended, have accepted the invitation, have no custom role, and not own the token.'

function guardAdministrators({ changes, policy, today, before }: Guarded): readonly Diagnostic[] {
  const present = countAdministrators(before, policy, today)
  const fewest = getFewestAdministrators(before, policy, today)
  const numbers = changes.states.map((state) => countAdministrators(state, policy, today))
  const lowest = Math.min(present, ...numbers)
  if (lowest >= fewest) return []
  return stop(
    'guard-administrators',
    `The account would have ${count(lowest, 'administrator')} who ${lowest === 1 ? 'counts' : 'count'}, and needs at least ${fewest}.`,
    `It has ${present} now. ${WHO_COUNTS}`,
    'First add another administrator in a run without the `--allow` of the steps that lower this number. After the new administrator has accepted the invitation, run again.',
  )
}

function guardOwner(all: Guarded): readonly Diagnostic[] {
  const { email } = all.before.caller
  if (!listTouched(all.changes).has(email)) return []
  return stop(
    'guard-token-owner',
    `A step would change the access of ${email}, who owns the token of this run.`,
    'An apply never touches the owner of its token.',
    'Use the token of a separate user for apply, who is in the policy and whom this plan does not change.',
  )
}

function guardProtected(all: Guarded): readonly Diagnostic[] {
  // Whom the policy does not list is spelled as the server does.
  const touched = new Set([...listTouched(all.changes)].map(normaliseEmail))
  return all.policy.apply.protect
    .filter(({ value }) => touched.has(normaliseEmail(value)))
    .flatMap(({ value, location }) =>
      stop(
        'guard-protected',
        `A step would change the access of ${value}, whom the policy protects.`,
        'An apply never touches anybody under `apply.protect`.',
        'Make this change in Chatwoot by hand, or remove the address from `apply.protect` first.',
        location,
      ),
    )
}

function guardRules(all: Guarded): readonly Diagnostic[] {
  const { changes, policy, scope, before, after } = all
  const measure = (state: RecognisedSnapshot) => measureRules(policy, state, scope.hasGroup)
  const had = measure(before)
  const findBroken = (state: RecognisedSnapshot) =>
    new Set(listBroken(had, measure(state)).map(([key]) => key))
  const steps = [changes.written, changes.keptBack].flat()
  const full = steps.flatMap(({ writes }) => writes).reduce(applyWrite, before)
  const inFull = findBroken(full)
  const agents = full.agents.map((agent) => ({ ...agent, confirmed: true }))
  const inTheEnd = findBroken({ ...full, agents })
  return listBroken(had, measure(after)).flatMap(([key, { broken, already, location }]) =>
    stop(
      'guard-rule',
      `The account would break a rule of the policy: ${broken}.`,
      already
        ? 'The rule is already broken, and the steps would make it worse.'
        : 'The account follows this rule now.',
      !inFull.has(key) ? ALLOW_ALL : !inTheEnd.has(key) ? WAIT_FOR_ALL : undefined,
      location,
    ),
  )
}

const ALLOW_ALL =
  'The plan breaks the rule only because steps are kept back. Allow the kept-back steps that would prevent this, or leave out the `--allow` of the steps that break the rule.'

const WAIT_FOR_ALL =
  'Wait until the invited people in the policy have accepted. Until then, leave out the `--allow` of the steps that break the rule.'

/** People whom the job names with an address: what happens to them is intended. */
function listNamed(
  { changes, allowances }: Guarded,
  steps: readonly PlannedStep[] = changes.written,
): ReadonlySet<string> {
  return new Set(
    steps.flatMap(({ change, needs }) => {
      const named = findAllowance({ ...change, needs }, allowances)?.address != null
      return named && 'email' in change.subject ? [change.subject.email] : []
    }),
  )
}

/** In scope and confirmed, without the owner of the token. */
function countPeople({ before, scope }: Guarded): number {
  const { caller, agents } = before
  return agents.filter(
    ({ email, confirmed }) => confirmed && email !== caller.email && scope.hasPerson(email),
  ).length
}

/**
 * The lower one of the limits of the job and of the policy, and what to raise so that neither stops the
 * run: not only the lower one, or the next run would stop at the other.
 */
function findLimit(
  key: keyof Limits,
  { limits, policy }: Guarded,
  isEnough: (limit: number) => boolean,
) {
  const option = limits[key]
  const own = policy.apply.limits[key]?.value ?? null
  return {
    most: Math.min(option, own ?? option),
    raise: [
      ...(isEnough(option) ? [] : [`\`--max-${key}\``]),
      ...(own === null || isEnough(own) ? [] : [`\`apply.limits.${key}\` of the policy`]),
    ],
  }
}

function guardLosses(all: Guarded): readonly Diagnostic[] {
  const named = listNamed(all)
  const losing = [...all.changes.lose].filter((email) => !named.has(email))
  const people = countPeople(all)
  const countShare = (percent: number) => Math.max(1, Math.floor((people * percent) / 100))
  const number = findLimit('people', all, (most) => losing.length <= most)
  const share = findLimit('share', all, (percent) => losing.length <= countShare(percent))
  const limit = Math.min(number.most, countShare(share.most))
  if (losing.length <= limit) return []
  const raise = [...number.raise, ...share.raise].join(' and ')
  return stop(
    'guard-losses',
    `${count(losing.length, 'person', 'people')} would lose access: ${losing.join(', ')}. The limit is ${limit}.`,
    `The limit is the smaller of ${number.most} people and ${share.most} % of ${people} people (at least 1). People named with \`--allow\` do not count.`,
    `Check these people. Then ${adviseOnLosses(losing, raise, all)}`,
  )
}

/** `--allow` names a person only if a step is about them, not about their team or custom role. */
function adviseOnLosses(losing: readonly string[], raise: string, { changes }: Guarded): string {
  const subjects = changes.written.map(({ change }) => change.subject)
  const stepped = new Set(subjects.flatMap((each) => ('email' in each ? [each.email] : [])))
  const own = losing.filter((email) => stepped.has(email))
  if (own.length === losing.length) return `name them with \`--allow\`, or raise ${raise}.`
  return own.length === 0
    ? `raise ${raise}. They lose access with a team or a custom role, so \`--allow\` cannot name them.`
    : `raise ${raise}. \`--allow\` can name only ${own.join(', ')}: the others lose access with a team or a custom role.`
}

function guardGains(all: Guarded): readonly Diagnostic[] {
  const gaining = [...all.changes.gain]
  const { most, raise } = findLimit('gain', all, (limit) => gaining.length <= limit)
  if (gaining.length <= most) return []
  return stop(
    'guard-gains',
    `${count(gaining.length, 'person', 'people')} would gain access. The limit is ${most}.`,
    'The limit is the smaller of `--max-gain` and `apply.limits.gain` of the policy.',
    `Check the plan. Then raise ${raise.join(' and ')}.`,
  )
}

function guardDailyLimits({ writes }: Guarded): readonly Diagnostic[] {
  const number = (kind: Write['kind']) => writes.filter((write) => write.kind === kind).length
  const found = [
    ['removals', number('delete-agent'), DAILY_LIMITS.removals],
    ['invitations', number('invite'), DAILY_LIMITS.invitations],
  ] as const
  return found
    .filter(([, planned, limit]) => planned > limit)
    .flatMap(([what, planned, limit]) =>
      stop(
        'guard-daily-limit',
        `The plan has ${planned} ${what}. Chatwoot allows ${limit} a day for an account.`,
        null,
        'Split the change over several days, with a smaller change of the policy for each.',
      ),
    )
}

/**
 * If a person leaves and a similar person comes, they may be one person with a new address. One of the
 * two may be kept back: a run that only removes would take all access from that person.
 */
function guardRenames(all: Guarded): readonly Diagnostic[] {
  const { changes, before, previous } = all
  const steps = [...changes.written, ...changes.keptBack]
  // Also whom the policy lets nobody remove: what is intended is said all the same.
  const named = listNamed(all, steps)
  const earlier = new Map(previous?.agents.map(({ id, email }) => [id, normaliseEmail(email)]))
  const listLeaving = (among: readonly PlannedStep[]) =>
    among.flatMap(({ change: { step, subject } }) => {
      if (step !== 'remove-agent' || !('email' in subject)) return []
      return before.agents.filter(({ email }) => email === subject.email)
    })
  const listComing = (among: readonly PlannedStep[]) =>
    among.flatMap(({ writes }) => writes.flatMap((each) => (each.kind === 'invite' ? [each] : [])))
  const compare = (gone: SnapshotAgent, coming: ReturnType<typeof listComing>) => {
    const other = earlier.get(gone.id) ?? normaliseEmail(gone.email)
    const renamed = other !== normaliseEmail(gone.email)
    return coming
      .filter(
        ({ person, name }) =>
          !(named.has(gone.email) && named.has(person.email)) &&
          (renamed || foldName(name) === foldName(gone.name) || isAlike(person.email, gone.email)),
      )
      .flatMap(({ person, role }) => {
        const allow = (step: Step, { email }: Pick<SnapshotAgent, 'email'>) =>
          `--allow ${quoteAddress(`${step}:${formatAddress({ kind: 'agent', email })}`)}`
        const invite = role === 'agent' ? 'invite' : 'invite-administrator'
        return stop(
          'guard-rename',
          `The plan removes ${gone.email} and invites ${person.email}. They may be one person with a new address.`,
          renamed
            ? `In the snapshot of --previous, ${gone.email} had the address ${other}.`
            : 'They have the same name, or the same part before the @.',
          `If they are one person, write ${gone.email} in the policy instead of ${person.email}, or correct the address in Chatwoot. If not, name both: \`${allow('remove-agent', gone)} ${allow(invite, person)}\`.`,
        )
      })
  }
  return [
    ...listLeaving(changes.written).flatMap((gone) => compare(gone, listComing(steps))),
    ...listLeaving(changes.keptBack).flatMap((gone) => compare(gone, listComing(changes.written))),
  ]
}

function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}

function isAlike(one: string, other: string): boolean {
  const local = (email: string) => {
    const normal = normaliseEmail(email)
    return normal.slice(0, normal.length - getDomain(normal).length)
  }
  return local(one) === local(other)
}

/** A person who comes back too early may silently be removed again, with all their access. */
function guardReturns(all: Guarded): readonly Diagnostic[] {
  const { before, writes, removedLately, removedElsewhere } = all
  const ghosts = before.groups.flatMap(({ subject, ghosts }) =>
    ghosts.map((email) => ({ email, file: `the list of ${subject.of.label} ${subject.name}` })),
  )
  const leaving = writes.flatMap((write) =>
    write.kind === 'delete-agent' ? [{ email: write.person.email, file: 'this plan' }] : [],
  )
  const reasons = [
    [ghosts, 'was removed and is still in', WAIT_FOR_SERVER],
    [removedLately, 'was removed in the last 24 hours, according to', undefined],
    [removedElsewhere, 'is removed on another account by', KEEP_FIRST],
    [leaving, 'is removed by', REMOVE_FIRST],
  ] as const
  const coming = writes.flatMap((write) => (write.kind === 'invite' ? [write.person.email] : []))
  return coming.flatMap((email) => {
    const normal = normaliseEmail(email)
    return reasons.flatMap(([people, why, advice]) =>
      people
        .filter((each) => normaliseEmail(each.email) === normal)
        .slice(0, 1)
        .flatMap(({ file }) =>
          stop(
            'guard-return',
            `${email} would be invited, but ${why} ${file}.`,
            'Chatwoot removes people in a background job. If this job runs late, it also removes the new access.',
            advice,
          ),
        ),
    )
  })
}

const WAIT_FOR_SERVER =
  'Wait until the server has removed the person from that list, usually within minutes. If the person is still there after some hours, check the background jobs of the server (Sidekiq).'

const KEEP_FIRST =
  'Keep the person in that policy until you have checked that they are on this account. Then remove them there.'

const REMOVE_FIRST = 'Remove the person from the policy and apply that. Add them again a day later.'

/** A run that takes access must leave a record of what it took. */
function guardRecord({ journals, changes }: Guarded): readonly Diagnostic[] {
  const takes = changes.written.some(
    ({ effect, change }) => effect === 'takes' || effect === 'both' || change.irreversible,
  )
  if (!takes || journals === null || journals.given) return []
  return [
    makeDiagnostic({
      code: 'usage-option',
      summary: 'This plan takes access from somebody, so it needs --journal.',
      advice: 'Add `--journal FILE` with the name of a new file, and keep that file.',
    }),
  ]
}

/** Without the journals of earlier runs, rollcall does not know whom they removed. */
function warnOfJournals({ journals, writes }: Guarded): readonly Diagnostic[] {
  if (journals === null || !writes.some(({ kind }) => kind === 'invite')) return []
  if (!journals.given) {
    return stop(
      'guard-journals',
      'No earlier journal was read, so rollcall does not know who was removed in the last 24 hours.',
      null,
      'Add `--journal FILE`, with a file in the folder of your earlier journals.',
    )
  }
  return journals.unread.flatMap((file) =>
    stop(
      'guard-journals',
      `${file} could not be read, or is damaged. If it is a journal, it may show people who were removed.`,
      null,
    ),
  )
}

function guardCustomRoles({ before, ...all }: Guarded): readonly Diagnostic[] {
  if (!all.writes.some(hasCustomRole)) return []
  const obstacle = findCustomRolesObstacle(all.customRolesFeature, before.customRoles)
  return obstacle === null ? [] : stop('guard-custom-roles', ...OBSTACLES[obstacle])
}

const IGNORED = 'Without the feature, some versions of Chatwoot accept a custom role and ignore it.'

const OBSTACLES: Readonly<
  Record<CustomRolesObstacle, readonly [summary: string, detail: string | null, advice?: string]>
> = {
  unknown: ['The server does not say whether this account has custom roles.', IGNORED],
  off: ['The plan gives custom roles, but this account does not have the feature.', IGNORED],
  hidden: [
    'The plan gives custom roles, but the server did not show those of this account.',
    null,
    'Check that custom roles are switched on for the account and that no proxy refuses to show them, or remove them from the policy.',
  ],
}

/** The server stores any id of a custom role. It means nothing until a custom role gets this id. */
function guardWaiting({ writes, before: { agents, customRoles } }: Guarded): readonly Diagnostic[] {
  if (!writes.some(({ kind }) => kind === 'create-custom-role')) return []
  const newest = Math.max(0, ...listRoles(customRoles).map(({ id }) => id))
  return agents
    .filter(({ role, customRoleId }) => role === 'agent' && Number(customRoleId) > newest)
    .flatMap(({ email, customRoleId }) =>
      stop(
        'guard-custom-roles',
        `${email} has custom role ${customRoleId}, which is not on this account. If a new custom role gets this id, the person has it at once.`,
        null,
        'Give the person another custom role or none in Chatwoot (Settings, Agents), or leave out `--allow create-custom-role`. Then run again.',
      ),
    )
}

function hasCustomRole(write: Write): boolean {
  return 'definition' in write || ('customRole' in write && write.customRole !== null)
}

function warnOfSamlAdministrators({ policy, today, after }: Guarded): readonly Diagnostic[] {
  const counting = listCountingAdministrators(after, policy, today)
  if (counting.length === 0 || counting.some(({ provider }) => provider !== 'saml')) return []
  return stop(
    'guard-saml-administrators',
    'After the plan, every administrator who counts signs in only with SAML.',
    WHO_COUNTS,
    'Keep one administrator with a password, in case the identity provider fails.',
  )
}

function warnOfSamlRemovals({ saml, writes }: Guarded): readonly Diagnostic[] {
  if (!saml || !writes.some(({ kind }) => kind === 'delete-agent')) return []
  return stop(
    'guard-saml-removals',
    'This account uses SAML. A removed person comes back unless you also remove them at the identity provider.',
    null,
  )
}

function guardCaller({ before: { caller } }: Guarded): readonly Diagnostic[] {
  if (caller.role === 'administrator') return []
  return stop(
    'guard-run',
    `The token belongs to ${caller.email}, who is an agent. Only an administrator can change access.`,
    null,
    'Use the token of an administrator who was made for apply, and who is in the policy.',
  )
}

/** Reasons against an apply that do not depend on the plan. `plan --approval` refuses the options that do. */
function guardReading({ complete }: Guarded): readonly Diagnostic[] {
  if (complete) return []
  const advice = 'Run `rollcall doctor --for apply`.'
  return stop('guard-run', 'Not everything that the policy manages was read.', null, advice)
}

/** @param advice if absent, the remedy of the record is used */
function stop(
  code: Extract<DiagnosticCode, `guard-${string}`>,
  summary: string,
  detail: string | null,
  advice?: string,
  location: Diagnostic['location'] = null,
): readonly Diagnostic[] {
  const parts = { code, summary, detail, location }
  return [makeDiagnostic(advice === undefined ? parts : { ...parts, advice })]
}
