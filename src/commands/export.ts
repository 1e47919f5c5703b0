/**
 * `rollcall export`: an account as a policy. What is written has been read back and planned
 * against the very same snapshot: a policy that is not in sync with its account never gets out.
 */
import { resolve } from 'node:path'
import { diagnostic, Failure } from '../core/diagnostic.ts'
import { exported } from '../core/export.ts'
import { isDrift } from '../core/finding.ts'
import { plan } from '../core/plan.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { parsePolicy } from '../policy/parse.ts'
import { type ConnectionFlags, readAccount, settled, warnings } from './account.ts'
import type { Values } from './arguments.ts'
import type { EXPORT_OPTIONS } from './options.ts'
import { alreadyThere, isThere, writeNamed } from './whole-file.ts'
import { type Result, today, type World } from './world.ts'

type Flags = Values<typeof EXPORT_OPTIONS>

export async function exportPolicy(flags: Flags, world: World): Promise<Result> {
  const { output, force } = flags
  // Said before the server is asked, and held to when the file is written.
  if (output !== null && !force && (await isThere(resolve(world.cwd, output)))) {
    throw new Failure(alreadyThere(output))
  }
  const text = await exportedText(flags, world)
  const notes = warnings(flags)
  if (output === null) return { output: text, exitCode: 0, notes }
  world.signal.throwIfAborted()
  const problem = await writeNamed(output, text, force, world)
  if (problem !== null) throw new Failure(problem)
  return { output: `Written: ${output}\n`, exitCode: 0, notes }
}

/** Throws a Failure where there is nothing that could be written. */
export async function exportedText(flags: ConnectionFlags, world: World): Promise<string> {
  const connection = await settled(null, flags, world)
  const snapshot = await readAccount(connection, { customRoleNames: true }, flags, world)
  const result = exported(snapshot, today(world))
  if (result.kind === 'refused') throw new Failure(...result.diagnostics)
  confirm(result.text, snapshot, world)
  return result.text
}

function confirm(text: string, snapshot: Snapshot, world: World): void {
  const { policy, diagnostics } = parsePolicy('<export>', new TextEncoder().encode(text))
  if (policy === null) throw new Failure(...diagnostics)
  const decision = plan(policy, snapshot, today(world))
  if (decision.kind === 'unknown') throw new Failure(...decision.diagnostics)
  const drift = decision.plan.findings.filter(isDrift)
  if (drift.length === 0) return
  throw new Failure(
    diagnostic({
      code: 'internal',
      summary: `The exported policy would not be in sync with its account: ${drift.map(({ id }) => id).join(', ')}.`,
      detail: 'This is a mistake in rollcall, not in what you did. Nothing was written.',
      advice: 'Please report it.',
    }),
  )
}
