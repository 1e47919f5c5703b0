/**
 * Reads one whole account with the given settings. Every command that reads a server uses it. Does
 * not judge what it reads.
 */
import type { Client, RequestLine } from '../chatwoot/client.ts'
import type { Parts } from '../chatwoot/read.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { joinWords, KINDS } from '../core/model/kinds.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { readArguments, type Values } from '../shell/arguments.ts'
import { type ACTIVITY_OPTIONS, CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { type Servers, withServers } from './servers.ts'
import { type Connection, resolveSettings } from './settings.ts'

export type ConnectionFlags = Values<typeof CONNECTION_OPTIONS>

export interface AccountParts extends Parts {
  /** How many days of the audit log to read; null or absent: none. */
  readonly activityDays?: number | null
}

interface Wanted extends AccountParts {
  readonly onRequest?: (request: RequestLine) => void
}

/** Only what is always read. */
export const NO_PARTS: Parts = { groups: new Set(), customRoles: 'none', version: false }

/** Everything that the token may see. */
export const ALL_PARTS: Parts = { groups: new Set(KINDS), customRoles: 'all', version: false }

/** Throws a Failure if not everything could be read. */
export async function readFrom(
  servers: Servers,
  connection: Connection,
  { onRequest, activityDays = null, ...parts }: Wanted,
): Promise<Snapshot> {
  // Loaded late, so that a run that never uses the network does not have to load it.
  const { readSnapshot } = await import('../chatwoot/read.ts')
  const { accountId, origin } = connection
  const read = (client: Client) => readSnapshot(client, { accountId, ...parts, origin })
  if (activityDays === null) return servers.use(connection, read, onRequest)
  const { openAuditLog, readActivity } = await import('../chatwoot/read-activity.ts')
  // Each has a deadline of its own, so that a log that hangs does not fail the account.
  let requests = 0
  const use = <T>(work: (client: Client) => Promise<T>) =>
    servers.use(
      connection,
      async (client) => {
        const result = await work(client)
        requests += client.requests()
        return result
      },
      onRequest,
    )
  const log = await use((client) => openAuditLog(client, accountId))
  const snapshot = await use(read)
  const wanted = { accountId, days: activityDays }
  const activity = await use((client) => readActivity(client, log, snapshot, wanted))
  return { ...snapshot, requests, activity }
}

export type ActivityFlags = Values<typeof ACTIVITY_OPTIONS>

/** For commands without these options. */
export const NO_ACTIVITY: ActivityFlags = { activity: false, 'activity-days': null }

/** How many days of the audit log to read for these options and rules. Null: none. */
export function chooseActivityDays(
  { activity, 'activity-days': days }: ActivityFlags,
  rules: Policy['rules'] | null,
): number | null {
  const needed = Math.max(rules?.dormantDays?.value ?? 0, rules?.inviteMaxDays?.value ?? 0)
  if (!activity && days === null && needed === 0) return null
  return Math.max(needed, days ?? USUAL_ACTIVITY_DAYS)
}

const USUAL_ACTIVITY_DAYS = 90

/**
 * `readFrom` for a run that reads only the account that the settings name. Throws a Failure with every
 * error in the settings.
 */
export async function readAccount(
  policy: Policy | null,
  wanted: Wanted,
  flags: ConnectionFlags,
  world: World,
): Promise<Snapshot> {
  const { connection, problems } = await resolveSettings(policy, flags, world)
  if (connection === null) throw new Failure(...problems)
  return withServers(flags, world, (servers) => readFrom(servers, connection, wanted))
}

interface FileFlags extends ConnectionFlags {
  readonly snapshot?: string | null
  readonly snapshots?: string | null
}

/** Warnings about settings that are insecure or have no effect. */
export function listWarnings(flags: FileFlags): readonly Diagnostic[] {
  const unused = describeUnused(flags)
  if (flags['chatwoot-api-token'] === null) return unused
  return [
    makeDiagnostic({
      code: 'settings-token-on-command-line',
      summary:
        'The access token is on the command line, where other users of this machine can read it.',
    }),
    ...unused,
  ]
}

/** Options that say how a server is read. */
const READING = [
  'api-token-file',
  'chatwoot-api-token',
  'concurrency',
  'timeout',
  'retry-for',
  'max-rpm',
  'ca-file',
  'header-file',
] as const

/** Somebody who gives such an option with a file may believe that a server was read. */
function describeUnused(flags: FileFlags): readonly Diagnostic[] {
  const file = (['snapshot', 'snapshots'] as const).find((name) => (flags[name] ?? null) !== null)
  const usual = readArguments([], CONNECTION_OPTIONS, '').values
  const unused = READING.filter((name) => flags[name] !== usual[name])
  if (file === undefined || unused.length === 0) return []
  const named = joinWords(
    'and',
    unused.map((name) => `--${name}`),
  )
  const effect = unused.length === 1 ? 'has no effect' : 'have no effect'
  const summary = `${named} ${effect} with --${file}: this run reads no server.`
  return [makeDiagnostic({ code: 'settings-unused', summary })]
}
