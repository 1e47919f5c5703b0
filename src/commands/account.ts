/**
 * One account over the network: connect, read all of it, close. For every command that reads one;
 * where to read is decided in settings.ts.
 */
import type { Client, RequestLine } from '../chatwoot/client.ts'
import { type Diagnostic, diagnostic, Failure } from '../core/diagnostic.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Values } from './arguments.ts'
import type { CONNECTION_OPTIONS } from './options.ts'
import type { Connection } from './settings.ts'
import { USER_AGENT } from './tool.ts'
import type { World } from './world.ts'

type Flags = Values<typeof CONNECTION_OPTIONS>

interface Observer {
  /** Told of every request as it ends. */
  readonly onRequest?: (request: RequestLine) => void
}

interface Wanted extends Observer {
  /** Whether the names of custom roles are wanted, where the token may read them. */
  readonly customRoleNames: boolean
}

/** Throws a Failure where not everything could be read. */
export async function readAccount(
  connection: Connection,
  { customRoleNames, ...observer }: Wanted,
  flags: Flags,
  world: World,
): Promise<Snapshot> {
  const { readSnapshot } = await import('../chatwoot/read.ts')
  return connected(connection, observer, flags, world, (client) =>
    readSnapshot(client, {
      accountId: connection.accountId,
      customRoleNames,
      concurrency: flags.concurrency,
      now: world.now,
      origin: connection.origin,
    }),
  )
}

/** Null where the server does not say. */
export async function readServerVersion(
  connection: Connection,
  observer: Observer,
  flags: Flags,
  world: World,
): Promise<string | null> {
  const { decodeVersion } = await import('../chatwoot/decode.ts')
  try {
    return await connected(connection, observer, flags, world, (client) =>
      client.get('/api', decodeVersion),
    )
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

async function connected<T>(
  connection: Connection,
  observer: Observer,
  flags: Flags,
  world: World,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  // Loaded here, so that a run that ends before it needs the network never pays for it.
  const { openClient } = await import('../chatwoot/client.ts')
  const client = openClient({
    ...observer,
    baseUrl: connection.baseUrl,
    token: connection.token,
    userAgent: USER_AGENT,
    connections: flags.concurrency,
    timeoutMs: flags.timeout,
    now: world.now,
    sleep: world.sleep,
    random: world.random,
    onWait: (text) => void world.stderr.write(`${text}\n`),
    signal: world.signal,
  })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** What is not wrong with the settings, but unwise. */
export function warnings(flags: Flags): readonly Diagnostic[] {
  if (flags['chatwoot-api-token'] === null) return []
  return [
    diagnostic({
      code: 'settings-token-on-command-line',
      severity: 'warning',
      summary:
        'The access token was given on the command line, where other users of this machine can read it.',
      advice: 'Use CHATWOOT_API_TOKEN or --api-token-file.',
    }),
  ]
}
