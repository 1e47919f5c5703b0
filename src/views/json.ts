/**
 * The report as JSON: a contract, see schemas/report.schema.json. Also writes every other JSON
 * document of rollcall.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Finding, FindingActivity } from '../core/messages/finding.ts'
import type { GroupKind } from '../core/model/kinds.ts'
import type { ActivityReading, PersonRecord } from '../core/model/person-record.ts'
import type { RosterFacts } from '../core/model/roster.ts'
import { escapeUnits, hideMarks, reveal } from '../core/model/visible.ts'
import type { Change } from '../core/plan/change.ts'
import type { PastFinding, Since } from '../core/report/earlier.ts'
import { describeFinding, sumRisks } from '../core/report/finding-facts.ts'
import { REPORT_FORMAT, REPORT_VERSION } from '../core/report/parse-report.ts'
import type {
  AccountReport,
  JudgedAccount,
  Reading,
  Report,
  Summary,
} from '../core/report/report.ts'
import { hasNews } from '../core/report/since.ts'
import { describeApproval, describeExpected, describeKeptStep } from './proposal-json.ts'

/**
 * Every JSON document of rollcall: indented, one final newline, no control characters. A key whose
 * value is undefined is left out.
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2)
  // JSON.stringify leaves these as they are. Escaped, people can see them and parsers read the same text.
  const visible = reveal(text, (each) => (each === '\n' ? each : escapeUnits(each)))
  return `${hideMarks(visible, '#\\u0023')}\n`
}

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

/** Its hash and how many people: nothing else of the file is kept. */
export function describeRoster({ sha256, active, inactive }: RosterFacts) {
  return { sha256, active, inactive }
}

export function toDiagnosticJson(from: Diagnostic) {
  const { code, severity, summary, detail, advice, location, requestId } = from
  return { code, severity, summary, detail, advice, location, request_id: requestId }
}

/** How many of each kind, by the names of their sections. */
export function groupBySection(groups: ReadonlyMap<GroupKind, number>) {
  return Object.fromEntries([...groups].map(([of, n]) => [of.section, n]))
}

/** What was read, and when. */
export function toReadingJson(read: Reading) {
  return {
    caller: read.caller,
    agents: read.agents,
    ...groupBySection(read.groups),
    memberships: read.memberships,
    requests: read.requests,
    started_at: read.startedAt,
    finished_at: read.finishedAt,
    activity: toActivityJson(read.activity),
  }
}

/** Undefined: the log was not requested. */
function toActivityJson(activity: ActivityReading) {
  if (activity.state === 'not-asked') return undefined
  if (activity.state !== 'read') return { state: activity.state }
  const { state, from, to, reach, rows } = activity
  return { state, from, to, reach, rows }
}

/** Undefined: the audit log was not read. */
export function toPersonRecordJson(record: PersonRecord | null) {
  if (record === null) return undefined
  const { lastSignIn, addedBy, addedAt } = record
  return { last_sign_in: lastSignIn, added_by: addedBy, added_at: addedAt }
}

/** `what`, `by` and `at` are null unless the log has a row about it. */
function toOriginJson(activity: FindingActivity) {
  const { kind: state } = activity
  if (activity.kind !== 'recorded') return { state, what: null, by: null, at: null, apply: null }
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
