/** Reads a state from JSON text: checks the shape by the schema, then whether the parts fit together. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { Failure, makeDiagnostic, makeFailure } from '../core/messages/diagnostic.ts'
import { count } from '../core/messages/phrase.ts'
import { completeState, type StateDraft } from './complete.ts'
import { findInconsistencies, type Problem } from './consistency.ts'
import type { SandboxState } from './state.ts'

/**
 * Throws a `Failure` (`usage-argument`) with one diagnostic for each of the first errors.
 * @param file the name for messages
 * @param version overrides that of the state, and decides how names are stored
 */
export function parseState(text: string, file: string, version?: string): SandboxState {
  const draft = parseJson(text.replace(/^\uFEFF/, ''), file)
  const misshapen = checkShape(draft)
  if (misshapen.length > 0) throw refuseState(file, misshapen)
  // The schema has just proven the shape.
  const written = draft as StateDraft
  const state = completeState(version === undefined ? written : { ...written, version })
  const problems = findInconsistencies(state)
  if (problems.length > 0) throw refuseState(file, problems)
  return state
}

const DEMO_STATE = new URL('../../examples/demo/state.json', import.meta.url)

/** The state of the demo company, which is shipped with rollcall. */
export async function readDemoState(version?: string): Promise<SandboxState> {
  return parseState(await readFile(DEMO_STATE, 'utf8'), 'examples/demo/state.json', version)
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw makeFailure({
      code: 'usage-argument',
      summary: `The state ${file} is not valid JSON.`,
      // The rest quotes the file, which could be one with a token.
      detail: String(error).replace(/^SyntaxError: |, [.]*".*$/gs, ''),
      advice: 'Correct the file; docs/sandbox.md shows an example.',
    })
  }
}

let validate: ValidateFunction | null = null

function checkShape(draft: unknown): readonly Problem[] {
  validate ??= compileSchema()
  return validate(draft) ? [] : (validate.errors ?? []).map(convertError)
}

function compileSchema(): ValidateFunction {
  // Loaded late, because a state that is already in memory does not need it. `require` keeps this
  // synchronous, but has no types.
  const { Ajv2020 } = createRequire(import.meta.url)(
    'ajv/dist/2020.js',
  ) as typeof import('ajv/dist/2020.js')
  const schema = readFileSync(new URL('../../schemas/sandbox.schema.json', import.meta.url), 'utf8')
  return new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true }).compile(
    JSON.parse(schema),
  )
}

function convertError(error: ErrorObject): Problem {
  const { keyword, params, parentSchema } = error
  const path = error.instancePath.split('/').slice(1).map(parseStep)
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys(parentSchema?.['properties'] ?? {})
      return {
        path: [...path, String(params['additionalProperty'])],
        message: 'is not a known key',
        advice: `Allowed keys: ${known.join(', ')}.`,
      }
    }
    case 'required':
      return { path: [...path, String(params['missingProperty'])], message: 'is missing' }
    case 'enum':
      return { path, message: `must be one of ${JSON.stringify(params['allowedValues'])}` }
    default: {
      const title: unknown = parentSchema?.['title']
      return {
        path,
        message: typeof title === 'string' ? `must be ${title}` : String(error.message),
      }
    }
  }
}

function parseStep(token: string): string | number {
  return /^\d+$/.test(token) ? Number(token) : token.replaceAll('~1', '/').replaceAll('~0', '~')
}

const MOST_SHOWN = 10

/** One diagnostic for each of the first errors, and one that counts the others. */
function refuseState(file: string, problems: readonly Problem[]): Failure {
  const refuse = (summary: string, advice: string) =>
    makeDiagnostic({ code: 'usage-argument', summary, advice })
  const shown = problems
    .slice(0, MOST_SHOWN)
    .map(({ path, message, advice }) =>
      refuse(
        `In the state ${file}, ${formatJsonPath(path)} ${message}.`,
        advice ?? 'Correct it; docs/sandbox.md explains every key.',
      ),
    )
  const hidden = problems.length - shown.length
  if (hidden > 0) {
    const more = count(hidden, 'more error')
    shown.push(refuse(`The state ${file} has ${more}.`, 'Correct these first, then run again.'))
  }
  return new Failure(...shown)
}

/** `accounts[0].members[2].email`; other keys than plain words are quoted. */
function formatJsonPath(path: Problem['path']): string {
  if (path.length === 0) return 'the whole document'
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[$\w]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}
