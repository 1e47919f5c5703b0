/** The checks of `rollcall doctor` that need no token: name, connection, TLS, redirect, version, clock. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isLoopback, removeBrackets } from '../../chatwoot/address.ts'
import type { RequestLine } from '../../chatwoot/client.ts'
import { PROFILE_PATH, VERSION_PATH } from '../../chatwoot/paths.ts'
import type { Servers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../../core/messages/diagnostic-records.ts'
import { isBefore, SINCE } from '../../core/model/server-version.ts'
import type { Check, CheckName } from '../../core/report/checkup.ts'
import { explainError } from '../../files/whole-file.ts'
import { attempt, type Checking, convertDiagnostic, fail, pass, warn } from './checks.ts'

export async function checkName({ baseUrl, network }: Connection): Promise<Check> {
  const host = removeBrackets(new URL(baseUrl).hostname)
  if (network.proxy !== null) return pass('name', `The proxy resolves the name ${host}.`)
  if (isIP(host)) return pass('name', `${host} is an IP address.`)
  try {
    const { address } = await lookup(host)
    return pass('name', `${host} resolves to ${address}.`)
  } catch (error) {
    return fail('name', `The name ${host} could not be resolved (${explainError(error)}).`, {
      advice: DIAGNOSTICS['network-name'].remedy,
    })
  }
}

/**
 * The check that a failure of the first request belongs to. Without a fault of the network, the server
 * is not Chatwoot.
 */
function getStage(code: DiagnosticCode): CheckName {
  const { shows, cause } = DIAGNOSTICS[code]
  if (shows === 'redirect' || shows === 'tls') return shows
  return cause === 'network' ? 'connection' : 'version'
}

/** Checks the server without a token. Returns false if no further check can succeed. */
export async function* checkServer(connection: Connection, servers: Servers): Checking<boolean> {
  const { decodeVersion } = await import('../../chatwoot/decode.ts')
  const { host, protocol } = new URL(connection.baseUrl)
  const lines: RequestLine[] = []
  const result = await attempt(() =>
    servers.use(
      { ...connection, token: null },
      async (client) => ({
        version: await client.get(VERSION_PATH, decodeVersion),
        ahead: client.clockAhead(),
      }),
      (line) => lines.push(line),
    ),
  )
  const stage = 'failure' in result ? getStage(result.failure.code) : null
  const stages: readonly (readonly [CheckName, () => Check])[] = [
    ['connection', () => pass('connection', `${host} answers.`)],
    ['tls', () => checkEncryption(protocol, connection)],
    // A redirect of this request alone says nothing about the others.
    ['redirect', () => checkRedirect(stage === 'redirect' ? [] : lines)],
  ]
  const answered = stage === 'redirect' || stage === 'version'
  const chatwoot = answered ? await findChatwoot(connection, servers) : null
  const failing = chatwoot === null ? stage : 'version'
  for (const [name, passed] of stages) {
    if ('failure' in result && name === failing) {
      yield convertDiagnostic(name, result.failure)
      return false
    }
    yield passed()
  }
  if ('failure' in result) {
    const failed = convertDiagnostic('version', result.failure)
    yield chatwoot === null ? failed : { ...failed, ...VERSION_NOT_GIVEN }
    if (chatwoot !== null) yield checkClock(chatwoot.ahead)
    return chatwoot !== null
  }
  yield checkVersion(result.value.version)
  yield checkClock(result.value.ahead)
  return true
}

/** A plan does not need the version, so a missing version must not end the checkup. */
const VERSION_NOT_GIVEN = {
  status: 'warn',
  summary: 'The server does not report its version. A plan does not need it.',
  advice: 'Allow GET /api, so that rollcall can check whether the version is too old.',
} as const

/** Null if the server is not Chatwoot: only Chatwoot refuses its profile in this way. */
async function findChatwoot(connection: Connection, servers: Servers) {
  return servers.use({ ...connection, token: null }, async (client) => {
    const result = await attempt(() => client.get(PROFILE_PATH, (body) => body))
    const refused = 'failure' in result && result.failure.code === 'token-not-received'
    return refused ? { ahead: client.clockAhead() } : null
  })
}

function checkRedirect(lines: readonly RequestLine[]): Check {
  const redirected = lines.find(({ status }) => status !== null && status >= 300 && status < 400)
  if (redirected === undefined) return pass('redirect', 'Requests are not redirected.')
  return warn('redirect', `The server redirects GET ${redirected.path} to another path.`, {
    detail: 'Every request of a read is redirected in the same way.',
    advice: 'Set the base URL to the address that the server redirects to.',
  })
}

function checkEncryption(protocol: string, { baseUrl, network }: Connection): Check {
  if (protocol === 'https:') {
    const ignored = network.trustAllAsked ? ' rollcall ignores NODE_TLS_REJECT_UNAUTHORIZED=0.' : ''
    return pass('tls', `https, with a trusted certificate.${ignored}`)
  }
  if (isLoopback(baseUrl)) return pass('tls', 'Plain http, which does not leave this machine.')
  return warn('tls', 'Plain http: others on the network can read the token.', {
    advice: 'Use an address that begins with https://.',
  })
}

function checkVersion(version: string): Check {
  if (!isBefore(version, SINCE.api)) return pass('version', `Chatwoot ${version}.`)
  return fail('version', `Chatwoot ${version} is too old.`, {
    advice: `Update the server: rollcall needs ${SINCE.api} or later.`,
  })
}

const CLOSE_MS = 30_000

function checkClock(ahead: number | null): Check {
  if (ahead === null) {
    return pass('clock', 'The server does not report its time. rollcall does not need it.')
  }
  if (Math.abs(ahead) <= CLOSE_MS)
    return pass('clock', 'The clocks differ by less than half a minute.')
  const distance = `${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead' : 'behind'}`
  return warn('clock', `The clock of the server is ${distance}.`, {
    detail:
      'rollcall then waits too long or not long enough for a rate limit, and dates of a policy may take effect early or late.',
    advice: 'Synchronise the clock of this machine or of the server with NTP.',
  })
}
