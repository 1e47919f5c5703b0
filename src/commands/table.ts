/**
 * Every command of rollcall. Each loads its own modules only when it runs, so that help and
 * `validate` never pay for what only a plan needs.
 */
import { diagnostic, Failure } from '../core/diagnostic.ts'
import type { Arguments } from './arguments.ts'
import { colored, paintFor } from './color.ts'
import { type Command, define } from './command.ts'
import {
  DEMO_OPTIONS,
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
  const policies = policiesOf(input)
  const token = input.values['api-token-file']
  return targetsOf(input.values.report, token === null ? policies : [...policies, token], world)
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
        : renderValidation(validation, await paintFor(values.color, world.stdout, world))
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

const SCHEMAS = ['policy', 'report', 'validation', 'sandbox']

const schema = define('schema', {
  positional: '<name>',
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
  plan,
  validate,
  schema,
  sandbox,
  demo,
}

function nothingMore(positionals: readonly string[]): void {
  const [first] = positionals
  if (first !== undefined)
    throw new Failure(misused(`"${first}" is one word too many.`, 'Leave it out.'))
}

function misused(summary: string, advice: string) {
  return diagnostic({ code: 'usage-argument', summary, advice })
}
