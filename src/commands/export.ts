/** `rollcall export`: writes an account as a policy. */

import { ALL_PARTS, listWarnings } from '../connect/account.ts'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { Finding } from '../core/messages/finding.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { groupBy } from '../core/model/collect.ts'
import { hasInvalidEmail } from '../core/plan/policy-fix.ts'
import { listMissingParts } from '../core/report/missing-parts.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { define } from '../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  color,
  force,
  type Options,
  output,
  snapshotFile,
} from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import { exportPolicy } from './shared/export-policy.ts'
import { readServerOrFile } from './shared/server-or-file.ts'

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

const VIEWS: Views<{ readonly text: string }, 'text'> = { text: async ({ text }) => text }

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
  run: async ({ values }, world) => {
    const inputs = listFilesRead(OPTIONS, values, world)
    const file = await claimOutput('policy', values.output, values.force, inputs, world)
    const snapshot = await readServerOrFile(values.snapshot, ALL_PARTS, values, world)
    const { text, remaining } = exportPolicy(snapshot, world)
    const notes = [
      ...listWarnings(values),
      ...listMissingParts(snapshot, 'This policy'),
      ...describeRemaining(remaining),
    ]
    return show({ text, exitCode: 0, notes }, VIEWS, values, world, file)
  },
})

const UNLISTABLE =
  'A policy cannot list this e-mail address. Invite the person with another address, then remove this one.'

function describeRemaining(remaining: readonly Finding[]): readonly Diagnostic[] {
  const adviceFor = ({ code, subject }: Finding) =>
    hasInvalidEmail(subject) ? UNLISTABLE : FINDINGS[code].remedy
  return [...groupBy(remaining, adviceFor)].map(([advice, same]) =>
    makeDiagnostic({
      code: 'policy-cannot-settle',
      summary: `With this policy, a plan still reports ${same.map(({ id }) => id).join(', ')}.`,
      advice,
    }),
  )
}
