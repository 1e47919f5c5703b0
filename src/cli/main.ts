/**
 * Runs the command that argv names, writes its result to the streams and returns the exit code.
 * Catches everything that a command throws. Decides nothing about accounts.
 */

import { resolve } from 'node:path'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { findNearest } from '../policy/nearest.ts'
import { findColor } from '../shell/arguments.ts'
import { choosePaint } from '../shell/color.ts'
import type { Command } from '../shell/command.ts'
import { describeOutputProblem } from '../shell/output-problem.ts'
import type { Result, World } from '../shell/world.ts'
import { COMMANDS, findCommand } from './command-list.ts'
import { asksForHelp, renderHelp } from './help.ts'

/** Resolves to the exit code. Never rejects, and never ends the process. */
export async function main(argv: readonly string[], world: World): Promise<number> {
  const exitCode = await runAndWrite(argv, world)
  return world.signal.aborted ? Number(world.signal.reason) : exitCode
}

async function runAndWrite(argv: readonly string[], world: World): Promise<number> {
  const { signal } = world
  let result: Result
  try {
    result = await run(argv, world)
  } catch (error) {
    if (!signal.aborted) await showDiagnostics([describeInternalError(error)], argv, world)
    return 1
  }
  // A run that was stopped writes nothing: half a report could look like a whole one.
  if (signal.aborted && !result.kept) return 1
  try {
    if (result.notes?.length) await showDiagnostics(result.notes, argv, world)
    await world.stdout.write(result.output)
    return result.exitCode
  } catch (error) {
    const problem = describeOutputProblem(error, result.lasting ?? null)
    await result.withdraw?.(problem)
    await showDiagnostics([problem], argv, world)
    return 1
  }
}

async function run(argv: readonly string[], world: World): Promise<Result> {
  const first = argv.findIndex((word) => word !== 'help')
  const topic = first < 0 ? [] : argv.slice(first)
  const { name, words, load } = findCommand(topic)
  // `help plan` is `plan --help`, but it does not forgive an unknown command.
  if (asksForHelp(topic) || (first > 0 && load !== null)) {
    return { output: await renderHelp(topic), exitCode: 0 }
  }
  const unknown = load === null ? name : await findMistypedPart(name, words, world)
  if (load === null || unknown !== null) {
    // Uses the formats of `plan`: scripts request those.
    const { command } = await import('../commands/plan/index.ts')
    return refuse([describeUnknownCommand(unknown ?? name)], command, argv, world)
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

/** `review verfy`, unless that is a policy; null if the second word is not close to a command. */
async function findMistypedPart(
  name: string,
  [word = '']: readonly string[],
  { cwd }: World,
): Promise<string | null> {
  const parts = listSecondWords(name)
  if (!/^[a-z]+$/i.test(word) || parts.length === 0 || findNearest(word, parts) === null)
    return null
  const { isThere } = await import('../files/whole-file.ts')
  return (await isThere(resolve(cwd, word))) ? null : `${name} ${word}`
}

/** `close` of `review close`. */
function listSecondWords(name: string): readonly string[] {
  return Object.keys(COMMANDS).flatMap((each) => {
    const [first, second] = each.split(' ')
    return first === name && second !== undefined ? [second] : []
  })
}

/** Reports errors in the requested machine format, or else on stderr. */
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
  // Loaded late, because most runs have no diagnostics.
  const { renderDiagnostic } = await import('../views/text/diagnostic.ts')
  const { hideCommands } = await import('../views/text/layout.ts')
  const paint = await choosePaint(findColor(words), world.stderr, world)
  const text = diagnostics.map((each) => `${renderDiagnostic(each, paint)}\n`).join('\n')
  // If stderr itself fails, there is no other place to report it.
  await world.stderr.write(hideCommands(text)).catch(() => undefined)
}

function describeUnknownCommand(word: string): Diagnostic {
  if (word.startsWith('-')) {
    const advice = 'Write the command first, as in `rollcall plan --format json`.'
    return makeDiagnostic({
      code: 'usage-command',
      summary: `The command must come first, but the first argument is ${word}.`,
      advice,
    })
  }
  const names = Object.keys(COMMANDS)
  const second = new Map(names.map((each) => [each.split(' ')[1] ?? each, each]))
  const meant =
    findNearest(word, names) ?? second.get(findNearest(word, second.keys()) ?? '') ?? null
  return makeDiagnostic({
    code: 'usage-command',
    summary: `rollcall has no command "${word}".`,
    advice: `${meant === null ? '' : `Did you mean ${meant}? `}Run \`rollcall --help\` for a list of commands.`,
  })
}

function describeInternalError(error: unknown): Diagnostic {
  return makeDiagnostic({
    code: 'internal',
    summary: `rollcall failed: ${error instanceof Error ? error.message : String(error)}`,
    detail: 'This is a bug in rollcall. You did nothing wrong.',
    advice: 'Please report it, with the command that you ran. This run has no verdict.',
  })
}
