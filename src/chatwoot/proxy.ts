/**
 * Resolves the proxy for a server from HTTPS_PROXY or HTTP_PROXY, ALL_PROXY and NO_PROXY (lower case
 * first). Pure. Seals the credentials of a proxy and never shows them.
 */
import { BlockList, isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { formatHostAndPort, isLoopback, removeBrackets } from './address.ts'
import { findLeftover } from './pasted-value.ts'
import { type Secret, seal } from './secret.ts'

export interface ProxyServer {
  /** Without credentials: `http://proxy.acme.com:3128`. */
  readonly url: string
  /** The variable that names it: `HTTPS_PROXY`. */
  readonly variable: string
  /** For messages: `proxy.acme.com:3128 (HTTPS_PROXY)`. */
  readonly shown: string
  /** How to use no proxy for the server: `add chat.acme.com to NO_PROXY`. */
  readonly bypass: string
  /** Value of Proxy-Authorization. */
  readonly authorization: Secret | null
}

/** How to reach a server: the proxy and the trusted certificate authorities. */
export interface Network {
  readonly proxy: ProxyServer | null
  /** All trusted certificate authorities, in PEM; null: those of Node. */
  readonly authorities: readonly string[] | null
  /** The environment asks Node to trust every certificate (NODE_TLS_REJECT_UNAUTHORIZED=0). */
  readonly trustAllAsked: boolean
}

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
  const bypass = `add ${server.hostname} to ${exemptions?.name ?? 'NO_PROXY'}`
  const left = findLeftover(value, name)
  if (left) return left

  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const url = URL.canParse(full) ? new URL(full) : null
  const flaw = url === null ? 'The address of the proxy is not a valid URL.' : findFlaw(url)
  if (url === null || flaw !== null) {
    return makeDiagnostic({
      code: 'settings-invalid',
      summary: `${name}: ${flaw}`,
      advice: `Write it like http://proxy.acme.com:3128, or ${bypass} to use no proxy for it.`,
    })
  }
  const { username, password, origin } = url
  return {
    url: origin,
    variable: name,
    shown: `${formatHostAndPort(url)} (${name})`,
    bypass,
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
      if (isIP(host)) return isAddressIn(host, own)
      const domain = /^[!-~]*$/.test(own) ? own : domainToASCII(own)
      return host === domain || host.endsWith(`.${domain}`)
    })
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
