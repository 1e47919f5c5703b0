/** Reads a file of `rollcall snapshot`, or reports what is wrong with it and where. */
import { type Failure, makeFailure } from '../core/messages/diagnostic.ts'
import type { Location } from '../core/model/location.ts'
import { parseSnapshot } from '../core/model/parse-snapshot.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { readNamed, showName } from '../policy/read/named-file.ts'
import { makeUsageFailure } from '../shell/command.ts'
import type { World } from '../shell/world.ts'
import { parseJsonBytes } from './json-file.ts'
import { explainError } from './whole-file.ts'

/** An account of 100,000 agents takes about 25 MB. */
export const LARGEST_SNAPSHOT = 256 * 1024 * 1024

/** Throws a Failure with one diagnostic. */
export async function readSnapshotFile(name: string, world: World): Promise<Snapshot> {
  const shown = showName(name)
  let bytes: Uint8Array | null
  try {
    bytes = await readNamed(name, LARGEST_SNAPSHOT, world)
  } catch (error) {
    throw makeUsageFailure(
      `The snapshot ${shown} cannot be read (${explainError(error)}).`,
      'Use a file that `rollcall snapshot -o FILE` wrote.',
    )
  }
  if (bytes === null) throw describeUnreadable(shown, null, 'is too large')
  return parseSnapshotBytes(bytes, shown)
}

/** Throws a Failure with one diagnostic. */
export function parseSnapshotBytes(bytes: Uint8Array, shown: string): Snapshot {
  const fail = (location: Location, problem: string) => describeUnreadable(shown, location, problem)
  return parseJsonBytes(bytes, shown, fail, parseSnapshot)
}

function describeUnreadable(shown: string, location: Location | null, problem: string): Failure {
  return makeFailure({
    code: 'snapshot-unreadable',
    summary: `The snapshot ${shown} ${problem}.`,
    detail: 'rollcall uses only complete snapshots: a missing part could hide people.',
    location,
  })
}
