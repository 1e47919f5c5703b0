/**
 * The servers of one run. All accounts on a server share one connection pool and one rate limit. A
 * server is opened when it is first needed.
 */
import { isLoopback } from '../chatwoot/address.ts'
import type {
  Client,
  ClientOptions,
  RequestLine,
  Server,
  WritingOptions,
} from '../chatwoot/client.ts'
import type { Writer } from '../chatwoot/writer.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import { USER_AGENT } from '../shell/tool.ts'
import type { World } from '../shell/world.ts'
import type { Connection } from './settings.ts'
import { watch } from './watch.ts'

type Access = Omit<Connection, 'token'> & Pick<ClientOptions, 'token' | 'spelling'>

export interface Servers {
  /** Gives the work a client for one account, and closes it after. The deadline starts now. */
  readonly use: <T>(
    access: Access,
    work: (client: Client) => Promise<T>,
    onRequest?: (line: RequestLine) => void,
  ) => Promise<T>
  /** For `apply` alone: sends what `allows` allows. The caller must close it. */
  readonly openWriter: (
    access: Connection,
    options: Omit<WritingOptions, 'token'>,
  ) => Promise<Writer>
  readonly close: () => Promise<void>
}

type Flags = Values<typeof CONNECTION_OPTIONS> & {
  /** Whether a run over a fleet reads other servers at the same time. */
  readonly sideBySide?: boolean
}

/** Closes all servers after the work, even if the work fails. */
export async function withServers<T>(
  flags: Flags,
  world: World,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  const servers = openServers(flags, world)
  try {
    return await work(servers)
  } finally {
    await servers.close()
  }
}

/** Short on a terminal, because somebody waits there; none for a server on this machine. */
function chooseRetryTime(baseUrl: string, { stderr }: World): number {
  if (isLoopback(baseUrl)) return 0
  return stderr.isTerminal ? 5_000 : 60_000
}

function openServers(flags: Flags, world: World): Servers {
  const servers = new Map<string, Server>()
  /** Only one at a time, because accounts are read one after the other. */
  let watching: Awaited<ReturnType<typeof watch>> | null = null

  async function openServerAt({ baseUrl, network, headers }: Access): Promise<Server> {
    const known = servers.get(baseUrl)
    if (known) return known
    // Loaded late, so that a run that never uses the network does not have to load it.
    const { openServer } = await import('../chatwoot/client.ts')
    const server = openServer({
      baseUrl,
      userAgent: USER_AGENT,
      connections: flags.concurrency,
      maxRpm: flags['max-rpm'],
      retryForMs: flags['retry-for'] ?? chooseRetryTime(baseUrl, world),
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
    use: async (access, work, onRequest) => {
      const server = await openServerAt(access)
      const watched = await watch(access, flags, world, onRequest)
      watching = watched
      let client: Client | null = null
      try {
        const { onProgress } = watched
        client = server.client({ ...access, timeoutMs: flags.timeout, onProgress })
        return await work(client)
      } finally {
        await client?.close()
        watched.close()
      }
    },
    openWriter: async (access, options) =>
      (await openServerAt(access)).writer({ ...options, token: access.token }),
    close: async () => {
      for (const server of servers.values()) await server.close()
    },
  }
}
