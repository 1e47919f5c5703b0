/**
 * The answers that are the same for every request: status, headers and body as recorded from Chatwoot
 * 4.15.1 and 4.16.2. The charset has two spellings, as in Chatwoot: answers of a controller have
 * `utf-8`, answers of the error page have `UTF-8` and no cache-control.
 */
import { writeRailsJson } from './json.ts'
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

function makeRefusal(status: number, body: unknown): Answer {
  return {
    status,
    headers: { 'content-type': CONTROLLER_JSON, 'cache-control': 'no-cache' },
    body: writeRailsJson(body),
  }
}

const makeUnauthorised = (error: string): Answer => makeRefusal(401, { error })

export const TOKEN_NOT_RECEIVED = makeRefusal(401, {
  errors: ['You need to sign in or sign up before continuing.'],
})
export const TOKEN_UNKNOWN = makeUnauthorised('Invalid Access Token')
export const TOKEN_OF_A_BOT = makeUnauthorised('Access to this endpoint is not authorized for bots')
export const ACCOUNT_SUSPENDED = makeUnauthorised('Account is suspended')
export const NOT_A_MEMBER = makeUnauthorised('You are not authorized to access this account')
export const NOT_AN_ADMINISTRATOR = makeUnauthorised('You are not authorized to do this action')
/** On Chatwoot Cloud, since 4.16, for subscriptions without API access. */
export const NO_API_ACCESS = makeRefusal(403, {
  error: 'API access is not enabled for this account',
})
export const RECORD_NOT_FOUND = makeRefusal(404, { error: 'Resource could not be found' })

export const INVALID_USER_IDS = makeUnauthorised('Invalid User IDs')
export const NO_SEAT = makeRefusal(402, {
  error: 'Account limit exceeded. Please purchase more licenses',
})

export function answerMissing(root: string): Answer {
  return makeRefusal(422, { error: `param is missing or the value is empty: ${root}` })
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

export const CRASH: Answer = {
  status: 500,
  headers: { 'content-type': ERROR_PAGE_JSON },
  body: writeRailsJson({ status: 500, error: 'Internal Server Error' }),
}

const NO_ROUTE_JSON: Answer = {
  status: 404,
  headers: { 'content-type': ERROR_PAGE_JSON },
  body: writeRailsJson({ status: 404, error: 'Not Found' }),
}

const NO_ROUTE_HTML: Answer = {
  status: 404,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: '<!DOCTYPE html>\n<html lang="en"><head><title>Page not found</title></head><body><h1>404</h1></body></html>\n',
}

export function answerMalformed(accept: string | undefined): Answer {
  const json = writeRailsJson({ status: 400, error: 'Bad Request' })
  return asksForJson(accept)
    ? { status: 400, headers: { 'content-type': ERROR_PAGE_JSON }, body: json }
    : { status: 400, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: '' }
}

/** The error page is HTML, unless the client lists JSON first in its Accept header. */
export function answerNoRoute(accept: string | undefined): Answer {
  return asksForJson(accept) ? NO_ROUTE_JSON : NO_ROUTE_HTML
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

const NO_JSON_OF_THE_DASHBOARD = makeRefusal(406, {
  error: 'Please use API routes instead of dashboard routes for JSON requests',
})

const NOT_ACCEPTABLE: Answer = {
  status: 406,
  headers: { 'content-type': ERROR_PAGE_JSON },
  body: writeRailsJson({ status: 406, error: 'Not Acceptable' }),
}

/** A page for browsers. A client that requests JSON there has a wrong base URL. */
export function answerDashboard(accept: string | undefined, version: string): Answer {
  if (!asksForJson(accept)) return DASHBOARD
  return isSince(version, 4, 0) ? NO_JSON_OF_THE_DASHBOARD : NOT_ACCEPTABLE
}
