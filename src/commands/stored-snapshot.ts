/** For commands that need no policy: an account from a file of `rollcall snapshot` instead of a server. */
import type { ConnectionFlags } from '../connect/account.ts'
import { Failure } from '../core/messages/diagnostic.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { readSnapshotFile } from '../files/snapshot-file.ts'
import { showName } from '../policy/read/named-file.ts'
import type { World } from '../shell/world.ts'
import { checkSameAccount } from './plan/offline.ts'

/** Throws a Failure if it is of another account than the settings name. */
export async function readStoredSnapshot(
  name: string,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  const snapshot = await readSnapshotFile(name, world)
  const named = { account: null, server: null }
  const problems = checkSameAccount(named, snapshot, showName(name), flags, world)
  if (problems.length > 0) throw new Failure(...problems)
  return snapshot
}
