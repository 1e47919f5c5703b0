/**
 * Keeps secret texts: the access token, the values of extra headers, the credentials of a proxy.
 * Other modules have only an empty object, which shows nothing if it is printed, inspected or
 * serialised. Only transport.ts, which sends, may read the text.
 */

export interface Secret {
  readonly kind: 'secret'
}

const texts = new WeakMap<Secret, string>()

export function seal(text: string): Secret {
  const secret: Secret = Object.freeze({ kind: 'secret' })
  texts.set(secret, text)
  return secret
}

export function unseal(secret: Secret): string {
  return texts.get(secret) ?? ''
}

/** The reason why a secret cannot be sent in a header, or null. */
export function findFlaw(secret: Secret): 'empty' | 'characters' | null {
  const text = unseal(secret)
  if (text === '') return 'empty'
  return /^[\x21-\x7e]+$/.test(text) ? null : 'characters'
}

/**
 * Removes secrets from a text of the server, which may repeat what it received: completely, in parts
 * (the text after `Bearer`), or in another case.
 */
export function makeHider(secrets: readonly Secret[]): (text: string) => string {
  const traces = secrets
    .map(unseal)
    .flatMap((whole) => [whole, ...whole.split(/[\s,;="]+/).filter((part) => part.length >= 8)])
    // A text this short is not a secret, and hiding every "1" would hide the message.
    .filter((trace) => trace.length >= 4)
    .sort((a, b) => b.length - a.length)
    .map((trace) => trace.replace(/\W/g, '\\$&'))
  if (traces.length === 0) return (text) => text
  const pattern = new RegExp(traces.join('|'), 'gi')
  return (text) => text.replace(pattern, '[secret]')
}
