/** `rollcall plan`: its words, and in which order a report is made and told. */
import { Failure } from '../../core/messages/diagnostic.ts'
import { listFilesRead } from '../../files/inputs.ts'
import { prepareTargets, type Targets } from '../../files/targets.ts'
import type { Arguments } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  color,
  DEFAULT_POLICY,
  FORMATS,
  format,
  type Options,
} from '../../shell/options.ts'
import { readAge, readCount, readDay } from '../../shell/values.ts'
import type { World } from '../../shell/world.ts'
import { plan, reportFailure } from './plan.ts'
import { publish } from './publish.ts'

export const PLAN_OPTIONS = {
  format: { ...format, choices: FORMATS },
  color,
  report: {
    type: 'array',
    requiresArg: true,
    placeholder: 'FORMAT=PATH',
    describe: 'Write the report to a file as well; may be given several times',
    group: 'Report',
  },
  'max-bytes': {
    type: 'number',
    requiresArg: true,
    default: 60_000,
    coerce: readCount(2_000, 10_000_000),
    describe: 'Longest markdown report; what does not fit is counted',
    group: 'Report',
  },
  'exit-zero': {
    type: 'boolean',
    describe: 'End with 0 on drift, for a job that only informs; never hides a 1',
    group: 'Report',
  },
  strict: {
    type: 'boolean',
    describe: 'Let warnings count as drift; said in the report',
    group: 'Report',
  },
  today: {
    type: 'string',
    requiresArg: true,
    coerce: readDay,
    placeholder: 'DATE',
    describe: 'Judge as if it were this day, YYYY-MM-DD in UTC; said in the report',
    group: 'Report',
  },
  ...CONNECTION_OPTIONS,
  snapshot: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'Judge what `rollcall snapshot` wrote instead of asking a server',
    group: 'Offline',
  },
  'max-age': {
    type: 'string',
    requiresArg: true,
    coerce: readAge,
    placeholder: '7d',
    describe: 'Refuse a snapshot that is older, such as 12h or 7d',
    group: 'Offline',
  },
} as const satisfies Options

export const command = define('plan', {
  positional: '[policy..]',
  describe: 'Compare accounts with their policies and report the drift',
  options: PLAN_OPTIONS,
  examples: {
    'rollcall plan': 'Compare the account with rollcall.yaml',
    'rollcall plan policies/ --format json': 'Every policy in a folder, as one JSON report',
  },
  run: async (input, world) => {
    const targets = await prepareReports(input, world)
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const report = await plan(listPolicies(input), input.values, world)
    // A run that is told to stop leaves nothing behind that could pass for its report.
    world.signal.throwIfAborted()
    return publish(report, input.values, targets.sound, world)
  },
  // Errors go to the files that were asked for, too.
  refuse: async (diagnostics, input, world) => {
    const { sound, problems } = await prepareReports(input, world)
    const known = new Set(diagnostics.map(({ summary }) => summary))
    const all = [...diagnostics, ...problems.filter(({ summary }) => !known.has(summary))]
    const result = await publish(reportFailure(all, world), input.values, sound, world)
    if (input.values.format !== 'text' && result.output !== '') return result
    return { output: '', exitCode: 1, notes: [...all, ...(result.notes ?? [])] }
  },
})

function listPolicies({ positionals }: Arguments<typeof PLAN_OPTIONS>): readonly string[] {
  return positionals.length === 0 ? [DEFAULT_POLICY] : positionals
}

async function prepareReports(
  input: Arguments<typeof PLAN_OPTIONS>,
  world: World,
): Promise<Targets> {
  const { values } = input
  const inputs = [...listPolicies(input), ...listFilesRead(PLAN_OPTIONS, values, world)]
  return prepareTargets(values.report, inputs, world)
}
