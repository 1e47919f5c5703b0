/**
 * Which steps of a plan are written and which are kept back, each with what it needs. What is kept back
 * stays drift. Guards may still stop the whole run: guards.ts.
 */

import type { Diagnostic } from '../messages/diagnostic.ts'
import { formatAddress } from '../model/address.ts'
import type { RecognisedSnapshot } from '../model/identity.ts'
import { getDomain, normaliseEmail } from '../model/names.ts'
import type { Policy } from '../model/policy.ts'
import type { ActualState } from '../model/state.ts'
import { type Permission, STEPS } from '../model/steps.ts'
import type { Change } from '../plan/change.ts'
import { type AccessChange, compareStates } from './access.ts'
import { type Allowance, describeAllowance, findAllowance, findUselessAllowances } from './allow.ts'
import { findStrictest, type KeptReason, listOwnReasons, REASONS, type Reason } from './reasons.ts'
import { listBroken, measureRules } from './rule-measures.ts'
import { applyWrite, applyWrites } from './transition.ts'
import { type KnownAccount, listWrites, type Write } from './writes.ts'

export interface PlannedStep {
  readonly change: Change
  /** In their order; each is one request. */
  readonly writes: readonly Write[]
  /** `neither`: nobody reaches more or less. `both`: more and less, or it cannot be known. */
  readonly effect: 'gives' | 'takes' | 'both' | 'neither'
  /** Why it is not written without an `--allow`, and what it needs because of all of them. */
  readonly reasons: readonly Reason[]
  readonly needs: Permission
}

export interface KeptStep extends PlannedStep {
  readonly because: KeptReason
}

/** `gain` and `lose` name those whose access differs at the end. */
export interface SteppedPlan extends AccessChange {
  /** In the order in which they are written. */
  readonly written: readonly PlannedStep[]
  readonly keptBack: readonly KeptStep[]
  /** The account as it was read, and after each write of `written`. */
  readonly before: RecognisedSnapshot
  readonly states: readonly RecognisedSnapshot[]
  /** After the last of them. */
  readonly after: RecognisedSnapshot
  /** Errors in `--allow`. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface Terms {
  readonly policy: Policy
  readonly scope: ApplyScope
  readonly allowances: readonly Allowance[]
  /** With SAML on, the identity provider decides too: invitations and roles need an `--allow`. */
  readonly saml: boolean
}

/** What the policy manages. */
export interface ApplyScope {
  /** By e-mail address, as every state spells it. */
  readonly hasPerson: (email: string) => boolean
  /** By address. */
  readonly hasGroup: (address: string) => boolean
}

/** Without ignored people and groups, and without agents whom the policy does not manage. */
export function makeApplyScope(policy: Policy, { state, ignored }: ActualState): ApplyScope {
  const left = new Set(ignored.map(({ address }) => address))
  return {
    hasPerson: (email) => {
      const have = state.agents.get(email)
      if (have === undefined || left.has(formatAddress({ kind: 'agent', email }))) return false
      if (policy.agents === null || policy.scope.agents === 'all') return true
      return have.role === 'administrator' || policy.agents.entries.has(email)
    },
    hasGroup: (address) => !left.has(address),
  }
}

export function decideSteps(
  changes: readonly Change[],
  known: KnownAccount,
  terms: Terms,
): SteppedPlan {
  let steps = prepareSteps(changes, known, terms)
  let sorted = sortSteps(steps, terms)
  // If a step is kept back, the others may do more than beside it: a group does not get the members who
  // would have replaced others, or a custom role that people get still permits what it should not.
  for (;;) {
    const emptied = findEmptied(known.snapshot, sorted.written)
    const measured = measureAfterKept(known.snapshot, steps, sorted)
    const measures = new Map(measured.map((each) => [each.change, each]))
    const weighed = steps.map((each): PlannedStep => {
      const { effect, excess } = measures.get(each.change) ?? { ...each, excess: [] }
      const more = [...excess, ...(emptied.has(each.change) ? [REASONS.empties] : [])]
      return { ...each, effect, ...addReasons(each.reasons, more) }
    })
    const same = (each: PlannedStep, index: number) =>
      each.effect === steps[index]?.effect && each.reasons.length === steps[index].reasons.length
    if (weighed.every(same)) break
    steps = weighed
    sorted = sortSteps(steps, terms)
  }
  const asking = steps.map(({ change: { step, address }, needs }) => ({ step, address, needs }))
  const writes = sorted.written.flatMap((each) => each.writes)
  const before = known.snapshot
  const states = applyWrites(before, writes)
  const after = states.at(-1) ?? before
  return {
    ...sorted,
    ...compareStates(before, after),
    before,
    states,
    after,
    diagnostics: findUselessAllowances(terms.allowances, asking),
  }
}

/** People whom a write names, and people whose access is different afterwards. */
export function listTouched({ written, gain, lose }: SteppedPlan): ReadonlySet<string> {
  const named = written.flatMap(({ writes }) =>
    writes.flatMap((write) => ('person' in write ? [write.person.email] : [])),
  )
  return new Set([...gain, ...lose, ...named])
}

/** As if all of them were written, to see what each gives and takes. */
function prepareSteps(
  changes: readonly Change[],
  known: KnownAccount,
  terms: Terms,
): readonly PlannedStep[] {
  const domains = listOwnDomains(terms.policy, known)
  const steps = changes.map((change) => ({ change, writes: listWrites(change, known) }))
  return measureEffects(known.snapshot, steps).map(({ excess, ...step }) => {
    return { ...step, ...addReasons(listReasons(step.change, terms, domains), excess) }
  })
}

/** Each once. */
function addReasons(reasons: readonly Reason[], more: readonly Reason[]) {
  const all = [...new Set([...reasons, ...more])]
  return { reasons: all, needs: findStrictest(all) }
}

/** What the written steps do that come after one that is kept back: the others do what they did. */
function measureAfterKept(
  before: RecognisedSnapshot,
  steps: readonly PlannedStep[],
  { written, keptBack: [first] }: Pick<SteppedPlan, 'written' | 'keptBack'>,
): ReturnType<typeof measureEffects<PlannedStep>> {
  if (first === undefined) return []
  const number = steps.findIndex(({ change }) => change === first.change)
  const earlier = written.slice(0, number).flatMap(({ writes }) => writes)
  return measureEffects(earlier.reduce(applyWrite, before), written.slice(number))
}

/**
 * What each of these steps gives and takes if they, and no others, are written in this order.
 * `excess`: a step that should only take gives something, or an invited agent could do more than an
 * agent without custom role.
 */
function measureEffects<T extends Pick<PlannedStep, 'change' | 'writes'>>(
  before: RecognisedSnapshot,
  steps: readonly T[],
): readonly (T & Pick<PlannedStep, 'effect'> & { readonly excess: readonly Reason[] })[] {
  let now = before
  return steps.map((step) => {
    const next = step.writes.reduce(applyWrite, now)
    const { gain, lose } = compareStates(now, next)
    const { onlyTakes, invites } = STEPS[step.change.step]
    const allowed = invites
      ? step.writes.map((write): Write => ({ ...write, ...NO_CUSTOM_ROLE })).reduce(applyWrite, now)
      : null
    const excessive = allowed
      ? compareStates(allowed, next).gain.size > 0
      : onlyTakes && gain.size > 0
    now = next
    return {
      ...step,
      effect: EFFECTS[gain.size > 0 ? 1 : 0][lose.size > 0 ? 1 : 0],
      excess: excessive ? [REASONS[invites ? 'wideCustomRole' : 'alsoGives']] : [],
    }
  })
}

/** A run in which not all steps were written, or somebody else changed the account. */
export interface Interim {
  /** The account before the run, and as it is now. */
  readonly before: RecognisedSnapshot
  readonly now: RecognisedSnapshot
  /** The steps that are still written. */
  readonly rest: readonly PlannedStep[]
}

/**
 * What this step would do wrong in such a run: it would break a rule of the policy, or do more than
 * without an `--allow` with its address. Null: nothing.
 */
export function findExcess(step: PlannedStep, run: Interim, terms: Terms): string | null {
  const broken = findBrokenRule(step, run, terms)
  if (broken !== null) {
    return `It would break a rule of the policy, because a step before it was not written or somebody else made a change: ${broken}.`
  }
  if (findAllowance({ ...step.change, needs: 'address' }, terms.allowances) !== null) return null
  if (measureEffects(run.now, [step]).some(({ excess }) => excess.length > 0)) {
    return 'It would give more than was approved, because a custom role was not changed before it.'
  }
  return findEmptied(run.now, run.rest).has(step.change)
    ? 'It would leave the group empty, because somebody who should be in it is not.'
    : null
}

/** A rule that the run would break, and that would be less broken without this step. */
function findBrokenRule(
  step: PlannedStep,
  { before, now, rest }: Interim,
  { policy, scope }: Terms,
): string | null {
  const measure = (state: RecognisedSnapshot) => measureRules(policy, state, scope.hasGroup)
  const measureAfter = (steps: readonly PlannedStep[]) =>
    measure(steps.flatMap(({ writes }) => writes).reduce(applyWrite, now))
  const without = measureAfter(rest.filter((each) => each !== step))
  const broken = listBroken(measure(before), measureAfter(rest)).find(
    ([key, { excess }]) => excess > (without.get(key)?.excess ?? Number.POSITIVE_INFINITY),
  )
  return broken?.[1].broken ?? null
}

/** For a step that invites, which has no other kind of write. */
const NO_CUSTOM_ROLE = { customRole: null }

/** By whether somebody gains, then by whether somebody loses. */
const EFFECTS = [
  ['neither', 'takes'],
  ['gives', 'both'],
] as const

function listReasons(
  { step, subject }: Change,
  { policy, saml }: Terms,
  domains: ReadonlySet<string>,
): readonly Reason[] {
  const invited = subject.kind === 'agent' && step === 'invite' ? subject.email : null
  const known = invited === null || domains.has(getDomain(normaliseEmail(invited)))
  const foreign = policy.rules.emailDomains === null ? 'unknownDomain' : 'foreignDomain'
  return [
    ...listOwnReasons(step),
    ...(known ? [] : [REASONS[foreign]]),
    // They could look like other letters.
    ...(invited === null || /^[!-~]+@[^@]*$/.test(invited) ? [] : [REASONS.unusualLetters]),
    ...(saml && STEPS[step].ofIdentity ? [REASONS.saml] : []),
  ]
}

/**
 * The domains in `rules.email_domains`, otherwise those of the people in the policy who accepted their
 * invitation.
 */
function listOwnDomains({ rules, agents }: Policy, { snapshot, storedAs }: KnownAccount) {
  if (rules.emailDomains !== null) return rules.emailDomains.value
  const own = snapshot.agents.filter(
    ({ email, confirmed }) => confirmed && agents?.entries.has(email) === true,
  )
  return new Set(own.map(({ email }) => getDomain(normaliseEmail(storedAs(email)))))
}

/** Removals that would leave a group empty that had members. */
function findEmptied(
  before: RecognisedSnapshot,
  written: readonly PlannedStep[],
): ReadonlySet<Change> {
  const after = written.flatMap(({ writes }) => writes).reduce(applyWrite, before)
  const empty = new Set(
    after.groups
      .filter(({ members }) => members.length === 0)
      .map(({ subject }) => formatAddress(subject)),
  )
  const emptying = written.filter(({ change: { step, subject } }) => {
    const leaves = subject.kind === 'member' && step === 'remove-member'
    return leaves && empty.has(formatAddress(subject.group))
  })
  return new Set(emptying.map(({ change }) => change))
}

function sortSteps(
  steps: readonly PlannedStep[],
  terms: Terms,
): Pick<SteppedPlan, 'written' | 'keptBack'> {
  const written: PlannedStep[] = []
  const keptBack: KeptStep[] = []
  for (const step of steps) {
    const because = findReason(step, keptBack, terms)
    if (because === null) written.push(step)
    else keptBack.push({ ...step, because })
  }
  return { written, keptBack }
}

function findReason(
  { change, needs, reasons }: PlannedStep,
  keptBack: readonly KeptStep[],
  { policy, allowances }: Terms,
): KeptReason | null {
  const { step, address } = change
  const denied = policy.apply.deny.find(({ value }) => value === step)
  if (denied !== undefined) return { kind: 'denied', location: denied.location }
  const missing = keptBack.find((each) => isNeededBy(each.change, change))
  if (missing !== undefined) return { kind: 'waits', address: missing.change.address }
  const left = reasons.filter((each) => {
    return findAllowance({ step, address, needs: each.needs }, allowances) === null
  })
  if (left.length === 0) return null
  const allow = describeAllowance({ step, address, needs })
  return { kind: 'permission', allow, why: left.map(({ why }) => why) }
}

/** Whether a change needs what another change creates: its person, its group or its custom role. */
export function isNeededBy(
  { action, subject }: Change,
  { subject: later, after }: Change,
): boolean {
  if (action !== 'create') return false
  if (subject.kind === 'custom-role') {
    const given = after?.custom_role ?? null
    return given !== null && given.id === null && given.name === subject.name
  }
  if (later.kind !== 'member') return false
  if (subject.kind === 'agent') return subject.email === later.email
  return subject.kind === 'group' && formatAddress(subject) === formatAddress(later.group)
}
