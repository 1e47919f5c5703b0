/**
 * Decides which shard of a run reads which account of a fleet, by rendezvous hashing: every shard
 * gets a score for the account, and the highest wins. So adding or removing an account does not move
 * the others, and all shards agree without talking to each other.
 */
import { createHash } from 'node:crypto'
import type { FleetAccount } from '../core/model/fleet.ts'

export interface Shard {
  /** From 1. */
  readonly index: number
  readonly of: number
}

/** @param text as `--shard` accepts it */
export function parseShard(text: string): Shard {
  const [index = 1, of = 1] = text.split('/').map(Number)
  return { index, of }
}

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
