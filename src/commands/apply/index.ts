/**
 * `rollcall apply`: carries out the plan of one account, behind guards and an approval. The only command
 * that can send anything but GET. It reads and plans, shows the plan, and only then asks or compares
 * the approval; after the writes it reads and plans again.
 */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { Look } from '../../chatwoot/look.ts'
import { matchesPattern } from '../../chatwoot/write-requests.ts'
import { ALL_PARTS, type ConnectionFlags, readFrom } from '../../connect/account.ts'
import { type Servers, withServers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import { checkApproval, parseApproval } from '../../core/apply/approval.ts'
import { isObject, type JsonObject } from '../../core/apply/canonical.ts'
import { listNewcomers } from '../../core/apply/elsewhere.ts'
import type { JournalLine } from '../../core/apply/journal.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { type ApplyFacts, type ApplyReport, concludeApply } from '../../core/report/apply.ts'
import { type AccountReport, concludeReport, type Report } from '../../core/report/report.ts'
import { listFilesRead } from '../../files/inputs.ts'
import { type Journal, openJournal } from '../../files/journal.ts'
import { readSnapshotFile } from '../../files/snapshot-file.ts'
import { describeWithheld, prepareTargets, type ReportTarget } from '../../files/targets.ts'
import { getReason, writeWhole } from '../../files/whole-file.ts'
import { makeReader } from '../../policy/read/named-file.ts'
import type { Values } from '../../shell/arguments.ts'
import { choosePaint } from '../../shell/color.ts'
import { define, expectNoMore } from '../../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  color,
  DEFAULT_POLICY,
  FORMATS,
  type Format,
  format,
  type Options,
  report,
} from '../../shell/options.ts'
import { TOOL } from '../../shell/tool.ts'
import { getToday, type Result, type World } from '../../shell/world.ts'
import { renderSnapshot } from '../../views/snapshot.ts'
import { makePrintable } from '../../views/text/layout.ts'
import { loadOnePolicy } from '../one-policy.ts'
import { judge } from '../plan/plan.ts'
import { publish } from '../plan/publish.ts'
import { type Executed, executeSteps } from './execute.ts'
import { WRITING_OPTIONS } from './options.ts'
import { findRemovedElsewhere, loadOtherPolicies, type OtherPolicy } from './other-policies.ts'
import { resolveOwnSettings } from './own-settings.ts'
import { type Proposed, propose, readEarlierRuns, readForApply } from './propose.ts'
import { proveResult } from './prove.ts'
import { listPatterns } from './requests.ts'
import { makeRereader } from './reread.ts'

const { 'chatwoot-api-token': _, 'api-token-file': tokenFile, ...CONNECTION } = CONNECTION_OPTIONS

const OPTIONS = {
  format,
  color,
  report: { ...report, describe: 'Also write the plan after the apply to a file; may be repeated' },
  ...WRITING_OPTIONS,
  approve: {
    type: 'string',
    requiresArg: true,
    placeholder: 'APPROVAL',
    describe: 'The approval that plan showed, or its JSON report; without it, apply asks',
    group: 'Writing',
  },
  journal: {
    type: 'string',
    requiresArg: true,
    placeholder: 'FILE',
    describe: 'New file that records every request; required for steps that take access',
    group: 'Writing',
  },
  previous: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'SNAPSHOT',
    describe: 'Earlier snapshot of this account, to recognise people with a new e-mail address',
    group: 'Writing',
  },
  'other-policy': {
    type: 'array',
    requiresArg: true,
    reads: true,
    placeholder: 'POLICY',
    describe:
      'Policy (or folder) of other accounts here: invite nobody whom it removes; may be repeated',
    group: 'Writing',
  },
  ...CONNECTION,
  'api-token-file': {
    ...tokenFile,
    describe: 'File that contains the access token [CHATWOOT_APPLY_TOKEN]',
  },
} as const satisfies Options

type Flags = Values<typeof OPTIONS> & ConnectionFlags

/** For one request with its answer. */
const ANSWER_MS = 30_000
/** How much longer a write may still happen after that. */
const LATE_MS = 30_000

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
    const [name = DEFAULT_POLICY, ...more] = positionals
    expectNoMore(more)
    const flags: Flags = { ...values, 'chatwoot-api-token': null }
    const inputs = [name, ...listFilesRead(OPTIONS, values, world)]
    const targets = await prepareTargets(values.report, FORMATS, inputs, world)
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const policy = await loadOnePolicy(name, ', and apply changes one account', world)
    const connection = await requireOwnConnection(policy, flags, world)
    const earlier = flags.previous === null ? null : await readSnapshotFile(flags.previous, world)
    const others = await loadOtherPolicies(flags['other-policy'], connection, world)
    const done = await withServers(flags, world, (servers) =>
      apply({ policy, connection, previous: earlier, others, flags, inputs, servers }, world),
    )
    const notes = await writeReports(done, targets.sound, flags, world)
    return showResult(done, flags, notes, world)
  },
  refuse: async (diagnostics, { values }, world) => {
    if (values.format !== 'json') return null
    const before = concludePlan(diagnostics, [], world)
    const nothing = { proposal: null, steps: [], stopped: null, after: null, pending: [] }
    const facts = { before, end: 'refused', signal: null, ...nothing } as const
    return showResult(concludeApply(facts), values, [], world)
  },
})

async function requireOwnConnection(
  policy: Policy,
  flags: Flags,
  world: World,
): Promise<Connection> {
  const { connection, problems } = await resolveOwnSettings(policy, flags, world)
  if (connection === null) throw new Failure(...problems)
  return connection
}

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
  const { policy, connection, previous, flags, servers } = setup
  const given = flags.approve === null ? null : await readApproval(flags.approve, world)
  const earlier = await readEarlierRuns(flags.journal, connection.origin, world)
  const readAndPropose = async () => {
    const account = await readForApply(servers, connection, flags, world)
    const newcomers = listNewcomers(policy, account.snapshot)
    const removedElsewhere = await findRemovedElsewhere(setup.others, newcomers, setup, world)
    const expiry = given?.approval.expiry ?? null
    const input = { ...account, policy, previous, flags, expiry, ...earlier, removedElsewhere }
    return { ...account, proposed: propose(input, world) }
  }
  const { snapshot, proposed } = await readAndPropose()
  const before = concludePlan([], [judgeAccount(setup, snapshot, world)], world)
  const facts: ApplyFacts = {
    before,
    proposal: proposed,
    end: 'refused',
    steps: [],
    stopped: null,
    after: null,
    pending: [],
    signal: null,
  }
  if (proposed === null) return concludeApply(facts)
  const { written } = proposed.plan
  const stops = [
    ...proposed.diagnostics,
    ...(written.length === 0 ? [] : checkJournal(proposed, flags.journal)),
    ...(given === null ? [] : compareApproval(given, proposed, world)),
  ]
  const checked = { ...facts, proposal: { ...proposed, diagnostics: stops } }
  if (stops.some(({ severity }) => severity === 'error')) return concludeApply(checked)
  if (written.length === 0) return concludeApply({ ...checked, end: 'nothing' })
  if (given === null) {
    const answer = await askForApproval(checked, snapshot, flags, world)
    if (!answer) return concludeApply({ ...checked, end: 'not-approved' })
    // Somebody may have changed the account while the question was on the screen.
    const again = await readAndPropose()
    const same = again.proposed?.approval === proposed.approval
    if (!same) {
      const changed = again.proposed && compareApproval(toGiven(proposed), again.proposed, world)
      const diagnostics = [...stops, ...(changed ?? [describeChanged()])]
      return concludeApply({ ...checked, proposal: { ...proposed, diagnostics } })
    }
  }
  world.signal.throwIfAborted()
  const journal = await startJournal(setup, proposed, snapshot, world)
  // From here on the run has something to report, whatever happens to it.
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

async function closeJournal(journal: Journal | null, line: JournalLine): Promise<string | null> {
  try {
    await journal?.append(line)
    return null
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
}

/** The snapshot is on disk before the first write: it is what an undo starts from. */
async function startJournal(
  { flags, inputs }: Setup,
  { hash }: Proposed,
  snapshot: Snapshot,
  world: World,
): Promise<Journal | null> {
  const shown = flags.journal
  if (shown === null) return null
  const journal = await openJournal(shown, inputs, world)
  const text = renderSnapshot(snapshot, TOOL)
  const saved = `${shown}.before.json`
  const problem = await writeWhole(resolve(world.cwd, saved), text, { exclusive: true })
  if (problem !== null) {
    await journal.discard()
    throw new Failure(
      makeDiagnostic({
        code: 'output-failed',
        summary: `The snapshot before the apply could not be written to ${saved}: ${problem}. Nothing was written to Chatwoot.`,
        advice: 'Use another name for the journal, or correct the permissions of its folder.',
      }),
    )
  }
  await journal.append({
    line: 'first',
    format: 'rollcall.journal',
    format_version: '1.0',
    at: world.now().toISOString(),
    version: TOOL.version,
    hash,
    server: snapshot.server,
    account: snapshot.account.id,
    owner: snapshot.caller.email,
    before: createHash('sha256').update(text).digest('hex'),
  })
  return journal
}

function describeEnd({ verdict, after, steps }: ApplyReport, world: World): JournalLine {
  const outcomes = steps.flatMap(({ writes }) => writes.map(({ outcome }) => outcome))
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
  return {
    line: 'closing',
    at: world.now().toISOString(),
    verdict: after === null ? null : verdict,
    done: count('done'),
    unknown: count('unknown'),
  }
}

function describeChanged(): Diagnostic {
  return makeDiagnostic({
    code: 'guard-approval-differs',
    summary: 'The account changed while you decided, and can no longer be planned.',
  })
}

function judgeAccount({ policy, previous }: Setup, snapshot: Snapshot, world: World) {
  const { path, sha256 } = policy
  const accountId = policy.account?.value ?? snapshot.account.id
  const target = { path, sha256, policy, server: snapshot.server, accountId }
  const today = getToday(world)
  return judge(policy, snapshot, target, null, { today, strict: false, earlier: previous })
}

function concludePlan(
  diagnostics: readonly Diagnostic[],
  accounts: readonly AccountReport[],
  world: World,
): Report {
  const generatedAt = world.now().toISOString()
  const head = { command: 'apply', tool: TOOL, generatedAt, exitZero: false, strict: false }
  return concludeReport({ ...head, today: null }, diagnostics, accounts)
}

interface GivenApproval {
  readonly approval: NonNullable<ReturnType<typeof parseApproval>>
  readonly document: JsonObject | null
}

function toGiven({ approval, document }: Proposed): GivenApproval {
  const parsed = parseApproval(approval)
  if (parsed === null) throw new Error('An approval of rollcall cannot be read.')
  return { approval: parsed, document }
}

const LONGEST_REPORT = 256 * 1024 * 1024

/** An approval, or a report that contains one. */
async function readApproval(text: string, world: World): Promise<GivenApproval> {
  const approval = parseApproval(text)
  if (approval !== null) return { approval, document: null }
  const refuse = (summary: string) =>
    new Failure(makeDiagnostic({ code: 'usage-approval', summary }))
  const bytes = await makeReader(world)(text, LONGEST_REPORT).catch((error: unknown) => {
    const why = getReason(error)
    throw refuse(`--approve ${text} is neither an approval nor a file that can be read (${why}).`)
  })
  const found = findApproval(parseJson(bytes === null ? '' : new TextDecoder().decode(bytes)))
  if (found === null) throw refuse(`${text} does not contain an approval.`)
  return found
}

function findApproval(value: unknown): GivenApproval | null {
  const report = toObject(value)
  const accounts = report?.['accounts']
  const first = Array.isArray(accounts) && accounts.length === 1 ? toObject(accounts[0]) : null
  const part = toObject(report?.['approval']) ?? toObject(first?.['approval'])
  const approval = parseApproval(String(part?.['value'] ?? ''))
  const document = part?.['document']
  if (approval === null) return null
  return { approval, document: isJsonObject(document) ? document : null }
}

function toObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}

/** The document was parsed from JSON, so it has nothing else in it. */
function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value as JsonObject)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function compareApproval(
  given: GivenApproval,
  proposed: Proposed,
  world: World,
): readonly Diagnostic[] {
  const own = toGiven(proposed).approval
  return checkApproval(given, own, proposed.document, world.now().toISOString())
}

/** A run that takes access leaves a record that shows what it took. */
function checkJournal({ plan }: Proposed, journal: string | null): readonly Diagnostic[] {
  const takes = plan.written.some(
    ({ effect, change }) => effect === 'takes' || effect === 'both' || change.irreversible,
  )
  if (!takes || journal !== null) return []
  return [
    makeDiagnostic({
      code: 'usage-option',
      summary: 'This plan takes access from somebody, so it needs --journal.',
      advice: 'Add `--journal FILE` with the name of a new file, and keep that file.',
    }),
  ]
}

/** On a terminal: the whole plan, then a word that nobody types by accident. */
async function askForApproval(
  facts: ApplyFacts,
  { account, server }: Snapshot,
  flags: Flags,
  world: World,
): Promise<boolean> {
  const { renderProposal } = await import('../../views/text/apply.ts')
  const machine = flags.format === 'json'
  const stream = machine ? world.stderr : world.stdout
  const paint = await choosePaint(flags.color, stream, world)
  await stream.write(renderProposal(facts, paint))
  const risky = facts.proposal?.plan.written.some(({ change }) => change.irreversible) ?? false
  const typeable = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(account.name)
  const word = !risky ? 'yes' : typeable ? account.name : String(account.id)
  const what = !risky ? '"yes"' : typeable ? `the name of the account, "${word}"` : `"${word}"`
  const host = new URL(server).host
  const answer = await world.ask(
    `Write to account ${account.id} on ${host}? Type ${what} to approve: `,
  )
  return answer !== null && answer.trim() === word
}

async function execute(
  { connection, flags, servers }: Setup,
  { plan, hash, storedAs, terms }: Proposed,
  journal: Journal | null,
  world: World,
): Promise<Executed> {
  const { accountId } = connection
  const { makeLook } = await import('../../chatwoot/look.ts')
  const withLook = <T>(work: (look: Look) => Promise<T>) =>
    servers.use(connection, (client) => work(makeLook(client, accountId)))
  const patterns = listPatterns(plan, accountId)
  const tell = makeTeller(flags, world)
  const writer = await servers.openWriter(connection, {
    timeoutMs: Math.min(ANSWER_MS, flags.timeout),
    allows: (request) => patterns.some((pattern) => matchesPattern(pattern, request)),
  })
  try {
    return await executeSteps({
      plan,
      policy: terms.policy,
      today: getToday(world),
      hash,
      accountId,
      reread: makeRereader(withLook, plan.before, storedAs),
      writer,
      lateMs: LATE_MS,
      journal: (line) => journal?.append(line) ?? Promise.resolve(),
      onStep: ({ change }, index) =>
        tell(`${index + 1}/${plan.written.length} ${change.step} ${change.address}`),
      world,
    })
  } finally {
    await writer.close()
  }
}

/** Progress, for whoever waits. The same line is not repeated. */
function makeTeller({ quiet }: Flags, { stderr }: World): (text: string) => void {
  let last = ''
  return (text) => {
    if (quiet || text === last) return
    last = text
    void stderr.write(`${makePrintable(text)}\n`).catch(() => undefined)
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
  const { servers, connection, flags } = setup
  const read = () => readFrom(servers, connection, ALL_PARTS, flags, world)
  try {
    const { snapshot, pending, lost } = await proveResult(
      steps,
      read,
      makeTeller(flags, world),
      world,
    )
    const after = snapshot && concludePlan([], [judgeAccount(setup, snapshot, world)], world)
    const why = lost ? (pending.at(-1) ?? null) : null
    return concludeApply({ ...done, after, pending, stopped: stopped ?? why })
  } catch (error) {
    if (world.signal.aborted) {
      return concludeApply({ ...done, end: 'stopped', signal: Number(world.signal.reason) })
    }
    const why = `rollcall failed, which is a bug: ${error instanceof Error ? error.message : String(error)}`
    return concludeApply({ ...done, end: 'stopped', stopped: stopped ?? why })
  }
}

/** The reports are of the account as it is now: without that, yesterday's must not look like today's. */
async function writeReports(
  { after, before, end }: ApplyReport,
  targets: readonly ReportTarget<Format>[],
  flags: Flags,
  world: World,
): Promise<readonly Diagnostic[]> {
  if (targets.length === 0) return []
  const now = after ?? (end === 'nothing' ? before : null)
  if (now === null) {
    return targets.map(({ format: name, shown }) => describeWithheld(name, shown))
  }
  const choice = { format: 'text', color: 'never', 'max-bytes': MAX_BYTES } as const
  const { notes = [] } = await publish(now, { ...choice, ...flags, ...choice }, targets, world)
  return notes
}

const MAX_BYTES = 60_000

async function showResult(
  done: ApplyReport,
  flags: Pick<Flags, 'format' | 'color'>,
  notes: readonly Diagnostic[],
  world: World,
): Promise<Result> {
  const failed = notes.some(({ severity }) => severity === 'error')
  const exitCode = failed && done.exitCode !== 130 && done.exitCode !== 143 ? 1 : done.exitCode
  const kept = done.steps.length > 0
  if (flags.format === 'json') {
    const { renderApplyJson } = await import('../../views/apply-json.ts')
    return { output: renderApplyJson({ ...done, exitCode }, TOOL), exitCode, notes, kept }
  }
  const { renderApply } = await import('../../views/text/apply.ts')
  const paint = await choosePaint(flags.color, world.stdout, world)
  return { output: renderApply({ ...done, exitCode }, paint), exitCode, notes, kept }
}
