/**
 * Creates, changes and deletes custom roles. Their names may repeat, and nothing of this is in the audit
 * log.
 */
import { isPermission } from '../core/model/custom-role.ts'
import { isOn, makeCustomRoleBody } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { type Call, isAdministrator, type OnAccount, requireMember } from './call.ts'
import { findById } from './find.ts'
import { castText, getRoot, readInteger } from './parameters.ts'
import type { SandboxCustomRole } from './state.ts'
import { isSince } from './versions.ts'

type Settings = Pick<SandboxCustomRole, 'name' | 'description' | 'permissions'>

const ATTRIBUTES = ['name', 'description', 'permissions']

/** The community edition also refuses agents, but fails for administrators. */
export function requireCustomRoles(handle: (call: OnAccount) => Answer): (call: Call) => Answer {
  return requireMember((call) => {
    if (!isAdministrator(call) || isSwitchedOff(call)) return answers.NOT_AN_ADMINISTRATOR
    return call.state.edition === 'community' ? answers.CRASH : handle(call)
  })
}

/** Chatwoot looks for the record before it checks the role, and crashes if it is missing. */
export function requireCustomRole(
  handle: (call: OnAccount, role: SandboxCustomRole) => Answer,
): (call: Call) => Answer {
  return requireMember((call) => {
    const role = findById(call.account.custom_roles, readInteger(call.parts['role']))
    if (role === null || call.state.edition === 'community') return answers.CRASH
    if (!isAdministrator(call) || isSwitchedOff(call)) return answers.NOT_AN_ADMINISTRATOR
    return handle(call, role)
  })
}

/** Before 4.17, custom roles work without their feature. */
function isSwitchedOff(call: OnAccount): boolean {
  const { edition, version } = call.state
  return edition === 'enterprise' && isSince(version, 4, 17) && !isOn(call, 'custom_roles')
}

export function createCustomRole(call: OnAccount): Answer {
  const read = readSettings(call, { name: '', description: null, permissions: [] })
  if ('status' in read) return read
  const { installation, account } = call
  const now = installation.now().toISOString()
  const id = installation.rowIds.take('custom_roles')
  const role = { ...read, id, created_at: now, updated_at: now }
  account.custom_roles.push(role)
  return answers.answerOk(makeCustomRoleBody(role))
}

export function updateCustomRole(call: OnAccount, role: SandboxCustomRole): Answer {
  const read = readSettings(call, role)
  if ('status' in read) return read
  const before = JSON.stringify(makeCustomRoleBody(role))
  Object.assign(role, read)
  if (JSON.stringify(makeCustomRoleBody(role)) !== before) {
    role.updated_at = call.installation.now().toISOString()
  }
  return answers.answerOk(makeCustomRoleBody(role))
}

/** People who have it become full agents, on other accounts too. */
export function deleteCustomRole({ state, account }: OnAccount, role: SandboxCustomRole): Answer {
  account.custom_roles.splice(account.custom_roles.indexOf(role), 1)
  for (const member of state.accounts.flatMap(({ members }) => members)) {
    if (member.custom_role_id === role.id) member.custom_role_id = null
  }
  return answers.answerEmpty()
}

function readSettings({ parameters }: OnAccount, before: Settings): Settings | Answer {
  const sent = getRoot(parameters, 'custom_role', ATTRIBUTES)
  if (sent === null) return answers.answerMissing('custom_role')
  const name = castText(sent['name'])
  const description = castText(sent['description'])
  const permissions: unknown = sent['permissions']
  const read = {
    name: name === undefined ? before.name : (name ?? ''),
    description: description === undefined ? before.description : description,
    permissions: Array.isArray(permissions) ? permissions.map(String) : before.permissions,
  }
  if (read.name.trim() === '') return answers.answerInvalid("Name can't be blank", 'name')
  if (!read.permissions.every(isPermission)) {
    return answers.answerInvalid('Permissions is not included in the list', 'permissions')
  }
  return read
}
