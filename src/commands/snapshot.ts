/** `rollcall snapshot`: one complete read of an account, as a document to keep. */

import { readAccount, warnings } from '../connect/account.ts'
import { settle } from '../connect/settings.ts'
import { Failure } from '../core/messages/diagnostic.ts'
import { count, countGroups } from '../core/messages/phrase.ts'
import { reading } from '../core/report/report.ts'
import { filesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import type { Values } from '../shell/arguments.ts'
import { SNAPSHOT_OPTIONS } from '../shell/options.ts'
import { TOOL } from '../shell/tool.ts'
import type { Result, World } from '../shell/world.ts'
import { renderSnapshot } from '../views/snapshot.ts'

export async function snapshot(
  flags: Values<typeof SNAPSHOT_OPTIONS>,
  world: World,
): Promise<Result> {
  const shown = flags.output
  const inputs = filesRead(SNAPSHOT_OPTIONS, flags, world)
  const file =
    shown === null ? null : await claimOutput('snapshot', shown, flags.force, inputs, world)
  const { connection, problems } = await settle({ account: null, server: null }, flags, world)
  if (connection === null) throw new Failure(...problems)
  const taken = await readAccount(connection, { customRoleNames: true }, flags, world)
  world.signal.throwIfAborted()
  const text = renderSnapshot(taken, TOOL)
  const notes = warnings(flags)
  if (file === null) return { output: text, exitCode: 0, notes }
  await file.write(text)
  const { agents, groups } = reading(taken, null)
  const numbers = [count(agents, 'agent'), ...countGroups(groups)].join(', ')
  const output = `Wrote ${shown}: account ${taken.account.id} on ${taken.server}, ${numbers}.\n`
  return { output, exitCode: 0, notes }
}
