/** `rollcall snapshot`: writes one complete read of an account, to keep. */
import { ALL_PARTS, chooseActivityDays, listWarnings, readAccount } from '../connect/account.ts'
import { resolveSettings } from '../connect/settings.ts'
import { Failure } from '../core/messages/diagnostic.ts'
import { count, countGroups } from '../core/messages/phrase.ts'
import { listMissingActivity, listMissingParts } from '../core/report/missing-parts.ts'
import { describeReading } from '../core/report/report.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { define, expectNoMore } from '../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  force,
  type Options,
  output,
} from '../shell/options.ts'
import { TOOL } from '../shell/tool.ts'
import { renderSnapshot } from '../views/snapshot.ts'

const OPTIONS = {
  output,
  force,
  color,
  ...ACTIVITY_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const command = define('snapshot', {
  positional: '',
  describe: 'Save everything that rollcall reads of an account as JSON',
  options: OPTIONS,
  examples: {
    'rollcall snapshot -o snapshot.json': 'Save who is on the account today',
    'rollcall snapshot --activity -o snapshot.json': 'Also who did it and when, and last sign-ins',
    'rollcall plan --snapshot snapshot.json': 'Compare it later, without a server',
  },
  run: async ({ positionals, values }, world) => {
    expectNoMore(positionals)
    const shown = values.output
    const inputs = listFilesRead(OPTIONS, values, world)
    const file = await claimOutput('snapshot', shown, values.force, inputs, world)
    const { connection, problems } = await resolveSettings(
      { account: null, server: null },
      values,
      world,
    )
    if (connection === null) throw new Failure(...problems)
    const wanted = { ...ALL_PARTS, version: true, activityDays: chooseActivityDays(values, null) }
    const taken = await readAccount(connection, wanted, values, world)
    world.signal.throwIfAborted()
    const text = renderSnapshot(taken, TOOL)
    const notes = [
      ...listWarnings(values),
      ...listMissingParts(taken, 'The snapshot'),
      ...listMissingActivity(taken.activity, 'The snapshot'),
    ]
    if (file === null) return { output: text, exitCode: 0, notes }
    await file.write(text)
    const { agents, groups } = describeReading(taken, null)
    const numbers = [count(agents, 'agent'), ...countGroups(groups)].join(', ')
    const said = `Wrote ${shown}: account ${taken.account.id} on ${taken.server}, ${numbers}.\n`
    return { output: said, exitCode: 0, notes }
  },
})
