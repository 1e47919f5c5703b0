/**
 * Explains failures below HTTP, of the server and of a proxy: connections, names, certificates,
 * incomplete bodies and the deadline. Uses only the code of an error, because errors of the transport
 * may contain headers.
 */
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { count } from '../core/messages/phrase.ts'
import { formatHostAndPort } from './address.ts'
import type { Network, ProxyServer } from './proxy.ts'

export interface Fault {
  readonly diagnostic: Diagnostic
  /** Whether an immediate retry may help. */
  readonly again: boolean
  /** Whether a server that restarts fails like this. */
  readonly outage?: true
}

/** The meaning of an error code of the transport, for the server and for a proxy. */
type FaultKind =
  | 'name'
  | 'certificate'
  | 'handshake'
  | 'unreachable'
  | 'not-http'
  | 'silent'
  | 'closed'

const KINDS: readonly (readonly [FaultKind, RegExp])[] = [
  ['name', /^(ENOTFOUND|EAI_)/],
  ['handshake', /^(EPROTO|ERR_SSL_|ERR_OSSL_)/],
  [
    'certificate',
    /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERROR_IN_C|INVALID_|PATH_LENGTH|HOSTNAME_MISMATCH)/,
  ],
  [
    'unreachable',
    /^(ECONNREFUSED|EHOST|ENET|ETIMEDOUT|EACCES|EPERM|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)/,
  ],
  ['silent', /^UND_ERR_HEADERS_TIMEOUT/],
  ['not-http', /^(HPE_|HTTPParserError|UND_ERR_HEADERS)/],
]

function classifyFault(code: string): FaultKind {
  return KINDS.find(([, pattern]) => pattern.test(code))?.[0] ?? 'closed'
}

/** Node obeys NODE_TLS_REJECT_UNAUTHORIZED=0, so a user may expect that rollcall does too. */
const TRUST_ALL_IGNORED =
  'rollcall ignores NODE_TLS_REJECT_UNAUTHORIZED=0 and always checks certificates.'

/**
 * Explains a failure of a proxy, of the server, or of the connection between the two.
 * @param answered whether the headers of an answer had arrived
 * @param requestId of that answer
 */
export function explainFault(
  error: unknown,
  url: URL,
  answered: boolean,
  requestId: string | null,
  network: Network | null = null,
  method = 'GET',
): Fault {
  const ofProxy = network && explainProxyFault(error, url, network, method)
  if (ofProxy) return ofProxy
  const code = readErrorCode(error)
  const kind = classifyFault(code)
  const where = formatHostAndPort(url)
  const proxy = network?.proxy ?? null
  const fault = (
    name: DiagnosticCode,
    summary: string,
    advice: string | null,
    again: boolean,
    outage?: true,
  ): Fault => ({
    diagnostic: makeDiagnostic({
      code: name,
      summary,
      detail: [
        `${method} ${url.origin}${url.pathname} failed with ${code}.`,
        ...(proxy === null ? [] : [`It went through the proxy ${proxy.shown}.`]),
        ...(kind === 'certificate' && network?.trustAllAsked ? [TRUST_ALL_IGNORED] : []),
      ].join(' '),
      ...(advice !== null && { advice }),
      requestId,
    }),
    again,
    ...(outage && { outage }),
  })
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return fault(
      'server-shape',
      `The answer of ${where} is larger than 256 MiB, which Chatwoot never sends.`,
      'Check that the base URL is that of Chatwoot.',
      false,
    )
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return fault(
      'server-shape',
      `The headers of the answer of ${where} are larger than 16 KiB.`,
      'Check that the base URL is that of Chatwoot, and which headers the proxy in front of it adds.',
      false,
    )
  }
  const contradictory = code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  if (answered || contradictory) {
    const what = contradictory ? 'is not as long as its headers say' : 'is incomplete'
    return fault('network-truncated', `The answer of ${where} ${what}.`, null, true)
  }
  switch (kind) {
    case 'name':
      return fault(
        'network-name',
        `The name ${url.hostname} could not be resolved.`,
        null,
        code === 'EAI_AGAIN',
      )
    case 'handshake':
    case 'certificate':
      return fault(
        'network-tls',
        `No trusted https connection to ${where}: ${code}.`,
        kind === 'handshake'
          ? 'Check the scheme and the port of the base URL. The server there does not support https, or supports only an insecure version of it.'
          : adviseCertificate(code, 'server', 'the base URL', proxy !== null),
        false,
      )
    case 'unreachable':
      return fault(
        'network-refused',
        `No connection to ${where}.`,
        'Check the host and the port of the base URL, that Chatwoot is running, and that this machine can reach it.',
        true,
        true,
      )
    case 'not-http':
      return fault(
        'network-reset',
        `The answer of ${where} is not HTTP.`,
        'Check the scheme and the port of the base URL.',
        true,
      )
    case 'silent':
    case 'closed':
      return fault(
        'network-reset',
        proxy === null
          ? `${where} closed the connection without an answer.`
          : `The connection to ${where} was closed without an answer, by the server or by the proxy.`,
        proxy === null
          ? 'Run again. If you get this error again, check the scheme and the port of the base URL, and the log of the server.'
          : `Run again. If you get this error again, check the scheme and the port of the base URL, and the logs of the server and of the proxy. ${adviseNoProxy(proxy)}`,
        true,
        true,
      )
  }
}

/** The answer of the proxy to CONNECT, or, if there was none, the error code of the transport. */
type ProxyFault = { readonly status: number } | { readonly code: string }

/** Passes a fault of the proxy through undici, which would react to an error with a `code`. */
export function makeProxyFault(fault: ProxyFault): Error {
  return Object.assign(new Error('The proxy did not open a tunnel.'), { proxyFault: fault })
}

function readProxyFault(error: unknown): ProxyFault | undefined {
  return (error as { readonly proxyFault?: ProxyFault } | null)?.proxyFault
}

/** Null if the failure came neither from the proxy nor from the connection to it. */
export function explainProxyFault(
  error: unknown,
  url: URL,
  network: Network,
  method = 'GET',
): Fault | null {
  const { proxy, trustAllAsked } = network
  const fault = readProxyFault(error)
  if (proxy === null || fault === undefined) return null
  const answered = 'status' in fault
  const { summary, advice, again } = answered
    ? explainRefusal(fault.status, proxy, url)
    : explainNoAnswer(fault.code, proxy, url)
  const untrusted = !answered && classifyFault(fault.code) === 'certificate'
  return {
    diagnostic: makeDiagnostic({
      code: 'network-proxy',
      summary,
      detail: [
        `CONNECT ${formatHostAndPort(url)} for ${method} ${url.origin}${url.pathname} ${answered ? `was answered with ${fault.status}` : `failed with ${fault.code}`}.`,
        ...(untrusted && trustAllAsked ? [TRUST_ALL_IGNORED] : []),
      ].join(' '),
      advice,
    }),
    again,
  }
}

interface Explained {
  readonly summary: string
  readonly advice: string
  readonly again: boolean
}

/** The proxy answered, but did not open a tunnel. */
function explainRefusal(status: number, proxy: ProxyServer, url: URL): Explained {
  const { shown, variable, authorization } = proxy
  if (status === 407) {
    const given = authorization !== null
    return {
      summary: given
        ? `The proxy ${shown} does not accept the user name and password.`
        : `The proxy ${shown} requires a user name and password.`,
      advice: given
        ? `Correct the user name and password in ${variable}.`
        : `Add them to ${variable}, as in http://user:password@proxy.acme.com:3128.`,
      again: false,
    }
  }
  return {
    summary: `The proxy ${shown} did not connect to ${formatHostAndPort(url)}: it answered ${status}.`,
    advice:
      status >= 500
        ? `Check that the proxy can reach this host and port. ${adviseNoProxy(proxy)}`
        : `Ask the operator of the proxy to allow this host and port, and check that ${variable} names a proxy. ${adviseNoProxy(proxy)}`,
    again: status >= 500,
  }
}

function explainNoAnswer(code: string, proxy: ProxyServer, url: URL): Explained {
  const { shown, variable } = proxy
  const explained: Readonly<Record<FaultKind, Explained>> = {
    name: {
      summary: `The name of the proxy ${shown} could not be resolved.`,
      advice: `Check the spelling in ${variable} and the name resolution (DNS) of this machine. ${adviseNoProxy(proxy)}`,
      again: code === 'EAI_AGAIN',
    },
    certificate: {
      summary: `No trusted https connection to the proxy ${shown}: ${code}.`,
      advice: adviseCertificate(code, 'proxy', variable),
      again: false,
    },
    handshake: {
      summary: `No https connection to the proxy ${shown}: ${code}.`,
      advice: `Check the scheme and the port in ${variable}: most proxies need http://, even for https servers.`,
      again: false,
    },
    unreachable: {
      summary: `No connection to the proxy ${shown}.`,
      advice: `Check the host and the port in ${variable}, that the proxy is running, and that this machine can reach it. ${adviseNoProxy(proxy)}`,
      again: true,
    },
    silent: {
      summary: `The proxy ${shown} did not connect to ${formatHostAndPort(url)} in time.`,
      advice: `Check that the proxy works and can reach this host and port. ${adviseNoProxy(proxy)}`,
      again: false,
    },
    'not-http': {
      summary: `The answer of the proxy ${shown} is not HTTP.`,
      advice: `Check the scheme, the host and the port in ${variable}.`,
      again: true,
    },
    closed: {
      summary: `The proxy ${shown} closed the connection without an answer.`,
      advice: `Run again. If you get this error again, check the scheme and the port in ${variable}, and the log of the proxy.`,
      again: true,
    },
  }
  return explained[classifyFault(code)]
}

/**
 * @param setting where the host name is set
 * @param behindProxy whether a proxy may have replaced the certificate
 */
function adviseCertificate(
  code: string,
  owner: 'server' | 'proxy',
  setting: string,
  behindProxy = false,
): string {
  if (/ALTNAME|HOSTNAME/.test(code)) {
    return `In ${setting}, use a host name that is in the certificate, or correct the certificate of the ${owner}.`
  }
  if (/EXPIRED|NOT_YET/.test(code)) {
    return `Renew the certificate of the ${owner}. If it is valid today, correct the clock of this machine.`
  }
  const authority = behindProxy
    ? 'the proxy decrypts https connections, name the file of its certificate authority'
    : 'your own certificate authority signed it, name its file'
  return `Renew or correct the certificate of the ${owner}. If ${authority} with --ca-file or NODE_EXTRA_CA_CERTS.`
}

function adviseNoProxy({ bypass }: ProxyServer): string {
  return `To use no proxy for this server, ${bypass}.`
}

/** A write that got no complete answer in time. The server may still carry it out. */
export function explainLateAnswer(method: string, url: URL, timeoutMs: number): Diagnostic {
  return makeDiagnostic({
    code: 'network-deadline',
    summary: `${formatHostAndPort(url)} did not answer within ${formatDuration(timeoutMs)}.`,
    detail: `${method} ${url.origin}${url.pathname} may still be carried out.`,
    advice: null,
  })
}

/**
 * Whether a failure shows that the server has not received the request. False for failures that can
 * also happen after the request was sent.
 */
export function isUnsent(error: unknown): boolean {
  if (readProxyFault(error) !== undefined) return true
  return /^(ENOTFOUND|EAI_|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/.test(
    readErrorCode(error),
  )
}

/** A body that ended early, on a connection that does not show its length. */
export function explainTruncation(url: string, requestId: string | null): Diagnostic {
  return explainFault({ code: 'an incomplete body' }, new URL(url), true, requestId).diagnostic
}

/** @param timeoutMs for the whole read of an account */
export function explainDeadline(
  during: string,
  timeoutMs: number,
  proxy: Network['proxy'] = null,
): Diagnostic {
  const through = proxy === null ? '' : ` It went through the proxy ${proxy.shown}.`
  return makeDiagnostic({
    code: 'network-deadline',
    summary: `The account could not be read within ${formatDuration(timeoutMs)} (--timeout).`,
    detail: `The time ran out during ${during}.${through}`,
    advice: `Allow more time, for example with --timeout 15m, or check why the server${proxy === null ? '' : ' or the proxy'} is slow.`,
  })
}

/** Of a server that did not answer the account before this one either. */
export function explainSilence(
  during: string,
  url: URL,
  waitedMs: number,
  proxy: Network['proxy'] = null,
): Diagnostic {
  const through = proxy === null ? '' : ` It went through the proxy ${proxy.shown}.`
  return makeDiagnostic({
    code: 'network-deadline',
    summary: `${formatHostAndPort(url)} did not answer within ${formatDuration(waitedMs)}.`,
    detail: `The time ran out during ${during}.${through} The server did not answer for an earlier account within --timeout, so rollcall waits less for this one.`,
    advice: `Check why the server${proxy === null ? '' : ' or the proxy'} does not answer, then run again.`,
  })
}

/**
 * @param rpm the maximum requests a minute
 * @param fromOption whether the maximum comes from `--max-rpm`
 * @param left how many requests remain at least
 */
export function explainPace(
  rpm: number,
  fromOption: boolean,
  left: number,
  timeoutMs: number,
): Diagnostic {
  return makeDiagnostic({
    code: 'network-deadline',
    summary: `The account cannot be read within ${formatDuration(timeoutMs)} (--timeout) at ${count(rpm, 'request')} a minute.`,
    detail: `${fromOption ? 'This is the limit of --max-rpm' : 'The server refused requests because of its rate limit twice in a row, so rollcall now sends only half as many as the server answered in between'}. Remaining requests: at least ${left}.`,
    advice: fromOption
      ? 'Allow more time with --timeout, or more requests with --max-rpm.'
      : 'Allow more time with --timeout, or raise RACK_ATTACK_LIMIT on the server.',
  })
}

/** A token that cannot be sent in a header. */
export function explainUnusableToken(flaw: 'empty' | 'characters'): Diagnostic {
  return makeDiagnostic({
    code: 'settings-invalid',
    summary:
      flaw === 'empty'
        ? 'The API token is empty.'
        : 'The API token contains a space, a line break or another character that no token has.',
    advice: 'Copy the access token again from Profile settings in the dashboard, without quotes.',
  })
}

/** `5m`, `90s` or `1500ms`, as `--timeout` takes it. */
export function formatDuration(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

export function readErrorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'an unknown error'
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'an unknown error'
}
