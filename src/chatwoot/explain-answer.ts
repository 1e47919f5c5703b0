/**
 * Explains error answers: one table from status and body to the meaning and the next step. Chatwoot
 * uses 401 for nearly everything, so the words of the body decide. Shows no other part of a body. It
 * is long because the table is long.
 */
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import { SINCE } from '../core/model/server-version.ts'
import { clean, type ServerWords } from './server-words.ts'

/** The parts of an answer that the table uses. `clean` has cleaned all texts. */
export interface Answer {
  /** `https://chat.acme.com/api/v1/accounts/1/agents` */
  readonly url: string
  readonly status: number
  readonly html: boolean
  readonly said: ServerWords
  readonly requestId: string | null
}

interface Row {
  readonly status: (status: number) => boolean
  /** The last segments, without ids, of the paths that the row is for; absent: all. */
  readonly of?: readonly string[]
  readonly when?: (answer: Answer) => boolean
  readonly code: DiagnosticCode
  /** `{host}`, `{account}`, `{team}` and `{inbox}` are those of the request. */
  readonly summary: string
  /** Absent: the remedy of the code. */
  readonly advice?: string
}

const is =
  (...statuses: readonly number[]) =>
  (status: number) =>
    statuses.includes(status)
const says = (pattern: RegExp) => (answer: Answer) => pattern.test(answer.said.text ?? '')

const BASE_URL =
  'Set the base URL to the address of Chatwoot itself: the part before /app in the URL of the dashboard, including a path prefix if there is one.'
/** Chatwoot answers with whole sentences; proxies answer with words such as `Access denied`. */
const isSentence = (text: string) => /(\S+\s+){3}\S|[^\x20-\x7e]/.test(text)
const GATEWAY =
  'If a gateway in front of Chatwoot asks for a sign-in, configure it to allow requests to /api. Or use --header-file to send the header that it expects.'
const PROXY = `Ask the operator of the proxy or firewall in front of Chatwoot to allow the request. ${GATEWAY}`

/** A group that its list still has. */
const withoutMembers = (path: string, listed: string): Row => ({
  status: is(404),
  of: [path],
  when: says(/resource could not be found/i),
  code: 'read-contradiction',
  summary: `${listed}, but the server does not find its members.`,
  advice: 'The account is changing while rollcall reads it. Run again in a few minutes.',
})

/** The first row that fits decides. */
const ROWS: readonly Row[] = [
  {
    // The dashboard answers this to a request for JSON.
    status: is(406),
    code: 'settings-not-chatwoot',
    summary: 'There is no Chatwoot API at the base URL: {host} has no JSON there.',
    advice: BASE_URL,
  },
  {
    status: is(404),
    when: (answer) => answer.html,
    code: 'settings-not-chatwoot',
    summary: 'There is no Chatwoot API at the base URL: {host} answered with an HTML page.',
    advice: BASE_URL,
  },
  {
    status: is(401),
    when: (answer) => answer.said.list,
    code: 'token-not-received',
    summary: 'The API token did not arrive at Chatwoot on {host}.',
  },
  {
    status: is(401),
    when: says(/invalid access.?token/i),
    code: 'token-unknown',
    summary: 'Chatwoot on {host} does not know this API token.',
  },
  {
    status: is(401),
    when: says(/for bots/i),
    code: 'token-of-a-bot',
    summary:
      'The API token does not belong to a person, but to an agent bot, a platform app or a deleted user.',
  },
  {
    status: is(401),
    when: says(/suspended/i),
    code: 'account-suspended',
    summary: 'Account {account} is suspended.',
  },
  {
    status: is(401),
    when: says(/not authorized to access this account/i),
    code: 'token-not-a-member',
    summary: 'The owner of the API token is not on account {account}.',
  },
  {
    status: is(403),
    when: says(/api access is not enabled/i),
    code: 'token-refused',
    summary: 'The subscription of account {account} does not include API access.',
    advice: 'Choose a subscription that includes API access, or ask Chatwoot support.',
  },
  {
    status: is(401, 403),
    when: (answer) => answer.said.code === 'mfa_enrollment_required',
    code: 'token-refused',
    // Also of the profile, whose URL has no account.
    summary:
      'Chatwoot on {host} requires two-factor authentication, but the owner of the API token has not set it up.',
    advice: 'Ask the owner of the token to set up two-factor authentication in Profile settings.',
  },
  {
    status: is(401),
    when: says(/not authorized to do this action/i),
    code: 'token-refused',
    summary: 'The owner of the API token may not read this part of account {account}.',
    advice: 'Use the token of an administrator of the account.',
  },
  {
    // Since 4.16, Chatwoot translates the message that a user is not on the account. All other 401
    // messages for these lists are English, and are in the rows above.
    status: is(401),
    of: ['agents', 'teams', 'team_members', 'inboxes', 'inbox_members'],
    when: ({ said }) => said.alone && isSentence(said.text ?? ''),
    code: 'token-not-a-member',
    summary:
      'The owner of the API token may not read account {account}, probably because they are not on it.',
  },
  {
    status: is(401, 403),
    // Chatwoot shows its version to everybody, so this request has no token.
    when: ({ url, html, said }) => html || said.text === null || url.endsWith('/api'),
    code: 'token-refused',
    summary: 'A request to {host} was refused, probably not by Chatwoot itself.',
    advice: PROXY,
  },
  {
    status: is(401, 403),
    code: 'token-refused',
    summary: '{host} refused a request with this API token.',
    advice: 'Check that the owner of the token is on the account and may use the API.',
  },
  {
    status: is(404),
    of: ['agents', 'teams', 'inboxes'],
    when: says(/resource could not be found/i),
    code: 'account-unknown',
    summary: 'There is no account {account} on {host}.',
  },
  withoutMembers('team_members', 'Team {team} is in the team list'),
  withoutMembers('inbox_members', 'Inbox {inbox} is in the inbox list'),
  {
    status: is(404),
    of: ['profile', 'agents', 'teams'],
    when: says(/^not found$/i),
    code: 'settings-not-chatwoot',
    summary: 'There is no Chatwoot API at the base URL: {host} does not know its paths.',
    advice: BASE_URL,
  },
  {
    status: is(404),
    code: 'server-not-found',
    summary: '{host} has nothing at the requested path.',
    advice: `rollcall needs Chatwoot ${SINCE.api} or later. ${BASE_URL}`,
  },
  {
    status: is(429),
    code: 'server-rate-limit',
    summary: '{host} refuses more requests: its rate limit is reached.',
  },
  {
    status: is(408),
    code: 'server-error',
    summary: '{host} stopped waiting for a request.',
    advice:
      'Run again in a few minutes. If you get this error again, check the proxy in front of Chatwoot.',
  },
  {
    status: (status) => status >= 400 && status < 500,
    when: (answer) => answer.html,
    code: 'server-refused',
    summary: 'A request to {host} was refused, probably not by Chatwoot itself.',
    advice: `Check the scheme and the port of the base URL. ${PROXY}`,
  },
  {
    status: (status) => status >= 400 && status < 500,
    code: 'server-refused',
    summary: '{host} refused a request.',
  },
  {
    status: (status) => status >= 500,
    // Chatwoot gives every answer an id, so this one comes from something in front of it.
    when: ({ requestId }) => requestId === null,
    code: 'server-error',
    summary: '{host} failed to answer a request.',
    advice:
      'Run again in a few minutes. If you get this error again, check that Chatwoot is running, and check the log of the proxy in front of it.',
  },
  {
    status: (status) => status >= 500,
    code: 'server-error',
    summary: '{host} failed to answer a request.',
    advice:
      'Run again in a few minutes. The log of the server shows the cause under the request id.',
  },
]

/** Explains an answer with a status other than 200. */
export function explainAnswer(answer: Answer): Diagnostic {
  const resource =
    answer.url
      .replace(/(?:\/\d+)+$/, '')
      .split('/')
      .at(-1) ?? ''
  const row = ROWS.find(
    (each) =>
      each.status(answer.status) &&
      // A sentence about an account needs the id of the account.
      (!each.summary.includes('{account}') || /\/accounts\/\d/.test(answer.url)) &&
      (each.of?.includes(resource) ?? true) &&
      (each.when?.(answer) ?? true),
  )
  if (row === undefined) return explainShape(answer, 'the status should be 200')
  const advice = row.advice === BASE_URL ? adviseBaseUrl(answer.url) : row.advice
  const summary = fillIn(row.summary, new URL(answer.url))
  return explain(answer, row.code, summary, advice, describeAnswer(answer))
}

/** @param advice absent: the remedy of the code */
function explain(
  { url, status, requestId }: Answer,
  code: DiagnosticCode,
  summary: string,
  advice?: string,
  detail = `GET ${url} answered ${status}.`,
): Diagnostic {
  return makeDiagnostic({ code, summary, detail, ...(advice && { advice }), requestId })
}

function fillIn(template: string, url: URL): string {
  const id = (kind: string) => new RegExp(`/${kind}/(\\d+)`).exec(url.pathname)?.[1] ?? ''
  return template
    .replace('{host}', url.host)
    .replace('{account}', id('accounts'))
    .replace('{team}', id('teams'))
    .replace('{inbox}', id('inbox_members'))
}

function describeAnswer({ url, status, html, said }: Answer): string {
  const begin = `GET ${url} answered ${status}`
  if (html) return `${begin} with an HTML page.`
  const words = [said.text, said.code].filter((each) => each !== null)
  return words.length === 0 ? `${begin}.` : endSentence(`${begin}: ${words.join(', ')}`)
}

/** Words of the server may have no full stop. */
function endSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

/** A 200 with a page instead of data. */
export function explainHtmlPage(answer: Answer): Diagnostic {
  return explain(
    answer,
    'settings-not-chatwoot',
    'There is an HTML page at the base URL, not the Chatwoot API.',
    adviseBaseUrl(answer.url, ` ${GATEWAY}`),
    `${describeAnswer(answer)} This is probably a dashboard or a sign-in page.`,
  )
}

/** Suggests the exact base URL if the requested URL shows what is wrong. @param more if it does not */
function adviseBaseUrl(url: string, more = ''): string {
  const { origin, pathname } = new URL(url)
  const [, prefix, wrong] = /^(.*?)(\/(?:app|api)(?:\/.*)?)\/api(?:\/|$)/.exec(pathname) ?? []
  return wrong === undefined
    ? BASE_URL + more
    : `Set the base URL to ${origin}${prefix}, without ${wrong} at its end.`
}

/** A complete answer with unexpected content. @param problem a clause */
export function explainShape(
  answer: Answer,
  problem: string,
  advice = `Check that the base URL is that of Chatwoot ${SINCE.api} or later, and that no proxy changes its answers. If both are right, report this with the version of Chatwoot.`,
): Diagnostic {
  const summary = `rollcall does not understand the answer of the server: ${problem}.`
  return explain(answer, 'server-shape', summary, advice)
}

/**
 * A redirect that is not followed: to another server, which must not get the token, to another page, or
 * in a loop.
 * @param same whether it leads to the same part of the API
 */
export function explainRedirect(
  answer: Answer,
  target: URL | null,
  baseUrl: string,
  same: boolean,
): Diagnostic {
  const base = new URL(baseUrl)
  const upgrade = target?.protocol === 'https:' && base.protocol === 'http:'
  const sameHost = target?.hostname === base.hostname
  const suggested = `${target?.origin}${base.pathname.replace(/\/+$/, '')}`
  const [summary, advice] =
    target === null
      ? ['The server redirects without saying where.', BASE_URL]
      : same
        ? ['The server redirects in a loop.', BASE_URL]
        : target.origin === base.origin
          ? [
              `The server redirects to another page: ${clean(target.pathname)}.`,
              `${BASE_URL} ${GATEWAY}`,
            ]
          : upgrade && sameHost
            ? ['The server redirects from http to https.', `Set the base URL to ${suggested}.`]
            : [
                `The server redirects to ${target.origin}; rollcall does not send the token there.`,
                `If this is your Chatwoot, set the base URL to its address there. ${GATEWAY}`,
              ]
  return explain(answer, 'settings-redirect', summary, advice)
}
