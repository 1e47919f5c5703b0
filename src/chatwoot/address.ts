/**
 * Parses the address of a server as users write or paste it: base URL, origin and, from a dashboard
 * URL, the account. Pure and cheap to load. Messages never contain credentials of the address.
 */
import type { ServerAddress } from '../core/model/fleet.ts'

const DASHBOARD = /^(.*?)\/app\/accounts\/(\d+)(?:\/.*)?$/

/** Returns the error as a sentence if the text is not a valid base URL. */
export function parseServerAddress(text: string): ServerAddress | string {
  const given = text.trim()
  if (given === '') return 'The base URL is empty.'
  // URL silently removes tabs and line breaks, so it would use another address than the user wrote.
  if (/\s/.test(given)) return 'The base URL contains a space or a line break.'
  const [, slip, marks, rest] = /^(https?)(:?[\\/]+|:)([^\\/].*)$/i.exec(given) ?? []
  if (rest !== undefined && marks !== '://') {
    const example = /^[\w.:/-]+$/.test(rest) ? rest : 'chat.acme.com'
    return `The base URL needs :// after ${slip}: write ${slip}://${example}.`
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) {
    const example = /^[\w.:/-]+$/.test(given) ? given : 'chat.acme.com'
    return `The base URL has no scheme: write https://${example.replace(/^\/+/, '')}.`
  }
  if (!URL.canParse(given)) return 'The base URL is not a valid URL.'
  const url = new URL(given)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return `The base URL begins with ${url.protocol}//. Only https:// and http:// work.`
  }
  if (url.username !== '' || url.password !== '') {
    return 'The base URL contains a user name or a password: remove everything before the @.'
  }
  const dashboard = DASHBOARD.exec(url.pathname)
  if (dashboard === null) {
    if (/[?#]/.test(given)) {
      return 'The base URL has a query (?) or a fragment (#): use only the part before it.'
    }
    return makeAddress(url, url.pathname, null)
  }
  const account = Number(dashboard[2])
  if (!Number.isSafeInteger(account) || account === 0) {
    return 'The account id in the dashboard URL is not a positive number.'
  }
  return makeAddress(url, dashboard[1] ?? '', account)
}

function makeAddress(url: URL, path: string, account: number | null): ServerAddress {
  return { baseUrl: url.origin + path.replace(/\/+$/, ''), origin: url.origin, account }
}

/** `chat.acme.com:443`: always with the port. */
export function formatHostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

/** Whether others can read what is sent there. */
export function isUnencrypted(url: string): boolean {
  return new URL(url).protocol === 'http:' && !isLoopback(url)
}

/**
 * True for addresses that always mean this machine. False for names under `.localhost`, because the
 * resolver decides what they mean.
 */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** An IPv6 address without the brackets that it has in a URL. */
export function removeBrackets(host: string): string {
  return host.replace(/^\[([^\]]*)\]/, '$1')
}
