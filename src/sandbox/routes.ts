/**
 * Answers requests: the routes of Chatwoot's API and the order of its checks. The first failing check
 * decides: route, token, account, suspension, membership, API access, record, role. Knows nothing of
 * sockets.
 */
import { isOn, makeAccountBody, makeCustomRoleBody, makeTeamBody } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import {
  findAccountById,
  findCustomRoleById,
  findInboxById,
  findMemberByEmail,
  findTeamById,
  findUserByToken,
} from './find.ts'
import { makeInboxBodies, mayRead } from './inboxes.ts'
import {
  makeAgentBodies,
  makeInboxMemberBodies,
  makeProfileBody,
  makeTeamMemberBodies,
} from './people.ts'
import type { SandboxAccount, SandboxMember, SandboxState, SandboxUser } from './state.ts'
import { isSince } from './versions.ts'

/** The owner of a token. */
export type Caller =
  | { readonly kind: 'none' | 'unknown' | 'bot' }
  | { readonly kind: 'user'; readonly user: SandboxUser }

/** @param token the value of the header; undefined if it did not arrive */
export function findCaller(state: SandboxState, token: string | undefined): Caller {
  if (token === undefined || token.trim() === '') return { kind: 'none' }
  const user = findUserByToken(state.users, token)
  if (user !== null) return { kind: 'user', user }
  const bot = state.bot_tokens.includes(token) || state.platform_tokens.includes(token)
  return { kind: bot ? 'bot' : 'unknown' }
}

interface Call {
  readonly state: SandboxState
  readonly caller: Caller
  readonly accept: string | undefined
  readonly now: Date
  /** Named segments of the path. */
  readonly parts: Readonly<Record<string, string>>
}

interface Signed extends Call {
  readonly user: SandboxUser
}

interface OnAccount extends Signed {
  readonly account: SandboxAccount
  readonly member: SandboxMember
}

function requireUser(handle: (call: Signed) => Answer): (call: Call) => Answer {
  return (call) => {
    switch (call.caller.kind) {
      case 'none':
        return answers.TOKEN_NOT_RECEIVED
      case 'unknown':
        return answers.TOKEN_UNKNOWN
      case 'bot':
        return answers.TOKEN_OF_A_BOT
      case 'user':
        return handle({ ...call, user: call.caller.user })
    }
  }
}

function requireMember(handle: (call: OnAccount) => Answer): (call: Call) => Answer {
  return requireUser((call) => {
    const account = findAccountById(call.state.accounts, parseId(call.parts['account']))
    if (account === null) return answers.RECORD_NOT_FOUND
    if (account.status === 'suspended') return answers.ACCOUNT_SUSPENDED
    const member = findMemberByEmail(account.members, call.user.email)
    if (member === null) return answers.NOT_A_MEMBER
    if (!hasApi(call.state, account)) return answers.NO_API_ACCESS
    return handle({ ...call, account, member })
  })
}

function hasApi(state: SandboxState, account: SandboxAccount): boolean {
  return !isSince(state.version, 4, 16) || isOn(state, account, 'api_and_webhooks')
}

/** Reads ids as Ruby does: leading digits count, anything else is 0. */
function parseId(segment: string | undefined): number {
  return Number.parseInt(segment ?? '', 10) || 0
}

const ACCOUNT = '/api/v1/accounts/:account'

const ROUTES: readonly (readonly [RegExp, (call: Call) => Answer])[] = [
  [compilePath('/api'), answerVersion],
  [compilePath('/health'), () => answers.answerOk({ status: 'woot' }, { vary: 'Accept' })],
  [/^\/app(\/.*)?$/, ({ state, accept }) => answers.answerDashboard(accept, state.version)],
  [
    compilePath('/api/v1/profile'),
    requireUser(({ state, user }) => answers.answerOk(makeProfileBody(state, user))),
  ],
  [compilePath(ACCOUNT), requireUser(showAccount)],
  [
    compilePath(`${ACCOUNT}/agents`),
    requireMember((on) => answers.answerOk(makeAgentBodies(on.state, on.account))),
  ],
  [compilePath(`${ACCOUNT}/teams`), requireMember(listTeams)],
  [compilePath(`${ACCOUNT}/teams/:team`), requireMember(showTeam)],
  [compilePath(`${ACCOUNT}/teams/:team/team_members`), requireMember(listTeamMembers)],
  [
    compilePath(`${ACCOUNT}/inboxes`),
    requireMember((on) =>
      answers.answerOk({ payload: makeInboxBodies(on.state, on.account, on.member) }),
    ),
  ],
  [compilePath(`${ACCOUNT}/inbox_members/:inbox`), requireMember(listInboxMembers)],
  [compilePath(`${ACCOUNT}/custom_roles`), requireMember(listCustomRoles)],
  [compilePath(`${ACCOUNT}/custom_roles/:role`), requireMember(showCustomRole)],
]

function compilePath(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/.]+)')}$`)
}

/** @param path without the query, which no route uses */
export function answerRequest(path: string, call: Omit<Call, 'parts'>): Answer {
  const normalised = `/${path.split('/').filter(Boolean).join('/')}`
  for (const [route, handle] of ROUTES) {
    const match = route.exec(normalised)
    if (match !== null) return handle({ ...call, parts: match.groups ?? {} })
  }
  return answers.answerNoRoute(call.accept)
}

function answerVersion({ state, now }: Call): Answer {
  const timestamp = now.toISOString().slice(0, 19).replace('T', ' ')
  return answers.answerOk(
    { version: state.version, timestamp, queue_services: 'ok', data_services: 'ok' },
    { vary: 'Accept' },
  )
}

/** Finds only the accounts of the caller, including suspended ones. */
function showAccount({ state, user, parts }: Signed): Answer {
  const account = findAccountById(state.accounts, parseId(parts['account']))
  if (account === null || findMemberByEmail(account.members, user.email) === null) {
    return answers.RECORD_NOT_FOUND
  }
  if (!hasApi(state, account)) return answers.NO_API_ACCESS
  return answers.answerOk(makeAccountBody(state, account))
}

function listTeams({ state, account, user }: OnAccount): Answer {
  return answers.answerOk(account.teams.map((team) => makeTeamBody(state, account, team, user)))
}

function showTeam({ state, account, user, parts }: OnAccount): Answer {
  const team = findTeamById(account.teams, parseId(parts['team']))
  return team === null
    ? answers.RECORD_NOT_FOUND
    : answers.answerOk(makeTeamBody(state, account, team, user))
}

function listTeamMembers({ state, account, parts }: OnAccount): Answer {
  const team = findTeamById(account.teams, parseId(parts['team']))
  if (team === null) return answers.RECORD_NOT_FOUND
  const members = makeTeamMemberBodies(state, account, team)
  return members === null ? answers.CRASH : answers.answerOk(members)
}

function listInboxMembers({ state, account, member, parts }: OnAccount): Answer {
  const inbox = findInboxById(account.inboxes, parseId(parts['inbox']))
  if (inbox === null) return answers.RECORD_NOT_FOUND
  if (!mayRead(inbox, member)) return answers.NOT_AN_ADMINISTRATOR
  return answers.answerOk({ payload: makeInboxMemberBodies(state, account, inbox) })
}

/** The community edition also refuses agents, but fails for administrators. */
function listCustomRoles({ state, account, member }: OnAccount): Answer {
  if (member.role !== 'administrator') return answers.NOT_AN_ADMINISTRATOR
  if (state.edition === 'community') return answers.CRASH
  return answers.answerOk(account.custom_roles.map(makeCustomRoleBody))
}

/** Chatwoot looks for the record before it checks the role, and crashes if it is missing. */
function showCustomRole({ state, account, member, parts }: OnAccount): Answer {
  const role = findCustomRoleById(account.custom_roles, parseId(parts['role']))
  if (role === null || state.edition === 'community') return answers.CRASH
  return member.role === 'administrator'
    ? answers.answerOk(makeCustomRoleBody(role))
    : answers.NOT_AN_ADMINISTRATOR
}
