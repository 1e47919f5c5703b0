/**
 * The state that a sandbox serves: plain JSON, documented in docs/sandbox.md. In a file most keys
 * may be left out; in memory every key is there.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { Role } from '../core/model/snapshot.ts'
import { completeState, type StateDraft } from './complete.ts'
import { inconsistencies } from './consistency.ts'
import { failureOf, type Problem } from './problem.ts'

/** Community is the same server without custom roles. */
export type Edition = 'enterprise' | 'community'

export interface SandboxState {
  edition: Edition
  version: string
  /** E-mail address of the user whose token `rollcall sandbox` prints. */
  caller: string
  users: SandboxUser[]
  accounts: SandboxAccount[]
  bot_tokens: string[]
  platform_tokens: string[]
}

/** A user of the installation, who may be a member of any number of accounts. */
export interface SandboxUser {
  id: number
  /** As the server stores it: trimmed, lower-cased. */
  email: string
  name: string
  display_name: string | null
  /** False while the invitation is open. */
  confirmed: boolean
  provider: string
  type: 'SuperAdmin' | null
  token: string
  pubsub_token: string
  custom_attributes: Record<string, unknown>
}

export interface SandboxAccount {
  id: number
  name: string
  status: 'active' | 'suspended'
  created_at: string
  domain: string | null
  support_email: string | null
  /** Departures from the features of a new account: on or off. */
  features: Record<string, boolean>
  custom_roles: SandboxCustomRole[]
  members: SandboxMember[]
  teams: SandboxTeam[]
  inboxes: SandboxInbox[]
}

export interface SandboxMember {
  email: string
  role: Role
  /** The server does not check that such a role exists. */
  custom_role_id: number | null
  availability: 'online' | 'offline' | 'busy'
  availability_status: 'online' | 'offline' | 'busy'
  auto_offline: boolean
  active_at: string | null
  /** Id of a user. */
  inviter_id: number | null
}

export interface SandboxCustomRole {
  id: number
  name: string
  description: string | null
  permissions: string[]
  created_at: string
  updated_at: string
}

export interface SandboxTeam {
  id: number
  /** As the server stores it: lower-cased, and from 4.16 on stripped. */
  name: string
  description: string | null
  allow_auto_assign: boolean
  /**
   * E-mail addresses of users; one who is not a member of the account is a ghost. A number is the
   * id of a user: of one who no longer exists, and the server fails to list the team's members.
   */
  members: (string | number)[]
}

export interface SandboxInbox {
  id: number
  /** Two inboxes may have the same. */
  name: string
  /** For example `Channel::WebWidget`. */
  channel_type: string
  enable_auto_assignment: boolean
  /** E-mail addresses of users; one who is not on the account is stored and never listed. */
  members: string[]
  /** What its answer says otherwise than that of a new inbox of the channel. */
  fields: Record<string, unknown>
}

/** What a client needs to begin: the caller's token, and an account where it works. */
export function credentials(state: SandboxState): {
  readonly account: number | null
  readonly email: string
  readonly token: string
} {
  const user = state.users.find((each) => each.email === state.caller)
  const accounts = state.accounts.filter((account) =>
    account.members.some((member) => member.email === state.caller),
  )
  const account = accounts.find((each) => each.status === 'active') ?? accounts[0]
  return { account: account?.id ?? null, email: state.caller, token: user?.token ?? '' }
}

/**
 * Reads a state from JSON text. `file` is its name in messages; `version` wins over the state's own,
 * and decides how names are stored. Throws `Failure` (`usage-argument`) with one diagnostic for
 * each of the first problems.
 */
export function parseState(text: string, file: string, version?: string): SandboxState {
  const draft = parseJson(text.replace(/^\uFEFF/, ''), file)
  const misshapen = checkShape(draft)
  if (misshapen.length > 0) throw failureOf(file, misshapen)
  // The schema has just proven the shape.
  const written = draft as StateDraft
  const state = completeState(version === undefined ? written : { ...written, version })
  const problems = inconsistencies(state)
  if (problems.length > 0) throw failureOf(file, problems)
  return state
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Failure(
      diagnostic({
        code: 'usage-argument',
        summary: `The state ${file} is not valid JSON.`,
        detail: error instanceof Error ? error.message : null,
        advice: 'Correct the file; docs/sandbox.md has an example.',
      }),
    )
  }
}

let validate: ValidateFunction | null = null

function checkShape(draft: unknown): readonly Problem[] {
  validate ??= compileSchema()
  return validate(draft) ? [] : (validate.errors ?? []).map(problemOf)
}

function compileSchema(): ValidateFunction {
  // Loaded on first use: a sandbox whose state is already in memory never needs it. `require`
  // keeps this synchronous, and knows no types.
  const { Ajv2020 } = createRequire(import.meta.url)(
    'ajv/dist/2020.js',
  ) as typeof import('ajv/dist/2020.js')
  const schema = readFileSync(new URL('../../schemas/sandbox.schema.json', import.meta.url), 'utf8')
  return new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true }).compile(
    JSON.parse(schema),
  )
}

function problemOf(error: ErrorObject): Problem {
  const { keyword, params, parentSchema } = error
  const path = error.instancePath.split('/').slice(1).map(stepOf)
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys(parentSchema?.['properties'] ?? {})
      return {
        path: [...path, String(params['additionalProperty'])],
        message: 'is not a known key',
        advice: `Known keys there: ${known.join(', ')}.`,
      }
    }
    case 'required':
      return { path: [...path, String(params['missingProperty'])], message: 'is missing' }
    case 'enum':
      return { path, message: `must be one of ${JSON.stringify(params['allowedValues'])}` }
    default: {
      const title: unknown = parentSchema?.['title']
      return {
        path,
        message: typeof title === 'string' ? `must be ${title}` : String(error.message),
      }
    }
  }
}

/** One step of a JSON pointer. */
function stepOf(token: string): string | number {
  return /^\d+$/.test(token) ? Number(token) : token.replaceAll('~1', '/').replaceAll('~0', '~')
}
