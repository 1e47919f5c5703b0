/**
 * The journal of an apply: a file that only its owner can read, made before the first write and never
 * overwritten. Each line is JSON, is on disk before the run goes on, and has the hash of the line before,
 * so that a line that was changed or removed is noticed. What the lines say is not decided here.
 */
import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { World } from '../shell/world.ts'
import { protectInputs } from './inputs.ts'
import { getReason, tryFolder } from './whole-file.ts'

export interface Journal {
  /** Resolves when the line is on disk. Throws a Failure if it cannot be written. */
  readonly append: (line: Readonly<Record<string, unknown>>) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Throws a Failure if the file exists or cannot be made.
 * @param shown the path as the user wrote it
 * @param inputs the files that the run reads
 */
export async function openJournal(
  shown: string,
  inputs: readonly string[],
  world: World,
): Promise<Journal> {
  const path = resolve(world.cwd, shown)
  const fail = (reason: string): never => {
    throw new Failure(
      makeDiagnostic({
        code: reason === 'EEXIST' ? 'output-exists' : 'output-failed',
        summary:
          reason === 'EEXIST'
            ? `The journal ${shown} already exists. It was not changed, and nothing was written to Chatwoot.`
            : `The journal could not be written to ${shown}: ${reason}.`,
        advice:
          reason === 'EEXIST'
            ? 'Use a new file for each apply.'
            : 'Correct the path or its permissions, then run again.',
      }),
    )
  }
  const harmed = await (await protectInputs(inputs, world))(path)
  if (harmed !== null) fail(`this run reads it (${harmed})`)
  const problem = await tryFolder(path)
  if (problem !== null) fail(problem)
  const file = await open(path, 'wx', 0o600).catch((error) => fail(getReason(error)))
  let previous: string | null = null
  return {
    append: async (line) => {
      const text = JSON.stringify({ ...line, previous })
      try {
        await file.appendFile(`${text}\n`)
        await file.sync()
      } catch (error) {
        fail(getReason(error))
      }
      previous = hashLine(text)
    },
    close: () => file.close(),
  }
}

function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex')
}

/**
 * The lines of a journal, up to the last whole one: a run that was killed may have left half of one.
 * Null if a line does not follow the one before it.
 */
export function parseJournal(text: string): readonly Readonly<Record<string, unknown>>[] | null {
  const lines = text.split('\n').slice(0, -1)
  const parsed = lines.map(parseLine)
  const follows = parsed.every(
    (line, at) => line?.['previous'] === (at === 0 ? null : hashLine(lines[at - 1] ?? '')),
  )
  return follows ? parsed.filter((line) => line !== null) : null
}

function parseLine(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export async function readJournal(
  path: string,
): Promise<readonly Readonly<Record<string, unknown>>[] | null> {
  return parseJournal(await readFile(path, 'utf8'))
}
