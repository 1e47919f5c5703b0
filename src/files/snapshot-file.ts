/** A file that `rollcall snapshot` wrote → Snapshot, or what is wrong with it and where. */
import { diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { Location } from '../core/model/location.ts'
import { type Path, storedSnapshot } from '../core/model/parse-snapshot.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { readNamed, shownAs } from '../policy/read/named.ts'
import { misused } from '../shell/command.ts'
import type { World } from '../shell/world.ts'
import { type Place, placeIn, placeOfError } from './json-place.ts'
import { reasonOf } from './whole-file.ts'

/** An account of 100,000 agents takes about 25 MB. */
export const LARGEST_SNAPSHOT = 256 * 1024 * 1024

/** Throws a Failure with one diagnostic. */
export async function readSnapshotFile(name: string, world: World): Promise<Snapshot> {
  const shown = shownAs(name)
  let bytes: Uint8Array | null
  try {
    bytes = await readNamed(name, LARGEST_SNAPSHOT, world)
  } catch (error) {
    throw misused(
      `The snapshot ${shown} cannot be read (${reasonOf(error)}).`,
      'Name a file that `rollcall snapshot -o FILE` wrote.',
    )
  }
  if (bytes === null) throw refused(shown, null, 'is too large for one')
  return snapshotIn(bytes, shown)
}

/** Throws a Failure with one diagnostic. */
export function snapshotIn(bytes: Uint8Array, shown: string): Snapshot {
  const withMark = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
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
      location,
    }),
  )
}
