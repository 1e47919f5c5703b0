/**
 * `rollcall export`: writes an account as a policy. Before that, it reads the text back and plans it
 * against the same snapshot, so that the policy is always in sync with the account.
 */

import {
  ALL_PARTS,
  type ConnectionFlags,
  listWarnings,
  readAccount,
  requireConnection,
} from '../connect/account.ts'
import { exportAccount } from '../core/adopt/export.ts'
import { Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { isDrift } from '../core/messages/finding.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { plan } from '../core/plan/plan.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { parsePolicy } from '../policy/read/parse.ts'
import { writePolicy } from '../policy/write/yaml.ts'
import { define, expectNoMore } from '../shell/command.ts'
import { CONNECTION_OPTIONS, color, force, type Options, output } from '../shell/options.ts'
import { getToday, type World } from '../shell/world.ts'

const OPTIONS = { output, force, color, ...CONNECTION_OPTIONS } as const satisfies Options

export const command = define('export', {
  positional: '',
  describe: 'Write a policy that matches the account now',
  options: OPTIONS,
  examples: {
    'rollcall export': 'Print the policy',
    'rollcall export -o rollcall.yaml': 'Write it to a new file',
  },
  run: async ({ positionals, values }, world) => {
    expectNoMore(positionals)
    const shown = values.output
    const inputs = listFilesRead(OPTIONS, values, world)
    const file = await claimOutput('policy', shown, values.force, inputs, world)
    const text = await exportPolicy(values, world)
    const notes = listWarnings(values)
    if (file === null) return { output: text, exitCode: 0, notes }
    world.signal.throwIfAborted()
    await file.write(text)
    return { output: `Written: ${shown}\n`, exitCode: 0, notes }
  },
})

/** Throws a Failure if the account cannot be written as a policy. */
export async function exportPolicy(flags: ConnectionFlags, world: World): Promise<string> {
  const connection = await requireConnection(null, flags, world)
  const snapshot = await readAccount(connection, ALL_PARTS, flags, world)
  const result = exportAccount(snapshot, getToday(world))
  if (result.kind === 'refused') throw new Failure(...result.diagnostics)
  const text = writePolicy(result.parts)
  confirm(text, snapshot, world)
  return text
}

function confirm(text: string, snapshot: Snapshot, world: World): void {
  const { policy, diagnostics } = parsePolicy('<export>', new TextEncoder().encode(text))
  if (policy === null) throw new Failure(...diagnostics)
  const decision = plan(policy, snapshot, getToday(world))
  if (decision.kind === 'unknown') throw new Failure(...decision.diagnostics)
  const drift = decision.plan.findings.filter(isDrift)
  if (drift.length === 0) return
  throw new Failure(
    makeDiagnostic({
      code: 'internal',
      summary: `The exported policy would not be in sync with its account: ${drift.map(({ id }) => id).join(', ')}.`,
      detail: 'This is a bug in rollcall. You did nothing wrong. Nothing was written.',
      advice: 'Please report it.',
    }),
  )
}
