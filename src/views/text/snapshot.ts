/** What `rollcall snapshot` says about the files that it wrote. */
import { count, countGroups } from '../../core/messages/phrase.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { describeReading } from '../../core/report/report.ts'
import type { FleetSnapshots } from '../../core/report/snapshot-failure.ts'
import { shorten } from './layout.ts'

export function describeSnapshotFile(taken: Snapshot, file: string): string {
  const { agents, groups } = describeReading(taken, null)
  const numbers = [count(agents, 'agent'), ...countGroups(groups)].join(', ')
  return `Wrote ${shorten(file)}: account ${taken.account.id} on ${taken.server}, ${numbers}.\n`
}

/** @param shard of the fleet; null: all of it */
export function describeFleetFolder(
  { taken, failed }: FleetSnapshots,
  shard: { readonly index: number; readonly of: number } | null,
  folder: string,
): string {
  const part = shard === null ? '' : `Shard ${shard.index} of ${shard.of}: `
  const bad = failed === 0 ? '' : `, ${count(failed, 'account')} failed`
  return `${part}${count(taken, 'snapshot')} in ${shorten(folder)}${bad}.\n`
}
