/**
 * A server's own words, found in a body and made fit for one line of a message. Whitelisted keys
 * only: the rest of a body may hold secrets.
 */

export interface ServerWords {
  readonly text: string | null
  /** Whether they came in an `errors` array. */
  readonly list: boolean
  /** Whether the body is one `error` text and nothing else. */
  readonly alone: boolean
  readonly code: string | null
}

const NOTHING: ServerWords = { text: null, list: false, alone: false, code: null }

/** The words in a parsed body: `error`, `message`, `errors` and `error_code`, not yet clean. */
export function extractWords(body: unknown): ServerWords {
  if (typeof body !== 'object' || body === null) return NOTHING
  const { error, message, errors, error_code: code } = body as Record<string, unknown>
  const texts = [error, message, ...(Array.isArray(errors) ? errors : [])].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  )
  return {
    text: texts[0] ?? null,
    list: Array.isArray(errors) && typeof error !== 'string',
    alone: typeof error === 'string' && Object.keys(body).length === 1,
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
