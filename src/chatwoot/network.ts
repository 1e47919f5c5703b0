/** How to reach a server: the proxy and the trusted certificate authorities. */
import type { Secret } from './secret.ts'

export interface ProxyServer {
  /** Without credentials: `http://proxy.acme.com:3128`. */
  readonly url: string
  /** The variable that names it: `HTTPS_PROXY`. */
  readonly variable: string
  /** For messages: `proxy.acme.com:3128 (HTTPS_PROXY)`. */
  readonly shown: string
  /** Value of Proxy-Authorization. */
  readonly authorization: Secret | null
}

export interface Network {
  readonly proxy: ProxyServer | null
  /** All trusted certificate authorities, in PEM; null: those of Node. */
  readonly authorities: readonly string[] | null
  /** The environment asks Node to trust every certificate (NODE_TLS_REJECT_UNAUTHORIZED=0). */
  readonly trustAllAsked: boolean
}
