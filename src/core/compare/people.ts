/**
 * What somebody may do, before and after. The engine says whether the rights differ; names, invitations
 * and ways to sign in, which no step of a plan changes, are compared here.
 */

import { withContrast } from '../messages/alike.ts'
import type { Pair } from '../model/collect.ts'
import { describeCustomRole, MENUS_ONLY } from '../model/custom-role.ts'
import type { PolicyAgent } from '../model/policy.ts'
import { judgeAgents } from '../plan/agents.ts'
import {
  type Difference,
  FRAME,
  type Kind,
  NOWHERE,
  named,
  type Person,
  type RoleOf,
  type Shown,
} from './difference.ts'

export function betweenPeople(
  people: readonly Pair<Person>[],
  role: RoleOf,
): readonly Difference[] {
  const stayed = people.flatMap(({ before, after }) =>
    before === null || after === null ? [] : [{ before, after }],
  )
  const wanted = stayed.map(
    ({ after: { email, role: wants, customRoleId: id } }): PolicyAgent => ({
      email,
      role: wants,
      name: null,
      customRole: id === null ? null : { value: { id }, location: NOWHERE },
      reason: null,
      pendingUntil: null,
      expires: null,
      location: NOWHERE,
    }),
  )
  const entries = new Map(wanted.map((each) => [each.email, each]))
  // The engine knows people by address alone, so both sides get the later one.
  const agents = new Map(
    stayed.map(({ before, after: { email } }) => [email, { ...before, id: 1, email }]),
  )
  const { changes } = judgeAgents({
    policy: { ...FRAME, agents: { location: NOWHERE, entries } },
    actual: {
      state: { agents, teams: new Map() },
      people: new Map(),
      ignoredBy: () => null,
    },
    customRoles: { kind: 'unread' },
    today: '',
    teamsOf: () => [],
    wantedTeamsOf: () => [],
  })
  const differing = new Set(changes.map(({ address }) => address))
  return people.flatMap((pair): readonly Difference[] => {
    const both = sides(pair, role)
    const { before: had, after: has } = pair
    if (had === null) {
      return [{ ...both, kind: 'gained', action: 'create', summary: `new ${described(has, role)}` }]
    }
    if (has === null) {
      const summary = `removed, was ${described(had, role)}`
      return [{ ...both, kind: 'lost', action: 'delete', summary }]
    }
    const pieces = [
      ...(differing.has(both.address) ? rightsPieces(had, has, role) : []),
      ...otherPieces(had, has, role),
    ]
    if (pieces.length === 0) return []
    const summary = pieces.map(({ text }) => text).join('; ')
    return [{ ...both, kind: kindOf(pieces), action: 'update', summary }]
  })
}

interface Piece {
  readonly kind: Kind
  readonly text: string
}

function kindOf(pieces: readonly Piece[]): Kind {
  const kinds = new Set(pieces.map(({ kind }) => kind).filter((kind) => kind !== 'changed'))
  const [only = 'changed', second] = kinds
  return second === undefined ? only : 'changed'
}

/** What a difference says of both sides. */
function sides(pair: Pair<Person>, role: RoleOf) {
  const { before: had, after: has } = pair
  const subject = ({ email }: Person) => ({ kind: 'agent', email }) as const
  return {
    ...named(subject(pair.latest), had && subject(had)),
    person: had?.email ?? null,
    before: had && personShown(had, role),
    after: has && personShown(has, role),
    location: has?.location ?? had?.location ?? null,
  }
}

function described(person: Person, role: RoleOf): string {
  return [
    person.role,
    ...(person.customRoleId === null ? [] : [` with ${roleWords(person.customRoleId, role)}`]),
    ...(person.confirmed ? [] : [', invitation not accepted']),
    ...(person.teams.length === 0 ? [] : [`; in ${person.teams.join(', ')}`]),
  ].join('')
}

function personShown(person: Person, role: RoleOf): Shown {
  return {
    name: person.name,
    role: person.role,
    custom_role: person.customRoleId === null ? null : role(person.customRoleId),
    confirmed: person.confirmed,
    provider: person.provider,
    teams: person.teams,
  }
}

function roleWords(id: number | null, role: RoleOf): string {
  return id === null ? 'no custom role' : describeCustomRole(role(id))
}

/** What the engine found: the role, or the custom role of an agent. */
function rightsPieces(had: Person, has: Person, role: RoleOf): readonly Piece[] {
  const custom = `${roleWords(had.customRoleId, role)} → ${roleWords(has.customRoleId, role)}`
  const more = had.customRoleId === has.customRoleId ? '' : `, ${custom}`
  if (had.role !== has.role) {
    const kind = has.role === 'administrator' ? 'gained' : 'lost'
    return [{ kind, text: `${had.role} → ${has.role}${more}` }]
  }
  // An agent without a custom role has the full rights of an agent.
  const kind = has.customRoleId === null ? 'gained' : had.customRoleId === null ? 'lost' : 'changed'
  return [{ kind, text: custom }]
}

/** What no step of a plan would change. */
function otherPieces(had: Person, has: Person, role: RoleOf): readonly Piece[] {
  const pieces: Piece[] = []
  if (had.email !== has.email) {
    pieces.push({ kind: 'changed', text: `renamed: ${had.email} → ${has.email}` })
  }
  const both = had.role === 'administrator' && has.role === 'administrator'
  if (both && had.customRoleId !== has.customRoleId) {
    const custom = `${roleWords(had.customRoleId, role)} → ${roleWords(has.customRoleId, role)}`
    pieces.push({ kind: 'changed', text: `${custom}, on an administrator that ${MENUS_ONLY}` })
  }
  if (had.confirmed !== has.confirmed) {
    pieces.push(
      has.confirmed
        ? { kind: 'gained', text: 'accepted the invitation' }
        : { kind: 'lost', text: 'invitation not accepted any more' },
    )
  }
  if (had.name !== has.name) {
    const names = `name "${had.name}" → "${has.name}"`
    pieces.push({ kind: 'changed', text: withContrast(names, had.name, has.name) })
  }
  if (had.provider !== has.provider) {
    const provider = `${had.provider ?? 'not known'} → ${has.provider ?? 'not known'}`
    pieces.push({ kind: 'changed', text: `signs in with ${provider}` })
  }
  return pieces
}
