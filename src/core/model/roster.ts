/**
 * Who is with the company, as an export of HR or an identity provider says. Only addresses, whether
 * each is active, and end dates: nothing else of the file is kept.
 */
import { normaliseEmail } from './names.ts'

export interface StaffRoster extends RosterFacts {
  /** By the normal form of each address. */
  readonly people: ReadonlyMap<string, RosterEntry>
}

/** All that a report keeps of the file. */
export interface RosterFacts {
  readonly sha256: string
  /** Rows with an address, by whether they are active. */
  readonly active: number
  readonly inactive: number
}

export interface RosterEntry {
  readonly active: boolean
  /** The end date as the file has it, without a time of day. Null: none. */
  readonly end: string | null
  /** The address in every spelling that the file has. */
  readonly spellings: ReadonlySet<string>
}

export interface RosterMatch {
  /** `absent`: not in the file. */
  readonly status: 'active' | 'inactive' | 'absent'
  readonly end: string | null
}

/**
 * @param email as the server stores it
 * @param shared whether several people on the account have this normal form: the roster then means
 *   only the one whose address it spells
 */
export function findInRoster({ people }: StaffRoster, email: string, shared: boolean): RosterMatch {
  const entry = people.get(normaliseEmail(email))
  if (entry === undefined || (shared && !entry.spellings.has(email))) {
    return { status: 'absent', end: null }
  }
  return { status: entry.active ? 'active' : 'inactive', end: entry.end }
}

/** Of somebody who is not active there. */
export function describeRosterMatch({ status, end }: RosterMatch): string {
  if (status === 'absent') return 'not in the roster'
  return `not active in the roster${end === null ? '' : ` (end date ${end})`}`
}
