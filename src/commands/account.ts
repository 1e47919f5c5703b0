/**
 * One account over the network: connect, read all of it, close. For every command that reads one;
 * where to read is decided in settings.ts.
 */
import type { RequestLine } from '../chatwoot/client.ts'
import { type Diagnostic, diagnostic } from '../core/diagnostic.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Values } from './arguments.ts'
import type { CONNECTION_OPTIONS } from './options.ts'
import type { Connection } from './settings.ts'
import { USER_AGENT } from './tool.ts'
import type { World } from './world.ts'

type Flags = Values<typeof CONNECTION_OPTIONS>

export interface Extras {
  /** Whether the names of custom roles are wanted, where the token may read them. */
  readonly customRoleNames: boolean
  /** Told of every request as it ends. */
  readonly onRequest?: (request: RequestLine) => void
}

/** Throws a Failure where not everything could be read. */
export async function readAccount(
  connection: Connection,
  { customRoleNames, ...observer }: Extras,
  flags: Flags,
  world: World,
): Promise<Snapshot> {
  // Loaded here, so that a run that ends before it needs the network never pays for it.
  const [{ openClient }, { readSnapshot }] = await Promise.all([
    import('../chatwoot/client.ts'),
    import('../chatwoot/read.ts'),
  ])
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
    return await readSnapshot(client, {
      accountId: connection.accountId,
      customRoleNames,
      concurrency: flags.concurrency,
      now: world.now,
      origin: connection.origin,
    })
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
