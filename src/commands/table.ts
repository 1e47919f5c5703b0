/**
 * Every command of rollcall. Each loads its own modules only when it runs, so that help and
 * `validate` never pay for what only a plan needs. Long because it is a list.
 */
import { diagnostic, Failure } from '../core/diagnostic.ts'
import type { Arguments } from './arguments.ts'
import { colored } from './color.ts'
import { type Command, define } from './command.ts'
import {
  ADOPT_OPTIONS,
  COMPLETION_OPTIONS,
  DEMO_OPTIONS,
  DOCTOR_OPTIONS,
  EXPORT_OPTIONS,
  INIT_OPTIONS,
  LIST_OPTIONS,
  PLAN_OPTIONS,
  SANDBOX_OPTIONS,
  SCHEMA_OPTIONS,
  VALIDATE_OPTIONS,
} from './options.ts'
import type { Targets } from './targets.ts'
import type { World } from './world.ts'

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
    const [{ plan }, { publish }, { removeTargets }, targets] = await Promise.all([
      import('./plan.ts'),
      import('./publish.ts'),
      import('./targets.ts'),
      planTargets(input, world),
    ])
    if (targets.problems.length > 0) throw new Failure(...targets.problems)
    const removed = await removeTargets(targets.sound)
    const report = await plan(policiesOf(input), input.values, world)
    // A run that is told to stop leaves nothing behind that could pass for its report.
    world.signal.throwIfAborted()
    return publish(report, input.values, removed, world)
  },
  refuse: async (diagnostics, input, world) => {
    const [{ failed }, { publish }, { removeTargets }, { sound }] = await Promise.all([
      import('./plan.ts'),
      import('./publish.ts'),
      import('./targets.ts'),
      planTargets(input, world),
    ])
    // What was wrong may be the very options of the report.
    const { format, 'max-bytes': bytes } = input.values
    const values = { ...input.values, format: format ?? 'text', 'max-bytes': bytes ?? 60_000 }
    const removed = await removeTargets(sound)
    const result = await publish(failed(diagnostics, world), values, removed, world)
    return values.format === 'text' || result.output === '' ? null : result
  },
})

function policiesOf({ positionals }: { readonly positionals: readonly string[] }) {
  return positionals.length === 0 ? [DEFAULT_POLICY] : positionals
}

async function planTargets(input: Arguments<typeof PLAN_OPTIONS>, world: World): Promise<Targets> {
  const { targetsOf } = await import('./targets.ts')
  const { values } = input
  const files = [values['api-token-file'], values['ca-file'], values['header-file']]
  const inputs = [...policiesOf(input), ...files.filter((each) => each !== null)]
  return targetsOf(values.report, inputs, world)
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
      import('./validate.ts'),
      import('../views/validation.ts'),
    ])
    const validation = await validate(policiesOf({ positionals }), world)
    const output =
      values.format === 'json'
        ? renderValidationJson(validation)
        : renderValidation(validation, { color: colored(values.color, world.stdout, world) })
    return { output, exitCode: validation.valid ? 0 : 1 }
  },
  refuse: async (diagnostics, { values }) => {
    if (values.format !== 'json') return null
    const [{ refused }, { renderValidationJson }] = await Promise.all([
      import('./validate.ts'),
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
      import('./doctor.ts'),
      import('../views/doctor.ts'),
    ])
    const checkup = await doctor(name ?? null, DEFAULT_POLICY, values, world)
    const output =
      values.format === 'json'
        ? view.renderDoctorJson(checkup)
        : view.renderDoctor(checkup, { color: colored(values.color, world.stdout, world) })
    return { output, exitCode: view.isHealthy(checkup) ? 0 : 1 }
  },
  refuse: async (diagnostics, { values }) => {
    if (values.format !== 'json') return null
    const [{ refusedCheckup }, { renderDoctorJson }] = await Promise.all([
      import('./doctor.ts'),
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
    return (await import('./list.ts')).list(values, world)
  },
  refuse: async (diagnostics, { values }, world) =>
    (await import('./list.ts')).refuseList(diagnostics, values, world),
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
    return (await import('./export.ts')).exportPolicy(values, world)
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
    (await import('./adopt.ts')).adopt(positionals, values.policy ?? DEFAULT_POLICY, values, world),
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
    return (await import('./init.ts')).init(values, world)
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
      throw new Failure(misused(summary, `Choices: ${SHELLS.join(', ')}.`))
    }
    const { completion } = await import('./completion.ts')
    return { output: completion(shell, COMMANDS), exitCode: 0 }
  },
})

const SCHEMAS = ['policy', 'report', 'list', 'validation', 'doctor', 'sandbox']

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
      throw new Failure(misused(summary, `Choices: ${SCHEMAS.join(', ')}.`))
    }
    const { schema } = await import('./schema.ts')
    return { output: await schema(name), exitCode: 0 }
  },
})

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
    const { sandbox } = await import('./sandbox.ts')
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
    const { demo, whatNext } = await import('./demo.ts')
    const report = await demo(world)
    const { renderText } = await import('../views/text.ts')
    const output = renderText(report, { color: colored(values.color, world.stdout, world) })
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
  schema,
  sandbox,
  demo,
  completion,
}

function nothingMore(positionals: readonly string[]): void {
  const [first] = positionals
  if (first !== undefined)
    throw new Failure(misused(`"${first}" is one word too many.`, 'Leave it out.'))
}

function misused(summary: string, advice: string) {
  return diagnostic({ code: 'usage-argument', summary, advice })
}
