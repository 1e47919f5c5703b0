/**
 * Takes the error text of a server from a body and makes it fit one line of a message. Reads only
 * known keys, because the rest of a body may contain secrets.
 */

import { makeLater } from '../core/model/visible.ts'

export interface ServerWords {
  readonly text: string | null
  /** Whether the text comes from an `errors` array. */
  readonly list: boolean
  /** Whether the body contains one `error` text and nothing else. */
  readonly alone: boolean
  readonly code: string | null
}

const NOTHING: ServerWords = { text: null, list: false, alone: false, code: null }

/** From `error`, `message`, `errors` and `error_code`; the texts are not cleaned yet. */
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

/** Control and format characters, line separators, lone surrogates: none belongs in a message. */
const getUnseen = makeLater(String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+`, 'gu')

/** Makes a text of the server safe for one line of a message, at most 200 characters long. */
export function clean(text: string): string {
  const line = text.replace(getUnseen(), ' ').trim()
  return line.length <= 200 ? line : `${line.slice(0, 199).replace(getUnseen(), '')}…`
}
