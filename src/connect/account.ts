/**
 * From settings to a complete read of one account: the step that every command shares which looks
 * at a server. What is read is judged elsewhere.
 */
import type { Client, RequestLine } from '../chatwoot/client.ts'
import { type Diagnostic, diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { type Servers, withServers } from './servers.ts'
import { type Connection, resolveSettings } from './settings.ts'

export type ConnectionFlags = Values<typeof CONNECTION_OPTIONS>

interface Observer {
  /** Told of every request as it ends. */
  readonly onRequest?: (request: RequestLine) => void
}

interface Wanted extends Observer {
  /** Whether the names of custom roles are wanted, which only an administrator may read. */
  readonly customRoleNames: boolean
}

/** Where a policy, if there is one, and the settings lead. A Failure says everything that is wrong. */
export async function requireConnection(
  policy: Policy | null,
  flags: ConnectionFlags,
  world: World,
): Promise<Connection> {
  const { connection, problems } = await resolveSettings(policy, flags, world)
  if (connection === null) throw new Failure(...problems)
  return connection
}

/** Throws a Failure where not everything could be read. */
export async function readFrom(
  servers: Servers,
  connection: Connection,
  { customRoleNames, onRequest }: Wanted,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  // Loaded here, so that a run that ends before it needs the network never pays for it.
  const { readSnapshot } = await import('../chatwoot/read.ts')
  const read = (client: Client) =>
    readSnapshot(client, {
      accountId: connection.accountId,
      customRoleNames,
      concurrency: flags.concurrency,
      now: world.now,
      origin: connection.origin,
    })
  return servers.use(connection, read, onRequest)
}

/** The same for a run that reads one account. */
export async function readAccount(
  connection: Connection,
  wanted: Wanted,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  const read = (servers: Servers) => readFrom(servers, connection, wanted, flags, world)
  return withServers(flags, world, read)
}

/** Null where the server does not say. */
export async function readServerVersion(
  servers: Servers,
  connection: Connection,
  { onRequest }: Observer,
): Promise<string | null> {
  const { decodeVersion } = await import('../chatwoot/decode.ts')
  const read = (client: Client) => client.get('/api', decodeVersion)
  try {
    return await servers.use(connection, read, onRequest)
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

/** What is worth saying about settings that work. */
export function listWarnings(flags: ConnectionFlags): readonly Diagnostic[] {
  if (flags['chatwoot-api-token'] === null) return []
  return [
    diagnostic({
      code: 'settings-token-on-command-line',
      summary:
        'The access token was given on the command line, where other users of this machine can read it.',
    }),
  ]
}
