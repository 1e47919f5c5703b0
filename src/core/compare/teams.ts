/** Teams and their members, before and after. What only one side speaks of is compared with nothing. */

import { withContrast } from '../messages/alike.ts'
import type { Party } from '../model/address.ts'
import type { Pair } from '../model/collect.ts'
import { type Difference, type Group, named, type Stayed } from './difference.ts'

export function betweenTeams(teams: readonly Pair<Group>[], stayed: Stayed): readonly Difference[] {
  return teams.flatMap((pair) => [
    ...settings(pair),
    ...lostMembers(pair, stayed),
    ...newMembers(pair, stayed),
  ])
}

function settings(pair: Pair<Group>): readonly Difference[] {
  const { before: had, after: has } = pair
  const common = {
    ...named(teamOf(pair.latest), had && teamOf(had)),
    person: null,
    before: had && shown(had),
    after: has && shown(has),
    location: has?.location ?? had?.location ?? null,
  }
  if (had === null) return [{ ...common, kind: 'gained', action: 'create', summary: 'new team' }]
  if (has === null) return [{ ...common, kind: 'lost', action: 'delete', summary: 'team removed' }]
  const summary = turned(had, has)
  return summary === '' ? [] : [{ ...common, kind: 'changed', action: 'update', summary }]
}

function turned(had: Group, has: Group): string {
  const compared = [
    ['description', had.description, has.description],
    ['auto_assign', had.autoAssign, has.autoAssign],
  ] as const
  const renamed = withContrast(`renamed: "${had.name}" → "${has.name}"`, had.name, has.name)
  return [
    ...(had.name === has.name ? [] : [renamed]),
    ...compared
      .filter(([, was, is]) => was !== null && is !== null && was !== is)
      .map(([key, was, is]) => {
        const phrase = `${key} ${JSON.stringify(was)} → ${JSON.stringify(is)}`
        const texts = typeof was === 'string' && typeof is === 'string'
        return texts ? withContrast(phrase, was, is) : phrase
      }),
  ].join('; ')
}

function shown({ description, autoAssign, members }: Group) {
  return { description, auto_assign: autoAssign, members: [...members.keys()] }
}

function lostMembers(pair: Pair<Group>, { later }: Stayed): readonly Difference[] {
  const { before: had, after: has } = pair
  if (had === null) return []
  return [...had.members].flatMap(([was, location]): Difference[] => {
    const email = later(was)
    if (email === null || has?.members.has(email)) return []
    return [
      {
        ...named(memberOf(pair.latest, email), memberOf(had, was)),
        person: was,
        kind: 'lost',
        action: 'delete',
        summary: 'no longer a member',
        before: { team: had.name, email: was },
        after: null,
        location,
      },
    ]
  })
}

function newMembers({ before: had, after: has }: Pair<Group>, { earlier }: Stayed) {
  if (has === null) return []
  return [...has.members].flatMap(([email, location]): Difference[] => {
    const person = earlier(email)
    if (person === null || had?.members.has(person)) return []
    return [
      {
        ...named(memberOf(has, email), null),
        person,
        kind: 'gained',
        action: 'create',
        summary: 'new member',
        before: null,
        after: { team: has.name, email },
        location,
      },
    ]
  })
}

function teamOf({ name }: Group): Party {
  return { kind: 'team', team: name }
}

function memberOf({ name }: Group, email: string): Party {
  return { kind: 'member', team: name, email }
}
