/**
 * A server's own words, found in a body and made fit for one line of a message. Whitelisted keys
 * only: the rest of a body may hold secrets.
 */

/** `list`: they came in an `errors` array. */
export interface Said {
  readonly text: string | null
  readonly list: boolean
  readonly code: string | null
}

/** The words in a parsed body: `error`, `message`, `errors` and `error_code`, not yet clean. */
export function wordsOf(body: unknown): Said {
  if (typeof body !== 'object' || body === null) return { text: null, list: false, code: null }
  const { error, message, errors, error_code: code } = body as Record<string, unknown>
  const texts = [error, message, ...(Array.isArray(errors) ? errors : [])].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  )
  return {
    text: texts[0] ?? null,
    list: Array.isArray(errors) && typeof error !== 'string',
    code: typeof code === 'string' ? code : null,
  }
}

/** Control and format characters, line separators, lone surrogates: none of them is ever meant. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu

/** Makes a text of the server safe for one line of a message, at most 200 characters long. */
export function clean(text: string): string {
  const line = text.replace(UNSEEN, ' ').trim()
  return line.length <= 200 ? line : `${line.slice(0, 199).replace(UNSEEN, '')}…`
}
