/**
 * `rollcall export`: writes an account as a policy. Before that, it reads the text back and plans it
 * against the same snapshot, so that the policy is in sync with the account, except for what no policy
 * can fix.
 */

import {
  ALL_PARTS,
  type ConnectionFlags,
  listWarnings,
  readAccount,
  requireConnection,
} from '../connect/account.ts'
import { exportAccount } from '../core/adopt/export.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { type Finding, isDrift } from '../core/messages/finding.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { groupBy } from '../core/model/collect.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { plan } from '../core/plan/plan.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { parsePolicy } from '../policy/read/parse.ts'
import { writePolicy } from '../policy/write/yaml.ts'
import type { Values } from '../shell/arguments.ts'
import { define, expectNoMore } from '../shell/command.ts'
import { CONNECTION_OPTIONS, color, force, type Options, output } from '../shell/options.ts'
import { getToday, type World } from '../shell/world.ts'

const OPTIONS = {
  output,
  force,
  color,
  ...CONNECTION_OPTIONS,
  snapshot: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'Export a file of `rollcall snapshot` instead of reading a server',
    group: 'Offline',
  },
} as const satisfies Options

type Flags = Values<typeof OPTIONS>

export const command = define('export', {
  positional: '',
  describe: 'Write a policy that matches the account now',
  options: OPTIONS,
  examples: {
    'rollcall export': 'Print the policy',
    'rollcall export -o rollcall.yaml': 'Write it to a new file',
    'rollcall export --snapshot apply.jsonl.before.json -o undo.yaml':
      'Write the policy that undoes an apply',
  },
  run: async ({ positionals, values }, world) => {
    expectNoMore(positionals)
    const shown = values.output
    const inputs = listFilesRead(OPTIONS, values, world)
    const file = await claimOutput('policy', shown, values.force, inputs, world)
    const { text, remaining } = exportPolicy(await readSnapshot(values, world), world)
    const notes = [
      ...(values.snapshot === null ? listWarnings(values) : []),
      ...describeRemaining(remaining),
    ]
    if (file === null) return { output: text, exitCode: 0, notes }
    world.signal.throwIfAborted()
    await file.write(text)
    return { output: `Written: ${shown}\n`, exitCode: 0, notes }
  },
})

async function readSnapshot(flags: Flags, world: World): Promise<Snapshot> {
  if (flags.snapshot === null) return readToExport(flags, world)
  // Loaded late, because a run with a server does not need it.
  const { readStoredSnapshot } = await import('./stored-snapshot.ts')
  return readStoredSnapshot(flags.snapshot, flags, world)
}

export async function readToExport(flags: ConnectionFlags, world: World): Promise<Snapshot> {
  const connection = await requireConnection(null, flags, world)
  return readAccount(connection, ALL_PARTS, flags, world)
}

export interface ExportedPolicy {
  readonly text: string
  /** Drift that no policy can fix. */
  readonly remaining: readonly Finding[]
}

/** Throws a Failure if the account cannot be written as a policy. */
export function exportPolicy(snapshot: Snapshot, world: World): ExportedPolicy {
  const result = exportAccount(snapshot, getToday(world))
  if (result.kind === 'refused') throw new Failure(...result.diagnostics)
  const text = writePolicy(result.parts)
  return { text, remaining: confirm(text, snapshot, world) }
}

function confirm(text: string, snapshot: Snapshot, world: World): readonly Finding[] {
  const { policy, diagnostics } = parsePolicy('<export>', new TextEncoder().encode(text))
  if (policy === null) throw new Failure(...diagnostics)
  const decision = plan(policy, snapshot, getToday(world))
  if (decision.kind === 'unknown') throw new Failure(...decision.diagnostics)
  const drift = decision.plan.findings.filter(isDrift)
  const remaining = drift.filter(({ code }) => {
    const { fixedBy, judged } = FINDINGS[code]
    return fixedBy === 'nothing' && judged !== 'in turn'
  })
  if (remaining.length === drift.length) return remaining
  throw new Failure(
    makeDiagnostic({
      code: 'internal',
      summary: `The exported policy would not be in sync with its account: ${drift.map(({ id }) => id).join(', ')}.`,
      detail: 'This is a bug in rollcall. You did nothing wrong. Nothing was written.',
      advice: 'Please report it.',
    }),
  )
}

function describeRemaining(remaining: readonly Finding[]): readonly Diagnostic[] {
  return [...groupBy(remaining, ({ code }) => code)].map(([code, same]) =>
    makeDiagnostic({
      code: 'policy-cannot-settle',
      summary: `With this policy, a plan still reports ${same.map(({ id }) => id).join(', ')}.`,
      advice: FINDINGS[code].remedy,
    }),
  )
}
