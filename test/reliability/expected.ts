/**
 * What must become of a read when an answer goes wrong: the diagnostic that ends it, or `recovered`,
 * which means exactly the report of the unharmed run. What is not listed is a body of the wrong
 * shape: no verdict, whether it comes once or for good.
 */
import type { DiagnosticCode } from '../../src/core/messages/diagnostic-records.ts'
import { type Endpoint, FAULT_REQUEST_ID, type Fault } from '../sandbox/faults.ts'

export type End = DiagnosticCode | 'recovered'

export interface Expected {
  readonly once: End
  readonly always: End
}

const ends = (code: End): Expected => ({ once: code, always: code })
/** Gone on the next try, or when the lists are read again. */
const passes = (always: End): Expected => ({ once: 'recovered', always })

const SHAPE = ends('server-shape')
const CONTRADICTION = passes('read-contradiction')
const CALLER_MISSING = passes('read-caller-missing')
const RECOVERED = ends('recovered')
const HTML = ends('settings-not-chatwoot')

const EXPECTED: Readonly<Record<string, Expected>> = {
  'the id of nobody': CONTRADICTION,
  'the id of somebody else': CONTRADICTION,
  'the address of nobody': CONTRADICTION,
  'the address of somebody else': CONTRADICTION,
  'another role': CONTRADICTION,
  'another custom role': CONTRADICTION,
  'not on the account': CALLER_MISSING,
  'no custom roles': CONTRADICTION,
  'without the owner of the token': CALLER_MISSING,
  'without a member of a team': CONTRADICTION,
  'a team that is not there': CONTRADICTION,
  'an inbox that is not there': CONTRADICTION,
  'a member of another id': CONTRADICTION,
  'a member of another address': CONTRADICTION,
  'a stranger': CONTRADICTION,
  'a stranger of no role': CONTRADICTION,
  'a member of another role': CONTRADICTION,
  'a member of no role': CONTRADICTION,
  'a member of no role and another id': CONTRADICTION,
  'a member of no role and another address': CONTRADICTION,
  'a member otherwise confirmed': CONTRADICTION,
  'a member of another custom role': CONTRADICTION,

  'an HTML page': HTML,
  'an HTML page that calls itself JSON': HTML,
  'a text that calls itself HTML': HTML,

  'reset before the answer': passes('network-reset'),
  'closed before the answer': passes('network-reset'),
  'reset in the middle of the body': passes('network-truncated'),
  'cut, with the length of the whole': passes('network-truncated'),
  'cut, without a length': passes('network-truncated'),
  'cut between two chunks': passes('network-truncated'),
  'cut, in chunks that end well': passes('network-truncated'),

  'headers that never come': ends('network-deadline'),
  'headers that come late': RECOVERED,
  'a body that stops': ends('network-deadline'),
  'a body that trickles to its end': RECOVERED,
  'a body that trickles without end': ends('network-deadline'),

  '301 within the server': RECOVERED,
  '302 within the server': RECOVERED,
  '307 within the server': RECOVERED,
  '302 to the sign-in page': ends('settings-redirect'),
  '301 to another origin': ends('settings-redirect'),
  '302 to another port': ends('settings-redirect'),
  '307 to another origin': ends('settings-redirect'),
  '302 in a loop': passes('settings-redirect'),
  '302 to nowhere': ends('settings-redirect'),

  '401 no token arrived': ends('token-not-received'),
  '401 unknown token': ends('token-unknown'),
  '401 token of a bot': ends('token-of-a-bot'),
  '401 suspended': ends('account-suspended'),
  '401 not a member': ends('token-not-a-member'),
  '401 not a member, in German': ends('token-not-a-member'),
  '401 not allowed': ends('token-refused'),
  '401 with HTML': ends('token-refused'),
  '402': ends('server-refused'),
  '403 plan without API': ends('token-refused'),
  '403 two factors demanded': ends('token-refused'),
  '403 with HTML': ends('token-refused'),
  '404 no such record': ends('account-unknown'),
  '404 no such route': HTML,
  '404 with HTML': HTML,
  '422': ends('server-refused'),
  '422 that repeats what it was sent': ends('server-refused'),

  '429': passes('server-rate-limit'),
  '429 for 7 seconds': passes('server-rate-limit'),
  '429 for a day': ends('server-rate-limit'),
  '408': passes('server-error'),
  '500': passes('server-error'),
  '502 with HTML': passes('server-error'),
  '503': passes('server-error'),
}

/** Where one endpoint makes a difference. */
const SPECIAL: Readonly<Partial<Record<Endpoint, Readonly<Record<string, Expected>>>>> = {
  profile: {
    '404 no such record': ends('server-not-found'),
    // It is not asked for on behalf of an account.
    '401 suspended': ends('token-refused'),
    '401 not a member': ends('token-refused'),
    '401 not a member, in German': ends('token-refused'),
    // It then says nothing of them, and the list decides alone.
    'no custom roles': RECOVERED,
  },
  agents: { '[]': CALLER_MISSING },
  team_members: {
    '404 no such record': CONTRADICTION,
    '404 no such route': ends('server-not-found'),
  },
  inboxes: { '404 no such route': ends('server-not-found') },
  inbox_members: {
    '404 no such record': CONTRADICTION,
    '404 no such route': ends('server-not-found'),
  },
  // What keeps the names of custom roles from this token costs the verdict where they matter.
  custom_roles: Object.fromEntries(
    [
      '401 not a member, in German',
      '401 not allowed',
      '401 with HTML',
      '403 plan without API',
      '403 two factors demanded',
      '403 with HTML',
      '404 no such record',
      '404 no such route',
    ].map((name) => [name, ends('read-custom-roles')]),
  ),
}

export function expected({ name }: Fault, endpoint: Endpoint): Expected {
  if (name.startsWith('pages of ')) return passes('read-paging')
  return SPECIAL[endpoint]?.[name] ?? EXPECTED[name] ?? SHAPE
}

/** What the message says of an answer that arrived and is not understood. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'an empty body': /the body is empty/,
  null: /it is null/,
  '{}': /should be a list, it is (an object|absent)/,
  '[]': /should be an object, it is a list/,
  'a list of the wrong things': /should be an object, it is (the number 1|a list)/,
  'a list of lists': /should be an object, it is a list/,
  'a list of nulls': /should be an object, it is (null|a list)/,
  'a string': /it is some other text/,
  'no JSON': /the body is not JSON/,
  'cut, with the length of what is left': /the body is not JSON/,
  'invalid UTF-8': /the body is not valid UTF-8/,
  'JSON that calls itself gzip': /it is compressed \(gzip\)/,
  'invalid gzip': /it is compressed \(gzip\)/,
  'gzip that was declined': /it is compressed \(gzip\)/,
  '204': /the status should be 200/,
  '206': /the status should be 200/,
  '304': /the status should be 200/,
  'a body without end': /is larger than 256 MiB/,
}

/** Of a field with a wrong value, at least the field; otherwise the codes of the table say it. */
function saying({ name }: Fault, end: End): RegExp | null {
  if (end !== 'server-shape') return null
  const field = /^[a-z_.]+(?=: )/.exec(name)?.[0].split('.').at(-1)
  return SAYS[name] ?? (field === undefined ? null : new RegExp(`\\b${field} should be`))
}

const PATHS: Readonly<Record<Endpoint, string>> = {
  profile: '/api/v1/profile',
  agents: '/api/v1/accounts/1/agents',
  teams: '/api/v1/accounts/1/teams',
  team_members: '/api/v1/accounts/1/teams/',
  inboxes: '/api/v1/accounts/1/inboxes',
  inbox_members: '/api/v1/accounts/1/inbox_members/',
  custom_roles: '/api/v1/accounts/1/custom_roles',
}

/** What a message names: how the path of the request begins, the id of its answer, the answer. */
export function naming(fault: Fault, endpoint: Endpoint, end: End) {
  const { name } = fault
  const request = PATHS[name === 'an inbox that is not there' ? 'inbox_members' : endpoint]
  const answered = !/^reset before|^closed before|^headers that never/.test(name)
  // Another, honest answer showed it.
  const later = ['a team that is not there', 'an inbox that is not there'].includes(name)
  const id = later ? /request id: \S/i : new RegExp(FAULT_REQUEST_ID)
  return {
    request,
    id: answered && end !== 'network-deadline' ? id : null,
    says: saying(fault, end),
  }
}

/** Names that stand in the tables: a fault that was renamed must not fall back unnoticed. */
export const NAMED = [EXPECTED, SAYS, ...Object.values(SPECIAL)].flatMap((each) =>
  Object.keys(each),
)
