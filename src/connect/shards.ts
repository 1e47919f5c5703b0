/**
 * Decides which shard of a run reads which account of a fleet, by rendezvous hashing: every shard
 * gets a score for the account, and the highest wins. So adding or removing an account does not move
 * the others, and all shards agree without talking to each other.
 */
import { createHash } from 'node:crypto'
import type { FleetAccount } from '../core/model/fleet.ts'
import type { Shard } from '../shell/values.ts'

type Place = Pick<FleetAccount, 'server' | 'account'>

export function isInShard(place: Place, { index, of }: Shard): boolean {
  const scores = Array.from({ length: of }, (_, at) => computeScore(place, at + 1))
  const [highest = ''] = scores.toSorted().reverse()
  return scores.indexOf(highest) === index - 1
}

function computeScore({ server, account }: Place, shard: number): string {
  const text = `${server.value.origin}\n${account.value}\n${shard}`
  return createHash('sha256').update(text).digest('hex')
}
