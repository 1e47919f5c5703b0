/** Compares groups and their members, before and after. */

import type { GroupSubject, Party } from '../model/address.ts'
import type { Pair } from '../model/collect.ts'
import type { GroupKind } from '../model/kinds.ts'
import {
  comparePair,
  type Difference,
  indexByName,
  listChangedSettings,
  type Shown,
  type SideGroup,
} from './sides.ts'

/**
 * Only members whom both sides have. The memberships of a person who arrived or left are part of the
 * difference of that person.
 */
export interface Stayed {
  /** What the later side calls a member of the earlier side; null: left. */
  readonly later: (email: string) => string | null
  /** What the earlier side calls a member of the later side; null: arrived. */
  readonly earlier: (email: string) => string | null
}

export function compareGroups(
  of: GroupKind,
  groups: readonly Pair<SideGroup>[],
  stayed: Stayed,
): readonly Difference[] {
  return groups.flatMap((pair) => [
    ...comparePair(pair, {
      subject: ({ subject }) => subject,
      show: (group) => describeName(of, group),
      came: () => `new ${of.label}`,
      left: () => `${of.label} removed`,
      changed: (had, has) => {
        const settings = of.settings.map(({ key }) => {
          return [key, had.settings[key], has.settings[key]] as const
        })
        const text = listChangedSettings(had, has, settings).join('; ')
        return text === '' ? null : { kind: 'changed', text }
      },
    }),
    ...listMemberDifferences(pair, stayed),
  ])
}

function describeName(of: GroupKind, { settings, members }: SideGroup): Shown {
  const said = of.settings.map(({ key }) => [key, settings[key] ?? null])
  return { ...Object.fromEntries(said), members: [...members.keys()] }
}

function listMemberDifferences(
  { before: had, after: has, latest }: Pair<SideGroup>,
  stayed: Stayed,
) {
  const before = new Map(
    [...(had?.members.keys() ?? [])].flatMap((was) => {
      const email = stayed.later(was)
      return email === null ? [] : [[email, was] as const]
    }),
  )
  const after = new Map(has?.members)
  const lost = [...before]
    .filter(([email]) => !after.has(email))
    .map(([email, was]): Difference => {
      const { subject: group } = { ...latest, ...had }
      return {
        ...indexByName(describeMember(latest.subject, email), describeMember(group, was)),
        person: was,
        kind: 'lost',
        action: 'delete',
        summary: 'no longer a member',
        before: listSettingDifferences(group, was),
        after: null,
        location: had?.members.get(was) ?? null,
      }
    })
  const gained = [...after].flatMap(([email, location]): Difference[] => {
    const person = stayed.earlier(email)
    if (person === null || before.has(email)) return []
    return [
      {
        ...indexByName(describeMember(latest.subject, email), null),
        person,
        kind: 'gained',
        action: 'create',
        summary: 'new member',
        before: null,
        after: listSettingDifferences(latest.subject, email),
        location,
      },
    ]
  })
  return [...lost, ...gained]
}

function describeMember(group: GroupSubject, email: string): Party {
  return { kind: 'member', group, email }
}

function listSettingDifferences({ of, name }: GroupSubject, email: string): Shown {
  return { [of.label]: name, email }
}
