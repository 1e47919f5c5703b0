/** `rollcall plan`: its options, and the order in which a report is made and written. */
import { Failure, joinDiagnostics } from '../../core/messages/diagnostic.ts'
import type { Fleet } from '../../core/model/fleet.ts'
import { listFilesRead } from '../../files/inputs.ts'
import { prepareTargets, type Targets } from '../../files/targets.ts'
import type { Arguments } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  DEFAULT_POLICY,
  FLEET_OPTIONS,
  FORMATS,
  type Format,
  format,
  type Options,
  ROSTER_OPTIONS,
  report,
} from '../../shell/options.ts'
import { readAge, readCount, readDay } from '../../shell/values.ts'
import type { World } from '../../shell/world.ts'
import { WRITING_OPTIONS } from '../apply/options.ts'
import { findFleet, listFleetInputs, openFleet, planFleet } from './fleet.ts'
import { plan, reportFailure } from './plan.ts'
import { publish } from './publish.ts'
import { IS_DETAILED } from './views.ts'

export const PLAN_OPTIONS = {
  format: { ...format, choices: FORMATS },
  color,
  report: {
    ...report,
    describe: 'Also write the report to a file, or one for each account (sarif=DIR/)',
  },
  'max-bytes': {
    type: 'number',
    requiresArg: true,
    placeholder: 'N',
    default: 60_000,
    coerce: readCount(2_000, 10_000_000),
    describe: 'Maximum size of the markdown report; the rest is only counted',
    group: 'Report',
  },
  'exit-zero': {
    type: 'boolean',
    describe: 'Exit 0 instead of 2 on drift (report-only jobs); errors still exit 1',
    group: 'Report',
  },
  strict: {
    type: 'boolean',
    describe: 'Count warnings as drift; the report shows this',
    group: 'Report',
  },
  today: {
    type: 'string',
    requiresArg: true,
    coerce: readDay,
    placeholder: 'YYYY-MM-DD',
    describe: 'Use this date (UTC) instead of today; the report shows this',
    group: 'Report',
  },
  previous: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'An earlier snapshot of the account, to recognise people with a new e-mail address',
    group: 'Report',
  },
  since: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'REPORT',
    describe: 'An earlier JSON report: says which findings are new, known and resolved',
    group: 'Report',
  },
  'since-if-exists': {
    type: 'boolean',
    describe: 'Continue if the report of --since does not exist yet (first run)',
    group: 'Report',
  },
  ...ROSTER_OPTIONS,
  ...ACTIVITY_OPTIONS,
  ...FLEET_OPTIONS,
  snapshots: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'DIR',
    describe: 'Compare the snapshots of `rollcall snapshot --fleet` instead of reading servers',
    group: 'Fleet',
  },
  ...CONNECTION_OPTIONS,
  snapshot: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'Compare a file of `rollcall snapshot` instead of reading a server',
    group: 'Offline',
  },
  'max-age': {
    type: 'string',
    requiresArg: true,
    coerce: readAge,
    placeholder: 'DURATION',
    describe: 'Maximum age of a snapshot, such as 12h or 7d; required with --snapshots',
    group: 'Offline',
  },
  ...WRITING_OPTIONS,
  approval: {
    type: 'boolean',
    describe: 'Show what apply would write, and the approval for it; --allow shows it too',
    group: 'Writing',
  },
} as const satisfies Options

export const command = define('plan', {
  positional: '[policy..]',
  describe: 'Compare accounts with their policies and report drift',
  options: PLAN_OPTIONS,
  examples: {
    'rollcall plan': 'Compare the account with rollcall.yaml',
    'rollcall plan policies/ --format json': 'Compare every policy in a folder, in one JSON report',
    'rollcall plan --fleet fleet.yaml': 'Compare accounts on several servers, each with its token',
  },
  run: async (input, world) => {
    const fleet = await openFleet(input.positionals, input.values, world)
    const targets = await prepareReports(input, fleet, world)
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const files = targets.sound.filter(({ folder }) => !folder)
    const oneSarif = [input.values, ...files].some((each) => each.format === 'sarif')
    const detailed = [input.values, ...targets.sound].some(({ format }) => IS_DETAILED[format])
    const made =
      fleet === null
        ? await plan(listPolicies(input), input.values, world, oneSarif)
        : await planFleet(fleet, input.values, world, oneSarif, detailed)
    // A run that was stopped writes nothing: half a report could look like a whole one.
    world.signal.throwIfAborted()
    return publish(made, input.values, targets.sound, world)
  },
  // Errors also go to the files of --report.
  refuse: async (diagnostics, input, world) => {
    const fleet = await findFleet(input.values, world)
    const { sound, problems } = await prepareReports(input, fleet, world)
    const all = joinDiagnostics(diagnostics, problems)
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
  fleet: Fleet | null,
  world: World,
): Promise<Targets<Format>> {
  const { values } = input
  const read = fleet === null ? listPolicies(input) : await listFleetInputs(fleet, values, world)
  const inputs = [...read, ...listFilesRead(PLAN_OPTIONS, values, world)]
  return prepareTargets(values.report, FORMATS, inputs, world)
}
