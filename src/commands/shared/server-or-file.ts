/** For commands that need no policy: an account from a server, or from a file of `rollcall snapshot`. */
import { type AccountParts, type ConnectionFlags, readAccount } from '../../connect/account.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { World } from '../../shell/world.ts'

/** Throws a Failure if the snapshot of the file is of another account than the settings name. */
export async function readServerOrFile(
  file: string | null,
  wanted: AccountParts,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  if (file === null) return readAccount(null, wanted, flags, world)
  // Loaded late, because a run with a server does not need it.
  const { openOffline } = await import('./offline.ts')
  return openOffline(null, file, flags, null, world)
}
