/**
 * The report: everything that a view may show about a run, and the only place that decides the verdict
 * and the exit code. If the account was not read completely, or there is any error, there is no
 * verdict: "unknown" is never "in sync". The file is long because the type and the code that fills it
 * belong together.
 */

import { type Diagnostic, isError } from '../messages/diagnostic.ts'
import { type Cause, DIAGNOSTICS } from '../messages/diagnostic-records.ts'
import { isDrift, isOpen } from '../messages/finding.ts'
import { groupBy } from '../model/collect.ts'
import { type GroupKind, KINDS } from '../model/kinds.ts'
import { type ActivityReading, describeActivityReading } from '../model/person-record.ts'
import type { Policy } from '../model/policy.ts'
import type { RosterFacts } from '../model/roster.ts'
import { hasGroups, type Snapshot } from '../model/snapshot.ts'
import type { Action } from '../model/steps.ts'
import type { Plan, Unmanaged } from '../plan/plan.ts'
import { findOwnerRisk } from '../plan/token-owner-risk.ts'
import type { Since } from './earlier.ts'
import { listMissingActivity } from './missing-parts.ts'
import type { Proposal } from './proposal.ts'

export type Verdict = 'in_sync' | 'drift' | 'none'
export type ExitCode = 0 | 1 | 2

export type Coverage = 'compared' | 'unmanaged' | 'unreadable' | 'unsupported'

export type RunOutcome = Judgement | NoVerdict

export interface Judgement {
  readonly verdict: 'in_sync' | 'drift'
  readonly cause: null
  readonly retryable: false
}

export interface NoVerdict {
  readonly verdict: 'none'
  readonly cause: Cause
  /** Whether running again without a change may give a verdict. */
  readonly retryable: boolean
}

export type Report = RunOutcome & {
  readonly command: string
  readonly tool: { readonly name: string; readonly version: string }
  readonly generatedAt: string
  readonly exitCode: ExitCode
  /** `--exit-zero`: exit code 0 instead of 2 on drift, for report-only jobs. */
  readonly exitZero: boolean
  /** `--strict`: warnings count as drift. */
  readonly strict: boolean
  /** `--today`: the date (UTC, `YYYY-MM-DD`) to judge by. Null: the day of the run. */
  readonly today: string | null
  /** `--roster`: what is kept of the file. Null: none was given. */
  readonly roster: RosterFacts | null
  /** Whether an error of the run itself, and not of one account, costs the verdict. */
  readonly failed: boolean
  /** Messages about the whole run. */
  readonly diagnostics: readonly Diagnostic[]
  /** One per policy, in the order of the command line; none after a usage error. */
  readonly accounts: readonly AccountReport[]
}

interface AccountFacts extends Pick<Plan, 'findings' | 'changes' | 'ignored' | 'off'> {
  /** As the fleet file calls the account; null: there is no fleet. */
  readonly fleetName: string | null
  readonly policy: { readonly path: string; readonly sha256: string | null }
  readonly diagnostics: readonly Diagnostic[]
  readonly coverage: CoverageBySection
  readonly summary: Summary
  /** Compared with an earlier report; null: with none. */
  readonly since: Since | null
}

export interface JudgedAccount
  extends AccountFacts,
    Judgement,
    Pick<Plan, 'names' | 'getOutcomes' | 'unjudged' | 'notJudged'> {
  /** The text of the policy, for views that quote or hash its lines. */
  readonly policyText: string
  readonly server: string
  readonly account: { readonly id: number; readonly name: string }
  readonly read: Reading
  /** Lines to paste into a policy that would end a finding, by its id. */
  readonly fixes: ReadonlyMap<string, PolicyLines>
  /** What an apply would write; null: it was not requested. */
  readonly proposal: Proposal | null
}

/** Null: it could not be found out. */
export interface UnjudgedAccount extends AccountFacts, NoVerdict {
  readonly server: string | null
  readonly account: { readonly id: number; readonly name: string | null } | null
  readonly read: Reading | null
}

/** A piece of a policy, as the text that somebody could paste. */
export interface PolicyLines {
  /** The keys of the policy below which it belongs. */
  readonly path: readonly string[]
  /** The lines of these keys. */
  readonly above: readonly string[]
  /** The lines below them, indented by two more spaces. */
  readonly lines: readonly string[]
  /** All of it on one line. */
  readonly inline: string
}

export type AccountReport = JudgedAccount | UnjudgedAccount

/**
 * `custom_roles`: who has which; `custom_role_permissions`: which there are and what they permit.
 * Besides these, each kind of group and its memberships by the names of their sections.
 */
export type CoverageBySection = Readonly<
  Record<'agents' | 'roles' | 'custom_roles' | 'custom_role_permissions', Coverage>
> &
  Readonly<Record<string, Coverage>>

export interface Reading {
  readonly caller: Snapshot['caller']
  readonly agents: number
  /** How many of each kind that was read. */
  readonly groups: ReadonlyMap<GroupKind, number>
  readonly memberships: number
  readonly requests: number
  readonly startedAt: string
  readonly finishedAt: string
  /** The file of the snapshot, if one was read; null: the account was read from the server. */
  readonly snapshot: string | null
  readonly activity: ActivityReading
}

export interface Summary extends Readonly<Record<Action, number>> {
  readonly error: number
  /** Findings that count, by severity. */
  readonly warning: number
  /** Of those, the critical ones, and those that no change would end. */
  readonly critical: number
  readonly toLookAt: number
  readonly waived: number
  readonly off: number
  readonly ignored: number
  readonly unmanaged: Unmanaged
}

/** What is known about an account before, or without, a plan. */
export interface Target {
  readonly path: string
  readonly sha256: string | null
  readonly policy: Policy | null
  readonly server: string | null
  readonly accountId: number | null
  /** Absent: there is no fleet. */
  readonly fleetName?: string | undefined
}

/**
 * An account without a verdict: the report says nothing about it. `snapshot`: set if the account was
 * read completely but could still not be judged. `file`: set if it was read from a file.
 */
export function concludeUnjudged(
  target: Target,
  diagnostics: readonly Diagnostic[],
  snapshot: Snapshot | null = null,
  file: string | null = null,
): UnjudgedAccount {
  const named = target.accountId === null ? null : { id: target.accountId, name: null }
  return {
    ...concludeNoVerdict(diagnostics),
    fleetName: target.fleetName ?? null,
    policy: { path: target.path, sha256: target.sha256 },
    server: target.server,
    account: snapshot?.account ?? named,
    diagnostics,
    coverage: listCoverage(target.policy, 'unreadable', 'unreadable'),
    read: snapshot && describeReading(snapshot, file),
    findings: [],
    changes: [],
    ignored: [],
    off: new Map(),
    summary: summarise(null),
    since: null,
  }
}

/**
 * `file`: that of the snapshot, if it was read from one. `proposal`: if an approval was requested.
 * `detailed`: whether a report will show people and groups that are fine. Otherwise the account keeps
 * neither the policy nor the snapshot, so that a run over many accounts has room for all of them.
 */
export function concludeAccount(
  policy: Policy,
  snapshot: Snapshot,
  plan: Plan,
  fixes: JudgedAccount['fixes'],
  file: string | null = null,
  proposal: Proposal | null = null,
  detailed = true,
  fleetName: string | null = null,
): JudgedAccount {
  const { caller, unmanaged: _, ...found } = plan
  return {
    ...concludeJudgement(plan.findings.some(isDrift)),
    fleetName,
    policy: { path: policy.path, sha256: policy.sha256 },
    policyText: policy.text,
    server: snapshot.server,
    account: snapshot.account,
    diagnostics: [
      ...findOwnerRisk(caller, plan.changes),
      ...listMissingActivity(snapshot, 'This report'),
    ],
    coverage: listCoverage(
      policy,
      'compared',
      snapshot.customRoles.kind === 'unsupported' ? 'unsupported' : 'compared',
    ),
    read: describeReading(snapshot, file),
    ...found,
    fixes,
    getOutcomes: detailed ? plan.getOutcomes : failWithoutDetails,
    summary: summarise(plan),
    since: null,
    proposal,
  }
}

function failWithoutDetails(): never {
  throw new Error('A format needs the outcomes of an account, and its row does not say so.')
}

type Head = Pick<Report, 'command' | 'tool' | 'generatedAt' | 'exitZero'> &
  Partial<Pick<Report, 'strict' | 'today' | 'roster'>>

/** The whole run. The worst result wins: no verdict, then drift, then in sync. */
export function concludeReport(
  head: Head,
  diagnostics: readonly Diagnostic[],
  accounts: readonly AccountReport[],
): Report {
  const failed = diagnostics.some(isError)
  const whole = failed ? concludeNoVerdict(diagnostics) : findWorst(accounts)
  const { command, tool, generatedAt, exitZero, strict = false, today = null, roster = null } = head
  const asked = { command, tool, generatedAt, exitZero, strict, today, roster }
  const code = decideExitCode(whole.verdict, exitZero)
  return { ...asked, ...whole, exitCode: code, failed, diagnostics, accounts }
}

/** The same run, with what went wrong after the verdict. */
export function addDiagnostics(before: Report, diagnostics: readonly Diagnostic[]): Report {
  return concludeReport(before, [...before.diagnostics, ...diagnostics], before.accounts)
}

/** As if the run had only this account: for a format that ends each account on its own. */
export function decideAccountExitCode(
  { verdict }: AccountReport,
  { exitZero }: Pick<Report, 'exitZero'>,
): ExitCode {
  return decideExitCode(verdict, exitZero)
}

function decideExitCode(verdict: Verdict, exitZero: boolean): ExitCode {
  switch (verdict) {
    case 'in_sync':
      return 0
    case 'none':
      return 1
    case 'drift':
      return exitZero ? 0 : 2
  }
}

function concludeJudgement(drift: boolean): Judgement {
  return { verdict: drift ? 'drift' : 'in_sync', cause: null, retryable: false }
}

/** The first error sets the cause. Running again may help only if it may fix every error. */
export function concludeNoVerdict(diagnostics: readonly Diagnostic[]): NoVerdict {
  const kinds = diagnostics
    .filter(isError)
    .map(({ code, retryable }) => ({ ...DIAGNOSTICS[code], ...(retryable && { retryable }) }))
  const cause = kinds[0]?.cause ?? 'internal'
  return {
    verdict: 'none',
    cause,
    retryable: kinds.length > 0 && kinds.every((kind) => kind.retryable),
  }
}

function findWorst(accounts: readonly AccountReport[]): RunOutcome {
  const without = accounts.filter((account) => account.verdict === 'none')
  const [first] = without
  if (first !== undefined) {
    const retryable = without.every((account) => account.retryable)
    return { verdict: 'none', cause: first.cause, retryable }
  }
  // A run that read no account has found nothing in sync.
  if (accounts.length === 0) return concludeNoVerdict([])
  return concludeJudgement(accounts.some((account) => account.verdict === 'drift'))
}

function listCoverage(
  policy: Policy | null,
  read: 'compared' | 'unreadable',
  customRoles: Coverage,
): CoverageBySection {
  const agents = policy?.agents === null ? 'unmanaged' : read
  const kinds = policy?.groups ?? KINDS.map((of) => ({ of, section: undefined }))
  const groups = kinds.flatMap(({ of, section }) => {
    const covered = section === null ? 'unmanaged' : read
    return [[of.section, covered] as const, [of.memberSection, covered] as const]
  })
  return {
    agents,
    roles: agents,
    custom_roles: agents === 'unmanaged' ? 'unmanaged' : customRoles,
    custom_role_permissions: policy?.customRoles === null ? 'unmanaged' : read,
    ...Object.fromEntries<Coverage>(groups),
  }
}

export function describeReading(snapshot: Snapshot, file: string | null): Reading {
  const { caller, agents, groups, requests, startedAt, finishedAt } = snapshot
  const kinds = groupBy(groups, ({ of }) => of)
  return {
    caller,
    agents: agents.length,
    groups: new Map(
      KINDS.filter((of) => hasGroups(snapshot, of)).map((of) => [of, kinds.get(of)?.length ?? 0]),
    ),
    memberships: groups.reduce((sum, { members }) => sum + members.length, 0),
    requests,
    startedAt,
    finishedAt,
    snapshot: file,
    activity: describeActivityReading(snapshot.activity),
  }
}

function summarise(plan: Plan | null): Summary {
  const findings = plan?.findings ?? []
  const open = findings.filter(isOpen)
  const changes = plan?.changes ?? []
  const actions = { create: 0, update: 0, delete: 0 }
  for (const { action } of changes) actions[action] += 1
  const ended = new Set(changes.flatMap((change) => change.findings))
  return {
    error: open.filter(({ severity }) => severity === 'error').length,
    warning: open.filter(({ severity }) => severity === 'warning').length,
    critical: open.filter(({ risk }) => risk === 'critical').length,
    toLookAt: open.filter(({ id }) => !ended.has(id)).length,
    waived: findings.length - open.length,
    off: [...(plan?.off.values() ?? [])].reduce((sum, n) => sum + n, 0),
    ignored: plan?.ignored.length ?? 0,
    unmanaged: plan?.unmanaged ?? { agents: 0, groups: new Map() },
    ...actions,
  }
}
