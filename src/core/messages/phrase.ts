/** Builds findings from the catalogue, and writes lists of names in one way everywhere. */

import type { Subject } from '../model/address.ts'
import { formatAddress } from '../model/address.ts'
import type { GroupKind } from '../model/kinds.ts'
import type { Location } from '../model/location.ts'
import { joinFirst } from '../model/visible.ts'
import type { Finding } from './finding.ts'
import { FINDINGS, type FindingCode, type Risk } from './finding-records.ts'

export function makeFinding(
  code: FindingCode,
  subject: Subject,
  location: Location | null,
  summary: string,
  risk: Risk = FINDINGS[code].risk,
): Finding {
  const { severity } = FINDINGS[code]
  const address = formatAddress(subject)
  const id = `${code}:${address}`
  const rest = { difference: null, disposition: 'open', waiver: null, activity: null } as const
  return { id, code, subject, address, risk, severity, summary, location, ...rest }
}

const NAMED = 3

/** `; in billing, tier 1`: at most three names and a count. Empty if there are no names. */
export function listNames(preposition: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `; ${preposition} ${joinFirst(names, NAMED)}`
}

/** `1 team`, `2 teams`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`
}

export function describeHolders({ holders }: { readonly holders: number }): string {
  return holders === 0 ? 'nobody has it' : count(holders, 'person has it', 'people have it')
}

/** What a custom role permits, after "permits". */
export function listPermissions(permissions: readonly string[]): string {
  return permissions.join(', ') || 'nothing'
}

/** How many of each kind: `2 teams`. */
export function countGroups(groups: ReadonlyMap<GroupKind, number>): readonly string[] {
  return [...groups].map(([{ label, plural }, n]) => count(n, label, plural))
}

/** `a team`, `an inbox`. */
export function addArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
}

export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
