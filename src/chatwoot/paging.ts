/**
 * The day a server begins to page its lists, a first page must not pass for the whole list. A list
 * as long as a page usually is, is asked for once more with `?page=2`: a server without pages
 * ignores that and answers the same. Draws no conclusion but that one.
 */
import { diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { Client } from './client.ts'
import type { Decode } from './reply.ts'

const USUAL: readonly number[] = [15, 20, 25, 50, 100, 200, 250, 500, 1000]

/** Checks one list. `same` tells whether two entries are the same person or thing. */
export type PagingGuard = <E>(
  kind: string,
  path: string,
  entries: readonly E[],
  decode: Decode<readonly E[]>,
  identity: (entry: E) => string,
) => Promise<void>

/** The guard of one read. */
export function makePagingGuard(client: Client): PagingGuard {
  // One list of a kind and length stands for all: the same code of the server answers every team,
  // and 2,000 teams of 50 must not cost 2,000 more requests.
  const asked = new Set<string>()

  return async (kind, path, entries, decode, identity) => {
    const key = `${kind} ${entries.length}`
    if (!USUAL.includes(entries.length) || asked.has(key)) return
    asked.add(key)
    let requestId: string | null = null
    const again = await client.get(`${path}?page=2`, (body, refuse, source) => {
      requestId = source.requestId
      return decode(body, refuse, source)
    })
    const known = new Set(entries.map(identity))
    const same = again.length === entries.length && again.every((each) => known.has(identity(each)))
    if (same) return
    throw new Failure(
      diagnostic({
        code: 'read-paging',
        summary: `The list of ${kind} may go on: its length of ${entries.length} is that of a page, and asking for page 2 gives another list.`,
        detail: `GET ${path} has ${entries.length} entries, GET ${path}?page=2 has ${again.length}, and they are not the same.`,
        requestId,
      }),
    )
  }
}
