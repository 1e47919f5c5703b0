/**
 * The answers that are the same for every request: status, headers and body as recorded from Chatwoot
 * 4.15.1 and 4.16.2. The charset has two spellings, as in Chatwoot: answers of a controller have
 * `utf-8`, answers of the error page have `UTF-8` and no cache-control.
 */
import { isSince } from './versions.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const CONTROLLER_JSON = 'application/json; charset=utf-8'
const ERROR_PAGE_JSON = 'application/json; charset=UTF-8'

export function answerOk(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: {
      'content-type': CONTROLLER_JSON,
      'cache-control': 'max-age=0, private, must-revalidate',
      ...headers,
    },
    body: writeRailsJson(value),
  }
}

/** As Rails writes it: characters that could end a script or a line are escaped. */
function writeRailsJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function makeRefusal(status: number, body: object): Answer {
  return {
    status,
    headers: { 'content-type': CONTROLLER_JSON, 'cache-control': 'no-cache' },
    body: writeRailsJson(body),
  }
}

const makeError = (status: number, error: string): Answer => makeRefusal(status, { error })

export const TOKEN_NOT_RECEIVED = makeRefusal(401, {
  errors: ['You need to sign in or sign up before continuing.'],
})
export const TOKEN_UNKNOWN = makeError(401, 'Invalid Access Token')
export const TOKEN_OF_A_BOT = makeError(401, 'Access to this endpoint is not authorized for bots')
export const ACCOUNT_SUSPENDED = makeError(401, 'Account is suspended')
export const NOT_A_MEMBER = makeError(401, 'You are not authorized to access this account')
export const NOT_AN_ADMINISTRATOR = makeError(401, 'You are not authorized to do this action')
/** On Chatwoot Cloud, since 4.16, for subscriptions without API access. */
export const NO_API_ACCESS = makeError(403, 'API access is not enabled for this account')
export const RECORD_NOT_FOUND = makeError(404, 'Resource could not be found')

export const INVALID_USER_IDS = makeError(401, 'Invalid User IDs')
export const NO_SEAT = makeError(402, 'Account limit exceeded. Please purchase more licenses')

export function answerMissing(root: string): Answer {
  return makeError(422, `param is missing or the value is empty: ${root}`)
}

export function answerInvalid(message: string, attribute: string): Answer {
  return makeRefusal(422, { message, attributes: [attribute] })
}

/** The answer to a deletion is empty, with the content type of JSON. */
export function answerEmpty(): Answer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-cache' }
  return { status: 200, headers, body: '' }
}

/** The answer of the throttle in front of the application. */
export const RETRY_LATER: Answer = {
  status: 429,
  headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache' },
  body: 'Retry later\n',
}

/** The error page is HTML, unless the client lists JSON first in its Accept header. */
function makeErrorPage(status: number, error: string): Answer {
  const body = writeRailsJson({ status, error })
  return { status, headers: { 'content-type': ERROR_PAGE_JSON }, body }
}

function makeErrorPageHtml(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body }
}

export const CRASH = makeErrorPage(500, 'Internal Server Error')

export function answerMalformed(accept: string | undefined): Answer {
  return asksForJson(accept) ? makeErrorPage(400, 'Bad Request') : makeErrorPageHtml(400, '')
}

const PAGE_NOT_FOUND =
  '<!DOCTYPE html>\n<html lang="en"><head><title>Page not found</title></head><body><h1>404</h1></body></html>\n'

export function answerNoRoute(accept: string | undefined): Answer {
  return asksForJson(accept)
    ? makeErrorPage(404, 'Not Found')
    : makeErrorPageHtml(404, PAGE_NOT_FOUND)
}

function asksForJson(accept: string | undefined): boolean {
  const first = accept?.split(/[,;]/, 1)[0]?.trim().toLowerCase()
  // For Rails, `*/*` in a list means a browser, which always gets HTML.
  const browser = /,\s*\*\/\*|\*\/\*\s*,/.test(accept ?? '')
  return first === 'application/json' && !browser
}

export const DASHBOARD: Answer = {
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'max-age=0, private, must-revalidate',
  },
  body: '<!DOCTYPE html>\n<html><head><title>Chatwoot</title></head><body><div id="app"></div></body></html>\n',
}

const NO_JSON_OF_THE_DASHBOARD = makeError(
  406,
  'Please use API routes instead of dashboard routes for JSON requests',
)

/** A page for browsers. A client that requests JSON there has a wrong base URL. */
export function answerDashboard(accept: string | undefined, version: string): Answer {
  if (!asksForJson(accept)) return DASHBOARD
  return isSince(version, 4, 0) ? NO_JSON_OF_THE_DASHBOARD : makeErrorPage(406, 'Not Acceptable')
}
