/**
 * Which proxy leads to a server, after HTTPS_PROXY, HTTP_PROXY and NO_PROXY (lower case first), and
 * what it means when the proxy refuses. Pure; credentials of a proxy are sealed and never shown.
 */
import { type Diagnostic, diagnostic } from '../core/diagnostic.ts'
import { isLoopback } from './address.ts'
import { type Secret, seal } from './secret.ts'

export interface ProxyServer {
  /** Without credentials: `http://proxy.acme.com:3128`. */
  readonly url: string
  /** Value of Proxy-Authorization. */
  readonly authorization: Secret | null
}

type Env = Readonly<Record<string, string | undefined>>

/** Null: no proxy. Returns what is wrong with the variable, naming it, where it cannot be used. */
export function proxyFor(baseUrl: string, env: Env): ProxyServer | Diagnostic | null {
  // Plain http is allowed to loopback because it stays on this machine: a proxy would carry it off.
  if (isLoopback(baseUrl)) return null
  const { protocol } = new URL(baseUrl)
  const names =
    protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY']
  const name = names.find((each) => env[each])
  const text = (name === undefined ? '' : (env[name] ?? '')).trim()
  if (name === undefined || text === '' || exempt(new URL(baseUrl), env)) return null

  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const what = url === null ? 'is not a valid URL' : `begins with ${url.protocol}//`
    return diagnostic({
      code: 'settings-invalid',
      summary: `${name}: The address of the proxy ${what}.`,
      advice: 'Write it like http://proxy.acme.com:3128; http:// and https:// work.',
    })
  }
  const { username, password, origin } = url
  return { url: origin, authorization: username === '' ? null : basic(username, password) }
}

function basic(username: string, password: string): Secret {
  const credentials = `${decoded(username)}:${decoded(password)}`
  return seal(`Basic ${Buffer.from(credentials).toString('base64')}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `acme.com`, `.acme.com` and `*.acme.com` all speak of the host and of what lies under it. */
function exempt(url: URL, env: Env): boolean {
  const list = env['no_proxy'] || env['NO_PROXY'] || ''
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', only] =
        /^(?:\*?\.)?(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? []
      if (name === '' || (only !== undefined && only !== port)) return false
      const host = url.hostname.replace(/^\[|\]$/g, '')
      const own = name.replace(/^\[|\]$/g, '')
      return host === own || host.endsWith(`.${own}`)
    })
}

/** Null where the failure did not come from the proxy. */
export function explainProxy(
  error: unknown,
  url: URL,
  proxy: ProxyServer,
): { readonly diagnostic: Diagnostic; readonly again: boolean } | null {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  const status = /^Proxy response \((\d{3})\)/.exec(String(message))?.[1]
  if (status === undefined && code !== 'UND_ERR_PRX_TLS') return null
  const host = new URL(proxy.url).host
  const said = status === undefined ? 'a certificate for another name' : status
  return {
    diagnostic: diagnostic({
      code: 'network-proxy',
      summary:
        status === '407'
          ? `The proxy ${host} wants other credentials.`
          : `The proxy ${host} does not connect to ${url.host}.`,
      detail: `CONNECT for GET ${url.origin}${url.pathname} was answered with ${said}.`,
      advice:
        status === '407'
          ? 'Correct user name and password in the proxy variable (HTTPS_PROXY or HTTP_PROXY).'
          : 'Let the proxy pass this host and port, or name the host in NO_PROXY.',
    }),
    again: status?.startsWith('5') ?? false,
  }
}
