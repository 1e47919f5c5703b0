/**
 * Detects a server that pages its lists, because the first page must not count as the whole list. A
 * list with the usual length of a page is requested again with `?page=2`. A server without pages
 * ignores this and sends the same list.
 */
import { makeFailure } from '../core/messages/diagnostic.ts'
import type { Client } from './client.ts'
import type { Decode } from './reply.ts'

const USUAL: readonly number[] = [15, 20, 25, 50, 100, 200, 250, 500, 1000]

export type PagingGuard = ReturnType<typeof makePagingGuard>

export function makePagingGuard(client: Client) {
  // Check only one list of each kind and length: the same code of the server answers for every team,
  // and 2,000 teams with 50 members must not need 2,000 more requests.
  const checked = new Set<string>()

  /** Checks one list. @param identity the same text for the same person or thing */
  return async <E>(
    kind: string,
    path: string,
    entries: readonly E[],
    decode: Decode<readonly E[]>,
    identity: (entry: E) => string,
  ): Promise<void> => {
    const key = `${kind} ${entries.length}`
    if (!USUAL.includes(entries.length) || checked.has(key)) return
    checked.add(key)
    let requestId: string | null = null
    const again = await client.get(`${path}?page=2`, (body, refuse, source) => {
      requestId = source.requestId
      return decode(body, refuse, source)
    })
    const known = new Set(entries.map(identity))
    const same = again.length === entries.length && again.every((each) => known.has(identity(each)))
    if (same) return
    throw makeFailure({
      code: 'read-paging',
      summary: `The list of ${kind} may be incomplete: its length of ${entries.length} is typical of a page, and page 2 is a different list.`,
      detail: `GET ${path} has ${entries.length} entries, GET ${path}?page=2 has ${again.length}, and they are different.`,
      requestId,
    })
  }
}
