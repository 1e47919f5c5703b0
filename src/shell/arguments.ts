/**
 * Turns argv into checked values, or into errors. Options are declared in the format of yargs and
 * read with the tokens of parseArgs, because the parser of yargs can lose an option
 * (docs/dependencies.md). `-` and everything after `--` are positionals. An option that is given
 * twice or has an empty value is an error. Does no I/O.
 */
import { parseArgs } from 'node:util'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { findNearest } from '../policy/nearest.ts'
import { color, type Option, type Options } from './options.ts'
import { InvalidValue } from './values.ts'

/** The value that a command receives: null if the option is not given and has no default. */
type Value<O extends Option> = O extends { type: 'boolean' }
  ? boolean
  : O extends { type: 'array' }
    ? readonly string[]
    :
        | (O extends { coerce: (text: string) => infer V }
            ? V
            : O extends { choices: readonly (infer C)[] }
              ? C
              : string)
        | (O extends { default: string | number } ? never : null)

export type Values<O extends Options> = { readonly [K in keyof O]: Value<O[K]> }

export interface Arguments<O extends Options> {
  /** An option with an invalid value counts as not given; `problems` has the error. */
  readonly values: Values<O>
  readonly positionals: readonly string[]
  readonly problems: readonly Diagnostic[]
}

/** @param words the arguments after the command's name. Every error is reported, not only the first. */
export function readArguments<O extends Options>(
  words: readonly string[],
  options: O,
  command: string,
): Arguments<O> {
  const problems: Diagnostic[] = []
  const help = `Run \`rollcall ${command} --help\` for its options.`
  const complain = (summary: string, said: string | null) => {
    const advice = said === null ? help : `${said} ${help}`
    problems.push(makeDiagnostic({ code: 'usage-option', summary, advice }))
  }
  const positionals: string[] = []
  const given = new Map<string, readonly string[]>()
  const names = mapSpellings(options)

  for (const token of tokenize(words, options)) {
    if (token.kind === 'positional') {
      // An empty path would mean the working directory and everything in it.
      if (token.value.trim() === '') problems.push(describeEmptyArgument(command))
      else positionals.push(token.value)
    }
    if (token.kind !== 'option') continue
    const { rawName } = token
    const name = names.get(token.name)
    const option = name === undefined ? undefined : options[name]
    if (name === undefined || option === undefined) {
      complain(
        `rollcall ${command} has no option ${rawName}.`,
        suggestOption(rawName, names.keys()),
      )
    } else if (given.has(name) && option.type !== 'array') {
      complain(`${rawName} is given more than once.`, 'Give it once.')
    } else {
      const text = option.type === 'boolean' ? token.value : readValue(token)
      given.set(name, [...(given.get(name) ?? []), ...(text === undefined ? [] : [text])])
      if (option.type === 'boolean' && text !== undefined) {
        complain(`${rawName} takes no value.`, 'Remove the value.')
      }
      if (option.type !== 'boolean' && text === undefined) {
        const example = option.placeholder ?? 'VALUE'
        complain(`${rawName} has no value.`, `Write it as ${rawName} ${example}.`)
      }
    }
  }
  const values = Object.entries(options).map(([name, option]) => {
    const texts = given.get(name)
    if (option.type === 'boolean') return [name, texts?.length === 0]
    if (option.type === 'array') return [name, texts ?? []]
    const [text] = texts ?? []
    try {
      if (text !== undefined) return [name, checkValue(text, option)]
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      complain(`--${name} has the invalid value "${text}".`, error.message)
    }
    return [name, option.default === undefined ? null : checkValue(String(option.default), option)]
  })
  return { values: Object.fromEntries(values) as Values<O>, positionals, problems }
}

/** The files that the given options name for reading. */
export function listInputFiles<O extends Options>(
  options: O,
  values: Values<O>,
): readonly string[] {
  const given: Readonly<Record<string, unknown>> = values
  return Object.entries(options)
    .flatMap(([name, { reads }]) => (reads ? [given[name]].flat() : []))
    .filter((each) => typeof each === 'string')
}

/** The value of --color, even if the rest of the command line is invalid. */
export function findColor(words: readonly string[]) {
  for (const token of tokenize(words, { color })) {
    const given = token.kind === 'option' && token.name === 'color' ? token.value : null
    const found = color.choices.find((each) => each === given)
    if (found !== undefined) return found
  }
  return color.default
}

function tokenize(words: readonly string[], options: Options) {
  const known = [...mapSpellings(options)].map(([spelling, name]) => {
    const option = options[name]
    const type = option?.type === 'boolean' ? ('boolean' as const) : ('string' as const)
    const short = spelling === name ? option?.short : undefined
    return [spelling, short === undefined ? { type } : { type, short }] as const
  })
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(known),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

/** `name` of `--name` → the key of its option, so that aliases find it too. */
function mapSpellings(options: Options): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(options).flatMap(([name, { alias = name }]) =>
      [name, alias].map((spelling) => [spelling, name] as const),
    ),
  )
}

type OptionToken = Extract<ReturnType<typeof tokenize>[number], { kind: 'option' }>

/** Undefined if the option has no value. */
function readValue({ value, inlineValue }: OptionToken): string | undefined {
  // In `--format --color never`, `--color` is the next option, not the value of --format.
  return value?.trim() === '' || (!inlineValue && value?.startsWith('--')) ? undefined : value
}

function checkValue(text: string, { choices, coerce }: Option) {
  if (choices !== undefined && !choices.includes(text)) {
    const close = findNearest(text, choices)
    const advice = close === null ? '' : `Did you mean ${close}? `
    throw new InvalidValue(`${advice}Choices: ${choices.join(', ')}.`)
  }
  return coerce === undefined ? text : coerce(text)
}

function suggestOption(spelling: string, names: Iterable<string>): string | null {
  const close = findNearest(spelling.replace(/^-+/, ''), [...names, 'help', 'version'])
  return close === null ? null : `Did you mean --${close}?`
}

function describeEmptyArgument(command: string): Diagnostic {
  return makeDiagnostic({
    code: 'usage-argument',
    summary: `rollcall ${command} has an empty argument.`,
    advice: 'If it comes from a shell variable, check that the variable is set. Or remove it.',
  })
}
