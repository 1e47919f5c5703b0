/** `rollcall snapshot`: one complete read of an account, as a document to keep. */
import { Failure } from '../core/diagnostic.ts'
import { count } from '../core/phrase.ts'
import { renderSnapshot } from '../views/snapshot.ts'
import { readAccount, warnings } from './account.ts'
import type { Values } from './arguments.ts'
import { filesRead } from './inputs.ts'
import { SNAPSHOT_OPTIONS } from './options.ts'
import { claimOutput } from './output.ts'
import { settle } from './settings.ts'
import { TOOL } from './tool.ts'
import type { Result, World } from './world.ts'

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
  const numbers = `${count(taken.agents.length, 'agent')}, ${count(taken.teams.length, 'team')}`
  const output = `Wrote ${shown}: account ${taken.account.id} on ${taken.server}, ${numbers}.\n`
  return { output, exitCode: 0, notes }
}
