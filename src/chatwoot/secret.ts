/**
 * The one home of secret texts: the access token, the values of extra headers, the credentials of
 * a proxy. What others hold is an empty object that says nothing when it is printed, inspected or
 * serialised. Only transport.ts, which sends, may ask for the text.
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

/** Why a secret cannot be sent in a header, or null. */
export function findFlaw(secret: Secret): 'empty' | 'characters' | null {
  const text = unseal(secret)
  if (text === '') return 'empty'
  return /^[\x21-\x7e]+$/.test(text) ? null : 'characters'
}

/**
 * Takes secrets out of a text of the server, which may repeat what it was sent: whole, in parts
 * (`Bearer` and what follows it) and in other letters.
 */
export function makeHider(secrets: readonly Secret[]): (text: string) => string {
  const traces = secrets
    .map(unseal)
    .flatMap((whole) => [whole, ...whole.split(/[\s,;="]+/).filter((part) => part.length >= 8)])
    // Hiding every "1" would hide the message, and nothing that short is a secret.
    .filter((trace) => trace.length >= 4)
    .sort((a, b) => b.length - a.length)
    .map((trace) => trace.replace(/\W/g, '\\$&'))
  if (traces.length === 0) return (text) => text
  const pattern = new RegExp(traces.join('|'), 'gi')
  return (text) => text.replace(pattern, '[secret]')
}
