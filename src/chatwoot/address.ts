/**
 * The address of a server as people write or paste it: base URL, origin and, where it is a
 * dashboard address, the account. Pure and cheap to load; never repeats credentials it was given.
 */

export interface ServerAddress {
  /** No trailing slash; a path prefix is kept: `https://gw.acme.com/chat`. */
  readonly baseUrl: string
  /** `https://chat.acme.com`, with a port only where it is not the default one. */
  readonly origin: string
  /** Account id of a pasted dashboard address. */
  readonly account: number | null
}

const DASHBOARD = /^(.*?)\/app\/accounts\/(\d+)(?:\/.*)?$/

/** Returns what is wrong with the text, as one sentence, where it is no server address. */
export function parseServerAddress(text: string): ServerAddress | string {
  const given = text.trim()
  if (given === '') return 'The server address is empty.'
  // URL drops tabs and line breaks silently: what is used would not be what was written.
  if (/\s/.test(given)) return 'The server address has a space or a line break in it.'
  const [, slip, marks, rest] = /^(https?)(:?[\\/]+|:)([^\\/].*)$/i.exec(given) ?? []
  if (rest !== undefined && marks !== '://') {
    const example = /^[\w.:/-]+$/.test(rest) ? rest : 'chat.acme.com'
    return `The server address needs :// after ${slip}: write ${slip}://${example}.`
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) {
    const example = /^[\w.:/-]+$/.test(given) ? given : 'chat.acme.com'
    return `The server address has no scheme: write https://${example.replace(/^\/+/, '')}.`
  }
  if (!URL.canParse(given)) return 'The server address is not a valid URL.'
  const url = new URL(given)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return `The server address begins with ${url.protocol}// where only https:// and http:// work.`
  }
  if (url.username !== '' || url.password !== '') {
    return 'The server address has a user name or password in it: leave out what stands before the @.'
  }
  const dashboard = DASHBOARD.exec(url.pathname)
  if (dashboard === null) {
    if (/[?#]/.test(given)) {
      return 'The server address has a query (?) or a fragment (#): give only what comes before it.'
    }
    return makeAddress(url, url.pathname, null)
  }
  const account = Number(dashboard[2])
  if (!Number.isSafeInteger(account) || account === 0) {
    return 'The account id in the dashboard address is not a positive number.'
  }
  return makeAddress(url, dashboard[1] ?? '', account)
}

function makeAddress(url: URL, path: string, account: number | null): ServerAddress {
  return { baseUrl: url.origin + path.replace(/\/+$/, ''), origin: url.origin, account }
}

/** `chat.acme.com:443`: the port is said even where an address leaves it out. */
export function formatHostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

/**
 * True for addresses that never leave this machine. Names under `.localhost` are not among them:
 * whether they stay here depends on the resolver.
 */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
