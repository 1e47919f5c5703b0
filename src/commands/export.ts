/**
 * `rollcall export`: writes an account as a policy. Before that, it reads the text back and plans it
 * against the same snapshot, so that the policy is in sync with the account, except for what no policy
 * can fix.
 */

import { ALL_PARTS, listWarnings } from '../connect/account.ts'
import { exportAccount } from '../core/adopt/export.ts'
import {
  type Diagnostic,
  Failure,
  makeDiagnostic,
  makeFailure,
} from '../core/messages/diagnostic.ts'
import { type Finding, isDrift } from '../core/messages/finding.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { groupBy } from '../core/model/collect.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { parsePolicy } from '../policy/read/parse.ts'
import { writePolicy } from '../policy/write/yaml.ts'
import { define, expectNoMore } from '../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  color,
  force,
  type Options,
  output,
  snapshotFile,
} from '../shell/options.ts'
import { getToday, type World } from '../shell/world.ts'
import { judge } from './change-policy.ts'
import { readServerOrFile } from './server-or-file.ts'

const OPTIONS = {
  output,
  force,
  color,
  ...CONNECTION_OPTIONS,
  snapshot: {
    ...snapshotFile,
    describe: 'Export a file of `rollcall snapshot` instead of reading a server',
  },
} as const satisfies Options

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
    const snapshot = await readServerOrFile(values.snapshot, ALL_PARTS, values, world)
    const { text, remaining } = exportPolicy(snapshot, world)
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
  const drift = judge(policy, snapshot, world).filter(isDrift)
  const remaining = drift.filter(({ code }) => {
    const { fixedBy, judged } = FINDINGS[code]
    return fixedBy === 'nothing' && judged !== 'in turn'
  })
  if (remaining.length === drift.length) return remaining
  throw makeFailure({
    code: 'internal',
    summary: `The exported policy would not be in sync with its account: ${drift.map(({ id }) => id).join(', ')}.`,
    detail: 'This is a bug in rollcall. You did nothing wrong. Nothing was written.',
    advice: 'Please report it.',
  })
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
