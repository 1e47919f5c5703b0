/**
 * The report as JSON: a contract, see schemas/report.schema.json. The JSON of an apply shares the parts
 * about a plan.
 */
import type { KeptStep, PlannedStep } from '../core/apply/decide.ts'
import { explainKept } from '../core/apply/reasons.ts'
import type { Finding, FindingActivity } from '../core/messages/finding.ts'
import type { Change } from '../core/plan/change.ts'
import {
  type PastFinding,
  REPORT_FORMAT,
  REPORT_VERSION,
  type Since,
} from '../core/report/earlier.ts'
import { describeFinding, sumRisks } from '../core/report/finding-facts.ts'
import { isApprovable, type Proposal } from '../core/report/proposal.ts'
import type { AccountReport, JudgedAccount, Report, Summary } from '../core/report/report.ts'
import { hasNews } from '../core/report/since.ts'
import { describeRoster, toDiagnosticJson, toJson, toReadingJson } from './json-document.ts'

export function renderJson(report: Report): string {
  return toJson(describeReport(report))
}

export function describeReport(report: Report) {
  const news = hasNews(report)
  return {
    format: REPORT_FORMAT,
    format_version: REPORT_VERSION,
    tool: report.tool,
    command: report.command,
    generated_at: report.generatedAt,
    verdict: report.verdict,
    exit_code: report.exitCode,
    cause: report.cause,
    retryable: report.retryable,
    strict: report.strict,
    today: report.today,
    roster: report.roster ? describeRoster(report.roster) : undefined,
    news: news ?? undefined,
    totals: sumRisks(report.verdict, report.accounts),
    diagnostics: report.diagnostics.map(toDiagnosticJson),
    accounts: report.accounts.map((each) => toAccountJson(each, report.generatedAt)),
  }
}

/** `what`, `by` and `at` are null unless the log has a row about it. */
function toOriginJson(activity: FindingActivity) {
  const { kind: state } = activity
  const nothing = { state, what: null, by: null, at: null, apply: null }
  if (activity.kind === 'unrecorded') {
    const settings = activity.settings?.map(({ setting, origin }) => ({ setting, ...origin }))
    return { ...nothing, settings }
  }
  if (activity.kind === 'never') return nothing
  const { what, by, at, apply } = activity
  return { state, what, by, at, apply }
}

function toFindingJson(of: Finding, account: JudgedAccount, generatedAt: string) {
  const { kind, email, name, group, remedy } = describeFinding(of, account)
  return {
    id: of.id,
    code: of.code,
    address: of.address,
    kind,
    email,
    name,
    group,
    risk: of.risk,
    severity: of.severity,
    summary: of.summary,
    difference: of.difference,
    remedy,
    location: of.location,
    disposition: of.disposition,
    waiver: of.waiver,
    activity: of.activity ? toOriginJson(of.activity) : undefined,
    since: account.since ? describeAge(of, account.since, generatedAt) : undefined,
  }
}

function describeAge({ id }: Finding, { firstSeen }: Since, generatedAt: string) {
  const before = firstSeen.get(id)
  return { state: before === undefined ? 'new' : 'known', first_seen: before ?? generatedAt }
}

function toPastJson({ id, code, address, risk, firstSeen }: PastFinding) {
  return { id, code, address, risk, first_seen: firstSeen }
}

/** The next run needs the rest too: it cannot be seen while nobody looks for the finding. */
function toUncheckedJson(of: PastFinding) {
  return { ...toPastJson(of), counted: of.counted, recorded_at: of.recordedAt }
}

/** Only if an approval was requested. */
function toProposalJson(from: AccountReport) {
  if (from.verdict === 'none' || from.proposal === null) return {}
  return {
    approval: describeApproval(from.proposal),
    expected: describeExpected(from.proposal),
    kept_back: from.proposal.plan.keptBack.map(describeKeptStep),
    guards: from.proposal.diagnostics.map(toDiagnosticJson),
  }
}

function toChangeJson(change: Change) {
  const { address, step, action, before, after, findings, irreversible, effects } = change
  return { address, step, action, before, after, findings, irreversible, effects }
}

function toSummaryJson({ error, warning, waived, off, ignored, ...rest }: Summary) {
  const { agents, groups } = rest.unmanaged
  const unmanaged = [...groups.values()].reduce((sum, n) => sum + n, agents)
  const { create, update, delete: remove } = rest
  return { error, warning, waived, off, ignored, unmanaged, create, update, delete: remove }
}

function toAccountJson(from: AccountReport, generatedAt: string) {
  const { policy, server, account, verdict, cause, retryable, coverage, read, summary } = from
  return {
    fleet_name: from.fleetName ?? undefined,
    policy,
    server,
    account,
    verdict,
    cause,
    retryable,
    diagnostics: from.diagnostics.map(toDiagnosticJson),
    coverage,
    read: read && { ...toReadingJson(read), snapshot: read.snapshot },
    totals: sumRisks(verdict, [from]),
    findings:
      from.verdict === 'none'
        ? []
        : from.findings.map((each) => toFindingJson(each, from, generatedAt)),
    resolved: from.since?.resolved.map(toPastJson),
    not_checked: from.since?.notChecked.map(toUncheckedJson),
    changes: from.changes.map(toChangeJson),
    ignored: from.ignored,
    off: Object.fromEntries(from.off),
    not_judged:
      from.verdict === 'none' || from.notJudged.size === 0
        ? undefined
        : Object.fromEntries(from.notJudged),
    summary: toSummaryJson(summary),
    ...toProposalJson(from),
  }
}

/** Null: there is nothing to approve, or a guard stops it. */
export function describeApproval(proposal: Proposal) {
  const { approval, expires, document } = proposal
  return isApprovable(proposal) ? { value: approval, expires, document } : null
}

/**
 * What is known before the run. Whether an invited person already has a login is known only afterwards.
 */
export function describeExpected({ classes, people }: Proposal) {
  return { classes, gain: people.gain, lose: people.lose }
}

export function describeKeptStep(kept: KeptStep) {
  const { because } = kept
  return {
    ...describeStep(kept),
    because: because.kind,
    why: explainKept(because, (text) => text),
    allow: because.kind === 'permission' ? because.allow : null,
    waits_for: because.kind === 'waits' ? because.address : null,
  }
}

export function describeStep({ change, effect, needs }: PlannedStep | KeptStep) {
  const { step, address, before, after, irreversible, effects } = change
  return { step, address, effect, needs, before, after, irreversible, effects }
}
