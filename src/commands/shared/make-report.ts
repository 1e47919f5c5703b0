/**
 * Makes one report from policies and accounts. It only calls the steps: other folders read, decide
 * and show.
 */

import {
  type AccountParts,
  type ActivityFlags,
  chooseActivityDays,
  listWarnings,
  NO_ACTIVITY,
  readFrom,
} from '../../connect/account.ts'
import { type Servers, withServers } from '../../connect/servers.ts'
import { type Connection, resolveSettings } from '../../connect/settings.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { KINDS } from '../../core/model/kinds.ts'
import { listAgents, type Policy } from '../../core/model/policy.ts'
import type { StaffRoster } from '../../core/model/roster.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { joinFirst } from '../../core/model/visible.ts'
import { type Decision, plan } from '../../core/plan/plan.ts'
import { findSameAccounts } from '../../core/plan/same-account.ts'
import { findTooManyPolicies } from '../../core/report/code-scanning.ts'
import type { EarlierReport } from '../../core/report/earlier.ts'
import { listUnaskedActivity } from '../../core/report/missing-parts.ts'
import type { Proposal } from '../../core/report/proposal.ts'
import {
  type AccountReport,
  concludeAccount,
  concludeReport,
  concludeUnjudged,
  type Report,
  type Target,
} from '../../core/report/report.ts'
import { compareWithEarlier, listLeftAccounts } from '../../core/report/since.ts'
import { readRoster } from '../../files/roster-file.ts'
import { loadPolicies } from '../../policy/read/load.ts'
import { makeReader, showName } from '../../policy/read/named-file.ts'
import type { PolicySource } from '../../policy/read/parse.ts'
import { findSkipped } from '../../policy/read/skipped-files.ts'
import { writeFixes } from '../../policy/write/yaml.ts'
import { makeUsageFailure } from '../../shell/command.ts'
import { describeRun } from '../../shell/tool.ts'
import { getToday, type World } from '../../shell/world.ts'
import { checkApprovalFlags, isApprovalWanted } from './approval-flags.ts'
import { checkOffline, checkPrevious, openOffline } from './offline.ts'
import type { PlanFlags } from './plan-options.ts'

/** What an account is judged by, and how it is shown. */
interface Judged {
  /** The date that dates of the policy are compared with. */
  readonly today: string
  readonly strict: boolean
  /** The snapshot of `--previous`. */
  readonly earlier?: Snapshot | null
  /** The roster of `--roster`. */
  readonly people?: StaffRoster | null
  /** If an approval was requested. */
  readonly proposal?: Proposal | null
  /** Whether a report will show people and groups that are fine. */
  readonly detailed?: boolean
}

export type Judging = PlanFlags & Judged

/** @param oneSarif whether one SARIF file should contain all accounts */
export async function makeReport(
  names: readonly string[],
  flags: PlanFlags,
  world: World,
  oneSarif = false,
): Promise<Report> {
  const sources = await loadPolicies(names, world)
  checkOffline(flags, sources)
  checkApprovalFlags(flags, sources.length)
  const { judging, concludeRun } = await startRun(sources.length, flags, world, oneSarif)
  const skipped = await findSkipped(names, world)
  if (flags.snapshot !== null) {
    const [first] = sources
    const account = first && (await planOffline(first, flags.snapshot, judging, world))
    return concludeRun(account ? [account] : [], skipped)
  }
  return concludeRun(await planOnline(sources, judging, world), skipped)
}

/** The part of every run that does not depend on what it judges: one date, the other files, the end. */
export async function startRun(
  policies: number,
  flags: PlanFlags,
  world: World,
  oneSarif: boolean,
) {
  const many = oneSarif ? findTooManyPolicies(policies) : null
  if (many !== null) throw new Failure(many)
  // Use one date for all accounts, even if the run passes midnight.
  const today = flags.today ?? getToday(world)
  const judging = {
    ...flags,
    today,
    earlier: flags.previous === null ? null : await readPrevious(flags.previous, world),
    people: await readRoster(flags, today, world),
  }
  const before = await readEarlierReport(flags, world)
  const notes = [...listWarnings(flags)]
  if (flags.since !== null && before === null) {
    // The report says that it was compared with nothing.
    const summary = `There is no earlier report ${showName(flags.since)}, so no finding is marked as new or resolved.`
    notes.push(makeDiagnostic({ code: 'report-missing', summary }))
  }
  const concludeRun = (accounts: readonly AccountReport[], more: readonly Diagnostic[]): Report => {
    const others = findOtherAccounts(accounts, before)
    const compared = accounts.map((account) => ({
      ...account,
      since: before && compareWithEarlier(account, before),
    }))
    const { 'exit-zero': exitZero, strict } = flags
    const asked = { exitZero, strict, today: flags.today, roster: judging.people }
    const head = { command: 'plan', ...describeRun(world), ...asked }
    return concludeReport(head, [...notes, ...more, ...others], compared)
  }
  return { judging, concludeRun }
}

async function planOnline(
  sources: readonly PolicySource[],
  flags: Judging,
  world: World,
): Promise<readonly AccountReport[]> {
  const read = makeReader(world)
  const found = await Promise.all(
    sources.map(async ({ path, sha256, policy, diagnostics }) => {
      const settings = policy && (await resolveSettings(policy, flags, world, read))
      const { origin = null, accountId = null, connection, problems = [] } = settings ?? {}
      const target = { path, sha256, policy, server: origin, accountId }
      return { ...target, connection, problems: [...diagnostics, ...problems] }
    }),
  )
  const clashes = findSameAccounts(found)
  return withServers(flags, world, async (servers) => {
    const reports: AccountReport[] = []
    for (const target of found) {
      const { policy, connection } = target
      const clash = clashes.get(target)
      const problems = clash === undefined ? target.problems : [...target.problems, clash]
      const ready = problems.length === 0 && policy && connection
      reports.push(
        ready
          ? await planAccount(policy, connection, target, servers, flags, world)
          : concludeUnjudged(target, problems),
      )
    }
    return reports
  })
}

// These two load late what most runs do not need.
async function readPrevious(file: string, world: World): Promise<Snapshot> {
  const { readSnapshotFile } = await import('../../files/snapshot-file.ts')
  return readSnapshotFile(file, world)
}

async function readEarlierReport(
  { since, 'since-if-exists': optional }: Pick<PlanFlags, 'since' | 'since-if-exists'>,
  world: World,
): Promise<EarlierReport | null> {
  if (since !== null) {
    const { readReportFile } = await import('../../files/report-file.ts')
    return readReportFile(since, optional, world)
  }
  if (!optional) return null
  throw makeUsageFailure(
    '--since-if-exists needs --since.',
    'Add --since REPORT, or remove --since-if-exists.',
  )
}

function findOtherAccounts(
  accounts: readonly AccountReport[],
  before: EarlierReport | null,
): readonly Diagnostic[] {
  if (before === null) return []
  const left = listLeftAccounts(accounts, before)
  if (left.length === 0) return []
  const those = left.map(({ id, server, path }) =>
    id === null ? path : `account ${id}${server === null ? '' : ` on ${server}`}`,
  )
  const named = joinFirst(those, 3)
  if (left.length < before.accounts.length) {
    const summary = `The report of --since has accounts that this run does not check: ${named}.`
    return [makeDiagnostic({ code: 'report-account-missing', summary })]
  }
  return [
    makeDiagnostic({
      code: 'settings-conflict',
      summary: `The report of --since is about another account: ${named}.`,
      advice: 'Use an earlier report of the same account.',
    }),
  ]
}

export function reportFailure(diagnostics: readonly Diagnostic[], world: World): Report {
  return concludeReport(
    { command: 'plan', ...describeRun(world), exitZero: false },
    diagnostics,
    [],
  )
}

export async function planAccount(
  policy: Policy,
  connection: Connection,
  target: Target,
  servers: Servers,
  flags: Judging,
  world: World,
): Promise<AccountReport> {
  try {
    if (!isApprovalWanted(flags)) {
      const snapshot = await readFrom(servers, connection, listParts(policy, flags))
      return judgeSnapshot(policy, snapshot, null, flags)
    }
    // Reads what `apply` reads. Loaded late: a plan without an approval does not need it.
    const { propose, readForApply } = await import('./propose.ts')
    const account = await readForApply(servers, connection, policy, flags)
    // Journals and other policies are options of `apply`.
    const witnesses = { removedLately: [], removedElsewhere: [], journals: null }
    const decision = decideAccount(policy, account.snapshot, flags)
    const asked = {
      policy,
      decision,
      previous: flags.earlier ?? null,
      flags,
      expiry: null,
      ...witnesses,
    }
    const proposal = propose({ ...account, ...asked }, world)
    return reportDecision(decision, policy, account.snapshot, null, { ...flags, proposal })
  } catch (error) {
    if (error instanceof Failure) return concludeUnjudged(target, error.diagnostics)
    throw error
  }
}

async function planOffline(
  { path, sha256, policy, diagnostics }: PolicySource,
  file: string,
  flags: Judging,
  world: World,
): Promise<AccountReport> {
  const target = { path, sha256, policy, server: null, accountId: policy?.account?.value ?? null }
  if (policy === null) return concludeUnjudged(target, diagnostics)
  try {
    const snapshot = await openOffline(policy, file, flags, flags['max-age'], world)
    return judgeStored(policy, snapshot, showName(file), flags)
  } catch (error) {
    if (error instanceof Failure) return concludeUnjudged(target, error.diagnostics)
    throw error
  }
}

/** Also reports if the snapshot does not have the audit log that this run needs. */
export function judgeStored(
  policy: Policy,
  snapshot: Snapshot,
  file: string,
  flags: Judging,
): AccountReport {
  const report = judgeSnapshot(policy, snapshot, file, flags)
  const asked = chooseActivityDays(flags, null) !== null
  const unasked = listUnaskedActivity(snapshot, asked, file)
  return { ...report, diagnostics: [...report.diagnostics, ...unasked] }
}

/** @param file the file of the snapshot; null if it was read from a server */
export function judgeSnapshot(
  policy: Policy,
  snapshot: Snapshot,
  file: string | null,
  judged: Judged,
): AccountReport {
  const decision = decideAccount(policy, snapshot, judged)
  return reportDecision(decision, policy, snapshot, file, judged)
}

/** There is no plan either if the snapshot of `--previous` is of another account. */
export function decideAccount(
  policy: Policy,
  snapshot: Snapshot,
  { today, strict, earlier = null, people = null }: Judged,
): Decision {
  const problems = checkPrevious(earlier, snapshot)
  return problems.length > 0
    ? { kind: 'unknown', diagnostics: problems }
    : plan(policy, snapshot, today, strict, earlier, people)
}

export function reportDecision(
  decision: Decision,
  policy: Policy,
  snapshot: Snapshot,
  file: string | null,
  { proposal = null, detailed = true }: Partial<Judged> = {},
): AccountReport {
  if (decision.kind === 'plan') {
    const fixes = writeFixes(decision.plan)
    return concludeAccount(policy, snapshot, decision.plan, fixes, file, proposal, detailed)
  }
  const { path, sha256 } = policy
  const target = { path, sha256, policy, server: snapshot.server, accountId: snapshot.account.id }
  return concludeUnjudged(target, decision.diagnostics, snapshot, file)
}

/**
 * What a plan needs to read: only what the policy covers, and the groups of which the audit log can name
 * hidden members.
 */
export function listParts(policy: Policy, flags: ActivityFlags = NO_ACTIVITY): AccountParts {
  const activityDays = chooseActivityDays(flags, policy.rules)
  const managed = policy.groups.flatMap(({ of, section }) => (section === null ? [] : of))
  const hiding = activityDays === null ? [] : KINDS.filter(({ hidden }) => hidden !== null)
  return {
    groups: new Set([...managed, ...hiding]),
    activityDays,
    customRoles: policy.customRoles ? 'all' : namesCustomRole(policy) ? 'held' : 'none',
    version: false,
  }
}

function namesCustomRole(policy: Policy): boolean {
  return listAgents(policy).some(
    ({ customRole }) => customRole !== null && 'name' in customRole.value,
  )
}
