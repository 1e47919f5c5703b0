/** The account at a glance, in numbers: people by status or role, groups by drift, findings by code. */

import type { Finding } from '../messages/finding.ts'
import { groupBy } from '../model/collect.ts'
import type { GroupKind } from '../model/kinds.ts'
import type { GroupOutcome, MemberOutcome, PersonOutcome, Standing } from '../plan/outcome.ts'
import type { JudgedAccount } from './report.ts'

export type StandingCounts = Readonly<Record<Standing, number>>

export interface GroupCounts {
  readonly group: GroupOutcome
  readonly counts: StandingCounts
  /** How many people are only expected, left, or hidden, and not really members. */
  readonly absent: Readonly<Record<Exclude<MemberOutcome['is'], 'member'>, number>>
}

const STATUSES = {
  administrator: ({ seen }) => seen?.confirmed === true && seen.role === 'administrator',
  agent: ({ seen }) => seen?.confirmed === true && seen.role === 'agent',
  invited: ({ seen }) => seen?.confirmed === false,
  absent: ({ seen }) => seen === null,
} as const satisfies Readonly<Record<string, (person: PersonOutcome) => boolean>>

export type PersonStatus = keyof typeof STATUSES

export function countPeople({ getOutcomes }: JudgedAccount) {
  return (Object.keys(STATUSES) as PersonStatus[]).map((status) => ({
    status,
    counts: countStandings(getOutcomes().people.filter(STATUSES[status])),
  }))
}

/** People on the account: samples of metrics. Everybody was read, so here a 0 is a fact. */
export function countRoles({ getOutcomes }: JudgedAccount) {
  const { people } = getOutcomes()
  return (['administrator', 'agent'] as const).flatMap((role) =>
    [true, false].map((confirmed) => ({
      labels: { role, state: confirmed ? 'confirmed' : 'invited' },
      value: people.filter(({ seen }) => seen?.role === role && seen.confirmed === confirmed)
        .length,
    })),
  )
}

/** Samples of metrics: how many findings agree in these facts, in the order of the first of each. */
export function countAlike(
  findings: readonly Finding[],
  keys: readonly ('code' | 'risk' | 'severity')[],
) {
  const alike = groupBy(findings, (each) => keys.map((key) => each[key]).join())
  return [...alike.values()].map((same) => ({
    labels: Object.fromEntries<string>(keys.map((key) => [key, same[0][key]])),
    value: same.length,
  }))
}

/**
 * The groups with the most drift first, then the largest, and the number of the groups that are left out.
 * @param most how many groups are shown one by one
 */
export function countGroupsByDrift(of: GroupKind, { getOutcomes }: JudgedAccount, most: number) {
  const sorted = getOutcomes()
    .groups.filter(({ subject }) => subject.of === of)
    .map((group): GroupCounts => {
      const is = (kind: MemberOutcome['is']) => group.members.filter((each) => each.is === kind)
      return {
        group,
        counts: countStandings(group.members),
        absent: {
          missing: is('missing').length,
          ghost: is('ghost').length,
          hidden: is('hidden').length,
        },
      }
    })
    .sort(
      (a, b) =>
        Number(b.group.standing === 'drift') - Number(a.group.standing === 'drift') ||
        b.counts.drift - a.counts.drift ||
        b.group.members.length - a.group.members.length,
    )
  const rest = sorted.slice(most)
  return {
    shown: sorted.slice(0, most),
    others: rest.length,
    othersWithDrift: rest.filter(({ group }) => group.standing === 'drift').length,
  }
}

function countStandings(items: readonly { readonly standing: Standing }[]): StandingCounts {
  const counts = { drift: 0, warning: 0, waived: 0, off: 0, fine: 0, unmanaged: 0, ignored: 0 }
  for (const { standing } of items) counts[standing] += 1
  return counts
}
