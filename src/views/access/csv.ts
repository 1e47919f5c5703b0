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
import { makeRecordCells, PERSON_COLUMNS, RECORD_COLUMNS, writeCsvLine } from '../csv.ts'
import { nameCustomRole } from '../labels.ts'

const COLUMNS = [
  ...PERSON_COLUMNS,
  'reach',
  'by',
  'address',
  'lists',
  'opens',
  'opens_before_4_8_0',
  ...RECORD_COLUMNS,
]

export function renderAccessCsv({ server, account, sections }: AccountAccess): string {
  const where = [server, account.id, account.name]
  const rows = sections.flatMap(({ people }) =>
    people.flatMap((access) =>
      makeWayCells(access).map((way) => [
        ...where,
        ...makePersonCells(access),
        ...way,
        ...makeRecordCells(access.record),
      ]),
    ),
  )
  return [COLUMNS, ...rows].map(writeCsvLine).join('')
}

function makePersonCells({ person, customRole, rank }: PersonAccess): readonly (string | number)[] {
  return [
    person.email,
    person.name,
    person.id,
    person.role,
    customRole === null ? '' : nameCustomRole(customRole),
    person.confirmed ? 'active' : 'disabled',
    person.provider ?? '',
    rank,
  ]
}

function makeWayCells({ rank, ways }: PersonAccess): readonly (readonly string[])[] {
  const members = ways.map(({ group, lists, opens, opensBefore }) => [
    group.of.prefix,
    formatAddress(group),
    lists,
    opens,
    opensBefore ?? '',
  ])
  if (rank === 'everything') return [['administrator', '', 'all', 'all', ''], ...members]
  return members.length === 0 ? [['', '', '', '', '']] : members
}
