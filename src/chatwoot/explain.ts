/**
 * Answers that are no success, as diagnostics: one table from status and body to what it means
 * and what to do. Chatwoot says 401 for nearly everything, so the body's own words decide.
 * Never shows more of a body than those words. Longer than most files because the table is.
 */
import { type Diagnostic, diagnostic } from '../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../core/messages/diagnostic-records.ts'
import type { ServerWords } from './words.ts'

/** What an answer may be judged by. Texts are already cleaned by `clean`. */
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
  /** Last segments of the paths this speaks of; absent: any. */
  readonly of?: readonly string[]
  readonly when?: (answer: Answer) => boolean
  readonly code: DiagnosticCode
  /** `{host}`, `{account}` and `{team}` are those of the request. */
  readonly summary: string
  /** Absent: that of the code. */
  readonly advice?: string
}

const is =
  (...statuses: readonly number[]) =>
  (status: number) =>
    statuses.includes(status)
const says = (pattern: RegExp) => (answer: Answer) => pattern.test(answer.said.text ?? '')

const BASE_URL =
  'Set the base URL to the address under which Chatwoot itself answers: what stands before /app in the dashboard address, with a path prefix if there is one.'
/** What stands in front of Chatwoot says `Access denied`; Chatwoot says whole sentences. */
const isSentence = (text: string) => /(\S+\s+){3}\S|[^\x20-\x7e]/.test(text)
const PROXY = 'Ask who runs the proxy or firewall in front of Chatwoot to let the request pass.'

/** The first row that fits decides. */
const ROWS: readonly Row[] = [
  {
    // What the dashboard answers to somebody who wants JSON.
    status: is(406),
    code: 'settings-not-chatwoot',
    summary: 'There is no Chatwoot API under the base URL: {host} has no JSON to offer there.',
    advice: BASE_URL,
  },
  {
    status: is(404),
    when: (answer) => answer.html,
    code: 'settings-not-chatwoot',
    summary: 'There is no Chatwoot API under the base URL: {host} answered with an HTML page.',
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
      'The API token belongs to no person: to an agent bot, a platform app or a deleted user.',
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
    summary: 'The plan of account {account} does not include API access.',
    advice: 'Enable API access in the plan of the account, or ask Chatwoot support.',
  },
  {
    status: is(401, 403),
    when: (answer) => answer.said.code === 'mfa_enrollment_required',
    code: 'token-refused',
    summary:
      'Account {account} demands two-factor authentication, and the owner of the API token has none.',
    advice: 'Let the owner of the token set up two-factor authentication in Profile settings.',
  },
  {
    status: is(401),
    when: says(/not authorized to do this action/i),
    code: 'token-refused',
    summary: 'The owner of the API token may not read this part of account {account}.',
    advice: 'Use the token of an administrator of the account.',
  },
  {
    // Since 4.16 that somebody is not on the account is said in the language of the installation.
    // Every other 401 that Chatwoot has for these lists is English, and stands above.
    status: is(401),
    of: ['agents', 'teams', 'team_members'],
    when: ({ said }) => said.alone && isSentence(said.text ?? ''),
    code: 'token-not-a-member',
    summary:
      'The owner of the API token may not read account {account}: most likely they are not on it.',
  },
  {
    status: is(401, 403),
    // Chatwoot tells its version to everybody, so that is asked without a token.
    when: ({ url, html, said }) => html || said.text === null || url.endsWith('/api'),
    code: 'token-refused',
    summary: 'A request to {host} was refused, and not in the way Chatwoot does it.',
    advice: PROXY,
  },
  {
    status: is(401, 403),
    code: 'token-refused',
    summary: 'A request to {host} was refused to this API token.',
    advice: 'Check that the owner of the token is on the account and may use the API.',
  },
  {
    status: is(404),
    of: ['agents', 'teams'],
    when: says(/resource could not be found/i),
    code: 'account-unknown',
    summary: 'There is no account {account} on {host}.',
  },
  {
    status: is(404),
    of: ['team_members'],
    when: says(/resource could not be found/i),
    code: 'read-contradiction',
    summary: 'Team {team} is in the team list, but its members could not be found.',
    advice: 'The account changes while it is being read: try again in a few minutes.',
  },
  {
    status: is(404),
    of: ['profile', 'agents', 'teams'],
    when: says(/^not found$/i),
    code: 'settings-not-chatwoot',
    summary: 'There is no Chatwoot API under the base URL: {host} does not know its paths.',
    advice: BASE_URL,
  },
  {
    status: is(404),
    code: 'server-not-found',
    summary: '{host} does not have what was asked for.',
    advice: `Chatwoot 2.9 or later is needed. ${BASE_URL}`,
  },
  {
    status: is(429),
    code: 'server-rate-limit',
    summary: '{host} refuses further requests: its rate limit is reached.',
  },
  {
    status: is(408),
    code: 'server-error',
    summary: '{host} gave up waiting for a request.',
    advice: 'Try again in a few minutes; if it lasts, look at the proxy in front of Chatwoot.',
  },
  {
    status: (status) => status >= 400 && status < 500,
    code: 'server-refused',
    summary: '{host} refused a request.',
  },
  {
    status: (status) => status >= 500,
    code: 'server-error',
    summary: '{host} failed to answer a request.',
    advice: 'Try again in a few minutes; the log of the server has the cause under the request id.',
  },
]

/** What an answer other than a 200 means. */
export function explainAnswer(answer: Answer): Diagnostic {
  const resource = answer.url.split('/').at(-1) ?? ''
  const row = ROWS.find(
    (each) =>
      each.status(answer.status) &&
      // A sentence about an account has to be able to name it.
      (!each.summary.includes('{account}') || /\/accounts\/\d/.test(answer.url)) &&
      (each.of?.includes(resource) ?? true) &&
      (each.when?.(answer) ?? true),
  )
  if (row === undefined) return explainShape(answer, 'the status should be 200')
  return diagnostic({
    code: row.code,
    summary: fillIn(row.summary, new URL(answer.url)),
    detail: describeAnswer(answer),
    ...(row.advice && {
      advice: row.advice === BASE_URL ? adviseBaseUrl(answer.url) : row.advice,
    }),
    requestId: answer.requestId,
  })
}

function fillIn(template: string, url: URL): string {
  const id = (kind: string) => new RegExp(`/${kind}/(\\d+)`).exec(url.pathname)?.[1] ?? ''
  return template
    .replace('{host}', url.host)
    .replace('{account}', id('accounts'))
    .replace('{team}', id('teams'))
}

function describeAnswer({ url, status, html, said }: Answer): string {
  const begin = `GET ${url} answered ${status}`
  if (html) return `${begin} with an HTML page.`
  const words = [said.text, said.code].filter((each) => each !== null)
  return words.length === 0 ? `${begin}.` : endSentence(`${begin}: ${words.join(', ')}`)
}

/** The server's own words end as they please. */
function endSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

/** A 200 with a page instead of data. */
export function explainHtmlPage(answer: Answer): Diagnostic {
  return diagnostic({
    code: 'settings-not-chatwoot',
    summary: 'The base URL leads to an HTML page, not to the Chatwoot API.',
    detail: `${describeAnswer(answer)} A dashboard or a sign-in page does that.`,
    advice: adviseBaseUrl(answer.url),
    requestId: answer.requestId,
  })
}

/** With the base URL itself where what was asked for shows what is wrong with it. */
function adviseBaseUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  const [, prefix, wrong] = /^(.*?)\/(app|api)(?:\/.*)?\/api(?:\/|$)/.exec(pathname) ?? []
  return wrong === undefined
    ? BASE_URL
    : `Set the base URL to ${origin}${prefix}, without /${wrong} at its end.`
}

/** An answer that arrived whole and is not what the contract says. `problem` is a clause. */
export function explainShape(answer: Answer, problem: string): Diagnostic {
  return diagnostic({
    code: 'server-shape',
    summary: `The server's answer is not what rollcall understands: ${problem}.`,
    detail: `GET ${answer.url} answered ${answer.status}.`,
    advice:
      'Check that the base URL leads to Chatwoot 2.9 or later and that no proxy rewrites its answers; if so, report it with the version of Chatwoot.',
    requestId: answer.requestId,
  })
}

/** A redirect that is not followed, because the token would go elsewhere or in circles. */
export function explainRedirect(answer: Answer, target: URL | null, baseUrl: string): Diagnostic {
  const base = new URL(baseUrl)
  const upgrade = target?.protocol === 'https:' && base.protocol === 'http:'
  const sameHost = target?.hostname === base.hostname
  const suggested = `${target?.origin}${base.pathname.replace(/\/+$/, '')}`
  const [summary, advice] =
    target === null
      ? ['The server redirects without saying where.', BASE_URL]
      : target.origin === base.origin
        ? ['The server redirects in circles.', BASE_URL]
        : upgrade && sameHost
          ? ['The server wants https instead of http.', `Set the base URL to ${suggested}.`]
          : [
              `The server redirects to ${target.origin}; the token is not sent there.`,
              `If that is your Chatwoot, set the base URL to its address there. ${BASE_URL}`,
            ]
  return diagnostic({
    code: 'settings-redirect',
    summary,
    detail: `GET ${answer.url} answered ${answer.status}.`,
    advice,
    requestId: answer.requestId,
  })
}
