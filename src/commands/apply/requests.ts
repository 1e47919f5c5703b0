/** Turns a write of the plan into its one request. */
import type { Id } from '../../chatwoot/group-endpoints.ts'
import { type CustomRoleText, makeRequests } from '../../chatwoot/write-requests.ts'
import type { WriteRequest } from '../../chatwoot/writer.ts'
import type { SteppedPlan } from '../../core/apply/decide.ts'
import { findHeldRole } from '../../core/apply/transition.ts'
import type { Write } from '../../core/apply/writes.ts'
import { type Ids, UNKNOWN_IDS } from './reread.ts'

/** @param held the id of the custom role that a person has, to be sent with a new role */
export function makeWriteRequest(
  write: Write,
  accountId: number,
  ids: Ids<Id>,
  held: Id | null,
): WriteRequest {
  const requests = makeRequests(accountId)
  switch (write.kind) {
    case 'create-group': {
      const { of, name } = write.group.subject
      return requests.createGroup(of, { ...write.settings, name })
    }
    case 'update-group':
      return requests.updateGroup(write.group.subject.of, ids.group(write.group), write.settings)
    case 'delete-group':
      return requests.deleteGroup(write.group.subject.of, ids.group(write.group))
    case 'invite': {
      const { person, name, role, customRole } = write
      return requests.invite(person.stored, name, role, ids.heldRole(customRole))
    }
    case 'set-role':
      return requests.setRole(ids.person(write.person), write.role, held)
    case 'set-custom-role':
      return requests.setCustomRole(ids.person(write.person), ids.heldRole(write.customRole))
    case 'add-member':
    case 'remove-member': {
      const request = write.kind === 'add-member' ? requests.addMember : requests.removeMember
      return request(write.group.subject.of, ids.group(write.group), ids.person(write.person))
    }
    case 'delete-agent':
      return requests.removeAgent(ids.person(write.person))
    case 'create-custom-role': {
      const { name, description = '', permissions = [] } = write.facts
      const { subject } = write.definition
      return requests.createCustomRole({ name: name ?? subject.name, description, permissions })
    }
    case 'update-custom-role':
      return requests.updateCustomRole(
        ids.customRole(write.definition),
        write.facts as Partial<CustomRoleText>,
      )
    case 'delete-custom-role':
      return requests.deleteCustomRole(ids.customRole(write.definition))
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
