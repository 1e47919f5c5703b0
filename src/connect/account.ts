/**
 * Reads one whole account with the given settings. Every command that reads a server uses it. Does
 * not judge what it reads.
 */
import type { Client, RequestLine } from '../chatwoot/client.ts'
import type { Parts } from '../chatwoot/read.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { type Servers, withServers } from './servers.ts'
import { type Connection, resolveSettings } from './settings.ts'

export type ConnectionFlags = Values<typeof CONNECTION_OPTIONS>

interface Observer {
  /** Called after every request. */
  readonly onRequest?: (request: RequestLine) => void
}

interface Wanted extends Observer, Parts {}

/** Only what is always read. */
export const NO_PARTS: Parts = { inboxes: false, customRoles: 'none', version: false }

/** Everything that the token may see. */
export const ALL_PARTS: Parts = { inboxes: true, customRoles: 'all', version: false }

/** The server, account and token to use. Throws a Failure with every error in the settings. */
export async function requireConnection(
  policy: Policy | null,
  flags: ConnectionFlags,
  world: World,
): Promise<Connection> {
  const { connection, problems } = await resolveSettings(policy, flags, world)
  if (connection === null) throw new Failure(...problems)
  return connection
}

/** Throws a Failure if not everything could be read. */
export async function readFrom(
  servers: Servers,
  connection: Connection,
  { onRequest, ...parts }: Wanted,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  // Loaded late, so that a run that never uses the network does not have to load it.
  const { readSnapshot } = await import('../chatwoot/read.ts')
  const read = (client: Client) =>
    readSnapshot(client, {
      accountId: connection.accountId,
      ...parts,
      concurrency: flags.concurrency,
      now: world.now,
      origin: connection.origin,
    })
  return servers.use(connection, read, onRequest)
}

/** The same, for a run that reads only one account. */
export async function readAccount(
  connection: Connection,
  wanted: Wanted,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  const read = (servers: Servers) => readFrom(servers, connection, wanted, flags, world)
  return withServers(flags, world, read)
}

/** Warnings about settings that work. */
export function listWarnings(flags: ConnectionFlags): readonly Diagnostic[] {
  if (flags['chatwoot-api-token'] === null) return []
  return [
    makeDiagnostic({
      code: 'settings-token-on-command-line',
      summary:
        'The access token is on the command line, where other users of this machine can read it.',
    }),
  ]
}
