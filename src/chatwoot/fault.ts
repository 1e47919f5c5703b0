/**
 * What can go wrong below HTTP, as diagnostics: connections, names, certificates, cut bodies and
 * the deadline. Reads of an error only its code: errors of the transport may carry headers.
 */
import { type Diagnostic, diagnostic } from '../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { count } from '../core/messages/phrase.ts'
import { formatHostAndPort } from './address.ts'
import type { Network } from './network.ts'

export interface Fault {
  readonly diagnostic: Diagnostic
  /** Whether the same request may be sent once more at once. */
  readonly again: boolean
  /** Whether that is how a server looks that is being restarted. */
  readonly outage?: true
}

/** What an error code of the transport means, whichever hop it happened on. */
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

export function classifyFault(code: string): FaultKind {
  return KINDS.find(([, pattern]) => pattern.test(code))?.[0] ?? 'closed'
}

/** Node obeys NODE_TLS_REJECT_UNAUTHORIZED=0; somebody who counts on that has to be told. */
export const TRUST_ALL_IGNORED =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: rollcall always checks certificates.'

/**
 * Of the server, or of the way to it behind a proxy.
 * @param answered whether the headers of an answer had arrived
 * @param requestId of that answer
 */
export function explainFault(
  error: unknown,
  url: URL,
  answered: boolean,
  requestId: string | null,
  network: Network | null = null,
): Fault {
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
    diagnostic: diagnostic({
      code: name,
      summary,
      detail: [
        `GET ${url.origin}${url.pathname} failed with ${code}.`,
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
      `The answer of ${where} is larger than any that Chatwoot sends (256 MiB).`,
      'Check that the base URL leads to Chatwoot.',
      false,
    )
  }
  if (answered) {
    return fault(
      'network-truncated',
      `The answer of ${where} broke off before its end.`,
      null,
      true,
    )
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
      return fault(
        'network-tls',
        `No trusted https connection to ${where}: ${code}.`,
        'Check scheme and port of the base URL: what answers there speaks no https that fits.',
        false,
      )
    case 'certificate':
      return fault(
        'network-tls',
        `No trusted https connection to ${where}: ${code}.`,
        proxy === null
          ? 'Renew or correct the certificate of the server; for a certificate authority of your own name its file with --ca-file or NODE_EXTRA_CA_CERTS.'
          : 'Renew or correct the certificate of the server. If the proxy opens https connections itself, name the file of its certificate authority with --ca-file or NODE_EXTRA_CA_CERTS.',
        false,
      )
    case 'unreachable':
      return fault(
        'network-refused',
        `No connection to ${where}.`,
        'Check host and port of the base URL, that Chatwoot runs, and that this machine may reach it.',
        true,
        true,
      )
    case 'not-http':
      return fault(
        'network-reset',
        `What ${where} answered is not HTTP.`,
        'Check scheme and port of the base URL.',
        true,
      )
    case 'silent':
    case 'closed':
      return fault(
        'network-reset',
        proxy === null
          ? `${where} closed the connection without an answer.`
          : `The connection to ${where} was closed without an answer, by the server or by the proxy.`,
        'Try again; if it lasts, check scheme and port of the base URL and the log of the server.',
        true,
        true,
      )
  }
}

/** A body that ended early on a connection whose framing cannot tell. */
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
  return diagnostic({
    code: 'network-deadline',
    summary: `The account could not be read within ${formatDuration(timeoutMs)} (--timeout).`,
    detail: `Time ran out during ${during}.${through}`,
    advice: `Allow more time, for example with --timeout 15m, or look why the server${proxy === null ? '' : ' or the proxy'} is slow.`,
  })
}

/**
 * @param rpm the pace to keep to
 * @param asked whether it is that of `--max-rpm`
 * @param left how many requests are known to be left
 */
export function explainPace(
  rpm: number,
  asked: boolean,
  left: number,
  timeoutMs: number,
): Diagnostic {
  return diagnostic({
    code: 'network-deadline',
    summary: `The account cannot be read within ${formatDuration(timeoutMs)} (--timeout) at ${count(rpm, 'request')} a minute.`,
    detail: `${asked ? 'That is the pace of --max-rpm' : 'The server reached its rate limit in two windows in a row, and that is half of what got through'}. Requests left: at least ${left}.`,
    advice: asked
      ? 'Allow more time with --timeout, or more requests with --max-rpm.'
      : 'Allow more time with --timeout, or raise RACK_ATTACK_LIMIT on the server.',
  })
}

/** A token that no header can carry. */
export function explainUnusableToken(flaw: 'empty' | 'characters'): Diagnostic {
  return diagnostic({
    code: 'settings-invalid',
    summary:
      flaw === 'empty'
        ? 'The API token is empty.'
        : 'The API token has a character that no token has: a space, a line break or a letter outside ASCII.',
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
