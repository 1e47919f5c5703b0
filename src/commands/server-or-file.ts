/** For commands that need no policy: an account from a server, or from a file of `rollcall snapshot`. */
import { type AccountParts, type ConnectionFlags, readAccount } from '../connect/account.ts'
import { Failure } from '../core/messages/diagnostic.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { showName } from '../policy/read/named-file.ts'
import type { World } from '../shell/world.ts'

/** Throws a Failure if the snapshot of the file is of another account than the settings name. */
export async function readServerOrFile(
  file: string | null,
  wanted: AccountParts,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  if (file === null) return readAccount(null, wanted, flags, world)
  // Loaded late, because a run with a server does not need them.
  const { readSnapshotFile } = await import('../files/snapshot-file.ts')
  const { checkSameAccount } = await import('./plan/offline.ts')
  const snapshot = await readSnapshotFile(file, world)
  const named = { account: null, server: null }
  const problems = checkSameAccount(named, snapshot, showName(file), flags, world)
  if (problems.length > 0) throw new Failure(...problems)
  return snapshot
}
