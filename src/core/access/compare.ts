/**
 * Whether one person's access is more or less in one state than in another. If something is not known,
 * everything that may be gained or lost counts as gained or lost.
 */

import { formatAddress } from '../model/address.ts'
import type { Extent, PersonAccess, Way } from './access.ts'

export interface AccessDifference {
  readonly more: boolean
  readonly less: boolean
}

/** Null: not on the account. */
export function compareAccess(
  before: PersonAccess | null,
  after: PersonAccess | null,
): AccessDifference {
  return { more: mayGain(before, after), less: mayGain(after, before) }
}

function mayGain(before: PersonAccess | null, after: PersonAccess | null): boolean {
  if (after === null) return false
  if (before === null) return true
  if (before.person.role === 'administrator') return false
  if (after.person.role === 'administrator') return true
  const sameRole = before.customRole?.id === after.customRole?.id
  const had = new Map(before.ways.map((way) => [formatAddress(way.group), way]))
  return (
    hasMorePermissions(before, after, sameRole) ||
    after.ways.some((way) => {
      const same = had.get(formatAddress(way.group)) ?? null
      return SIDES.some((side) => isWider(side(same), side(way), sameRole))
    })
  )
}

/** What a membership gives, as many answers as there are. None: what nobody has. */
const SIDES: readonly ((way: Way | null) => Extent)[] = [
  (way) => way?.lists ?? 'none',
  (way) => way?.opens ?? 'none',
  (way) => way?.opensBefore ?? way?.opens ?? 'none',
]

const EVERYTHING = ['own', 'unassigned', 'participating', 'others'] as const

/** What an extent contains. Null: not known. */
const PARTS: Readonly<Record<Extent, readonly (typeof EVERYTHING)[number][] | null>> = {
  all: EVERYTHING,
  'unassigned-and-participating': ['own', 'unassigned', 'participating'],
  unassigned: ['own', 'unassigned'],
  participating: ['own', 'participating'],
  none: [],
  unknown: null,
  foreign: null,
}

/** If it is the same role, what is not known about it does not differ. */
function isWider(had: Extent, has: Extent, sameRole: boolean): boolean {
  if (sameRole && had === has) return false
  const sure = PARTS[had] ?? []
  const possible = PARTS[has] ?? EVERYTHING
  return possible.some((part) => !sure.includes(part))
}

/** Besides conversations: reports, contacts, the knowledge base, and whatever newer servers know. */
function hasMorePermissions(before: PersonAccess, after: PersonAccess, sameRole: boolean): boolean {
  const [had, has] = [listOtherPermissions(before), listOtherPermissions(after)]
  if (has === null) return had !== null || !sameRole
  return has.some((permission) => !(had ?? []).includes(permission))
}

/** Null: not known. */
function listOtherPermissions({ customRole: held }: PersonAccess): readonly string[] | null {
  if (held === null || held.is === 'ignored') return []
  if (held.is !== 'known') return null
  return held.permissions.filter((each) => !each.startsWith('conversation_'))
}
