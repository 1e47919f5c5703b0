/**
 * `rollcall apply`: carries out the plan of one account, behind guards and an approval. The only command
 * that can send anything but GET. It reads and plans, shows the plan, and only then asks or compares
 * the approval; after the writes it reads and plans again.
 */
import type { PartReader } from '../../chatwoot/read-parts.ts'
import { listPatterns, matchesPattern } from '../../chatwoot/write-requests.ts'
import { ALL_PARTS, type ConnectionFlags, readFrom } from '../../connect/account.ts'
import { type Servers, withServers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import { checkApproval, checkUnused, type Expiry, type Given } from '../../core/apply/approval.ts'
import { listNewcomers } from '../../core/apply/elsewhere.ts'
import { Failure, isError, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { Decision } from '../../core/plan/plan.ts'
import { type ApplyFacts, type ApplyReport, concludeApply } from '../../core/report/apply.ts'
import { concludeReport, type Report } from '../../core/report/report.ts'
import { listFilesRead } from '../../files/inputs.ts'
import type { Journal } from '../../files/journal.ts'
import { readSnapshotFile } from '../../files/snapshot-file.ts'
import { prepareTargets } from '../../files/targets.ts'
import type { Values } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  color,
  DEFAULT_POLICY,
  earlierSnapshot,
  FORMATS,
  format,
  groupOptions,
  inputFile,
  type Options,
  report,
} from '../../shell/options.ts'
import { describeRun } from '../../shell/tool.ts'
import { readNew } from '../../shell/values.ts'
import { getToday, type World } from '../../shell/world.ts'
import { decideAccount, listParts, reportDecision } from '../shared/make-report.ts'
import { loadOnePolicy } from '../shared/one-policy.ts'
import { resolveOwnSettings } from '../shared/own-settings.ts'
import { type Proposed, propose, readEarlierRuns, readForApply } from '../shared/propose.ts'
import { WRITING_OPTIONS } from '../shared/writing-options.ts'
import { type Executed, executeSteps } from './execute.ts'
import { readApproval } from './given-approval.ts'
import { findRemovedElsewhere, loadOtherPolicies, type OtherPolicy } from './other-policies.ts'
import { proveResult } from './prove.ts'
import {
  checkJournalFiles,
  closeJournal,
  describeEnd,
  listJournalFiles,
  startJournal,
} from './recording.ts'
import { makeRereader } from './reread.ts'
import { askForApproval, makeProgressWriter, showResult, writeReports } from './show.ts'

const { 'chatwoot-api-token': _, 'api-token-file': tokenFile, ...CONNECTION } = CONNECTION_OPTIONS

const OPTIONS = {
  format,
  color,
  report: { ...report, describe: 'Also write the plan after the apply to a file; may be repeated' },
  ...WRITING_OPTIONS,
  ...groupOptions('Writing', {
    approve: {
      ...inputFile,
      placeholder: 'APPROVAL',
      describe: 'The approval that plan showed, or its JSON report; without it, apply asks',
    },
    journal: {
      type: 'string',
      placeholder: 'FILE',
      coerce: readNew('file'),
      describe: 'New file that records every request; required for steps that take access',
    },
    previous: earlierSnapshot,
    'other-policy': {
      type: 'array',
      reads: true,
      placeholder: 'POLICY',
      describe:
        'Policy or folder of other accounts on this server: invite nobody whom it removes; may be repeated',
    },
  }),
  ...CONNECTION,
  'api-token-file': {
    ...tokenFile,
    describe: 'File that contains the access token [CHATWOOT_APPLY_TOKEN]',
  },
} as const satisfies Options

type Flags = Values<typeof OPTIONS> & ConnectionFlags

/** For one request with its answer. */
const ANSWER_MS = 30_000
/** How long a write may still happen after it was sent, even if its answer was lost at once. */
const LATE_MS = ANSWER_MS + 30_000

export const command = define('apply', {
  positional: '[policy]',
  describe: 'Carry out the plan of one account: write what is allowed, after your approval',
  options: OPTIONS,
  examples: {
    'rollcall apply': 'Show the plan, ask, and write what needs no --allow',
    'rollcall apply --allow remove-agent:agent/eve@acme.com --journal apply.jsonl':
      'Also remove one person',
  },
  run: async ({ positionals, values }, world) => {
    const [name = DEFAULT_POLICY] = positionals
    const flags: Flags = { ...values, 'chatwoot-api-token': null }
    const inputs = [name, ...listFilesRead(OPTIONS, values, world)]
    const recorded = flags.journal === null ? [] : listJournalFiles(flags.journal)
    const targets = await prepareTargets(values.report, FORMATS, inputs, world, recorded)
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const policy = await loadOnePolicy(name, ', and apply changes one account', world)
    const { connection, problems } = await resolveOwnSettings(policy, flags, world)
    if (connection === null) throw new Failure(...problems)
    const earlier = flags.previous === null ? null : await readSnapshotFile(flags.previous, world)
    const others = await loadOtherPolicies(flags['other-policy'], connection, world)
    const done = await withServers(flags, world, (servers) =>
      apply({ policy, connection, previous: earlier, others, flags, inputs, servers }, world),
    )
    const notes = await writeReports(done, targets.sound, world)
    return showResult(concludeApply(done, notes), flags, notes, world)
  },
  refuse: async (diagnostics, { values }, world) => {
    if (values.format !== 'json') return null
    const before = concludeReport(makeHead(world), diagnostics, [])
    return showResult(concludeApply({ ...NOTHING_DONE, before }), values, [], world)
  },
})

/** A run that ended before its first write. */
const NOTHING_DONE = {
  proposal: null,
  end: 'refused',
  steps: [],
  stopped: null,
  after: null,
  pending: [],
  signal: null,
} as const satisfies Omit<ApplyFacts, 'before'>

const NO_PLAN_NOW =
  'The account changed while you decided, and rollcall can no longer make a plan for it.'

interface Setup {
  readonly policy: Policy
  readonly connection: Connection
  readonly previous: Snapshot | null
  readonly others: readonly OtherPolicy[]
  readonly flags: Flags
  readonly inputs: readonly string[]
  readonly servers: Servers
}

async function apply(setup: Setup, world: World): Promise<ApplyReport> {
  const { policy, connection, previous, flags, inputs, servers } = setup
  const given = flags.approve === null ? null : await readApproval(flags.approve, world)
  const { used, ...earlier } = await readEarlierRuns(flags.journal, connection.origin, world)
  const readAndPropose = async (expiry: Expiry | null) => {
    const account = await readForApply(servers, connection, policy)
    const newcomers = listNewcomers(policy, account.snapshot)
    const removedElsewhere = await findRemovedElsewhere(setup.others, newcomers, setup, world)
    const decision = decideOn(setup, account.snapshot, world)
    const witnesses = { ...earlier, removedElsewhere }
    const input = { ...account, policy, decision, previous, flags, expiry, ...witnesses }
    return { ...account, decision, proposed: propose(input, world) }
  }
  const compareApproval = (other: Given, { own, document }: Proposed) =>
    checkApproval(other, own, document, world.now().toISOString())
  const expiry = given?.approval.expiry ?? null
  const { snapshot, decision, proposed } = await readAndPropose(expiry)
  const before = concludePlan(setup, snapshot, decision, world)
  const facts: ApplyFacts = { ...NOTHING_DONE, before, proposal: proposed }
  if (proposed === null) return concludeApply(facts)
  const { written } = proposed.plan
  const differs = given === null ? [] : compareApproval(given, proposed)
  const stops = [
    ...proposed.diagnostics,
    // Before the question: nobody should approve what then cannot begin.
    ...(written.length === 0 ? [] : await checkJournalFiles(flags.journal, inputs, world)),
    ...(given === null || differs.length > 0 ? differs : checkUnused(given, used)),
  ]
  const checked = { ...facts, proposal: { ...proposed, diagnostics: stops } }
  if (stops.some(isError)) return concludeApply(checked)
  if (written.length === 0) return concludeApply({ ...checked, end: 'nothing' })
  let latest = snapshot
  if (given === null) {
    const answer = await askForApproval(checked, snapshot, flags, world)
    if (!answer) return concludeApply({ ...checked, end: 'not-approved' })
    // Somebody may have changed the account while the question was on the screen.
    const again = await readAndPropose(proposed.own.expiry)
    latest = again.snapshot
    const shown = { approval: proposed.own, document: proposed.document }
    // A guard also looks at what no approval covers, such as a list that still has a removed person.
    const changed = again.proposed
      ? [...again.proposed.diagnostics.filter(isError), ...compareApproval(shown, again.proposed)]
      : [makeDiagnostic({ code: 'guard-approval-differs', summary: NO_PLAN_NOW })]
    if (changed.length > 0) {
      const diagnostics = [...stops, ...changed]
      return concludeApply({ ...checked, proposal: { ...proposed, diagnostics } })
    }
  }
  world.signal.throwIfAborted()
  const journal = await startJournal(flags.journal, proposed.own.hash, latest, world)
  // From here on, the run has something to report, whatever happens.
  return world.finish(carryOutPlan(setup, checked, proposed, journal, world))
}

async function carryOutPlan(
  setup: Setup,
  facts: ApplyFacts,
  proposed: Proposed,
  journal: Journal | null,
  world: World,
): Promise<ApplyReport> {
  try {
    const executed = await execute(setup, proposed, journal, world)
    const result = await finishApply(setup, facts, executed, world)
    const problem = await closeJournal(journal, describeEnd(result, world))
    return problem === null
      ? result
      : concludeApply({ ...result, stopped: result.stopped ?? problem })
  } finally {
    await journal?.close()
  }
}

function decideOn({ policy, previous }: Setup, snapshot: Snapshot, world: World): Decision {
  return decideAccount(policy, snapshot, {
    today: getToday(world),
    strict: false,
    earlier: previous,
  })
}

function makeHead(world: World) {
  return { command: 'apply', ...describeRun(world), exitZero: false } as const
}

function concludePlan(
  { policy }: Setup,
  snapshot: Snapshot,
  decision: Decision,
  world: World,
): Report {
  return concludeReport(makeHead(world), [], [reportDecision(decision, policy, snapshot, null)])
}

async function execute(
  { connection, flags, servers }: Setup,
  { plan, own, storedAs, terms }: Proposed,
  journal: Journal | null,
  world: World,
): Promise<Executed> {
  const { accountId } = connection
  const { makePartReader } = await import('../../chatwoot/read-parts.ts')
  const withPartReader = <T>(work: (reader: PartReader) => Promise<T>) =>
    servers.use(connection, (client) => work(makePartReader(client, accountId)))
  const patterns = listPatterns(plan, accountId)
  const showProgress = makeProgressWriter(flags, world)
  const writer = await servers.openWriter(connection, {
    timeoutMs: Math.min(ANSWER_MS, flags.timeout),
    allows: (request) => patterns.some((pattern) => matchesPattern(pattern, request)),
  })
  try {
    return await executeSteps({
      plan,
      terms,
      today: getToday(world),
      hash: own.hash,
      accountId,
      reread: makeRereader(withPartReader, plan.before, storedAs),
      writer,
      lateMs: LATE_MS,
      journal: (line) => journal?.append(line) ?? Promise.resolve(),
      onStep: (step, index) =>
        showProgress({ is: 'step', step, number: index + 1, of: plan.written.length }),
      world,
    })
  } finally {
    await writer.close()
  }
}

async function finishApply(
  setup: Setup,
  facts: ApplyFacts,
  { steps, stopped, interrupted }: Executed,
  world: World,
): Promise<ApplyReport> {
  const done = { ...facts, steps, stopped, end: stopped === null ? 'applied' : 'stopped' } as const
  const signal = interrupted ? Number(world.signal.reason) : null
  if (interrupted) return concludeApply({ ...done, end: 'stopped', signal })
  const { policy, servers, connection, flags } = setup
  const wanted = { ...listParts(policy), ...ALL_PARTS }
  const read = () => readFrom(servers, connection, wanted)
  try {
    const showProgress = makeProgressWriter(flags, world)
    const { snapshot, pending, lost } = await proveResult(steps, read, showProgress, world)
    const after = snapshot && concludePlan(setup, snapshot, decideOn(setup, snapshot, world), world)
    return concludeApply({ ...done, after, pending, stopped: stopped ?? lost })
  } catch (error) {
    if (world.signal.aborted) {
      return concludeApply({ ...done, end: 'stopped', signal: Number(world.signal.reason) })
    }
    const why = `rollcall failed, which is a bug: ${error instanceof Error ? error.message : String(error)}`
    return concludeApply({ ...done, end: 'stopped', stopped: stopped ?? why })
  }
}
