/**
 * Every command of rollcall. Each loads its own modules only when it runs, so that help and
 * `validate` never pay for what only a plan needs.
 */
import { diagnostic, Failure } from '../core/diagnostic.ts'
import type { Report } from '../core/report.ts'
import { type ColorOption, colored } from './color.ts'
import { type Command, define } from './command.ts'
import {
  DEMO_OPTIONS,
  PLAN_OPTIONS,
  SANDBOX_OPTIONS,
  SCHEMA_OPTIONS,
  VALIDATE_OPTIONS,
} from './options.ts'
import type { Result, World } from './world.ts'

const plan = define('plan', {
  positional: '[policy..]',
  describe: 'Compare accounts with their policies and report the drift',
  options: PLAN_OPTIONS,
  examples: {
    'rollcall plan': 'Compare the account with rollcall.yaml',
    'rollcall plan policies/ --format json': 'Every policy in a folder, as one JSON report',
  },
  run: async ({ positionals, values }, world) => {
    const { plan } = await import('./plan.ts')
    return show(await plan(positionals, values, world), values, world)
  },
  refuse: async (diagnostics, world) => {
    const { failed } = await import('./plan.ts')
    return show(failed(diagnostics, world), { format: 'json', color: 'never' }, world)
  },
})

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
    const validation = await validate(positionals, world)
    const output =
      values.format === 'json'
        ? renderValidationJson(validation)
        : renderValidation(validation, { color: colored(values.color, world.stdout, world) })
    return { output, exitCode: validation.valid ? 0 : 1 }
  },
  refuse: async (diagnostics) => {
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
    const { output } = await show(report, { ...values, format: 'text' }, world)
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

interface Shown {
  readonly format: 'text' | 'json'
  readonly color: ColorOption
}

async function show(report: Report, { format, color }: Shown, world: World): Promise<Result> {
  const { exitCode, diagnostics } = report
  const notes = diagnostics.filter(({ severity }) => severity === 'warning')
  if (format === 'json') {
    const { renderJson } = await import('../views/json.ts')
    return { output: renderJson(report), exitCode, notes }
  }
  const { renderText } = await import('../views/text.ts')
  const output = renderText(report, { color: colored(color, world.stdout, world) })
  return { output, exitCode, notes }
}

function nothingMore(positionals: readonly string[]): void {
  const [first] = positionals
  if (first !== undefined)
    throw new Failure(misused(`"${first}" is one word too many.`, 'Leave it out.'))
}

function misused(summary: string, advice: string) {
  return diagnostic({ code: 'usage-argument', summary, advice })
}
