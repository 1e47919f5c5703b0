/**
 * The servers of one run: one pool of connections and one rate budget for each, shared by all
 * accounts on it. Opened when first needed.
 */
import type { Client, Server } from '../chatwoot/client.ts'
import type { Values } from './arguments.ts'
import type { CONNECTION_OPTIONS } from './options.ts'
import type { Connection } from './settings.ts'
import { USER_AGENT } from './tool.ts'
import { type Watch, watch } from './watch.ts'
import type { World } from './world.ts'

export interface Servers {
  /** Works with a client for one account, and closes it. Its deadline begins now. */
  readonly use: <T>(connection: Connection, work: (client: Client) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export function openServers(flags: Values<typeof CONNECTION_OPTIONS>, world: World): Servers {
  const servers = new Map<string, Server>()
  /** Accounts are read one after the other: at most one is watched. */
  let watching: Watch | null = null

  async function serverAt({ baseUrl, network, headers }: Connection): Promise<Server> {
    const known = servers.get(baseUrl)
    if (known) return known
    // Loaded here, so that a run that ends before it needs the network never pays for it.
    const { openServer } = await import('../chatwoot/client.ts')
    const server = openServer({
      baseUrl,
      userAgent: USER_AGENT,
      connections: flags.concurrency,
      maxRpm: flags['max-rpm'],
      network,
      headers,
      now: world.now,
      sleep: world.sleep,
      random: world.random,
      onWait: (text) => watching?.onWait(text),
      onRequest: (line) => watching?.onRequest(line),
      signal: world.signal,
    })
    servers.set(baseUrl, server)
    return server
  }

  return {
    use: async (connection, work) => {
      const server = await serverAt(connection)
      const watched = await watch(connection.accountId, flags, world)
      watching = watched
      let client: Client | null = null
      try {
        const { token } = connection
        const { timeout: timeoutMs } = flags
        client = server.client({ token, timeoutMs, onProgress: watched.onProgress })
        return await work(client)
      } finally {
        await client?.close()
        watched.close()
      }
    },
    close: async () => {
      for (const server of servers.values()) await server.close()
    },
  }
}
