/**
 * Defines a command as one value, from which help, parsing and running are made. Reports an invalid
 * command line before the command runs, in the format that the command line requests.
 */
import {
  type Diagnostic,
  Failure,
  makeDiagnostic,
  makeFailure,
} from '../core/messages/diagnostic.ts'
import { findNearest } from '../policy/nearest.ts'
import { isStdin } from '../policy/read/named-file.ts'
import { type Arguments, listInputFiles, readArguments } from './arguments.ts'
import type { Options } from './options.ts'
import type { Result, World } from './world.ts'

export interface Definition<O extends Options> {
  /** The positionals as help shows them, such as `[policy..]`. */
  readonly positional: string
  /** The allowed positionals, if they are a closed list. Shell completion offers them. */
  readonly words?: readonly string[]
  readonly describe: string
  readonly options: O
  /** Command line → what it does, for help. */
  readonly examples: Readonly<Record<string, string>>
  readonly run: (input: Arguments<O>, world: World) => Promise<Result>
  /** Errors in the requested format; null if they go to stderr instead. */
  readonly refuse?: (
    diagnostics: readonly Diagnostic[],
    input: Arguments<O>,
    world: World,
  ) => Promise<Result | null>
}

export interface Command extends Omit<Definition<Options>, 'run' | 'refuse'> {
  /** One word, or two such as `review close`. */
  readonly name: string
  /** Null: the command has no machine format, so errors go to stderr. */
  readonly refuse: (
    words: readonly string[],
    diagnostics: readonly Diagnostic[],
    world: World,
  ) => Promise<Result | null>
  /** @param words the arguments after the command's name */
  readonly run: (words: readonly string[], world: World) => Promise<Result>
}

export type Commands = Readonly<Record<string, Command>>

export function define<const O extends Options>(
  name: string,
  { run, refuse, ...rest }: Definition<O>,
): Command {
  return {
    ...rest,
    name,
    run: async (words, world) => {
      const input = readArguments(words, rest.options, name)
      const problems = [...input.problems, ...checkStdin(input, rest.options)]
      if (problems.length > 0) throw new Failure(...problems)
      return run(input, world)
    },
    refuse: async (words, diagnostics, world) =>
      refuse ? refuse(diagnostics, readArguments(words, rest.options, name), world) : null,
  }
}

/** Standard input can be read once only: a second reader would find it empty. */
function checkStdin<O extends Options>(
  { positionals, values }: Arguments<O>,
  options: O,
): readonly Diagnostic[] {
  const [first, second] = [...positionals, ...listInputFiles(options, values)].filter(isStdin)
  if (first === undefined || second === undefined) return []
  return [
    makeDiagnostic({
      code: 'usage-argument',
      summary: `Standard input can be read only once, but two arguments name it: ${first} and ${second}.`,
      advice: 'Use a file for one of them.',
    }),
  ]
}

export function makeOptionFailure(summary: string, advice: string): Failure {
  return makeFailure({ code: 'usage-option', summary, advice })
}

export function makeUsageFailure(summary: string, advice: string): Failure {
  return makeFailure({ code: 'usage-argument', summary, advice })
}

/** Throws if arguments follow those that the command knows. */
export function expectNoMore([first]: readonly string[]): void {
  if (first !== undefined) throw makeUsageFailure(`Unexpected argument "${first}".`, 'Remove it.')
}

/** Reads the one positional of a command that allows only these words. */
export function pickWord<W extends string>(
  what: string,
  words: readonly W[],
  [name, ...more]: readonly string[],
): W {
  expectNoMore(more)
  const found = words.find((each) => each === name)
  if (found !== undefined) return found
  const summary = name === undefined ? `The ${what} is missing.` : `There is no ${what} "${name}".`
  const close = name === undefined ? null : findNearest(name, words)
  const advice = close === null ? '' : `Did you mean ${close}? `
  throw makeUsageFailure(summary, `${advice}Choices: ${words.join(', ')}.`)
}
