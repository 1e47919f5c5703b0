/**
 * argv → checked values, or what is wrong with it. Reads the words themselves: a `-` and what
 * follows `--` are positionals, an option given twice or left empty is refused. No I/O.
 */
import { parseArgs } from 'node:util'
import { type Diagnostic, diagnostic } from '../core/messages/diagnostic.ts'
import { isDay } from '../core/model/dates.ts'
import { nearest } from '../policy/nearest.ts'
import type { Option, Options } from './options.ts'

/** The checked value of an option, by its kind. Durations are in milliseconds. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { kind: 'flag' }
    ? boolean
    : O[K] extends { kind: 'list' }
      ? readonly string[]
      : O[K] extends { kind: 'text' | 'date' }
        ? string | null
        : O[K] extends { kind: 'age' } | { kind: 'count' | 'duration'; fallback: null }
          ? number | null
          : O[K] extends { kind: 'choice'; choices: readonly (infer C)[]; fallback: infer F }
            ? C | F
            : number
}

export interface Arguments<O extends Options> {
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
  const positionals: string[] = []
  const given = new Map<string, readonly (string | true)[]>()
  const names = spellings(options)

  for (const token of tokensOf(words, options)) {
    if (token.kind === 'positional') {
      // As a path it would be the working directory, and all that is in it.
      if (token.value.trim() === '') problems.push(emptyWord(command))
      else positionals.push(token.value)
    }
    if (token.kind !== 'option') continue
    const name = names.get(token.name)
    if (name === undefined) {
      problems.push(unknown(token.rawName, [...names.keys()], command))
    } else if (given.has(name) && options[name]?.kind !== 'list') {
      problems.push(wrong(`${token.rawName} is given more than once.`, 'Give it once.', command))
    } else {
      const option = options[name] as Option
      const value = givenValue(token, option)
      given.set(name, [...(given.get(name) ?? []), value ?? ''])
      if (value === null) problems.push(withoutValue(token.rawName, option, command))
      if (option.kind === 'flag' && value !== true) {
        problems.push(wrong(`${token.rawName} takes no value.`, 'Give it alone.', command))
      }
    }
  }
  const values = Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const checked = check(name, option, given.get(name))
      if ('problem' in checked) {
        // An empty value has been complained about already.
        if (!given.get(name)?.includes(''))
          problems.push(wrong(checked.problem, checked.advice, command))
        return [name, null]
      }
      return [name, checked.value]
    }),
  )
  return { values: values as Values<O>, positionals, problems }
}

/** The files that a command is told to read, by options that are given. */
export function filesNamed<O extends Options>(options: O, values: Values<O>): readonly string[] {
  const given: Readonly<Record<string, unknown>> = values
  return Object.entries(options)
    .map(([name, { reads }]) => (reads ? given[name] : null))
    .filter((each) => typeof each === 'string')
}

/** A choice, found even in a command line that cannot be understood otherwise. */
export function askedFor<C extends string>(
  words: readonly string[],
  name: string,
  choices: readonly C[],
): C | null {
  const option = { kind: 'text', placeholder: '', describe: '', group: '' } as const
  for (const token of tokensOf(words, { [name]: option })) {
    const found =
      token.kind === 'option' && token.name === name && choices.find((each) => each === token.value)
    if (found) return found
  }
  return null
}

function tokensOf(words: readonly string[], options: Options) {
  const known = Object.fromEntries(
    [...spellings(options)].map(([spelling, name]) => {
      const type = options[name]?.kind === 'flag' ? ('boolean' as const) : ('string' as const)
      const short = spelling === name ? options[name]?.short : undefined
      return [spelling, short === undefined ? { type } : { type, short }]
    }),
  )
  return parseArgs({
    args: [...words],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

function spellings(options: Options): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(options).flatMap(([name, { aliases = [] }]) =>
      [name, ...aliases].map((spelling) => [spelling, name] as const),
    ),
  )
}

type OptionToken = Extract<ReturnType<typeof tokensOf>[number], { kind: 'option' }>

/** Null where a value is wanted and none is there. */
function givenValue({ value, inlineValue }: OptionToken, option: Option): string | true | null {
  if (option.kind === 'flag') return value ?? true
  // `--format --color never`: the next option is not a value.
  if (value === undefined || value.trim() === '') return null
  return inlineValue || !value.startsWith('--') ? value : null
}

type Checked =
  | { readonly value: string | number | boolean | readonly string[] | null }
  | { readonly problem: string; readonly advice: string }

function check(name: string, option: Option, given: readonly (string | true)[] = []): Checked {
  const texts = given.filter((each) => typeof each === 'string')
  const [text] = texts
  switch (option.kind) {
    case 'flag':
      return { value: given.includes(true) }
    case 'list':
      return { value: texts.filter((each) => each !== '') }
    case 'text':
      return { value: text ?? null }
    case 'date': {
      if (text === undefined || isDay(text)) return { value: text ?? null }
      return {
        problem: `--${name} cannot be "${text}".`,
        advice: 'Give a day of the calendar as YYYY-MM-DD.',
      }
    }
    case 'choice': {
      const value = text ?? option.fallback
      if (value === null || option.choices.includes(value)) return { value }
      const meant = nearest(value, option.choices)
      return {
        problem: `--${name} cannot be "${value}".`,
        advice: `${meant === null ? '' : `Did you mean ${meant}? `}Choices: ${option.choices.join(', ')}.`,
      }
    }
    case 'count': {
      const value =
        text === undefined ? option.fallback : /^\d{1,9}$/.test(text) ? Number(text) : -1
      if (value === null || (value >= option.min && value <= option.max)) return { value }
      return {
        problem: `--${name} cannot be "${text}".`,
        advice: `Give a whole number from ${option.min} to ${option.max}.`,
      }
    }
    case 'duration': {
      const asked = text ?? option.fallback
      if (asked === null) return { value: null }
      const value = option.zero && /^0(ms|s|m|h|d)?$/.test(asked) ? 0 : milliseconds(asked)
      if (value !== null && value <= LONGEST_MS) return { value }
      return {
        problem: `--${name} cannot be "${text}".`,
        advice: 'Give a number of seconds, or a number with its unit: 90s, 5m, 1h.',
      }
    }
    case 'age': {
      const value = text === undefined ? null : milliseconds(text)
      if (text === undefined || value !== null) return { value }
      return {
        problem: `--${name} cannot be "${text}".`,
        advice: 'Give a number of seconds, or a number with its unit: 5m, 12h, 7d.',
      }
    }
  }
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
/** Timers count in 32 bits; a day is more than any read takes. */
const LONGEST_MS = 86_400_000

/** Milliseconds, or null for what is no duration above zero. */
function milliseconds(text: string): number | null {
  const [, digits = '', unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text) ?? []
  const ms = Number(digits) * (UNITS[unit] ?? 0)
  return ms >= 1 ? ms : null
}

function unknown(spelling: string, names: readonly string[], command: string): Diagnostic {
  const meant = nearest(spelling.replace(/^-+/, ''), [...names, 'help', 'version'])
  return wrong(
    `${spelling} is not an option of rollcall ${command}.`,
    meant === null ? null : `Did you mean --${meant}?`,
    command,
  )
}

function emptyWord(command: string): Diagnostic {
  return diagnostic({
    code: 'usage-argument',
    summary: `An argument of rollcall ${command} is empty.`,
    advice: 'If it is a variable of your shell, check that it is set; or leave the argument out.',
  })
}

function withoutValue(spelling: string, option: Option, command: string): Diagnostic {
  const example = 'placeholder' in option ? option.placeholder : 'VALUE'
  return wrong(`${spelling} has no value.`, `Write it as ${spelling} ${example}.`, command)
}

function wrong(summary: string, advice: string | null, command: string): Diagnostic {
  const help = `Run \`rollcall ${command} --help\` for its options.`
  const full = advice === null ? help : `${advice} ${help}`
  return diagnostic({ code: 'usage-option', summary, advice: full })
}
