/**
 * `rollcall snapshot --fleet`: takes the snapshots of a fleet, or of one shard of it. Each account
 * leaves one file: its snapshot, or why there is none. Keeps no snapshot in memory.
 */
import { resolve } from 'node:path'
import {
  type ActivityFlags,
  ALL_PARTS,
  type ConnectionFlags,
  chooseActivityDays,
  readFrom,
} from '../../connect/account.ts'
import { checkFleetFlags, listFleetFiles, loadFleet, runFleet } from '../../connect/fleet.ts'
import type { Servers } from '../../connect/servers.ts'
import type { ResolvedSettings } from '../../connect/settings.ts'
import { isInShard } from '../../connect/shards.ts'
import { type Diagnostic, Failure } from '../../core/messages/diagnostic.ts'
import type { Fleet, FleetAccount } from '../../core/model/fleet.ts'
import { listMissingActivity, listMissingParts } from '../../core/report/missing-parts.ts'
import { concludeFleetSnapshots } from '../../core/report/snapshot-failure.ts'
import { claimFleetFolder, nameFleetFiles, type WriteFleetFile } from '../../files/fleet-folder.ts'
import { protectInputs } from '../../files/inputs.ts'
import { makeOptionFailure } from '../../shell/command.ts'
import { TOOL } from '../../shell/tool.ts'
import type { Shard } from '../../shell/values.ts'
import type { Result, World } from '../../shell/world.ts'
import { renderSnapshot, renderSnapshotFailure } from '../../views/snapshot.ts'
import { describeFleetFolder } from '../../views/text/snapshot.ts'

interface Flags extends ConnectionFlags, ActivityFlags {
  readonly output: string | null
  readonly force: boolean
  readonly shard: Shard | null
}

export async function writeFleetSnapshots(
  name: string,
  flags: Flags,
  world: World,
): Promise<Result> {
  checkFleetFlags(flags, [])
  const { output } = flags
  if (output === null) {
    throw makeOptionFailure('--fleet needs a folder for the snapshots.', 'Add -o DIR/.')
  }
  const { shard } = flags
  const maxRpm = computeRate(flags['max-rpm'], shard)
  const fleet = await loadFleet(name, flags, world)
  const accounts = fleet.accounts.filter((each) => shard === null || isInShard(each, shard))
  await protectFolder(output, accounts, [name, ...listFleetFiles(fleet)], world)
  const write = await claimFleetFolder(
    output,
    accounts.map((each) => each.name),
    flags.force,
    world,
  )
  const limited = { ...flags, 'max-rpm': maxRpm }
  const messages = await runFleet(fleet, accounts, limited, world, (account, settings, servers) =>
    writeOneSnapshot(fleet, account, settings, servers, write, flags, world),
  )
  world.signal.throwIfAborted()
  const done = concludeFleetSnapshots(messages)
  const { exitCode } = done
  return { output: describeFleetFolder(done, shard, output), exitCode, notes: messages.flat() }
}

/** Shards usually share an IP address, and servers limit the requests per IP address. */
function computeRate(maxRpm: number | null, shard: Shard | null): number | null {
  if (maxRpm === null || shard === null) return maxRpm
  const share = Math.floor(maxRpm / shard.of)
  if (share > 0) return share
  throw makeOptionFailure(
    `--max-rpm ${maxRpm} is less than one request for each of the ${shard.of} shards.`,
    'Increase --max-rpm: it is for all shards together. Or use fewer shards.',
  )
}

async function protectFolder(
  output: string,
  accounts: readonly FleetAccount[],
  inputs: readonly string[],
  world: World,
): Promise<void> {
  const harmed = await protectInputs(inputs, world)
  for (const file of accounts.flatMap(({ name }) => Object.values(nameFleetFiles(name)))) {
    const input = await harmed(resolve(world.cwd, output, file))
    if (input === null) continue
    throw makeOptionFailure(
      `--output would overwrite ${output}${file}, which this run reads (${input}).`,
      'Use another folder.',
    )
  }
}

/** Returns why there is no snapshot, or what is missing in it. */
async function writeOneSnapshot(
  fleet: Fleet,
  account: FleetAccount,
  { connection, problems }: ResolvedSettings,
  servers: Servers,
  write: WriteFleetFile,
  flags: Flags,
  world: World,
): Promise<readonly Diagnostic[]> {
  const files = nameFleetFiles(account.name)
  const mark = { name: account.name, sha256: fleet.sha256 }
  try {
    if (connection === null) throw new Failure(...problems)
    const wanted = { ...ALL_PARTS, version: true, activityDays: chooseActivityDays(flags, null) }
    const taken = await readFrom(servers, connection, wanted)
    const text = renderSnapshot({ ...taken, fleet: mark }, TOOL)
    const problem = await write(files.snapshot, text)
    if (problem !== null) throw new Failure(problem)
    const what = `The snapshot of ${account.name}`
    return [...listMissingParts(taken, what), ...listMissingActivity(taken, what)]
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { diagnostics } = error
    const text = renderSnapshotFailure(
      {
        fleet: mark,
        server: account.server.value.origin,
        accountId: account.account.value,
        failedAt: world.now().toISOString(),
        diagnostics,
      },
      TOOL,
    )
    const problem = await write(files.failure, text)
    // The messages of many accounts are in one list.
    const named = diagnostics.map((each) => ({
      ...each,
      summary: `${account.name}: ${each.summary}`,
    }))
    return [...named, ...(problem === null ? [] : [problem])]
  }
}
