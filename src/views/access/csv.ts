/**
 * `rollcall access` as CSV (RFC 4180: CRLF, a header row, every cell quoted, UTF-8 without a BOM): one
 * line for each membership of each person, in the order of the answer. An administrator has one more
 * line, for everything. Somebody without a membership has one line without an address. `lists` and
 * `opens` are the words of rollcall.access; `opens_before_4_8_0` is empty if the version is known.
 * Columns may be added at the end only.
 */
import type { PersonAccess } from '../../core/access/access.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { AccountAccess } from '../../core/report/access.ts'
import {
  ACCOUNT_COLUMNS,
  makeAccountCells,
  makePersonCells,
  PERSON_COLUMNS,
  RECORD_COLUMNS,
  writeCsv,
} from '../csv.ts'

const COLUMNS = [
  ...ACCOUNT_COLUMNS,
  ...PERSON_COLUMNS,
  'reach',
  'by',
  'address',
  'lists',
  'opens',
  'opens_before_4_8_0',
  ...RECORD_COLUMNS,
] as const

export function renderAccessCsv(of: AccountAccess): string {
  const where = makeAccountCells(of)
  const everybody = of.sections.flatMap(({ people }) => people)
  const rows = everybody.flatMap((access) =>
    listWays(access).map((way) => ({
      ...where,
      ...makePersonCells({ ...access.person, ...access }),
      reach: access.rank,
      ...way,
    })),
  )
  return writeCsv(COLUMNS, rows)
}

function listWays({ rank, ways }: PersonAccess) {
  const members = ways.map(({ group, lists, opens, opensBefore }) => ({
    by: group.of.prefix,
    address: formatAddress(group),
    lists,
    opens,
    opens_before_4_8_0: opensBefore,
  }))
  if (rank === 'everything')
    return [{ by: 'administrator', lists: 'all', opens: 'all' }, ...members]
  return members.length === 0 ? [{}] : members
}
