/**
 * Every command of rollcall. Each loads its own modules only when it runs, so that help and
 * `validate` never pay for what only a plan needs. Long because it is the one list of all of them.
 */
import { Failure } from '../core/messages/diagnostic.ts'
import type { Targets } from '../files/targets.ts'
import type { Arguments } from '../shell/arguments.ts'
import { paintFor } from '../shell/color.ts'
import { type Command, define, misused } from '../shell/command.ts'
import {
  ADOPT_OPTIONS,
  CLOSE_OPTIONS,
  COMPLETION_OPTIONS,
  DEMO_OPTIONS,
  DIFF_OPTIONS,
  DOCTOR_OPTIONS,
  EXPLAIN_OPTIONS,
  EXPORT_OPTIONS,
  INIT_OPTIONS,
  LIST_OPTIONS,
  PLAN_OPTIONS,
  REVIEW_OPTIONS,
  SANDBOX_OPTIONS,
  SCHEMA_OPTIONS,
  SNAPSHOT_OPTIONS,
  VALIDATE_OPTIONS,
  VERIFY_OPTIONS,
} from '../shell/options.ts'
import type { World } from '../shell/world.ts'

/** What a run plans when it names nothing. */
const DEFAULT_POLICY = 'rollcall.yaml'

const plan = define('plan', {
  positional: '[policy..]',
  describe: 'Compare accounts with their policies and report the drift',
  options: PLAN_OPTIONS,
  examples: {
    'rollcall plan': 'Compare the account with rollcall.yaml',
    'rollcall plan policies/ --format json': 'Every policy in a folder, as one JSON report',
  },
  run: async (input, world) => {
    const [{ plan }, { publish }, targets] = await Promise.all([
      import('../commands/plan/plan.ts'),
      import('../commands/plan/publish.ts'),
      planTargets(input, world),
    ])
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const report = await plan(policiesOf(input), input.values, world)
    // A run that is told to stop leaves nothing behind that could pass for its report.
    world.signal.throwIfAborted()
    return publish(report, input.values, targets.sound, world)
  },
  refuse: async (diagnostics, input, world) => {
    const [{ failed }, { publish }, { sound, problems }] = await Promise.all([
      import('../commands/plan/plan.ts'),
      import('../commands/plan/publish.ts'),
      planTargets(input, world),
    ])
    // What was wrong may be the very options of the report.
    const { format, 'max-bytes': bytes } = input.values
    const values = { ...input.values, format: format ?? 'text', 'max-bytes': bytes ?? 60_000 }
    const known = new Set(diagnostics.map(({ summary }) => summary))
    const all = [...diagnostics, ...problems.filter(({ summary }) => !known.has(summary))]
    const result = await publish(failed(all, world), values, sound, world)
    if (values.format !== 'text' && result.output !== '') return result
    return { output: '', exitCode: 1, notes: [...all, ...(result.notes ?? [])] }
  },
})

function policiesOf({ positionals }: { readonly positionals: readonly string[] }) {
  return positionals.length === 0 ? [DEFAULT_POLICY] : positionals
}

async function planTargets(input: Arguments<typeof PLAN_OPTIONS>, world: World): Promise<Targets> {
  const [{ prepareTargets }, { filesRead }] = await Promise.all([
    import('../files/targets.ts'),
    import('../files/inputs.ts'),
  ])
  const { values } = input
  const inputs = [...policiesOf(input), ...filesRead(PLAN_OPTIONS, values, world)]
  return prepareTargets(values.report, inputs, world)
}

const validate = define('validate', {
  positional: '[policy..]',
  describe: 'Check policies without asking any server',
  options: VALIDATE_OPTIONS,
  examples: {
    'rollcall validate': 'Check rollcall.yaml',
    'rollcall validate policies/*.yaml': 'Check several, reporting every problem of each',
  },
  run: async ({ positionals, values }, world) => {
    const [{ validate }, { renderValidation, renderValidationJson }] = await Promise.all([
      import('../commands/validate.ts'),
      import('../views/validation.ts'),
    ])
    const validation = await validate(policiesOf({ positionals }), world)
    const output =
      values.format === 'json'
        ? renderValidationJson(validation)
        : renderValidation(validation, await paintFor(values.color, world.stdout, world))
    return { output, exitCode: validation.valid ? 0 : 1 }
  },
  refuse: async (diagnostics, { values }) => {
    if (values.format !== 'json') return null
    const [{ refused }, { renderValidationJson }] = await Promise.all([
      import('../commands/validate.ts'),
      import('../views/validation.ts'),
    ])
    return { output: renderValidationJson(refused(diagnostics)), exitCode: 1 }
  },
})

const doctor = define('doctor', {
  positional: '[policy]',
  describe: 'Check settings, connection and token, each with the next step',
  options: DOCTOR_OPTIONS,
  examples: {
    'rollcall doctor': 'With the environment, and rollcall.yaml if there is one',
    'rollcall doctor --base-url https://chat.acme.com --account-id 1': 'Without a policy',
  },
  run: async ({ positionals: [name, ...more], values }, world) => {
    nothingMore(more)
    const [{ doctor }, view] = await Promise.all([
      import('../commands/doctor/doctor.ts'),
      import('../views/doctor.ts'),
    ])
    const checkup = await doctor(name ?? null, DEFAULT_POLICY, values, world)
    const output =
      values.format === 'json'
        ? view.renderDoctorJson(checkup)
        : view.renderDoctor(checkup, await paintFor(values.color, world.stdout, world))
    return { output, exitCode: view.isHealthy(checkup) ? 0 : 1 }
  },
  refuse: async (diagnostics, { values }) => {
    if (values.format !== 'json') return null
    const [{ refusedCheckup }, { renderDoctorJson }] = await Promise.all([
      import('../commands/doctor/doctor.ts'),
      import('../views/doctor.ts'),
    ])
    return { output: renderDoctorJson(refusedCheckup(diagnostics)), exitCode: 1 }
  },
})

const list = define('list', {
  positional: '',
  describe: 'Show who is on an account now; needs no policy, gives no verdict',
  options: LIST_OPTIONS,
  examples: {
    'rollcall list': 'Administrators first, then everybody else',
    'rollcall list --format csv > people.csv': 'One line for each person, for a spreadsheet',
  },
  run: async ({ positionals, values }, world) => {
    nothingMore(positionals)
    return (await import('../commands/list.ts')).list(values, world)
  },
  refuse: async (diagnostics, { values }, world) =>
    (await import('../commands/list.ts')).refuseList(diagnostics, values, world),
})

const exportCommand = define('export', {
  positional: '',
  describe: 'Write a policy that says what an account is now',
  options: EXPORT_OPTIONS,
  examples: {
    'rollcall export': 'Show it',
    'rollcall export -o rollcall.yaml': 'Write it to a file that is not there yet',
  },
  run: async ({ positionals, values }, world) => {
    nothingMore(positionals)
    return (await import('../commands/export.ts')).exportPolicy(values, world)
  },
})

const adopt = define('adopt', {
  positional: '[address..]',
  describe: 'Change a policy so that drift is accepted; shows the difference',
  options: ADOPT_OPTIONS,
  examples: {
    'rollcall adopt --write': 'Accept everything that is not critical',
    'rollcall adopt agent/eve@acme.com --reason SEC-7': 'Accept one administrator, by name',
  },
  run: async ({ positionals, values }, world) =>
    (await import('../commands/adopt.ts')).adopt(
      positionals,
      values.policy ?? DEFAULT_POLICY,
      values,
      world,
    ),
})

const init = define('init', {
  positional: '',
  describe: 'Begin a repository: a policy, its schema and a recipe for CI',
  options: INIT_OPTIONS,
  examples: {
    'rollcall init': 'The account if the settings lead to one, else a policy to fill in',
    'rollcall init --ci github': 'With a workflow that plans on every pull request',
  },
  run: async ({ positionals, values }, world) => {
    nothingMore(positionals)
    return (await import('../commands/init.ts')).init(values, world)
  },
})

const SHELLS = ['bash', 'zsh', 'fish'] as const

const completion = define('completion', {
  positional: '<shell>',
  words: SHELLS,
  describe: `Print a completion script: ${SHELLS.join(', ')}`,
  options: COMPLETION_OPTIONS,
  examples: {
    'source <(rollcall completion bash)': 'For this shell',
    'rollcall completion fish | source': 'The same for fish',
  },
  run: async ({ positionals: [name, ...more] }) => {
    nothingMore(more)
    const shell = SHELLS.find((each) => each === name)
    if (shell === undefined) {
      const summary = name === undefined ? 'No shell is named.' : `There is no shell "${name}".`
      throw misused(summary, `Choices: ${SHELLS.join(', ')}.`)
    }
    const { completion } = await import('../commands/completion.ts')
    return { output: completion(shell, COMMANDS), exitCode: 0 }
  },
})

const explain = define('explain', {
  positional: '[code]',
  describe: 'Say what a finding or a message means and what to do',
  options: EXPLAIN_OPTIONS,
  examples: {
    'rollcall explain': 'Every code, with a line about each',
    'rollcall explain admin-unexpected': 'One of them in full, with an example',
  },
  run: async ({ positionals: [code, ...more], values }, world) => {
    nothingMore(more)
    const [{ explain }, { renderExplanations, renderExplanationsJson }] = await Promise.all([
      import('../commands/explain.ts'),
      import('../views/explanation.ts'),
    ])
    const found = explain(code ?? null)
    const output =
      values.format === 'json'
        ? renderExplanationsJson(found, [])
        : renderExplanations(found, await paintFor(values.color, world.stdout, world))
    return { output, exitCode: 0 }
  },
  refuse: async (diagnostics, { values }) => {
    if (values.format !== 'json') return null
    const { renderExplanationsJson } = await import('../views/explanation.ts')
    return { output: renderExplanationsJson([], diagnostics), exitCode: 1 }
  },
})

const SCHEMAS = [
  'policy',
  'report',
  'list',
  'snapshot',
  'diff',
  'review',
  'validation',
  'doctor',
  'explanation',
  'sandbox',
]

const schema = define('schema', {
  positional: '<name>',
  words: SCHEMAS,
  describe: `Print a JSON Schema: ${SCHEMAS.join(', ')}`,
  options: SCHEMA_OPTIONS,
  examples: {
    'rollcall schema policy > rollcall.schema.json': 'For the completion of an editor',
    'rollcall schema report': 'What --format json promises',
  },
  run: async ({ positionals: [name, ...more] }) => {
    nothingMore(more)
    if (name === undefined || !SCHEMAS.includes(name)) {
      const summary = name === undefined ? 'No schema is named.' : `There is no schema "${name}".`
      throw misused(summary, `Choices: ${SCHEMAS.join(', ')}.`)
    }
    const { schema } = await import('../commands/schema.ts')
    return { output: await schema(name), exitCode: 0 }
  },
})

const snapshot = define('snapshot', {
  positional: '',
  describe: 'Write one complete read of an account as JSON',
  options: SNAPSHOT_OPTIONS,
  examples: {
    'rollcall snapshot -o snapshot.json': 'Keep who was on the account today',
    'rollcall plan --snapshot snapshot.json': 'Judge it later, without a server',
  },
  run: async ({ positionals, values }, world) => {
    nothingMore(positionals)
    const { snapshot } = await import('../commands/snapshot.ts')
    return snapshot(values, world)
  },
})

const diff = define('diff', {
  positional: '<before> <after>',
  describe: 'Compare two snapshots, or two policies: who gained what, who lost what',
  options: DIFF_OPTIONS,
  examples: {
    'rollcall diff january.json june.json': 'What changed on the account',
    'git show HEAD~1:rollcall.yaml | rollcall diff - rollcall.yaml': 'What a commit changes',
  },
  run: async ({ positionals, values }, world) => {
    const [{ diff }, { renderDiff, renderDiffJson }] = await Promise.all([
      import('../commands/diff.ts'),
      import('../views/diff.ts'),
    ])
    const answer = await diff(positionals, world)
    const output =
      values.format === 'json'
        ? renderDiffJson(answer)
        : renderDiff(answer, await paintFor(values.color, world.stdout, world))
    return { output, exitCode: answer.exitCode }
  },
  refuse: async (diagnostics, { values }) => {
    if (values.format !== 'json') return null
    const [{ unanswered }, { renderDiffJson }] = await Promise.all([
      import('../commands/diff.ts'),
      import('../views/diff.ts'),
    ])
    return { output: renderDiffJson(unanswered(diagnostics)), exitCode: 1 }
  },
})

const review = define('review', {
  positional: '[policy]',
  describe: 'Write the evidence of an access review into a folder',
  options: REVIEW_OPTIONS,
  examples: {
    'rollcall review -o review-2026-11': 'The account against rollcall.yaml',
    'rollcall review close --help': 'What comes next; see also `review verify`',
  },
  run: async ({ positionals: [policy = DEFAULT_POLICY, ...more], values }, world) => {
    nothingMore(more)
    const { review } = await import('../commands/review/review.ts')
    return review(policy, values, world)
  },
})

const reviewClose = define('review close', {
  positional: '<dir>',
  describe: 'Check that a review has a decision about everybody',
  options: CLOSE_OPTIONS,
  examples: {
    'rollcall review close review --decisions decided.csv': 'Is everybody decided on?',
    'rollcall review close review --decisions decided.csv --after later.json': 'And did it happen?',
  },
  run: async ({ positionals, values }, world) => {
    const { closeReview } = await import('../commands/review/close.ts')
    return closeReview(folderOf(positionals), values, world)
  },
})

const reviewVerify = define('review verify', {
  positional: '<dir>',
  describe: 'Check that no file of a review was changed, removed or added',
  options: VERIFY_OPTIONS,
  examples: {
    'rollcall review verify review': 'Recompute every hash of its manifest',
    'rollcall review verify review --color never': 'The same for a log',
  },
  run: async ({ positionals, values }, world) => {
    const { verifyReview } = await import('../commands/review/verify.ts')
    return verifyReview(folderOf(positionals), values, world)
  },
})

function folderOf([folder, ...more]: readonly string[]): string {
  nothingMore(more)
  if (folder !== undefined) return folder
  throw misused('No folder is named.', 'Name the one that `rollcall review -o` wrote.')
}

const sandbox = define('sandbox', {
  positional: '',
  describe: 'Serve an in-memory Chatwoot on loopback until stopped',
  options: SANDBOX_OPTIONS,
  examples: {
    'rollcall sandbox': 'The made-up company of the demo',
    'rollcall sandbox --state state.json --port 3000': 'A state of your own',
  },
  run: async ({ positionals, values }, world) => {
    nothingMore(positionals)
    const { sandbox } = await import('../commands/sandbox.ts')
    await sandbox(values, world)
    return { output: '', exitCode: 0 }
  },
})

const demo = define('demo', {
  positional: '',
  describe: 'Plan a made-up company against the sandbox',
  options: DEMO_OPTIONS,
  examples: {
    'rollcall demo': 'Needs no server, no token and no policy',
    'rollcall demo --color never': 'The same in plain text',
  },
  run: async ({ positionals, values }, world) => {
    nothingMore(positionals)
    const { demo, whatNext } = await import('../commands/demo.ts')
    const report = await demo(world)
    const { renderLines } = await import('../views/text/lines.ts')
    const output = renderLines(report, await paintFor(values.color, world.stdout, world))
    return { output: output + whatNext(report), exitCode: report.verdict === 'none' ? 1 : 0 }
  },
})

export const COMMANDS: Readonly<Record<string, Command>> = {
  init,
  list,
  export: exportCommand,
  plan,
  adopt,
  validate,
  doctor,
  snapshot,
  diff,
  review,
  'review close': reviewClose,
  'review verify': reviewVerify,
  explain,
  schema,
  sandbox,
  demo,
  completion,
}

/** A command's name is one word, or two where those are a command of their own. */
export function commandIn(argv: readonly string[]): {
  readonly name: string | null
  readonly words: readonly string[]
} {
  const two = argv.slice(0, 2).join(' ')
  const length = argv.length > 1 && Object.hasOwn(COMMANDS, two) ? 2 : 1
  return { name: length === 2 ? two : (argv[0] ?? null), words: argv.slice(length) }
}

function nothingMore(positionals: readonly string[]): void {
  const [first] = positionals
  if (first !== undefined) throw misused(`"${first}" is one word too many.`, 'Leave it out.')
}
