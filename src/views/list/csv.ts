/**
 * `rollcall list` as CSV (RFC 4180: CRLF, a header row, every cell quoted, UTF-8 without a BOM): one
 * line for each person, in the order of the listing, then one for each ghost, of whom only the e-mail
 * address and the groups are known. `status` is active, disabled (the invitation is open) or ghost;
 * names of groups are separated by `; `, and a kind that was not read is `(not read)`. `roster` is
 * active, inactive or absent, or empty without `--roster`; the columns about the audit log are empty
 * without `--activity`. Columns may be added at the end only.
 */
import { KINDS } from '../../core/model/kinds.ts'
import type { Listing } from '../../core/report/listing.ts'
import {
  ACCOUNT_COLUMNS,
  makeAccountCells,
  makeGroupCells,
  makePersonCells,
  PERSON_COLUMNS,
  RECORD_COLUMNS,
  writeCsv,
} from '../csv.ts'

const COLUMNS = [
  ...ACCOUNT_COLUMNS,
  ...PERSON_COLUMNS,
  'domain',
  'foreign_domain',
  ...KINDS.map(({ section }) => section),
  'roster',
  ...RECORD_COLUMNS,
]

export function renderListCsv(listing: Listing): string {
  const where = makeAccountCells(listing)
  return writeCsv<string>(COLUMNS, [
    ...listing.people.map((each) => ({
      ...where,
      ...makePersonCells(each),
      domain: each.domain,
      foreign_domain: each.foreign ? 'yes' : 'no',
      ...makeGroupCells(each.groups, listing.read, '; '),
      roster: each.roster?.status,
    })),
    ...listing.ghosts.map(({ email, groups }) => ({
      ...where,
      email,
      status: 'ghost',
      ...makeGroupCells(groups, listing.read, '; '),
    })),
  ])
}
