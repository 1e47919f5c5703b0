/**
 * What somebody may do, before and after. The engine says whether the rights differ; names, invitations
 * and ways to sign in, which no step of a plan changes, are compared here.
 */
import { addressOf } from './address.ts'
import { judgeAgents } from './agents.ts'
import { withContrast } from './alike.ts'
import { describeCustomRole, MENUS_ONLY } from './custom-role.ts'
import {
  type Difference,
  FRAME,
  type Kind,
  NOWHERE,
  type Person,
  type RoleOf,
  type Shown,
} from './difference.ts'
import type { Subject } from './finding.ts'
import type { PolicyAgent } from './policy.ts'

export function betweenPeople(
  before: ReadonlyMap<string, Person>,
  after: ReadonlyMap<string, Person>,
  role: RoleOf,
): readonly Difference[] {
  const wanted = [...after.values()].map(
    ({ email, role: wants, customRoleId: id }): PolicyAgent => ({
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
  const { changes } = judgeAgents({
    policy: { ...FRAME, agents: { location: NOWHERE, entries } },
    actual: { state: { agents: before, teams: new Map() }, ignored: [], ignoredBy: () => null },
    customRoles: { kind: 'unread' },
    today: '',
    teamsOf: () => [],
    wantedTeamsOf: () => [],
  })
  const differing = new Set(changes.map(({ address }) => address))
  const left = [...before.values()].filter(({ email }) => !after.has(email))
  return [
    ...left.map((had) => gone(had, role)),
    ...[...after.values()].flatMap((has) => {
      const had = before.get(has.email)
      if (had === undefined) return [arrived(has, role)]
      const differs = differing.has(addressOf({ kind: 'agent', email: has.email }))
      return changed(had, has, differs, role)
    }),
  ]
}

function arrived(has: Person, role: RoleOf): Difference {
  const summary = `new ${described(has, role)}`
  return { ...sides(has.email, null, has, role), kind: 'gained', action: 'create', summary }
}

function gone(had: Person, role: RoleOf): Difference {
  const summary = `left, was ${described(had, role)}`
  return { ...sides(had.email, had, null, role), kind: 'lost', action: 'delete', summary }
}

interface Piece {
  readonly kind: Kind
  readonly text: string
}

function changed(had: Person, has: Person, differs: boolean, role: RoleOf): readonly Difference[] {
  const pieces = [...(differs ? rightsPieces(had, has, role) : []), ...otherPieces(had, has, role)]
  if (pieces.length === 0) return []
  const kinds = new Set(pieces.map(({ kind }) => kind).filter((kind) => kind !== 'changed'))
  const [only = 'changed', second] = kinds
  const kind = second === undefined ? only : 'changed'
  const summary = pieces.map(({ text }) => text).join('; ')
  return [{ ...sides(has.email, had, has, role), kind, action: 'update', summary }]
}

/** What a difference says of both sides. */
function sides(email: string, had: Person | null, has: Person | null, role: RoleOf) {
  const subject: Subject = { kind: 'agent', email }
  return {
    subject,
    address: addressOf(subject),
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
  const both = had.role === 'administrator' && has.role === 'administrator'
  if (both && had.customRoleId !== has.customRoleId) {
    const custom = `${roleWords(had.customRoleId, role)} → ${roleWords(has.customRoleId, role)}`
    pieces.push({ kind: 'changed', text: `${custom}, on an administrator that ${MENUS_ONLY}` })
  }
  if (had.confirmed !== has.confirmed) {
    pieces.push(
      has.confirmed
        ? { kind: 'gained', text: 'accepted the invitation' }
        : { kind: 'lost', text: 'invitation open again' },
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
