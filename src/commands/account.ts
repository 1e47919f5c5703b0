/**
 * From settings to a complete read of one account: the step that every command shares which looks
 * at a server. What is read is judged elsewhere.
 */
import { type Diagnostic, diagnostic, Failure } from '../core/diagnostic.ts'
import type { Policy } from '../core/policy.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Values } from './arguments.ts'
import type { CONNECTION_OPTIONS } from './options.ts'
import { openServers, type Servers } from './servers.ts'
import { type Connection, settle } from './settings.ts'
import type { World } from './world.ts'

export type ConnectionFlags = Values<typeof CONNECTION_OPTIONS>

/** Where a policy, if there is one, and the settings lead. A Failure says everything that is wrong. */
export async function settled(
  policy: Policy | null,
  flags: ConnectionFlags,
  world: World,
): Promise<Connection> {
  const { connection, problems } = await settle(policy, flags, world)
  if (connection === null) throw new Failure(...problems)
  return connection
}

/** `customRoleNames`: whether the names are wanted, which only an administrator may read. */
export async function readFrom(
  servers: Servers,
  connection: Connection,
  customRoleNames: boolean,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  // Loaded here, so that a run that ends before it needs the network never pays for it.
  const { readSnapshot } = await import('../chatwoot/read.ts')
  return servers.use(connection, (client) =>
    readSnapshot(client, {
      accountId: connection.accountId,
      customRoleNames,
      concurrency: flags.concurrency,
      now: world.now,
      origin: connection.origin,
    }),
  )
}

/** The same for a run that reads one account. */
export async function readAccount(
  connection: Connection,
  customRoleNames: boolean,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  const servers = openServers(flags, world)
  try {
    return await readFrom(servers, connection, customRoleNames, flags, world)
  } finally {
    await servers.close()
  }
}

/** What is worth saying about settings that work. */
export function warnings(flags: ConnectionFlags): readonly Diagnostic[] {
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

/** Today as `YYYY-MM-DD`, UTC. */
export function today({ now }: World): string {
  return now().toISOString().slice(0, 10)
}
