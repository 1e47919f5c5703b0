/**
 * Finds accounts of one fleet file that conflict: the same name or account twice, one token for two
 * servers, different connections to one server. fleet.ts checks each account alone.
 */
import { normalize } from 'node:path'
import type { FleetAccount } from '../../core/model/fleet.ts'
import { foldName } from '../../core/model/names.ts'
import { formatPlace, type Problems, quoteName, report } from './problems.ts'
import type { Span } from './source-text.ts'
import { getValue, type MapNode } from './tree.ts'

/** With where it is written, for checks of several accounts together. */
export interface PlacedAccount {
  readonly account: FleetAccount
  readonly map: MapNode
}

/** Of the value of a key, or of the account that does not have it. */
export function findAccountPlace(map: MapNode, key: string): Span {
  const node = getValue(map, key)
  return node?.kind === 'scalar' ? node.span : map.span
}

/** Compares each account with the first one that it conflicts with. */
export function reportClashes(problems: Problems, accounts: readonly PlacedAccount[]): void {
  const makeFirst = () => {
    const known = new Map<string, PlacedAccount>()
    return (key: string, read: PlacedAccount): PlacedAccount | null => {
      const first = known.get(key) ?? null
      if (first === null) known.set(key, read)
      return first
    }
  }
  const [byName, byAccount] = [makeFirst(), makeFirst()]
  const [byToken, byServer] = [makeFirst(), makeFirst()]
  for (const read of accounts) {
    const { account, map } = read
    const { server, token } = account
    const complain = (key: string, summary: string, advice: string, detail: string | null = null) =>
      report(problems, 'policy-duplicate-entry', findAccountPlace(map, key), {
        summary,
        advice,
        detail,
      })
    const name = quoteName(account.name)
    const namesake = byName(foldName(account.name), read)
    if (namesake !== null) {
      const place = formatPlace(problems, findAccountPlace(namesake.map, 'name'))
      complain(
        'name',
        `The name ${name} is already used at ${place}${namesake.account.name === account.name ? '' : ` as ${quoteName(namesake.account.name)}`}.`,
        'Give each account its own name.',
      )
    }
    const twin = byAccount(`${account.account.value} ${server.value.origin}`, read)
    if (twin !== null) {
      complain(
        'account',
        `${name} is the same account as ${quoteName(twin.account.name)}: account ${account.account.value} on ${server.value.origin}.`,
        'List each account once.',
      )
    }
    const source = token.from === 'token_env' ? token.value : normalize(token.value)
    const sharer = byToken(`${token.from} ${source}`, read)
    if (sharer !== null && sharer.account.server.value.origin !== server.value.origin) {
      complain(
        token.from,
        `${name} has the same \`${token.from}\` as ${quoteName(sharer.account.name)}, but is on another server.`,
        'Use a different token for each server.',
        'The token of one server must never be sent to another.',
      )
    }
    const neighbour = byServer(server.value.origin, read)
    for (const [key, part] of [
      ['ca_file', 'caFile'],
      ['header_file', 'headerFile'],
    ] as const) {
      if (neighbour === null || neighbour.account[part]?.value === account[part]?.value) continue
      complain(
        key,
        `${name} has a different \`${key}\` from ${quoteName(neighbour.account.name)}, which is on the same server.`,
        'Write the same in both, or remove it from both.',
        'All accounts of one server share their connections.',
      )
    }
  }
}
