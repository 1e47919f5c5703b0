/**
 * The requests that `rollcall apply` can send, and no others: one for each write of the plan. Each
 * changes as little as it can: members are added and removed one by one and never replaced as a list,
 * and an agent's role or custom role is sent without anything else.
 */
import { domainToASCII } from 'node:url'
import type { SteppedPlan } from '../core/apply/decide.ts'
import { findHeldRole } from '../core/apply/transition.ts'
import type { CustomRoleRef, GroupRef, PersonRef, Settings, Write } from '../core/apply/writes.ts'
import type { CustomRoleFact } from '../core/model/custom-role.ts'
import type { GroupKind } from '../core/model/kinds.ts'
import { normaliseEmail } from '../core/model/names.ts'
import { ENDPOINTS, type Id } from './group-endpoints.ts'
import { formatAccountPath } from './paths.ts'
import type { WriteRequest } from './writer.ts'

/** Ids of what a write names. */
export interface Ids<T extends Id> {
  readonly person: (person: PersonRef) => T
  readonly group: (group: GroupRef) => T
  readonly customRole: (role: CustomRoleRef) => T
  readonly heldRole: (fact: CustomRoleFact | null) => T | null
}

/** With the domain in ASCII, if that is the same domain for rollcall: Chatwoot accepts no other. */
function spellDomain(email: string): string {
  const domain = email.lastIndexOf('@') + 1
  const spelled = email.slice(0, domain) + domainToASCII(email.slice(domain))
  return normaliseEmail(spelled) === normaliseEmail(email) ? spelled : email
}

/** For patterns: what the plan creates has no id yet. */
export const UNKNOWN_IDS: Ids<Id> = {
  person: ({ id }) => id ?? 'any',
  group: ({ id }) => id ?? 'any',
  customRole: ({ id }) => id ?? 'any',
  heldRole: (fact) => fact && (fact.id ?? 'any'),
}

/**
 * The one request of a write. With an id `any`, it is a pattern for `matchesPattern`.
 * @param held the id of the custom role that a person has, to be sent with a new role
 */
export function makeWriteRequest(
  write: Write,
  accountId: number,
  ids: Ids<Id>,
  held: Id | null,
): WriteRequest {
  const make = (
    method: WriteRequest['method'],
    path: string,
    body: WriteRequest['body'] = null,
  ): WriteRequest => ({ method, path: formatAccountPath(accountId, path), body })
  switch (write.kind) {
    case 'create-group': {
      const { of, name } = write.group.subject
      return make('POST', getWritablePath(of), spellSettings(of, { ...write.settings, name }))
    }
    case 'update-group': {
      const { of } = write.group.subject
      const path = `${getWritablePath(of)}/${ids.group(write.group)}`
      return make('PATCH', path, spellSettings(of, write.settings))
    }
    case 'delete-group': {
      const path = getWritablePath(write.group.subject.of)
      return make('DELETE', `${path}/${ids.group(write.group)}`)
    }
    case 'invite': {
      const { person, name, role } = write
      const customRole = ids.heldRole(write.customRole)
      const given = customRole === null ? {} : { custom_role_id: customRole }
      const email = spellDomain(person.stored)
      return make('POST', 'agents', { name, email, role, ...given })
    }
    case 'set-role': {
      // The server clears a custom role that is not sent with the role.
      const body = { role: write.role, custom_role_id: held }
      return make('PATCH', `agents/${ids.person(write.person)}`, body)
    }
    case 'set-custom-role': {
      const body = { custom_role_id: ids.heldRole(write.customRole) }
      return make('PATCH', `agents/${ids.person(write.person)}`, body)
    }
    case 'add-member':
    case 'remove-member': {
      const { membership } = ENDPOINTS[write.group.subject.of.section]
      const { path, body } = membership(ids.group(write.group), [ids.person(write.person)])
      return make(write.kind === 'add-member' ? 'POST' : 'DELETE', path, body)
    }
    case 'delete-agent':
      return make('DELETE', `agents/${ids.person(write.person)}`)
    case 'create-custom-role': {
      const { subject } = write.definition
      const { name = subject.name, description = '', permissions = [] } = write.facts
      return make('POST', 'custom_roles', { name, description, permissions })
    }
    case 'update-custom-role':
      return make('PATCH', `custom_roles/${ids.customRole(write.definition)}`, { ...write.facts })
    case 'delete-custom-role':
      return make('DELETE', `custom_roles/${ids.customRole(write.definition)}`)
  }
}

/** Every request that a plan allows. The ids of what it creates are not known yet. */
export function listPatterns(
  { written, before, states }: SteppedPlan,
  accountId: number,
): readonly WriteRequest[] {
  const at = [before, ...states]
  const writes = written.flatMap((step) => step.writes)
  return writes.flatMap((write, index) => {
    const role = findHeldRole(write, at[index] ?? before)
    const held = role !== null && role < 0 ? 'any' : role
    const undo =
      write.kind === 'add-member' && write.group.subject.of.hidden !== null
        ? // For a member whom the server stored without listing them: rollcall removes them again.
          [{ ...write, kind: 'remove-member' } as const]
        : []
    return [write, ...undo].map((each) => makeWriteRequest(each, accountId, UNKNOWN_IDS, held))
  })
}

function getWritablePath({ section, plural }: GroupKind): string {
  const { path, writable } = ENDPOINTS[section]
  if (!writable) throw new Error(`rollcall never writes ${plural}.`)
  return path
}

function spellSettings({ section }: GroupKind, settings: Settings): Record<string, unknown> {
  const { columns } = ENDPOINTS[section]
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [columns[key] ?? key, value]),
  )
}

/** Whether a request matches the pattern, with a whole number for each id `any`. */
export function matchesPattern(
  pattern: WriteRequest,
  { method, path, body }: WriteRequest,
): boolean {
  const segments = path.split('/')
  const wanted = pattern.path.split('/')
  return (
    method === pattern.method &&
    segments.length === wanted.length &&
    wanted.every((each, at) =>
      each === 'any' ? /^[1-9]\d*$/.test(segments[at] ?? '') : each === segments[at],
    ) &&
    matchesValue(pattern.body, body)
  )
}

function matchesValue(wanted: unknown, value: unknown, key = ''): boolean {
  if (wanted === 'any' && (key === '' || key.endsWith('_id'))) {
    return Number.isSafeInteger(value) && Number(value) > 0
  }
  if (typeof wanted !== 'object' || wanted === null) return wanted === value
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      wanted.length === value.length &&
      wanted.every((each, at) => matchesValue(each, value[at], key === 'user_ids' ? '' : key))
    )
  }
  const keys = Object.keys(wanted)
  return (
    !Array.isArray(value) &&
    keys.length === Object.keys(value).length &&
    keys.every((each) =>
      matchesValue(
        (wanted as Record<string, unknown>)[each],
        (value as Record<string, unknown>)[each],
        each,
      ),
    )
  )
}
