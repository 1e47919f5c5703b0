/**
 * How one write changes an account: from the state before to the state after. Pure; what the server
 * really did is only known by reading it.
 */

import type { GroupSubject } from '../model/address.ts'
import { findRoleId } from '../model/custom-role.ts'
import type { RecognisedGroup, RecognisedSnapshot } from '../model/identity.ts'
import { compareCodeUnits } from '../model/names.ts'
import type { CustomRole, SnapshotAgent } from '../model/snapshot.ts'
import { isGroup, type PersonRef, type Write } from './writes.ts'

/**
 * The next state. What the write creates has a negative id, which no server gives. An invited person
 * has an open invitation and does not count as confirmed, because they may never accept it.
 */
export function applyWrite(state: RecognisedSnapshot, write: Write): RecognisedSnapshot {
  switch (write.kind) {
    case 'invite': {
      const { person, name, role, customRole } = write
      const agent: SnapshotAgent = {
        id: makeId(state.agents),
        email: person.email,
        name,
        role,
        confirmed: false,
        provider: null,
        customRoleId: customRole && findRoleId(customRole, state.customRoles),
      }
      const agents = [...state.agents, agent]
      return { ...state, agents: agents.sort((a, b) => compareCodeUnits(a.email, b.email)) }
    }
    case 'set-role':
      return changePerson(state, write.person, { role: write.role })
    case 'set-custom-role':
      return changePerson(state, write.person, {
        customRoleId: write.customRole && findRoleId(write.customRole, state.customRoles),
      })
    case 'delete-agent': {
      const { email } = write.person
      return {
        ...state,
        agents: state.agents.filter((agent) => agent.email !== email),
        groups: state.groups.map((group) =>
          group.members.includes(email) ? removeMember(group, email) : group,
        ),
      }
    }
    case 'add-member': {
      const { email } = write.person
      return changeGroup(state, write.group.subject, (group) => {
        const others = removeMember(group, email)
        return { ...others, members: [...others.members, email].sort(compareCodeUnits) }
      })
    }
    case 'remove-member':
      return changeGroup(state, write.group.subject, (group) =>
        removeMember(group, write.person.email),
      )
    case 'create-group': {
      const { subject } = write.group
      const usual = subject.of.settings.map(({ key, usual }) => [key, usual] as const)
      const group: RecognisedGroup = {
        of: subject.of,
        id: makeId(state.groups),
        name: subject.name,
        subject,
        settings: { ...Object.fromEntries(usual), ...write.settings },
        members: [],
        ghosts: [],
      }
      return { ...state, groups: [...state.groups, group] }
    }
    case 'update-group': {
      // The name is not a setting.
      const { name, ...settings } = write.settings
      return changeGroup(state, write.group.subject, (group) => ({
        ...group,
        name: String(name ?? group.name),
        settings: { ...group.settings, ...settings },
      }))
    }
    case 'delete-group': {
      const groups = state.groups.filter((group) => !isGroup(group, write.group.subject))
      return { ...state, groups }
    }
    case 'create-custom-role': {
      const empty = { name: write.definition.subject.name, description: '', permissions: [] }
      return changeCustomRoles(state, (roles) => [
        ...roles,
        { ...empty, ...write.facts, id: makeId(roles) },
      ])
    }
    case 'update-custom-role':
      return changeCustomRoles(state, (roles) =>
        roles.map((role) => (role.id === write.definition.id ? { ...role, ...write.facts } : role)),
      )
    case 'delete-custom-role': {
      const { id } = write.definition
      // The server makes full agents of those who have it.
      const agents = state.agents.map((agent) =>
        agent.customRoleId === id ? { ...agent, customRoleId: null } : agent,
      )
      return changeCustomRoles({ ...state, agents }, (roles) =>
        roles.filter((role) => role.id !== id),
      )
    }
  }
}

/** If a plan changes custom roles, they were read. */
function changeCustomRoles(
  state: RecognisedSnapshot,
  change: (roles: readonly CustomRole[]) => readonly CustomRole[],
): RecognisedSnapshot {
  const { customRoles } = state
  if (customRoles.kind !== 'read') return state
  return { ...state, customRoles: { ...customRoles, roles: change(customRoles.roles) } }
}

/** The state after each write, in their order. */
export function applyWrites(
  state: RecognisedSnapshot,
  writes: readonly Write[],
): readonly RecognisedSnapshot[] {
  let now = state
  return writes.map((write) => {
    now = applyWrite(now, write)
    return now
  })
}

function makeId(things: readonly { readonly id: number }[]): number {
  return things.reduce((lowest, { id }) => Math.min(lowest, id), 0) - 1
}

function changePerson(
  state: RecognisedSnapshot,
  { email }: PersonRef,
  parts: Partial<SnapshotAgent>,
): RecognisedSnapshot {
  const agents = state.agents.map((agent) =>
    agent.email === email ? { ...agent, ...parts } : agent,
  )
  return { ...state, agents }
}

function changeGroup(
  state: RecognisedSnapshot,
  subject: GroupSubject,
  change: (group: RecognisedGroup) => RecognisedGroup,
): RecognisedSnapshot {
  const groups = state.groups.map((group) => (isGroup(group, subject) ? change(group) : group))
  return { ...state, groups }
}

/**
 * With what was read: who is on the account, as what, and in the groups that were read. The same state
 * if nobody else changed that.
 */
export function adoptRead(
  state: RecognisedSnapshot,
  { agents, groups }: Pick<RecognisedSnapshot, 'agents' | 'groups'>,
): RecognisedSnapshot {
  return groups.reduce(
    (now, { subject, members }) => adoptMembers(now, subject, members.toSorted(compareCodeUnits)),
    adoptPeople(state, agents),
  )
}

function adoptPeople(
  state: RecognisedSnapshot,
  read: readonly SnapshotAgent[],
): RecognisedSnapshot {
  const known = new Map(state.agents.map((agent) => [agent.email, agent]))
  const same = read.every(({ email, role }) => known.get(email)?.role === role)
  if (same && read.length === known.size) return state
  // What this run has created has another id in the plan.
  const agents = read.map((agent) => ({ ...agent, ...known.get(agent.email), role: agent.role }))
  return { ...state, agents }
}

function adoptMembers(
  state: RecognisedSnapshot,
  subject: GroupSubject,
  members: readonly string[],
): RecognisedSnapshot {
  const planned = state.groups.filter((each) => isGroup(each, subject))
  if (planned.every((each) => each.members.join(' ') === members.join(' '))) return state
  return changeGroup(state, subject, (group) => ({ ...group, members }))
}

function removeMember(group: RecognisedGroup, email: string): RecognisedGroup {
  const { members } = group
  return { ...group, members: members.filter((member) => member !== email) }
}

/**
 * The custom role that the person of a write keeps and that decides what the write gives. With a new
 * role it is sent, because the server clears one that is not sent.
 */
export function findHeldRole(
  write: Write,
  { agents }: Pick<RecognisedSnapshot, 'agents'>,
): number | null {
  if (write.kind !== 'set-role' && write.kind !== 'add-member') return null
  const { email } = write.person
  return agents.find((agent) => agent.email === email)?.customRoleId ?? null
}
