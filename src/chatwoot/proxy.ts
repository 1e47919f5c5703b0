/**
 * Resolves the proxy for a server from HTTPS_PROXY or HTTP_PROXY, ALL_PROXY and NO_PROXY (lower case
 * first), and explains failures of the proxy. Pure. Seals the credentials of a proxy and never shows
 * them.
 */
import { BlockList, isIP } from 'node:net'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { formatHostAndPort, isLoopback } from './address.ts'
import {
  adviseCertificate,
  adviseNoProxy,
  classifyFault,
  type Fault,
  type FaultKind,
  TRUST_ALL_IGNORED,
} from './explain-network.ts'
import type { Network, ProxyServer } from './network.ts'
import { findLeftover } from './pasted-value.ts'
import { type Secret, seal } from './secret.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Null: no proxy. Returns an error that names the variable if the variable is invalid. */
export function resolveProxy(baseUrl: string, env: Env): ProxyServer | Diagnostic | null {
  // Plain http to this machine is allowed because it stays here: a proxy would send it elsewhere.
  if (isLoopback(baseUrl)) return null
  const server = new URL(baseUrl)
  const scheme = server.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const found = findVariable([scheme, 'all_proxy'], env)
  if (found === null) return null
  const { name, value } = found
  const exemptions = findVariable(['no_proxy'], env)
  const flawed = exemptions && findLeftover(exemptions.value, exemptions.name)
  if (flawed) return flawed
  if (exemptions !== null && isExempt(server, exemptions.value)) return null
  const left = findLeftover(value, name)
  if (left) return left

  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const url = URL.canParse(full) ? new URL(full) : null
  const flaw = url === null ? 'The address of the proxy is not a valid URL.' : findFlaw(url)
  if (url === null || flaw !== null) {
    return makeDiagnostic({
      code: 'settings-invalid',
      summary: `${name}: ${flaw}`,
      advice: `Write it like http://proxy.acme.com:3128, or add ${server.hostname} to NO_PROXY to use no proxy for it.`,
    })
  }
  const { username, password, origin } = url
  return {
    url: origin,
    variable: name,
    shown: `${formatHostAndPort(url)} (${name})`,
    authorization: username + password === '' ? null : makeBasicCredentials(username, password),
  }
}

/** The first that is set, lower case first. An empty variable counts as not set. */
function findVariable(names: readonly string[], env: Env) {
  for (const name of names.flatMap((each) => [each, each.toUpperCase()])) {
    const value = env[name]?.trim()
    if (value) return { name, value }
  }
  return null
}

function findFlaw({ protocol, pathname, search, hash }: URL): string | null {
  if (protocol.startsWith('socks')) {
    return `It names a SOCKS proxy (${protocol}//). rollcall can use http:// and https:// proxies only.`
  }
  if (protocol !== 'http:' && protocol !== 'https:') {
    return `The address of the proxy begins with ${protocol}//. Only http:// and https:// work.`
  }
  // URL would read a part of a password as the host, and messages would show it.
  return pathname.length > 1 || search !== '' || hash !== ''
    ? 'The address of the proxy has text after the host and the port. In a user name or password write / as %2F, ? as %3F and # as %23.'
    : null
}

function makeBasicCredentials(username: string, password: string): Secret {
  const credentials = `${decodePercent(username)}:${decodePercent(password)}`
  return seal(`Basic ${Buffer.from(credentials).toString('base64')}`)
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * `acme.com`, `.acme.com` and `*.acme.com` all mean the host and its subdomains. An address means
 * itself; `10.0.0.0/8` and `2001:db8::/32` mean every address in the network.
 */
function isExempt(server: URL, list: string): boolean {
  const host = removeBrackets(server.hostname).replace(/\.$/, '')
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', only] =
        /^(?:\*?\.)?(\[[^\]]*\](?:\/\d+)?|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? []
      if (name === '' || (only !== undefined && only !== port)) return false
      const own = removeBrackets(name).replace(/\.$/, '')
      // An IP address has no subdomains, so compare it only as an address.
      return isIP(host) ? isAddressIn(host, own) : host === own || host.endsWith(`.${own}`)
    })
}

function removeBrackets(host: string): string {
  return host.replace(/^\[([^\]]*)\]/, '$1')
}

/** @param network an address, or an address with a prefix length. Anything else contains nothing. */
function isAddressIn(host: string, network: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(network) ?? []
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  const length = prefix === undefined ? bits : Number(prefix)
  if (bits === 0 || length > bits) return false
  const block = new BlockList()
  block.addSubnet(address, length, bits === 32 ? 'ipv4' : 'ipv6')
  return block.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6')
}

/** The answer of the proxy to CONNECT, or, if there was none, the error code of the transport. */
type ProxyFault = { readonly status: number } | { readonly code: string }

/** Passes a fault of the proxy through undici, which would react to an error with a `code`. */
export function makeProxyFault(fault: ProxyFault): Error {
  return Object.assign(new Error('The proxy did not open a tunnel.'), { proxyFault: fault })
}

/** Null if the failure came neither from the proxy nor from the connection to it. */
export function explainProxyFault(
  error: unknown,
  url: URL,
  network: Network,
  method = 'GET',
): Fault | null {
  const { proxy, trustAllAsked } = network
  const fault = (error as { readonly proxyFault?: ProxyFault } | null)?.proxyFault
  if (proxy === null || fault === undefined) return null
  const target = formatHostAndPort(url)
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
        `CONNECT ${target} for ${method} ${url.origin}${url.pathname} ${answered ? `was answered with ${fault.status}` : `failed with ${fault.code}`}.`,
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
  const host = url.hostname
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
        ? `Check that the proxy can reach this host and port. ${adviseNoProxy(host)}`
        : `Ask the operator of the proxy to allow this host and port, and check that ${variable} names a proxy. ${adviseNoProxy(host)}`,
    again: status >= 500,
  }
}

function explainNoAnswer(code: string, proxy: ProxyServer, url: URL): Explained {
  const { shown, variable } = proxy
  const host = url.hostname
  const explained: Readonly<Record<FaultKind, Explained>> = {
    name: {
      summary: `The name of the proxy ${shown} could not be resolved.`,
      advice: `Check the spelling in ${variable} and the name resolution (DNS) of this machine. ${adviseNoProxy(host)}`,
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
      advice: `Check the host and the port in ${variable}, that the proxy is running, and that this machine can reach it. ${adviseNoProxy(host)}`,
      again: true,
    },
    silent: {
      summary: `The proxy ${shown} did not connect to ${formatHostAndPort(url)} in time.`,
      advice: `Check that the proxy works and can reach this host and port. ${adviseNoProxy(host)}`,
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
