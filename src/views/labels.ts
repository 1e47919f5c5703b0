/** The words that all views for people share: a word for each code of a report. No markup or escaping. */

import { explainKept, type KeptReason } from '../core/apply/reasons.ts'
import { type Diagnostic, isError } from '../core/messages/diagnostic.ts'
import { type Finding, isOpen, type Waiver } from '../core/messages/finding.ts'
import { addArticle, count, countGroups } from '../core/messages/phrase.ts'
import { quoteAddress } from '../core/messages/shell-word.ts'
import { type GroupSubject, labelSubject } from '../core/model/address.ts'
import { groupBy } from '../core/model/collect.ts'
import type { CustomRoleFact } from '../core/model/custom-role.ts'
import { type GroupKind, getHeading, joinKinds, KINDS } from '../core/model/kinds.ts'
import { SINCE } from '../core/model/server-version.ts'
import type { Action } from '../core/model/steps.ts'
import { joinFirst } from '../core/model/visible.ts'
import { type Change, type Facts, listFactKeys } from '../core/plan/change.ts'
import type { PersonInPolicy, Standing } from '../core/plan/outcome.ts'
import type { MissingSection } from '../core/report/missing-parts.ts'
import type { Proposal } from '../core/report/proposal.ts'
import type { AccountReport, Reading, Report, Summary, Verdict } from '../core/report/report.ts'
import { countSince, isNew } from '../core/report/since.ts'
import { countTotals } from '../core/report/totals.ts'
import { abridge } from './abridge.ts'
import { describeNotJudged, describeOrigin, listActivityNotes } from './activity-words.ts'

export const VERDICTS: Readonly<Record<Verdict, string>> = {
  in_sync: 'IN SYNC',
  drift: 'DRIFT',
  none: 'NO VERDICT',
}

export const MEANINGS: Readonly<Record<Verdict, string>> = {
  in_sync: 'Everything in scope was read, and nothing counts as drift.',
  drift: 'Everything in scope was read, and the account differs from the policy.',
  none: 'Something could not be read or understood completely, so rollcall gives no result for it.',
}

/** A section of the coverage, as a title: `Custom roles`. */
export function titleSection(section: string): string {
  return section.charAt(0).toUpperCase() + section.slice(1).replaceAll('_', ' ')
}

/** `shown` escapes and shortens a pattern. */
export function describeInPolicy(
  inPolicy: PersonInPolicy,
  shown: (pattern: string) => string,
): string {
  switch (inPolicy.kind) {
    case 'listed':
      return inPolicy.role
    case 'ignored':
      return `ignored by the pattern ${shown(inPolicy.pattern)}`
    case 'unmanaged':
      return 'not managed'
    case 'not-listed':
      return 'not in the policy'
  }
}

/** In the order of charts and legends. */
export const STANDINGS: Readonly<Record<Standing, string>> = {
  drift: 'drift',
  warning: 'warning',
  waived: 'accepted by a waiver',
  off: 'switched off',
  fine: 'as the policy says',
  unmanaged: 'not managed',
  ignored: 'ignored',
}

/** What the kinds that fit are called: `teams and inboxes`, `team or inbox`, `a team or an inbox`. */
function nameKinds(fits: (of: GroupKind) => boolean) {
  const kinds = KINDS.filter(fits)
  return {
    plural: joinKinds('and', ({ plural }) => plural, kinds),
    label: joinKinds('or', ({ label }) => label, kinds),
    one: joinKinds('or', ({ label }) => addArticle(label), kinds),
  }
}

/** Kinds that open what is inside them, that open what is assigned to them, and that hide members. */
export const INSIDE = nameKinds(({ opens }) => opens === 'inside')
export const ASSIGNED = nameKinds(({ opens }) => opens === 'assigned')
export const HIDING = nameKinds(({ hidden }) => hidden !== null)

/** True for every version. */
export const ACCESS = `${getHeading(INSIDE)} give people access to conversations; from Chatwoot ${SINCE.access} on, ${ASSIGNED.plural} do too.`

/** Who has access and is not shown. */
export const API_HIDES =
  'super administrators outside the account, platform and personal access tokens, bots, and people ' +
  `in ${HIDING.one} who are not on the account (only the audit log shows them)`

/** What no verdict covers. */
export const API_LIMITS = `This API does not show ${API_HIDES}. ${ACCESS}`

export function describeCoverage({ coverage }: AccountReport): string {
  const name = (start: string, compared: boolean) => {
    const words = Object.entries(coverage)
      .filter(([, covered]) => (covered === 'compared') === compared)
      .map(([section, covered]) => {
        const word = section.replaceAll('_', ' ')
        return covered === 'unsupported' ? `${word} (not supported by this server)` : word
      })
    return words.length === 0 ? [] : [`${start}: ${words.join(', ')}.`]
  }
  return [...name('Compared', true), ...name('Not compared', false)].join(' ')
}

/**
 * `Account 1 "Acme" on chat.acme.com`, after its name in a fleet; or the path of the policy if the
 * account is not known.
 * @param word with which it begins outside of a fleet
 */
export function nameAccount(
  { fleetName, policy, account, server }: AccountReport,
  word: 'Account' | 'account' = 'Account',
): string {
  if (account === null) return abridge(policy.path)
  const start = fleetName === null ? word : `${abridge(fleetName)}, account`
  return `${start} ${identifyAccount(account, server)}`
}

/** `1 "Acme" on chat.acme.com`. Not escaped. */
export function identifyAccount(
  { id, name }: { readonly id: number; readonly name: string | null },
  server: string | null,
): string {
  const called = name === null ? '' : ` "${abridge(name)}"`
  return `${id}${called}${server === null ? '' : ` on ${new URL(server).host}`}`
}

/** The options that affect the verdict, as they were given. */
export function listVerdictOptions({
  exitZero,
  strict,
  today,
  roster,
  verdict,
}: Report): readonly string[] {
  return [
    ...(exitZero && verdict === 'drift' ? ['--exit-zero'] : []),
    ...(strict ? ['--strict'] : []),
    ...(today === null ? [] : [`--today ${today}`]),
    ...(roster === null ? [] : ['--roster']),
  ]
}

/** Ends the summary of the changes. What an apply has changed is shown with its steps. */
export function noteUnchanged({ command }: Pick<Report, 'command'>): string {
  return command === 'apply' ? '' : ' Nothing was changed.'
}

/** `Plan: 1 to add, 0 to change, 0 to remove. Nothing was changed.` */
export function summarisePlan({ summary }: Pick<AccountReport, 'summary'>, report: Report): string {
  const todo = [
    `${summary.create} to add`,
    `${summary.update} to change`,
    `${summary.delete} to remove`,
    ...(summary.toLookAt === 0 ? [] : [`${summary.toLookAt} to check`]),
  ]
  return `Plan: ${todo.join(', ')}.${noteUnchanged(report)}`
}

export function summariseVerdicts({ accounts }: Report): string {
  const { verdicts: of, critical } = countTotals(accounts)
  const parts = `${of.in_sync} in sync, ${of.drift} with drift, ${of.none} without a verdict`
  const worst = critical === 0 ? '' : `; ${count(critical, 'critical finding')}`
  return `${count(accounts.length, 'account')}: ${parts}${worst}`
}

/**
 * Why there is no verdict, in the words of the first error. The cause alone would be misleading: it
 * would blame the token when its owner is not on the account. Not escaped.
 */
export function explainNoVerdict(diagnostics: readonly Diagnostic[]): string {
  const [first, ...more] = diagnostics.filter(isError)
  if (first === undefined) return 'nothing was checked'
  const others = more.length === 0 ? '' : ` (and ${count(more.length, 'more error')})`
  return `${abridge(first.summary.replace(/\.$/, ''))}${others}`
}

/** The account in one phrase: why there is no verdict, or the number of findings. Not escaped. */
export function summariseAccount(account: AccountReport): string {
  if (account.verdict === 'none') return explainNoVerdict(account.diagnostics)
  const { summary } = account
  return [
    account.verdict === 'in_sync' ? 'no drift' : count(summary.error, 'finding'),
    ...(summary.critical === 0 ? [] : [`${summary.critical} critical`]),
    ...(summary.warning === 0 ? [] : [count(summary.warning, 'warning')]),
    ...(summary.waived === 0 ? [] : [`${summary.waived} waived`]),
    ...(summary.off === 0 ? [] : [`${summary.off} switched off`]),
  ].join(', ')
}

const MOST_NAMED = 5

/** What has changed since an earlier report, as sentences; empty if it was compared with none. Not escaped. */
export function describeSince(account: AccountReport): string {
  const { since, findings } = account
  const counts = countSince(account)
  if (since === null || counts === null) return ''
  const name = (word: string, those: readonly Pick<Finding, 'id'>[]) => {
    const ids = those.map(({ id }) => id)
    return ids.length === 0 ? [] : [`${word}: ${joinFirst(ids, MOST_NAMED, abridge)}.`]
  }
  const fresh = findings.filter((each) => isOpen(each) && isNew(each, since))
  return [
    `Since the report of ${formatMoment(since.reportedAt)}: ${counts.new} new, ${counts.known} known, ${counts.resolved} resolved, ${counts.notChecked} not checked.`,
    ...name('New', fresh),
    ...name('Known, but drift only now', since.countNow),
    ...name('Resolved', since.resolved),
    ...name('Not checked', since.notChecked),
  ].join(' ')
}

/** An account in sync, if that is all there is to say about it. Not escaped. */
export function describeQuietAccount(account: AccountReport): string {
  const { ignored } = account.summary
  const resolved = countSince(account)?.resolved ?? 0
  return [
    summariseAccount(account),
    ...(resolved === 0 ? [] : [`${resolved} resolved`]),
    ...(ignored === 0 ? [] : [`${ignored} ignored`]),
    ...listUnmanaged(account.summary).map((each) => `${each} not managed`),
  ].join(', ')
}

/** What was compared in these accounts, once for all that have the same coverage. */
export function describeCoverages(accounts: readonly AccountReport[]): readonly string[] {
  return [...groupBy(accounts, describeCoverage)].map(
    ([coverage, same]) => `${count(same.length, 'account')} in sync. ${coverage}`,
  )
}

/** A finding in one phrase. Each part is cut separately, so a long text cannot hide the difference. */
export function phraseFinding(
  { summary, difference, activity }: Pick<Finding, 'summary' | 'difference' | 'activity'>,
  shown: (text: string) => string,
): string {
  return [
    shown(summary),
    ...(difference === null ? [] : [shown(difference)]),
    ...(activity === null ? [] : [describeOrigin(activity, shown)]),
  ].join('; ')
}

/** Who accepted a finding, why and until when, in one phrase. Not escaped. */
export function describeAcceptance({ owner, expires, reason }: Waiver): string {
  return `accepted until ${expires} by ${owner}: ${reason}`
}

/** What else is to know about how an account was read and compared. */
export function listAccountNotes(account: AccountReport): readonly string[] {
  return [
    ...(account.read === null ? [] : listActivityNotes(account.read)),
    account.verdict === 'none' ? null : describeNotJudged(account),
    describeUnmanaged(account),
    describeSwitchedOff(account),
  ].filter((note) => note !== null)
}

/** How many people and teams the policy does not manage; null if it manages all. */
function describeUnmanaged({ summary }: AccountReport): string | null {
  const numbers = listUnmanaged(summary)
  return numbers.length === 0 ? null : `Not managed by this policy: ${numbers.join(', ')}.`
}

export function listUnmanaged({ unmanaged: { agents, groups } }: Summary): readonly string[] {
  return [
    ...(agents > 0 ? [count(agents, 'agent')] : []),
    ...countGroups(new Map([...groups].filter(([, n]) => n > 0))),
  ]
}

/** How much was read: people, groups and memberships. */
export function listNumbers({ agents, groups, memberships }: Reading): readonly string[] {
  return [count(agents, 'agent'), ...countGroups(groups), count(memberships, 'membership')]
}

/** Of all the groups of a person, the names of those of one kind, with ids where names repeat. */
export function listNamesOfKind(groups: readonly GroupSubject[], of: GroupKind): readonly string[] {
  return groups.filter((group) => group.of === of).map(labelSubject)
}

/** The findings that the policy switched off; null if there are none. */
export function describeSwitchedOff({ off }: AccountReport): string | null {
  if (off.size === 0) return null
  const codes = [...off].map(([code, n]) => `${code} (${n})`)
  return `Switched off by the policy: ${codes.join(', ')}.`
}

/** The symbol of a change, beside its word or alone. */
export const SYMBOLS: Readonly<Record<Action, string>> = { create: '+', update: '~', delete: '-' }

export const ACTIONS: Readonly<Record<Action, string>> = {
  create: 'add',
  update: 'change',
  delete: 'remove',
}

/** What a change would change, fact by fact; `was` is null if it is not known. Not escaped. */
export function listChangedFacts({ before, after, subject }: Change): readonly {
  readonly key: string
  readonly was: string | null
  readonly will: string
}[] {
  return listFactKeys(subject).flatMap((key) => {
    const [was, will] = [formatFact(before, key), formatFact(after, key)]
    // No custom role is what everybody begins with.
    const nothing = will === null || (before === null && after?.[key] === null)
    return nothing || was === will ? [] : [{ key: key.replaceAll('_', ' '), was, will }]
  })
}

/** Null: not said. */
function formatFact(facts: Facts | null, key: string): string | null {
  const value = facts?.[key]
  if (value === undefined) return null
  if (value === null) return 'none'
  if (typeof value !== 'object') return String(value)
  return 'id' in value ? nameCustomRole(value) : value.join(', ') || 'none'
}

export function nameCustomRole({ id, name }: CustomRoleFact): string {
  return name ?? `id ${id}`
}

/** Who would reach more, and who less, in one phrase. */
export function describePeople({ people }: Proposal): string {
  const gain = count(people.gain.length, 'person', 'people')
  const lose = count(people.lose.length, 'person', 'people')
  return `${gain} would gain access, ${lose} would lose access`
}

/** Why an apply would not write a step, and what would write it, as parts of a sentence. */
export function describeKeptReason(
  because: KeptReason,
  shown: (text: string) => string,
): readonly string[] {
  const why = explainKept(because, shown)
  if (because.kind !== 'permission') return why
  return [...why, `to write it: ${shown(`--allow ${quoteAddress(because.allow)}`)}`]
}

/** How long it took to read an account. */
export function measureSeconds({ startedAt, finishedAt }: Reading): number {
  return (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000
}

/** `2026-11-23 08:00:01 UTC`. */
export function formatMoment(rfc3339: string): string {
  return `${rfc3339.slice(0, 10)} ${rfc3339.slice(11, 19)} UTC`
}

/** States that a snapshot was read, not the server; empty if the server was read, or nothing. */
export function describeSnapshot(read: Reading | null, shown: (file: string) => string): string {
  if (read === null || read.snapshot === null) return ''
  return `From the snapshot ${shown(read.snapshot)} of ${formatMoment(read.finishedAt)}. The account may have changed since then.`
}

/** @param all what is not all shown because of that */
export function describeMissing(
  missing: readonly MissingSection[],
  all: string,
  read: Reading,
): readonly string[] {
  if (missing.length === 0) return []
  const what = missing.map(({ section }) => section.replaceAll('_', ' ')).join(' and ')
  const remedy = `${read.snapshot === null ? 'Run it again' : 'Take a new snapshot'} with an administrator's token.`
  const why =
    read.caller.role === 'agent' ? ` The token of an agent does not show them. ${remedy}` : ''
  return [`Not read completely: ${what}. So this does not show ${all}.${why}`]
}

/** `Read as ada@acme.com (administrator)`. */
export function describeReader({ caller }: Reading, shown: (email: string) => string): string {
  return `Read as ${shown(caller.email)} (${caller.role})`
}

/** `exit code 2 (--strict)`: with the options that affect the verdict. */
export function describeExit(report: Report): string {
  const asked = listVerdictOptions(report).join(' ')
  return `exit code ${report.exitCode}${asked === '' ? '' : ` (${asked})`}`
}
