/** Accounts on one or several servers that one run checks, as a fleet file lists them. */
import type { Located, Location } from './location.ts'

export interface Fleet {
  /** As messages show it. */
  readonly path: string
  readonly sha256: string
  /** In the order of the file. */
  readonly accounts: readonly FleetAccount[]
}

export interface FleetAccount {
  /** Each account has a different name, even if case is ignored. */
  readonly name: string
  /** Paths are as written: relative to the fleet file. */
  readonly policy: Located<string>
  readonly server: Located<FleetServer>
  readonly account: Located<number>
  readonly token: FleetToken
  readonly caFile: Located<string> | null
  readonly headerFile: Located<string> | null
  readonly location: Location
}

export interface FleetServer {
  /** No trailing slash; a path prefix is kept: `https://gw.acme.com/chat`. */
  readonly baseUrl: string
  /** `https://chat.acme.com`, with a port only if it is not the default port. */
  readonly origin: string
}

export interface ServerAddress extends FleetServer {
  /** The account id in a dashboard URL. */
  readonly account: number | null
}

/** Where the access token is. Accounts on different servers never share one. */
export interface FleetToken extends Located<string> {
  readonly from: 'token_env' | 'token_file'
}
