/** The way to a server: through which proxy, and whose certificates are trusted. */
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
  /** Every certificate authority to trust, in PEM; null: those of Node. */
  readonly authorities: readonly string[] | null
  /** The environment asks Node to trust every certificate (NODE_TLS_REJECT_UNAUTHORIZED=0). */
  readonly trustAllAsked: boolean
}

/** No proxy, and the authorities of Node. */
export const DIRECT: Network = { proxy: null, authorities: null, trustAllAsked: false }
