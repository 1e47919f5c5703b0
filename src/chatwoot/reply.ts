/**
 * Judges one HTTP answer: it is a decoded value, a redirect, a reason to retry, or an error. Pure: it
 * does not send or wait, and never sees the token.
 */
import { type Diagnostic, Failure } from '../core/messages/diagnostic.ts'
import {
  type Answer,
  explainAnswer,
  explainHtmlPage,
  explainRedirect,
  explainShape,
} from './explain-answer.ts'
import { explainTruncation } from './explain-network.ts'
import { clean, extractWords } from './server-words.ts'

/**
 * Refuses a body.
 * @param problem a clause such as `agents[3].role should be …`
 * @param advice if the account is the cause, and not the server or a proxy
 */
export type Refuse = (problem: string, advice?: string) => never
export type Decode<T> = (body: unknown, refuse: Refuse, source: Source) => T

/** The request of a body, for messages. */
export interface Source {
  /** `GET https://chat.acme.com/api/v1/profile` */
  readonly request: string
  readonly requestId: string | null
}

export interface Reply {
  readonly url: URL
  readonly status: number
  /** Null if there is no such header. */
  readonly header: (name: string) => string | null
  readonly body: Uint8Array
}

export type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'redirect'; readonly url: URL; readonly diagnostic: Diagnostic }
  | { readonly kind: 'failed'; readonly diagnostic: Diagnostic }
  /** The same request may succeed next time; in an `outage` perhaps only later. */
  | { readonly kind: 'fault'; readonly diagnostic: Diagnostic; readonly outage: boolean }
  | {
      readonly kind: 'limited'
      readonly diagnostic: Diagnostic
      readonly retryAfter: string | null
    }

const REDIRECTS = [301, 302, 303, 307, 308]

/**
 * @param hide removes secrets from a text of the server
 * @throws Failure if the decoder refuses the body
 */
export function judgeReply<T>(
  reply: Reply,
  decode: Decode<T>,
  hide: (text: string) => string,
  baseUrl: string,
): Outcome<T> {
  const { status } = reply
  const answer = summarise(reply, hide)
  if (status === 200) return readBody(reply, answer, decode, hide)
  if (REDIRECTS.includes(status)) {
    const location = reply.header('location')
    const given =
      location !== null && URL.canParse(location, reply.url.href)
        ? new URL(location, reply.url)
        : null
    const target = given !== null && /^https?:$/.test(given.protocol) ? given : null
    const same = target !== null && asksForTheSame(target, reply.url)
    const diagnostic = explainRedirect(answer, target, baseUrl, same)
    return same ? { kind: 'redirect', url: target, diagnostic } : { kind: 'failed', diagnostic }
  }
  const diagnostic = explainAnswer(answer)
  if (status === 429)
    return { kind: 'limited', diagnostic, retryAfter: reply.header('retry-after') }
  if (status < 500 && status !== 408) return { kind: 'failed', diagnostic }
  return { kind: 'fault', diagnostic, outage: true }
}

/**
 * Whether a redirect stays on the server and leads to the same part of the API, perhaps with another
 * prefix. Everything else could be a sign-in page, or another list that would count as this one.
 */
function asksForTheSame(target: URL, asked: URL): boolean {
  const [to, from] = [target, asked].map(({ pathname }) =>
    pathname.slice(pathname.lastIndexOf('/api')).replace(/\/$/, ''),
  )
  const kept = [...asked.searchParams].every(
    ([key, value]) => target.searchParams.get(key) === value,
  )
  return target.origin === asked.origin && to === from && kept
}

function readBody<T>(
  reply: Reply,
  answer: Answer,
  decode: Decode<T>,
  hide: (text: string) => string,
): Outcome<T> {
  const failed = (problem: string, advice?: string): Outcome<T> => ({
    kind: 'failed',
    diagnostic: explainShape(answer, problem, advice),
  })
  const encoding = reply.header('content-encoding')?.trim() || 'identity'
  if (encoding.toLowerCase() !== 'identity') {
    return failed(
      `it is compressed (${clean(encoding)}), but rollcall requested an uncompressed answer`,
      'Configure the proxy in front of Chatwoot to follow `Accept-Encoding: identity`, or not to compress answers of /api.',
    )
  }
  if (answer.html) return { kind: 'failed', diagnostic: explainHtmlPage(answer) }
  const text = decodeUtf8(reply.body)
  if (text === null) return failed('the body is not valid UTF-8')
  const parsed = parseJson(text)
  if (parsed === null) {
    // Without a length only the text shows that its end is missing: an incomplete JSON list or object
    // is never valid JSON.
    if (reply.header('content-length') === null) {
      const diagnostic = explainTruncation(answer.url, answer.requestId)
      return { kind: 'fault', diagnostic, outage: false }
    }
    return failed(text.trim() === '' ? 'the body is empty' : 'the body is not JSON')
  }
  const refuse: Refuse = (problem, advice) => {
    throw new Failure(explainShape(answer, clean(hide(problem)), advice))
  }
  const source = { request: `GET ${answer.url}`, requestId: answer.requestId }
  return { kind: 'value', value: decode(parsed.value, refuse, source) }
}

function summarise(reply: Reply, hide: (text: string) => string): Answer {
  const said = extractWords(reply.status === 200 ? null : readErrorBody(reply.body))
  const show = (text: string | null) => (text === null ? null : clean(hide(text)))
  return {
    url: reply.url.origin + reply.url.pathname,
    status: reply.status,
    html: isHtml(reply),
    said: { ...said, text: show(said.text), code: show(said.code) },
    requestId: show(reply.header('x-request-id')),
  }
}

function readErrorBody(body: Uint8Array): unknown {
  return parseJson(decodeUtf8(body) ?? '')?.value
}

function isHtml(reply: Reply): boolean {
  const opening = new TextDecoder().decode(reply.body.subarray(0, 64))
  return /^text\/html/i.test(reply.header('content-type') ?? '') || /^\s*</.test(opening)
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Null if it is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return null
  }
}
