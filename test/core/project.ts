/**
 * What Chatwoot would make of changes, one after the other: a second, independent account of what
 * each step means. Throws where the server would refuse, so that a plan out of order is caught.
 */

import type { GroupSubject } from '../../src/core/model/address.ts'
import type { CustomRoleFact } from '../../src/core/model/custom-role.ts'
import { INBOX, TEAM } from '../../src/core/model/kinds.ts'
import { normaliseTeamName } from '../../src/core/model/names.ts'
import type {
  CustomRole,
  CustomRoles,
  Snapshot,
  SnapshotAgent,
  SnapshotGroup,
} from '../../src/core/model/snapshot.ts'
import type { Change } from '../../src/core/plan/change.ts'
import { customRoleNamed } from './build.ts'

export interface Server {
  /** The custom roles that the account has, whether or not anybody read their names. */
  readonly customRoles: readonly CustomRole[]
  /** Whether the background job has taken people who left out of their teams. */
  readonly cleanedUp: boolean
}

/** The account before the first change, and after each. */
export function stops(before: Snapshot, changes: readonly Change[], server: Server): Snapshot[] {
  let now = before
  const after = changes.map((change) => {
    now = carriedOut(now, change, server)
    return now
  })
  return [before, ...after]
}

export function project(before: Snapshot, changes: readonly Change[], server: Server): Snapshot {
  return stops(before, changes, server).at(-1) ?? before
}

function carriedOut(before: Snapshot, change: Change, server: Server): Snapshot {
  const agents = new Map(before.agents.map((agent) => [agent.email, agent]))
  const groups = new Map(before.groups.map((each) => [keyOf(each), each]))
  const { subject, action } = change
  let { customRoles } = before
  switch (subject.kind) {
    case 'custom-role': {
      if (customRoles.kind !== 'read') throw new Error('Custom roles were not read.')
      const { roles: own } = customRoles
      const { permissions, description } = change.after ?? {}
      const facts = {
        ...(permissions === undefined ? {} : { permissions }),
        ...(typeof description === 'string' ? { description } : {}),
      }
      if (action === 'create') {
        const id = 1 + Math.max(0, ...own.map((role) => role.id))
        const made = { ...customRoleNamed(id, subject.name), ...facts }
        customRoles = { kind: 'read', roles: [...own, made] }
        break
      }
      const meant = own.filter(({ id, name }) =>
        subject.id === null ? name === subject.name : id === subject.id,
      )
      const [role] = meant
      if (role === undefined || meant.length > 1) throw new Error(`Which ${subject.name} is meant?`)
      if (action === 'delete') {
        const held = before.agents.some((agent) => agent.customRoleId === role.id)
        refuseIf(held, 'It would make full agents of those who have it.')
        customRoles = { kind: 'read', roles: own.filter((each) => each !== role) }
      } else {
        const changed = own.map((each) => (each === role ? { ...role, ...facts } : each))
        customRoles = { kind: 'read', roles: changed }
      }
      break
    }
    case 'agent':
      if (action === 'create') {
        refuseIf(agents.has(subject.email), 'User has already been taken')
        agents.set(subject.email, invited(subject.email, change, before, server))
        // Nobody can be on the account and a ghost of it.
        eachGroup(groups, (team) => ({ ...team, ghosts: without(team.ghosts, subject.email) }))
      } else if (action === 'update') {
        agents.set(subject.email, updated(known(agents, subject.email), change, before, server))
      } else {
        known(agents, subject.email)
        agents.delete(subject.email)
        eachGroup(groups, (team) => left(team, subject.email, server.cleanedUp))
      }
      break
    case 'group': {
      if (action === 'create') {
        refuseIf(find(groups, subject) !== undefined, 'Name has already been taken')
        const made = founded(subject.name, change, before)
        groups.set(keyOf(made), made)
        break
      }
      const group = knownGroup(groups, subject)
      if (action === 'delete') groups.delete(keyOf(group))
      else {
        const settings = Object.entries(group.settings).map(([name, value]) => {
          const after = change.after?.[name]
          return [name, typeof after === 'string' || typeof after === 'boolean' ? after : value]
        })
        groups.set(keyOf(group), { ...group, settings: Object.fromEntries(settings) })
      }
      break
    }
    case 'member': {
      const group = knownGroup(groups, subject.group)
      refuseIf(!agents.has(subject.email), 'Invalid User IDs')
      const others = without(group.members, subject.email)
      const members = action === 'create' ? [...others, subject.email] : others
      groups.set(keyOf(group), { ...group, members: members.sort() })
    }
  }
  const after = [...agents.values()]
  return {
    ...before,
    agents: after,
    groups: [...groups.values()],
    customRoles: roles(customRoles, after, server),
  }
}

function keyOf({ of, id }: SnapshotGroup): string {
  return `${of.section}/${id}`
}

/** Teams have names of their own; of what may repeat a name, a change gives the id where it does. */
function find(groups: ReadonlyMap<string, SnapshotGroup>, { of, name, id }: GroupSubject) {
  const normalise = of === TEAM ? normaliseTeamName : (text: string) => text.trim()
  const same = [...groups.values()].filter(
    (each) => each.of === of && (id === null ? normalise(each.name) === name : each.id === id),
  )
  refuseIf(same.length > 1, `Which ${name} is meant?`)
  return same[0]
}

function knownGroup(groups: ReadonlyMap<string, SnapshotGroup>, subject: GroupSubject) {
  const found = find(groups, subject)
  if (found === undefined) throw new Error(`Resource could not be found: ${subject.name}`)
  return found
}

function invited(
  email: string,
  { after }: Change,
  { agents, customRoles }: Snapshot,
  server: Server,
) {
  return {
    id: 1 + Math.max(0, ...agents.map((agent) => agent.id)),
    email,
    name: after?.name ?? email.slice(0, email.indexOf('@')),
    role: after?.role ?? 'agent',
    confirmed: false,
    provider: 'email',
    customRoleId: resolved(after?.custom_role ?? null, customRoles, server),
  } satisfies SnapshotAgent
}

function updated(
  agent: SnapshotAgent,
  { after }: Change,
  { customRoles }: Snapshot,
  server: Server,
): SnapshotAgent {
  const given = after?.custom_role
  return {
    ...agent,
    name: after?.name ?? agent.name,
    role: after?.role ?? agent.role,
    customRoleId: given === undefined ? agent.customRoleId : resolved(given, customRoles, server),
  }
}

/** An id is stored unchecked; a name has to be looked up first, and must be one role's alone. */
function resolved(fact: CustomRoleFact | null, kind: CustomRoles, server: Server): number | null {
  if (fact === null || kind.kind === 'unsupported') return null
  if (fact.id !== null) return fact.id
  const known = kind.kind === 'read' ? kind.roles : server.customRoles
  const found = known.filter((role) => role.name === fact.name)
  const [only] = found
  if (only === undefined || found.length > 1) throw new Error(`Which custom role is ${fact.name}?`)
  return only.id
}

function founded(name: string, { after }: Change, { groups }: Snapshot): SnapshotGroup {
  const teams = groups.filter(({ of }) => of === TEAM)
  return {
    of: TEAM,
    id: 1 + Math.max(0, ...teams.map((team) => team.id)),
    name,
    settings: {
      description: String(after?.['description'] ?? ''),
      auto_assign: after?.['auto_assign'] !== false,
    },
    members: [],
    ghosts: [],
  }
}

function left(team: SnapshotGroup, email: string, cleanedUp: boolean): SnapshotGroup {
  if (!team.members.includes(email)) return team
  const ghosts = cleanedUp || team.of === INBOX ? team.ghosts : [...team.ghosts, email].sort()
  return { ...team, members: without(team.members, email), ghosts }
}

/** Whoever carries out changes is an administrator, and so may read the names afterwards. */
function roles(customRoles: CustomRoles, agents: SnapshotAgent[], server: Server): CustomRoles {
  const carried = agents.some((agent) => agent.customRoleId !== null)
  if (customRoles.kind === 'unsupported' || customRoles.kind === 'read' || !carried) {
    return customRoles
  }
  return { kind: 'read', roles: server.customRoles }
}

function known<T>(of: ReadonlyMap<string, T>, name: string): T {
  const found = of.get(name)
  if (found === undefined) throw new Error(`Resource could not be found: ${name}`)
  return found
}

function refuseIf(refused: boolean, why: string): void {
  if (refused) throw new Error(why)
}

function eachGroup(
  teams: Map<string, SnapshotGroup>,
  change: (team: SnapshotGroup) => SnapshotGroup,
): void {
  for (const [name, team] of teams) teams.set(name, change(team))
}

function without(list: readonly string[], one: string): string[] {
  return list.filter((each) => each !== one)
}
