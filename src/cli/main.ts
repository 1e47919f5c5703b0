/**
 * From words to a command, and from what it leaves behind to streams and an exit code. Holds the
 * one try/catch; decides nothing about accounts.
 */

import { type Diagnostic, diagnostic, Failure } from '../core/messages/diagnostic.ts'
import { findNearest } from '../policy/nearest.ts'
import { findChoice } from '../shell/arguments.ts'
import { choosePaint } from '../shell/color.ts'
import type { Command } from '../shell/command.ts'
import type { Result, World } from '../shell/world.ts'
import { COMMANDS, findCommand } from './command-list.ts'
import { asksForHelp, renderHelp } from './help.ts'

/** Runs one command line to its end. Resolves to the exit code; never rejects, never exits. */
export async function main(argv: readonly string[], world: World): Promise<number> {
  let result: Result
  try {
    result = await run(argv, world)
    // Nothing of a run that was told to stop is written: half a report could pass for one.
    if (world.signal.aborted) return Number(world.signal.reason)
  } catch (error) {
    if (world.signal.aborted) return Number(world.signal.reason)
    await showDiagnostics([describeInternalError(error)], argv, world)
    return 1
  }
  try {
    if (result.notes?.length) await showDiagnostics(result.notes, argv, world)
    await world.stdout.write(result.output)
    return result.exitCode
  } catch (error) {
    await showDiagnostics([describeOutputError(error)], argv, world)
    return 1
  }
}

async function run(argv: readonly string[], world: World): Promise<Result> {
  if (asksForHelp(argv)) {
    return { output: await renderHelp(argv), exitCode: 0 }
  }
  const { name, words, load } = findCommand(argv)
  if (load === null) {
    // In a format of `plan`, the one that a script would ask for.
    const { command } = await import('../commands/plan/index.ts')
    return refuse([describeUnknownCommand(name)], command, argv, world)
  }
  const { command } = await load()
  try {
    return await command.run(words, world)
  } catch (error) {
    if (world.signal.aborted) throw error
    const problems = error instanceof Failure ? error.diagnostics : [describeInternalError(error)]
    return refuse(problems, command, words, world)
  }
}

/** A command that could not do its work: as a document if one was asked for, else on stderr. */
async function refuse(
  problems: readonly Diagnostic[],
  command: Command,
  words: readonly string[],
  world: World,
): Promise<Result> {
  const document = await command.refuse(words, problems, world)
  if (document) return document
  await showDiagnostics(problems, words, world)
  return { output: '', exitCode: 1 }
}

async function showDiagnostics(
  diagnostics: readonly Diagnostic[],
  words: readonly string[],
  world: World,
): Promise<void> {
  // Loaded late: most runs have nothing to complain about.
  const { renderDiagnostic } = await import('../views/text/diagnostic.ts')
  const color = findChoice(words, 'color', ['auto', 'always', 'never']) ?? 'auto'
  const paint = await choosePaint(color, world.stderr, world)
  const text = diagnostics.map((each) => `${renderDiagnostic(each, paint)}\n`).join('\n')
  // There is nowhere left to say that stderr itself is gone.
  await world.stderr.write(text).catch(() => undefined)
}

function describeUnknownCommand(word: string | null): Diagnostic {
  if (word?.startsWith('-')) {
    const advice = 'Begin with the command, as in `rollcall plan --format json`.'
    return diagnostic({
      code: 'usage-command',
      summary: `${word} stands where a command is wanted.`,
      advice,
    })
  }
  const meant = word === null ? null : findNearest(word, Object.keys(COMMANDS))
  return diagnostic({
    code: 'usage-command',
    summary: word === null ? 'No command is given.' : `rollcall has no command "${word}".`,
    advice: `${meant === null ? '' : `Did you mean ${meant}? `}Run \`rollcall --help\` for the commands.`,
  })
}

function describeInternalError(error: unknown): Diagnostic {
  return diagnostic({
    code: 'internal',
    summary: `rollcall failed: ${error instanceof Error ? error.message : String(error)}`,
    detail: 'This is a mistake in rollcall, not in what you did.',
    advice: 'Please report it with the command that you ran. There is no verdict.',
  })
}

function describeOutputError(error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return diagnostic({
    code: 'output-failed',
    summary: `The report could not be written to stdout${code}.`,
    advice: 'Make room or correct where stdout goes, then run again. There is no verdict.',
  })
}
