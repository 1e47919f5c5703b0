/**
 * One request and the checks that many routes share: token, account, membership, role. The first
 * failing check decides. Knows no route.
 */

import { isOn } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { findByEmail, findById, findByToken } from './find.ts'
import { type Parameters, readInteger } from './parameters.ts'
import type { Queue } from './queue.ts'
import type { RowIds } from './row-ids.ts'
import type { SandboxAccount, SandboxMember, SandboxState, SandboxUser, Site } from './state.ts'
import { isSince } from './versions.ts'

/** A running server: the state, and everything that exists only while it runs. */
export interface Installation {
  readonly state: SandboxState
  readonly queue: Queue
  readonly rowIds: RowIds
  /** How often something that is limited was tried on a day. */
  readonly attempts: Map<string, number>
  readonly now: () => Date
}

/** The owner of a token. */
export type Caller =
  | { readonly kind: 'none' | 'unknown' | 'bot' }
  | { readonly kind: 'user'; readonly user: SandboxUser }

/** @param token the value of the header; undefined if it did not arrive */
export function findTokenOwner(state: SandboxState, token: string | undefined): Caller {
  if (token === undefined || token.trim() === '') return { kind: 'none' }
  const user = findByToken(state.users, token)
  if (user !== null) return { kind: 'user', user }
  const bot = state.bot_tokens.includes(token) || state.platform_tokens.includes(token)
  return { kind: bot ? 'bot' : 'unknown' }
}

export interface Call {
  readonly installation: Installation
  readonly caller: Caller
  readonly accept: string | undefined
  readonly query: URLSearchParams
  readonly parameters: Parameters
  readonly requestId: string
  /** Of the client. */
  readonly address: string | null
  /** Named segments of the path. */
  readonly parts: Readonly<Record<string, string>>
}

export interface Signed extends Call {
  readonly state: SandboxState
  readonly user: SandboxUser
}

export interface OnAccount extends Signed {
  readonly account: SandboxAccount
  readonly member: SandboxMember
}

export function requireUser(handle: (call: Signed) => Answer): (call: Call) => Answer {
  return (call) => {
    switch (call.caller.kind) {
      case 'none':
        return answers.TOKEN_NOT_RECEIVED
      case 'unknown':
        return answers.TOKEN_UNKNOWN
      case 'bot':
        return answers.TOKEN_OF_A_BOT
      case 'user':
        return handle({ ...call, state: call.installation.state, user: call.caller.user })
    }
  }
}

export function requireMember(handle: (call: OnAccount) => Answer): (call: Call) => Answer {
  return requireUser((call) => {
    const account = findById(call.state.accounts, readInteger(call.parts['account']))
    if (account === null) return answers.RECORD_NOT_FOUND
    if (account.status === 'suspended') return answers.ACCOUNT_SUSPENDED
    const member = findByEmail(account.members, call.user.email)
    if (member === null) return answers.NOT_A_MEMBER
    if (!hasApi({ ...call, account })) return answers.NO_API_ACCESS
    return handle({ ...call, account, member })
  })
}

export function requireAdministrator(handle: (call: OnAccount) => Answer): (call: Call) => Answer {
  return requireMember((call) =>
    isAdministrator(call) ? handle(call) : answers.NOT_AN_ADMINISTRATOR,
  )
}

/** @param find null: there is no such record */
export function requireFound<Record>(
  find: (call: OnAccount) => Record | null,
  handle: (call: OnAccount, record: Record) => Answer,
): (call: Call) => Answer {
  return requireMember((call) => {
    const record = find(call)
    return record === null ? answers.RECORD_NOT_FOUND : handle(call, record)
  })
}

/** For routes that look for a record before they check the role. */
export function requireRecord<Record>(
  find: (call: OnAccount) => Record | null,
  handle: (call: OnAccount, record: Record) => Answer,
): (call: Call) => Answer {
  return requireFound(find, (call, record) =>
    isAdministrator(call) ? handle(call, record) : answers.NOT_AN_ADMINISTRATOR,
  )
}

export function isAdministrator({ member }: OnAccount): boolean {
  return member.role === 'administrator'
}

export function hasApi(site: Site): boolean {
  return !isSince(site.state.version, 4, 16) || isOn(site, 'api_and_webhooks')
}
