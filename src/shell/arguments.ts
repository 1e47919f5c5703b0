/**
 * argv → checked values, or what is wrong with it: the one translation of options declared for
 * yargs to the tokens of parseArgs. yargs itself reads words in ways that could lose an option
 * (docs/dependencies.md). A `-` and what follows `--` are positionals, an option given twice or
 * left empty is refused. No I/O.
 */
import { parseArgs } from 'node:util'
import { type Diagnostic, diagnostic } from '../core/messages/diagnostic.ts'
import { findNearest } from '../policy/nearest.ts'
import { findShort, listAliases, type Option, type Options } from './options.ts'
import { InvalidValue } from './values.ts'

/** What the command gets for an option; null where it was left out and has no default. */
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
  /** A value that is wrong is as if it was left out; `problems` says so. */
  readonly values: Values<O>
  readonly positionals: readonly string[]
  readonly problems: readonly Diagnostic[]
}

/** The words of one command, without its name. Every problem is reported, not only the first. */
export function readArguments<O extends Options>(
  words: readonly string[],
  options: O,
  command: string,
): Arguments<O> {
  const problems: Diagnostic[] = []
  const complain = (summary: string, advice: string | null) =>
    void problems.push(describeOptionProblem(summary, advice, command))
  const positionals: string[] = []
  const given = new Map<string, readonly string[]>()
  const names = mapSpellings(options)

  for (const token of tokenize(words, options)) {
    if (token.kind === 'positional') {
      // As a path it would be the working directory, and all that is in it.
      if (token.value.trim() === '') problems.push(describeEmptyArgument(command))
      else positionals.push(token.value)
    }
    if (token.kind !== 'option') continue
    const { rawName } = token
    const name = names.get(token.name)
    const option = name === undefined ? undefined : options[name]
    if (name === undefined || option === undefined) {
      complain(
        `${rawName} is not an option of rollcall ${command}.`,
        suggestOption(rawName, names.keys()),
      )
    } else if (given.has(name) && option.type !== 'array') {
      complain(`${rawName} is given more than once.`, 'Give it once.')
    } else {
      const text = option.type === 'boolean' ? token.value : readValue(token)
      given.set(name, [...(given.get(name) ?? []), ...(text === undefined ? [] : [text])])
      if (option.type === 'boolean' && text !== undefined) {
        complain(`${rawName} takes no value.`, 'Give it alone.')
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
      complain(`--${name} cannot be "${text}".`, error.message)
    }
    return [name, option.default === undefined ? null : checkValue(String(option.default), option)]
  })
  return { values: Object.fromEntries(values) as Values<O>, positionals, problems }
}

/** The files that a command is told to read, by options that are given. */
export function listInputFiles<O extends Options>(
  options: O,
  values: Values<O>,
): readonly string[] {
  const given: Readonly<Record<string, unknown>> = values
  return Object.entries(options)
    .map(([name, { reads }]) => (reads ? given[name] : null))
    .filter((each) => typeof each === 'string')
}

/** A choice, found even in a command line that cannot be understood otherwise. */
export function findChoice<C extends string>(
  words: readonly string[],
  name: string,
  choices: readonly C[],
): C | null {
  const option = { type: 'string', requiresArg: true, describe: '', group: '' } as const
  for (const token of tokenize(words, { [name]: option })) {
    const found =
      token.kind === 'option' && token.name === name && choices.find((each) => each === token.value)
    if (found) return found
  }
  return null
}

function tokenize(words: readonly string[], options: Options) {
  const known = [...mapSpellings(options)].map(([spelling, name]) => {
    const type = options[name]?.type === 'boolean' ? ('boolean' as const) : ('string' as const)
    const short = spelling === name ? findShort(options[name]) : undefined
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

/** `name` of `--name` → the option's own name. */
function mapSpellings(options: Options): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(options).flatMap(([name, option]) =>
      [name, ...listAliases(option)].map((spelling) => [spelling, name] as const),
    ),
  )
}

type OptionToken = Extract<ReturnType<typeof tokenize>[number], { kind: 'option' }>

/** Undefined where there is none. */
function readValue({ value, inlineValue }: OptionToken): string | undefined {
  // `--format --color never`: the next option is not a value.
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
  return diagnostic({
    code: 'usage-argument',
    summary: `An argument of rollcall ${command} is empty.`,
    advice: 'If it is a variable of your shell, check that it is set; or leave the argument out.',
  })
}

function describeOptionProblem(
  summary: string,
  advice: string | null,
  command: string,
): Diagnostic {
  const help = `Run \`rollcall ${command} --help\` for its options.`
  const full = advice === null ? help : `${advice} ${help}`
  return diagnostic({ code: 'usage-option', summary, advice: full })
}
