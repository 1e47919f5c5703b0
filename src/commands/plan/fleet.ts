/**
 * `rollcall plan --fleet`: one report of every account of a fleet, read from the servers or from the
 * snapshots of its shards. Every account of the fleet file is in the report: what is missing has no
 * verdict. Keeps neither policies nor snapshots of accounts that are already judged.
 */
import {
  checkFleetFlags,
  describeTarget,
  listFleetFiles,
  loadFleet,
  loadFleetPolicy,
  runFleet,
} from '../../connect/fleet.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Fleet, FleetAccount } from '../../core/model/fleet.ts'
import type { FleetMark, Snapshot } from '../../core/model/snapshot.ts'
import { joinFirst } from '../../core/model/visible.ts'
import { type AccountReport, concludeUnjudged, type Report } from '../../core/report/report.ts'
import { findFleetFiles, nameFleetFiles, readSnapshotFailure } from '../../files/fleet-folder.ts'
import { readSnapshotFile } from '../../files/snapshot-file.ts'
import type { Arguments } from '../../shell/arguments.ts'
import { makeOptionFailure } from '../../shell/command.ts'
import type { World } from '../../shell/world.ts'
import { isApprovalWanted } from '../shared/approval-flags.ts'
import { type Judging, judgeStored, planAccount, startRun } from '../shared/make-report.ts'
import { checkAge } from '../shared/offline.ts'
import type { PLAN_OPTIONS, PlanFlags } from '../shared/plan-options.ts'

/** Throws a Failure if the options or the fleet file are invalid. */
export async function openFleet(
  file: string,
  { positionals, values: flags }: Arguments<typeof PLAN_OPTIONS>,
  world: World,
): Promise<Fleet> {
  checkFleetFlags(flags, positionals, {
    snapshot: flags.snapshot !== null,
    previous: flags.previous !== null,
    approval: isApprovalWanted(flags),
  })
  if (flags.snapshots !== null && flags['max-age'] === null) {
    throw makeOptionFailure(
      '--snapshots needs --max-age.',
      'Add --max-age 2h, so that snapshots of an earlier run are not used.',
    )
  }
  if (flags.snapshots === null && flags['max-age'] !== null) {
    throw makeOptionFailure(
      '--max-age needs --snapshots.',
      'Add --snapshots DIR/, or remove --max-age.',
    )
  }
  return loadFleet(file, flags, world)
}

/** Everything that the run reads besides the files that options name. */
export async function listFleetInputs(
  fleet: Fleet,
  { snapshots }: PlanFlags,
  world: World,
): Promise<readonly string[]> {
  const found =
    snapshots === null ? [] : [...(await findFleetFiles(snapshots, world)).paths.values()]
  return [...listFleetFiles(fleet), ...found.flat()]
}

/**
 * @param oneSarif whether one SARIF file should contain all accounts
 * @param detailed whether people and groups that are fine are needed, not only what is wrong
 */
export async function planFleet(
  fleet: Fleet,
  flags: PlanFlags,
  world: World,
  oneSarif: boolean,
  detailed: boolean,
): Promise<Report> {
  const { accounts } = fleet
  const run = await startRun(accounts.length, flags, world, oneSarif)
  const { concludeRun } = run
  const judging = { ...run.judging, detailed }
  if (flags.snapshots !== null) {
    const folder = flags.snapshots
    const { paths, problems } = await findFleetFiles(folder, world)
    const reports: AccountReport[] = []
    // One after the other, so that only one snapshot is in memory.
    for (const account of accounts) {
      world.signal.throwIfAborted()
      const report = await planStored(fleet, account, folder, paths, judging, world)
      reports.push({ ...report, fleetName: account.name })
    }
    return concludeRun(reports, [...problems, ...findExtra(fleet, folder, paths)])
  }
  const reports = await runFleet(fleet, accounts, judging, world, async (account, of, servers) => {
    const { connection, problems } = of
    const source = await loadFleetPolicy(fleet, account, world)
    const target = describeTarget(account, source)
    const report =
      source.policy !== null && connection !== null
        ? await planAccount(source.policy, connection, target, servers, judging, world)
        : concludeUnjudged(target, [...source.diagnostics, ...problems])
    return { ...report, fleetName: account.name }
  })
  return concludeRun(reports, [])
}

async function planStored(
  fleet: Fleet,
  account: FleetAccount,
  folder: string,
  paths: ReadonlyMap<string, readonly string[]>,
  flags: Judging,
  world: World,
): Promise<AccountReport> {
  const source = await loadFleetPolicy(fleet, account, world)
  const target = describeTarget(account, source)
  const unjudged = (...diagnostics: readonly Diagnostic[]) =>
    concludeUnjudged(target, [...source.diagnostics, ...diagnostics])
  const names = nameFleetFiles(account.name)
  const [snapshots, failures] = [paths.get(names.snapshot) ?? [], paths.get(names.failure) ?? []]
  const [file, second] = [...snapshots, ...failures]
  const { location } = account
  if (file === undefined) {
    const summary = `There is no snapshot of ${account.name}: ${folder} contains neither ${names.snapshot} nor ${names.failure}.`
    return unjudged(makeDiagnostic({ code: 'snapshot-missing', summary, location }))
  }
  if (second !== undefined) {
    const found = [...snapshots, ...failures].join(', ')
    const summary = `There is more than one result for ${account.name}: ${found}.`
    return unjudged(makeDiagnostic({ code: 'snapshot-twice', summary, location }))
  }
  try {
    if (snapshots.length === 0) {
      const failure = await readSnapshotFailure(file, world)
      const place = { ...failure, account: { id: failure.accountId } }
      const foreign = findForeign(fleet, account, place, file)
      return unjudged(...(foreign.length > 0 ? foreign : failure.diagnostics))
    }
    const snapshot = await readSnapshotFile(file, world)
    const problems = [
      ...findForeign(fleet, account, snapshot, file),
      ...checkAge(snapshot, file, flags['max-age'], world),
    ]
    if (problems.length > 0 || source.policy === null) return unjudged(...problems)
    return judgeStored(source.policy, snapshot, file, flags)
  } catch (error) {
    if (error instanceof Failure) return unjudged(...error.diagnostics)
    throw error
  }
}

/** The name of a file alone does not say what is in it. */
function findForeign(
  fleet: Fleet,
  account: FleetAccount,
  found: Pick<Snapshot, 'server' | 'fleet'> & { readonly account: { readonly id: number } },
  file: string,
): readonly Diagnostic[] {
  const mark: FleetMark | undefined = found.fleet
  const { origin } = account.server.value
  const reasons = [
    mark === undefined
      ? 'it was not taken with --fleet'
      : mark.sha256 !== fleet.sha256
        ? `it was taken with another version of the fleet file than ${fleet.path}`
        : mark.name !== account.name
          ? `it is a snapshot of ${mark.name}`
          : null,
    found.server === origin && found.account.id === account.account.value
      ? null
      : `it is of account ${found.account.id} on ${found.server}, and the fleet file says account ${account.account.value} on ${origin}`,
  ].filter((reason) => reason !== null)
  if (reasons.length === 0) return []
  const summary = `${file} is not the result of ${account.name} for this run: ${reasons.join('; ')}.`
  const { location } = account
  return [makeDiagnostic({ code: 'snapshot-foreign', summary, location })]
}

const MOST_NAMED = 5

function findExtra(
  fleet: Fleet,
  folder: string,
  paths: ReadonlyMap<string, readonly string[]>,
): readonly Diagnostic[] {
  const known = new Set(fleet.accounts.flatMap(({ name }) => Object.values(nameFleetFiles(name))))
  const extra = [...paths].flatMap(([name, found]) => (known.has(name) ? [] : found))
  if (extra.length === 0) return []
  const summary = `${folder} contains files that belong to no account of ${fleet.path}: ${joinFirst(extra, MOST_NAMED)}.`
  return [makeDiagnostic({ code: 'snapshot-extra', summary })]
}
