/** Turns a write of the plan into its one request. Null: it names something that has no id yet. */
import type { Id } from '../../chatwoot/group-endpoints.ts'
import { type CustomRoleText, makeRequests } from '../../chatwoot/write-requests.ts'
import type { WriteRequest } from '../../chatwoot/writer.ts'
import type { SteppedPlan } from '../../core/apply/decide.ts'
import { findHeldRole } from '../../core/apply/transition.ts'
import type { Write } from '../../core/apply/writes.ts'
import { UNKNOWN_IDS } from './reread.ts'

/** @param held the id of the custom role that a person has, to be sent with a new role */
export function makeWriteRequest(
  write: Write,
  accountId: number,
  ids: typeof UNKNOWN_IDS,
  held: Id | null,
): WriteRequest | null {
  const requests = makeRequests(accountId)
  switch (write.kind) {
    case 'create-group': {
      const { of, name } = write.group.subject
      return requests.createGroup(of, { ...write.settings, name })
    }
    case 'update-group':
      return withId(ids.group(write.group), (id) =>
        requests.updateGroup(write.group.subject.of, id, write.settings),
      )
    case 'delete-group':
      return withId(ids.group(write.group), (id) =>
        requests.deleteGroup(write.group.subject.of, id),
      )
    case 'invite': {
      const { person, name, role, customRole } = write
      const roleId = ids.heldRole(customRole)
      if (customRole !== null && roleId === null) return null
      return requests.invite(person.stored, name, role, roleId)
    }
    case 'set-role':
      return withId(ids.person(write.person), (id) => requests.setRole(id, write.role, held))
    case 'set-custom-role': {
      const id = ids.person(write.person)
      const roleId = ids.heldRole(write.customRole)
      if (id === null || (write.customRole !== null && roleId === null)) return null
      return requests.setCustomRole(id, roleId)
    }
    case 'add-member':
    case 'remove-member': {
      const [group, person] = [ids.group(write.group), ids.person(write.person)]
      if (group === null || person === null) return null
      const request = write.kind === 'add-member' ? requests.addMember : requests.removeMember
      return request(write.group.subject.of, group, person)
    }
    case 'delete-agent':
      return withId(ids.person(write.person), requests.removeAgent)
    case 'create-custom-role': {
      const { name, description = '', permissions = [] } = write.facts
      const { subject } = write.definition
      return requests.createCustomRole({ name: name ?? subject.name, description, permissions })
    }
    case 'update-custom-role':
      return withId(ids.customRole(write.definition), (id) =>
        requests.updateCustomRole(id, write.facts as Partial<CustomRoleText>),
      )
    case 'delete-custom-role':
      return withId(ids.customRole(write.definition), requests.deleteCustomRole)
  }
}

function withId(id: Id | null, make: (id: Id) => WriteRequest): WriteRequest | null {
  return id === null ? null : make(id)
}

/** Every request that a plan allows. The ids of what it creates are not known yet. */
export function listPatterns(
  { written, before, states }: SteppedPlan,
  accountId: number,
): readonly WriteRequest[] {
  const at = [before, ...states]
  const writes = written.flatMap((step) => step.writes)
  return writes.flatMap((write, index) => {
    const held = findHeldRole(write, at[index] ?? before)
    const undo =
      write.kind === 'add-member' && write.group.subject.of.hidden !== null
        ? // For a member whom the server stored without listing them: rollcall removes them again.
          [{ ...write, kind: 'remove-member' } as const]
        : []
    return [write, ...undo].flatMap(
      (each) =>
        makeWriteRequest(each, accountId, UNKNOWN_IDS, held !== null && held < 0 ? 'any' : held) ??
        [],
    )
  })
}
