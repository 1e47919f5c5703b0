/** Teams and their members, before and after, as the engine sees them. */

import { addressOf } from './address.ts'
import { withContrast } from './alike.ts'
import type { Change, Facts } from './change.ts'
import { type Difference, FRAME, type Group, NOWHERE } from './difference.ts'
import type { Subject } from './finding.ts'
import type { Located, PolicyTeam } from './policy.ts'
import { judgeTeams } from './teams.ts'

type Groups = ReadonlyMap<string, Group>

export function betweenTeams(before: Groups, after: Groups): readonly Difference[] {
  const wanted = [...after.values()].map((group): PolicyTeam => {
    const had = before.get(group.name)
    return {
      name: group.name,
      description: compared(group.description, had?.description),
      autoAssign: compared(group.autoAssign, had?.autoAssign),
      members: new Map([...group.members.keys()].map((email) => [email, NOWHERE])),
      location: NOWHERE,
    }
  })
  const teams = [...before.values()].map(({ name, description, autoAssign, members }) => ({
    name,
    description: description ?? '',
    autoAssign: autoAssign ?? false,
    members: new Set(members.keys()),
    ghosts: new Set<string>(),
    size: members.size,
  }))
  // Whoever is in a team counts as being there: who came and left is said elsewhere.
  const groups = [...before.values(), ...after.values()]
  const everybody = groups.flatMap(({ members }) => [...members.keys()])
  const anybody = { id: 1, name: '', role: 'agent', confirmed: true, provider: null } as const
  const { changes } = judgeTeams(
    {
      ...FRAME,
      teams: { location: NOWHERE, entries: new Map(wanted.map((each) => [each.name, each])) },
    },
    {
      agents: new Map(everybody.map((email) => [email, { ...anybody, email, customRoleId: null }])),
      teams: new Map(teams.map((each) => [each.name, each])),
    },
    new Map(),
  )
  return changes.flatMap((change) => {
    const { team } = change.subject as { readonly team: string }
    const [had, has] = [before.get(team), after.get(team)]
    if (change.subject.kind === 'member') {
      const { email } = change.subject
      return [membership(team, email, had?.members.get(email), has?.members.get(email), change)]
    }
    const gone = change.action === 'delete' ? [...(had as Group).members] : []
    return [
      setting(team, had, has, change),
      ...gone.map(([email, place]) => membership(team, email, place, null, change)),
    ]
  })
}

/** A setting that only one side speaks of is compared with nothing. */
function compared<T>(value: T | null, other: T | null | undefined): Located<T> | null {
  return value === null || other == null ? null : { value, location: NOWHERE }
}

function membership(
  team: string,
  email: string,
  had: Difference['location'] | undefined,
  has: Difference['location'] | undefined,
  { action }: Change,
): Difference {
  const subject: Subject = { kind: 'member', team, email }
  const is = { team, email }
  const both = { subject, address: addressOf(subject), location: has ?? had ?? null }
  return action === 'create'
    ? { ...both, action, kind: 'gained', summary: 'new member', before: null, after: is }
    : { ...both, action, kind: 'lost', summary: 'no longer a member', before: is, after: null }
}

const WORDS = {
  create: { kind: 'gained', summary: 'new team' },
  delete: { kind: 'lost', summary: 'team gone' },
} as const

function setting(
  team: string,
  had: Group | undefined,
  has: Group | undefined,
  { action, before, after }: Change,
): Difference {
  const subject: Subject = { kind: 'team', team }
  const words =
    action === 'update'
      ? ({ kind: 'changed', summary: turned(before, after) } as const)
      : WORDS[action]
  return {
    ...words,
    subject,
    address: addressOf(subject),
    action,
    before: had ? shown(had) : null,
    after: has ? shown(has) : null,
    location: has?.location ?? had?.location ?? null,
  }
}

function shown({ description, autoAssign, members }: Group) {
  return { description, auto_assign: autoAssign, members: [...members.keys()] }
}

function turned(before: Facts | null, after: Facts | null): string {
  const now = new Map(Object.entries({ ...after }))
  return Object.entries({ ...before })
    .map(([key, was]) => {
      const is = now.get(key)
      const phrase = `${key} ${JSON.stringify(was)} → ${JSON.stringify(is)}`
      const texts = typeof was === 'string' && typeof is === 'string'
      return texts ? withContrast(phrase, was, is) : phrase
    })
    .join('; ')
}
