/**
 * Answers requests: the routes of Chatwoot's API, what may be read, and the order of checks. The first
 * failing check decides: route, throttle, body, token, account, suspension, membership, API access,
 * record, role. Knows nothing of sockets.
 */
import { makeAccountBody, makeCustomRoleBody, makeTeamBody } from './account.ts'
import { createAgent, deleteAgent, findAgent, updateAgent } from './agents.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { answerAuditLogs } from './audit.ts'
import {
  type Call,
  hasApi,
  type Installation,
  requireAdministrator,
  requireFound,
  requireMember,
  requireRecord,
  requireUser,
  type Signed,
} from './call.ts'
import {
  createCustomRole,
  deleteCustomRole,
  requireCustomRole,
  requireCustomRoles,
  updateCustomRole,
} from './custom-roles.ts'
import { findByEmail, findById } from './find.ts'
import {
  addInboxMembers,
  addTeamMembers,
  findInbox,
  findTeam,
  listInboxMembers,
  listTeamMembers,
  removeInboxMembers,
  removeTeamMembers,
  replaceInboxMembers,
  replaceTeamMembers,
} from './group-members.ts'
import { makeInboxBodies } from './inboxes.ts'
import { parseParameters, readInteger } from './parameters.ts'
import { makeAgentBodies, makeProfileBody } from './people.ts'
import { createTeam, deleteTeam, showTeam, updateTeam } from './teams.ts'
import { isSince } from './versions.ts'

type Handle = (call: Call) => Answer

interface Route {
  /** Of the method and the path. PUT counts as PATCH, except for members, and HEAD as GET. */
  readonly pattern: RegExp
  readonly handle: Handle
  /** How often an account may send this request on one day, from 4.16.1 on. */
  readonly perDay: number | undefined
}

const PER_DAY: Readonly<Record<string, number>> = {
  'POST /agents': 100,
  'DELETE /agents/:agent': 50,
}

const ROUTES: readonly Route[] = [
  ...makeRoutes('', {
    'GET /api': answerVersion,
    'GET /health': () => answers.answerOk({ status: 'woot' }, { vary: 'Accept' }),
    'GET /api/v1/profile': requireUser(({ state, user }) =>
      answers.answerOk(makeProfileBody(state, user)),
    ),
  }),
  ...makeRoutes('/api/v1/accounts/:account', {
    'GET ': requireUser(showAccount),

    'GET /agents': requireMember((call) => answers.answerOk(makeAgentBodies(call))),
    'POST /agents': requireAdministrator(createAgent),
    'PATCH /agents/:agent': requireRecord(findAgent, updateAgent),
    'DELETE /agents/:agent': requireRecord(findAgent, deleteAgent),

    'GET /teams': requireMember((call) =>
      answers.answerOk(call.account.teams.map((team) => makeTeamBody(call, team, call.user))),
    ),
    'POST /teams': requireAdministrator(createTeam),
    'GET /teams/:team': requireFound(findTeam, showTeam),
    'PATCH /teams/:team': requireRecord(findTeam, updateTeam),
    'DELETE /teams/:team': requireRecord(findTeam, deleteTeam),

    'GET /teams/:team/team_members': requireFound(findTeam, listTeamMembers),
    'POST /teams/:team/team_members': requireRecord(findTeam, addTeamMembers),
    'PATCH /teams/:team/team_members': requireRecord(findTeam, replaceTeamMembers),
    'DELETE /teams/:team/team_members': requireRecord(findTeam, removeTeamMembers),

    'GET /inboxes': requireMember((call) =>
      answers.answerOk({ payload: makeInboxBodies(call, call.member) }),
    ),
    'GET /inbox_members/:inbox': requireFound(findInbox, listInboxMembers),
    'POST /inbox_members': requireRecord(findInbox, addInboxMembers),
    'PATCH /inbox_members': requireRecord(findInbox, replaceInboxMembers),
    'DELETE /inbox_members': requireRecord(findInbox, removeInboxMembers),

    'GET /custom_roles': requireCustomRoles(({ account }) =>
      answers.answerOk(account.custom_roles.map(makeCustomRoleBody)),
    ),
    'POST /custom_roles': requireCustomRoles(createCustomRole),
    'GET /custom_roles/:role': requireCustomRole((_call, role) =>
      answers.answerOk(makeCustomRoleBody(role)),
    ),
    'PATCH /custom_roles/:role': requireCustomRole(updateCustomRole),
    'DELETE /custom_roles/:role': requireCustomRole(deleteCustomRole),

    'GET /audit_logs': requireAdministrator(answerAuditLogs),
  }),
]

function makeRoutes(base: string, handles: Readonly<Record<string, Handle>>): readonly Route[] {
  return Object.entries(handles).map(([route, handle]) => {
    const [method, path = ''] = route.split(' ')
    const full = `${base}${path}`.replace(/:(\w+)/g, '(?<$1>[^/.]+)')
    return { pattern: new RegExp(`^${method} ${full}$`), handle, perDay: PER_DAY[route] }
  })
}

const DASHBOARD = /^\/app(\/.*)?$/

export interface Question extends Omit<Call, 'parts' | 'query' | 'parameters'> {
  readonly method: string
  /** As requested, with the query. */
  readonly path: string
  readonly body: string
  readonly contentType: string | undefined
}

export function answerRequest({ method, path, body, contentType, ...rest }: Question): Answer {
  const [before = '', query = ''] = path.split('?', 2)
  const normalised = `/${before.split('/').filter(Boolean).join('/')}`
  const replaces = method === 'PUT' && !normalised.endsWith('_members')
  const routed = method === 'HEAD' ? 'GET' : replaces ? 'PATCH' : method
  const { installation, accept } = rest
  if (routed === 'GET' && DASHBOARD.test(normalised)) {
    return answers.answerDashboard(accept, installation.state.version)
  }
  for (const { pattern, handle, perDay } of ROUTES) {
    const match = pattern.exec(`${routed} ${normalised}`)
    if (match === null) continue
    const parts = match.groups ?? {}
    const action = `${routed} of agents on account ${parts['account']}`
    if (perDay !== undefined && !mayTry(installation, action, perDay)) return answers.RETRY_LATER
    const parameters = parseParameters(body, contentType)
    if (parameters === null) return answers.answerMalformed(accept)
    return handle({ ...rest, query: new URLSearchParams(query), parameters, parts })
  }
  return answers.answerNoRoute(accept)
}

/** Counts every attempt, successful or not, by UTC day. */
function mayTry({ state, attempts, now }: Installation, action: string, perDay: number): boolean {
  if (!isSince(state.version, 4, 16, 1)) return true
  const key = `${action} on ${now().toISOString().slice(0, 10)}`
  const count = (attempts.get(key) ?? 0) + 1
  attempts.set(key, count)
  return count <= perDay
}

function answerVersion({ installation }: Call): Answer {
  const timestamp = installation.now().toISOString().slice(0, 19).replace('T', ' ')
  const { version } = installation.state
  return answers.answerOk(
    { version, timestamp, queue_services: 'ok', data_services: 'ok' },
    { vary: 'Accept' },
  )
}

/** Finds only the accounts of the caller, including suspended ones. */
function showAccount({ state, user, parts }: Signed): Answer {
  const account = findById(state.accounts, readInteger(parts['account']))
  if (account === null || findByEmail(account.members, user.email) === null) {
    return answers.RECORD_NOT_FOUND
  }
  if (!hasApi({ state, account })) return answers.NO_API_ACCESS
  return answers.answerOk(makeAccountBody({ state, account }))
}
