/** `rollcall snapshot`: writes one complete read of an account, to keep; with --fleet, one for each. */
import { ALL_PARTS, chooseActivityDays, listWarnings, readAccount } from '../../connect/account.ts'
import { listMissingActivity, listMissingParts } from '../../core/report/missing-parts.ts'
import { listFilesRead } from '../../files/inputs.ts'
import { claimOutput } from '../../files/output.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, expectNoMore, makeOptionFailure } from '../../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  FLEET_OPTIONS,
  force,
  type Options,
  output,
} from '../../shell/options.ts'
import { TOOL } from '../../shell/tool.ts'
import { readShard } from '../../shell/values.ts'
import type { Result, World } from '../../shell/world.ts'
import { renderSnapshot } from '../../views/snapshot.ts'
import { describeSnapshotFile } from '../../views/text/snapshot.ts'

const OPTIONS = {
  output: {
    ...output,
    describe: 'File to write, or with --fleet a folder (DIR/); default: stdout',
  },
  force,
  color,
  ...FLEET_OPTIONS,
  shard: {
    type: 'string',
    placeholder: 'I/N',
    coerce: readShard,
    describe: 'Read only part I of N of the fleet, so that N jobs can share the work',
    group: 'Fleet',
  },
  ...ACTIVITY_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const command = define('snapshot', {
  positional: '',
  describe: 'Save everything that rollcall reads of an account as JSON',
  options: OPTIONS,
  examples: {
    'rollcall snapshot -o snapshot.json': 'Save who is on the account today',
    'rollcall snapshot --activity -o snapshot.json':
      'Also keep what the audit log says about people and groups',
    'rollcall plan --snapshot snapshot.json': 'Compare it later, without a server',
    'rollcall snapshot --fleet fleet.yaml --shard 1/4 -o snapshots/':
      'Save a quarter of the accounts of a fleet',
  },
  run: async ({ positionals, values }, world) => {
    expectNoMore(positionals)
    if (values.fleet !== null) {
      // Loaded late, because most runs read one account.
      const { writeFleetSnapshots } = await import('./fleet.ts')
      return writeFleetSnapshots(values.fleet, values, world)
    }
    if (values.shard === null) return writeSnapshot(values, world)
    throw makeOptionFailure('--shard needs --fleet.', 'Add --fleet FILE, or remove --shard.')
  },
})

async function writeSnapshot(values: Values<typeof OPTIONS>, world: World): Promise<Result> {
  const inputs = listFilesRead(OPTIONS, values, world)
  const file = await claimOutput('snapshot', values.output, values.force, inputs, world)
  const wanted = { ...ALL_PARTS, version: true, activityDays: chooseActivityDays(values, null) }
  const taken = await readAccount(null, wanted, values, world)
  world.signal.throwIfAborted()
  const text = renderSnapshot(taken, TOOL)
  const notes = [
    ...listWarnings(values),
    ...listMissingParts(taken, 'The snapshot'),
    ...listMissingActivity(taken.activity, 'The snapshot'),
  ]
  if (file === null) return { output: text, exitCode: 0, notes }
  await file.write(text)
  return { output: describeSnapshotFile(taken, file.shown), exitCode: 0, notes }
}
