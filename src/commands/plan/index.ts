/** `rollcall plan`: the order in which a report is made and written. */
import { Failure, joinDiagnostics } from '../../core/messages/diagnostic.ts'
import type { Fleet } from '../../core/model/fleet.ts'
import { listFilesRead } from '../../files/inputs.ts'
import { prepareTargets, type Targets } from '../../files/targets.ts'
import type { Arguments } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import { DEFAULT_POLICY, FORMATS, type Format } from '../../shell/options.ts'
import type { World } from '../../shell/world.ts'
import { makeReport, reportFailure } from '../shared/make-report.ts'
import { PLAN_OPTIONS, type PlanFlags } from '../shared/plan-options.ts'
import { publish } from '../shared/publish.ts'
import { FORMAT_TRAITS } from '../shared/views.ts'

/** Loaded late, because most plans are not of a fleet. */
const loadFleetPlan = () => import('./fleet.ts')

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
    const { fleet: file } = input.values
    const fleet = file === null ? null : await (await loadFleetPlan()).openFleet(file, input, world)
    const targets = await prepareReports(input, fleet, world)
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const files = targets.sound.filter(({ folder }) => !folder)
    const oneSarif = [input.values, ...files].some((each) => each.format === 'sarif')
    const detailed =
      // What is resolved is looked up among what is fine.
      input.values.since !== null ||
      [input.values, ...targets.sound].some(({ format }) => FORMAT_TRAITS[format].fine)
    const made =
      fleet === null
        ? await makeReport(listPolicies(input), input.values, world, oneSarif)
        : await (await loadFleetPlan()).planFleet(fleet, input.values, world, oneSarif, detailed)
    // A run that was stopped writes nothing: half a report could look like a whole one.
    world.signal.throwIfAborted()
    return publish(made, input.values, targets.sound, world)
  },
  // Errors also go to the files of --report.
  refuse: async (diagnostics, input, world) => {
    const { fleet: file } = input.values
    const fleet = file === null ? null : await findFleet(file, input.values, world)
    const { sound, problems } = await prepareReports(input, fleet, world)
    const all = joinDiagnostics(diagnostics, problems)
    const result = await publish(reportFailure(all, world), input.values, sound, world)
    if (input.values.format !== 'text') return result
    return { output: '', exitCode: 1, notes: [...all, ...(result.notes ?? [])] }
  },
})

/** A run that already failed must not overwrite its inputs either. Null: the file is invalid. */
async function findFleet(file: string, flags: PlanFlags, world: World): Promise<Fleet | null> {
  const { loadFleet } = await import('../../connect/fleet.ts')
  return loadFleet(file, flags, world).catch(() => null)
}

function listPolicies({ positionals }: Arguments<typeof PLAN_OPTIONS>): readonly string[] {
  return positionals.length === 0 ? [DEFAULT_POLICY] : positionals
}

async function prepareReports(
  input: Arguments<typeof PLAN_OPTIONS>,
  fleet: Fleet | null,
  world: World,
): Promise<Targets<Format>> {
  const { values } = input
  const read =
    fleet === null
      ? listPolicies(input)
      : await (await loadFleetPlan()).listFleetInputs(fleet, values, world)
  const inputs = [...read, ...listFilesRead(PLAN_OPTIONS, values, world)]
  return prepareTargets(values.report, FORMATS, inputs, world)
}
