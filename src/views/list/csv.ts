/**
 * `rollcall list` as CSV (RFC 4180: CRLF, a header row, every cell quoted, UTF-8 without a BOM): one
 * line for each person, in the order of the listing, then one for each ghost, of whom only the e-mail
 * address and the groups are known. `status` is active, disabled (the invitation is open) or ghost;
 * names of groups are separated by `; `, and a kind that was not read is `(not read)`. `roster` is
 * active, inactive or absent, or empty without `--roster`; the columns about the audit log are empty
 * without `--activity`. Columns may be added at the end only.
 */
import type { GroupSubject } from '../../core/model/address.ts'
import { KINDS } from '../../core/model/kinds.ts'
import type { Listing } from '../../core/report/listing.ts'
import { makeRecordCells, PERSON_COLUMNS, RECORD_COLUMNS, writeCsvLine } from '../csv.ts'
import { nameCustomRole, nameGroups } from '../labels.ts'

const COLUMNS = [
  ...PERSON_COLUMNS,
  'domain',
  'foreign_domain',
  ...KINDS.map(({ section }) => section),
  'roster',
  ...RECORD_COLUMNS,
]

export function renderListCsv({ server, account, people, ghosts, read }: Listing): string {
  const groupsOf = (groups: readonly GroupSubject[]) =>
    KINDS.map((of) => nameGroups(groups, of, read, '; '))
  const where = [server, account.id, account.name]
  const rows = [
    ...people.map((each) => [
      ...where,
      each.email,
      each.name,
      each.id,
      each.role,
      each.customRole === null ? '' : nameCustomRole(each.customRole),
      each.status,
      each.provider ?? '',
      each.domain,
      each.foreign ? 'yes' : 'no',
      ...groupsOf(each.groups),
      each.roster?.status ?? '',
      ...makeRecordCells(each.activity),
    ]),
    ...ghosts.map(({ email, groups }) => [
      ...where,
      email,
      ...['', '', '', '', 'ghost', '', '', ''],
      ...groupsOf(groups),
      '',
      ...makeRecordCells(null),
    ]),
  ]
  return [COLUMNS, ...rows].map(writeCsvLine).join('')
}
