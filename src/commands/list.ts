/** `rollcall list`: shows who is on an account now. Needs no policy and gives no verdict. */
import { ALL_PARTS, chooseActivityDays, listWarnings, readAccount } from '../connect/account.ts'
import { type Diagnostic, Failure, joinDiagnostics } from '../core/messages/diagnostic.ts'
import { concludeFacts, type FactsReport } from '../core/report/facts.ts'
import { type Listing, listAccount } from '../core/report/listing.ts'
import {
  describeHiddenMembers,
  listMissingActivity,
  listMissingParts,
} from '../core/report/missing-parts.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { readRoster } from '../files/roster-file.ts'
import { prepareTargets, type ReportTarget, writeTarget } from '../files/targets.ts'
import type { Values } from '../shell/arguments.ts'
import { define } from '../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  FACT_FORMATS,
  force,
  format,
  type Options,
  output,
  ROSTER_OPTIONS,
  report,
} from '../shell/options.ts'
import { draw, refuseAs, show, type Views } from '../shell/show.ts'
import { describeRun } from '../shell/tool.ts'
import { getToday, type World } from '../shell/world.ts'

type ListFormat = (typeof FACT_FORMATS)[number]
type ListReport = FactsReport<Listing>

const OPTIONS = {
  format: { ...format, choices: FACT_FORMATS },
  color,
  report,
  output,
  force,
  ...ROSTER_OPTIONS,
  ...ACTIVITY_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

/** Without a list, text and CSV show nothing: the errors are on stderr. */
const VIEWS: Views<ListReport, ListFormat> = {
  text: async ({ facts, exitCode }, paint) =>
    facts && (await import('../views/text/list.ts')).renderListText(facts, exitCode, paint),
  json: async (list) => (await import('../views/list/json.ts')).renderListJson(list),
  csv: async ({ facts }) => facts && (await import('../views/list/csv.ts')).renderListCsv(facts),
  html: async (list) => (await import('../views/html/list.ts')).renderListHtml(list),
}

export const command = define('list', {
  positional: '',
  describe: 'Show who is on the account now; needs no policy',
  options: OPTIONS,
  examples: {
    'rollcall list': 'Show administrators first, then everybody else',
    'rollcall list --format csv -o people.csv': 'Write one line for each person, for a spreadsheet',
    'rollcall list --report html=people.html': 'Also write a page to share',
  },
  run: async ({ values }, world) => {
    const { sound, problems } = await prepareReports(values, world)
    if (problems.length > 0) throw new Failure(...problems)
    const inputs = listFilesRead(OPTIONS, values, world)
    const file = await claimOutput('list', values.output, values.force, inputs, world)
    const roster = await readRoster(values, getToday(world), world)
    const wanted = { ...ALL_PARTS, activityDays: chooseActivityDays(values, null) }
    const snapshot = await readAccount(null, wanted, values, world)
    const notes = [
      ...listWarnings(values),
      ...listMissingParts(snapshot, 'This list'),
      ...listMissingActivity(snapshot, 'This list'),
      ...describeHiddenMembers(snapshot, 'This list'),
    ]
    const facts = listAccount(snapshot, roster)
    const list = { ...concludeFacts({ ...describeRun(world), facts, diagnostics: notes }), notes }
    // A run that was stopped writes nothing: half a list could look like a whole one.
    world.signal.throwIfAborted()
    const unwritten = await writeReports(list, sound, world)
    if (unwritten.length > 0) throw new Failure(...unwritten)
    return show(list, VIEWS, values, world, file)
  },
  // Errors also go to the files of --report, but never to the file of -o.
  refuse: async (diagnostics, input, world) => {
    const { sound, problems } = await prepareReports(input.values, world)
    const all = joinDiagnostics(diagnostics, problems)
    const notes = await writeReports(concludeFailure(all, world), sound, world)
    const shown = input.values.output === null ? await refuseOnStdout(all, input, world) : null
    const { output: text, notes: more } = shown ?? { output: '', notes: all }
    return { output: text, exitCode: 1, notes: [...(more ?? []), ...notes] }
  },
})

function concludeFailure(diagnostics: readonly Diagnostic[], world: World): ListReport {
  return concludeFacts<Listing>({ ...describeRun(world), facts: null, diagnostics })
}

const refuseOnStdout = refuseAs(VIEWS, concludeFailure)

function prepareReports(values: Values<typeof OPTIONS>, world: World) {
  const inputs = listFilesRead(OPTIONS, values, world)
  return prepareTargets(
    values.report,
    FACT_FORMATS,
    inputs,
    world,
    values.output === null ? [] : [values.output],
  )
}

/** Returns what could not be written, and why. */
async function writeReports(
  list: ListReport,
  targets: readonly ReportTarget<ListFormat>[],
  world: World,
): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = []
  for (const target of targets) {
    const text = await draw(list, VIEWS, { format: target.format, color: 'never' }, world)
    const problem = await writeTarget(target, text)
    if (problem !== null) problems.push(problem)
  }
  return problems
}
