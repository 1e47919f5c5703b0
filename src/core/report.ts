/**
 * The report: everything a view may show about a run, and the one place that decides the verdict
 * and the exit code. Without a complete read or with any error there is no verdict: unknown is
 * never "in sync".
 */
import type { Action, Change } from './change.ts'
import { type Cause, DIAGNOSTICS, type Diagnostic } from './diagnostic.ts'
import { type Finding, isDrift } from './finding.ts'
import type { Plan, Unmanaged } from './plan.ts'
import type { Policy } from './policy.ts'
import type { Snapshot } from './snapshot.ts'
import type { Ignored } from './state.ts'

export type Verdict = 'in_sync' | 'drift' | 'none'
export type ExitCode = 0 | 1 | 2

export type Coverage = 'compared' | 'unmanaged' | 'unreadable' | 'unsupported'

export interface Outcome {
  readonly verdict: Verdict
  /** Why there is no verdict; null if there is one. */
  readonly cause: Cause | null
  /** Whether running again unchanged may give a verdict. */
  readonly retryable: boolean
}

export interface Report extends Outcome {
  readonly command: string
  readonly tool: { readonly name: string; readonly version: string }
  /** RFC 3339, UTC. */
  readonly generatedAt: string
  readonly exitCode: ExitCode
  /** What concerns the run as a whole. */
  readonly diagnostics: readonly Diagnostic[]
  /** One per policy, in the order asked for; none on a usage error. */
  readonly accounts: readonly AccountReport[]
}

export interface AccountReport extends Outcome {
  readonly policy: { readonly path: string; readonly sha256: string | null }
  /** Origin, where it is known. */
  readonly server: string | null
  readonly account: { readonly id: number; readonly name: string | null } | null
  readonly diagnostics: readonly Diagnostic[]
  readonly coverage: Readonly<Record<Section, Coverage>>
  readonly read: Reading | null
  readonly findings: readonly Finding[]
  readonly changes: readonly Change[]
  readonly ignored: readonly Ignored[]
  readonly summary: Summary
}

export type Section = 'agents' | 'roles' | 'custom_roles' | 'teams' | 'members' | 'inboxes'

export interface Reading {
  readonly caller: Snapshot['caller']
  readonly agents: number
  readonly teams: number
  readonly memberships: number
  readonly requests: number
  readonly startedAt: string
  readonly finishedAt: string
}

export interface Summary extends Readonly<Record<Action, number>> {
  readonly error: number
  readonly warning: number
  readonly ignored: number
  readonly unmanaged: Unmanaged
}

/** What is known of an account before, or without, a plan. */
export interface Target {
  readonly path: string
  readonly sha256: string | null
  readonly policy: Policy | null
  readonly server: string | null
  readonly accountId: number | null
}

/**
 * An account without a verdict: nothing is claimed about it. `snapshot` where all of it was read
 * and it still could not be judged.
 */
export function unjudged(
  target: Target,
  diagnostics: readonly Diagnostic[],
  snapshot: Snapshot | null = null,
): AccountReport {
  const named = target.accountId === null ? null : { id: target.accountId, name: null }
  return {
    ...outcome(diagnostics, null),
    policy: { path: target.path, sha256: target.sha256 },
    server: target.server,
    account: snapshot?.account ?? named,
    diagnostics,
    coverage: coverage(target.policy, 'unreadable', 'unreadable'),
    read: snapshot && reading(snapshot),
    findings: [],
    changes: [],
    ignored: [],
    summary: summarise(null),
  }
}

export function judged(policy: Policy, snapshot: Snapshot, plan: Plan): AccountReport {
  return {
    ...outcome([], plan.findings),
    policy: { path: policy.path, sha256: policy.sha256 },
    server: snapshot.server,
    account: snapshot.account,
    diagnostics: [],
    coverage: coverage(
      policy,
      'compared',
      snapshot.customRoles.kind === 'unsupported' ? 'unsupported' : 'compared',
    ),
    read: reading(snapshot),
    findings: plan.findings,
    changes: plan.changes,
    ignored: plan.ignored,
    summary: summarise(plan),
  }
}

/** The whole run: no verdict beats drift, drift beats in sync. */
export function report(
  head: Pick<Report, 'command' | 'tool' | 'generatedAt'>,
  diagnostics: readonly Diagnostic[],
  accounts: readonly AccountReport[],
): Report {
  const whole = worst(outcome(diagnostics, []), accounts)
  return { ...head, ...whole, exitCode: exitCode(whole.verdict), diagnostics, accounts }
}

export function exitCode(verdict: Verdict): ExitCode {
  switch (verdict) {
    case 'in_sync':
      return 0
    case 'none':
      return 1
    case 'drift':
      return 2
  }
}

/** The one decision: `findings` is null when the account could not be judged. */
function outcome(diagnostics: readonly Diagnostic[], findings: readonly Finding[] | null): Outcome {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (first !== undefined) {
    const retryable = errors.every(({ code }) => DIAGNOSTICS[code].retryable)
    return { verdict: 'none', cause: DIAGNOSTICS[first.code].cause, retryable }
  }
  if (findings === null) return { verdict: 'none', cause: 'internal', retryable: false }
  const verdict = findings.some(isDrift) ? 'drift' : 'in_sync'
  return { verdict, cause: null, retryable: false }
}

function worst(own: Outcome, accounts: readonly AccountReport[]): Outcome {
  if (own.verdict === 'none') return own
  const without = accounts.filter(({ verdict }) => verdict === 'none')
  const [first] = without
  if (first !== undefined) {
    const retryable = without.every((account) => account.retryable)
    return { verdict: 'none', cause: first.cause, retryable }
  }
  // A run that looked at nothing cannot have found it in sync.
  if (accounts.length === 0) return { verdict: 'none', cause: 'internal', retryable: false }
  const verdict = accounts.some((account) => account.verdict === 'drift') ? 'drift' : 'in_sync'
  return { verdict, cause: null, retryable: false }
}

function coverage(
  policy: Policy | null,
  read: 'compared' | 'unreadable',
  customRoles: Coverage,
): Record<Section, Coverage> {
  const agents = policy?.agents === null ? 'unmanaged' : read
  const teams = policy?.teams === null ? 'unmanaged' : read
  return {
    agents,
    roles: agents,
    custom_roles: agents === 'unmanaged' ? 'unmanaged' : customRoles,
    teams,
    members: teams,
    inboxes: 'unmanaged',
  }
}

function reading(snapshot: Snapshot): Reading {
  const { caller, agents, teams, requests, startedAt, finishedAt } = snapshot
  const memberships = teams.reduce((sum, team) => sum + team.members.length, 0)
  return {
    caller,
    agents: agents.length,
    teams: teams.length,
    memberships,
    requests,
    startedAt,
    finishedAt,
  }
}

function summarise(plan: Plan | null): Summary {
  const findings = plan?.findings ?? []
  const actions = { create: 0, update: 0, delete: 0 }
  for (const { action } of plan?.changes ?? []) actions[action] += 1
  return {
    error: findings.filter(({ severity }) => severity === 'error').length,
    warning: findings.filter(({ severity }) => severity === 'warning').length,
    ignored: plan?.ignored.length ?? 0,
    unmanaged: plan?.unmanaged ?? { agents: 0, teams: 0 },
    ...actions,
  }
}
