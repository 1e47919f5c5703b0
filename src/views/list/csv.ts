/**
 * `rollcall list` as CSV (RFC 4180: CRLF, a header row, every cell quoted, UTF-8 without a BOM):
 * one line for each person, in the order of the listing, then one for each ghost, of whom only the
 * e-mail address and the teams are known. `status` is active, disabled (invitation not accepted) or
 * ghost; `teams` are separated by `; `. New columns go only at the end.
 */
import type { Listing } from '../../core/report/listing.ts'
import { csvLine } from '../csv.ts'
import { customRole } from '../labels.ts'

const COLUMNS = [
  'server',
  'account_id',
  'account_name',
  'email',
  'name',
  'user_id',
  'role',
  'custom_role',
  'status',
  'provider',
  'domain',
  'foreign_domain',
  'teams',
] as const

export function renderListCsv({ server, account, people, ghosts }: Listing): string {
  const where = [server, account.id, account.name]
  const rows = [
    ...people.map((each) => [
      ...where,
      each.email,
      each.name,
      each.id,
      each.role,
      each.customRole === null ? '' : customRole(each.customRole),
      each.status,
      each.provider ?? '',
      each.domain,
      each.foreign ? 'yes' : 'no',
      each.teams.join('; '),
    ]),
    ...ghosts.map(({ email, teams }) => [
      ...where,
      email,
      ...['', '', '', '', 'ghost', '', '', ''],
      teams.join('; '),
    ]),
  ]
  return [COLUMNS, ...rows].map(csvLine).join('')
}
