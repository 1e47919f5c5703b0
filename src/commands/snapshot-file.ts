/** A file that `rollcall snapshot` wrote → Snapshot, or what is wrong with it and where. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { diagnostic, Failure, type Location } from '../core/diagnostic.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { type Path, storedSnapshot } from '../core/stored.ts'
import { misused } from './command.ts'
import { type Place, placeIn, placeOfError } from './json-place.ts'
import { reasonOf } from './whole-file.ts'
import type { World } from './world.ts'

/** An account of 100,000 agents takes about 25 MB. */
const LARGEST = 256 * 1024 * 1024

/** Throws a Failure with one diagnostic. */
export async function readSnapshotFile(shown: string, { cwd }: World): Promise<Snapshot> {
  return snapshotIn(await textOf(shown, resolve(cwd, shown)), shown)
}

async function textOf(shown: string, path: string): Promise<string> {
  try {
    if ((await stat(path)).size > LARGEST) throw refused(shown, null, 'is too large for one')
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Failure) throw error
    throw misused(
      `The snapshot ${shown} cannot be read (${reasonOf(error)}).`,
      'Name a file that `rollcall snapshot -o FILE` wrote.',
    )
  }
}

function snapshotIn(withMark: string, shown: string): Snapshot {
  const text = withMark.replace(/^\ufeff/, '')
  const refuse = (place: Place, problem: string): never => {
    throw refused(shown, { file: shown, ...place }, problem)
  }
  const document = parsed(text, () =>
    refuse(
      placeOfError(text),
      text.trim() === '' ? 'is empty' : 'is not JSON, or its end is missing',
    ),
  )
  return storedSnapshot(document, (path, problem) =>
    refuse(placeIn(text, path), `cannot be used: ${named(path)} ${problem}`),
  )
}

function parsed(text: string, otherwise: () => never): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise()
  }
}

/** `agents[3].role`. */
function named(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
  return path.length === 0 ? 'the document' : `\`${steps.join('').slice(1)}\``
}

function refused(shown: string, location: Location | null, problem: string): Failure {
  return new Failure(
    diagnostic({
      code: 'snapshot-unreadable',
      summary: `The snapshot ${shown} ${problem}.`,
      detail: 'A snapshot is one complete read of an account; a part of one is worth nothing.',
      advice: 'Take a new one with `rollcall snapshot`, or name another file.',
      location,
    }),
  )
}
