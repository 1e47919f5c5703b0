/**
 * What a command is: one value that help, parsing and running are all made from. A command line
 * that does not fit is answered here, in the format that it asked for, before anything runs.
 */
import { type Diagnostic, diagnostic, Failure } from '../core/messages/diagnostic.ts'
import { isStdin } from '../policy/read/named-file.ts'
import { type Arguments, listInputFiles, readArguments } from './arguments.ts'
import type { Options } from './options.ts'
import type { Result, World } from './world.ts'

export interface Definition<O extends Options> {
  /** Its positionals as help shows them, such as `[policy..]`. */
  readonly positional: string
  /** What its positional may be, where that is a closed list; for the completion of shells. */
  readonly words?: readonly string[]
  readonly describe: string
  readonly options: O
  /** Command line → what it does. */
  readonly examples: Readonly<Record<string, string>>
  readonly run: (input: Arguments<O>, world: World) => Promise<Result>
  /** Errors as a document of the format asked for; null where people are told on stderr. */
  readonly refuse?: (
    diagnostics: readonly Diagnostic[],
    input: Arguments<O>,
    world: World,
  ) => Promise<Result | null>
}

export interface Command extends Omit<Definition<Options>, 'run' | 'refuse'> {
  /** One word, or two such as `review close`. */
  readonly name: string
  /** Null: the command has nothing to say in a machine format, people are told on stderr. */
  readonly refuse: (
    words: readonly string[],
    diagnostics: readonly Diagnostic[],
    world: World,
  ) => Promise<Result | null>
  /** The words of the command line after the command's name. */
  readonly run: (words: readonly string[], world: World) => Promise<Result>
}

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

/** Whoever reads it second would find nothing. */
function checkStdin<O extends Options>(
  { positionals, values }: Arguments<O>,
  options: O,
): readonly Diagnostic[] {
  const [first, second] = [...positionals, ...listInputFiles(options, values)].filter(isStdin)
  if (first === undefined || second === undefined) return []
  return [
    diagnostic({
      code: 'usage-argument',
      summary: `Standard input is named twice, as ${first} and as ${second}.`,
      advice: 'Name a file for one of them.',
    }),
  ]
}

/** Words that are no option and cannot be used. */
export function makeUsageFailure(summary: string, advice: string): Failure {
  return new Failure(diagnostic({ code: 'usage-argument', summary, advice }))
}

/** For what is left of the words that a command knows. */
export function expectNoMore([first]: readonly string[]): void {
  if (first !== undefined)
    throw makeUsageFailure(`"${first}" is one word too many.`, 'Leave it out.')
}

/** The one positional of a command whose words are a closed list. */
export function pickWord<W extends string>(
  what: string,
  words: readonly W[],
  [name, ...more]: readonly string[],
): W {
  expectNoMore(more)
  const found = words.find((each) => each === name)
  if (found !== undefined) return found
  const summary = name === undefined ? `No ${what} is named.` : `There is no ${what} "${name}".`
  throw makeUsageFailure(summary, `Choices: ${words.join(', ')}.`)
}
