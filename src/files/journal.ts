/**
 * The file of a journal: only its owner can read it, it is created before the first write and never
 * overwritten, and each line is on disk before the run goes on. The content of the lines is in
 * core/apply/journal.ts.
 */

import { createHash } from 'node:crypto'
import { open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  type HashedLine,
  type JournalLine,
  type JournalReading,
  readJournal,
  writeJournalLine,
} from '../core/apply/journal.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import type { World } from '../shell/world.ts'
import { protectInputs } from './inputs.ts'
import { findNewFileProblem, getReason } from './whole-file.ts'

export interface Journal {
  /** Resolves when the line is on disk. Throws a Failure if it cannot be written. */
  readonly append: (line: JournalLine) => Promise<void>
  readonly close: () => Promise<void>
  /** For a run that ends before its first request: removes the file. */
  readonly discard: () => Promise<void>
}

/**
 * Null: a journal can be made there. Leaves no file.
 * @param shown the path as the user wrote it
 * @param inputs the files that the run reads
 */
export async function checkJournal(
  shown: string,
  inputs: readonly string[],
  world: World,
): Promise<Diagnostic | null> {
  const path = resolve(world.cwd, shown)
  const harmed = await (await protectInputs(inputs, world))(path)
  const problem =
    harmed === null ? await findNewFileProblem(shown, path) : `this run reads it (${harmed})`
  return problem === null ? null : describeJournalProblem(shown, problem)
}

function describeJournalProblem(shown: string, reason: string): Diagnostic {
  return reason === 'EEXIST'
    ? makeDiagnostic({
        code: 'output-exists',
        summary: `The journal ${shown} already exists. It was not changed, and nothing was written to Chatwoot.`,
        advice: 'Use a new file for each apply.',
      })
    : makeDiagnostic({
        code: 'output-failed',
        summary: `The journal could not be written to ${shown}: ${describeReason(reason)}.`,
      })
}

/**
 * Throws a Failure if the file exists or cannot be made.
 * @param shown the path as the user wrote it
 */
export async function openJournal(shown: string, { cwd }: World): Promise<Journal> {
  const path = resolve(cwd, shown)
  const fail = (error: unknown): never => {
    throw new Failure(describeJournalProblem(shown, getReason(error)))
  }
  const file = await open(path, 'wx', 0o600).catch(fail)
  let previous: string | null = null
  return {
    append: async (line) => {
      const text = writeJournalLine(line, previous)
      try {
        await file.appendFile(`${text}\n`)
        await file.sync()
      } catch (error) {
        fail(error)
      }
      previous = hashLine(text)
    },
    close: () => file.close(),
    discard: async () => {
      await file.close()
      await rm(path, { force: true })
    },
  }
}

function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex')
}

/**
 * The lines of a journal, for `readJournal`. Git and editors can change the line endings and add a byte
 * order mark: neither is part of a line.
 */
export function hashJournal(text: string): readonly HashedLine[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '')
  return lines.map((line) => ({ text: line, hash: hashLine(line) }))
}

const LONGEST = 64 * 1024 * 1024

/**
 * The journals of earlier runs, in the folder of the new one, and files that may be journals but could
 * not be read completely.
 * @param shown the path of the new one, as the user wrote it
 */
export async function findJournals(shown: string, world: World) {
  const folder = dirname(resolve(world.cwd, shown))
  const names = await listFolder(folder)
  if (names === null) return { journals: [], unread: [dirname(shown)] }
  const journals: { path: string; reading: JournalReading }[] = []
  const unread: string[] = []
  for (const name of names) {
    const path = join(dirname(shown), name)
    const reading = await readCandidate(join(folder, name))
    if (reading === 'other') continue
    if (reading !== 'unreadable') journals.push({ path, reading })
    // A damaged line may have been a removal.
    if (reading === 'unreadable' || reading.first === null || reading.problems.length > 0) {
      unread.push(path)
    }
  }
  return { journals, unread }
}

/** Sorted. Null: the folder exists but cannot be read. */
async function listFolder(folder: string): Promise<readonly string[] | null> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    return getReason(error) === 'ENOENT' ? [] : null
  }
}

async function readCandidate(path: string): Promise<JournalReading | 'other' | 'unreadable'> {
  try {
    const there = await stat(path)
    if (!there.isFile() || there.size > LONGEST) return 'other'
    const text = await readFile(path, 'utf8')
    const named = text.slice(0, 2_000).includes('"format":"rollcall.journal"')
    return named && /^\uFEFF?\{/.test(text) ? readJournal(hashJournal(text)) : 'other'
  } catch (error) {
    // A link without a target, or a file that no longer exists.
    return getReason(error) === 'ENOENT' ? 'other' : 'unreadable'
  }
}
