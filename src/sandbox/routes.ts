/**
 * From a request to its answer: the routes, and the order of checks of Chatwoot's API. The first
 * check that fails decides: route, token, account, suspension, membership, record, role. Knows
 * nothing of sockets.
 */
import { accountBody, customRoleBody, teamBody } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { accountById, memberByEmail, teamById, userByToken } from './find.ts'
import { agents, profile, teamMembers } from './people.ts'
import type { SandboxAccount, SandboxMember, SandboxState, SandboxUser } from './state.ts'

/** Whom a token belongs to. */
export type Caller =
  | { readonly kind: 'none' | 'unknown' | 'bot' }
  | { readonly kind: 'user'; readonly user: SandboxUser }

/** `token`: the header's value, undefined when it did not arrive. */
export function callerOf(state: SandboxState, token: string | undefined): Caller {
  if (token === undefined || token.trim() === '') return { kind: 'none' }
  const user = userByToken(state.users, token)
  if (user !== null) return { kind: 'user', user }
  const bot = state.bot_tokens.includes(token) || state.platform_tokens.includes(token)
  return { kind: bot ? 'bot' : 'unknown' }
}

interface Asked {
  readonly state: SandboxState
  readonly caller: Caller
  readonly now: Date
  /** Named segments of the path. */
  readonly parts: Readonly<Record<string, string>>
}

interface Signed extends Asked {
  readonly user: SandboxUser
}

interface OnAccount extends Signed {
  readonly account: SandboxAccount
  readonly member: SandboxMember
}

function signed(handle: (asked: Signed) => Answer): (asked: Asked) => Answer {
  return (asked) => {
    switch (asked.caller.kind) {
      case 'none':
        return answers.TOKEN_NOT_RECEIVED
      case 'unknown':
        return answers.TOKEN_UNKNOWN
      case 'bot':
        return answers.TOKEN_OF_A_BOT
      case 'user':
        return handle({ ...asked, user: asked.caller.user })
    }
  }
}

function onAccount(handle: (asked: OnAccount) => Answer): (asked: Asked) => Answer {
  return signed((asked) => {
    const account = accountById(asked.state.accounts, idOf(asked.parts['account']))
    if (account === null) return answers.RECORD_NOT_FOUND
    if (account.status === 'suspended') return answers.ACCOUNT_SUSPENDED
    const member = memberByEmail(account.members, asked.user.email)
    if (member === null) return answers.NOT_A_MEMBER
    return handle({ ...asked, account, member })
  })
}

/** Ids are read as Ruby reads numbers: leading digits count, anything else is 0. */
function idOf(segment: string | undefined): number {
  return Number.parseInt(segment ?? '', 10) || 0
}

const ACCOUNT = '/api/v1/accounts/:account'

const ROUTES: readonly (readonly [RegExp, (asked: Asked) => Answer])[] = [
  [pattern('/api'), version],
  [pattern('/health'), () => answers.ok({ status: 'woot' }, { vary: 'Accept' })],
  [/^\/app(\/.*)?$/, () => answers.DASHBOARD],
  [pattern('/api/v1/profile'), signed(({ state, user }) => answers.ok(profile(state, user)))],
  [pattern(ACCOUNT), signed(showAccount)],
  [pattern(`${ACCOUNT}/agents`), onAccount((on) => answers.ok(agents(on.state, on.account)))],
  [pattern(`${ACCOUNT}/teams`), onAccount(listTeams)],
  [pattern(`${ACCOUNT}/teams/:team`), onAccount(showTeam)],
  [pattern(`${ACCOUNT}/teams/:team/team_members`), onAccount(listTeamMembers)],
  [pattern(`${ACCOUNT}/custom_roles`), onAccount(listCustomRoles)],
]

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/.]+)')}$`)
}

/** `path` comes without its query, which no route looks at. */
export function answerTo(
  path: string,
  accept: string | undefined,
  asked: Omit<Asked, 'parts'>,
): Answer {
  const normalised = `/${path.split('/').filter(Boolean).join('/')}`
  for (const [route, handle] of ROUTES) {
    const match = route.exec(normalised)
    if (match !== null) return handle({ ...asked, parts: match.groups ?? {} })
  }
  return answers.noRoute(accept)
}

function version({ state, now }: Asked): Answer {
  const timestamp = now.toISOString().slice(0, 19).replace('T', ' ')
  return answers.ok(
    { version: state.version, timestamp, queue_services: 'ok', data_services: 'ok' },
    { vary: 'Accept' },
  )
}

/** Looks only among the caller's own accounts, suspended ones included. */
function showAccount({ state, user, parts }: Signed): Answer {
  const account = accountById(state.accounts, idOf(parts['account']))
  if (account === null || memberByEmail(account.members, user.email) === null) {
    return answers.RECORD_NOT_FOUND
  }
  return answers.ok(accountBody(state, account))
}

function listTeams({ account, user }: OnAccount): Answer {
  return answers.ok(account.teams.map((team) => teamBody(account, team, user)))
}

function showTeam({ account, user, parts }: OnAccount): Answer {
  const team = teamById(account.teams, idOf(parts['team']))
  return team === null ? answers.RECORD_NOT_FOUND : answers.ok(teamBody(account, team, user))
}

function listTeamMembers({ state, account, parts }: OnAccount): Answer {
  const team = teamById(account.teams, idOf(parts['team']))
  if (team === null) return answers.RECORD_NOT_FOUND
  const members = teamMembers(state, account, team)
  return members === null ? answers.CRASH : answers.ok(members)
}

/** Without the enterprise code the policy still refuses agents, and administrators hit a hole. */
function listCustomRoles({ state, account, member }: OnAccount): Answer {
  if (member.role !== 'administrator') return answers.NOT_AN_ADMINISTRATOR
  if (state.edition === 'community') return answers.CRASH
  return answers.ok(account.custom_roles.map(customRoleBody))
}
